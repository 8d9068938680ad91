/** One session's state as it is believed: gathers what every source says, asks the rules, tells when the answer changed. */
import type { Explanation } from '../../../shared/contract/sessions.ts';
import type { State } from '../../../shared/contract/states.ts';
import type { Clock } from '../../kernel/clock.ts';
import type { ScreenHint, ScreenView } from '../../platform/ports.ts';
import type { Reading, ScreenFacts } from '../agents/reading.ts';
import { claimAfter, claimOf } from './claims.ts';
import type { AgentSpec, HookEvent, TailState } from './deps.ts';
import { createPace } from './reading-pace.ts';
import { type Claim, type Fused, fuse, type Seen } from './rules.ts';

export interface StatusStart {
  readonly startedAt: number;
  readonly state: State;
  readonly since: number;
  readonly turned: boolean;
}

export interface StatusDeps {
  readonly clock: Clock;
  readonly spec: () => AgentSpec;
  readonly read: (view: ScreenView, facts: ScreenFacts) => Reading;
  /** The screen as it is now; null when there is none. */
  readonly view: () => ScreenView | null;
  /** Something new is on the screen and was read. Never called because somebody asked: who asks on this news would ask for ever. */
  readonly looked: (reading: Reading) => void;
  /** State, flags or a number beside them changed. */
  readonly changed: (fused: Fused, before: State) => void;
}

export interface Status {
  /** A batch of bytes is on the screen. */
  dirty(): void;
  /** The terminal's own notices; only the private state of codex counts, as a hint for the reader. */
  hint(hint: ScreenHint): void;
  event(event: HookEvent): void;
  transcript(state: TailState): void;
  interrupted(): void;
  ended(end: { readonly status: number | null; readonly saw: string } | null): void;
  unreachable(why: string | null): void;
  /** Started anew: all that was said before is of the past. */
  restarted(at: number): void;
  /** The screen read now, whatever the pace. Not news: what is new on it is told when its turn comes. */
  reading(): Reading | null;
  watch(by: 1 | -1): void;
  readonly state: State;
  readonly since: number;
  readonly fused: Fused;
  readonly turned: boolean;
  readonly last: Reading | null;
  explain(): Pick<Explanation, 'sources' | 'evidence' | 'dialog'>;
  close(): void;
}

export function createStatus(start: StatusStart, deps: StatusDeps): Status {
  const { clock } = deps;
  let startedAt = start.startedAt;
  let state = start.state;
  let since = start.since;
  let turned = start.turned;
  let reading: Reading | null = null;
  let seen: Seen | null = null;
  let event: Claim | null = null;
  let transcript: Claim | null = null;
  let interruptedAt: number | null = null;
  let ended: { readonly status: number | null; readonly saw: string } | null = null;
  let unreachable: string | null = null;
  let osc: string | undefined;
  let cancelAgain: (() => void) | null = null;
  let printed = '';
  let closed = false;

  const sources = () => ({
    now: clock.now(),
    startedAt,
    unreachable,
    ended,
    seen,
    event,
    transcript,
    interruptedAt,
    turned,
    tellsReady: deps.spec().kind === 'agent',
    before: state,
  });
  let fused: Fused = fuse(sources());

  const print = () =>
    [fused.state, fused.draft, fused.asks, fused.retrying, reading?.resets, reading?.contextLeft].join();

  const evaluate = () => {
    cancelAgain?.();
    cancelAgain = null;
    if (closed) return;
    fused = fuse(sources());
    if (fused.state === 'working' && !turned) {
      turned = true;
      fused = fuse(sources());
    }
    if (fused.again !== null) cancelAgain = clock.after(Math.max(1, fused.again - clock.now()), evaluate);
    const now = print();
    if (now === printed) return;
    printed = now;
    const before = state;
    if (fused.state !== state) since = clock.now();
    state = fused.state;
    deps.changed(fused, before);
  };

  /** Answers whether the screen reads as another state than before; null when there is no screen. */
  const read = (): boolean | null => {
    const view = deps.view();
    if (!view) return null;
    const facts: ScreenFacts = osc === undefined ? {} : { osc };
    const now = clock.now();
    const next = deps.read(view, facts);
    const same = seen?.state === next.state;
    reading = next;
    seen = {
      state: next.state,
      draft: next.draft,
      asks: next.asks,
      retrying: next.retrying,
      evidence: next.evidence,
      since: same && seen ? seen.since : now,
      at: now,
    };
    return !same;
  };
  const pace = createPace(clock, () => {
    const other = read();
    if (other === null || !reading) return false;
    deps.looked(reading);
    evaluate();
    return other;
  });

  return {
    dirty: () => pace.dirty(),
    hint(hint) {
      if (hint.kind !== 'osc' || hint.code !== 7501) return;
      osc = hint.text;
      pace.dirty();
    },
    event(next) {
      if (next.at < startedAt) return;
      event = claimAfter(event, next);
      if (next.kind === 'prompt') turned = true;
      evaluate();
    },
    transcript(tail) {
      const claim = claimOf(tail);
      if (claim && claim.at >= startedAt) turned = true;
      transcript = claim;
      evaluate();
    },
    interrupted() {
      interruptedAt = clock.now();
      evaluate();
    },
    ended(end) {
      ended = end;
      evaluate();
    },
    unreachable(why) {
      unreachable = why;
      evaluate();
    },
    restarted(at) {
      startedAt = at;
      event = null;
      transcript = null;
      interruptedAt = null;
      ended = null;
      seen = null;
      reading = null;
      osc = undefined;
      turned = false;
      const before = state;
      state = 'starting';
      since = at;
      fused = fuse(sources());
      printed = print();
      deps.changed(fused, before);
    },
    reading() {
      if (read() !== null) evaluate();
      return reading;
    },
    watch: (by) => pace.watch(by),
    get state() {
      return state;
    },
    get since() {
      return since;
    },
    get fused() {
      return fused;
    },
    get turned() {
      return turned;
    },
    get last() {
      return reading;
    },
    explain() {
      const now = fuse(sources());
      const dialog = reading?.dialog ?? null;
      return {
        sources: [...now.sources],
        evidence: [...now.evidence],
        dialog: dialog && {
          kind: dialog.kind,
          title: dialog.title,
          ...(dialog.subject === undefined ? {} : { subject: dialog.subject }),
          choices: [...dialog.choices],
        },
      };
    },
    close() {
      closed = true;
      cancelAgain?.();
      pace.close();
    },
  };
}
