import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createInflows } from './inflow.ts';

/** A page whose frames take what the test says, and terminals that parse when it says so. */
function stage() {
  let time = 0;
  const timers: { at: number; run: () => void }[] = [];
  let frames: ((took: number) => void)[] = [];
  let parses: (() => void)[] = [];
  const make = createInflows({
    now: () => time,
    after: (ms, run) => timers.push({ at: time + ms, run }),
    frame: (run) => frames.push(run),
  });
  const seen: string[] = [];
  const pane = (name: string) =>
    make({
      write(data, done) {
        seen.push(`${name}${typeof data === 'string' ? data : new TextDecoder().decode(data)}`);
        if (done) parses.push(done);
      },
    });
  const parse = () => {
    const all = parses;
    parses = [];
    for (const done of all) done();
  };
  const pass = (ms: number) => {
    const until = time + ms;
    for (;;) {
      const next = timers.filter(({ at }) => at <= until).sort((a, b) => a.at - b.at)[0];
      if (!next) break;
      timers.splice(timers.indexOf(next), 1);
      time = Math.max(time, next.at);
      next.run();
    }
    time = until;
  };
  /** Parses, draws, and rests as long as one rests after it. */
  const frame = (took = 5) => {
    parse();
    const all = frames;
    frames = [];
    time += took;
    for (const run of all) run(took);
    pass(took);
  };
  return { pane, seen, frame, parse, pass, quiet: () => frames.length === 0 && timers.length === 0 };
}
const letters = (n: number) => Array.from({ length: n }, (_, i) => String.fromCharCode(97 + i));

