/** Nodes that are broken or lie, over real sockets: none takes this hub down, keeps another waiting or is shown as what it is not. */
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { type WebSocket, WebSocketServer } from 'ws';
import type { Approval } from '../../../shared/contract/approvals.ts';
import { PROTOCOL } from '../../../shared/contract/define.ts';
import type { HubEvent } from '../../../shared/contract/hub.ts';
import type { Session } from '../../../shared/contract/sessions.ts';
import { createTestClock } from '../../kernel/clock.ts';
import type { Asked } from '../../kernel/handlers.ts';
import { createLive } from '../../kernel/live.ts';
import { dialHub } from '../../platform/hub-dial.ts';
import { openDb } from '../../platform/sqlite.ts';
import { migrate } from '../migrations/migrate.ts';
import { gather } from './gather.ts';
import { type HubKey, openKey } from './keys.ts';
import { MOST } from './mirror.ts';
import { createRegistry, type Registry } from './registry.ts';
import { createFleetStore } from './store.ts';

const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

const until = (passes: () => boolean, what: string): Promise<void> =>
  expect.poll(passes, { timeout: 30_000, interval: 5, message: what }).toBe(true);
const folder = async (): Promise<string> => {
  const dir = await mkdtemp(join(tmpdir(), 'qd-hostile-'));
  ends.push(() => rm(dir, { recursive: true, force: true }));
  return dir;
};
const asked: Asked = {
  who: { user: 'ann', tokenId: 't_1', via: 'token', scopes: new Set(['join']), sessions: null },
  address: '',
  signal: new AbortController().signal,
};

async function central() {
  const db = openDb(join(await folder(), 'x.db'));
  ends.push(() => db.close());
  migrate(db);
  const own = createLive<Session>({ key: (row) => row.id });
  const sessions = gather(own, (row) => row.id);
  const approvals = gather(createLive<Approval>({ key: (row) => row.id }), (row) => row.id);
  const rows = <Row>(key: (row: Row) => string) => gather(createLive<Row>({ key }), key);
  const events: HubEvent[] = [];
  const clock = createTestClock(Date.now());
  const registry = createRegistry({
    store: createFleetStore(db),
    clock,
    log: { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} },
    audit: () => {},
    hide: () => {},
    self: () => null,
    above: () => false,
    told: () => {},
    memory: { shared: () => [], merge: () => 0 },
    dial: dialHub,
    rows: {
      sessions,
      approvals,
      prompts: rows((row) => row.id),
      places: rows((row) => row.sessionId),
      event: (_node, event) => void events.push(event),
      news: { session: () => {}, gone: () => {}, approval: () => {} },
    },
    taken: () => [],
  });
  ends.push(registry.close);
  const join_ = async (node: Awaited<ReturnType<typeof machine>>, name: string, at = clock.now()) => {
    const { challenge } = await registry.handlers['fleet.challenge']({}, asked);
    const figures = { load: 1e300, memoryFree: -1, sessions: 0 };
    const text = JSON.stringify({
      ...{ kind: 'introduction', challenge, name, protocol: PROTOCOL, version: '1\u202egnp', platform: 'linux' },
      ...{ arch: 'x64', home: '/', tmux: null, cpus: 1, memoryTotal: 1, agents: [], addresses: [node.url] },
      ...{ credential: 'qd_secret', at, figures },
    });
    const signature = node.key.sign('introduction', text);
    const made = await registry.handlers['fleet.introduce']({ text, key: node.key.key, signature }, asked);
    return memberOf(registry, made.node);
  };
  return { registry, own, sessions, approvals, events, clock, join: join_ };
}
function memberOf(registry: Registry, id: string) {
  const member = registry.find(id);
  if (!member) throw new Error('it was not taken');
  return member;
}

