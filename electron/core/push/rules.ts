/** Pure decisions of the push room: what a session needs, who is told and when, and in which words. */
import type { Approval } from '../../../shared/contract/approvals.ts';
import type { PushKind, PushMessage, PushPayload, QuietHours } from '../../../shared/contract/push.ts';
import type { Session } from '../../../shared/contract/sessions.ts';
import { cutTo } from '../../../shared/words.ts';

/** Why a person is wanted. The same need has the same id after a restart of the hub. */
export interface Need {
  readonly id: string;
  readonly kind: PushKind;
  readonly sessionId: string;
  readonly session: string;
  readonly agent: string;
  /** Since when, Unix milliseconds. */
  readonly at: number;
  readonly approval: Approval | null;
}

/** A need shorter than this is nobody's business: dialogs flicker, policies answer. Also the time a page has to say that it shows it. */
export const SETTLE_MS = 1500;
/** How long a page that shows it is trusted to be looked at. */
export const HELD_MS = 20_000;

const STATE_KINDS: Readonly<Record<string, PushKind>> = {
  approval: 'approval',
  question: 'question',
  trust: 'trust',
  login: 'login',
  ratelimit: 'ratelimit',
  error: 'error',
};

/** `finishedAt`: when a turn ended that was long enough to tell of, and nobody has gone on since; null when there is none. */
export function needOf(
  session: Pick<Session, 'id' | 'name' | 'agent' | 'state' | 'needsYou' | 'stalled' | 'archived' | 'since'>,
  approval: Approval | null,
  finishedAt: number | null,
): Need | null {
  if (session.archived || session.state === 'exited' || session.state === 'unreachable') return null;
  const { id: sessionId, name, agent } = session;
  const need = (kind: PushKind, key: string, at: number, of: Approval | null = null): Need => ({
    id: `${sessionId}:${kind}:${key}`,
    kind,
    sessionId,
    session: name,
    agent,
    at,
    approval: of,
  });
  if (approval) return need(approval.kind, approval.id, approval.createdAt, approval);
  const kind = session.needsYou ? (STATE_KINDS[session.state] ?? 'error') : null;
  if (kind) return need(kind, String(session.since), session.since);
  if (session.stalled) return need('stalled', String(session.since), session.since);
  return finishedAt === null ? null : need('done', String(finishedAt), finishedAt);
}

/** Minutes of the day at `now` in a zone; null for a zone that this system does not know. */
export function minutesAt(now: number, zone: string): number | null {
  try {
    const parts = new Intl.DateTimeFormat('en-GB', {
      timeZone: zone,
      hour: '2-digit',
      minute: '2-digit',
      hourCycle: 'h23',
    }).formatToParts(now);
    const part = (type: string) => Number(parts.find((each) => each.type === type)?.value);
    return part('hour') * 60 + part('minute');
  } catch {
    return null;
  }
}

const minutes = (time: string): number => Number(time.slice(0, 2)) * 60 + Number(time.slice(3));
const MINUTE = 60_000;

/** When these quiet hours end, or null when they are not now. `from` equal to `to` is the whole day. */
export function quietUntil(quiet: QuietHours | null, now: number): number | null {
  const at = quiet && minutesAt(now, quiet.zone);
  if (quiet === null || at === null) return null;
  const [from, to] = [minutes(quiet.from), minutes(quiet.to)];
  const inside = from < to ? at >= from && at < to : at >= from || at < to;
  if (!inside) return null;
  const left = (to - at + 1440) % 1440 || 1440;
  return Math.floor(now / MINUTE) * MINUTE + left * MINUTE;
}

export interface Ear {
  readonly id: string;
  readonly quiet: QuietHours | null;
  readonly usedAt: number;
  readonly createdAt: number;
  /** What became of the newest message to it. */
  readonly last: Pick<PushMessage, 'status' | 'shownAt'> | null;
}

/** Whom to tell first: devices that showed what they were sent last, then the one used last. */
export function inOrder<E extends Ear>(devices: readonly E[]): readonly E[] {
  const doubtful = ({ last }: Ear) =>
    Number(last !== null && last.shownAt === null && (last.status === 'sent' || last.status === 'failed'));
  return [...devices].sort(
    (a, b) => doubtful(a) - doubtful(b) || b.usedAt - a.usedAt || b.createdAt - a.createdAt || a.id.localeCompare(b.id),
  );
}

/** A message about this need that was begun already. */
export type Told = Pick<PushMessage, 'device' | 'status' | 'at' | 'openedAt'>;

export interface Next {
  /** Device ids to tell now. */
  readonly tell: readonly string[];
  /** When to ask again, Unix milliseconds; null when nothing will change by time alone. */
  readonly again: number | null;
}

/**
 * Who of one user's devices (in order) is told now. One after the other, `escalateMs` apart, until somebody opened it; one
 * that could not be sent leaves its turn to the next at once; with 0 all together. A quiet device waits for the end of its
 * hours, and is then told only if nobody has reacted.
 */
