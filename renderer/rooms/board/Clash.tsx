/** Both sides changed the same field: both are shown, and the person chooses. Nothing is thrown away before that. */
import { GitMerge } from 'lucide-react';
import { Button } from '../../ui/Button.tsx';
import s from './Clash.module.css';
import { settle, useEdit } from './edits.ts';
import { useHistory } from './history.ts';
import { type Change, FIELD_NAMES, joined, told } from './merge.ts';

export function Clash({ cardKey }: { readonly cardKey: string }) {
  const { clash } = useEdit(cardKey);
  return (
    <section className={s['box']} role="alert" aria-label="Conflict">
      <h3 className={s['head']}>
        <GitMerge size={15} aria-hidden />
        Changed by somebody else while you wrote
      </h3>
      {clash.map((change) => (
        <One key={change.field} cardKey={cardKey} change={change} />
      ))}
    </section>
  );
}

function One({ cardKey, change }: { readonly cardKey: string; readonly change: Change }) {
  const { card, drafts, saving } = useEdit(cardKey);
  const history = useHistory(cardKey);
  if (!card) return null;
  const { field } = change;
  // A text may have been written on since.
  const mine = field === 'title' || field === 'description' ? (drafts[field]?.mine ?? change.mine) : change.mine;
  const both = joined({ ...change, mine }, card);
  const by = history?.find((each) => field in each.changes)?.by.name;
  return (
    <div className={s['field']}>
      <h4>{FIELD_NAMES[field]}</h4>
      <div className={s['sides']}>
        <div className={s['side']}>
          <h5>Yours</h5>
          <p dir="auto">{told(field, mine)}</p>
        </div>
        <div className={s['side']}>
          <h5>{by === undefined ? 'Theirs' : `Theirs, by ${by}`}</h5>
          <p dir="auto">{told(field, card[field])}</p>
        </div>
      </div>
      <div className={s['actions']}>
        <Button look="primary" busy={saving} onClick={() => void settle(cardKey, change, mine)}>
          Keep mine
        </Button>
        <Button busy={saving} onClick={() => void settle(cardKey, change, null)}>
          Take theirs
        </Button>
        {both !== null && (
          <Button busy={saving} onClick={() => void settle(cardKey, change, both)}>
            Keep both
          </Button>
        )}
      </div>
    </div>
  );
}
