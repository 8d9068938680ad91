import { Terminal } from '@xterm/headless';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { findPlace, goTo, placeOf } from './place.ts';

const numbered = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => `line ${from + i}`);

describe('findPlace', () => {
  it('finds lines that moved up, and lines that moved down', () => {
    expect(findPlace(numbered(50, 62), numbered(10, 200), 50)).toBe(40);
    expect(findPlace(numbered(50, 62), ['new', ...numbered(0, 100)], 0)).toBe(51);
  });
  it('takes the nearer of two that are alike', () => {
    const twice = [...numbered(0, 10), ...numbered(0, 10), ...numbered(0, 10)];
    expect(findPlace(numbered(2, 8), twice, 13)).toBe(12);
  });
  it('does not take blank lines or rules for a place', () => {
    expect(findPlace(['', '────', ''], ['', '────', '', '────'], 2)).toBeNull();
  });
  it('has no answer when the text is gone', () => {
    expect(findPlace(numbered(0, 12), numbered(500, 900), 3)).toBeNull();
    expect(findPlace([], numbered(0, 5), 3)).toBeNull();
  });
  it('finds any window of different lines wherever it is', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 180 }), fc.integer({ min: 0, max: 200 }), (at, guess) => {
        expect(findPlace(numbered(at, at + 12), numbered(0, 200), guess)).toBe(at);
      }),
    );
  });
});

describe('in a terminal', () => {
  const write = (term: Terminal, text: string) => new Promise<void>((resolve) => term.write(text, resolve));
  it('the line that was topmost is topmost again after a new screen with more output', async () => {
    const term = new Terminal({ allowProposedApi: true, cols: 80, rows: 10, scrollback: 500 });
    await write(term, numbered(0, 100).join('\r\n'));
    expect(placeOf(term)).toBeNull();
    term.scrollToLine(30);
    const place = placeOf(term);
    if (!place) throw new Error('no place');
    await write(term, `\x1bc${numbered(5, 160).join('\r\n')}`);
    goTo(term, place);
    const { viewportY } = term.buffer.active;
    expect(term.buffer.active.getLine(viewportY)?.translateToString(true)).toBe('line 30');
    term.dispose();
  });
});
