import { expect, it } from 'vitest';
import type { LockRecord } from '../gateway/lock.ts';
import { type CoreProcess, createCoreFinder, lastWords, PORT_TAKEN } from './core.ts';

const record = (more: Partial<LockRecord> = {}): LockRecord => ({
  pid: 1,
  url: 'http://127.0.0.1:1',
  token: 't',
  version: '1',
  protocol: 1,
  startedAt: 0,
  birth: null,
  generation: 'g',
  ...more,
});

/** A world with one lock, and processes that do what the test says. */
function world() {
  const state = { lock: null as LockRecord | null, launched: [] as (number | undefined)[] };
  const exits: ((code: number | null, said: string) => void)[] = [];
  let onLaunch = (_n: number) => undefined as undefined;
  const finder = createCoreFinder({
    readLock: async () => state.lock,
    within: 2000,
    launch({ port }) {
      state.launched.push(port);
      const n = exits.length;
      const process: CoreProcess = {
        onExit: (listener) => void exits.push(listener),
        end: () => queueMicrotask(() => exits[n]?.(0, '')),
      };
      queueMicrotask(() => onLaunch(n));
      return process;
    },
  });
  return {
    state,
    finder,
    exit: (n: number, code: number, said = '') => exits[n]?.(code, said),
    whenLaunched: (run: (n: number) => void) => {
      onLaunch = (n) => void run(n);
    },
  };
}

it('takes the core that runs, and starts none', async () => {
  const { state, finder } = world();
  state.lock = record();
  expect((await finder.find()).url).toBe('http://127.0.0.1:1');
  expect(state.launched).toEqual([]);
  expect(finder.own()).toBe(false);
  await finder.stop();
});

it('waits for one that is on its way', async () => {
  const { state, finder } = world();
  state.lock = record({ url: '' });
  setTimeout(() => {
    state.lock = record({ url: 'http://127.0.0.1:2' });
  }, 60);
  expect((await finder.find()).url).toBe('http://127.0.0.1:2');
  expect(state.launched).toEqual([]);
});

it('starts one for all who ask, and again after it has ended', async () => {
  const { state, finder, whenLaunched, exit } = world();
  whenLaunched(() => {
    state.lock = record();
  });
  const all = await Promise.all([finder.find(), finder.find(), finder.find()]);
  expect(new Set(all).size).toBe(1);
  expect(state.launched).toEqual([undefined]);
  expect(finder.own()).toBe(true);
  state.lock = null;
  exit(0, 1);
  expect(finder.own()).toBe(false);
  await finder.find();
  expect(state.launched.length).toBe(2);
  await finder.stop();
  expect(finder.own()).toBe(false);
});

it('takes another port where somebody has the one that was asked for', async () => {
  const { state, finder, whenLaunched, exit } = world();
  whenLaunched((n) => {
    if (n === 0) exit(0, PORT_TAKEN, 'taken');
    else state.lock = record({ url: 'http://127.0.0.1:5' });
  });
  expect((await finder.find()).url).toBe('http://127.0.0.1:5');
  expect(state.launched).toEqual([undefined, 0]);
});

it('says why there is none', async () => {
  const { finder, whenLaunched, exit } = world();
  whenLaunched((n) => exit(n, 1, '\n  tmux is not installed\n'));
  await expect(finder.find()).rejects.toThrow('the core could not start: tmux is not installed');
});

it('gives up on one that never answers', async () => {
  const finder = createCoreFinder({
    readLock: async () => record({ url: '' }),
    within: 80,
    launch: () => ({ onExit: () => undefined, end: () => undefined }),
  });
  await expect(finder.find()).rejects.toMatchObject({ code: 'timeout' });
});

it('takes the last words, without colours', () => {
  expect(lastWords('\x1b[31mone\x1b[0m\n\ntwo\nthree\nfour\nfive\n')).toBe('two\nthree\nfour\nfive');
  expect(lastWords('')).toBe('it said nothing');
});
