/** Part of `fleet.spec.ts`: a hub that is added from the central one, through a machine over ssh, and people who act there. */
import { readFile, stat } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { expect, test } from '@playwright/test';
import type { Approval } from '../shared/contract/approvals.ts';
import type { AuditLine, LogLine } from '../shared/contract/logs.ts';
import type { Node, NodeHistory } from '../shared/contract/nodes.ts';
import type { Session } from '../shared/contract/sessions.ts';
import { bytesOf, eventually, startHub, type TestHub, walk } from './hub.ts';
import { createPushService, type PushService } from './push-service.ts';
import { type Cable, layCable, type Machine, noSshd, startMachine } from './sshd.ts';

const NEEDED = ['read', 'type', 'approve', 'run'];
const tokenOf = async (hub: TestHub, scopes: readonly string[], more: object = {}): Promise<string> =>
  (await hub.api<{ token: string }>('POST', '/api/tokens', { name: 'for another hub', scopes, ...more })).token;

export function addedHubs(given: {
  readonly central: () => TestHub;
  readonly joined: () => TestHub;
  readonly command: string;
}) {
  let gamma: TestHub;
  let machine: Machine;
  let cable: Cable;
  let service: PushService;
  const ends: (() => unknown)[] = [];
  test.afterAll(async () => {
    for (const end of ends.reverse()) await end();
  });

  const nodes = () => given.central().api<Node[]>('GET', '/api/nodes');
  const gammaIs = (state: Node['state']) =>
    eventually(
      nodes,
      (all) => all.some((node) => node.title === 'gamma' && node.state === state),
      `gamma is ${state}`,
      60_000,
    ).then((all) => all.find((node) => node.title === 'gamma') as Node);
  const add = (url: string, token: string, ...more: string[]) =>
    given.central().qd(['node', 'add', url, '--hub', ...more], { stdin: `${token}\n` });

  test('what cannot be added says why, and no token is handed to what is no hub', async () => {
    test.skip(noSshd !== null, noSshd ?? '');
    test.setTimeout(120_000);
    [gamma, machine, service] = await Promise.all([
      startHub({ env: { QD_NODE_NAME: 'gamma' } }),
      startMachine(),
      createPushService(),
    ]);
    cable = await layCable(machine.port);
    ends.push(machine.stop, gamma.close, service.close, cable.close);
    const central = given.central();
    const good = await tokenOf(gamma, NEEDED);
    let heard = '';
    const other = createServer((request, response) => {
      heard += JSON.stringify(request.headers);
      response.end('<html></html>');
    });
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    const refused = async (url: string, token: string, why: RegExp, ...more: string[]) => {
      const { code, stderr } = await add(url, token, ...more);
      expect(stderr).toMatch(why);
      expect(code).not.toBe(0);
    };
    await refused(gamma.banner.url, `${good.slice(0, -1)}x`, /refuses the token/);
    await refused(gamma.banner.url, await tokenOf(gamma, ['read', 'run']), /lacks type, approve/);
    await refused(`http://127.0.0.1:${(other.address() as AddressInfo).port}`, good, /no Quarterdeck hub/);
    expect(heard).not.toContain('qd_');
    other.close();
    await refused('http://127.0.0.1:1', good, /nothing listens there/);
    await refused(central.banner.url, await tokenOf(central, NEEDED), /this hub itself/);
    const alpha = given.joined();
    await refused(alpha.banner.url, await tokenOf(alpha, NEEDED), /joined by itself already, as alpha/);
    // The other way round: alpha would have the hub above it below it.
    const circle = alpha.api('POST', '/api/fleet/hubs', {
      url: central.banner.url,
      token: await tokenOf(central, NEEDED),
    });
    await expect(circle).rejects.toThrow(/422.*circle/);
    await refused(gamma.banner.url, good, /is no machine over ssh/, '--through', 'alpha');
    expect((await nodes()).map(({ title }) => title)).not.toContain('gamma');
  });

  test('a hub that listens on its own machine alone is reached through ssh, again after a cut, and keeps its key', async () => {
    test.skip(noSshd !== null, noSshd ?? '');
    test.setTimeout(180_000);
    const central = given.central();
    const way = ['--identity', machine.key, '--fingerprint', machine.fingerprint];
    expect(
      (await central.qd(['node', 'add', `${machine.user}@127.0.0.1:${cable.port}`, '--title', 'box', ...way])).code,
    ).toBe(0);
    await gamma.api('POST', '/api/facts', { project: '*', text: 'gamma has a disk of its own' });
    const secret = await tokenOf(gamma, NEEDED);
    const added = await add(gamma.banner.url, secret, '--through', 'box');
    expect(added.stderr + added.stdout).toContain('gamma');
    expect(added.code).toBe(0);
    const node = await gammaIs('live');
    expect(node).toMatchObject({ kind: 'hub', via: ['box'], address: gamma.banner.url, hub: { added: true } });
    expect((await add(gamma.banner.url, secret, '--through', 'box')).stderr).toContain('here already, as gamma');
    expect(cable.made).toBe(1);

    const rigger = await central.api<Session>('POST', '/api/sessions', {
      ...{ agent: 'claude', name: 'rigger', node: 'gamma', cwd: gamma.dir, command: given.command },
    });
    expect(rigger.node).toBe(node.id);
    // It is asked for its figures once it is connected.
    const memory = async () => {
      const history = await central.api<NodeHistory[]>('GET', '/api/node-history');
      return history.find((each) => each.node === node.id)?.samples.at(-1)?.memory?.total;
    };
    await expect.poll(memory).toBeGreaterThan(0);

    // It says nothing by itself: what it did is asked of it, and facts are exchanged.
    const facts = async (hub: TestHub) =>
      (await hub.api<{ text: string }[]>('GET', '/api/facts')).map(({ text }) => text).sort();
    await eventually(
      () => Promise.all([facts(central), facts(gamma)]),
      ([here, there]) => here.includes('gamma has a disk of its own') && here.join() === there.join(),
      'the same facts on both',
    );
    const logged = () => central.api<LogLine[]>('GET', '/api/logs?node=gamma');
    const before = await eventually(logged, (all) => all.length > 0, 'what gamma did');

    cable.cut();
    await gammaIs('unreachable');
    cable.mend();
    await gammaIs('live');
    // Both sides are started anew: what was given for the token is good until somebody takes it back.
    await central.end('SIGKILL');
    await gamma.end('SIGKILL');
    await gamma.start(gamma.banner.port);
    await central.start(central.banner.port);
    expect((await gammaIs('live')).id).toBe(node.id);
    const after = await eventually(
      logged,
      (all) => all.some(({ at }) => at > (before.at(-1)?.at ?? 0)),
      'what it did since',
    );
    const said = after.map(({ at, message }) => `${at} ${message}`);
    expect(said).toEqual([...new Set(said)]);

    const kept = JSON.parse(await readFile(join(central.data, 'hubs.json'), 'utf8')) as { credential: string }[];
    const { credential = '' } = kept[0] ?? {};
    expect(credential).toMatch(/^qd_/);
    expect((await stat(join(central.data, 'hubs.json'))).mode & 0o777).toBe(0o600);
    const paths = [
      '/api/nodes?all=true',
      '/api/nodes/gamma',
      '/api/logs',
      '/api/audit',
      '/api/settings',
      '/api/tokens',
    ];
    const answers = JSON.stringify(await Promise.all(paths.map((path) => central.api('GET', path))));
    expect([answers.includes(credential), answers.includes(secret)]).toEqual([false, false]);
    for await (const { path, kind } of walk(central.data)) {
      if (kind !== 'file' || path === join(central.data, 'hubs.json')) continue;
      const bytes = await bytesOf(path);
      expect([bytes.includes(credential), bytes.includes(secret)], path).toEqual([false, false]);
    }
  });

  test('a request there reaches the phone; it is answered once, under the name of who answered', async () => {
    test.skip(noSshd !== null, noSshd ?? '');
    test.setTimeout(120_000);
    const central = given.central();
    await central.api('PATCH', '/api/settings', { set: { 'push.hosts': ['127.0.0.1'] } });
    await central.api('POST', '/api/users', {
      name: 'anna',
      passphrase: 'a long enough passphrase',
      scopes: ['admin'],
    });
    const anna = await tokenOf(central, NEEDED, { user: 'anna' });
    await central.api('POST', '/api/push/devices', { ...service.subscribe('phone'), name: 'phone' }, anna);
    await eventually(
      () => central.api<Session[]>('GET', '/api/sessions'),
      (all) => all.some(({ name, state }) => name === 'rigger' && (state === 'idle' || state === 'done')),
      'it is ready',
      60_000,
    );
    await central.api('POST', '/api/sessions/gamma:rigger/prompts', { text: 'tool rm -rf build' }, anna);
    const message = await eventually(
      async () => service.got.find(({ payload }) => payload.kind === 'approval')?.payload,
      (payload) => payload !== undefined,
      'a message at the push service',
      60_000,
    );
    expect(message).toMatchObject({ session: 'gamma:rigger', approval: { actions: ['allow', 'deny'] } });
    const path = `/api/approvals/${message?.approval?.id}`;
    const answer = { decision: 'allow', digest: message?.approval?.digest };
    expect((await central.api<Approval>('POST', path, answer, anna)).answer?.by).toMatch(/^anna via /);
    await expect(central.api('POST', path, answer)).rejects.toThrow(/409.*anna via/);
    const audit = await gamma.api<AuditLine[]>('GET', '/api/audit');
    const line = audit.find(({ action }) => action === 'approval.answer');
    expect(line).toMatchObject({ via: 'hub', detail: { for: { name: 'anna' } } });
    expect(line?.who).toMatch(/^anna via /);
    // The word of that hub allows nothing: there it is the token that counts.
    const { token: limited } = await gamma.api<{ token: string }>('POST', '/api/tokens', {
      name: 'r',
      scopes: ['read'],
    });
    await expect(gamma.api('POST', path, answer, limited)).rejects.toThrow(/403/);

    // Another name and address, as long as the same hub answers there.
    const edit = (...more: string[]) => central.qd(['node', 'edit', 'gamma', ...more]);
    expect((await edit('--url', central.banner.url)).stderr).toContain('what answers there is not gamma');
    expect((await edit('--title', 'alpha')).stderr).toContain('a node named alpha already');
    expect((await edit('--port', '22')).stderr).toContain('nothing of ssh');
    const elsewhere = gamma.banner.url.replace('127.0.0.1', 'localhost');
    expect((await edit('--url', elsewhere, '--title', 'delta')).stdout).toContain('changed delta');
    expect((await nodes()).find(({ title }) => title === 'delta')).toMatchObject({ state: 'live', address: elsewhere });
    expect((await central.qd(['node', 'edit', 'delta', '--title', 'gamma'])).code).toBe(0);

    expect((await central.qd(['node', 'remove', 'gamma'])).stderr).toContain('by force');
    expect((await central.qd(['node', 'remove', 'gamma', '--force'])).code).toBe(0);
    await eventually(
      () => gamma.api<{ name: string }[]>('GET', '/api/tokens'),
      (all) => !all.some(({ name }) => name.startsWith('for the hub')),
      'its token is given back',
    );
    expect(await readFile(join(central.data, 'hubs.json'), 'utf8')).toBe('[]\n');
  });
}
