/**
 * The ports: what the core may ask of the outside world, as types only. Adapters stand beside this file, one native
 * package each; the core receives them from `electron/app.ts` and never imports an adapter.
 */

export type { AskHub, DialHub, Through } from './hub-dial.ts';
export type { DownReason, LinkState, Remote, SshHost } from './ssh/remote.ts';

/** A loopback port here that leads elsewhere: `wanted`, or any free one. Faults `taken`, `refused`. */
export type OpenPort = (
  wanted: number | null,
  reach: () => Promise<import('node:stream').Duplex>,
) => Promise<{ readonly port: number; close(): Promise<void> }>;

export interface ExecOptions {
  readonly stdin?: Uint8Array | string;
  readonly cwd?: string;
  /** Added to, or replacing, the host's environment. */
  readonly env?: Readonly<Record<string, string>>;
  /** Milliseconds until the process group is killed; default 10 000. */
  readonly timeoutMs?: number;
  /** Bytes kept of each stream; more is a failure. Default 16 MiB. */
  readonly maxBytes?: number;
  readonly signal?: AbortSignal;
}

export interface ExecResult {
  /** Exit code; null when a signal ended it. */
  readonly code: number | null;
  readonly stdout: Uint8Array;
  readonly stderr: Uint8Array;
}

/** A long-lived child with byte pipes, such as the tmux control client. Locally a process, remotely an exec channel. */
export interface HostProcess {
  write(bytes: Uint8Array | string): void;
  /** Closes the child's standard input. */
  end(): void;
  kill(): void;
  onData(listener: (bytes: Uint8Array) => void): void;
  onExit(listener: (info: { readonly code: number | null; readonly stderr: string }) => void): void;
}

export interface HostStat {
  readonly size: number;
  readonly mtimeMs: number;
  readonly directory: boolean;
}

/** What stands at a path, links not followed. */
export interface HostLook {
  readonly kind: 'file' | 'folder' | 'link' | 'other';
  readonly size: number;
  readonly mtimeMs: number;
  /** Permission bits. */
  readonly mode: number;
}

export interface HostEntry extends HostLook {
  readonly name: string;
}

export interface HostProcessRow {
  readonly pid: number;
  readonly ppid: number;
  /** Process group and session leader, for children that called setsid. */
  readonly pgid: number;
  /** User and system CPU time, seconds. */
  readonly cpuSeconds: number;
  /** Executable name as the kernel gives it. */
  readonly command: string;
}

/** One machine: the local one now, an SSH node with the same face later. Every call has a deadline. */
export interface Host {
  /** Node id; `local` for this machine. */
  readonly id: string;
  /** What people call it; none of this machine. */
  readonly title?: string | undefined;
  /** Runs argv (no shell). Rejects with a Fault when it cannot start, times out or prints too much. */
  exec(argv: readonly string[], options?: ExecOptions): Promise<ExecResult>;
  spawn(argv: readonly string[], options?: Pick<ExecOptions, 'cwd' | 'env'>): HostProcess;
  /** null when there is no such path. */
  stat(path: string): Promise<HostStat | null>;
  /** Names in a folder; empty when there is none. */
  list(dir: string): Promise<readonly { readonly name: string; readonly directory: boolean }[]>;
  /** Up to `length` bytes from `offset`; shorter at the end of the file. */
  read(path: string, offset: number, length: number): Promise<Uint8Array>;
  /** Replaces the file whole (temporary file in the same folder, then rename). Mode defaults to 0600. */
  write(path: string, bytes: Uint8Array | string, mode?: number): Promise<void>;
  /** null when there is no such path. */
  look(path: string): Promise<HostLook | null>;
  /** The path with every link in it resolved; null when it, or what a link names, is not there. */
  real(path: string): Promise<string | null>;
  /**
   * The three below take paths that others chose: `root` is a real folder, `path` is relative to it. What really stands
   * there, links followed, must be inside the root, and stays so while it is worked on: Fault `refused` otherwise, and for
   * everything that is neither a plain file nor a folder, which is never opened. Fault `not-found`; `invalid` for a folder
   * where a file was meant, or the other way round.
   */
  listInside(
    root: string,
    path: string,
    most: number,
  ): Promise<{ readonly entries: readonly HostEntry[]; readonly more: boolean }>;
  /** At most `most` bytes from the start; `size` in `look` tells the whole. `path` is where it really stands. */
  readInside(
    root: string,
    path: string,
    most: number,
  ): Promise<{ readonly bytes: Uint8Array; readonly look: HostLook; readonly path: string }>;
  /**
   * Replaces the file whole, its mode kept, when its bytes have the SHA-256 `expect` (hex) right before; with null only
   * where nothing is, with folders made on the way. False when something else stands there, and nothing is written.
   */
  writeInside(
    root: string,
    path: string,
    bytes: Uint8Array,
    options: { readonly expect: string | null; readonly mode?: number },
  ): Promise<boolean>;
  /** First executable of this name on the host's PATH and known install folders (Windows mounts under WSL skipped). */
  which(command: string): Promise<string | null>;
  readonly home: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  processes(): Promise<readonly HostProcessRow[]>;
  /** False when the process is gone already. */
  kill(pid: number, signal: 'SIGTERM' | 'SIGKILL' | 'SIGINT' | 'SIGHUP'): Promise<boolean>;
}

