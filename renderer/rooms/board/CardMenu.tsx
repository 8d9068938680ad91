/** The one menu of all cards; it opens at the card that asked for it. */
import { MenuAt } from '../../ui/Menu.tsx';
import { useCard } from './cards.ts';
import { useCardEntries } from './card-entries.tsx';
import { closeCardMenu, useCardMenu } from './card-menu.ts';

export function CardMenu() {
  const { key, anchor, open } = useCardMenu();
  const row = useCard(key ?? '');
  const entries = useCardEntries(row, false);
  return (
    <MenuAt
      open={open && row !== undefined}
      anchor={anchor}
      label={`Actions for ${key ?? ''}`}
      onClose={closeCardMenu}
      entries={entries}
    />
  );
}
