/** When the deck goes: tmux 3.3a can fall, with every agent in it, when a session ends under a client that is still leaving. */
import { type ChildProcess, spawn } from 'node:child_process';
import { expect, test } from 'vitest';
import { createBench, until } from './testing.ts';

test('the deck stays while a client that cannot leave yet points at it, and goes with that one', async () => {
  const b = await createBench();
  const children: ChildProcess[] = [];
  /** A control client of our own that is told each second's change of a value. */
  const control = async (session: string, of: string, value: string) => {
    const child = spawn('tmux', ['-u', '-L', b.socket, '-C', 'attach', '-t', `=${session}`]);
    children.push(child);
    let told = '';
    child.stdout.on('data', (chunk) => {
      told += chunk;
    });
    await until(() => told.includes('%session-changed'));
    child.stdin.write(`refresh-client -B 'test:${of}:${value}'\n`);
    await until(() => told.includes('%subscription-changed test'));
    return { child, told: () => told };
  };
  const sessions = () => b.plain('list-sessions', '-F', '#{session_name}');
  try {
    await b.tmux.create(b.session('agent', ['cat']));
    const watch = await control('agent', '', 'tick-#{@tick}');
    const leaving = await control('deck', '%*', 'x');
    // As a hub that was killed leaves it behind on a busy machine: its input has ended, and it does not answer.
    leaving.child.kill('SIGSTOP');
    leaving.child.stdin?.end();
    await until(async () => (await b.plain('display-message', '-p', '-t', '=deck:', '#{session_attached}')) === '1');
    await b.tmux.close();
    // Each second tmux looks at what its control clients asked for; at this one, without a session, it would fall.
    for (let tick = 1; tick <= 3; tick++) {
      await b.plain('set-option', '-g', '@tick', `${tick}`);
      await until(() => watch.told().includes(`tick-${tick}`));
    }
    expect(await sessions()).toBe('agent\ndeck');
    leaving.child.kill('SIGKILL');
    await until(async () => (await sessions()) === 'agent');
  } finally {
    for (const child of children) child.kill('SIGKILL');
    await b.end();
  }
});

test('a server that is just ending is no reason not to start', async () => {
  for (let round = 0; round < 8; round++) {
    const b = await createBench();
    try {
      // It takes the longer to end the more it holds.
      for (const name of 'abcdefgh') await b.tmux.create(b.session(name, ['cat']));
      await b.tmux.close();
      const killed = b.plain('kill-server');
      // Half of the rounds meet a server that has been told already and still answers.
      if (round % 2) await b.plain('list-sessions').catch(() => undefined);
      const quiet = () => undefined;
      await b.tmux.start({ output: quiet, gap: quiet, changed: quiet, resized: quiet, down: quiet });
      await killed.catch(() => undefined);
    } finally {
      await b.end();
    }
  }
});
