/** A command or a diff as text: whole, lines of a diff coloured, what cannot be seen shown by its number. Long ones scroll. */
import { useLayoutEffect, useRef, useState } from 'react';
import { cx } from './cx.ts';
import s from './TextDiff.module.css';
import { diffLines, type Line, nameOfHidden, partsOf } from './text-diff.ts';

const SIGN: Readonly<Record<Line['kind'], string | undefined>> = {
  plain: undefined,
  place: undefined,
  added: 'added',
  removed: 'removed',
};

export function TextDiff(props: {
  readonly text: string;
  /** Known to be a diff; else only what clearly is one is coloured. */
  readonly diff?: boolean;
  /** Long lines go on at the next row; without it they scroll sideways. */
  readonly wrap?: boolean;
  readonly className?: string | undefined;
}) {
  const box = useRef<HTMLPreElement>(null);
  const [more, setMore] = useState(false);
  const [scrolls, setScrolls] = useState(false);
  const lines = diffLines(props.text, props.diff);
  useLayoutEffect(() => {
    const element = box.current;
    if (!element) return;
    const look = () => {
      const below = element.scrollHeight > element.clientHeight + 1;
      setMore(below);
      setScrolls(below || element.scrollWidth > element.clientWidth + 1);
    };
    look();
    const observer = new ResizeObserver(look);
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  return (
    <div className={cx(s['box'], props.className)}>
      <pre ref={box} tabIndex={scrolls ? 0 : undefined} dir="ltr" data-wrap={props.wrap === true}>
        {lines.map((line) => (
          <span key={line.n} data-kind={line.kind}>
            {SIGN[line.kind] !== undefined && <span className="visually-hidden">{SIGN[line.kind]}: </span>}
            <Text text={line.text} />
            {'\n'}
          </span>
        ))}
      </pre>
      {more && <p className={s['more']}>{lines.length} lines: scroll to read them all</p>}
    </div>
  );
}

function Text({ text }: { readonly text: string }) {
  const parts = partsOf(text);
  const [only] = parts;
  if (parts.length <= 1 && !only?.hidden) return text;
  return parts.map((part, i) =>
    part.hidden ? (
      // biome-ignore lint/suspicious/noArrayIndexKey: parts of a text that does not change
      <mark key={i} className={s['hidden']} title="A character that is not seen">
        {nameOfHidden(part.text)}
      </mark>
    ) : (
      part.text
    ),
  );
}
