import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Approval, Policy } from '../../../shared/contract/approvals.ts';
import type { AuditEntry } from '../../kernel/audit.ts';
import { systemClock } from '../../kernel/clock.ts';
import type { Reading } from '../agents/reading.ts';
import { ask, createHub, type Hub, testSettings, waitFor, who } from '../prompts/fixtures/hub.ts';
import { type Approvals, createApprovals } from './approvals.ts';

let hub: Hub;
let room: Approvals;
let audited: AuditEntry[];
let policies: Policy[];

const createRoom = (): Approvals =>
  createApprovals({
    db: hub.db,
    bus: hub.bus,
    clock: systemClock,
    sessions: hub.sessions,
    settings: {
      ...testSettings({ 'approvals.policies': policies }),
      patch: async (set) => {
        policies = set['approvals.policies'] as Policy[];
        return { settings: [], problems: [], files: { user: '', overlay: '' } };
      },
    },
    audit: (entry) => audited.push(entry),
    log: (level, message, data) => hub.errors.push({ level, message, data }),
  });

beforeEach(async () => {
  hub = await createHub();
  audited = [];
  policies = [];
  room = createRoom();
  await hub.agent('a');
});
afterEach(async () => {
  room.close();
  await hub.close();
});

/** The next news of a request that passes. */
const news = (test: (a: Approval) => boolean) =>
  new Promise<Approval>((resolve) => {
    const off = hub.bus.on('approval.changed', ({ approval }) => {
      if (!test(approval)) return;
      off();
      resolve(approval);
    });
  });
const askFor = async (command: string): Promise<Approval> => {
  const opened = news((a) => a.status === 'open');
  await waitFor(hub, await hub.send('a', `slow 50 tool ${command}`), 'confirmed');
  return opened;
};
const answer = (
  id: string,
  given: { decision?: 'allow' | 'deny'; choice?: number; digest?: string; reason?: string },
  as = who(),
) => Promise.resolve(room.handlers['approvals.answer']({ id, ...given }, ask(as)));

test('a dialog becomes a request with its exact command, and allow runs it once', async () => {
  const a = await askFor('touch made-by-agent.txt');
  expect(a).toMatchObject({
    session: 'a',
    kind: 'approval',
    subject: 'touch made-by-agent.txt',
    status: 'open',
    answer: null,
  });
  expect(a.digest).toMatch(/^[0-9a-f]{64}$/);
  expect(await answer(a.id, { decision: 'allow', digest: a.digest })).toMatchObject({
    status: 'answered',
    answer: { by: 'tester', choice: 1, label: 'Yes' },
  });
  expect(await hub.noted('a', 'choice')).toEqual(['Yes']);
  expect(audited).toMatchObject([{ who: 'tester', action: 'approval.answer', target: 'a', detail: { answer: 'Yes' } }]);
  expect(await room.handlers['approvals.list']({}, ask())).toEqual([]);
  expect(await room.handlers['approvals.list']({ all: true }, ask())).toMatchObject([{ id: a.id, status: 'answered' }]);
});

