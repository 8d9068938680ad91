/** The folders of a session that were opened, kept while the page lives and read again when something may have changed. */
import { useEffect } from 'react';
import { create, type StoreApi, type UseBoundStore } from 'zustand';
import { messageOf, useLink, wire } from '../../app/connect.ts';
import { useGitPlaces } from '../../app/feeds.ts';
import { type Folder, waysTo } from './tree.ts';

export interface Folders {
  readonly folders: ReadonlyMap<string, Folder>;
  readonly open: ReadonlySet<string>;
  readonly hidden: boolean;
  readonly cursor: string | null;
}
export type FoldersStore = UseBoundStore<StoreApi<Folders>>;

const POLL_MS = 5000;
const stores = new Map<string, FoldersStore>();
const reading = new Set<string>();

export function foldersOf(session: string): FoldersStore {
  const known = stores.get(session);
  if (known) return known;
  const made = create<Folders>(() => ({ folders: new Map(), open: new Set(), hidden: false, cursor: null }));
  stores.set(session, made);
  return made;
}

export async function readFolder(session: string, path: string): Promise<void> {
  const store = foldersOf(session);
  const key = `${session}\0${path}`;
  if (reading.has(key)) return;
  reading.add(key);
  const put = (folder: Folder) =>
    store.setState((state) => {
      const before = state.folders.get(path);
      return JSON.stringify(before) === JSON.stringify(folder)
        ? state
        : { folders: new Map(state.folders).set(path, folder) };
    });
  try {
    const { entries, truncated } = await wire().call('files.list', { name: session, path });
    put({ entries, truncated, error: null });
  } catch (failure) {
    put({ entries: null, truncated: false, error: messageOf(failure) });
  }
  reading.delete(key);
}

export function openFolder(session: string, path: string, open: boolean): void {
  foldersOf(session).setState((state) => {
    const next = new Set(state.open);
    if (open) next.add(path);
    else next.delete(path);
    return { open: next };
  });
  if (open) void readFolder(session, path);
}

/** Opens every folder on the way and puts the cursor there. */
export function reveal(session: string, path: string): void {
  const store = foldersOf(session);
  const ways = waysTo(path).filter((way) => !store.getState().open.has(way));
  store.setState((state) => ({ open: new Set([...state.open, ...ways]), cursor: path }));
  for (const way of ways) void readFolder(session, way);
}

/** Reads all that shows again. */
export async function readAll(session: string): Promise<void> {
  const { open, folders } = foldersOf(session).getState();
  // A folder inside a closed one is read when that is opened.
  const shown = [...open].filter((path) => waysTo(path).every((way) => open.has(way)) && folders.has(path));
  await Promise.all(['', ...shown].map((path) => readFolder(session, path)));
}

/** Keeps what shows up to date while the caller is there. */
export function useFolders(session: string): Folders {
  const store = foldersOf(session);
  const online = useLink((link) => link.state === 'online');
  const place = useGitPlaces((rows) => rows.byKey.get(session));
  // biome-ignore lint/correctness/useExhaustiveDependencies: news of the place are a reason to read again
  useEffect(() => {
    if (online) void readAll(session);
  }, [session, online, place]);
  useEffect(() => {
    if (!online) return;
    const timer = setInterval(() => !document.hidden && void readAll(session), POLL_MS);
    return () => clearInterval(timer);
  }, [session, online]);
  return store();
}
