/**
 * What waits to be sent, and in which order it may go: decisions only. Things of one lane (a session's prompts, one card,
 * one channel) go one after another; the first that was refused stops its lane, because what follows was written believing
 * that it would arrive.
 */
import type { CallInput } from '../../shared/contract/contract.ts';
import type { FaultCode } from '../../shared/fault.ts';

/**
 * Calls that may wait: each makes something that stands beside what is there, under an id of the client's, so that a repeat
 * is the same thing. What depends on how things stand (moving, claiming, answering, typing) is done now or not at all.
 */
const LANES = {
  'prompts.enqueue': (input: CallInput<'prompts.enqueue'>) => `session ${input.name}`,
  'channels.send': (input: CallInput<'channels.send'>) => `channel ${input.channel ?? JSON.stringify(input.to)}`,
  // One after another: their numbers and places follow the order in which they were written.
  'board.add': (input: CallInput<'board.add'>) => `cards in ${input.column ?? ''}`,
  'board.comment': (input: CallInput<'board.comment'>) => `card ${input.key}`,
};
export type LaterName = keyof typeof LANES;

export interface Waiting {
  /** Of what the call makes. */
  readonly id: string;
  /** Hub and user that it belongs to; nobody else sees or sends it. */
  readonly owner: string;
  readonly name: LaterName;
  /** As the call takes it. */
  readonly input: object;
  /** What a person calls it. */
  readonly label: string;
  readonly lane: string;
  /** Milliseconds since 1970, and a number that tells apart what was made in the same one. */
  readonly at: number;
  readonly nth: number;
  /** It left once and no answer came: it may have arrived. */
  readonly tried: boolean;
  /** Why the hub did not take it; null while it may still go. */
  readonly refused: string | null;
}

export const OUTBOX_MOST = 200;
/** Characters of all inputs together. */
export const OUTBOX_CHARS = 4_000_000;

export const laneOf = <N extends LaterName>(name: N, input: CallInput<N>): string =>
  (LANES[name] as (input: CallInput<N>) => string)(input);

/** The id of what the call makes. Throws where there is none: a repeat would make it twice. */
export function idOf(name: LaterName, input: object): string {
  if ('id' in input && typeof input.id === 'string') return input.id;
  throw new TypeError(`${name} is sent later only with an id of its own`);
}

export const inOrder = (a: Waiting, b: Waiting): number => a.at - b.at || a.nth - b.nth;

const sizeOf = (entry: Pick<Waiting, 'input'>): number => JSON.stringify(entry.input).length;

/** Why one more thing is not kept; null when there is room. */
export function full(waiting: readonly Waiting[], more: Pick<Waiting, 'input'>): string | null {
  if (waiting.length >= OUTBOX_MOST) {
    return `${OUTBOX_MOST} things wait to be sent already. Connect, or remove some, then try again.`;
  }
  const chars = waiting.reduce((sum, entry) => sum + sizeOf(entry), sizeOf(more));
  return chars > OUTBOX_CHARS ? 'What waits to be sent is too large for this device. Connect, then try again.' : null;
}

/** The first of each lane, oldest first: these may go now, unless refused. */
export function heads(waiting: readonly Waiting[]): readonly Waiting[] {
  const seen = new Set<string>();
  return [...waiting].sort(inOrder).filter((entry) => {
    if (seen.has(entry.lane)) return false;
    seen.add(entry.lane);
    return entry.refused === null;
  });
}

/** It stands behind one that was refused. */
export const blocked = (waiting: readonly Waiting[], entry: Waiting): boolean =>
  entry.refused === null &&
  waiting.some((other) => other.lane === entry.lane && other.refused !== null && inOrder(other, entry) < 0);

const TRANSIENT: ReadonlySet<FaultCode> = new Set<FaultCode>([
  'unavailable',
  'timeout',
  'rate-limited',
  'unreachable',
  'locked',
  // The sign-in ended, not the wish: it goes when the same person is back.
  'unauthorized',
]);
/** `again`: try later, the same way. `refused`: only a person can help. */
export const verdict = (code: FaultCode): 'again' | 'refused' => (TRANSIENT.has(code) ? 'again' : 'refused');

/** Milliseconds until the next try while the connection stands. */
export const pause = (tries: number): number => Math.min(30_000, 1000 * 2 ** Math.min(tries, 5));

/** What a person is told about one that waits. */
export function wordOf(entry: Waiting, { sending, behind }: { readonly sending: boolean; readonly behind: boolean }) {
  if (entry.refused !== null) return `Not taken: ${entry.refused}`;
  if (behind) return 'Waits behind one that was not taken';
  if (sending) return 'Sending';
  return entry.tried ? 'The answer was lost: sent again with the same id when connected' : 'Waits for the connection';
}
