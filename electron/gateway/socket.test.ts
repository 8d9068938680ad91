import { connect } from 'node:net';
import { AttachAddon } from '@xterm/addon-attach';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket as Ws } from 'ws';
import { readResize } from './socket.ts';
import { principal, startGateway, until } from './testing/fake-core.ts';

let hub: Awaited<ReturnType<typeof startGateway>>;
beforeAll(async () => {
  hub = await startGateway({ pace: { beat: 200, sweep: 50 } });
});
afterAll(() => hub.gateway.close());

interface Opened {
  readonly ws: Ws;
  readonly got: Buffer[];
  readonly closed: Promise<{ code: number; reason: string }>;
}
function dial(path: string, token = 'admin'): Promise<Opened> {
  const ws = new Ws(hub.ws + path, { headers: { authorization: `Bearer ${token}` } });
  const got: Buffer[] = [];
  ws.on('message', (data) => got.push(data as Buffer));
  const closed = new Promise<{ code: number; reason: string }>((resolve) =>
    ws.on('close', (code, reason) => resolve({ code, reason: reason.toString() })),
  );
  return new Promise((resolve, reject) => {
    ws.on('open', () => resolve({ ws, got, closed }));
    ws.on('error', reject);
  });
}
const heard = (name: string) => {
  const terminal = hub.terminals.findLast((t) => t.params['name'] === name);
  return { terminal, text: Buffer.concat(terminal?.heard ?? []).toString() };
};

describe('GET /ws/sessions/:name', () => {
  it('sends a reset and the screen, and takes bytes and sizes', async () => {
    const { ws, got } = await dial('/ws/sessions/a-1?cols=90&rows=20');
    await until(() => got.length === 2, 'the screen');
    expect(Buffer.concat(got).toString()).toBe('\x1bcscreen');
    expect(heard('a-1').terminal?.params).toMatchObject({ cols: 90, rows: 20, scrollback: 1000 });
    ws.send(Buffer.from([0, 255, 128, 27]));
    ws.send('{"resize":{"cols":100,"rows":30}}');
    ws.send('end');
    await until(() => heard('a-1').text.endsWith('end'), 'what was typed');
    expect(Buffer.concat(heard('a-1').terminal?.heard ?? [])).toEqual(Buffer.from([0, 255, 128, 27, 101, 110, 100]));
    expect(heard('a-1').terminal?.controls).toEqual([{ kind: 'resize', cols: 100, rows: 30 }]);
    ws.close();
    await until(() => heard('a-1').terminal?.closed === true, 'the far end closed');
  });
  it('types text that only looks like a size, byte for byte', async () => {
    const { ws } = await dial('/ws/sessions/a-2');
    const typed = [
      '{"type":"resize"',
      '{',
      '{"resize":{"cols":1}}',
      '{"resize":{"cols":80,"rows":24},"x":1}',
      '{"resize":{"cols":80,"rows":24,"x":1}}',
      '{"resize":{"cols":"80","rows":24}}',
      '{"resize":"x"}',
      '{"resize":{"cols":80,"rows":24}} ok',
      '{"type":"resize","cols":80,"rows":24}',
      'ü€😀\r',
    ];
    for (const text of typed) ws.send(text);
    await until(() => heard('a-2').text.length >= typed.join('').length, 'what was typed');
    expect(heard('a-2').text).toBe(typed.join(''));
    expect(heard('a-2').terminal?.controls).toEqual([]);
    ws.close();
  });
  it("works with xterm's attach add-on", async () => {
    const socket = new WebSocket(`${hub.ws}/ws/sessions/a-3`, { headers: { authorization: 'Bearer admin' } } as never);
    socket.binaryType = 'arraybuffer';
    await new Promise((resolve) => {
      socket.onopen = resolve;
    });
    const shown: (string | Uint8Array)[] = [];
    let type: (text: string) => void = () => undefined;
    let binary: (text: string) => void = () => undefined;
    // The four members of a terminal that the add-on touches.
    const terminal = {
      write: (data: string | Uint8Array) => shown.push(data),
      onData: (run: typeof type) => {
        type = run;
        return { dispose: () => undefined };
      },
      onBinary: (run: typeof binary) => {
        binary = run;
        return { dispose: () => undefined };
      },
    };
    new AttachAddon(socket).activate(terminal as never);
    type('{"a":1}ä\r');
    binary('\x1b[M\xff');
    await until(() => (heard('a-3').terminal?.heard.length ?? 0) === 2, 'what was typed');
    expect(Buffer.concat(heard('a-3').terminal?.heard ?? [])).toEqual(
      Buffer.concat([Buffer.from('{"a":1}ä\r'), Buffer.from([27, 91, 77, 255])]),
    );
    heard('a-3').terminal?.sink.bytes(Buffer.from('more'));
    await until(() => shown.length > 0 && Buffer.from(shown.at(-1) as Uint8Array).toString() === 'more', 'output');
    socket.close();
  });
  it('lets a reader look and not type, and says why it ends', async () => {
    const { ws, got } = await dial('/ws/sessions/a-4', 'reader');
    ws.send('rm -rf /');
    ws.send('{"resize":{"cols":100,"rows":30}}');
    await until(() => heard('a-4').terminal?.controls.length === 1 && got.length > 0, 'the size');
    expect(heard('a-4').text).toBe('');
    ws.close();
    expect(await (await dial('/ws/sessions/gone')).closed).toEqual({
      code: 4404,
      reason: 'there is no session "gone"',
    });
    const bad = await dial('/ws/sessions/a-5');
    bad.ws.send('{"resize":{"cols":100000,"rows":30}}');
    expect(await bad.closed).toMatchObject({ code: 1008, reason: expect.stringContaining('columns') });
    await expect(dial('/ws/sessions/a-6?cols=x')).rejects.toThrow('400');
    await expect(dial('/ws/sessions/two', 'limited')).rejects.toThrow('403');
    await expect(dial('/ws/sessions/nobody')).rejects.toThrow('404');
    await expect(dial('/ws/nothing')).rejects.toThrow('404');
  });
  it('reads sizes and nothing else', () => {
    expect(readResize(' {"resize": {"rows": 30, "cols": 100}}\n')).toEqual({ cols: 100, rows: 30 });
    expect(readResize('{"resize":{"cols":1.5,"rows":3}}')).toBeNull();
    expect(readResize('{"resize":{"cols":1,"rows":3,}}')).toBeNull();
    expect(readResize('{"resize":{}}')).toBeNull();
  });
});

