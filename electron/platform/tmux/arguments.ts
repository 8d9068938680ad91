/** Pure: what callers hand over, checked and written as tmux's arguments. */
import { Fault } from '../../../shared/fault.ts';
import { DECK } from './deck.ts';
import type { TypedStep } from './held-input.ts';
import { command } from './quote.ts';

const SESSION_NAME = /^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/;
/** Bytes of one `send-keys -H` line. */
const INPUT_CHUNK = 2_048;
/** More than this in one go is no typing. */
const INPUT_MAX = 16_384;
/** Bytes of one `set-buffer` line. */
const PASTE_CHUNK = 16_384;

export function checkName(name: string): void {
  if (!SESSION_NAME.test(name)) {
    throw new Fault(
      'invalid',
      `"${name}" is no session name: letters, digits, - and _, at most 64, the first a letter or digit.`,
    );
  }
  if (name === DECK) throw new Fault('taken', `The name ${DECK} is used by Quarterdeck itself. Choose another name.`);
}

export function checkVariable(name: string): void {
  if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name))
    throw new Fault('invalid', `"${name}" is no name of an environment variable.`);
}

export function environmentArguments(env: Readonly<Record<string, string>>): string[] {
  return Object.entries(env).flatMap(([name, value]) => {
    checkVariable(name);
    return ['-e', `${name}=${value}`];
  });
}

/** tmux hands a single word to a shell and runs several as they are: a single one goes where the shell cannot read into it. */
export function programWords(argv: readonly string[]): readonly string[] {
  const [program] = argv;
  if (!program) throw new Fault('invalid', 'There is no program to start.');
  return argv.length > 1 ? argv : ['/bin/sh', '-c', 'exec "$0"', program];
}

/** `send-keys` lines for bytes as if typed, split so that no line grows without bound. */
export function keyLines(paneId: string, bytes: Uint8Array): string[] {
  const lines: string[] = [];
  for (let at = 0; at < bytes.length; at += INPUT_CHUNK) {
    const hex = Buffer.from(bytes.subarray(at, at + INPUT_CHUNK)).toString('hex');
    lines.push(`${command('send-keys', '-t', paneId)} -H ${hex.replace(/..(?!$)/g, '$& ')}`);
  }
  return lines;
}

/**
 * tmux handles typed keys one by one, 100 kB a second, and nothing else meanwhile: what is large goes as a whole. A buffer
 * takes anything but NUL: large bytes with one in them are typed after all.
 */
export const asWhole = (bytes: Uint8Array): boolean => bytes.length > INPUT_MAX && !bytes.includes(0);

/** A line for tmux, and how many answers it has. */
export type Line = readonly [text: string, answers: number];

/**
 * `bracketed`: in the brackets of a paste where the program asked for them; else byte for byte, as if typed. Where the program has
 * ended nothing happens, as with keys. tmux 3.3a itself must not be asked then: its server crashes on a paste into a dead pane,
 * with every session, so it looks at the pane and pastes in one go.
 */
export function bufferLines(paneId: string, bytes: Uint8Array, buffer: string, bracketed: boolean): Line[] {
  const lines: Line[] = [];
  for (let at = 0; at < bytes.length; at += PASTE_CHUNK) {
    const chunk = bytes.subarray(at, at + PASTE_CHUNK);
    lines.push([command('set-buffer', ...(at > 0 ? ['-a'] : []), '-b', buffer, '--', chunk), 1]);
  }
  const how = bracketed ? ['-p', '-r', '-d'] : ['-r', '-d'];
  const drop = command('delete-buffer', '-b', buffer);
  const paste = command('paste-buffer', ...how, '-b', buffer, '-t', paneId);
  return [...lines, [command('if-shell', '-F', '-t', paneId, '#{pane_dead}', drop, paste), 2]];
}

/** What a person typed, as steps of which none can be carried out by half. `leave`: a mode of tmux's is left before. */
export function typedSteps(paneId: string, bytes: Uint8Array, buffer: string, leave: boolean): TypedStep[] {
  const leaving = `${command('copy-mode', '-q', '-t', paneId)} ; `;
  const line = ([text, answers]: Line, i: number): Line =>
    leave && i === 0 ? [leaving + text, answers + 1] : [text, answers];
  if (asWhole(bytes)) return [{ size: bytes.length, lines: bufferLines(paneId, bytes, buffer, false).map(line) }];
  // Each line of keys by itself: a cut may come between two of them.
  return keyLines(paneId, bytes).map((text, i) => ({
    size: Math.min(INPUT_CHUNK, bytes.length - i * INPUT_CHUNK),
    lines: [line([text, 1], i)],
  }));
}
