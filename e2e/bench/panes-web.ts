/** The panes screen in a real browser: frames kept while 24 terminals stream, typing to paint, opening a hundred, memory. */
import { appendFile, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Browser, type BrowserContextOptions, type CDPSession, chromium, type Page } from '@playwright/test';
import { eventually, ROOT, type TestHub } from '../hub.ts';
import { median, pause, percentile, type Row, startCustom } from './measure.ts';

const VISIBLE = 24;
const ALL = 100;
/** Bytes a second of each streaming pane. */
const RATE = 3000;
const KEYS = 60;
const PASSPHRASE = 'a passphrase for the panes';

/** Collected in the page: long tasks, and the time from a key to the frame that shows its echo. */
interface Probe {
  tasks: number[];
  /** Milliseconds from the next key to the frame with `byte` of the hub's; null: to any frame. */
  expect(byte: number | null): void;
  painted: Promise<number>;
}

/** Runs in the page before anything else. */
function probe(): void {
  let wanted: number | null = null;
  let pressed = 0;
  let done: (ms: number) => void = () => undefined;
  let anyFrame = false;
  // The message port answers once the frame is out.
  const framed = () =>
    requestAnimationFrame(() => {
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = () => done(performance.now() - pressed);
      port2.postMessage(0);
    });
  const seen: Probe = {
    tasks: [],
    painted: Promise.resolve(0),
    expect(byte) {
      wanted = byte;
      anyFrame = byte === null;
      seen.painted = new Promise((resolve) => {
        done = resolve;
      });
    },
  };
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) seen.tasks.push(entry.duration);
  }).observe({ type: 'longtask', buffered: true });
  addEventListener(
    'keydown',
    (event) => {
      // When the browser was given it: a page that is busy and hears of it late is not to look quick.
      pressed = event.timeStamp;
      if (!anyFrame) return;
      anyFrame = false;
      document.body.style.color = pressed % 2 > 1 ? 'red' : 'blue';
      framed();
    },
    true,
  );
  const Plain = window.WebSocket;
  window.WebSocket = class extends Plain {
    constructor(url: string | URL, protocols?: string | string[]) {
      super(url, protocols);
      this.addEventListener('message', (event: MessageEvent<unknown>) => {
        if (wanted === null || !(event.data instanceof ArrayBuffer)) return;
        if (!new Uint8Array(event.data).includes(wanted)) return;
        wanted = null;
        // The terminal parses in a timer of its own, draws in the frame after.
        setTimeout(() => setTimeout(framed));
      });
    }
  };
  Object.assign(window, { probe: seen });
}
const tasksOf = (page: Page) => page.evaluate(() => (window as unknown as { probe: Probe }).probe.tasks);
const forget = (page: Page) =>
  page.evaluate(() => {
    (window as unknown as { probe: Probe }).probe.tasks.length = 0;
  });

/** Milliseconds of each of `KEYS` keys, one after the other was painted. `echoed`: until its echo is. */
async function keysToPaint(page: Page, echoed: boolean): Promise<number[]> {
  const times: number[] = [];
  for (let i = 0; i < KEYS; i += 1) {
    const key = '@$%&'[i % 4] ?? '@';
    await page.evaluate(
      (byte) => (window as unknown as { probe: Probe }).probe.expect(byte),
      echoed ? key.charCodeAt(0) : null,
    );
    await page.keyboard.press(key);
    // Asked once: what measures must not be what is measured.
    times.push(await page.evaluate(() => (window as unknown as { probe: Probe }).probe.painted));
    await pause(40);
  }
  return times;
}

async function open(
  hub: TestHub,
  browser: Browser,
  drawing: string,
  more: BrowserContextOptions = {},
): Promise<{ page: Page; cdp: CDPSession }> {
  const context = await browser.newContext({ viewport: { width: 1920, height: 1200 }, ...more });
  await context.request.post(`${hub.banner.url}/api/login`, {
    data: { user: 'panes', passphrase: PASSPHRASE },
    headers: { origin: hub.banner.url },
  });
  await context.addInitScript(probe);
  await context.addInitScript((value) => {
    // The empty page before the first has no storage.
    if (location.protocol !== 'about:') localStorage.setItem('quarterdeck.drawing', value);
  }, drawing);
  const page = await context.newPage();
  return { page, cdp: await context.newCDPSession(page) };
}

