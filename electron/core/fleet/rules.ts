/** Pure decisions of the fleet room: where calls go, what is believed of another hub, when it counts as gone. */
import { entries } from '../../../shared/contract/contract.ts';
import { type AboutHub, BEAT_SECONDS, type Figures, SILENT_SECONDS } from '../../../shared/contract/fleet.ts';
import type { Node } from '../../../shared/contract/nodes.ts';
import type { Session } from '../../../shared/contract/sessions.ts';

export const BEAT_MS = BEAT_SECONDS * 1000;
export const SILENT_MS = SILENT_SECONDS * 1000;
/** Not heard of for so long, a node leaves the list; it stays in the history. */
export const RECENT_MS = 3_600_000;
/** A connection that broke is back by then, mostly: until then its sessions are shown as before. */
export const GRACE_MS = 5000;
export const CHALLENGE_MS = 60_000;

/** Of beats: two hours. */
export const KEPT_SAMPLES = (2 * 3_600_000) / BEAT_MS;

const within = (value: number, most: number): number => Math.max(0, Math.min(most, value));
/** Figures as they can be shown, whatever was said. */
export const figuresFrom = ({ load, memoryFree, sessions }: Figures): Figures => ({
  load: within(load, 1e6),
  memoryFree: within(memoryFree, 2 ** 60),
  sessions: Math.round(within(sessions, 1e6)),
});
/** The same of what changes seldom. */
export function aboutFrom<T extends AboutHub>(said: T): T {
  return {
    ...said,
    name: visible(said.name),
    version: visible(said.version),
    platform: visible(said.platform),
    arch: visible(said.arch),
    home: visible(said.home),
    tmux: said.tmux === null ? null : visible(said.tmux),
    cpus: Math.round(within(said.cpus, 100_000)),
    memoryTotal: within(said.memoryTotal, 2 ** 60),
    agents: said.agents.map(({ key, version }) => ({
      key: visible(key),
      version: version === null ? null : visible(version),
    })),
    figures: figuresFrom(said.figures),
  };
}

/** By what of its input an entry is routed. */
export type Way = 'session' | 'node' | 'prompt' | 'approval' | 'recording' | 'here';

/** Where `name` is the name of something new, or of something that lives in tmux. */
const NEW_NAMES = new Set(['sessions.start', 'sessions.adopt']);
const OF_SESSIONS = /^(?:sessions|prompts|files|git)\./;

/** Derived from the contract, so that an entry that is added is routed without being added here. */
export function wayOf(name: string): Way {
  const def = entries.get(name);
  if (!def || def.verb === 'feed') return 'here';
  const shape = ((def.verb === 'call' ? def.input : def.params) as { readonly shape?: object }).shape ?? {};
  const has = (field: string) => Object.hasOwn(shape, field);
  if (OF_SESSIONS.test(name) && has('name') && !NEW_NAMES.has(name)) return 'session';
  if (/^prompts\./.test(name) && has('id') && !has('sessions')) return 'prompt';
  if (name === 'approvals.answer') return 'approval';
  if (/^recordings\./.test(name) && has('id') && !has('q')) return 'recording';
  if (/^(?:sessions|agents|nodes)\./.test(name) && has('node')) return 'node';
  return 'here';
}

/** What changes nothing over there and may be asked a second time when the line broke before the answer. */
export const mayRepeat = (name: string, input: unknown): boolean => {
  const def = entries.get(name);
  if (def?.scope === 'read') return true;
  // The same id twice is the same prompt.
  return name === 'prompts.enqueue' && typeof (input as { readonly id?: unknown }).id === 'string';
};

/** Sessions of other hubs, and this one's, as far as names go. */
export interface Named {
  readonly id: string;
  readonly name: string;
  readonly node: string;
}
export interface Titled {
  readonly id: string;
  readonly title: string;
}

/**
 * Whom a name means. An id is one session. `node:name` is that node's. A plain name is this hub's own session when there is
 * one: a machine that joins never changes what a script here means. Else it is the one on another hub, or `several`.
 */
