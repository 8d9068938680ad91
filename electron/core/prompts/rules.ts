/** Pure decisions of the prompts room: what may be queued, what a prompt waits for, how a broken-off delivery goes on. */
import { PROMPT_MAX_BYTES } from '../../../shared/contract/prompts.ts';
import type { State } from '../../../shared/contract/states.ts';

/** An agent swallows an Enter that comes sooner after a paste, or takes it for a line break; measured with five agents. */
export const ENTER_AFTER_MS = 300;
/** How long pasted text may take to show. */
export const ECHO_MS = 10_000;
/** How long after Enter the text may stand in the composer before Enter is pressed again. */
export const ENTER_AGAIN_MS = 1500;
export const ENTERS = 3;
/** How long after Enter the agent may take to show that it took the prompt. */
export const TAKEN_MS = 8000;
/** After a crash: how long bytes that are on their way may take to show. */
export const LATE_MS = 5000;
/** How long a composer may be off the screen (a redraw, a terminal that comes back) before nothing more is hoped for. */
export const GONE_MS = 60_000;
/** A turn that was never seen to work within this time has ended already. */
export const SHORT_TURN_MS = 1500;
/**
 * A resting state must stand this long to end a turn: between two redraws, and before the agent begins, a screen rests too.
 */
export const REST_MS = 250;

/**
 * `none`: the composer is empty. `ours`: the text stands there. `part`: only a part of it, still arriving or scrolled.
 * `mixed`: the text and something more. `other`: something else.
 */
export type Seen = 'none' | 'ours' | 'part' | 'mixed' | 'other';

export interface Wish {
  readonly now: boolean;
  readonly steer: boolean;
  readonly lines: boolean;
  readonly text: string;
}

export interface Standing {
  readonly agent: string;
  readonly node: string;
  readonly state: State;
  readonly retrying: boolean;
  readonly paused: boolean;
  readonly archived: boolean;
  readonly resets: string | null;
  /** When the state began, Unix milliseconds. */
  readonly since: number;
}

export interface Look {
  readonly state: State;
  readonly composer: { readonly text: string; readonly folded: boolean } | null;
  readonly dialog: { readonly kind: string } | null;
  readonly resets: string | null;
}

/** Why a prompt waits. `on`: what to look at again; `until`: Unix milliseconds when the wait ends by itself. */
export interface Hold {
  readonly why: string;
  readonly on: 'session' | 'screen';
  readonly until: number | null;
}

/** The turn that the last prompt began, while it is not known to have ended. */
export interface Turn {
  readonly since: number;
  /** The agent was seen to work in it. */
  readonly worked: boolean;
}

export interface Limits {
  readonly graceMs: number;
  readonly strict: boolean;
  readonly maxHoldMs: number;
}

export type Cleaned =
  | { readonly ok: true; readonly text: string }
  | { readonly ok: false; readonly code: 'invalid' | 'too-large'; readonly message: string };

/** Control characters but LF and TAB: with them a text could break out of the paste bracket and press keys. */
const CONTROL = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/gu;

export function clean(given: string): Cleaned {
  if (given.includes('\0')) {
    return {
      ok: false,
      code: 'invalid',
      message: 'The prompt has a NUL character, which no terminal can take; remove it.',
    };
  }
  const text = given.toWellFormed().replaceAll('\r\n', '\n').replace(CONTROL, '');
  if (text === '') {
    return { ok: false, code: 'invalid', message: 'The prompt is empty once its control characters are removed.' };
  }
  const bytes = byteLength(text);
  if (bytes > PROMPT_MAX_BYTES) {
    const message = `The prompt has ${bytes} bytes, ${PROMPT_MAX_BYTES} are allowed; put it into a file and name the file.`;
    return { ok: false, code: 'too-large', message };
  }
  return { ok: true, text };
}

function byteLength(text: string): number {
  let bytes = 0;
  for (let i = 0; i < text.length; i += 1) {
    const code = text.charCodeAt(i);
    // Each half of a surrogate pair counts two of its four bytes.
    bytes += code < 0x80 ? 1 : code < 0x800 || (code >= 0xd800 && code <= 0xdfff) ? 2 : 3;
  }
  return bytes;
}