/** Ids as tmux gives them: session `$1`, window `@2`, pane `%3`. Names resolve only through `=name` targets. */
export interface TmuxPane {
  readonly sessionId: string;
  readonly sessionName: string;
  readonly windowId: string;
  readonly paneId: string;
  readonly cols: number;
  readonly rows: number;
  readonly dead: boolean;
  /** Exit status once dead, else null. A signal is given as 128 + number, as shells do. */
  readonly deadStatus: number | null;
  /** Process id of the pane's first process. */
  readonly pid: number;
  /** Name of the foreground process (`pane_current_command`). */
  readonly command: string;
  readonly cwd: string;
  readonly title: string;
  /** Unix seconds. */
  readonly created: number;
  /** The session's own marker environment (QD_*), empty for foreign sessions. */
  readonly markers: Readonly<Record<string, string>>;
}

export interface NewTmuxSession {
  /** Must match /^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/. */
  readonly name: string;
  readonly cwd: string;
  /** Program and arguments; run without a shell in between. */
  readonly argv: readonly string[];
  /** Environment of the session, the QD_* markers included. Travels through the control pipe, never on a command line. */
  readonly env: Readonly<Record<string, string>>;
  readonly cols: number;
  readonly rows: number;
  /** Lines of scrollback tmux keeps. */
  readonly historyLines: number;
}

/** What a late reader needs to show a pane as it is, ordered with the output stream: output before it is inside it. */
export interface PaneSnapshot {
  /** Lines with SGR escapes, scrollback first, LF between; the last `rows` of them are the visible screen. */
  readonly ansi: Uint8Array;
  /** When the alternate screen is on: the saved normal screen with its scrollback, else null. */
  readonly normal: Uint8Array | null;
  readonly cols: number;
  readonly rows: number;
  readonly cursor: { readonly x: number; readonly y: number; readonly visible: boolean };
  readonly alternate: boolean;
  /** DEC modes that tmux tells of: application cursor keys, keypad, insert, origin, wrap, mouse (0, 1000, 1002, 1003), mouse SGR. */
  readonly modes: {
    readonly applicationCursor: boolean;
    readonly applicationKeypad: boolean;
    readonly insert: boolean;
    readonly origin: boolean;
    readonly wrap: boolean;
    readonly mouse: 0 | 1000 | 1002 | 1003;
    readonly mouseSgr: boolean;
  };
  readonly scrollRegion: { readonly top: number; readonly bottom: number };
  readonly title: string;
}

export interface TmuxListener {
  /** Raw bytes that a pane printed, octal escapes undone. The array is the listener's to keep. */
  output(paneId: string, bytes: Uint8Array): void;
  /** tmux dropped output of this pane (after a pause): take a new snapshot. */
  gap(paneId: string): void;
  /** Sessions or windows came, went, were renamed, or a pane died: list again. */
  changed(): void;
  resized(windowId: string, cols: number, rows: number): void;
  /** The control client ended; `reconnecting` tells whether the engine will come back by itself (then `changed` follows). */
  down(reason: string, reconnecting: boolean): void;
}

