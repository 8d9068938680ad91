/** How one state comes out of many sources, each with its trust, and what a name may be. Pure. */
import type { Evidence, State } from '../../../shared/contract/states.ts';
import { NEEDS_YOU } from '../../../shared/contract/states.ts';

/** An "active" claim without a refresh is believed no longer than this. */
export const CLAIM_MS = 120_000;
/** How long an agent's own event stands against a screen that says otherwise: redraws lag behind events. */
export const GRACE_MS = 1500;
/** A screen nobody understands must stay so for this long: programs draw in steps. */
export const UNKNOWN_MS = 280;
/** After this time a program that never showed anything known is not "starting" any more. */
export const STARTING_MS = 60_000;

/** What the agent itself, or its transcript, said last about the session. */
export interface Claim {
  readonly state: State;
  /** Unix milliseconds, by the agent's clock. */
  readonly at: number;
  readonly saw: string;
  readonly retrying: boolean;
}

/** What the screen reads as, without its rows. */
export interface Seen {
  readonly state: State;
  readonly draft: boolean;
  readonly asks: boolean;
  readonly retrying: boolean;
  readonly evidence: readonly {
    readonly saw: string;
    readonly means: string;
    readonly source: Evidence['source'];
    readonly confidence: number;
  }[];
  /** Since when the screen reads as this state, without a break. */
  readonly since: number;
  /** When it was read last. */
  readonly at: number;
}

export interface Sources {
  readonly now: number;
  readonly startedAt: number;
  /** Why the node cannot be reached; null when it can. */
  readonly unreachable: string | null;
  /** The pane's program ended, or tmux has the session no more. */
  readonly ended: { readonly status: number | null; readonly saw: string } | null;
  readonly seen: Seen | null;
  readonly event: Claim | null;
  readonly transcript: Claim | null;
  /** When a person or the hub last pressed a key that ends a turn. */
  readonly interruptedAt: number | null;
  /** A turn was seen since the start. */
  readonly turned: boolean;
  /** Something can say when this program is ready; a shell never is "starting" once it printed something. */
  readonly tellsReady: boolean;
  /** The state published before. */
  readonly before: State;
}

export interface SourceRow {
  readonly source: string;
  readonly state: State | null;
  readonly believed: boolean;
  readonly note: string;
}

export interface Fused {
  readonly state: State;
  readonly draft: boolean;
  readonly asks: boolean;
  readonly retrying: boolean;
  readonly needsYou: boolean;
  readonly evidence: readonly Evidence[];
  readonly sources: readonly SourceRow[];
  /** Unix milliseconds at which the answer changes by time alone; null when it does not. */
  readonly again: number | null;
}

/** Something is open that a prompt typed now would land in. */
const DIALOGS: ReadonlySet<State> = new Set<State>(['login', 'trust', 'approval', 'question', 'menu']);
/** The turn is over and the composer free. */
const RESTING: ReadonlySet<State> = new Set<State>(['idle', 'done', 'error', 'ratelimit']);

export const needsYou = (state: State, retrying: boolean): boolean => NEEDS_YOU.has(state) && !retrying;
/** The one predicate for "the session has a running program". */
export const isRunning = (state: State): boolean => state !== 'exited' && state !== 'unreachable';

export function fuse(sources: Sources): Fused {
  const { now, seen } = sources;
  if (sources.unreachable !== null) return fixed('unreachable', sources, sources.unreachable);
  if (sources.ended) return fixed('exited', sources, sources.ended.saw);

  const event = judged(sources.event, sources);
  const transcript = judged(sources.transcript, sources);
  // Whichever spoke last; of two at once the agent's own event.
  const claim =
    event.valid && transcript.valid
      ? transcript.valid.at > event.valid.at + GRACE_MS
        ? transcript.valid
        : event.valid
      : (event.valid ?? transcript.valid);
  const picked = pick(sources, claim);
  const byClaim = picked.by === 'claim' ? claim : null;
  const source = claim !== null && claim === event.valid ? 'event' : 'transcript';

  let state = picked.state;
  if (state === 'idle' && sources.turned) state = 'done';
  const retrying = byClaim ? byClaim.retrying : (seen?.retrying ?? false);
  const evidence: Evidence[] = [];
  if (byClaim)
    evidence.push({ source, saw: clip(byClaim.saw), means: byClaim.state, confidence: 0.95, at: byClaim.at });
  for (const each of seen?.evidence ?? [])
    evidence.push({ ...each, saw: clip(each.saw), at: seen?.at ?? now, confidence: each.confidence });
  if (!byClaim && claim)
    evidence.push({ source, saw: clip(claim.saw), means: claim.state, confidence: 0.3, at: claim.at });
  if (state !== picked.state)
    evidence.push({ source: 'clock', saw: 'a turn was seen since the start', means: 'done', confidence: 0.9, at: now });
  const rows: SourceRow[] = [
    { source: 'event', ...rowOf(sources.event, event.why, byClaim !== null && source === 'event', picked.note) },
    {
      source: 'transcript',
      ...rowOf(sources.transcript, transcript.why, byClaim !== null && source === 'transcript', picked.note),
    },
    {
      source: 'screen',
      state: seen?.state ?? null,
      believed: picked.by === 'screen',
      note: seen ? (picked.by === 'screen' ? picked.note : `overruled: ${picked.note}`) : 'no screen was read yet',
    },
    { source: 'process', state: null, believed: false, note: 'the program runs' },
  ];
  return {
    state,
    draft: seen?.draft ?? false,
    asks: state === 'done' && (seen?.asks ?? false),
    retrying,
    needsYou: needsYou(state, retrying),
    evidence: evidence.slice(0, 5),
    sources: rows,
    again: picked.again,
  };
}

