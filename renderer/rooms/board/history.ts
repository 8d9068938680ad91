/** What happened to a card. There is no feed of it: it is read when the card changes, or the number of its comments. */
import { useEffect, useRef, useState } from 'react';
import { create } from 'zustand';
import type { CardChange } from '../../../shared/contract/board.ts';
import { useCard } from '../../app/cards.ts';
import { messageOf, wire } from '../../app/connect.ts';

const useHistories = create<{ readonly byKey: ReadonlyMap<string, readonly CardChange[]> }>(() => ({
  byKey: new Map(),
}));

/** Newest first; undefined while nothing was read. */
export const useHistory = (key: string): readonly CardChange[] | undefined =>
  useHistories((histories) => histories.byKey.get(key));

export async function readHistory(key: string): Promise<void> {
  const list = await wire().call('board.history', { key, limit: 200 }, { retry: true });
  useHistories.setState(({ byKey }) => {
    const before = byKey.get(key);
    if (before && before[0]?.id === list[0]?.id && before.length === list.length) return {};
    return { byKey: new Map(byKey).set(key, list) };
  });
}

/** Keeps a card's history read while the component is there; answers why it cannot be. */
export function useReading(key: string, version: number): string | null {
  const [failed, setFailed] = useState<string | null>(null);
  const comments = useCard(key)?.comments;
  const last = useRef(0);
  // biome-ignore lint/correctness/useExhaustiveDependencies: another version or comment is read anew
  useEffect(() => {
    const mine = ++last.current;
    readHistory(key).then(
      () => mine === last.current && setFailed(null),
      (failure: unknown) => mine === last.current && setFailed(messageOf(failure)),
    );
  }, [key, version, comments]);
  return failed;
}
