/** The connection and the Host over it, against a real sshd: what works, and what is said when it does not. */
import { execFile } from 'node:child_process';
import { mkdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freePort, layCable, type Machine, noSshd, startMachine } from '../../../e2e/sshd.ts';
import { type Client, createClient } from './testing.ts';

const run = promisify(execFile);
const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString('utf8');
const yes = () => [];

describe.skipIf(noSshd !== null)(`a machine over ssh${noSshd === null ? '' : ` (skipped: ${noSshd})`}`, () => {
  let machine: Machine;
  let client: Client;
  const wish = () => ({ host: '127.0.0.1', port: machine.port, identity: machine.key });
  beforeAll(async () => {
    machine = await startMachine();
    client = await createClient();
    await client.knows(`[127.0.0.1]:${machine.port} ${machine.hostKey}`);
  });
  afterAll(async () => {
    await client?.end();
    await machine?.stop();
  });

  it('runs commands as on this machine: input, output, status, folder, environment, deadline, too much', async () => {
    const t = client.remote(wish());
    await t.until('live');
    const { host } = t.remote;
    expect(host.home).toBe(machine.home);
    const done = await host.exec(['sh', '-c', 'cat; pwd; printf "%s" "$A" >&2; exit 7'], {
      stdin: "it's\n",
      cwd: '/etc',
      env: { A: '$x "y"' },
    });
    expect(done.code).toBe(7);
    expect(text(done.stdout)).toBe("it's\n/etc\n");
    expect(text(done.stderr)).toBe('$x "y"');
    await expect(host.exec(['pwd'], { cwd: '/none' })).rejects.toMatchObject({ code: 'invalid' });
    await expect(host.exec(['qd-none'])).rejects.toMatchObject({ code: 'not-installed' });
    await expect(host.exec(['yes'], { maxBytes: 10_000 })).rejects.toMatchObject({ code: 'too-large' });
    const stop = new AbortController();
    const cancelled = host.exec(['sleep', '1234'], { signal: stop.signal });
    stop.abort();
    await expect(cancelled).rejects.toMatchObject({ code: 'gone' });
    const slow = ['sh', '-c', `echo $$ >"$HOME/pid"; sleep 4321; :`];
    await expect(host.exec(slow, { timeoutMs: 500 })).rejects.toMatchObject({ code: 'timeout' });
    // What ran out of time runs no more, nor what it started.
    const pid = Number(await readFile(join(machine.home, 'pid'), 'utf8'));
    await expect.poll(async () => (await host.processes()).filter((row) => row.pgid === pid).length).toBe(0);
    await rm(join(machine.home, 'pid'));
    const big = Buffer.alloc(3_000_000, 'x');
    expect((await host.exec(['wc', '-c'], { stdin: big })).stdout).toEqual(Buffer.from('3000000\n'));
    expect((await host.exec(['sh', '-c', 'kill -9 $$'])).code).toBe(null);
    expect(await host.which('sh')).toMatch(/\/sh$/);
    expect(await host.which('qd-none')).toBe(null);
    expect(await host.kill(2 ** 22 - 3, 'SIGTERM')).toBe(false);
    // Forty at once, though sshd allows ten.
    const many = await Promise.all(Array.from({ length: 40 }, (_, i) => host.exec(['echo', String(i)])));
    expect(many.map(({ stdout }) => text(stdout).trim())).toEqual(many.map((_, i) => String(i)));
    const child = host.spawn(['sh', '-c', 'read x; echo "got $x"; exit 3']);
    const ended = new Promise<{ code: number | null }>((resolve) => child.onExit(resolve));
    let heard = '';
    child.onData((bytes) => {
      heard += text(bytes);
    });
    child.write('hello\n');
    expect(await ended).toMatchObject({ code: 3 });
    expect(heard).toBe('got hello\n');
  });

  it('reads and writes files, and stays inside of a folder where it must', async () => {
    const t = client.remote(wish());
    await t.until('live');
    const { host } = t.remote;
    const root = join(machine.home, "work's $x");
    await mkdir(join(root, 'sub'), { recursive: true });
    await writeFile(join(machine.home, 'secret'), 'secret');
    await symlink(join(machine.home, 'secret'), join(root, 'leak'));
    await symlink(machine.home, join(root, 'up'));
    await symlink('sub', join(root, 'sublink'));
    const bytes = Buffer.from(Array.from({ length: 400_000 }, (_, i) => i % 251));
    await host.write(`${root}/a/b/file`, bytes, 0o640);
    expect(Buffer.compare(Buffer.from(await host.read(`${root}/a/b/file`, 0, 1e9)), bytes)).toBe(0);
    expect(await host.read(`${root}/a/b/file`, 100, 5)).toEqual(bytes.subarray(100, 105));
    expect(await host.look(`${root}/a/b/file`)).toMatchObject({ kind: 'file', size: 400_000, mode: 0o640 });
    expect(await host.stat(`${root}/none`)).toBe(null);
    expect(await host.real(`${root}/none`)).toBe(null);
    expect(await host.real(`${root}/sublink`)).toBe(`${root}/sub`);
    expect(await host.list(`${root}/none`)).toEqual([]);
    expect((await host.list(root)).find(({ name }) => name === 'sublink')).toEqual({
      name: 'sublink',
      directory: true,
    });
    expect(text((await host.readInside(root, 'a/b/file', 10)).bytes)).toHaveLength(10);
    for (const path of ['leak', 'up/secret', '../secret', '/etc/passwd'])
      await expect(host.readInside(root, path, 10)).rejects.toMatchObject({ code: 'refused' });
    for (const path of ['leak', 'up/new', '../new'])
      await expect(host.writeInside(root, path, bytes, { expect: null })).rejects.toMatchObject({ code: 'refused' });
    expect(await readFile(join(machine.home, 'secret'), 'utf8')).toBe('secret');
    expect(await host.writeInside(root, 'new/deep/file', Buffer.from('one'), { expect: null })).toBe(true);
    expect(await host.writeInside(root, 'new/deep/file', Buffer.from('two'), { expect: null })).toBe(false);
    const one = '7692c3ad3540bb803c020b3aee66cd8887123234ea0c6e7143c0add73ff431ed';
    expect(await host.writeInside(root, 'new/deep/file', Buffer.from('two'), { expect: one })).toBe(true);
    expect(await host.writeInside(root, 'new/deep/file', Buffer.from('three'), { expect: one })).toBe(false);
    expect(await readFile(join(root, 'new/deep/file'), 'utf8')).toBe('two');
    await expect(host.read(`${root}/none`, 0, 10)).rejects.toMatchObject({ code: 'not-found' });
    const { entries, more } = await host.listInside(root, '.', 2);
    expect([entries.length, more]).toEqual([2, true]);
  });

  it('asks before it trusts an unknown key, writes it down, and stops hard when it changes', async () => {
    const other = await createClient();
    const again = await startMachine();
    try {
      const where = { host: '127.0.0.1', port: again.port, identity: again.key };
      const no = other.remote(where, () => null);
      expect(await no.until('down')).toMatchObject({ reason: 'unanswered', retryAt: null });
      const first = other.remote(where, yes);
      await first.until('live');
      expect(first.asked).toMatchObject([{ kind: 'host-key', fingerprint: again.fingerprint }]);
      await first.remote.close();
      const second = other.remote(where);
      await second.until('live');
      expect(second.asked).toEqual([]);
      await second.remote.close();
      await again.down();
      await again.newHostKey();
      await again.up();
      const third = other.remote(where, yes);
      expect(await third.until('down')).toMatchObject({ reason: 'host-key', retryAt: null });
      expect(third.asked).toEqual([]);
      expect(JSON.stringify(third.remote.state)).toMatch(/CHANGED.*known_hosts, line 1.*ssh-keygen -R/);
      // Known hosts may be written down as hashes.
      await run('ssh-keygen', ['-q', '-H', '-f', join(other.home, '.ssh/known_hosts')]);
      expect(await other.remote(where).until('down')).toMatchObject({ reason: 'host-key' });
    } finally {
      await other.end();
      await again.stop();
    }
  });

  it('unlocks a key with its passphrase, asks again when it was wrong, and remembers it for the next connection', async () => {
    const key = join(client.home, 'locked');
    await writeFile(key, await readFile(machine.key), { mode: 0o600 });
    await run('ssh-keygen', ['-q', '-p', '-P', '', '-N', 'open sesame', '-f', key]);
    const given = ['wrong', 'open sesame'];
    const t = client.remote({ ...wish(), identity: key }, () => [given.shift() ?? '']);
    await t.until('live');
    expect(t.asked.map(({ kind, text: said }) => [kind, said.includes('not its passphrase')])).toEqual([
      ['passphrase', false],
      ['passphrase', true],
    ]);
    await machine.down();
    await t.until('down');
    await machine.up();
    await t.until('live');
    expect(t.asked).toHaveLength(2);
    const declined = client.remote({ ...wish(), identity: key }, () => null);
    expect(await declined.until('down')).toMatchObject({ reason: 'unanswered', retryAt: null });
  });

  it('takes keys from an agent, reads the configuration with its includes, and goes through jump hosts and commands', async () => {
    const sock = join(client.home, 'agent.sock');
    const { stdout } = await run('ssh-agent', ['-a', sock]);
    const pid = Number(/SSH_AGENT_PID=(\d+)/.exec(stdout)?.[1]);
    const jump = await startMachine();
    try {
      await run('ssh-add', ['-q', machine.key], { env: { ...process.env, SSH_AUTH_SOCK: sock } });
      await run('ssh-add', ['-q', jump.key], { env: { ...process.env, SSH_AUTH_SOCK: sock } });
      await client.knows(`[127.0.0.1]:${jump.port} ${jump.hostKey}`);
      await mkdir(join(client.home, '.ssh/conf.d'));
      await writeFile(
        join(client.home, '.ssh/conf.d/a.conf'),
        `Host jumper\n  HostName 127.0.0.1\n  Port ${jump.port}\n  User ${jump.user}\n`,
      );
      await client.config(
        [
          'Include conf.d/*.conf',
          `IdentityAgent ${sock}`,
          'Host far',
          '  HostName 127.0.0.1',
          `  Port ${machine.port}`,
          '  ProxyJump jumper',
          'Host command',
          '  HostName 127.0.0.1',
          `  Port ${machine.port}`,
          `  ProxyCommand ${process.execPath} -e "const s=require('net').connect(%p,'%h');process.stdin.pipe(s);s.pipe(process.stdout)"`,
        ].join('\n'),
      );
      const far = client.remote({ host: 'far' });
      await far.until('live');
      expect(far.remote.host.home).toBe(machine.home);
      expect(far.states.some((state) => state.kind === 'connecting' && state.step.includes('jumper'))).toBe(true);
      const command = client.remote({ host: 'command' });
      await command.until('live');
      expect(text((await command.remote.host.exec(['echo', 'hi'])).stdout)).toBe('hi\n');
      const here = client.remote({ host: '127.0.0.1', port: machine.port, jump: `127.0.0.1:${jump.port}` });
      await here.until('live');
      // The way ends: the machine behind it is noticed as lost.
      await jump.down();
      expect(await far.until('down')).toMatchObject({ reason: 'network' });
    } finally {
      process.kill(pid);
      await jump.stop();
    }
  });

  it('says what is wrong: nobody listens, nobody answers, nobody is let in, no shell', async () => {
    const refused = client.remote({ host: '127.0.0.1', port: await freePort() });
    expect(await refused.until('down')).toMatchObject({ reason: 'network', problem: expect.stringMatching(/refused/) });
    const silent = createServer(() => undefined);
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    const address = silent.address();
    const port = typeof address === 'object' && address ? address.port : 0;
    const mute = client.remote({ host: '127.0.0.1', port }, yes, { deadlines: { step: 400 } });
    expect(await mute.until('down')).toMatchObject({
      problem: expect.stringMatching(/did not say hello within 0.4 s/),
    });
    await mute.remote.close();
    silent.close();
    const stranger = client.remote({ host: '127.0.0.1', port: machine.port, identity: join(client.home, 'none') });
    expect(await stranger.until('down')).toMatchObject({
      reason: 'auth',
      problem: expect.stringMatching(/does not let .* in.*It takes: publickey/),
    });
    const bad = client.remote({ host: '-oProxyCommand=x' });
    expect(await bad.until('down')).toMatchObject({ reason: 'config', retryAt: null });
    const forced = await startMachine({ config: ['ForceCommand /bin/echo no'] });
    try {
      await client.knows(`[127.0.0.1]:${forced.port} ${forced.hostKey}`);
      const dumb = client.remote({ host: '127.0.0.1', port: forced.port, identity: forced.key });
      expect(await dumb.until('down')).toMatchObject({ problem: expect.stringMatching(/runs no commands/) });
    } finally {
      await forced.stop();
    }
  });

  it.each([1, 2])('with MaxSessions %i it works as far as it can, and says so', async (most) => {
    const small = await startMachine({ config: [`MaxSessions ${most}`] });
    try {
      await client.knows(`[127.0.0.1]:${small.port} ${small.hostKey}`);
      const t = client.remote({ host: '127.0.0.1', port: small.port, identity: small.key });
      await t.until('live');
      const { host } = t.remote;
      const lasting = host.spawn(['cat']);
      const echoed = new Promise((resolve) => lasting.onData(resolve));
      lasting.write('there\n');
      await echoed;
      const work = Promise.all([
        ...Array.from({ length: 6 }, () => host.exec(['echo', 'x'])),
        ...Array.from({ length: 6 }, () => host.stat('/etc')),
        ...Array.from({ length: 6 }, () => host.exec(['echo', 'x'])),
      ]);
      if (most === 2) expect(await work).toHaveLength(18);
      else await expect(work).rejects.toMatchObject({ message: expect.stringMatching(/MaxSessions/) });
      expect(t.remote.mostChannels).toBe(most);
      lasting.kill();
    } finally {
      await small.stop();
    }
  });

  it('a cut cable is noticed, and the machine is back within two seconds after it is mended', async () => {
    const cable = await layCable(machine.port);
    await client.knows(`[127.0.0.1]:${cable.port} ${machine.hostKey}`);
    const pace = { beat: 200, answer: 500 };
    const t = client.remote({ ...wish(), port: cable.port }, yes, { pace, deadlines: { connect: 500, step: 500 } });
    try {
      await t.until('live');
      const waiting = t.remote.host.exec(['sleep', '100'], { timeoutMs: 60_000 }).catch((fault) => fault.code);
      cable.cut();
      expect(await t.until('down')).toMatchObject({ reason: 'network' });
      expect(await waiting).toBe('unreachable');
      await expect(t.remote.host.exec(['true'])).rejects.toMatchObject({ code: 'unreachable' });
      cable.mend();
      const mended = performance.now();
      await t.until('live');
      expect(performance.now() - mended).toBeLessThan(3000);
      expect(text((await t.remote.host.exec(['echo', 'back'])).stdout)).toBe('back\n');
    } finally {
      await t.remote.close();
      await cable.close();
    }
  });

  it('taken offline it stays away until it is wanted; and is then reached as it is wished by then', async () => {
    const wished = { ...wish(), user: 'nobody-here' };
    const t = client.remote({
      get host() {
        return wished.host;
      },
      port: wished.port,
      identity: wished.identity,
      get user() {
        return wished.user;
      },
    });
    const refused = await t.until('down');
    expect(refused).toMatchObject({ reason: 'auth' });
    wished.user = machine.user;
    // In the middle of a try, and wanted again at once.
    t.remote.connect();
    t.remote.disconnect('for now');
    t.remote.connect();
    await t.until('live');
    t.remote.disconnect('for longer');
    expect(t.remote.state).toEqual({ kind: 'down', reason: 'offline', problem: 'for longer', retryAt: null });
    t.remote.probe();
    await expect(t.remote.host.exec(['true'])).rejects.toMatchObject({ message: 'for longer' });
    expect(t.remote.state.kind).toBe('down');
    t.remote.connect();
    await t.until('live');
    expect((await t.remote.host.exec(['true'])).code).toBe(0);
  });

  it('start files that print before the command are not taken for it; a machine without SFTP says so', async () => {
    const noisy = await startMachine({ config: ['Subsystem sftp /bin/false'] });
    try {
      // Whichever shell the account has: these are read by some even where nobody sits.
      const noise = "echo hello; echo noise >&2; printf 'qd-account\\0HOME=/no\\0'; yes | head -3000\n";
      for (const file of ['.bashrc', '.zshenv', '.tcshrc', '.cshrc'])
        await writeFile(join(noisy.home, file), file.endsWith('cshrc') ? 'echo hello\n' : noise);
      await client.knows(`[127.0.0.1]:${noisy.port} ${noisy.hostKey}`);
      const t = client.remote({ host: '127.0.0.1', port: noisy.port, identity: noisy.key });
      await t.until('live');
      const { host } = t.remote;
      expect(host.home).toBe(noisy.home);
      const done = await host.exec(['sh', '-c', 'printf mine; printf said >&2']);
      expect([text(done.stdout), text(done.stderr), done.code]).toEqual(['mine', 'said', 0]);
      const child = host.spawn(['cat']);
      let heard = '';
      child.onData((bytes) => {
        heard += text(bytes);
      });
      child.write('q');
      child.write('d-out\nback\n');
      await expect.poll(() => heard).toBe('qd-out\nback\n');
      child.kill();
      await expect(host.stat('/etc')).rejects.toMatchObject({
        message: expect.stringMatching(/starts no SFTP.*sshd_config/),
      });
    } finally {
      await noisy.stop();
    }
  });

  it('a port there is reached', async () => {
    const t = client.remote(wish());
    await t.until('live');
    const server = createServer((socket) => socket.end('from there'));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    const stream = await t.remote.toPort(typeof address === 'object' && address ? address.port : 0, '127.0.0.1');
    let got = '';
    for await (const bytes of stream) got += String(bytes);
    expect(got).toBe('from there');
    server.close();
    await expect(t.remote.toPort(await freePort(), '127.0.0.1')).rejects.toMatchObject({ code: 'unreachable' });
  });

  it('leaves nothing behind there', async () => {
    await rm(join(machine.home, "work's $x"), { recursive: true, force: true });
    expect((await machine.there(['sh', '-c', 'ls -A "$HOME"'])).split('\n').sort()).toEqual([
      '.profile',
      '.ssh',
      'secret',
    ]);
  });
});
