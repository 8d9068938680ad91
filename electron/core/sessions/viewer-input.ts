/**
 * What a viewer typed, without what its terminal answered by itself. tmux alone answers terminal queries: a second
 * answer would arrive at the program as typed keys. Pasted text between paste brackets passes untouched.
 */

/** Reports: DA, DSR and cursor position, mode reports, window reports, focus, colours and strings. */
const REPLIES = [
  // primary, secondary and tertiary device attributes; xterm names its sequences by the mark after the bracket
  /^\x1b\[[?>=][0-9;]*c/,
  // status; keyboard flags report
  /^\x1b\[\??[0-9;]*n/,
  /^\x1b\[\?[0-9;]*u/,
  // cursor position. `1;2` to `1;8` may be F3 with modifiers: those pass, a report from the first row is rare
  /^\x1b\[\?[0-9]+;[0-9]+(?:;[0-9]+)?R/,
  /^\x1b\[(?!1;[2-8]R)[0-9]+;[0-9]+R/,
  /^\x1b\[\??[0-9]+;[0-9]+\$y/,
  /^\x1b\[[0-9]+(?:;[0-9]+){0,2}t/,
  // focus in and out: with several viewers there is no one focus, and tmux reports its own
  /^\x1b\[[IO]/,
  // OSC (colours, clipboard), DCS (settings), APC (graphics) and their ends
  /^\x1b[\]P_][^\x07\x1b]*(?:\x07|\x1b\\)/,
];
const PASTE_BEGIN = '\x1b[200~';
const PASTE_END = '\x1b[201~';

export interface ViewerInput {
  /** The bytes to type; empty when the chunk held only replies. */
  take(chunk: Uint8Array): Uint8Array;
}

export function createViewerInput(): ViewerInput {
  let pasting = false;
  return {
    take(chunk) {
      if (!chunk.includes(0x1b)) return chunk;
      // One character a byte: nothing is decoded, so nothing can be broken.
      const text = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength).toString('latin1');
      let out = '';
      let at = 0;
      while (at < text.length) {
        if (pasting) {
          const end = text.indexOf(PASTE_END, at);
          const stop = end < 0 ? text.length : end + PASTE_END.length;
          if (end >= 0) pasting = false;
          out += text.slice(at, stop);
          at = stop;
          continue;
        }
        const next = text.indexOf('\x1b', at);
        const stop = next < 0 ? text.length : next;
        out += text.slice(at, stop);
        at = stop;
        if (at >= text.length) break;
        const rest = text.slice(at, at + 8192);
        if (rest.startsWith(PASTE_BEGIN)) {
          pasting = true;
          out += PASTE_BEGIN;
          at += PASTE_BEGIN.length;
          continue;
        }
        const reply = REPLIES.map((shape) => shape.exec(rest)?.[0]).find((found) => found !== undefined);
        if (reply === undefined) {
          out += '\x1b';
          at += 1;
        } else at += reply.length;
      }
      return out.length === text.length ? chunk : Buffer.from(out, 'latin1');
    },
  };
}
