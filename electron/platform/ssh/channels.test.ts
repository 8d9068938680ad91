/** How many channels a server allows, learnt from its refusals: against a server whose count can be turned by hand. */
import { Client, Server, utils } from 'ssh2';
import { afterEach, expect, it } from 'vitest';
import { createChannels, type Running } from './channels.ts';

const ends: (() => void)[] = [];
afterEach(() => {
  for (const end of ends.splice(0)) end();
});

/** `state.counted`: what it believes to stand; ends are taken off only where `state.late` is not set. */
async function serve(most: number) {
  const state = { most, counted: 0, late: false, refused: 0 };
  const { private: hostKey } = utils.generateKeyPairSync('ed25519');
  const server = new Server({ hostKeys: [hostKey] }, (connection) => {
    connection.on('error', () => undefined);
    connection.on('authentication', (context) => context.accept());
    connection.on('request', (_accept, refuse) => refuse?.());
    connection.on('session', (accept, refuse) => {
      if (state.counted >= state.most) {
        state.refused += 1;
        refuse();
        return;
      }
      state.counted += 1;
      accept().on('exec', (acceptExec) => {
        const stream = acceptExec();
        stream.on('close', () => {
          if (!state.late) state.counted -= 1;
        });
        stream.on('end', () => {
          stream.exit(0);
          stream.end();
        });
        stream.resume();
      });
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  const client = new Client();
  await new Promise<void>((resolve, reject) => {
    client.on('ready', () => resolve());
    client.on('error', reject);
    client.connect({ host: '127.0.0.1', port: address.port, username: 'x', password: 'x' });
  });
  ends.push(() => {
    client.end();
    server.close();
  });
  let now = 0;
  const channels = createChannels(client, () => now);
  return {
    state,
    channels,
    pass(ms: number) {
      now += ms;
    },
    /** What was asked for until now has its answer. */
    answered: () => new Promise<void>((resolve) => client.unforwardIn('127.0.0.1', 1, () => resolve())),
    open: (lasts = false) => channels.exec('x', performance.now() + 10_000, lasts),
    async end({ channel }: Running) {
      const closed = new Promise((resolve) => channel.once('close', resolve));
      channel.resume();
      channel.end();
      await closed;
    },
  };
}

it('what was learnt too low, as ends were counted late, is found out after a while; what is right stays', async () => {
  const { state, channels, pass, answered, open, end } = await serve(4);
  const [first, ...others] = await Promise.all(Array.from({ length: 4 }, () => open()));
  if (!first) throw new Error('none');
  state.late = true;
  await end(first);
  const waiting = [open()];
  await expect.poll(() => channels.most).toBe(3);
  Object.assign(state, { late: false, counted: 3 });
  // Not before it was quiet for long: they wait although they would be let in.
  const { refused } = state;
  pass(59_000);
  waiting.push(open(), open());
  await answered();
  expect([state.refused, state.counted]).toEqual([refused, 3]);
  pass(2000);
  waiting.push(open());
  const climbed = await Promise.race(waiting);
  await expect.poll(() => channels.most).toBe(4);
  // One more was tried at once, and refused: it is believed for twice as long.
  await expect.poll(() => state.refused).toBe(refused + 1);
  pass(100_000);
  waiting.push(open());
  await answered();
  expect([channels.most, state.refused, state.counted]).toEqual([4, refused + 1, 4]);
  // Nobody was lost over it.
  for (const each of [...others, climbed]) await end(each);
  for (const each of await Promise.all(waiting)) if (each !== climbed) await end(each);
  expect(channels.most).toBe(4);
});

it('a server with room for all that is ever wanted is said to have no bound', async () => {
  const { state, channels, pass, open, end } = await serve(8);
  const held = await Promise.all(Array.from({ length: 8 }, () => open()));
  const waiting = Array.from({ length: 3 }, () => open());
  await expect.poll(() => channels.most).toBe(8);
  state.most = 20;
  pass(61_000);
  waiting.push(open());
  await expect.poll(() => channels.most).toBe(null);
  for (const each of held) await end(each);
  for (const each of await Promise.all(waiting)) await end(each);
});

it('one that allows a single channel is asked again now and then, and says so each time', async () => {
  const { state, channels, pass, open } = await serve(1);
  await open(true);
  await expect(open()).rejects.toMatchObject({ message: expect.stringMatching(/allows 1 channel .*MaxSessions/) });
  const refused = state.refused;
  await expect(open()).rejects.toMatchObject({ code: 'unavailable' });
  expect(state.refused).toBe(refused);
  pass(61_000);
  await expect(open()).rejects.toMatchObject({ message: expect.stringMatching(/allows 1 channel /) });
  expect(state.refused).toBe(refused + 1);
  // It was late with what had ended, and is not any more.
  state.most = 2;
  pass(121_000);
  await open();
  await expect.poll(() => channels.most).toBe(2);
});
