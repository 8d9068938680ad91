/** The sessions as a list: what each is, where it works, what waits. Arrow keys move, Enter opens, `/` filters. */
import { GitBranch, Layers, ListFilter, Plus } from 'lucide-react';
import { type KeyboardEvent, memo, useDeferredValue, useMemo, useRef, useState } from 'react';
import { Link } from 'wouter';
import type { Session } from '../../../shared/contract/sessions.ts';
import { sortedSessions, useSessions } from '../../app/feeds.ts';
import { GROUPS, type Group, matches, shortPath } from '../../app/filter.ts';
import { sessionPath } from '../../app/routes.ts';
import { useStart } from '../../app/start.ts';
import { ago, short, useNow } from '../../app/time.ts';
import { Button } from '../../ui/Button.tsx';
import { Empty } from '../../ui/Empty.tsx';
import { inputClass } from '../../ui/Field.tsx';
import { Segments } from '../../ui/Segments.tsx';
import { StateBadge } from './Evidence.tsx';
import { Restore } from './Restore.tsx';
import { SessionMenu } from './SessionMenu.tsx';
import s from './Sessions.module.css';

const LABEL: Readonly<Record<Group, string>> = {
  all: 'All',
  'needs you': 'Needs you',
  working: 'Working',
  ready: 'Ready',
  ended: 'Ended',
};

export default function Sessions() {
  const start = useStart();
  const rows = useSessions();
  const [text, setText] = useState('');
  const [group, setGroup] = useState<Group>('all');
  const words = useDeferredValue(text);
  const list = useRef<HTMLUListElement>(null);
  const input = useRef<HTMLInputElement>(null);
  const sorted = useMemo(() => sortedSessions(rows), [rows]);
  const shown = useMemo(() => sorted.filter((each) => matches(each, words, group)), [sorted, words, group]);

  const move = (event: KeyboardEvent) => {
    if (event.key === '/' && event.target !== input.current) {
      event.preventDefault();
      input.current?.focus();
      return;
    }
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step === undefined) return;
    const links = [...(list.current?.querySelectorAll<HTMLElement>('a[data-row]') ?? [])];
    const at = links.indexOf(document.activeElement as HTMLElement);
    const next = links[at < 0 ? (step > 0 ? 0 : links.length - 1) : at + step];
    if (next) {
      event.preventDefault();
      next.focus();
    } else if (at === 0) input.current?.focus();
  };

  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: arrow keys move between the links inside
    <div className={s['page']} onKeyDown={move}>
      <Restore />
      <div className={s['bar']}>
        <div className={s['find']}>
          <ListFilter size={15} aria-hidden />
          <input
            ref={input}
            type="search"
            className={inputClass}
            aria-label="Filter sessions"
            placeholder="Filter by name, agent, folder, branch"
            value={text}
            onChange={(event) => setText(event.target.value)}
            onKeyDown={(event) => event.key === 'Escape' && setText('')}
          />
        </div>
        <Segments
          label="State"
          value={group}
          options={GROUPS.map((each) => ({ value: each, label: LABEL[each] }))}
          onChange={setGroup}
        />
      </div>
      {rows.ready && rows.byKey.size === 0 ? (
        <Empty
          icon={<Layers size={20} aria-hidden />}
          title="No sessions yet"
          text="Start an agent in a folder; it stays here until you stop it."
        >
          {start && (
            <Button look="primary" onClick={() => start()}>
              <Plus size={15} aria-hidden />
              Start a session
            </Button>
          )}
        </Empty>
      ) : rows.ready && shown.length === 0 ? (
        <Empty title="No session fits" text="Nothing matches this filter.">
          <Button
            onClick={() => {
              setText('');
              setGroup('all');
            }}
          >
            Show all {rows.byKey.size}
          </Button>
        </Empty>
      ) : (
        <ul ref={list} className={s['list']} aria-label="Sessions">
          {shown.map((session) => (
            <Row key={session.id} session={session} />
          ))}
        </ul>
      )}
    </div>
  );
}

const Row = memo(function Row({ session }: { readonly session: Session }) {
  return (
    <li className={s['row']} data-need={session.needsYou || session.stalled}>
      <div className={s['state']}>
        <StateBadge session={session} />
      </div>
      <div className={s['who']}>
        <Link href={sessionPath(session.name)} data-row className={s['name']}>
          {session.name}
        </Link>
        <span className={s['agent']}>{session.agent}</span>
        {session.archived && <span className={s['tag']}>archived</span>}
        {session.tags.map((tag) => (
          <span key={tag} className={s['tag']}>
            {tag}
          </span>
        ))}
      </div>
      <div className={s['saw']}>{session.title || session.evidence[0]?.saw}</div>
      <div className={s['where']}>
        <span className={s['folder']}>{shortPath(session.cwd)}</span>
        {session.branch !== null && (
          <span className={s['branch']}>
            <GitBranch size={12} aria-hidden />
            {session.branch}
          </span>
        )}
      </div>
      <div className={s['queue']}>
        {session.queued > 0 && (
          <>
            {session.queued} <span>queued{session.paused ? ', paused' : ''}</span>
          </>
        )}
      </div>
      <div className={s['tokens']}>
        {session.tokens !== null && (
          <>
            {short(session.tokens.input + session.tokens.output)} <span>tokens</span>
          </>
        )}
      </div>
      <Since at={session.outputAt ?? session.since} />
      <SessionMenu session={session} zoomable />
    </li>
  );
});

function Since({ at }: { readonly at: number }) {
  const now = useNow();
  return <time className={s['since']}>{ago(at, now)}</time>;
}
