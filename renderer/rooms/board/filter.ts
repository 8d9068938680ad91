/** What the board shows: a filter that lives in the address, and a card against it. Pure. */
import type { Actor } from '../../../shared/contract/actors.ts';
import type { CardRow, Column, Priority } from '../../../shared/contract/board.ts';

export const PRIORITIES: readonly Priority[] = ['urgent', 'high', 'normal', 'low'];
/** In place of an owner: cards that nobody owns. */
export const NOBODY = '-';

export interface Filter {
  readonly text: string;
  readonly tag: string;
  /** `kind:id` of an actor, NOBODY, or empty for anybody. */
  readonly owner: string;
  readonly priority: Priority | '';
  readonly mine: boolean;
  readonly blocked: boolean;
  readonly overdue: boolean;
  /** Id of the machine on which a session works on it; empty for any. */
  readonly node: string;
}
export const NO_FILTER: Filter = {
  text: '',
  tag: '',
  owner: '',
  priority: '',
  mine: false,
  blocked: false,
  overdue: false,
  node: '',
};

export const actorKey = (actor: Actor): string => `${actor.kind}:${actor.id}`;

/** From the query of an address; what it does not know is left out. */
export function readFilter(search: string): Filter {
  const query = new URLSearchParams(search);
  const priority = PRIORITIES.find((each) => each === query.get('priority')) ?? '';
  return {
    text: query.get('q') ?? '',
    tag: query.get('tag') ?? '',
    owner: query.get('owner') ?? '',
    priority,
    mine: query.get('mine') === '1',
    blocked: query.get('blocked') === '1',
    overdue: query.get('overdue') === '1',
    node: query.get('node') ?? '',
  };
}

/** Into a query, with its question mark; empty when nothing is filtered. */
export function writeFilter(filter: Filter): string {
  const query = new URLSearchParams();
  if (filter.text !== '') query.set('q', filter.text);
  if (filter.tag !== '') query.set('tag', filter.tag);
  if (filter.owner !== '') query.set('owner', filter.owner);
  if (filter.priority !== '') query.set('priority', filter.priority);
  for (const flag of ['mine', 'blocked', 'overdue'] as const) if (filter[flag]) query.set(flag, '1');
  if (filter.node !== '') query.set('node', filter.node);
  const text = query.toString();
  return text === '' ? '' : `?${text}`;
}

export const isFiltered = (filter: Filter): boolean => writeFilter(filter) !== '';

export const isFinished = (kind: Column['kind'] | undefined): boolean => kind === 'done' || kind === 'discarded';

/** A due day that has passed, of a card that is not finished. `today`: YYYY-MM-DD where the person is. */
export const isOverdue = (row: Pick<CardRow, 'due' | 'finishedAt'>, today: string): boolean =>
  row.due !== null && row.finishedAt === null && row.due < today;

export const isMine = (row: Pick<CardRow, 'owner' | 'claim'>, me: string): boolean =>
  [row.owner, row.claim?.by].some((actor) => actor?.kind === 'user' && actor.id === me);

export interface Around {
  readonly me: string;
  readonly today: string;
  /** Keys that the hub found by the text in their descriptions, which rows do not carry. */
  readonly described: ReadonlySet<string>;
  /** Session ids to the machines that they run on. */
  readonly nodes: ReadonlyMap<string, string>;
}

/** A session that claims it, owns it or is linked to it runs on that machine. */
export const isOn = (row: Pick<CardRow, 'owner' | 'claim' | 'links'>, node: string, nodes: Around['nodes']): boolean =>
  [row.links.session, ...[row.owner, row.claim?.by].map((actor) => (actor?.kind === 'session' ? actor.id : null))].some(
    (session) => session != null && nodes.get(session) === node,
  );

export function matches(row: CardRow, filter: Filter, around: Around): boolean {
  if (filter.tag !== '' && !row.tags.includes(filter.tag)) return false;
  if (filter.owner === NOBODY && row.owner !== null) return false;
  if (filter.owner !== '' && filter.owner !== NOBODY && (row.owner === null || actorKey(row.owner) !== filter.owner))
    return false;
  if (filter.priority !== '' && row.priority !== filter.priority) return false;
  if (filter.mine && !isMine(row, around.me)) return false;
  if (filter.blocked && row.blockedBy.length === 0) return false;
  if (filter.overdue && !isOverdue(row, around.today)) return false;
  if (filter.node !== '' && !isOn(row, filter.node, around.nodes)) return false;
  const words = filter.text.toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0 || around.described.has(row.key)) return true;
  const hay = [row.key, row.title, row.owner?.name ?? '', row.claim?.by.name ?? '', row.links.branch ?? '', ...row.tags]
    .join('\n')
    .toLowerCase();
  return words.every((word) => hay.includes(word));
}

/** The day it is for the person who looks, as due days are written. */
export function dayOf(at: number): string {
  const date = new Date(at);
  const two = (n: number) => String(n).padStart(2, '0');
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
}
