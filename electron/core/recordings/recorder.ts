/**
 * One session's output on its way to disk. On the path of the bytes it only keeps references; encoding and writing happen
 * in batches. What comes faster than is worth keeping, or than the disk takes, is left out, and a whole screen afterwards
 * makes the recording true again: nothing here ever holds a session up.
 */
import type { Mark } from '../../../shared/contract/recordings.ts';
import type { Clock } from '../../kernel/clock.ts';
import type { SessionOutput } from '../sessions/sessions.ts';
import { eventLine, hashOf, SEGMENT_BYTES, type Segment, worthFinding } from './rules.ts';
import type { About, Shelf } from './shelf.ts';

/** Time between two batches. A hub that is killed loses at most this much. */
export const BATCH_MS = 500;
/** More than this in a batch's time is a flood: the ring would drop it soon, and nobody could read it. */
const FLOOD_BYTES = 512 * 1024;
/** In a flood, a whole screen so often instead of the bytes. */
const FLOOD_SCREEN_MS = 1000;
/** Waiting for a slow disk: of one session, of all. */
const WAITING_BYTES = 2 * 1024 * 1024;
export const WAITING_ALL = 32 * 1024 * 1024;
/** A whole screen after so much output, so that any moment is found soon. */
const SCREEN_EACH = 256 * 1024;
const SEGMENT_MS = 86_400_000;
/** Pieces that come within this time are one event. */
const JOIN_MS = 16;
/** A disk that failed is tried again after this time. */
const REST_MS = 30_000;
const SAMPLE_MS = 1000;
/** Before the screen is wiped what stood there is written down, at most so often. */
const WIPE_MS = 20;
const WIPES = ['\x1b[2J', '\x1b[J', '\x1b[?1049', '\x1bc'].map((text) => Buffer.from(text));
const SAMPLE_LINES = 2000;
const LINE_CHARS = 2000;
/** Text kept of one segment. */
const TEXT_CHARS = 512 * 1024;
const SEEN_LINES = 20_000;
/** Marks that wait for the first screen. */
const MARKS_WAITING = 100;

type Item =
  | { readonly kind: 'bytes'; readonly at: number; readonly parts: Uint8Array[]; size: number }
  | { readonly kind: 'size'; readonly at: number; readonly text: string }
  | { readonly kind: 'screen'; readonly at: number; readonly text: string; readonly begins: boolean }
  | { readonly kind: 'text'; readonly at: number; readonly text: string };

export interface RecorderDeps {
  readonly id: string;
  readonly clock: Clock;
  readonly sessions: Pick<SessionOutput, 'wholeScreen' | 'newestLines'>;
  readonly shelf: Shelf;
  readonly about: () => About;
  readonly limits: () => { readonly maxBytes: number; readonly oldest: number };
  /** Bytes that wait in all recorders together. */
  readonly waiting: { bytes: number };
  /** `tick` is wanted. */
  readonly dirty: () => void;
  /** The disk failed; said once until it works again. */
  readonly failed: (error: unknown) => void;
}

export interface Recorder {
  bytes(bytes: Uint8Array): void;
  size(cols: number, rows: number): void;
  /** What came before does not lead to what the terminal shows now. */
  anew(): void;
  mark(mark: Mark): void;
  /** Every `BATCH_MS` while it is dirty. Answers whether it still is. */
  tick(): boolean;
  /** Everything that came is on disk, or given up. */
  flush(): Promise<void>;
  /** Deletes what is recorded; a session that goes on begins anew. */
  discard(): Promise<void>;
  close(): Promise<void>;
}