describe('output on its way in', () => {
  it('goes straight in while few write; more of them wait for the next beat, in turn', () => {
    const { pane, seen, frame } = stage();
    const panes = letters(9).map(pane);
    for (const each of panes) each.write('1');
    expect(seen).toEqual(letters(6).map((name) => `${name}1`));
    panes[0]?.write('2');
    frame();
    expect(seen.slice(6)).toEqual(['g1', 'h1', 'i1', 'a2']);
  });

  it('while somebody types few panes have their turn at a time, and rest', () => {
    const { pane, seen, frame, pass } = stage();
    const typist = pane('t');
    const others = letters(12).map(pane);
    typist.urgent(true);
    typist.typed();
    for (const each of others) each.write('1');
    typist.write('x');
    expect(seen).toEqual(['tx']);
    frame();
    expect(seen).toHaveLength(5);
    frame();
    expect(seen).toHaveLength(5);
    pass(45);
    expect(seen).toHaveLength(9);
    pass(1000);
    frame();
    for (const each of others) each.write('2');
    frame();
    expect(seen.length).toBeGreaterThan(16);
  });

  it('slow frames get fewer panes, quick ones more again', () => {
    const { pane, seen, frame } = stage();
    const panes = letters(12).map(pane);
    /** Panes that got something. */
    const round = (took: number) => {
      const before = seen.length;
      for (const each of panes) each.write('1');
      frame(took);
      return new Set(seen.slice(before)).size;
    };
    round(5);
    for (let i = 0; i < 6; i += 1) round(60);
    expect(round(60)).toBeLessThanOrEqual(2);
    for (let i = 0; i < 10; i += 1) round(4);
    expect(round(4)).toBeGreaterThan(6);
  });

  it('waits until a beat is parsed and drawn, and rests as long as that took', () => {
    const { pane, seen, frame, pass } = stage();
    const panes = letters(7).map(pane);
    for (const each of panes) each.write('1');
    pass(500);
    expect(seen).toHaveLength(6);
    frame(20);
    expect(seen).toHaveLength(7);
  });

  it('the one with the keyboard never waits, and what waited for it goes first', () => {
    const { pane, seen } = stage();
    const panes = letters(7).map(pane);
    for (const each of panes) each.write('1');
    const last = panes[6];
    last?.write('2');
    expect(seen).toHaveLength(6);
    last?.urgent(true);
    last?.write('3');
    expect(seen.slice(6)).toEqual(['g1', 'g2', 'g3']);
  });

  it('from a key to its echo on the screen the others wait, but not for ever', () => {
    const { pane, seen, frame, pass } = stage();
    const [typing, other] = [pane('t'), pane('o')];
    typing.urgent(true);
    typing.typed();
    other.write('1');
    typing.write('k');
    expect(seen).toEqual(['tk']);
    frame();
    expect(seen).toEqual(['tk', 'o1']);
    frame();
    // No echo comes: a password.
    typing.typed();
    other.write('2');
    expect(seen).toHaveLength(2);
    pass(61);
    expect(seen.at(-1)).toBe('o2');
    frame();
    // Keys without end.
    other.write('3');
    for (let ms = 0; ms < 200; ms += 20) {
      typing.typed();
      pass(20);
    }
    expect(seen.at(-1)).toBe('o3');
  });

  it('asks for nothing when nobody writes', () => {
    const { pane, frame, quiet } = stage();
    pane('a').write('1');
    frame();
    expect(quiet()).toBe(true);
  });

  it('feeds long stretches in pieces, and knows what is not parsed yet', () => {
    const { pane, seen, parse } = stage();
    const a = pane('');
    let done = false;
    const text = Array.from({ length: 50_000 }, (_, i) => i % 10).join('');
    a.write(new TextEncoder().encode(text), () => {
      done = true;
    });
    expect(seen.length).toBeGreaterThan(2);
    expect(seen.join('')).toBe(text);
    expect(a.backlog()).toBe(50_000);
    expect(done).toBe(false);
    parse();
    expect(done).toBe(true);
    expect(a.backlog()).toBe(0);
  });

  it('what is dropped is not written, what was to happen still happens; one that is gone holds nobody up', () => {
    const { pane, seen, frame } = stage();
    const panes = letters(8).map(pane);
    for (const each of panes) each.write('1');
    let happened = false;
    panes[6]?.write('', () => {
      happened = true;
    });
    panes[6]?.drop();
    expect(panes[6]?.backlog()).toBe(0);
    panes[7]?.dispose();
    for (const each of panes.slice(0, 6)) each.dispose();
    const late = pane('z');
    late.write('1');
    frame();
    frame();
    expect(happened).toBe(true);
    expect(seen.filter((one) => one.length > 1)).toEqual([...letters(6), 'z'].map((name) => `${name}1`));
  });

  it('loses, doubles and reorders nothing of any pane', () => {
    const of = <K extends string>(kind: K) => fc.record({ kind: fc.constant(kind), pane: fc.nat(9) });
    const step = fc.oneof(of('write'), of('write'), of('typed'), of('parse'), of('frame'), of('pass'), of('urgent'));
    fc.assert(
      fc.property(fc.array(step, { maxLength: 120 }), (steps) => {
        const { pane, seen, frame, parse, pass } = stage();
        const panes = Array.from({ length: 10 }, (_, i) => pane(`${i}:`));
        const sent: string[][] = panes.map(() => []);
        for (const [n, each] of steps.entries()) {
          const one = panes[each.pane];
          if (each.kind === 'write') {
            one?.write(String(n));
            sent[each.pane]?.push(`${each.pane}:${n}`);
          } else if (each.kind === 'frame') frame((n * 7) % 50);
          else if (each.kind === 'parse') parse();
          else if (each.kind === 'pass') pass((n * 13) % 90);
          else if (each.kind === 'typed') one?.typed();
          else one?.urgent(n % 3 > 0);
        }
        for (let i = 0; i < 40; i += 1) {
          frame(5);
          pass(200);
        }
        for (const [i, list] of sent.entries()) expect(seen.filter((one) => one.startsWith(`${i}:`))).toEqual(list);
      }),
    );
  });
});
