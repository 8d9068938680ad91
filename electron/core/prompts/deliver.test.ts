import { afterEach, beforeEach, expect, test } from 'vitest';
import { createHub, type Hub, waitFor } from './test-prompts.ts';

let hub: Hub;
beforeEach(async () => {
  hub = await createHub();
});
afterEach(() => hub.close());

test('a prompt is seen in the composer, submitted, taken, and its turn ends', async () => {
  await hub.agent('a');
  const t0 = performance.now();
  const id = await hub.send('a', 'say HELLO');
  const seen = await waitFor(hub, id, 'delivered');
  console.log(hub.errors, seen, 'delivered', performance.now() - t0);
  expect(seen).toMatchObject({ reached: true });
  expect(await waitFor(hub, id, 'confirmed', 3).finally(() => console.log(hub.errors))).toMatchObject({
    reached: true,
    state: 'confirmed',
  });
  console.log('confirmed', performance.now() - t0);
  expect(await waitFor(hub, id, 'idle')).toMatchObject({ reached: true });
  console.log('idle', performance.now() - t0);
  expect(await hub.took('a')).toEqual(['say HELLO']);
  expect(hub.errors).toEqual([]);
});
