/** Pure decisions of the board: what may be written, moved, claimed, and which card is next. */
import type { Actor } from '../../../shared/contract/actors.ts';
import type { Card, CardRow, Column, ColumnKind, Priority } from '../../../shared/contract/board.ts';
import type { FaultCode } from '../../../shared/fault.ts';

/** A card as it is kept: what is shown, and what only decisions need. */
export interface KeptCard extends Card {
  /** Of the last claim, whether it still stands or not; 0 when there never was one. */
  readonly fence: number;
  /** The owner came with the claim and goes with it. */
  readonly ownerByClaim: boolean;
  /** Who claimed it last to work on it, not to review it. */
  readonly worker: Actor | null;
  /** A claim ended while it was unfinished and nobody moved it since: work that somebody else may take up. */
  readonly lapsed: boolean;
}

export interface Refusal {
  readonly code: FaultCode;
  readonly message: string;
}

export const isFinished = (kind: ColumnKind): boolean => kind === 'done' || kind === 'discarded';
export const sameActor = (a: Actor | null | undefined, b: Actor | null | undefined): boolean =>
  !!a && !!b && a.kind === b.kind && a.id === b.id;
const isAgent = (actor: Actor): boolean => actor.kind === 'session';

export const PRIORITIES: readonly Priority[] = ['urgent', 'high', 'normal', 'low'];

// ---- changes -------------------------------------------------------------------------------------------------------

/** The fields that an edit may name. */
export const FIELDS = [
  'title',
  'description',
  'priority',
  'owner',
  'tags',
  'due',
  'dependencies',
  'checklist',
  'links',
  'cost',
  'review',
] as const;
export type Field = (typeof FIELDS)[number];
export type Patch = { readonly [F in Field]?: (F extends 'links' ? Partial<Card['links']> : Card[F]) | undefined };
export type Changes = Record<string, { before: unknown; after: unknown }>;

const equal = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);

/** What the patch names and really changes; everything else, also inside `links`, stays as it was. */
export function merge<C extends Card>(card: C, patch: Patch): { readonly card: C; readonly changes: Changes } {
  const after: Record<string, unknown> = {};
  const changes: Changes = {};
  for (const field of FIELDS) {
    const given = patch[field];
    if (given === undefined) continue;
    const named = Object.entries(given ?? {}).filter(([, value]) => value !== undefined);
    const value = field === 'links' ? { ...card.links, ...Object.fromEntries(named) } : given;
    if (equal(value, card[field])) continue;
    after[field] = value;
    changes[field] = { before: card[field], after: value };
  }
  return { card: { ...card, ...after }, changes };
}

/** Each once, in the order given. */
export const unique = (texts: readonly string[]): string[] => [...new Set(texts)];

// ---- who may write -------------------------------------------------------------------------------------------------

export interface Seen {
  readonly version?: number | undefined;
  readonly fence?: number | undefined;
}

const until = (at: number): string => new Date(at).toISOString();
export const heldBy = (card: Pick<Card, 'key' | 'claim'>): string =>
  card.claim
    ? `${card.key} is claimed by ${card.claim.by.name} until ${until(card.claim.expiresAt)}`
    : `nobody claims ${card.key}`;

/**
 * An edit or move of `card` by `by`. A fence that is not of the claim there is comes from a claimant whose lease ran out;
 * an agent keeps its hands off a card that somebody else claims, a person may.
 */
export function mayWrite(card: Card, by: Actor, seen: Seen): Refusal | null {
  if (seen.fence !== undefined && seen.fence !== card.claim?.fence) {
    return { code: 'stale', message: `the claim with fence ${seen.fence} has ended: ${heldBy(card)}; claim it again` };
  }
  if (card.claim && isAgent(by) && !sameActor(card.claim.by, by)) {
    return { code: 'taken', message: `${heldBy(card)}; only the claimant and people may change it` };
  }
  if (seen.version !== undefined && seen.version !== card.version) {
    const message = `${card.key} was changed meanwhile: you saw version ${seen.version}, it is ${card.version} now`;
    return { code: 'conflict', message };
  }
  return null;
}

/** Whoever had a hand in it, and so is no second pair of eyes. */
export const tookPart = (card: KeptCard, actor: Actor): boolean =>
  sameActor(card.owner, actor) || sameActor(card.worker, actor);

