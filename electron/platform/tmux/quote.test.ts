import { readFile } from 'node:fs/promises';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createLocalHost } from '../host.ts';
import { type ControlClient, openControlClient } from './control-client.ts';
import { decodeMarkers, encodeMarkers, markersOf, parsePanes } from './panes.ts';
import { command, keyName, literalFormat, literalPattern, quote } from './quote.ts';
import { createBench } from './testing.ts';
import { parseVersion, recentEnough } from './version.ts';

describe('tmux command syntax', () => {
  test('any bytes come out of tmux’s parser as they went in', async () => {
    const b = await createBench();
    const host = createLocalHost();
    // A second client on the same server: the engine's own pipe is not the test's to write into.
    const client: ControlClient = openControlClient({
      host,
      argv: ['tmux', '-u', '-L', b.socket, '-C', 'new-session', '-A', '-s', 'deck', '-f', 'ignore-size'],
      onEvent() {},
      onDown() {},
    });
    await client.ready;
    try {
      const byte = fc.oneof(
        fc.integer({ min: 1, max: 255 }),
        fc.constantFrom(...Buffer.from('"\'\\$~#;{}%-\n\t\r @0')),
      );
      const bytes = fc.array(byte, { minLength: 1, maxLength: 80 });
      let count = 0;
      await fc.assert(
        fc.asyncProperty(fc.array(bytes, { minLength: 1, maxLength: 12 }), async (all) => {
          const file = `${b.dir}/fuzz${count++}`;
          const marks = all.flatMap((one) => [...one, 10]);
          const lines = all.map((one, i) =>
            command('set-buffer', ...(i > 0 ? ['-a'] : []), '-b', 'fuzz', '--', Uint8Array.from([...one, 10])),
          );
          await client.run([...lines, command('save-buffer', '-b', 'fuzz', file)].join(' ; '), all.length + 1);
          expect([...(await readFile(file))]).toEqual(marks);
        }),
        { numRuns: 150 },
      );
      // A parse error is one answer, and the next line is understood.
      await expect(client.run('no-such-command "x"')).rejects.toMatchObject({ code: 'refused' });
      await expect(client.run('kill-session -t =none ; display-message -p x', 2)).rejects.toMatchObject({
        code: 'not-found',
      });
      expect(Buffer.from((await client.run('display-message -p fine'))[0] ?? []).toString()).toBe('fine');
    } finally {
      await client.end();
      await b.end();
    }
  });

  test('what is written is one line of ASCII', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => /^"[ -~]*"$/.test(quote(text.replaceAll('\0', '')))),
    );
    expect(() => quote('a\0')).toThrow('NUL');
  });

  test('signs of formats and patterns are taken literally', () => {
    expect(literalFormat('/a#{b}/##{c}/#[d/##[e/#')).toBe('/a##{b}/####{c}/#[d/##[e/##');
    expect(literalPattern('/a[1]*?{x}\\')).toBe('/a\\[1\\]\\*\\?\\{x\\}\\\\');
  });

  test('key names', () => {
    for (const name of [
      'Enter',
      'C-c',
      'M-x',
      'C-M-x',
      'S-Up',
      'C-Left',
      'F12',
      'é',
      ';',
      'C-Space',
      'M-Enter',
      '日',
    ]) {
      expect(keyName(name)).toBe(name);
    }
    expect(keyName('S-Tab')).toBe('BTab');
    for (const name of ['enter', 'C-', 'C-é', 'S-a', 'C-Enter', 'F13', '\x1b', '\u200b', 'M-', 'X-a']) {
      expect(() => keyName(name), name).toThrow('not a key');
    }
  });
});

test('versions', () => {
  for (const good of ['3.2', '3.3a', '3.6', '4.0', 'next-3.7', 'master', '3.10', 'openbsd-7.5'])
    expect(recentEnough(good), good).toBe(true);
  for (const bad of ['3.1c', '2.9a', '1.8', 'next-3.1', '']) expect(recentEnough(bad), bad).toBe(false);
  expect(parseVersion('tmux 3.3a\n')).toBe('3.3a');
  expect(parseVersion('bash: tmux: not found')).toBeNull();
});

test('markers travel as text and leave secrets behind', () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.string({ unit: 'grapheme' })), (markers) => {
      expect(decodeMarkers(encodeMarkers(markers))).toEqual({ ...markers });
    }),
  );
  expect(markersOf({ QD_ID: '1', QD_TOKEN: 't', QD_API_KEY: 'k', QD_CLIENT_SECRET: 's', PATH: '/' })).toEqual({
    QD_ID: '1',
  });
});

test('a broken answer of list-panes never throws', () => {
  fc.assert(fc.property(fc.uint8Array(), (bytes) => Array.isArray(parsePanes(bytes))));
  fc.assert(
    fc.property(fc.stringMatching(/^(\$1\|@1\|%1\|(\d*\|){12}[a-z|%\n]{0,20}\n?){0,3}$/), (text) =>
      Array.isArray(parsePanes(Buffer.from(text))),
    ),
  );
});
