/** Status: screens a second through the readers, and how soon a change on a screen is published. */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Session } from '../../shared/contract/sessions.ts';
import { eventually, ROOT, type TestHub } from '../hub.ts';
import { median, openViewer, type Row } from './measure.ts';

const run = promisify(execFile);

/** Every recorded screen through its reader, in a process of its own. */
export async function readers(): Promise<Row[]> {
  const speed = join(ROOT, 'electron', 'core', 'agents', 'readers', 'fixtures', 'speed.ts');
  const { stdout } = await run(process.execPath, [speed]);
  const { screens, mean, p99 } = JSON.parse(stdout) as { screens: number; mean: number; p99: number };
  return [
    {
      name: `status: a screen read (${screens} recorded), mean`,
      unit: 'ms',
      value: mean,
      goal: '<= 1 ms',
      met: mean <= 1,
    },
    { name: 'status: a screen read, p99', unit: 'ms', value: p99, goal: '<= 1 ms', met: p99 <= 1 },
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
    // What an earlier round showed must not pass for this one's dialog.
    viewer.forget();
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
