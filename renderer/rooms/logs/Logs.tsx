/** What the hub says it does, live. Sticks to the end until somebody scrolls up to read. */
import { ArrowDownToLine, Pause, Play } from 'lucide-react';
import { memo, useEffect, useLayoutEffect, useMemo, useRef, useState } from 'react';
import { create } from 'zustand';
import type { LogLine } from '../../../shared/contract/logs.ts';
import { useCommands } from '../../app/commands.ts';
import { useLink } from '../../app/connect.ts';
import { follow, type RowsStore } from '../../app/feeds.ts';
import { noRows, type Rows } from '../../app/rows.ts';
import { LOG_LEVELS } from '../../app/schemas.ts';
import { clock } from '../../app/time.ts';
import { Button } from '../../ui/Button.tsx';
import { CopyButton } from '../../ui/Copy.tsx';
import { Empty } from '../../ui/Empty.tsx';
import { Find } from '../../ui/Find.tsx';
import { Bar } from '../../ui/Page.tsx';
import { Segments } from '../../ui/Segments.tsx';
import s from './Logs.module.css';

type Level = LogLine['level'];
/** The hub keeps 500 lines; the page keeps as many on the screen. */
const MOST = 500;

export default function Logs() {
  const [store] = useState<RowsStore<LogLine>>(() => create<Rows<LogLine>>(() => noRows));
  const [level, setLevel] = useState<Level>('info');
  const [filter, setFilter] = useState('');
  const [stuck, setStuck] = useState(true);
  const box = useRef<HTMLDivElement>(null);
  const live = store();
  const { refused } = live;
  /** The lines as they stood when somebody stopped them. */
  const [held, setHeld] = useState<Rows<LogLine> | null>(null);
  const rows = held ?? live;
  const missed = held === null ? 0 : [...live.byKey.keys()].filter((key) => !held.byKey.has(key)).length;
  const online = useLink((link) => link.state === 'online');

  useEffect(() => follow('logs.rows', store, (line) => String(line.seq)), [store]);

  const shown = useMemo(() => {
    const least = LOG_LEVELS.indexOf(level);
    const word = filter.trim().toLowerCase();
    return [...rows.byKey.values()]
      .filter((line) => LOG_LEVELS.indexOf(line.level) >= least)
      .filter((line) => word === '' || textOf(line).toLowerCase().includes(word))
      .slice(-MOST);
  }, [rows, level, filter]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: new lines move the end
  useLayoutEffect(() => {
    const element = box.current;
    if (stuck && element) element.scrollTop = element.scrollHeight;
  }, [shown, stuck]);

  const pause = () => setHeld(held === null ? live : null);
  useCommands(
    () => [
      {
        id: 'logs.pause',
        title: held === null ? 'Pause the log' : 'Go on with the log',
        section: 'Logs',
        keys: 'Space',
        run: pause,
      },
    ],
    [held, live],
  );

  return (
    <div className={s['page']}>
      <Bar>
        <Find
          label="Filter lines"
          placeholder="Filter by text"
          value={filter}
          onChange={(event) => setFilter(event.target.value)}
        />
        <Segments
          label="Least level"
          value={level}
          options={LOG_LEVELS.map((each) => ({ value: each, label: each }))}
          onChange={setLevel}
        />
        <Button className={s['pause']} aria-pressed={held !== null} onClick={pause}>
          {held === null ? <Pause size={14} aria-hidden /> : <Play size={14} aria-hidden />}
          {held === null ? 'Pause' : missed === 0 ? 'Go on' : `Go on (${missed} new)`}
        </Button>
      </Bar>
      {refused !== null ? (
        <Empty title="The log cannot be read" text={refused} />
      ) : rows.ready && shown.length === 0 ? (
        <Empty
          title="No lines"
          text={rows.byKey.size === 0 ? 'The hub has said nothing yet.' : 'No line fits this filter.'}
        />
      ) : (
        <div
          ref={box}
          role="log"
          aria-label="Log of the hub"
          aria-busy={!online}
          className={s['lines']}
          // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard
          tabIndex={0}
          onScroll={(event) => {
            const { scrollTop, scrollHeight, clientHeight } = event.currentTarget;
            setStuck(scrollHeight - scrollTop - clientHeight < 24);
          }}
        >
          {shown.map((line) => (
            <Line key={line.seq} line={line} />
          ))}
        </div>
      )}
      {!stuck && (
        <Button className={s['end']} onClick={() => setStuck(true)}>
          <ArrowDownToLine size={14} aria-hidden />
          To the end
        </Button>
      )}
    </div>
  );
}

const textOf = (line: LogLine): string =>
  `${line.from} ${line.message}${line.data === undefined ? '' : ` ${JSON.stringify(line.data)}`}`;

const Line = memo(function Line({ line }: { readonly line: LogLine }) {
  return (
    <div className={s['line']} data-level={line.level}>
      <time>{clock(line.at)}</time>
      <span className={s['level']}>{line.level}</span>
      <span className={s['from']}>{line.from}</span>
      <span className={s['message']}>
        {line.message}
        {line.data !== undefined && <span className={s['data']}> {JSON.stringify(line.data)}</span>}
      </span>
      <span className={s['copy']}>
        <CopyButton
          text={`${new Date(line.at).toISOString()} ${line.level} ${textOf(line)}`}
          label={`line of ${clock(line.at)}`}
        />
      </span>
    </div>
  );
});
