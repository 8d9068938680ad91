/** What the person chose, the same on every device: a projection of the hub's preferences, and the way to change them. */
import { create, type StoreApi, type UseBoundStore } from 'zustand';
import type { Preference } from '../../shared/contract/preferences.ts';
import { wire } from './connect.ts';
import { noRows, type Rows } from './rows.ts';

export const usePreferences: UseBoundStore<StoreApi<Rows<Preference>>> = create<Rows<Preference>>(() => noRows);

/** The value as its reader knows it; `read` answers null for what it does not understand. */
export function usePreference<T>(key: string, read: (value: unknown) => T | null): T | null {
  const row = usePreferences((rows) => rows.byKey.get(key));
  return row === undefined ? null : read(row.value);
}

/** Changes one from what it is now. Fault `conflict` when another device was faster: the caller reads again. */
export async function setPreference(key: string, value: unknown): Promise<void> {
  const version = usePreferences.getState().byKey.get(key)?.version ?? 0;
  await wire().call('preferences.set', { key, value, version });
}
