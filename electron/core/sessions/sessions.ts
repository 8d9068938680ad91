/** The door of the sessions room: agents in tmux, their screens, their states. */
import type { Session } from '../../../shared/contract/sessions.ts';
import type { Handlers } from '../../kernel/handlers.ts';
import type { Live } from '../../kernel/live.ts';
import type { Reading } from '../agents/reading.ts';

/** Types into one session; only valid inside the work given to `withInput`, which holds the session's input lane. */
export interface Typist {
  /** Byte-exact paste, bracketed when the program asked for it. */
  paste(text: string): Promise<void>;
  /** tmux key names. */
  keys(...names: readonly string[]): Promise<void>;
  input(bytes: Uint8Array): Promise<void>;
}

/** What rooms above may ask of a session. */
export interface SessionAccess {
  /** By id, name or unique prefix; Fault not-found, or ambiguous with the candidates in `data`. */
  resolve(nameOrId: string): Session;
  /** Undefined when there is none (any more). */
  get(id: string): Session | undefined;
  readonly live: Live<Session>;
  /** Fresh reading of what the screen shows now, all output so far parsed. Fault `unavailable` when it has no terminal. */
  read(id: string): Promise<Reading>;
  /** First reading for which `test` holds, checked now and after each change of the screen; null at the deadline. */
  until(
    id: string,
    test: (reading: Reading) => boolean,
    options: { readonly timeoutMs: number; readonly signal?: AbortSignal },
  ): Promise<Reading | null>;
  /** Resolves when the screen has not changed for `quietMs`, at the latest after `timeoutMs`. */
  settled(id: string, quietMs: number, timeoutMs: number): Promise<void>;
  /** Plain text of the live screen, rows joined by LF. */
  text(id: string): string;
  /** The program asked for bracketed paste. */
  bracketed(id: string): boolean;
  /** One at a time per session, shared with people's keystrokes: nobody else types while `work` runs. */
  withInput<T>(id: string, work: (typist: Typist) => Promise<T>): Promise<T>;
  /** When a person last typed, Unix milliseconds. */
  typedAt(id: string): number | null;
  /** The prompts room says how its queue stands, for the session's row. */
  noteQueue(id: string, queue: { readonly queued: number; readonly held: string | null }): void;
  /** Keys that end a turn for this session's agent; opencode wants Escape twice. */
  interruptKeys(id: string): readonly string[];
  /** Init prompts of this session (its own, not the hub-wide ones). */
  initPrompts(id: string): readonly string[];
}

export type SessionHandlers = Pick<Handlers, Extract<keyof Handlers, `sessions.${string}`>>;

export interface Sessions extends SessionAccess {
  readonly handlers: SessionHandlers;
  close(): Promise<void>;
}
