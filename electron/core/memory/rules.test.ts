import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { withoutCode } from '../../../shared/markdown.ts';
import { spentMs } from '../../../shared/testing.ts';
import { fold, holdsAll, wordsOf } from '../../../shared/words.ts';
import { lineWith, linksOf, nameKey, ofProject, previewOf, relinked, tagsOf } from './rules.ts';

/** Text made of what markdown is made of, so that fences, spans and links meet. */
const markdown = fc
  .array(
    fc.constantFrom(
      '`',
      '``',
      '```',
      '~~~',
      '\n',
      '\n\n',
      ' ',
      '> ',
      '- ',
      '[[',
      ']]',
      'a',
      'Plan B',
      '|',
      '#',
      'QD-1',
      'é',
      '😀',
    ),
  )
  .map((parts) => parts.join(''));

describe('links', () => {
  it('are found in prose and never in code', () => {
    const text = [
      'See [[Plan B]], [[plan b|again]], [[Other#part]] and QD-12.',
      '`[[span]] QD-13` ``[[a`b]]`` not `closed [[open]]',
      '',
      '```md',
      '[[fenced]] QD-14',
      '~~~',
      '```',
      '> ~~~~',
      '> [[quoted fence]]',
      '> ~~~~',
      'xQD-15 QD-016 /QD-17 [[QD-18]] (QD-19)',
    ].join('\n');
    expect(linksOf(text).shown).toEqual(['Plan B', 'Other', 'open', 'QD-18', 'QD-12', 'QD-19']);
    expect(linksOf(text).targets).toEqual(['plan b', 'other', 'open', 'qd-18']);
  });

  it('in a fence that never ends there is none', () => {
    expect(linksOf('```\n[[a]]\n\n[[b]]').shown).toEqual([]);
  });

  it('blanking code keeps every place, and never makes a link that was not there', () => {
    fc.assert(
      fc.property(markdown, (text) => {
        const prose = withoutCode(text);
        expect(prose.length).toBe(text.length);
        for (let i = 0; i < text.length; i += 1) expect([text[i], ' ']).toContain(prose[i]);
        for (const name of linksOf(text).shown) expect(text).toContain(name);
      }),
    );
  });

  it('follow a rename; code and everything else stay as they are', () => {
    expect(relinked('[[Old]] `[[Old]]` [[ old |say]] [[Old#x]] [[Older]]', nameKey('Old'), 'New')).toBe(
      '[[New]] `[[Old]]` [[New|say]] [[New#x]] [[Older]]',
    );
    fc.assert(
      fc.property(markdown, (text) => {
        const next = relinked(text, nameKey('Plan B'), 'Zed');
        const was = linksOf(text).targets;
        expect(linksOf(next).targets).toEqual([...new Set(was.map((t) => (t === 'plan b' ? 'zed' : t)))]);
        expect(relinked(next, 'zed', 'Plan B').length).toBe(text.length);
      }),
    );
  });

  it('a megabyte of anything takes no long time', () => {
    for (const unit of ['`', '[[', '[[a#', '`` ` ', '> ```\n', '- \n', '**', '![']) {
      const text = unit.repeat(Math.floor(1_000_000 / unit.length));
      const began = spentMs();
      linksOf(text);
      previewOf(text);
      expect(spentMs() - began, unit).toBeLessThan(2000);
    }
  });
});

describe('what people see', () => {
  it('the beginning, without marks', () => {
    expect(previewOf('# Title\n\n- [ ] **do** [this](http://x) with [[Plan|the plan]]\n```js\ncode\n```\n')).toBe(
      'Title do this with the plan code',
    );
  });
  it('is one line and short, whatever the text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 2000 }), (text) => {
        const preview = previewOf(text);
        expect([...preview].length).toBeLessThanOrEqual(200);
        expect(preview).not.toMatch(/\p{Cc}/u);
      }),
    );
  });
  it('the line of a word that was found', () => {
    expect(lineWith('one\ntwo GRÜN three\nfour', 'grün')).toBe('two GRÜN three');
    expect(lineWith(`${'x'.repeat(500)}needle`, 'needle')).toContain('needle');
    expect(lineWith('one', 'two')).toBe('');
  });
  it('tags are told apart without their case', () => {
    expect(tagsOf([' Build', 'build ', 'a\nb', ''])).toEqual(['Build', 'a b']);
  });
});

it('every word of a text finds the text, however it is written', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', minLength: 1 }), (text) => {
      expect(holdsAll(fold(text), wordsOf(text))).toBe(true);
    }),
  );
  for (const [text, question] of [
    ['Straße ÄÖÜ', 'STRASSE äö'],
    ['日本語 テスト', '本語 テス'],
    ['ﬁne ①', 'FINE 1'],
    ['ὈΔΟΣ λόγος', 'ὀδοσ ΛΌΓΟΣ'],
  ] as const) {
    expect(holdsAll(fold(text), wordsOf(question)), text).toBe(true);
  }
  expect(holdsAll(fold('one two'), wordsOf('one three'))).toBe(false);
});

it('a project is its name or its folder', () => {
  expect(ofProject('*', 'anything')).toBe(true);
  expect(ofProject('deck', '/home/ann/Deck/')).toBe(true);
  expect(ofProject('/home/ann/deck', 'deck')).toBe(true);
  expect(ofProject('/home/ann/deck', '/srv/deck')).toBe(false);
  expect(ofProject('deck', 'quarterdeck')).toBe(false);
});
