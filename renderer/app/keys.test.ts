import fc from 'fast-check';
import { expect, it } from 'vitest';
import { type Binding, caps, clash, compare, freeOfTerminals, isPlain, parseBinding, pressOf, textOf } from './keys.ts';

const event = (
  key: string,
  held: Partial<Record<'ctrlKey' | 'metaKey' | 'altKey' | 'shiftKey', boolean>> = {},
  code?: string,
) => ({
  key,
  ctrlKey: false,
  metaKey: false,
  altKey: false,
  shiftKey: false,
  ...(code === undefined ? {} : { code }),
  ...held,
});
const must = (text: string): Binding => {
  const binding = parseBinding(text);
  if (!binding) throw new Error(`${text} is no binding`);
  return binding;
};

it('reads bindings and writes them back', () => {
  for (const text of [
    'Mod+Shift+K',
    'g b',
    '?',
    '/',
    'Escape',
    'Alt+ArrowUp',
    'Mod++',
    'Ctrl+Space',
    'F2',
    'Mod+1',
    'g g x',
  ])
    expect(textOf(must(text))).toBe(text);
  for (const text of ['', 'Hyper+K', 'ab', 'Mod+', 'Mod+Nope', 'a b c d']) expect(parseBinding(text)).toBeNull();
  expect(textOf(must('mod+shift+k'))).toBe('Mod+Shift+K');
});

it('knows an event whatever Shift, Alt and the keyboard make of it', () => {
  expect(pressOf(event('K', { ctrlKey: true, shiftKey: true }, 'KeyK'), false)).toEqual(must('Mod+Shift+K')[0]);
  expect(pressOf(event('˚', { altKey: true }, 'KeyK'), true)).toEqual(must('Alt+K')[0]);
  expect(pressOf(event('л', { ctrlKey: true }, 'KeyK'), false)).toEqual(must('Mod+K')[0]);
  // On a Dvorak keyboard the letter counts, not the place.
  expect(pressOf(event('k', { ctrlKey: true }, 'KeyV'), false)).toEqual(must('Mod+K')[0]);
  expect(pressOf(event('?', { shiftKey: true }, 'Slash'), false)).toEqual(must('?')[0]);
  expect(pressOf(event('!', { ctrlKey: true, shiftKey: true }, 'Digit1'), false)).toEqual(must('Mod+Shift+1')[0]);
  expect(pressOf(event('k', { metaKey: true }, 'KeyK'), true)).toEqual(must('Mod+K')[0]);
  expect(pressOf(event('k', { metaKey: true }, 'KeyK'), false)).not.toEqual(must('Mod+K')[0]);
});

it('leaves to terminals what they can tell apart', () => {
  const free = (text: string, mac: boolean) => must(text).every((press) => freeOfTerminals(press, mac));
  expect(free('Mod+Shift+K', false)).toBe(true);
  expect(free('Mod+K', true)).toBe(true);
  for (const taken of ['Mod+K', 'k', 'Alt+K', 'Escape', 'Shift+Tab', 'F2', 'Mod+Alt+Shift+K'])
    expect(free(taken, false)).toBe(false);
  for (const taken of ['Ctrl+K', 'k', 'Alt+K', 'Ctrl+Shift+K']) expect(free(taken, true)).toBe(false);
  expect(must('g b').every(isPlain)).toBe(true);
  expect(isPlain(must('F2')[0] as never)).toBe(false);
});

it('a sequence is begun, then whole; a beginning clashes with its sequence', () => {
  const [g, b] = must('g b');
  if (!g || !b) throw new Error('two presses');
  expect(compare([g], must('g b'))).toBe('begun');
  expect(compare([g, b], must('g b'))).toBe('whole');
  expect(compare([b], must('g b'))).toBe('no');
  expect(clash(must('g'), must('g b'))).toBe(true);
  expect(clash(must('g b'), must('g i'))).toBe(false);
});

it('names keys as each system does', () => {
  expect(caps(must('Mod+Shift+K'), true)).toEqual([['⇧', '⌘', 'K']]);
  expect(caps(must('Mod+Shift+K'), false)).toEqual([['Ctrl', 'Shift', 'K']]);
  expect(caps(must('g b'), false)).toEqual([['G'], ['B']]);
});

it('any event is a press that can be written and read again', () => {
  const ascii = fc.string({ unit: 'grapheme-ascii', minLength: 1, maxLength: 1 });
  const key = fc.oneof(fc.constantFrom('Enter', 'ArrowUp', 'F5', 'Escape', 'ä', 'Ж', '日'), ascii);
  const held = fc.record({
    ctrlKey: fc.boolean(),
    metaKey: fc.boolean(),
    altKey: fc.boolean(),
    shiftKey: fc.boolean(),
  });
  fc.assert(
    fc.property(key, held, fc.boolean(), (k, keys, mac) => {
      const press = pressOf(event(k, keys), mac);
      expect(parseBinding(textOf([press]))).toEqual([press]);
    }),
  );
});