export function meaning<S extends Named>(
  wanted: string,
  own: readonly S[],
  others: readonly S[],
  nodes: readonly Titled[],
):
  | { readonly is: 'own' | 'other'; readonly session: S }
  | { readonly is: 'several'; readonly choices: string[] }
  | null {
  const mine = own.find((s) => s.name === wanted) ?? own.find((s) => s.id === wanted);
  if (mine) return { is: 'own', session: mine };
  const byId = others.find((s) => s.id === wanted);
  if (byId) return { is: 'other', session: byId };
  const colon = wanted.lastIndexOf(':');
  if (colon >= 0) {
    const [place, name] = [wanted.slice(0, colon), wanted.slice(colon + 1)];
    const ids = new Set(nodes.filter((n) => n.id === place || n.title === place).map((n) => n.id));
    const here = own.find((s) => ids.has(s.node) && (s.name === name || s.id === name));
    if (here) return { is: 'own', session: here };
    const there = others.find((s) => ids.has(s.node) && (s.name === name || s.id === name));
    return there ? { is: 'other', session: there } : null;
  }
  const same = others.filter((s) => s.name === wanted);
  if (same.length > 1) {
    const titleOf = (id: string) => nodes.find((n) => n.id === id)?.title ?? id;
    return { is: 'several', choices: same.map((s) => `${titleOf(s.node)}:${s.name}`).sort() };
  }
  return same[0] ? { is: 'other', session: same[0] } : null;
}

/** A title that no other node has: with a piece of the key behind it where two machines have the same name. */
export function titleFor(name: string, id: string, taken: ReadonlySet<string>): string {
  const clean =
    name
      .replace(/[\p{C}:]/gu, ' ')
      .replace(/\s+/g, ' ')
      .trim()
      .slice(0, 48) || 'hub';
  if (!taken.has(clean)) return clean;
  for (let length = 4; length < id.length; length++) {
    const longer = `${clean}-${id.slice(2, 2 + length)}`;
    if (!taken.has(longer)) return longer;
  }
  return id;
}

const isLoopback = (host: string): boolean => /^(?:localhost|127(?:\.\d{1,3}){3}|\[?::1\]?)$/i.test(host);

/**
 * Where the hub at `central` can reach us, best first. Our loopback only when that hub is named by a loopback address
 * itself, so on this machine. `said`: what the user wrote, then nothing is guessed.
 */
export function addressesFor(central: string, said: string, urls: readonly string[]): string[] {
  if (said !== '') return [said];
  const near = isLoopback(new URL(central).hostname);
  const others = urls.filter((url) => !isLoopback(new URL(url).hostname));
  return [...new Set(near ? urls : others)].slice(0, 8);
}

/** Milliseconds until the next try: doubles from 1 s to 60 s, of which between half and all; `dice` is 0 to 1. */
export const retryIn = (attempt: number, dice: number): number =>
  Math.min(60_000, 1000 * 2 ** Math.min(attempt, 10)) * (0.5 + dice / 2);

/** Why a beat is not taken; null when it is. */
export function beatRefused(
  beat: { readonly lease: string; readonly n: number },
  now: { readonly lease: string; readonly n: number } | null,
): 'unknown' | 'replayed' | null {
  if (!now || now.lease !== beat.lease) return 'unknown';
  return beat.n > now.n ? null : 'replayed';
}

/** What a text of another machine is shown as: nothing in it that is not seen, or turns what follows around. */
export const visible = (text: string): string =>
  text.replace(/[\p{Cc}\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069]/gu, ' ');

/** Whether it is nested no deeper than anything that is meant: what is, cannot be written down. */
export function isShallow(value: unknown, levels = 24): boolean {
  if (value === null || typeof value !== 'object') return true;
  return levels > 0 && Object.values(value).every((each) => isShallow(each, levels - 1));
}

/** A session of another hub as it can be shown and named; null when it cannot. */
export function believed(session: Session): Session | null {
  if (!/^[^\p{C}:]{1,128}$/u.test(session.name) || !/^[\x21-\x7e]{1,128}$/.test(session.id)) return null;
  const { agent, title, branch, tags, evidence } = session;
  return {
    ...session,
    agent: visible(agent),
    title: visible(title),
    branch: branch === null ? null : visible(branch),
    tags: tags.map(visible),
    evidence: evidence.slice(0, 5).map((each) => ({ ...each, saw: visible(each.saw) })),
  };
}

