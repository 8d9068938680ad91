/** One machine: who it is, how it is, what runs there, and what can be done about it. */
import {
  Ellipsis,
  KeyRound,
  Laptop,
  Plug,
  Plus,
  RefreshCw,
  Server,
  Stethoscope,
  Trash2,
  TriangleAlert,
  Waypoints,
} from 'lucide-react';
import { useEffect, useState } from 'react';
import { Link } from 'wouter';
import { useShallow } from 'zustand/react/shallow';
import type { Node } from '../../../shared/contract/nodes.ts';
import { attempt } from '../../app/act.ts';
import { useCan, wire } from '../../app/connect.ts';
import { useSessions } from '../../app/feeds.ts';
import { groupOf } from '../../app/filter.ts';
import { agentsThere, LOCAL, showQuestion, useNode } from '../../app/nodes.ts';
import { routes } from '../../app/routes.ts';
import { useStart } from '../../app/start.ts';
import { ago, clock, useNow } from '../../app/time.ts';
import { Badge } from '../../ui/Badge.tsx';
import { Button } from '../../ui/Button.tsx';
import { Menu, type MenuEntry } from '../../ui/Menu.tsx';
import { Checks } from './Checks.tsx';
import { useHealth } from './health.ts';
import { Meters } from './Meters.tsx';
import { NodeState } from './NodeState.tsx';
import s from './Nodes.module.css';
import { Ports } from './Ports.tsx';
import { RemoveNode } from './RemoveNode.tsx';
import { keyChanged, trying } from './steps.ts';
import { trip, until } from './words.ts';

const ICON = { size: 15, 'aria-hidden': true } as const;

export const connect = (node: Pick<Node, 'id' | 'title'>) =>
  attempt(`${node.title} is not tried now`, () => wire().call('nodes.connect', { node: node.id }));

