/** A hub that reads nothing for a while: a blocked loop, a long collection of garbage, a suspended laptop. */
import { expect, test } from 'vitest';
import { createBench } from './testing.ts';

/** How many servers: tmux 3.3a forgets its answers with one in some four of them, by how full its buffer happens to be. */
const SERVERS = 12;
/** More than `pause-after`, so that tmux throws away what waited. */
const STALL_MS = 2_600;
const blocked = (ms: number) => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);

test('after a stall every command is answered, and what was thrown away is told of', async () => {
  const benches = await Promise.all(Array.from({ length: SERVERS }, () => createBench()));
  try {
    const panes = await Promise.all(
      benches.map((b) =>
        b.tmux.create(
          b.session('stall', [
            'sh',
            '-c',
            'read x; head -c 100000 /dev/zero | tr "\\0" a; printf END; exec sleep 1000',
          ]),
        ),
      ),
    );
    await Promise.all(benches.map((b, i) => b.tmux.keys(panes[i]?.paneId ?? '', ['Enter'])));
    blocked(STALL_MS);
    const asked = benches.map((b, i) => b.tmux.snapshot(panes[i]?.paneId ?? '', 0));
    // Time for tmux to have the answers ready behind the output that it throws away once something is read.
    blocked(150);
    await Promise.all(asked);
    await Promise.all(
      benches.map(async (b, i) => {
        const paneId = panes[i]?.paneId ?? '';
        await expect
          .poll(() => b.seen.gaps.includes(paneId) || b.printed(paneId).includes('END'), { timeout: 10_000 })
          .toBe(true);
        const shown = Buffer.from((await b.tmux.snapshot(paneId, 0)).ansi).toString('latin1');
        expect(shown.trimEnd().endsWith('END')).toBe(true);
        expect(b.seen.downs).toEqual([]);
      }),
    );
  } finally {
    await Promise.all(benches.map((b) => b.end()));
  }
}, 60_000);
