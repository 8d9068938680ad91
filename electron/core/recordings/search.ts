/** Search over the texts that stood on recorded screens, newest first, for a bounded time. */
import type { Segment } from './rules.ts';
import type { Book, Shelf } from './shelf.ts';

export interface RecordedHit {
  readonly id: string;
  readonly session: string;
  readonly at: number;
  readonly text: string;
  readonly from: number;
  readonly to: number;
}

/** Characters shown on either side of what was found. */
const CONTEXT = 500;
const DEADLINE_MS = 5000;

/** `nameOf`: a session's name now. Case makes no difference. */
export async function searchRecorded(
  shelf: Shelf,
  books: readonly Book[],
  wanted: string,
  limit: number,
  more: { readonly nameOf: (book: Book) => string; readonly now: () => number; readonly signal: AbortSignal },
): Promise<RecordedHit[]> {
  const ends = more.now() + DEADLINE_MS;
  const all = books
    .flatMap((book) => book.segments.map((segment) => ({ book, segment })))
    .sort((a, b) => b.segment.to - a.segment.to);
  const pattern = new RegExp(wanted.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&'), 'giu');
  let hits: RecordedHit[] = [];
  const known = new Set<string>();
  for (const { book, segment } of all) {
    if (more.signal.aborted || more.now() > ends) break;
    // What is left ended before the oldest of enough hits.
    if (hits.length >= limit && segment.to < (hits[limit - 1]?.at ?? 0)) break;
    const text = await shelf.texts(book, segment);
    const found = searchText(text, pattern, segment, limit);
    for (const hit of found) {
      // The same line stands on the screen of segment after segment: the newest tells where.
      const key = `${book.id}\n${hit.text}`;
      if (known.has(key)) continue;
      known.add(key);
      hits.push({ id: book.id, session: more.nameOf(book), ...hit });
    }
    if (found.length > 0) hits = hits.sort((a, b) => b.at - a.at).slice(0, limit);
  }
  return hits.sort((a, b) => b.at - a.at).slice(0, limit);
}

/** The newest `limit` lines of a segment's text that have it, newest first. */
function searchText(
  text: string,
  pattern: RegExp,
  segment: Segment,
  limit: number,
): Omit<RecordedHit, 'id' | 'session'>[] {
  const found: Omit<RecordedHit, 'id' | 'session'>[] = [];
  let line = -1;
  for (const match of text.matchAll(pattern)) {
    const start = text.lastIndexOf('\n', match.index) + 1;
    if (start === line) continue;
    const tab = text.indexOf('\t', start);
    const end = text.indexOf('\n', start);
    // The time before the tab is not text of the screen; a line without its end was cut by a crash.
    if (tab < 0 || match.index <= tab || end < 0 || match.index + match[0].length > end) continue;
    const at = Number(text.slice(start, tab));
    if (!Number.isFinite(at) || at < segment.start - 1) continue;
    line = start;
    const from = Math.max(tab + 1, match.index - CONTEXT);
    found.push({
      at,
      text: text.slice(from, Math.min(end, match.index + match[0].length + CONTEXT)),
      from: match.index - from,
      to: match.index - from + match[0].length,
    });
  }
  return found.reverse().slice(0, limit);
}
