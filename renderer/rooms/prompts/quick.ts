/** Whom quick-send may send to: the one of last time, all, each session, a new one. Pure. */
import type { Session } from '../../../shared/contract/sessions.ts';
import { best } from '../../app/fuzzy.ts';

export type Target =
  | { readonly kind: 'session'; readonly session: Session; readonly last: boolean }
  | { readonly kind: 'all'; readonly count: number }
  | { readonly kind: 'new'; readonly agent: string };

export const titleOf = (target: Target): string =>
  target.kind === 'session'
    ? target.session.name
    : target.kind === 'all'
      ? `All ${target.count} sessions`
      : `New ${target.agent} session`;

export const keyOf = (target: Target): string =>
  target.kind === 'session' ? target.session.id : target.kind === 'all' ? ' all' : ` new ${target.agent}`;

const live = (session: Session): boolean => !session.archived && session.state !== 'exited';

/** `last`: id of the session that was sent to last. The agent of a new session: that one's, else the one most in use. */
export function targets(
  query: string,
  sessions: Iterable<Session>,
  last: string | null,
  agents: readonly string[],
): readonly Target[] {
  const here = [...sessions].filter(live).sort((a, b) => a.name.localeCompare(b.name));
  const before = here.find(({ id }) => id === last);
  const all: Target[] = [
    ...(before ? [{ kind: 'session' as const, session: before, last: true }] : []),
    ...here.filter((each) => each !== before).map((session) => ({ kind: 'session' as const, session, last: false })),
    ...(here.length > 1 ? [{ kind: 'all' as const, count: here.length }] : []),
    ...agents.map((agent) => ({ kind: 'new' as const, agent })),
  ];
  const beside = (target: Target): string =>
    target.kind === 'session'
      ? `${target.session.agent} ${target.session.cwd} ${target.last ? 'last' : ''}`
      : target.kind === 'all'
        ? 'everybody broadcast'
        : 'start';
  return best(query, all, titleOf, 30, beside);
}
