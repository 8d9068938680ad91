import { fork } from 'node:child_process';
import { once } from 'node:events';
import { appendFile, mkdir, mkdtemp, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createTestClock } from '../../kernel/clock.ts';
import { openLogFiles } from '../../platform/log-files.ts';
import { createLogs, type Logs } from './logs.ts';

let dir: string;
let audit: string;
const opened: Logs[] = [];
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'qd-logs-'));
  audit = join(dir, 'audit.jsonl');
});
afterEach(async () => {
  for (const logs of opened.splice(0)) await logs.close();
  await rm(dir, { recursive: true, force: true });
});

const open = (clock = createTestClock()): Logs => {
  const logs = createLogs({
    dir,
    clock,
    level: 'info',
    sink: openLogFiles({ dir }),
    env: { MY_SECRET: 'hunter2hunter2' },
  });
  opened.push(logs);
  return logs;
};
const ask = {
  who: { user: 'ada', tokenId: 't', via: 'local' as const, scopes: new Set(['admin' as const]), sessions: null },
  address: '127.0.0.1',
  signal: new AbortController().signal,
};
/** Writes `count` entries and closes, as a hub that ran and ended. */
async function ran(count: number): Promise<void> {
  const logs = open();
  for (let n = 0; n < count; n++)
    logs.audit({ who: 'ada', via: 'local', action: 'session.start', target: `s${n}`, detail: { n } });
  await logs.close();
}
const verdict = () => open().verifyAudit();

describe('the log', () => {
  it('keeps 500 lines in memory, all in the file, without secrets, from the level on', async () => {
    const logs = open();
    const log = logs.logger('sessions');
    log.debug('not kept');
    for (let n = 0; n < 600; n++) log.info(`line ${n}`);
    log.error('went wrong with hunter2hunter2', { token: 'abc', error: new Error('Bearer abcdefgh') });
    logs.hide('the-local-token');
    log.warn('x the-local-token y');
    logs.setLevel('error');
    log.warn('not kept either');
    await logs.flush();
    const rows = await logs.handlers['logs.list']({ limit: 500, level: 'debug' }, ask);
    expect(rows).toHaveLength(500);
    expect(rows.at(-1)).toMatchObject({ seq: 602, level: 'warn', from: 'sessions', message: 'x [redacted] y' });
    expect((await logs.handlers['logs.list']({ limit: 5, level: 'error' }, ask)).map((r) => r.seq)).toEqual([601]);
    expect(await logs.handlers['logs.list']({ limit: 5, level: 'debug', since: Number.MAX_SAFE_INTEGER }, ask)).toEqual(
      [],
    );
    const text = await readFile(join(dir, 'qd.log'), 'utf8');
    expect(
      text
        .split('\n')
        .slice(0, -1)
        .map((line) => JSON.parse(line).seq),
    ).toEqual(Array.from({ length: 602 }, (_, i) => i + 1));
    expect(text).not.toMatch(/hunter2|Bearer abcdefgh|the-local-token|not kept/);
  });

  it('bounds a line', async () => {
    const logs = open();
    logs
      .logger('x')
      .info('a'.repeat(1e6), Object.fromEntries(Array.from({ length: 200 }, (_, i) => [`k${i}`, 'b'.repeat(9000)])));
    expect(JSON.stringify(logs.live.rows()).length).toBeLessThan(100_000);
  });
});