interface Picked {
  readonly state: State;
  readonly by: 'claim' | 'screen' | 'before';
  readonly note: string;
  readonly again: number | null;
}

function pick(sources: Sources, claim: Claim | null): Picked {
  const { now, seen } = sources;
  const expires = claim?.state === 'working' ? claim.at + CLAIM_MS : null;
  if (!seen || seen.state === 'unknown') return unseen(sources, claim, expires);
  const screen = (note: string, again: number | null = null): Picked => ({
    state: seen.state,
    by: 'screen',
    note,
    again,
  });
  const claimed = (c: Claim, note: string, again: number | null): Picked => ({
    state: c.state,
    by: 'claim',
    note,
    again,
  });

  if (DIALOGS.has(seen.state)) return screen('a dialog on the screen goes before everything that was said');
  if (seen.state === 'exited') return screen('the program left its pane to a shell');
  if (!claim || claim.state === seen.state) return screen(claim ? 'both say the same' : 'nothing else was said');
  const bothRest = RESTING.has(seen.state) && RESTING.has(claim.state);
  if (bothRest) {
    // Some agents end a failed turn with the same event as a good one.
    if (seen.state === 'error' || seen.state === 'ratelimit') return screen('the screen shows how the turn ended');
    return claimed(claim, "the agent's own word on how the turn ended", expires);
  }
  if (DIALOGS.has(claim.state)) {
    const until = claim.at + GRACE_MS;
    if (now < until) return claimed(claim, 'the dialog is about to be drawn', until);
    return screen('no dialog is on the screen');
  }
  if (claim.state === 'working' && sources.interruptedAt !== null && sources.interruptedAt >= claim.at)
    return screen('the turn was interrupted, which this agent does not tell');
  const until = Math.max(claim.at, seen.since) + GRACE_MS;
  if (claim.at >= seen.since - GRACE_MS && now < until) return claimed(claim, "the agent's own word is newer", until);
  if (claim.at < seen.since - GRACE_MS && seen.state === 'working')
    return screen('work is seen on the screen since then');
  if (now < until) return claimed(claim, 'the screen has not stood long enough', until);
  return screen('the screen has shown otherwise for a while');
}

/** The screen says nothing: what was said counts, then for a moment what was known. */
function unseen(sources: Sources, claim: Claim | null, expires: number | null): Picked {
  const { now, seen, before } = sources;
  if (claim) return { state: claim.state, by: 'claim', note: 'the screen says nothing', again: expires };
  const startingUntil = sources.startedAt + STARTING_MS;
  if (before === 'starting' && now < startingUntil && (sources.tellsReady || !seen))
    return { state: 'starting', by: 'before', note: 'nothing known was shown since the start', again: startingUntil };
  const steadyAt = seen ? seen.since + UNKNOWN_MS : now;
  if (now < steadyAt && before !== 'starting' && isRunning(before))
    return { state: before, by: 'before', note: 'the screen is being redrawn', again: steadyAt };
  return { state: 'unknown', by: 'screen', note: 'nobody can say', again: null };
}

function judged(claim: Claim | null, { now, startedAt }: Sources): { valid: Claim | null; why: string } {
  if (!claim) return { valid: null, why: 'nothing was said' };
  if (claim.at < startedAt) return { valid: null, why: 'older than the last start' };
  if (claim.state === 'working' && now - claim.at > CLAIM_MS)
    return { valid: null, why: `not repeated for ${CLAIM_MS / 1000} s` };
  return { valid: claim, why: '' };
}

function rowOf(claim: Claim | null, why: string, believed: boolean, note: string): Omit<SourceRow, 'source'> {
  return { state: claim?.state ?? null, believed, note: why || (believed ? note : `overruled: ${note}`) };
}

function fixed(state: State, sources: Sources, saw: string): Fused {
  return {
    state,
    draft: false,
    asks: false,
    retrying: false,
    needsYou: false,
    evidence: [{ source: 'process', saw: clip(saw), means: state, confidence: 1, at: sources.now }],
    sources: [{ source: 'process', state, believed: true, note: saw }],
    again: null,
  };
}

export function clip(text: string): string {
  return text.length <= 200 ? text : `${text.slice(0, 199).replace(/[\ud800-\udbff]$/, '')}…`;
}

/** The agent's key, then with `-2`, `-3`... */
export function freeName(base: string, taken: (name: string) => boolean): string {
  const stem =
    base
      .replace(/[^A-Za-z0-9_-]/g, '-')
      .replace(/^[^A-Za-z0-9]+/, '')
      .slice(0, 56) || 'session';
  if (!taken(stem)) return stem;
  for (let n = 2; ; n += 1) if (!taken(`${stem}-${n}`)) return `${stem}-${n}`;
}

/** A terminal title without the spinner that agents put before it: the row would change with every turn of it. */
export function steadyTitle(title: string): string {
  return title.replace(/^[\s\u2800-\u28ff✳✢✶✻✽·*◇✦✋●○◐◓◑◒|/\\-]+(?=\s)/u, '').trim();
}