test('deny says no, and says that the reason did not reach the agent', async () => {
  const a = await askFor('rm x');
  const done = await answer(a.id, { decision: 'deny', reason: 'not\nthis one' });
  expect(done.answer).toMatchObject({ label: 'No', reason: expect.stringMatching(/^not this one \(kept here only/) });
  expect(await hub.noted('a', 'choice')).toEqual(['No']);
});

test('of two answers at once the first wins, the second is told who was first', async () => {
  const a = await askFor('ls');
  const results = await Promise.allSettled([answer(a.id, { decision: 'deny' }), answer(a.id, { decision: 'allow' })]);
  expect(results).toMatchObject([
    { status: 'fulfilled' },
    { status: 'rejected', reason: { code: 'conflict', data: { by: 'tester', label: 'No' } } },
  ]);
  await expect(answer(a.id, { decision: 'allow' })).rejects.toMatchObject({ code: 'conflict' });
  expect(await hub.noted('a', 'choice')).toEqual(['No']);
});

test('a wrong digest, a closed dialog and a stranger are refused', async () => {
  const a = await askFor('ls');
  await expect(answer(a.id, { decision: 'allow', digest: 'f'.repeat(64) })).rejects.toMatchObject({ code: 'stale' });
  await expect(answer(a.id, { decision: 'allow' }, who([]))).rejects.toMatchObject({ code: 'not-found' });
  expect(await room.handlers['approvals.list']({}, ask(who([])))).toEqual([]);
  // Answered in the terminal a moment before: the request is still open here, the screen is what counts.
  const gone = news((n) => n.status === 'gone');
  await hub.sessions.press('a', '3');
  await hub.sessions.until('a', (r) => r.dialog === null, { timeoutMs: 5000 });
  await expect(answer(a.id, { decision: 'allow' })).rejects.toMatchObject({ code: 'stale' });
  expect(await gone).toMatchObject({ id: a.id });
  expect(await hub.noted('a', 'choice')).toEqual(['No']);
});

test('a dialog answered in the terminal disappears here', async () => {
  const a = await askFor('ls');
  const gone = news((n) => n.status === 'gone');
  await hub.sessions.press('a', '1');
  expect(await gone).toMatchObject({ id: a.id, answer: null });
  await expect(answer(a.id, { decision: 'allow' })).rejects.toMatchObject({ code: 'stale' });
});

const withDialog =
  (change: (dialog: NonNullable<Reading['dialog']>) => Reading['dialog']) =>
  (r: Reading): Reading =>
    r.dialog ? { ...r, dialog: change(r.dialog) } : r;

test('a dialog without digits is answered with the arrows, the marker seen at each step', async () => {
  hub.sessions.reshape = withDialog((dialog) => ({ ...dialog, answerBy: 'vertical' }));
  const a = await askFor('ls');
  expect(await answer(a.id, { decision: 'deny' })).toMatchObject({ status: 'answered' });
  expect(await hub.noted('a', 'choice')).toEqual(['No']);
});

test('a dialog whose marker does not move is left alone', async () => {
  hub.sessions.reshape = withDialog((dialog) => ({ ...dialog, answerBy: 'horizontal' }));
  const a = await askFor('ls');
  const open = news((n) => n.status === 'open');
  await expect(answer(a.id, { decision: 'deny' })).rejects.toMatchObject({ code: 'unsupported' });
  expect(await open).toMatchObject({ id: a.id, answer: null });
  expect(await hub.noted('a', 'choice')).toEqual([]);
});

test('a redraw that drops the dialog for a moment closes nothing; another dialog is another request', async () => {
  const a = await askFor('ls');
  const seen: Approval[] = [];
  hub.bus.on('approval.changed', ({ approval }) => void seen.push(approval));
  hub.sessions.reshape = (r) => ({ ...r, dialog: null });
  hub.bus.emit('session.screen', { id: 'a' });
  await hub.sessions.settled('a', 120, 200);
  hub.sessions.reshape = (r) => r;
  hub.bus.emit('session.screen', { id: 'a' });
  await hub.sessions.settled('a', 500, 600);
  expect(seen).toEqual([]);
  hub.sessions.reshape = withDialog((dialog) => ({ ...dialog, subject: 'rm -rf /' }));
  const next = news((n) => n.status === 'open');
  await expect(answer(a.id, { decision: 'allow' })).rejects.toMatchObject({ code: 'stale' });
  expect(await next).toMatchObject({ subject: 'rm -rf /' });
  expect(seen[0]).toMatchObject({ id: a.id, status: 'answering' });
  expect(seen[1]).toMatchObject({ id: a.id, status: 'gone' });
});

test('policies answer permission dialogs, audited, and never questions', async () => {
  await room.handlers['approvals.setPolicies'](
    {
      policies: [
        { tool: '*', subject: 'git *', decision: 'allow' },
        { tool: '*', subject: '*secret*', decision: 'deny' },
      ],
    },
    ask(),
  );
  expect(policies[0]?.id).toBeTruthy();
  room.close();
  room = createRoom();
  const auto = news((n) => n.status === 'answered');
  await waitFor(hub, await hub.send('a', 'slow 50 tool git status'), 'idle');
  expect(await auto).toMatchObject({ answer: { label: 'Yes', by: expect.stringContaining('policy') } });
  expect(audited.at(-1)).toMatchObject({ who: 'policy', target: 'a' });
  const denied = news((n) => n.status === 'answered');
  await waitFor(hub, await hub.send('a', 'slow 50 tool cat secret'), 'confirmed');
  expect(await denied).toMatchObject({ answer: { label: 'No' } });
  const left = await askFor('git status; rm -rf /');
  expect(await answer(left.id, { decision: 'deny' })).toMatchObject({ status: 'answered' });
  const question = news((n) => n.status === 'open' && n.kind === 'question');
  await waitFor(hub, await hub.send('a', 'choose git *'), 'confirmed');
  const q = await question;
  expect(await answer(q.id, { choice: 2 })).toMatchObject({ answer: { label: 'Green' } });
});

test('a request outlives the core, with its id', async () => {
  const a = await askFor('ls');
  room.close();
  room = createRoom();
  expect(await room.handlers['approvals.list']({}, ask())).toMatchObject([{ id: a.id, status: 'open' }]);
  expect(await answer(a.id, { decision: 'allow', digest: a.digest })).toMatchObject({ status: 'answered' });
});
