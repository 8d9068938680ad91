/** The completion script in a real shell. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { Command } from 'commander';
import { expect, it } from 'vitest';
import { completion } from './guide.ts';

const run = promisify(execFile);

const program = new Command('qd');
const session = program.command('session');
session.command('start').argument('<agent>');
session.command('stop').argument('<name>').option('--force');
program.command('attach').argument('<name>');
program.command('prompt').argument('<session>');
program.command('note').command('show').argument('<note>');

/** What Tab offers at the end of the line, with words as bash cuts them. */
async function tab(line: string): Promise<string[]> {
  const words = line.split(/(:)|\s+/).filter((word) => word !== undefined && word !== '');
  if (line.endsWith(' ')) words.push('');
  const script = `${completion(program, 'bash')}
qd() { printf '%s\\n' helm alpha:helm beta:helm alpha:hold; }
COMP_WORDS=(${words.map((word) => `'${word}'`).join(' ')}) COMP_CWORD=${words.length - 1}
COMP_LINE='${line}' COMP_POINT=${line.length}
_qd; printf '%s\\n' "\${COMPREPLY[@]}"`;
  const { stdout } = await run('bash', ['--norc', '-c', script], { env: { PATH: process.env['PATH'] ?? '' } });
  return stdout.split('\n').filter(Boolean).sort();
}

it('offers sessions of all machines wherever a session is named', async () => {
  for (const begin of ['qd session stop ', 'qd attach ', 'qd prompt '])
    expect((await tab(begin)).filter((word) => !word.startsWith('--'))).toEqual([
      'alpha:helm',
      'alpha:hold',
      'beta:helm',
      'helm',
    ]);
  expect(await tab('qd attach al')).toEqual(['alpha:helm', 'alpha:hold']);
  // The shell has the machine and the colon already.
  expect(await tab('qd attach alpha:')).toEqual(['helm', 'hold']);
  expect(await tab('qd session stop alpha:ho')).toEqual(['hold']);
});

it('offers none where something else is named', async () => {
  expect(await tab('qd session start ')).toEqual([]);
  expect(await tab('qd note show ')).toEqual([]);
  expect(await tab('qd session stop --')).toEqual(['--force']);
  expect(await tab('qd no')).toEqual(['note']);
  expect(completion(program, 'fish')).toContain(
    "-n '__fish_seen_subcommand_from session; and __fish_seen_subcommand_from stop' -a '(qd session-names",
  );
});
