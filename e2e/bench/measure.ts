/** Small tools of the benchmarks: percentiles, process cost, one raw terminal over WebSocket, one plain tmux client in a pty. */
import { readFile } from 'node:fs/promises';
import { type IPty, spawn } from 'node-pty';
import type { TestHub } from '../hub.ts';

/** One figure: its value beside a peer of the same run, and the goal where there is one. */
export interface Row {
  readonly name: string;
  readonly unit: string;
  readonly value: number;
  readonly peer?: number;
  readonly peerName?: string;
  readonly goal?: string;
  readonly met?: boolean;
}

export const percentile = (values: readonly number[], p: number): number => {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor((p / 100) * sorted.length))] ?? Number.NaN;
};
export const median = (values: readonly number[]): number => percentile(values, 50);

/** CPU seconds and resident megabytes of a process, from /proc. */
export async function cost(pid: number): Promise<{ cpu: number; mb: number }> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  const rss = Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0);
  return { cpu: (Number(fields[11]) + Number(fields[12])) / 100, mb: rss / 1024 };
}

export const pause = (ms: number): Promise<void> => new Promise((wake) => setTimeout(wake, ms));

/** A viewer on the raw terminal endpoint, as a script would write it. */
export interface Viewer {
  readonly socket: WebSocket;
  bytes: number;
  /** Sends text and resolves with the milliseconds until `mark` was seen in what came after it. */
  echo(text: string, mark: string): Promise<number>;
  /** Waits for the end of what came, since the last `forget` or `echo`, to pass. */
  until(test: (tail: string) => boolean, timeoutMs?: number): Promise<void>;
  forget(): void;
  close(): void;
}

export async function openViewer(hub: TestHub, name: string): Promise<Viewer> {
  const Headers = WebSocket as unknown as new (url: string, options: { headers: Record<string, string> }) => WebSocket;
  const socket = new Headers(`${hub.banner.url.replace('http', 'ws')}/ws/sessions/${name}`, {
    headers: { authorization: `Bearer ${await hub.token()}` },
  });
  socket.binaryType = 'arraybuffer';
  let tail = '';
  let wake: () => void = () => {};
  const viewer: Viewer = {
    socket,
    bytes: 0,
    async echo(text, mark) {
      tail = '';
      const began = performance.now();
      socket.send(new TextEncoder().encode(text));
      await viewer.until((t) => t.includes(mark), 10_000);
      return performance.now() - began;
    },
    until(test, timeoutMs = 60_000) {
      return new Promise((resolve, reject) => {
        const timer = setTimeout(
          () =>
            reject(
              new Error(`not seen within ${timeoutMs} ms; the end of what came: ${JSON.stringify(tail.slice(-300))}`),
            ),
          timeoutMs,
        );
        wake = () => {
          if (!test(tail)) return;
          clearTimeout(timer);
          wake = () => {};
          resolve();
        };
        wake();
      });
    },
    forget() {
      tail = '';
    },
    close: () => socket.close(),
  };
  const decoder = new TextDecoder();
  socket.addEventListener('message', (event: MessageEvent<ArrayBuffer | string>) => {
    if (typeof event.data === 'string') return;
    viewer.bytes += event.data.byteLength;
    tail = (tail + decoder.decode(event.data)).slice(-8192);
    wake();
  });
  await new Promise<void>((resolve, reject) => {
    socket.addEventListener('open', () => resolve(), { once: true });
    socket.addEventListener('error', () => reject(new Error('the terminal endpoint refused')), { once: true });
  });
  return viewer;
}

/** The peer: plain `tmux attach` in a pty, the way everybody else does it. */
export async function plainAttach(
  hub: TestHub,
  name: string,
): Promise<{ pty: IPty; echo(text: string, mark: string): Promise<number>; close(): void }> {
  const pty = spawn('tmux', ['-L', hub.socket, 'attach', '-t', `=${name}`], {
    name: 'xterm-256color',
    cols: 120,
    rows: 40,
    env: hub.env,
  });
  let tail = '';
  let wake: () => void = () => {};
  pty.onData((data) => {
    tail = (tail + data).slice(-8192);
    wake();
  });
  const until = (test: (t: string) => boolean) =>
    new Promise<void>((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error('the plain tmux client did not echo')), 10_000);
      wake = () => {
        if (!test(tail)) return;
        clearTimeout(timer);
        wake = () => {};
        resolve();
      };
      wake();
    });
  await until((t) => t.length > 0);
  return {
    pty,
    async echo(text, mark) {
      tail = '';
      const began = performance.now();
      pty.write(text);
      await until((t) => t.includes(mark));
      return performance.now() - began;
    },
    close: () => pty.kill(),
  };
}

/** A session that runs a command line, started over REST. */
export async function startCustom(hub: TestHub, name: string, command: string): Promise<void> {
  await hub.api('POST', '/api/sessions', { agent: 'custom', name, cwd: hub.dir, command });
}
