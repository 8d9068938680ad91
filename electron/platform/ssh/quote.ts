/** Pure: the one way in which a command for another machine is written. Nothing else builds a line for a remote shell. */
import { Fault } from '../../../shared/fault.ts';
import { quoted } from '../../../shared/shell.ts';

/** Exit status and word on stderr with which our own line says that the folder or the program is not there. */
export const NO_FOLDER = { code: 125, word: 'qd: no such folder' } as const;
export const NO_PROGRAM = { code: 127, word: 'qd: no such program' } as const;

/**
 * Our own first lines on stderr and stdout; before them start files of the login shell may have printed. The process is the
 * leader of its group, so that it can be ended with what it starts.
 */
export const PID_LINE = /^[\s\S]*?qd-pid (\d+)\n/;
const OUT_LINE = 'qd-out\n';

/** What the command itself printed; null until its own first line came. */
export function printedBy(stdout: Buffer): Buffer | null {
  const at = stdout.indexOf(OUT_LINE);
  return at < 0 ? null : stdout.subarray(at + OUT_LINE.length);
}
/** Of what came before that line so much is to be kept for the next look. */
export const BEGINNING = OUT_LINE.length - 1;

const NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;
/** Linux takes 128 KiB as one argument, which the whole line is to the login shell. */
const MOST_LINE = 128 * 1024 - 64;
/** What means itself between single quotes in every shell that may be somebody's login shell, fish and csh included. */
const PLAIN = /^[A-Za-z0-9 _./:=,@%+-]$/;

/** One word for a POSIX shell: comes out as it went in, whatever bytes but NUL it holds. */
export function quote(word: string): string {
  if (word.includes('\0')) throw new Fault('invalid', 'No program can be given text with a NUL byte in it.');
  return quoted(word);
}

/**
 * A line for the login shell of the account, which may be any: it only starts `/bin/sh`, and hands it the script in
 * letters and octal escapes that no shell reads anything into.
 */
export function throughAnyShell(script: string): string {
  if (script.includes('\0')) throw new Fault('invalid', 'No program can be given text with a NUL byte in it.');
  let text = '';
  for (const byte of Buffer.from(script, 'utf8')) {
    const letter = String.fromCharCode(byte);
    text += PLAIN.test(letter) ? letter : `\\0${byte.toString(8).padStart(3, '0')}`;
  }
  // The mark after it keeps line feeds at the end, which `$( )` would drop; it is a comment for `eval`.
  const line = `exec /bin/sh -c 'eval "$(printf "%b" "${text}\\0012:")"'`;
  if (line.length > MOST_LINE) throw new Fault('too-large', 'The command line is too long for the system there.');
  return line;
}

/**
 * Runs argv as it is, without a shell in between: `cwd` and `env` as an exec call takes them. Values of `env` stand on the
 * command line, where other users of the machine can read them: never secrets.
 */
export function commandLine(
  argv: readonly string[],
  { cwd, env = {} }: { readonly cwd?: string; readonly env?: Readonly<Record<string, string>> } = {},
): string {
  const [program] = argv;
  if (!program) throw new Fault('invalid', 'There is no command to run.');
  if (program.startsWith('-')) throw new Fault('invalid', `"${program.slice(0, 64)}" is no program.`);
  const lines = [`echo "qd-pid $$" >&2; printf '${OUT_LINE.replace('\n', '\\n')}'`];
  for (const [name, value] of Object.entries(env)) {
    if (!NAME.test(name)) throw new Fault('invalid', `"${name}" is no name of an environment variable.`);
    lines.push(`${name}=${quote(value)}; export ${name}`);
  }
  if (cwd !== undefined) {
    if (!cwd.startsWith('/')) throw new Fault('invalid', `${cwd.slice(0, 200)} is not an absolute path.`);
    lines.push(`cd -- ${quote(cwd)} 2>/dev/null || { echo '${NO_FOLDER.word}' >&2; exit ${NO_FOLDER.code}; }`);
  }
  lines.push(
    `command -v ${quote(program)} >/dev/null 2>&1 || { echo '${NO_PROGRAM.word}' >&2; exit ${NO_PROGRAM.code}; }`,
    `exec ${argv.map(quote).join(' ')}`,
  );
  return throughAnyShell(lines.join('\n'));
}
