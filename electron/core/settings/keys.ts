/** Every setting there is: one table, from which layers, checks, the Settings page and the tests all derive. */
import { z } from 'zod';
import { Policy } from '../../../shared/contract/approvals.ts';
import { LOG_LEVELS } from '../../../shared/contract/logs.ts';
import { HubAddress } from '../../../shared/contract/nodes.ts';
import { PALETTES } from '../../../shared/palettes.ts';

/** How a value is written as plain text (environment, flags): as it is, comma-separated, or as JSON. */
type TextForm = 'plain' | 'list' | 'json';

interface KeyDef<S extends z.ZodType> {
  readonly schema: S;
  readonly standard: z.output<S>;
  readonly summary: string;
  /** Guards access or runs programs: a project file cannot set it. */
  readonly security: boolean;
  /** Takes effect at the next start. */
  readonly restart: boolean;
  /** Read for each session through `forProject`; a project file that sets any other key is told so. */
  readonly project: boolean;
  readonly form: TextForm;
  readonly env: string;
  /** Command-line flag that sets it, where there is one. */
  readonly flag: string | null;
  /** Its value is told to nobody and written nowhere but where it was set. */
  readonly secret: boolean;
}

type Given<S extends z.ZodType> = Pick<KeyDef<S>, 'schema' | 'standard' | 'summary' | 'env'> & Partial<KeyDef<S>>;

const key = <S extends z.ZodType>(given: Given<S>): KeyDef<S> => ({
  security: false,
  restart: false,
  project: false,
  form: 'plain',
  flag: null,
  secret: false,
  ...given,
});