/** Megabytes of JavaScript in use, after a collection. */
async function heap(cdp: CDPSession): Promise<number> {
  await cdp.send('HeapProfiler.enable');
  await cdp.send('HeapProfiler.collectGarbage');
  await cdp.send('Performance.enable');
  const { metrics } = await cdp.send('Performance.getMetrics');
  return (metrics.find((each) => each.name === 'JSHeapUsedSize')?.value ?? 0) / 1048576;
}

const shown = (page: Page) => page.locator('.xterm-screen').count();
const settled = async (page: Page, panes: number) => {
  await eventually(
    () => shown(page),
    (n) => n >= panes,
    `${panes} panes are drawn`,
  );
  // Contexts, fonts and screens come in turn: measured is the steady state.
  await pause(4000);
};

const tasksRow = (name: string, tasks: readonly number[]): Row[] => {
  const longest = Math.max(0, ...tasks);
  return [
    { name, unit: 'ms', value: longest, goal: '<= 50 ms', met: longest <= 50 },
    { name: `${name}: how many`, unit: 'tasks', value: tasks.filter((ms) => ms > 50).length },
  ];
};

interface TraceEvent {
  readonly pid: number;
  readonly tid: number;
  readonly name: string;
  readonly args?: { readonly name?: string };
  /** Microseconds of the thread's own time. */
  readonly tdur?: number;
}

/** Milliseconds of processor time of the costliest task of a page's main thread. */
function longestCpu(trace: Buffer): number {
  const { traceEvents } = JSON.parse(trace.toString()) as { readonly traceEvents: readonly TraceEvent[] };
  const mains = new Set(
    traceEvents
      .filter(({ name, args }) => name === 'thread_name' && args?.name === 'CrRendererMain')
      .map(({ pid, tid }) => `${pid} ${tid}`),
  );
  const tasks = traceEvents.filter(
    ({ pid, tid, name }) => name === 'ThreadControllerImpl::RunTask' && mains.has(`${pid} ${tid}`),
  );
  return Math.max(0, ...tasks.map(({ tdur }) => (tdur ?? 0) / 1000));
}

/** Lines into the files that the panes follow, until it is called. */
function stream(hub: TestHub): () => void {
  const files = Array.from({ length: VISIBLE }, (_, i) => join(hub.dir, `stream-${i}`));
  let at = 0;
  const timer = setInterval(() => {
    at += 1;
    const line = `\x1b[3${at % 8}m${String(at).padStart(8)} ${'the quick brown fox jumps over '.repeat(4)}\x1b[0m\n`;
    const text = line.repeat(Math.ceil(RATE / 10 / line.length));
    for (const file of files) void appendFile(file, text);
  }, 100);
  return () => clearInterval(timer);
}

/** What this machine takes for a key at best, with the same sessions streaming: a page with nothing, one with one plain xterm. */
interface Floor {
  readonly empty: number[];
  readonly bare: number[];
}

async function floor(hub: TestHub, browser: Browser): Promise<Floor> {
  const { page } = await open(hub, browser, 'dom', { bypassCSP: true });
  const xterm = join(ROOT, 'node_modules', '@xterm', 'xterm');
  const [script, style] = await Promise.all([
    readFile(join(xterm, 'lib', 'xterm.js'), 'utf8'),
    readFile(join(xterm, 'css', 'xterm.css'), 'utf8'),
  ]);
  const bare = `
    const term = new Terminal({ cols: 120, rows: 40, fontSize: 13 });
    term.open(document.getElementById('box'));
    const socket = new WebSocket(location.origin.replace('http', 'ws') + '/ws/sessions/pane-3');
    socket.binaryType = 'arraybuffer';
    socket.onmessage = ({ data }) => term.write(new Uint8Array(data));
    term.onData((data) => socket.send(new TextEncoder().encode(data)));
    term.focus();`;
  const end = stream(hub);
  try {
    // A page of the hub's own, for its address; what stands there is taken away.
    await page.goto(`${hub.banner.url}/build.json`);
    await page.evaluate(() => document.body.replaceChildren('nothing'));
    await pause(1000);
    const empty = await keysToPaint(page, false);
    await page.evaluate(() => {
      const box = document.createElement('div');
      box.id = 'box';
      document.body.replaceChildren(box);
    });
    await page.addStyleTag({ content: style });
    await page.addScriptTag({ content: script });
    await page.addScriptTag({ content: bare });
    await page.locator('.xterm-screen').click();
    await pause(1000);
    return { empty, bare: await keysToPaint(page, true) };
  } finally {
    end();
    await page.context().close();
  }
}

