/**
 * Key bindings as text, such as `Mod+Shift+K`, `g b` or `?`, and what a keyboard event means among them. Pure.
 * `Mod` is Ctrl, on a Mac Cmd. A binding of several presses is a sequence, its presses divided by spaces.
 */

export interface Press {
  readonly mod: boolean;
  /** Ctrl itself on a Mac, where Mod is Cmd. */
  readonly ctrl: boolean;
  readonly alt: boolean;
  readonly shift: boolean;
  /** Lower case for letters, else as `KeyboardEvent.key` names it. */
  readonly key: string;
}
export type Binding = readonly Press[];

/** The part of a KeyboardEvent that matters. */
export interface KeyEvent {
  readonly key: string;
  readonly code?: string;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
  readonly altKey: boolean;
  readonly shiftKey: boolean;
}

const MODIFIERS: ReadonlySet<string> = new Set(['Control', 'Shift', 'Alt', 'Meta', 'AltGraph', 'CapsLock', 'Dead']);
const NAMED: ReadonlySet<string> = new Set([
  ...['Enter', 'Escape', 'Tab', 'Backspace', 'Delete', 'Insert', 'Home', 'End', 'PageUp', 'PageDown', 'Space'],
  ...['ArrowUp', 'ArrowDown', 'ArrowLeft', 'ArrowRight'],
  ...Array.from({ length: 12 }, (_, i) => `F${i + 1}`),
]);

export const isModifier = (event: Pick<KeyEvent, 'key'>): boolean => MODIFIERS.has(event.key);

const isLetter = (key: string): boolean => key.length === 1 && key.toLowerCase() !== key.toUpperCase();

/** The press that an event is. With a modifier held, letters and digits are told by their place, whatever Shift or Alt makes of them. */
export function pressOf(event: KeyEvent, mac: boolean): Press {
  const held = event.ctrlKey || event.metaKey || event.altKey;
  const byPlace = held ? /^(?:Key([A-Z])|Digit([0-9]))$/.exec(event.code ?? '') : null;
  const place = byPlace ? (byPlace[1] ?? byPlace[2] ?? '').toLowerCase() : null;
  const latin = isLetter(event.key) && event.key.charCodeAt(0) < 128;
  const named = event.key === ' ' ? 'Space' : event.key;
  const key = place !== null && !latin ? place : isLetter(named) ? named.toLowerCase() : named;
  return {
    mod: mac ? event.metaKey : event.ctrlKey,
    ctrl: mac ? event.ctrlKey : event.metaKey,
    alt: event.altKey,
    // `?` is Shift+/ on one keyboard and Shift+ß on another: the sign itself says it all
    shift: event.shiftKey && (NAMED.has(key) || held || isLetter(key)),
    key,
  };
}

/** Null when the text is no binding. */
export function parseBinding(text: string): Binding | null {
  const presses: Press[] = [];
  for (const part of text.trim().split(/\s+/)) {
    const names = part === '+' ? ['+'] : part.endsWith('++') ? [...part.slice(0, -2).split('+'), '+'] : part.split('+');
    const last = names.pop() ?? '';
    const press = { mod: false, ctrl: false, alt: false, shift: false };
    for (const name of names) {
      const field = { mod: 'mod', ctrl: 'ctrl', alt: 'alt', shift: 'shift' }[name.toLowerCase()];
      if (field === undefined) return null;
      press[field as keyof typeof press] = true;
    }
    const named = [...NAMED].find((each) => each.toLowerCase() === last.toLowerCase());
    if (named === undefined && [...last].length !== 1) return null;
    presses.push({ ...press, key: named ?? (isLetter(last) ? last.toLowerCase() : last) });
  }
  return presses.length > 0 && presses.length <= 3 ? presses : null;
}

export const samePress = (a: Press, b: Press): boolean =>
  a.key === b.key && a.mod === b.mod && a.ctrl === b.ctrl && a.alt === b.alt && a.shift === b.shift;

/** `whole`: the presses are the binding; `begun`: they are its beginning. */
export function compare(presses: Binding, binding: Binding): 'whole' | 'begun' | 'no' {
  if (presses.length > binding.length) return 'no';
  for (const [i, press] of presses.entries()) {
    const other = binding[i];
    if (!other || !samePress(press, other)) return 'no';
  }
  return presses.length === binding.length ? 'whole' : 'begun';
}

/** Two bindings that cannot both be reached: one is the other, or its beginning. */
export function clash(a: Binding, b: Binding): boolean {
  const [short, long] = a.length <= b.length ? [a, b] : [b, a];
  return compare(short, long) !== 'no';
}

/**
 * A press that no terminal program can miss: with Cmd on a Mac, with Ctrl and Shift elsewhere (terminals do not tell these from Ctrl alone).
 * Only such presses work while a terminal has the keyboard.
 */
export const freeOfTerminals = (press: Press, mac: boolean): boolean =>
  mac ? press.mod : press.mod && press.shift && !press.alt;

/** Presses without a modifier are text wherever text can be typed. */
export const isPlain = (press: Press): boolean => !press.mod && !press.ctrl && !press.alt && !/^F\d/.test(press.key);

const MAC_SIGN: Readonly<Record<string, string>> = {
  Enter: '↩',
  Escape: 'Esc',
  Backspace: '⌫',
  ArrowUp: '↑',
  ArrowDown: '↓',
  ArrowLeft: '←',
  ArrowRight: '→',
};
const SIGN: Readonly<Record<string, string>> = { ...MAC_SIGN, Enter: 'Enter', Backspace: 'Backspace' };

/** For people: one list of key caps a press. */
export function caps(binding: Binding, mac: boolean): readonly (readonly string[])[] {
  return binding.map((press) => {
    const key = (mac ? MAC_SIGN : SIGN)[press.key] ?? (isLetter(press.key) ? press.key.toUpperCase() : press.key);
    const held = mac
      ? [press.ctrl && '⌃', press.alt && '⌥', press.shift && '⇧', press.mod && '⌘']
      : [press.mod && 'Ctrl', press.ctrl && 'Meta', press.alt && 'Alt', press.shift && 'Shift'];
    return [...held.filter((cap) => cap !== false), key];
  });
}

export const textOf = (binding: Binding): string =>
  binding
    .map((press) =>
      [
        press.mod && 'Mod',
        press.ctrl && 'Ctrl',
        press.alt && 'Alt',
        press.shift && 'Shift',
        isLetter(press.key) && (press.mod || press.ctrl || press.alt || press.shift)
          ? press.key.toUpperCase()
          : press.key,
      ]
        .filter((each) => each !== false)
        .join('+'),
    )
    .join(' ');
