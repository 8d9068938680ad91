/** Plain lines of a session's terminal, history included, and the search over many of them. */
import type { SessionsDeps } from './deps.ts';
import type { Entry } from './entry.ts';
import { SCROLLBACK } from './tap.ts';

export interface Hit {
  readonly session: string;
  readonly id: string;
  readonly line: number;
  readonly text: string;
  readonly from: number;
  readonly to: number;
}

/** Escapes that tmux's captures hold: SGR, OSC 8 links, shifts of the character set. */
const ESCAPES = /\x1b\[[0-9;:]*m|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)|[\x0e\x0f]/g;

export const plain = (ansi: Uint8Array): readonly string[] =>
  Buffer.from(ansi)
    .toString('utf8')
    .replace(ESCAPES, '')
    .split('\n')
    .map((line) => line.trimEnd());

/** At most `lines` of history and screen, oldest first, blank lines at the end left out. */
export async function linesOf(
  tmuxOf: (entry: Entry) => SessionsDeps['tmux'],
  entry: Entry,
  lines: number,
): Promise<readonly string[]> {
  const { tap } = entry;
  if (!tap) return [];
  await tap.settled();
  // On the alternate screen the history is the other screen's, which the headless terminal does not give out.
  if (tap.whole && !tap.screen.view().alternate) {
    const text = tap.screen.text(Math.min(lines, SCROLLBACK));
    if (text.length < SCROLLBACK) return text;
  }
  const snapshot = await tmuxOf(entry).snapshot(tap.paneId, lines);
  const all = [...(snapshot.normal ? plain(snapshot.normal) : []), ...plain(snapshot.ansi)];
  while (all.length > 0 && all.at(-1) === '') all.pop();
  return all.slice(-lines);
}

/** Four sessions at a time: each may bring a megabyte. */
export async function search(
  tmuxOf: (entry: Entry) => SessionsDeps['tmux'],
  entries: readonly Entry[],
  wanted: string,
  limit: number,
  historyLines: number,
): Promise<Hit[]> {
  const hits: Hit[] = [];
  const needle = wanted.toLowerCase();
  const queue = [...entries];
  const worker = async () => {
    for (let entry = queue.shift(); entry && hits.length < limit; entry = queue.shift()) {
      // A session that ends meanwhile has nothing to find.
      const lines = await linesOf(tmuxOf, entry, historyLines).catch(() => []);
      for (let i = lines.length - 1; i >= 0 && hits.length < limit; i -= 1) {
        const text = lines[i] ?? '';
        const from = text.toLowerCase().indexOf(needle);
        if (from < 0) continue;
        const start = Math.max(0, from - 500);
        hits.push({
          session: entry.row.name,
          id: entry.id,
          line: i,
          text: text.slice(start, from + wanted.length + 500),
          from: from - start,
          to: from - start + wanted.length,
        });
      }
    }
  };
  await Promise.all([worker(), worker(), worker(), worker()]);
  return hits;
}
