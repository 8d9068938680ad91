/** Bytes of the soft keys above a phone's keyboard, as a terminal of the xterm kind sends them. */

export interface Sticky {
  readonly ctrl: boolean;
  readonly alt: boolean;
}
export const NO_STICKY: Sticky = { ctrl: false, alt: false };

/** How a modifier of the soft keys is held: for the next key, or until it is let go. */
export type Hold = 'off' | 'once' | 'locked';
export interface Holds {
  readonly ctrl: Hold;
  readonly alt: Hold;
}
export const NO_HOLDS: Holds = { ctrl: 'off', alt: 'off' };

/** One tap holds it for one key, the next locks it, the third lets go. */
export const tapped = (hold: Hold): Hold => ({ off: 'once', once: 'locked', locked: 'off' })[hold] as Hold;
/** After a key was sent. */
export const spent = ({ ctrl, alt }: Holds): Holds => ({
  ctrl: ctrl === 'once' ? 'off' : ctrl,
  alt: alt === 'once' ? 'off' : alt,
});
export const stickyOf = ({ ctrl, alt }: Holds): Sticky => ({ ctrl: ctrl !== 'off', alt: alt !== 'off' });

export type SoftKey =
  | 'Escape'
  | 'Enter'
  | 'Tab'
  | 'BackTab'
  | 'Up'
  | 'Down'
  | 'Left'
  | 'Right'
  | 'Home'
  | 'End'
  | 'PageUp'
  | 'PageDown'
  | 'Delete';

const LETTER = { Up: 'A', Down: 'B', Right: 'C', Left: 'D', Home: 'H', End: 'F' } as const;
const NUMBER = { Delete: 3, PageUp: 5, PageDown: 6 } as const;

/** `application`: the program asked for application cursor keys (DECCKM). */
export function encodeKey(key: SoftKey, sticky: Sticky, application: boolean): string {
  const meta = sticky.alt ? '\x1b' : '';
  if (key === 'Escape') return `${meta}\x1b`;
  if (key === 'Enter') return `${meta}\r`;
  if (key === 'Tab') return `${meta}\t`;
  if (key === 'BackTab') return `${meta}\x1b[Z`;
  const modifier = 1 + (sticky.alt ? 2 : 0) + (sticky.ctrl ? 4 : 0);
  if (key === 'PageUp' || key === 'PageDown' || key === 'Delete') {
    return `\x1b[${NUMBER[key]}${modifier > 1 ? `;${modifier}` : ''}~`;
  }
  if (modifier > 1) return `\x1b[1;${modifier}${LETTER[key]}`;
  return `${application ? '\x1bO' : '\x1b['}${LETTER[key]}`;
}

function control(char: string): string {
  const code = char.toUpperCase().charCodeAt(0);
  if (char === ' ' || char === '2') return '\0';
  if (char === '?' || char === '8') return '\x7f';
  // @ A to Z [ \ ] ^ _ are 0x40 to 0x5f; their control characters are 0x00 to 0x1f.
  if (code >= 0x40 && code <= 0x5f) return String.fromCharCode(code - 0x40);
  if (char === '/' || char === '-') return '\x1f';
  if (char === '~') return '\x1e';
  if (char === '|') return '\x1c';
  return char;
}

/**
 * Sticky Ctrl and Alt on what the phone's keyboard typed. They act on one typed character; longer input (a paste, a
 * word from the keyboard's suggestions) goes as it is and leaves them pressed, since nobody means Ctrl-word.
 */
export function applySticky(data: string, sticky: Sticky): { readonly data: string; readonly used: boolean } {
  if ((!sticky.ctrl && !sticky.alt) || [...data].length !== 1) return { data, used: false };
  const char = sticky.ctrl ? control(data) : data;
  return { data: sticky.alt ? `\x1b${char}` : char, used: true };
}

/** Focus reports are a viewer's own news: with many viewers they would tell the agent nonsense. */
export const isFocusReport = (data: string): boolean => data === '\x1b[I' || data === '\x1b[O';
