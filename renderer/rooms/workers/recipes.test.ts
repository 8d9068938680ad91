import { execFileSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { recipe } from './recipes.ts';

const hub = 'http://127.0.0.1:4097';
/** The words that a shell makes of a command. */
const words = (command: string): string[] =>
  execFileSync('sh', ['-c', `for word in ${command}; do printf '%s\\0' "$word"; done`], {
    env: { QD_TOKEN: 'qd_secret' },
    encoding: 'utf8',
  })
    .split('\0')
    .slice(0, -1);

test('a shell reads each command as it is meant, whatever a folder or a text holds', () => {
  const cwd = `/srv/it's $HOME \`id\` "x"\\`;
  const session = { address: 'h_1:a/b', agent: 'codex', cwd, node: 'n_1' };
  const started = words(recipe('start', { hub, session }).command);
  expect(started.slice(0, 5)).toEqual(['curl', '-sS', '--fail-with-body', '-H', 'Authorization: Bearer qd_secret']);
  expect(JSON.parse(started[6] ?? '')).toMatchObject({ agent: 'codex', cwd, node: 'n_1' });
  expect(started.at(-1)).toBe(`${hub}/api/sessions`);
  expect(words(recipe('prompt', { hub, session }).command).at(-1)).toBe(`${hub}/api/sessions/h_1%3Aa%2Fb/prompts`);
});

test('without a session they are examples that run, and no program is started that has no command of its own', () => {
  const start = words(recipe('start', { hub, session: null }).command);
  expect(JSON.parse(start[6] ?? '')).toMatchObject({ agent: 'claude', cwd: '~' });
  const shell = { address: 'sh', agent: 'shell', cwd: '/srv', node: 'local' };
  expect(JSON.parse(words(recipe('start', { hub, session: shell }).command)[6] ?? '')).toMatchObject({ cwd: '~' });
  expect(recipe('start', { hub, session: null }).scope).toBe('run');
  expect(recipe('card', { hub, session: null }).scope).toBe('type');
});