/** A host name or address, IPv6 without brackets; no scheme, no port, no wildcard. */
const HostName = z
  .string()
  .max(253)
  .regex(/^(?:[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?|[0-9A-Fa-f:]*:[0-9A-Fa-f:.]*(?:%[A-Za-z0-9]+)?)$/, {
    error: 'a host name or address without scheme, port or wildcard',
  });

/** `http://host:port` or nothing; the slash that people copy along is taken off. */
const Origin = z
  .string()
  .trim()
  .transform((text) => text.replace(/\/$/, ''))
  .refine((text) => text === '' || HubAddress.safeParse(text).success, {
    error: 'an address such as http://host:4097, without a path',
  });

/** The name `default` is the user's own tmux server, which Quarterdeck leaves alone. */
const Socket = z.string().regex(/^(?!default$)[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/, {
  error: 'a short name of letters, digits, . _ - and not "default", which is your own tmux server',
});

/** US dollars for a million tokens of each kind. */
const Price = z.strictObject({
  input: z.number().min(0),
  output: z.number().min(0),
  cacheRead: z.number().min(0).optional(),
  cacheWrite: z.number().min(0).optional(),
});

export const KEYS = {
  'hub.port': key({
    schema: z.int().min(0).max(65_535),
    standard: 4097,
    summary: 'Port that the hub listens on; 0 takes any free one',
    env: 'QD_PORT',
    flag: '--port',
    restart: true,
  }),
  'hub.bind': key({
    schema: z.array(HostName).min(1).max(32),
    standard: ['127.0.0.1'],
    summary: 'Addresses that the hub listens on',
    env: 'QD_BIND',
    flag: '--bind',
    form: 'list',
    security: true,
    restart: true,
  }),
  'hub.hosts': key({
    schema: z.array(HostName).max(100),
    standard: [],
    summary: 'Further Host names that requests may carry, such as the name of a reverse proxy',
    env: 'QD_HUB_HOSTS',
    form: 'list',
    security: true,
  }),
  'node.hub': key({
    schema: Origin,
    standard: '',
    summary: 'Address of a hub that this one joins as a node, such as http://host:4097; empty joins none',
    env: 'QD_HUB_URL',
    flag: '--hub-url',
    security: true,
  }),
  // No flag: what stands on a command line can be read by everybody on the machine.
  'node.token': key({
    schema: z.string().max(512),
    standard: '',
    summary: 'Token of that hub with the scope join (qd token create --scope join)',
    env: 'QD_HUB_TOKEN',
    security: true,
    secret: true,
  }),
  'node.name': key({
    schema: z.string().trim().max(64),
    standard: '',
    summary: 'Name of this machine there; empty is its host name',
    env: 'QD_NODE_NAME',
    flag: '--node-name',
    security: true,
  }),
  'node.url': key({
    schema: Origin,
    standard: '',
    summary: 'Address at which that hub reaches this one; empty is where it listens for other machines',
    env: 'QD_NODE_URL',
    flag: '--node-url',
    security: true,
  }),
  'tmux.socket': key({
    schema: Socket,
    standard: 'quarterdeck',
    summary: 'Name of the tmux socket that holds the sessions (tmux -L)',
    env: 'QD_TMUX_SOCKET',
    restart: true,
  }),
  'tmux.historyLines': key({
    schema: z.int().min(0).max(1_000_000),
    standard: 10_000,
    summary: 'Lines of scrollback that tmux keeps for a new session',
    env: 'QD_TMUX_HISTORY_LINES',
    project: true,
  }),
  'sessions.stallMinutes': key({
    schema: z.number().min(0).max(10_080),
    standard: 10,
    summary: 'Minutes without a sign of work after which a working session is marked as stalled; 0 never',
    env: 'QD_SESSIONS_STALL_MINUTES',
  }),
  'sessions.maxSessions': key({
    schema: z.int().min(1).max(10_000),
    standard: 500,
    summary: 'Most sessions that may exist at once',
    env: 'QD_SESSIONS_MAX_SESSIONS',
  }),
  agents: key({
    schema: z.record(z.string().min(1).max(64), z.record(z.string(), z.unknown())),
    standard: {},
    summary: 'Agents of your own, and changes to the built-in ones, by agent key',
    env: 'QD_AGENTS',
    form: 'json',
    security: true,
  }),
  'agents.skipPermissions': key({
    schema: z.record(z.string().min(1).max(64), z.boolean()),
    standard: {},
    summary: 'Agents that start without permission dialogs, by agent key',
    env: 'QD_AGENTS_SKIP_PERMISSIONS',
    form: 'json',
    security: true,
  }),
  prices: key({
    schema: z.record(z.string().min(1).max(128), Price),
    standard: {},
    summary: 'US dollars for a million tokens (input, output, cacheRead, cacheWrite) by model',
    env: 'QD_PRICES',
    form: 'json',
  }),
  'prompts.init': key({
    schema: z.array(z.string().min(1).max(65_536)).max(50),
    standard: [],
    summary: 'Prompts given to every new session, in order',
    env: 'QD_PROMPTS_INIT',
    form: 'json',
    project: true,
  }),
  'prompts.typingGraceSeconds': key({
    schema: z.number().min(0).max(3600),
    standard: 5,
    summary: 'Seconds that a queued prompt waits after a person typed',
    env: 'QD_PROMPTS_TYPING_GRACE_SECONDS',
    project: true,
  }),
  'prompts.strictTurns': key({
    schema: z.boolean(),
    standard: false,
    summary: "Hold a queued prompt until the agent's own record says that its turn ended",
    env: 'QD_PROMPTS_STRICT_TURNS',
    project: true,
  }),
  'prompts.maxHoldSeconds': key({
    schema: z.number().min(1).max(86_400),
    standard: 300,
    summary: 'Seconds after which a held prompt is reported as held too long',
    env: 'QD_PROMPTS_MAX_HOLD_SECONDS',
    project: true,
  }),
  'worktree.copy': key({
    schema: z.array(z.string().min(1).max(256)).max(50),
    standard: [],
    summary:
      'Files that git leaves out and a new worktree needs, as paths or globs inside the repository, such as .env',
    env: 'QD_WORKTREE_COPY',
    form: 'list',
    project: true,
  }),
  'worktree.link': key({
    schema: z.array(z.string().min(1).max(256)).max(50),
    standard: [],
    summary: 'Folders that a new worktree shares with its repository by links, such as node_modules',
    env: 'QD_WORKTREE_LINK',
    form: 'list',
    project: true,
  }),
  'worktree.run': key({
    schema: z.string().max(4096),
    standard: '',
    summary: 'Command that is run in a new worktree, such as npm ci; it has ten minutes',
    env: 'QD_WORKTREE_RUN',
    security: true,
  }),
  'approvals.policies': key({
    schema: z.array(Policy).max(200),
    standard: [],
    summary: 'Rules that answer permission dialogs by themselves; the first that fits decides',
    env: 'QD_APPROVALS_POLICIES',
    form: 'json',
    security: true,
  }),
  'board.prefix': key({
    schema: z.string().regex(/^[A-Z][A-Z0-9]{0,9}$/, { error: 'capital letters and digits, at most 10' }),
    standard: 'QD',
    summary: 'What the keys of new cards begin with, such as QD in QD-12',
    env: 'QD_BOARD_PREFIX',
  }),
  'recordings.maxMegabytes': key({
    schema: z.int().min(0).max(256),
    standard: 16,
    summary: 'Megabytes of output kept of each session, the oldest dropped first; 0 records nothing',
    env: 'QD_RECORDINGS_MAX_MEGABYTES',
  }),
  'recordings.keepDays': key({
    schema: z.number().min(0).max(3650),
    standard: 14,
    summary: 'Days that recorded output is kept; 0 records nothing and removes what is recorded',
    env: 'QD_RECORDINGS_KEEP_DAYS',
  }),
  'push.detail': key({
    schema: z.boolean(),
    standard: false,
    summary: 'Show the command or question itself on lock screens, not only that a session asks',
    env: 'QD_PUSH_DETAIL',
    security: true,
  }),
  'push.escalateMinutes': key({
    schema: z.number().min(0).max(1440),
    standard: 5,
    summary: 'Minutes without a reaction after which the next device is told; 0 tells all devices at once',
    env: 'QD_PUSH_ESCALATE_MINUTES',
  }),
  'push.doneMinutes': key({
    schema: z.number().min(0).max(1440),
    standard: 0,
    summary: 'Minutes of work after which the end of a turn is told to devices too; 0 never',
    env: 'QD_PUSH_DONE_MINUTES',
  }),
  'push.contact': key({
    schema: z
      .string()
      .max(256)
      .regex(/^(mailto:[^\s@<>]+@[^\s@<>]+|https:\/\/[^\s<>]+)$/, { error: 'mailto:NAME@HOST or an https address' }),
    standard: 'mailto:quarterdeck@example.com',
    summary: 'Whom push services may write to about this hub; they are told with every message',
    env: 'QD_PUSH_CONTACT',
  }),
  'push.hosts': key({
    schema: z.array(HostName).max(20),
    standard: [],
    summary: 'Hosts of push services of your own, which may be in a private network and without TLS',
    env: 'QD_PUSH_HOSTS',
    form: 'list',
    security: true,
  }),
  'auth.loginAttempts': key({
    schema: z.int().min(1).max(1000),
    standard: 10,
    summary: 'Failed logins allowed in 15 minutes, for an address and for a user name',
    env: 'QD_AUTH_LOGIN_ATTEMPTS',
    security: true,
  }),
  'auth.cookieDays': key({
    schema: z.number().min(0.01).max(365),
    standard: 30,
    summary: 'Days after which a browser signs in again',
    env: 'QD_AUTH_COOKIE_DAYS',
    security: true,
  }),
  'logs.level': key({
    schema: z.enum(LOG_LEVELS),
    standard: 'info',
    summary: 'Least important lines that are kept: debug, info, warn or error',
    env: 'QD_LOGS_LEVEL',
  }),
  'terminal.fontSize': key({
    schema: z.number().min(6).max(48),
    standard: 13,
    summary: 'Size of terminal text in pixels',
    env: 'QD_TERMINAL_FONT_SIZE',
  }),
  'terminal.fontFamily': key({
    schema: z
      .string()
      .min(1)
      .max(256)
      .regex(/^[^\x00-\x1f;{}<>\\]*$/, { error: 'a list of font names without control characters and ; { } < > \\' }),
    standard: 'ui-monospace, Menlo, Consolas, "DejaVu Sans Mono", monospace',
    summary: 'Fonts of terminal text, first choice first',
    env: 'QD_TERMINAL_FONT_FAMILY',
  }),
  'terminal.theme': key({
    schema: z.enum(['system', 'light', 'dark', 'contrast']),
    standard: 'system',
    summary: 'Colours of the app and its terminals',
    env: 'QD_TERMINAL_THEME',
  }),
  'terminal.palette': key({
    schema: z.enum(PALETTES),
    standard: 'app',
    summary: 'Colours of terminals alone; app follows the theme, and high contrast goes before any other',
    env: 'QD_TERMINAL_PALETTE',
  }),
} as const;

export type SettingKey = keyof typeof KEYS;
export type SettingValue<K extends SettingKey> = z.output<(typeof KEYS)[K]['schema']>;

export const SETTING_KEYS = Object.keys(KEYS) as SettingKey[];
export const isSettingKey = (text: string): text is SettingKey => Object.hasOwn(KEYS, text);
/** The table's row with its types widened, for code that treats all keys alike. */
export const defOf = (name: SettingKey): KeyDef<z.ZodType> => KEYS[name];

/** JSON Schemas of the values as they are given, made once. */
const SCHEMAS = new Map(
  SETTING_KEYS.map((name) => {
    const { $schema: _dialect, ...schema } = z.toJSONSchema(defOf(name).schema, {
      io: 'input',
      unrepresentable: 'any',
    });
    return [name, schema as Readonly<Record<string, unknown>>];
  }),
);
export const schemaOf = (name: SettingKey): Record<string, unknown> => ({ ...SCHEMAS.get(name) });
