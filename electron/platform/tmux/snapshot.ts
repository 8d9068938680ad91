/** Pure: the commands that show a pane as it is, and how their answers become a `PaneSnapshot`. */
import { Fault } from '../../../shared/fault.ts';
import type { PaneSnapshot } from '../ports.ts';
import { command } from './quote.ts';

const FLAGS = [
  'pane_width',
  'pane_height',
  'cursor_x',
  'cursor_y',
  'cursor_flag',
  'alternate_on',
  'keypad_cursor_flag',
  'keypad_flag',
  'insert_flag',
  'origin_flag',
  'wrap_flag',
  'mouse_standard_flag',
  'mouse_button_flag',
  // `mouse_any_flag` is true for every mouse mode; this one is 1003.
  'mouse_all_flag',
  'mouse_sgr_flag',
  'scroll_region_upper',
  'scroll_region_lower',
  'history_size',
];
const FORMAT = `${FLAGS.map((name) => `#{${name}}`).join('|')}|#{pane_title}`;

/** Number of answers that `snapshotCommand` gives. */
export const SNAPSHOT_PARTS = 4;

/**
 * One line, so that tmux runs it without reading from any pane in between: modes, scrollback, screen and the saved normal
 * screen belong to one moment, and stand in the stream exactly where the output before it ends. `-N` keeps trailing
 * blanks, which may be coloured; `-q` because there is no saved screen most of the time.
 */
export function snapshotCommand(pane: string, scrollbackLines: number): string {
  const history = Math.max(1, Math.min(1_000_000, Math.trunc(scrollbackLines) || 1));
  return [
    command('display-message', '-p', '-t', pane, FORMAT),
    command('capture-pane', '-p', '-e', '-N', '-S', `-${history}`, '-E', '-1', '-t', pane),
    command('capture-pane', '-p', '-e', '-N', '-S', '0', '-t', pane),
    command('capture-pane', '-p', '-e', '-N', '-a', '-q', '-t', pane),
  ].join(' ; ');
}

export function parseSnapshot(parts: readonly Uint8Array[], scrollbackLines: number): PaneSnapshot {
  const [head, history, screen, saved] = parts;
  if (!head || !history || !screen || !saved) throw new Fault('internal', 'tmux gave an incomplete picture of a pane.');
  const text = Buffer.from(head).toString('utf8');
  const values = text.split('|', FLAGS.length);
  const title = text.slice(values.join('|').length + 1);
  const flag = Object.fromEntries(FLAGS.map((name, i) => [name, Number(values[i] ?? 0)]));
  const value = (name: string): number => flag[name] ?? 0;
  const rows = value('pane_height');
  const alternate = value('alternate_on') === 1;
  // With no history tmux would answer with the first line of the screen instead.
  const scrollback = scrollbackLines > 0 && value('history_size') > 0 ? history : null;
  const visible = withRows(screen, rows);
  return {
    ansi: alternate ? trimBlanks(visible) : trimBlanks(stack(scrollback, visible)),
    normal: alternate ? trimBlanks(stack(scrollback, withRows(saved, rows))) : null,
    cols: value('pane_width'),
    rows,
    cursor: { x: value('cursor_x'), y: value('cursor_y'), visible: value('cursor_flag') === 1 },
    alternate,
    modes: {
      applicationCursor: value('keypad_cursor_flag') === 1,
      applicationKeypad: value('keypad_flag') === 1,
      insert: value('insert_flag') === 1,
      origin: value('origin_flag') === 1,
      wrap: value('wrap_flag') === 1,
      mouse:
        value('mouse_all_flag') === 1
          ? 1003
          : value('mouse_button_flag') === 1
            ? 1002
            : value('mouse_standard_flag') === 1
              ? 1000
              : 0,
      mouseSgr: value('mouse_sgr_flag') === 1,
    },
    scrollRegion: { top: value('scroll_region_upper'), bottom: value('scroll_region_lower') },
    title,
  };
}

/** Exactly `rows` lines: the reply's lines are joined without a last line feed, so blank lines at its end do count. */
function withRows(screen: Uint8Array, rows: number): Uint8Array {
  let lines = 1;
  for (const byte of screen) if (byte === 10) lines++;
  if (lines >= rows) return screen;
  return Buffer.concat([screen, Buffer.alloc(rows - lines, 10)]);
}

/** Each capture starts from plain attributes but does not end with them. */
function stack(above: Uint8Array | null, below: Uint8Array): Uint8Array {
  if (!above) return below;
  return Buffer.concat([above, Buffer.from(above.includes(0x1b) ? '\n\x1b[0m' : '\n'), below]);
}

/**
 * Blanks at the end of a line go where they are plain; where a colour or inverse is on they are part of the picture.
 * Only `ESC [ 0 m` and `ESC [ m` count as plain, so that a doubt keeps the blanks.
 */
export function trimBlanks(ansi: Uint8Array): Uint8Array {
  const bytes = Buffer.from(ansi.buffer, ansi.byteOffset, ansi.byteLength);
  const out = Buffer.allocUnsafe(bytes.length);
  let to = 0;
  let plain = true;
  for (let from = 0; from <= bytes.length; ) {
    const lf = bytes.indexOf(10, from);
    const end = lf < 0 ? bytes.length : lf;
    const lastEscape = bytes.subarray(from, end).lastIndexOf(0x1b);
    if (lastEscape >= 0)
      plain = /^\x1b\[0?m/.test(bytes.toString('latin1', from + lastEscape, Math.min(end, from + lastEscape + 4)));
    let keep = end;
    if (plain) while (keep > from && bytes[keep - 1] === 32) keep--;
    to += bytes.copy(out, to, from, keep);
    if (lf < 0) break;
    out[to++] = 10;
    from = end + 1;
  }
  return new Uint8Array(out.subarray(0, to));
}
