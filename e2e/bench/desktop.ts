/** The desktop app: from start to a usable grid, what its processes hold, frames with 24 panes moving. Needs QD_ELECTRON. */
import { spawn } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Session } from '../../shared/contract/sessions.ts';
import { argumentsOf, ELECTRON, MAIN, startDesktop, type TestDesktop } from '../desktop.ts';
import { eventually, ROOT } from '../hub.ts';
import { PARTS, type Start, startOnce } from './desktop-start.ts';
import { median, pause, type Row } from './measure.ts';
import { type Process, processes, sum } from './processes.ts';

const PANES = 24;
const STARTS = 10;
/** Bytes a second of each moving pane. */
const RATE = 3000;
const WATCH_MS = 10_000;
/** Until what a start left over is collected. */
const REST_MS = 6000;

/** An Electron that shows one empty page and nothing else: what the window costs before a line of ours has run. */
const EMPTY = `
const { app, BrowserWindow } = require('electron');
app.setPath('userData', process.env.QD_DATA);
app.whenReady().then(() => new BrowserWindow({ width: 1280, height: 820 }).loadURL('data:text/html,<p>empty'));
`;

/** Started without the driver, which costs a dozen megabytes of its own: all processes, at rest. */
async function atRest(main: string, env: Record<string, string>, core: boolean): Promise<Process[]> {
  const args = argumentsOf().filter((word) => word !== MAIN);
  const app = spawn(ELECTRON ?? '', [...args, main], { env, stdio: 'ignore' });
  const gone = new Promise((resolve) => app.once('exit', resolve));
  const all = () => processes(app.pid ?? 0);
  try {
    const there = (kinds: readonly string[]) => kinds.includes('page') && (!core || kinds.includes('core'));
    await eventually(async () => (await all()).map(({ kind }) => kind), there, 'the app at rest');
    await pause(REST_MS);
    return await all();
  } finally {
    app.kill('SIGTERM');
    await gone;
  }
}

/** The pages' own share, of all windows; what nobody holds any more is collected first. */
async function pages(desk: TestDesktop): Promise<number> {
  const session = await desk.page.context().newCDPSession(desk.page);
  await session.send('HeapProfiler.collectGarbage');
  await session.detach();
  await pause(1000);
  const all = await processes(desk.app.process().pid ?? 0);
  return sum(all.filter(({ kind }) => kind === 'page'));
}

async function usable(desk: TestDesktop): Promise<void> {
  await desk.page.locator('.xterm-screen').first().waitFor();
}

