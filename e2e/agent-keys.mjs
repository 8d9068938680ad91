/** Bytes of a terminal as keys, text and pastes, for the scripted agent. */

/**
 * `keys`: what a key or escape sequence does; `type(text, pasted)`: text; without `bracketed` a line feed is `enter`.
 * Returns what takes each piece of input.
 */
export function keyboard({ keys, type, enter, interrupt, bracketed }) {
  let pending = '';
  let paste = null;
  let escTimer = null;
  function feed(text) {
    if (escTimer) clearTimeout(escTimer);
    pending += text;
    while (pending !== '') {
      if (paste !== null) {
        const end = pending.indexOf('\x1b[201~');
        if (end < 0) {
          const keep = Math.max(0, pending.length - 5);
          paste += pending.slice(0, keep);
          pending = pending.slice(keep);
          return;
        }
        paste += pending.slice(0, end);
        pending = pending.slice(end + 6);
        const whole = paste.replaceAll('\r\n', '\n').replaceAll('\r', '\n');
        paste = null;
        type(whole, true);
        continue;
      }
      if (pending.startsWith('\x1b[200~')) {
        paste = '';
        pending = pending.slice(6);
        continue;
      }
      const sequence = /^\x1b(?:\[[0-9;?<]*[@-~]|O.)/.exec(pending)?.[0];
      if (sequence) {
        pending = pending.slice(sequence.length);
        keys.get(sequence)?.();
        continue;
      }
      if (pending.startsWith('\x1b')) {
        // A lone Escape, or the first byte of a sequence whose rest is on its way.
        escTimer = setTimeout(() => {
          pending = pending.slice(1);
          interrupt();
          feed('');
        }, 20);
        return;
      }
      const first = [...pending][0] ?? '';
      const key = keys.get(first) ?? (first === '\n' && !bracketed ? enter : undefined);
      if (key) {
        pending = pending.slice(first.length);
        key();
        continue;
      }
      const run = /^[^\x1b\r\x7f\x15\x03]+/.exec(pending)?.[0] ?? first;
      const take = bracketed ? run : (run.split('\n')[0] ?? run);
      pending = pending.slice(take.length || first.length);
      type(take);
    }
  }
  return feed;
}
