/** What the sessions list shows: words of a filter against a session, and the order. */
import type { Session } from '../../shared/contract/sessions.ts';
import type { State } from '../../shared/contract/states.ts';

/** Groups that a person filters by; every state is in exactly one. */
export const GROUPS = ['all', 'needs you', 'working', 'ready', 'ended'] as const;
export type Group = (typeof GROUPS)[number];

const ENDED: ReadonlySet<State> = new Set<State>(['exited', 'unreachable']);
const BUSY: ReadonlySet<State> = new Set<State>(['working', 'starting']);

export type Filtered = Pick<
  Session,
  'name' | 'agent' | 'cwd' | 'branch' | 'tags' | 'title' | 'state' | 'needsYou' | 'archived'
>;

export function groupOf(session: Pick<Session, 'state' | 'needsYou' | 'archived'>): Exclude<Group, 'all'> {
  if (session.archived || ENDED.has(session.state)) return 'ended';
  if (session.needsYou) return 'needs you';
  return BUSY.has(session.state) ? 'working' : 'ready';
}

/** Every word must be found somewhere in the session, whatever the case and order. */
export function matches(session: Filtered, text: string, group: Group): boolean {
  if (group !== 'all' && groupOf(session) !== group) return false;
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0) return true;
  const hay = [
    session.name,
    session.agent,
    session.cwd,
    session.branch ?? '',
    session.title,
    session.state,
    ...session.tags,
  ]
    .join('\n')
    .toLowerCase();
  return words.every((word) => hay.includes(word));
}

/** The end of a path tells more than its beginning: the last two folders, `…` for what is left out. */
export function shortPath(path: string): string {
  const parts = path.split('/').filter(Boolean);
  return parts.length <= 3 ? path : `…/${parts.slice(-2).join('/')}`;
}

/** Those that need a person first, then by name; numbers inside names count as numbers (`a2` before `a10`). */
export function byUrgency(a: Filtered, b: Filtered): number {
  const rank = (session: Filtered) => (groupOf(session) === 'needs you' ? 0 : groupOf(session) === 'ended' ? 2 : 1);
  return rank(a) - rank(b) || a.name.localeCompare(b.name, 'en', { numeric: true });
}
