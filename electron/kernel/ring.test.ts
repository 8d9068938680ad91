import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createRing } from './ring.ts';

describe('byte ring', () => {
  test('keeps exactly the last bytes and numbers them, whatever the sizes appended', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 3000 }),
        fc.array(fc.uint8Array({ maxLength: 2500 }), { maxLength: 12 }),
        fc.nat(8000),
        (capacity, chunks, ask) => {
          const ring = createRing(capacity);
          const all: number[] = [];
          for (const chunk of chunks) {
            ring.append(chunk);
            for (const byte of chunk) all.push(byte);
            expect(ring.end).toBe(all.length);
            expect(ring.end - ring.start).toBe(Math.min(capacity, all.length));
          }
          const from = Math.min(all.length, Math.max(all.length - capacity, ask));
          const slice = ring.since(ask);
          expect(slice.from).toBe(Math.max(0, from));
          expect([...slice.bytes]).toEqual(all.slice(slice.from));
        },
      ),
    );
  });

  test('clearing keeps the numbering', () => {
    const ring = createRing(8);
    ring.append(Uint8Array.of(1, 2, 3));
    ring.clear();
    expect(ring.since(0)).toEqual({ from: 3, bytes: new Uint8Array(0) });
    ring.append(Uint8Array.of(4));
    expect(ring.since(0)).toEqual({ from: 3, bytes: Uint8Array.of(4) });
  });

  test('a slice is the reader’s to keep', () => {
    const ring = createRing(4);
    ring.append(Uint8Array.of(1, 2, 3, 4));
    const slice = ring.since(0);
    ring.append(Uint8Array.of(9, 9, 9, 9));
    expect([...slice.bytes]).toEqual([1, 2, 3, 4]);
  });

  test('refuses a capacity that is none', () => {
    expect(() => createRing(0)).toThrow(RangeError);
  });
});
