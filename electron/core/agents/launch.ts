/** From an agent and a request to the exact argument vector and environment of a session. Pure. */
import type { LaunchRequest } from '../../../shared/contract/agents.ts';
import { Fault } from '../../../shared/fault.ts';
import { needsShell, splitWords } from './flags.ts';
import type { AgentSpec } from './rules.ts';

export interface LaunchPlan {
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** Id of the conversation, where it is known before the start. */
  readonly conversationId: string | null;
  /** The session will not ask for permissions, by the switch or by the flags the user typed. */
  readonly asksNothing: boolean;
}

export interface LaunchFacts {
  /** The found program, when detection knows it; else the command name is left to the PATH. */
  readonly binary?: string;
  /** The user's login shell. */
  readonly shell?: string;
  /** Path of the conversation's file, for agents that resume by file. */
  readonly conversationPath?: string;
}

/** A leading dash would be read as a flag by the agent; blanks and control characters have no place in an id. */
const ID = /^[A-Za-z0-9][A-Za-z0-9._:@-]{0,199}$/;
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** Throws `invalid` for flags that cannot be split, ids of the wrong shape and requests the agent has no form for. */
export function launchPlan(agent: AgentSpec, request: LaunchRequest, facts: LaunchFacts = {}): LaunchPlan {
  const skip = request.skipPermissions ?? false;
  if (agent.kind === 'shell') {
    const argv = [facts.shell ?? '/bin/sh', '-l', ...words(request.flags ?? '')];
    return { argv, env: agent.env, conversationId: null, asksNothing: false };
  }
  if (agent.kind === 'custom') {
    const command = request.command?.trim() ?? '';
    if (command === '') throw new Fault('invalid', 'A custom session needs a command: say which program to run.');
    const argv = ['/bin/sh', '-c', withArguments(command, words(request.flags ?? ''))];
    return { argv: [...argv, ...shellTail(request)], env: agent.env, conversationId: null, asksNothing: false };
  }

  if (isChore(agent, request)) {
    const argv = [...commandWords(agent, request, facts), ...words(request.flags ?? '')];
    return { argv, env: agent.env, conversationId: null, asksNothing: false };
  }
  const flags = request.flagsMode === 'replace' ? [] : [...words(agent.flags)];
  flags.push(...words(request.flags ?? ''));
  const env: Record<string, string> = { ...agent.env };
  if (skip && agent.skip) {
    if (!includesRun(flags, agent.skip.flags)) flags.push(...agent.skip.flags);
    Object.assign(env, agent.skip.env);
  }
  const resume = resumeWords(agent, request, facts);
  let conversationId = request.resume !== undefined && request.resume !== 'latest' ? request.resume : null;
  if (request.conversationId !== undefined && resume === null) {
    if (agent.sessionIdFlag === null)
      throw new Fault('invalid', `${agent.title} chooses the conversation id itself; start it without one.`);
    if (!UUID.test(request.conversationId))
      throw new Fault('invalid', `The conversation id must be a UUID, for example from \`uuidgen\`.`);
    flags.push(agent.sessionIdFlag, request.conversationId);
    conversationId = request.conversationId;
  }
  const rest = resume === null ? flags : agent.resume?.front ? [...resume, ...flags] : [...flags, ...resume];
  return {
    argv: [...commandWords(agent, request, facts), ...rest],
    env,
    conversationId,
    asksNothing: asksNothing(agent, flags, env),
  };
}

/** `claude auth login` and its like: the program itself, then a sub-command that is no conversation. */
function isChore(agent: AgentSpec, request: LaunchRequest): boolean {
  const split = splitWords(request.command ?? '');
  const [program = '', word = ''] = split.ok ? split.words : [];
  return agent.chores.includes(word) && agent.binaries.includes(program.replace(/^.*\//, ''));
}

function words(line: string): readonly string[] {
  const split = splitWords(line);
  if (!split.ok) throw new Fault('invalid', split.message);
  return split.words;
}

/** A command that only a shell understands gets the arguments as "$@", so that they are never parsed a second time. */
function withArguments(command: string, args: readonly string[]): string {
  return args.length === 0 ? command : `${command} "$@"`;
}

function shellTail(request: LaunchRequest): readonly string[] {
  const args = words(request.flags ?? '');
  return args.length === 0 ? [] : ['sh', ...args];
}

function commandWords(agent: AgentSpec, request: LaunchRequest, facts: LaunchFacts): readonly string[] {
  const command = request.command?.trim() || agent.command;
  if (needsShell(command)) return ['/bin/sh', '-c', `${command} "$@"`, 'sh'];
  const parts = words(command);
  if (parts.length === 0)
    throw new Fault('invalid', `The command of ${agent.title} is empty; correct it in the settings.`);
  const own = request.command === undefined || request.command.trim() === '';
  return own && parts.length === 1 && facts.binary !== undefined ? [facts.binary] : parts;
}

function resumeWords(agent: AgentSpec, request: LaunchRequest, facts: LaunchFacts): readonly string[] | null {
  if (request.resume === undefined) return null;
  if (agent.resume === null)
    throw new Fault('unsupported', `${agent.title} has no known way to resume a conversation; start it anew.`);
  if (request.resume === 'latest') {
    if (agent.resume.latest === null)
      throw new Fault(
        'unsupported',
        `${agent.title} can only resume a conversation by its id; choose one from the list.`,
      );
    return agent.resume.latest;
  }
  const id = request.resume;
  if (!ID.test(id)) throw new Fault('invalid', `"${id.slice(0, 60)}" is not a conversation id.`);
  return agent.resume.id.map((word) => {
    if (!word.includes('{path}')) return word.replaceAll('{id}', id);
    if (facts.conversationPath === undefined)
      throw new Fault('not-found', `The file of conversation ${id} is not known; choose it from the list.`);
    return word.replaceAll('{path}', facts.conversationPath).replaceAll('{id}', id);
  });
}

function includesRun(flags: readonly string[], run: readonly string[]): boolean {
  if (run.length === 0) return false;
  return flags.some((_, start) => run.every((word, i) => flags[start + i] === word));
}

function asksNothing(agent: AgentSpec, flags: readonly string[], env: Readonly<Record<string, string>>): boolean {
  const spelled = flags.flatMap((flag) =>
    /^--[^=]+=/.test(flag) ? [flag.slice(0, flag.indexOf('=')), flag.slice(flag.indexOf('=') + 1)] : [flag],
  );
  const runs = [agent.skip?.flags ?? [], ...agent.skipAliases];
  if (runs.some((run) => includesRun(spelled, run))) return true;
  return Object.entries(agent.skip?.env ?? {}).some(([name, value]) => env[name] === value);
}
