/** How each agent program is asked to sign its user in. Pure. */

/** Command lines by agent key; others show their own sign-in when they start without one. */
const SIGN_IN: Readonly<Record<string, string>> = {
  claude: 'claude auth login',
  codex: 'codex login',
  opencode: 'opencode auth login',
};

/** Null: the program is simply started. */
export const signInCommand = (agent: string): string | null => SIGN_IN[agent] ?? null;

/** A name for the session, free of those that are there. */
export function signInName(agent: string, taken: ReadonlySet<string>): string {
  const name = `sign-in-${agent}`.slice(0, 56);
  for (let n = 1; ; n++) {
    const tried = n === 1 ? name : `${name}-${n}`;
    if (!taken.has(tried)) return tried;
  }
}
