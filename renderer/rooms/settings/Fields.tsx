/** Fields for values of several parts: names as chips, texts, names with switches, names with numbers. */
import { Switch as Base } from '@base-ui/react/switch';
import { Plus, X } from 'lucide-react';
import { type ClipboardEvent, type KeyboardEvent, useState } from 'react';
import { Button } from '../../ui/Button.tsx';
import { composing } from '../../ui/composing.ts';
import { cx } from '../../ui/cx.ts';
import { inputClass } from '../../ui/Field.tsx';
import toggle from '../../ui/Switch.module.css';
import s from './Editor.module.css';
import type { Column, Row } from './shape.ts';

interface Common {
  readonly id: string;
  readonly title: string;
  readonly disabled: boolean;
  readonly 'aria-invalid': true | undefined;
  readonly 'aria-describedby': string | undefined;
}

/** Chips; Enter or a pasted line adds, Backspace in the empty field takes the last away. */
export function ListFields({
  title,
  items,
  onChange,
  ...rest
}: Common & { readonly items: readonly string[]; readonly onChange: (items: readonly string[]) => void }) {
  const [text, setText] = useState('');
  const add = (more: readonly string[]) => {
    const fresh = more.map((each) => each.trim()).filter((each) => each !== '' && !items.includes(each));
    setText('');
    if (fresh.length > 0) onChange([...items, ...new Set(fresh)]);
  };
  const onKey = (event: KeyboardEvent<HTMLInputElement>) => {
    // An input method ends a word with Enter.
    if (composing(event)) return;
    if (event.key === 'Enter' && text.trim() !== '') {
      event.preventDefault();
      add([text]);
    } else if (event.key === 'Backspace' && text === '' && items.length > 0) onChange(items.slice(0, -1));
  };
  const onPaste = (event: ClipboardEvent<HTMLInputElement>) => {
    const pasted = event.clipboardData.getData('text');
    if (!pasted.trim().includes('\n')) return;
    event.preventDefault();
    add(pasted.split('\n'));
  };
  return (
    <div className={s['chips']} data-disabled={rest.disabled}>
      {items.map((item) => (
        <span key={item} className={s['chip']}>
          <span dir="auto">{item}</span>
          {!rest.disabled && (
            <button
              type="button"
              aria-label={`Remove ${item} from ${title}`}
              onClick={() => onChange(items.filter((each) => each !== item))}
            >
              <X size={12} aria-hidden />
            </button>
          )}
        </span>
      ))}
      {!rest.disabled && (
        <input
          {...rest}
          className={s['add']}
          spellCheck={false}
          autoCapitalize="none"
          autoComplete="off"
          placeholder={items.length === 0 ? 'Type one, then Enter' : 'Add'}
          enterKeyHint="done"
          value={text}
          onChange={(event) => setText(event.target.value)}
          onKeyDown={onKey}
          onPaste={onPaste}
          onBlur={() => add([text])}
        />
      )}
      {text.trim() !== '' && (
        // The blur of the field would add it first, and take this button away under the press.
        <button
          type="button"
          className={s['put']}
          onPointerDown={(event) => event.preventDefault()}
          onClick={() => add([text])}
        >
          Add
        </button>
      )}
      {rest.disabled && items.length === 0 && <span className={s['none']}>none</span>}
    </div>
  );
}

export function LongFields({
  id,
  title,
  items,
  onChange,
  disabled,
  ...rest
}: Common & { readonly items: readonly string[]; readonly onChange: (items: readonly string[]) => void }) {
  return (
    <div className={s['texts']}>
      {items.map((item, i) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: texts have no names; they are changed in their places
        <div key={i} className={s['text']}>
          <textarea
            {...rest}
            id={i === 0 ? id : undefined}
            aria-label={`${title} ${i + 1}`}
            className={inputClass}
            dir="auto"
            rows={Math.min(6, Math.max(2, item.split('\n').length))}
            disabled={disabled}
            value={item}
            onChange={(event) => onChange(items.map((each, j) => (j === i ? event.target.value : each)))}
          />
          <Button
            look="icon"
            aria-label={`Remove ${title} ${i + 1}`}
            disabled={disabled}
            onClick={() => onChange(items.filter((_, j) => j !== i))}
          >
            <X size={14} aria-hidden />
          </Button>
        </div>
      ))}
      <Button
        aria-label={`Add to ${title}`}
        className={s['plus']}
        disabled={disabled}
        onClick={() => onChange([...items, ''])}
      >
        <Plus size={14} aria-hidden />
        Add
      </Button>
    </div>
  );
}

