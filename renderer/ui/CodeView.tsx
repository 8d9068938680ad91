/** A text with line numbers, of any length: only the lines that show are drawn and coloured. */
import { useVirtualizer } from '@tanstack/react-virtual';
import { type CSSProperties, useMemo, useRef } from 'react';
import { Code } from './Code.tsx';
import s from './CodeView.module.css';
import { BLOCK, type Block, blocksOf, languageOf, useColours } from './colours.ts';

const LINE = 20;

export function CodeView({
  text,
  path,
  label,
}: {
  readonly text: string;
  readonly path: string;
  readonly label: string;
}) {
  const box = useRef<HTMLElement>(null);
  const lines = useMemo(() => {
    const all = text.split('\n');
    // The last line end ends a line, it does not begin one.
    if (all.length > 1 && all.at(-1) === '') all.pop();
    return all;
  }, [text]);
  const blocks = useMemo(() => blocksOf(languageOf(path), lines), [lines, path]);
  const virtual = useVirtualizer({
    count: lines.length,
    getScrollElement: () => box.current,
    estimateSize: () => LINE,
    overscan: 30,
  });
  return (
    <section
      ref={box}
      className={s['box']}
      aria-label={label}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard
      tabIndex={0}
      style={{ '--digits': String(lines.length).length } as CSSProperties}
    >
      <div className={s['all']} style={{ height: virtual.getTotalSize() }}>
        {virtual.getVirtualItems().map((item) => (
          <div
            key={item.index}
            ref={virtual.measureElement}
            data-index={item.index}
            className={s['line']}
            style={{ transform: `translateY(${item.start}px)` }}
          >
            <span className={s['number']} aria-hidden>
              {item.index + 1}
            </span>
            <Line
              text={lines[item.index] ?? ''}
              block={blocks[Math.floor(item.index / BLOCK)]}
              at={item.index % BLOCK}
            />
          </div>
        ))}
      </div>
    </section>
  );
}

function Line({ text, block, at }: { readonly text: string; readonly block: Block | undefined; readonly at: number }) {
  const tokens = useColours(block)?.[at];
  // Windows line ends would put a sign at the end of every line: they are told once, above.
  return <Code text={text.replace(/\r$/, '')} tokens={tokens} />;
}
