/**
 * How a recording is written and read: one JSON line an event, `[milliseconds since the segment began, kind, text]`, so
 * that a line torn by a crash harms nothing beside it. Pure.
 */
import { type Mark, type PlayEvent, QUIET_MS } from '../../../shared/contract/recordings.ts';

/** Bytes of a segment after which the next one begins. */
export const SEGMENT_BYTES = 1024 * 1024;
/** A page of `read`, in characters of JSON. */
export const PAGE_CHARS = 256 * 1024;
/** Marks of one recording; the oldest go first. */
export const MARKS = 5000;
const MARK_TEXT = 300;

export type Kind = PlayEvent[1];

export const eventLine = (offset: number, kind: Kind, text: string): string =>
  `${JSON.stringify([Math.max(0, Math.round(offset)), kind, text])}\n`;

const HEAD = /^\[(\d{1,15}),"([ors])",/;

/** Offset and kind without reading the text, which may be long; null for a line that is none. */
export function peek(line: string): { readonly offset: number; readonly kind: Kind } | null {
  const [, offset, kind] = HEAD.exec(line) ?? [];
  return offset === undefined || kind === undefined || !line.endsWith(']')
    ? null
    : { offset: Number(offset), kind: kind as Kind };
}

/** Null for a torn or foreign line. */
export function parseEvent(line: string, start: number): PlayEvent | null {
  if (peek(line) === null) return null;
  try {
    const [offset, kind, text] = JSON.parse(line) as [number, Kind, unknown];
    return typeof text === 'string' ? [start + offset, kind, text] : null;
  } catch {
    // Cut in the middle by a crash or a full disk.
    return null;
  }
}

export function parseSize(text: string): { readonly cols: number; readonly rows: number } | null {
  const [, cols, rows] = /^([1-9]\d{0,4})x([1-9]\d{0,4})$/.exec(text) ?? [];
  return cols === undefined || rows === undefined ? null : { cols: Number(cols), rows: Number(rows) };
}

/** A segment's file is called after the moment it begins, so that a listing alone is the table of contents. */
export const segmentName = (start: number): string => `${String(start).padStart(15, '0')}.events`;
/** The text on the screens of a segment. */
export const textName = (start: number): string => `${String(start).padStart(15, '0')}.text`;
export function startOf(name: string): { readonly start: number; readonly kind: 'events' | 'text' } | null {
  const [, start, kind] = /^(\d{15})\.(events|text)$/.exec(name) ?? [];
  return start === undefined ? null : { start: Number(start), kind: kind as 'events' | 'text' };
}

export interface Segment {
  /** Unix milliseconds of its first event. */
  readonly start: number;
  /** Of its last event. */
  to: number;
  /** Events and texts on disk. */
  bytes: number;
}

/** Stretches that are told of one recording; the longest count. */
const STRETCHES = 5000;

/** Where a segment's events are far apart; `start` is the segment's. */
export function quietIn(lines: readonly string[], start: number): (readonly [number, number])[] {
  const found: (readonly [number, number])[] = [];
  let last = start;
  for (const line of lines) {
    const event = peek(line);
    if (!event) continue;
    const at = start + event.offset;
    if (at - last >= QUIET_MS) found.push([last, at]);
    last = Math.max(last, at);
  }
  return found;
}

/** All stretches of a recording, those between its segments too. */
export function allQuiet(
  segments: readonly {
    readonly start: number;
    readonly to: number;
    readonly quiet: readonly (readonly [number, number])[];
  }[],
): [number, number][] {
  const all: [number, number][] = [];
  for (const [i, segment] of segments.entries()) {
    for (const [from, to] of segment.quiet) all.push([from, to]);
    const next = segments[i + 1];
    if (next && next.start - segment.to >= QUIET_MS) all.push([segment.to, next.start]);
  }
  if (all.length <= STRETCHES) return all;
  return all
    .sort((a, b) => b[1] - b[0] - (a[1] - a[0]))
    .slice(0, STRETCHES)
    .sort((a, b) => a[0] - b[0]);
}

/** Segments that have to go, oldest first; the newest always stays. */
export function overdue(
  segments: readonly Segment[],
  limits: { readonly maxBytes: number; readonly oldest: number },
): readonly Segment[] {
  let total = segments.reduce((sum, segment) => sum + segment.bytes, 0);
  const going: Segment[] = [];
  for (const segment of segments.slice(0, -1)) {
    if (total <= limits.maxBytes && segment.to >= limits.oldest) break;
    going.push(segment);
    total -= segment.bytes;
  }
  return going;
}

/** Of the last whole line that says one. */
export function lastOffset(tail: string): number | null {
  const lines = tail.split('\n');
  for (let i = lines.length - 1; i >= 0; i -= 1) {
    const found = peek(lines[i] ?? '');
    if (found) return found.offset;
  }
  return null;
}

/** One line, no control characters, cut at a whole character. */
export function markText(text: string): string {
  const clean = text
    .slice(0, MARK_TEXT * 4)
    .replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, ' ')
    .trim();
  const all = [...clean];
  return all.length <= MARK_TEXT ? clean : `${all.slice(0, MARK_TEXT).join('')}…`;
}

