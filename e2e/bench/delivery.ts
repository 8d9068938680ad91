/** Prompts and the hub at large: sending, listing, starting, idling, coming back. */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Receipt } from '../../shared/contract/prompts.ts';
import type { Session } from '../../shared/contract/sessions.ts';
import { eventually, ROOT, startHub, type TestHub } from '../hub.ts';
import { cost, median, pause, percentile, type Row, startCustom } from './measure.ts';

/** The scripted agent that draws like Claude Code; `claude` reads its screen. */
const scripted = async (hub: TestHub, name: string): Promise<void> => {
  await hub.api('POST', '/api/sessions', {
    agent: 'claude',
    name,
    cwd: hub.dir,
    command: `${process.execPath} ${join(ROOT, 'e2e', 'agent.mjs')} --work 50`,
  });
  await eventually(
    () => hub.api<Session>('GET', `/api/sessions/${name}`),
    (s) => s.state === 'idle' || s.state === 'done',
    `${name} is ready`,
  );
};

const delivered = async (hub: TestHub, name: string, text: string): Promise<number> => {
  const began = performance.now();
  const receipt = await hub.api<Receipt>('POST', `/api/sessions/${name}/prompts`, { text });
  const answer = await hub.api<Receipt & { reached: boolean }>('POST', `/api/prompts/${receipt.id}/wait`, {
    until: 'delivered',
    timeout: 30,
  });
  if (!answer.reached) throw new Error(`not delivered: ${answer.reason}`);
  const took = performance.now() - began;
  await hub.api('POST', `/api/prompts/${receipt.id}/wait`, { until: 'idle', timeout: 30 });
  return took;
};

export async function send(hub: TestHub): Promise<Row[]> {
  const names = Array.from({ length: 8 }, (_, i) => `send-${i + 1}`);
  for (const name of names) await scripted(hub, name);
  const single: number[] = [];
  for (let i = 0; i < 15; i++) single.push(await delivered(hub, 'send-1', `number ${i}`));
  const health: number[] = [];
  let done = false;
  const watch = (async () => {
    while (!done) {
      const began = performance.now();
      await fetch(`${hub.banner.url}/health`).then((r) => r.text());
      health.push(performance.now() - began);
      await pause(5);
    }
  })();
  const rounds: number[] = [];
  for (let round = 0; round < 5; round++) {
    const took = await Promise.all(names.map((name) => delivered(hub, name, `together ${round}`)));
    rounds.push(Math.max(...took));
  }
  done = true;
  await watch;
  for (const name of names) await hub.api('DELETE', `/api/sessions/${name}`);
  return [
    {
      name: 'send: enqueued to delivered, median',
      unit: 'ms',
      value: median(single),
      goal: '<= 150 ms',
      met: median(single) <= 150,
    },
    {
      name: '8 sends to 8 sessions at once, slowest',
      unit: 'ms',
      value: median(rounds),
      peer: median(single),
      peerName: 'one send',
      goal: 'no slower than one',
    },
    {
      name: '8 sends: /health p99',
      unit: 'ms',
      value: percentile(health, 99),
      goal: '<= 50 ms',
      met: percentile(health, 99) <= 50,
    },
  ];
}

export async function start(hub: TestHub): Promise<Row[]> {
  const times: number[] = [];
  for (let i = 0; i < 20; i++) {
    const began = performance.now();
    await hub.api('POST', '/api/sessions', { agent: 'shell', name: `start-${i}`, cwd: hub.dir });
    times.push(performance.now() - began);
  }
  const peers: number[] = [];
  for (let i = 0; i < 20; i++) {
    const began = performance.now();
    await hub.tmux('new-session', '-d', '-s', `peer-${i}`, 'sh');
    peers.push(performance.now() - began);
  }
  for (let i = 0; i < 20; i++) {
    await hub.api('DELETE', `/api/sessions/start-${i}`);
    await hub.tmux('kill-session', '-t', `=peer-${i}`);
  }
  return [
    {
      name: 'start a shell session',
      unit: 'ms',
      value: median(times),
      peer: median(peers),
      peerName: 'tmux new-session',
      goal: '<= 20 ms',
      met: median(times) <= 20,
    },
  ];
}

/** 100 sessions: memory and CPU at rest, the list, kill -9 and back. Uses a hub of its own. */
export async function hundred(): Promise<Row[]> {
  const hub = await startHub();
  try {
    const empty = await cost(hub.banner.pid);
    const list = async () => {
      const times: number[] = [];
      for (let i = 0; i < 30; i++) {
        const began = performance.now();
        await hub.api('GET', '/api/sessions');
        times.push(performance.now() - began);
      }
      return median(times);
    };
    for (let i = 0; i < 33; i++) await startCustom(hub, `idle-${i}`, 'exec cat');
    const few = await list();
    for (let i = 33; i < 100; i++) await startCustom(hub, `idle-${i}`, 'exec cat');
    const many = await list();
    await pause(5000);
    const before = await cost(hub.banner.pid);
    await pause(10_000);
    const after = await cost(hub.banner.pid);
    const cpu = ((after.cpu - before.cpu) / 10) * 100;
    const each = (after.mb - empty.mb) / 100;
    await hub.end('SIGKILL');
    const began = performance.now();
    await hub.start();
    const live = await eventually(
      () => hub.api<Session[]>('GET', '/api/sessions'),
      (all) => all.filter((s) => s.state !== 'starting' && s.state !== 'unreachable').length === 100,
      'all 100 are back',
    );
    const back = performance.now() - began;
    return [
      { name: 'list 33 sessions', unit: 'ms', value: few, goal: '<= 5 ms', met: few <= 5 },
      {
        name: 'list 100 sessions',
        unit: 'ms',
        value: many,
        peer: few,
        peerName: '33 sessions',
        goal: '<= 5 ms, flat',
        met: many <= 5,
      },
      { name: 'idle with 100 sessions: CPU', unit: '% of a core', value: cpu, goal: '< 1 %', met: cpu < 1 },
      { name: 'idle: memory a session', unit: 'MB', value: each, goal: '<= 5 MB', met: each <= 5 },
      {
        name: `kill -9 with ${live.length} sessions, to all live again`,
        unit: 'ms',
        value: back,
        goal: '<= 2000 ms',
        met: back <= 2000,
      },
    ];
  } finally {
    await hub.close();
  }
}

/** From `node dist/hub.js` to its line on standard output, and an empty Node beside it. */
export async function coldStart(): Promise<Row[]> {
  const times: number[] = [];
  for (let i = 0; i < 5; i++) {
    const began = performance.now();
    const hub = await startHub();
    times.push(performance.now() - began);
    await hub.close();
  }
  const peers: number[] = [];
  for (let i = 0; i < 5; i++) {
    const began = performance.now();
    await new Promise((resolve) =>
      createInterface({
        input: spawn(process.execPath, ['-e', 'console.log(1)'], { stdio: ['ignore', 'pipe', 'ignore'] }).stdout,
      }).once('line', resolve),
    );
    peers.push(performance.now() - began);
  }
  return [
    {
      name: 'hub: cold to listening',
      unit: 'ms',
      value: median(times),
      peer: median(peers),
      peerName: 'an empty Node',
      goal: '<= 700 ms',
      met: median(times) <= 700,
    },
  ];
}
