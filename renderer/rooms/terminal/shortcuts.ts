/** The few keys of the browser's own that a pane keeps from the program: copy, paste, find. */
import type { Terminal } from '@xterm/xterm';
import { copyText } from './browser.ts';

/** False: the program does not get this key. */
export function shortcut(term: Terminal, event: KeyboardEvent, onFind: () => void): boolean {
  const command = event.metaKey && !event.ctrlKey;
  const shifted = event.ctrlKey && event.shiftKey && !event.altKey;
  const key = event.key.toLowerCase();
  if (!command && !shifted) return true;
  if (key === 'c' && (shifted || term.hasSelection())) {
    event.preventDefault();
    // Refused: the selection still stands, and the browser's own menu copies it.
    if (event.type === 'keydown' && term.hasSelection()) copyText(term.getSelection()).catch(() => undefined);
    return false;
  }
  // The browser's own paste follows and arrives at xterm as a paste event, bracketed where the program wants it.
  if (key === 'v') return false;
  if (key === 'f') {
    event.preventDefault();
    if (event.type === 'keydown') onFind();
    return false;
  }
  return true;
}
