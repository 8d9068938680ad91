/** Files that sessions in other worktrees changed too: merges to come, while there is still time to talk. */
import { GitMerge } from 'lucide-react';
import { Link } from 'wouter';
import type { Place } from '../../../shared/contract/git.ts';
import { sessionChangesPath } from '../../app/routes.ts';
import s from './Warnings.module.css';

export function Overlaps({ place }: { readonly place: Place }) {
  const byPath = new Map<string, string[]>();
  for (const { path, session } of place.overlaps) byPath.set(path, [...(byPath.get(path) ?? []), session]);
  const files = byPath.size;
  return (
    <details className={s['overlaps']}>
      <summary>
        <GitMerge size={14} aria-hidden />
        <b>Merge conflicts ahead</b>
        <span>
          {files} {files === 1 ? 'file is' : 'files are'} changed in another worktree too
        </span>
      </summary>
      <ul>
        {[...byPath].map(([path, sessions]) => (
          <li key={path}>
            <code>{path}</code>
            <span>
              {sessions.map((name) => (
                <Link key={name} href={sessionChangesPath(name)}>
                  {name}
                </Link>
              ))}
            </span>
          </li>
        ))}
      </ul>
    </details>
  );
}