export function next(given: {
  readonly needAt: number;
  readonly now: number;
  readonly devices: readonly Ear[];
  readonly told: readonly Told[];
  readonly escalateMs: number;
}): Next {
  const { needAt, now, devices, told, escalateMs } = given;
  const nobody: Next = { tell: [], again: null };
  if (told.some(({ openedAt }) => openedAt !== null)) return nobody;
  if (now < needAt + SETTLE_MS) return { tell: [], again: needAt + SETTLE_MS };
  const rest = devices.filter(({ id }) => !told.some(({ device }) => device === id));
  const quiet = rest.map((device) => quietUntil(device.quiet, now));
  const awake = rest.filter((_, i) => quiet[i] === null).map(({ id }) => id);
  const ends = quiet.filter((end) => end !== null);
  const wakes = ends.length > 0 ? Math.min(...ends) : null;
  const first = awake[0];
  if (first === undefined) return { tell: [], again: wakes };
  if (escalateMs === 0) return { tell: awake, again: wakes };
  const begun = told.filter(({ status }) => status !== 'failed').map(({ at }) => at);
  const due = begun.length === 0 ? now : Math.max(...begun) + escalateMs;
  return due <= now ? { tell: [first], again: null } : { tell: [], again: due };
}

/** Milliseconds before the next try after so many; null: give up. */
export function backOff(tries: number, retryAfterMs: number | null): number | null {
  const wait = [2000, 8000, 30_000, 120_000, 300_000][tries - 1];
  return wait === undefined ? null : Math.max(wait, retryAfterMs ?? 0);
}

export type Verdict = 'sent' | 'gone' | 'again' | 'failed';
/** What a push service's status means. Null: no answer at all. */
export function verdict(status: number | null): Verdict {
  if (status === null || status === 429 || status === 408 || status >= 500) return 'again';
  if (status >= 200 && status < 300) return 'sent';
  return status === 404 || status === 410 ? 'gone' : 'failed';
}

const TITLES: Readonly<Record<PushKind, (session: string) => string>> = {
  approval: (session) => `${session} asks for permission`,
  question: (session) => `${session} has a question`,
  trust: (session) => `${session} asks whether to trust its folder`,
  login: (session) => `${session} has to sign in`,
  ratelimit: (session) => `${session} reached a limit`,
  error: (session) => `${session} stopped with an error`,
  stalled: (session) => `${session} seems to be stuck`,
  done: (session) => `${session} is done`,
  test: () => 'This device is told',
};
const BODIES: Readonly<Record<PushKind, (agent: string) => string>> = {
  approval: (agent) => `${agent} waits for your answer`,
  question: (agent) => `${agent} waits for your answer`,
  trust: (agent) => `${agent} waits for your answer`,
  login: (agent) => `${agent} is signed out`,
  ratelimit: (agent) => `${agent} waits until it may go on`,
  error: (agent) => `${agent} needs a look`,
  stalled: (agent) => `${agent} shows no sign of work`,
  done: (agent) => `${agent} ended its turn`,
  test: () => 'A test from Quarterdeck',
};
/** A payload must fit into the 4 KB that push services take. */
const DETAIL = 300;

/** One notification for each session. */
export const tagOf = (sessionId: string): string => `session:${sessionId}`;

export function payloadOf(
  id: string,
  need: Need,
  with_: { readonly detail: boolean; readonly mayAnswer: boolean },
): PushPayload {
  const { approval, kind } = need;
  const subject = approval ? [approval.tool, approval.subject || approval.title].filter(Boolean).join(': ') : '';
  const said = with_.detail ? cutTo(subject.replace(/\p{C}+/gu, ' ').trim(), DETAIL) : '';
  const means = new Set(approval?.choices.map((choice) => choice.means));
  // Only a permission dialog has a yes and a no that mean the same without being read.
  const actions = approval?.kind === 'approval' && with_.mayAnswer ? (['allow', 'deny'] as const) : [];
  return {
    v: 1,
    do: 'show',
    id,
    tag: tagOf(need.sessionId),
    kind,
    title: TITLES[kind](need.session),
    body: said || BODIES[kind](need.agent),
    session: need.session,
    agent: need.agent,
    approval: approval && {
      id: approval.id,
      digest: approval.digest,
      actions: actions.filter((action) => means.has(action)),
    },
    // By id: a session that is renamed meanwhile is found all the same.
    path: `/s/${encodeURIComponent(need.sessionId)}`,
    at: need.at,
  };
}

export const testPayload = (id: string, device: string, at: number): PushPayload => ({
  v: 1,
  do: 'show',
  id,
  tag: `test:${device}`,
  kind: 'test',
  title: TITLES.test(''),
  body: BODIES.test(''),
  session: null,
  agent: null,
  approval: null,
  path: '/settings',
  at,
});

/** Takes back what stands under the session's tag. */
export const closePayload = (sessionId: string, session: string | null, kind: PushKind, at: number): PushPayload => ({
  v: 1,
  do: 'close',
  id: null,
  tag: tagOf(sessionId),
  kind,
  title: session === null ? 'Answered' : `${session}: answered`,
  body: 'Nobody is needed there any more',
  session,
  agent: null,
  approval: null,
  path: `/s/${encodeURIComponent(sessionId)}`,
  at,
});
