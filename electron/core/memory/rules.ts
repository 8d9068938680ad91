/** Pure decisions of the memory room: what a note links to, how it is shown and searched, which facts are of a project. */
import { withoutCode } from '../../../shared/markdown.ts';
import { cutTo, fold } from '../../../shared/words.ts';

/** Versions kept of each note and fact. */
export const KEEP_VERSIONS = 200;
/** Largest note, in bytes of UTF-8; the contract counts characters. */
export const NOTE_MAX_BYTES = 1_048_576;
const MOST_LINKS = 500;
const PREVIEW = 200;

/** Two notes may not share this: case, width of characters and runs of blanks are no difference. */
export const nameKey = (name: string): string => fold(name).replace(/\s+/gu, ' ').trim();

const LINK = /\[\[([^[\]\n|#]{1,120})((?:#[^[\]\n|]*)?(?:\|[^[\]\n]*)?)\]\]/g;
const CARD = /(?<![\p{L}\p{N}_/-])[A-Z][A-Z0-9]{0,9}-[1-9][0-9]{0,8}(?![\p{L}\p{N}_-])/gu;

export interface Links {
  /** Names and keys of cards as they are written, each once, in order. */
  readonly shown: readonly string[];
  /** Keys of the names, for finding back. */
  readonly targets: readonly string[];
}

export function linksOf(markdown: string): Links {
  const prose = withoutCode(markdown);
  const shown = new Map<string, string>();
  const targets = new Set<string>();
  for (const match of prose.matchAll(LINK)) {
    const name = (match[1] ?? '').trim();
    if (name === '' || targets.size >= MOST_LINKS) continue;
    targets.add(nameKey(name));
    if (!shown.has(nameKey(name))) shown.set(nameKey(name), name);
  }
  for (const [card] of prose.replace(LINK, ' ').matchAll(CARD)) {
    if (shown.size >= MOST_LINKS) break;
    if (!shown.has(nameKey(card))) shown.set(nameKey(card), card);
  }
  return { shown: [...shown.values()], targets: [...targets] };
}

/** The text with its links to `from` (a key) going to `to` instead; headings and labels stay. */
export function relinked(markdown: string, from: string, to: string): string {
  const prose = withoutCode(markdown);
  let done = '';
  let at = 0;
  for (const match of prose.matchAll(LINK)) {
    if (nameKey(match[1] ?? '') !== from) continue;
    done += `${markdown.slice(at, match.index)}[[${to}${match[2] ?? ''}]]`;
    at = match.index + match[0].length;
  }
  return done + markdown.slice(at);
}

/** The beginning as one line of plain words. */
export function previewOf(markdown: string): string {
  const text = markdown
    .slice(0, 4000)
    .replace(/^[ \t>]*(`{3,}|~{3,}).*$/gm, '')
    .replace(/^\s*(?:#{1,6}|>+|[-*+]|\d{1,9}[.)])\s+/gm, '')
    .replace(/^\[[ xX]\]\s+/gm, '')
    .replace(/^\s*[-*_=|: ]{3,}$/gm, '')
    .replace(/!?\[([^[\]\n]{0,300})\]\([^()\n]{0,300}\)/g, '$1')
    .replace(LINK, (_, name: string, rest: string) => rest.split('|')[1] ?? name)
    .replace(/(\*\*|__|~~|`)/g, '')
    .replace(/[\p{Cc}\s]+/gu, ' ')
    .trim();
  return cutTo(text, PREVIEW);
}

/** The line where the word stands, cut so that the word is in it; empty when it stands in none. */
export function lineWith(body: string, word: string): string {
  for (const line of body.split('\n')) {
    const at = fold(line).indexOf(word);
    if (at < 0) continue;
    const from = at > PREVIEW / 2 ? at - PREVIEW / 4 : 0;
    return `${from > 0 ? '…' : ''}${cutTo(line.slice(from).toWellFormed().trim(), PREVIEW)}`;
  }
  return '';
}

/** Trimmed, each once whatever its case. */
export function tagsOf(given: readonly string[]): string[] {
  const tags = new Map<string, string>();
  for (const tag of given.map((each) => each.replace(/[\p{Cc}\s]+/gu, ' ').trim())) {
    if (tag !== '' && !tags.has(fold(tag))) tags.set(fold(tag), tag);
  }
  return [...tags.values()];
}

/** Text that SQLite and every reader take: no NUL, no halves of characters. */
export const textOf = (given: string): string => given.replaceAll('\0', '').toWellFormed();

const ALL = '*';
const lastPart = (folder: string): string => folder.slice(folder.lastIndexOf('/') + 1);
/** Without slashes at its end. */
export const projectOf = (given: string): string => textOf(given).replace(/(?<=.)\/+$/, '');

/** A project is named by its folder, or by the last part of that; two folders of one name are two projects. */
export function ofProject(project: string, asked: string): boolean {
  if (project === ALL) return true;
  const [a, b] = [fold(project), fold(projectOf(asked))];
  if (a === b) return true;
  if (a.includes('/') === b.includes('/')) return false;
  return lastPart(a) === lastPart(b);
}

interface Dated {
  readonly project: string;
  readonly text: string;
  readonly updatedAt: number;
  readonly removed: boolean;
}
/** What tells two wordings of a fact apart, and which of them holds: the later one; of one time any, but everywhere the same. */
const stampOf = (fact: Dated): string => JSON.stringify([fact.removed, fact.project, fact.text]);
export const laterFact = (a: Dated, b: Dated): boolean =>
  a.updatedAt > b.updatedAt || (a.updatedAt === b.updatedAt && stampOf(a) > stampOf(b));
