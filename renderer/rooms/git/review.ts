/**
 * What one session changed, kept while the page lives, so that coming back shows it at once and at the same place. Read
 * again when the hub has news of the place, and while it shows, because a shell has no turns whose end would be news.
 */
import { useEffect } from 'react';
import { create, type StoreApi, type UseBoundStore } from 'zustand';
import type { CallOutput } from '../../../shared/contract/contract.ts';
import { isFault } from '../../../shared/fault.ts';
import { messageOf, useLink, wire } from '../../app/connect.ts';
import { useGitPlaces } from '../../app/feeds.ts';
import { type FileDiff, parseFile, splitFiles } from '../../ui/diff.ts';
import { isGenerated, type Section } from './rows.ts';

export type Base = 'head' | 'fork';
export type Status = CallOutput<'git.status'>;

/** A file that was asked for by itself: with more context, or because it was not among the first. */
interface Own {
  readonly context: number;
  readonly state: 'loading' | 'failed' | 'ready';
  readonly diff: FileDiff | null;
  readonly error?: string;
}

export interface Review {
  readonly base: Base;
  readonly status: Status | null;
  readonly files: ReadonlyMap<string, FileDiff>;
  /** There was more than the hub sends at once: files without a difference are asked for one by one. */
  readonly truncated: boolean;
  readonly own: ReadonlyMap<string, Own>;
  /** What a person folded or opened. */
  readonly folded: ReadonlyMap<string, boolean>;
  /** No repository there, or none that git trusts; in the hub's words. */
  readonly none: string | null;
  readonly error: string | null;
}
export type ReviewStore = UseBoundStore<StoreApi<Review>> & {
  /** Where the list stood; not drawn, so not part of the state. */
  readonly seen: { scroll: number; cursor: string | null };
};

const CONTEXT = 3;
const MOST_KEPT = 4;
const POLL_MS = 4000;
/** A repository that takes a second to look at is looked at every eight. */
const REST = 8;
/** Characters of a difference that are not sent again every few seconds over somebody's phone. */
const LONG = 200_000;
const MOST_SKIPPED = 6;
/** The hub gives git a minute. */
const SLOW_MS = 90_000;
const reviews = new Map<string, ReviewStore>();

const EMPTY: Omit<Review, 'base' | 'folded'> = {
  status: null,
  files: new Map(),
  truncated: false,
  own: new Map(),
  none: null,
  error: null,
};

export function reviewOf(session: string): ReviewStore {
  const known = reviews.get(session);
  if (known) return known;
  const made: ReviewStore = Object.assign(
    create<Review>(() => ({ ...EMPTY, base: 'head', folded: new Map() })),
    { seen: { scroll: 0, cursor: null } },
  );
  reviews.set(session, made);
  const [oldest] = reviews.keys();
  if (reviews.size > MOST_KEPT && oldest !== undefined) reviews.delete(oldest);
  return made;
}

/** Parsed files by their text: a file that did not change keeps its identity, and with it its colours. */
function parseAll(
  text: string,
  before: ReadonlyMap<string, FileDiff>,
  texts: Map<FileDiff, string>,
): Map<string, FileDiff> {
  const files = new Map<string, FileDiff>();
  for (const part of splitFiles(text)) {
    const parsed = parseFile(part);
    const old = before.get(parsed.path);
    const first = files.get(parsed.path);
    // A file that became a link is told twice: as deleted and as new.
    if (first)
      files.set(parsed.path, {
        ...parsed,
        kind: 'modified',
        oldMode: first.oldMode,
        hunks: [...first.hunks, ...parsed.hunks],
      });
    else if (old && texts.get(old) === part) files.set(old.path, old);
    else {
      texts.set(parsed, part);
      files.set(parsed.path, parsed);
    }
  }
  for (const file of before.values()) if (files.get(file.path) !== file) texts.delete(file);
  return files;
}
const textsOf = new WeakMap<ReviewStore, { all: string; skipped: number; each: Map<FileDiff, string> }>();

/** Reads status and difference. One at a time for each session; who asks meanwhile gets one more after it. */
const running = new WeakMap<ReviewStore, { again: boolean }>();
export async function refresh(session: string): Promise<void> {
  const store = reviewOf(session);
  const now = running.get(store);
  if (now) {
    now.again = true;
    return;
  }
  const mine = { again: false };
  running.set(store, mine);
  try {
    do {
      mine.again = false;
      await read(session, store);
    } while (mine.again);
  } finally {
    running.delete(store);
  }
}