/** Commands of the agent itself and shell escapes: the agent may open a popup over them, or clear its screen. */
export const isCommand = (text: string): boolean => /^[/!#@]/.test(text);

const NAMES: Readonly<Record<string, string>> = { opencode: 'OpenCode', custom: 'the program', shell: 'the shell' };
export const nameOf = (agent: string): string => NAMES[agent] ?? agent.charAt(0).toUpperCase() + agent.slice(1);

/** What the agent's state says against typing now; null when nothing. */
function holdOfState(state: State, resets: string | null, p: Wish, s: Standing): string | null {
  const who = nameOf(s.agent);
  switch (state) {
    case 'idle':
    case 'done':
      return null;
    case 'error':
      return s.retrying ? `${who} retries after an error; the prompt goes when it has ended` : null;
    case 'working':
      return p.steer ? null : `${who} is working; the prompt goes when the turn has ended`;
    case 'starting':
      return `${who} is starting; the prompt goes when it is ready`;
    case 'login':
      return `${who} asks to sign in; sign in first`;
    case 'trust':
      return `${who} asks whether to trust the folder; answer it first`;
    case 'approval':
      return `${who} asks for permission; answer it first`;
    case 'question':
      return `${who} asks a question; answer it first`;
    case 'menu':
      return `a menu of ${who} is open; close it first`;
    case 'ratelimit':
      if (p.now) return null;
      return `${who} has reached its usage limit${resets ? `, which resets ${resets}` : ''}; the prompt goes when it is free again`;
    case 'exited':
      return `${who} has exited; restart or resume the session`;
    case 'unreachable':
      return `the machine of ${who} cannot be reached; the prompt goes when it is back`;
    case 'unknown':
      return p.now ? null : `it is not known what ${who} is doing; queue the prompt with "now" to type it anyway`;
  }
}

/** What the session says against typing now, before anybody looks at the screen. */
export function holdOfSession(
  p: Wish,
  s: Standing,
  turn: Turn | null,
  typedAt: number | null,
  limits: Limits,
  now: number,
): Hold | null {
  const hold = (why: string, until: number | null = null): Hold => ({ why: `waits: ${why}`, on: 'session', until });
  if (s.archived) return hold('the session is archived; wake it first');
  if (s.paused) return hold('the session is paused; let it go on first');
  const why = holdOfState(s.state, s.resets, p, s);
  if (why !== null) return hold(why);
  if (typedAt !== null && typedAt <= now && now - typedAt < limits.graceMs) {
    const seconds = Math.ceil(limits.graceMs / 1000);
    return hold(`someone is typing; the prompt goes ${seconds} s after the last key`, typedAt + limits.graceMs);
  }
  // A program whose state is unknown never tells when its turn ended.
  if (turn && !p.steer && !p.now) return holdOfTurn(turn, s, limits, now, hold);
  return null;
}

function holdOfTurn(
  turn: Turn,
  s: Standing,
  limits: Limits,
  now: number,
  hold: (why: string, until: number) => Hold,
): Hold | null {
  const who = nameOf(s.agent);
  if (limits.strict) {
    const end = turn.since + limits.maxHoldMs;
    return now < end ? hold(`strict turns: ${who} has not said that the turn before has ended`, end) : null;
  }
  const end = turnEnd(turn, s.since);
  return now < end ? hold(`${who} has just taken a prompt; the next goes when that turn has ended`, end) : null;
}

/** When a turn counts as over, given a state of rest that began at `since`. */
export const turnEnd = (turn: Turn, since: number): number =>
  Math.max(since + REST_MS, turn.worked ? 0 : turn.since + SHORT_TURN_MS);

/** A dialog that a key would answer. The agent's own popup over our command is none. */
export function isForeign(look: Look, seen: Seen | null): boolean {
  if (look.dialog === null) return false;
  return !(look.dialog.kind === 'menu' && (seen === 'ours' || seen === 'part'));
}

const DIALOGS: Readonly<Record<string, State>> = {
  approval: 'approval',
  question: 'question',
  trust: 'trust',
  login: 'login',
  menu: 'menu',
  ratelimit: 'ratelimit',
};

/** What the screen says against typing now. `bracketed`: the program asked for bracketed paste. */
export function holdOfScreen(p: Wish, s: Standing, look: Look): Hold | null {
  const hold = (why: string): Hold => ({ why: `waits: ${why}`, on: 'screen', until: null });
  const who = nameOf(s.agent);
  if (look.dialog) {
    const state = DIALOGS[look.dialog.kind];
    const why = state === undefined ? null : holdOfState(state, look.resets, { ...p, now: false }, s);
    return hold(why ?? `a dialog of ${who} is open; answer it first`);
  }
  const composer = look.composer;
  if (composer && (composer.text.trim() !== '' || composer.folded)) {
    return hold('unsent text stands in the composer; send or clear it first');
  }
  // With a known state by other evidence the screen may still be unreadable: `unknown` alone says nothing here.
  const why = look.state === 'unknown' ? null : holdOfState(look.state, look.resets, p, s);
  if (why !== null) return hold(why);
  // An agent that only the user's patterns know rests without a composer that anybody could see.
  const rests = look.state === 'idle' || look.state === 'done';
  if (composer === null && !p.now && !rests) return hold(`no composer of ${who} is on the screen`);
  return null;
}

/** How far a delivery came, written down before each thing that cannot be undone. */
export type Step = 'pasting' | 'pasted' | 'entered';

export interface BrokenOff {
  readonly step: Step;
  readonly stepAt: number;
  /** The agent was started anew since. */
  readonly restarted: boolean;
  readonly command: boolean;
  /** Typed without a composer to look at, or line by line. */
  readonly blind: boolean;
  /** The agent said or shows that it took this prompt: its own event, or the text in the conversation. */
  readonly evidence: boolean;
}

export type Next =
  | { readonly do: 'wait'; readonly why: string; readonly until: number | null }
  | { readonly do: 'enter' | 'again' | 'confirmed' }
  | { readonly do: 'unverified' | 'failed'; readonly why: string };

/** How a delivery that was broken off (the hub died, a dialog opened) goes on. Never sends twice what may have been sent. */
export function goOn(d: BrokenOff, s: Standing, look: Look, seen: Seen | null, now: number): Next {
  const who = nameOf(s.agent);
  if (d.evidence) return { do: 'confirmed' };
  if (d.restarted) {
    return d.step === 'entered'
      ? { do: 'unverified', why: `${who} was started anew before it showed that it took the prompt` }
      : { do: 'again' };
  }
  if (d.blind)
    return { do: 'unverified', why: 'the delivery was broken off, and the screen does not tell how far it came' };
  if (isForeign(look, seen)) {
    return {
      do: 'wait',
      why: `waits: the prompt stands in the composer, but a dialog of ${who} is open; answer it first`,
      until: null,
    };
  }
  const late = d.stepAt + LATE_MS;
  const waiting = (): Next => ({ do: 'wait', why: `waits: looking whether ${who} shows the prompt`, until: late });
  if (seen === 'ours') return { do: 'enter' };
  if (now < late) {
    if (d.step === 'entered' && seen === 'none' && look.state === 'working') return { do: 'confirmed' };
    return waiting();
  }
  switch (seen) {
    case null: {
      const why = `the composer of ${who} is gone from the screen`;
      const gone = d.stepAt + GONE_MS;
      if (now < gone) return { do: 'wait', why: `waits: ${why}`, until: gone };
      return { do: 'unverified', why: `${why}, so it cannot be seen whether the prompt was taken` };
    }
    case 'part':
      // A paste that broke off in the middle must not be submitted.
      if (d.step === 'pasting')
        return {
          do: 'failed',
          why: 'only a part of the prompt reached the composer, where it stands unsent; clear it and send again',
        };
      return { do: 'enter' };
    case 'mixed':
      return { do: 'unverified', why: 'someone typed into the composer beside the prompt; it stands there unsent' };
    case 'other':
      return {
        do: 'unverified',
        why: 'another text stands in the composer now; the prompt may have been sent by hand',
      };
    case 'none':
      break;
  }
  // The composer is empty.
  if (d.step === 'pasting') return look.state === 'working' ? waitForTurn(who) : { do: 'again' };
  if (d.step === 'pasted')
    return {
      do: 'unverified',
      why: 'the prompt was typed but is no longer in the composer; it may have been sent or cleared by hand',
    };
  if (d.command || look.state === 'working') return { do: 'confirmed' };
  return { do: 'unverified', why: `the prompt left the composer, but ${who} does not show that it took it` };
}

const waitForTurn = (who: string): Next => ({
  do: 'wait',
  why: `waits: ${who} is working; the prompt goes when the turn has ended`,
  until: null,
});
