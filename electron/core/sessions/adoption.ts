/** tmux sessions on our socket that somebody else started: listed, and taken over only when asked. */

import { Fault } from '../../../shared/fault.ts';
import { newSessionId, SESSION_NAME } from '../../../shared/ids.ts';
import { actor } from '../../kernel/audit.ts';
import type { TmuxPane } from '../../platform/ports.ts';
import type { SessionsDeps } from './deps.ts';
import type { Entry } from './entry.ts';
import { clean } from './launch.ts';
import { rowOfPane } from './pane-row.ts';
import { freeName } from './rules.ts';
import type { SessionHandlers } from './sessions.ts';
import type { SessionRow, SessionStore } from './store.ts';

export interface AdoptionDeps extends SessionsDeps {
  readonly store: SessionStore;
  readonly add: (row: SessionRow) => Entry;
  readonly attach: (entry: Entry, pane: TmuxPane, fresh: boolean) => void;
}

export function createAdoption(deps: AdoptionDeps): Pick<SessionHandlers, 'sessions.foreign' | 'sessions.adopt'> {
  const { tmux, store, clock } = deps;
  /** The first pane of each session. */
  const sessionsOf = async (): Promise<readonly TmuxPane[]> => {
    const first = new Map<string, TmuxPane>();
    for (const pane of await tmux.list()) if (!first.has(pane.sessionId)) first.set(pane.sessionId, pane);
    return [...first.values()];
  };
  return {
    'sessions.foreign': async () =>
      (await sessionsOf())
        .filter((pane) => pane.markers['QD_OWNER'] === undefined)
        .map((pane) => ({
          name: pane.sessionName,
          socket: deps.settings.value('tmux.socket'),
          cwd: pane.cwd,
          command: pane.command,
          createdAt: pane.created * 1000,
        })),
    'sessions.adopt': async ({ tmux: wanted, name, agent }, ask) => {
      const spec = deps.agents.get(agent);
      const pane = (await sessionsOf()).find((each) => each.sessionName === wanted);
      if (!pane)
        throw new Fault('not-found', `There is no tmux session "${clean(wanted)}" on the socket of Quarterdeck.`);
      if (pane.markers['QD_OWNER'] === deps.instanceId)
        throw new Fault('conflict', `${clean(wanted)} belongs to Quarterdeck already.`);
      if (pane.markers['QD_OWNER'] !== undefined)
        throw new Fault('refused', `${clean(wanted)} belongs to another Quarterdeck; it is left alone.`);
      const taken = (n: string) => store.byName(n) !== undefined || n === 'deck';
      if (name !== undefined && taken(name)) throw new Fault('taken', `There is a session ${name} already.`);
      const own = SESSION_NAME.test(wanted) && !taken(wanted) ? wanted : freeName(wanted, taken);
      const now = clock.now();
      const row = rowOfPane(pane, now, {
        id: newSessionId(),
        name: name ?? own,
        agent: spec.key,
        node: deps.host.id,
        phase: 'starting',
        command: spec.kind === 'custom' ? pane.command : null,
      });
      store.insert(row);
      const entry = deps.add(row);
      entry.occupy(1);
      try {
        if (pane.sessionName !== row.name) await tmux.rename(pane.sessionId, row.name);
        const markers = {
          QD_SESSION: row.id,
          QD_SESSION_NAME: row.name,
          QD_OWNER: deps.instanceId,
          QD_AGENT: row.agent,
        };
        await tmux.mark(pane.sessionId, markers);
        await tmux.link(pane);
        entry.change({ phase: 'live' });
        deps.attach(entry, { ...pane, sessionName: row.name, markers }, false);
      } catch (error) {
        entry.change({ phase: 'lost' });
        throw error;
      } finally {
        entry.occupy(-1);
      }
      deps.audit?.({ ...actor(ask.who), action: 'session.adopt', target: row.name });
      deps.bus.emit('session.started', { session: entry.session(), fresh: false });
      return entry.session();
    },
  };
}
