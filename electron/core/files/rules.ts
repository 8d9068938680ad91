/** Pure decisions of the files room: which paths may be asked for, what a file is, how well a path fits what was typed. */

/** A path as it was asked for, cleaned: no empty or `.` parts. Null when it is absolute or climbs out. */
export function cleanPath(path: string): string | null {
  if (path.startsWith('/') || path.includes('\0')) return null;
  const parts = path.split('/').filter((part) => part !== '' && part !== '.');
  return parts.includes('..') ? null : parts.join('/');
}

/** Git's own folder: its settings and hooks run programs, on every machine that takes `.GIT` for it too. */
export const inGitFolder = (path: string): boolean =>
  // HFS+ leaves out some invisible characters when it compares names, and NTFS has the short name.
  path
    .split('/')
    .some((part) =>
      /^(?:\.git|git~1)[. ]*$/i.test(part.replace(/[\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff]/g, '')),
    );

export interface Kind {
  readonly kind: 'text' | 'image' | 'binary';
  /** Media type of an image, else empty. */
  readonly media: string;
}

const starts = (bytes: Uint8Array, at: number, ...wanted: readonly number[]): boolean =>
  wanted.every((byte, i) => bytes[at + i] === byte);
const ascii = (bytes: Uint8Array, at: number, text: string): boolean =>
  starts(bytes, at, ...[...text].map((c) => c.charCodeAt(0)));

/** Told by its first bytes, never by its name: a name is what a hostile file chose for itself. */
export function imageType(bytes: Uint8Array): string | null {
  if (starts(bytes, 0, 0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a)) return 'image/png';
  if (starts(bytes, 0, 0xff, 0xd8, 0xff)) return 'image/jpeg';
  if (ascii(bytes, 0, 'GIF87a') || ascii(bytes, 0, 'GIF89a')) return 'image/gif';
  if (ascii(bytes, 0, 'RIFF') && ascii(bytes, 8, 'WEBP')) return 'image/webp';
  if (ascii(bytes, 4, 'ftypavif') || ascii(bytes, 4, 'ftypavis')) return 'image/avif';
  return null;
}

/** Bytes of an unfinished character at the end, where the file was cut. */
function unfinished(bytes: Uint8Array): number {
  for (let back = 1; back <= Math.min(3, bytes.length); back += 1) {
    const byte = bytes[bytes.length - back] ?? 0;
    if (byte < 0x80) return 0;
    if (byte >= 0xc0) return back < (byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2) ? back : 0;
  }
  return 0;
}

/** The text, or null when the bytes are not UTF-8 text. `cut`: more follows, so the last character may be torn. */
export function textOf(bytes: Uint8Array, cut: boolean): string | null {
  if (bytes.includes(0)) return null;
  const whole = cut ? bytes.subarray(0, bytes.length - unfinished(bytes)) : bytes;
  try {
    // The byte order mark stays: what is written back must be what was read.
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(whole);
  } catch {
    return null;
  }
}

const order = new Intl.Collator('en', { numeric: true, sensitivity: 'base' });

/** Folders first, then by name as people count. */
export function inOrder<E extends { readonly name: string; readonly kind: string }>(entries: readonly E[]): E[] {
  const rank = (entry: E) => (entry.kind === 'folder' ? 0 : 1);
  return [...entries].sort(
    (a, b) => rank(a) - rank(b) || order.compare(a.name, b.name) || (a.name < b.name ? -1 : a.name > b.name ? 1 : 0),
  );
}

const SLASH = 0x2f;
const isBorder = (code: number): boolean =>
  code === SLASH || code === 0x2d || code === 0x2e || code === 0x20 || code === 0x5f;

/** Of a capital in `getUserName`, that a word begins there. */
const isHump = (path: string, at: number): boolean => {
  const here = path.charCodeAt(at);
  const before = path.charCodeAt(at - 1);
  return here >= 65 && here <= 90 && before >= 97 && before <= 122;
};

/**
 * How well the letters of `wanted` (lower case, no spaces) fit `path` in their order; null when they do not. Matched from
 * the end, so that the file's name counts before its folders: letters side by side, at the start of words and in the name
 * are worth more, a long path is worth less.
 */
export function scoreOf(wanted: string, path: string, lower = path.toLowerCase()): number | null {
  let at = lower.length;
  let score = 0;
  let last = -2;
  const name = lower.lastIndexOf('/') + 1;
  for (let i = wanted.length - 1; i >= 0; i -= 1) {
    at = lower.lastIndexOf(wanted.charAt(i), at - 1);
    if (at < 0) return null;
    score += at >= name ? 3 : 1;
    if (at === last - 1) score += 6;
    if (at === 0 || isBorder(lower.charCodeAt(at - 1)) || (lower.length === path.length && isHump(path, at)))
      score += 5;
    last = at;
    // `lastIndexOf` takes a place before the first letter for the first one.
    if (at === 0 && i > 0) return null;
  }
  const stem = lower.slice(name);
  if (stem === wanted) score += 60;
  else if (stem.startsWith(wanted)) score += 30;
  else if (stem.includes(wanted)) score += 18;
  else if (lower.includes(wanted)) score += 12;
  return score - lower.length / 32;
}

/** The best `limit` of `paths`, best first; among equals the shorter, then by name. An empty query takes them as they come. */
export function best(query: string, paths: Iterable<string>, limit: number): string[] {
  const wanted = query.toLowerCase().replace(/\s+/g, '');
  const kept: { readonly path: string; readonly score: number }[] = [];
  const before = (a: (typeof kept)[number], b: (typeof kept)[number]) =>
    b.score - a.score || a.path.length - b.path.length || (a.path < b.path ? -1 : 1);
  for (const path of paths) {
    const score = wanted === '' ? 0 : scoreOf(wanted, path);
    if (score === null) continue;
    const next = { path, score };
    const worst = kept[kept.length - 1];
    if (kept.length === limit && worst && before(worst, next) <= 0) continue;
    // Kept in order by insertion: the limit is small against the number of paths.
    let low = 0;
    let high = kept.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      const other = kept[middle];
      if (other && before(other, next) <= 0) low = middle + 1;
      else high = middle;
    }
    kept.splice(low, 0, next);
    if (kept.length > limit) kept.pop();
  }
  return kept.map((each) => each.path);
}
