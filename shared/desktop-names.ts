/** Names that the preload shares with page and shell; apart from the words, so that the preload carries nothing else. */

/** Scheme and host of the shell's own pages. */
export const APP_SCHEME = 'app';
export const APP_ORIGIN = 'app://quarterdeck';
/** What the page posts to itself to get its port, and what comes with it. */
export const PORT_WANTED = 'quarterdeck: port wanted';
export const PORT_GIVEN = 'quarterdeck: port';
