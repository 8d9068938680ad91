/**
 * Starts of the desktop app as a person makes them: no driver holds the app up until it has found everything. Chromium's
 * own debugging port answers questions about the page meanwhile; the rest is read from the system.
 */
import { spawn } from 'node:child_process';
import { readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { argumentsOf, ELECTRON, type TestDesktop } from '../desktop.ts';
import { pause } from './measure.ts';
import { processes } from './processes.ts';

/** What happened in a start, in milliseconds from the start of the program. */
export interface Start {
  readonly core: number;
  readonly listens: number;
  readonly window: number;
  readonly page: number;
  readonly code: number;
  readonly painted: number;
  /** The first pane shows what its program printed. */
  readonly usable: number;
}
export const PARTS: Readonly<Record<keyof Start, string>> = {
  core: "the core's process",
  listens: 'the core listens',
  window: "the window's process",
  page: 'the page begins',
  code: 'its code has run',
  painted: 'first paint',
  usable: 'the first pane is live',
};

const now = (): number => performance.timeOrigin + performance.now();

/** When a process was started, Unix milliseconds; the system counts in hundredths of a second. */
async function startOf(pid: number): Promise<number> {
  const [text, uptime] = await Promise.all([
    readFile(`/proc/${pid}/stat`, 'utf8').catch(() => ''),
    readFile('/proc/uptime', 'utf8'),
  ]);
  const ticks = Number(text.slice(text.lastIndexOf(')') + 2).split(' ')[19]);
  return now() - Number(uptime.split(' ')[0]) * 1000 + ticks * 10;
}

interface Seen {
  readonly at: number;
  readonly origin: number;
  readonly code: number;
  readonly painted: number;
}
/** Run in the page: told when a pane shows text. */
const LIVE = `new Promise((resolve) => {
  const look = () => {
    const rows = document.querySelector('.xterm-rows');
    if (!rows || !/\\S/.test(rows.textContent)) return;
    observer.disconnect();
    const { timeOrigin } = performance;
    resolve({
      at: timeOrigin + performance.now(),
      origin: timeOrigin,
      code: timeOrigin + (performance.getEntriesByType('navigation')[0]?.domContentLoadedEventStart ?? 0),
      painted: timeOrigin + (performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? 0),
    });
  };
  const observer = new MutationObserver(look);
  observer.observe(document, { childList: true, subtree: true, characterData: true });
  look();
})`;

/** Null while the page is still on its way. */
async function seenBy(url: string): Promise<Seen | null> {
  const socket = new WebSocket(url);
  try {
    return await new Promise<Seen | null>((resolve, reject) => {
      socket.addEventListener('error', () => reject(new Error('the debugging port refused')));
      socket.addEventListener('close', () => resolve(null));
      socket.addEventListener('message', ({ data }: MessageEvent<string>) => {
        const answer = JSON.parse(data) as { readonly result?: { readonly result?: { readonly value?: Seen } } };
        resolve(answer.result?.result?.value ?? null);
      });
      socket.addEventListener('open', () =>
        socket.send(
          JSON.stringify({
            id: 1,
            method: 'Runtime.evaluate',
            params: { expression: LIVE, awaitPromise: true, returnByValue: true },
          }),
        ),
      );
    });
  } finally {
    socket.close();
  }
}

/** Asks again at once: what is waited for is measured. */
async function soon<T>(ask: () => Promise<T | null>, what: string): Promise<T> {
  const until = Date.now() + 30_000;
  for (;;) {
    const answer = await ask();
    if (answer !== null) return answer;
    if (Date.now() > until) throw new Error(`${what}: not within 30 seconds`);
    await pause(10);
  }
}

/** One start on the data of a desktop that is closed, and its end. */
export async function startOnce({ env, data }: TestDesktop): Promise<Start> {
  const port = join(data, 'desktop', 'DevToolsActivePort');
  await rm(port, { force: true });
  const began = now();
  const app = spawn(ELECTRON ?? '', ['--remote-debugging-port=0', ...argumentsOf()], { env, stdio: 'ignore' });
  const gone = new Promise((resolve) => app.once('exit', resolve));
  try {
    const at = await soon(
      () =>
        readFile(port, 'utf8').then(
          (text) => text.split('\n')[0] || null,
          () => null,
        ),
      'a debugging port',
    );
    const page = async () => {
      const all = (await (await fetch(`http://127.0.0.1:${at}/json/list`)).json()) as readonly {
        readonly url: string;
        readonly webSocketDebuggerUrl: string;
      }[];
      return all.find(({ url }) => url.startsWith('app:'))?.webSocketDebuggerUrl ?? null;
    };
    const seen = await soon(async () => seenBy(await soon(page, 'the page')), 'a live pane');
    const all = await processes(app.pid ?? 0);
    const since = async (what: string) => {
      const pid = all.find(({ kind }) => kind === what)?.pid;
      return pid === undefined ? Number.NaN : (await startOf(pid)) - began;
    };
    return {
      core: await since('core'),
      listens: (await stat(join(data, 'hub.lock'))).mtimeMs - began,
      window: await since('page'),
      page: seen.origin - began,
      code: seen.code - began,
      painted: seen.painted - began,
      usable: seen.at - began,
    };
  } finally {
    app.kill('SIGTERM');
    await gone;
  }
}
