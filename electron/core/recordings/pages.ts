/** A recording read: in pages from a moment on, and as a whole in the form that players know. */
import type { PlayEvent } from '../../../shared/contract/recordings.ts';
import { Fault } from '../../../shared/fault.ts';
import {
  castHeader,
  createCast,
  nextText,
  PAGE_CHARS,
  parseEvent,
  parseNext,
  parseSize,
  peek,
  type Segment,
} from './rules.ts';
import type { Book, Shelf } from './shelf.ts';

export interface Page {
  readonly events: PlayEvent[];
  readonly cols: number;
  readonly rows: number;
  readonly next: string | null;
}

interface Place {
  readonly segment: Segment;
  readonly line: number;
  readonly lines: readonly string[];
}

export async function readPage(
  shelf: Shelf,
  book: Book,
  from: { readonly at?: number | undefined; readonly next?: string | undefined },
): Promise<Page> {
  const place = from.next === undefined ? await placeAt(shelf, book, from.at) : await placeNext(shelf, book, from.next);
  if (!place) return { events: [], cols: 80, rows: 24, next: null };
  const { segment, lines } = place;
  let size = { cols: 80, rows: 24 };
  for (let i = 0; i < place.line; i += 1) {
    const line = lines[i] ?? '';
    if (peek(line)?.kind === 'r') size = parseSize(parseEvent(line, segment.start)?.[2] ?? '') ?? size;
  }
  const events: PlayEvent[] = [];
  let line = place.line;
  for (let chars = 0; line < lines.length && chars < PAGE_CHARS; line += 1) {
    const event = parseEvent(lines[line] ?? '', segment.start);
    if (!event) continue;
    events.push(event);
    chars += lines[line]?.length ?? 0;
  }
  const after = book.segments.find((each) => each.start > segment.start);
  let next: string | null = null;
  if (lines.slice(line).some((each) => peek(each) !== null)) next = nextText({ start: segment.start, line });
  else if (after) next = nextText({ start: after.start, line: 0 });
  return { events, ...size, next };
}

/** The last whole screen at or before `at`; the first of all when there is none. */
async function placeAt(shelf: Shelf, book: Book, at: number | undefined): Promise<Place | null> {
  const moment = Math.max(at ?? 0, book.segments[0]?.start ?? 0);
  const segment = book.segments.findLast((each) => each.start <= moment) ?? book.segments[0];
  if (!segment) return null;
  const lines = await shelf.events(book, segment);
  let line = 0;
  for (const [i, each] of lines.entries()) {
    const found = peek(each);
    if (!found) continue;
    if (found.offset + segment.start > moment) break;
    if (found.kind === 's') line = i;
  }
  return { segment, lines, line };
}

/** Where the page before ended; when that was dropped meanwhile, the oldest that is left. */
async function placeNext(shelf: Shelf, book: Book, next: string): Promise<Place | null> {
  const wanted = parseNext(next);
  if (!wanted) throw new Fault('invalid', '`next` is what the page before answered as `next`');
  const segment = book.segments.find((each) => each.start >= wanted.start);
  if (!segment) return null;
  return { segment, lines: await shelf.events(book, segment), line: segment.start === wanted.start ? wanted.line : 0 };
}

/** asciicast v3. One segment at a time, so that others are served in between. */
export async function exportCast(shelf: Shelf, book: Book): Promise<string> {
  const marks = await shelf.marks(book);
  const from = book.segments[0]?.start ?? 0;
  const cast = createCast(from);
  let header = '';
  let text = '';
  for (const segment of [...book.segments]) {
    for (const line of await shelf.events(book, segment)) {
      const event = parseEvent(line, segment.start);
      if (!event) continue;
      for (let mark = marks[0]; mark && mark.at <= event[0]; mark = marks[0]) {
        text += cast.mark(mark);
        marks.shift();
      }
      if (header === '') {
        const size = event[1] === 'r' ? parseSize(event[2]) : null;
        header = castHeader({ ...(size ?? { cols: 80, rows: 24 }), at: from, title: book.about.session });
      }
      text += cast.event(event);
    }
  }
  for (const mark of marks) text += cast.mark(mark);
  return header + text;
}
