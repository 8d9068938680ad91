import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { glide, pinched, span, speedOf, swiped, twoFingers, wordAt } from './gesture.ts';

const at = (x: number, y = 100) => ({ x, y });

describe('two fingers', () => {
  it('apart or together pinch', () => {
    expect(twoFingers([at(100), at(200)], [at(50), at(250)])).toEqual({ kind: 'pinch', scale: 2 });
    expect(twoFingers([at(100), at(300)], [at(150), at(250)])).toEqual({ kind: 'pinch', scale: 0.5 });
  });
  it('sideways together swipe, to the next when they go left', () => {
    expect(twoFingers([at(200), at(260)], [at(120), at(182)])).toEqual({ kind: 'swipe', by: 1 });
    expect(twoFingers([at(200), at(260)], [at(280), at(338)])).toEqual({ kind: 'swipe', by: -1 });
  });
  it('mean nothing while they rest or go down', () => {
    expect(twoFingers([at(200), at(260)], [at(204), at(262)])).toBeNull();
    expect(twoFingers([at(200), at(260)], [at(240, 300), at(300, 300)])).toBeNull();
  });
});

describe('one finger on the names', () => {
  it('swipes by distance or by speed, never by a scroll or a tap', () => {
    expect(swiped({ x: -60, y: 4 }, 100, 390)).toBe(1);
    expect(swiped({ x: 60, y: 4 }, 100, 390)).toBe(-1);
    expect(swiped({ x: -60, y: 4 }, 900, 390)).toBe(0);
    expect(swiped({ x: -200, y: 4 }, 900, 390)).toBe(1);
    expect(swiped({ x: -80, y: 70 }, 100, 390)).toBe(0);
    expect(swiped({ x: 3, y: 0 }, 1, 390)).toBe(0);
  });
});

it('pinches to whole pixels inside the limits', () => {
  expect(pinched(13, 1.5, 8, 24)).toBe(20);
  expect(pinched(13, 0.1, 8, 24)).toBe(8);
  expect(pinched(13, 9, 8, 24)).toBe(24);
});

describe('a scroll let go', () => {
  it('comes to rest, and as far whatever the frames', () => {
    const run = (frame: number) => {
      let speed = 2;
      let way = 0;
      for (let t = 0; t < 10_000 && speed !== 0; t += frame) {
        const next = glide(speed, frame);
        way += next.by;
        speed = next.speed;
      }
      expect(speed).toBe(0);
      return way;
    };
    expect(Math.abs(run(8) - run(33))).toBeLessThan(run(8) * 0.05);
  });
  it('is thrown by a moving finger only', () => {
    const moves = [0, 10, 20, 30].map((ms) => ({ at: ms, y: ms * 2 }));
    expect(speedOf(moves, 35)).toBeCloseTo(2);
    expect(speedOf(moves, 500)).toBe(0);
    expect(speedOf([], 0)).toBe(0);
  });
});

describe('selecting', () => {
  it('goes both ways and over lines', () => {
    expect(span({ x: 5, y: 2 }, { x: 1, y: 3 }, 10)).toEqual({ x: 5, y: 2, length: 7 });
    expect(span({ x: 1, y: 3 }, { x: 5, y: 2 }, 10)).toEqual({ x: 5, y: 2, length: 7 });
  });
  it('takes the word under the finger, paths whole', () => {
    const line = 'see (src/app/main.ts:12) now';
    const [from, until] = wordAt(line, 9);
    expect(line.slice(from, until + 1)).toBe('src/app/main.ts:12');
    expect(wordAt(line, 3)).toEqual([3, 3]);
    expect(wordAt('', 7)).toEqual([7, 7]);
  });
  it('always holds the cell that was touched', () => {
    fc.assert(
      fc.property(fc.string(), fc.nat(40), (line, x) => {
        const [from, until] = wordAt(line, x);
        expect(from).toBeLessThanOrEqual(x);
        expect(until).toBeGreaterThanOrEqual(x);
      }),
    );
  });
});