/** A clock that is off by less harms nothing, and cannot be told from a slow line. */
const SKEW_MS = 5000;
const SKEW_MAX = 100 * 365 * 86_400_000;
/** What is taken off the times that a node tells; `used` is what was taken off so far, and stays while it is about right. */
export function skewFor(measured: number | null, used: number): number {
  const now = measured === null ? 0 : Math.max(-SKEW_MAX, Math.min(SKEW_MAX, Math.round(measured)));
  if (Math.abs(now - used) < SKEW_MS) return used;
  return Math.abs(now) < SKEW_MS ? 0 : now;
}

const TIMES = new Set([
  'at',
  'since',
  'createdAt',
  'startedAt',
  'outputAt',
  'deliveredAt',
  'confirmedAt',
  'idleAt',
  'updatedAt',
]);
/** A row with the times that a clock of `skew` against ours wrote into it, by ours. */
export function inOurTime<T>(value: T, skew: number): T {
  if (skew === 0 || value === null || typeof value !== 'object') return value;
  if (Array.isArray(value)) return value.map((each) => inOurTime(each, skew)) as T;
  const fields = Object.entries(value).map(([name, each]) => [
    name,
    typeof each === 'number' && TIMES.has(name) ? each - skew : inOurTime(each, skew),
  ]);
  return Object.fromEntries(fields) as T;
}

export interface Standing {
  /** It was added here, and is asked for its figures; else it joined, and sends them. */
  readonly added: boolean;
  /** Our connection there. */
  readonly link: 'none' | 'calling' | 'online' | 'away';
  /** Since when it is that, and why it is not online. */
  readonly linkSince: number;
  readonly linkProblem: string;
  readonly beatAt: number;
  readonly left: boolean;
  /** It was never online since it introduced itself. */
  readonly first: boolean;
  readonly addresses: number;
}

const seconds = (ms: number): string => `${Math.max(0, Math.round(ms / 1000))} s`;

/** The state that is shown, with its reason. */
export function standingOf(s: Standing, now: number): { readonly state: Node['state']; readonly problem: string } {
  const silent = now - s.beatAt;
  if (s.left) return { state: 'unreachable', problem: 'its hub was shut down; it comes back by itself when it starts' };
  if (s.link === 'online') {
    if (silent <= SILENT_MS) return { state: 'live', problem: '' };
    const what = s.added ? 'told no figures' : 'sent no beat';
    const why = s.added ? '' : ': has its token ended?';
    return { state: 'degraded', problem: `it answers, but has ${what} for ${seconds(SILENT_MS)}${why}` };
  }
  if (s.link === 'none')
    return {
      state: 'unreachable',
      problem:
        s.addresses === 0 && silent <= SILENT_MS
          ? 'it listens only on its own machine: start its hub with --bind, or say its address in QD_NODE_URL there'
          : 'it has not been heard of since this hub started',
    };
  const why = s.linkProblem || 'no connection';
  if (!s.first && now - s.linkSince <= GRACE_MS) return { state: 'live', problem: '' };
  if (s.added) {
    const calling = s.first && s.linkProblem === '';
    return calling ? { state: 'connecting', problem: 'calling it' } : { state: 'unreachable', problem: why };
  }
  if (silent > SILENT_MS) return { state: 'unreachable', problem: `${why}; no beat for ${seconds(SILENT_MS)} either` };
  if (s.first && s.linkProblem === '') return { state: 'connecting', problem: 'calling it back' };
  return { state: 'unreachable', problem: s.first ? `it sends beats, but cannot be called back: ${why}` : why };
}

/** A row of another hub as this one shows it. */
export function shownHere(session: Session, node: Titled, away: string | null, since: number): Session {
  const row: Session = { ...session, node: node.id, attach: ['qd', 'attach', `${node.title}:${session.name}`] };
  if (away === null || session.state === 'exited' || session.archived) return row;
  return {
    ...row,
    state: 'unreachable',
    needsYou: false,
    since,
    evidence: [{ source: 'process', saw: away.slice(0, 200), means: 'unreachable', confidence: 1, at: since }],
  };
}
