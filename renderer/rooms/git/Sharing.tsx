/** Two agents in one working tree overwrite each other: said at the session, with the way out. */
import { FolderGit2, Split, TriangleAlert, X } from 'lucide-react';
import { create } from 'zustand';
import type { Session } from '../../../shared/contract/sessions.ts';
import { useCommands } from '../../app/commands.ts';
import { useCan } from '../../app/connect.ts';
import { useGitPlaces } from '../../app/feeds.ts';
import { Button } from '../../ui/Button.tsx';
import { Isolate } from './Isolate.tsx';
import s from './Warnings.module.css';

/** With whom a person chose to live; another one beside them is news again. */
const useSeen = create<{ readonly bySession: Readonly<Record<string, string>> }>(() => ({ bySession: {} }));
const useIsolating = create<{ readonly session: string | null }>(() => ({ session: null }));

const nameList = (names: readonly string[]): string =>
  names.length <= 2 ? names.join(' and ') : `${names.slice(0, 2).join(', ')} and ${names.length - 2} more`;

function useShared(session: Session) {
  const place = useGitPlaces((rows) => rows.byKey.get(session.id));
  return place && place.sharedWith.length > 0 ? place : null;
}

/** In the head of a session: short, always there while it is so. */
export function SharingMark({ session }: { readonly session: Session }) {
  const place = useShared(session);
  if (!place) return null;
  const text = `works in the same folder and branch as ${nameList(place.sharedWith)}`;
  return (
    <button
      type="button"
      className={s['mark']}
      title={`${session.name} ${text}`}
      aria-label={`shared: ${text}`}
      onClick={() => useSeen.setState(({ bySession }) => ({ bySession: { ...bySession, [session.id]: '' } }))}
    >
      <FolderGit2 size={12} aria-hidden />
      <span>shared</span>
    </button>
  );
}

export function SharingBanner({ session }: { readonly session: Session }) {
  const place = useShared(session);
  const canRun = useCan('run');
  const seen = useSeen((state) => state.bySession[session.id]);
  const isolating = useIsolating((state) => state.session === session.id);
  const inTree = useGitPlaces((rows) => rows.byKey.has(session.id));

  useCommands(
    () => [
      {
        id: 'session.isolate',
        title: `Give ${session.name} a worktree of its own`,
        section: 'Changes',
        icon: Split,
        words: 'isolate branch worktree',
        enabled: canRun && inTree,
        run: () => useIsolating.setState({ session: session.id }),
      },
    ],
    [session.id, session.name, canRun, inTree],
  );
  const names = place?.sharedWith.join('\n') ?? '';
  return (
    <>
      {place && seen !== names && (
        <div className={s['banner']} role="status">
          <TriangleAlert size={15} aria-hidden />
          <p>
            <b>{session.name}</b> works in the same folder and branch as <b>{nameList(place.sharedWith)}</b>. They can
            overwrite each other's changes.
          </p>
          {canRun && (
            <Button onClick={() => useIsolating.setState({ session: session.id })}>
              <Split size={14} aria-hidden />
              Isolate
            </Button>
          )}
          <Button
            look="icon"
            aria-label="Dismiss this warning"
            onClick={() => useSeen.setState(({ bySession }) => ({ bySession: { ...bySession, [session.id]: names } }))}
          >
            <X size={14} aria-hidden />
          </Button>
        </div>
      )}
      {isolating && <Isolate session={session} onClose={() => useIsolating.setState({ session: null })} />}
    </>
  );
}
