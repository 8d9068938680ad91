/** For tests: the prompts room over real sessions (`test-session.ts`) and a real database in a temporary folder. */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createBus } from '../../kernel/bus.ts';
import { systemClock } from '../../kernel/clock.ts';
import type { Asked, Principal } from '../../kernel/handlers.ts';
import { openDb } from '../../platform/sqlite.ts';
import { migrate } from '../migrations/migrate.ts';
import type { SettingsAccess } from '../settings/settings.ts';
import { createPrompts, type Prompts } from './prompts.ts';
import { createTestSessions, type TestSessions } from './test-session.ts';

export const who = (sessions: readonly string[] | null = null): Principal => ({
  user: 'tester',
  tokenId: 't',
  via: 'token',
  scopes: new Set(['admin']),
  sessions: sessions === null ? null : new Set(sessions),
});
export const ask = (principal: Principal = who(), signal = new AbortController().signal): Asked => ({
  who: principal,
  address: 'test',
  signal,
});

/** Settings with these values and otherwise the built-in ones that the prompts room reads. */
export function testSettings(values: Record<string, unknown>): SettingsAccess {
  const all: Record<string, unknown> = {
    'prompts.init': [],
    'prompts.typingGraceSeconds': 5,
    'prompts.strictTurns': false,
    'prompts.maxHoldSeconds': 300,
    'approvals.policies': [],
    ...values,
  };
  const value = ((key: string) => all[key]) as SettingsAccess['value'];
  return { value, forProject: async () => ({ value }) };
}

const AGENT = resolve(import.meta.dirname, '../../../e2e/agent.mjs');

export interface Hub {
  readonly folder: string;
  readonly socket: string;
  readonly sessions: TestSessions;
  readonly prompts: Prompts;
  readonly bus: ReturnType<typeof createBus>;
  readonly errors: unknown[];
  /** Starts the scripted agent; resolves when its composer is there. */
  agent(id: string, options?: readonly string[]): Promise<void>;
  /** What the agent took, in order. */
  took(id: string): Promise<readonly string[]>;
  send(
    name: string,
    text: string,
    more?: { id?: string; now?: boolean; steer?: boolean; lines?: boolean },
  ): Promise<string>;
  close(): Promise<void>;
}

export async function createHub(settings: Record<string, unknown> = {}): Promise<Hub> {
  const folder = await mkdtemp(join(tmpdir(), 'qd-prompts-'));
  const socket = `qd-test-${crypto.randomUUID().slice(0, 12)}`;
  const errors: unknown[] = [];
  const bus = createBus((error) => errors.push(error));
  const sessions = createTestSessions(socket, bus);
  const db = openDb(join(folder, 'core.db'));
  migrate(db);
  const prompts = createPrompts({
    db,
    bus,
    clock: systemClock,
    sessions,
    settings: testSettings(settings),
    log: (level, message, data) => errors.push({ level, message, data }),
  });
  const log = (id: string) => join(folder, `${id}.jsonl`);
  return {
    folder,
    socket,
    sessions,
    prompts,
    bus,
    errors,
    async agent(id, options = []) {
      await sessions.add(id, { argv: [process.execPath, AGENT, '--log', log(id), ...options] });
      const ready = await sessions.until(id, (r) => r.composer !== null, { timeoutMs: 15_000 });
      if (!ready) throw new Error(`the agent did not start:\n${sessions.text(id)}`);
    },
    async took(id) {
      const lines = (await readFile(log(id), 'utf8')).trim().split('\n');
      return lines
        .map((line) => JSON.parse(line) as { kind: string; text: string })
        .filter((line) => line.kind === 'prompt')
        .map((line) => line.text);
    },
    async send(name, text, more = {}) {
      const input = { name, text, now: false, steer: false, lines: false, ...more };
      return (await prompts.handlers['prompts.enqueue'](input, ask())).id;
    },
    async close() {
      prompts.close();
      await sessions.close(true);
      db.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

export const waitFor = async (hub: Hub, id: string, until: 'delivered' | 'confirmed' | 'idle', timeout = 20) =>
  hub.prompts.handlers['prompts.wait']({ id, until, timeout }, ask());
