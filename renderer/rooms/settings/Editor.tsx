/** A setting's value to change in place, by its kind. Choices are saved at once, what is typed by Save or Enter. */
import { Switch as Base } from '@base-ui/react/switch';
import { type FormEvent, type ReactNode, useState } from 'react';
import { Button } from '../../ui/Button.tsx';
import { cx } from '../../ui/cx.ts';
import { inputClass, selectClass } from '../../ui/Field.tsx';
import toggle from '../../ui/Switch.module.css';
import s from './Editor.module.css';
import { FlagsFields, ListFields, LongFields, TableFields } from './Fields.tsx';
import { type Read, type Row, readJson, readNumber, readRows, rowsOf, type Shape, same } from './shape.ts';

export interface EditorProps {
  readonly id: string;
  /** What it is called, for the names of its parts. */
  readonly title: string;
  readonly shape: Shape;
  readonly value: unknown;
  readonly disabled: boolean;
  /** Answers what is wrong, or null. */
  readonly onSave: (value: unknown) => Promise<string | null>;
}

export function Editor(props: EditorProps) {
  const { id, shape, value, disabled } = props;
  const { busy, error, save } = useSaving(props.onSave);
  if (shape.kind === 'switch') {
    return (
      <div className={s['at']}>
        <Base.Root
          id={id}
          className={toggle['track']}
          checked={value === true}
          disabled={disabled || busy}
          onCheckedChange={(next) => void save(next)}
        >
          <Base.Thumb className={toggle['thumb']} />
        </Base.Root>
        <Wrong id={id} error={error} />
      </div>
    );
  }
  if (shape.kind === 'choice') {
    return (
      <div className={s['at']}>
        <select
          id={id}
          className={cx(selectClass, s['choice'])}
          disabled={disabled || busy}
          value={String(value)}
          onChange={(event) => void save(event.target.value)}
        >
          {shape.options.map((option) => (
            <option key={option} value={option}>
              {option}
            </option>
          ))}
        </select>
        <Wrong id={id} error={error} />
      </div>
    );
  }
  return <Typed {...props} busy={busy} error={error} save={save} />;
}

function useSaving(onSave: EditorProps['onSave']) {
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<string | null>(null);
  const save = async (value: unknown): Promise<boolean> => {
    setBusy(true);
    const wrong = await onSave(value);
    setError(wrong);
    setBusy(false);
    return wrong === null;
  };
  return { busy, error, save };
}

function Wrong({ id, error }: { readonly id: string; readonly error: string | null }) {
  if (error === null) return null;
  return (
    <p id={`${id}-error`} role="alert" className={s['error']}>
      {error}
    </p>
  );
}

/** The value as it stands in the fields. */
function draftOf(shape: Shape, value: unknown): unknown {
  if (shape.kind === 'secret') return '';
  if (shape.kind === 'number') return String(value ?? '');
  if (shape.kind === 'text') return typeof value === 'string' ? value : '';
  if (shape.kind === 'list') return Array.isArray(value) ? value.map(String) : [];
  if (shape.kind === 'flags') return value ?? {};
  if (shape.kind === 'table') return rowsOf(value, shape.columns);
  return JSON.stringify(value, null, 2);
}

function read(shape: Shape, draft: unknown): Read {
  if (shape.kind === 'number') return readNumber(String(draft), shape);
  if (shape.kind === 'table') return readRows(draft as readonly Row[], shape.columns);
  if (shape.kind === 'json') return readJson(String(draft));
  return { value: draft };
}

function Typed(
  props: EditorProps & {
    readonly busy: boolean;
    readonly error: string | null;
    readonly save: (value: unknown) => Promise<boolean>;
  },
) {
  const { id, title, shape, value, disabled, busy } = props;
  const [draft, setDraft] = useState(() => draftOf(shape, value));
  const [wrong, setWrong] = useState<string | null>(null);
  // The value changed elsewhere, or was reverted: what was typed meanwhile gives way. With the render that shows it: an effect
  // would come a task later, and take away what was typed by then.
  const told = JSON.stringify(value);
  const [of, setOf] = useState(told);
  if (of !== told) {
    setOf(told);
    setDraft(draftOf(shape, value));
    setWrong(null);
  }
  const dirty = !same(draft, draftOf(shape, value));
  const error = wrong ?? props.error;
  const change = (next: unknown) => {
    setDraft(next);
    setWrong(null);
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const typed = read(shape, draft);
    if ('error' in typed) setWrong(typed.error);
    else {
      setWrong(null);
      // Of a secret nothing else tells that it was taken.
      void props.save(typed.value).then((taken) => taken && shape.kind === 'secret' && setDraft(''));
    }
  };
  const common = {
    id,
    disabled: disabled || busy,
    'aria-invalid': error !== null || undefined,
    'aria-describedby': error === null ? undefined : `${id}-error`,
  };
  const cancel = () => change(draftOf(shape, value));

  let field: ReactNode;
  if (shape.kind === 'number') {
    field = (
      <span className={s['number']}>
        <input
          {...common}
          className={inputClass}
          inputMode={shape.whole ? 'numeric' : 'decimal'}
          autoComplete="off"
          value={String(draft)}
          onChange={(event) => change(event.target.value)}
          onKeyDown={(event) => event.key === 'Escape' && cancel()}
        />
        {shape.unit !== null && <span className={s['unit']}>{shape.unit}</span>}
      </span>
    );
  } else if (shape.kind === 'text') {
    field = (
      <input
        {...common}
        className={inputClass}
        spellCheck={false}
        autoCapitalize="none"
        autoComplete="off"
        placeholder="none"
        value={String(draft)}
        onChange={(event) => change(event.target.value)}
        onKeyDown={(event) => event.key === 'Escape' && cancel()}
      />
    );
  } else if (shape.kind === 'secret') {
    field = (
      <input
        {...common}
        type="password"
        className={inputClass}
        spellCheck={false}
        autoCapitalize="none"
        // Not one that the browser knows, and not one to be kept for the next visit.
        autoComplete="new-password"
        placeholder={value === '' ? 'none' : 'set, not shown'}
        value={String(draft)}
        onChange={(event) => change(event.target.value)}
        onKeyDown={(event) => event.key === 'Escape' && cancel()}
      />
    );
  } else if (shape.kind === 'list') {
    const Fields = shape.long ? LongFields : ListFields;
    field = <Fields {...common} title={title} items={draft as readonly string[]} onChange={change} />;
  } else if (shape.kind === 'flags') {
    field = (
      <FlagsFields {...common} title={title} flags={draft as Readonly<Record<string, boolean>>} onChange={change} />
    );
  } else if (shape.kind === 'table') {
    field = (
      <TableFields {...common} title={title} columns={shape.columns} rows={draft as readonly Row[]} onChange={change} />
    );
  } else {
    field = (
      <textarea
        {...common}
        className={cx(inputClass, s['json'])}
        rows={Math.min(14, Math.max(3, String(draft).split('\n').length))}
        spellCheck={false}
        value={String(draft)}
        onChange={(event) => change(event.target.value)}
      />
    );
  }
  return (
    <form className={s['at']} onSubmit={submit} noValidate>
      {field}
      <Wrong id={id} error={error} />
      {dirty && !disabled && (
        <div className={s['save']}>
          <Button look="ghost" disabled={busy} onClick={cancel}>
            Cancel
          </Button>
          <Button type="submit" look="primary" busy={busy}>
            Save
          </Button>
        </div>
      )}
    </form>
  );
}
