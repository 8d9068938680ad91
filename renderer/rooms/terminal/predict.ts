/**
 * What a slow line will echo, guessed, so that typing feels local. Decisions only: nothing is drawn and nothing is sent
 * here. A guess is shown only while this very line has lately echoed what was typed into it; Enter, unknown keys, other
 * output and a missing echo end that, so that a password is never put on the screen. What really arrives always wins.
 */

/** The screen as the hub has drawn it. */
export interface View {
  /** Absolute line of the cursor: scrolling gives it another number. */
  readonly row: number;
  readonly x: number;
  readonly cols: number;
  readonly alternate: boolean;
  /** The character in a cell of the cursor's row; a space where there is none, empty in the second half of a wide one. */
  readonly cell: (x: number) => string;
}

export interface Guess {
  readonly row: number;
  readonly cells: readonly { readonly x: number; readonly char: string; readonly width: number }[];
  /** Column of the cursor once all of it has arrived. */
  readonly cursor: number;
}

export type Predictor = ReturnType<typeof createPredictor>;

interface Op {
  readonly at: number;
  /** Cursor column after it. */
  readonly x: number;
  readonly set: { readonly x: number; readonly char: string; readonly width: number } | null;
  readonly typed: boolean;
}

/** Cells right of the cursor that must be blank: then it stands at the end of a line, not inside one. */
const BLANK_AHEAD = 8;
const BLIND_MOST = 64;
/** Full-screen programs redraw at will: they must agree more often before they are believed. */
const NEEDED = { line: 1, screen: 3 } as const;
const LATE = 100;

/** Cells that a character takes, where every terminal agrees; null where none should be guessed (emoji, marks). */
export function certainWidth(char: string): 1 | 2 | null {
  if (/^[\x20-\x7e\u00a1-\u00ac\u00ae-\u02ff\u0370-\u0373\u0386-\u03ff\u0400-\u0482\u048a-\u052f]$/.test(char))
    return 1;
  if (/^[\u3041-\u3096\u30a1-\u30fa\u30fc\u4e00-\u9fff\u3400-\u4dbf\uac00-\ud7a3\uff01-\uff5e]$/.test(char)) return 2;
  return null;
}

/** Words from a phone's keyboard come at once; more than this is a paste. */
const WORD_MOST = 32;