export function NodeCard({ id }: { readonly id: string }) {
  const node = useNode(id);
  const look = useHealth(id);
  const agents = useAgents(node);
  const admin = useCan('admin');
  const canRun = useCan('run');
  const start = useStart();
  const [open, setOpen] = useState<'none' | 'checks' | 'ports'>('none');
  const [removing, setRemoving] = useState(false);
  if (!node) return null;
  const far = node.kind !== 'local';
  const Icon = far ? Server : Laptop;
  const toggle = (part: 'checks' | 'ports') => setOpen((now) => (now === part ? 'none' : part));
  const latency = far ? (look.health?.node.latencyMs ?? node.latencyMs) : null;
  const facts: readonly (readonly [string, string])[] = [
    ...(far ? [['Address', node.address] as const] : []),
    ['tmux', node.tmux ?? (node.reachable ? 'not found' : 'not known yet')],
    ...(latency !== null && node.reachable ? [['Round trip', trip(latency)] as const] : []),
    ...(look.health !== null && look.health.system !== '' ? [['System', look.health.system] as const] : []),
    ...(node.home === '' ? [] : [['Home', node.home] as const]),
  ];
  const entries = (): readonly MenuEntry[] => [
    ...(far && admin && node.state !== 'live'
      ? [{ key: 'connect', label: 'Connect now', icon: <Plug {...ICON} />, onSelect: () => void connect(node) }]
      : []),
    ...(admin
      ? [
          {
            key: 'doctor',
            label: far ? 'Check it' : 'Check this machine',
            icon: <Stethoscope {...ICON} />,
            onSelect: () => setOpen('checks'),
          },
        ]
      : []),
    ...(node.kind === 'ssh' && canRun
      ? [{ key: 'ports', label: 'Ports', icon: <Waypoints {...ICON} />, onSelect: () => setOpen('ports') }]
      : []),
    ...(far && admin
      ? [
          {
            key: 'remove',
            label: 'Remove…',
            icon: <Trash2 {...ICON} />,
            danger: true,
            apart: true,
            onSelect: () => setRemoving(true),
          },
        ]
      : []),
  ];
  return (
    <section className={s['card']} aria-label={node.title} data-state={node.state}>
      <header className={s['head']}>
        <span className={s['icon']}>
          <Icon size={16} aria-hidden />
        </span>
        <div className={s['who']}>
          <h2 dir="auto">{node.title}</h2>
          <span className={s['kind']}>{node.kind === 'hub' ? 'hub' : far ? 'SSH' : 'this machine'}</span>
        </div>
        <NodeState node={node} />
        {far && <Since node={node} />}
        {entries().length > 0 && (
          <Menu
            trigger={
              <Button look="icon" aria-label={`Actions for ${node.title}`}>
                <Ellipsis size={16} aria-hidden />
              </Button>
            }
            entries={entries}
          />
        )}
      </header>
      <Trouble node={node} admin={admin} />
      <dl className={s['facts']}>
        {facts.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      {node.reachable && <Meters look={look} />}
      <div className={s['foot']}>
        <Sessions node={node} />
        {agents !== null && agents.length > 0 && (
          <span className={s['agents']}>
            {agents.map((agent) => (
              <Badge key={agent.key} title={agent.version ?? undefined}>
                {agent.key}
              </Badge>
            ))}
          </span>
        )}
        <span className={s['gap']} />
        {admin && (
          <Button look="ghost" aria-expanded={open === 'checks'} onClick={() => toggle('checks')}>
            <Stethoscope size={14} aria-hidden />
            {far ? 'Check' : 'Check this machine'}
          </Button>
        )}
        {far && canRun && node.reachable && (
          <Button look="ghost" aria-expanded={open === 'ports'} onClick={() => toggle('ports')}>
            <Waypoints size={14} aria-hidden />
            Ports
          </Button>
        )}
        {far && start && node.state === 'live' && (
          <Button aria-label={`New session on ${node.title}`} onClick={() => start({ node: node.id })}>
            <Plus size={14} aria-hidden />
            New session
          </Button>
        )}
      </div>
      {open === 'checks' && <Checks node={node} />}
      {open === 'ports' && <Ports node={node} />}
      {removing && <RemoveNode node={node} onClose={() => setRemoving(false)} />}
    </section>
  );
}

/** Why it is not well, and the one thing to do about it. */
function Trouble({ node, admin }: { readonly node: Node; readonly admin: boolean }) {
  const now = useNow();
  /** While it is tried again, why the last try failed is what one wants to read. */
  const [why, setWhy] = useState('');
  const { problem, reachable } = node;
  const again = node.state === 'unreachable' && trying(node);
  useEffect(() => {
    if (reachable || !trying({ problem })) setWhy(reachable ? '' : problem);
  }, [problem, reachable]);
  if (node.question !== null)
    return (
      <div className={s['trouble']} data-tone="need">
        <KeyRound size={14} aria-hidden />
        <p dir="auto">{node.question.title}</p>
        {admin && node.question !== null && (
          <Button onClick={() => node.question && showQuestion(node.question.id)}>Answer</Button>
        )}
      </div>
    );
  if (node.problem === '' || node.state === 'live') return null;
  if (node.state === 'connecting') return <p className={s['going']}>{sentence(node.problem)}</p>;
  const changed = keyChanged(node);
  return (
    <div className={s['trouble']} data-tone={node.state === 'degraded' ? 'need' : 'bad'}>
      <TriangleAlert size={14} aria-hidden />
      <div>
        <p dir="auto">{sentence((again && why) || (again ? 'It does not answer.' : node.problem))}</p>
        {changed && (
          <p className={s['next']}>
            Quarterdeck does not go on by itself. Ask who runs this machine; clear the old key only when they say that
            it was set up anew, then connect again.
          </p>
        )}
        {!changed && node.state === 'unreachable' && (
          <p className={s['next']}>
            {again
              ? 'Trying again now.'
              : node.retryAt === null
                ? 'It is not tried again until you connect.'
                : `It is tried again ${until(node.retryAt, now)}.`}
            {node.sessions > 0 && ' Its sessions go on there.'}
          </p>
        )}
      </div>
      {admin && (
        <Button
          aria-label={`${changed ? 'Connect again to' : 'Connect now to'} ${node.title}`}
          onClick={() => void connect(node)}
        >
          <RefreshCw size={14} aria-hidden />
          {changed ? 'Connect again' : 'Connect now'}
        </Button>
      )}
    </div>
  );
}

const sentence = (text: string): string => text.replace(/^\p{Ll}/u, (first) => first.toUpperCase());

function Since({ node }: { readonly node: Node }) {
  const now = useNow();
  const word = node.state === 'unreachable' ? 'last seen ' : '';
  const text = ago(node.since, now);
  return (
    <time className={s['since']} dateTime={new Date(node.since).toISOString()} title={clock(node.since)}>
      {word}
      {text === 'now' ? (word === '' ? 'just now' : 'now') : word === '' ? `for ${text}` : `${text} ago`}
    </time>
  );
}

const ORDER = ['needs you', 'working', 'ready', 'ended'] as const;

/** How many sessions, and in which states. */
function Sessions({ node }: { readonly node: Node }) {
  const counts = useSessions(
    useShallow((rows) => {
      const found: [number, number, number, number, number] = [0, 0, 0, 0, 0];
      for (const each of rows.byKey.values()) {
        if (each.node !== node.id || each.archived) continue;
        if (each.state === 'unreachable') found[4] += 1;
        else {
          const at = ORDER.indexOf(groupOf(each));
          found[at] = (found[at] ?? 0) + 1;
        }
      }
      return found;
    }),
  );
  const total = counts.reduce((sum, count) => sum + count, 0);
  const words = [
    ...ORDER.map(
      (group, i) =>
        [group === 'needs you' ? (counts[i] === 1 ? 'needs you' : 'need you') : group, counts[i] ?? 0] as const,
    ),
    ['unreachable', counts[4]] as const,
  ].filter(([, count]) => count > 0);
  return (
    <span className={s['sessions']}>
      <Link href={`${routes.sessions}?node=${encodeURIComponent(node.id)}`}>
        {total} {total === 1 ? 'session' : 'sessions'}
      </Link>
      {words.length > 0 && <span>{words.map(([word, count]) => `${count} ${word}`).join(', ')}</span>}
    </span>
  );
}

type There = readonly { readonly key: string; readonly version: string | null }[];

/** Agent programs that it has; null while it is not known. */
function useAgents(node: Node | undefined): There | null {
  const [agents, setAgents] = useState<There | null>(null);
  const { id = '', state, since = 0 } = node ?? {};
  useEffect(() => {
    if (id === '' || (id !== LOCAL && state !== 'live')) return;
    let gone = false;
    const asked: Promise<There> =
      id === LOCAL
        ? wire()
            .call('agents.list', {})
            .then((list) => list.filter((each) => each.kind === 'agent' && each.installed))
        : agentsThere(id, since);
    // What is not known is not shown; the doctor says why.
    asked.then(
      (found) => !gone && setAgents(found),
      () => undefined,
    );
    return () => {
      gone = true;
    };
  }, [id, state, since]);
  return agents;
}
