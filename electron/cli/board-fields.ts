/** What the options of `qd board` say: fields of a card, keys, numbers, texts from files and standard input. */
import { open, stat } from 'node:fs/promises';
import type { Command } from 'commander';
import { Priority } from '../../shared/contract/board.ts';
import { Fault } from '../../shared/fault.ts';
import { collect } from './context.ts';

/** As much as the hub takes in one import. */
const MOST_BYTES = 32 * 1024 * 1024;

export interface FieldOptions {
  title?: string;
  description?: string;
  priority?: string;
  owner?: string;
  tag?: string[];
  due?: string;
  depends?: string;
  session?: string;
  branch?: string;
  pr?: string;
  cost?: string;
  review?: string;
}

async function read(stream: AsyncIterable<Buffer>, what: string): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of stream) {
    size += chunk.length;
    if (size > MOST_BYTES) throw new Fault('too-large', `${what} has more than ${MOST_BYTES} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}
/** The text itself, or standard input for `-`. */
export const textOrInput = (text: string): Promise<string> | string =>
  text === '-' ? read(process.stdin as AsyncIterable<Buffer>, 'standard input') : text;

export async function fileOrInput(path: string): Promise<string> {
  if (path === '-') return textOrInput(path);
  const info = await stat(path).catch((cause: unknown) => {
    throw new Fault('not-found', `${path} cannot be read`, undefined, cause);
  });
  if (!info.isFile()) throw new Fault('invalid', `${path} is no file`);
  const file = await open(path);
  try {
    return await read(file.createReadStream({ autoClose: false }), path);
  } finally {
    await file.close();
  }
}

/** Keys are told and typed in any case. */
export const keyOf = (text: string): string => text.trim().toUpperCase();
const list = (text: string): string[] => text.split(/[\s,]+/).filter(Boolean);

export function number(option: string, text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value))
    throw new Fault('invalid', `${option} takes a number, not ${text}`);
  return value;
}
export function oneOf<T extends string>(option: string, text: string, words: readonly T[]): T {
  const word = words.find((each) => each === text);
  if (word === undefined) throw new Fault('invalid', `${option} takes ${words.join(', ')}, not ${text}`);
  return word;
}
export const lease = (o: { lease?: string }): { lease?: number } =>
  o.lease === undefined ? {} : { lease: number('--lease', o.lease) };

/** What the options name, and nothing else; `none` empties where a field can be empty. */
export async function fieldsOf(o: FieldOptions) {
  const orNone = (text: string): string | null => (text === 'none' ? null : text);
  const links = {
    ...(o.session === undefined ? {} : { session: orNone(o.session) }),
    ...(o.branch === undefined ? {} : { branch: orNone(o.branch) }),
    ...(o.pr === undefined ? {} : { pr: orNone(o.pr) }),
  };
  return {
    ...(o.description === undefined ? {} : { description: await textOrInput(o.description) }),
    ...(o.priority === undefined ? {} : { priority: oneOf('--priority', o.priority, Priority.options) }),
    ...(o.owner === undefined ? {} : { owner: orNone(o.owner) }),
    ...(o.tag === undefined ? {} : { tags: o.tag.filter((tag) => tag !== 'none') }),
    ...(o.due === undefined ? {} : { due: orNone(o.due) }),
    ...(o.depends === undefined ? {} : { dependencies: o.depends === 'none' ? [] : list(o.depends).map(keyOf) }),
    ...(Object.keys(links).length === 0 ? {} : { links }),
    ...(o.cost === undefined ? {} : { cost: o.cost === 'none' ? null : number('--cost', o.cost) }),
    ...(o.review === undefined ? {} : { review: oneOf('--review', o.review, ['anyone', 'other'] as const) }),
  };
}
export const fieldOptions = (command: Command): Command =>
  command
    .option('--description <text>', 'markdown; - reads standard input')
    .option('--priority <p>', Priority.options.join(', '))
    .option('--tag <tag>', 'may be given several times', collect)
    .option('--due <date>', 'YYYY-MM-DD')
    .option('--depends <keys>', 'cards that must be done before, such as QD-1,QD-2')
    .option('--owner <name>', 'a user or a session')
    .option('--review <who>', 'anyone, or other: not who did the work')
    .option('--session <id>', 'link to a session')
    .option('--branch <branch>', 'link to a branch')
    .option('--pr <url>', 'link to a pull request or issue')
    .option('--cost <usd>', 'US dollars spent on it');
/** What the writer knows of the card. */
export const seen = (o: { seen?: string; fence?: string }): { version?: number; fence?: number } => ({
  ...(o.seen === undefined ? {} : { version: number('--seen', o.seen) }),
  ...(o.fence === undefined ? {} : { fence: number('--fence', o.fence) }),
});
