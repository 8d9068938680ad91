import { expect, test } from 'vitest';
import { inherited } from './environment.ts';

test('an agent inherits what its user gave the hub', () => {
  const env = { PATH: '/bin', ANTHROPIC_API_KEY: 'key', HTTPS_PROXY: 'http://p', LANG: 'C.UTF-8', EMPTY: '' };
  expect(inherited(env)).toEqual(env);
});

test("nothing of the hub's own, of its terminal, or of the tools that started it", () => {
  const names = [
    'QD_TOKEN',
    'QD_DATA',
    'TMUX',
    'TMUX_PANE',
    'TERM',
    'TERM_PROGRAM',
    'npm_config_cache',
    'NODE_OPTIONS',
  ];
  names.push('ELECTRON_RUN_AS_NODE', 'SHLVL', '_', 'PWD', 'NO_COLOR', 'COLORTERM', 'CLAUDECODE', 'VITEST_WORKER_ID');
  expect(inherited(Object.fromEntries(names.map((name) => [name, 'x'])))).toEqual({});
});

test('what no shell could carry stays behind', () => {
  expect(inherited({ 'BASH_FUNC_x%%': '() { :; }', '1X': 'x', NUL: 'a\0b', GONE: undefined })).toEqual({});
});
