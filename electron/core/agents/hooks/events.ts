/** One line of the events file as one word about the session. Pure; an unknown event is no event, never an error. */
import { clip } from '../history/facts.ts';
import { titleOf } from '../history/prompt.ts';
import { type Json, number, object, string } from '../history/values.ts';

export type HookKind =
  | 'session-start'
  | 'prompt'
  | 'working'
  | 'permission'
  | 'question'
  /** The agent reminds that it waits for a person; what for is told by the event before. */
  | 'waiting-notice'
  /** The composer is free; also after an interrupt or an error. */
  | 'idle-notice'
  | 'turn-end'
  | 'turn-failed'
  | 'subagent-start'
  | 'subagent-prompt'
  | 'subagent-end'
  | 'session-end';

export interface HookEvent {
  /** Unix milliseconds, by the clock of the machine the agent runs on. */
  readonly at: number;
  readonly agent: string;
  /** Name of the session the hook ran in. */
  readonly session: string;
  readonly kind: HookKind;
  /** The agent's own name of the event. */
  readonly event: string;
  readonly conversationId: string | null;
  readonly transcriptPath: string | null;
  readonly cwd: string | null;
  readonly tool: string | null;
  /** The command, file or question a tool is about; at most 4,000 characters. */
  readonly subject: string | null;
  readonly message: string | null;
  /** Id of the sub-agent it comes from; such an event never starts or ends a turn of the session. */
  readonly subagent: string | null;
  /** A failure that is a usage or rate limit. */
  readonly limited: boolean;
}

const QUESTION_TOOLS = new Set(['AskUserQuestion', 'ask_user_question', 'ask_user', 'request_user_input']);

const KINDS: Readonly<Record<string, HookKind>> = {
  SessionStart: 'session-start',
  UserPromptSubmit: 'prompt',
  BeforeAgent: 'prompt',
  PreToolUse: 'working',
  BeforeTool: 'working',
  PostToolUse: 'working',
  PostToolUseFailure: 'working',
  AfterTool: 'working',
  PermissionRequest: 'permission',
  Stop: 'turn-end',
  AfterAgent: 'turn-end',
  StopFailure: 'turn-failed',
  SubagentStart: 'subagent-start',
  SubagentStop: 'subagent-end',
  SessionEnd: 'session-end',
};

/** A line of the events file, or what it parses to. null when it is none, or of no meaning for the session. */
export function hookEvent(agent: string, line: unknown): HookEvent | null {
  const outer = object(typeof line === 'string' ? parsed(line) : line);
  const at = number(outer?.['at']);
  const event = string(outer?.['event']);
  const session = string(outer?.['session']);
  if (!outer || at === null || event === null || session === null) return null;
  if (outer['agent'] !== undefined && outer['agent'] !== agent) return null;
  const input = object(outer['in']) ?? {};
  const subagent = string(input['agent_id']) ?? otherThread(agent, input);
  const kind = kindOf(agent, event, input, subagent);
  if (kind === null) return null;
  const tool = string(input['tool_name']) ?? string(object(input['details'])?.['type']);
  return {
    at,
    agent,
    session,
    kind,
    event,
    conversationId: string(input['session_id']),
    transcriptPath: string(input['transcript_path']),
    cwd: string(input['cwd']),
    tool,
    subject: subjectOf(input),
    message: messageOf(kind, input),
    subagent,
    limited:
      kind === 'turn-failed' &&
      /rate.?limit|usage.?limit|overloaded|quota/i.test(`${input['error']} ${input['error_details']}`),
  };
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    // A line cut by a full disk: nothing to learn from it.
    return null;
  }
}

/** Codex gives a sub-agent's events the parent's session id; the transcript is the sub-agent's own. */
function otherThread(agent: string, input: Json): string | null {
  if (agent !== 'codex') return null;
  const id = string(input['session_id']);
  const file = /([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\.jsonl$/i.exec(
    string(input['transcript_path']) ?? '',
  )?.[1];
  return file !== undefined && id !== null && file !== id ? file : null;
}

function kindOf(agent: string, event: string, input: Json, subagent: string | null): HookKind | null {
  if (event === 'Notification') return notificationKind(input);
  const kind = KINDS[event] ?? null;
  if (kind === 'permission' && QUESTION_TOOLS.has(string(input['tool_name']) ?? '')) return 'question';
  if (subagent !== null) {
    if (kind === 'prompt') return 'subagent-prompt';
    if (kind === 'turn-end' || kind === 'turn-failed' || kind === 'session-end') return 'subagent-end';
    if (kind === 'session-start') return 'subagent-start';
  }
  // Qwen says it again, without words, after every tool result.
  if (agent === 'qwen' && kind === 'prompt' && (string(input['prompt']) ?? '') === '') return 'working';
  return kind;
}

function notificationKind(input: Json): HookKind | null {
  switch (input['notification_type']) {
    case 'idle_prompt':
      return 'idle-notice';
    case 'permission_prompt':
      return 'waiting-notice';
    case 'elicitation_dialog':
      return 'question';
    case 'ToolPermission':
      return object(input['details'])?.['type'] === 'ask_user' ? 'question' : 'permission';
    default:
      return null;
  }
}

function subjectOf(input: Json): string | null {
  const tool = object(input['tool_input']) ?? {};
  const details = object(input['details']) ?? {};
  const command = tool['command'] ?? details['command'];
  const said =
    (Array.isArray(command) ? command.join(' ') : string(command)) ??
    string(tool['file_path']) ??
    string(tool['path']) ??
    string(tool['url']) ??
    string(tool['query']) ??
    string(tool['question']) ??
    string(details['filePath']) ??
    string(details['title']) ??
    string(tool['description']);
  return said === null ? null : clip(said, 4000);
}

function messageOf(kind: HookKind, input: Json): string | null {
  const said =
    kind === 'prompt' || kind === 'subagent-prompt'
      ? string(input['prompt'])
      : (string(input['last_assistant_message']) ??
        string(input['prompt_response']) ??
        string(input['error_details']) ??
        string(input['message']) ??
        string(input['reason']) ??
        string(input['source']));
  if (said === null) return null;
  return kind === 'turn-end' || kind === 'turn-failed' ? clip(said.trim(), 1000) : titleOf(said);
}
