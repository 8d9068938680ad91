/** Pasted text stays text: the end mark of a bracketed paste inside it would make what follows typed keys, Enter and all. */
import type { ITerminalAddon } from '@xterm/xterm';

const MARK = /(?:\x1b\[|\u009b)20[01]~/g;

/** Taken out as often as taking one out makes another. */
export function withoutMarks(text: string): string {
  let clean = text;
  for (;;) {
    const next = clean.replace(MARK, '');
    if (next === clean) return clean;
    clean = next;
  }
}

/** xterm pastes whatever it is given; this looks first. */
export function pastesAsText(host: HTMLElement): ITerminalAddon {
  let end: () => void = () => undefined;
  return {
    activate(term) {
      const onPaste = (event: ClipboardEvent) => {
        const text = event.clipboardData?.getData('text/plain') ?? '';
        const clean = withoutMarks(text);
        if (clean === text || term.options.disableStdin === true) return;
        event.preventDefault();
        event.stopPropagation();
        term.paste(clean);
      };
      host.addEventListener('paste', onPaste, true);
      end = () => host.removeEventListener('paste', onPaste, true);
    },
    dispose: () => end(),
  };
}
