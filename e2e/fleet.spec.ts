/** Hubs on other machines: one central hub and two that join it, each with a home, a data folder and a tmux of its own. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from '@playwright/test';
import type { Approval } from '../shared/contract/approvals.ts';
import { PROTOCOL } from '../shared/contract/define.ts';
import type { LogLine } from '../shared/contract/logs.ts';
import type { Node, NodeHealth } from '../shared/contract/nodes.ts';
import type { Receipt } from '../shared/contract/prompts.ts';
import type { Session } from '../shared/contract/sessions.ts';
import { type Client, createClient } from '../shared/wire/client.ts';
import { webSocketTransport } from '../shared/wire/transports.ts';
import { addedHubs } from './fleet-added.ts';
import { bytesOf, eventually, ROOT, startHub, type TestHub, walk } from './hub.ts';

test.describe.configure({ mode: 'serial' });

let central: TestHub;
let alpha: TestHub;
let beta: TestHub;
const started: TestHub[] = [];
const clients: Client[] = [];

const AGENT = `${process.execPath} ${join(ROOT, 'e2e', 'agent.mjs')}`;
const logOf = (hub: TestHub) => join(hub.dir, 'agent.log');
const start = (hub: TestHub, name: string, at: TestHub, node = 'local') =>
  hub.api<Session>('POST', '/api/sessions', {
    agent: 'claude',
    name,
    node,
    cwd: at.dir,
    command: `${AGENT} --work 50 --log ${logOf(at)}`,
  });
const nodes = () => central.api<Node[]>('GET', '/api/nodes');
/** `problem`: what it is to say in the end. How a line broke may be told before what broke it is. */
const nodeNamed = (title: string, state: Node['state'], problem = /^/) =>
  eventually(
    nodes,
    (all) => all.some((node) => node.title === title && node.state === state && problem.test(node.problem)),
    `${title} is ${state}`,
    60_000,
  ).then((all) => all.find((node) => node.title === title) as Node);
const sessionIs = (name: string, passes: (session: Session) => boolean, what: string) =>
  eventually(
    () => central.api<Session[]>('GET', '/api/sessions'),
    (all) => all.some((each) => each.name === name && passes(each)),
    what,
    60_000,
  ).then((all) => all.find((each) => each.name === name) as Session);
const prompts = async (hub: TestHub): Promise<string[]> =>
  (await readFile(logOf(hub), 'utf8').catch(() => ''))
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as { kind: string; text: string })
    .flatMap(({ kind, text }) => (kind === 'prompt' ? [text] : []));
/** Whether it had a turn before or not. */
const rests = ({ state }: Session): boolean => state === 'idle' || state === 'done';
async function wire(): Promise<Client> {
  const token = await central.token();
  const client = createClient({
    connect: () => webSocketTransport(`${central.banner.url.replace('http', 'ws')}/wire`, { token }),
    protocol: PROTOCOL,
    client: 'test',
  });
  clients.push(client);
  return client;
}

test.beforeAll(async () => {
  test.setTimeout(120_000);
  central = await startHub();
  started.push(central);
  const made = await central.api<{ token: string }>('POST', '/api/tokens', { name: 'nodes', scopes: ['join'] });
  await central.api('POST', '/api/facts', { project: '*', text: 'the central hub was here first' });
  const env = (name: string) => ({ QD_HUB_URL: central.banner.url, QD_HUB_TOKEN: made.token, QD_NODE_NAME: name });
  for (const name of ['alpha', 'beta']) started.push(await startHub({ env: env(name) }));
  [, alpha, beta] = started as [TestHub, TestHub, TestHub];
});
test.afterAll(async () => {
  for (const client of clients) client.close();
  for (const hub of started.reverse()) {
    if (hub === beta) await hub.end('SIGKILL');
    await hub.close();
  }
});

