import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { createTestClock } from '../../kernel/clock.ts';
import type { Handlers } from '../../kernel/handlers.ts';
import { openDb } from '../../platform/sqlite.ts';
import { createMemory } from '../memory/memory.ts';
import { migrate } from '../migrations/migrate.ts';
import { answerFacts, exchangeFacts } from './remember.ts';

const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

async function hub(name: string, clock: ReturnType<typeof createTestClock>) {
  const dir = await mkdtemp(join(tmpdir(), 'qd-facts-'));
  const db = openDb(join(dir, 'quarterdeck.db'));
  migrate(db);
  ends.push(
    () => rm(dir, { recursive: true, force: true }),
    () => db.close(),
  );
  const memory = createMemory({ db, clock, sessions: { get: () => undefined } });
  const who = { user: name, tokenId: 't', via: 'token', scopes: new Set(['type'] as const), sessions: null } as const;
  const ask = { who, address: '', signal: new AbortController().signal };
  const { handlers } = memory;
  return {
    ...memory,
    add: (id: string, text: string) => handlers['memory.addFact']({ id, project: '*', text }, ask),
    edit: (id: string, text: string) =>
      handlers['memory.editFact'](
        { id, text, version: memory.facts.shared().length > 0 ? versionOf(handlers, id, ask) : 1 },
        ask,
      ),
    remove: (id: string) => handlers['memory.removeFact']({ id }, ask),
    texts: async () => (await handlers['memory.facts']({}, ask)).map((fact) => `${fact.id}: ${fact.text}`).sort(),
    history: async (id: string) => (await handlers['memory.factHistory']({ id }, ask)).map((each) => each.text),
    by: async (id: string) => (await handlers['memory.facts']({}, ask)).find((fact) => fact.id === id)?.updatedBy.name,
  };
}
const versionOf = (
  handlers: Pick<Handlers, 'memory.facts'>,
  id: string,
  ask: Parameters<Handlers['memory.facts']>[1],
): number => {
  const all = handlers['memory.facts']({}, ask) as Awaited<ReturnType<Handlers['memory.facts']>>;
  return all.find((fact) => fact.id === id)?.version ?? 1;
};

it('facts are the same on all hubs after each has exchanged: the later wording holds, the other stays in the history', async () => {
  const clock = createTestClock();
  const [central, alpha, beta] = [await hub('central', clock), await hub('alpha', clock), await hub('beta', clock)];
  let asked = 0;
  const exchange = (node: typeof alpha) =>
    exchangeFacts(node.facts, async (input) => {
      asked++;
      return answerFacts(central.facts, input);
    });
  await central.add('port', 'it listens on 80');
  await alpha.add('tests', 'run npm test');
  await exchange(alpha);
  await exchange(beta);
  const all = ['port: it listens on 80', 'tests: run npm test'];
  for (const each of [central, alpha, beta]) expect(await each.texts()).toEqual(all);
  expect(await beta.by('tests')).toBe('alpha');

  // Changed on two machines before they exchange.
  clock.advance(1000);
  await alpha.edit('port', 'it listens on 8080');
  clock.advance(1000);
  await beta.edit('port', 'it listens on 9090');
  await alpha.remove('tests');
  await exchange(beta);
  await exchange(alpha);
  await exchange(beta);
  for (const each of [central, alpha, beta]) expect(await each.texts()).toEqual(['port: it listens on 9090']);
  expect(await alpha.history('port')).toEqual(['it listens on 9090', 'it listens on 8080', 'it listens on 80']);

  // Nothing new: one question, no facts.
  asked = 0;
  await exchange(beta);
  expect(asked).toBe(1);

  // At the same moment: whichever, but everywhere the same.
  clock.advance(1000);
  await alpha.edit('port', 'a');
  await beta.edit('port', 'b');
  for (const each of [alpha, beta, alpha]) await exchange(each);
  const [text] = await central.texts();
  for (const each of [alpha, beta]) expect(await each.texts()).toEqual([text]);
});

it('more facts than one message holds come in several', async () => {
  const clock = createTestClock();
  const [central, alpha] = [await hub('central', clock), await hub('alpha', clock)];
  for (let i = 0; i < 700; i++) await central.add(`c${i}`, `fact ${i}`);
  for (let i = 0; i < 700; i++) await alpha.add(`a${i}`, `fact ${i}`);
  await exchangeFacts(alpha.facts, async (input) => answerFacts(central.facts, input));
  expect((await central.texts()).length).toBe(1400);
  expect(await alpha.texts()).toEqual(await central.texts());
});
