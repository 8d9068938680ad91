/**
 * Exactly one terminal answers a program's questions, and that is tmux. A viewer's terminal would answer too, and its
 * answers would arrive as typed text in the agent's prompt: every sequence that xterm answers is swallowed here.
 */

interface Id {
  readonly prefix?: string;
  readonly intermediates?: string;
  readonly final: string;
}
/** The part of xterm's parser that is used; the browser's and the headless terminal both have it. */
export interface QueryParser {
  registerCsiHandler(id: Id, callback: () => boolean): unknown;
  registerDcsHandler(id: Id, callback: () => boolean): unknown;
  registerOscHandler(ident: number, callback: (data: string) => boolean): unknown;
}

const QUERIES: readonly Id[] = [
  { final: 'c' },
  { prefix: '>', final: 'c' },
  { prefix: '=', final: 'c' },
  { final: 'n' },
  { prefix: '?', final: 'n' },
  { intermediates: '$', final: 'p' },
  { prefix: '?', intermediates: '$', final: 'p' },
  { prefix: '>', final: 'q' },
  { prefix: '?', final: 'u' },
  // Window reports (size in cells and pixels, title); the operations among them are off in a browser anyway.
  { final: 't' },
];

/** Palette, foreground, background, cursor: setting is display and passes, asking (`?`) is swallowed. */
const COLOURS = [4, 10, 11, 12] as const;

export function swallowQueries(parser: QueryParser): void {
  for (const id of QUERIES) parser.registerCsiHandler(id, () => true);
  parser.registerDcsHandler({ intermediates: '$', final: 'q' }, () => true);
  parser.registerDcsHandler({ intermediates: '+', final: 'q' }, () => true);
  for (const ident of COLOURS) parser.registerOscHandler(ident, (data) => data.split(';').includes('?'));
}
