/** Pure: what callers hand over, checked and written as tmux's arguments. */
import { Fault } from '../../../shared/fault.ts';
import { DECK } from './deck.ts';
import { command } from './quote.ts';

const SESSION_NAME = /^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/;
/** Bytes of one `send-keys -H` line. */
const INPUT_CHUNK = 2_048;

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
