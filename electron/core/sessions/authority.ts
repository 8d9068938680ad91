/**
 * The one headless screen behind a session, fed in order. It knows at every quiet point exactly which bytes the screen
 * has parsed and which still wait, so that a viewer can be given a screen and then its bytes: no hole, no double.
 */
import type { PaneSnapshot, Screen } from '../../platform/ports.ts';
import { rebuild } from './rebuild.ts';

/** Bytes parsed in one go: small enough that a viewer who opens during a flood waits a few ms, and typing too. */
const BATCH = 64 * 1024;
/** Bytes that may wait unparsed; above it the screen is behind for good and is better taken anew from tmux. */
const BACKLOG = 4 * 1024 * 1024;

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
export function createAuthority(screen: Screen, parsed: () => void): Authority {
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
  /** The end of what was parsed last: a character or escape sequence of it may be cut in two there. */
  let tail: Uint8Array = new Uint8Array();

  const release = () => {
    const ready = settling.filter((s) => s.written <= shown || disposed);
    if (ready.length === 0) return;
    settling = settling.filter((s) => s.written > shown && !disposed);
    for (const { done } of ready) done();
  };

  const take = (): Uint8Array | null => {
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
    return parts.length === 0 ? null : parts.length === 1 ? (parts[0] ?? null) : Buffer.concat(parts, size);
  };

  const pump = () => {
    if (busy || disposed) return;
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
    if (batch === null) {
      shown = written;
      release();
      if (changed) parsed();
      return;
    }
    busy = true;
    tail = batch.byteLength >= TAIL ? batch.subarray(-TAIL) : Buffer.concat([tail, batch]).subarray(-TAIL);
    screen.write(batch);
    shown += batch.byteLength;
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
      pump();
      return true;
    },
    resize(cols, rows) {
      items.push({ cols, rows });
      pump();
    },
    replace(snapshot, bracketed) {
      items = [{ cols: snapshot.cols, rows: snapshot.rows }];
      const bytes = Buffer.from(rebuild(snapshot, bracketed));
      items.push(bytes);
      // What waited will never be shown: whoever waits for it waits for the snapshot now.
      shown += waiting;
      written += bytes.byteLength;
      waiting = bytes.byteLength;
      replacedAt = written;
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
        if ((busy || shown < replacedAt) && !disposed) visits.push(run);
        else run();
      });
    },
    settled() {
      if (disposed || (!busy && items.length === 0)) return Promise.resolve();
      return new Promise((done) => settling.push({ written, done }));
    },
    dispose() {
      disposed = true;
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
