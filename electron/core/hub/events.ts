/** What happens, as one live collection: SSE and `hub.events` serve it to scripts. */
import type { HubEvent } from '../../../shared/contract/hub.ts';
import type { Bus } from '../../kernel/bus.ts';
import type { Clock } from '../../kernel/clock.ts';
import { createLive, type Live } from '../../kernel/live.ts';

/** Events kept for a client that comes back with its last number. */
const KEPT = 2000;

/** Event numbers go on over restarts (they begin with the time of the start, in 1/100 ms), so an old `Last-Event-ID` never hides news. */
export function createEvents(bus: Bus, clock: Clock): { readonly live: Live<HubEvent>; close(): void } {
  const live = createLive<HubEvent>({ key: (event) => event.id, limit: KEPT, history: KEPT });
  let id = clock.now() * 100;
  const add = (type: string, sessionId: string | null, data: Record<string, unknown>) => {
    id++;
    live.put({ id, at: clock.now(), type, sessionId, data });
  };
  const offs = [
    bus.on('session.started', ({ session, fresh }) => add('session.started', session.id, { session, fresh })),
    bus.on('session.state', ({ session, before }) => add('session.state', session.id, { session, before })),
    bus.on('session.changed', ({ session }) => add('session.changed', session.id, { session })),
    bus.on('session.removed', ({ id: gone, name }) => add('session.stopped', gone, { name })),
    bus.on('prompt.state', ({ receipt }) => add('prompt.state', receipt.sessionId, { receipt })),
    bus.on('approval.changed', ({ approval }) =>
      add(
        approval.status === 'open'
          ? 'approval.opened'
          : approval.status === 'answering'
            ? 'approval.answering'
            : 'approval.closed',
        approval.sessionId,
        { approval },
      ),
    ),
  ];
  return {
    live,
    close() {
      for (const off of offs) off();
    },
  };
}
