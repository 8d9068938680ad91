/** An open card: beside the columns on a wide screen, the whole screen on a phone. */
import { Ellipsis, X } from 'lucide-react';
import { type KeyboardEvent, useEffect, useRef } from 'react';
import { useCard, useCards } from '../../app/cards.ts';
import { LinkHere } from '../../app/LinkBanner.tsx';
import { useNarrow } from '../../app/viewport.ts';
import { Button } from '../../ui/Button.tsx';
import { Dialog } from '../../ui/Dialog.tsx';
import { Empty } from '../../ui/Empty.tsx';
import { Menu } from '../../ui/Menu.tsx';
import { CardBody } from './CardBody.tsx';
import { useCardEntries } from './card-entries.tsx';
import { load, useEdit } from './edits.ts';
import s from './Panel.module.css';

export function Panel({ cardKey, onClose }: { readonly cardKey: string; readonly onClose: () => void }) {
  const narrow = useNarrow();
  const row = useCard(cardKey);
  const ready = useCards((rows) => rows.ready);
  const entries = useCardEntries(row, true);
  const { missing } = useEdit(cardKey);
  const version = row?.version;
  // biome-ignore lint/correctness/useExhaustiveDependencies: another version is read anew
  useEffect(() => void load(cardKey), [cardKey, version]);

  const gone = missing !== null || (ready && !row);
  const body = gone ? (
    <Empty title={`There is no card ${cardKey}`} text={missing ?? 'It was deleted, or you may not see it.'}>
      <Button onClick={onClose}>Back to the board</Button>
    </Empty>
  ) : (
    <CardBody cardKey={cardKey} />
  );
  const menu = !gone && (
    <Menu
      trigger={
        <Button look="icon" aria-label={`Actions for ${cardKey}`}>
          <Ellipsis size={16} aria-hidden />
        </Button>
      }
      entries={entries}
    />
  );
  if (narrow) {
    return (
      <Dialog open full onClose={onClose} title={cardKey} aside={menu}>
        <LinkHere />
        {body}
      </Dialog>
    );
  }
  return (
    <Aside cardKey={cardKey} onClose={onClose}>
      <header className={s['head']}>
        <h2 className={s['key']}>{cardKey}</h2>
        <span className={s['gap']} />
        {menu}
        <Button look="icon" aria-label="Close card" onClick={onClose}>
          <X size={16} aria-hidden />
        </Button>
      </header>
      <div className={s['scroll']}>{body}</div>
    </Aside>
  );
}

function Aside(props: { readonly cardKey: string; readonly onClose: () => void; readonly children: React.ReactNode }) {
  const aside = useRef<HTMLElement>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: another card: its beginning
  useEffect(() => {
    // Somebody who already writes in the card, as after `e`, is left there.
    if (!aside.current?.contains(document.activeElement)) aside.current?.focus({ preventScroll: true });
  }, [props.cardKey]);
  const onKeyDown = (event: KeyboardEvent) => {
    // Out of a field first; the next Escape closes.
    if (event.key !== 'Escape' || event.defaultPrevented || event.target === aside.current) return;
    event.stopPropagation();
    aside.current?.focus({ preventScroll: true });
  };
  return (
    <aside ref={aside} className={s['panel']} aria-label={`Card ${props.cardKey}`} tabIndex={-1} onKeyDown={onKeyDown}>
      {props.children}
    </aside>
  );
}
