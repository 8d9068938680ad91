import { expect, test } from 'vitest';
import { createBus } from './bus.ts';

test('a listener that throws harms no other, and is told of', () => {
  const failures: string[] = [];
  const bus = createBus((error, kind) => failures.push(`${kind}: ${(error as Error).message}`));
  const heard: string[] = [];
  bus.on('session.removed', () => {
    throw new Error('broken');
  });
  const off = bus.on('session.removed', ({ name }) => heard.push(name));
  bus.emit('session.removed', { id: 's_1', name: 'one' });
  off();
  bus.emit('session.removed', { id: 's_2', name: 'two' });
  expect(heard).toEqual(['one']);
  expect(failures).toEqual(['session.removed: broken', 'session.removed: broken']);
});

test('who listens from within a listener hears the next news, not this one', () => {
  const bus = createBus(() => undefined);
  const heard: string[] = [];
  bus.on('session.removed', () => {
    bus.on('session.removed', ({ name }) => heard.push(name));
  });
  bus.emit('session.removed', { id: 's_1', name: 'one' });
  expect(heard).toEqual([]);
});
