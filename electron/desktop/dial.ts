/** The shell's way to the core: the WebSocket that everybody uses, with the token of the lock in a header. */
import WebSocket, { type RawData } from 'ws';
import type { Transport } from '../../shared/wire/transports.ts';
import type { CoreAt } from './core.ts';
import type { Socket, SocketEvents } from './page.ts';

const bytesOf = (data: RawData): Uint8Array =>
  Array.isArray(data) ? Buffer.concat(data) : data instanceof ArrayBuffer ? new Uint8Array(data) : data;

export function dialCore({ url, token }: Pick<CoreAt, 'url' | 'token'>, events: SocketEvents): Socket {
  const ws = new WebSocket(`${url.replace(/^http/, 'ws')}/wire`, {
    headers: { authorization: `Bearer ${token}` },
    perMessageDeflate: false,
    handshakeTimeout: 5000,
    maxPayload: 64 * 1024 * 1024,
  });
  let why = '';
  ws.on('open', () => events.open());
  ws.on('message', (data, binary) => {
    const bytes = bytesOf(data);
    // A copy of its own: what is posted to a page is cloned with the whole buffer behind it, and `ws` shares buffers.
    events.message(binary ? Uint8Array.from(bytes) : Buffer.from(bytes).toString());
  });
  ws.on('error', (error) => {
    why = error.message;
  });
  ws.on('close', (code, reason) => events.close(code, reason.toString() || why));
  return {
    send(frame) {
      if (ws.readyState === WebSocket.OPEN) ws.send(frame);
    },
    close(code = 1000, reason = '') {
      ws.close(code, reason);
      const timer = setTimeout(() => ws.terminate(), 500);
      ws.on('close', () => clearTimeout(timer));
    },
    pause: () => ws.pause(),
    resume: () => ws.resume(),
  };
}

/** The shell as a client of its own, for the tray and the notifications. `find` may start the core. */
export function coreTransport(find: () => Promise<CoreAt>): Transport {
  let socket: Socket | null = null;
  let over = false;
  return {
    start(events) {
      const close = (code: number, reason: string) => {
        if (over) return;
        over = true;
        events.close(code, reason);
      };
      find().then(
        (at) => {
          if (over) return;
          socket = dialCore(at, { open: events.open, message: events.message, close });
        },
        (error: unknown) => close(1006, error instanceof Error ? error.message : String(error)),
      );
    },
    send: (frame) => socket?.send(frame),
    close(code = 1000, reason = '') {
      if (socket) socket.close(code, reason);
      else over = true;
    },
    buffered: () => 0,
  };
}
