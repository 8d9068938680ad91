/** Words as a POSIX shell reads them. Pure. */

/** In quotes: comes out as it went in, whatever it holds but NUL, which no program can be given. */
export const quoted = (word: string): string => `'${word.replaceAll("'", `'\\''`)}'`;

/** For people to read: in quotes only where it needs them. (zsh takes a word that begins with `=` for the path of a program.) */
export const shellWord = (word: string): string => (/^(?!=)[\w@%+=:,./-]+$/.test(word) ? word : quoted(word));
