import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { certainWidth, createPredictor, type Guess, type View } from './predict.ts';

const RTT = 300;
const COLS = 60;

/** A program at the far end of a slow line: what it draws arrives half a round trip after it took the key. */
function setting(options: { echo?: boolean; prompt?: string; alternate?: boolean } = {}) {
  const { echo = true, prompt = '$ ', alternate = false } = options;
  const predictor = createPredictor();
  // Echoes may come a tenth sooner than the line was measured.
  predictor.setRoundTrip(RTT / 0.9);
  let now = 1000;
  /** The program's own line, and what of it has arrived. */
  const far = { row: 0, line: [...prompt], x: prompt.length, echo };
  let near = { row: 0, line: [...prompt], x: prompt.length };
  const flight: { at: number; kind: 'key' | 'screen'; data: string; screen: typeof near | null }[] = [];

  const view = (): View => ({
    row: near.row,
    x: near.x,
    cols: COLS,
    alternate,
    cell: (x) => near.line[x] ?? ' ',
  });
  const draw = () =>
    flight.push({
      at: now + RTT / 2,
      kind: 'screen',
      data: '',
      screen: { row: far.row, line: [...far.line], x: far.x },
    });
  const take = (key: string) => {
    if (key === '\r') {
      far.row += 1;
      far.line = [...prompt];
      far.x = prompt.length;
    } else if (!far.echo) return;
    else if (key === '\x7f') {
      if (far.x <= prompt.length) return;
      far.line.splice(far.x - 1, 1);
      far.x -= 1;
    } else if (key === '\x1b[D') far.x = Math.max(prompt.length, far.x - 1);
    else if (key === '\x1b[C') far.x = Math.min(far.line.length, far.x + 1);
    else {
      far.line.splice(far.x, 0, key);
      far.x += 1;
    }
    draw();
  };
  return {
    predictor,
    far,
    near: () => near,
    draw,
    type(key: string) {
      predictor.typed(key, now, view());
      for (const char of key.length > 1 && !key.startsWith('\x1b') ? [...key] : [key]) {
        flight.push({ at: now + RTT / 2, kind: 'key', data: char, screen: null });
      }
    },
    pass(ms: number) {
      const until = now + ms;
      for (;;) {
        flight.sort((a, b) => a.at - b.at);
        const next = flight[0];
        if (!next || next.at > until) break;
        flight.shift();
        now = next.at;
        predictor.expire(now);
        if (next.kind === 'key') take(next.data);
        else if (next.screen) {
          near = next.screen;
          predictor.seen(now, view());
        }
      }
      now = until;
      predictor.expire(now);
    },
    guess: () => predictor.guess(alternate),
  };
}
const shown = (guess: Guess | null) => guess?.cells.map((cell) => cell.char).join('') ?? '';
/** The line as a person sees it now. */
function seen(t: ReturnType<typeof setting>): string {
  const line = [...t.near().line];
  for (const { x, char } of t.guess()?.cells ?? []) line[x] = char;
  return line.join('').trimEnd();
}

describe('a line that echoes', () => {
  it('is believed after its first echo, and shows every key at once from then on', () => {
    const t = setting();
    t.type('l');
    expect(t.guess()).toBeNull();
    t.pass(RTT + 10);
    t.type('s');
    expect(shown(t.guess())).toBe('s');
    t.pass(50);
    t.type(' ');
    t.type('-');
    expect(shown(t.guess())).toBe('s -');
    t.pass(RTT + 10);
    expect(t.guess()).toBeNull();
    expect(seen(t)).toBe('$ ls -');
  });
  it('takes back with backspace and walks with the arrows, inside what was typed here', () => {
    const t = setting();
    t.type('a');
    t.pass(RTT + 10);
    t.type('b');
    t.type('\x7f');
    t.type('c');
    expect(seen(t)).toBe('$ ac');
    t.type('\x1b[D');
    expect(t.guess()?.cursor).toBe(3);
    t.type('\x1b[C');
    expect(t.guess()?.cursor).toBe(4);
    t.pass(RTT + 10);
    expect(t.guess()).toBeNull();
    expect(seen(t)).toBe('$ ac');
  });
  it('does not erase what it did not see being typed', () => {
    const t = setting({ prompt: '$ old' });
    t.type('\x7f');
    expect(t.guess()).toBeNull();
  });
  it('is found again while typing goes on after Enter', () => {
    const t = setting();
    for (const key of ['l', 's', '\r', 'g', 'i', 't']) {
      t.type(key);
      t.pass(60);
    }
    expect(t.guess()).toBeNull();
    for (const key of [' ', 's', 't', 'a']) {
      t.type(key);
      t.pass(60);
    }
    expect(shown(t.guess())).not.toBe('');
    expect(seen(t)).toBe('$ git sta');
    t.pass(RTT + 10);
    expect(t.guess()).toBeNull();
    expect(seen(t)).toBe('$ git sta');
  });
});

