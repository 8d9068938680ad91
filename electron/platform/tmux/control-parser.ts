/** Pure: the stream of a tmux control client (`tmux -C`), bytes in and events out. No clock, no I/O, never throws. */

export type ControlEvent =
  /**
   * What a pane printed, escapes undone, in memory that nobody writes into any more. What it printed without anything else
   * between comes in one piece a chunk: a flood is thousands of lines a chunk, and each piece costs on all of its way.
   */
  | { readonly kind: 'output'; readonly pane: string; readonly bytes: Uint8Array }
  /**
   * The answer to a command. `own` is true when this client sent the command: only those pair with what was written.
   * `body`: the lines with LF between them.
   */
  | {
      readonly kind: 'reply';
      readonly number: number;
      readonly own: boolean;
      readonly ok: boolean;
      readonly body: Uint8Array;
    }
  | { readonly kind: 'pause' | 'continue' | 'pane-mode-changed'; readonly pane: string }
  | { readonly kind: 'sessions-changed' }
  | { readonly kind: 'session-changed' | 'session-renamed'; readonly session: string; readonly name: string }
  | { readonly kind: 'session-window-changed'; readonly session: string; readonly window: string }
  | { readonly kind: 'window-add' | 'window-close'; readonly window: string; readonly linked: boolean }
  | { readonly kind: 'window-renamed'; readonly window: string; readonly name: string; readonly linked: boolean }
  | { readonly kind: 'window-pane-changed'; readonly window: string; readonly pane: string }
  | { readonly kind: 'layout-change'; readonly window: string; readonly cols: number; readonly rows: number }
  | { readonly kind: 'subscription-changed'; readonly name: string; readonly pane: string; readonly value: string }
  | { readonly kind: 'config-error'; readonly message: string }
  | { readonly kind: 'exit'; readonly reason: string };

export interface ControlParser {
  /** Chunks may end anywhere. The parser keeps what it needs of a chunk: do not write into it afterwards. */
  push(chunk: Uint8Array): void;
}

const LF = 10;
const SPACE = 32;
const PERCENT = 37;
const BACKSLASH = 92;
const OUTPUT = Buffer.from('%output ');
const EXTENDED = Buffer.from('%extended-output ');
const BEGIN = Buffer.from('%begin ');
const END = Buffer.from('%end ');
const ERROR = Buffer.from('%error ');
/** Ends the fields of `%extended-output`, whose number may grow with new versions of tmux. */
const VALUE = Buffer.from(' : ');
const NOTHING = Buffer.alloc(0);
/** Memory for output is taken in such pieces: one for each chunk would be thousands a second in a flood. */
const ROOM = 64 * 1024;