export async function desktop(): Promise<Row[]> {
  if (ELECTRON === null) {
    process.stdout.write('desktop: skipped, `npm run bench -- desktop` looks for an Electron\n');
    return [];
  }
  const desk = await startDesktop();
  const rows: Row[] = [];
  try {
    await desk.page.getByText('No sessions yet').waitFor();
    await desk.app.close();
    const empty = join(desk.dir, 'empty.cjs');
    await writeFile(empty, EMPTY);
    const bare = await atRest(empty, { ...desk.env, QD_DATA: join(desk.dir, 'empty') }, false);
    const idle = await atRest(MAIN, desk.env, true);
    // What Chromium's processes share, code and pictures of fonts, is there once: counted in each (RSS) it is there many times.
    rows.push({
      name: 'desktop: all processes, idle, no sessions (PSS)',
      unit: 'MB',
      value: sum(idle),
      peer: sum(bare),
      peerName: 'an empty Electron window, without a core',
      goal: '<= 300 MB',
      met: sum(idle) <= 300,
    });
    rows.push({
      name: 'desktop: the same, shared pages counted in each process (RSS)',
      unit: 'MB',
      value: sum(idle, 'rss'),
      peer: sum(bare, 'rss'),
      peerName: 'the empty window',
    });
    for (const kind of new Set(idle.map((each) => each.kind))) {
      const of = (all: readonly Process[]) => sum(all.filter((each) => each.kind === kind));
      rows.push({
        name: `desktop: of these, ${kind}`,
        unit: 'MB',
        value: of(idle),
        ...(of(bare) > 0 ? { peer: of(bare), peerName: 'the empty window' } : {}),
      });
    }
    await desk.start();

    // Cold: core and app both, a session on the screen. As a person starts it: the driver holds each start up.
    await desk.api<Session>('POST', '/api/sessions', { agent: 'shell', name: 'first', cwd: desk.dir });
    await usable(desk);
    await desk.app.close();
    const starts: Start[] = [];
    for (let i = 0; i < STARTS; i++) starts.push(await startOnce(desk));
    const middle = (part: keyof Start) => median(starts.map((start) => start[part]));
    const cold = middle('usable') / 1000;
    rows.push({
      name: 'desktop: cold start to a usable grid',
      unit: 's',
      value: cold,
      goal: '<= 1.5 s',
      met: cold <= 1.5,
    });
    rows.push({
      name: `desktop: the slowest of ${STARTS} starts`,
      unit: 's',
      value: Math.max(...starts.map(({ usable }) => usable)) / 1000,
    });
    for (const part of Object.keys(PARTS) as (keyof Start)[])
      rows.push({ name: `desktop: in a start, ${PARTS[part]}`, unit: 'ms', value: middle(part) });
    const began = performance.now();
    await desk.start();
    await usable(desk);
    rows.push({
      name: 'desktop: a start through the driver of the tests, once',
      unit: 's',
      value: (performance.now() - began) / 1000,
    });

    // A screen that shows them all at once.
    await desk.app.evaluate(({ BrowserWindow }) =>
      BrowserWindow.getAllWindows()[0]?.setBounds({ x: 0, y: 0, width: 1920, height: 1200 }),
    );
    const one = await pages(desk);
    for (let i = 1; i < PANES; i++)
      await desk.api<Session>('POST', '/api/sessions', {
        agent: 'custom',
        name: `mover-${i}`,
        cwd: desk.dir,
        command: `${process.execPath} ${join(ROOT, 'e2e', 'bench', 'mover.mjs')} ${RATE}`,
      });
    await eventually(
      () => desk.page.locator('.xterm-screen').count(),
      (n) => n >= PANES,
      'all panes',
    );
    await desk.page.evaluate(() => {
      const tasks: number[] = [];
      Object.assign(window, { benchTasks: tasks });
      new PerformanceObserver((list) => {
        for (const entry of list.getEntries()) tasks.push(entry.duration);
      }).observe({ type: 'longtask' });
    });
    await pause(WATCH_MS);
    const tasks = await desk.page.evaluate(() => (window as unknown as { benchTasks: number[] }).benchTasks);
    const worst = Math.max(0, ...tasks);
    rows.push({
      name: `desktop: ${PANES} panes moving, longest task`,
      unit: 'ms',
      value: worst,
      goal: 'none > 50 ms',
      met: worst <= 50,
    });
    rows.push({ name: `desktop: ${PANES} panes moving, tasks over 50 ms in 10 s`, unit: '', value: tasks.length });
    const many = await pages(desk);
    const each = (many - one) / (PANES - 1);
    rows.push({
      name: 'desktop: a visible pane more, in the page',
      unit: 'MB',
      value: each,
      goal: '<= 8 MB',
      met: each <= 8,
    });
    // One of them over all others, which go on and are not seen.
    await desk.page.locator('[data-pane]').first().click();
    await desk.page.keyboard.press('Control+Shift+Enter');
    await eventually(
      () => desk.page.locator('[data-pane]:not([hidden])').count(),
      (n) => n === 1,
      'one pane',
    );
    await pause(REST_MS);
    const hidden = ((await pages(desk)) - one) / (PANES - 1);
    rows.push({
      name: 'desktop: a pane more that is hidden, in the page',
      unit: 'MB',
      value: hidden,
      goal: '<= 2 MB',
      met: hidden <= 2,
    });
  } finally {
    await desk.close();
  }
  return rows;
}
