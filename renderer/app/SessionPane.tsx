/** The terminal of a session, told what the session's row says, wherever it stands: in a tile, on a page, in a hand. */
import type { Session } from '../../shared/contract/sessions.ts';
import { Pane, type PaneProps } from '../rooms/terminal/Pane.tsx';
import { restart, wake } from './act.ts';
import { useCan } from './connect.ts';

type Told =
  | 'session'
  | 'name'
  | 'cols'
  | 'rows'
  | 'exit'
  | 'startedAt'
  | 'state'
  | 'node'
  | 'unsent'
  | 'lostKeys'
  | 'onWake'
  | 'onRestart';

export function SessionPane({ session, ...rest }: Omit<PaneProps, Told> & { readonly session: Session }) {
  const canRun = useCan('run');
  return (
    <Pane
      {...rest}
      session={session.id}
      name={session.name}
      cols={session.cols}
      rows={session.rows}
      exit={session.exit}
      startedAt={session.startedAt}
      state={session.state}
      node={session.node}
      unsent={session.unsent}
      lostKeys={session.lostKeys}
      onWake={canRun ? () => void wake(session) : undefined}
      onRestart={canRun ? () => void restart(session) : undefined}
    />
  );
}
