/** Columns: their names, order, limits and kinds. Saved all at once, against what the person saw. */
import { ArrowDown, ArrowUp, Plus, Trash2 } from 'lucide-react';
import { type FormEvent, useState } from 'react';
import { messageOf, wire } from '../../app/connect.ts';
import { Button } from '../../ui/Button.tsx';
import { cx } from '../../ui/cx.ts';
import { Dialog, FormFoot } from '../../ui/Dialog.tsx';
import { inputClass, selectClass } from '../../ui/Field.tsx';
import s from './ColumnsDialog.module.css';
import {
  columnsOf,
  type DraftColumn,
  draftOf,
  KINDS,
  moved,
  newColumnId,
  problemOf,
  sameColumns,
  whyStays,
} from './columns-draft.ts';
import { allIn, useView } from './view.ts';

export default function ColumnsDialog({ onClose }: { readonly onClose: () => void }) {
  const columns = useView((view) => view.columns);
  const [seen, setSeen] = useState(columns);
  const [list, setList] = useState(() => draftOf(columns));
  const [error, setError] = useState<string>();
  const [busy, setBusy] = useState(false);
  const problem = problemOf(list);
  // Somebody else arranged them meanwhile: saving would undo that unseen.
  const changed = !sameColumns(seen, columns);
  const change = (id: string, to: Partial<DraftColumn>) =>
    setList(list.map((column) => (column.id === id ? { ...column, ...to } : column)));

  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (problem || changed) return;
    setBusy(true);
    setError(undefined);
    // A new column is named when it is saved: its id comes from its title.
    const taken = list.filter(({ id }) => !isNew(id)).map(({ id }) => id);
    const named = list.map((column) => {
      if (!isNew(column.id)) return column;
      const id = newColumnId(column.title, taken);
      taken.push(id);
      return { ...column, id };
    });
    try {
      await wire().call('board.setColumns', { columns: columnsOf(named) });
      onClose();
    } catch (failure) {
      setError(messageOf(failure));
      setBusy(false);
    }
  };
  return (
    <Dialog
      open
      onClose={onClose}
      title="Columns and limits"
      description="A move into a full column is refused, for people and agents."
      width={640}
    >
      <form onSubmit={submit} className={s['form']}>
        <div className={s['heads']} aria-hidden>
          <span>Title</span>
          <span>Kind</span>
          <span>Limit</span>
        </div>
        <ul className={s['list']}>
          {list.map((column, at) => (
            <Row
              key={column.id}
              column={column}
              why={whyStays(list, column, allIn(column.id).length)}
              problem={problem?.id === column.id ? problem.why : null}
              first={at === 0}
              last={at === list.length - 1}
              onChange={(to) => change(column.id, to)}
              onMove={(by) => setList(moved(list, at, by))}
              onRemove={() => setList(list.filter((each) => each !== column))}
            />
          ))}
        </ul>
        <Button
          look="ghost"
          className={s['add']}
          disabled={list.length >= 40}
          onClick={() => setList([...list, { id: freshId(list), title: '', kind: 'doing', limit: '' }])}
        >
          <Plus size={14} aria-hidden />
          Add a column
        </Button>
        {changed && (
          <p role="alert" className={s['error']}>
            Somebody changed the columns meanwhile.{' '}
            <Button
              onClick={() => {
                setSeen(columns);
                setList(draftOf(columns));
              }}
            >
              Show theirs
            </Button>
          </p>
        )}
        <FormFoot error={error} onCancel={onClose} busy={busy} disabled={problem !== null || changed}>
          Save
        </FormFoot>
      </form>
    </Dialog>
  );
}

/** Not an id of the hub: those begin with a letter. */
const isNew = (id: string): boolean => id.startsWith('+');
function freshId(list: readonly DraftColumn[]): string {
  let n = 1;
  while (list.some(({ id }) => id === `+${n}`)) n++;
  return `+${n}`;
}

function Row(props: {
  readonly column: DraftColumn;
  readonly why: string | null;
  readonly problem: string | null;
  readonly first: boolean;
  readonly last: boolean;
  readonly onChange: (to: Partial<DraftColumn>) => void;
  readonly onMove: (by: -1 | 1) => void;
  readonly onRemove: () => void;
}) {
  const { column } = props;
  const name = column.title.trim() || 'the new column';
  return (
    <li className={s['item']}>
      <div className={s['row']}>
        <input
          className={cx(inputClass, s['title'])}
          aria-label="Title"
          placeholder="Title"
          dir="auto"
          maxLength={60}
          aria-invalid={props.problem !== null || undefined}
          value={column.title}
          onChange={(event) => props.onChange({ title: event.target.value })}
        />
        <select
          className={selectClass}
          aria-label={`Kind of ${name}`}
          value={column.kind}
          onChange={(event) => {
            const kind = KINDS.find((each) => each.kind === event.target.value)?.kind;
            if (kind) props.onChange({ kind });
          }}
        >
          {KINDS.map(({ kind, word }) => (
            <option key={kind} value={kind}>
              {word}
            </option>
          ))}
        </select>
        <input
          className={inputClass}
          aria-label={`Limit of ${name}`}
          placeholder="No limit"
          inputMode="numeric"
          value={column.limit}
          onChange={(event) => props.onChange({ limit: event.target.value })}
        />
        <span className={s['buttons']}>
          <Button look="icon" aria-label={`Move ${name} up`} disabled={props.first} onClick={() => props.onMove(-1)}>
            <ArrowUp size={14} aria-hidden />
          </Button>
          <Button look="icon" aria-label={`Move ${name} down`} disabled={props.last} onClick={() => props.onMove(1)}>
            <ArrowDown size={14} aria-hidden />
          </Button>
          <Button
            look="icon"
            aria-label={`Take ${name} away`}
            title={props.why ?? undefined}
            disabled={props.why !== null}
            onClick={props.onRemove}
          >
            <Trash2 size={14} aria-hidden />
          </Button>
        </span>
      </div>
      {props.problem !== null && <p className={s['problem']}>{props.problem}</p>}
    </li>
  );
}
