/** One message after the other to each device, tried again with growing pauses while it is still wanted. */
import type { PushPayload } from '../../../shared/contract/push.ts';
import { isFault } from '../../../shared/fault.ts';
import type { Clock } from '../../kernel/clock.ts';
import type { PushSender, PushTarget } from '../../platform/ports.ts';
import { backOff, verdict } from './rules.ts';

/** After so many seconds a push service forgets what a device did not fetch. */
const TTL = 86_400;

export interface Try {
  /** The push service's status; null when there was no answer. */
  readonly answer: number | null;
  /** Empty when it was taken. */
  readonly problem: string;
}

export interface Job {
  readonly payload: PushPayload;
  readonly topic: string;
  /** Asked before every try: what is over meanwhile is not sent. */
  wanted(): boolean;
  /** Where to; null when the device has no subscription any more. */
  target(): PushTarget | null;
  /** A try is made now. */
  trying(): void;
  /** It did not work and is tried again. */
  again(tried: Try): void;
  sent(tried: Try): void;
  /** The subscription does not exist any more. */
  gone(tried: Try): void;
  failed(tried: Try): void;
  /** It was over before it was sent. */
  dropped(): void;
}

export interface Deliver {
  add(device: string, job: Job): void;
  /** Something changed: whoever waits for the next try looks whether it is still wanted. */
  look(): void;
  close(): void;
}

export interface DeliverDeps {
  readonly clock: Clock;
  readonly send: (target: PushTarget, message: Parameters<PushSender['send']>[1]) => ReturnType<PushSender['send']>;
  /** A bug in a job must not end its lane. */
  readonly failed: (error: unknown) => void;
}

export function createDeliver({ clock, send, failed }: DeliverDeps): Deliver {
  const lanes = new Map<string, Job[]>();
  const sleeping = new Set<() => void>();
  let closed = false;

  /** Until the time has passed and, before that, whenever somebody looks and the job is not wanted any more. */
  const pause = (ms: number, job: Job): Promise<void> =>
    new Promise((resolve) => {
      const wake = () => {
        if (!closed && job.wanted()) return;
        finish();
      };
      const finish = () => {
        cancel();
        sleeping.delete(wake);
        resolve();
      };
      const cancel = clock.after(ms, finish);
      sleeping.add(wake);
    });

  async function attempt(job: Job, target: PushTarget): Promise<Try & { readonly retryAfterMs: number | null }> {
    const { payload, topic } = job;
    const show = payload.do === 'show';
    try {
      const { status, retryAfterMs, said } = await send(target, {
        payload: JSON.stringify(payload),
        ttl: TTL,
        urgency: show ? 'high' : 'normal',
        topic,
      });
      const words = said
        .replace(/\p{C}+/gu, ' ')
        .trim()
        .slice(0, 200);
      const problem =
        verdict(status) === 'sent' ? '' : `the push service answered ${status}${words === '' ? '' : `: ${words}`}`;
      return { answer: status, problem, retryAfterMs };
    } catch (error) {
      if (!isFault(error)) failed(error);
      const refused = isFault(error, 'refused');
      // What may not be sent there now may not be sent there later.
      return {
        answer: refused ? 0 : null,
        problem: isFault(error) ? error.message : String(error),
        retryAfterMs: null,
      };
    }
  }

  async function run(job: Job): Promise<void> {
    for (let tries = 1; ; tries += 1) {
      const target = closed || !job.wanted() ? null : job.target();
      if (closed) return;
      if (!target) return job.dropped();
      job.trying();
      const { retryAfterMs, ...tried } = await attempt(job, target);
      if (closed) return;
      const means = verdict(tried.answer);
      if (means !== 'again') return job[means](tried);
      const wait = backOff(tries, retryAfterMs);
      if (wait === null) return job.failed(tried);
      job.again(tried);
      await pause(wait, job);
    }
  }

  return {
    add(device, job) {
      const lane = lanes.get(device);
      if (lane) {
        lane.push(job);
        return;
      }
      const mine = [job];
      lanes.set(device, mine);
      void (async () => {
        for (let next = mine[0]; next && !closed; next = mine[0]) {
          await run(next).catch(failed);
          mine.shift();
        }
        lanes.delete(device);
      })();
    },
    look() {
      for (const wake of [...sleeping]) wake();
    },
    close() {
      closed = true;
      for (const wake of [...sleeping]) wake();
    },
  };
}
