/** What an agent says beside its screen: its events file and its transcript, looked at while the session shows life. */
import type { Clock } from '../../kernel/clock.ts';
import type { Agents } from '../agents/agents.ts';
import type { HookEvent, Tail, TailState } from './deps.ts';

/** After new bytes: events come within a moment of what they report. */
const EVENTS_SOON_MS = 120;
const EVENTS_NEXT_MS = 300;
/** Where no events file was ever seen, hooks are not installed. */
const EVENTS_SELDOM_MS = 700;
const TAIL_MS = 1000;
/** Looking for a transcript that is not there yet goes through the agent's folders, which may hold thousands of files: */
const TAIL_SELDOM_MS = 3000;
/** ...so all sessions of one agent share a search. */
const SEARCH_REST_MS = 4000;

export interface SignsDeps {
  readonly clock: Clock;
  readonly agents: Pick<Agents, 'events' | 'tail'>;
  /** Path of the events file. */
  readonly eventsPath: string;
  /** Whether it is there; asked for all sessions at once, as one look into the folder. */
  readonly hasEvents: () => Promise<boolean>;
  readonly target: () => Parameters<Agents['tail']>[0];
  /** The agent keeps transcripts, or sends events. */
  readonly has: { readonly hooks: boolean; readonly transcript: boolean };
  readonly event: (event: HookEvent) => void;
  readonly transcript: (state: TailState) => void;
  readonly failed: (error: unknown, doing: string) => void;
}

export interface Signs {
  /** The session printed something: a look soon. */
  life(): void;
  /** The transcript may be another one now. */
  rebind(): void;
  close(): void;
}

export function createSigns(deps: SignsDeps): Signs {
  const { clock, agents } = deps;
  let offset = 0;
  let seenEvents = false;
  let tail: Tail | null = null;
  let found = false;
  let closed = false;

  /** Runs `look` at most every `gap()` while poked, once more after the last poke, never twice at a time. */
  const paced = (soon: number, gap: () => number, look: () => Promise<void>, doing: string) => {
    let timer: (() => void) | null = null;
    let running = false;
    let again = false;
    let at = Number.NEGATIVE_INFINITY;
    const run = async () => {
      timer = null;
      running = true;
      at = clock.now();
      try {
        await look();
      } catch (error) {
        deps.failed(error, doing);
      }
      running = false;
      if (again) poke();
    };
    const poke = () => {
      if (closed || timer) return;
      again = running;
      if (running) return;
      timer = clock.after(Math.max(soon, at + gap() - clock.now()), () => void run());
    };
    return { poke, stop: () => timer?.() };
  };

  const events = paced(
    EVENTS_SOON_MS,
    () => (seenEvents ? EVENTS_NEXT_MS : EVENTS_SELDOM_MS),
    async () => {
      if (!seenEvents && !(await deps.hasEvents())) return;
      const reading = await agents.events(deps.eventsPath, offset);
      if (closed) return;
      offset = reading.offset;
      if (offset > 0) seenEvents = true;
      for (const event of reading.events) {
        deps.event(event);
      }
    },
    'reading events',
  );
  const transcript = paced(
    TAIL_MS / 2,
    () => (found ? TAIL_MS : TAIL_SELDOM_MS),
    async () => {
      tail ??= agents.tail({ ...deps.target(), searchRestMs: SEARCH_REST_MS });
      const news = await tail.next();
      if (closed || !news) return;
      found = true;
      deps.transcript(news.state);
    },
    'reading the transcript',
  );

  return {
    life() {
      if (deps.has.hooks) events.poke();
      if (deps.has.transcript) transcript.poke();
    },
    rebind() {
      tail?.close();
      tail = null;
      found = false;
      if (deps.has.transcript) transcript.poke();
    },
    close() {
      closed = true;
      events.stop();
      transcript.stop();
      tail?.close();
    },
  };
}
