/** Hubs that were added here, over real sockets: what is asked of them, and what of their answers is taken. */
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { PROTOCOL } from '../../../shared/contract/define.ts';
import type { SharedFact, ToldLine } from '../../../shared/contract/fleet.ts';
import { openDb } from '../../platform/sqlite.ts';
import { createMemory } from '../memory/memory.ts';
import { migrate } from '../migrations/migrate.ts';
import { createAsking } from './asking.ts';
import { central, cleanUp, ends, folder, machine, until } from './fixtures/strange.ts';

afterEach(cleanUp);

const figures = { load: 0, memoryFree: 1, sessions: 0 };
const line = (message: string): ToldLine => ({ at: 1, level: 'info', from: 'sessions', message });

async function room() {
  const node = await machine();
  const told: string[] = [];
  const db = openDb(join(await folder(), 'memory.db'));
  ends.push(() => db.close());
  migrate(db);
  const hub = await central({
    told: (title, lines) => void told.push(...lines.map((each) => `${title}: ${each.message}`)),
  });
  const { facts: memory } = createMemory({ db, clock: hub.clock, sessions: { get: () => undefined } });
  const debug: string[] = [];
  const log = { debug: (text: string) => void debug.push(text), info() {}, warn() {}, error() {} };
  ends.push(
    createAsking({
      ...{ clock: hub.clock, log, memory, members: hub.registry.members },
      told: (title, lines) => void told.push(...lines.map((each) => `${title}: ${each.message}`)),
    }),
  );
  /** What it was asked, when, and what it answers. Its clock is ahead by so much. */
  const asked: { readonly name: string; readonly input: unknown; readonly at: number }[] = [];
  const says: Record<string, (input: unknown) => unknown> = {
    'fleet.lines': () => ({ lines: [], mark: null }),
    'fleet.share': () => ({ same: true, newer: [], want: [] }),
  };
  const its = { ahead: 0 };
  const about = () => ({
    ...{ name: 'far', protocol: PROTOCOL, version: '1', platform: 'linux', arch: 'x64', home: '/', tmux: null },
    ...{ cpus: 1, memoryTotal: 1, agents: [], at: hub.clock.now() + its.ahead, figures },
  });
  node.calls.push((name, reply, input) => {
    asked.push({ name, input, at: hub.clock.now() });
    reply(name === 'fleet.about' ? about() : says[name]?.(input));
  });
  const way = { credential: 'qd_x', address: node.url, through: null, via: null };
  const member = hub.registry.add(node.key.key, about(), node.url, way);
  await until(() => member.row().reachable, 'it is reached');
  return {
    ...{ clock: hub.clock, member, memory, told, debug, says, its },
    of: (name: string) => asked.filter((each) => each.name === name),
    /** Time goes on until then. */
    goOn: (passes: () => boolean, what: string) =>
      until(() => {
        hub.clock.advance(1000);
        return passes();
      }, what),
  };
}
const gaps = (all: readonly { readonly at: number }[]): number[] =>
  all.slice(1).map(({ at }, i) => at - (all[i]?.at ?? 0));

it('takes what it did once each, and says which lines it took', async () => {
  const { told, says, of, goOn } = await room();
  says['fleet.lines'] = (input) =>
    (input as { taken: string | null }).taken === null
      ? { lines: [line('one'), line('two')], mark: 'm1' }
      : { lines: [], mark: null };
  await goOn(() => of('fleet.lines').length >= 4, 'it is asked again and again');
  expect(told).toEqual(['far: one', 'far: two']);
  expect(of('fleet.lines').map(({ input }) => (input as { taken: unknown }).taken)).toEqual([
    null,
    ...of('fleet.lines')
      .slice(1)
      .map(() => 'm1'),
  ]);
});

it('takes nothing of an answer that makes no sense, and asks again a minute later', async () => {
  const { told, says, debug, of, goOn } = await room();
  says['fleet.lines'] = () => ({ lines: [line('good'), { ...line('bad'), level: 'shout' }], mark: 'm' });
  await goOn(() => debug.length > 0, 'it is told');
  says['fleet.lines'] = () => ({ lines: [line('well')], mark: 'm' });
  await goOn(() => told.length > 0, 'the next answer is taken');
  expect(told[0]).toBe('far: well');
  expect(gaps(of('fleet.lines'))[0]).toBeGreaterThanOrEqual(60_000);
});

it('exchanges facts at once and then each minute; what comes from the future, or by a wrong clock, is not taken', async () => {
  const { clock, member, memory, says, its, debug, of, goOn } = await room();
  const by = { kind: 'user', id: 'p', name: 'ann' } as const;
  const fact = (id: string, updatedAt: number): SharedFact => ({
    ...{ id, project: '*', text: `fact ${id}`, createdBy: by, updatedBy: by, createdAt: 1, updatedAt, removed: false },
  });
  const held = () => memory.shared().map(({ id }) => id);
  const first = clock.now();
  says['fleet.share'] = () => ({ same: held().length > 0, newer: [fact('a', first)], want: [] });
  await goOn(() => of('fleet.share').length >= 3 && held().length === 1, 'it is taken');
  const rounds = of('fleet.share').filter(({ input }) => !(input as { have?: unknown }).have);
  for (const gap of gaps(rounds)) expect(gap).toBeGreaterThanOrEqual(60_000);

  says['fleet.share'] = () => ({ same: false, newer: [fact('b', clock.now() + 3_600_000)], want: [] });
  await goOn(() => debug.length > 0, 'it is told');
  expect(held()).toEqual(['a']);

  its.ahead = 3_600_000;
  await goOn(() => (member.skew ?? 0) > 3_000_000, 'its clock is known');
  const refused = debug.length;
  says['fleet.share'] = () => ({ same: false, newer: [fact('c', first)], want: [] });
  await goOn(() => debug.length > refused + 1, 'it is told each time');
  expect(held()).toEqual(['a']);
});
