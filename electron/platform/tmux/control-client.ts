/** One running `tmux -C`: lines written in order, answers paired in order, each with a deadline. */
import { Fault } from '../../../shared/fault.ts';
import type { Host } from '../ports.ts';
import { type ControlEvent, createControlParser } from './control-parser.ts';

const DEADLINE_MS = 10_000;
/** An answer stands behind the output before it: while tmux talks it is waited for longer, but not for ever. */
const PATIENCE_MS = 60_000;
/** A hung server must not let callers pile up commands without bound. */
const MAX_WAITING = 20_000;
/** See `look`. */
const STILL_MS = 250;
const SOME_BYTES = 4_096;
const NUDGE = 'display-message -p ""';
const MAX_NUDGES = 20;

export type Reply = Extract<ControlEvent, { kind: 'reply' }>;
export type Notification = Exclude<ControlEvent, Reply>;

export interface ControlClient {
  /** Resolves once attached; rejects with a Fault when the client could not attach. */
  readonly ready: Promise<void>;
  /**
   * Writes one command line and answers with the body of each of its commands: `parts` is how many `line` holds. tmux
   * runs a line whole, without reading from any pane in between, and stops at its first failing command, which is what
   * the rejection tells. A deadline only ends the waiting: the line was sent and may still be carried out. With `hold`
   * everything that stands in the stream after the answer is told only when those who awaited it have run.
   */
  run(line: string, parts?: number, hold?: boolean): Promise<readonly Uint8Array[]>;
  /** Closes the pipe, so that the client detaches, and waits until it has ended. */
  end(): Promise<void>;
}

interface Waiting {
  readonly parts: number;
  readonly hold: boolean;
  readonly bodies: Uint8Array[];
  readonly resolve: (bodies: readonly Uint8Array[]) => void;
  readonly reject: (fault: Fault) => void;
  timer: NodeJS.Timeout;
}

