/** What the shell was started with: its own few words among those that Chromium and test drivers add. Pure. */
import { FacePath } from '../../shared/desktop.ts';

export interface Options {
  readonly data?: string;
  /** Handed to a core that is started. */
  readonly hub: readonly string[];
  /** Started at login: no window yet. */
  readonly hidden: boolean;
  /** The last `quarterdeck://` link among the words; checked by whoever follows it. */
  readonly link: string | null;
}

const VALUES = ['data', 'port', 'bind'] as const;

export function readOptions(argv: readonly string[]): Options {
  const given: Partial<Record<(typeof VALUES)[number], string>> = {};
  let hidden = false;
  let link: string | null = null;
  for (let i = 0; i < argv.length; i++) {
    const word = argv[i] ?? '';
    if (word === '--hidden') hidden = true;
    if (/^quarterdeck:/i.test(word)) link = word;
    for (const name of VALUES) {
      const next = argv[i + 1];
      if (word.startsWith(`--${name}=`)) given[name] = word.slice(name.length + 3);
      else if (word === `--${name}` && next !== undefined && !next.startsWith('-')) given[name] = next;
    }
  }
  const { data } = given;
  return {
    ...(data === undefined ? {} : { data }),
    hub: (['port', 'bind'] as const).flatMap((name) => {
      const value = given[name];
      return value === undefined ? [] : [`--${name}`, value];
    }),
    hidden,
    link,
  };
}

/**
 * The screen that a link opens, or null for what is none of ours: `quarterdeck://session/NAME`, `quarterdeck://inbox`,
 * `quarterdeck://board/KEY`, ... The words of a link choose among screens; they never do anything by themselves.
 */
export function pathOfLink(text: string): string | null {
  if (text.length > 2048 || !URL.canParse(text)) return null;
  const url = new URL(text);
  if (url.protocol !== 'quarterdeck:' || url.username !== '' || url.password !== '' || url.port !== '') return null;
  const parts = [url.hostname, ...url.pathname.split('/')].filter((part) => part !== '');
  let words: string[];
  try {
    words = parts.map((part) => decodeURIComponent(part));
  } catch {
    // Not UTF-8.
    return null;
  }
  const [screen = '', what, ...more] = words;
  if (more.length > 0 || words.some((word) => !/^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/.test(word))) return null;
  const path =
    what === undefined
      ? screen === 'panes'
        ? '/'
        : SCREENS.has(screen)
          ? `/${screen}`
          : null
      : screen === 'session'
        ? `/s/${what}`
        : DEEPER.has(screen)
          ? `/${screen}/${what}`
          : null;
  return path !== null && FacePath.safeParse(path).success ? path : null;
}
const SCREENS = new Set([
  'sessions',
  'inbox',
  'board',
  'channels',
  'notes',
  'agents',
  'nodes',
  'usage',
  'search',
  'settings',
]);
const DEEPER = new Set(['board', 'channels', 'notes', 'replay']);
