/** Escapes that rebuild a pane from tmux's snapshot in a fresh terminal: history, both screens, modes, cursor. Pure. */
import type { PaneSnapshot } from '../../platform/ports.ts';

/** `bracketed`: the program had asked for bracketed paste, which tmux does not tell and the core remembers. */
export function rebuild(snapshot: PaneSnapshot, bracketed: boolean): string {
  const { modes, cursor, scrollRegion, rows } = snapshot;
  let out = '\x1bc';
  if (snapshot.alternate) {
    if (snapshot.normal) out += content(snapshot.normal);
    out += `\x1b[?1049h\x1b[H${content(snapshot.ansi)}`;
  } else {
    out += content(snapshot.ansi);
  }
  out += '\x1b[0m';
  const whole = scrollRegion.top <= 0 && scrollRegion.bottom >= rows - 1;
  if (!whole) out += `\x1b[${scrollRegion.top + 1};${scrollRegion.bottom + 1}r`;
  if (modes.applicationCursor) out += '\x1b[?1h';
  if (modes.applicationKeypad) out += '\x1b=';
  if (modes.insert) out += '\x1b[4h';
  if (modes.mouse !== 0) out += `\x1b[?${modes.mouse}h`;
  if (modes.mouseSgr) out += '\x1b[?1006h';
  if (bracketed) out += '\x1b[?2004h';
  if (modes.origin) out += '\x1b[?6h';
  // In origin mode the cursor counts from the region's top.
  const top = modes.origin && !whole ? scrollRegion.top : 0;
  out += `\x1b[${Math.max(1, cursor.y - top + 1)};${cursor.x + 1}H`;
  if (!modes.wrap) out += '\x1b[?7l';
  if (!cursor.visible) out += '\x1b[?25l';
  if (snapshot.title !== '') out += `\x1b]2;${snapshot.title.replace(/\p{Cc}/gu, ' ')}\x07`;
  return out;
}

const SGR = /\x1b\[([0-9;:]*)m/g;

/**
 * Lines with the pen put down at each line's end and taken up again at the next: tmux lets colours run over line ends,
 * and a terminal that scrolls fills the new line with the background of the moment.
 */
function content(ansi: Uint8Array): string {
  const lines = Buffer.from(ansi).toString('utf8').split('\n');
  const pen = createPen();
  let out = '';
  lines.forEach((line, i) => {
    if (i > 0) out += '\r\n';
    out += pen.now();
    out += line;
    for (const match of line.matchAll(SGR)) pen.take(match[1] ?? '');
    if (pen.now() !== '') out += '\x1b[0m';
  });
  return out;
}

/** Follows SGR sequences; `now` gives one sequence for the state of the moment, empty when all is default. */
function createPen() {
  let attributes = new Set<string>();
  let foreground = '';
  let background = '';
  let underline = '';
  return {
    now(): string {
      const all = [...attributes, foreground, background, underline].filter((s) => s !== '');
      return all.length === 0 ? '' : `\x1b[${all.join(';')}m`;
    },
    take(text: string): void {
      const words = text === '' ? ['0'] : text.split(';');
      for (let i = 0; i < words.length; i += 1) {
        const word = words[i] === '' ? '0' : (words[i] ?? '0');
        const code = Number(word.split(':')[0]);
        let value = word;
        if ((code === 38 || code === 48 || code === 58) && !word.includes(':')) {
          const length = words[i + 1] === '2' ? 5 : 3;
          value = words.slice(i, i + length).join(';');
          i += length - 1;
        }
        if (code === 0) {
          attributes = new Set();
          foreground = '';
          background = '';
          underline = '';
        } else if (code < 10 || code === 21 || code === 53) attributes.add(value);
        else if (OFF[code]) for (const off of OFF[code]) drop(attributes, off);
        else if (code === 39) foreground = '';
        else if (code === 49) background = '';
        else if (code === 59) underline = '';
        else if (code === 58) underline = value;
        else if (code === 38 || (code >= 30 && code < 38) || (code >= 90 && code < 98)) foreground = value;
        else background = value;
      }
    },
  };
}

/** Which attributes a code switches off. */
const OFF: Readonly<Record<number, readonly string[]>> = {
  22: ['1', '2'],
  23: ['3'],
  24: ['4', '21'],
  25: ['5', '6'],
  27: ['7'],
  28: ['8'],
  29: ['9'],
  55: ['53'],
};

/** `4` also drops `4:3`. */
function drop(attributes: Set<string>, code: string): void {
  for (const each of attributes) if (each === code || each.startsWith(`${code}:`)) attributes.delete(each);
}
