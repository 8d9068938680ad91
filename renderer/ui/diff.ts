/**
 * A unified diff as git prints it, read into files, hunks and lines. Pure. Nothing of a line is changed: a carriage return
 * at its end stays in its text. What is cut off at its end is read as far as it goes.
 */

export interface DiffLine {
  readonly kind: 'same' | 'added' | 'removed';
  readonly text: string;
  /** Line numbers from 1; null on the side where the line is not. */
  readonly old: number | null;
  readonly now: number | null;
  /** The file ends here, without a newline. */
  readonly unended: boolean;
}

export interface Hunk {
  readonly oldStart: number;
  readonly oldCount: number;
  readonly newStart: number;
  readonly newCount: number;
  /** What git says stands around it, such as a function's head. */
  readonly heading: string;
  readonly lines: readonly DiffLine[];
}

export interface FileDiff {
  readonly path: string;
  /** Before a rename or copy. */
  readonly from: string | null;
  readonly kind: 'modified' | 'added' | 'deleted' | 'renamed' | 'copied';
  /** Octal as git writes it; null where it did not change or is not told. */
  readonly oldMode: string | null;
  readonly newMode: string | null;
  readonly binary: boolean;
  readonly hunks: readonly Hunk[];
}

/** One text for each file. In a diff a line of content begins with a space, + or -: these begin only headers. */
export function splitFiles(text: string): string[] {
  const starts = [...text.matchAll(/^diff --(?:git|cc|combined) /gm)].map((match) => match.index);
  return starts.map((start, i) => text.slice(start, starts[i + 1] ?? text.length));
}

export const parseDiff = (text: string): FileDiff[] => splitFiles(text).map(parseFile);

const ESCAPES: Readonly<Record<string, number>> = { a: 7, b: 8, t: 9, n: 10, v: 11, f: 12, r: 13, '"': 34, '\\': 92 };
const utf8 = { encode: new TextEncoder(), decode: new TextDecoder() };

/** A name as git quotes it when it holds odd characters: `"a/\303\244.txt"`. */
export function unquote(name: string): string {
  if (!/^".*"$/s.test(name)) return name;
  const bytes: number[] = [];
  for (const [part, octal, letter] of name.slice(1, -1).matchAll(/\\(?:([0-3][0-7]{2})|(.))|[^\\]+/gs)) {
    if (octal !== undefined) bytes.push(Number.parseInt(octal, 8));
    else if (letter !== undefined) bytes.push(ESCAPES[letter] ?? letter.charCodeAt(0));
    else bytes.push(...utf8.encode.encode(part));
  }
  return utf8.decode.decode(new Uint8Array(bytes));
}

/** The path after `--- ` or `+++ `: git ends a name that has spaces with a tab. */
function side(text: string, prefix: 'a/' | 'b/'): string | null {
  const name = unquote(text.replace(/\r$/, '').replace(/\t.*$/s, ''));
  if (name === '/dev/null') return null;
  return name.startsWith(prefix) ? name.slice(2) : name;
}