test('hubs join by themselves; their sessions are sessions here', async () => {
  const node = await nodeNamed('alpha', 'live');
  await nodeNamed('beta', 'live');
  expect(node).toMatchObject({ kind: 'hub', reachable: true, address: alpha.banner.url, problem: '' });
  expect(node.hub).toMatchObject({ version: alpha.banner.version, platform: process.platform });
  // It may be called back before it has read the answer to its introduction.
  await expect
    .poll(() => alpha.api('GET', '/api/fleet'))
    .toMatchObject({ state: 'joined', node: node.id, title: 'alpha' });

  // One begun there, one begun from here.
  const there = await start(alpha, 'helm', alpha);
  const shown = await sessionIs(
    'helm',
    ({ state }) => state === 'idle',
    'the session of alpha in the list of the central hub',
  );
  expect(shown).toMatchObject({ id: there.id, node: node.id, attach: ['qd', 'attach', 'alpha:helm'] });
  const from = await start(central, 'hold', beta, 'beta');
  expect(from.node).toBe((await nodeNamed('beta', 'live')).id);
  expect((await beta.api<Session>('GET', '/api/sessions/hold')).id).toBe(from.id);

  const health = await central.api<NodeHealth>('GET', '/api/nodes/alpha?deep=true');
  expect(health.memory?.total).toBeGreaterThan(0);
  expect(health.checks.filter(({ result }) => result === 'fail')).toEqual([]);
  const listed = await central.qd(['node', 'list']);
  expect(listed.stdout).toMatch(/alpha\s+live\s+hub\s+http:/);
  expect((await central.qd(['node', 'doctor', 'beta'])).code).toBe(0);
});

const facts = async (hub: TestHub): Promise<string[]> =>
  (await hub.api<{ text: string }[]>('GET', '/api/facts')).map(({ text }) => text);

test('what the hubs of machines log is told here, under their names; facts are shared', async () => {
  await eventually(
    () => facts(alpha),
    (all) => all.includes('the central hub was here first'),
    'the fact at alpha',
  );
  await eventually(
    () => central.api<LogLine[]>('GET', '/api/logs?node=alpha'),
    (lines) =>
      lines.some(
        ({ from, message, node }) => from === 'alpha/fleet' && node === 'alpha' && message.startsWith('joined '),
      ),
    'a line of alpha',
  );
  const own = await central.api<LogLine[]>('GET', '/api/logs?node=local');
  expect(own.filter(({ node }) => node !== undefined)).toEqual([]);
  expect((await central.qd(['logs', '--node', 'alpha'])).stdout).toContain('alpha/fleet: joined ');
});

test('a prompt arrives once, an approval is answered, whatever machine the session is on', async () => {
  await sessionIs('helm', ({ state }) => state === 'idle', 'it is ready');
  const give = () =>
    central.api<Receipt>('POST', '/api/sessions/alpha:helm/prompts', { id: 'once', text: 'tool rm -rf build' });
  expect((await Promise.all([give(), give()])).map(({ id }) => id)).toEqual(['once', 'once']);
  const asked = await eventually(
    () => central.api<Approval[]>('GET', '/api/approvals'),
    (all) => all.some(({ session, status }) => session === 'helm' && status === 'open'),
    'the request of alpha here',
  );
  const [approval] = asked;
  await central.api('POST', `/api/approvals/${approval?.id}`, { decision: 'allow', digest: approval?.digest });
  await eventually(
    () => readFile(logOf(alpha), 'utf8'),
    (text) => text.includes('"answer"'),
    'the answer at the agent',
  );
  expect((await alpha.api<Approval[]>('GET', '/api/approvals?all=true'))[0]?.answer?.by).toMatch(/^local via /);
  const receipt = await central.api<Receipt & { reached: boolean }>('POST', '/api/prompts/once/wait', {
    until: 'idle',
  });
  expect(receipt).toMatchObject({ reached: true, state: 'confirmed' });
  expect(await prompts(alpha)).toEqual(['tool rm -rf build']);
  expect(await central.api<Receipt[]>('GET', '/api/sessions/helm/prompts')).toHaveLength(1);
});

