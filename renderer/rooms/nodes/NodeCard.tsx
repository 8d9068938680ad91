/** One machine: who it is, how it is, what runs there, and what can be done about it. */
import {
  ChevronDown,
  CirclePause,
  Ellipsis,
  KeyRound,
  Laptop,
  Pencil,
  Plug,
  Plus,
  RefreshCw,
  Server,
  Stethoscope,
  Table2,
  Trash2,
  TriangleAlert,
  Waypoints,
} from 'lucide-react';
import { type ReactNode, useEffect, useState } from 'react';
import { Link } from 'wouter';
import { useShallow } from 'zustand/react/shallow';
import type { Node, NodeHealth } from '../../../shared/contract/nodes.ts';
import { attempt } from '../../app/act.ts';
import { useCan, useLink, wire } from '../../app/connect.ts';
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
import { EditHub } from './EditHub.tsx';
import { EditNode } from './EditNode.tsx';
import { Figures, Graphs } from './Graphs.tsx';
import { factsOf } from './history.ts';
import { NodeState } from './NodeState.tsx';
import s from './Nodes.module.css';
import { Ports } from './Ports.tsx';
import { RemoveNode } from './RemoveNode.tsx';
import { keyChanged, nextOf } from './steps.ts';
import { size, skew, until } from './words.ts';

const ICON = { size: 15, 'aria-hidden': true } as const;

export const connect = (node: Pick<Node, 'id' | 'title'>) =>
  attempt(`${node.title} is not tried now`, () => wire().call('nodes.connect', { node: node.id }));

const disconnect = (node: Pick<Node, 'id' | 'title'>) =>
  attempt(`${node.title} stays connected`, () => wire().call('nodes.disconnect', { node: node.id }));

type Part = 'none' | 'checks' | 'ports' | 'figures';

/** `folded`: only who it is and what is wrong, until it is opened. */
export function NodeCard(props: {
  readonly id: string;
  readonly folded: boolean;
  /** Null where cards are not folded. */
  readonly onFold: ((folded: boolean) => void) | null;
}) {
  const { id, folded, onFold } = props;
  const node = useNode(id);
  const admin = useCan('admin');
  const canRun = useCan('run');
  const start = useStart();
  const [open, setOpen] = useState<Part>('none');
  const [removing, setRemoving] = useState(false);
  const [editing, setEditing] = useState(false);
  if (!node) return null;
  const far = node.kind !== 'local';
  const Icon = far ? Server : Laptop;
  const show = (part: Part) => {
    onFold?.(false);
    setOpen(part);
  };
  const offline = node.reason === 'offline';
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
            onSelect: () => show('checks'),
          },
        ]
      : []),
    ...(node.kind === 'ssh' && canRun
      ? [{ key: 'ports', label: 'Ports', icon: <Waypoints {...ICON} />, onSelect: () => show('ports') }]
      : []),
    { key: 'figures', label: 'Figures of the last hour', icon: <Table2 {...ICON} />, onSelect: () => show('figures') },
    ...((node.kind === 'ssh' || node.hub?.added === true) && admin
      ? [
          {
            key: 'edit',
            label: 'Edit…',
            icon: <Pencil {...ICON} />,
            apart: true,
            onSelect: () => setEditing(true),
          },
          ...(offline || node.kind !== 'ssh'
            ? []
            : [
                {
                  key: 'offline',
                  label: 'Take offline',
                  icon: <CirclePause {...ICON} />,
                  onSelect: () => void disconnect(node),
                },
              ]),
        ]
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
  const toggle = (part: Part, label: string, icon: ReactNode) => (
    <Button look="ghost" aria-expanded={open === part} onClick={() => setOpen((now) => (now === part ? 'none' : part))}>
      {icon}
      {label}
    </Button>
  );
  return (
    <section id={node.id} tabIndex={-1} className={s['card']} aria-label={node.title} data-state={node.state}>
      <header className={s['head']}>
        {onFold && (
          <Button
            look="icon"
            className={s['fold']}
            aria-label={folded ? `Show more of ${node.title}` : `Show less of ${node.title}`}
            aria-expanded={!folded}
            onClick={() => onFold(!folded)}
          >
            <ChevronDown size={16} aria-hidden />
          </Button>
        )}
        <span className={s['icon']}>
          <Icon size={16} aria-hidden />
        </span>
        <div className={s['who']}>
          <h2 dir="auto">{node.title}</h2>
          <span className={s['kind']}>{node.kind === 'hub' ? 'hub' : far ? 'SSH' : 'this machine'}</span>
        </div>
        {folded && <Sessions node={node} short />}
        <NodeState node={node} />
        {far && <Since node={node} />}
        <Menu
          trigger={
            <Button look="icon" aria-label={`Actions for ${node.title}`}>
              <Ellipsis size={16} aria-hidden />
            </Button>
          }
          entries={entries}
        />
      </header>
      <Trouble node={node} admin={admin} onEdit={() => setEditing(true)} />
      {!folded && (
        <>
          <Facts node={node} />
          <Graphs node={node} />
          <div className={s['foot']}>
            <Sessions node={node} />
            <Agents node={node} />
            <span className={s['gap']} />
            {toggle('figures', 'Figures', <Table2 size={14} aria-hidden />)}
            {admin && toggle('checks', far ? 'Check' : 'Check this machine', <Stethoscope size={14} aria-hidden />)}
            {node.kind === 'ssh' &&
              canRun &&
              node.reachable &&
              toggle('ports', 'Ports', <Waypoints size={14} aria-hidden />)}
            {far && start && node.state === 'live' && (
              <Button aria-label={`New session on ${node.title}`} onClick={() => start({ node: node.id })}>
                <Plus size={14} aria-hidden />
                New session
              </Button>
            )}
          </div>
          {open === 'checks' && <Checks node={node} />}
          {open === 'ports' && <Ports node={node} />}
          {open === 'figures' && <Figures node={node} />}
        </>
      )}
      {removing && <RemoveNode node={node} onClose={() => setRemoving(false)} />}
      {editing && node.kind === 'ssh' && <EditNode node={node} onClose={() => setEditing(false)} />}
      {editing && node.kind === 'hub' && <EditHub node={node} onClose={() => setEditing(false)} />}
    </section>
  );
}

