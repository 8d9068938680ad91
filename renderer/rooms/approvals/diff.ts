/** Lines of a command or diff, marked where they clearly are a diff's. Nothing is left out and nothing is changed. */

export interface Line {
  readonly n: number;
  readonly text: string;
  readonly kind: 'plain' | 'added' | 'removed' | 'place';
}

/** A diff by its own marks; a shell command may have a line that begins with `-` and must not be painted red. */
const isDiff = (lines: readonly string[]): boolean =>
  lines.some((line) => /^@@ .* @@/.test(line)) ||
  (lines.some((line) => line.startsWith('--- ')) && lines.some((line) => line.startsWith('+++ '))) ||
  // As terminal agents draw it: a line number, then the mark.
  lines.filter((line) => /^\s*\d+\s*[+-](?:\s|$)/.test(line)).length >= 1;

export function diffLines(text: string): readonly Line[] {
  const lines = text.split('\n');
  const diff = isDiff(lines);
  return lines.map((line, n) => ({ n, text: line, kind: diff ? kindOf(line) : 'plain' }));
}

function kindOf(line: string): Line['kind'] {
  if (line.startsWith('@@')) return 'place';
  const mark = /^(?:\s*\d+\s*)?([+-])/.exec(line)?.[1];
  return mark === '+' ? 'added' : mark === '-' ? 'removed' : 'plain';
}
