/** One setting: what it does, its value to change in place, where the value comes from, and the way back. */
import { Switch as Base } from '@base-ui/react/switch';
import { RotateCcw } from 'lucide-react';
import { type FormEvent, memo, useEffect, useState } from 'react';
import type { Setting } from '../../../shared/contract/settings.ts';
import { Button } from '../../ui/Button.tsx';
import { inputClass } from '../../ui/Field.tsx';
import toggle from '../../ui/Switch.module.css';
import s from './Settings.module.css';
import { kindOf, parse, show } from './value.ts';

const FROM: Readonly<Record<Setting['source'], string>> = {
  'built-in': 'built in',
  file: 'your file',
  project: 'project file',
  overlay: 'changed here',
  environment: 'environment',
  flag: 'command line',
};

export const SettingRow = memo(function SettingRow(props: {
  readonly setting: Setting;
  readonly canEdit: boolean;
  readonly onSave: (key: string, value: unknown) => Promise<string | null>;
}) {
  const { setting, canEdit, onSave } = props;
  const kind = kindOf(setting.value);
  const [text, setText] = useState(show(setting.value));
  const [error, setError] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  useEffect(() => setText(show(setting.value)), [setting.value]);

  const save = async (value: unknown) => {
    setBusy(true);
    setError(await onSave(setting.key, value));
    setBusy(false);
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const read = parse(text, kind);
    if ('error' in read) setError(read.error);
    else void save(read.value);
  };
  const changed = text !== show(setting.value);
  const forced = setting.source === 'environment' || setting.source === 'flag';

  return (
    <li className={s['row']}>
      <div className={s['what']}>
        <label htmlFor={setting.key}>{setting.key}</label>
        <p className={s['note']}>{setting.summary}</p>
        <p className={s['source']} data-source={setting.source}>
          {FROM[setting.source]}
          {setting.origin !== null && <code>{setting.origin}</code>}
          {setting.restart && <span>takes effect at the next start</span>}
        </p>
        {error !== null && (
          <p role="alert" className={s['error']}>
            {error}
          </p>
        )}
      </div>
      <form className={s['edit']} onSubmit={submit}>
        {kind === 'switch' ? (
          <Base.Root
            id={setting.key}
            className={toggle['track']}
            checked={setting.value === true}
            disabled={!canEdit || busy || forced}
            onCheckedChange={(next) => void save(next)}
          >
            <Base.Thumb className={toggle['thumb']} />
          </Base.Root>
        ) : kind === 'json' ? (
          <textarea
            id={setting.key}
            className={inputClass}
            rows={Math.min(6, text.split('\n').length)}
            spellCheck={false}
            disabled={!canEdit || forced}
            value={text}
            onChange={(event) => setText(event.target.value)}
          />
        ) : (
          <input
            id={setting.key}
            className={inputClass}
            inputMode={kind === 'number' ? 'decimal' : 'text'}
            spellCheck={false}
            autoCapitalize="none"
            disabled={!canEdit || forced}
            value={text}
            onChange={(event) => setText(event.target.value)}
          />
        )}
        {changed && (
          <Button type="submit" look="primary" busy={busy}>
            Save
          </Button>
        )}
        {!changed && canEdit && setting.source === 'overlay' && (
          <Button look="icon" aria-label={`Revert ${setting.key}`} busy={busy} onClick={() => void save(null)}>
            <RotateCcw size={14} aria-hidden />
          </Button>
        )}
      </form>
    </li>
  );
});