export function createRecorder(deps: RecorderDeps): Recorder {
  const { id, clock, sessions, shelf, waiting } = deps;
  let items: Item[] = [];
  let marks: Mark[] = [];
  let held = 0;
  /** `blank`: what comes means nothing until a whole screen is there; `broken`: the disk failed. */
  let phase: 'blank' | 'on' | 'broken' = 'blank';
  let flooding = false;
  let batchBytes = 0;
  let ticket = 0;
  let asked = false;
  let askedAt = Number.NEGATIVE_INFINITY;
  /** The next whole screen begins a segment. */
  let begins = true;
  let segment: Segment | null = null;
  /** Characters may be cut in two between events, and between batches. */
  let decoder = newDecoder();
  /** Output written since the last whole screen, and in this segment. */
  let sinceScreen = 0;
  let sinceBegin = 0;
  let brokeAt = 0;
  let told = false;
  let writing: Promise<void> | null = null;
  let closed = false;
  let generation = 0;
  let lastAt = 0;
  let rows = 50;
  // What was written down of the text on the screen.
  let changed = false;
  let sampledAt = Number.NEGATIVE_INFINITY;
  let newlines = 0;
  /** Of the sample before: what it did not find parsed yet is looked for again. */
  let newlinesBefore = 0;
  let textChars = 0;
  const seen = new Set<number>();

  /** Never backwards, whatever the system's clock does. */
  const now = (): number => {
    lastAt = Math.max(lastAt, clock.now());
    return lastAt;
  };
  const hold = (bytes: number): void => {
    held += bytes;
    waiting.bytes += bytes;
  };
  const push = (item: Item, bytes: number): void => {
    items.push(item);
    hold(bytes);
    deps.dirty();
  };
  const pushBytes = (bytes: Uint8Array, at: number, apart = false): void => {
    for (let i = bytes.indexOf(10); i >= 0; i = bytes.indexOf(10, i + 1)) newlines += 1;
    changed = true;
    const last = items.at(-1);
    if (last?.kind === 'bytes' && at - last.at < JOIN_MS && !apart) {
      last.parts.push(bytes);
      last.size += bytes.byteLength;
      hold(bytes.byteLength);
    } else push({ kind: 'bytes', at, parts: [bytes], size: bytes.byteLength }, bytes.byteLength);
  };

  const ask = (): void => {
    ticket += 1;
    const mine = ticket;
    if (segment && segment.bytes >= SEGMENT_BYTES) begins = true;
    asked = true;
    askedAt = clock.now();
    sessions.wholeScreen(id, ({ cols, rows: height, escapes, rest }) => {
      if (mine !== ticket || closed) return;
      asked = false;
      const at = now();
      // What stood on the screen until now belongs to the segment before.
      // A moment earlier, so that going there plays what has scrolled away since the screen before.
      if (phase === 'on') sample(at - 1);
      rows = height;
      push({ kind: 'size', at, text: `${cols}x${height}` }, 16);
      push({ kind: 'screen', at, text: escapes, begins }, escapes.length);
      if (begins) {
        seen.clear();
        textChars = 0;
      }
      begins = false;
      phase = 'on';
      newlines = 0;
      changed = true;
      if (!flooding) for (const bytes of rest) pushBytes(bytes, at);
    });
  };

  /** Writes down which lines are new since the last time: what was redrawn counts once. */
  const sample = (at: number): void => {
    changed = false;
    sampledAt = clock.now();
    const lines = sessions.newestLines(id, Math.min(SAMPLE_LINES, rows + newlines + newlinesBefore));
    newlinesBefore = newlines;
    newlines = 0;
    let text = '';
    for (const each of lines) {
      const line = each
        .slice(0, LINE_CHARS)
        .replace(/\p{Cc}+/gu, ' ')
        .trim();
      const hash = hashOf(line);
      if (seen.has(hash) || !worthFinding(line) || textChars + text.length > TEXT_CHARS) continue;
      if (seen.size >= SEEN_LINES) seen.clear();
      seen.add(hash);
      text += `${at}\t${line}\n`;
    }
    textChars += text.length;
    if (text !== '') push({ kind: 'text', at, text }, text.length);
  };

  const takeItems = (): Item[] => {
    const batch = items;
    items = [];
    waiting.bytes -= held;
    held = 0;
    return batch;
  };

  const write = async (): Promise<void> => {
    await shelf.ready;
    const run = generation;
    while (run === generation && (items.length > 0 || (segment && marks.length > 0))) {
      let events = '';
      let texts = '';
      let to = 0;
      const put = async () => {
        if (segment && run === generation) await shelf.append(id, segment, events, texts, to);
        events = '';
        texts = '';
      };
      const batch = takeItems();
      for (const [i, item] of batch.entries()) {
        const next = batch[i + 1];
        // A size stands before its screen, in the same segment.
        const opening = item.kind === 'screen' ? null : item.kind === 'size' && next?.kind === 'screen' ? next : null;
        if (opening?.begins) {
          await put();
          if (run !== generation) return;
          segment = await shelf.begin(id, deps.about(), item.at);
          sinceBegin = 0;
          const book = shelf.get(id);
          if (book) await shelf.trim(book, deps.limits());
        }
        if (!segment) continue;
        const offset = Math.max(0, item.at - segment.start);
        if (item.kind !== 'text') to = segment.start + offset;
        if (item.kind === 'bytes') {
          const text = decoder.decode(joined(item.parts, item.size), { stream: true });
          if (text !== '') events += eventLine(offset, 'o', text);
          sinceScreen += item.size;
          sinceBegin += item.size;
        } else if (item.kind === 'size') events += eventLine(offset, 'r', item.text);
        else if (item.kind === 'text') texts += item.text;
        else {
          events += eventLine(offset, 's', item.text);
          decoder = newDecoder();
          sinceScreen = 0;
        }
      }
      await put();
      if (segment && run === generation) {
        // What happened before the first output stands at the beginning.
        const first = shelf.get(id)?.segments[0]?.start ?? 0;
        await shelf.mark(
          id,
          marks.splice(0).map((mark) => ({ ...mark, at: Math.max(mark.at, first) })),
        );
      }
      told = false;
    }
  };
  const kick = (): Promise<void> => {
    writing ??= write()
      .catch((error: unknown) => {
        takeItems();
        phase = 'broken';
        begins = true;
        segment = null;
        asked = false;
        ticket += 1;
        flooding = false;
        brokeAt = clock.now();
        if (!told) deps.failed(error);
        told = true;
      })
      .finally(() => {
        writing = null;
      });
    return writing;
  };

  return {
    bytes(bytes) {
      if (closed || bytes.byteLength === 0) return;
      if (phase === 'broken' && clock.now() - brokeAt >= REST_MS) phase = 'blank';
      if (phase !== 'on') {
        if (phase === 'blank' && !asked) ask();
        return;
      }
      batchBytes += bytes.byteLength;
      if (flooding) return;
      if (batchBytes > FLOOD_BYTES || held > WAITING_BYTES || waiting.bytes > WAITING_ALL) {
        flooding = true;
        deps.dirty();
        return;
      }
      // The screen parses later than this turn: it still shows what these bytes are about to wipe.
      const wiping = changed && clock.now() - sampledAt >= WIPE_MS && wipes(bytes);
      if (wiping) {
        sample(now());
        // In a moment of its own, or going to what was found would show it wiped already.
        lastAt += 1;
      }
      pushBytes(bytes, now(), wiping);
    },
    size(cols, height) {
      if (closed || phase !== 'on' || flooding) return;
      rows = height;
      push({ kind: 'size', at: now(), text: `${cols}x${height}` }, 16);
    },
    anew() {
      if (closed || (phase === 'broken' && clock.now() - brokeAt < REST_MS)) return;
      phase = 'blank';
      ask();
    },
    mark(mark) {
      if (closed) return;
      marks.push(mark);
      if (marks.length > MARKS_WAITING) marks.shift();
      deps.dirty();
    },
    tick() {
      if (closed) return false;
      const rate = batchBytes;
      batchBytes = 0;
      const behind = held > WAITING_BYTES / 2 || waiting.bytes > WAITING_ALL / 2;
      if (flooding && !asked && !behind && clock.now() - askedAt >= FLOOD_SCREEN_MS) {
        // Left only when it is calm: until the screen is there, what comes is part of it.
        if (rate <= FLOOD_BYTES / 2) {
          flooding = false;
          phase = 'blank';
        }
        ask();
      } else if (phase === 'on' && !asked && !flooding && segment) {
        const old = sinceBegin > 0 && clock.now() - segment.start > SEGMENT_MS;
        // Only output counts: a screen that is larger than all this must not bring the next one.
        const full = segment.bytes >= SEGMENT_BYTES && sinceBegin >= SCREEN_EACH / 2;
        if (old) begins = true;
        if (old || full || sinceScreen >= SCREEN_EACH) ask();
      }
      if (phase === 'on' && changed && clock.now() - sampledAt >= SAMPLE_MS) sample(now());
      if (items.length > 0 || (segment && marks.length > 0)) void kick();
      return flooding || changed || writing !== null || items.length > 0;
    },
    async flush() {
      if (phase === 'on' && changed && !closed) sample(now());
      while (writing || items.length > 0 || (segment && marks.length > 0)) await kick();
    },
    async discard() {
      generation += 1;
      takeItems();
      marks = [];
      flooding = false;
      while (writing) await writing;
      await shelf.ready;
      segment = null;
      begins = true;
      phase = 'blank';
      await shelf.remove(id);
      if (!closed) ask();
    },
    async close() {
      if (closed) return;
      if (phase === 'on' && changed) sample(now());
      closed = true;
      while (writing || items.length > 0 || (segment && marks.length > 0)) await kick();
    },
  };
}

/** A byte order mark in the middle of output is output. */
const newDecoder = () => new TextDecoder('utf-8', { ignoreBOM: true });
const wipes = ({ buffer, byteOffset, byteLength }: Uint8Array): boolean => {
  const bytes = Buffer.from(buffer, byteOffset, byteLength);
  return WIPES.some((wipe) => bytes.includes(wipe));
};
const joined = (parts: readonly Uint8Array[], size: number): Uint8Array =>
  parts.length === 1 && parts[0] ? parts[0] : Buffer.concat(parts, size);
