/** One setting: what it does, its value to change in place, where the value comes from, and the way back. */
import { ArrowRight, Lock, RotateCcw, Shield } from 'lucide-react';
import { memo, useState } from 'react';
import { Link } from 'wouter';
import type { Setting } from '../../../shared/contract/settings.ts';
import { routes } from '../../app/routes.ts';
import { Badge } from '../../ui/Badge.tsx';
import { Button } from '../../ui/Button.tsx';
import { Editor } from './Editor.tsx';
import s from './Settings.module.css';
import { shapeOf } from './shape.ts';
import { titleOf } from './titles.ts';

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
  const { key, source, origin } = setting;
  const [reverting, setReverting] = useState(false);
  const [failed, setFailed] = useState<string | null>(null);
  const shape = shapeOf(setting);
  const title = titleOf(key);
  const forced = source === 'environment' || source === 'flag';
  const wide = shape.kind === 'json' || shape.kind === 'table' || (shape.kind === 'list' && shape.long);
  const policies = key === 'approvals.policies';

  const revert = async () => {
    setReverting(true);
    setFailed(await onSave(key, null));
    setReverting(false);
  };
  return (
    <li className={s['row']} data-wide={wide && !policies} data-setting={key}>
      <div className={s['what']}>
        <div className={s['title']}>
          {policies ? <span>{title}</span> : <label htmlFor={key}>{title}</label>}
          {setting.security && (
            <Badge title="Guards access: a project file cannot set it, and changing it needs an admin">
              <Shield size={11} aria-hidden />
              guards access
            </Badge>
          )}
        </div>
        <p className={s['note']}>{setting.summary}</p>
        <p className={s['source']}>
          <code>{key}</code>
          <Badge tone={source === 'overlay' ? 'accent' : 'quiet'} title={origin ?? undefined}>
            {forced && <Lock size={11} aria-hidden />}
            {FROM[source]}
          </Badge>
          {source === 'overlay' && canEdit && (
            <Button
              look="ghost"
              className={s['revert']}
              aria-label={`Revert ${title}`}
              busy={reverting}
              onClick={() => void revert()}
            >
              <RotateCcw size={12} aria-hidden />
              Revert
            </Button>
          )}
          {(source === 'file' || source === 'project') && origin !== null && (
            <span className={s['origin']}>{origin}</span>
          )}
          {setting.pending ? (
            <Badge tone="need">waits for the next start</Badge>
          ) : (
            setting.restart && <span>counts from the next start</span>
          )}
        </p>
        {forced && (
          <p className={s['forced']}>
            {source === 'flag' ? (
              <>
                Set by <code>{origin ?? 'an option'}</code> when the hub was started; leave it out to change this here.
              </>
            ) : (
              <>
                Set by the variable <code>{origin ?? 'of the environment'}</code>; unset it to change this here.
              </>
            )}
          </p>
        )}
        {failed !== null && (
          <p role="alert" className={s['error']}>
            {failed}
          </p>
        )}
      </div>
      {policies ? (
        <Link href={routes.policies} className={s['link']}>
          {Array.isArray(setting.value) && setting.value.length > 0
            ? `${setting.value.length} ${setting.value.length === 1 ? 'policy' : 'policies'}`
            : 'None yet'}
          <ArrowRight size={14} aria-hidden />
        </Link>
      ) : (
        <Editor
          id={key}
          title={title}
          shape={shape}
          value={setting.value}
          disabled={!canEdit || forced}
          onSave={(value) => onSave(key, value)}
        />
      )}
    </li>
  );
});