export const markLine = (mark: Mark): string => `${JSON.stringify([mark.at, mark.kind, mark.text])}\n`;

const MARK_KINDS: ReadonlySet<string> = new Set<Mark['kind']>(['prompt', 'approval', 'state', 'start', 'exit']);

/** Oldest first; of `from` on. */
export function parseMarks(text: string, from: number): Mark[] {
  const marks: Mark[] = [];
  for (const line of text.split('\n')) {
    if (line === '') continue;
    try {
      const [at, kind, words] = JSON.parse(line) as [unknown, unknown, unknown];
      if (typeof at !== 'number' || typeof kind !== 'string' || typeof words !== 'string') continue;
      if (at >= from && MARK_KINDS.has(kind)) marks.push({ at, kind: kind as Mark['kind'], text: words });
    } catch {
      // Cut in the middle by a crash.
    }
  }
  return marks.sort((a, b) => a.at - b.at).slice(-MARKS);
}

/** Where the next page of a reading begins: a segment and the characters of it that were given out. */
export const nextText = (next: { readonly start: number; readonly line: number }): string =>
  `${next.start}:${next.line}`;
export function parseNext(text: string): { readonly start: number; readonly line: number } | null {
  const [, start, line] = /^(\d{1,15}):(\d{1,9})$/.exec(text) ?? [];
  return start === undefined ? null : { start: Number(start), line: Number(line) };
}

export interface CastHeader {
  readonly cols: number;
  readonly rows: number;
  /** Unix milliseconds. */
  readonly at: number;
  readonly title: string;
}

export const castHeader = ({ cols, rows, at, title }: CastHeader): string =>
  `${JSON.stringify({
    version: 3,
    term: { cols, rows, type: 'xterm-256color' },
    timestamp: Math.floor(at / 1000),
    title,
  })}\n`;

/**
 * Events and marks as lines of asciicast v3. Its times are intervals since the event before: they are taken from whole
 * milliseconds, so that no error adds up.
 */
export function createCast(start: number): {
  event(event: PlayEvent): string;
  mark(mark: Mark): string;
} {
  let last = start;
  let size = '';
  const line = (at: number, code: string, data: string): string => {
    const now = Math.max(last, Math.round(at));
    const interval = (now - last) / 1000;
    last = now;
    return `${JSON.stringify([interval, code, data])}\n`;
  };
  return {
    event([at, kind, text]) {
      if (kind === 'r') {
        // Every whole screen says its size; players only need to hear of another one.
        if (text === size) return '';
        size = text;
        return line(at, 'r', text);
      }
      // A reset first: what the player shows is of before a hole.
      return line(at, 'o', kind === 's' ? `\x1bc${text}` : text);
    },
    mark: (mark) => line(mark.at, 'm', mark.text === '' ? mark.kind : `${mark.kind}: ${mark.text}`),
  };
}

/** Worth finding: has a letter or a digit. Frames and rules have none. */
export const worthFinding = (line: string): boolean => /[\p{L}\p{N}]/u.test(line);

/** FNV-1a over UTF-16: which lines were written down already, in four bytes each. */
export function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i += 1) {
    hash ^= text.charCodeAt(i);
    hash = Math.imul(hash, 0x01000193);
  }
  return hash >>> 0;
}
