/** Text that a command takes as arguments, from a file or on standard input. */
import { readFile, stat } from 'node:fs/promises';
import { PROMPT_MAX_BYTES } from '../../shared/contract/prompts.ts';
import { Fault } from '../../shared/fault.ts';
import { plain } from './print.ts';

function tooLarge(bytes: number): Fault {
  return new Fault(
    'too-large',
    `the text has ${bytes} bytes; at most ${PROMPT_MAX_BYTES} are taken. Put it into a file and name that file instead`,
  );
}

async function standardInput(): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of process.stdin as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > PROMPT_MAX_BYTES) throw tooLarge(size);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** TEXT, `--file`, or standard input; a size that is too large is found before anything is read whole. */
export async function textOf(words: readonly string[], file: string | undefined): Promise<string> {
  if (file !== undefined && words.length > 0) throw new Fault('invalid', 'give the text or --file, not both');
  if (file !== undefined && file !== '-') {
    const info = await stat(file).catch((cause: unknown) => {
      throw new Fault('not-found', `${file} cannot be read`, undefined, cause);
    });
    if (info.isDirectory()) throw new Fault('invalid', `${file} is a folder`);
    if (info.size > PROMPT_MAX_BYTES) throw tooLarge(info.size);
    return readFile(file, 'utf8');
  }
  if (file === '-' || (words.length === 1 && words[0] === '-') || (words.length === 0 && !process.stdin.isTTY))
    return standardInput();
  if (words.length === 0)
    throw new Fault('invalid', 'no text: give it as an argument, with --file F, or on standard input with -');
  return words.join(' ');
}

/** Text of several lines as a terminal may show it. */
export const plainLines = (text: string): string => text.split('\n').map(plain).join('\n');

/** A whole number above 0, or undefined when the option was not given. */
export function count(text: string | undefined, option: string): number | undefined {
  if (text === undefined) return undefined;
  if (!/^[1-9][0-9]{0,8}$/.test(text)) throw new Fault('invalid', `${option} takes a number above 0, not ${text}`);
  return Number(text);
}
