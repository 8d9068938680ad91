/** The one menu of all cards; it opens at the card that asked for it. */

import { useCard } from '../../app/cards.ts';
import { MenuAt } from '../../ui/Menu.tsx';
import { useCardEntries } from './card-entries.tsx';
import { closeCardMenu, useCardMenu } from './card-menu.ts';

export function CardMenu() {
  const { key, anchor } = useCardMenu();
  const row = useCard(key ?? '');
  const entries = useCardEntries(row, false);
  if (key === null || anchor === null || !row) return null;
  return <MenuAt anchor={anchor} label={`Actions for ${key}`} entries={entries} onClose={closeCardMenu} />;
}
