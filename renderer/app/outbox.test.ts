import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Fault } from '../../shared/fault.ts';
import type { Drawer } from './keep.ts';
import { createOutbox } from './outbox.ts';
import { blocked, full, heads, idOf, laneOf, OUTBOX_CHARS, OUTBOX_MOST, pause, type Waiting } from './outbox-rules.ts';

function memory(): Drawer<Waiting> & { rows: Map<string, Waiting> } {
  const rows = new Map<string, Waiting>();
  return {
    rows,
    all: async () => [...rows.values()],
    has: async (key) => rows.has(key),
    put: async (key, value) => void rows.set(key, structuredClone(value)),
    remove: async (key) => void rows.delete(key),
  };
}

type Answer = 'ok' | 'lost' | 'lost-before' | 'no';

/** A hub that takes prompts by id, over a line that loses what it is told to lose. */
function setting(kept = memory()) {
  const taken: { id: string; text: string; session: string }[] = [];
  const timers: { ms: number; run: () => void }[] = [];
  const state = { online: true, answers: [] as Answer[], calls: 0, clock: 1000 };
  const outbox = createOutbox({
    kept,
    call: (async (_name: string, input: { id: string; text: string; name: string }) => {
      state.calls += 1;
      const answer = state.answers.shift() ?? 'ok';
      await Promise.resolve();
      if (!state.online || answer === 'lost-before') throw new Fault('unavailable', 'no connection');
      if (answer === 'no') throw new Fault('not-found', 'there is no such session');
      // The hub's own law: the same id twice is the same prompt.
      if (!taken.some((each) => each.id === input.id)) {
        taken.push({ id: input.id, text: input.text, session: input.name });
      }
      if (answer === 'lost') throw new Fault('timeout', 'no answer');
      return {};
    }) as never,
    online: () => state.online,
    now: () => state.clock++,
    after: (ms, run) => {
      const timer = { ms, run };
      timers.push(timer);
      return () => {
        const at = timers.indexOf(timer);
        if (at >= 0) timers.splice(at, 1);
      };
    },
    alone: (_lane, run) => run(),
  });
  /** Until nothing is left to do but wait for timers. */
  const settle = () => new Promise((done) => setImmediate(done));
  return {
    outbox,
    kept,
    taken,
    state,
    settle,
    prompt: (id: string, session = 's_1') => outbox.sendLater('prompts.enqueue', prompt(id, session), id),
    /** Lets every wait pass, until nothing waits. */
    async pass() {
      for (let i = 0; i < 100; i += 1) {
        await settle();
        const due = timers.splice(0);
        if (due.length === 0) return;
        for (const { run } of due) run();
      }
    },
    back() {
      state.online = true;
      outbox.flush();
    },
  };
}
const prompt = (id: string, session = 's_1') => ({
  name: session,
  id,
  text: `text of ${id}`,
  now: false,
  steer: false,
  lines: false,
});
const texts = (taken: readonly { id: string }[]) => taken.map((each) => each.id);

