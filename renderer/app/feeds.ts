/** Projections of the live feeds that several screens read: sessions, approvals, prompts. Opened once after signing in. */
import { create, type StoreApi, type UseBoundStore } from 'zustand';
import { useShallow } from 'zustand/react/shallow';
import type { Approval } from '../../shared/contract/approvals.ts';
import type { FeedName, FeedParams, FeedRow } from '../../shared/contract/contract.ts';
import type { Place } from '../../shared/contract/git.ts';
import type { Node as NodeRow } from '../../shared/contract/nodes.ts';
import type { Receipt } from '../../shared/contract/prompts.ts';
import type { Session } from '../../shared/contract/sessions.ts';
import { useAuth, wire } from './connect.ts';
import { byUrgency } from './filter.ts';
import { usePreferences } from './preferences.ts';
import { addressOf } from './routes.ts';
import { changeRows, noRows, type Rows, replaceRows } from './rows.ts';

export type RowsStore<Row> = UseBoundStore<StoreApi<Rows<Row>>>;

/** Follows a feed into a store until the returned function is called; why the hub ended it is kept there as `refused`. */
export function follow<N extends FeedName>(
  name: N,
  store: RowsStore<FeedRow<N>>,
  keyOf: (row: FeedRow<N>) => string,
  params: FeedParams<N> = {} as FeedParams<N>,
): () => void {
  store.setState({ refused: null });
  return wire().feed(name, params, {
    rows(_rows, change) {
      store.setState(
        (before) =>
          change.reset ? replaceRows(before, change.put, keyOf) : changeRows(before, change.put, change.drop, keyOf),
        true,
      );
    },
    state(state, fault) {
      if (state === 'ended') store.setState({ refused: fault?.message ?? 'The hub ended this list.' });
    },
  });
}

export const useSessions: RowsStore<Session> = create<Rows<Session>>(() => noRows);
export const useApprovals: RowsStore<Approval> = create<Rows<Approval>>(() => noRows);
export const usePrompts: RowsStore<Receipt> = create<Rows<Receipt>>(() => noRows);
/** The machines that sessions run on. */
export const useNodes: RowsStore<NodeRow> = create<Rows<NodeRow>>(() => noRows);
/** Where sessions stand in git; those outside of a repository have no row. */
export const useGitPlaces: RowsStore<Place> = create<Rows<Place>>(() => noRows);

/** Opens the feeds of every screen whenever somebody is signed in, and forgets their rows when nobody is. */
export function startFeeds(): void {
  let stop: (() => void)[] = [];
  let user: unknown = null;
  useAuth.subscribe(({ stage, me }) => {
    const now = stage === 'in' ? me : null;
    if (now === user) return;
    user = now;
    for (const end of stop) end();
    stop = [];
    useSessions.setState(noRows, true);
    useApprovals.setState(noRows, true);
    usePrompts.setState(noRows, true);
    useNodes.setState(noRows, true);
    useGitPlaces.setState(noRows, true);
    usePreferences.setState(noRows, true);
    if (now === null) return;
    stop = [
      follow('sessions.rows', useSessions, (row) => row.id),
      follow('approvals.rows', useApprovals, (row) => row.id),
      follow('prompts.rows', usePrompts, (row) => row.id),
      follow('nodes.rows', useNodes, (row) => row.id),
      follow('git.places', useGitPlaces, (row) => row.sessionId),
      follow('preferences.rows', usePreferences, (row) => row.key),
    ];
  });
}

export const useSession = (id: string): Session | undefined => useSessions((rows) => rows.byKey.get(id));

/** What stands in an address for the session that a row of another feed names. */
export const addressNow = ({
  sessionId,
  session,
}: {
  readonly sessionId: string;
  readonly session: string;
}): string => {
  const row = useSessions.getState().byKey.get(sessionId);
  return row ? addressOf(row) : session;
};

export const useSessionNamed = (name: string): Session | undefined =>
  useSessions((rows) => {
    let other: Session | undefined;
    for (const session of rows.byKey.values()) {
      if (session.name !== name) continue;
      // As everywhere: a plain name is first of all this hub's own.
      if (!session.node.startsWith('h_')) return session;
      other ??= session;
    }
    return rows.byKey.get(name) ?? other;
  });

/** All sessions, those that need a person first. For lists; a tile selects its own row. */
export function sortedSessions(rows: Rows<Session>): readonly Session[] {
  return [...rows.byKey.values()].sort(byUrgency);
}

/** Ids of sessions to go through one after another, those that need a person first; archived ones are left out. */
export const useSwipeIds = (): readonly string[] =>
  useSessions(
    useShallow((rows) =>
      sortedSessions(rows)
        .filter((session) => !session.archived)
        .map((session) => session.id),
    ),
  );

const OPEN: ReadonlySet<Approval['status']> = new Set<Approval['status']>(['open', 'answering']);
export const isOpen = (approval: Approval): boolean => OPEN.has(approval.status);

/** Open approvals, and live sessions that need a person for something else. */
export function inboxOf(
  approvals: Rows<Approval>,
  sessions: Rows<Session>,
): {
  readonly open: readonly Approval[];
  readonly others: readonly Session[];
} {
  const open = [...approvals.byKey.values()].filter(isOpen).sort((a, b) => a.createdAt - b.createdAt);
  const covered = new Set(open.map((approval) => approval.sessionId));
  const others = [...sessions.byKey.values()]
    .filter((s) => (s.needsYou || s.stalled) && !s.archived && s.state !== 'exited' && !covered.has(s.id))
    .sort((a, b) => a.since - b.since);
  return { open, others };
}

export function useInboxCount(): number {
  const approvals = useApprovals();
  const sessions = useSessions();
  const { open, others } = inboxOf(approvals, sessions);
  return open.length + others.length;
}
