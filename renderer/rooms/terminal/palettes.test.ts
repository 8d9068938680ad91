import { describe, expect, it } from 'vitest';
import { PALETTES } from '../../../shared/palettes.ts';
import { terminalTheme } from './palette.ts';
import { namedPalette } from './palettes.ts';

/** Of WCAG: 1 to 21. */
function contrast(a: string, b: string): number {
  const light = (colour: string) => {
    const [r = 0, g = 0, bl = 0] = [1, 3, 5].map((at) => {
      const part = Number.parseInt(colour.slice(at, at + 2), 16) / 255;
      return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r + 0.7152 * g + 0.0722 * bl;
  };
  const [x, y] = [light(a), light(b)];
  return (Math.max(x, y) + 0.05) / (Math.min(x, y) + 0.05);
}

const ALL = [
  ...PALETTES.flatMap((name) => (name === 'app' ? [] : [{ name, theme: namedPalette(name) }])),
  ...(['dark', 'light', 'contrast'] as const).map((name) => ({ name: `app, ${name}`, theme: terminalTheme(name) })),
];

describe.each(ALL)('$name', ({ theme }) => {
  const ground = theme.background ?? '';
  it('has every colour that programs use', () => {
    const all = ['black', 'red', 'green', 'yellow', 'blue', 'magenta', 'cyan', 'white'].flatMap((each) => [
      each,
      `bright${each[0]?.toUpperCase()}${each.slice(1)}`,
    ]);
    for (const each of all) expect(Reflect.get(theme, each), each).toMatch(/^#[0-9a-f]{6}$/);
    expect(new Set(all.map((each) => Reflect.get(theme, each))).size).toBeGreaterThan(13);
  });
  it('can be read: text, the six colours and their bright ones on its ground', () => {
    expect(contrast(theme.foreground ?? '', ground)).toBeGreaterThanOrEqual(5.5);
    for (const each of ['red', 'green', 'yellow', 'blue', 'magenta', 'cyan']) {
      expect(contrast(String(Reflect.get(theme, each)), ground), each).toBeGreaterThanOrEqual(4.5);
      const bright = `bright${each[0]?.toUpperCase()}${each.slice(1)}`;
      expect(contrast(String(Reflect.get(theme, bright)), ground), bright).toBeGreaterThanOrEqual(4.5);
    }
    // What programs write by the way: hints, times.
    expect(contrast(theme.brightBlack ?? '', ground)).toBeGreaterThanOrEqual(4);
  });
});