test('a terminal leads through byte for byte, both ways', async () => {
  const file = join(alpha.dir, 'typed');
  await alpha.api('POST', '/api/sessions', {
    agent: 'custom',
    name: 'raw',
    cwd: alpha.dir,
    command: `stty raw -echo; printf 'ready'; head -c 256 | od -An -v -tx1 | tr -d ' \\n' > ${file}.tmp; mv ${file}.tmp ${file}; i=0; while [ $i -lt 200 ]; do printf '%d-\\303\\251\\r\\n' $i; i=$((i+1)); done; printf 'end'; exec cat`,
  });
  await sessionIs('raw', () => true, 'it is listed');
  const client = await wire();
  let said = '';
  const decoder = new TextDecoder();
  const pipe = client.pipe(
    'sessions.terminal',
    { name: 'raw', cols: 80, rows: 24, scrollback: 1000 },
    {
      bytes: (chunk) => {
        said += decoder.decode(chunk, { stream: true });
      },
    },
  );
  await eventually(
    async () => said,
    (text) => text.includes('ready'),
    'the terminal of alpha',
  );
  const every = Uint8Array.from({ length: 256 }, (_, i) => i);
  expect(pipe.bytes(every)).toBe(true);
  expect(
    await eventually(
      () => readFile(file, 'utf8').catch(() => ''),
      (text) => text.length === 512,
      'all that was typed',
    ),
  ).toBe(Buffer.from(every).toString('hex'));
  await eventually(
    async () => said,
    (text) => text.includes('end'),
    'all that it printed',
  );
  const printed = said.slice(said.indexOf('0-\u00e9'), said.indexOf('end'));
  expect(printed.split('\r\n').filter(Boolean)).toEqual(Array.from({ length: 200 }, (_, i) => `${i}-\u00e9`));
  pipe.close();
  await central.api('DELETE', '/api/sessions/raw');
});

test("a name that two machines have is a fault that lists them; this hub's own comes first", async () => {
  await start(beta, 'helm', beta);
  await sessionIs('helm', ({ node }) => node !== '', 'both');
  await eventually(
    () => central.api<Session[]>('GET', '/api/sessions'),
    (all) => all.filter(({ name }) => name === 'helm').length === 2,
    'both are listed',
  );
  await expect(central.api('GET', '/api/sessions/helm')).rejects.toThrow(/409.*alpha:helm, beta:helm/);
  const { stdout } = await central.qd(['session', 'list']);
  expect(stdout).toMatch(/^NAME +NODE/);
  for (const title of ['alpha', 'beta']) expect(stdout).toMatch(new RegExp(`^helm +${title} `, 'm'));
  expect((await central.api<Session>('GET', '/api/sessions/beta:helm')).attach.at(-1)).toBe('beta:helm');
  const own = await start(central, 'helm', central);
  expect((await central.api<Session>('GET', '/api/sessions/helm')).id).toBe(own.id);
  await central.api('DELETE', '/api/sessions/local:helm');
  await central.api('DELETE', '/api/sessions/beta:helm');
  // The list of a machine's sessions comes by its feed.
  await eventually(
    () => central.api<Session[]>('GET', '/api/sessions'),
    (all) => all.filter(({ name }) => name === 'helm').length === 1,
    'one is listed',
  );
});

test('tokens that are limited to a node or a session see and do no more than that', async () => {
  const { id } = await nodeNamed('alpha', 'live');
  const deck = await central.api<Session>('GET', '/api/sessions/alpha:helm');
  const token = async (limits: object) =>
    (
      await central.api<{ token: string }>('POST', '/api/tokens', {
        name: 'limited',
        scopes: ['read', 'type'],
        ...limits,
      })
    ).token;
  const toAlpha = await token({ nodes: [id] });
  expect((await central.api<Session[]>('GET', '/api/sessions', undefined, toAlpha)).map((s) => s.id)).toEqual([
    deck.id,
  ]);
  await expect(central.api('GET', '/api/sessions/beta:hold', undefined, toAlpha)).rejects.toThrow(/403/);
  await expect(central.api('DELETE', '/api/sessions/alpha:helm', undefined, toAlpha)).rejects.toThrow(
    /403.*needs the scope/,
  );
  const toDeck = await token({ sessions: [deck.id] });
  const listed = await central.qd(['session', 'list', '--server', central.banner.url], { env: { QD_TOKEN: toDeck } });
  expect(listed.stdout + listed.stderr).toMatch(/^helm /m);
  expect((await central.api<Session[]>('GET', '/api/sessions', undefined, toDeck)).map((s) => s.id)).toEqual([deck.id]);
  await expect(central.api('GET', '/api/sessions/hold/screen', undefined, toDeck)).rejects.toThrow(/403/);
  await expect(central.api('GET', '/api/prompts/once', undefined, toDeck)).resolves.toMatchObject({ id: 'once' });
});

