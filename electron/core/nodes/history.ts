/** How machines were in the last two hours: looked at once a minute, more often while somebody looks. In memory, bounded. */
import type { NodeSample } from '../../../shared/contract/nodes.ts';
import type { Clock } from '../../kernel/clock.ts';
import type { Place } from './place.ts';
import { type HealthText, healthFrom, SAMPLE } from './rules.ts';

const TICK_MS = 10_000;
const EVERY_MS = 60_000;
/** Who asks comes back every few seconds. */
const LOOKED_MS = 30_000;
export const KEPT_MS = 2 * 3_600_000;
/** One a tick, and no more. */
const MOST = KEPT_MS / TICK_MS;
const LOOK_MS = 8000;

export interface Watched {
  readonly place: Place;
  /** It answers now. */
  readonly reachable: boolean;
  readonly latencyMs: number | null;
}

export interface History {
  /** Later than `since`, oldest first; and it is looked at more often for a while. */
  of(node: string, since: number): readonly NodeSample[];
  /** What was seen of it on another occasion. */
  note(watched: Watched, found: HealthText): void;
  forget(node: string): void;
  close(): void;
}

interface Memory {
  samples: NodeSample[];
  triedAt: number;
  lookedAt: number;
  busy: boolean;
}

export function createHistory(clock: Clock, all: () => readonly Watched[]): History {
  const memories = new Map<string, Memory>();
  const memoryOf = (node: string): Memory => {
    const known = memories.get(node) ?? { samples: [], triedAt: 0, lookedAt: 0, busy: false };
    memories.set(node, known);
    return known;
  };

  const note: History['note'] = ({ place, latencyMs }, { load, cpus, memory, disk }) => {
    const now = clock.now();
    const known = memoryOf(place.id);
    const last = known.samples.at(-1);
    // Two looks of two askers in one tick are one.
    if (last && now - last.at < TICK_MS / 2) known.samples.pop();
    known.samples.push({ at: now, load, cpus, memory, disk, latencyMs });
    known.triedAt = now;
    const old = known.samples.findIndex(({ at }) => now - at <= KEPT_MS);
    known.samples.splice(0, Math.max(old, known.samples.length - MOST));
  };

  const look = async (watched: Watched): Promise<void> => {
    const { place } = watched;
    const known = memoryOf(place.id);
    known.busy = true;
    known.triedAt = clock.now();
    try {
      const { stdout } = await place.host.exec(['sh', '-c', SAMPLE], { timeoutMs: LOOK_MS });
      // It may have been removed meanwhile.
      if (memories.get(place.id) === known) note(watched, healthFrom(Buffer.from(stdout).toString('utf8')));
    } catch {
      // A gap in the picture is what there is to say of it; its state says why.
    } finally {
      known.busy = false;
    }
  };

  const tick = (): void => {
    const now = clock.now();
    for (const watched of all()) {
      const known = memoryOf(watched.place.id);
      const every = now - known.lookedAt <= LOOKED_MS ? TICK_MS : EVERY_MS;
      // Timers are late by a little: a tick counts as one all the same.
      if (watched.reachable && !known.busy && now - known.triedAt >= every - TICK_MS / 2) void look(watched);
    }
  };
  const stop = clock.every(TICK_MS, tick);

  return {
    of(node, since) {
      const known = memoryOf(node);
      const now = clock.now();
      const fresh = now - known.lookedAt > LOOKED_MS;
      known.lookedAt = now;
      if (fresh) tick();
      return known.samples.filter(({ at }) => at > since && now - at <= KEPT_MS);
    },
    note,
    forget: (node) => void memories.delete(node),
    close: stop,
  };
}