function Facts({ node }: { readonly node: Node }) {
  const { id, since, reachable, tmux, via } = node;
  const [health, setHealth] = useState<NodeHealth | null>(null);
  const online = useLink((link) => link.state === 'online');
  useEffect(() => {
    if (!reachable || !online) return;
    let gone = false;
    // What is not known is not shown; the doctor says why.
    factsOf(id, since).then(
      (found) => !gone && setHealth(found),
      () => undefined,
    );
    return () => {
      gone = true;
    };
  }, [id, since, reachable, online]);
  const { hub } = node;
  const off = hub ? hub.skewMs : (health?.clockSkewMs ?? null);
  const late = off === null ? null : skew(off);
  const facts: readonly (readonly [string, string])[] = [
    ...(node.kind === 'local' ? [] : [['Address', node.address] as const]),
    ...(via.length === 0 ? [] : [['Through', via.join(', ')] as const]),
    ...(hub ? [['Quarterdeck', hub.version] as const] : []),
    ['tmux', tmux ?? (reachable ? 'not found' : 'not known yet')],
    ...(health !== null && health.system !== ''
      ? [['System', health.system] as const]
      : hub
        ? [['System', `${hub.platform} ${hub.arch}`] as const]
        : []),
    ...(hub && !reachable ? [['Memory', `${size(hub.memory.free)} of ${size(hub.memory.total)} free`] as const] : []),
    ...(node.home === '' ? [] : [['Home', node.home] as const]),
    ...(late === null ? [] : [['Clock', late] as const]),
  ];
  return (
    <dl className={s['facts']}>
      {facts.map(([name, value]) => (
        <div key={name} data-much={name === 'Clock'}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

/** Why it is not well, and the one thing to do about it. */
function Trouble(props: { readonly node: Node; readonly admin: boolean; readonly onEdit: () => void }) {
  const { node, admin } = props;
  const now = useNow();
  const { question, reason } = node;
  if (question !== null)
    return (
      <div className={s['trouble']} data-tone="need">
        <KeyRound size={14} aria-hidden />
        <p dir="auto">{question.title}</p>
        {admin && <Button onClick={() => showQuestion(question.id)}>Answer</Button>}
      </div>
    );
  if (node.problem === '' || node.state === 'live') return null;
  if (node.state === 'connecting') return <p className={s['going']}>{sentence(node.problem)}</p>;
  const changed = keyChanged(node);
  const offline = reason === 'offline';
  const degraded = node.state === 'degraded';
  const again = degraded ? 'Look again' : changed ? 'Connect again' : offline ? 'Connect' : 'Connect now';
  const when = node.trying
    ? 'Trying again now.'
    : node.retryAt === null
      ? 'It is not tried again until you connect.'
      : `It is tried again ${until(node.retryAt, now)}.`;
  const Icon = offline ? CirclePause : TriangleAlert;
  return (
    <div className={s['trouble']} data-tone={offline ? 'off' : degraded ? 'need' : 'bad'}>
      <Icon size={14} aria-hidden />
      <div>
        <p dir="auto">{sentence(node.problem)}</p>
        <p className={s['next']}>
          {[
            nextOf(node),
            changed || degraded || offline ? '' : when,
            node.sessions > 0 && !node.reachable ? 'Its sessions go on there.' : '',
          ]
            .filter(Boolean)
            .join(' ')}
        </p>
      </div>
      {admin && (
        <span className={s['acts']}>
          {(reason === 'auth' || reason === 'config') && (
            <Button aria-label={`Edit ${node.title}`} onClick={props.onEdit}>
              <Pencil size={14} aria-hidden />
              Edit
            </Button>
          )}
          <Button aria-label={`${again}${degraded ? ' at' : ' to'} ${node.title}`} onClick={() => void connect(node)}>
            {offline ? <Plug size={14} aria-hidden /> : <RefreshCw size={14} aria-hidden />}
            {again}
          </Button>
        </span>
      )}
    </div>
  );
}

/** Words of the hub begin small, to stand behind a name; a name of a host stays as it is written. */
const sentence = (text: string): string =>
  text.replace(/^(?:connecting|taken|it) /, (word) => `${word[0]?.toUpperCase()}${word.slice(1)}`);

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
function Sessions({ node, short = false }: { readonly node: Node; readonly short?: boolean }) {
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
      {words.length > 0 && !short && <span>{words.map(([word, count]) => `${count} ${word}`).join(', ')}</span>}
    </span>
  );
}

type There = readonly { readonly key: string; readonly version: string | null }[];

/** Agent programs that it has; none while they are not known. */
function Agents({ node }: { readonly node: Node }) {
  const [agents, setAgents] = useState<There>([]);
  const { id, state, since, hub } = node;
  const isHub = hub !== undefined;
  useEffect(() => {
    // A hub says with each beat what it has.
    if (isHub || (id !== LOCAL && state !== 'live')) return;
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
  }, [id, state, since, isHub]);
  const there = hub?.agents ?? agents;
  if (there.length === 0) return null;
  return (
    <span className={s['agents']}>
      {there.map((agent) => (
        <Badge key={agent.key} title={agent.version ?? undefined}>
          {agent.key}
        </Badge>
      ))}
    </span>
  );
}
