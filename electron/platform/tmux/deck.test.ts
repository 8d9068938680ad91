/** The ends of the deck and of its server, where tmux 3.3a can fall with every agent in it. */
import { type ChildProcess, spawn } from 'node:child_process';
import { expect, test } from 'vitest';
import { createBench, until } from './testing.ts';

test('the deck may end under our client while that cannot leave yet: the server and the agents live', async () => {
  const b = await createBench();
  const children: ChildProcess[] = [];
  const control = async (session: string) => {
    const child = spawn('tmux', ['-u', '-L', b.socket, '-C', 'attach', '-t', `=${session}`]);
    children.push(child);
    let told = '';
    child.stdout.on('data', (chunk) => {
      told += chunk;
    });
    await until(() => told.includes('%session-changed'));
    return { child, told: () => told };
  };
  try {
    await b.tmux.create(b.session('agent', ['cat']));
    const ours = Number(await b.plain('list-clients', '-t', '=deck:', '-F', '#{client_pid}'));
    const watch = await control('agent');
    watch.child.stdin?.write("refresh-client -B 'test::tick-#{@tick}'\n");
    const other = await control('deck');
    // As a hub that was killed on a busy machine leaves its client: the input has ended, and it does not answer.
    process.kill(ours, 'SIGSTOP');
    const closed = b.tmux.close();
    await until(async () => (await b.plain('display-message', '-p', '-t', '=deck:', '#{session_attached}')) === '1');
    other.child.kill('SIGKILL');
    await until(async () => (await b.plain('list-sessions', '-F', '#{session_name}')) === 'agent');
    // Each second tmux looks at what its control clients asked for, those without a session too.
    for (let tick = 1; tick <= 2; tick++) {
      await b.plain('set-option', '-g', '@tick', `${tick}`);
      await until(() => watch.told().includes(`tick-${tick}`));
    }
    expect(await b.plain('list-sessions', '-F', '#{session_name}')).toBe('agent');
    await closed;
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
      // Answered once the server has begun to end, which it has not yet finished.
      await b.plain('kill-server');
      const quiet = () => undefined;
      await b.tmux.start({ output: quiet, gap: quiet, changed: quiet, resized: quiet, down: quiet });
    } finally {
      await b.end();
    }
  }
});

test('control clients that a killed hub left on the deck are ended, those of others are not', async () => {
  const b = await createBench();
  const attach = ['tmux', '-u', '-L', b.socket, '-C', 'attach', '-t', '=deck'];
  // Orphaned at once; its input stays open as long as this test has the other end.
  const orphan = spawn('sh', ['-c', '"$@" <&3 >/dev/null &', 'sh', ...attach], {
    stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
  });
  const other = spawn('tmux', attach.slice(1));
  const clients = async () => (await b.plain('list-clients', '-t', '=deck:', '-F', '#{client_pid}')).split('\n');
  try {
    await until(async () => (await clients()).length === 3);
    const before = await clients();
    await b.tmux.close();
    await until(async () => (await clients()).length === 2);
    const quiet = () => undefined;
    await b.tmux.start({ output: quiet, gap: quiet, changed: quiet, resized: quiet, down: quiet });
    await until(async () => (await clients()).length === 2);
    const left = (await clients()).filter((pid) => before.includes(pid));
    expect(left).toEqual([String(other.pid)]);
  } finally {
    other.kill('SIGKILL');
    orphan.stdio[3]?.destroy();
    await b.end();
  }
});
