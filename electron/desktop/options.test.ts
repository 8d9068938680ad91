import { describe, expect, it } from 'vitest';
import { pathOfLink, readOptions } from './options.ts';

describe('the words it was started with', () => {
  it('are found among those of others', () => {
    const words = ['--inspect=0', '--remote-debugging-port=0', '/x/main.cjs', '--data', '/d', '--port=7', '--hidden'];
    expect(readOptions(words)).toEqual({ data: '/d', hub: ['--port', '7'], hidden: true, link: null });
  });
  it('may be none, or broken', () => {
    expect(readOptions([])).toEqual({ hub: [], hidden: false, link: null });
    expect(readOptions(['--data', '--port', '0'])).toEqual({ hub: ['--port', '0'], hidden: false, link: null });
    expect(readOptions(['.', 'quarterdeck://inbox']).link).toBe('quarterdeck://inbox');
  });
});

describe('a link', () => {
  it.each([
    ['quarterdeck://session/fixer', '/s/fixer'],
    ['quarterdeck://inbox', '/inbox'],
    ['quarterdeck://inbox/', '/inbox'],
    ['quarterdeck:inbox', '/inbox'],
    ['quarterdeck://panes', '/'],
    ['quarterdeck://board/QD-12', '/board/QD-12'],
    ['QUARTERDECK://settings', '/settings'],
    ['quarterdeck://session/fixer?do=stop#x', '/s/fixer'],
    // Two dots are gone before anybody looks: it names a session, which need not be there.
    ['quarterdeck://session/fixer/../../inbox', '/s/inbox'],
    ['quarterdeck:///inbox', '/inbox'],
  ])('%s opens %s', (link, path) => expect(pathOfLink(link)).toBe(path));

  it.each([
    'https://inbox',
    'quarterdeck://',
    'quarterdeck://evil',
    'quarterdeck://session/a/b',
    'quarterdeck://session/..%2f..',
    'quarterdeck://session/%2e%2e',
    'quarterdeck://user@session/a',
    'quarterdeck://session:80/a',
    'quarterdeck://session/a%0ab',
    'quarterdeck://session/%ff',
    `quarterdeck://session/${'a'.repeat(3000)}`,
    'quarterdeck://session//evil.example/x',
    'quarterdeck://session/%2fetc%2fpasswd',
    'quarterdeck://session/a%5c..%5cb',
    'quarterdeck://session/%252e%252e',
    'quarterdeck://session/-rf',
    'quarterdeck://session/a b',
    'quarterdeck://session/<script>',
    'quarterdeck://session/$(id)',
    'quarterdeck://session/\u202efixer',
    'quarterdeck://quick',
    'quarterdeck://sign-in/codex',
    'quarterdeck://settings/hub.bind=0.0.0.0',
    'quarterdeck://inbox/allow',
    'quarterdeck://[::1]/x',
    'quarterdeck:\n//inbox/x/y',
    'javascript:alert(1)',
  ])('%s opens nothing', (link) => expect(pathOfLink(link)).toBeNull());
});
