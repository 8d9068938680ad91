/** The board from outside: REST, the feed over the wire, the command line of people and of an agent inside its session. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from '@playwright/test';
import type { Card, CardChange, CardRow } from '../shared/contract/board.ts';
import { PROTOCOL } from '../shared/contract/contract.ts';
import type { FaultShape } from '../shared/fault.ts';
import { createClient } from '../shared/wire/client.ts';
import { webSocketTransport } from '../shared/wire/transports.ts';
import { eventually, startHub, type TestHub } from './hub.ts';

let hub: TestHub;
test.beforeAll(async () => {
  hub = await startHub();
});
test.afterAll(async () => {
  await hub?.close();
});

const json = <T>(text: string): T => JSON.parse(text) as T;
/** Status and body, also when the answer is no. */
async function ask<T = Card>(method: string, path: string, body?: unknown, token?: string) {
  const response = await fetch(`${hub.banner.url}${path}`, {
    method,
    headers: {
      authorization: `Bearer ${token ?? (await hub.token())}`,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  const type = response.headers.get('content-type') ?? '';
  return { status: response.status, type, text, body: (type.includes('json') ? json(text) : {}) as T };
}
const add = async (title: string, more: object = {}): Promise<Card> =>
  (await ask('POST', '/api/board/cards', { title, ...more })).body;

/** A session that tells its environment and then waits. */
async function startAgent(name: string, command = 'true'): Promise<Record<string, string>> {
  const file = join(hub.dir, `${name}.env`);
  const script = join(hub.dir, `${name}.sh`);
  await writeFile(script, `${command}\nenv > ${file}.part && mv ${file}.part ${file}\nexec cat\n`);
  await hub.api('POST', '/api/sessions', { agent: 'custom', name, cwd: hub.dir, command: `sh ${script}` });
  const env = await eventually(
    () => readFile(file, 'utf8').catch(() => ''),
    (text) => text.includes('QD_TOKEN='),
    `${name} runs`,
  );
  return Object.fromEntries(
    env.split('\n').map((line) => [line.split('=')[0] ?? '', line.slice(line.indexOf('=') + 1)]),
  );
}

test('a card from its making to its end, over REST', async () => {
  expect((await ask<{ id: string }[]>('GET', '/api/board/columns')).body.map(({ id }) => id)).toEqual([
    'backlog',
    'todo',
    'doing',
    'review',
    'done',
    'discarded',
  ]);
  const made = await ask('POST', '/api/board/cards', { title: 'Over REST', id: 'rest-1', tags: ['api'] });
  expect(made.status).toBe(201);
  const { key } = made.body;
  expect(key).toMatch(/^QD-\d+$/);
  expect((await ask('POST', '/api/board/cards', { title: 'Over REST', id: 'rest-1' })).body.key).toBe(key);
  expect((await ask('PATCH', `/api/board/cards/${key}`, { description: '# text', version: 1 })).body).toMatchObject({
    version: 2,
    tags: ['api'],
  });
  const late = await ask<{ error: FaultShape }>('PATCH', `/api/board/cards/${key}`, { title: 'x', version: 1 });
  expect(late.status).toBe(409);
  expect(late.body.error).toMatchObject({ code: 'conflict', data: { card: { version: 2, title: 'Over REST' } } });
  const claimed = await ask('POST', `/api/board/cards/${key}/claim`, { lease: 30 });
  expect(claimed.body.claim).toMatchObject({ fence: 1, by: { kind: 'user', id: 'local' } });
  const second = await ask<{ error: FaultShape }>('POST', `/api/board/cards/${key}/claim`, {});
  expect(second.status).toBe(409);
  expect(second.body.error).toMatchObject({ code: 'taken', data: { by: { id: 'local' }, fence: 1 } });
  expect((await ask('POST', `/api/board/cards/${key}/move`, { column: 'done', fence: 1 })).body).toMatchObject({
    column: 'done',
    claim: null,
  });
  expect((await ask('POST', `/api/board/cards/${key}/claim`, {})).status).toBe(422);
  const { body: history } = await ask<CardChange[]>('GET', `/api/board/cards/${key}/history`);
  expect(history.map(({ what }) => what)).toEqual(['moved', 'claimed', 'edited', 'created']);
  expect((await ask('GET', '/api/board/cards/nonsense')).status).toBe(400);
  expect((await ask('GET', '/api/board/cards/QD-99999')).status).toBe(404);
  const document = await hub.api<{ paths: Record<string, Record<string, { responses: object }>> }>(
    'GET',
    '/api/openapi.json',
  );
  expect(Object.keys(document.paths).filter((path) => path.startsWith('/api/board'))).toHaveLength(14);
  expect(JSON.stringify(document.paths['/api/board/export']?.['get']?.responses)).toContain('text/calendar');
});

test('a lease runs out by itself, and the late claimant writes nothing', async () => {
  const { key } = await add('Leased');
  await ask('POST', `/api/board/cards/${key}/claim`, { lease: 5 });
  await eventually(
    () => ask('GET', `/api/board/cards/${key}`),
    ({ body }) => body.claim === null,
    'the lease has run out',
  );
  expect((await ask('POST', `/api/board/cards/${key}/claim`, {})).body.claim?.fence).toBe(2);
  const late = await ask<{ error: FaultShape }>('PATCH', `/api/board/cards/${key}`, { title: 'late', fence: 1 });
  expect(late.body.error).toMatchObject({ code: 'stale', data: { card: { title: 'Leased', claim: { fence: 2 } } } });
});

test('the feed shows every change to everybody', async () => {
  const token = await hub.token();
  const client = createClient({
    connect: () => webSocketTransport(`${hub.banner.url.replace('http', 'ws')}/wire`, { token }),
    protocol: PROTOCOL,
    client: 'test',
  });
  try {
    let rows: ReadonlyMap<unknown, CardRow> = new Map();
    client.feed(
      'board.cards',
      {},
      {
        rows(now) {
          rows = now;
        },
      },
    );
    const shows = (key: string, passes: (row: CardRow | undefined) => boolean) =>
      eventually(async () => rows.get(key), passes, `the feed shows ${key}`);
    const first = await add('First', { description: 'long' });
    const then = await add('Then', { dependencies: [first.key] });
    expect(await shows(then.key, (row) => row !== undefined)).toMatchObject({ blockedBy: [first.key] });
    expect(await shows(first.key, (row) => row !== undefined)).not.toHaveProperty('description');
    await ask('POST', `/api/board/cards/${first.key}/move`, { column: 'done' });
    await shows(then.key, (row) => row?.blockedBy.length === 0);
    await ask('POST', `/api/board/cards/${then.key}/claim`, {});
    await shows(then.key, (row) => row?.claim?.by.id === 'local');
    await ask('DELETE', `/api/board/cards/${then.key}`);
    await shows(then.key, (row) => row === undefined);
  } finally {
    client.close();
  }
});

test('an agent takes the next card from inside its session, with its own token and qd', async () => {
  const { key } = await add('For an agent', { priority: 'urgent', description: 'do it' });
  const file = join(hub.dir, 'next.json');
  const env = await startAgent('worker', `qd board next --json > ${file} 2>&1`);
  const next = json<{ card: Card }>(await readFile(file, 'utf8'));
  expect(next.card).toMatchObject({ key, claim: { by: { kind: 'session', id: env['QD_SESSION'], name: 'worker' } } });

  const own = { QD_TOKEN: env['QD_TOKEN'] ?? '', QD_URL: env['QD_URL'] ?? '', QD_SESSION: env['QD_SESSION'] ?? '' };
  const qd = (...args: string[]) => hub.qd(['board', ...args], { env: own });
  const said = async <T = Card>(...args: string[]): Promise<T> => {
    const run = await qd(...args, '--json');
    expect(run.code, run.stderr).toBe(0);
    return json<T>(run.stdout);
  };
  expect(await said('move', key, 'doing')).toMatchObject({ column: 'doing' });
  expect(await said('edit', key, '--branch', 'fix', '--cost', '0.5')).toMatchObject({ cost: 0.5 });
  expect(await said<CardChange>('comment', key, 'half', 'way')).toMatchObject({
    text: 'half way',
    by: { name: 'worker' },
  });
  expect(await said('renew', key.toLowerCase(), '--lease', '100')).toMatchObject({ claim: { fence: 1 } });
  expect(await said('add', 'Found', 'on', 'the', 'way', '--tag', 'bug', '--depends', key)).toMatchObject({
    creator: { kind: 'session', name: 'worker' },
    dependencies: [key],
  });

  // Another agent is told who has it, and may not touch it; nor may any agent what is for people.
  const other = await startAgent('other');
  const refused = async (...args: string[]): Promise<string> => {
    const run = await hub.qd(['board', ...args], { env: { QD_TOKEN: other['QD_TOKEN'] ?? '', QD_URL: own.QD_URL } });
    expect(run.code).toBe(1);
    return run.stderr;
  };
  expect(await refused('claim', key)).toMatch(/claimed by worker until/);
  expect(await refused('edit', key, '--title', 'mine')).toMatch(/only the claimant and people/);
  expect(await refused('rm', key)).toMatch(/scope "run"/);
  const file2 = join(hub.dir, 'none.json');
  await writeFile(file2, '[]');
  expect(await refused('import', file2)).toMatch(/scope "run"/);
  expect(await refused('calendar')).toMatch(/scope|limited/);

  expect(await said('done', key)).toMatchObject({ column: 'done', owner: { name: 'worker' }, claim: null });
  await hub.api('DELETE', '/api/sessions/worker');
});

test('a claim goes with its session', async () => {
  const { key } = await add('Left behind');
  await startAgent('leaving', `qd board claim ${key}`);
  expect((await ask('GET', `/api/board/cards/${key}`)).body.claim?.by.name).toBe('leaving');
  await hub.api('DELETE', '/api/sessions/leaving');
  const free = await eventually(
    () => ask('GET', `/api/board/cards/${key}`),
    ({ body }) => body.claim === null,
    'the claim is free',
  );
  expect(free.body.owner).toBeNull();
});

test('the board survives kill -9, claims and all', async () => {
  const { key } = await add('Survivor', { column: 'todo' });
  await ask('POST', `/api/board/cards/${key}/claim`, { lease: 600 });
  await hub.end('SIGKILL');
  await hub.start();
  expect((await ask('GET', `/api/board/cards/${key}`)).body).toMatchObject({ column: 'todo', claim: { fence: 1 } });
});

test('the command line shows, finds and moves cards, and fits narrow terminals', async () => {
  const title = `Ünïcode ${'long '.repeat(30)}\x1b[31m`;
  const { key } = await add(title.trim(), { description: 'two\nlines\x07', due: '2031-02-03' });
  const list = await hub.qd(['board', '--find', 'ünïcode']);
  expect(list.stdout).toContain(key);
  expect(list.stdout).not.toMatch(/\x1b|\x07/);
  const shown = await hub.qd(['board', 'show', key]);
  expect(shown.stdout).toContain('two\nlines\\x07');
  expect(shown.stdout).not.toMatch(/\x1b|\x07/);
  expect((await hub.qd(['board', 'move', key, 'todo'])).stdout).toContain('todo');
  expect((await hub.qd(['board', 'columns'])).stdout).toContain('discarded');
  expect((await hub.qd(['board', 'history', key])).stdout).toMatch(/moved {2}column: backlog to todo/);
  const piped = await hub.qd(['board', 'edit', key, '--description', '-', '--due', 'none', '--json'], {
    stdin: 'a\nb',
  });
  expect(json<Card>(piped.stdout)).toMatchObject({ description: 'a\nb', due: null });
  for (const [args, code, what] of [
    [['edit', key], 2, /nothing to change/],
    [['add', 'x', '--priority', 'top'], 2, /--priority takes urgent/],
    [['add', 'x', '--due', 'tomorrow'], 2, /due/],
    [['move', key, 'nowhere'], 1, /there are: backlog/],
    [['show', 'QD-99999'], 1, /no card QD-99999/],
    [['import', '/nonexistent'], 1, /cannot be read/],
  ] as const) {
    const run = await hub.qd(['board', ...args]);
    expect(run.stderr).toMatch(what);
    expect(run.code).toBe(code);
  }
  expect((await hub.qd(['board', 'rm', key])).stdout).toContain(`deleted ${key}`);
});

test('exports have their types, imports are taken once, the calendar opens by its address alone', async () => {
  await add('=1+1', { due: '2031-05-06' });
  const csv = await ask('GET', '/api/board/export?as=csv');
  expect(csv.type).toBe('text/csv; charset=utf-8');
  expect(csv.text).toContain(",'=1+1,");
  const ical = await ask('GET', '/api/board/export?as=ical');
  expect(ical.type).toBe('text/calendar; charset=utf-8');
  const issues = join(hub.dir, 'issues.json');
  const issue = { number: 3, title: 'From GitHub', html_url: 'https://github.com/o/r/issues/3', state: 'open' };
  await writeFile(issues, JSON.stringify([issue]));
  const bring = async () =>
    json<object>((await hub.qd(['board', 'import', issues, '--from', 'github', '--json'])).stdout);
  expect(await bring()).toMatchObject({ added: 1, skipped: 0 });
  expect(await bring()).toMatchObject({ added: 0, skipped: 1 });
  const whole = (await hub.qd(['board', 'export'])).stdout;
  expect(json<{ cards: Card[] }>(whole).cards.map(({ title }) => title)).toContain('From GitHub');
  expect(json<object>((await hub.qd(['board', 'import', '-', '--json'], { stdin: whole })).stdout)).toMatchObject({
    added: 0,
  });

  const url = (await hub.qd(['board', 'calendar'])).stdout.trim();
  const feed = await fetch(url);
  expect(feed.headers.get('content-type')).toBe('text/calendar; charset=utf-8');
  expect((await feed.text()).replaceAll('\r\n ', '')).toContain('=1+1\r\n');
  expect((await fetch(`${url}x`)).status).toBe(404);
  expect((await fetch(url, { headers: { authorization: 'Bearer nonsense' } })).status).toBe(200);
  await hub.qd(['board', 'calendar']);
  expect((await fetch(url)).status).toBe(404);
  expect(
    (
      await fetch(`${hub.banner.url}/api/board/cards`, {
        headers: { authorization: `Bearer ${url.split('/').at(-1)}` },
      })
    ).status,
  ).toBe(401);
});