describe('silence', () => {
  it('a password is never shown, not even after a line that echoed', () => {
    const t = setting();
    t.type('s');
    t.pass(RTT + 10);
    t.type('u');
    t.type('\r');
    t.far.echo = false;
    for (const key of 'hunter2hunter2') {
      t.type(key);
      expect(t.guess()).toBeNull();
      t.pass(90);
      expect(t.guess()).toBeNull();
    }
    t.pass(RTT * 4);
    t.type('x');
    expect(t.guess()).toBeNull();
  });
  it('an echo that does not come ends the guessing within two round trips, until one comes', () => {
    const t = setting();
    t.type('a');
    t.pass(RTT + 10);
    t.far.echo = false;
    t.type('b');
    expect(shown(t.guess())).toBe('b');
    t.pass(RTT * 2.5 + 101);
    expect(t.guess()).toBeNull();
    t.type('c');
    expect(t.guess()).toBeNull();
    t.pass(RTT * 4);
    t.far.echo = true;
    t.type('d');
    expect(t.guess()).toBeNull();
    t.pass(RTT + 10);
    t.type('e');
    expect(shown(t.guess())).toBe('e');
  });
});

describe('other output', () => {
  it('wipes the guess: what really arrives wins', () => {
    const t = setting();
    t.type('a');
    t.pass(RTT + 10);
    t.type('b');
    t.far.row += 3;
    t.far.line = [...'Build finished'];
    t.far.x = 14;
    t.draw();
    expect(shown(t.guess())).toBe('b');
    t.pass(RTT / 2 + 1);
    expect(t.guess()).toBeNull();
  });
  it('inside a line nothing is guessed, nor in the last column, nor after a key that is not known', () => {
    const t = setting();
    t.type('a');
    t.pass(RTT + 10);
    t.near().line.push('x', 'y');
    t.type('b');
    expect(t.guess()).toBeNull();
    const edge = setting({ prompt: '>'.repeat(COLS - 2) });
    edge.type('a');
    edge.type('b');
    edge.pass(RTT + 10);
    edge.type('c');
    expect(edge.guess()).toBeNull();
    const tab = setting();
    tab.type('a');
    tab.pass(RTT + 10);
    tab.type('\t');
    tab.type('b');
    expect(tab.guess()).toBeNull();
  });
  it('a full-screen program must agree more often', () => {
    const t = setting({ alternate: true });
    for (const key of ['a', 'b']) {
      t.type(key);
      t.pass(RTT + 10);
    }
    t.type('c');
    expect(t.guess()).toBeNull();
    t.pass(RTT + 10);
    t.type('d');
    expect(shown(t.guess())).toBe('d');
  });
});

it('guesses only characters whose width is beyond doubt', () => {
  expect(certainWidth('a')).toBe(1);
  expect(certainWidth('é')).toBe(1);
  expect(certainWidth('漢')).toBe(2);
  expect(certainWidth('한')).toBe(2);
  for (const char of ['\u0301', '🙂', '\t', '\x1b', '\u200d', 'ab', '\u00ad', ''])
    expect(certainWidth(char)).toBeNull();
});

const key = fc.oneof(
  { weight: 8, arbitrary: fc.constantFrom('a', 'b', ' ', 'x', '-', '1') },
  { weight: 2, arbitrary: fc.constant('\x7f') },
  { weight: 1, arbitrary: fc.constantFrom('\x1b[D', '\x1b[C', '\r', '\t', '\x03', 'word') },
);
const steps = fc.array(fc.tuple(key, fc.integer({ min: 0, max: 500 })), { maxLength: 60 });

it('with a faithful program, what a person sees is always what the line will be', () => {
  fc.assert(
    fc.property(steps, (typed) => {
      const t = setting();
      // What the program will have drawn when all keys have arrived.
      const will = setting();
      for (const [each, wait] of typed) {
        if (each === '\t' || each === '\x03') {
          // Keys that the program ignores.
          t.predictor.typed(each, 0, { row: 0, x: 0, cols: COLS, alternate: false, cell: () => ' ' });
          continue;
        }
        t.type(each);
        will.type(each);
        will.pass(RTT * 3);
        const guess = t.guess();
        if (guess) {
          expect(guess.row).toBe(will.near().row);
          expect(seen(t)).toBe(will.near().line.join('').trimEnd());
          expect(guess.cursor).toBe(will.near().x);
        }
        t.pass(wait);
      }
      t.pass(RTT * 4);
      expect(t.guess()).toBeNull();
      expect(t.near().line).toEqual(will.near().line);
    }),
    { numRuns: 300 },
  );
});

it('with a program that never echoes, nothing is ever shown', () => {
  fc.assert(
    fc.property(steps, fc.boolean(), (typed, asks) => {
      const t = setting({ echo: false, prompt: asks ? 'Password: ' : 'ab' });
      for (const [each, wait] of typed) {
        t.type(each);
        expect(t.guess()).toBeNull();
        t.pass(wait);
        expect(t.guess()).toBeNull();
      }
    }),
    { numRuns: 300 },
  );
});
