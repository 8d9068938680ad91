/** Passwords and second factors, against a server that asks for them: OpenSSH would need accounts of the system for that. */
import { execFileSync } from 'node:child_process';
import { chmod, mkdtemp, open, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type AuthContext, Server } from 'ssh2';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Client, createClient } from './testing.ts';

let dir: string;
let client: Client;
let hostKey: Buffer;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'qd-dialogue-'));
  await chmod(dir, 0o700);
  execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', join(dir, 'host')]);
  hostKey = await readFile(join(dir, 'host'));
  client = await createClient();
  await client.config('StrictHostKeyChecking accept-new');
});
afterAll(async () => {
  await client.end();
  await rm(dir, { recursive: true, force: true });
});

/** A server that lets in by `decide`, and answers every command as a machine with a home would. */
async function serve(
  decide: (context: AuthContext) => void,
): Promise<{ port: number; close(): void; tries: string[] }> {
  const tries: string[] = [];
  const server = new Server({ hostKeys: [hostKey] }, (connection) => {
    connection.on('error', () => undefined);
    connection.on('authentication', (context) => {
      tries.push(context.method);
      decide(context);
    });
    connection.on('request', (accept) => accept?.());
    connection.on('session', (acceptSession) => {
      acceptSession().on('exec', (acceptExec) => {
        const stream = acceptExec();
        stream.write('qd-account-follows\0/home/x\0Linux\0/bin/sh\0qd-environment-follows\0PATH=/bin\0');
        stream.exit(0);
        stream.end();
      });
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  return { port, close: () => server.close(), tries };
}
const wish = (port: number) => ({ host: '127.0.0.1', port, user: 'someone' });

it('asks for a password, again when it was wrong, and knows it for the next connection', async () => {
  const server = await serve((context) => {
    if (context.method !== 'password') return context.reject(['password']);
    if (context.password === 'right') context.accept();
    else context.reject(['password']);
  });
  const given = ['wrong', 'right'];
  const t = client.remote(wish(server.port), () => [given.shift() ?? '']);
  await t.until('live');
  expect(t.asked.map(({ kind, text }) => [kind, text])).toEqual([
    ['password', ''],
    ['password', 'That was not the password. Try again.'],
  ]);
  expect(t.asked[0]?.prompts).toEqual([{ text: 'Password', echo: false }]);
  expect(t.remote.host.home).toBe('/home/x');
  await t.remote.close();
  server.close();
});

it('a password that is wrong three times is told, and nothing is tried again by itself', async () => {
  const server = await serve((context) => context.reject(['password']));
  const t = client.remote(wish(server.port), () => ['wrong']);
  const down = await t.until('down');
  expect(down).toMatchObject({ reason: 'unanswered', retryAt: null });
  expect(JSON.stringify(down)).toMatch(/does not let someone in.*the password/);
  expect(t.asked).toHaveLength(3);
  server.close();
});

it('hands on what the server asks, several prompts and a second factor after a key, with its words made harmless', async () => {
  const server = await serve((context) => {
    if (context.method !== 'keyboard-interactive') return context.reject(['keyboard-interactive']);
    context.prompt(
      [
        { prompt: 'Token\x1b]0;evil\x07: ', echo: true },
        { prompt: 'PIN: ', echo: false },
      ],
      'Second\x1b[31m factor',
      'Look at your phone\x07',
      (answers) => {
        if (answers.join() === '123456,9999') context.accept();
        else context.reject(['keyboard-interactive']);
      },
    );
  });
  const given = [
    ['000000', '0000'],
    ['123456', '9999'],
  ];
  const t = client.remote(wish(server.port), () => given.shift() ?? null);
  await t.until('live');
  expect(t.asked).toHaveLength(2);
  expect(t.asked[0]).toMatchObject({ kind: 'answers', title: 'Second factor', text: 'Look at your phone' });
  expect(t.asked[0]?.prompts.map(({ echo }) => echo)).toEqual([true, false]);
  expect(JSON.stringify(t.asked)).not.toMatch(/\\u001b|\\u0007/);
  expect(t.asked[1]?.text).toMatch(/not accepted/);
  await t.remote.close();
  server.close();
});

it('a person who does not want to answer ends the try, and is not asked again until somebody connects', async () => {
  const server = await serve((context) => {
    if (context.method !== 'keyboard-interactive') return context.reject(['keyboard-interactive']);
    context.prompt([{ prompt: 'Code: ', echo: false }], 'x', 'y', () => context.reject());
  });
  const t = client.remote(wish(server.port), () => null);
  expect(await t.until('down')).toMatchObject({ reason: 'unanswered', retryAt: null });
  expect(t.asked).toHaveLength(1);
  t.remote.connect();
  await t.until('connecting');
  await t.until('down');
  expect(t.asked).toHaveLength(2);
  server.close();
});

it('an answer to a question of the past changes nothing, and time to think is not counted', async () => {
  const server = await serve((context) => {
    if (context.method !== 'password') return context.reject(['password']);
    if (context.password === 'right') context.accept();
    else context.reject();
  });
  const t = client.remote(wish(server.port), () => undefined, { deadlines: { step: 300 } });
  const asking = await t.until('asking');
  if (asking.kind !== 'asking') throw new Error('it does not ask');
  expect(t.remote.answer('another', ['right'])).toBe(false);
  // Longer than a step may take.
  await new Promise((wake) => setTimeout(wake, 700));
  expect(t.remote.state.kind).toBe('asking');
  expect(t.remote.answer(asking.id, ['right'])).toBe(true);
  expect(t.remote.answer(asking.id, ['right'])).toBe(false);
  await t.until('live');
  await t.remote.close();
  server.close();
});

it('a server that takes a connection and closes it at once is not waited for', async () => {
  const server = createServer((socket) => socket.resetAndDestroy());
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  // The keys that are known are still being read while that happens.
  const keys = join(dir, 'known');
  execFileSync('mkfifo', [keys]);
  await client.config(`Host shut\n  HostName 127.0.0.1\n  Port ${port}\n  UserKnownHostsFile ${keys}`);
  const t = client.remote({ host: 'shut' });
  try {
    expect(await t.until('down', 8000)).toMatchObject({ reason: 'network' });
  } finally {
    await t.remote.close();
    // Whoever reads it comes to its end.
    await (await open(keys, 'r+')).close();
    server.close();
  }
});