/** The tmux engine on one Host: one control client on the hidden deck. Errors are Faults. Commands are answered in order. */
export interface Tmux {
  /** For example `3.3a`; known after start. */
  readonly version: string;
  /** What a person types to attach without Quarterdeck. */
  attachCommand(sessionName: string): readonly string[];
  /** Checks the version, starts the server with our tmux.conf when there is none, makes the deck, attaches the control client. */
  start(listener: TmuxListener): Promise<void>;
  /** All panes of all sessions but the deck, one `list-panes -a`. */
  list(): Promise<readonly TmuxPane[]>;
  /** Creates the session and links its window into the deck, so that `output` is heard from its first byte on. */
  create(session: NewTmuxSession): Promise<TmuxPane>;
  /** Links an existing session's window into the deck; a no-op when it is there already. */
  link(pane: Pick<TmuxPane, 'sessionId' | 'windowId'>): Promise<void>;
  /** Sets marker variables in the session's environment (adoption). */
  mark(sessionId: string, markers: Readonly<Record<string, string>>): Promise<void>;
  /** Ends the session and everything of it in the deck. Resolves when tmux no longer lists it. */
  kill(sessionId: string): Promise<void>;
  rename(sessionId: string, name: string): Promise<void>;
  /** Starts argv anew in the same pane (scrollback kept), killing what runs there. */
  respawn(paneId: string, spec: Pick<NewTmuxSession, 'cwd' | 'argv' | 'env'>): Promise<void>;
  resize(windowId: string, cols: number, rows: number): Promise<void>;
  /** Bytes as if typed (`send-keys -H`); large input is split so that no command line grows without bound. */
  input(paneId: string, bytes: Uint8Array): Promise<void>;
  /** As `input`, for what a person types: held while the machine is away, then typed once and in order. */
  type(paneId: string, bytes: Uint8Array): Promise<void>;
  /** Bytes of `type` that wait for the machine to come back. */
  held(paneId: string): number;
  /** tmux key names such as `Enter`, `Escape`, `C-c`, `S-Tab`. */
  keys(paneId: string, keys: readonly string[]): Promise<void>;
  /** load-buffer from standard input + paste-buffer -p -r -d: byte-exact, bracketed when the program asked for it. */
  paste(paneId: string, bytes: Uint8Array): Promise<void>;
  snapshot(paneId: string, scrollbackLines: number): Promise<PaneSnapshot>;
  /** Detaches; sessions live on. */
  close(): Promise<void>;
}

export interface CellStyle {
  readonly bold: boolean;
  readonly dim: boolean;
  readonly italic: boolean;
  readonly underline: boolean;
  readonly inverse: boolean;
  /** -1 default, 0..255 palette, or 0x1000000 | rgb. */
  readonly fg: number;
  readonly bg: number;
}

export interface StyledRun {
  readonly text: string;
  readonly style: CellStyle;
}

/** The live rows of a terminal (no scrollback), as a reader sees them. */
export interface ScreenView {
  readonly cols: number;
  readonly rows: number;
  /** Exactly `rows` strings, right-trimmed of ordinary spaces (no-break spaces stay). */
  readonly lines: readonly string[];
  /** Runs of equal style of one row, trailing blanks left out. Computed when asked. */
  runs(row: number): readonly StyledRun[];
  /** True when this row continues the one above (soft wrap). */
  wrapped(row: number): boolean;
  readonly cursor: { readonly x: number; readonly y: number; readonly visible: boolean };
  readonly alternate: boolean;
  readonly title: string;
}

/** One headless terminal: the authority on what a session shows. */
export interface Screen {
  /** Bytes from the pane, or a string of escapes. Parsed asynchronously; `settled` waits for it. */
  write(bytes: Uint8Array | string): void;
  settled(): Promise<void>;
  resize(cols: number, rows: number): void;
  view(): ScreenView;
  /** Escapes that rebuild the screen, `scrollback` lines of history and all modes in a fresh terminal of the same size. */
  serialize(scrollback: number): string;
  /** The whole buffer as plain text lines, oldest first, at most `lines`. */
  text(lines: number): readonly string[];
  readonly bracketedPaste: boolean;
  /** After so many line feeds nothing is left of what is there now; null while a part of the screen scrolls by itself. */
  readonly gone: number | null;
  /** Title, bell and notification sequences as they pass (OSC 0/2/9/99/777/7501). */
  onHint(listener: (hint: ScreenHint) => void): void;
  dispose(): void;
}

