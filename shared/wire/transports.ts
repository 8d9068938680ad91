/** Ways for frames to travel: memory, a MessagePort, a WebSocket. Text frames are strings, binary ones Uint8Arrays. */

export interface TransportEvents {
  /** Frames may be sent from now on. */
  open(): void;
  message(frame: string | Uint8Array): void;
  /** Once, whoever ended it; nothing comes after it. */
  close(code: number, reason: string): void;
}

export interface Transport {
  /** Once, before anything else. Events come after the caller's own turn, never from inside `start`. */
  start(events: TransportEvents): void;
  /** Without effect when the transport is not open. */
  send(frame: string | Uint8Array): void;
  close(code?: number, reason?: string): void;
  /** Bytes handed over and not yet taken by the network or the other side. */
  buffered(): number;
}

const sizeOf = (frame: string | Uint8Array) => frame.length;

/** Two ends in one process; what one sends the other hears a microtask later, in order. */
export function memoryPair(): readonly [Transport, Transport] {
  const ends: { events: TransportEvents | null; waiting: (string | Uint8Array)[] }[] = [];
  let open = true;
  const end = (mine: number): Transport => {
    const self: { events: TransportEvents | null; waiting: (string | Uint8Array)[] } = { events: null, waiting: [] };
    ends[mine] = self;
    let buffered = 0;
    return {
      start(events) {
        queueMicrotask(() => {
          if (!open) return;
          self.events = events;
          events.open();
          for (const frame of self.waiting.splice(0)) events.message(frame);
        });
      },
      send(frame) {
        const other = ends[1 - mine];
        if (!open || !other) return;
        buffered += sizeOf(frame);
        queueMicrotask(() => {
          buffered -= sizeOf(frame);
          if (!open) return;
          if (other.events) other.events.message(frame);
          else other.waiting.push(frame);
        });
      },
      close(code = 1000, reason = '') {
        if (!open) return;
        open = false;
        for (const each of ends) queueMicrotask(() => each.events?.close(code, reason));
      },
      buffered: () => buffered,
    };
  };
  return [end(0), end(1)];
}

/** What a DOM MessagePort, one of Node's and one of Electron's have in common, as far as it is used here. */
export interface PortLike {
  postMessage(message: unknown): void;
  start?(): void;
  close(): void;
  addEventListener?(kind: string, listener: (event: Event) => void): void;
  on?(kind: 'message' | 'close', listener: (event: unknown) => void): unknown;
}

/** Bytes received before the receiver says so to the sender: a port alone does not tell how far the other side is. */
const PORT_ACK = 64 * 1024;

/** Both ends of a port use this transport: objects between the frames carry how much was taken, and the farewell. */
export function portTransport(port: PortLike): Transport {
  let events: TransportEvents | null = null;
  let unacknowledged = 0;
  let taken = 0;
  const end = (code: number, reason: string) => {
    const told = events;
    events = null;
    told?.close(code, reason);
  };
  const hear = (event: unknown) => {
    // Electron and the DOM wrap the message in an event, Node's `on` gives it bare.
    const data: unknown = event !== null && typeof event === 'object' && 'data' in event ? event.data : event;
    if (typeof data === 'string' || data instanceof Uint8Array) {
      taken += sizeOf(data);
      if (taken >= PORT_ACK) {
        port.postMessage({ took: taken });
        taken = 0;
      }
      events?.message(data);
    } else if (data !== null && typeof data === 'object') {
      if ('took' in data && typeof data.took === 'number') unacknowledged = Math.max(0, unacknowledged - data.took);
      if ('bye' in data) end(Number(data.bye), 'why' in data ? String(data.why) : '');
    }
  };
  return {
    start(given) {
      events = given;
      const listen = (kind: 'message' | 'close', listener: (event: unknown) => void) =>
        port.addEventListener ? port.addEventListener(kind, listener) : port.on?.(kind, listener);
      listen('message', hear);
      listen('close', () => end(1006, 'the port was closed'));
      port.start?.();
      queueMicrotask(() => events?.open());
    },
    send(frame) {
      if (!events) return;
      unacknowledged += sizeOf(frame);
      port.postMessage(frame);
    },
    close(code = 1000, reason = '') {
      if (!events) return;
      port.postMessage({ bye: code, why: reason });
      // A turn later, so that the farewell leaves first.
      setTimeout(() => port.close(), 0);
      end(code, reason);
    },
    // Less than one acknowledgement may always be under way.
    buffered: () => Math.max(0, unacknowledged - PORT_ACK),
  };
}

/**
 * `url` is `ws:` or `wss:`. Browsers send their cookie by themselves; `token` is for Node, whose WebSocket takes headers:
 * a token never goes into the address, where proxies and histories keep it.
 */
export function webSocketTransport(url: string, { token }: { readonly token?: string } = {}): Transport {
  let socket: WebSocket | null = null;
  return {
    start(events) {
      const Node = WebSocket as unknown as new (to: string, init: { headers: Record<string, string> }) => WebSocket;
      const made =
        token === undefined ? new WebSocket(url) : new Node(url, { headers: { authorization: `Bearer ${token}` } });
      socket = made;
      made.binaryType = 'arraybuffer';
      made.onopen = () => events.open();
      made.onmessage = ({ data }: MessageEvent<string | ArrayBuffer>) =>
        events.message(typeof data === 'string' ? data : new Uint8Array(data));
      made.onclose = ({ code, reason }) => {
        made.onmessage = null;
        events.close(code, reason);
      };
    },
    send(frame) {
      if (socket?.readyState === WebSocket.OPEN) socket.send(frame as string | Uint8Array<ArrayBuffer>);
    },
    // Browsers let a page use only 1000 and codes of its own.
    close: (code = 1000, reason = '') =>
      socket?.close(code === 1000 || code >= 3000 ? code : 1000, reason.slice(0, 100)),
    buffered: () => socket?.bufferedAmount ?? 0,
  };
}