test('a silent machine delays nobody; it and its sessions say why they are away', async () => {
  test.setTimeout(120_000);
  process.kill(beta.banner.pid, 'SIGSTOP');
  const began = Date.now();
  expect((await central.api<Session[]>('GET', '/api/sessions')).map(({ name }) => name).sort()).toEqual([
    'helm',
    'hold',
  ]);
  await central.api('GET', '/api/search?q=nothing-has-this');
  // What is asked of all at once gives each four seconds.
  expect(Date.now() - began).toBeLessThan(15_000);
  await nodeNamed('beta', 'unreachable', /silent|no answer/);
  await sessionIs(
    'hold',
    ({ state, evidence }) => state === 'unreachable' && /^beta: .*(silent|no answer)/.test(evidence[0]?.saw ?? ''),
    'its session is unreachable',
  );
  await expect(central.api('GET', '/api/sessions/hold/screen')).rejects.toThrow(/502.*beta/);
  process.kill(beta.banner.pid, 'SIGCONT');
  await nodeNamed('beta', 'live');
  await sessionIs('hold', ({ state }) => state === 'idle', 'and back');
});

test('a machine whose hub is killed is away, and the same machine when it is back', async () => {
  test.setTimeout(120_000);
  const before = await nodeNamed('alpha', 'live');
  await alpha.api('POST', '/api/facts', { project: '*', text: 'alpha knows this' });
  await alpha.end('SIGKILL');
  expect((await nodeNamed('alpha', 'unreachable')).id).toBe(before.id);
  await sessionIs('helm', ({ state }) => state === 'unreachable', 'its session is unreachable');
  await alpha.start();
  const after = await nodeNamed('alpha', 'live');
  expect([after.id, after.address]).toEqual([before.id, alpha.banner.url]);
  await sessionIs('helm', (session) => rests(session) && session.node === before.id, 'its session is back');
  // Facts are exchanged with each joining, else every minute.
  await eventually(
    () => facts(central),
    (all) => all.includes('alpha knows this'),
    'the fact of alpha here',
    90_000,
  );
});

test('the central hub is killed: the machines find it again, no secret was kept for that', async () => {
  test.setTimeout(120_000);
  const ids = [(await nodeNamed('alpha', 'live')).id, (await nodeNamed('beta', 'live')).id];
  const client = await wire();
  await client.call('hub.info', {});
  await central.end('SIGKILL');
  await central.start(central.banner.port);
  expect([(await nodeNamed('alpha', 'live')).id, (await nodeNamed('beta', 'live')).id]).toEqual(ids);
  await sessionIs('helm', rests, 'its sessions too');

  // The tokens that the machines made for it: nowhere, in no answer, log or file of either side.
  for (const hub of [alpha, beta]) {
    const given = (await hub.api<{ id: string; name: string }[]>('GET', '/api/tokens')).filter(({ name }) =>
      name.startsWith('for the hub'),
    );
    expect(given).toHaveLength(1);
    const canary = `qd_${given[0]?.id.slice(2)}_`;
    const answers = await Promise.all(
      [central, hub].flatMap((asked) =>
        [
          '/api/nodes?all=true',
          '/api/nodes/alpha',
          '/api/logs',
          '/api/audit',
          '/api/fleet',
          '/api/settings',
          '/api/tokens',
        ].map((path) =>
          asked.api(
            path === '/api/nodes/alpha' && asked !== central ? 'GET' : 'GET',
            path === '/api/nodes/alpha' && asked !== central ? '/api/nodes/local' : path,
          ),
        ),
      ),
    );
    const text = JSON.stringify(answers);
    expect(text).toContain('for the hub');
    expect(new RegExp(`${canary}[0-9a-f]`).test(text)).toBe(false);
    expect(text).not.toContain(hub.env['QD_HUB_TOKEN']);
    for (const folder of [central.data, hub.data]) {
      for await (const { path, kind } of walk(folder)) {
        if (kind !== 'file') continue;
        const bytes = await bytesOf(path);
        expect(new RegExp(`${canary}[0-9a-f]`).test(bytes), path).toBe(false);
        expect(bytes.includes(hub.env['QD_HUB_TOKEN'] ?? '-'), path).toBe(false);
      }
    }
  }
});

addedHubs({ central: () => central, joined: () => alpha, command: `${AGENT} --work 50` });

test('who revokes the token at the machine has the last word; a hub that ends takes its leave', async () => {
  test.setTimeout(120_000);
  const given = (await alpha.api<{ id: string; name: string }[]>('GET', '/api/tokens')).find(({ name }) =>
    name.startsWith('for the hub'),
  );
  await alpha.api('DELETE', `/api/tokens/${given?.id}`);
  await nodeNamed('alpha', 'unreachable', /revoked/);
  await beta.end('SIGTERM');
  await nodeNamed('beta', 'unreachable', /shut down/);
});
