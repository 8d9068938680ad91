/** All of a card, to read and to change. Each field is saved by itself, against what its writer saw. */
import { CircleAlert } from 'lucide-react';
import { useEffect, useRef } from 'react';
import { useCard } from '../../app/cards.ts';
import { useCan } from '../../app/connect.ts';
import { composing } from '../../ui/composing.ts';
import s from './CardBody.module.css';
import { Checklist } from './Checklist.tsx';
import { ClaimBox } from './ClaimBox.tsx';
import { Clash } from './Clash.tsx';
import { Description } from './Description.tsx';
import { useEditWish } from './edit-wish.ts';
import { draft, dropDraft, saveDraft, useEdit, useShownCard } from './edits.ts';
import { Properties } from './Properties.tsx';
import { Timeline } from './Timeline.tsx';
import { WaitsFor } from './WaitsFor.tsx';

export function CardBody({ cardKey }: { readonly cardKey: string }) {
  const { clash, error } = useEdit(cardKey);
  const card = useShownCard(cardKey);
  const row = useCard(cardKey);
  const canType = useCan('type');
  if (!card || !row) return <Waiting />;
  return (
    <div className={s['body']} data-card-body>
      <Title cardKey={cardKey} />
      {error !== null && (
        <p role="alert" className={s['error']}>
          <CircleAlert size={14} aria-hidden />
          {error}
        </p>
      )}
      {clash.length > 0 && <Clash cardKey={cardKey} />}
      <ClaimBox row={row} />
      <Properties card={card} canType={canType} />
      <Description cardKey={cardKey} />
      <Checklist card={card} canType={canType} />
      <WaitsFor card={card} blockedBy={row.blockedBy} canType={canType} />
      <Timeline cardKey={cardKey} version={card.version} />
    </div>
  );
}

function Waiting() {
  return (
    <div className={s['body']} role="status" aria-busy="true" aria-label="Loading the card">
      <span className={s['bone']} data-size="l" />
      <span className={s['bone']} />
      <span className={s['bone']} />
      <span className={s['bone']} data-size="xl" />
    </div>
  );
}

function Title({ cardKey }: { readonly cardKey: string }) {
  const { card, drafts } = useEdit(cardKey);
  const canType = useCan('type');
  const area = useRef<HTMLTextAreaElement>(null);
  const wish = useEditWish((state) => (state.key === cardKey ? state.want : 0));
  const text = drafts.title?.mine ?? card?.title ?? '';
  useEffect(() => {
    if (wish === 0) return;
    area.current?.focus();
    area.current?.select();
  }, [wish]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the height follows the text
  useEffect(() => {
    const element = area.current;
    if (!element) return;
    element.style.height = 'auto';
    element.style.height = `${element.scrollHeight + 2}px`;
  }, [text]);
  const leave = () => {
    if (text.trim() === '') dropDraft(cardKey, 'title');
    else void saveDraft(cardKey, 'title');
  };
  return (
    <textarea
      ref={area}
      className={s['title']}
      aria-label="Title"
      dir="auto"
      rows={1}
      maxLength={300}
      readOnly={!canType}
      value={text}
      onChange={(event) => draft(cardKey, 'title', event.target.value.replace(/\s*\n\s*/g, ' '))}
      onBlur={leave}
      onKeyDown={(event) => {
        if (composing(event)) return;
        if (event.key === 'Enter') {
          event.preventDefault();
          event.currentTarget.blur();
        } else if (event.key === 'Escape' && drafts.title) {
          dropDraft(cardKey, 'title');
        }
      }}
    />
  );
}
