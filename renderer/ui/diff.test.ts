import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { pairs, parseDiff, parseFile, splitFiles, unquote } from './diff.ts';

const one = (text: string) => {
  const [file, ...more] = parseDiff(text);
  expect(more).toEqual([]);
  if (!file) throw new Error('no file');
  return file;
};
const texts = (text: string) =>
  one(text).hunks.flatMap((hunk) => hunk.lines.map((line) => `${line.kind} ${line.text}`));

const SIMPLE = `diff --git a/src/a.ts b/src/a.ts
index 0d1..2f3 100644
--- a/src/a.ts
+++ b/src/a.ts
@@ -1,3 +1,3 @@ function head()
 keep
-old
+new
 end
`;

describe('parseDiff', () => {
  it('reads lines with their numbers', () => {
    const file = one(SIMPLE);
    expect(file).toMatchObject({ path: 'src/a.ts', from: null, kind: 'modified', binary: false });
    expect(file.hunks[0]).toMatchObject({ oldStart: 1, newStart: 1, heading: 'function head()' });
    expect(file.hunks[0]?.lines.map(({ kind, old, now, text }) => [kind, old, now, text])).toEqual([
      ['same', 1, 1, 'keep'],
      ['removed', 2, null, 'old'],
      ['added', null, 2, 'new'],
      ['same', 3, 3, 'end'],
    ]);
  });
  it('reads renames, with and without changes', () => {
    const head =
      'diff --git a/old name.txt b/new name.txt\nsimilarity index 90%\nrename from old name.txt\nrename to new name.txt\n';
    expect(one(head)).toMatchObject({ path: 'new name.txt', from: 'old name.txt', kind: 'renamed', hunks: [] });
    const changed = `${head}--- a/old name.txt\t\n+++ b/new name.txt\t\n@@ -1 +1 @@\n-a\n+b\n`;
    expect(one(changed)).toMatchObject({ path: 'new name.txt', from: 'old name.txt' });
    expect(texts(changed)).toEqual(['removed a', 'added b']);
  });
  it('tells files that end without a newline', () => {
    const [hunk] = one(
      'diff --git a/x b/x\n--- a/x\n+++ b/x\n@@ -1 +1 @@\n-a\n\\ No newline at end of file\n+b\n',
    ).hunks;
    expect(hunk?.lines.map((line) => line.unended)).toEqual([true, false]);
  });
  it('reads new, deleted, empty and binary files and modes', () => {
    expect(one('diff --git a/e b/e\nnew file mode 100644\nindex 000..e69\n')).toMatchObject({
      path: 'e',
      kind: 'added',
    });
    expect(
      one('diff --git a/d b/d\ndeleted file mode 100755\n--- a/d\n+++ /dev/null\n@@ -1 +0,0 @@\n-x\n'),
    ).toMatchObject({ path: 'd', kind: 'deleted', oldMode: '100755' });
    expect(
      one('diff --git a/a b.png b/a b.png\nindex 1..2 100644\nBinary files a/a b.png and b/a b.png differ\n'),
    ).toMatchObject({ path: 'a b.png', binary: true, hunks: [] });
    expect(one('diff --git a/run.sh b/run.sh\nold mode 100644\nnew mode 100755\n')).toMatchObject({
      path: 'run.sh',
      oldMode: '100644',
      newMode: '100755',
    });
  });
  it('reads quoted names', () => {
    expect(unquote('"a\\tb \\"c\\" \\303\\244\\\\"')).toBe('a\tb "c" ä\\');
    expect(one('diff --git "a/\\303\\244.txt" "b/\\303\\244.txt"\nold mode 100644\nnew mode 100755\n').path).toBe(
      'ä.txt',
    );
    expect(one('diff --git "a/\\n" "b/\\n"\n--- "a/\\n"\n+++ "b/\\n"\n@@ -0,0 +1 @@\n+x\n').path).toBe('\n');
    expect(one('diff --git a/b/ b.txt b/b/ b.txt\nold mode 100644\nnew mode 100755\n').path).toBe('b/ b.txt');
  });
  it('keeps carriage returns, CJK and right-to-left text as they are', () => {
    const text = 'diff --git a/x b/x\n--- a/x\n+++ b/x\n@@ -1,2 +1,2 @@\n-一行\r\n+שלום\r\n 末\r\n';
    expect(texts(text)).toEqual(['removed 一行\r', 'added שלום\r', 'same 末\r']);
  });
  it('goes by the counts: content that looks like headers is content', () => {
    const text =
      'diff --git a/x b/x\n--- a/x\n+++ b/x\n@@ -1,2 +1,2 @@\n--- a/evil\n-@@ -1 +1 @@\n+++ b/evil\n+diff --git a/q b/q\n';
    expect(texts(text)).toEqual([
      'removed -- a/evil',
      'removed @@ -1 +1 @@',
      'added ++ b/evil',
      'added diff --git a/q b/q',
    ]);
  });
  it('reads merges, where each parent has a column', () => {
    const text = 'diff --cc f\nindex 1,2..3\n--- a/f\n+++ b/f\n@@@ -1,2 -1,2 +1,3 @@@\n  a\n++both\n +mine\n- gone\n';
    const [hunk] = one(text).hunks;
    expect(hunk?.lines.map(({ kind, text: line, old, now }) => [kind, line, old, now])).toEqual([
      ['same', 'a', 1, 1],
      ['added', 'both', null, 2],
      ['added', 'mine', 2, 3],
    ]);
  });
  it('reads what was cut off as far as it goes', () => {
    expect(texts(SIMPLE.slice(0, SIMPLE.indexOf('+new') + 3))).toEqual(['same keep', 'removed old', 'added ne']);
  });
  it('takes several files apart, and odd text for none', () => {
    expect(parseDiff(SIMPLE + SIMPLE.replaceAll('a.ts', 'b.ts')).map((file) => file.path)).toEqual([
      'src/a.ts',
      'src/b.ts',
    ]);
    expect(parseDiff('nothing of the kind\n* Unmerged path x\n')).toEqual([]);
  });
  it('never throws and never loses a line that the counts announce', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'binary' }).map((s) => s.replaceAll('\n', ''))), (content) => {
        const text = `diff --git a/x b/x\n--- a/x\n+++ b/x\n@@ -0,0 +1,${content.length} @@\n${content.map((l) => `+${l}\n`).join('')}`;
        expect(splitFiles(text)).toHaveLength(1);
        expect(parseFile(text).hunks.flatMap((hunk) => hunk.lines.map((line) => line.text))).toEqual(content);
      }),
    );
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => Array.isArray(parseDiff(`diff --git ${text}`))));
  });
});

describe('pairs', () => {
  it('puts removed beside added', () => {
    const [hunk] = one('diff --git a/x b/x\n--- a/x\n+++ b/x\n@@ -1,4 +1,3 @@\n-a\n-b\n+c\n same\n+d\n-e\n').hunks;
    expect(pairs(hunk?.lines ?? [])).toEqual([
      { left: 0, right: 2 },
      { left: 1, right: null },
      { left: 3, right: 3 },
      { left: null, right: 4 },
      { left: 5, right: null },
    ]);
  });
});
