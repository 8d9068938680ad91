/** Listening: several addresses with one port, TLS when given, limits against slow peers, and a close that ends. */
import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { isIP, type Socket } from 'node:net';
import { networkInterfaces } from 'node:os';
import type { Duplex } from 'node:stream';
import { FAULT_STATUS, Fault } from '../../shared/fault.ts';
import { bracket, portHolder } from './port-holder.ts';

export interface ListenOptions {
  /** IP literals (IPv6 with or without brackets) or `localhost`. Default 127.0.0.1. */
  readonly bind?: readonly string[];
  /** 0 takes a free one; the same for all addresses. */
  readonly port: number;
  readonly tls?: { readonly key: string; readonly cert: string };
  readonly request: RequestListener;
  readonly upgrade: (incoming: IncomingMessage, socket: Duplex, head: Buffer) => void;
  /** Milliseconds; only tests need others. */
  readonly timeouts?: { readonly headers: number; readonly request: number };
}

export interface Listening {
  readonly port: number;
  /** IP literals that really listen, without brackets. */
  readonly addresses: readonly string[];
  /** For the banner: `local` is where a program on this machine finds it; `lan` only what really listens there. */
  readonly urls: { readonly local: string; readonly lan: readonly string[] };
  /** Names that go with the port, for the Host check. */
  readonly own: readonly string[];
  /** Stops taking connections, lets what is under way finish for a second, then ends everything. */
  close(): Promise<void>;
}

const MAX_CONNECTIONS = 2000;
const CLOSE_WITHIN = 1000;

/** Fault `taken` names who holds the port where that can be known; `invalid` for addresses that are none of this machine. */
export async function listen(options: ListenOptions): Promise<Listening> {
  const bind = [...new Set((options.bind?.length ? options.bind : ['127.0.0.1']).map(literal))];
  // A free port of the first address may be taken at the second: then another one.
  for (let attempt = 0; ; attempt++) {
    const servers: Server[] = [];
    try {
      let port = options.port;
      for (const address of bind) {
        const server = await bound(options, address, port);
        servers.push(server);
        const at = server.address();
        if (at !== null && typeof at === 'object') port = at.port;
      }
      return listening(servers, bind, port, options.tls !== undefined);
    } catch (error) {
      for (const server of servers) server.close();
      if (options.port === 0 && attempt < 5 && error instanceof Fault && error.code === 'taken') continue;
      throw error;
    }
  }
}

function literal(text: string): string {
  const bare = text.trim().replace(/^\[(.*)\]$/, '$1');
  if (bare === 'localhost') return '127.0.0.1';
  if (isIP(bare.replace(/%.*$/, '')) === 0) {
    throw new Fault(
      'invalid',
      `cannot bind to ${JSON.stringify(text)}: give an IP address such as 127.0.0.1, ::1 or 0.0.0.0`,
    );
  }
  return bare;
}

async function bound(options: ListenOptions, address: string, port: number): Promise<Server> {
  const { headers, request } = options.timeouts ?? { headers: 15_000, request: 120_000 };
  const limits = {
    // Of the request only: an answer (a stream, a long wait) takes as long as it takes.
    headersTimeout: headers,
    requestTimeout: request,
    connectionsCheckingInterval: Math.min(1000, headers / 2),
    keepAliveTimeout: 10_000,
    maxHeaderSize: 16 * 1024,
  };
  const server = options.tls
    ? createTlsServer({ ...limits, ...options.tls, minVersion: 'TLSv1.2' }, options.request)
    : createServer(limits, options.request);
  server.maxConnections = MAX_CONNECTIONS;
  server.maxRequestsPerSocket = 0;
  server.on('upgrade', options.upgrade);
  server.on('clientError', answerBroken);
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host: address, port, exclusive: true, ...(address === '::' ? { ipv6Only: true } : {}) }, () => {
      server.off('error', reject);
      resolve();
    });
  }).catch(async (error: NodeJS.ErrnoException) => {
    throw await explain(error, address, port);
  });
  // Errors after this (such as too many open files) cost the connection that met them, not the hub.
  server.on('error', () => undefined);
  return server;
}

async function explain(error: NodeJS.ErrnoException, address: string, port: number): Promise<unknown> {
  const where = `${bracket(address)}:${port}`;
  if (error.code === 'EADDRINUSE') {
    const holder = await portHolder(address, port);
    const by = holder.text === null ? 'another program' : holder.text;
    return new Fault(
      'taken',
      `${where} is in use by ${by}; use \`--port 0\` for a free port, or another with \`--port\``,
      {
        port,
        address,
        pid: holder.pid,
        quarterdeck: holder.quarterdeck,
      },
    );
  }
  if (error.code === 'EACCES') return new Fault('refused', `${where}: not allowed; ports below 1024 need more rights`);
  if (error.code === 'EADDRNOTAVAIL') return new Fault('invalid', `${address} is not an address of this machine`);
  if (error.code === 'EAFNOSUPPORT' || error.code === 'EINVAL')
    return new Fault('invalid', `cannot listen on ${where}: ${error.code}`);
  return error;
}

/** What never became a request: too slow, too long, or not HTTP. */
function answerBroken(error: NodeJS.ErrnoException, socket: Duplex): void {
  if (!socket.writable || error.code === 'ECONNRESET') {
    socket.destroy();
    return;
  }
  const [code, message, status] =
    error.code === 'ERR_HTTP_REQUEST_TIMEOUT'
      ? (['timeout', 'the request came too slowly', 408] as const)
      : error.code === 'HPE_HEADER_OVERFLOW'
        ? (['too-large', 'the headers are too large', 431] as const)
        : (['invalid', 'this is not HTTP as it should be', FAULT_STATUS.invalid] as const);
  const body = JSON.stringify({ error: { code, message } });
  socket.end(
    `HTTP/1.1 ${status} Refused\r\nconnection: close\r\ncontent-type: application/json; charset=utf-8\r\n` +
      `content-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
    () => socket.destroy(),
  );
}

function listening(servers: readonly Server[], bind: readonly string[], port: number, tls: boolean): Listening {
  const sockets = new Set<Socket>();
  for (const server of servers) {
    server.on('connection', (socket: Socket) => {
      sockets.add(socket);
      socket.on('close', () => sockets.delete(socket));
    });
  }
  const interfaces = Object.values(networkInterfaces()).flatMap((each) => each ?? []);
  const reached = bind.flatMap((address) => {
    if (address !== '0.0.0.0' && address !== '::') return [address];
    const family = address === '::' ? 'IPv6' : 'IPv4';
    // Link-local addresses need a zone that other machines do not know.
    return interfaces.filter((i) => i.family === family && !i.scopeid).map((i) => i.address);
  });
  const own = [...new Set(reached)];
  const url = (address: string) => `${tls ? 'https' : 'http'}://${bracket(address)}:${port}`;
  const loopback = (address: string) => address === '::1' || address.startsWith('127.');
  const local = own.find(loopback) ?? own[0] ?? '127.0.0.1';
  return {
    port,
    addresses: bind,
    urls: { local: url(local), lan: own.filter((address) => !loopback(address)).map(url) },
    own,
    async close() {
      const closed = Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
      for (const server of servers) server.closeIdleConnections();
      const force = setTimeout(() => {
        for (const socket of sockets) socket.destroy();
      }, CLOSE_WITHIN);
      await closed;
      clearTimeout(force);
    },
  };
}
