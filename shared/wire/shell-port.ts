/**
 * The page's half of the one port between a page and the desktop shell. `connect` makes transports for the wire, one at a
 * time, as a WebSocket would; `ask` and `on` speak with the shell itself; `tty` is a terminal of the shell's own.
 */

import type { z } from 'zod';
import {
  type FromShell,
  SHELL_NEWS,
  SHELL_VERBS,
  type ShellInput,
  type ShellNews,
  type ShellOutput,
  type ShellVerb,
} from '../desktop.ts';
import { Fault } from '../fault.ts';
import type { PortLike, Transport, TransportEvents } from './transports.ts';

export interface TtyEvents {
  bytes(chunk: Uint8Array): void;
  ended(status: number | null): void;
}
export interface ShellPort {
  connect(): Transport;
  ask<V extends ShellVerb>(verb: V, input: ShellInput<V>): Promise<ShellOutput<V>>;
  on<K extends ShellNews>(kind: K, listener: (data: z.output<(typeof SHELL_NEWS)[K]>) => void): () => void;
  /** What comes from the terminal of that number, from now on. */
  tty(
    id: number,
    events: TtyEvents,
  ): { typed(bytes: Uint8Array): void; sized(cols: number, rows: number): void; close(): void };
}

/** Bytes taken before the shell is told: a port alone does not tell how far the other side is. */
const TOOK_EVERY = 64 * 1024;

export function createShellPort(port: PortLike): ShellPort {
  let line: { readonly n: number; readonly events: TransportEvents; open: boolean } | null = null;
  let lines = 0;
  let asks = 0;
  let taken = 0;
  const waiting = new Map<
    number,
    { readonly resolve: (output: unknown) => void; readonly reject: (fault: Fault) => void }
  >();
  const listeners = new Map<string, Set<(data: never) => void>>();
  const untold = new Map<string, unknown>();
  const ttys = new Map<number, TtyEvents>();
  /** What a terminal printed before anybody listened: its number is answered a turn earlier than it is known here. */
  const early = new Map<number, FromShell[]>();

  const took = (size: number) => {
    taken += size;
    if (taken < TOOK_EVERY) return;
    port.postMessage({ took: taken });
    taken = 0;
  };
  const hearTty = (events: TtyEvents, message: FromShell) => {
    if ('printed' in message) {
      took(message.bytes.length);
      events.bytes(message.bytes);
    } else if ('ended' in message) {
      ttys.delete(message.ended);
      events.ended(message.status);
    }
  };
  const hear = (message: FromShell) => {
    if ('line' in message) {
      if (!line || message.n !== line.n) return;
      if (message.line === 'opened') {
        line.open = true;
        line.events.open();
      } else {
        const { events } = line;
        line = null;
        events.close(message.code, message.reason);
      }
    } else if ('answer' in message) {
      const asked = waiting.get(message.answer);
      waiting.delete(message.answer);
      if ('fault' in message) {
        asked?.reject(Fault.read(message.fault) ?? new Fault('internal', message.fault.message));
      } else asked?.resolve(message.output);
    } else if ('tell' in message) {
      const news = SHELL_NEWS[message.tell as ShellNews];
      const data = news?.safeParse(message.data);
      if (!data?.success) return;
      const heard = listeners.get(message.tell);
      // Said while the page was still being drawn: for whoever listens first.
      if (!heard) untold.set(message.tell, data.data);
      for (const listener of [...(heard ?? [])]) listener(data.data as never);
    } else {
      const id = 'printed' in message ? message.printed : message.ended;
      const events = ttys.get(id);
      if (events) hearTty(events, message);
      else early.set(id, [...(early.get(id) ?? []), message]);
    }
  };
  const listen = (event: unknown) => {
    const data: unknown = event !== null && typeof event === 'object' && 'data' in event ? event.data : event;
    if (typeof data === 'string' || data instanceof Uint8Array) {
      took(data.length);
      // Frames of a line that was given up arrive until the shell has heard of it.
      if (line?.open) line.events.message(data);
    } else if (data !== null && typeof data === 'object') hear(data as FromShell);
  };
  if (port.addEventListener) port.addEventListener('message', listen);
  else port.on?.('message', listen);
  port.start?.();

  return {
    connect() {
      const n = ++lines;
      return {
        start(events) {
          line = { n, events, open: false };
          port.postMessage({ line: 'open', n });
        },
        send(frame) {
          if (line?.n === n && line.open) port.postMessage(frame);
        },
        close(code = 1000, reason = '') {
          if (line?.n !== n) return;
          const { events } = line;
          line = null;
          port.postMessage({ line: 'shut', n });
          queueMicrotask(() => events.close(code, reason));
        },
        // What is typed leaves at once; the shell itself waits for the socket behind it.
        buffered: () => 0,
      };
    },
    ask(verb, input) {
      const id = ++asks;
      return new Promise((resolve, reject) => {
        waiting.set(id, { resolve: (output) => resolve(SHELL_VERBS[verb].output.parse(output) as never), reject });
        port.postMessage({ ask: id, verb, input });
      });
    },
    on(kind, listener) {
      const set = listeners.get(kind) ?? new Set();
      listeners.set(kind, set);
      set.add(listener as (data: never) => void);
      const before = untold.get(kind);
      if (untold.delete(kind)) listener(before as never);
      return () => set.delete(listener as (data: never) => void);
    },
    tty(id, events) {
      ttys.set(id, events);
      for (const message of early.get(id) ?? []) hearTty(events, message);
      early.delete(id);
      return {
        typed: (bytes) => port.postMessage({ typed: id, bytes }),
        sized: (cols, rows) => port.postMessage({ sized: id, cols, rows }),
        close: () => ttys.delete(id),
      };
    },
  };
}
