/** What is typed into files and not saved: it outlives going elsewhere and reloads, and nothing but its owner drops it. */
import { create } from 'zustand';

export interface Edit {
  readonly text: string;
  /** Of the file that it began from; null: the file does not exist yet. */
  readonly version: string | null;
}

const KEY = 'quarterdeck.edit.';
const useAll = create<{ readonly byKey: ReadonlyMap<string, Edit> }>(() => ({ byKey: stored() }));
const keyOf = (session: string, path: string): string => `${session}\0${path}`;

function stored(): Map<string, Edit> {
  const found = new Map<string, Edit>();
  try {
    for (let i = 0; i < sessionStorage.length; i += 1) {
      const key = sessionStorage.key(i);
      if (!key?.startsWith(KEY)) continue;
      const value: unknown = JSON.parse(sessionStorage.getItem(key) ?? 'null');
      const { text, version } = Object(value) as Record<string, unknown>;
      if (typeof text === 'string' && (version === null || typeof version === 'string'))
        found.set(key.slice(KEY.length), { text, version });
    }
  } catch {
    // Storage is denied or holds something odd: then nothing is left of before.
  }
  return found;
}

export const useEdit = (session: string, path: string): Edit | undefined =>
  useAll((state) => state.byKey.get(keyOf(session, path)));

/** Paths of the session with something unsaved. */
export const useUnsaved = (session: string): string =>
  useAll((state) =>
    [...state.byKey.keys()]
      .filter((key) => key.startsWith(`${session}\0`))
      .map((key) => key.slice(session.length + 1))
      .sort()
      .join('\0'),
  );

export const editOf = (session: string, path: string): Edit | undefined =>
  useAll.getState().byKey.get(keyOf(session, path));

export function setEdit(session: string, path: string, edit: Edit | null): void {
  const key = keyOf(session, path);
  useAll.setState(({ byKey }) => {
    const next = new Map(byKey);
    if (edit === null) next.delete(key);
    else next.set(key, edit);
    return { byKey: next };
  });
  try {
    if (edit === null) sessionStorage.removeItem(KEY + key);
    else sessionStorage.setItem(KEY + key, JSON.stringify(edit));
  } catch {
    // Without room there it lives in the page alone, which asks before it is left.
  }
}

addEventListener('beforeunload', (event) => {
  if (useAll.getState().byKey.size > 0) event.preventDefault();
});
