/**
 * Recorded output made fit to be shown in the terminal of whoever watches it: it draws, and does nothing else. What asks
 * the terminal a question would have the answer typed into the shell afterwards; what sets the clipboard, the title or
 * the mouse was meant for another day.
 */

/** A screen wiped without a full reset, which would take the watcher's own history along. */
export const WIPE = '\x1b[!p\x1b[?1049l\x1b[?6l\x1b[?7h\x1b[r\x1b[0m\x1b(B\x0f\x1b[H\x1b[2J';

/** Modes in which a terminal sends by itself: mouse, focus, paste. */
const SENDING = new Set([9, 1000, 1001, 1002, 1003, 1004, 1005, 1006, 1015, 1016, 2004, 2026, 2031, 2048, 5522]);
const SEQUENCE =
  /\x1b\[([<=>?]?)([0-9;:]*)([ -/]*)([@-~])|\x1b\](\d*)([^\x07\x1b\x18\x1a]*)(?:\x07|\x1b\\|[\x18\x1a])?|\x1b[P_^X][^\x1b\x18\x1a]*(?:\x1b\\|[\x18\x1a])?|\x1b[cZ]|\x05/g;
const UNFINISHED = /\x1b(?:\[[0-?]*[ -/]*|\][^\x07\x1b\x18\x1a]*\x1b?|[P_^X][^\x1b\x18\x1a]*\x1b?)?$/;
/** A string that is longer than this is no longer waited for. */
const WAIT = 65_536;

const tameSequence = (
  whole: string,
  prefix: string | undefined,
  params: string | undefined,
  between: string | undefined,
  final: string | undefined,
  osc: string | undefined,
): string => {
  if (whole === '\x1bc') return WIPE;
  // Links are harmless: a person has to follow them.
  if (whole.startsWith('\x1b]')) return osc === '8' ? whole : '';
  if (final === undefined) return '';
  if (prefix === '?' && between === '' && (final === 'h' || final === 'l')) {
    const kept = (params ?? '').split(';').filter((mode) => !SENDING.has(Number(mode)));
    return kept.length === 0 ? '' : `\x1b[?${kept.join(';')}${final}`;
  }
  // Device attributes, status, reports of modes, parameters and keys, window operations, the name of the terminal.
  if ('cnt'.includes(final) || (final === 'x' && between === '') || (final === 'p' && between === '$')) return '';
  if (prefix !== '' && (final === 'u' || final === 'q' || final === 'm')) return '';
  return whole;
};

/** Takes pieces in order; a sequence cut in two waits for its second half. */
export function createTame(): (text: string) => string {
  let waits = '';
  return (text) => {
    const all = waits + text;
    const cut = UNFINISHED.exec(all);
    waits = cut && all.length - cut.index <= WAIT ? all.slice(cut.index) : '';
    return all.slice(0, cut ? cut.index : all.length).replace(SEQUENCE, tameSequence);
  };
}

const UNITS = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/** `90`, `90s`, `1m30s`, `2h`, `1:30`, `1:02:03` after the beginning, or a date: Unix milliseconds; null for anything else. */
export function momentOf(text: string, beginning: number): number | null {
  if (/^\d+(?:\.\d+)?$/.test(text)) return beginning + Number(text) * 1000;
  if (/^(?:\d+[smhd])+$/.test(text)) {
    let sum = 0;
    for (const [, amount, unit] of text.matchAll(/(\d+)([smhd])/g))
      sum += Number(amount) * UNITS[unit as keyof typeof UNITS];
    return beginning + sum;
  }
  if (/^\d+(?::[0-5]?\d){1,2}$/.test(text))
    return beginning + text.split(':').reduce((sum, part) => sum * 60 + Number(part), 0) * 1000;
  const at = /^\d{4}-\d\d/.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(at) ? null : at;
}
