/** The long text of a card: read as markdown, written with a preview; what is typed stays until it is saved or given up. */
import { useEffect, useRef, useState } from 'react';
import { useCan } from '../../app/connect.ts';
import { MAC } from '../../app/keymap.ts';
import { Button } from '../../ui/Button.tsx';
import { composing } from '../../ui/composing.ts';
import { cx } from '../../ui/cx.ts';
import { inputClass } from '../../ui/Field.tsx';
import { Segments } from '../../ui/Segments.tsx';
import s from './Description.module.css';
import { draft, dropDraft, saveDraft, useEdit } from './edits.ts';
import { HeadButton, Section } from './Section.tsx';
import { Text } from './Text.tsx';

const VIEWS = [
  { value: 'write', label: 'Write' },
  { value: 'preview', label: 'Preview' },
] as const;

export function Description({ cardKey }: { readonly cardKey: string }) {
  const { card, drafts } = useEdit(cardKey);
  const canType = useCan('type');
  const [open, setOpen] = useState(false);
  if (!card) return null;
  const writing = canType && (open || drafts.description !== undefined);
  if (writing) return <Writing cardKey={cardKey} focus={open} onClose={() => setOpen(false)} />;
  return (
    <Section
      title="Description"
      aside={
        canType && <HeadButton onClick={() => setOpen(true)}>{card.description === '' ? 'Write' : 'Edit'}</HeadButton>
      }
    >
      {card.description === '' ? (
        <p className={s['none']}>No description</p>
      ) : (
        <div className={s['text']}>
          <Text text={card.description} />
        </div>
      )}
    </Section>
  );
}

function Writing(props: { readonly cardKey: string; readonly focus: boolean; readonly onClose: () => void }) {
  const { cardKey } = props;
  const { card, drafts, saving } = useEdit(cardKey);
  const [view, setView] = useState<'write' | 'preview'>('write');
  const area = useRef<HTMLTextAreaElement>(null);
  const text = drafts.description?.mine ?? card?.description ?? '';
  useEffect(() => {
    if (props.focus) area.current?.focus();
  }, [props.focus]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the height follows the text
  useEffect(() => {
    const element = area.current;
    if (!element) return;
    element.style.height = 'auto';
    element.style.height = `${Math.min(element.scrollHeight + 2, 480)}px`;
  }, [text, view]);
  const submit = async () => {
    if (await saveDraft(cardKey, 'description')) props.onClose();
  };
  return (
    <Section title="Description" aside={<Segments label="View" value={view} options={VIEWS} onChange={setView} />}>
      {view === 'write' ? (
        <textarea
          ref={area}
          className={cx(inputClass, s['area'])}
          aria-label="Description"
          dir="auto"
          rows={6}
          maxLength={262_144}
          placeholder="What is to be done, and how one sees that it is. Markdown; [ ] lists belong into the checklist"
          value={text}
          onChange={(event) => draft(cardKey, 'description', event.target.value)}
          onKeyDown={(event) => {
            if (event.key !== 'Enter' || !(event.ctrlKey || event.metaKey) || composing(event)) return;
            event.preventDefault();
            void submit();
          }}
        />
      ) : (
        <div className={cx(s['text'], s['preview'])}>
          <Text text={text} />
        </div>
      )}
      <div className={s['actions']}>
        <span className={s['hint']}>{drafts.description ? 'Not saved yet' : ''}</span>
        <Button
          onClick={() => {
            dropDraft(cardKey, 'description');
            props.onClose();
          }}
        >
          Cancel
        </Button>
        <Button look="primary" busy={saving} onClick={() => void submit()} title={MAC ? '⌘ Enter' : 'Ctrl Enter'}>
          Save
        </Button>
      </div>
    </Section>
  );
}