export type ScreenHint =
  | { readonly kind: 'title'; readonly text: string }
  | { readonly kind: 'bell' }
  | { readonly kind: 'osc'; readonly code: number; readonly text: string };

/** Small files in folders one level deep, for the owner alone. Missing ones are empty; other failures reject as they are. */
export interface FolderFiles {
  folders(): Promise<readonly string[]>;
  files(folder: string): Promise<readonly { readonly name: string; readonly size: number; readonly mtimeMs: number }[]>;
  /** Makes the folder and the file when they are not there. */
  append(folder: string, name: string, text: string): Promise<void>;
  /** Replaces it whole. */
  write(folder: string, name: string, text: string): Promise<void>;
  /** The whole file, or its last `tail` bytes. */
  read(folder: string, name: string, tail?: number): Promise<Uint8Array>;
  remove(folder: string, name: string): Promise<void>;
  /** The folder with everything in it. */
  removeFolder(folder: string): Promise<void>;
}

/** A browser's subscription at its push service. The endpoint is a secret: who knows it can send there. */
export interface PushTarget {
  readonly endpoint: string;
  /** base64url: the browser's P-256 point and its 16 bytes of authentication secret. */
  readonly keys: { readonly p256dh: string; readonly auth: string };
}

/** The hub's VAPID pair, base64url. */
export interface PushKeys {
  readonly publicKey: string;
  readonly privateKey: string;
}

/** Messages to browsers by their push services (RFC 8030, 8291, 8292). Only public hosts over https, but for `hosts`. */
export interface PushSender {
  newKeys(): PushKeys;
  /** Why nothing can be sent there: not https, not a public host, keys that are none. Null when it can be tried. */
  refusal(target: PushTarget, hosts: readonly string[]): string | null;
  /**
   * Encrypts for the browser and hands over to the push service; whatever that answers resolves. Rejects with a Fault:
   * `refused` (the name stands for an address that is not public), `unreachable`, `timeout`.
   */
  send(
    target: PushTarget,
    message: {
      readonly payload: string;
      /** Seconds that the service keeps it for a device that is away. */
      readonly ttl: number;
      readonly urgency: 'low' | 'normal' | 'high';
      /** A newer one with the same topic replaces one that still waits there: at most 32 of A-Z a-z 0-9 - _. */
      readonly topic: string;
    },
    by: { readonly keys: PushKeys; readonly contact: string; readonly hosts: readonly string[] },
  ): Promise<{
    readonly status: number;
    /** Milliseconds that the service asks to wait; null when it does not say. */
    readonly retryAfterMs: number | null;
    /** The beginning of what it says. */
    readonly said: string;
  }>;
}

/** One prepared SQL statement. Parameters are positional (`?`): null, numbers, strings and Uint8Array. */
export interface Statement<R = unknown> {
  run(...params: readonly unknown[]): { readonly changes: number };
  get(...params: readonly unknown[]): R | undefined;
  all(...params: readonly unknown[]): R[];
}

/** The core's own database: a thin synchronous face, to be used for short statements only. */
export interface Db {
  prepare<R = unknown>(sql: string): Statement<R>;
  /** Runs `fn` inside one transaction; a throw rolls it back and goes on to the caller. */
  transaction<T>(fn: () => T): T;
  /** Several statements at once, without parameters. */
  exec(sql: string): void;
  close(): void;
}

/**
 * Rows of a SQLite database that belongs to another program, opened read-only and closed again. Rejects with a Fault:
 * `not-found` when there is no such file, `unavailable` when it is locked, damaged or of another shape than asked for.
 */
export type SqliteReader = <R = Record<string, unknown>>(
  path: string,
  sql: string,
  params: readonly unknown[],
) => Promise<readonly R[]>;
