/** Terminals: typing, floods, many viewers, opening a pane; beside plain tmux on the same session. */
import { spawn } from 'node:child_process';
import type { TestHub } from '../hub.ts';
import { cost, median, openViewer, pause, percentile, plainAttach, type Row, startCustom } from './measure.ts';

const KEYS = 300;
const LETTERS = 'abcdefghijklmnopqrstuvwxyz';

async function typing(echo: (text: string, mark: string) => Promise<number>): Promise<number[]> {
  const times: number[] = [];
  for (let i = 0; i < KEYS; i++) {
    const letter = LETTERS[i % LETTERS.length] ?? 'a';
    times.push(await echo(letter, letter));
    await pause(4);
  }
  return times;
}

/** Typing in both at once, turn about, so that the machine's mood is the same for both. */
export async function echo(hub: TestHub): Promise<Row[]> {
  await startCustom(hub, 'echo', 'stty raw -echo; exec cat');
  const viewer = await openViewer(hub, 'echo');
  const peer = await plainAttach(hub, 'echo');
  await pause(500);
  const theirs = await typing(peer.echo);
  peer.close();
  await pause(300);
  const ours = await typing(viewer.echo);
  await startCustom(hub, 'noise', 'exec yes "the quick brown fox jumps over the lazy dog 0123456789"');
  const noise = await openViewer(hub, 'noise');
  await pause(1000);
  const loud = await typing(viewer.echo);
  noise.close();
  viewer.close();
  await hub.api('DELETE', '/api/sessions/noise');
  await hub.api('DELETE', '/api/sessions/echo');
  return [
    {
      name: 'echo, median',
      unit: 'ms',
      value: median(ours),
      peer: median(theirs),
      peerName: 'plain tmux attach',
      goal: '<= 3 ms, <= 1.5 x peer',
      met: median(ours) <= 3 && median(ours) <= 1.5 * median(theirs),
    },
    {
      name: 'echo, p99',
      unit: 'ms',
      value: percentile(ours, 99),
      peer: percentile(theirs, 99),
      peerName: 'plain tmux attach',
      goal: '<= 15 ms',
      met: percentile(ours, 99) <= 15,
    },
    {
      name: 'echo beside a flood, p99',
      unit: 'ms',
      value: percentile(loud, 99),
      peer: percentile(ours, 99),
      peerName: 'without the flood',
      goal: '<= 33 ms',
      met: percentile(loud, 99) <= 33,
    },
  ];
}