/** An agent must not free itself of the second look at its own work. */
export function mayEdit(card: KeptCard, by: Actor, changes: Changes): Refusal | null {
  if (!isAgent(by) || card.review !== 'other' || !tookPart(card, by)) return null;
  const field = 'review' in changes ? 'review' : 'owner' in changes ? 'owner' : null;
  if (field === null) return null;
  const message = `somebody else must review ${card.key}: its ${field} is changed by people, or by agents that did not work on it`;
  return { code: 'refused', message };
}

export interface Move {
  readonly card: KeptCard;
  readonly by: Actor;
  readonly from: Column | undefined;
  readonly to: Column;
  /** Cards in the target column, this one not counted. */
  readonly holds: number;
  readonly blockedBy: readonly string[];
}

export function mayMove({ card, by, from, to, holds, blockedBy }: Move): Refusal | null {
  if (from?.id === to.id) return null;
  if (to.kind === 'doing' && isAgent(by) && !card.claim) {
    const message = `an agent works on what it has claimed: claim ${card.key} first (qd board claim ${card.key})`;
    return { code: 'refused', message };
  }
  if (to.kind === 'done') {
    if (card.review === 'other' && tookPart(card, by)) {
      const message = `${card.key} wants a second look: anybody but its owner and who worked on it may move it to "${to.title}"; move it to review instead`;
      return { code: 'refused', message };
    }
    if (isAgent(by) && blockedBy.length > 0) return blocked(card.key, blockedBy);
  }
  return full(to, holds);
}

export function full(to: Column, holds: number): Refusal | null {
  if (to.limit === null || holds < to.limit) return null;
  const message = `"${to.title}" holds ${holds} of at most ${to.limit} ${to.limit === 1 ? 'card' : 'cards'}: move one out first, or raise its limit`;
  return { code: 'refused', message };
}

const blocked = (key: string, by: readonly string[]): Refusal => ({
  code: 'refused',
  message: `${key} waits for ${by.join(', ')}, which ${by.length === 1 ? 'is' : 'are'} not done`,
});

/** A new card made by an agent does not start in a column of work: it holds no claim on it yet. */
export function mayPlace(by: Actor, to: Column, holds: number): Refusal | null {
  if (to.kind === 'doing' && isAgent(by)) {
    const message = 'an agent works on what it has claimed: add the card elsewhere, claim it, then move it';
    return { code: 'refused', message };
  }
  return full(to, holds);
}

// ---- claims --------------------------------------------------------------------------------------------------------

/** Why the database gave no claim; null when by these facts it should have. */
export function claimRefusal(card: Card, kind: ColumnKind | undefined, blockedBy: readonly string[]): Refusal | null {
  if (card.claim) return { code: 'taken', message: heldBy(card) };
  if (kind === undefined || isFinished(kind)) {
    return { code: 'refused', message: `${card.key} is finished and cannot be claimed; move it back first` };
  }
  return blockedBy.length > 0 ? blocked(card.key, blockedBy) : null;
}

export interface Seeker {
  readonly actor: Actor;
  /** Tags that the card must carry all of; undefined: by `has`. */
  readonly wanted: readonly string[] | undefined;
  /** The session's own tags; undefined for people, who take any card. */
  readonly has: readonly string[] | undefined;
}

/** Work that was begun and given up comes first of its priority: it is nearest to the end. */
const KIND_ORDER: Readonly<Partial<Record<ColumnKind, number>>> = { doing: 0, todo: 1, backlog: 2 };

/** The best card that is free for the seeker; undefined when there is none. */
export function pickNext(
  rows: Iterable<CardRow>,
  columns: ReadonlyMap<string, { readonly kind: ColumnKind; readonly position: number }>,
  seeker: Seeker,
  lapsed: (key: string) => boolean,
): CardRow | undefined {
  let best: { readonly row: CardRow; readonly order: readonly number[] } | undefined;
  for (const row of rows) {
    const column = columns.get(row.column);
    const kind = column && KIND_ORDER[column.kind];
    if (!column || kind === undefined || row.claim || row.blockedBy.length > 0) continue;
    if (column.kind === 'doing' && !lapsed(row.key)) continue;
    if (row.owner && !sameActor(row.owner, seeker.actor)) continue;
    if (seeker.wanted ? !seeker.wanted.every((tag) => row.tags.includes(tag)) : !fits(row, seeker.has)) continue;
    const order = [PRIORITIES.indexOf(row.priority), kind, column.position, row.rank];
    if (!best || before(order, best.order)) best = { row, order };
  }
  return best?.row;
}

