/** Status: screens a second through the readers, and how soon a change on a screen is published. */
import { execFile } from 'node:child_process';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Session } from '../../shared/contract/sessions.ts';
import { eventually, ROOT, type TestHub } from '../hub.ts';
import { median, openViewer, type Row } from './measure.ts';

const run = promisify(execFile);

/** All recorded screens in one call of `qd explain --capture`, less the cost of starting `qd` itself. */
export async function readers(): Promise<Row[]> {
  const folder = join(ROOT, 'e2e', 'recordings');
  const files: string[] = [];
  for (const agent of await readdir(folder)) {
    for (const name of await readdir(join(folder, agent)))
      if (name.endsWith('.json')) files.push(join(folder, agent, name));
  }
  const qd = [join(ROOT, 'dist', 'cli.js'), 'explain', '--json', '--capture'];
  const timed = async (some: readonly string[]) => {
    const began = performance.now();
    await run(process.execPath, [...qd, ...some], { maxBuffer: 64 * 1024 * 1024 });
    return performance.now() - began;
  };
  await timed(files);
  const one = median([await timed(files.slice(0, 1)), await timed(files.slice(0, 1)), await timed(files.slice(0, 1))]);
  const all = median([await timed(files), await timed(files), await timed(files)]);
  const each = (all - one) / (files.length - 1);
  return [
    {
      name: `status: a recorded screen read (${files.length} of them, parsing included)`,
      unit: 'ms',
      value: each,
      goal: '<= 1 ms',
      met: each <= 1,
    },
  ];
}

/** From the change on the screen, as a viewer sees it, to the state in the event stream. */
export async function published(hub: TestHub): Promise<Row[]> {
  await hub.api('POST', '/api/sessions', {
    agent: 'claude',
    name: 'watch',
    cwd: hub.dir,
    command: `${process.execPath} ${join(ROOT, 'e2e', 'agent.mjs')}`,
  });
  await eventually(
    () => hub.api<Session>('GET', '/api/sessions/watch'),
    (s) => s.state === 'idle',
    'the scripted agent is ready',
  );
  const viewer = await openViewer(hub, 'watch');
  const response = await fetch(`${hub.banner.url}/api/events`, {
    headers: { authorization: `Bearer ${await hub.token()}` },
  });
  let states = '';
  let wake: () => void = () => {};
  void (async () => {
    const decoder = new TextDecoder();
    for await (const chunk of response.body ?? []) {
      states += decoder.decode(chunk, { stream: true });
      wake();
    }
  })().catch(() => undefined);
  const times: number[] = [];
  for (let i = 0; i < 10; i++) {
    states = '';
    viewer.socket.send(new TextEncoder().encode('tool ls'));
    await viewer.until((tail) => tail.includes('tool ls'));
    viewer.socket.send(new TextEncoder().encode('\r'));
    await viewer.until((tail) => tail.includes('Do you want to proceed?'));
    const seen = performance.now();
    await new Promise<void>((resolve) => {
      wake = () => {
        if (/"state":"approval"/.test(states)) resolve();
      };
      wake();
    });
    times.push(Math.max(0, performance.now() - seen));
    viewer.socket.send(new TextEncoder().encode('1'));
    await eventually(
      () => hub.api<Session>('GET', '/api/sessions/watch'),
      (s) => s.state === 'done' || s.state === 'idle',
      'the turn ended',
    );
  }
  viewer.close();
  await hub.api('DELETE', '/api/sessions/watch');
  return [
    {
      name: 'status: change on screen to published',
      unit: 'ms',
      value: median(times),
      goal: '<= 300 ms',
      met: median(times) <= 300,
    },
  ];
}
