/** Every setting with where its value comes from; changes go to the overlay, the user's own files are never touched. */
import { FileWarning, RotateCcw } from 'lucide-react';
import { useEffect, useMemo, useState } from 'react';
import type { Setting, SettingsView } from '../../../shared/contract/settings.ts';
import { messageOf, useCan, useLink, wire } from '../../app/connect.ts';
import { FONT, usePrefs } from '../../app/prefs.ts';
import { type ThemeChoice, useTheme } from '../../app/theme.ts';
import { Button } from '../../ui/Button.tsx';
import { Confirm } from '../../ui/Dialog.tsx';
import { Empty } from '../../ui/Empty.tsx';
import { inputClass } from '../../ui/Field.tsx';
import { Segments } from '../../ui/Segments.tsx';
import { toast } from '../../ui/Toasts.tsx';
import { SettingRow } from './SettingRow.tsx';
import s from './Settings.module.css';

const THEMES: readonly { readonly value: ThemeChoice; readonly label: string }[] = [
  { value: 'system', label: 'System' },
  { value: 'light', label: 'Light' },
  { value: 'dark', label: 'Dark' },
  { value: 'contrast', label: 'High contrast' },
];

/** Settings by the first word of their key, in the order they came. */
function groups(settings: readonly Setting[]): readonly (readonly [string, readonly Setting[]])[] {
  const byName = new Map<string, Setting[]>();
  for (const setting of settings) {
    const name = setting.key.includes('.') ? setting.key.slice(0, setting.key.indexOf('.')) : 'general';
    const list = byName.get(name);
    if (list) list.push(setting);
    else byName.set(name, [setting]);
  }
  return [...byName];
}

export default function Settings() {
  const [view, setView] = useState<SettingsView | null>(null);
  const [error, setError] = useState<string | null>(null);
  const [filter, setFilter] = useState('');
  const [resetting, setResetting] = useState(false);
  const online = useLink((link) => link.state === 'online');
  const admin = useCan('admin');

  useEffect(() => {
    if (!online) return;
    wire()
      .call('settings.get', {})
      .then(
        (next) => {
          setView(next);
          setError(null);
        },
        (failure: unknown) => setError(messageOf(failure)),
      );
  }, [online]);

  const shown = useMemo(() => {
    const word = filter.trim().toLowerCase();
    return groups((view?.settings ?? []).filter((each) => `${each.key} ${each.summary}`.toLowerCase().includes(word)));
  }, [view, filter]);
  const overlaid = view?.settings.some((each) => each.source === 'overlay') ?? false;

  /** Answers what is wrong with the value, or null. */
  const save = async (key: string, value: unknown): Promise<string | null> => {
    try {
      setView(await wire().call('settings.patch', { set: { [key]: value } }));
      return null;
    } catch (failure) {
      return messageOf(failure);
    }
  };

  return (
    <div className={s['page']}>
      <div className={s['column']}>
        <Appearance />
        {error !== null && view === null && <Empty title="The settings could not be read" text={error} />}
        {view !== null && view.problems.length > 0 && (
          <section className={s['problems']} aria-label="Problems in configuration files">
            {view.problems.map((problem) => (
              <p key={`${problem.file}${problem.line}${problem.message}`}>
                <FileWarning size={15} aria-hidden />
                <span>
                  <code>
                    {problem.file}
                    {problem.line !== null && `:${problem.line}`}
                    {problem.column !== null && `:${problem.column}`}
                  </code>{' '}
                  {problem.message}
                </span>
              </p>
            ))}
            <p className={s['note']}>A file with a problem is ignored and never overwritten.</p>
          </section>
        )}
        {view !== null && (
          <>
            <header className={s['head']}>
              <input
                type="search"
                className={inputClass}
                aria-label="Filter settings"
                placeholder="Filter settings"
                value={filter}
                onChange={(event) => setFilter(event.target.value)}
              />
              {overlaid && admin && (
                <Button onClick={() => setResetting(true)}>
                  <RotateCcw size={14} aria-hidden />
                  Revert all
                </Button>
              )}
            </header>
            {shown.map(([name, settings]) => (
              <section key={name} className={s['group']}>
                <h2>{name}</h2>
                <ul className={s['list']}>
                  {settings.map((setting) => (
                    <SettingRow key={setting.key} setting={setting} canEdit={admin} onSave={save} />
                  ))}
                </ul>
              </section>
            ))}
            {shown.length === 0 && <p className={s['note']}>No setting fits this filter.</p>}
            <p className={s['note']}>
              Your file: <code>{view.files.user}</code>
              <br />
              Changes made here: <code>{view.files.overlay}</code>
            </p>
          </>
        )}
      </div>
      <Confirm
        open={resetting}
        onClose={() => setResetting(false)}
        title="Revert all changes made here?"
        text="The overlay file is removed; your own file and the built-in values count again."
        action="Revert all"
        onConfirm={() => {
          wire()
            .call('settings.reset', {})
            .then(setView, (failure: unknown) => toast('bad', messageOf(failure)));
        }}
      />
    </div>
  );
}

function Appearance() {
  const { choice, choose } = useTheme();
  const { font, setFont } = usePrefs();
  return (
    <section className={s['group']}>
      <h2>This device</h2>
      <ul className={s['list']}>
        <li className={s['row']}>
          <div className={s['what']}>
            <span>Theme</span>
          </div>
          <Segments label="Theme" value={choice} options={THEMES} onChange={choose} />
        </li>
        <li className={s['row']}>
          <div className={s['what']}>
            <label htmlFor="terminal-font">Terminal font size</label>
          </div>
          <div className={s['font']}>
            <input
              id="terminal-font"
              type="range"
              min={FONT.least}
              max={FONT.most}
              value={font}
              onChange={(event) => setFont(Number(event.target.value))}
            />
            <output htmlFor="terminal-font">{font} px</output>
          </div>
        </li>
      </ul>
    </section>
  );
}
