/** The words typed into a composer, with the program's own soft wraps undone. */
import { widthOf } from './columns.ts';

/**
 * `lines` are the rows of the text alone, prompt glyph and indent removed; `width` is how many columns the text may
 * take. A row that had no room for the next row's first word was wrapped by the program; any other break was typed.
 */
export function unwrap(lines: readonly string[], width: number): string {
  let text = '';
  lines.forEach((row, index) => {
    const line = row.trimEnd();
    if (index === 0) {
      text = line;
      return;
    }
    const before = (lines[index - 1] ?? '').trimEnd();
    const word = /^\S+/.exec(line)?.[0] ?? '';
    const filled = widthOf(before);
    const wrapped = before !== '' && word !== '' && filled + 1 + widthOf(word) > width;
    if (!wrapped) text += `\n${line}`;
    // A word longer than a row is cut at the edge; nothing was typed there.
    else if (filled >= width && !/\s$/.test(before) && widthOf(word) + lastWord(before) > width) text += line;
    else text += ` ${line}`;
  });
  return text.replace(/^\n+|\s+$/g, '');
}

function lastWord(text: string): number {
  return widthOf(/\S*$/.exec(text)?.[0] ?? '');
}
