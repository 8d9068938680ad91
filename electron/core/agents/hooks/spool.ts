/** Reads the events file of a session as it grows. The hub was down meanwhile: nothing is lost, the order stays. */
import type { Host } from '../../../platform/ports.ts';
import { readLines } from '../history/lines.ts';
import { object, string } from '../history/values.ts';
import { type HookEvent, hookEvent } from './events.ts';

export interface EventReading {
  readonly events: readonly HookEvent[];
  /** Where the next reading begins. */
  readonly offset: number;
}

/** Events from `offset` on; a file that became shorter is read from its beginning. No file: no events. */
export async function readEvents(host: Host, path: string, offset: number): Promise<EventReading> {
  const stat = await host.stat(path);
  if (stat === null) return { events: [], offset: 0 };
  const from = stat.size < offset ? 0 : offset;
  const events: HookEvent[] = [];
  const reading = await readLines(host, path, {
    from,
    to: stat.size,
    maxLine: 256 * 1024,
    line: (value) => {
      const event = hookEvent(string(object(value)?.['agent']) ?? '', value);
      if (event) events.push(event);
    },
  });
  return { events, offset: reading.offset };
}