describe('sendLater', () => {
  it('gives the answer to who asked, also when it comes later', async () => {
    const { outbox, state, settle, back } = setting();
    await outbox.belongTo('ann at hub');
    const heard: unknown[] = [];
    const send = (id: string) => outbox.sendLater('prompts.enqueue', prompt(id), id, (answer) => heard.push(answer));
    expect(await send('p1')).toBe('sent');
    expect(heard).toHaveLength(1);
    state.online = false;
    expect(await send('p2')).toBe('waits');
    expect(heard).toHaveLength(1);
    back();
    await settle();
    expect(heard).toHaveLength(2);
  });
  it('sends at once when the connection stands, and keeps nothing', async () => {
    const t = setting();
    await t.outbox.belongTo('ann');
    await expect(t.prompt('p1')).resolves.toBe('sent');
    expect(texts(t.taken)).toEqual(['p1']);
    expect([...t.kept.rows]).toEqual([]);
    expect(t.outbox.use.getState().list).toEqual([]);
  });

  it('keeps in order what was written without a connection, over a reload, and sends it once', async () => {
    const t = setting();
    await t.outbox.belongTo('ann');
    t.state.online = false;
    for (const id of ['p1', 'p2', 'p3']) await expect(t.prompt(id)).resolves.toBe('waits');
    expect(t.state.calls).toBe(0);
    // The page is closed and opened again.
    const again = setting(t.kept);
    again.state.online = false;
    await again.outbox.belongTo('ann');
    expect(again.outbox.use.getState().list.map((each) => each.id)).toEqual(['p1', 'p2', 'p3']);
    again.back();
    await again.pass();
    expect(texts(again.taken)).toEqual(['p1', 'p2', 'p3']);
    expect([...t.kept.rows]).toEqual([]);
  });

  it('repeats with the same id when the answer was lost', async () => {
    const t = setting();
    await t.outbox.belongTo('ann');
    t.state.answers = ['lost', 'lost'];
    await t.prompt('p1');
    expect(t.outbox.use.getState().list[0]?.tried).toBe(true);
    await t.pass();
    expect(t.state.calls).toBe(3);
    expect(texts(t.taken)).toEqual(['p1']);
    expect(t.outbox.use.getState().list).toEqual([]);
  });

  it('what is written while another is on its way goes when that one is there, or was refused', async () => {
    const t = setting();
    await t.outbox.belongTo('ann');
    const [first, second, third] = await Promise.all([t.prompt('p1'), t.prompt('p2'), t.prompt('p3')]);
    expect([first, second, third]).toEqual(['sent', 'waits', 'waits']);
    await t.settle();
    expect(texts(t.taken)).toEqual(['p1', 'p2', 'p3']);
    t.state.answers = ['no'];
    const refused = t.prompt('p4');
    const behind = t.prompt('p5');
    await expect(refused).rejects.toThrow('no such session');
    await behind;
    await t.settle();
    expect(texts(t.taken)).toEqual(['p1', 'p2', 'p3', 'p5']);
    expect(t.outbox.use.getState().list).toEqual([]);
  });

  it('throws a refusal that came at once and keeps nothing of it', async () => {
    const t = setting();
    await t.outbox.belongTo('ann');
    t.state.answers = ['no'];
    await expect(t.prompt('p1')).rejects.toThrow('no such session');
    expect([...t.kept.rows]).toEqual([]);
  });

  it('what is seen to have arrived does not wait for an answer that was lost', async () => {
    const t = setting();
    await t.outbox.belongTo('ann');
    t.state.online = false;
    await t.prompt('p1');
    await t.prompt('p2');
    t.outbox.arrived('p1');
    t.outbox.arrived('never written');
    await t.settle();
    expect(texts(t.outbox.use.getState().list)).toEqual(['p2']);
    expect([...t.kept.rows.keys()]).toEqual(['p2']);
    // The same while it is on its way.
    t.state.answers = ['lost'];
    t.back();
    t.outbox.arrived('p2');
    expect(texts(t.outbox.use.getState().list)).toEqual(['p2']);
    await t.pass();
    expect(t.outbox.use.getState().list).toEqual([]);
    expect(texts(t.taken)).toEqual(['p2']);
    expect(t.state.calls).toBe(1);
  });

  it('a refusal of what waited stops its lane and no other, until a person removes it or tries again', async () => {
    const t = setting();
    await t.outbox.belongTo('ann');
    t.state.online = false;
    await t.prompt('p1', 'a');
    await t.prompt('p2', 'a');
    await t.prompt('p3', 'b');
    t.state.answers = ['no'];
    t.back();
    await t.pass();
    expect(texts(t.taken)).toEqual(['p3']);
    const [first, second] = t.outbox.use.getState().list;
    expect(first?.refused).toContain('no such session');
    expect(second && blocked(t.outbox.use.getState().list, second)).toBe(true);
    await t.outbox.retry('p1');
    await t.pass();
    expect(texts(t.taken)).toEqual(['p3', 'p1', 'p2']);
  });

  it('gives one person nothing of another, and theirs back when they return', async () => {
    const t = setting();
    await t.outbox.belongTo('ann');
    t.state.online = false;
    await t.prompt('p1');
    await t.outbox.belongTo(null);
    t.state.online = true;
    await expect(t.prompt('p2')).rejects.toThrow('sign in');
    await t.outbox.belongTo('bob');
    await t.pass();
    expect(t.outbox.use.getState().list).toEqual([]);
    expect(t.taken).toEqual([]);
    await t.outbox.belongTo('ann');
    await t.pass();
    expect(texts(t.taken)).toEqual(['p1']);
  });

  it('does not send what another tab took back or sent', async () => {
    const t = setting();
    await t.outbox.belongTo('ann');
    t.state.online = false;
    await t.prompt('p1');
    t.kept.rows.delete('p1');
    t.back();
    await t.pass();
    expect(t.state.calls).toBe(0);
    expect(t.outbox.use.getState().list).toEqual([]);
  });

  it('works without storage, and says that it is fleeting', async () => {
    const none = memory();
    const no = async () => {
      throw new Error('denied');
    };
    const t = setting(Object.assign(none, { all: no, has: no, put: no, remove: no }));
    await t.outbox.belongTo('ann');
    t.state.online = false;
    await t.prompt('p1');
    expect(t.outbox.use.getState().fleeting).toBe(true);
    t.back();
    await t.pass();
    expect(texts(t.taken)).toEqual(['p1']);
  });

  it('whatever is lost and whenever the line breaks: each once, each lane in its order', async () => {
    const step = fc.oneof(
      fc.record({ do: fc.constant('write' as const), lane: fc.constantFrom('a', 'b') }),
      fc.record({ do: fc.constantFrom('down' as const, 'up' as const, 'wait' as const) }),
      fc.record({ do: fc.constant('lose' as const), how: fc.constantFrom<Answer>('lost', 'lost-before') }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
        const t = setting();
        await t.outbox.belongTo('ann');
        const written: { id: string; lane: string }[] = [];
        for (const each of steps) {
          if (each.do === 'write') {
            const id = `p${written.length}`;
            written.push({ id, lane: each.lane });
            await t.prompt(id, each.lane);
          } else if (each.do === 'down') t.state.online = false;
          else if (each.do === 'up') t.back();
          else if (each.do === 'lose') t.state.answers.push(each.how);
          else await t.settle();
        }
        t.state.answers = [];
        t.back();
        await t.pass();
        for (const lane of ['a', 'b']) {
          expect(t.taken.filter((each) => each.session === lane).map((each) => each.id)).toEqual(
            written.filter((each) => each.lane === lane).map((each) => each.id),
          );
        }
        expect([...t.kept.rows]).toEqual([]);
      }),
      { numRuns: 60 },
    );
  });
});

