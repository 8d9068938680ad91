/** One search over everything that sessions show and showed: live terminals with their history, and recordings. */
import { CirclePlay, LoaderCircle, Search, SquareTerminal } from 'lucide-react';
import { type KeyboardEvent, type ReactNode, useEffect, useMemo, useRef, useState } from 'react';
import { Link, useLocation } from 'wouter';
import type { CallOutput } from '../../../shared/contract/contract.ts';
import type { Session } from '../../../shared/contract/sessions.ts';
import { messageOf, useLink, wire } from '../../app/connect.ts';
import { useSessions } from '../../app/feeds.ts';
import { NodeFilter, useNodeInAddress } from '../../app/NodeFilter.tsx';
import { NodeMark } from '../../app/NodeMark.tsx';
import { useSearch } from '../../app/navigate.ts';
import { addressOf, replayPath, routes, sessionPath } from '../../app/routes.ts';
import { Button } from '../../ui/Button.tsx';
import { Empty } from '../../ui/Empty.tsx';
import { Find } from '../../ui/Find.tsx';
import { isSameDay, moment } from './axis.ts';
import { groupBy } from './groups.ts';
import s from './SearchAll.module.css';

type Live = CallOutput<'sessions.search'>[number];
type Recorded = CallOutput<'recordings.search'>[number];
interface Answer<Hit> {
  readonly hits: readonly Hit[] | null;
  readonly problem: string | null;
}

const WAIT_MS = 250;
const LIMIT = 100;
const NOTHING = { hits: null, problem: null } as const;

