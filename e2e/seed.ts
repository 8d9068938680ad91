/** A deck as its people know it: sessions in each state, a repository with changes, cards, notes, channels, conversations. */
import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Session } from '../shared/contract/sessions.ts';
import { AGENT } from './face.ts';
import { eventually, type TestHub } from './hub.ts';

const run = promisify(execFile);
const DAY = 86_400_000;

/** Name, what it is told, the state it comes to. */
const CREW = [
  ['api-server', 'slow 3600000 moving the routes to the new router', 'working'],
  ['billing-fix', 'tool npm run migrate -- --database billing', 'approval'],
  ['docs', 'say The page on search is written and linked', 'done'],
  ['importer', 'choose', 'question'],
  ['release', '', 'idle'],
  ['search-index', 'long 40', 'done'],
] as const;

/** A repository with two commits and a change on top. */
async function repository(dir: string): Promise<void> {
  const env = { ...process.env, HOME: dir, GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_SYSTEM: '/dev/null' };
  const git = (...args: string[]) =>
    run('git', ['-c', 'user.name=ann', '-c', 'user.email=ann@example.org', ...args], { cwd: dir, env });
  await mkdir(join(dir, 'src'), { recursive: true });
  await writeFile(join(dir, 'README.md'), '# Shop\n\nOrders, billing, search.\n');
  await writeFile(
    join(dir, 'src', 'billing.ts'),
    'export function total(lines: readonly { price: number; count: number }[]): number {\n  let sum = 0;\n  for (const line of lines) sum += line.price * line.count;\n  return sum;\n}\n',
  );
  await git('init', '-q', '-b', 'main');
  await git('add', '.');
  await git('commit', '-q', '-m', 'Orders and billing');
  await writeFile(
    join(dir, 'src', 'billing.ts'),
    'interface Line {\n  /** Cents: a float would lose one now and then. */\n  readonly price: bigint;\n  readonly count: number;\n}\n\nexport function total(lines: readonly Line[]): bigint {\n  let sum = 0n;\n  for (const line of lines) sum += line.price * BigInt(line.count);\n  return sum;\n}\n',
  );
  await writeFile(
    join(dir, 'src', 'round.ts'),
    'export const cents = (euros: number): bigint => BigInt(Math.round(euros * 100));\n',
  );
}

/** Conversations of four weeks, as Claude Code writes them. */
async function conversations(home: string, cwd: string): Promise<void> {
  const dir = join(home, '.claude', 'projects', cwd.replace(/[^A-Za-z0-9]/g, '-'));
  await mkdir(dir, { recursive: true });
  const titles = [
    'Fix the flaky billing test',
    'Move the importer to streams',
    'Why does the release job hang',
    'اكتب وثائق البحث',
  ];
  for (let day = 0; day < 28; day += 1) {
    const sessionId = randomUUID();
    const at = Date.now() - day * DAY - 600_000;
    const time = (more: number) => new Date(at + more).toISOString();
    const common = { sessionId, cwd };
    const first = { type: 'user', uuid: randomUUID(), parentUuid: null, timestamp: time(0), ...common };
    const lines: unknown[] = [{ ...first, message: { role: 'user', content: titles[day % titles.length] } }];
    for (let turn = 1; turn <= 1 + (day % 3); turn += 1) {
      const usage = {
        input_tokens: 900 * (1 + ((day * 13) % 7)),
        output_tokens: 700 * (1 + ((day * 5) % 9)),
        cache_read_input_tokens: 24_000 * (1 + (day % 5)),
        cache_creation_input_tokens: 3000,
      };
      const model = day % 3 === 0 ? 'claude-opus-4-1-20250805' : 'claude-sonnet-4-5-20250929';
      const message = {
        id: `msg_${randomUUID()}`,
        role: 'assistant',
        model,
        content: [{ type: 'text', text: 'Done.' }],
        usage,
      };
      lines.push({
        type: 'assistant',
        uuid: randomUUID(),
        timestamp: time(turn * 60_000),
        requestId: randomUUID(),
        ...common,
        message,
      });
    }
    await writeFile(join(dir, `${sessionId}.jsonl`), `${lines.map((line) => JSON.stringify(line)).join('\n')}\n`);
  }
}

