/** Every live terminal at once: tiles by themselves, or as a person arranged them. */
import { LayoutGrid, Plus } from 'lucide-react';
import { useCallback, useEffect, useRef, useState } from 'react';
import { useLocation } from 'wouter';
import { useAuth } from '../../../app/connect.ts';
import { useSessions } from '../../../app/feeds.ts';
import { useSearch } from '../../../app/navigate.ts';
import { needIds, offerJump } from '../../../app/need.ts';
import { usePreferences } from '../../../app/preferences.ts';
import { useStart } from '../../../app/start.ts';
import { Button } from '../../../ui/Button.tsx';
import { Empty } from '../../../ui/Empty.tsx';
import { Restore } from '../Restore.tsx';
import { Bar, Filter } from './Bar.tsx';
import { Grid } from './Grid.tsx';
import type { Place } from './layout.ts';
import { meet } from './looked.ts';
import s from './Panes.module.css';
import { Picker } from './Picker.tsx';
import { Selection } from './Selection.tsx';
import { applyAuto, HERE, showPane, takeOver, usePanes } from './state.ts';
import { jump, usePaneCommands } from './use-commands.ts';
import { useScene } from './use-scene.ts';
import { filters, readView, type View, writeView } from './view.ts';

/** A hub that keeps no preferences for this person must not keep the panes from showing. */
const WITHOUT_MS = 1500;

/** The arrangement of this person, from the hub. Answers whether it is known. */
function useArrangement(): boolean {
  const user = useAuth((auth) => auth.me?.user ?? '');
  const known = usePreferences((rows) => rows.ready);
  const ready = usePanes((panes) => panes.ready);
  useEffect(() => {
    const take = () => takeOver(user, usePreferences.getState().byKey.get(HERE));
    if (known) return take();
    const timer = setTimeout(take, WITHOUT_MS);
    return () => clearTimeout(timer);
  }, [known, user]);
  return ready;
}

/** The view in the address; changes replace it, so that Back leaves the screen and not one letter of a filter. */
function useView(): readonly [View, (view: View) => void] {
  const search = useSearch();
  const [path, navigate] = useLocation();
  const [view, setView] = useState(() => readView(search));
  useEffect(() => setView(readView(search)), [search]);
  const change = useCallback(
    (next: View) => {
      setView(next);
      const text = writeView(next);
      navigate(text === '' ? path : `${path}?${text}`, { replace: true });
    },
    [path, navigate],
  );
  return [view, change];
}

export function Panes({ onPrompt }: { readonly onPrompt: (ids: readonly string[]) => void }) {
  const known = useArrangement();
  const ready = useSessions((rows) => rows.ready);
  const [view, setView] = useView();
  const [room, setRoom] = useState({ width: 0, height: 0 });
  const [draft, setDraft] = useState<{ readonly place: Place; readonly share: number } | null>(null);
  const [finding, setFinding] = useState(() => filters(view));
  const field = useRef<HTMLInputElement>(null);
  const scene = useScene(view, room, draft);
  const start = useStart();

  const find = useCallback(() => {
    setFinding(true);
    // Drawn by then.
    setTimeout(() => field.current?.focus());
  }, []);
  usePaneCommands(find);
  useEffect(() => offerJump(jump), []);

  const { live } = scene;
  useEffect(() => {
    const rows = useSessions.getState().byKey;
    meet(live.flatMap(({ id }) => rows.get(id) ?? []));
  }, [live]);

  const closeFilter = () => {
    setFinding(false);
    setView({ ...readView(''), sort: view.sort });
  };
  if (!ready || !known) return <div className={s['page']} aria-busy />;
  return (
    <div className={s['page']}>
      <Restore />
      {live.length > 0 && (
        <>
          <Bar
            view={view}
            onView={setView}
            shown={scene.shown.length}
            all={scene.all.length}
            away={live.length - scene.all.length}
            finding={finding}
            onFinding={(on) => (on ? find() : closeFilter())}
            field={field}
            onJump={() => jump(needIds())}
            onStart={start ? () => start() : null}
          />
          {finding && <Filter view={view} onView={setView} field={field} onClose={closeFilter} />}
        </>
      )}
      <Grid scene={scene} room={room} onRoom={setRoom} onDraft={setDraft} />
      {scene.shown.length === 0 && (
        <div className={s['empty']}>
          {live.length === 0 ? (
            <Empty
              icon={<LayoutGrid size={20} aria-hidden />}
              title="No sessions yet"
              text="Start an agent in a folder. It runs in tmux on this machine and goes on when you close this page."
            >
              {start && (
                <Button look="primary" onClick={() => start()}>
                  <Plus size={15} aria-hidden />
                  Start a session
                </Button>
              )}
            </Empty>
          ) : filters(view) && scene.all.length > 0 ? (
            <Empty title="No pane fits" text="Nothing here matches the filter.">
              <Button onClick={closeFilter}>Show all {scene.all.length}</Button>
            </Empty>
          ) : (
            <Empty title="All panes are closed" text="Their sessions go on.">
              <Button onClick={() => live[0] && showPane(live[0].id)}>Show {live[0]?.name}</Button>
              <Button look="primary" onClick={applyAuto}>
                Show all {live.length}
              </Button>
            </Empty>
          )}
        </div>
      )}
      <Selection onPrompt={onPrompt} />
      <Picker />
    </div>
  );
}
