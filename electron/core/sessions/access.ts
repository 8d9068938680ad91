/** What rooms above may ask of a session: look at it, wait for it, type into it. */
import type { Session } from '../../../shared/contract/sessions.ts';
import { Fault } from '../../../shared/fault.ts';
import type { Bus } from '../../kernel/bus.ts';
import type { Clock } from '../../kernel/clock.ts';
import type { Live } from '../../kernel/live.ts';
import type { Reading } from '../agents/reading.ts';
import type { AgentSpec } from './deps.ts';
import type { Entry } from './entry.ts';
import { clean } from './launch.ts';
import type { SessionAccess } from './sessions.ts';
import type { Tap } from './tap.ts';

export interface AccessDeps {
  readonly entries: ReadonlyMap<string, Entry>;
  readonly live: Live<Session>;
  readonly bus: Bus;
  readonly clock: Clock;
  readonly spec: (key: string) => AgentSpec;
}

/**
 * By its whole name or id, among those that `may` be seen: a request for `a` that came too late must not hit `ab`. The
 * command line completes prefixes for people. Fault `not-found`.
 */
export function resolveEntry(entries: Iterable<Entry>, wanted: string): Entry {
  const all = [...entries];
  const found = all.find((entry) => entry.row.name === wanted) ?? all.find((entry) => entry.id === wanted);
  if (!found) throw new Fault('not-found', `There is no session "${clean(wanted).slice(0, 64)}".`);
  return found;
}

export function tapOf(entry: Entry): Tap {
  if (entry.tap) return entry.tap;
  throw new Fault('unavailable', `${entry.row.name} has no terminal now; bring it back first.`);
}

export function createAccess({ entries, live, bus, clock, spec }: AccessDeps): SessionAccess {
  const entryOf = (id: string): Entry => {
    const entry = entries.get(id);
    if (!entry) throw new Fault('not-found', `There is no session ${id}.`);
    return entry;
  };
  const read = async (id: string): Promise<Reading> => {
    const entry = entryOf(id);
    await tapOf(entry).settled();
    const reading = entry.tap ? entry.status.reading() : null;
    if (!reading) throw new Fault('unavailable', `${entry.row.name} has no screen yet.`);
    return reading;
  };

  return {
    resolve: (nameOrId) => resolveEntry(entries.values(), nameOrId).session(),
    get: (id) => entries.get(id)?.session(),
    live,
    read,
    async until(id, test, { timeoutMs, signal }) {
      const entry = entryOf(id);
      const first = await read(id);
      if (test(first)) return first;
      if (signal?.aborted) return null;
      return new Promise<Reading | null>((resolve, reject) => {
        entry.status.watch(1);
        const finish = (settle: () => void) => {
          offScreen();
          offRemoved();
          cancel();
          signal?.removeEventListener('abort', gaveUp);
          entry.status.watch(-1);
          settle();
        };
        const gaveUp = () => finish(() => resolve(null));
        const offScreen = bus.on('session.screen', (news) => {
          if (news.id !== id) return;
          const reading = entry.status.last;
          try {
            if (reading && test(reading)) finish(() => resolve(reading));
          } catch (error) {
            finish(() => reject(error));
          }
        });
        const offRemoved = bus.on('session.removed', (news) => {
          if (news.id === id) gaveUp();
        });
        const cancel = clock.after(timeoutMs, gaveUp);
        signal?.addEventListener('abort', gaveUp, { once: true });
      });
    },
    async settled(id, quietMs, timeoutMs) {
      const entry = entryOf(id);
      await tapOf(entry).settled();
      const deadline = clock.now() + timeoutMs;
      let text = textOf(entry);
      let stillSince = clock.now();
      for (;;) {
        const now = clock.now();
        if (now - stillSince >= quietMs || now >= deadline || !entry.tap) return;
        const wait = Math.max(1, Math.min(stillSince + quietMs, deadline) - now);
        await new Promise<void>((resolve) => clock.after(Math.min(wait, 25), resolve));
        await entry.tap?.settled();
        const next = textOf(entry);
        if (next !== text) {
          text = next;
          stillSince = clock.now();
        }
      }
    },
    text: (id) => textOf(entryOf(id)),
    bracketed: (id) => {
      const entry = entryOf(id);
      return entry.tap && !entry.tap.cold ? entry.tap.screen.bracketedPaste : entry.row.bracketed;
    },
    withInput: async (id, work) => {
      const entry = entryOf(id);
      const tap = tapOf(entry);
      if (entry.pane?.dead)
        throw new Fault('unavailable', `The program of ${entry.row.name} has ended; restart the session first.`);
      return tap.input.hold(work);
    },
    typedAt: (id) => entries.get(id)?.typedAt ?? null,
    noteQueue: (id, queue) => entries.get(id)?.noteQueue(queue),
    interruptKeys: (id) => spec(entryOf(id).row.agent).interruptKeys,
    initPrompts: (id) => entries.get(id)?.row.init ?? [],
  };
}

export const textOf = (entry: Entry): string =>
  entry.tap && !entry.tap.cold ? entry.tap.screen.view().lines.join('\n') : '';
