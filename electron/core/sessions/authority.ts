/**
 * The one headless screen behind a session, fed in order. It knows at every quiet point exactly which bytes the screen
 * has parsed and which still wait, so that a viewer can be given a screen and then its bytes: no hole, no double.
 */
import { type Clock, systemClock } from '../../kernel/clock.ts';
import type { PaneSnapshot, Screen } from '../../platform/ports.ts';
import { rebuild } from './rebuild.ts';
import { skim } from './skim.ts';

/** Bytes parsed in one go: small enough that a viewer who opens during a flood waits a few ms, and typing too. */
const BATCH = 64 * 1024;
/** Bytes that may wait unparsed; above it the screen is behind for good and is better taken anew from tmux. */
const BACKLOG = 4 * 1024 * 1024;
/**
 * So many bytes in one such stretch are a flood. Nobody reads it as it passes: it waits, for so long or until so much is there,
 * and what would leave the screen and its history again is never put on it (`skim.ts`). That is most of a flood, and parsing it
 * most of what a flood would cost the hub.
 */
const FLOOD = { bytes: 96 * 1024, ms: 48 } as const;
const HOLD = { bytes: 2 * 1024 * 1024, ms: 240 } as const;
/** Bytes of a program that draws cannot be left out: for so long they do not wait for nothing. */
const PLAINLY_MS = 1000;

/** Longest piece of an unfinished sequence that is looked for. */
const TAIL = 512;

type Item = Uint8Array | { readonly cols: number; readonly rows: number };

export interface Authority {
  readonly screen: Screen;
  /** Bytes of the pane. False when too much waits: take a new snapshot. */
  write(bytes: Uint8Array): boolean;
  /** Takes effect after the bytes written before it: the terminal itself resizes at once and would break their lines. */
  resize(cols: number, rows: number): void;
  /** Forgets everything that waits and shows the snapshot instead. */
  replace(snapshot: PaneSnapshot, bracketed: boolean): void;
  /** Runs `visit` at the next quiet point, with the bytes that are not on the screen yet, a sequence cut in two included. */
  quiet<T>(visit: (waiting: readonly Uint8Array[]) => T): Promise<T>;
  /** Resolves when everything written until now is on the screen. */
  settled(): Promise<void>;
  dispose(): void;
}

