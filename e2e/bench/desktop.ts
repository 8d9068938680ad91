/** The desktop app: from start to a usable grid, what its processes hold, frames with 24 panes moving. Needs QD_ELECTRON. */
import { execFile, spawn } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Session } from '../../shared/contract/sessions.ts';
import { argumentsOf, ELECTRON, MAIN, startDesktop, type TestDesktop } from '../desktop.ts';
import { eventually, ROOT } from '../hub.ts';
import { median, pause, type Row } from './measure.ts';

const PANES = 24;
const STARTS = 5;
/** Bytes a second of each moving pane. */
const RATE = 3000;
const WATCH_MS = 10_000;
/** Until what a start left over is collected. */
const REST_MS = 6000;

/** Every process below this one, itself included. */
async function family(pid: number): Promise<number[]> {
  const { stdout } = await promisify(execFile)('ps', ['-eo', 'pid=,ppid=']);
  const rows = stdout
    .trim()
    .split('\n')
    .map((line) => line.trim().split(/\s+/).map(Number));
  const found = [pid];
  for (const parent of found)
    for (const [child, of] of rows) if (of === parent && child !== undefined) found.push(child);
  return found;
}

/** Megabytes that are these processes' own share (PSS): pages that several share are counted once in all. */
async function held(pids: readonly number[]): Promise<number> {
  let sum = 0;
  for (const pid of pids) {
    const text = await readFile(`/proc/${pid}/smaps_rollup`, 'utf8').catch(() => '');
    sum += Number(/^Pss:\s+(\d+)/m.exec(text)?.[1] ?? 0) / 1024;
  }
  return sum;
}

/** An Electron that shows one empty page and nothing else: what the window costs before a line of ours has run. */
const EMPTY = `
const { app, BrowserWindow } = require('electron');
app.setPath('userData', process.env.QD_DATA);
app.whenReady().then(() => new BrowserWindow({ width: 1280, height: 820 }).loadURL('data:text/html,<p>empty'));
`;

/** Started without the driver, which costs a dozen megabytes of its own: all processes, at rest. */
async function atRest(main: string, env: Record<string, string>, core: boolean): Promise<number> {
  const args = argumentsOf().filter((word) => word !== MAIN);
  const app = spawn(ELECTRON ?? '', [...args, main], { env, stdio: 'ignore' });
  const gone = new Promise((resolve) => app.once('exit', resolve));
  const pids = () => family(app.pid ?? 0);
  const lines = async () =>
    Promise.all((await pids()).map((pid) => readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')));
  try {
    await eventually(
      lines,
      (all) =>
        all.some((line) => line.includes('--type=renderer')) && (!core || all.some((line) => /hub\.js/.test(line))),
      'the app at rest',
    );
    await pause(REST_MS);
    return await held(await pids());
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
  const pids = await family(desk.app.process().pid ?? 0);
  const lines = await Promise.all(pids.map((pid) => readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')));
  return held(pids.filter((_, i) => lines[i]?.includes('--type=renderer')));
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
    rows.push({
      name: 'desktop: all processes, idle, no sessions',
      unit: 'MB',
      value: idle,
      peer: bare,
      peerName: 'an empty Electron window, without a core',
      goal: '<= 300 MB',
      met: idle <= 300,
    });
    await desk.start();

    // Cold: core and app both, a session on the screen. The port of the driver costs its own share of each start.
    await desk.api<Session>('POST', '/api/sessions', { agent: 'shell', name: 'first', cwd: desk.dir });
    await usable(desk);
    const times: number[] = [];
    for (let i = 0; i < STARTS; i++) {
      await desk.app.close();
      const began = performance.now();
      await desk.start();
      await usable(desk);
      times.push(performance.now() - began);
    }
    const cold = median(times) / 1000;
    rows.push({
      name: 'desktop: cold start to a usable grid',
      unit: 's',
      value: cold,
      goal: '<= 1.5 s',
      met: cold <= 1.5,
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
