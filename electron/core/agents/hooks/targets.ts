/** Which file holds an agent's hooks, and which events are asked for. Events seen with the real programs; heavy ones left out. */

export interface HookTarget {
  readonly agent: string;
  /** Relative to the agent's own folder. */
  readonly file: string;
  /** The folder: an environment variable of the agent, else below the home. */
  readonly folder: { readonly variable: string | null; readonly name: string };
  readonly events: readonly string[];
  /** The agent reads its settings with comments in them. */
  readonly comments: boolean;
  /** What a person must know, beside the change itself. */
  readonly note: string | null;
}

export const HOOK_TARGETS: readonly HookTarget[] = [
  {
    agent: 'claude',
    file: 'settings.json',
    folder: { variable: 'CLAUDE_CONFIG_DIR', name: '.claude' },
    events: [
      'SessionStart',
      'UserPromptSubmit',
      'PreToolUse',
      'PermissionRequest',
      'PostToolUse',
      'Notification',
      'Stop',
      'StopFailure',
      'SubagentStart',
      'SubagentStop',
      'SessionEnd',
    ],
    comments: false,
    note: null,
  },
  {
    agent: 'codex',
    file: 'hooks.json',
    folder: { variable: 'CODEX_HOME', name: '.codex' },
    events: [
      'SessionStart',
      'UserPromptSubmit',
      'PreToolUse',
      'PermissionRequest',
      'PostToolUse',
      'Stop',
      'SubagentStart',
      'SubagentStop',
    ],
    comments: false,
    note: 'Codex asks at its next start whether to trust these hooks; until that is answered none of them runs.',
  },
  {
    agent: 'gemini',
    file: 'settings.json',
    folder: { variable: null, name: '.gemini' },
    // BeforeModel and AfterModel come once for every piece of an answer, PreCompress on every turn: left out.
    events: ['SessionStart', 'BeforeAgent', 'BeforeTool', 'Notification', 'AfterTool', 'AfterAgent', 'SessionEnd'],
    comments: true,
    note: null,
  },
  {
    agent: 'qwen',
    file: 'settings.json',
    folder: { variable: null, name: '.qwen' },
    events: [
      'SessionStart',
      'UserPromptSubmit',
      'PreToolUse',
      'PermissionRequest',
      'PostToolUse',
      'Notification',
      'Stop',
      'StopFailure',
      'SubagentStart',
      'SubagentStop',
      'SessionEnd',
    ],
    comments: true,
    note: null,
  },
];
