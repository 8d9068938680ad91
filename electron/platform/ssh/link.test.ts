/** The connection and the clocks: a machine that slept, a time that was set, a try that began before. Only time is turned by hand. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Cable, layCable, type Machine, noSshd, startMachine } from '../../../e2e/sshd.ts';
import { type Client, createClient, createTime, type Tested } from './testing.ts';

const HOUR = 60 * 60_000;

describe.skipIf(noSshd !== null)(`sleep and wake over ssh${noSshd === null ? '' : ` (skipped: ${noSshd})`}`, () => {
  let machine: Machine;
  let cable: Cable;
  let client: Client;
  beforeAll(async () => {
    machine = await startMachine();
    cable = await layCable(machine.port);
    client = await createClient();
    await client.knows(`[127.0.0.1]:${cable.port} ${machine.hostKey}`);
  });
  afterAll(async () => {
    await client?.end();
    await cable?.close();
    await machine?.stop();
  });

  let turn: ReturnType<typeof createTime>;
  let t: Tested;
  beforeEach(async () => {
    turn = createTime();
    t = client.remote({ host: '127.0.0.1', port: cable.port, identity: machine.key }, undefined, { time: turn.time });
    await t.until('live');
    return () => t.remote.close();
  });
  /** Milliseconds by the turned clock until it is so; the network has its time meanwhile. */
  const took = async (so: () => boolean): Promise<number> => {
    for (let ms = 0; ms < 20_000; ms += 50) {
      if (so()) return ms;
      await turn.pass(50, 50);
    }
    throw new Error(`never, but ${JSON.stringify(t.remote.state)}`);
  };
  /** What takes a machine's real time is not counted: it is one of this computer's, which may be busy. */
  const back = async (): Promise<number> => {
    const before = t.states.length;
    const ms = await took(() => t.states.slice(before).some(({ kind }) => kind === 'down'));
    const again = t.states.length;
    const more = await took(() => t.states.slice(again - 1).some(({ kind }) => kind === 'connecting'));
    await t.until('live');
    return ms + more;
  };

  it.each([
    ['only the clock on the wall went on', { wall: HOUR }],
    ['only the other clock went on', { steady: HOUR }],
    ['both went on', { wall: HOUR, steady: HOUR }],
    ['the time was set back meanwhile', { wall: -HOUR, steady: 10 * 60_000 }],
  ])('after a sleep in which %s a dead connection is made anew within two seconds', async (_, by) => {
    cable.forget();
    turn.leap(by);
    expect(await back()).toBeLessThan(1700);
    expect((await t.remote.host.exec(['true'])).code).toBe(0);
    // Time that only goes by wakes nobody.
    const states = t.states.length;
    turn.leap({ wall: -HOUR });
    await turn.pass(2000, 50);
    expect(t.states.length).toBe(states);
  });

  it('a connection that outlived the sleep stays', async () => {
    const states = t.states.length;
    turn.leap({ wall: HOUR });
    // A look at it begins with the next tick; it is answered before the clock goes on.
    await turn.pass(550, 50);
    expect((await t.remote.host.exec(['true'])).code).toBe(0);
    await turn.pass(2500, 50);
    expect(t.states.length).toBe(states);
    expect(t.remote.state.kind).toBe('live');
  });

  it('a try that began before the sleep is not waited for, nor one that waits for its turn', async () => {
    cable.cut();
    await took(() => t.remote.state.kind === 'down');
    await took(() => t.remote.state.kind === 'connecting');
    // The packets of that one are gone for good; the network is whole when it wakes.
    await expect.poll(() => cable.waiting).toBeGreaterThan(0);
    cable.forget();
    const tries = t.states.length;
    turn.leap({ wall: HOUR });
    expect(
      await took(() => t.states.slice(tries).some((state) => state.kind === 'connecting' && /^to /.test(state.step))),
    ).toBeLessThan(600);
    await t.until('live');
    // No network yet: it is tried again.
    cable.cut();
    turn.leap({ wall: HOUR });
    await took(() => t.remote.state.kind === 'down');
    await turn.pass(40 * 60_000, 1000);
    cable.mend();
    const before = t.states.length;
    turn.leap({ wall: HOUR });
    expect(
      await took(() => t.states.slice(before).some((state) => state.kind === 'connecting' && /^to /.test(state.step))),
    ).toBeLessThan(600);
    await t.until('live');
  });

  it('a try is called off once: where nothing had a turn for long, the next one goes on', async () => {
    cable.cut();
    await took(() => t.remote.state.kind === 'down');
    cable.stall();
    await took(() => t.remote.state.kind === 'connecting');
    const begun = () => t.states.filter((state) => state.kind === 'connecting' && /^to [^:]*$/.test(state.step)).length;
    const before = begun();
    for (let i = 0; i < 3; i += 1) {
      turn.leap({ steady: 10_000, wall: 10_000 });
      await turn.pass(500, 250);
    }
    expect(begun()).toBe(before + 1);
    cable.mend();
    await t.until('live');
  });

  it('a connection that is lost while it is looked around is given up at once', async () => {
    const slow = client.remote({ host: '127.0.0.1', port: cable.port, identity: machine.key }, undefined, {
      time: turn.time,
    });
    await expect
      .poll(() => slow.states.some((state) => state.kind === 'connecting' && /around/.test(state.step)))
      .toBe(true);
    await machine.down();
    expect(await slow.until('down')).toMatchObject({ reason: 'network' });
    await machine.up();
    await slow.remote.close();
  });
});
