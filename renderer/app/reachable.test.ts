import { describe, expect, it } from 'vitest';
import { isLoopback, reachable } from './reachable.ts';

describe('addresses', () => {
  it.each([
    ['http://127.0.0.1:4097', true],
    ['http://127.9.9.9', true],
    ['http://localhost:1', true],
    ['http://[::1]:4097/', true],
    ['http://192.168.1.2:4097', false],
    ['https://deck.example.org', false],
    ['http://127.example.org', false],
    ['nonsense', false],
  ])('%s is loopback: %s', (url, yes) => expect(isLoopback(url)).toBe(yes));
  it('begins with the one that this page came by, each once', () => {
    expect(
      reachable(['http://127.0.0.1:1', 'http://10.0.0.2:1', 'https://deck.ts.net/'], 'https://deck.ts.net'),
    ).toEqual(['https://deck.ts.net', 'http://10.0.0.2:1']);
    expect(reachable(['http://127.0.0.1:1'], 'http://localhost:1')).toEqual([]);
    expect(reachable([], 'app://quarterdeck')).toEqual([]);
  });
});
