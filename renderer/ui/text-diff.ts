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

/** `sure`: the text is known to be a diff, whatever it looks like. */
export function diffLines(text: string, sure = false): readonly Line[] {
  const lines = text.split('\n');
  const diff = sure || isDiff(lines);
  let inside = false;
  return lines.map((line, n) => {
    if (line.startsWith('@@')) inside = true;
    // Before the first place, `---` and `+++` name the files; after it they are changed lines that begin with dashes.
    const names = !inside && /^(?:---|\+\+\+)(?:\s|$)/.test(line);
    return { n, text: line, kind: !diff ? 'plain' : names ? 'place' : kindOf(line) };
  });
}

function kindOf(line: string): Line['kind'] {
  if (line.startsWith('@@')) return 'place';
  const mark = /^(?:\s*\d+\s*)?([+-])/.exec(line)?.[1];
  return mark === '+' ? 'added' : mark === '-' ? 'removed' : 'plain';
}

export interface Part {
  readonly text: string;
  /** Nobody would see it, or it would turn the text around it: to be shown by its number. */
  readonly hidden: boolean;
}

const HIDDEN = /([\p{Cc}\p{Cf}\p{Co}\p{Cn}\u2028\u2029\u115f\u1160\u3164\uffa0]+)/u;
/** Emoji are joined by these; between emoji they hide nothing. */
const JOINED = /^\p{Extended_Pictographic}\ufe0f?\u200d$/u;

/** A line in parts: a command with characters that are not seen, or that reverse it, must not look like another one. */
export function partsOf(line: string): readonly Part[] {
  const parts: Part[] = [];
  const put = (text: string, hidden: boolean) => {
    const last = parts.at(-1);
    if (last && last.hidden === hidden && !hidden) parts[parts.length - 1] = { text: last.text + text, hidden };
    else if (text !== '') parts.push({ text, hidden });
  };
  let before = '';
  for (const run of line.split(HIDDEN)) {
    if (run === '') continue;
    if (!HIDDEN.test(run) || run === '\t') put(run, false);
    else if (
      JOINED.test(
        `${[...before]
          .slice(-2)
          .join('')
          .replace(/^[^\p{Extended_Pictographic}]+/u, '')}${run}`,
      )
    ) {
      put(run, false);
    } else for (const character of run) put(character, character !== '\t');
    before = run;
  }
  return parts;
}

export const nameOfHidden = (character: string): string =>
  `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`;
