/** Pure: how text is written so that tmux's own command parser gives it back unchanged. */
import { Fault } from '../../../shared/fault.ts';

/** What may stand as it is inside double quotes. `$`, `\`, `"` are special there, and `~` is right after the opening quote. */
const PLAIN = new Uint8Array(256);
for (let byte = 0x20; byte < 0x7f; byte++) PLAIN[byte] = 1;
for (const special of '"$\\~') PLAIN[special.charCodeAt(0)] = 0;

const ESCAPED: readonly string[] = Array.from({ length: 256 }, (_, byte) =>
  PLAIN[byte] === 1 ? String.fromCharCode(byte) : `\\${byte.toString(8).padStart(3, '0')}`,
);

/**
 * One argument of a command, as ASCII: any bytes but NUL, line feeds included, come out of tmux's parser as they were.
 * Octal escapes because a raw line feed would end the command line, and an empty line would end the control client.
 */
export function quote(argument: string | Uint8Array): string {
  const bytes = typeof argument === 'string' ? Buffer.from(argument, 'utf8') : argument;
  if (bytes.includes(0)) throw new Fault('invalid', 'tmux cannot take text with a NUL byte in it.');
  let text = '"';
  for (const byte of bytes) text += ESCAPED[byte];
  return `${text}"`;
}

/** A command with its arguments, each quoted. */
export function command(name: string, ...args: readonly (string | Uint8Array)[]): string {
  return [name, ...args.map(quote)].join(' ');
}

/**
 * For arguments that tmux expands as a format (`-c`, `-n`): `#` doubled, so that a folder named `#{x}` is just that.
 * Before `[` tmux keeps the signs as they stand (it takes them for a style), so there they must not be doubled.
 */
export function literalFormat(text: string): string {
  return text.replace(/#+(?![#[])/g, (signs) => signs + signs);
}

/** For `source-file`, which takes a pattern. */
export function literalPattern(path: string): string {
  return path.replace(/[\\*?[\]{}]/g, '\\$&');
}

const NAMED = new Set(
  (
    'Enter Escape Space Tab BTab BSpace Up Down Left Right Home End PageUp PgUp PPage PageDown PgDn NPage ' +
    'IC Insert DC Delete F1 F2 F3 F4 F5 F6 F7 F8 F9 F10 F11 F12'
  ).split(' '),
);
/** Keys that have a form with Shift. For the others tmux would type the name itself as text. */
const SHIFTED = /^(?:Up|Down|Left|Right|Home|End|PageUp|PgUp|PPage|PageDown|PgDn|NPage|IC|Insert|DC|Delete|F\d+)$/;
/** Keys that Control changes; with the others (`C-Enter`) tmux sends nothing at all. */
const CONTROLLED =
  /^(?:Space|Up|Down|Left|Right|Home|End|PageUp|PgUp|PPage|PageDown|PgDn|NPage|IC|Insert|DC|Delete|F\d+)$/;

/**
 * A key name checked before it is sent: `send-keys` types a name that it does not know as if it were text, so a typing
 * mistake would land in the agent's composer. Throws a Fault `invalid`.
 */
export function keyName(name: string): string {
  if (name === 'S-Tab') return 'BTab';
  const match = /^((?:[CMS]-)*)(.+)$/su.exec(name);
  const base = match?.[2] ?? '';
  const prefixes = match?.[1] ?? '';
  const shift = prefixes.includes('S-');
  const control = prefixes.includes('C-');
  const known = NAMED.has(base) && (!shift || SHIFTED.test(base)) && (!control || CONTROLLED.test(base));
  const single = [...base].length === 1 && !/\p{C}/u.test(base) && !shift && (!control || /^[\x40-\x7e]$/.test(base));
  if (!known && !single) {
    throw new Fault(
      'invalid',
      `"${name}" is not a key that tmux can press. Examples: Enter, Escape, C-c, M-a, S-Tab, F5, Up.`,
    );
  }
  return name;
}
