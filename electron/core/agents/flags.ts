/**
 * Splits a line of flags into words as a POSIX shell would, and nothing more: quotes and backslashes count, but no
 * variables, no globs, no substitutions, no operators. `quoteWord` is its inverse.
 */

export type Split =
  | { readonly ok: true; readonly words: readonly string[] }
  | { readonly ok: false; readonly message: string };

const BLANK = /[ \t\r\n]/;

export function splitWords(line: string): Split {
  const words: string[] = [];
  let word: string | null = null;
  for (let i = 0; i < line.length; i += 1) {
    const c = line.charAt(i);
    if (c === '\0') return { ok: false, message: 'The flags contain a NUL character; take it out.' };
    if (BLANK.test(c)) {
      if (word !== null) words.push(word);
      word = null;
    } else if (c === "'") {
      const end = line.indexOf("'", i + 1);
      if (end < 0) return { ok: false, message: `The single quote at character ${i + 1} is never closed.` };
      word = (word ?? '') + line.slice(i + 1, end);
      i = end;
    } else if (c === '"') {
      const quoted = doubleQuoted(line, i + 1);
      if (quoted === null) return { ok: false, message: `The double quote at character ${i + 1} is never closed.` };
      word = (word ?? '') + quoted.text;
      i = quoted.end;
    } else if (c === '\\') {
      if (i + 1 >= line.length)
        return { ok: false, message: 'The flags end in a lone backslash; double it or take it out.' };
      i += 1;
      // A backslash before a line end joins the lines, as in a shell.
      if (line.charAt(i) !== '\n') word = (word ?? '') + line.charAt(i);
    } else {
      word = (word ?? '') + c;
    }
  }
  if (word !== null) words.push(word);
  return words.some((each) => each.includes('\0'))
    ? { ok: false, message: 'The flags contain a NUL character; take it out.' }
    : { ok: true, words };
}

function doubleQuoted(line: string, start: number): { text: string; end: number } | null {
  let text = '';
  for (let i = start; i < line.length; i += 1) {
    const c = line.charAt(i);
    if (c === '"') return { text, end: i };
    if (c === '\\' && i + 1 < line.length) {
      const next = line.charAt(i + 1);
      i += 1;
      // Inside double quotes a backslash only escapes these; before anything else it stands for itself.
      if (next === '\n') continue;
      text += '"\\$`'.includes(next) ? next : `\\${next}`;
    } else {
      text += c;
    }
  }
  return null;
}

/** True when the line means something only to a shell: variables, pipes, substitutions, home folders, globs, assignments. */
export function needsShell(line: string): boolean {
  const bare = line.replace(/'[^']*'/g, '').replace(/\\[^\n]/g, '');
  return /[|&;<>$`(){}*?[\]#!\n]|^\s*~|\s~|^\s*[A-Za-z_]\w*=/.test(bare);
}
