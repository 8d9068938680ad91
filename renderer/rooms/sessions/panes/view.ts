/** What of the sessions the screen shows and in which order: kept in the address, so that a view can be linked. Pure. */
import type { Session } from '../../../../shared/contract/sessions.ts';
import { GROUPS, type Group, groupOf, matches } from '../../../app/filter.ts';

export const FACETS = ['node', 'agent', 'folder', 'tag'] as const;
export type Facet = (typeof FACETS)[number];
export const SORTS = ['arranged', 'needs', 'recent'] as const;
export type Sort = (typeof SORTS)[number];

export interface View {
  readonly text: string;
  readonly group: Group;
  /** Of each facet any of these; nothing chosen means all. */
  readonly facets: Readonly<Record<Facet, readonly string[]>>;
  readonly sort: Sort;
}

export function readView(search: string): View {
  const params = new URLSearchParams(search);
  const all = (facet: Facet) => [...new Set(params.getAll(facet))];
  return {
    text: params.get('q') ?? '',
    group: GROUPS.find((each) => each === params.get('state')) ?? 'all',
    facets: { node: all('node'), agent: all('agent'), folder: all('folder'), tag: all('tag') },
    sort: SORTS.find((each) => each === params.get('sort')) ?? 'arranged',
  };
}

/** Without the question mark; empty for the plain view. */
export function writeView(view: View): string {
  const params = new URLSearchParams();
  if (view.text !== '') params.set('q', view.text);
  if (view.group !== 'all') params.set('state', view.group);
  for (const facet of FACETS) for (const value of view.facets[facet]) params.append(facet, value);
  if (view.sort !== 'arranged') params.set('sort', view.sort);
  return params.toString();
}

export const filters = (view: View): boolean =>
  view.text.trim() !== '' || view.group !== 'all' || FACETS.some((facet) => view.facets[facet].length > 0);

const valuesOf = (session: Session, facet: Facet): readonly string[] =>
  facet === 'tag' ? session.tags : [facet === 'folder' ? session.cwd : session[facet]];

export function fits(session: Session, view: View, besides?: Facet | 'group'): boolean {
  if (!matches(session, view.text, besides === 'group' ? 'all' : view.group)) return false;
  return FACETS.every((facet) => {
    const wanted = view.facets[facet];
    return facet === besides || wanted.length === 0 || valuesOf(session, facet).some((each) => wanted.includes(each));
  });
}

export interface Count<V extends string = string> {
  readonly value: V;
  readonly count: number;
}

/** How many each choice would show, with the other choices as they are; what is chosen stays in the list with 0. */
export function facetCounts(sessions: readonly Session[], view: View, facet: Facet): readonly Count[] {
  const counts = new Map<string, number>(view.facets[facet].map((value) => [value, 0]));
  for (const session of sessions)
    for (const value of valuesOf(session, facet))
      counts.set(value, (counts.get(value) ?? 0) + (fits(session, view, facet) ? 1 : 0));
  return [...counts]
    .filter(([value, count]) => count > 0 || view.facets[facet].includes(value))
    .map(([value, count]) => ({ value, count }))
    .sort((a, b) => b.count - a.count || a.value.localeCompare(b.value, 'en', { numeric: true }));
}

export const groupCounts = (sessions: readonly Session[], view: View): readonly Count<Group>[] => {
  const fitting = sessions.filter((session) => fits(session, view, 'group'));
  return GROUPS.map((value) => ({
    value,
    count: value === 'all' ? fitting.length : fitting.filter((each) => groupOf(each) === value).length,
  }));
};

export const toggled = (view: View, facet: Facet, value: string): View => {
  const now = view.facets[facet];
  const next = now.includes(value) ? now.filter((each) => each !== value) : [...now, value];
  return { ...view, facets: { ...view.facets, [facet]: next } };
};

type Ordered = Pick<Session, 'needsYou' | 'stalled' | 'since' | 'outputAt' | 'createdAt'>;

/** Order of an automatic grid: those that wait longest for somebody first, or those that said something last. */
export function inOrder(sort: Sort, a: Ordered, b: Ordered): number {
  if (sort === 'needs') {
    const needs = (each: Ordered) => (each.needsYou || each.stalled ? 0 : 1);
    return needs(a) - needs(b) || (needs(a) === 0 ? a.since - b.since : a.createdAt - b.createdAt);
  }
  if (sort === 'recent') return (b.outputAt ?? 0) - (a.outputAt ?? 0) || a.createdAt - b.createdAt;
  return 0;
}

export interface Looked {
  /** Its last output when somebody last looked at it on this device; undefined when nobody ever did. */
  readonly at: number | undefined;
  /** Its last output when this device first saw it: that is not news. */
  readonly first: number;
}

/** What a program draws when it has just begun is a greeting, no news. */
const GREETING_MS = 5000;

/** Output since one last looked. While the agent works its mark says so already: unread is what stands there and waits. */
export function unread(
  session: Pick<Session, 'state' | 'outputAt' | 'stalled' | 'startedAt'>,
  looked: Looked,
): boolean {
  if (session.outputAt === null || (session.state === 'working' && !session.stalled) || session.state === 'starting')
    return false;
  return session.outputAt > Math.max(looked.at ?? looked.first, session.startedAt + GREETING_MS);
}