export default function SearchAll() {
  const search = useSearch();
  const q = new URLSearchParams(search).get('q') ?? '';
  const [node, setNode] = useNodeInAddress();
  const [, navigate] = useLocation();
  const [text, setText] = useState(q);
  const [live, setLive] = useState<Answer<Live>>(NOTHING);
  const [recorded, setRecorded] = useState<Answer<Recorded>>(NOTHING);
  const [turn, setTurn] = useState(0);
  const online = useLink((link) => link.state === 'online');
  const results = useRef<HTMLDivElement>(null);
  const typed = useRef(q);

  // The address follows what is typed, so that coming back from a place finds the same results.
  useEffect(() => {
    if (text === typed.current) return;
    const timer = setTimeout(() => {
      typed.current = text;
      const query = new URLSearchParams(search);
      if (text === '') query.delete('q');
      else query.set('q', text);
      navigate(query.size === 0 ? routes.search : `${routes.search}?${query}`, { replace: true });
    }, WAIT_MS);
    return () => clearTimeout(timer);
  }, [text, navigate, search]);
  useEffect(() => {
    if (q === typed.current) return;
    typed.current = q;
    setText(q);
  }, [q]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: each turn asks again
  useEffect(() => {
    setLive(NOTHING);
    setRecorded(NOTHING);
    const wanted = q.slice(0, 256);
    if (wanted.trim() === '' || !online) return;
    let gone = false;
    const put =
      <Hit,>(set: (answer: Answer<Hit>) => void) =>
      (answer: Promise<readonly Hit[]>) =>
        void answer.then(
          (hits) => !gone && set({ hits, problem: null }),
          (error: unknown) => !gone && set({ hits: [], problem: messageOf(error) }),
        );
    put(setLive)(wire().call('sessions.search', { q: wanted, limit: LIMIT }));
    put(setRecorded)(wire().call('recordings.search', { q: wanted, limit: LIMIT }));
    return () => {
      gone = true;
    };
  }, [q, turn, online]);

  const sessions = useSessions((rows) => rows.byKey);
  // Hubs of before tell the name alone.
  const byName = useMemo(() => new Map([...sessions.values()].map((each) => [each.name, each])), [sessions]);
  const sessionOf = (hit: Live | Recorded | undefined): Session | undefined =>
    hit?.id === undefined ? byName.get(hit?.session ?? '') : sessions.get(hit.id);
  // Where a session that is gone has run is not known: it is in the results only while no machine is chosen.
  const there = <Hit extends Live | Recorded>({ hits }: Answer<Hit>): readonly Hit[] =>
    (hits ?? []).filter((hit) => node === null || sessionOf(hit)?.node === node);
  const liveHits = there(live);
  const recordedHits = there(recorded);
  // Two machines may have sessions of one name.
  const liveGroups = groupBy(liveHits, (hit) => hit.id ?? hit.session);
  const recordedGroups = groupBy(recordedHits, (hit) => hit.id);
  const asked = q.trim() !== '';
  const busy = asked && (live.hits === null || recorded.hits === null);
  const problems = [live.problem, recorded.problem].filter((each) => each !== null);
  const count = liveHits.length + recordedHits.length;

  /** Arrows walk from the field through the results and back. */
  const walk = (event: KeyboardEvent) => {
    if (event.key !== 'ArrowDown' && event.key !== 'ArrowUp') return;
    const links = [...(results.current?.querySelectorAll<HTMLElement>('a') ?? [])];
    const here = links.indexOf(document.activeElement as HTMLElement);
    const next = event.key === 'ArrowDown' ? here + 1 : here - 1;
    const field = event.currentTarget.querySelector('input');
    const target = next < 0 ? field : links[Math.min(next, links.length - 1)];
    if (!target || (here < 0 && event.key === 'ArrowUp')) return;
    event.preventDefault();
    target.focus();
  };

  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: only moves the focus among its own links
    <div className={s['page']} onKeyDown={walk}>
      <search className={s['bar']}>
        <Find
          autoFocus
          label="Search all terminals and recordings"
          className={s['field']}
          placeholder="Search all terminals and recordings"
          maxLength={256}
          autoComplete="off"
          autoCapitalize="none"
          spellCheck={false}
          value={text}
          onChange={(event) => setText(event.target.value)}
        />
        <NodeFilter value={node} onChange={setNode} />
        <span className={s['count']} role="status">
          {busy ? (
            <>
              <LoaderCircle size={14} aria-hidden />
              <span className="visually-hidden">Searching</span>
            </>
          ) : asked ? (
            `${count}${(live.hits?.length ?? 0) >= LIMIT || (recorded.hits?.length ?? 0) >= LIMIT ? '+' : ''} found`
          ) : (
            ''
          )}
        </span>
      </search>
      <div ref={results} className={s['results']}>
        {problems.length > 0 && (
          <div className={s['problem']} role="alert">
            <span>{problems.join(' ')}</span>
            <Button onClick={() => setTurn((now) => now + 1)}>Try again</Button>
          </div>
        )}
        {!asked && (
          <Empty
            icon={<Search size={20} aria-hidden />}
            title="Search what every agent has shown"
            text="On its screen, in its scrollback, and in the recordings, also of sessions that are gone. Upper and lower case are the same."
          />
        )}
        {asked && !busy && count === 0 && problems.length === 0 && (
          <Empty title={`Nothing shows “${q}”`} text="No terminal and no recording has it. Try a shorter part of it." />
        )}
        {liveGroups.length > 0 && (
          <Section title="On screens and in scrollback">
            {liveGroups.map(({ key, rows }) => {
              const session = sessionOf(rows[0]);
              const address = session ? addressOf(session) : key;
              return (
                <Group
                  key={key}
                  icon={<SquareTerminal size={14} aria-hidden />}
                  name={rows[0]?.session ?? key}
                  count={rows.length}
                  node={session?.node}
                >
                  {rows.map((hit) => (
                    <Hit key={hit.line} to={`${sessionPath(address)}?find=${encodeURIComponent(q)}`} hit={hit}>
                      line {hit.line + 1}
                    </Hit>
                  ))}
                </Group>
              );
            })}
          </Section>
        )}
        {recordedGroups.length > 0 && (
          <Section title="In recordings">
            {recordedGroups.map(({ key, rows }) => (
              <Group
                key={key}
                icon={<CirclePlay size={14} aria-hidden />}
                name={rows[0]?.session ?? key}
                count={rows.length}
                node={sessionOf(rows[0])?.node}
              >
                {rows.map((hit) => (
                  <Hit
                    key={`${hit.at} ${hit.text}`}
                    to={`${replayPath(hit.id)}?at=${Math.ceil(hit.at)}&find=${encodeURIComponent(q)}`}
                    hit={hit}
                  >
                    <time dateTime={new Date(hit.at).toISOString()}>
                      {moment(hit.at, !isSameDay(hit.at, Date.now()))}
                    </time>
                  </Hit>
                ))}
              </Group>
            ))}
          </Section>
        )}
      </div>
    </div>
  );
}

function Section({ title, children }: { readonly title: string; readonly children: ReactNode }) {
  return (
    <section className={s['section']} aria-label={title}>
      <h2 className={s['title']}>{title}</h2>
      {children}
    </section>
  );
}

function Group(props: {
  readonly icon: ReactNode;
  readonly name: string;
  readonly count: number;
  readonly node: string | undefined;
  readonly children: ReactNode;
}) {
  return (
    <div className={s['group']}>
      <h3 className={s['name']}>
        {props.icon}
        {props.name}
        <span>{props.count}</span>
        {props.node !== undefined && <NodeMark id={props.node} />}
      </h3>
      <ul>{props.children}</ul>
    </div>
  );
}

function Hit(props: {
  readonly to: string;
  readonly hit: { readonly text: string; readonly from: number; readonly to: number };
  readonly children: ReactNode;
}) {
  const { text, from, to } = props.hit;
  // What was found is to be seen without scrolling, however long the line.
  const start = Math.max(0, from - 60);
  return (
    <li>
      <Link href={props.to} className={s['hit']}>
        <span className={s['text']}>
          {start > 0 && '…'}
          {text.slice(start, from).trimStart()}
          <mark>{text.slice(from, to)}</mark>
          {text.slice(to)}
        </span>
        <span className={s['where']}>{props.children}</span>
      </Link>
    </li>
  );
}