/** `parsed` is called after each batch that went onto the screen. */
export function createAuthority(screen: Screen, parsed: () => void, clock: Clock = systemClock): Authority {
  let items: Item[] = [];
  let waiting = 0;
  let busy = false;
  let disposed = false;
  const visits: (() => void)[] = [];
  let settling: { readonly written: number; readonly done: () => void }[] = [];
  let written = 0;
  let shown = 0;
  /** Where the latest snapshot ends: until it is parsed the screen belongs to the past and nobody gets it. */
  let replacedAt = 0;
  let stretchAt = clock.now();
  let stretch = 0;
  let flooding = false;
  /** What waits is let wait; ends it. */
  let holding: (() => void) | null = null;
  let plainlyUntil = 0;
  /** What was written until then is parsed without waiting. */
  let wholeTo = 0;
  /** The end of what was parsed last: a character or escape sequence of it may be cut in two there. */
  let tail: Uint8Array = new Uint8Array();

  const release = () => {
    const ready = settling.filter((s) => s.written <= shown || disposed);
    if (ready.length === 0) return;
    settling = settling.filter((s) => s.written > shown && !disposed);
    for (const { done } of ready) done();
  };

  const take = (): Uint8Array[] => {
    const parts: Uint8Array[] = [];
    let size = 0;
    while (items.length > 0 && size < BATCH) {
      const item = items[0];
      if (!(item instanceof Uint8Array)) break;
      parts.push(item);
      size += item.byteLength;
      items.shift();
    }
    waiting -= size;
    return parts;
  };

  const holds = () =>
    flooding &&
    waiting < HOLD.bytes &&
    shown >= wholeTo &&
    visits.length === 0 &&
    settling.length === 0 &&
    clock.now() >= plainlyUntil;
  /** Ends the wait: drops what need not be parsed of what waited, and lets the rest be parsed without another. */
  const letGo = () => {
    if (!holding) return;
    holding();
    holding = null;
    wholeTo = written;
    const lines = screen.gone;
    const waits = items.filter((item) => item instanceof Uint8Array);
    const found = lines === null || unfinished(tail).byteLength > 0 ? null : skim(waits, lines);
    if (!found) {
      plainlyUntil = clock.now() + PLAINLY_MS;
      return;
    }
    let left = found.drop;
    while (left > 0) {
      const item = items[0];
      if (!(item instanceof Uint8Array)) break;
      const size = Math.min(left, item.byteLength);
      if (size === item.byteLength) items.shift();
      else items[0] = item.subarray(size);
      left -= size;
    }
    // Never more than was dropped: it is made of that.
    const pen = Buffer.from(found.pen);
    if (pen.byteLength > 0) items.unshift(pen);
    shown += found.drop - pen.byteLength;
    waiting -= found.drop - pen.byteLength;
  };

  const pump = () => {
    if (busy || disposed) return;
    if (holds()) {
      holding ??= clock.after(HOLD.ms, () => {
        letGo();
        pump();
      });
      return;
    }
    letGo();
    if (shown >= replacedAt) for (const visit of visits.splice(0)) visit();
    let head = items[0];
    let changed = false;
    while (head && !(head instanceof Uint8Array)) {
      items.shift();
      screen.resize(head.cols, head.rows);
      changed = true;
      head = items[0];
    }
    const batch = take();
    if (batch.length === 0) {
      shown = written;
      release();
      if (changed) parsed();
      return;
    }
    busy = true;
    for (const bytes of batch) {
      const last = bytes.byteLength >= TAIL ? bytes.subarray(-TAIL) : Buffer.concat([tail, bytes]).subarray(-TAIL);
      // A copy: it would keep all that it is the end of.
      tail = Uint8Array.from(last);
      screen.write(bytes);
      shown += bytes.byteLength;
    }
    void screen.settled().then(() => {
      busy = false;
      if (disposed) return;
      parsed();
      // Before the next batch: that one counts as shown from its beginning on, and is not on the screen yet.
      release();
      pump();
    });
  };

  return {
    screen,
    write(bytes) {
      if (disposed || bytes.byteLength === 0) return true;
      if (waiting + bytes.byteLength > BACKLOG) return false;
      items.push(bytes);
      waiting += bytes.byteLength;
      written += bytes.byteLength;
      stretch += bytes.byteLength;
      const took = clock.now() - stretchAt;
      if (took >= FLOOD.ms) {
        flooding = stretch * FLOOD.ms >= FLOOD.bytes * took;
        stretchAt += took;
        stretch = 0;
      }
      pump();
      return true;
    },
    resize(cols, rows) {
      letGo();
      items.push({ cols, rows });
      wholeTo = written;
      pump();
    },
    replace(snapshot, bracketed) {
      holding?.();
      holding = null;
      items = [{ cols: snapshot.cols, rows: snapshot.rows }];
      const bytes = Buffer.from(rebuild(snapshot, bracketed));
      items.push(bytes);
      // What waited will never be shown: whoever waits for it waits for the snapshot now.
      shown += waiting;
      written += bytes.byteLength;
      waiting = bytes.byteLength;
      replacedAt = written;
      wholeTo = written;
      pump();
    },
    quiet(visit) {
      return new Promise((resolve, reject) => {
        const run = () => {
          try {
            const cut = unfinished(tail);
            const waits = items.filter((i) => i instanceof Uint8Array);
            resolve(visit(cut.byteLength > 0 ? [cut, ...waits] : waits));
          } catch (error) {
            reject(error);
          }
        };
        if ((busy || holding || shown < replacedAt) && !disposed) {
          visits.push(run);
          pump();
        } else run();
      });
    },
    settled() {
      if (disposed || (!busy && items.length === 0)) return Promise.resolve();
      return new Promise((done) => {
        settling.push({ written, done });
        pump();
      });
    },
    dispose() {
      disposed = true;
      holding?.();
      items = [];
      screen.dispose();
      for (const visit of visits.splice(0)) visit();
      release();
    },
  };
}

/** An escape sequence without its end: introduced, CSI, a string (OSC, DCS, APC, PM, SOS), or a character set's choice. */
const CUT_ESCAPE = /\x1b(?:\[[0-?]*[ -/]*|[\]P_^X][^\x07\x1b\x18\x1a]*\x1b?|[ -/]+)?$/;

/**
 * The part at the end of `bytes` that a terminal has taken in and not acted on: it is neither on the screen nor in the
 * bytes to come, and whoever starts between the two would see its second half as text.
 */
export function unfinished(bytes: Uint8Array): Uint8Array {
  const end = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const cut = CUT_ESCAPE.exec(end.toString('latin1'));
  if (cut) return end.subarray(cut.index);
  // The first byte of a character says how many there are; at most three of them can be there without the last.
  for (let back = 1; back <= 3 && back <= end.length; back += 1) {
    const byte = end[end.length - back] ?? 0;
    if (byte < 0x80) break;
    if (byte > 0xf4) break;
    if (byte >= 0xc2)
      return back < (byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2) ? end.subarray(-back) : end.subarray(end.length);
  }
  return end.subarray(end.length);
}
