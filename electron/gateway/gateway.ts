/** The door of the gateway: one core served to the network and to ports of other processes. */
import type { Transport } from '../../shared/wire/transports.ts';
import type { Principal } from '../kernel/handlers.ts';
import type { Core } from './core.ts';
import { createHttp } from './http.ts';
import { type Listening, type ListenOptions, listen } from './listen.ts';
import type { Names } from './origin.ts';
import { type Cut, createRegistry } from './registry.ts';
import { type ServeLimits, serveConnection } from './serve.ts';
import { createSockets } from './socket.ts';

export interface GatewayOptions {
  readonly core: Core;
  /** Folder of the built web app. */
  readonly web?: string;
  /** Further names that the hub answers to (`hub.hosts`), asked at each request, so that a change counts at once. */
  readonly hosts?: () => readonly string[];
  readonly limits?: ServeLimits;
  /** Milliseconds; only tests need others. */
  readonly pace?: { readonly ping?: number; readonly beat?: number; readonly sweep?: number };
}

export interface Gateway {
  /** May be called again, for further ports. Fault taken or invalid. */
  listen(options: Pick<ListenOptions, 'bind' | 'port' | 'tls' | 'timeouts'>): Promise<Listening>;
  /** A peer that was authenticated otherwise, such as the desktop over a port of its own. The answer ends it. */
  serve(transport: Transport, who: Principal, from: string): () => void;
  /** Ends everything within two seconds. */
  close(): Promise<void>;
}

export function createGateway({ core, web, hosts, limits, pace = {} }: GatewayOptions): Gateway {
  const registry = createRegistry(core, pace.sweep === undefined ? {} : { sweepMs: pace.sweep });
  const doors: { listening: Listening; close(): Promise<void> }[] = [];
  return {
    async listen(options) {
      let names: Names = { own: [], port: options.port, tls: options.tls !== undefined, configured: [] };
      const now = () => ({ ...names, configured: hosts?.() ?? [] });
      const request = createHttp({
        core,
        registry,
        names: now,
        ...(web === undefined ? {} : { web }),
        ...(pace.ping === undefined ? {} : { pingMs: pace.ping }),
      });
      const sockets = createSockets({
        core,
        registry,
        names: now,
        ...(limits === undefined ? {} : { limits }),
        ...(pace.beat === undefined ? {} : { beatMs: pace.beat }),
      });
      const listening = await listen({ ...options, request, upgrade: sockets.upgrade });
      names = { ...names, own: listening.own, port: listening.port };
      let closing: Promise<void> | null = null;
      const close = () => {
        sockets.close(1001, 'the hub is stopping');
        closing ??= listening.close();
        return closing;
      };
      const door = { listening: { ...listening, close }, close };
      doors.push(door);
      return door.listening;
    },
    serve(transport, who, from) {
      // Registered first: too many connections of one token are refused before one is served.
      let cut: Cut = () => transport.close();
      const leave = registry.socket(who, (code, reason) => cut(code, reason));
      const connection = serveConnection(core, transport, who, from, {
        ...(limits === undefined ? {} : { limits }),
        onClose: leave,
      });
      cut = connection.close;
      return () => connection.close(1000, '');
    },
    async close() {
      registry.close();
      await Promise.all(doors.map((door) => door.close()));
    },
  };
}
