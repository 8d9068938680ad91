/** Receipts as others see them: the live feed, the bus, and those who wait for a prompt to come so far. */
import type { Receipt } from '../../../shared/contract/prompts.ts';
import type { Bus } from '../../kernel/bus.ts';
import type { Clock } from '../../kernel/clock.ts';
import { createLive, type Live } from '../../kernel/live.ts';
import type { PromptRow } from './store.ts';

/** Ended receipts that stay in the feed. */
const RECENT = 200;

export type Until = 'delivered' | 'confirmed' | 'idle';

export interface Receipts {
  readonly live: Live<Receipt>;
  of(row: PromptRow): Receipt;
  /** Tells everybody. */
  publish(row: PromptRow): void;
  /** Rows of before, without news. */
  fill(open: readonly PromptRow[], ended: readonly PromptRow[]): void;
  drop(ids: readonly string[]): void;
  /** Resolves with the row once it came so far, can no more, the deadline passed, or `signal` aborted. */
  wait(
    id: string,
    until: Until,
    timeoutMs: number,
    signal: AbortSignal,
    get: () => PromptRow | undefined,
  ): Promise<PromptRow | undefined>;
}

const ENDED: ReadonlySet<Receipt['state']> = new Set(['confirmed', 'unverified', 'failed', 'cancelled']);

export function reached(row: PromptRow, until: Until): boolean {
  if (until === 'delivered') return row.deliveredAt !== null;
  return until === 'confirmed' ? row.confirmedAt !== null : row.idleAt !== null;
}

/** Waiting longer changes nothing. */
const settledFor = (row: PromptRow, until: Until): boolean =>
  reached(row, until) || (ENDED.has(row.state) && row.state !== 'confirmed');

export function createReceipts(bus: Bus, clock: Clock, nameOfSession: (row: PromptRow) => string): Receipts {
  const live = createLive<Receipt>({ key: (receipt) => receipt.id });
  const ended = new Set<string>();
  const waiters = new Map<string, Set<() => void>>();

  const of = (row: PromptRow): Receipt => ({
    id: row.id,
    session: nameOfSession(row),
    sessionId: row.sessionId,
    state: row.state,
    ...(row.reason !== null && { reason: row.reason }),
    // One copy of a large text for all the states that it goes through.
    text: live.get(row.id)?.text === row.text ? (live.get(row.id)?.text ?? row.text) : row.text,
    origin: row.origin,
    by: row.by,
    now: row.now,
    steer: row.steer,
    position: row.ord,
    createdAt: row.createdAt,
    deliveredAt: row.deliveredAt,
    confirmedAt: row.confirmedAt,
    idleAt: row.idleAt,
    ...(row.screen !== null && { screen: row.screen }),
  });
  const keep = (row: PromptRow): void => {
    if (!ENDED.has(row.state)) return;
    ended.delete(row.id);
    ended.add(row.id);
  };
  const trim = (): void => {
    const old: string[] = [];
    for (const id of ended) {
      if (ended.size <= RECENT) break;
      ended.delete(id);
      old.push(id);
    }
    if (old.length > 0) live.drop(...old);
  };

  return {
    live,
    of,
    publish(row) {
      const receipt = of(row);
      live.put(receipt);
      keep(row);
      trim();
      bus.emit('prompt.state', { receipt });
      for (const look of [...(waiters.get(row.id) ?? [])]) look();
    },
    fill(open, before) {
      for (const row of [...before].reverse()) keep(row);
      const rows = [...before.slice(0, RECENT), ...open];
      if (rows.length > 0) live.put(...rows.map(of));
      trim();
    },
    drop(ids) {
      for (const id of ids) ended.delete(id);
      live.drop(...ids);
    },
    wait(id, until, timeoutMs, signal, get) {
      return new Promise((resolve) => {
        const set = waiters.get(id) ?? new Set();
        const finish = (row: PromptRow | undefined) => {
          set.delete(look);
          if (set.size === 0) waiters.delete(id);
          cancel();
          signal.removeEventListener('abort', give);
          resolve(row);
        };
        const look = () => {
          const row = get();
          if (!row || settledFor(row, until)) finish(row);
        };
        const give = () => finish(get());
        const cancel = clock.after(timeoutMs, give);
        waiters.set(id, set.add(look));
        signal.addEventListener('abort', give);
        if (signal.aborted) give();
        else look();
      });
    },
  };
}
