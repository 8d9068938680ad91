/** Puts the guide into an agent's memory file, between markers, and takes it out again; the rest is not touched. */
import { randomBytes } from 'node:crypto';
import { readFile, realpath, rename, rm, stat, writeFile } from 'node:fs/promises';
import { createInterface } from 'node:readline/promises';
import { Fault } from '../../shared/fault.ts';
import { GUIDE } from './guide-text.ts';
import { green, out, red } from './print.ts';
import { plainLines } from './text.ts';

const BEGIN = '<!-- quarterdeck guide: begin; written by qd guide, changes in here are lost -->';
const END = '<!-- quarterdeck guide: end -->';
const MARKS = /^<!-- quarterdeck guide: (begin|end)\b[^\n]*-->[ \t]*\r?$/gm;
const MOST_BYTES = 4 * 1024 * 1024;

/** Where the guide stands, with the line break that was put before it and the one after; null when it does not. */
function placeOf(text: string): { readonly from: number; readonly to: number } | null {
  const marks = [...text.matchAll(MARKS)];
  if (marks.length === 0) return null;
  const [begin, end] = marks;
  if (marks.length !== 2 || begin?.[1] !== 'begin' || end?.[1] !== 'end') {
    throw new Fault('refused', 'the marks of the guide are not one beginning and one end; repair the file by hand');
  }
  const before = /\r?\n$/.exec(text.slice(0, begin.index))?.[0].length ?? 0;
  // The \r of the last line belongs to the mark already.
  const last = end.index + end[0].length;
  return { from: begin.index - before, to: text[last] === '\n' ? last + 1 : last };
}

/** The text with the guide in it, once; where it stands already it is brought up to date in its place. */
export function withGuide(text: string): string {
  const eol = /\r\n/.test(text) ? '\r\n' : '\n';
  const block = `${BEGIN}\n${GUIDE}${END}\n`.replaceAll('\n', eol);
  const place = placeOf(text);
  if (!place) return `${text}${text === '' ? '' : eol}${block}`;
  const lead = /^\r?\n/.exec(text.slice(place.from))?.[0] ?? '';
  return text.slice(0, place.from) + lead + block + text.slice(place.to);
}

/** The text as it was before `withGuide`. */
export function withoutGuide(text: string): string {
  const place = placeOf(text);
  return place ? text.slice(0, place.from) + text.slice(place.to) : text;
}

/** What is taken away and what comes, with some lines around; both texts differ in one place. */
export function differenceOf(before: string, after: string): string {
  const [a, b] = [before.split('\n'), after.split('\n')];
  let head = 0;
  while (head < a.length && head < b.length && a[head] === b[head]) head += 1;
  let tail = 0;
  while (tail < a.length - head && tail < b.length - head && a.at(-1 - tail) === b.at(-1 - tail)) tail += 1;
  const lines = (list: readonly string[], sign: string) =>
    list.map((line) => plainLines(`${sign}${line.replace(/\r$/, '')}`));
  return [
    ...lines(a.slice(Math.max(0, head - 2), head), '  '),
    ...lines(a.slice(head, a.length - tail), '- ').map(red),
    ...lines(b.slice(head, b.length - tail), '+ ').map(green),
    ...lines(a.slice(a.length - tail, a.length - tail + 2), '  '),
  ].join('\n');
}

/** Null when there is no such file. */
async function read(file: string): Promise<string | null> {
  try {
    const info = await stat(file);
    if (!info.isFile()) throw new Fault('invalid', `${file} is not a file`);
    if (info.size > MOST_BYTES) throw new Fault('too-large', `${file} is too large to be an agent's memory file`);
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(await readFile(file));
  } catch (cause) {
    if (cause instanceof Fault) throw cause;
    const { code } = cause as { code?: string };
    if (code === 'ENOENT') return null;
    const why =
      code === 'ERR_ENCODING_INVALID_ENCODED_DATA' ? 'is not UTF-8 text' : `cannot be read (${code ?? cause})`;
    throw new Fault('refused', `${file} ${why}; it is left as it is`, undefined, cause);
  }
}

async function consents(question: string): Promise<boolean> {
  if (!process.stdin.isTTY) throw new Fault('refused', 'this needs your consent: run it in a terminal, or with --yes');
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  const answer = await lines.question(`${question} [y/N] `);
  lines.close();
  return /^y(es)?$/i.test(answer.trim());
}

/** Shows what would change, asks, writes whole or not at all. False when nothing was to do, or the answer was no. */
export async function changeFile(
  file: string,
  install: boolean,
  { yes, quiet }: { readonly yes: boolean; readonly quiet: boolean },
): Promise<boolean> {
  const before = await read(file);
  const after = install ? withGuide(before ?? '') : withoutGuide(before ?? '');
  if (after === (before ?? '')) {
    if (!quiet) out(install ? `${file} has it already` : `${file} does not have it`);
    return false;
  }
  if (!quiet) out(differenceOf(before ?? '', after));
  if (!yes && !(await consents(before === null ? `Make ${file}?` : `Write this to ${file}?`))) return false;
  if ((await read(file)) !== before) throw new Fault('conflict', `${file} was changed meanwhile; look again`);
  const unwritten = (cause: unknown): never => {
    const why = (cause as { code?: string }).code ?? String(cause);
    throw new Fault('refused', `${file} cannot be written (${why}); nothing was changed`, undefined, cause);
  };
  if (before === null) {
    // Not over a file, or through a link, that came in between.
    await writeFile(file, after, { flag: 'wx' }).catch(unwritten);
    return true;
  }
  // A link stays a link: its target is replaced, in one step and with the mode that it had.
  const target = await realpath(file);
  const next = `${target}.qd-${randomBytes(6).toString('hex')}`;
  try {
    await writeFile(next, after, { flag: 'wx', mode: (await stat(target)).mode & 0o777 });
    await rename(next, target);
  } catch (cause) {
    await rm(next, { force: true });
    unwritten(cause);
  }
  return true;
}