describe('rules', () => {
  const entry = (id: string, over: Partial<Waiting> = {}): Waiting => ({
    id,
    owner: 'ann',
    name: 'prompts.enqueue',
    input: prompt(id),
    label: id,
    lane: 'session s_1',
    at: 1,
    nth: 0,
    tried: false,
    refused: null,
    ...over,
  });
  it('never takes a call that would be done twice', () => {
    expect(() => idOf('prompts.enqueue', { ...prompt('x'), id: undefined })).toThrow('only with an id');
    expect(() => idOf('board.add', { title: 'x' })).toThrow('only with an id');
    expect(idOf('board.comment', { id: 'k_1', key: 'QD-1', text: 'x' })).toBe('k_1');
  });
  it('names lanes by what must stay in order', () => {
    expect(laneOf('prompts.enqueue', prompt('p', 's_9'))).toBe('session s_9');
    const card = (id: string, column: string) => laneOf('board.add', { id, title: id, column });
    expect(card('c_1', 'todo')).toBe(card('c_2', 'todo'));
    expect(card('c_1', 'todo')).not.toBe(card('c_1', 'done'));
  });
  it('has an end', () => {
    const many = Array.from({ length: OUTBOX_MOST }, (_, i) => entry(`p${i}`));
    expect(full(many, entry('x'))).toContain('wait');
    expect(full([], entry('x', { input: { ...prompt('x'), text: 'y'.repeat(OUTBOX_CHARS) } }))).toContain('too large');
    expect(full([], entry('x'))).toBeNull();
  });
  it('lets only the first of a lane go', () => {
    const list = [
      entry('b', { at: 2 }),
      entry('a'),
      entry('c', { lane: 'x' }),
      entry('d', { lane: 'y', refused: 'no' }),
    ];
    expect(heads(list).map((each) => each.id)).toEqual(['a', 'c']);
  });
  it('waits longer each time, and never for ever', () => {
    expect([0, 1, 5, 50].map(pause)).toEqual([1000, 2000, 30_000, 30_000]);
  });
});
