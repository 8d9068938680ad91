/** Every setting with where its value comes from; changes go to the overlay, the user's own files are never touched. */
import { FileWarning, RotateCcw } from 'lucide-react';
import { lazy, type ReactNode, Suspense, useCallback, useEffect, useMemo, useRef, useState } from 'react';
import type { SettingsView } from '../../../shared/contract/settings.ts';
import { useCommands } from '../../app/commands.ts';
import { messageOf, useCan, useLink, wire } from '../../app/connect.ts';
import { DESKTOP } from '../../app/desktop.ts';
import { applyLook } from '../../app/look.ts';
import { Button } from '../../ui/Button.tsx';
import { Confirm } from '../../ui/Dialog.tsx';
import { Empty } from '../../ui/Empty.tsx';
import { Find } from '../../ui/Find.tsx';
import { toast } from '../../ui/Toasts.tsx';
import { Device } from './Device.tsx';
import { Pending } from './Pending.tsx';
import { PhoneAccess } from './PhoneAccess.tsx';
import { SettingRow } from './SettingRow.tsx';
import s from './Settings.module.css';
import { grouped, titleOf } from './titles.ts';

const Shell = lazy(() => import('./Shell.tsx'));

/** `device`: what other rooms have to set on this device; it is given the settings as they are, null before they are read. */
export default function Settings({ device }: { readonly device?: (view: SettingsView | null) => ReactNode }) {
  const [view, setView] = useState<SettingsView | null>(null);
  const [error, setError] = useState<string | null>(null);
  const [filter, setFilter] = useState('');
  const [resetting, setResetting] = useState(false);
  const search = useRef<HTMLInputElement>(null);
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

  const word = filter.trim().toLowerCase();
  const shown = useMemo(
    () =>
      grouped(
        (view?.settings ?? []).filter((each) =>
          `${each.key} ${titleOf(each.key)} ${each.summary}`.toLowerCase().includes(word),
        ),
      ),
    [view, word],
  );
  const changed = view?.settings.filter((each) => each.source === 'overlay') ?? [];

  /** Answers what is wrong with the value, or null. */
  const save = useCallback(async (key: string, value: unknown): Promise<string | null> => {
    try {
      const next = await wire().call('settings.patch', { set: { [key]: value } });
      setView(next);
      applyLook(next);
      return null;
    } catch (failure) {
      return messageOf(failure);
    }
  }, []);

  useCommands(
    () => [
      {
        id: 'settings.search',
        title: 'Search settings',
        section: 'Settings',
        keys: '/',
        run: () => search.current?.focus(),
      },
      {
        id: 'settings.reset',
        title: 'Revert all settings changed here',
        section: 'Settings',
        enabled: admin && changed.length > 0,
        run: () => setResetting(true),
      },
    ],
    [admin, changed.length],
  );

  return (
    <div className={s['page']}>
      <div className={s['column']}>
        <header className={s['head']}>
          <Find
            ref={search}
            label="Search settings"
            className={s['search']}
            placeholder="Search settings"
            value={filter}
            onChange={(event) => setFilter(event.target.value)}
            onKeyDown={(event) => {
              if (event.key === 'Escape') setFilter('');
            }}
          />
          {changed.length > 0 && admin && (
            <Button onClick={() => setResetting(true)}>
              <RotateCcw size={14} aria-hidden />
              Revert all ({changed.length})
            </Button>
          )}
        </header>
        {view !== null && <Pending settings={view.settings} />}
        {view !== null && view.problems.length > 0 && (
          <section className={s['problems']} aria-label="Problems in configuration files">
            {view.problems.map((problem) => (
              <div key={`${problem.file}:${problem.line}:${problem.column}:${problem.message}`}>
                <FileWarning size={15} aria-hidden />
                <p>
                  <span dir="auto">{problem.message}</span>
                  <code>
                    {problem.file}
                    {problem.line !== null && `, line ${problem.line}`}
                    {problem.column !== null && `, column ${problem.column}`}
                  </code>
                </p>
              </div>
            ))}
            <p className={s['note']}>What is wrong does not count, and such a file is never overwritten.</p>
          </section>
        )}
        {word === '' && (
          <>
            <Device />
            {DESKTOP && (
              <Suspense>
                <Shell />
              </Suspense>
            )}
            {device?.(view)}
            <PhoneAccess bind={view?.settings.find((each) => each.key === 'hub.bind')} />
          </>
        )}
        {error !== null && view === null && <Empty title="The settings could not be read" text={error} />}
        {view !== null && !admin && (
          <p className={s['note']}>You may look; only an admin can change the settings below.</p>
        )}
        {shown.map((group) => (
          <section key={group.title} className={s['group']} aria-label={group.title}>
            <h2>{group.title}</h2>
            <ul className={s['list']}>
              {group.settings.map((setting) => (
                <SettingRow key={setting.key} setting={setting} canEdit={admin} onSave={save} />
              ))}
            </ul>
          </section>
        ))}
        {view !== null && shown.length === 0 && (
          <Empty title="No setting fits" text={`Nothing is called or described by “${filter.trim()}”.`}>
            <Button onClick={() => setFilter('')}>Show all</Button>
          </Empty>
        )}
        {view !== null && word === '' && (
          <dl className={s['files']}>
            <div>
              <dt>Your own file, never changed from here</dt>
              <dd>
                <code>{view.files.user}</code>
              </dd>
            </div>
            <div>
              <dt>What is changed here</dt>
              <dd>
                <code>{view.files.overlay}</code>
              </dd>
            </div>
          </dl>
        )}
      </div>
      <Confirm
        open={resetting}
        onClose={() => setResetting(false)}
        title="Revert all changes made here?"
        text={`${changed.map((each) => titleOf(each.key)).join(', ')}: your own file and the built-in values count again.`}
        action="Revert all"
        onConfirm={() => {
          wire()
            .call('settings.reset', {})
            .then(
              (next) => {
                setView(next);
                applyLook(next);
              },
              (failure: unknown) => toast('bad', messageOf(failure)),
            );
        }}
      />
    </div>
  );
}