/** The name in `diff --git a/X b/X`, which stands there twice: the only one told of files without content lines. */
function named(header: string): string {
  const quoted = /^"(?:[^"\\]|\\.)*" (.+)$/s.exec(header) ?? /^\S+ ("(?:[^"\\]|\\.)*")$/s.exec(header);
  if (quoted?.[1] !== undefined) return side(quoted[1], 'b/') ?? '';
  const half = (header.length - 1) / 2;
  return header.slice(half + 1).replace(/^b\//, '');
}

type Head = { -readonly [K in keyof Omit<FileDiff, 'hunks'>]: FileDiff[K] };

export function parseFile(text: string): FileDiff {
  const lines = text.split('\n');
  if (lines.at(-1) === '') lines.pop();
  const first = lines[0] ?? '';
  const combined = /^diff --(?:cc|combined) (.*)$/s.exec(first)?.[1];
  const file: Head = {
    path: combined === undefined ? named(first.replace(/^diff --git /, '')) : unquote(combined),
    from: null,
    kind: 'modified',
    oldMode: null,
    newMode: null,
    binary: false,
  };
  const hunks: Hunk[] = [];
  let at = 1;
  while (at < lines.length) {
    const line = lines[at] ?? '';
    if (line.startsWith('@@')) {
      const { hunk, next } = parseHunk(lines, at);
      if (hunk) hunks.push(hunk);
      at = next;
    } else {
      readHeader(file, line);
      at += 1;
    }
  }
  return { ...file, hunks };
}

function readHeader(file: Head, line: string): void {
  const [, word, rest = ''] =
    /^(old mode|new mode|new file mode|deleted file mode|rename from|rename to|copy from|copy to|---|\+\+\+|Binary files|GIT binary patch)(?: (.*))?$/s.exec(
      line,
    ) ?? [];
  if (word === 'old mode') file.oldMode = rest.trim();
  else if (word === 'new mode') file.newMode = rest.trim();
  else if (word === 'new file mode') [file.kind, file.newMode] = ['added', rest.trim()];
  else if (word === 'deleted file mode') [file.kind, file.oldMode] = ['deleted', rest.trim()];
  else if (word === 'rename from' || word === 'copy from') {
    file.from = unquote(rest);
    file.kind = word === 'rename from' ? 'renamed' : 'copied';
  } else if (word === 'rename to' || word === 'copy to') file.path = unquote(rest);
  else if (word === '---') file.path = side(rest, 'a/') ?? file.path;
  else if (word === '+++') file.path = side(rest, 'b/') ?? file.path;
  else if (word !== undefined) file.binary = true;
}

/** Read by its counts, not by what lines look like: content may look like a header. */
function parseHunk(lines: readonly string[], start: number): { readonly hunk: Hunk | null; readonly next: number } {
  const head = /^(@@+) ((?:-\d+(?:,\d+)? )+)\+(\d+)(?:,(\d+))? @@+ ?(.*)$/s.exec(lines[start] ?? '');
  if (!head) return { hunk: null, next: start + 1 };
  const [, marks = '@@', olds = '', newStart = '0', newCount = '1', heading = ''] = head;
  // Of a merge: a column and a range for each parent. The first parent is the old side.
  const parents = marks.length - 1;
  const [, oldStart = '0', oldCount = '1'] = /^-(\d+)(?:,(\d+))?/.exec(olds) ?? [];
  let old = Number(oldStart);
  let now = Number(newStart);
  let oldLeft = Number(oldCount);
  let newLeft = Number(newCount);
  const found: DiffLine[] = [];
  let at = start + 1;
  for (; at < lines.length; at += 1) {
    const line = lines[at] ?? '';
    if (line.startsWith('\\')) {
      const last = found.pop();
      if (last) found.push({ ...last, unended: true });
      continue;
    }
    if (oldLeft <= 0 && newLeft <= 0) break;
    const mark = line.slice(0, parents);
    // Some tools strip the space of an empty line.
    if (!/^[ +-]*$/.test(mark)) break;
    const text = line.slice(parents);
    const kind = mark.includes('-') ? 'removed' : mark.includes('+') ? 'added' : 'same';
    // Of a merge, a line may be new against one parent and old against the other.
    const hasOld = kind === 'same' || (kind === 'removed' ? mark.startsWith('-') : !mark.startsWith('+'));
    found.push({ kind, text, old: hasOld ? old : null, now: kind === 'removed' ? null : now, unended: false });
    if (hasOld) {
      old += 1;
      oldLeft -= 1;
    }
    if (kind !== 'removed') {
      now += 1;
      newLeft -= 1;
    }
  }
  return {
    hunk: {
      oldStart: Number(oldStart),
      oldCount: Number(oldCount),
      newStart: Number(newStart),
      newCount: Number(newCount),
      heading: heading.replace(/\r$/, ''),
      lines: found,
    },
    next: at,
  };
}

/** Removed and added lines side by side; indexes into `lines`, null where the other side has none. */
export function pairs(lines: readonly DiffLine[]): { readonly left: number | null; readonly right: number | null }[] {
  const rows: { left: number | null; right: number | null }[] = [];
  let removed: number[] = [];
  let added: number[] = [];
  const flush = () => {
    for (let i = 0; i < Math.max(removed.length, added.length); i += 1)
      rows.push({ left: removed[i] ?? null, right: added[i] ?? null });
    removed = [];
    added = [];
  };
  for (const [i, line] of lines.entries()) {
    if (line.kind === 'removed') {
      if (added.length > 0) flush();
      removed.push(i);
    } else if (line.kind === 'added') added.push(i);
    else {
      flush();
      rows.push({ left: i, right: i });
    }
  }
  flush();
  return rows;
}
