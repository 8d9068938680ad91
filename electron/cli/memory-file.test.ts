import { chmod, lstat, mkdir, mkdtemp, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Fault } from '../../shared/fault.ts';
import { GUIDE } from './guide-text.ts';
import { changeFile, differenceOf, withGuide, withoutGuide } from './memory-file.ts';

const text = fc
  .array(fc.constantFrom('a', '\n', '\r\n', '# Rules', ' ', '\ufeff', '<!-- x -->', '```'))
  .map((parts) => parts.join(''));

describe('the guide in a text', () => {
  it('comes once, goes without a trace, whatever the text', () => {
    fc.assert(
      fc.property(text, (before) => {
        const after = withGuide(before);
        expect(after.startsWith(before)).toBe(true);
        expect(withGuide(after)).toBe(after);
        expect(withoutGuide(after)).toBe(before);
        expect(withoutGuide(before)).toBe(before);
      }),
    );
  });
  it('an older one is replaced in its place, with what stands around it', () => {
    fc.assert(
      fc.property(text, text, (above, below) => {
        const old = withGuide(above).replace('# Working with others', '# Older words');
        const after = withGuide(`${old}${below}`);
        expect(after).not.toContain('Older words');
        expect(after.startsWith(above)).toBe(true);
        expect(after.endsWith(below)).toBe(true);
      }),
    );
  });
  it('marks that are damaged are left to a person', () => {
    const whole = withGuide('a\n');
    for (const broken of [whole.replace(/.*guide: end.*/, ''), whole + whole, whole.replace(/.*guide: begin.*/, '')]) {
      expect(() => withGuide(broken)).toThrow(Fault);
      expect(() => withoutGuide(broken)).toThrow(Fault);
    }
  });
  it('is short enough to be read with every prompt', () => {
    expect(GUIDE.length).toBeLessThan(4000);
  });
});

it('the difference shows what comes and what goes', () => {
  expect(differenceOf('a\nb\nc\n', 'a\nx\nc\n')).toBe('  a\n- b\n+ x\n  c\n  ');
});

describe('the file', () => {
  let dir: string;
  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'qd-guide-'));
  });
  afterEach(() => rm(dir, { recursive: true, force: true }));
  const change = (name: string, install: boolean, yes = true) =>
    changeFile(join(dir, name), install, { yes, quiet: true });

  it('is made, changed and given back byte for byte, mode and link kept', async () => {
    expect(await change('NEW.md', true)).toBe(true);
    await writeFile(join(dir, 'real.md'), '# Mine\r\n');
    await chmod(join(dir, 'real.md'), 0o640);
    await symlink('real.md', join(dir, 'CLAUDE.md'));
    expect(await change('CLAUDE.md', true)).toBe(true);
    expect(await change('CLAUDE.md', true)).toBe(false);
    expect(await readFile(join(dir, 'real.md'), 'utf8')).toContain('qd channel send');
    expect(await change('CLAUDE.md', false)).toBe(true);
    expect(await readFile(join(dir, 'real.md'), 'utf8')).toBe('# Mine\r\n');
    expect((await stat(join(dir, 'real.md'))).mode & 0o777).toBe(0o640);
    expect((await lstat(join(dir, 'CLAUDE.md'))).isSymbolicLink()).toBe(true);
  });
  it('is refused when it is no text, no file, or nobody consents', async () => {
    await writeFile(join(dir, 'bin'), Buffer.from([0x61, 0xff, 0xfe]));
    await mkdir(join(dir, 'folder'));
    await writeFile(join(dir, 'a.md'), 'a\n');
    await expect(change('bin', true)).rejects.toThrow(/UTF-8/);
    await expect(change('folder', true)).rejects.toThrow(/not a file/);
    await expect(change('a.md', true, false)).rejects.toThrow(/consent/);
    expect(await readFile(join(dir, 'bin'))).toEqual(Buffer.from([0x61, 0xff, 0xfe]));
    expect(await readFile(join(dir, 'a.md'), 'utf8')).toBe('a\n');
  });
});