async function read(session: string, store: ReviewStore): Promise<void> {
  const { base, status: last } = store.getState();
  const options = { timeoutMs: SLOW_MS };
  const askDiff = () => wire().call('git.diff', { name: session, base, format: 'json' }, options);
  try {
    const [status, early] = await Promise.all([
      wire().call('git.status', { name: session, base }, options),
      last === null ? askDiff() : null,
    ]);
    const kept = textsOf.get(store) ?? { all: '', skipped: 0, each: new Map() };
    const same = sameStatus(last, status);
    // Lines may be others while their count is the same; a long difference is still not fetched every few seconds.
    const skip = same && kept.all.length > LONG && kept.skipped < MOST_SKIPPED;
    const diff = early ?? (skip ? null : await askDiff());
    const before = store.getState();
    if (before.base !== base) return;
    const text = diff?.text ?? kept.all;
    const files = kept.all === text ? before.files : parseAll(text, before.files, kept.each);
    textsOf.set(store, { all: text, skipped: diff ? 0 : kept.skipped + 1, each: kept.each });
    const paths = new Set(status.changes.map((change) => change.path));
    store.setState({
      status: same ? before.status : status,
      files,
      truncated: diff?.truncated ?? before.truncated,
      own: new Map([...before.own].filter(([path]) => paths.has(path))),
      none: null,
      error: null,
    });
    if (!diff) return;
    for (const [path, { context, state }] of store.getState().own)
      if (state !== 'loading') void ask(session, path, context, true);
  } catch (failure) {
    if (store.getState().base !== base) return;
    const none = isFault(failure, 'unsupported') || isFault(failure, 'refused') || isFault(failure, 'not-installed');
    if (none) store.setState({ ...EMPTY, none: messageOf(failure) });
    else store.setState({ error: messageOf(failure) });
  }
}

const sameStatus = (a: Status | null, b: Status): boolean =>
  a !== null && JSON.stringify({ ...a, at: 0 }) === JSON.stringify({ ...b, at: 0 });

/** A long list of files that were not sent must not become a hundred questions at once. */
let free = 3;
const waiting: (() => void)[] = [];
async function inTurn<T>(work: () => Promise<T>): Promise<T> {
  if (free === 0) await new Promise<void>((go) => waiting.push(go));
  else free -= 1;
  try {
    return await work();
  } finally {
    const next = waiting.shift();
    if (next) next();
    else free += 1;
  }
}

/** One file with so much context. `quiet`: what is there stays until the answer comes. */
export async function ask(session: string, path: string, context: number, quiet = false): Promise<void> {
  const store = reviewOf(session);
  const put = (own: Own) => store.setState((state) => ({ own: new Map(state.own).set(path, own) }));
  const before = store.getState().own.get(path);
  if (!quiet || !before) put({ context, state: 'loading', diff: before?.diff ?? null });
  const { base } = store.getState();
  try {
    const { text } = await inTurn(() =>
      wire().call('git.diff', { name: session, base, path, context, format: 'json' }, { timeoutMs: SLOW_MS }),
    );
    if (store.getState().base !== base) return;
    const found = splitFiles(text)
      .map(parseFile)
      .find((file) => file.path === path);
    const last = store.getState().own.get(path)?.diff;
    const same = last && found && JSON.stringify(last) === JSON.stringify(found);
    if (!same || last !== before?.diff || !quiet) put({ context, state: 'ready', diff: same ? last : (found ?? null) });
  } catch (failure) {
    if (!quiet) put({ context, state: 'failed', diff: null, error: messageOf(failure) });
  }
}

export function setBase(session: string, base: Base): void {
  const store = reviewOf(session);
  if (store.getState().base === base) return;
  textsOf.delete(store);
  store.setState({ ...EMPTY, base });
  void refresh(session);
}

export function fold(session: string, paths: readonly string[], folded: boolean): void {
  reviewOf(session).setState((state) => {
    const next = new Map(state.folded);
    for (const path of paths) next.set(path, folded);
    return { folded: next };
  });
}

export function sectionsOf(review: Review): Section[] {
  return (review.status?.changes ?? []).map((change) => {
    const own = review.own.get(change.path);
    const all = review.files.get(change.path) ?? null;
    // Folders never have a difference of their own.
    const absent = all === null && review.truncated && !change.path.endsWith('/');
    return {
      change,
      diff: own?.diff ?? all,
      state: own && !own.diff && own.state !== 'ready' ? own.state : !own && absent ? 'absent' : 'ready',
      error: own?.error,
      folded: review.folded.get(change.path) ?? isGenerated(change.path),
      context: own?.diff ? own.context : CONTEXT,
    };
  });
}

/** Keeps the review of a session up to date while the caller shows. */
export function useReview(session: string, busy: boolean): Review {
  const store = reviewOf(session);
  const online = useLink((link) => link.state === 'online');
  const place = useGitPlaces((rows) => rows.byKey.get(session));

  // biome-ignore lint/correctness/useExhaustiveDependencies: news of the place and the end of a turn are reasons to read
  useEffect(() => {
    if (online) void refresh(session);
  }, [session, online, place, busy]);

  useEffect(() => {
    if (!online) return;
    let timer: ReturnType<typeof setTimeout> | undefined;
    let ended = false;
    const next = (ms: number) => {
      timer = setTimeout(async () => {
        const began = performance.now();
        if (!document.hidden) await refresh(session);
        if (!ended) next(Math.max(POLL_MS, REST * (performance.now() - began)));
      }, ms);
    };
    next(POLL_MS);
    return () => {
      ended = true;
      clearTimeout(timer);
    };
  }, [session, online]);
  return store();
}
