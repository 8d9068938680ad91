import { createServer } from 'node:http';
import { type AddressInfo, connect, createServer as createTcp } from 'node:net';
import { networkInterfaces } from 'node:os';
import { afterEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { createGateway, type Gateway } from './gateway.ts';
import { createFakeCore, startGateway, until } from './testing/fake-core.ts';

const gateways: Gateway[] = [];
afterEach(async () => {
  for (const gateway of gateways.splice(0)) await gateway.close();
});
function gateway() {
  const made = createGateway({ core: createFakeCore().core });
  gateways.push(made);
  return made;
}

describe('listening', () => {
  it('binds several addresses to one port and names only what listens', async () => {
    const { port, urls, addresses } = await gateway().listen({ port: 0, bind: ['127.0.0.1', '[::1]', '127.0.0.1'] });
    expect(addresses).toEqual(['127.0.0.1', '::1']);
    expect(urls).toEqual({ local: `http://127.0.0.1:${port}`, lan: [] });
    for (const host of ['127.0.0.1', '[::1]', 'localhost']) {
      expect((await fetch(`http://${host}:${port}/health`)).status, host).toBe(200);
    }
  });
  it('tells the addresses of the machine when bound to all of them', async () => {
    const { port, urls } = await gateway().listen({ port: 0, bind: ['0.0.0.0'] });
    const real = Object.values(networkInterfaces())
      .flatMap((i) => i ?? [])
      .filter((i) => i.family === 'IPv4' && !i.address.startsWith('127.'))
      .map((i) => `http://${i.address}:${port}`);
    expect(urls.local).toBe(`http://127.0.0.1:${port}`);
    expect(urls.lan).toEqual([...new Set(real)]);
  });
  it('says who holds a port that is taken, and leaves them alone', async () => {
    const hub = await startGateway();
    gateways.push(hub.gateway);
    hub.answers.set('hub.health', () => ({ status: 'ok', version: '1.2.3' }));
    const first = hub.listening;
    await expect(gateway().listen({ port: first.port })).rejects.toMatchObject({
      code: 'taken',
      message: expect.stringMatching(/Quarterdeck 1\.2\.3 \(pid \d+\).*--port 0/),
      data: { port: first.port, quarterdeck: true, pid: process.pid },
    });
    expect((await fetch(`${first.urls.local}/health`)).status).toBe(200);
    // A holder that takes connections and never answers.
    const silent = createTcp().listen(0, '127.0.0.1');
    await new Promise((resolve) => silent.once('listening', resolve));
    const at = Date.now();
    const { port } = silent.address() as AddressInfo;
    await expect(gateway().listen({ port })).rejects.toMatchObject({
      code: 'taken',
      message: expect.stringContaining(`(pid ${process.pid})`),
      data: { quarterdeck: false },
    });
    expect(Date.now() - at).toBeLessThan(3000);
    silent.close();
    // One that answers nonsense without end.
    const endless = createServer((_request, response) => {
      response.write('x'.repeat(1000));
    }).listen(0, '127.0.0.1');
    await new Promise((resolve) => endless.once('listening', resolve));
    await expect(gateway().listen({ port: (endless.address() as AddressInfo).port })).rejects.toMatchObject({
      data: { quarterdeck: false },
    });
    endless.closeAllConnections();
    endless.close();
  });
  it('says what is wrong with an address', async () => {
    for (const bind of ['example.com', '127.0.0.1:80', '', '300.1.1.1', '192.0.2.1']) {
      await expect(gateway().listen({ port: 0, bind: [bind] }), bind).rejects.toMatchObject({ code: 'invalid' });
    }
  });
});

describe('slow peers', () => {
  it('are cut when their headers or bodies do not come, and harm nobody', async () => {
    const hub = gateway();
    const { port, urls } = await hub.listen({ port: 0, timeouts: { headers: 200, request: 600 } });
    const slow = Array.from({ length: 200 }, (_, i) => {
      const socket = connect(port, '127.0.0.1');
      const start =
        i % 2 === 0
          ? 'GET /health HTTP/1.1\r\nhost: a'
          : `POST /api/login HTTP/1.1\r\nhost: 127.0.0.1:${port}\r\ncontent-length: 100\r\n\r\n{`;
      socket.write(start);
      let text = '';
      socket.on('data', (d) => {
        text += d;
      });
      socket.on('error', () => undefined);
      return new Promise<string>((resolve) => socket.on('close', () => resolve(text)));
    });
    const at = Date.now();
    expect((await fetch(`${urls.local}/health`)).status).toBe(200);
    expect(Date.now() - at).toBeLessThan(1000);
    for (const text of await Promise.all(slow)) expect(text).toMatch(/^HTTP\/1\.1 (408|400)/);
  });
  it('do not end streams and long waits', async () => {
    const hub = await startGateway();
    gateways.push(hub.gateway);
    const quick = await hub.gateway.listen({ port: 0, timeouts: { headers: 100, request: 200 } });
    hub.answers.set('hub.doctor', () => new Promise((resolve) => setTimeout(() => resolve([]), 1500)));
    const headers = { authorization: 'Bearer admin' };
    const stream = await fetch(`${quick.urls.local}/api/events`, { headers });
    const long = await fetch(`${quick.urls.local}/api/doctor`, { headers });
    expect(await long.json()).toEqual([]);
    hub.events.put({ id: 1, at: 1, type: 'session.state', sessionId: null, data: {} });
    const reader = stream.body?.getReader();
    let text = '';
    while (!text.includes('session.state')) text += new TextDecoder().decode((await reader?.read())?.value);
    await reader?.cancel();
  });
});

describe('closing', () => {
  it('ends within two seconds, whatever is open', async () => {
    const hub = await startGateway();
    hub.answers.set('hub.doctor', () => new Promise(() => undefined));
    const hangs = hub.get('/api/doctor').catch(() => 'cut');
    const stream = await hub.get('/api/events');
    const drained = stream.text().catch(() => 'cut');
    const ws = new WebSocket(`${hub.ws}/wire`, { headers: { authorization: 'Bearer admin' } });
    const deaf = new WebSocket(`${hub.ws}/ws/sessions/x`, { headers: { authorization: 'Bearer admin' } });
    const codes: number[] = [];
    for (const each of [ws, deaf]) {
      await new Promise((resolve) => each.on('open', resolve));
      each.on('close', (code) => codes.push(code));
    }
    deaf.pause();
    const idle = connect(hub.port, '127.0.0.1');
    await until(() => idle.readyState === 'open', 'an idle socket');
    const at = Date.now();
    await hub.gateway.close();
    expect(Date.now() - at).toBeLessThan(2000);
    await Promise.all([hangs, drained]);
    await until(() => codes.includes(1001), 'the close code');
    deaf.terminate();
    await expect(fetch(`${hub.url}/health`)).rejects.toThrow();
  });
});
