/** The hub goes silent without a word: its control client is ended over there, and the sessions go on. */
import { expect, test } from 'vitest';
import { keepAlive } from './dead-man.ts';
import { createBench, until } from './testing.ts';

test('a control client that is heard of stays, one that goes silent is ended, and nothing else is', async () => {
  const b = await createBench();
  try {
    await b.tmux.create(b.session('works', ['cat']));
    const tmux = (await b.host.which('tmux')) ?? 'tmux';
    const clientPid = async () => (await b.plain('list-clients', '-F', '#{client_pid}')).split('\n')[0] ?? '';
    const first = await clientPid();
    // Through plain tmux, as if it came from that client: what is watched is told by its number.
    const run = async (line: string) => {
      await b.host.write(`${b.dir}/beat.conf`, `${line}\n`);
      await b.plain('source-file', `${b.dir}/beat.conf`);
    };
    const alive = keepAlive({ run, pid: first, tmux, beatMs: 300, silenceS: 2 });
    const began = performance.now();
    await until(() => performance.now() - began > 3500);
    expect(await clientPid()).toBe(first);
    expect(b.seen.downs).toEqual([]);
    // What was looked at and found in order is nothing to show over somebody's screen.
    expect(await b.plain('list-panes', '-a', '-F', '#{pane_in_mode}')).toMatch(/^0(\n0)*$/);
    alive.stop();
    await until(() => b.seen.downs.length === 1, 10_000);
    await until(async () => (await clientPid()) !== first && (await clientPid()) !== '', 10_000);
    expect(await b.plain('list-sessions', '-F', '#{session_name}')).toContain('works');
    // A number that is no client of this server is left alone, whatever has it now.
    const other = b.host.spawn(['sleep', '1000']);
    let ended = false;
    other.onExit(() => {
      ended = true;
    });
    await until(async () => (await b.host.processes()).some(({ command }) => command === 'sleep'));
    const pids = (await b.host.processes()).filter(({ command, ppid }) => command === 'sleep' && ppid === process.pid);
    keepAlive({ run, pid: String(pids[0]?.pid ?? 0), tmux, beatMs: 60_000, silenceS: 1 }).stop();
    const told = async () => (await b.plain('show-options', '-g')).includes(`@qd_beat_${pids[0]?.pid}`);
    await until(told);
    await until(async () => !(await told()), 10_000);
    expect(ended).toBe(false);
    other.kill();
  } finally {
    await b.end();
  }
}, 60_000);
