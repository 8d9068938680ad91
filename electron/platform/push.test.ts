import { createECDH, randomBytes } from 'node:crypto';
import type { lookup } from 'node:dns';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, it } from 'vitest';
import { isFault } from '../../shared/fault.ts';
import { isPublicAddress } from './public-address.ts';
import { createPushSender, retryAfterMs } from './push.ts';

const browser = createECDH('prime256v1');
const keys = { p256dh: browser.generateKeys('base64url'), auth: randomBytes(16).toString('base64url') };
const message = { payload: '{}', ttl: 60, urgency: 'high', topic: 'topic' } as const;

it('knows the public internet from every private corner', () => {
  const refused =
    '127.0.0.1 10.1.2.3 172.31.0.1 192.168.1.1 169.254.169.254 100.100.1.1 0.0.0.0 255.255.255.255 224.0.0.1 198.18.0.1 ::1 :: fe80::1 fe80::1%eth0 fd00::1 ::ffff:8.8.8.8 ::ffff:127.0.0.1 64:ff9b::7f00:1 2002:7f00:1:: 2001::1 2001:db8::1 ff02::1 localhost 1.2.3 01.2.3.4';
  for (const address of refused.split(' ')) expect(isPublicAddress(address), address).toBe(false);
  for (const address of ['8.8.8.8', '142.250.1.1', '172.32.0.1', '2a00:1450:4001::1', '2606:4700::1111'])
    expect(isPublicAddress(address), address).toBe(true);
});

it('reads how long a service asks to wait', () => {
  expect(['5', ' 5 ', '0', '999999', 'Thu, 01 Jan 1970 00:01:00 GMT', 'soon'].map((h) => retryAfterMs(h, 0))).toEqual([
    5000,
    5000,
    0,
    3600_000,
    60_000,
    null,
  ]);
  expect(retryAfterMs(undefined, 0)).toBeNull();
});

it('connects to no private address that a public name stands for, not even as one of several', async () => {
  let connected = 0;
  const server = createServer(() => undefined).on('connection', () => {
    connected += 1;
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const answers = [['127.0.0.1'], ['8.8.8.8', '127.0.0.1'], ['::ffff:127.0.0.1'], ['192.168.0.1']];
  for (const addresses of answers) {
    const sender = createPushSender({
      lookup: ((_name: string, _options: unknown, done: (error: null, all: object[]) => void) =>
        done(
          null,
          addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
        )) as unknown as typeof lookup,
    });
    const target = { endpoint: 'https://push.example.com/x', keys };
    expect(sender.refusal(target, [])).toBeNull();
    const by = { keys: sender.newKeys(), contact: 'mailto:a@example.com', hosts: [] };
    const error = await sender.send(target, message, by).catch((e: unknown) => e);
    expect(isFault(error, 'refused'), String(error)).toBe(true);
  }
  expect(connected).toBe(0);
  await new Promise((resolve) => server.close(resolve));
});

it('follows no redirect, and stops reading a service that talks without end', async () => {
  const asked: (string | undefined)[] = [];
  const server = createServer((request, answer) => {
    asked.push(request.url);
    if (request.url === '/moved') answer.writeHead(307, { location: '/elsewhere' }).end();
    else {
      answer.writeHead(500);
      const more = () => {
        while (!answer.destroyed && answer.write('x'.repeat(1000)));
      };
      answer.on('drain', more);
      more();
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const sender = createPushSender();
  const by = { keys: sender.newKeys(), contact: 'mailto:a@example.com', hosts: ['127.0.0.1'] };
  const at = (path: string) => ({
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}${path}`,
    keys,
  });
  expect(await sender.send(at('/moved'), message, by)).toMatchObject({ status: 307 });
  const endless = await sender.send(at('/endless'), message, by);
  expect(endless).toMatchObject({ status: 500 });
  expect(endless.said.length).toBeLessThanOrEqual(2048);
  expect(asked).toEqual(['/moved', '/endless']);
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  const error = await sender.send({ endpoint: 'http://127.0.0.1:1/x', keys }, message, by).catch((e: unknown) => e);
  expect(isFault(error, 'unreachable'), String(error)).toBe(true);
});
