/** Pure decisions of the channels room: who sees what, who is meant, what an agent reads, when a loop is stopped. */
import type { Actor } from '../../../shared/contract/actors.ts';
import { SESSION_NAME } from '../../../shared/ids.ts';
import { withoutCode } from '../../../shared/markdown.ts';

/** Messages of one session in a minute that are delivered, and that are stored at all. */
export const DELIVERED_A_MINUTE = 20;
export const STORED_A_MINUTE = 60;
export const MINUTE_MS = 60_000;
/** Agents that may speak one after the other without a person between them. */
export const MOST_HOPS = 8;
/** What an agent says within this long of a message delivered to it counts as an answer, whatever it says it answers. */
export const CAUSE_MS = 10 * 60_000;

/** Who looks. A person may go by two names: `local`, and the name of the only user there is. */
export type Viewer =
  | { readonly kind: 'session'; readonly id: string }
  | {
      readonly kind: 'user';
      readonly ids: ReadonlySet<string>;
      readonly admin: boolean;
      /** Sessions that the token is limited to; null is no limit. */
      readonly sessions: ReadonlySet<string> | null;
    };

type Who = Pick<Actor, 'kind' | 'id'>;

export const isMember = (viewer: Viewer, members: readonly Who[]): boolean =>
  members.some(
    (m) => m.kind === viewer.kind && (viewer.kind === 'session' ? m.id === viewer.id : viewer.ids.has(m.id)),
  );

/**
 * Members see their channels, admins those between agents too. A person's token limited to some sessions sees only what
 * is between that person and those sessions.
 */
export function maySeeChannel(viewer: Viewer, members: readonly Who[]): boolean {
  if (viewer.kind === 'session') return isMember(viewer, members);
  const agents = members.filter((m) => m.kind === 'session');
  if (viewer.sessions !== null) {
    const { sessions } = viewer;
    return isMember(viewer, members) && agents.length > 0 && agents.every((m) => sessions.has(m.id));
  }
  return isMember(viewer, members) || (viewer.admin && agents.length === members.length);
}

const MENTION = /(?<![\p{L}\p{N}_@./-])@([\p{L}\p{N}][\p{L}\p{N}._@-]{0,127})/gu;

/** Members that the text names by `@name`, all of them for `@all`; code is not looked at. */
export function mentioned<M extends Actor>(text: string, members: readonly M[]): M[] {
  const named = new Map<string, Set<M>>();
  for (const member of members) {
    const key = member.name.toLowerCase();
    named.set(key, (named.get(key) ?? new Set()).add(member));
  }
  const found = new Set<M>();
  for (const match of withoutCode(text).matchAll(MENTION)) {
    // A name may end in what also ends a sentence.
    for (let name = (match[1] ?? '').toLowerCase(); name !== ''; name = name.slice(0, -1)) {
      const meant = named.get(name);
      if (!meant && name === 'all') return [...members];
      for (const member of meant ?? []) found.add(member);
      if (meant || !/[._@-]$/.test(name)) break;
    }
  }
  return members.filter((member) => found.has(member));
}

/** What stands for a letter of our own words in other scripts, so that they cannot be forged by looking alike. */
const ALIKE: Readonly<Record<string, string>> = Object.fromEntries(
  [...'аaеeоoсcрpѕsіiһhмmгrɡgԝwтtпnωwοoαaιiεeνnτtηn'].flatMap((c, i, all) =>
    i % 2 === 0 ? [[c, all[i + 1] ?? '']] : [],
  ),
);
const letters = (line: string): string =>
  [...line.slice(0, 400).normalize('NFKD').toLowerCase()]
    .map((c) => ALIKE[c] ?? c)
    .filter((c) => /\p{L}/u.test(c))
    .join('');
const OURS = ['messagefrom', 'answerwith'];

/** One text, lines ended by LF alone, without control characters but tab. Every terminal and reader sees the same lines. */
export const cleaned = (text: string): string =>
  text
    .toWellFormed()
    .replace(/\r\n?|[\v\f\x85\u2028\u2029]/g, '\n')
    .replace(/[\x00-\x08\x0b-\x1f\x7f-\x9f]/g, '');

/** The text with every line that looks like our own words marked as a quotation. */
export const unforged = (text: string): string =>
  cleaned(text)
    .split('\n')
    .map((line) => (OURS.some((words) => letters(line).startsWith(words)) ? `> ${line}` : line))
    .join('\n');

/** As one word of a sentence; names of sessions that others made may hold anything. */
const word = (name: string): string =>
  name
    .replace(/[\p{C}[\]\s]+/gu, ' ')
    .trim()
    .slice(0, 128) || 'somebody';

export interface Said {
  readonly by: Actor;
  readonly n: number;
  readonly text: string;
}
/** `name`: the group's; null when it is between two. `shared`: a person has the name of the session too. */
export interface Where {
  readonly name: string | null;
  readonly shared: boolean;
}

/** What the agent gets as its prompt: who speaks, the text, and the command that answers. */
export function promptOf({ by, n, text }: Said, where: Where): string {
  const who = by.kind === 'session' ? `session ${word(by.name)}` : word(by.name);
  const head = `[message from ${who}${where.name === null ? '' : ` in #${where.name}`}]`;
  const back = by.kind === 'session' && (where.shared || !SESSION_NAME.test(by.name)) ? by.id : by.name;
  const body = unforged(text);
  const answer = `Answer with: qd channel send ${where.name ?? `@${back}`} "..." --reply ${n}`;
  return `${head}${body.includes('\n') ? '\n' : ' '}${body}\n${answer}`;
}

/** Why a message of a session is stored and not delivered; null when it may go. `sent`: of the last minute, before it. */
export function stopped(depth: number, sent: number): string | null {
  if (sent >= DELIVERED_A_MINUTE) {
    return `not delivered: the session has sent ${DELIVERED_A_MINUTE} messages within a minute; wait, then say it in one`;
  }
  if (depth > MOST_HOPS) {
    return `not delivered: ${MOST_HOPS} messages went from agent to agent with no person between them; a person's word to the agent lets it go on`;
  }
  return null;
}
