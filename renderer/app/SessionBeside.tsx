/** The faces of a session beside its terminal: what it changed, its files. Loaded when they are looked at. */

import { Suspense } from 'react';
import type { Session } from '../../shared/contract/sessions.ts';
import { patiently } from './patiently.ts';
import s from './SessionPage.module.css';
import type { SessionView } from './SessionViews.tsx';

const Changes = patiently(() => import('../rooms/git/Changes.tsx'));
const Files = patiently(() => import('../rooms/files/Files.tsx'));

export interface SessionFaceProps {
  readonly session: Session;
  readonly view: SessionView;
  /** Looked for in the terminal when it opens. */
  readonly find: string | undefined;
}

export function Beside({ session, view }: Pick<SessionFaceProps, 'session' | 'view'>) {
  return (
    <Suspense fallback={<div className={s['body']} />}>
      {view === 'changes' ? <Changes session={session} /> : <Files session={session} />}
    </Suspense>
  );
}
