/**
 * Machines over ssh: keystroke to echo on one of them, and whether nineteen more with five sessions each change that. Each
 * machine is an sshd of its own on loopback, so the processes of all of them share this computer's cores with the hub.
 */

import type { Node } from '../../shared/contract/nodes.ts';
import { eventually, type TestHub } from '../hub.ts';
import { type Machine, noSshd, startMachine } from '../sshd.ts';
import { cost, median, openViewer, percentile, type Row } from './measure.ts';

const NODES = 20;
const SESSIONS = 5;
const KEYS = 600;
const ECHO = `${process.execPath} -e "process.stdin.setRawMode(true);process.stdout.write('READY');process.stdin.on('data',(d)=>process.stdout.write(d))"`;

async function echoes(hub: TestHub, name: string): Promise<number[]> {
  const viewer = await openViewer(hub, name);
  try {
    // Of a session that was measured before, the last screens of its history no longer hold the beginning.
    await viewer.until((tail) => tail.includes('READY') || tail.includes(`<${KEYS - 1}>`));
    const took: number[] = [];
    for (let i = 0; i < KEYS; i += 1) {
      const mark = `<${i}>`;
      took.push(await viewer.echo(mark, mark));
    }
    return took.slice(20);
  } finally {
    viewer.close();
  }
}

async function addNode(hub: TestHub, title: string, machine: Machine): Promise<void> {
  const how = ['--title', title, '--identity', machine.key, '--fingerprint', machine.fingerprint];
  const { code, stderr, stdout } = await hub.qd(['node', 'add', `127.0.0.1:${machine.port}`, ...how]);
  if (code !== 0) throw new Error(stderr + stdout);
}

export async function nodes(hub: TestHub): Promise<Row[]> {
  if (noSshd !== null) throw new Error(noSshd);
  const machines: Machine[] = [];
  const start = (name: string, node: string, command: string) =>
    hub.api('POST', '/api/sessions', { agent: 'custom', name, node, command });
  try {
    const first = await startMachine();
    machines.push(first);
    await addNode(hub, 'node-0', first);
    await start('near', 'local', ECHO);
    await start('far', 'node-0', ECHO);
    const near = await echoes(hub, 'near');
    const alone = await echoes(hub, 'far');
    // The others print a little now and then, as agents do.
    const busy = 'while :; do date; sleep 1; done';
    for (let i = 1; i < NODES; i += 1) {
      const machine = await startMachine();
      machines.push(machine);
      await addNode(hub, `node-${i}`, machine);
      await Promise.all(Array.from({ length: SESSIONS }, (_, k) => start(`s-${i}-${k}`, `node-${i}`, busy)));
      if (i === NODES - 2) break;
    }
    const many = await echoes(hub, 'far');
    const last = await startMachine();
    machines.push(last);
    await addNode(hub, `node-${NODES - 1}`, last);
    await Promise.all(Array.from({ length: SESSIONS }, (_, k) => start(`l-${k}`, `node-${NODES - 1}`, busy)));
    const more = await echoes(hub, 'far');
    const before = await cost(hub.banner.pid);
    const began = performance.now();
    await new Promise((wake) => setTimeout(wake, 5000));
    const after = await cost(hub.banner.pid);
    const share = (100 * (after.cpu - before.cpu)) / ((performance.now() - began) / 1000);
    // All machines are lost at once and come back at once.
    await Promise.all(machines.slice(1).map((machine) => machine.down()));
    const all = () => hub.api<Node[]>('GET', '/api/nodes');
    await eventually(
      all,
      (list) => list.filter((n) => n.state === 'unreachable').length === NODES - 1,
      'all are away',
      30_000,
    );
    const lost = await echoes(hub, 'far');
    await Promise.all(machines.slice(1).map((machine) => machine.up()));
    const up = performance.now();
    await eventually(all, (list) => list.every((n) => n.state === 'live'), 'all are back', 30_000);
    const back = (performance.now() - up) / 1000;
    const sessions = await hub.api<{ state: string }[]>('GET', '/api/sessions');
    await eventually(
      () => hub.api<{ state: string; exit: unknown }[]>('GET', '/api/sessions'),
      (list) => list.every((s) => s.state !== 'unreachable' && s.exit === null),
      'all sessions are back',
      30_000,
    );
    return [
      {
        name: 'echo on an ssh node, median',
        unit: 'ms',
        value: median(alone),
        peer: median(near),
        peerName: 'this machine',
        goal: '<= 6 ms',
        met: median(alone) <= 6,
      },
      { name: 'echo on an ssh node, p99', unit: 'ms', value: percentile(alone, 99) },
      {
        name: `the same beside ${NODES - 2} nodes with ${SESSIONS} sessions`,
        unit: 'ms',
        value: median(many),
        peer: median(alone),
        peerName: 'alone',
      },
      {
        name: 'the same with one more',
        unit: 'ms',
        value: median(more),
        peer: median(many),
        peerName: 'before',
        goal: '<= 10 % more',
        met: median(more) <= median(many) * 1.1,
      },
      {
        name: `the same while ${NODES - 1} nodes are away`,
        unit: 'ms',
        value: median(lost),
        peer: median(alone),
        peerName: 'alone',
      },
      { name: `all ${NODES - 1} nodes back after sshd is`, unit: 's', value: back, goal: '<= 2 s', met: back <= 2 },
      { name: `hub with ${NODES} nodes, ${sessions.length} sessions`, unit: '% of a core', value: share },
      { name: `hub with ${NODES} nodes, memory`, unit: 'MB', value: after.mb },
    ];
  } finally {
    await Promise.all(machines.map((machine) => machine.stop()));
  }
}