describe('sockets', () => {
  it('are cut within a second of a revocation, whether or not the peer plays along', async () => {
    for (const [path, told] of [
      ['/wire', true],
      ['/ws/sessions/b-1', true],
      ['/wire', false],
      ['/ws/sessions/b-2', false],
    ] as const) {
      hub.principals.set('short', principal('short', ['read', 'type']));
      const one = await dial(path, 'short');
      const deaf = await dial(path, 'short');
      // A peer that neither reads nor answers the closing handshake, and keeps typing.
      deaf.ws.pause();
      const name = path.split('/').at(-1) ?? '';
      if (path !== '/wire') {
        deaf.ws.send('before');
        await until(() => heard(name).text === 'before', 'typing');
      }
      hub.principals.delete('short');
      const at = Date.now();
      // Without the news of it, such as when another process revoked it, the sweep finds out.
      if (told) hub.bus.emit('auth.revoked', { tokenIds: ['short'] });
      expect(await one.closed).toMatchObject({ code: 4401 });
      expect(Date.now() - at).toBeLessThan(1000);
      if (path !== '/wire') {
        deaf.ws.send('after');
        expect(hub.terminals.filter((t) => t.params['name'] === name).every((t) => t.closed)).toBe(true);
      }
      deaf.ws.resume();
      await deaf.closed;
      expect(Date.now() - at).toBeLessThan(2000);
      if (path !== '/wire') expect(heard(name).text).toBe('before');
    }
  });
  it('are limited per token', async () => {
    hub.principals.set('many', principal('many', ['read']));
    const open = await Promise.all(Array.from({ length: 64 }, () => dial('/wire', 'many')));
    await expect(dial('/wire', 'many')).rejects.toThrow('429');
    expect((await hub.get('/api/events', { token: 'many' })).status).toBe(429);
    open[0]?.ws.terminate();
    await open[0]?.closed;
    await (await dial('/wire', 'many')).ws.terminate();
    for (const { ws } of open) ws.terminate();
  });
  it('find a peer that has died without a word', async () => {
    // A plain TCP peer that never answers a ping.
    const socket = connect(hub.port, '127.0.0.1');
    socket.write(
      `GET /wire HTTP/1.1\r\nhost: 127.0.0.1:${hub.port}\r\nauthorization: Bearer admin\r\nconnection: Upgrade\r\n` +
        'upgrade: websocket\r\nsec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n',
    );
    socket.resume();
    await new Promise((resolve) => socket.on('close', resolve));
  });
  it('survive what is no upgrade', async () => {
    for (const extra of ['', 'sec-websocket-version: 1\r\n', 'upgrade: h2c\r\n']) {
      const answer = await new Promise<string>((resolve) => {
        let text = '';
        const socket = connect(hub.port, '127.0.0.1');
        socket.write(
          `POST /wire HTTP/1.1\r\nhost: 127.0.0.1:${hub.port}\r\nauthorization: Bearer admin\r\nconnection: Upgrade\r\nupgrade: websocket\r\n${extra}\r\n`,
        );
        socket.on('data', (d) => {
          text += d;
        });
        socket.on('close', () => resolve(text));
      });
      expect(answer).toMatch(/^HTTP\/1\.1 4/);
    }
  });
});
