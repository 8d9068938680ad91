/** For the engine's tests: an engine on a tmux server of its own, which records all it hears. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLocalHost } from '../host.ts';
import type { Host, NewTmuxSession, Tmux, TmuxListener } from '../ports.ts';
import { createTmux } from './tmux.ts';

export const CONF = join(import.meta.dirname, '../../../resources/tmux.conf');

export interface Bench {
  readonly tmux: Tmux;
  readonly host: Host;
  readonly socket: string;
  /** A folder for the test's files. */
  readonly dir: string;
  readonly seen: { changes: number; gaps: string[]; downs: string[]; resizes: string[] };
  /** All a pane printed so far. */
  printed(paneId: string): Buffer;
  /** Runs plain tmux on the same server, as a person would. */
  plain(...args: string[]): Promise<string>;
  /** A session with defaults. */
  session(name: string, argv: readonly string[], more?: Partial<NewTmuxSession>): NewTmuxSession;
  /** A program in raw mode that writes every byte it receives into `file`; answers once it listens. */
  receiver(
    name: string,
    options?: { bracketed?: boolean },
  ): Promise<{ paneId: string; sessionId: string; file: string }>;
  end(): Promise<void>;
}

export async function createBench(env: NodeJS.ProcessEnv = process.env): Promise<Bench> {
  const dir = await mkdtemp(join(tmpdir(), 'qd-tmux-'));
  const socket = `qd-test-${crypto.randomUUID().slice(0, 8)}`;
  const host = createLocalHost({ env });
  const tmux = createTmux({ host, socket, conf: CONF });
  const chunks = new Map<string, Uint8Array[]>();
  const seen = { changes: 0, gaps: [] as string[], downs: [] as string[], resizes: [] as string[] };
  const listener: TmuxListener = {
    output(paneId, bytes) {
      const list = chunks.get(paneId);
      if (list) list.push(bytes);
      else chunks.set(paneId, [bytes]);
    },
    gap: (paneId) => seen.gaps.push(paneId),
    changed: () => {
      seen.changes++;
    },
    resized: (windowId, cols, rows) => seen.resizes.push(`${windowId} ${cols}x${rows}`),
    down: (reason) => seen.downs.push(reason),
  };
  await tmux.start(listener);

  const bench: Bench = {
    tmux,
    host,
    socket,
    dir,
    seen,
    printed: (paneId) => Buffer.concat(chunks.get(paneId) ?? []),
    async plain(...args) {
      const result = await host.exec(['tmux', '-u', '-L', socket, ...args]);
      if (result.code !== 0) throw new Error(Buffer.from(result.stderr).toString('utf8'));
      return Buffer.from(result.stdout).toString('utf8').replace(/\n$/, '');
    },
    session: (name, argv, more) => ({
      name,
      argv,
      cwd: dir,
      env: {},
      cols: 80,
      rows: 24,
      historyLines: 2_000,
      ...more,
    }),
    async receiver(name, options) {
      const file = join(dir, `${name}.bytes`);
      const on = options?.bracketed ? '\\033[?2004h' : '';
      const script = `stty raw -echo; printf '${on}READY'; exec cat > ${file}`;
      const pane = await tmux.create(bench.session(name, ['sh', '-c', script]));
      await until(() => bench.printed(pane.paneId).includes('READY'));
      return { paneId: pane.paneId, sessionId: pane.sessionId, file };
    },
    async end() {
      await tmux.close();
      // A server that has ended leaves its socket behind.
      const path = await bench.plain('display-message', '-p', '#{socket_path}').catch(() => null);
      await host.exec(['tmux', '-L', socket, 'kill-server']);
      if (path) await rm(path, { force: true });
      await rm(dir, { recursive: true, force: true });
    },
  };
  return bench;
}

/** Waits for a state, looking again every few milliseconds; fails after `ms`. */
export async function until(state: () => boolean | Promise<boolean>, ms = 10_000): Promise<void> {
  const end = performance.now() + ms;
  while (!(await state())) {
    if (performance.now() > end) throw new Error(`It never came to be: ${state}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
