/** From what was asked for to what tmux is told: validation, the exact command, the environment of the session. */
import { posix } from 'node:path';
import { Fault } from '../../../shared/fault.ts';
import { shellWord } from '../../../shared/shell.ts';
import type { Place } from '../nodes/nodes.ts';
import type { AgentSpec, LaunchPlan, SessionsDeps } from './deps.ts';
import { inherited } from './environment.ts';
import type { SessionRow } from './store.ts';

export interface Launch {
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** Known before the start, by choice or by resuming; else null. */
  readonly conversation: string | null;
  readonly shownCommand: string;
}

export interface LaunchWish {
  /** Conversation id, or `latest`. */
  readonly resume?: string;
  /** Resumes a copy of this conversation. */
  readonly fork?: string;
}

/** Flags with which a person chose the conversation already. */
const CHOSEN = /(?:^|\s)(?:--session-id|--resume|--continue|--session|-r|-c)(?:[\s=]|$)/;

/** An absolute folder that exists; `~` is the host's home. Fault `invalid` otherwise. */
export async function folderOf(host: SessionsDeps['host'], wanted: string | undefined): Promise<string> {
  const given = wanted ?? '~';
  const path = given === '~' || given.startsWith('~/') ? host.home + given.slice(1) : given;
  if (!path.startsWith('/') || /[\0\r\n]/.test(path))
    throw new Fault('invalid', `The working folder must be an absolute path or begin with ~/, not "${clean(given)}".`);
  const folder = posix.normalize(path).replace(/(.)\/+$/, '$1');
  const info = await host.stat(folder);
  if (!info) throw new Fault('invalid', `There is no folder ${clean(folder)}: create it or choose another.`);
  if (!info.directory) throw new Fault('invalid', `${clean(folder)} is a file; the working folder must be a folder.`);
  return folder;
}

/** Fault `not-installed`, with how to install it, when none of the agent's programs is found. */
export async function checkInstalled(
  host: SessionsDeps['host'],
  spec: AgentSpec,
  command: string | null,
): Promise<void> {
  if (spec.kind !== 'agent' || command !== null) return;
  for (const binary of spec.binaries) if ((await host.which(binary)) !== null) return;
  const how = spec.install ? ` Install it with: ${spec.install}` : ' Install it, or set its command in the settings.';
  throw new Fault(
    'not-installed',
    `${spec.title} (${spec.binaries.join(', ')}) is not on ${host.id === 'local' ? 'this machine' : (host.title ?? 'that machine')}.${how}`,
    {
      agent: spec.key,
      install: spec.install,
    },
  );
}

export async function launchOf(
  deps: SessionsDeps,
  place: Place,
  row: SessionRow,
  eventsPath: string,
  wish: LaunchWish,
): Promise<Launch> {
  const spec = deps.agents.get(row.agent);
  await checkInstalled(place.host, spec, row.command);
  const resume = wish.fork ?? wish.resume;
  if (wish.fork !== undefined && !FORKS.has(spec.key))
    throw new Fault('unsupported', `${spec.title} has no known way to copy a conversation; resume it instead.`);
  const chooses =
    spec.sessionIdFlag !== null && resume === undefined && !CHOSEN.test(row.flags) && !CHOSEN.test(spec.flags);
  const plan = await place.agents.launchPlan({
    agent: row.agent,
    flags: row.flags,
    flagsMode: row.flagsMode,
    skipPermissions: row.skip ?? deps.settings.value('agents.skipPermissions')[row.agent] ?? false,
    ...(resume === undefined ? {} : { resume }),
    ...(chooses ? { conversationId: crypto.randomUUID() } : {}),
    ...(row.command === null ? {} : { command: row.command }),
  });
  const again = wish.fork === undefined ? plan.argv : forked(spec.key, plan.argv, wish.fork);
  const argv = wish.resume === undefined ? again : placed(spec.key, again, row.cwd);
  const url = place.near ? deps.urls()[0] : undefined;
  const given: Record<string, string> = { ...inherited(place.host.env), ...plan.env, ...row.env };
  const path = given['PATH'];
  const env = {
    ...given,
    ...(place.commands !== null && path ? { PATH: `${place.commands}:${path}` } : {}),
    QD_SESSION: row.id,
    QD_SESSION_NAME: row.name,
    QD_OWNER: deps.instanceId,
    QD_AGENT: row.agent,
    QD_EVENTS: eventsPath,
    // A secret that nothing there could use stays here.
    ...(place.near ? { QD_TOKEN: await deps.agentToken(row.id, row.name) } : {}),
    ...(url === undefined ? {} : { QD_URL: url }),
  };
  return { argv, env, conversation: conversationOf(plan, wish), shownCommand: shown(argv) };
}

/** The copy gets an id of its own, which the transcript will tell. */
function conversationOf(plan: LaunchPlan, wish: LaunchWish): string | null {
  return wish.fork === undefined ? plan.conversationId : null;
}

const FORKS = new Set(['claude', 'codex', 'opencode']);

function forked(agent: string, argv: readonly string[], id: string): readonly string[] {
  if (agent === 'claude') return [...argv, '--fork-session'];
  if (agent === 'opencode') return [...argv, '--fork'];
  // codex: the sub-command `resume ID` is `fork ID` for a copy
  return argv.map((word, i) => (word === 'resume' && argv[i + 1] === id ? 'fork' : word));
}

/**
 * Agents whose conversations can be gone on with in another folder of the same repository. The others keep them with the
 * folder: they do not find them (gemini, qwen), or go on working in the old one (opencode).
 */
export const TRAVELS: ReadonlySet<string> = new Set(['claude', 'codex']);

/** codex asks in a menu which folder is meant when the conversation was had in another. */
function placed(agent: string, argv: readonly string[], cwd: string): readonly string[] {
  if (agent !== 'codex' || argv.some((word) => word === '-C' || /^--cd(?:=|$)/.test(word))) return argv;
  return [...argv, '--cd', cwd];
}

/** The command line for people, quoted where a shell would need it. */
function shown(argv: readonly string[]): string {
  return clean(argv.map(shellWord).join(' '));
}

export const clean = (text: string): string => text.replace(/\p{Cc}/gu, ' ').slice(0, 1000);