export function openControlClient(options: {
  readonly host: Host;
  readonly argv: readonly string[];
  readonly onEvent: (event: Notification) => void;
  /** The client has ended, for whatever reason, `end` included. Called once. */
  readonly onDown: (reason: string) => void;
}): ControlClient {
  const { host, argv, onEvent, onDown } = options;
  const child = host.spawn(argv);
  // Answered entries leave at the front; shifting a long array for each would cost its length every time.
  let waiting: Waiting[] = [];
  let answered = 0;
  let attached = false;
  let down = false;
  let heardAt = performance.now();
  let exitReason = '';
  const ready = Promise.withResolvers<void>();
  const ended = Promise.withResolvers<void>();
  // A caller that only listens for `down` must not meet an unhandled rejection.
  ready.promise.catch(() => undefined);

  const reply = (event: Reply): void => {
    if (!attached) {
      attached = true;
      if (event.ok) ready.resolve();
      else {
        exitReason = decode(event.body);
        ready.reject(new Fault('unavailable', `tmux could not be attached to: ${exitReason}`));
      }
      return;
    }
    const entry = event.own ? waiting[answered] : undefined;
    if (!entry) return;
    if (event.ok && entry.bodies.push(event.body) < entry.parts) return;
    answered++;
    if (answered > 256 && answered * 2 > waiting.length) {
      waiting = waiting.slice(answered);
      answered = 0;
    }
    clearTimeout(entry.timer);
    if (event.ok) {
      entry.resolve(entry.bodies);
      if (entry.hold) {
        held = [];
        setImmediate(release);
      }
    } else entry.reject(tmuxFault(decode(event.body)));
  };

  const tell = (event: ControlEvent): void => {
    if (held) held.push(event);
    else if (event.kind === 'reply') reply(event);
    else if (event.kind === 'exit') exitReason ||= event.reason;
    else onEvent(event);
  };
  /** Awaiting takes several turns of the microtask queue, a chunk is parsed in none: output after an answer waits here. */
  let held: ControlEvent[] | null = null;
  const release = (): void => {
    const events = held ?? [];
    held = null;
    for (const event of events) tell(event);
  };
  const parser = createControlParser(tell);

  /**
   * tmux 3.3a that throws output away (`pause-after`) can forget to write what stands behind it: answers, notices, the very
   * `%pause`. They leave with whatever it has to say next. So where an answer or more output could have been expected and
   * all is still, it is asked something.
   */
  let heardBytes = 0;
  let nudges = 0;
  let looking: NodeJS.Timeout | undefined;
  const look = (): void => {
    looking = undefined;
    if (down || (waiting.length === answered && heardBytes < SOME_BYTES)) return;
    if (performance.now() - heardAt < STILL_MS) {
      lookSoon();
      return;
    }
    heardBytes = 0;
    if (nudges >= MAX_NUDGES) return;
    nudges++;
    const done = (): void => {
      nudges--;
    };
    run(NUDGE).then(done, done);
  };
  const lookSoon = (): void => {
    looking ??= setTimeout(look, STILL_MS);
  };

  child.onData((bytes) => {
    heardAt = performance.now();
    heardBytes += bytes.length;
    if (heardBytes >= SOME_BYTES) lookSoon();
    parser.push(bytes);
  });
  child.onExit(({ code, stderr }) => {
    down = true;
    clearTimeout(looking);
    const reason = exitReason || stderr.trim() || `the control client ended (${code ?? 'by a signal'})`;
    ready.reject(new Fault('unavailable', `tmux could not be attached to: ${reason}`));
    for (const entry of waiting.splice(0).slice(answered)) {
      clearTimeout(entry.timer);
      entry.reject(new Fault('unavailable', `tmux went away before it answered: ${reason}`));
    }
    ended.resolve();
    onDown(reason);
  });
  const attachTimer = setTimeout(() => child.kill(), DEADLINE_MS);
  ready.promise.then(
    () => clearTimeout(attachTimer),
    () => clearTimeout(attachTimer),
  );

  const run = (line: string, parts = 1, hold = false): Promise<readonly Uint8Array[]> => {
    if (down) return Promise.reject(new Fault('unavailable', 'tmux is not connected; it is being reconnected.'));
    if (waiting.length - answered >= MAX_WAITING) {
      return Promise.reject(new Fault('unavailable', 'tmux does not answer: too many commands wait for it already.'));
    }
    const { promise, resolve, reject } = Promise.withResolvers<readonly Uint8Array[]>();
    const sentAt = performance.now();
    let lookedAt = sentAt;
    // The entry keeps its place after the deadline: its answer may still come, and must not be taken for the next one's.
    const late = (): void => {
      const now = performance.now();
      if (heardAt >= lookedAt && now - sentAt < PATIENCE_MS) {
        lookedAt = now;
        entry.timer = setTimeout(late, DEADLINE_MS);
        return;
      }
      reject(new Fault('timeout', `tmux did not answer within ${Math.round((now - sentAt) / 1000)} s.`));
      // Not a byte since: the connection is dead without saying so (a lost network), and only a new one helps.
      if (heardAt < sentAt) child.kill();
    };
    const entry: Waiting = { parts, hold, bodies: [], resolve, reject, timer: setTimeout(late, DEADLINE_MS) };
    waiting.push(entry);
    child.write(`${line}\n`);
    lookSoon();
    return promise;
  };

  return {
    ready: ready.promise,
    run,
    async end() {
      child.end();
      const timer = setTimeout(() => child.kill(), 2_000);
      await ended.promise;
      clearTimeout(timer);
    },
  };
}

function decode(body: Uint8Array): string {
  return Buffer.from(body).toString('utf8').trim();
}

function tmuxFault(message: string): Fault {
  if (/^(?:can't find|no such|session not found|window not found)/.test(message)) {
    return new Fault('not-found', `tmux: ${message}. It may have ended meanwhile.`);
  }
  if (/^duplicate session/.test(message)) return new Fault('taken', `tmux: ${message}. Choose another name.`);
  if (/has exited/.test(message)) return new Fault('gone', `tmux: ${message}`);
  return new Fault('refused', `tmux: ${message}`);
}
