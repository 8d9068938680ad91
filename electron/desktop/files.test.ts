import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { APP_CSP, answerApp, appFile } from './files.ts';

let dir = '';
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'qd-app-files-'));
  await mkdir(join(dir, 'web', 'assets'), { recursive: true });
  await writeFile(join(dir, 'web', 'index.html'), '<!doctype html>');
  await writeFile(join(dir, 'web', 'assets', 'a-1234.js'), 'export {}');
  await writeFile(join(dir, 'web', 'icon.svg'), '<svg/>');
  await writeFile(join(dir, 'web', 'sw.js'), '');
  await writeFile(join(dir, 'secret.txt'), 'no');
});
afterAll(() => rm(dir, { recursive: true, force: true }));

const get = (path: string, method = 'GET') => answerApp(join(dir, 'web'), method, `app://quarterdeck${path}`);

it('answers screens with the page and its policy', async () => {
  for (const path of ['/', '/s/fixer', '/s/my.name', '/board/QD-12', '/notes/n_1.md']) {
    const answer = await get(path);
    expect(answer.status, path).toBe(200);
    expect(answer.headers['content-security-policy']).toBe(APP_CSP);
  }
});

it('has a policy without any hole', () => {
  expect(APP_CSP).toContain("default-src 'none'");
  expect(APP_CSP).not.toMatch(/unsafe-|https?:|wss?:|\*/);
  expect(APP_CSP).toContain("require-trusted-types-for 'script'");
});

it('gives files with their types', async () => {
  const script = await get('/assets/a-1234.js');
  expect(script).toMatchObject({ status: 200 });
  expect(script.headers['content-type']).toContain('javascript');
  expect(script.headers).toMatchObject({ 'x-content-type-options': 'nosniff', 'x-dns-prefetch-control': 'off' });
  expect((await get('/icon.svg')).headers['content-type']).toBe('image/svg+xml');
  expect((await get('/assets/none.js')).status).toBe(404);
});

it('answers from its folder whatever is asked for', async () => {
  const piece = fc.constantFrom(
    ...[
      '..',
      '.',
      '%2e%2e',
      '%2E.',
      '.%2e',
      '%252e%252e',
      '/',
      '//',
      '%2f',
      '%5c',
      '\\',
      '%00',
      '%c0%ae',
      '%ff',
      ';',
      ':',
      '~',
    ],
    ...[
      'assets',
      'secret.txt',
      'web',
      'index.html',
      'a-1234.js',
      'sw.js',
      '?',
      '#',
      'app:',
      'file:',
      'C:',
      'con',
      '\u2024\u2024',
    ],
  );
  await fc.assert(
    fc.asyncProperty(fc.array(piece, { maxLength: 12 }), fc.constantFrom('GET', 'HEAD'), async (pieces, method) => {
      const path = pieces.join('');
      const file = appFile(`/${path}`);
      if (file !== null) expect(join('/web', file)).toMatch(/^\/web\/(assets\/.+|[^/]+)$/);
      const { status, body } = await get(`/${path}`, method);
      expect([200, 403, 404]).toContain(status);
      expect(Buffer.from(body).toString()).not.toBe('no');
    }),
    { numRuns: 2000 },
  );
});

it('stays in its folder, its host and its methods', async () => {
  for (const path of [
    '/../secret.txt',
    '/%2e%2e/secret.txt',
    '/assets/..%2f..%2fsecret.txt',
    '/assets/%5c..%5csecret.txt',
    '/%00',
    '/.hidden',
    '/%ff',
  ])
    expect(String((await get(path)).body), path).not.toBe('no');
  expect(appFile('/assets/../../secret.txt')).toBeNull();
  expect(appFile('/sw.js')).toBeNull();
  expect((await get('/', 'POST')).status).toBe(405);
  for (const other of [
    'app://other/',
    'app://user@quarterdeck/',
    'app://quarterdeck:80/',
    'app:///',
    'file:///etc/passwd',
  ])
    expect((await answerApp(join(dir, 'web'), 'GET', other)).status, other).toBe(403);
  expect((await answerApp(join(dir, 'web'), 'GET', 'nonsense')).status).toBe(403);
});
