/** What the content security policies of the hub and of the desktop app have in common. */

/** What the face is made of, wherever it is served: its own files, and pictures that it draws itself. */
export const FACE_SOURCES: readonly string[] = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data: blob:",
  "font-src 'self'",
  "media-src 'self'",
];

/** For answers that are no pages. */
export const NO_PAGE_CSP = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";
