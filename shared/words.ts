/** Searching by words, the same way in every room: all of the words, as parts of words too, in any case, in any script. */

/** Text as it is compared: case (ß and SS, the sigmas) and width are no difference. NUL would end the text for SQLite. */
export const fold = (text: string): string =>
  text.normalize('NFKC').toUpperCase().toLowerCase().replaceAll('ς', 'σ').replaceAll('\0', '');

const MOST = 16;

/** The words of a question, folded, each once, at most 16. */
export const wordsOf = (question: string): string[] =>
  [...new Set(fold(question).split(/\s+/u))].filter(Boolean).slice(0, MOST);

/** `text` is folded already. */
export const holdsAll = (text: string, words: readonly string[]): boolean => words.every((word) => text.includes(word));

/** Cut to so many characters, with an ellipsis where something was cut; never through the middle of one. */
export function cutTo(text: string, most: number): string {
  // Each character has at most two units: no need to walk through a megabyte.
  const characters = [...text.slice(0, most * 2 + 2)];
  return characters.length <= most ? text : `${characters.slice(0, most - 1).join('')}…`;
}
