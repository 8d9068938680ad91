/**
 * Words between a page and the desktop shell around it. One MessagePort carries the frames of the wire as they are (strings
 * and bytes) and, as objects, the messages of here: where the line to the core stands, what the page asks of the shell,
 * and what the shell tells the page.
 */
import { z } from 'zod';

const Id = z.int().min(0).max(0xffff_ffff);

/** From the page; anything else is dropped. Frames of the wire count for the line that was opened last. */
export const ToShell = z.union([
  z.strictObject({ line: z.literal('open'), n: Id }),
  z.strictObject({ line: z.literal('shut'), n: Id }),
  /** Bytes of frames that the page has taken since it said so last. */
  z.strictObject({ took: z.int().min(0) }),
  z.strictObject({ ask: Id, verb: z.string().max(64), input: z.unknown() }),
  /** What was typed into a terminal of the shell's own, and its size. */
  z.strictObject({ typed: Id, bytes: z.instanceof(Uint8Array).refine((b) => b.length <= 1024 * 1024) }),
  z.strictObject({ sized: Id, cols: z.int().min(2).max(500), rows: z.int().min(2).max(300) }),
]);
export type ToShell = z.infer<typeof ToShell>;

/** To the page. */
export type FromShell =
  | { readonly line: 'opened'; readonly n: number }
  | { readonly line: 'shut'; readonly n: number; readonly code: number; readonly reason: string }
  | { readonly answer: number; readonly output: unknown }
  | { readonly answer: number; readonly fault: { readonly code: string; readonly message: string } }
  | { readonly tell: string; readonly data: unknown }
  | { readonly printed: number; readonly bytes: Uint8Array }
  | { readonly ended: number; readonly status: number | null };

/** A path of the face, such as `/s/fixer/changes?path=a`: never another origin. */
export const FacePath = z
  .string()
  .max(2048)
  .regex(/^\/(?![/\\])[^\0-\x20\x7f\\]*$/, 'a path of the app begins with one slash');

const Empty = z.strictObject({});

/** What a page may ask of the shell. */
export const SHELL_VERBS = {
  /** What this shell is and can. */
  about: { input: Empty, output: z.lazy(() => About) },
  /** Another window at that place. */
  window: { input: z.strictObject({ path: FacePath }), output: Empty },
  /** The quick-send window goes. */
  hide: { input: Empty, output: Empty },
  /** The quick-send window would like this height, in CSS pixels. */
  height: { input: z.strictObject({ height: z.number().min(80).max(800) }), output: Empty },
  /** The answer to this prompt is to come as a notification. */
  watch: { input: z.strictObject({ prompt: z.string().min(1).max(128), session: z.string().max(128) }), output: Empty },
  /** Opens a web page in the person's browser, after the person saw the host. False: they would rather not. */
  browse: { input: z.strictObject({ url: z.string().max(16_384) }), output: z.boolean() },
  /** A terminal of the shell's own: plain tmux, attached to that session. */
  attach: {
    input: z.strictObject({
      session: z.string().min(1).max(128),
      cols: z.int().min(2).max(500),
      rows: z.int().min(2).max(300),
    }),
    output: z.strictObject({ tty: Id }),
  },
  detach: { input: z.strictObject({ tty: Id }), output: Empty },
  /** Whether phones are served; `on` changes it and starts the core anew where it is the shell's own. */
  serve: { input: z.strictObject({ on: z.boolean().optional() }), output: z.lazy(() => Serving) },
  /** Reads, and with `set` changes, what this machine keeps of the shell. */
  choices: { input: z.strictObject({ set: z.lazy(() => Choices).optional() }), output: z.lazy(() => Chosen) },
} as const;
export type ShellVerb = keyof typeof SHELL_VERBS;
export type ShellInput<V extends ShellVerb> = z.input<(typeof SHELL_VERBS)[V]['input']>;
export type ShellOutput<V extends ShellVerb> = z.output<(typeof SHELL_VERBS)[V]['output']>;

export const About = z.object({
  version: z.string(),
  electron: z.string(),
  platform: z.string(),
  /** Where the core listens, for links that are to open elsewhere. */
  hub: z.string(),
  /** The core was started by this shell and ends with it. */
  own: z.boolean(),
  /** How the system keeps secrets: `real`, `plain` (no keyring: readable by programs of the same user), `none`. */
  secrets: z.enum(['real', 'plain', 'none']),
});
export type About = z.infer<typeof About>;

export const Serving = z.object({
  on: z.boolean(),
  /** Addresses that other devices reach. */
  urls: z.array(z.string()),
  /** Why it cannot be changed from here; null when it can. */
  fixed: z.string().nullable(),
});
export type Serving = z.infer<typeof Serving>;

export const Choices = z.strictObject({
  /** Start at login, hidden. */
  login: z.boolean().optional(),
  /** No notifications until then, Unix milliseconds; 0 is now, null until it is switched off. */
  quietUntil: z.number().nullable().optional(),
  /** Global shortcut of quick-send, as Electron names keys; empty: none. */
  shortcut: z.string().max(64).optional(),
});
export const Chosen = z.object({
  login: z.boolean(),
  /** Null where this system, or a start from sources, has no such thing. */
  loginWhy: z.string().nullable(),
  quiet: z.boolean(),
  shortcut: z.string(),
  /** Another program has the shortcut, or it is none. */
  shortcutWhy: z.string().nullable(),
});
export type Chosen = z.infer<typeof Chosen>;

/** What the shell tells pages. */
export const SHELL_NEWS = {
  /** Go to that screen. */
  go: z.object({ path: FacePath }),
  /** Run that command of the palette. */
  run: z.object({ command: z.string().max(64) }),
  /** The quick-send window was shown. */
  shown: z.object({}),
} as const;
export type ShellNews = keyof typeof SHELL_NEWS;
