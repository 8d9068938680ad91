/** The moments of a recording, to be gone to; the one that is shown now is pointed out. */
import { CircleDot, type LucideIcon, MessageSquareText, Play, ShieldAlert, Square } from 'lucide-react';
import { memo, useEffect, useMemo, useRef, useState } from 'react';
import type { Mark } from '../../../shared/contract/recordings.ts';
import { State } from '../../app/schemas.ts';
import { Segments } from '../../ui/Segments.tsx';
import { stateWord } from '../../ui/State.tsx';
import { markAt, moment } from './axis.ts';
import s from './Marks.module.css';

type Filter = 'all' | 'prompt' | 'approval' | 'state';

const ICONS: Readonly<Record<Mark['kind'], LucideIcon>> = {
  prompt: MessageSquareText,
  approval: ShieldAlert,
  state: CircleDot,
  start: Play,
  exit: Square,
};
const WORDS: Readonly<Record<Mark['kind'], string>> = {
  prompt: 'Prompt',
  approval: 'Approval',
  state: 'State',
  start: 'Started',
  exit: 'Ended',
};

/** What a mark says in the list. */
export function markWords({ kind, text }: Mark): string {
  if (kind === 'state') {
    const state = State.safeParse(text);
    return state.success ? stateWord(state.data) : text;
  }
  if (kind === 'exit') return text === 'ended' ? 'Ended' : `Ended with ${text}`;
  if (kind === 'start') return text === '' ? 'Started' : `Started ${text}`;
  return text === '' ? WORDS[kind] : text;
}

export function Marks(props: {
  readonly marks: readonly Mark[];
  /** Unix milliseconds. */
  readonly at: number;
  /** Marks of several days say which. */
  readonly days: boolean;
  readonly onSeek: (at: number) => void;
}) {
  const { marks, at, days, onSeek } = props;
  const [filter, setFilter] = useState<Filter>('all');
  const list = useRef<HTMLOListElement>(null);
  const shown = useMemo(
    () =>
      marks.filter(
        ({ kind }) =>
          filter === 'all' || kind === filter || (filter === 'state' && kind !== 'prompt' && kind !== 'approval'),
      ),
    [marks, filter],
  );
  const here = markAt(shown, at);

  useEffect(() => {
    // Only within the list: the page itself must not move under the hand.
    const box = list.current;
    const row = box?.children[here];
    if (!box || !(row instanceof HTMLElement)) return;
    const top = row.offsetTop - box.offsetTop;
    if (top < box.scrollTop || top + row.offsetHeight > box.scrollTop + box.clientHeight)
      box.scrollTop = top - box.clientHeight / 3;
  }, [here]);

  return (
    <section className={s['side']} aria-label="Moments">
      <div className={s['top']}>
        <Segments<Filter>
          label="Which moments"
          value={filter}
          options={[
            { value: 'all', label: 'All' },
            { value: 'prompt', label: 'Prompts' },
            { value: 'approval', label: 'Approvals' },
            { value: 'state', label: 'States' },
          ]}
          onChange={setFilter}
        />
      </div>
      {shown.length === 0 ? (
        <p className={s['none']}>{marks.length === 0 ? 'Nothing was marked yet.' : 'None of this kind.'}</p>
      ) : (
        <ol ref={list} className={s['list']}>
          {shown.map((mark, i) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: marks have no id, and are only added at the end
            <Row key={i} mark={mark} here={i === here} days={days} onSeek={onSeek} />
          ))}
        </ol>
      )}
    </section>
  );
}

const Row = memo(function Row(props: {
  readonly mark: Mark;
  readonly here: boolean;
  readonly days: boolean;
  readonly onSeek: (at: number) => void;
}) {
  const { mark } = props;
  const Icon = ICONS[mark.kind];
  return (
    <li className={s['item']}>
      <button
        type="button"
        className={s['row']}
        data-kind={mark.kind}
        aria-current={props.here ? 'true' : undefined}
        onClick={() => props.onSeek(mark.at)}
      >
        <Icon size={14} aria-hidden />
        <span className={s['text']}>
          <span className="visually-hidden">{WORDS[mark.kind]}: </span>
          {markWords(mark)}
        </span>
        <time className={s['time']} dateTime={new Date(mark.at).toISOString()}>
          {moment(mark.at, props.days)}
        </time>
      </button>
    </li>
  );
});