/** 50 MB of numbered lines through one session to one viewer; the peer reads tmux's control mode and does nothing with it. */
export async function flood(hub: TestHub): Promise<Row[]> {
  const lines = 500_000;
  const command = `i=0; read go; awk 'BEGIN { for (i = 0; i < ${lines}; i++) printf "%08d %s\\n", i, "abcdefghijklmnopqrstuvwxyz abcdefghijklmnopqrstuvwxyz abcdefghijklmnopqrstuvwxyz abcdefghij" }'; echo THE_END_IS_HERE; read stay`;
  const mb = (lines * 100) / 1e6;

  await hub.tmux('new-session', '-d', '-s', 'raw-peer', '-x', '120', '-y', '40', 'sh', '-c', command);
  const control = spawn('tmux', ['-L', hub.socket, '-C', 'attach', '-t', '=raw-peer'], {
    env: hub.env,
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  const rawSeconds = await new Promise<number>((resolve, reject) => {
    let tail = '';
    let began = 0;
    const timer = setTimeout(() => reject(new Error('control mode alone did not finish')), 120_000);
    control.stdout.on('data', (chunk: Buffer) => {
      tail = (tail + chunk.subarray(-4096).toString('latin1')).slice(-4096);
      if (!tail.includes('THE_END_IS_HERE')) return;
      clearTimeout(timer);
      resolve((performance.now() - began) / 1000);
    });
    setTimeout(() => {
      began = performance.now();
      control.stdin.write('send-keys -t =raw-peer: Enter\n');
    }, 500);
  });
  control.kill();
  await hub.tmux('kill-session', '-t', '=raw-peer');

  const first = await floodThrough(hub, 'flood', command);
  const again = await floodThrough(hub, 'flood-again', command);
  return [
    {
      name: 'flood of 50 MB',
      unit: 'MB/s',
      value: mb / first.seconds,
      peer: mb / rawSeconds,
      peerName: 'control mode raw',
      goal: '>= 0.9 x peer',
      met: rawSeconds / first.seconds >= 0.9,
    },
    {
      name: 'flood: CPU of the hub',
      unit: 's',
      value: first.cpu,
      peer: first.seconds,
      peerName: 'seconds that it took',
    },
    { name: 'flood: growth of memory', unit: 'MB', value: first.most - first.before, goal: 'flat' },
    // What the first brings is room for what passes, kept until it is collected; a leak would grow on.
    {
      name: 'flood: growth by the same again',
      unit: 'MB',
      value: again.most - first.most,
      goal: '<= 8 MB',
      met: again.most - first.most <= 8,
    },
    {
      name: 'flood: /health p99',
      unit: 'ms',
      value: percentile(first.health, 99),
      goal: '<= 50 ms',
      met: percentile(first.health, 99) <= 50,
    },
    {
      name: 'flood: final screen equals tmux',
      unit: '1 = yes',
      value: first.same && again.same ? 1 : 0,
      goal: '1',
      met: first.same && again.same,
    },
  ];
}

async function floodThrough(hub: TestHub, name: string, command: string) {
  await startCustom(hub, name, command);
  const viewer = await openViewer(hub, name);
  await pause(500);
  const before = await cost(hub.banner.pid);
  const health: number[] = [];
  let done = false;
  const watch = (async () => {
    while (!done) {
      const began = performance.now();
      await fetch(`${hub.banner.url}/health`).then((r) => r.text());
      health.push(performance.now() - began);
      await pause(20);
    }
  })();
  let most = 0;
  const memory = setInterval(() => void cost(hub.banner.pid).then((c) => (most = Math.max(most, c.mb))), 100);
  const began = performance.now();
  viewer.socket.send(new TextEncoder().encode('\r'));
  await viewer.until((tail) => tail.includes('THE_END_IS_HERE'), 120_000);
  const seconds = (performance.now() - began) / 1000;
  done = true;
  clearInterval(memory);
  await watch;
  const { cpu } = await cost(hub.banner.pid);
  const shown = await hub.api<{ lines: string[] }>('GET', `/api/sessions/${name}/screen?format=json`);
  const truth = (await hub.tmux('capture-pane', '-p', '-t', `=${name}:`)).split('\n').map((line) => line.trimEnd());
  const same = shown.lines.every((line, i) => line.trimEnd() === (truth[i] ?? ''));
  viewer.close();
  await hub.api('DELETE', `/api/sessions/${name}`);
  return { seconds, cpu: cpu - before.cpu, before: before.mb, most, health, same };
}

/** CPU of the hub for the same 5 MB to one viewer and to fifty. */
export async function fanOut(hub: TestHub): Promise<Row[]> {
  const run = async (viewers: number) => {
    const name = `fan-${viewers}`;
    await startCustom(
      hub,
      name,
      `read go; awk 'BEGIN { for (i = 0; i < 50000; i++) printf "%08d abcdefghijklmnopqrstuvwxyz abcdefghijklmnopqrstuvwxyz abcdefghijklmnopqrstuvwxyz abcdefghij\\n", i }'; echo FAN_END; read stay`,
    );
    const all = await Promise.all(Array.from({ length: viewers }, () => openViewer(hub, name)));
    await pause(500);
    const before = await cost(hub.banner.pid);
    all[0]?.socket.send(new TextEncoder().encode('\r'));
    await Promise.all(all.map((viewer) => viewer.until((tail) => tail.includes('FAN_END'), 60_000)));
    const after = await cost(hub.banner.pid);
    for (const viewer of all) viewer.close();
    await hub.api('DELETE', `/api/sessions/${name}`);
    return after.cpu - before.cpu;
  };
  const one = await run(1);
  const fifty = await run(50);
  return [
    {
      name: 'fan-out: CPU for 50 viewers',
      unit: 's',
      value: fifty,
      peer: one,
      peerName: 'one viewer',
      goal: '<= 3 x peer',
      met: fifty <= 3 * one,
    },
  ];
}

/** From opening the socket to the first screen, with 5,000 lines behind it. */
export async function openPane(hub: TestHub): Promise<Row[]> {
  await startCustom(hub, 'history', `seq 1 5000; echo HISTORY_READY; exec cat`);
  const warm = await openViewer(hub, 'history');
  await warm.until((tail) => tail.includes('HISTORY_READY'));
  warm.close();
  const times: number[] = [];
  for (let i = 0; i < 20; i++) {
    const began = performance.now();
    const viewer = await openViewer(hub, 'history');
    await viewer.until((tail) => tail.includes('HISTORY_READY'));
    times.push(performance.now() - began);
    viewer.close();
  }
  const peers: number[] = [];
  for (let i = 0; i < 20; i++) {
    const began = performance.now();
    await hub.tmux('capture-pane', '-p', '-e', '-S', '-', '-t', '=history:');
    peers.push(performance.now() - began);
  }
  await hub.api('DELETE', '/api/sessions/history');
  return [
    {
      name: 'open a pane with 5,000 lines',
      unit: 'ms',
      value: median(times),
      peer: median(peers),
      peerName: 'tmux capture-pane',
      goal: '<= 100 ms',
      met: median(times) <= 100,
    },
  ];
}
