/** Part of `nodes.spec.ts`: what goes wrong with machines, and with what is typed for one that is down. */
import { execFileSync } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { expect } from '@playwright/test';
import type { Node } from '../shared/contract/nodes.ts';
import type { Session } from '../shared/contract/sessions.ts';
import { eventually, type TestHub } from './hub.ts';
import { type Machine, startMachine } from './sshd.ts';
import { typist } from './typist.ts';

/** One whose disk is full; null where no small disk can be mounted. */
async function fullMachine(): Promise<Machine | null> {
  const full = await startMachine();
  const mount = (...args: string[]) => execFileSync('mount', args, { stdio: 'ignore' });
  try {
    mount('-t', 'tmpfs', '-o', 'size=64k,mode=700', 'tmpfs', full.home);
    await writeFile(join(full.home, 'fill'), Buffer.alloc(1 << 20)).catch(() => undefined);
  } catch {
    await full.stop();
    return null;
  }
  return {
    ...full,
    async stop() {
      await full.down();
      execFileSync('umount', ['-l', full.home]);
      await full.stop();
    },
  };
}

/** One with a tmux of before. */
async function agedMachine(): Promise<Machine> {
  const old = await startMachine();
  const bin = join(old.dir, 'old');
  await old.down();
  await mkdir(bin);
  await writeFile(join(bin, 'tmux'), '#!/bin/sh\necho tmux 2.9\n', { mode: 0o755 });
  await writeFile(join(old.home, '.profile'), `PATH='${bin}:${old.env['PATH']}'; export PATH\n`);
  await old.up();
  return old;
}

/** One without tmux; null where a program cannot be hidden. */
const bareMachine = (): Promise<Machine | null> =>
  startMachine({ without: execFileSync('sh', ['-c', 'command -v tmux']).toString().trim() }).catch(() => null);

/** `unharmed` looks at the whole one. */
export async function flawedMachines(
  hub: TestHub,
  node: (title: string) => Promise<Node>,
  screen: (session: string) => Promise<string>,
  unharmed: () => Promise<void>,
): Promise<void> {
  const made = await Promise.all([
    agedMachine(),
    startMachine({ config: ['MaxSessions 2'] }),
    bareMachine(),
    fullMachine(),
  ]);
  const [aged, small, bare, full] = made;
  // Takes connections and never says a word.
  const mute = createServer(() => undefined);
  await new Promise<void>((resolve) => mute.listen(0, '127.0.0.1', resolve));
  const address = mute.address();
  try {
    await writeFile(
      join(hub.home, '.ssh', 'config'),
      `StrictHostKeyChecking accept-new\nHost mute\n  HostName 127.0.0.1\n  Port ${typeof address === 'object' && address ? address.port : 0}\n`,
    );
    const add = (title: string, at: Machine) =>
      hub.api<Node>('POST', '/api/nodes', { host: `127.0.0.1:${at.port}`, title, identity: at.key });
    await hub.api('POST', '/api/nodes', { host: 'mute' });
    const some = { aged, small, ...(bare ? { bare } : {}), ...(full ? { full } : {}) };
    await Promise.all(Object.entries(some).map(([title, at]) => add(title, at)));
    // One that is slow is looked at again: what it is told to be in the end counts.
    const settles = (title: string, as: Record<string, unknown>) =>
      expect.poll(() => node(title), { timeout: 40_000 }).toMatchObject(as);
    await settles('aged', {
      state: 'degraded',
      reachable: true,
      problem: expect.stringMatching(/tmux 2.9 on aged is too old: 3.2 or newer/),
    });
    await expect(hub.api('POST', '/api/sessions', { agent: 'shell', node: 'aged' })).rejects.toThrow(/too old/);
    if (bare) {
      await settles('bare', {
        state: 'degraded',
        problem: expect.stringMatching(/tmux is not installed on bare. Install/),
      });
      await expect(hub.api('POST', '/api/sessions', { agent: 'shell', node: 'bare' })).rejects.toThrow(/not installed/);
    }
    if (full) await settles('full', { state: 'degraded', problem: expect.stringMatching(/full|space/i) });
    await settles('small', { state: 'live' });
    const started = Array.from({ length: 5 }, (_, i) =>
      hub.api('POST', '/api/sessions', {
        agent: 'custom',
        name: `small-${i}`,
        node: 'small',
        command: `echo "I am ${i}"; cat`,
      }),
    );
    await Promise.all(started);
    for (let i = 0; i < 5; i += 1)
      await eventually(
        () => screen(`small-${i}`),
        (text) => text.includes(`I am ${i}`),
        `small-${i} prints`,
        20_000,
      );
    expect((await hub.qd(['node', 'status', 'small'])).stdout).toContain('live');
    const began = Date.now();
    await expect(hub.api('POST', '/api/sessions', { agent: 'shell', node: 'mute' })).rejects.toThrow(/502/);
    await unharmed();
    expect(Date.now() - began).toBeLessThan(3000);
    await eventually(
      () => node('mute'),
      (n) => /did not say hello within/.test(n.problem),
      'the mute one is told',
      40_000,
    );
    for (const title of ['mute', ...Object.keys(some)]) await hub.api('DELETE', `/api/nodes/${title}?force=true`);
  } finally {
    mute.close();
    await Promise.all(made.map((machine) => machine?.stop()));
  }
}

/** Keys wait for a machine that is down when the hub is killed: they are gone, and it says so until somebody types again. */
export async function loseKeys(hub: TestHub, machine: Machine, name: string): Promise<void> {
  const until = (what: string, passes: (session: Session) => boolean) =>
    eventually(() => hub.api<Session>('GET', `/api/sessions/${name}`), passes, what, 20_000);
  await machine.down();
  await until('it is away', (s) => s.state === 'unreachable');
  const before = await typist(hub, name);
  before.type('lost');
  await until('they are held', (s) => s.unsent === 4);
  await hub.end('SIGKILL');
  await hub.start();
  const lost = { count: 4, why: 'The hub was started anew in the meantime.' };
  expect((await until('it is away still', (s) => s.state === 'unreachable')).lostKeys).toEqual(lost);
  await machine.up();
  expect((await until('it is back', (s) => s.state !== 'unreachable')).lostKeys).toEqual(lost);
  const after = await typist(hub, name);
  after.type('\r');
  await until('it is seen', (s) => s.lostKeys === undefined);
  after.close();
}