async function streaming(hub: TestHub, browser: Browser, drawing: string, { empty, bare }: Floor): Promise<Row[]> {
  const { page } = await open(hub, browser, drawing);
  await page.goto(`${hub.banner.url}/`);
  await settled(page, VISIBLE);
  const end = stream(hub);
  try {
    await page.getByRole('region', { name: 'Terminal of pane-3', exact: true }).locator('.xterm-screen').click();
    await pause(1000);
    await forget(page);
    await browser.startTracing(page, { categories: ['-*', 'toplevel'] });
    await pause(10_000);
    const tasks = [...(await tasksOf(page))];
    const spent = longestCpu(await browser.stopTracing());
    const echoes = await keysToPaint(page, true);
    const as = `${VISIBLE} panes streaming, ${drawing === 'auto' ? 'drawing chosen by itself' : drawing}`;
    return [
      ...tasksRow(`${as}: longest task in 10 s`, tasks),
      // Beside it, because a task is long too when others have the processor.
      { name: `${as}: processor time of the costliest task`, unit: 'ms', value: spent },
      {
        name: `${as}: key to paint, median`,
        unit: 'ms',
        value: median(echoes),
        peer: median(bare),
        peerName: `one plain xterm (an empty page ${median(empty).toFixed(1)})`,
        goal: '<= 16 ms',
        met: median(echoes) <= 16,
      },
      { name: `${as}: key to paint, p99`, unit: 'ms', value: percentile(echoes, 99) },
    ];
  } finally {
    end();
    await page.context().close();
  }
}

async function opening(hub: TestHub, browser: Browser): Promise<Row[]> {
  const rows: Row[] = [];
  for (const path of ['/', '/sessions']) {
    const { page } = await open(hub, browser, 'auto');
    // Warm: the code is in the cache, as it is for somebody who comes back.
    await page.goto(`${hub.banner.url}/settings`);
    await page.goto(hub.banner.url + path);
    await page
      .locator(path === '/' ? '.xterm-screen' : 'a[data-row]')
      .first()
      .waitFor();
    await pause(3000);
    rows.push(...tasksRow(`open ${path} with ${ALL} sessions: longest task`, await tasksOf(page)));
    await page.context().close();
  }
  return rows;
}

async function memory(
  hub: TestHub,
  browser: Browser,
  all: number,
): Promise<{ base: number; with: number; live: number }> {
  const { page, cdp } = await open(hub, browser, 'auto');
  await page.goto(`${hub.banner.url}/sessions`);
  await page.locator('a[data-row]').first().waitFor();
  await pause(1000);
  const base = await heap(cdp);
  await page.getByRole('link', { name: /^Panes/ }).click();
  await settled(page, Math.min(all, 8));
  const live = await shown(page);
  const now = await heap(cdp);
  await page.context().close();
  return { base, with: now, live };
}

export async function panesWeb(hub: TestHub): Promise<Row[]> {
  await hub.api('POST', '/api/users', {
    name: 'panes',
    passphrase: PASSPHRASE,
    scopes: ['read', 'type', 'approve', 'run', 'admin'],
  });
  const browser = await chromium.launch({
    ...(process.env['QD_CHROMIUM'] ? { executablePath: process.env['QD_CHROMIUM'] } : {}),
    args: [
      '--disable-background-networking',
      '--disable-component-update',
      '--no-first-run',
      '--enable-unsafe-swiftshader',
      ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
    ],
  });
  try {
    for (let i = 0; i < VISIBLE; i += 1) {
      const file = join(hub.dir, `stream-${i}`);
      await writeFile(file, '');
      await startCustom(hub, `pane-${i}`, `tail -f ${file} & exec cat`);
    }
    const least = await floor(hub, browser);
    const rows = [...(await streaming(hub, browser, 'dom', least)), ...(await streaming(hub, browser, 'webgl', least))];
    const few = await memory(hub, browser, VISIBLE);
    for (let i = VISIBLE; i < ALL; i += 1) await startCustom(hub, `pane-${i}`, 'exec cat');
    rows.push(...(await opening(hub, browser)));
    const many = await memory(hub, browser, ALL);
    const visible = (few.with - few.base) / few.live;
    rows.push(
      { name: 'JavaScript heap of a visible pane', unit: 'MB', value: visible, goal: '<= 8 MB', met: visible <= 8 },
      {
        name: 'JavaScript heap of a hidden pane',
        unit: 'MB',
        value: Math.max(0, many.with - many.base - visible * many.live) / (ALL - many.live),
        goal: '<= 2 MB',
        met: many.with - many.base - visible * many.live <= 2 * (ALL - many.live),
      },
    );
    return rows;
  } finally {
    await browser.close();
  }
}
