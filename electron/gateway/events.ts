/** Server-sent events for scripts: the feed of events, with real pings, resume by `Last-Event-ID` and a bounded queue. */
import type { HubEvent } from '../../shared/contract/hub.ts';
import type { Asked } from '../kernel/handlers.ts';
import type { Core } from './core.ts';
import { entryOf, prepare } from './invoke.ts';

/** Comments would be invisible to EventSource: a ping is an event of its own. */
const PING_MS = 15_000;
/** Events kept for a client that reads slowly; the oldest go first, and the client is told how many. */
const QUEUE = 256;

const encoder = new TextEncoder();
const field = (text: string) => text.replace(/[\r\n]/g, ' ');
const encode = (event: HubEvent) =>
  encoder.encode(`id: ${event.id}\nevent: ${field(event.type)}\ndata: ${JSON.stringify(event)}\n\n`);
const note = (type: string, data: object) => encoder.encode(`event: ${type}\ndata: ${JSON.stringify(data)}\n\n`);

/**
 * `lastId`: the last event that the client has seen. What the hub still holds after it is sent first; a `dropped` event
 * tells how many are no longer held. `ended` is called once, when the client left or `ask.signal` fired.
 */
export function eventStream(
  core: Core,
  ask: Asked,
  lastId: number | null,
  ended: () => void,
  { queue: limit = QUEUE, pingMs = PING_MS } = {},
): ReadableStream<Uint8Array> {
  const params = prepare(core, entryOf('feed', 'hub.events'), {}, ask.who);
  const { live, filter } = core.handlers['hub.events'](params, ask);
  const queue: HubEvent[] = [];
  let dropped = 0;
  let pinging = false;
  let done = false;
  let finish = () => {};
  let pull = () => {};

  return new ReadableStream<Uint8Array>(
    {
      start(controller) {
        const flush = () => {
          while (!done && (controller.desiredSize ?? 0) > 0) {
            if (dropped > 0) {
              controller.enqueue(note('dropped', { count: dropped }));
              dropped = 0;
            }
            const next = queue.shift();
            if (!next) break;
            controller.enqueue(encode(next));
          }
          if (!done && pinging && (controller.desiredSize ?? 0) > 0) {
            pinging = false;
            controller.enqueue(note('ping', { at: core.clock.now() }));
          }
        };
        const offer = (events: readonly HubEvent[], room = limit) => {
          queue.push(...events);
          flush();
          if (queue.length > room) dropped += queue.splice(0, queue.length - room).length;
        };
        const ping = () => {
          pinging = true;
          flush();
        };
        const unsubscribe = live.subscribe(({ put }) => offer(put), filter);
        const stopPinging = core.clock.every(pingMs, ping);
        finish = () => {
          if (done) return;
          done = true;
          unsubscribe();
          stopPinging();
          ask.signal.removeEventListener('abort', stop);
          ended();
        };
        const stop = () => {
          if (done) return;
          finish();
          controller.close();
        };
        pull = flush;
        // At once, so that the client knows that the stream is there.
        ping();
        if (lastId !== null) {
          const held = live.snapshot(filter).rows;
          const oldest = live.rows()[0]?.id ?? 0;
          const newest = live.rows().at(-1)?.id ?? 0;
          // An id from before a restart of the hub says nothing: everything held is new to that client.
          const from = lastId > newest ? 0 : lastId;
          if (filter === undefined && from > 0 && oldest > from + 1) dropped += oldest - from - 1;
          // What the hub holds is bounded by itself.
          offer(
            held.filter(({ id }) => id > from),
            Number.POSITIVE_INFINITY,
          );
        }
        ask.signal.addEventListener('abort', stop);
        if (ask.signal.aborted) stop();
      },
      pull: () => pull(),
      cancel: () => finish(),
    },
    new ByteLengthQueuingStrategy({ highWaterMark: 64 * 1024 }),
  );
}