const fits = (row: CardRow, has: readonly string[] | undefined): boolean =>
  has === undefined || row.tags.every((tag) => has.includes(tag));

function before(a: readonly number[], b: readonly number[]): boolean {
  for (const [i, value] of a.entries()) {
    const other = b[i] ?? 0;
    if (value !== other) return value < other;
  }
  return false;
}

// ---- dependencies --------------------------------------------------------------------------------------------------

/** The way from `key` over its new dependencies back to itself; null when there is none. */
export function cycle(
  key: string,
  dependencies: readonly string[],
  of: (key: string) => readonly string[],
): readonly string[] | null {
  const came = new Map<string, string>(dependencies.map((each) => [each, key]));
  const open = [...came.keys()];
  for (let at = open.pop(); at !== undefined; at = open.pop()) {
    if (at === key) {
      const way = [key];
      for (let step = came.get(key); step !== undefined && step !== key; step = came.get(step)) way.unshift(step);
      return [key, ...way];
    }
    for (const next of of(at)) {
      if (came.has(next)) continue;
      came.set(next, at);
      open.push(next);
    }
  }
  return null;
}

/** Some way from a card back to itself, over any of `keys`; null when there is none. Looks at each card once. */
export function anyCycle(keys: Iterable<string>, of: (key: string) => readonly string[]): readonly string[] | null {
  const finished = new Set<string>();
  for (const root of keys) {
    const way: { readonly key: string; next: number }[] = [];
    const on = new Set<string>();
    const enter = (key: string): void => {
      way.push({ key, next: 0 });
      on.add(key);
    };
    if (!finished.has(root)) enter(root);
    for (let top = way.at(-1); top !== undefined; top = way.at(-1)) {
      const next = of(top.key)[top.next++];
      if (next === undefined) {
        finished.add(top.key);
        on.delete(top.key);
        way.pop();
      } else if (on.has(next)) {
        const loop = way.map(({ key }) => key);
        return [...loop.slice(loop.indexOf(next)), next];
      } else if (!finished.has(next)) enter(next);
    }
  }
  return null;
}

// ---- order inside a column -----------------------------------------------------------------------------------------

export const RANK_STEP = 1024;
/** Below this, halving soon runs out of digits. */
const CLOSEST = 1e-6;

/** A place between two neighbours; null when they stand too close and the column must be spaced anew. */
export function rankBetween(above: number | undefined, below: number | undefined): number | null {
  if (above === undefined && below === undefined) return 0;
  if (above === undefined) return (below ?? 0) - RANK_STEP;
  if (below === undefined) return above + RANK_STEP;
  const middle = above + (below - above) / 2;
  return below - above > CLOSEST && middle > above && middle < below ? middle : null;
}

// ---- columns -------------------------------------------------------------------------------------------------------

const NEEDED: readonly ColumnKind[] = ['backlog', 'todo', 'doing', 'done', 'discarded'];

/** Why these cannot be the columns; `holds` counts the cards of a column. */
export function columnsRefusal(
  wanted: readonly Column[],
  now: readonly Column[],
  holds: (id: string) => number,
): Refusal | null {
  const ids = wanted.map(({ id }) => id);
  const twice = ids.find((id, i) => ids.indexOf(id) !== i);
  if (twice !== undefined) return { code: 'invalid', message: `there are two columns with the id ${twice}` };
  const missing = NEEDED.find((kind) => !wanted.some((column) => column.kind === kind));
  if (missing !== undefined) return { code: 'invalid', message: `one column of the kind ${missing} must stay` };
  const lost = now.find(({ id }) => !ids.includes(id) && holds(id) > 0);
  if (lost) {
    const message = `"${lost.title}" holds ${holds(lost.id)} cards: move them elsewhere before it is taken away`;
    return { code: 'refused', message };
  }
  return null;
}
