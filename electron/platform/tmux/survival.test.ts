/** What must hold when things break: the client dies, the server dies, the hub stalls, the environment is poor. */
import { afterEach, describe, expect, test } from 'vitest';
import { createLocalHost } from '../host.ts';
import { type Bench, CONF, createBench, until } from './testing.ts';
import { createTmux } from './tmux.ts';

const benches: Bench[] = [];
async function bench(env?: NodeJS.ProcessEnv): Promise<Bench> {
  const made = await createBench(env);
  benches.push(made);
  return made;
}
afterEach(async () => {
  for (const made of benches.splice(0)) await made.end();
});

/** Never zero, where no client is attached just now: that would be all processes of these tests. */
async function clientPid(b: Bench): Promise<number> {
  let pid = 0;
  await until(async () => {
    pid = Number((await b.plain('list-clients', '-F', '#{client_pid}')).split('\n')[0]);
    return pid > 0;
  });
  return pid;
}

describe('survival', () => {
  test('kill -9 of the control client: the deck goes, sessions live, output is heard again', async () => {
    const b = await bench();
    const ticking = await b.tmux.create(b.session('tick', ['sh', '-c', 'while read x; do echo "got $x"; done']));
    for (let round = 1; round <= 3; round++) {
      const pid = await clientPid(b);
      const before = b.seen.changes;
      process.kill(pid, 'SIGKILL');
      const pending = b.tmux.snapshot(ticking.paneId, 100).then(
        () => 'answered',
        (fault) => fault.code,
      );
      await until(() => b.seen.downs.length === round);
      expect(['answered', 'unavailable']).toContain(await pending);
      await until(() => b.seen.changes > before);
      // Keys work as soon as there is a client; what is printed is heard once its window is in the new deck.
      await until(async () => {
        await b.tmux.keys(ticking.paneId, [`${round}`, 'Enter']).catch(() => undefined);
        return b.printed(ticking.paneId).includes(`got ${round}`);
      });
      expect(await clientPid(b)).not.toBe(pid);
    }
    const sessions = await b.plain('list-sessions', '-F', '#{session_name}');
    expect(sessions.split('\n').toSorted()).toEqual(['deck', 'tick']);
    expect((await b.plain('list-windows', '-t', '=deck:', '-F', '#{window_id}')).split('\n')).toHaveLength(2);
  });

  test('a command that waits when the client dies is rejected, and so is one while there is no connection', async () => {
    const b = await bench();
    const pane = await b.tmux.create(b.session('x', ['cat']));
    process.kill(await clientPid(b), 'SIGSTOP');
    process.kill(await clientPid(b), 'SIGKILL');
    await until(() => b.seen.downs.length === 1);
    await expect(b.tmux.list()).rejects.toMatchObject({ code: 'unavailable' });
    await until(() =>
      b.tmux.list().then(
        (rows) => rows.some((row) => row.paneId === pane.paneId),
        () => false,
      ),
    );
  });

  test('leaving while a person runs tmux commands never takes the server along', async () => {
    const b = await bench();
    const pane = await b.tmux.create(b.session('x', ['sleep', '1000']));
    const others = [1, 2, 3].map(async () => {
      for (let i = 0; i < 5; i++) await b.plain('list-sessions');
    });
    await b.tmux.close();
    await Promise.all(others);
    await until(async () => (await b.plain('list-sessions', '-F', '#{session_name}')) === 'x');
    expect(await b.plain('list-panes', '-a', '-F', '#{pane_pid}')).toBe(`${pane.pid}`);
    expect(await b.plain('show-options', '-g', 'destroy-unattached')).toBe('destroy-unattached off');
  });

  test('a killed server comes back empty, and says so', async () => {
    const b = await bench();
    await b.tmux.create(b.session('x', ['cat']));
    await b.plain('kill-server');
    await until(() => b.seen.downs.length === 1);
    await until(() =>
      b.tmux.list().then(
        (rows) => rows.length === 0,
        () => false,
      ),
    );
    await b.tmux.create(b.session('x', ['cat']));
  });

  test('closing leaves the sessions and takes the deck; the next engine finds them', async () => {
    const b = await bench();
    const pane = await b.tmux.create(
      b.session('stays', ['sh', '-c', 'read x; echo "heard $x"; sleep 1000'], { env: { QD_ID: '7' } }),
    );
    await b.tmux.close();
    await until(async () => (await b.plain('list-sessions', '-F', '#{session_name}')) === 'stays');
    await expect(b.tmux.list()).rejects.toMatchObject({ code: 'unavailable' });
    const next = createTmux({ host: b.host, socket: b.socket, conf: CONF });
    let heard = '';
    await next.start({
      output: (_, bytes) => {
        heard += Buffer.from(bytes).toString();
      },
      gap() {},
      changed() {},
      resized() {},
      down() {},
    });
    const [found] = await next.list();
    expect(found).toMatchObject({ paneId: pane.paneId, markers: { QD_ID: '7' }, pid: pane.pid });
    await next.link(pane);
    await next.input(pane.paneId, Buffer.from('me\r'));
    await until(() => heard.includes('heard me'));
    await next.close();
  });

  test('the server holds nothing of the hub’s environment, and lives in a session of its own', async () => {
    const b = await bench({
      ...process.env,
      QD_TOKEN: 'hub-secret',
      ELECTRON_RUN_AS_NODE: '1',
      npm_config_x: 'y',
      MY_API_KEY: 'k',
    });
    const pane = await b.tmux.create(b.session('env', ['sh', '-c', 'env; exec sleep 1000']));
    await until(() => b.printed(pane.paneId).includes('TMUX_PANE='));
    const env = `${b.printed(pane.paneId)}\n${await b.plain('show-environment', '-g')}`;
    expect(env).not.toMatch(/hub-secret|ELECTRON|npm_config|MY_API_KEY|QD_TOKEN/);
    expect(env).toContain(`HOME=${process.env['HOME']}`);
    // Nor does what a person carries who looks in.
    await b.host.exec(['tmux', '-L', b.socket, 'new-session', '-d', '-s', 'person'], {
      env: { SSH_CONNECTION: 'p', DISPLAY: 'q' },
    });
    expect(await b.plain('show-environment', '-t', '=person')).not.toMatch(/=p|=q/);
    const server = Number(await b.plain('display-message', '-p', '#{pid}'));
    expect((await b.host.processes()).find((row) => row.pid === server)?.pgid).toBe(server);
  });

  test('a POSIX locale in the environment changes nothing', async () => {
    const b = await bench({ PATH: process.env['PATH'], HOME: process.env['HOME'], LC_ALL: 'POSIX', LANG: 'C' });
    const pane = await b.tmux.create(
      b.session('utf', ['sh', '-c', "printf 'é日本👍\\033]2;títle 日\\007|'; locale charmap; exec sleep 1000"]),
    );
    await until(() => b.printed(pane.paneId).includes('UTF-8'));
    const snapshot = await b.tmux.snapshot(pane.paneId, 10);
    expect(Buffer.from(snapshot.ansi).toString()).toContain('é日本👍|UTF-8');
    expect(snapshot.title).toBe('títle 日');
    expect((await b.tmux.list())[0]?.title).toBe('títle 日');
  });

  test('a missing or an old tmux is told with the way to get one', async () => {
    const b = await bench();
    const listener = { output() {}, gap() {}, changed() {}, resized() {}, down() {} };
    const none = createTmux({ host: b.host, socket: b.socket, conf: CONF, command: 'qd-no-tmux' });
    await expect(none.start(listener)).rejects.toMatchObject({
      code: 'not-installed',
      message: expect.stringContaining('install tmux'),
    });
    await b.host.write(`${b.dir}/bin/oldtmux`, '#!/bin/sh\necho tmux 3.1c\n', 0o755);
    const old = createTmux({
      host: createLocalHost({ env: { PATH: `${b.dir}/bin:/usr/bin:/bin` } }),
      socket: b.socket,
      conf: CONF,
      command: 'oldtmux',
    });
    await expect(old.start(listener)).rejects.toMatchObject({
      code: 'not-installed',
      message: expect.stringContaining('3.1c'),
    });
    const conf = createTmux({ host: b.host, socket: `${b.socket}-c`, conf: `${b.dir}/none.conf` });
    await expect(conf.start(listener)).rejects.toMatchObject({
      code: 'unavailable',
      message: expect.stringContaining('none.conf'),
    });
    await expect(conf.list()).rejects.toMatchObject({ code: 'unavailable' });
  });

  test('thirty sessions are listed by one command', async () => {
    const b = await bench();
    await Promise.all(
      Array.from({ length: 30 }, (_, i) =>
        b.tmux.create(b.session(`s${i}`, ['sleep', '1000'], { env: { QD_ID: `${i}` } })),
      ),
    );
    const rows = await b.tmux.list();
    expect(rows.map((row) => `${row.sessionName} ${row.markers['QD_ID']}`).toSorted()).toEqual(
      Array.from({ length: 30 }, (_, i) => `s${i} ${i}`).toSorted(),
    );
    await Promise.all(rows.map((row) => b.tmux.kill(row.sessionId)));
    expect(await b.tmux.list()).toEqual([]);
    expect(await b.plain('list-panes', '-a', '-F', '#{session_name}')).toBe('deck');
  });

  test('a program that fills the screen with words of the control protocol confuses nobody', async () => {
    const b = await bench();
    const script =
      'i=0; t=$(date +%s); while [ $i -lt 400 ]; do echo "%end $t $i 1"; echo "%begin $t $i 1"; echo "%exit"; i=$((i+1)); done; echo DONE; exec sleep 1000';
    const pane = await b.tmux.create(b.session('liar', ['sh', '-c', script]));
    await until(() => b.printed(pane.paneId).includes('DONE'));
    await until(async () =>
      Buffer.from((await b.tmux.snapshot(pane.paneId, 2_000)).ansi)
        .toString()
        .includes('DONE'),
    );
    expect((await b.tmux.list()).map((row) => row.sessionName)).toEqual(['liar']);
    expect(b.seen.downs).toEqual([]);
  });

  test('a server that never answers is not waited for without end', async () => {
    const b = await bench();
    const fake = `${b.dir}/bin/mute`;
    await b.host.write(fake, '#!/bin/sh\n[ "$1" = -V ] && echo tmux 3.3a && exit\nexec sleep 1000\n', 0o755);
    const mute = createTmux({ host: b.host, socket: b.socket, conf: CONF, command: fake });
    const started = mute.start({ output() {}, gap() {}, changed() {}, resized() {}, down() {} });
    await expect(started).rejects.toMatchObject({ code: 'unavailable' });
  }, 20_000);
});
