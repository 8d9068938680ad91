/** The shell as a client of the core: what the tray shows and notifications tell. Knows no Electron. */
import type { FeedParams, FeedRow } from '../../shared/contract/contract.ts';
// Not from the contract: its schemas would be made at each start, and held for as long as the app runs.
import { PROTOCOL } from '../../shared/contract/define.ts';
import type { Receipt } from '../../shared/contract/prompts.ts';
import { type Client, createClient } from '../../shared/wire/client.ts';
import type { CoreAt } from './core.ts';
import { coreTransport } from './dial.ts';
import { answerOf, changed, type Need, type Stand, standOf } from './stand.ts';

export interface NewsEvents {
  stand(stand: Stand): void;
  /** Needs that have just come up. */
  fresh(needs: readonly Need[]): void;
  /** Keys of needs that are no more. */
  gone(keys: readonly string[]): void;
  /** A prompt that was watched has come to its end. */
  answered(answer: { readonly title: string; readonly body: string; readonly session: string }): void;
}
export interface News {
  readonly client: Client;
  stand(): Stand;
  watch(prompt: string): void;
  close(): void;
}

export function followNews(find: () => Promise<CoreAt>, on: NewsEvents): News {
  const client = createClient({
    connect: () => coreTransport(find),
    protocol: PROTOCOL,
    client: 'desktop-shell',
    backoff: { first: 100, max: 4000 },
  });
  let stand = standOf(false, [], []);
  let keys: ReadonlySet<string> | null = null;
  const watched = new Set<string>();
  /** The rows of a feed as they are now; null until it has told them. */
  const follow = <N extends 'sessions.rows' | 'approvals.rows'>(name: N) => {
    let now: ReadonlyMap<string | number, FeedRow<N>> | null = null;
    client.feed(name, {} as FeedParams<N>, {
      rows(rows) {
        now = rows;
        look();
      },
    });
    return () => now;
  };

  const look = () => {
    const [running, asking] = [sessions(), approvals()];
    stand = standOf(client.state() === 'online', running?.values() ?? [], asking?.values() ?? []);
    on.stand(stand);
    if (!running || !asking) return;
    const { fresh, gone, keys: now } = changed(keys, stand);
    keys = now;
    if (fresh.length > 0) on.fresh(fresh);
    if (gone.length > 0) on.gone(gone);
  };
  const receipt = (row: Receipt) => {
    if (!watched.has(row.id)) return;
    const answer = answerOf(row);
    if (!answer) return;
    watched.delete(row.id);
    on.answered({ ...answer, session: row.session });
  };
  const sessions = follow('sessions.rows');
  const approvals = follow('approvals.rows');
  client.onState(look);
  client.feed(
    'prompts.rows',
    {},
    {
      rows(_rows, { put }) {
        for (const row of put) receipt(row);
      },
    },
  );
  return {
    client,
    stand: () => stand,
    watch(prompt) {
      watched.add(prompt);
      // It may have come to its end between the answer to the page and this.
      client.call('prompts.get', { id: prompt }).then(receipt, () => watched.delete(prompt));
    },
    close: () => client.close(),
  };
}
