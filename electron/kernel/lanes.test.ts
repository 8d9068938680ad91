import { expect, test } from 'vitest';
import { createLanes } from './lanes.ts';

test('one at a time and in order for a key; other keys do not wait', async () => {
  const lanes = createLanes();
  const gate = Promise.withResolvers<void>();
  const seen: string[] = [];
  const first = lanes.run('a', async () => {
    seen.push('a1 starts');
    await gate.promise;
    seen.push('a1 ends');
  });
  const second = lanes.run('a', () => {
    seen.push('a2');
  });
  await lanes.run('b', () => {
    seen.push('b');
  });
  expect(seen).toEqual(['a1 starts', 'b']);
  expect(lanes.depth('a')).toBe(2);
  gate.resolve();
  await Promise.all([first, second]);
  expect(seen).toEqual(['a1 starts', 'b', 'a1 ends', 'a2']);
});

test('a failing task answers its own caller only', async () => {
  const lanes = createLanes();
  const bad = lanes.run('a', () => {
    throw new Error('no');
  });
  const good = lanes.run('a', () => 7);
  await expect(bad).rejects.toThrow('no');
  expect(await good).toBe(7);
});

test('a waiting task leaves on abort; a running one keeps its lane until it ends', async () => {
  const lanes = createLanes();
  const gate = Promise.withResolvers<void>();
  const abort = new AbortController();
  const order: string[] = [];
  const running = lanes.run('a', async () => {
    await gate.promise;
    order.push('running');
  });
  const waiting = lanes.run('a', () => order.push('waiting'), { signal: abort.signal });
  const after = lanes.run('a', () => order.push('after'));
  abort.abort(new Error('changed my mind'));
  await expect(waiting).rejects.toThrow('changed my mind');
  gate.resolve();
  await Promise.all([running, after]);
  expect(order).toEqual(['running', 'after']);

  const late = new AbortController();
  const hold = Promise.withResolvers<string>();
  const started = lanes.run('a', () => hold.promise, { signal: late.signal });
  const next = lanes.run('a', () => 'next');
  await Promise.resolve();
  late.abort();
  hold.resolve('done');
  expect(await started).toBe('done');
  expect(await next).toBe('next');
  await expect(lanes.run('a', () => 1, { signal: late.signal })).rejects.toBe(late.signal.reason);
});

test('idle lanes hold no memory', async () => {
  const lanes = createLanes();
  await Promise.all(Array.from({ length: 500 }, (_, i) => lanes.run(`k${i % 50}`, async () => i)));
  await new Promise(setImmediate);
  expect(lanes.size).toBe(0);
});
