/** The recordings there are: which session's, which segments, how large. The files are the truth; this is read from them once. */
import type { Mark } from '../../../shared/contract/recordings.ts';
import type { FolderFiles } from '../../platform/ports.ts';
import {
  allQuiet,
  lastOffset,
  markLine,
  overdue,
  parseMarks,
  quietIn,
  type Segment,
  segmentName,
  startOf,
  textName,
} from './rules.ts';

const ABOUT = 'about.json';
const MARKS_FILE = 'marks.lines';
/** Enough to hold the last events of nearly every segment; else the file's own time is taken. */
const TAIL = 64 * 1024;
/** Folders read at the same time. */
const READERS = 8;

export interface About {
  readonly session: string;
  readonly agent: string;
}

export interface Book {
  readonly id: string;
  about: About;
  /** Older output was dropped. */
  trimmed: boolean;
  /** Oldest first; never empty once the first is begun. */
  readonly segments: Segment[];
}

export interface Shelf {
  /** Everything that was there at the start is known. */
  readonly ready: Promise<void>;
  books(): readonly Book[];
  get(id: string): Book | undefined;
  /** A new segment of this session, of `at` or as soon after as keeps the order. */
  begin(id: string, about: About, at: number): Promise<Segment>;
  append(id: string, segment: Segment, events: string, texts: string, to: number): Promise<void>;
  mark(id: string, marks: readonly Mark[]): Promise<void>;
  marks(book: Book): Promise<Mark[]>;
  /** The session has another name. */
  name(id: string, about: About): Promise<void>;
  /** The lines of a segment; a last one may be torn. */
  events(book: Book, segment: Segment): Promise<string[]>;
  texts(book: Book, segment: Segment): Promise<string>;
  /** Stretches without output, oldest first. */
  quiet(book: Book): Promise<[number, number][]>;
  trim(book: Book, limits: { readonly maxBytes: number; readonly oldest: number }): Promise<void>;
  remove(id: string): Promise<void>;
}

export function createShelf(files: FolderFiles, failed: (error: unknown, folder: string) => void): Shelf {
  const books = new Map<string, Book>();
  /** Of this run: the line before may be torn, so a new one is begun first. */
  const marked = new Set<string>();

  const load = async (id: string): Promise<void> => {
    const found = await files.files(id);
    const segments = new Map<number, Segment>();
    for (const { name, size, mtimeMs } of found) {
      const named = startOf(name);
      if (named?.kind === 'events')
        segments.set(named.start, { start: named.start, to: Math.round(mtimeMs), bytes: size });
    }
    for (const { name, size } of found) {
      const named = startOf(name);
      const segment = named?.kind === 'text' ? segments.get(named.start) : undefined;
      if (segment) segment.bytes += size;
    }
    const all = [...segments.values()].sort((a, b) => a.start - b.start);
    if (all.length === 0) return files.removeFolder(id);
    for (const [i, segment] of all.entries()) {
      const offset = lastOffset(Buffer.from(await files.read(id, segmentName(segment.start), TAIL)).toString('utf8'));
      if (offset !== null) segment.to = segment.start + offset;
      segment.to = Math.min(segment.to, all[i + 1]?.start ?? segment.to);
    }
    books.set(id, { id, ...parseAbout(Buffer.from(await files.read(id, ABOUT)).toString('utf8'), id), segments: all });
  };
  const loadAll = async (): Promise<void> => {
    const queue = [...(await files.folders())];
    const reader = async () => {
      for (let id = queue.shift(); id !== undefined; id = queue.shift())
        await load(id).catch((error: unknown) => failed(error, id ?? ''));
    };
    await Promise.all(Array.from({ length: READERS }, reader));
  };
  const ready = loadAll().catch((error: unknown) => failed(error, ''));

  /** What was read of a segment holds until it grows. */
  const stretches = new WeakMap<Segment, { readonly bytes: number; readonly quiet: ReturnType<typeof quietIn> }>();
  const linesOf = async (book: Book, segment: Segment): Promise<string[]> =>
    Buffer.from(await files.read(book.id, segmentName(segment.start)))
      .toString('utf8')
      .split('\n');
  const tell = (book: Book) =>
    files.write(book.id, ABOUT, `${JSON.stringify({ ...book.about, trimmed: book.trimmed })}\n`);

  return {
    ready,
    books: () => [...books.values()],
    get: (id) => books.get(id),
    async begin(id, about, at) {
      const book = books.get(id) ?? { id, about, trimmed: false, segments: [] };
      const last = book.segments.at(-1);
      const start = Math.max(Math.round(at), last ? Math.max(last.to, last.start + 1) : 0);
      const segment: Segment = { start, to: start, bytes: 0 };
      book.about = about;
      book.segments.push(segment);
      books.set(id, book);
      await tell(book);
      return segment;
    },
    async append(id, segment, events, texts, to) {
      if (events !== '') {
        await files.append(id, segmentName(segment.start), events);
        segment.bytes += Buffer.byteLength(events);
        segment.to = Math.max(segment.to, Math.round(to));
      }
      if (texts !== '') {
        await files.append(id, textName(segment.start), texts);
        segment.bytes += Buffer.byteLength(texts);
      }
    },
    async mark(id, marks) {
      if (marks.length === 0) return;
      const first = marked.has(id) ? '' : '\n';
      marked.add(id);
      await files.append(id, MARKS_FILE, first + marks.map(markLine).join(''));
    },
    async marks(book) {
      const text = Buffer.from(await files.read(book.id, MARKS_FILE)).toString('utf8');
      return parseMarks(text, book.segments[0]?.start ?? 0);
    },
    async name(id, about) {
      const book = books.get(id);
      if (!book || (book.about.session === about.session && book.about.agent === about.agent)) return;
      book.about = about;
      await tell(book);
    },
    events: linesOf,
    async quiet(book) {
      const all: { start: number; to: number; quiet: readonly (readonly [number, number])[] }[] = [];
      for (const segment of [...book.segments]) {
        const known = stretches.get(segment);
        const quiet =
          known?.bytes === segment.bytes ? known.quiet : quietIn(await linesOf(book, segment), segment.start);
        stretches.set(segment, { bytes: segment.bytes, quiet });
        all.push({ start: segment.start, to: segment.to, quiet });
      }
      return allQuiet(all);
    },
    async texts(book, segment) {
      return Buffer.from(await files.read(book.id, textName(segment.start))).toString('utf8');
    },
    async trim(book, limits) {
      const going = overdue(book.segments, limits);
      if (going.length === 0) return;
      book.segments.splice(0, going.length);
      book.trimmed = true;
      for (const { start } of going) {
        await files.remove(book.id, segmentName(start));
        await files.remove(book.id, textName(start));
      }
      await tell(book);
      const text = Buffer.from(await files.read(book.id, MARKS_FILE)).toString('utf8');
      const kept = parseMarks(text, book.segments[0]?.start ?? 0);
      if (text !== '') await files.write(book.id, MARKS_FILE, kept.map(markLine).join(''));
    },
    async remove(id) {
      books.delete(id);
      marked.delete(id);
      await files.removeFolder(id);
    },
  };
}

function parseAbout(text: string, id: string): { readonly about: About; readonly trimmed: boolean } {
  try {
    const found = JSON.parse(text) as Record<string, unknown>;
    const { session, agent, trimmed } = found;
    if (typeof session === 'string' && typeof agent === 'string')
      return { about: { session, agent }, trimmed: trimmed === true };
  } catch {
    // Lost or damaged: what was recorded is whole, it only has no name.
  }
  return { about: { session: id, agent: 'unknown' }, trimmed: false };
}
