/**
 * One page of the shell and the port it holds: its wire is carried to the core, what it asks is answered, what it types into
 * terminals of the shell goes there. Knows no Electron, so that it is tested as it runs.
 */
import { type FromShell, SHELL_VERBS, type ShellVerb, ToShell } from '../../shared/desktop.ts';
import { Fault, isFault } from '../../shared/fault.ts';
import type { PortLike } from '../../shared/wire/transports.ts';

/** As much of a WebSocket as the line needs. */
export interface Socket {
  send(frame: string | Uint8Array): void;
  close(code?: number, reason?: string): void;
  /** Nothing is read from it until `resume`: then the core sees that this viewer is slow. */
  pause(): void;
  resume(): void;
}
export interface SocketEvents {
  open(): void;
  message(frame: string | Uint8Array): void;
  close(code: number, reason: string): void;
}
/** A terminal of the shell's own. */
export interface Tty {
  write(bytes: Uint8Array): void;
  resize(cols: number, rows: number): void;
  pause(): void;
  resume(): void;
  end(): void;
}
export type Answers = {
  readonly [V in Exclude<ShellVerb, 'attach' | 'detach'>]: (input: never) => unknown;
};

export interface PageDeps {
  /** Opens a socket to the core, starting the core where there is none. Faults say why there is none. */
  readonly dial: (events: SocketEvents) => Promise<Socket>;
  readonly answers: Answers;
  readonly attach: (
    session: string,
    size: { readonly cols: number; readonly rows: number },
    on: { bytes(chunk: Uint8Array): void; ended(status: number | null): void },
  ) => Promise<Tty>;
}
export interface Page {
  tell(kind: string, data: unknown): void;
  close(): void;
}

/** Sent to the page and not yet taken by it: from the one on nothing is read from the core, from the other on it is again. */
const HIGH = 2 * 1024 * 1024;
const LOW = 512 * 1024;

export function servePage(port: PortLike, { dial, answers, attach }: PageDeps): Page {
  let over = false;
  let line: { readonly n: number; socket: Socket | null } | null = null;
  let ttys = 0;
  const terminals = new Map<number, Tty>();
  let ahead = 0;
  let paused = false;

  const post = (message: FromShell | string | Uint8Array) => {
    if (!over) port.postMessage(message);
  };
  const flow = (change: number) => {
    ahead = Math.max(0, ahead + change);
    if (!paused && ahead > HIGH) {
      paused = true;
      line?.socket?.pause();
      for (const tty of terminals.values()) tty.pause();
    } else if (paused && ahead < LOW) {
      paused = false;
      line?.socket?.resume();
      for (const tty of terminals.values()) tty.resume();
    }
  };
  const shut = () => {
    const old = line;
    line = null;
    old?.socket?.close(1000, '');
  };
  const open = (n: number) => {
    shut();
    const mine: { readonly n: number; socket: Socket | null } = { n, socket: null };
    line = mine;
    const gone = (code: number, reason: string) => {
      if (line !== mine) return;
      line = null;
      post({ line: 'shut', n, code, reason });
    };
    dial({
      open: () => {
        if (line === mine) post({ line: 'opened', n });
      },
      message: (frame) => {
        if (line !== mine) return;
        post(frame);
        flow(frame.length);
      },
      close: gone,
    }).then(
      (socket) => {
        if (line !== mine) return socket.close(1000, '');
        mine.socket = socket;
        if (paused) socket.pause();
      },
      (error: unknown) => gone(1006, error instanceof Error ? error.message : String(error)),
    );
  };

  const ask = async (verb: string, input: unknown): Promise<unknown> => {
    if (!Object.hasOwn(SHELL_VERBS, verb)) throw new Fault('not-found', `the shell has no ${JSON.stringify(verb)}`);
    const given = SHELL_VERBS[verb as ShellVerb].input.safeParse(input);
    if (!given.success) throw new Fault('invalid', `${verb}: ${given.error.issues[0]?.message ?? 'not understood'}`);
    if (verb === 'attach') {
      const { session, cols, rows } = given.data as { session: string; cols: number; rows: number };
      const id = ++ttys;
      const tty = await attach(
        session,
        { cols, rows },
        {
          bytes: (bytes) => {
            post({ printed: id, bytes });
            flow(bytes.length);
          },
          ended: (status) => {
            if (terminals.delete(id)) post({ ended: id, status });
          },
        },
      );
      if (over) tty.end();
      terminals.set(id, tty);
      return { tty: id };
    }
    if (verb === 'detach') {
      const { tty } = given.data as { tty: number };
      terminals.get(tty)?.end();
      terminals.delete(tty);
      return {};
    }
    return (await answers[verb as keyof Answers](given.data as never)) ?? {};
  };

  const hear = (message: ToShell) => {
    if ('line' in message) {
      if (message.line === 'open') open(message.n);
      else if (line?.n === message.n) shut();
    } else if ('took' in message) flow(-message.took);
    else if ('typed' in message) terminals.get(message.typed)?.write(message.bytes);
    else if ('sized' in message) terminals.get(message.sized)?.resize(message.cols, message.rows);
    else
      ask(message.verb, message.input).then(
        (output) => post({ answer: message.ask, output }),
        (error: unknown) => {
          const fault = isFault(error)
            ? error.toJSON()
            : { code: 'internal', message: error instanceof Error ? error.message : String(error) };
          post({ answer: message.ask, fault });
        },
      );
  };
  const listen = (event: unknown) => {
    if (over) return;
    const data: unknown = event !== null && typeof event === 'object' && 'data' in event ? event.data : event;
    if (typeof data === 'string' || data instanceof Uint8Array) {
      line?.socket?.send(data);
      return;
    }
    const message = ToShell.safeParse(data);
    if (message.success) hear(message.data);
  };
  const close = () => {
    if (over) return;
    over = true;
    shut();
    for (const tty of terminals.values()) tty.end();
    terminals.clear();
    port.close();
  };
  const on = (kind: 'message' | 'close', listener: (event: unknown) => void) =>
    port.on ? port.on(kind, listener) : port.addEventListener?.(kind, listener);
  on('message', listen);
  on('close', close);
  port.start?.();
  return { tell: (kind, data) => post({ tell: kind, data }), close };
}
