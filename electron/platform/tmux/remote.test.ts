/** Sessions on another machine, behind a real sshd and a cable that can be cut: nothing typed is lost or typed twice. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Cable, layCable, type Machine, noSshd, startMachine } from '../../../e2e/sshd.ts';
import type { Tmux } from '../ports.ts';
import { type Client, createClient, createTime, type Tested } from '../ssh/testing.ts';
import { createTmux } from './tmux.ts';

const CONF = join(import.meta.dirname, '../../../resources/tmux.conf');

describe.skipIf(noSshd !== null)(`tmux over ssh${noSshd === null ? '' : ` (skipped: ${noSshd})`}`, () => {
  let machine: Machine;
  let cable: Cable;
  let client: Client;
  let tested: Tested;
  let tmux: Tmux;
  const printed = new Map<string, string>();
  /** `looks`: what happened to the one who asked as soon as something was said to have changed. */
  const seen = { downs: 0, looks: [] as string[] };
  beforeAll(async () => {
    machine = await startMachine();
    cable = await layCable(machine.port);
    client = await createClient();
    await client.knows(`[127.0.0.1]:${cable.port} ${machine.hostKey}`);
    tested = client.remote({ host: '127.0.0.1', port: cable.port, identity: machine.key }, undefined, {
      pace: { beat: 200, answer: 600 },
      deadlines: { connect: 500, step: 2000 },
    });
    await tested.until('live');
    const { host } = tested.remote;
    await host.write(`${machine.home}/tmux.conf`, await readFile(CONF));
    tmux = createTmux({
      host,
      socket: 'far',
      conf: `${machine.home}/tmux.conf`,
      away: { until: () => tested.remote.live(), attach: ['ssh', '-t', 'far'] },
    });
    await tmux.start({
      output: (pane, bytes) => printed.set(pane, (printed.get(pane) ?? '') + Buffer.from(bytes).toString('latin1')),
      gap: () => undefined,
      changed: () =>
        void tmux.list().then(
          () => seen.looks.push('answered'),
          (error: unknown) => seen.looks.push(String(error)),
        ),
      resized: () => undefined,
      down: () => {
        seen.downs += 1;
      },
    });
  });
  afterAll(async () => {
    await tmux?.close();
    await client?.end();
    await cable?.close();
    await machine?.stop();
  });

  const session = (name: string, argv: readonly string[]) =>
    tmux.create({ name, argv, cwd: machine.home, env: { QD_SESSION: name }, cols: 80, rows: 24, historyLines: 1000 });
  const screen = async (pane: string) => Buffer.from((await tmux.snapshot(pane, 1000)).ansi).toString();

  it('makes sessions there, types, pastes and hears, as on this machine', async () => {
    const pane = await session('first', ['sh', '-c', 'read a; echo "got $a"; cat']);
    await tmux.type(pane.paneId, Buffer.from('hello\r'));
    await expect.poll(() => printed.get(pane.paneId)).toContain('got hello');
    await tmux.paste(pane.paneId, Buffer.from("it's $HOME\r"));
    await expect.poll(() => printed.get(pane.paneId)).toContain("it's $HOME");
    expect(
      (await machine.there(['tmux', '-L', 'far', 'list-sessions', '-F', '#{session_name}'])).split('\n'),
    ).toContain('first');
    expect(tmux.attachCommand('first')).toEqual(['ssh', '-t', 'far', 'tmux', '-L', 'far', 'attach', '-t', '=first']);
  });

  it('what is typed over cuts arrives once and in order, whenever the cut comes', async () => {
    const pane = await session('typed', ['sh', '-c', 'stty raw -echo; echo READY; exec cat >typed.bytes']);
    await expect.poll(() => printed.get(pane.paneId)).toContain('READY');
    let wanted = '';
    let n = 0;
    const type = (count: number): Promise<void>[] =>
      Array.from({ length: count }, () => {
        n += 1;
        const word = `${n},`;
        wanted += word;
        return tmux.type(pane.paneId, Buffer.from(word));
      });
    const sent: Promise<void>[] = [];
    for (let round = 0; round < 4; round += 1) {
      const downs = seen.downs;
      sent.push(...type(20));
      // In the middle of what is on its way, one round later each time.
      for (let turn = 0; turn < round; turn += 1) await new Promise((wake) => setImmediate(wake));
      cable.cut();
      sent.push(...type(20));
      await expect.poll(() => seen.downs, { timeout: 10_000 }).toBeGreaterThan(downs);
      sent.push(...type(20));
      expect(tmux.held(pane.paneId)).toBeGreaterThan(0);
      cable.mend();
      await tested.until('live');
      sent.push(...type(20));
      await Promise.all(sent);
    }
    expect(tmux.held(pane.paneId)).toBe(0);
    await expect
      .poll(async () => (await readFile(join(machine.home, 'typed.bytes'), 'utf8')).length)
      .toBe(wanted.length);
    expect(await readFile(join(machine.home, 'typed.bytes'), 'utf8')).toBe(wanted);
  });

  it('over a network that delivers late, what was sent before the loss is not typed again; nor is half of what is large', async () => {
    const pane = await session('late', ['sh', '-c', 'stty raw -echo; echo READY; exec cat >late.bytes']);
    await expect.poll(() => printed.get(pane.paneId)).toContain('READY');
    let wanted = '';
    const type = (words: string): Promise<void> => {
      wanted += words;
      return tmux.type(pane.paneId, Buffer.from(words));
    };
    const numbers = (from: number, count: number) => Array.from({ length: count }, (_, i) => `${from + i},`);
    const sent: Promise<void>[] = [];
    for (let round = 0; round < 4; round += 1) {
      const downs = seen.downs;
      const base = round * 100_000;
      sent.push(...numbers(base, 20).map(type));
      // Several lines of keys, and one piece of more than a line can hold.
      const large = [numbers(base + 1000, 2000).join(''), numbers(base + 10_000, 15_000).join('')];
      sent.push(type(large[round % 2] ?? ''));
      for (let turn = 0; turn < round; turn += 1) await new Promise((wake) => setImmediate(wake));
      cable.stall();
      sent.push(...numbers(base + 40_000, 20).map(type), type(large[(round + 1) % 2] ?? ''));
      await expect.poll(() => seen.downs, { timeout: 10_000 }).toBeGreaterThan(downs);
      sent.push(...numbers(base + 50_000, 20).map(type));
      cable.mend();
      await tested.until('live');
      await Promise.all(sent);
    }
    await expect
      .poll(async () => (await readFile(join(machine.home, 'late.bytes'), 'utf8')).length, { timeout: 20_000 })
      .toBe(wanted.length);
    expect(await readFile(join(machine.home, 'late.bytes'), 'utf8')).toBe(wanted);
  });

  it('who hears of the return finds all of it there, though the machine had ended our client meanwhile', async () => {
    const pane = await session('long', ['sh', '-c', 'echo READY; while read -r x; do echo "got $x"; done']);
    await expect.poll(() => printed.get(pane.paneId)).toContain('READY');
    const downs = seen.downs;
    cable.cut();
    await expect.poll(() => seen.downs, { timeout: 10_000 }).toBeGreaterThan(downs);
    void tmux.type(pane.paneId, Buffer.from('held\r'));
    // Somebody looked back there, and left it so.
    await machine.there(['tmux', '-L', 'far', 'copy-mode', '-t', '=long:']);
    // As it does by itself once it has heard nothing for a while; the deck goes with it.
    const [pid = ''] = (await machine.there(['tmux', '-L', 'far', 'list-clients', '-F', '#{client_pid}'])).split('\n');
    // None: it has done so already. Zero would be all processes of these tests.
    if (pid !== '') process.kill(Number(pid), 'SIGKILL');
    const decks = () => machine.there(['tmux', '-L', 'far', 'list-sessions', '-F', '#{session_name}']);
    await expect.poll(async () => (await decks()).split('\n')).not.toContain('deck');
    seen.looks.length = 0;
    cable.mend();
    await expect.poll(() => printed.get(pane.paneId), { timeout: 10_000 }).toContain('got held');
    await expect.poll(() => seen.looks, { timeout: 10_000 }).toContain('answered');
    expect(new Set(seen.looks)).toEqual(new Set(['answered']));
  });

  it('ten minutes without a network, by the clock: all that was typed comes in order, the screen is what tmux has', async () => {
    const MINUTE = 60_000;
    const turn = createTime();
    const way = await layCable(machine.port);
    await client.knows(`[127.0.0.1]:${way.port} ${machine.hostKey}`);
    const far = client.remote({ host: '127.0.0.1', port: way.port, identity: machine.key }, undefined, {
      time: turn.time,
    });
    await far.until('live');
    const heard = { text: '', downs: 0, returns: 0 };
    const engine = createTmux({
      host: far.remote.host,
      socket: 'ten',
      conf: `${machine.home}/tmux.conf`,
      away: { until: () => far.remote.live(), attach: [] },
    });
    try {
      await engine.start({
        output: (_, bytes) => {
          heard.text += Buffer.from(bytes).toString('latin1');
        },
        gap: () => undefined,
        changed: () => {
          heard.returns += 1;
        },
        resized: () => undefined,
        down: () => {
          heard.downs += 1;
        },
      });
      const { paneId } = await engine.create({
        name: 'ten',
        argv: ['sh', '-c', 'stty -echo; echo READY; while read -r x; do echo "got $x"; done'],
        cwd: machine.home,
        env: { QD_SESSION: 'ten' },
        cols: 80,
        rows: 24,
        historyLines: 2000,
      });
      await expect.poll(() => heard.text).toContain('READY');
      way.cut();
      const typed: string[] = [];
      const sent: Promise<void>[] = [];
      const type = (word: string): void => {
        typed.push(`got ${word}`);
        const done = engine.type(paneId, Buffer.from(`${word}\r`));
        // Where the test ends before, they are let go of.
        done.catch(() => undefined);
        sent.push(done);
      };
      type('before-it-is-noticed');
      // Silence for 15 s at the most is noticed, by the pace that people have.
      await turn.pass(15_000, 500);
      await expect.poll(() => heard.downs).toBe(1);
      expect(far.remote.state.kind).not.toBe('live');
      // Over there tmux ends our client when it has heard nothing for a while; the deck goes with it.
      await machine.forgetUs('ten');
      /** Milliseconds from each failure to the next try. */
      const gaps: number[] = [];
      far.remote.onState((state) => {
        if (state.kind === 'down') gaps.push((state.retryAt ?? Number.POSITIVE_INFINITY) - turn.time.now());
      });
      for (let minute = 1; minute <= 10; minute += 1) {
        type(`minute-${minute}`);
        await machine.there(['tmux', '-L', 'ten', 'send-keys', '-t', '=ten:', `there-${minute}`, 'Enter']);
        await turn.pass(MINUTE, 500);
        expect(far.remote.state.kind).not.toBe('live');
      }
      // Often enough to be back at once, and not a storm.
      expect(gaps.length).toBeGreaterThan(0);
      expect(Math.max(...gaps)).toBeLessThanOrEqual(1200);
      expect(Math.min(...gaps)).toBeGreaterThan(100);
      expect(engine.held(paneId)).toBe(typed.join('').replaceAll('got ', '').length + typed.length);
      way.mend();
      // The try under way hears that its end is gone; the next one comes within a second or so.
      await expect.poll(() => far.remote.state.kind).toMatch(/^(down|live)$/);
      const mended = far.states.length;
      let waited = 0;
      for (; far.states.length === mended && far.remote.state.kind !== 'live' && waited < 5000; waited += 50)
        await turn.pass(50, 50);
      expect(waited).toBeLessThan(1500);
      await Promise.all(sent);
      expect(engine.held(paneId)).toBe(0);
      type('after');
      await Promise.all(sent);
      const now = async () => Buffer.from((await engine.snapshot(paneId, 2000)).ansi).toString();
      await expect.poll(now).toContain('got after');
      const there = await machine.there(['tmux', '-L', 'ten', 'capture-pane', '-p', '-S', '-', '-t', '=ten:']);
      expect((await now()).trimEnd()).toBe(there.trimEnd());
      const lines = there.split('\n').filter((line) => line.startsWith('got '));
      expect(lines.filter((line) => !line.includes('there-'))).toEqual(typed);
      expect(lines.filter((line) => line.includes('there-'))).toHaveLength(10);
    } finally {
      await engine.close();
      await far.remote.close();
      await way.close();
    }
  });

  it('after a cut the screen is what tmux has, and a reboot is told as an empty list', async () => {
    // The machine may be so busy that the connection was just lost once more.
    await expect
      .poll(
        () =>
          tmux
            .list()
            .then(() => true)
            .catch(() => false),
        { timeout: 20_000 },
      )
      .toBe(true);
    const pane = await session('prints', ['sh', '-c', 'i=0; while read x; do i=$((i+1)); echo "line $i"; done']);
    const downs = seen.downs;
    cable.cut();
    // Typed on the machine itself, so it prints while nobody hears.
    await machine.there(['tmux', '-L', 'far', 'send-keys', '-t', '=prints:', 'a', 'Enter', 'b', 'Enter']);
    await expect.poll(() => seen.downs, { timeout: 10_000 }).toBeGreaterThan(downs);
    cable.mend();
    await expect.poll(() => screen(pane.paneId).catch(() => ''), { timeout: 10_000 }).toContain('line 2');
    const there = await machine.there(['tmux', '-L', 'far', 'capture-pane', '-p', '-t', '=prints:']);
    expect((await screen(pane.paneId)).trimEnd()).toBe(there.trimEnd());
    expect(there).toContain('line 2');
    await machine.reboot();
    await expect.poll(() => tmux.list().catch(() => null), { timeout: 15_000 }).toEqual([]);
    await expect(tmux.type(pane.paneId, Buffer.from('x'))).rejects.toMatchObject({ code: 'not-found' });
  });
});