type Frame = { readonly t: string; readonly id: number; readonly name: string };
/** A node that proves its key and says of its feeds what it likes. `say` sends anything, in frames or not. */
async function machine(feeds: Readonly<Record<string, readonly unknown[]>> = {}) {
  const key = await openKey(await folder());
  let shows: HubKey = key;
  const tokens: string[] = [];
  const sockets = new Set<WebSocket>();
  const calls: ((name: string, reply: (output: unknown) => void) => void)[] = [];
  const server = createServer((request, response) => {
    const word = new URL(request.url ?? '', 'http://x').searchParams.get('word') ?? '';
    response.end(JSON.stringify({ key: shows.key, signature: shows.sign('proof', word) }));
  });
  const wires = new WebSocketServer({ server });
  wires.on('connection', (socket, request) => {
    tokens.push(request.headers.authorization ?? '');
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.on('close', () => sockets.delete(socket));
    socket.on('message', (data) => {
      const frame = JSON.parse(String(data)) as Frame;
      const send = (answer: object) => socket.send(JSON.stringify(answer));
      if (frame.t === 'hello') send({ t: 'hello', protocol: PROTOCOL, version: '1', caps: [] });
      else if (frame.t === 'feed') {
        const keyed = frame.name === 'git.places' ? 'sessionId' : 'id';
        send({ t: 'snapshot', id: frame.id, key: keyed, epoch: 'e', seq: 0, rows: feeds[frame.name] ?? [] });
      } else if (frame.t === 'call')
        for (const hear of calls) hear(frame.name, (output) => send({ t: 'ok', id: frame.id, output }));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  ends.push(() => {
    for (const socket of sockets) socket.terminate();
    wires.close();
    server.closeAllConnections();
    server.close();
  });
  return {
    key,
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    tokens,
    calls,
    say: (text: string | Buffer, binary = false) => {
      for (const socket of sockets) socket.send(text, { binary });
    },
    cut: () => {
      for (const socket of sockets) socket.terminate();
    },
    becomes: (other: HubKey) => {
      shows = other;
    },
  };
}

const session = (id: string, change: Partial<Session> = {}): Session => ({
  ...{
    id,
    name: id,
    agent: 'claude',
    node: 'local',
    cwd: '/',
    command: 'x',
    flags: '',
    skipPermissions: false,
    tags: [],
  },
  ...{
    state: 'idle',
    needsYou: false,
    draft: false,
    asks: false,
    retrying: false,
    since: 1,
    evidence: [],
    stalled: false,
  },
  ...{ title: '', conversationId: null, branch: null, exit: null, resets: null, contextLeft: null, tokens: null },
  ...{ cols: 80, rows: 24, sizeOwner: null, queued: 0, held: null, paused: false, archived: false, createdAt: 1 },
  ...{ startedAt: 1, outputAt: null, attach: ['rm', '-rf', '/'] },
  ...change,
});
const approval = (id: string, sessionId: string): Approval => ({
  ...{ id, session: 's', sessionId, agent: 'claude', kind: 'approval', title: 'Bash', tool: 'Bash', subject: 'ls' },
  ...{ digest: 'd', choices: [], multiple: false, status: 'open', createdAt: 1, answer: null },
});
const call = (member: Awaited<ReturnType<Awaited<ReturnType<typeof central>>['join']>>) =>
  member.link().call('sessions.list', {}, member.away(), 60_000);

it('ends the line to one that sends 100 MB, bytes that are no text, or no frames; others are served meanwhile', async () => {
  const hub = await central();
  const [good, bad] = [await machine({ 'sessions.rows': [session('s_good')] }), await machine()];
  good.calls.push((_name, reply) => reply([]));
  const [fine, broken] = [await hub.join(good, 'good'), await hub.join(bad, 'bad')];
  await until(() => fine.row().state === 'live' && broken.row().state === 'live', 'both');
  let slowest = 0;
  const asks = async (over: () => boolean) => {
    while (!over()) {
      const began = performance.now();
      await call(fine);
      slowest = Math.max(slowest, performance.now() - began);
    }
  };
  for (const [what, piece, why] of [
    [
      'too much',
      Buffer.concat([Buffer.from('{"t":"ok","id":1,"output":"'), Buffer.alloc(100 * 2 ** 20, 97)]),
      /24 MiB/,
    ],
    ['no text', Buffer.from([0x7b, 0xff, 0xfe, 0x7d]), /no UTF-8/],
    ['no JSON', '{"t":', /no frame/],
    ['no rows', '{"t":"delta","id":1,"seq":2,"put":null,"drop":[]}', /no frame/],
    ['rows of nothing', '{"t":"delta","id":1,"seq":2,"put":[null,7],"drop":[]}', /no frame/],
    ['no fault', '{"t":"fault","id":1,"fault":7}', /no frame/],
  ] as const) {
    const tries = bad.tokens.length;
    await until(() => broken.link().online, `${what}: it is called again`);
    let told = '';
    bad.say(piece);
    await Promise.all([
      until(() => {
        try {
          broken.link();
        } catch (error) {
          told = String(error);
        }
        return why.test(told);
      }, what),
      asks(() => why.test(told)),
    ]);
    broken.call();
    await until(() => bad.tokens.length > tries && broken.row().state === 'live', `${what}: it may come back`);
    await until(() => {
      try {
        return broken.link().online;
      } catch {
        return false;
      }
    }, what);
  }
  expect(slowest).toBeLessThan(2000);
  expect(fine.row()).toMatchObject({ state: 'live', sessions: 1 });
}, 60_000);

it("does not believe it about this hub's sessions, those of others, or its own attach command", async () => {
  const hub = await central();
  hub.own.put(session('s_mine', { name: 'mine' }));
  const alpha = await machine({
    'sessions.rows': [session('s_alpha')],
    'approvals.rows': [approval('a_alpha', 's_alpha')],
  });
  const liar = await machine({
    'sessions.rows': [session('s_mine', { name: 'stolen' }), session('s_alpha', { name: 'stolen' }), session('s_liar')],
    'approvals.rows': [
      approval('a_1', 's_mine'),
      approval('a_2', 's_alpha'),
      approval('a_alpha', 's_liar'),
      approval('a_3', 's_liar'),
    ],
  });
  const first = await hub.join(alpha, 'alpha');
  await until(() => hub.approvals.live.get('a_alpha') !== undefined, 'what alpha told');
  const second = await hub.join(liar, 'liar');
  await until(() => hub.approvals.live.get('a_3') !== undefined, 'what the liar told');
  expect(hub.sessions.live.rows().map(({ id, name }) => [id, name])).toEqual([
    ['s_mine', 'mine'],
    ['s_alpha', 's_alpha'],
    ['s_liar', 's_liar'],
  ]);
  expect(hub.approvals.live.rows().map(({ id, sessionId }) => [id, sessionId])).toEqual([
    ['a_alpha', 's_alpha'],
    ['a_3', 's_liar'],
  ]);
  expect(hub.sessions.live.get('s_liar')).toMatchObject({
    node: second.known.id,
    attach: ['qd', 'attach', 'liar:s_liar'],
  });
  expect(second.row()).toMatchObject({ state: 'degraded', sessions: 1, problem: expect.stringContaining('no sense') });
  expect(second.learn(session('s_alpha'))).toBeNull();
  liar.say(JSON.stringify({ t: 'delta', id: 1, seq: 1, put: [], drop: ['s_mine', 's_alpha'] }));
  liar.cut();
  await until(() => liar.tokens.length > 1, 'it came back');
  expect(hub.sessions.live.rows()).toHaveLength(3);
  expect(first.row().state).toBe('live');
});

it('shows no name that turns text around, no more than can be shown, and times by our own clock', async () => {
  const hub = await central();
  const YEAR = 365 * 86_400_000;
  const now = hub.clock.now();
  const deep = `${'{"data":'.repeat(50_000)}{}${'}'.repeat(50_000)}`;
  const event = { id: 1, at: now + YEAR, type: 'session.state', sessionId: 's_0' };
  const many = await machine({
    'sessions.rows': [
      session('s_rtl', { name: 'a\u202eb' }),
      session('s_esc', { name: 'a\u001b[2J' }),
      session('s_colon', { name: 'local:a' }),
      { id: 's_torn', name: 'torn' },
      ...Array.from({ length: 10_000 }, (_, i) =>
        session(`s_${i}`, { since: now + YEAR, title: '\u202eeltit', archived: i < 9000 }),
      ),
    ],
  });
  const began = performance.now();
  const member = await hub.join(many, 'a\u202eb\u0007: \u2066x', now + YEAR);
  await until(() => member.row().problem.includes('10000 sessions'), 'it is told');
  // With all sockets, checks and rows: far below what anybody would feel as a hub that hangs.
  expect(performance.now() - began).toBeLessThan(10_000);
  expect(hub.sessions.live.rows()).toHaveLength(MOST.sessions);
  expect(hub.sessions.live.rows().filter(({ archived }) => !archived)).toHaveLength(1000);
  expect(hub.sessions.live.get('s_9999')).toMatchObject({ since: now, title: ' eltit' });
  expect(hub.sessions.live.rows().some(({ name }) => /[\p{C}:]/u.test(name))).toBe(false);
  const row = member.row();
  expect(row).toMatchObject({
    title: 'a b x',
    state: 'degraded',
    problem: expect.stringMatching(/^it has 10000 sessions/),
  });
  expect(row.hub).toMatchObject({ version: '1 gnp', load: 1e6, memory: { free: 0 }, skewMs: YEAR, added: false });
  const [nested, flat] = [deep, '{}'].map((data) => JSON.stringify(event).replace(/}$/, `,"data":${data}}`));
  many.say(`{"t":"delta","id":5,"seq":1,"put":[${nested},${flat}],"drop":[]}`);
  await until(() => hub.events.length > 0, 'an event');
  expect(hub.events).toEqual([{ ...event, at: now, data: {} }]);
}, 60_000);

it('sends no token to a machine whose key is another one now, and says so', async () => {
  const hub = await central();
  const node = await machine();
  const member = await hub.join(node, 'box');
  await until(() => member.row().state === 'live', 'it is live');
  expect(node.tokens).toEqual(['Bearer qd_secret']);
  node.becomes(await openKey(await folder()));
  node.cut();
  await until(() => {
    hub.clock.advance(1000);
    return member.row().reason === 'host-key' && member.row().state === 'unreachable';
  }, 'it is away');
  expect(member.row()).toMatchObject({
    reason: 'host-key',
    problem: expect.stringContaining('another hub answers there'),
  });
  expect(node.tokens).toHaveLength(1);
});
