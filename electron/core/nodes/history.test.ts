import { expect, it } from 'vitest';
import { createTestClock } from '../../kernel/clock.ts';
import { createHistory, KEPT_MS, type Watched } from './history.ts';
import type { Place } from './nodes.ts';

const MINUTE = 60_000;
const said = 'cpus=4\nload=0.50\nmemTotal=1000\nmemFree=250\ndiskTotal=2000\ndiskFree=500\n';

/** A machine that answers at once, as long as it is to. */
function machine(id: string) {
  let looks = 0;
  const host = {
    exec: async () => {
      looks += 1;
      return { code: 0, stdout: Buffer.from(said), stderr: Buffer.alloc(0) };
    },
  };
  const watched = { place: { id, host } as unknown as Place, reachable: true, latencyMs: 2 };
  return { watched: watched as { -readonly [K in keyof Watched]: Watched[K] }, looks: () => looks };
}

async function turn(clock: ReturnType<typeof createTestClock>, ms: number): Promise<void> {
  for (let done = 0; done < ms; done += 10_000) {
    clock.advance(10_000);
    // What was looked at answers between two beats of the clock.
    for (let i = 0; i < 5; i += 1) await Promise.resolve();
  }
}

it('looks once a minute, every ten seconds while somebody asks, never at what is away', async () => {
  const clock = createTestClock();
  const [near, far] = [machine('local'), machine('far')];
  far.watched.reachable = false;
  const history = createHistory(clock, () => [near.watched, far.watched]);
  await turn(clock, 10 * MINUTE);
  expect(near.looks()).toBe(10);
  expect(far.looks()).toBe(0);
  for (let i = 0; i < 6; i += 1) {
    history.of('local', 0);
    await turn(clock, 10_000);
  }
  expect(near.looks()).toBeGreaterThanOrEqual(15);
  expect(near.looks()).toBeLessThanOrEqual(17);
  const [first] = history.of('local', 0);
  expect(first).toMatchObject({ load: 0.5, cpus: 4, memory: { total: 1_024_000, free: 256_000 }, latencyMs: 2 });
  const last = history.of('local', 0).at(-1)?.at ?? 0;
  expect(history.of('local', last)).toEqual([]);
  far.watched.reachable = true;
  await turn(clock, 10_000);
  expect(far.looks()).toBe(1);
  history.close();
});

it('keeps two hours and no more, however often it is told; forgets what is removed', async () => {
  const clock = createTestClock();
  const { watched } = machine('local');
  const history = createHistory(clock, () => [watched]);
  for (let i = 0; i < 20; i += 1) {
    for (let asked = 0; asked < 18; asked += 1) {
      history.of('local', 0);
      await turn(clock, 30_000);
    }
  }
  const kept = history.of('local', 0);
  const ages = kept.map(({ at }) => clock.now() - at);
  expect(Math.max(...ages)).toBeLessThanOrEqual(KEPT_MS);
  expect(Math.max(...ages)).toBeGreaterThan(KEPT_MS - MINUTE);
  expect(kept.length).toBeLessThanOrEqual(720);
  for (let i = 0; i < 50; i += 1)
    history.note(watched, { system: '', now: null, cpus: 1, load: i, memory: null, disk: null });
  expect(history.of('local', 0).length).toBeLessThanOrEqual(720);
  expect(history.of('local', 0).at(-1)?.load).toBe(49);
  history.forget('local');
  expect(history.of('local', 0)).toEqual([]);
  history.close();
});
