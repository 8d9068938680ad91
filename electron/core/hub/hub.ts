/** The door of the hub room, the top of the ladder: is it well, what happens, what is wrong with this machine. */
import type { Check } from '../../../shared/contract/hub.ts';
import type { Bus } from '../../kernel/bus.ts';
import type { Clock } from '../../kernel/clock.ts';
import { type Handlers, maySee } from '../../kernel/handlers.ts';
import { createEvents } from './events.ts';

export interface HubDeps {
  readonly bus: Bus;
  readonly clock: Clock;
  readonly version: string;
  readonly tmux: { readonly version: string | null; readonly socket: string };
  readonly data: string;
  /** Addresses that really listen; empty until they do. */
  readonly urls: () => readonly string[];
  readonly checks: () => Promise<Check[]>;
}

export interface Hub {
  readonly handlers: Pick<Handlers, 'hub.health' | 'hub.info' | 'hub.doctor' | 'hub.events'>;
  close(): void;
}

export function createHub(deps: HubDeps): Hub {
  const events = createEvents(deps.bus, deps.clock);
  const startedAt = deps.clock.now();
  return {
    handlers: {
      'hub.health': () => ({ status: 'ok', version: deps.version }),
      'hub.info': () => ({
        version: deps.version,
        pid: process.pid,
        node: process.versions.node,
        tmux: deps.tmux.version,
        socket: deps.tmux.socket,
        startedAt,
        data: deps.data,
        urls: [...deps.urls()],
        memory: process.memoryUsage.rss(),
      }),
      'hub.doctor': () => deps.checks(),
      'hub.events': (_params, { who }) => ({ live: events.live, filter: (event) => maySee(who, event.sessionId) }),
    },
    close: () => events.close(),
  };
}
