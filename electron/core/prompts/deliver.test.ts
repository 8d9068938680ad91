import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Receipt } from '../../../shared/contract/prompts.ts';
import { createHub, type Hub, waitFor } from './fixtures/hub.ts';

let hub: Hub;
/** Every state that a receipt had, oldest first: some are over before anybody could ask. */
let history: Receipt[];
beforeEach(async () => {
  hub = await createHub({ 'prompts.typingGraceSeconds': 0.5 });
  history = [];
  hub.bus.on('prompt.state', ({ receipt }) => history.push(receipt));
});
afterEach(async () => {
  const { errors } = hub;
  await hub.close();
  expect(errors).toEqual([]);
});

/** The receipt as it was when it first had this state, and this in its reason. */
const until = async (id: string, state: string, reason = '') => {
  const found = () =>
    history.find((each) => each.id === id && each.state === state && (each.reason ?? '').includes(reason));
  await expect.poll(found).toBeDefined();
  return found();
};

describe('an agent with a composer', () => {
  test('sees a prompt, takes it, and its turn ends', async () => {
    await hub.agent('a');
    const id = await hub.send('a', 'say HELLO');
    expect(await waitFor(hub, id, 'delivered')).toMatchObject({ reached: true });
    expect(await waitFor(hub, id, 'confirmed')).toMatchObject({ reached: true, state: 'confirmed' });
    expect(await waitFor(hub, id, 'idle')).toMatchObject({ reached: true });
    expect(await hub.took('a')).toEqual(['say HELLO']);
  });

  test.each([
    ['draws what it got late', ['--echo', '900']],
    ['swallows the first Enter', ['--swallow', '1']],
    ['swallows two Enters', ['--swallow', '2']],
    ['is deaf for a while after a paste', ['--deaf', '900']],
    ['folds every paste', ['--fold', '0']],
  ])('that %s gets the prompt once', async (_what, options) => {
    await hub.agent('a', options);
    const id = await hub.send('a', 'say ONCE');
    expect(await waitFor(hub, id, 'confirmed')).toMatchObject({ reached: true });
    expect(await hub.took('a')).toEqual(['say ONCE']);
  });

  test('that takes no Enter at all leaves the receipt unverified, with the screen', async () => {
    await hub.agent('a', ['--swallow', '99']);
    const id = await hub.send('a', 'say NOTHING');
    const receipt = await waitFor(hub, id, 'confirmed');
    expect(receipt).toMatchObject({ reached: false, state: 'unverified' });
    expect(receipt.reason).toContain('Enter was pressed 3 times');
    expect(receipt.screen).toContain('say NOTHING');
  });

  test('gets long texts, many lines and unusual characters whole', async () => {
    await hub.agent('a', ['--work', '20']);
    const texts = [
      '-leading dash',
      ';',
      'trailing ;',
      '#{pane_id} $(touch x) `id` "quotes" \'single\' \\ back',
      'a\tb\tc',
      'one\ntwo\nthree',
      Array.from({ length: 1000 }, (_, i) => `line ${i}`).join('\n'),
      'x'.repeat(100_000),
      '日本語のプロンプト 한국어 中文',
      '👩‍💻 🎉 🇩🇪 é',
      '{"type":"resize","cols":1}',
    ];
    const ids: string[] = [];
    for (const text of texts) ids.push(await hub.send('a', text));
    for (const id of ids) expect(await waitFor(hub, id, 'confirmed', 25)).toMatchObject({ state: 'confirmed' });
    expect(await hub.took('a')).toEqual(texts);
  });

  test('gets prompts in order, each when the turn before has ended', async () => {
    await hub.agent('a', ['--work', '250']);
    const ids = [await hub.send('a', 'say ONE'), await hub.send('a', 'say TWO'), await hub.send('a', 'say THREE')];
    expect((await until(ids[1] ?? '', 'held'))?.reason).toMatch(/working|just taken/);
    const receipts = [];
    for (const id of ids) receipts.push(await waitFor(hub, id, 'idle'));
    expect(await hub.took('a')).toEqual(['say ONE', 'say TWO', 'say THREE']);
    for (const [n, r] of receipts.entries()) {
      expect(r.reached).toBe(true);
      if (n > 0) expect(r.deliveredAt).toBeGreaterThanOrEqual(receipts[n - 1]?.idleAt ?? Number.POSITIVE_INFINITY);
    }
  });

  test('with a draft holds the prompt and never merges', async () => {
    await hub.agent('a');
    await hub.sessions.press('a', '-l', 'half a thought');
    await hub.sessions.until('a', (r) => r.draft, { timeoutMs: 5000 });
    const id = await hub.send('a', 'say LATER');
    expect((await until(id, 'held'))?.reason).toContain('unsent text');
    await hub.sessions.press('a', 'C-u');
    expect(await waitFor(hub, id, 'confirmed')).toMatchObject({ reached: true });
    expect(await hub.took('a')).toEqual(['say LATER']);
  });

  test('waits some seconds after a person typed', async () => {
    await hub.agent('a');
    hub.sessions.change('a', { paused: true });
    const id = await hub.send('a', 'say QUIET');
    await until(id, 'held', 'paused');
    // In one go: on a slow machine the half second may else be over before it is looked at.
    const typed = Date.now();
    hub.sessions.typed('a', typed);
    hub.sessions.change('a', { paused: false });
    await until(id, 'held', 'someone is typing');
    expect((await waitFor(hub, id, 'delivered')).deliveredAt ?? 0).toBeGreaterThanOrEqual(typed + 500);
  });

  test('is never answered by a prompt: a dialog that opens between paste and Enter stops it', async () => {
    await hub.agent('a');
    await waitFor(hub, await hub.send('a', 'slow 1500 tool rm-everything'), 'confirmed');
    await hub.sessions.until('a', (r) => r.state === 'working', { timeoutMs: 5000 });
    const keys: string[] = [];
    hub.sessions.before = async (what) => {
      keys.push(what);
    };
    // However slow the machine is: Enter is safe only when the dialog has opened.
    const { settled } = hub.sessions;
    hub.sessions.settled = async (...given) => {
      hub.sessions.settled = settled;
      await hub.sessions.until('a', (r) => r.dialog !== null, { timeoutMs: 15_000 });
      await settled(...given);
    };
    const id = await hub.send('a', 'say STEERED', { steer: true });
    expect(await until(id, 'delivered')).toMatchObject({ confirmedAt: null });
    expect((await until(id, 'delivered', 'dialog'))?.reason).toContain('answer it first');
    expect(keys).toEqual(['paste']);
    await hub.sessions.press('a', '3');
    expect(await waitFor(hub, id, 'confirmed')).toMatchObject({ reached: true });
    expect(await hub.took('a')).toEqual(['slow 1500 tool rm-everything', 'say STEERED']);
    const log = await readFile(join(hub.folder, 'a.jsonl'), 'utf8');
    expect(log.match(/"kind":"choice","text":".*?"/g)).toEqual(['"kind":"choice","text":"No"']);
  });

  test('that is paused gets what was begun, and the next when it goes on', async () => {
    await hub.agent('a');
    hub.sessions.before = async (what) => {
      if (what === 'paste') hub.sessions.change('a', { paused: true });
    };
    const id = await hub.send('a', 'say AGAIN');
    expect(await waitFor(hub, id, 'confirmed')).toMatchObject({ reached: true });
    const second = await hub.send('a', 'say PAUSED');
    expect((await until(second, 'held'))?.reason).toContain('paused');
    hub.sessions.change('a', { paused: false });
    expect(await waitFor(hub, second, 'confirmed')).toMatchObject({ reached: true });
  });
});
