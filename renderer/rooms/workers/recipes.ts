/** Commands that any timer, CI job or receiver of webhooks can run to give agents work. Pure. */
import type { Scope } from '../../../shared/contract/define.ts';
import { quoted } from '../../../shared/shell.ts';

export type RecipeKey = 'prompt' | 'start' | 'card';

/** What the commands are about: an address of the hub, and a session to prompt or to start another one like. */
export interface About {
  readonly hub: string;
  readonly session: {
    readonly address: string;
    readonly agent: string;
    readonly cwd: string;
    readonly node: string;
  } | null;
}

export interface Recipe {
  /** What its token must be allowed. */
  readonly scope: Scope;
  readonly command: string;
}

/** Programs that begin with a command line of their own: not to be started by the name of their kind alone. */
const NAMELESS: ReadonlySet<string> = new Set(['custom', 'shell']);

/** Answers other than success are printed and make the command fail: a timer that tells of failures tells of them. */
function curl(hub: string, path: string, body: Readonly<Record<string, unknown>>): string {
  const data = quoted(JSON.stringify(body));
  return `curl -sS --fail-with-body -H "Authorization: Bearer $QD_TOKEN" -d ${data} ${hub}${path}`;
}

export function recipe(key: RecipeKey, { hub, session }: About): Recipe {
  if (key === 'prompt') {
    const name = encodeURIComponent(session?.address ?? 'fixer');
    const body = { text: 'find out what failed over night, and mend it' };
    return { scope: 'type', command: curl(hub, `/api/sessions/${name}/prompts`, body) };
  }
  if (key === 'card') {
    return { scope: 'type', command: curl(hub, '/api/board/cards', { title: 'The build of main is red' }) };
  }
  const like = session !== null && !NAMELESS.has(session.agent) ? session : null;
  const body = {
    agent: like?.agent ?? 'claude',
    cwd: like?.cwd ?? '~',
    ...(like === null || like.node === 'local' ? {} : { node: like.node }),
    init: ['the build of main is red: find out why'],
  };
  return { scope: 'run', command: curl(hub, '/api/sessions', body) };
}