export function createControlParser(emit: (event: ControlEvent) => void): ControlParser {
  /** Pieces of a line that has not ended; joined once, so that a line in many pieces costs no more than its length. */
  let pending: Buffer[] = [];
  let block: {
    readonly head: Buffer;
    readonly number: number;
    readonly own: boolean;
    readonly lines: Buffer[];
  } | null = null;
  /** Where output goes: `at` is its end, and `run` the part of it that was not told yet. */
  let room = NOTHING;
  let at = 0;
  let run: { readonly pane: string; readonly name: Buffer; readonly from: number } | null = null;
  /** Bytes of the chunk that were not looked at yet: no more can come out of them. */
  let ahead = 0;

  const flush = (): void => {
    if (!run) return;
    const { pane, from } = run;
    run = null;
    const bytes = new Uint8Array(room.buffer, room.byteOffset + from, at - from);
    if (bytes.length > 0) emit({ kind: 'output', pane, bytes });
  };
  const tell = (event: ControlEvent): void => {
    flush();
    emit(event);
  };

  const put = (value: Buffer): void => {
    const length = value.length;
    let from = 0;
    for (let mark = value.indexOf(BACKSLASH); mark >= 0; mark = value.indexOf(BACKSLASH, from)) {
      value.copy(room, at, from, mark);
      at += mark - from;
      from = mark;
      // Escapes stand together: line ends are two, colours begin with one.
      while (from < length && value[from] === BACKSLASH) {
        const a = (value[from + 1] ?? 0) - 48;
        const b = (value[from + 2] ?? 0) - 48;
        const c = (value[from + 3] ?? 0) - 48;
        if (a >= 0 && a <= 3 && b >= 0 && b <= 7 && c >= 0 && c <= 7) {
          room[at++] = (a << 6) | (b << 3) | c;
          from += 4;
        } else {
          room[at++] = BACKSLASH;
          from += 1;
        }
      }
    }
    value.copy(room, at, from, length);
    at += length - from;
  };

  const output = (line: Buffer, paneAt: number, extended: boolean): void => {
    const space = line.indexOf(SPACE, paneAt);
    if (space < 0) return;
    let value = space + 1;
    if (extended) {
      const mark = line.indexOf(VALUE, space);
      if (mark < 0) return;
      value = mark + VALUE.length;
    }
    const name = line.subarray(paneAt, space);
    if (!run?.name.equals(name)) flush();
    if (room.length - at < line.length - value) {
      flush();
      room = Buffer.allocUnsafeSlow(Math.max(ROOM, line.length - value + ahead));
      at = 0;
    }
    run ??= { pane: name.toString('latin1'), name, from: at };
    put(line.subarray(value));
  };

  const lineDone = (line: Buffer): void => {
    if (block) {
      // Whatever else a line here begins with, it is content, unless it closes this very block.
      const ok = startsWith(line, END);
      if ((ok || startsWith(line, ERROR)) && line.subarray((ok ? END : ERROR).length).equals(block.head)) {
        const { number, own, lines } = block;
        block = null;
        tell({ kind: 'reply', number, own, ok, body: joinLines(lines) });
      } else {
        block.lines.push(line);
      }
      return;
    }
    if (line[0] !== PERCENT) return;
    if (startsWith(line, EXTENDED)) output(line, EXTENDED.length, true);
    else if (startsWith(line, OUTPUT)) output(line, OUTPUT.length, false);
    else if (startsWith(line, BEGIN)) {
      const head = line.subarray(BEGIN.length);
      const [, number, flags] = head.toString('latin1').split(' ');
      block = { head, number: Number(number), own: (Number(flags) & 1) === 1, lines: [] };
    } else {
      const event = notification(line.toString('utf8'));
      if (event) tell(event);
    }
  };

  return {
    push(chunk) {
      const bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
      let from = 0;
      for (let end = bytes.indexOf(LF); end >= 0; end = bytes.indexOf(LF, from)) {
        const piece = bytes.subarray(from, end);
        from = end + 1;
        ahead = bytes.length - from;
        if (pending.length === 0) {
          lineDone(piece);
        } else {
          pending.push(piece);
          const line = Buffer.concat(pending);
          pending = [];
          lineDone(line);
        }
      }
      if (from < bytes.length) pending.push(bytes.subarray(from));
      flush();
    },
  };
}

function startsWith(line: Buffer, prefix: Buffer): boolean {
  if (line.length < prefix.length) return false;
  for (let i = 0; i < prefix.length; i++) if (line[i] !== prefix[i]) return false;
  return true;
}

function joinLines(lines: readonly Buffer[]): Uint8Array {
  const length = lines.reduce((sum, line) => sum + line.length + 1, 0);
  const body = new Uint8Array(Math.max(0, length - 1));
  let at = 0;
  for (const line of lines) {
    body.set(line, at);
    at += line.length;
    if (at < body.length) body[at++] = LF;
  }
  return body;
}

function notification(line: string): ControlEvent | null {
  const space = line.indexOf(' ');
  const word = space < 0 ? line.slice(1) : line.slice(1, space);
  const rest = space < 0 ? '' : line.slice(space + 1);
  const [first = '', second = ''] = rest.split(' ', 2);
  const tail = rest.slice(first.length + 1);
  switch (word) {
    case 'pause':
    case 'continue':
    case 'pane-mode-changed':
      return { kind: word, pane: first };
    case 'sessions-changed':
      return { kind: word };
    case 'session-changed':
    case 'session-renamed':
      return { kind: word, session: first, name: tail };
    case 'session-window-changed':
      return { kind: word, session: first, window: second };
    case 'window-add':
    case 'window-close':
      return { kind: word, window: first, linked: true };
    case 'unlinked-window-add':
      return { kind: 'window-add', window: first, linked: false };
    case 'unlinked-window-close':
      return { kind: 'window-close', window: first, linked: false };
    case 'window-renamed':
      return { kind: word, window: first, name: tail, linked: true };
    case 'unlinked-window-renamed':
      return { kind: 'window-renamed', window: first, name: tail, linked: false };
    case 'window-pane-changed':
      return { kind: word, window: first, pane: second };
    case 'layout-change': {
      const size = /^[0-9a-f]+,(\d+)x(\d+)/.exec(second);
      return size ? { kind: word, window: first, cols: Number(size[1]), rows: Number(size[2]) } : null;
    }
    case 'subscription-changed': {
      const fields = /^(\S+) \S+ \S+ \S+ (\S+).*? : (.*)$/s.exec(rest);
      return fields ? { kind: word, name: fields[1] ?? '', pane: fields[2] ?? '', value: fields[3] ?? '' } : null;
    }
    case 'config-error':
      return { kind: word, message: rest };
    case 'exit':
      return { kind: word, reason: rest };
    default:
      return null;
  }
}
