/** The faces of one session: its terminal, what it changed, its files. As tabs, as commands, with counts. */
import { Files, GitCompare, SquareTerminal } from 'lucide-react';
import { Link, useLocation } from 'wouter';
import type { Session } from '../../shared/contract/sessions.ts';
import { useCommands } from './commands.ts';
import { useCan } from './connect.ts';
import { useGitPlaces } from './feeds.ts';
import { sessionChangesPath, sessionFilePath, sessionPath } from './routes.ts';
import s from './SessionViews.module.css';

export type SessionView = 'terminal' | 'changes' | 'files';

const VIEWS = [
  { view: 'terminal', label: 'Terminal', icon: SquareTerminal, keys: 'v t, Mod+Shift+X', pathOf: sessionPath },
  { view: 'changes', label: 'Changes', icon: GitCompare, keys: 'v c, Mod+Shift+G', pathOf: sessionChangesPath },
  {
    view: 'files',
    label: 'Files',
    icon: Files,
    keys: 'v f, Mod+Shift+F',
    pathOf: (name: string) => sessionFilePath(name, ''),
  },
] as const;

export function SessionViews({ session, view }: { readonly session: Session; readonly view: SessionView }) {
  const changed = useGitPlaces((rows) => rows.byKey.get(session.id)?.changed ?? 0);
  const [, navigate] = useLocation();
  const canType = useCan('type');

  useCommands(
    () =>
      VIEWS.map(({ view: to, label, icon, keys, pathOf }) => ({
        id: `session.${to}`,
        title: `${label} of ${session.name}`,
        section: 'Session',
        keys,
        icon,
        words: 'view switch git diff editor',
        enabled: canType || to === 'terminal',
        run: () => navigate(pathOf(session.name)),
      })),
    [session.name, canType, navigate],
  );
  // What an agent changed is shown to those only who may tell it what to do.
  if (!canType) return null;
  return (
    <nav className={s['views']} aria-label={`Views of ${session.name}`}>
      {VIEWS.map(({ view: to, label, icon: Icon, pathOf }) => (
        <Link
          key={to}
          href={pathOf(session.name)}
          className={s['view']}
          aria-current={to === view ? 'page' : undefined}
        >
          <Icon size={14} aria-hidden />
          {label}
          {to === 'changes' && changed > 0 && (
            <span className={s['count']}>
              {changed}
              <span className="visually-hidden"> {changed === 1 ? 'file' : 'files'}</span>
            </span>
          )}
        </Link>
      ))}
    </nav>
  );
}
