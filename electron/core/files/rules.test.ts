import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { spentMs } from '../../../shared/testing.ts';
import { best, cleanPath, imageType, inGitFolder, inOrder, scoreOf, textOf } from './rules.ts';

it('a path is relative and never climbs', () => {
  expect(cleanPath('')).toBe('');
  expect(cleanPath('a//b/./c/')).toBe('a/b/c');
  expect(cleanPath('..a/b..')).toBe('..a/b..');
  for (const bad of ['/etc', '..', 'a/../b', 'a/..', '/', 'a\0b']) expect(cleanPath(bad), bad).toBeNull();
});

it('knows the git folder under the names that file systems take for it', () => {
  for (const path of ['.git', 'a/.git/hooks/x', '.GIT/config', 'GIT~1/config', '.git./x', '.git /x', '.g\u200cit/x'])
    expect(inGitFolder(path), path).toBe(true);
  for (const path of ['.gitignore', 'a.git/x', 'git', '.github/x', '']) expect(inGitFolder(path), path).toBe(false);
});

describe('what a file is', () => {
  it('text is UTF-8 without NUL, its byte order mark kept', () => {
    expect(textOf(Buffer.from('\ufeffgrün\r\n'), false)).toBe('\ufeffgrün\r\n');
    expect(textOf(Buffer.from([0x66, 0xfc, 0x72]), false)).toBeNull();
    expect(textOf(Buffer.from('a\0b'), false)).toBeNull();
    expect(textOf(Buffer.from(''), false)).toBe('');
  });

  it('a character torn at the cut does not make text binary', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', minLength: 1 }), fc.nat(), (text, at) => {
        fc.pre(!text.includes('\0') && text.isWellFormed());
        const bytes = Buffer.from(text);
        const cut = bytes.subarray(0, at % (bytes.length + 1));
        const read = textOf(cut, true);
        expect(read).not.toBeNull();
        expect(text.startsWith(read ?? '?')).toBe(true);
        expect(cut.length - Buffer.byteLength(read ?? '')).toBeLessThan(4);
      }),
    );
    // What is wrong before the cut stays wrong.
    expect(textOf(Buffer.from([0xff, 0x61, 0x62]), true)).toBeNull();
  });

  it('images are told by their first bytes', () => {
    expect(imageType(Buffer.from('89504e470d0a1a0a00', 'hex'))).toBe('image/png');
    expect(imageType(Buffer.from('RIFFxxxxWEBPVP8 '))).toBe('image/webp');
    expect(imageType(Buffer.from('\0\0\0 ftypavif'))).toBe('image/avif');
    expect(imageType(Buffer.from('GIF89a...'))).toBe('image/gif');
    expect(imageType(Buffer.from('ffd8ffe0', 'hex'))).toBe('image/jpeg');
    expect(imageType(Buffer.from('<svg onload="x">'))).toBeNull();
    expect(imageType(Buffer.from('RIFFxxxxWAVE'))).toBeNull();
    expect(imageType(Buffer.from(''))).toBeNull();
  });
});

it('folders come first, names as people count', () => {
  const of = (name: string, kind = 'file') => ({ name, kind });
  const sorted = inOrder([of('b10'), of('b9'), of('z', 'folder'), of('A'), of('a'), of('l', 'link')]);
  expect(sorted.map((e) => e.name)).toEqual(['z', 'A', 'a', 'b9', 'b10', 'l']);
});

describe('finding', () => {
  it('finds exactly the paths that hold the letters in their order', () => {
    const letters = fc.string({ unit: fc.constantFrom('a', 'b', '/', '.', 'C'), maxLength: 12 });
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom('a', 'b', 'c', '/'), maxLength: 5, minLength: 1 }),
        letters,
        (q, path) => {
          let at = 0;
          for (const c of path.toLowerCase()) if (c === q[at]) at += 1;
          expect(scoreOf(q, path) !== null).toBe(at === q.length);
        },
      ),
    );
  });

  it('puts names before folders, words before letters, short before long', () => {
    const rank = (q: string, ...paths: string[]) => best(q, [...paths].reverse(), 10);
    expect(rank('app', 'src/app.ts', 'app/src/deep/other.ts', 'src/a/p/p.ts')[0]).toBe('src/app.ts');
    expect(rank('fr', 'core/files/rules.ts', 'core/frame.ts', 'core/offer.ts')[0]).toBe('core/frame.ts');
    expect(rank('filesrules', 'core/files/rules.ts', 'core/f/i/les/xrules.ts')[0]).toBe('core/files/rules.ts');
    expect(rank('gun', 'getUserName.ts', 'agxuxxnx.ts')[0]).toBe('getUserName.ts');
    expect(rank('READme', 'docs/readme.md', 'README.md')[0]).toBe('README.md');
    expect(best('', ['b', 'a'], 5)).toEqual(['a', 'b']);
    expect(best('zzz', ['abc'], 5)).toEqual([]);
  });

  it('keeps the best of very many, quickly', () => {
    const paths = Array.from({ length: 100_000 }, (_, i) => `packages/module-${i % 977}/src/feature${i}/index.test.ts`);
    paths.splice(50_000, 0, 'packages/core/session-store.ts');
    const began = spentMs();
    const found = best('sesstore', paths, 50);
    expect(spentMs() - began).toBeLessThan(1000);
    expect(found[0]).toBe('packages/core/session-store.ts');
    expect(best('index', paths, 50)).toHaveLength(50);
  });
});