export interface Seeded {
  readonly repository: string;
  readonly note: string;
  readonly channel: string;
  readonly card: string;
}

export async function seed(hub: TestHub): Promise<Seeded> {
  const shop = join(hub.home, 'shop');
  await mkdir(shop, { recursive: true });
  await repository(shop);
  await conversations(hub.home, shop);
  for (const [name, prompt] of CREW) {
    await hub.api('POST', '/api/sessions', {
      agent: 'claude',
      name,
      command: AGENT,
      cwd: shop,
      tags: name === 'docs' ? ['writing'] : ['shop'],
      ...(prompt === '' ? {} : { init: [prompt] }),
    });
  }
  for (const [name, , state] of CREW) {
    await eventually(
      async () => (await hub.api<Session>('GET', `/api/sessions/${name}`)).state,
      (now) => now === state || (state === 'done' && now === 'idle'),
      `${name} to be ${state}`,
    );
  }
  const cards = [
    ['Amounts as integers of cents', 'doing', 'high', ['billing']],
    ['Migrate the billing database', 'doing', 'urgent', ['billing', 'ops']],
    ['Importer reads CSV with a byte order mark', 'todo', 'normal', ['importer']],
    ['Search finds what was typed with a typing error', 'todo', 'normal', ['search']],
    ['Page on the search API', 'review', 'normal', ['docs']],
    ['Dark theme of the shop', 'backlog', 'low', ['design']],
    ['Release 2.4', 'backlog', 'high', ['release']],
    ['Remove the old router', 'done', 'normal', ['api']],
  ] as const;
  let card = '';
  for (const [title, column, priority, tags] of cards) {
    const made = await hub.api<{ key: string }>('POST', '/api/board/cards', {
      title,
      priority,
      tags: [...tags],
      column: column === 'done' || column === 'review' ? 'doing' : column,
      description: `See [[Release plan]].\n\n- [ ] tests\n- [ ] notes`,
      checklist: [
        { id: '1', text: 'tests', done: true },
        { id: '2', text: 'notes', done: false },
      ],
      due: column === 'backlog' ? null : new Date(Date.now() + 3 * DAY).toISOString().slice(0, 10),
    });
    if (column === 'done' || column === 'review') {
      await hub.api('POST', `/api/board/cards/${made.key}/move`, { key: made.key, column });
    }
    card ||= made.key;
  }
  await hub.api('POST', `/api/board/cards/${card}/claim`, { key: card, session: 'billing-fix', lease: 3600 });
  const note = await hub.api<{ id: string }>('POST', '/api/notes', {
    name: 'Release plan',
    tags: ['release'],
    body: '# Release 2.4\n\nWe ship on **Friday**, when [[Importer hand-over]] is done.\n\n1. Freeze `main`\n2. Run the bench\n3. Tag\n\n- [x] changelog\n- [ ] pictures\n\n| who | what |\n|---|---|\n| api-server | migrations |\n| docs | the page |\n\n> Nothing is released on a red build.\n',
  });
  await hub.api('POST', '/api/notes', {
    name: 'Importer hand-over',
    body: 'Streams are done, CSV is missing. See QD-3.',
  });
  await hub.api('POST', '/api/facts', {
    project: '*',
    text: 'Run the tests before each commit; they take four minutes.',
  });
  const channel = await hub.api<{ id: string }>('POST', '/api/channels', {
    name: 'build',
    topic: 'The state of main',
    members: ['docs', 'release'],
  });
  await hub.api('POST', '/api/messages', {
    channel: 'build',
    text: 'Main is red since `a41f`: the unit tests of billing.',
  });
  await hub.api('POST', '/api/messages', { channel: 'build', text: '@release say I wait until it is green' });
  return { repository: shop, note: note.id, channel: channel.id, card };
}
