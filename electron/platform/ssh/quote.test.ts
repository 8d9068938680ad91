/** The quoting against real shells: whatever a word holds, the program on the other side gets exactly that. */
import { execFile, execFileSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { commandLine, NO_FOLDER, NO_PROGRAM, PID_LINE, printedBy, quote, throughAnyShell } from './quote.ts';

const there = (shell: string): boolean => {
  try {
    execFileSync(shell, ['-c', 'exit 0'], { stdio: 'ignore', timeout: 10_000 });
    return true;
  } catch {
    return false;
  }
};
const SHELLS = ['sh', 'bash', 'dash', 'zsh', 'fish', 'tcsh', 'ksh'].map((shell) => ({ shell, has: there(shell) }));

/** As sshd does it: the login shell with `-c` and the line as one argument. */
const run = (shell: string, line: string): Promise<{ code: number; out: Buffer; err: string }> =>
  new Promise((resolve) => {
    execFile(shell, ['-c', line], { encoding: 'buffer', timeout: 20_000 }, (error, out, err) =>
      resolve({
        code: error ? Number(error.code ?? -1) : 0,
        out: printedBy(out) ?? out,
        err: err.toString().replace(PID_LINE, ''),
      }),
    );
  });
/** Prints its arguments, each with a NUL behind it. */
const SHOW = [process.execPath, '-e', 'process.argv.slice(1).forEach((a) => process.stdout.write(a + "\\0"))', '--'];
const shown = async (shell: string, words: readonly string[], options = {}): Promise<string[]> => {
  const { out, err, code } = await run(shell, commandLine([...SHOW, ...words], options));
  if (code !== 0) throw new Error(`${code}: ${err}`);
  return out.toString('utf8').split('\0').slice(0, -1);
};

const NASTY = [
  '',
  ' ',
  "'",
  '"',
  '\\',
  "'\\''",
  '\n',
  'ends\n',
  '\n\n',
  '$(touch /tmp/never)',
  '`id`',
  `$${''}{HOME}`,
  '!!',
  'a!b',
  '*',
  '?',
  '[a]',
  '{a,b}',
  '~',
  '~root',
  '-n',
  '--',
  ';',
  '&&',
  '|',
  '>x',
  '#c',
  '%s%n',
  '\\0101',
  '\\c',
  '\\n',
  '\t\r\v\f\u0007\u001b[31m',
  '\u007f',
  'ünïcödé 日本 👍',
  'a\u0301',
  "''",
  "rc_quotes '' here",
  '^',
  '=ls',
  '\u0001\u0002',
  'x'.repeat(20_000),
];

describe.each(SHELLS)('a login shell $shell', ({ shell, has }) => {
  it.skipIf(!has)('gives every nasty word on as it is', async () => {
    expect(await shown(shell, NASTY)).toEqual(NASTY);
  });

  it.skipIf(!has)('gives any words on as they are', async () => {
    const text = fc.string({
      unit: fc.oneof(
        fc.constantFrom(...`'"\\$\`!*?[]{}~#&|;<>()^%=\n\t -`),
        fc.string({ minLength: 1, maxLength: 1, unit: 'grapheme' }),
      ),
      maxLength: 40,
    });
    const word = text.filter((each) => !each.includes('\0') && Buffer.from(each).toString() === each);
    await fc.assert(
      fc.asyncProperty(fc.array(word, { maxLength: 30 }), async (words) => {
        expect(await shown(shell, words)).toEqual(words);
      }),
      { numRuns: 15 },
    );
  });
});

it('quotes one word for sh', () => {
  expect(quote("it's")).toBe(`'it'\\''s'`);
  expect(() => quote('a\0b')).toThrow(/NUL/);
  expect(() => throughAnyShell('a\0b')).toThrow(/NUL/);
});

it('goes to the folder, sets the environment, and tells what is not there', async () => {
  const dir = await mkdtemp(join(tmpdir(), "qd quote's $x-"));
  try {
    const env = { QD_A: `it's "$HOME" \\ \n end`, QD_B: '' };
    const tell = ['sh', '-c', 'pwd; printf "%s|%s|" "$QD_A" "$QD_B"'];
    const { out } = await run('sh', commandLine(tell, { cwd: dir, env }));
    expect(out.toString()).toBe(`${dir}\n${env.QD_A}||`);
    expect(await run('sh', commandLine(['pwd'], { cwd: `${dir}/none` }))).toMatchObject({
      code: NO_FOLDER.code,
      err: `${NO_FOLDER.word}\n`,
    });
    expect(await run('sh', commandLine(['qd-no-such-program']))).toMatchObject({
      code: NO_PROGRAM.code,
      err: `${NO_PROGRAM.word}\n`,
    });
    expect(await run('sh', commandLine(['sh', '-c', 'exit 42']))).toMatchObject({ code: 42 });
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
});

it('what start files of the shell print before the command is not taken for its own', async () => {
  const noisy = `echo hello; echo qd-pid; echo noise >&2; ${commandLine(['sh', '-c', 'echo mine; echo said >&2'])}`;
  expect(await run('sh', noisy)).toEqual({ code: 0, out: Buffer.from('mine\n'), err: 'said\n' });
  const unended = `printf none; printf none >&2; ${commandLine(['sh', '-c', 'printf mine'])}`;
  expect(await run('sh', unended)).toEqual({ code: 0, out: Buffer.from('mine'), err: '' });
  expect(printedBy(Buffer.from('nothing of ours'))).toBe(null);
});

it('refuses what can be no command', () => {
  expect(() => commandLine([])).toThrow(/no command/);
  expect(() => commandLine(['-rf'])).toThrow(/no program/);
  expect(() => commandLine(['ls'], { cwd: 'here' })).toThrow(/absolute/);
  expect(() => commandLine(['echo', "'".repeat(40_000)])).toThrow(/too long/);
  expect(() => commandLine(['ls'], { env: { 'A;B': 'x' } })).toThrow(/environment/);
});
