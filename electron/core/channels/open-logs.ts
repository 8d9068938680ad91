/** The newest messages of channels that somebody looks at, live; what nobody looks at is let go. */
import type { Message } from '../../../shared/contract/channels.ts';
import { createLive, type Live } from '../../kernel/live.ts';

const MESSAGES = 200;
/** Logs kept for those who come back soon. */
const IDLE = 8;

export interface OpenLogs {
  of(channel: string): Live<Message>;
  /** A new message, or one whose deliveries changed. */
  put(message: Message): void;
}

export function createOpenLogs(load: (channel: string, limit: number) => readonly Message[]): OpenLogs {
  const logs = new Map<string, { readonly live: Live<Message>; readers: number }>();
  const trim = () => {
    const idle = [...logs].filter(([, log]) => log.readers === 0);
    for (const [channel] of idle.slice(0, Math.max(0, idle.length - IDLE))) logs.delete(channel);
  };

  return {
    of(channel) {
      const known = logs.get(channel);
      if (known) {
        // The last one asked for goes last.
        logs.delete(channel);
        logs.set(channel, known);
        return known.live;
      }
      const inner = createLive<Message>({ key: (message) => message.n, limit: MESSAGES });
      inner.put(...[...load(channel, MESSAGES)].reverse());
      const log: { readonly live: Live<Message>; readers: number } = {
        readers: 0,
        live: {
          ...inner,
          subscribe(listener, filter) {
            const off = inner.subscribe(listener, filter);
            log.readers += 1;
            let over = false;
            return () => {
              off();
              if (!over) log.readers -= 1;
              over = true;
              trim();
            };
          },
        },
      };
      logs.set(channel, log);
      trim();
      return log.live;
    },
    put(message) {
      const live = logs.get(message.channel)?.live;
      // What fell out of the window must not come back as if it were new.
      if (live && (live.get(message.n) || message.n > (live.rows().at(-1)?.n ?? 0))) live.put(message);
    },
  };
}