describe('the audit', () => {
  it('says who did what, newest first, in a chained file of the owner alone', async () => {
    await ran(3);
    const logs = open();
    logs.audit({
      who: 'bob',
      via: 'token',
      action: 'token.add',
      target: 'ci',
      detail: { token: 'qd_a_b', text: 'Bearer abcdefghi' },
    });
    const rows = await logs.handlers['logs.audit']({ limit: 2 }, ask);
    expect(rows.map((r) => [r.seq, r.who, r.action, r.target])).toEqual([
      [4, 'bob', 'token.add', 'ci'],
      [3, 'ada', 'session.start', 's2'],
    ]);
    expect(rows[0]?.detail).toEqual({ token: '[redacted]', text: 'Bearer [redacted]' });
    expect(await logs.handlers['logs.verifyAudit']({}, ask)).toEqual({ ok: true, lines: 4, problem: null });
    expect((await stat(audit)).mode & 0o777).toBe(0o600);
    expect((await stat(join(dir, 'audit.head'))).mode & 0o777).toBe(0o600);
  });

  it('lists and verifies a long file', async () => {
    await ran(3000);
    const logs = open();
    const rows = await logs.handlers['logs.audit']({ limit: 2500 }, ask);
    expect(rows.map((r) => r.seq)).toEqual(Array.from({ length: 2500 }, (_, i) => 3000 - i));
    expect(await logs.verifyAudit()).toEqual({ ok: true, lines: 3000, problem: null });
    expect((await open().handlers['logs.audit']({ limit: 5000 }, ask)).length).toBe(3000);
  });

  it('is empty and well at first', async () => {
    expect(await verdict()).toEqual({ ok: true, lines: 0, problem: null });
  });

  const edits: [string, (lines: string[]) => string[]][] = [
    ['an edited line', (lines) => lines.map((l, i) => (i === 4 ? l.replace('ada', 'eve') : l))],
    ['an edited last line', (lines) => lines.map((l, i) => (i === 9 ? l.replace('s9', 's8') : l))],
    ['a line spaced differently', (lines) => lines.map((l, i) => (i === 4 ? l.replace(',"at"', ', "at"') : l))],
    ['a removed line', (lines) => lines.toSpliced(4, 1)],
    ['a removed first line', (lines) => lines.slice(1)],
    ['two lines exchanged', (lines) => lines.toSpliced(4, 2, lines[5] ?? '', lines[4] ?? '')],
    ['a line twice', (lines) => lines.toSpliced(4, 0, lines[4] ?? '')],
    ['a line of rubbish', (lines) => lines.toSpliced(4, 0, 'rubbish')],
    ['the tail cut off', (lines) => lines.slice(0, 7)],
    ['everything cut off', () => []],
  ];
  it.each(edits)('detects %s, while it runs and after a restart that wrote on', async (_what, edit) => {
    await ran(10);
    const lines = (await readFile(audit, 'utf8')).split('\n').slice(0, -1);
    const text = edit(lines)
      .map((l) => `${l}\n`)
      .join('');
    const logs = open();
    expect(await logs.verifyAudit()).toEqual({ ok: true, lines: 10, problem: null });
    await writeFile(audit, text);
    const running = await logs.verifyAudit();
    expect(running.ok).toBe(false);
    expect(running.problem).toBeTruthy();
    await logs.close();
    await ran(3);
    expect(await verdict()).toMatchObject({ ok: false });
  });

  it('detects a chain forged anew from the first line on, by its head', async () => {
    await ran(10);
    const head = await readFile(join(dir, 'audit.head'));
    await rm(audit);
    await rm(join(dir, 'audit.head'));
    await ran(10);
    const forged = (await readFile(audit, 'utf8')).replaceAll('ada', 'eve');
    await writeFile(audit, forged);
    await writeFile(join(dir, 'audit.head'), head);
    expect((await verdict()).ok).toBe(false);
  });

  it.each([
    ['removed', () => rm(join(dir, 'audit.head'))],
    ['damaged', () => writeFile(join(dir, 'audit.head'), '{"lines": 1, "bytes": 1, "hash": "x", "last": 99999999999}')],
    ['emptied', () => writeFile(join(dir, 'audit.head'), '')],
    ['left without its file', () => rm(audit)],
  ])('detects a head that was %s', async (_what, harm) => {
    await ran(10);
    await harm();
    expect((await verdict()).ok).toBe(false);
    await ran(1);
    expect((await verdict()).ok).toBe(false);
  });

  it('accounts for a line cut by a crash and goes on', async () => {
    await ran(5);
    await appendFile(audit, '{"seq":6,"at":1,"who":"a');
    const logs = open();
    logs.audit({ who: 'ada', via: 'local', action: 'x', target: '' });
    const answer = await logs.verifyAudit();
    expect(answer).toMatchObject({ ok: true, lines: 8 });
    expect(answer.problem).toContain('line 6 was cut short by a crash');
    expect((await logs.handlers['logs.audit']({ limit: 10 }, ask)).map((r) => r.action).slice(0, 2)).toEqual([
      'x',
      'audit.recovered',
    ]);
  });

  it('takes over lines that a crash left between the file and its head', async () => {
    await ran(5);
    const head = await readFile(join(dir, 'audit.head'));
    await ran(2);
    await writeFile(join(dir, 'audit.head'), head);
    await ran(1);
    expect(await verdict()).toEqual({ ok: true, lines: 8, problem: null });
  });

  it('does not take a line shortened inside what was written for a crash', async () => {
    await ran(5);
    await truncate(audit, (await stat(audit)).size - 10);
    await ran(1);
    const answer = await verdict();
    expect(answer.ok).toBe(false);
    expect(answer.problem).toContain('changed');
  });

  it('survives kill -9 in the middle of writing', async () => {
    const script = join(dir, 'writer.mjs');
    const at = (path: string) => JSON.stringify(new URL(path, import.meta.url).href);
    await writeFile(
      script,
      `const { createLogs } = await import(${at('./logs.ts')});
       const { systemClock } = await import(${at('../../kernel/clock.ts')});
       const { openLogFiles } = await import(${at('../../platform/log-files.ts')});
       const dir = ${JSON.stringify(dir)};
       const logs = createLogs({ dir, clock: systemClock, level: 'info', sink: openLogFiles({ dir }), env: {} });
       const add = () => logs.audit({ who: 'w', via: 'local', action: 'a', target: 'x'.repeat(500) });
       for (let i = 0; i < 50; i++) add();
       await logs.flush();
       process.send('ready');
       setInterval(() => { for (let i = 0; i < 20; i++) add(); }, 0);`,
    );
    const child = fork(script, { execArgv: [] });
    const exit = once(child, 'exit');
    expect((await Promise.race([once(child, 'message'), exit]))[0]).toBe('ready');
    child.kill('SIGKILL');
    await exit;
    const answer = await verdict();
    expect(answer.ok).toBe(true);
    expect(answer.lines).toBeGreaterThanOrEqual(50);
  });

  it('keeps entries while the disk refuses and writes them when it is back', async () => {
    const clock = createTestClock();
    await mkdir(audit);
    const logs = open(clock);
    logs.audit({ who: 'ada', via: 'local', action: 'kept', target: '' });
    await expect
      .poll(() => logs.live.rows().some((r) => r.message.includes('audit file cannot be written')))
      .toBe(true);
    await rm(audit, { recursive: true });
    clock.advance(5000);
    await expect
      .poll(async () => (await logs.handlers['logs.audit']({ limit: 5 }, ask)).map((r) => r.action))
      .toEqual(['kept']);
    expect(await logs.verifyAudit()).toEqual({ ok: true, lines: 1, problem: null });
  });
});
