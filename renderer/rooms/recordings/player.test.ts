import { expect, it } from 'vitest';
import type { PlayEvent } from '../../../shared/contract/recordings.ts';
import { createAxis } from './axis.ts';
import { createPlayer, type Page, type PlayerState } from './player.ts';

/** Ten seconds: a whole screen every two, a letter every hundred milliseconds, pages of five events. */
const ALL: readonly PlayEvent[] = Array.from(
  { length: 101 },
  (_, i): PlayEvent => (i % 20 === 0 ? [i * 100, 's', `S${i}`] : [i * 100, 'o', `${i},`]),
);
const pageAt = (start: number): Page => ({
  events: ALL.slice(start, start + 5),
  cols: 80,
  rows: 24,
  next: start + 5 < ALL.length ? String(start + 5) : null,
});

function bench(axis = createAxis(0, 10_000, [], false)) {
  let shown = '';
  let frame: ((now: number) => void) | null = null;
  let now = 0;
  let fail = false;
  const reads: string[] = [];
  const states: PlayerState[] = [];
  const failures: unknown[] = [];
  const player = createPlayer(
    {
      async read(where) {
        reads.push(JSON.stringify(where));
        await Promise.resolve();
        if (fail) throw new Error('away');
        if ('next' in where) return pageAt(Number(where.next));
        return pageAt(
          Math.max(
            0,
            ALL.findLastIndex(([at, kind]) => kind === 's' && at <= where.at),
          ),
        );
      },
      stage: {
        clear() {
          shown = '';
        },
        show(events) {
          for (const [, kind, text] of events) shown = kind === 's' ? text : shown + text;
        },
      },
      frame(run) {
        frame = run;
        return () => {
          frame = null;
        };
      },
      changed: (state) => void states.push(state),
      failed: (error) => void failures.push(error),
    },
    axis,
  );
  return {
    player,
    reads,
    states,
    failures,
    shown: () => shown,
    setFail(value: boolean) {
      fail = value;
    },
    /** Lets time pass in frames of 50 ms; fetches come in between. */
    async pass(ms: number) {
      for (let spent = 0; spent < ms; spent += 50) {
        now += 50;
        const run = frame;
        frame = null;
        run?.(now);
        for (let i = 0; i < 10; i += 1) await Promise.resolve();
      }
    },
  };
}

it('shows any moment from the screen before it, forwards and back', async () => {
  const b = bench();
  await b.player.seek(5550);
  expect(b.shown()).toBe('S4041,42,43,44,45,46,47,48,49,50,51,52,53,54,55,');
  await b.player.seek(300);
  expect(b.shown()).toBe('S01,2,3,');
  const before = b.reads.length;
  await b.player.seek(350);
  expect(b.reads.length).toBe(before);
  await b.player.seek(99_999);
  expect(b.player.state()).toMatchObject({ at: 10_000, ended: true });
});

it('of many wishes in a row the last counts, without asking for each', async () => {
  const b = bench();
  const all = Array.from({ length: 50 }, (_, i) => b.player.seek(i * 200));
  expect(b.player.state().at).toBe(9800);
  await Promise.all(all);
  expect(b.shown()).toContain('98,');
  expect(b.reads.length).toBeLessThan(12);
});

it('plays at its speed, fetches ahead, and stops at the end', async () => {
  const b = bench();
  await b.player.seek(0);
  b.player.play();
  await b.pass(1050);
  expect(b.player.state().at).toBeCloseTo(1000, -2);
  expect(b.shown()).toBe('S01,2,3,4,5,6,7,8,9,10,');
  b.player.setSpeed(4);
  await b.pass(1000);
  expect(b.player.state().at).toBeCloseTo(5000, -2.3);
  b.player.pause();
  const { at } = b.player.state();
  await b.pass(500);
  expect(b.player.state().at).toBe(at);
  b.player.play();
  await b.pass(4000);
  expect(b.player.state()).toMatchObject({ at: 10_000, playing: false, ended: true });
  expect(b.shown()).toBe('S100');
  // From the end it begins again.
  b.player.play();
  await b.pass(200);
  expect(b.player.state().at).toBeLessThan(1000);
});

it('passes over silence', async () => {
  const b = bench(createAxis(0, 10_000, [[1000, 9000]], true));
  await b.player.seek(0);
  b.player.play();
  await b.pass(2500);
  expect(b.player.state().at).toBeGreaterThan(9000);
});

it('a page that cannot be had stops it and is told', async () => {
  const b = bench();
  await b.player.seek(0);
  b.setFail(true);
  b.player.play();
  await b.pass(500);
  expect(b.failures).toHaveLength(1);
  expect(b.player.state().playing).toBe(false);
  await b.player.seek(9000);
  expect(b.failures).toHaveLength(2);
  b.setFail(false);
  await b.player.seek(9000);
  expect(b.shown()).toContain('90,');
});
