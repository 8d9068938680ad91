import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  allQuiet,
  createCast,
  eventLine,
  lastOffset,
  markLine,
  markText,
  overdue,
  parseEvent,
  parseMarks,
  parseNext,
  parseSize,
  peek,
  quietIn,
  type Segment,
  segmentName,
  startOf,
} from './rules.ts';

describe('lines', () => {
  it('come back as they were written, whatever is in them', () => {
    fc.assert(
      fc.property(fc.nat(1e9), fc.constantFrom('o', 'r', 's'), fc.string({ unit: 'binary' }), (offset, kind, text) => {
        const line = eventLine(offset, kind, text);
        expect(line.indexOf('\n')).toBe(line.length - 1);
        expect(parseEvent(line.slice(0, -1), 1000)).toEqual([1000 + offset, kind, text]);
      }),
    );
  });
  it('cut anywhere are no events, and break nothing', () => {
    const line = eventLine(12, 'o', 'ab]"\x1b[31m\u00e9]').slice(0, -1);
    for (let end = 0; end < line.length; end += 1) expect(parseEvent(line.slice(0, end), 0)).toBeNull();
    for (const foreign of ['', '[]', '[1,"x","y"]', '{"a":1}', '[1,"o",5]', '["1","o","y"]', 'null'])
      expect(parseEvent(foreign, 0)).toBeNull();
  });
  it('tell the last whole offset of a torn end', () => {
    expect(lastOffset('dden"]\n[5,"o","a"]\n[70,"o","b"]\n[90,"o","c')).toBe(70);
    expect(lastOffset('half a line')).toBeNull();
  });
  it('are peeked at without reading the text', () => {
    expect(peek(eventLine(3, 's', 'x').trim())).toEqual({ offset: 3, kind: 's' });
    expect(peek('[3,"s","x')).toBeNull();
  });
});

describe('names', () => {
  it('of segments sort by time and come back', () => {
    const names = [999, 1_750_000_000_000, 12].map(segmentName).sort();
    expect(names.map((name) => startOf(name)?.start)).toEqual([12, 999, 1_750_000_000_000]);
    for (const other of ['about.json', '1.events', '../000000000000001.events', '000000000000001.events.next'])
      expect(startOf(other)).toBeNull();
  });
  it('of sizes and pages are strict', () => {
    expect(parseSize('80x24')).toEqual({ cols: 80, rows: 24 });
    for (const wrong of ['0x24', '80x', 'x', '80x24;', '-1x2', '100000x2']) expect(parseSize(wrong)).toBeNull();
    expect(parseNext('17:3')).toEqual({ start: 17, line: 3 });
    for (const wrong of ['', '17', ':3', '17:-1', '../x:1', '17:3:4']) expect(parseNext(wrong)).toBeNull();
  });
});

describe('the ring', () => {
  const segments = (...bytes: number[]): Segment[] =>
    bytes.map((size, i) => ({ start: i * 10, to: i * 10 + 9, bytes: size }));
  it('drops the oldest above the cap, and never the newest', () => {
    expect(overdue(segments(5, 5, 5), { maxBytes: 10, oldest: 0 }).map((s) => s.start)).toEqual([0]);
    expect(overdue(segments(5, 5, 5), { maxBytes: 15, oldest: 0 })).toEqual([]);
    expect(overdue(segments(50, 50, 50), { maxBytes: 1, oldest: 0 }).map((s) => s.start)).toEqual([0, 10]);
    expect(overdue([], { maxBytes: 1, oldest: 0 })).toEqual([]);
  });
  it('drops what is too old', () => {
    expect(overdue(segments(1, 1, 1), { maxBytes: 100, oldest: 15 }).map((s) => s.start)).toEqual([0]);
  });
});

it('quiet stretches are told within and between segments, the longest when there are too many', () => {
  const lines = [
    eventLine(0, 's', ''),
    eventLine(4999, 'o', 'a'),
    eventLine(9999, 'o', 'b'),
    'torn',
    eventLine(80_000, 'o', 'c'),
  ];
  expect(
    quietIn(
      lines.map((line) => line.trim()),
      1000,
    ),
  ).toEqual([
    [5999, 10_999],
    [10_999, 81_000],
  ]);
  const two = allQuiet([
    { start: 0, to: 100, quiet: [] },
    { start: 90_000, to: 100_000, quiet: [[91_000, 99_000]] },
  ]);
  expect(two).toEqual([
    [100, 90_000],
    [91_000, 99_000],
  ]);
  const many = Array.from({ length: 6000 }, (_, i): [number, number] => [i * 20_000, i * 20_000 + 5000 + i]);
  const kept = allQuiet([{ start: 0, to: 1e9, quiet: many }]);
  expect(kept).toEqual(many.slice(1000));
});

describe('marks', () => {
  it('come back in order, without those of dropped output and torn ones', () => {
    const text = `\n${markLine({ at: 30, kind: 'exit', text: 'status 0' })}${markLine({ at: 20, kind: 'prompt', text: 'a\nb' })}${markLine({ at: 5, kind: 'start', text: '' })}[40,"sta`;
    expect(parseMarks(`${text}\n[50,"other","x"]\n[1]\nnull\n`, 10)).toEqual([
      { at: 20, kind: 'prompt', text: 'a\nb' },
      { at: 30, kind: 'exit', text: 'status 0' },
    ]);
  });
  it('are one line of bounded length', () => {
    expect(markText('  a\r\n\x1b[31mb\u202e ')).toBe('a [31mb');
    expect([...markText('\u{1f600}'.repeat(1000))]).toHaveLength(301);
    expect(markText('\u{1f600}'.repeat(1000)).isWellFormed()).toBe(true);
  });
});

it('a cast has intervals since the event before, which add up to the whole time exactly', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(5000), { maxLength: 200 }), (steps) => {
      const cast = createCast(1_750_000_000_000);
      let at = 1_750_000_000_000;
      let sum = 0;
      for (const step of steps) {
        at += step;
        sum += Math.round((JSON.parse(cast.event([at, 'o', 'x'])) as [number])[0] * 1000);
      }
      expect(sum).toBe(at - 1_750_000_000_000);
    }),
  );
});

it('a cast says a size once, resets before a whole screen, and has markers', () => {
  const cast = createCast(1000);
  expect(cast.event([1000, 'r', '80x24'])).toBe('[0,"r","80x24"]\n');
  expect(cast.event([1250, 's', 'hi'])).toBe('[0.25,"o","\\u001bchi"]\n');
  expect(cast.event([1250, 'r', '80x24'])).toBe('');
  expect(cast.mark({ at: 1300, kind: 'prompt', text: 'do it' })).toBe('[0.05,"m","prompt: do it"]\n');
  // Time never runs backwards.
  expect(cast.event([1200, 'o', 'x'])).toBe('[0,"o","x"]\n');
});
