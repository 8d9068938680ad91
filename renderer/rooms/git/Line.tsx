/** One row of code in a difference: numbers, mark, text; two of them side by side in the split view. */
import { Plus } from 'lucide-react';
import { memo, type ReactNode } from 'react';
import { Code } from '../../ui/Code.tsx';
import { languageOf, useColours } from '../../ui/colours.ts';
import type { Hunk } from '../../ui/diff.ts';
import { GridCell } from '../../ui/Grid.tsx';
import s from './Line.module.css';
import { blockOf, spansOf } from './lines.ts';
import type { CodeRow } from './rows.ts';

const MARK = { same: ' ', added: '+', removed: '−' } as const;
const WORD = { same: '', added: 'added', removed: 'removed' } as const;

export interface LineHands {
  /** A press on a row; with Shift it reaches from the last to this one. */
  readonly press: (key: string, far: boolean) => void;
  readonly comment: (key: string) => void;
}

export const CodeLine = memo(function CodeLine(props: {
  readonly row: CodeRow;
  readonly chosen: boolean;
  readonly canComment: boolean;
  readonly hands: LineHands;
}) {
  const { row, hands } = props;
  const add = props.canComment && (
    <button
      type="button"
      className={s['add']}
      tabIndex={-1}
      aria-label="Comment on this line"
      onClick={(event) => {
        event.stopPropagation();
        hands.comment(row.key);
      }}
    >
      <Plus size={13} strokeWidth={2.5} aria-hidden />
    </button>
  );
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: the grid around it has the keys; a press only moves its cursor
    <div
      className={s['row']}
      data-chosen={props.chosen || undefined}
      role="presentation"
      onClick={(event) => {
        // A selection of text is not a press.
        if (getSelection()?.isCollapsed !== false || event.shiftKey) hands.press(row.key, event.shiftKey);
      }}
    >
      {row.kind === 'line' ? (
        <Half hunk={row.hunk} at={row.at} path={row.path} numbers="both" add={add} />
      ) : (
        <>
          <Half hunk={row.hunk} at={row.left} path={row.path} numbers="old" add={add} />
          <Half hunk={row.hunk} at={row.right} path={row.path} numbers="now" />
        </>
      )}
    </div>
  );
});

function Half(props: {
  readonly hunk: Hunk;
  readonly at: number | null;
  readonly path: string;
  readonly numbers: 'both' | 'old' | 'now';
  readonly add?: ReactNode;
}) {
  const { hunk, at, numbers } = props;
  const line = at === null ? undefined : hunk.lines[at];
  const found = at === null ? null : blockOf(languageOf(props.path), hunk, at);
  const tokens = useColours(found?.block)?.[found?.at ?? 0];
  if (!line || at === null)
    return (
      <GridCell className={s['half']} data-kind="none">
        {props.add}
      </GridCell>
    );
  return (
    <GridCell className={s['half']} data-kind={line.kind}>
      {props.add}
      {numbers !== 'now' && <span className={s['number']}>{line.old}</span>}
      {numbers !== 'old' && <span className={s['number']}>{line.now}</span>}
      <span className={s['mark']} aria-hidden>
        {MARK[line.kind]}
      </span>
      {line.kind !== 'same' && <span className="visually-hidden">{WORD[line.kind]}</span>}
      <span className={s['text']}>
        <Code text={line.text} tokens={tokens} spans={spansOf(hunk, at)} />
        {line.unended && <span className={s['unended']}>no newline at the end</span>}
      </span>
    </GridCell>
  );
}
