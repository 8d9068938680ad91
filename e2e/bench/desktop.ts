/** The desktop app: from start to a usable grid, what its processes hold, frames with 24 panes moving. Needs QD_ELECTRON. */
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Session } from '../../shared/contract/sessions.ts';
import { ELECTRON, startDesktop, type TestDesktop } from '../desktop.ts';
import { eventually, ROOT } from '../hub.ts';
import { median, pause, type Row } from './measure.ts';

const PANES = 24;
const STARTS = 5;
/** Bytes a second of each moving pane. */
const RATE = 3000;
const WATCH_MS = 10_000;

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

/** The app's own processes and, apart, those of the core. */
async function memory(desk: TestDesktop): Promise<{ readonly all: number; readonly page: number }> {
  const shell = desk.app.process().pid ?? 0;
  const pids = await family(shell);
  const commands = await Promise.all(
    pids.map(async (pid) => ({ pid, line: await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '') })),
  );
  const pages = commands.filter(({ line }) => line.includes('--type=renderer')).map(({ pid }) => pid);
  return { all: await held(pids), page: await held(pages) };
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
    await pause(5000);
    const empty = await memory(desk);
    rows.push({
      name: 'desktop: all processes, idle, no sessions',
      unit: 'MB',
      value: empty.all,
      goal: '<= 300 MB',
      met: empty.all <= 300,
    });

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
    const one = await memory(desk);
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
    const many = await memory(desk);
    const each = (many.page - one.page) / (PANES - 1);
    rows.push({
      name: 'desktop: a visible pane more, in the page',
      unit: 'MB',
      value: each,
      goal: '<= 8 MB',
      met: each <= 8,
    });
  } finally {
    await desk.close();
  }
  return rows;
}
