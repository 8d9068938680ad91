import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createInflows } from './inflow.ts';

function stage(eachFrame: number) {
  const frames: (() => void)[] = [];
  const make = createInflows((run) => frames.push(run), eachFrame);
  const seen: string[] = [];
  const pane = (name: string) =>
    make({
      write(data, done) {
        seen.push(`${name}${String(data)}`);
        done?.();
      },
    });
  const frame = () => {
    for (const run of frames.splice(0)) run();
  };
  return { pane, seen, frame, frames };
}

describe('output on its way in', () => {
  it('goes straight in while few write, then a few with each frame, in turn', () => {
    const { pane, seen, frame } = stage(2);
    const [a, b, c, d, e] = ['a', 'b', 'c', 'd', 'e'].map(pane);
    for (const each of [a, b, c, d, e]) each?.write('1');
    expect(seen).toEqual(['a1', 'b1']);
    a?.write('2');
    frame();
    expect(seen.slice(2)).toEqual(['c1', 'd1']);
    frame();
    expect(seen.slice(4)).toEqual(['e1', 'a2']);
  });

  it('the one with the keyboard never waits, and what waited for it goes first', () => {
    const { pane, seen } = stage(1);
    const [a, b] = [pane('a'), pane('b')];
    a.write('1');
    b.write('1');
    b.write('2');
    expect(seen).toEqual(['a1']);
    b.urgent(true);
    b.write('3');
    expect(seen).toEqual(['a1', 'b1', 'b2', 'b3']);
  });

  it('asks for no frame when nobody writes', () => {
    const { pane, frame, frames } = stage(1);
    pane('a').write('1');
    frame();
    expect(frames).toHaveLength(0);
  });

  it('a pane that waits too much gets it all; one that is gone gets nothing more', () => {
    const { pane, seen, frame } = stage(1);
    const [a, b, c] = [pane('a'), pane('b'), pane('c')];
    a.write('1');
    b.write('x'.repeat(300_000));
    expect(seen).toHaveLength(2);
    c.write('1');
    c.dispose();
    frame();
    frame();
    expect(seen).toHaveLength(2);
  });

  it('loses, doubles and reorders nothing of any pane', () => {
    const step = fc.oneof(
      fc.record({ kind: fc.constant('write' as const), pane: fc.nat(5) }),
      fc.record({ kind: fc.constant('frame' as const) }),
      fc.record({ kind: fc.constant('urgent' as const), pane: fc.nat(5), now: fc.boolean() }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 80 }), (steps) => {
        const { pane, seen, frame } = stage(2);
        const panes = Array.from({ length: 6 }, (_, i) => pane(`${i}:`));
        const sent: string[][] = panes.map(() => []);
        for (const [n, each] of steps.entries()) {
          if (each.kind === 'frame') frame();
          else if (each.kind === 'urgent') panes[each.pane]?.urgent(each.now);
          else {
            panes[each.pane]?.write(String(n));
            sent[each.pane]?.push(`${each.pane}:${n}`);
          }
        }
        for (let i = 0; i < 10; i += 1) frame();
        for (const [i, list] of sent.entries()) expect(seen.filter((one) => one.startsWith(`${i}:`))).toEqual(list);
      }),
    );
  });
});
