/** What this hub did, for the hubs that have it among their nodes: each is told each line once. */
import { TOLD_LINES, type ToldLine } from '../../../shared/contract/fleet.ts';
import type { LogLine } from '../../../shared/contract/logs.ts';
import type { Live } from '../../kernel/live.ts';

export interface Telling {
  /** What this listener has not taken, and the mark that says that it took it; null when there is nothing. */
  untold(listener: string): { readonly lines: ToldLine[]; readonly mark: string } | null;
  /** Marks of an earlier start of this hub say nothing. */
  taken(listener: string, mark: string): void;
}

export function createTelling(live: Live<LogLine>): Telling {
  const start = crypto.randomUUID().slice(0, 8);
  /** Number of the last line that each has taken. */
  const heard = new Map<string, number>();
  return {
    untold(listener) {
      const after = heard.get(listener) ?? 0;
      // What other machines told this hub is theirs to tell.
      const fresh = live.rows().filter((line) => line.seq > after && line.node === undefined);
      const lines = fresh.slice(0, TOLD_LINES);
      const last = lines.at(-1);
      if (!last) return null;
      return {
        lines: lines.map(({ at, level, from, message, data }) => ({
          at,
          level,
          from: from.slice(0, 64),
          message: message.slice(0, 16_384),
          ...(data === undefined ? {} : { data }),
        })),
        mark: `${start}:${last.seq}`,
      };
    },
    taken(listener, mark) {
      const [of, seq] = mark.split(':');
      if (of === start && Number(seq) > (heard.get(listener) ?? 0)) heard.set(listener, Number(seq));
    },
  };
}