export function FlagsFields({
  id,
  title,
  flags,
  onChange,
  disabled,
  ...rest
}: Common & {
  readonly flags: Readonly<Record<string, boolean>>;
  readonly onChange: (flags: Readonly<Record<string, boolean>>) => void;
}) {
  const [name, setName] = useState('');
  const add = () => {
    const key = name.trim();
    if (key !== '' && !Object.hasOwn(flags, key)) onChange({ ...flags, [key]: true });
    setName('');
  };
  return (
    <div className={s['texts']}>
      {Object.entries(flags).map(([key, on]) => (
        <div key={key} className={s['flag']}>
          <Base.Root
            className={toggle['track']}
            aria-label={`${title}: ${key}`}
            checked={on === true}
            disabled={disabled}
            onCheckedChange={(next) => onChange({ ...flags, [key]: next })}
          >
            <Base.Thumb className={toggle['thumb']} />
          </Base.Root>
          <code>{key}</code>
          <Button
            look="icon"
            aria-label={`Remove ${key} from ${title}`}
            disabled={disabled}
            onClick={() => onChange(Object.fromEntries(Object.entries(flags).filter(([each]) => each !== key)))}
          >
            <X size={14} aria-hidden />
          </Button>
        </div>
      ))}
      {!disabled && (
        <div className={s['text']}>
          <input
            {...rest}
            id={id}
            className={inputClass}
            spellCheck={false}
            autoCapitalize="none"
            autoComplete="off"
            placeholder="Agent key, such as claude"
            value={name}
            onChange={(event) => setName(event.target.value)}
            onKeyDown={(event) => {
              if (event.key !== 'Enter' || composing(event) || name.trim() === '') return;
              event.preventDefault();
              add();
            }}
          />
          <Button disabled={name.trim() === ''} onClick={add}>
            Add
          </Button>
        </div>
      )}
      {disabled && Object.keys(flags).length === 0 && <span className={s['none']}>none</span>}
    </div>
  );
}

export function TableFields({
  id,
  title,
  columns,
  rows,
  onChange,
  disabled,
  ...rest
}: Common & {
  readonly columns: readonly Column[];
  readonly rows: readonly Row[];
  readonly onChange: (rows: readonly Row[]) => void;
}) {
  const put = (i: number, row: Row) => onChange(rows.map((each, j) => (j === i ? row : each)));
  return (
    <div className={s['texts']}>
      {rows.map((row, i) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a row's name is being typed; rows change in their places
        <fieldset key={i} className={s['record']}>
          <legend className="visually-hidden">{row.name || `Row ${i + 1}`}</legend>
          <div className={s['text']}>
            <input
              {...rest}
              id={i === 0 ? id : undefined}
              aria-label={`${title}: name ${i + 1}`}
              className={cx(inputClass, s['mono'])}
              spellCheck={false}
              autoCapitalize="none"
              autoComplete="off"
              placeholder="Model"
              disabled={disabled}
              value={row.name}
              onChange={(event) => put(i, { ...row, name: event.target.value })}
            />
            <Button
              look="icon"
              aria-label={`Remove ${row.name || `row ${i + 1}`}`}
              disabled={disabled}
              onClick={() => onChange(rows.filter((_, j) => j !== i))}
            >
              <X size={14} aria-hidden />
            </Button>
          </div>
          <div className={s['cells']}>
            {columns.map(({ key, required }) => (
              <label key={key}>
                <span>{key}</span>
                <input
                  className={inputClass}
                  inputMode="decimal"
                  autoComplete="off"
                  placeholder={required ? '0' : 'optional'}
                  disabled={disabled}
                  value={row.cells[key] ?? ''}
                  onChange={(event) => put(i, { ...row, cells: { ...row.cells, [key]: event.target.value } })}
                />
              </label>
            ))}
          </div>
        </fieldset>
      ))}
      <Button
        aria-label={`Add to ${title}`}
        className={s['plus']}
        disabled={disabled}
        onClick={() => onChange([...rows, { name: '', cells: {} }])}
      >
        <Plus size={14} aria-hidden />
        Add
      </Button>
    </div>
  );
}
