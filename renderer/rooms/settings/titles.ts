/** Settings in people's words: what each is called and where it stands. A setting that is not here shows by its key. */

export interface Group {
  readonly title: string;
  readonly keys: readonly string[];
}

export const GROUPS: readonly Group[] = [
  { title: 'Hub', keys: ['hub.port', 'hub.bind', 'hub.hosts', 'logs.level'] },
  { title: 'Joining another hub', keys: ['node.hub', 'node.token', 'node.name', 'node.url'] },
  { title: 'Signing in', keys: ['auth.cookieDays', 'auth.loginAttempts'] },
  {
    title: 'Sessions',
    keys: ['sessions.stallMinutes', 'sessions.maxSessions', 'tmux.historyLines', 'tmux.socket'],
  },
  {
    title: 'Prompts',
    keys: ['prompts.init', 'prompts.typingGraceSeconds', 'prompts.strictTurns', 'prompts.maxHoldSeconds'],
  },
  { title: 'Agents', keys: ['agents.skipPermissions', 'approvals.policies', 'agents', 'prices'] },
  {
    title: 'Notifications to devices',
    keys: ['push.escalateMinutes', 'push.doneMinutes', 'push.detail', 'push.contact', 'push.hosts'],
  },
  { title: 'Worktrees', keys: ['worktree.copy', 'worktree.link', 'worktree.run'] },
  { title: 'Board', keys: ['board.prefix'] },
  { title: 'Recordings', keys: ['recordings.maxMegabytes', 'recordings.keepDays'] },
  {
    title: 'Look, where a device has no choice of its own',
    keys: ['terminal.theme', 'terminal.palette', 'terminal.fontSize', 'terminal.fontFamily'],
  },
];

const TITLES: Readonly<Record<string, string>> = {
  'hub.port': 'Port',
  'hub.bind': 'Addresses',
  'hub.hosts': 'Further host names',
  'node.hub': 'Hub to join',
  'node.token': 'Token to join with',
  'node.name': 'Name there',
  'node.url': 'Address for that hub',
  'logs.level': 'Log level',
  'auth.cookieDays': 'Browsers stay signed in',
  'auth.loginAttempts': 'Failed sign-ins',
  'sessions.stallMinutes': 'Stalled after',
  'sessions.maxSessions': 'Most sessions',
  'tmux.historyLines': 'Scrollback',
  'tmux.socket': 'tmux socket',
  'prompts.init': 'First prompts',
  'prompts.typingGraceSeconds': 'Pause after typing',
  'prompts.strictTurns': 'Strict turns',
  'prompts.maxHoldSeconds': 'Held too long',
  'agents.skipPermissions': 'Without permission dialogs',
  'approvals.policies': 'Policies',
  agents: 'Own agents',
  prices: 'Prices of models',
  'push.escalateMinutes': 'Next device after',
  'push.doneMinutes': 'Long turns that end',
  'push.detail': 'Commands on lock screens',
  'push.contact': 'Contact for push services',
  'push.hosts': 'Own push services',
  'worktree.copy': 'Copied files',
  'worktree.link': 'Shared folders',
  'worktree.run': 'Command to run',
  'board.prefix': 'Card keys',
  'recordings.maxMegabytes': 'Kept of a session',
  'recordings.keepDays': 'Kept for',
  'terminal.theme': 'Theme',
  'terminal.palette': 'Colours of terminals',
  'terminal.fontSize': 'Font size of terminals',
  'terminal.fontFamily': 'Font of terminals',
};

export const titleOf = (key: string): string => TITLES[key] ?? key;

/** Every setting in its group; those that no group names stand last, by the first word of their keys. */
export function grouped<S extends { readonly key: string }>(
  settings: readonly S[],
): readonly { readonly title: string; readonly settings: readonly S[] }[] {
  const byKey = new Map(settings.map((each) => [each.key, each]));
  const known = new Set(GROUPS.flatMap((group) => group.keys));
  const rest = new Map<string, S[]>();
  for (const setting of settings) {
    if (known.has(setting.key)) continue;
    const word = setting.key.split('.', 1)[0] ?? setting.key;
    const title = word.charAt(0).toUpperCase() + word.slice(1);
    rest.set(title, [...(rest.get(title) ?? []), setting]);
  }
  return [
    ...GROUPS.map((group) => ({
      title: group.title,
      settings: group.keys.map((key) => byKey.get(key)).filter((each) => each !== undefined),
    })),
    ...[...rest].map(([title, list]) => ({ title, settings: list })),
  ].filter((group) => group.settings.length > 0);
}
