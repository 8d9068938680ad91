import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, it } from 'vitest';
import { isFault } from '../../shared/fault.ts';
import { findHub } from './connect.ts';

const ends: (() => void)[] = [];
afterEach(() => {
  for (const end of ends.splice(0)) end();
});

async function answering(listener: RequestListener): Promise<string> {
  const server = createServer(listener).listen(0, '127.0.0.1');
  ends.push(() => {
    server.closeAllConnections();
    server.close();
  });
  await new Promise((resolve) => server.once('listening', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function ask(server: string, timeoutMs?: number): Promise<string> {
  const hub = await findHub({ server, token: 'qd_a_b' });
  try {
    await hub.call('hub.info', {}, timeoutMs);
  } catch (error) {
    if (isFault(error)) return `${error.code}: ${error.message}`;
    throw error;
  }
  return 'no fault';
}

// A hub that takes the connection and says nothing is no error of the network: only a deadline ends it.
it.each<[string, RequestListener]>([
  ['says nothing', () => undefined],
  ['begins an answer and stops', (_request, response) => void response.writeHead(200).write('{"version":')],
  [
    'drips without end',
    (_request, response) => {
      const timer = setInterval(() => response.write(' '), 20);
      response.on('close', () => clearInterval(timer));
    },
  ],
])('a server that %s is left at the deadline', async (_what, listener) => {
  expect(await ask(await answering(listener), 200)).toMatch(/^timeout: .*did not answer in time/);
});

it.each<[string, RequestListener]>([
  ['answers something else', (_request, response) => void response.end('<html>')],
  ['cuts its answer short', (_request, response) => void response.write('{', () => response.destroy())],
])('a server that %s is told as such', async (_what, listener) => {
  expect(await ask(await answering(listener))).toMatch(/^unreachable: /);
});
