/** The row of a session that runs already and that the table does not know: what can be told from its pane. */
import type { TmuxPane } from '../../platform/ports.ts';
import type { SessionRow } from './store.ts';

export function rowOfPane(
  pane: TmuxPane,
  now: number,
  decided: Pick<SessionRow, 'id' | 'name' | 'agent' | 'node' | 'phase' | 'command'>,
): SessionRow {
  return {
    ...decided,
    cwd: pane.cwd,
    flags: '',
    flagsMode: 'append',
    skip: null,
    env: {},
    init: [],
    tags: [],
    conversation: null,
    shownCommand: pane.command,
    paused: false,
    cols: pane.cols,
    rows: pane.rows,
    state: 'unknown',
    stateSince: now,
    turned: false,
    bracketed: false,
    exitStatus: null,
    createdAt: pane.created * 1000,
    startedAt: pane.created * 1000,
  };
}