export function createPredictor() {
  let rtt = 0;
  let ops: Op[] = [];
  /** Where the hub's cursor stood when the first of them was typed. */
  let base = { row: 0, x: 0 };
  /** What this person typed at the end of this line, arrived or not, by width: only that is taken back by backspace. */
  let run: number[] = [];
  /** How many of them the cursor has been moved back over. */
  let back = 0;
  let trust = 0;
  /** After a key whose effect is not known: what was typed since, to be found again in the echo. */
  let blind: { readonly char: string; readonly at: number }[] | null = null;
  let unknownAt = 0;
  let last: { readonly row: number; readonly x: number; readonly text: string; readonly at: number } | null = null;

  const cursor = () => ops.at(-1)?.x ?? base.x;
  /** Sooner than this an echo cannot be here: what looks like it was there before. */
  const soonest = () => rtt * 0.9;

  function lose(now: number): void {
    ops = [];
    run = [];
    back = 0;
    trust = 0;
    blind = [];
    unknownAt = now;
  }

  function atEnd(view: View, from: number): boolean {
    for (let x = from; x < Math.min(view.cols, from + BLANK_AHEAD); x += 1) {
      const char = view.cell(x);
      // Cells that were guessed and have not arrived are blank still; guessed blanks may be full still.
      if (char !== ' ' && !ops.some((op) => op.set?.x === x)) return false;
    }
    return true;
  }

  function put(char: string, now: number, view: View): boolean {
    const width = certainWidth(char);
    const x = cursor();
    // Not in the last column: whether the cursor stays there or wraps is the program's to say.
    if (width === null || back > 0 || x + width >= view.cols || !atEnd(view, x)) return false;
    ops.push({ at: now, x: x + width, set: { x, char, width }, typed: true });
    run.push(width);
    return true;
  }

  function step(key: 'erase' | 'left' | 'right', now: number, view: View): boolean {
    const x = cursor();
    if (key === 'erase') {
      const width = back === 0 ? run.pop() : undefined;
      if (width === undefined || !atEnd(view, x)) return false;
      ops.push({ at: now, x: x - width, set: { x: x - width, char: ' '.repeat(width), width }, typed: false });
      return true;
    }
    const width = key === 'left' ? run[run.length - 1 - back] : back > 0 ? run[run.length - back] : undefined;
    if (width === undefined) return false;
    back += key === 'left' ? 1 : -1;
    ops.push({ at: now, x: key === 'left' ? x - width : x + width, set: null, typed: false });
    return true;
  }

  /** The cells as they are after the first `count` operations. */
  function cellsAfter(count: number): Map<number, { readonly char: string; readonly width: number }> {
    const cells = new Map<number, { readonly char: string; readonly width: number }>();
    for (const { set } of ops.slice(0, count)) if (set) cells.set(set.x, set);
    return cells;
  }

  function arrived(view: View, count: number): boolean {
    if (ops[count - 1]?.x !== view.x) return false;
    for (const [x, { char, width }] of cellsAfter(count)) {
      if (char.trim() === '') {
        for (let i = 0; i < width; i += 1) if (view.cell(x + i) !== ' ') return false;
      } else if (view.cell(x) !== char) return false;
    }
    return true;
  }

  function confirm(view: View, now: number): void {
    if (view.row !== base.row) {
      lose(now);
      return;
    }
    let young = view.x === base.x;
    for (let count = ops.length; count > 0; count -= 1) {
      if (!arrived(view, count)) continue;
      if (now - (ops[count - 1]?.at ?? now) < soonest()) {
        young = true;
        continue;
      }
      trust += ops.slice(0, count).filter((op) => op.typed).length;
      base = { row: view.row, x: view.x };
      ops = ops.slice(count);
      return;
    }
    // Neither where it was nor anywhere on the way: something else was written.
    if (!young) lose(now);
  }

  /** Finds what was typed without guessing in what has arrived; what follows of it can be guessed again. */
  function align(view: View, now: number, text: string): void {
    if (!blind) return;
    const due = blind.filter((each) => now - each.at >= soonest()).map((each) => each.char);
    // Echoes of what was typed before the unknown key are still coming: they look the same as those of what came after.
    if (now < unknownAt + soonest()) return;
    // Typed into a quiet line, seen before and after: then even one more character is an echo.
    const first = blind[0]?.at ?? 0;
    const quiet =
      first > unknownAt + rtt + LATE && last !== null && last.row === view.row && last.at < first + soonest();
    const before = quiet ? last?.text : undefined;
    for (let count = due.length; count > 0; count -= 1) {
      const echo = due.slice(0, count).join('');
      const grown = before !== undefined && text === before + echo;
      // Otherwise one character may stand there by chance.
      if (!grown && (count === 1 || !text.endsWith(echo))) continue;
      const rest = blind.slice(count);
      base = { row: view.row, x: view.x };
      ops = [];
      back = 0;
      run = due.slice(0, count).map((char) => certainWidth(char) ?? 1);
      trust = count;
      blind = null;
      for (const { char, at } of rest) {
        if (put(char, at, view)) continue;
        lose(now);
        break;
      }
      return;
    }
  }

  function textBefore(view: View): string {
    let text = '';
    for (let x = 0; x < view.x; x += 1) text += view.cell(x);
    return text;
  }

  return {
    /** Milliseconds there and back. */
    setRoundTrip(ms: number): void {
      rtt = ms;
    },
    /** Bytes that were just sent, as text. `view` is what the hub has drawn so far. */
    typed(data: string, now: number, view: View): void {
      const chars = [...data];
      const plain = chars.length <= WORD_MOST && chars.every((char) => certainWidth(char) !== null);
      last ??= { row: view.row, x: view.x, text: textBefore(view), at: now };
      if (blind) {
        const quiet = blind.length === 0 && now - unknownAt > rtt * 1.2 + LATE;
        if (quiet && view.row === last?.row && view.x === last.x) blind = null;
        else if (plain && blind.length + chars.length <= BLIND_MOST) {
          blind.push(...chars.map((char) => ({ char, at: now })));
          return;
        } else {
          lose(now);
          return;
        }
      }
      if (ops.length === 0) {
        // The line went on without us: what was typed here before is not known to be at its end.
        if (base.row !== view.row || base.x !== view.x) {
          run = [];
          back = 0;
          trust = 0;
        }
        base = { row: view.row, x: view.x };
      }
      const known = {
        '\x7f': 'erase',
        '\x1b[D': 'left',
        '\x1bOD': 'left',
        '\x1b[C': 'right',
        '\x1bOC': 'right',
      } as const;
      const key = Object.hasOwn(known, data) ? known[data as keyof typeof known] : null;
      const well = key ? step(key, now, view) : plain && chars.every((char) => put(char, now, view));
      if (!well) lose(now);
    },
    /** The hub has drawn something. */
    seen(now: number, view: View): void {
      const text = textBefore(view);
      if (ops.length > 0) confirm(view, now);
      else if (blind) align(view, now, text);
      last = { row: view.row, x: view.x, text, at: now };
    },
    /** Gives up what should have been echoed by now; answers when to ask again (milliseconds from now), null: not needed. */
    expire(now: number): number | null {
      const oldest = ops[0]?.at ?? blind?.[0]?.at;
      if (oldest === undefined) return null;
      const left = oldest + rtt * 2 + LATE - now;
      if (left > 0) return left;
      const latest = ops.at(-1)?.at ?? blind?.at(-1)?.at ?? now;
      lose(latest);
      return null;
    },
    reset(): void {
      lose(0);
      blind = null;
      last = null;
    },
    guess(alternate: boolean): Guess | null {
      if (ops.length === 0 || trust < (alternate ? NEEDED.screen : NEEDED.line)) return null;
      const cells = [...cellsAfter(ops.length)].map(([x, { char, width }]) => ({ x, char, width }));
      return { row: base.row, cells, cursor: cursor() };
    },
  };
}
