import { afterEach, expect, it } from 'vitest';
import type { Approval } from '../../../shared/contract/approvals.ts';
import type { Session } from '../../../shared/contract/sessions.ts';
import { central, cleanUp, folder, machine, until } from './fixtures/strange.ts';
import { openKey } from './keys.ts';
import { MOST } from './mirror.ts';

afterEach(cleanUp);

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
