/** How things stand, for the tray and for notifications: what needs a person, what came up since, what was answered. Pure. */
import type { Approval } from '../../shared/contract/approvals.ts';
import type { Receipt } from '../../shared/contract/prompts.ts';
import type { Session } from '../../shared/contract/sessions.ts';

export interface Need {
  /** Changes when it is another need of the same session. */
  readonly key: string;
  readonly session: string;
  readonly title: string;
  readonly body: string;
  /** Set when it can be answered from the notification: allow and deny, bound to what was seen. */
  readonly approval: { readonly id: string; readonly digest: string } | null;
  readonly path: string;
}
export interface Stand {
  readonly online: boolean;
  readonly needs: readonly Need[];
  readonly sessions: readonly { readonly name: string; readonly state: string; readonly path: string }[];
  readonly working: number;
}

const pathOf = (name: string): string => `/s/${encodeURIComponent(name)}`;

const ASKS: Partial<Record<Session['state'], string>> = {
  login: 'wants you to sign in',
  trust: 'asks whether to trust its folder',
  approval: 'asks for permission',
  question: 'has a question',
  ratelimit: 'has reached a limit',
  error: 'stopped with an error',
};

/** What programs print may hold anything: one line, no control characters, no more than a notice shows. */
export function plain(text: string, most: number): string {
  const line = text
    .replace(/[\p{Cc}\p{Cf}\u2028\u2029]+/gu, ' ')
    .replace(/\s+/g, ' ')
    .trim();
  return line.length <= most ? line : `${line.slice(0, most - 1).replace(/[\uD800-\uDBFF]$/, '')}…`;
}

const isOpen = ({ status }: Approval): boolean => status === 'open' || status === 'answering';
const isPermission = (approval: Approval): boolean =>
  approval.kind === 'approval' &&
  approval.choices.some(({ means }) => means === 'allow') &&
  approval.choices.some(({ means }) => means === 'deny');

export function standOf(online: boolean, sessions: Iterable<Session>, approvals: Iterable<Approval>): Stand {
  const live = [...sessions].filter((session) => !session.archived && session.state !== 'exited');
  const open = [...approvals].filter(isOpen).sort((a, b) => a.createdAt - b.createdAt);
  const covered = new Set(open.map(({ sessionId }) => sessionId));
  const needs: Need[] = open.map((approval) => ({
    key: approval.id,
    session: approval.sessionId,
    title: `${approval.session} ${approval.kind === 'approval' ? `asks: ${plain(approval.tool ?? approval.title, 60)}` : approval.kind === 'trust' ? 'asks whether to trust its folder' : 'has a question'}`,
    body: plain(approval.subject || approval.title, 240),
    approval: isPermission(approval) ? { id: approval.id, digest: approval.digest } : null,
    path: pathOf(approval.session),
  }));
  const others = live
    .filter((session) => (session.needsYou || session.stalled) && !covered.has(session.id))
    .sort((a, b) => a.since - b.since);
  for (const session of others) {
    needs.push({
      key: `${session.id} ${session.state} ${session.since}`,
      session: session.id,
      title: `${session.name} ${ASKS[session.state] ?? (session.stalled ? 'has been silent for long' : 'needs you')}`,
      body: plain(session.evidence[0]?.saw ?? '', 240),
      approval: null,
      path: pathOf(session.name),
    });
  }
  return {
    online,
    needs,
    sessions: live
      .map(({ name, state }) => ({ name, state, path: pathOf(name) }))
      .sort((a, b) => a.name.localeCompare(b.name)),
    working: live.filter(({ state }) => state === 'working').length,
  };
}

/** Needs that were not there before, and keys that are no more. What already waited at the first look is no news. */
export function changed(
  before: ReadonlySet<string> | null,
  { needs }: Stand,
): { readonly fresh: readonly Need[]; readonly gone: readonly string[]; readonly keys: ReadonlySet<string> } {
  const keys = new Set(needs.map(({ key }) => key));
  return {
    fresh: before === null ? [] : needs.filter(({ key }) => !before.has(key)),
    gone: before === null ? [] : [...before].filter((key) => !keys.has(key)),
    keys,
  };
}

/** Whether a prompt sent from quick-send has come to its end, and in which words that is told. Null: not yet. */
export function answerOf(receipt: Receipt): { readonly title: string; readonly body: string } | null {
  if (receipt.state === 'failed' || receipt.state === 'cancelled' || receipt.state === 'unverified')
    return { title: `${receipt.session}: prompt ${receipt.state}`, body: plain(receipt.reason ?? receipt.text, 240) };
  if (receipt.idleAt === null) return null;
  return { title: `${receipt.session} has answered`, body: plain(receipt.text, 120) };
}

/** Do not disturb: until then, for as long as it is on, or not at all. */
export const quietNow = (until: number | null | undefined, now: number): boolean =>
  until === null || (until !== undefined && until > now);

export type Decision = 'allow' | 'deny';
/** The buttons of a notification, in their order; systems without buttons leave them out. */
export const decisionsOf = ({ approval }: Need): readonly Decision[] => (approval === null ? [] : ['allow', 'deny']);

/** Which button was pressed. Newer Electrons say so in the event, older ones beside it. Null: none of them. */
export function decisionPressed(need: Need, event: unknown, index: unknown): Decision | null {
  const inside = event !== null && typeof event === 'object' && 'actionIndex' in event ? event.actionIndex : index;
  return typeof inside === 'number' ? (decisionsOf(need)[inside] ?? null) : null;
}
