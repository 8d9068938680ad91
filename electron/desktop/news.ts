/** The shell as a client of the core: what the tray shows and notifications tell. Knows no Electron. */
import type { Approval } from '../../shared/contract/approvals.ts';
import { PROTOCOL } from '../../shared/contract/contract.ts';
import type { Receipt } from '../../shared/contract/prompts.ts';
import type { Session } from '../../shared/contract/sessions.ts';
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
  let sessions: ReadonlyMap<string | number, Session> = new Map();
  let approvals: ReadonlyMap<string | number, Approval> = new Map();
  let stand = standOf(false, [], []);
  let keys: ReadonlySet<string> | null = null;
  const ready = { sessions: false, approvals: false };
  const watched = new Set<string>();

  const look = () => {
    stand = standOf(client.state() === 'online', sessions.values(), approvals.values());
    on.stand(stand);
    if (!ready.sessions || !ready.approvals) return;
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
  client.onState(look);
  client.feed(
    'sessions.rows',
    {},
    {
      rows(rows) {
        sessions = rows;
        ready.sessions = true;
        look();
      },
    },
  );
  client.feed(
    'approvals.rows',
    {},
    {
      rows(rows) {
        approvals = rows;
        ready.approvals = true;
        look();
      },
    },
  );
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
