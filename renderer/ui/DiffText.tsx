/** Two texts as one list of what differs, for a choice between them. Long ones are cut: a choice needs no ten thousand lines. */
import { useMemo } from 'react';
import { Code } from './Code.tsx';
import { compareLines } from './compare.ts';
import s from './DiffText.module.css';

const MARK = { same: ' ', added: '+', removed: '−' } as const;
const MOST = 2000;

export function DiffText(props: { readonly before: string; readonly after: string; readonly label: string }) {
  const hunks = useMemo(() => compareLines(props.before, props.after), [props.before, props.after]);
  let left = MOST;
  const shown = hunks.flatMap((hunk) => {
    const lines = hunk.lines.slice(0, Math.max(0, left));
    left -= lines.length;
    return lines.length > 0 ? [{ hunk, lines }] : [];
  });
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard
    <section className={s['box']} aria-label={props.label} tabIndex={0}>
      {shown.map(({ hunk, lines }) => (
        <div key={`${hunk.oldStart}:${hunk.newStart}`} className={s['hunk']}>
          {lines.map((line) => (
            <div key={`${line.old}:${line.now}`} className={s['line']} data-kind={line.kind}>
              <span className={s['number']} aria-hidden>
                {line.now ?? line.old}
              </span>
              <span className={s['mark']}>{MARK[line.kind]}</span>
              <Code text={line.text} />
            </div>
          ))}
        </div>
      ))}
      {left <= 0 && <p className={s['more']}>The rest is not shown.</p>}
    </section>
  );
}
