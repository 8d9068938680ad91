import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { shellWord } from '../../../shared/shell.ts';
import { needsShell, splitWords } from './flags.ts';

const words = (line: string) => {
  const split = splitWords(line);
  return split.ok ? split.words : split.message;
};

/** What a real shell makes of the same line. */
function shell(line: string): readonly string[] {
  const out = execFileSync('/bin/sh', ['-f', '-c', `for w in ${line}\ndo printf '%s\\0' "$w"; done`], {
    encoding: 'utf8',
  });
  return out.split('\0').slice(0, -1);
}

describe('splitting flags', () => {
  it.each([
    ['', []],
    ['  --a   b\t--c=d ', ['--a', 'b', '--c=d']],
    [`--say 'two words' "and three more"`, ['--say', 'two words', 'and three more']],
    [`a'b'"c"d`, ['abcd']],
    [`'' ""`, ['', '']],
    [`"a\\"b" "c\\\\d" "e\\nf" 'g\\h'`, ['a"b', 'c\\d', 'e\\nf', 'g\\h']],
    ['a\\ b \\-\\- \\\\', ['a b', '--', '\\']],
    ['$HOME `date` *.ts ~', ['$HOME', '`date`', '*.ts', '~']],
    ['a \\\n b', ['a', 'b']],
    ['--naïve 日本 🙂', ['--naïve', '日本', '🙂']],
  ])('%j', (line, expected) => expect(words(line)).toEqual(expected));

  it.each([
    [`a 'b`, /single quote at character 3/],
    [`"a b`, /double quote at character 1/],
    [`"a\\"`, /double quote/],
    ['a \\', /backslash/],
    ['a\0b', /NUL/],
    [`'a\0b'`, /NUL/],
  ])('refuses %j and says why', (line, why) => expect(words(line)).toMatch(why));

  it('does as a real shell does', () => {
    const piece = fc.constantFrom(
      'a',
      '-b',
      ' ',
      '  ',
      "'x y'",
      '"p q"',
      '\\ ',
      '\\"',
      '"\\$"',
      '"\\a"',
      "''",
      'é',
      '=',
      "'\"'",
      '"\'"',
    );
    fc.assert(
      fc.property(fc.array(piece, { minLength: 1, maxLength: 8 }), (pieces) => {
        const line = `z${pieces.join('')}`;
        expect(words(line)).toEqual(shell(line));
      }),
      { numRuns: 150 },
    );
  });

  it('reads back what was quoted, whatever it is', () => {
    const text = fc.string({ unit: 'binary', maxLength: 20 }).filter((each) => !each.includes('\0'));
    fc.assert(
      fc.property(fc.array(text, { maxLength: 6 }), (parts) => {
        expect(words(parts.map(shellWord).join(' '))).toEqual(parts);
      }),
    );
  });

  it.each([
    ['npx -y @google/gemini-cli', false],
    ["claude --say 'a | b; $c'", false],
    ['claude | tee log', true],
    ['cd x && claude', true],
    ['~/bin/claude', true],
    ['FOO=1 claude', true],
    ['claude --dir "$PWD"', true],
    ['claude --x=y', false],
  ])('%s needs a shell: %s', (line, expected) => expect(needsShell(line)).toBe(expected));
});
