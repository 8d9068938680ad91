/** The lasting connection to one machine: kept alive, noticed when it is dead, made again, asked about when a person must answer. */
import type { Client } from 'ssh2';
import { Fault, isFault } from '../../../shared/fault.ts';
import { type Channels, createChannels } from './channels.ts';
import type { ConfigPlace, SshWish } from './config.ts';
import { type Deadlines, type Dialled, dial } from './dial.ts';
import type { DownReason, LinkState, Remote, Secrets, SshQuestion } from './remote.ts';

export interface LinkOptions {
  /** Read at each try: how a machine is reached may be edited. */
  readonly wish: SshWish;
  readonly place: ConfigPlace;
  readonly deadlines?: Partial<Deadlines>;
  readonly pace?: Partial<Pace>;
}

/** Milliseconds. */
export interface Pace {
  /** Between two questions whether the other side is there, and how long an answer may take. Together at most 15 s. */
  readonly beat: number;
  readonly answer: number;
  /** Between two tries: doubled from `first` to `soon`; after `patience` without one to `later`. */
  readonly first: number;
  readonly soon: number;
  readonly patience: number;
  readonly later: number;
  /** After a refusal in which nobody was asked anything: the agent may have been locked, a disk not mounted. */
  readonly refused: number;
}

const PACE: Pace = {
  beat: 3000,
  answer: 6500,
  first: 200,
  soon: 1500,
  patience: 30 * 60_000,
  later: 10_000,
  refused: 60_000,
};
/** A clock that stood for so long was asleep. */
const ASLEEP_MS = 4000;
const TICK_MS = 1000;
/** After a sleep the answer comes at once or the connection is dead. */
const PROBE_MS = 1200;

export interface Link extends Omit<Remote, 'host' | 'toPort'> {
  /** Channels of the present connection. Fault `unreachable` while there is none. */
  channels(): Channels;
  client(): Client;
  /** Bytes came from the other side: it is there. */
  heard(): void;
  /** Runs after each connection, before it counts as live. A rejection ends it. */
  prepare(work: () => Promise<void>): void;
}

export function createLink(options: LinkOptions): Link {
  const { place, deadlines, pace: given } = options;
  const pace: Pace = { ...PACE, ...given };
  const secrets: Secrets = new Map();
  const listeners: ((state: LinkState) => void)[] = [];
  let state: LinkState = { kind: 'down', reason: 'closed', problem: 'It was not connected to yet.', retryAt: null };
  let dialled: Dialled | null = null;
  let channels: Channels | null = null;
  let prepare: () => Promise<void> = async () => undefined;
  let latency: number | null = null;
  let stop = new AbortController();
  let closed = false;
  /** Why a person wants no connection now; null when it is wanted. */
  let offline: string | null = null;
  let trying = false;
  let tries = 0;
  let downSince = performance.now();
  let timer: NodeJS.Timeout | undefined;
  let asked: { readonly id: string; readonly done: (answers: readonly string[] | null) => void } | null = null;
  let heardAt = 0;
  let beating: NodeJS.Timeout | undefined;
  let waiters: (() => void)[] = [];

  const set = (next: LinkState): void => {
    state = next;
    for (const listener of listeners) listener(next);
  };

  const ask = (question: SshQuestion): Promise<readonly string[] | null> =>
    new Promise((resolve) => {
      const id = crypto.randomUUID();
      const signal = stop.signal;
      const done = (answers: readonly string[] | null): void => {
        if (asked?.id !== id) return;
        asked = null;
        signal.removeEventListener('abort', none);
        if (state.kind === 'asking') set({ kind: 'connecting', step: 'with the answer' });
        resolve(answers);
      };
      const none = (): void => done(null);
      // Only one at a time: the way to a machine is one line.
      asked?.done(null);
      asked = { id, done };
      signal.addEventListener('abort', none, { once: true });
      set({ kind: 'asking', id, question });
    });

  const down = (reason: DownReason, problem: string): void => {
    clearTimeout(beating);
    clearTimeout(timer);
    const before = dialled;
    const had = channels;
    dialled = null;
    channels = null;
    latency = null;
    asked?.done(null);
    had?.close(new Fault('unreachable', problem));
    before?.end();
    if (before) {
      downSince = performance.now();
      tries = 0;
    }
    const wait = closed || offline !== null ? null : waitFor(reason);
    set({ kind: 'down', reason, problem, retryAt: wait === null ? null : Date.now() + wait });
    if (wait !== null) timer = setTimeout(() => void attempt(), wait);
  };

  /** Milliseconds until the next try; null for what only a person can mend. */
  const waitFor = (reason: DownReason): number | null => {
    const jitter = 0.8 + Math.random() * 0.4;
    if (reason === 'network') {
      if (performance.now() - downSince > pace.patience) return pace.later * jitter;
      return Math.min(pace.first * 2 ** Math.min(tries, 10), pace.soon) * jitter;
    }
    return reason === 'auth' ? pace.refused * jitter : null;
  };

  const attempt = async (): Promise<void> => {
    if (trying || closed || dialled || offline !== null) return;
    clearTimeout(timer);
    trying = true;
    stop = new AbortController();
    const { wish } = options;
    const { signal } = stop;
    let wasAsked = false;
    set({ kind: 'connecting', step: `to ${wish.host}` });
    try {
      const made = await dial(wish, {
        place,
        secrets,
        signal,
        ...(deadlines ? { deadlines } : {}),
        ask: (question) => {
          wasAsked = true;
          return ask(question);
        },
        step: (step) => state.kind === 'connecting' && set({ kind: 'connecting', step }),
      });
      if (signal.aborted) {
        made.end();
        throw new Fault('unreachable', 'The connection was called off.');
      }
      dialled = made;
      channels = createChannels(made.client);
      // A client without a listener for it ends the process when something goes wrong.
      made.client.on('error', (error) => dialled === made && lost(error.message));
      made.client.on('close', () => dialled === made && lost('the other side closed the connection'));
      heardAt = performance.now();
      tries = 0;
      set({ kind: 'connecting', step: 'and looking around' });
      await prepare();
      if (dialled !== made) throw new Fault('unreachable', 'The connection was lost again at once.');
      trying = false;
      set({ kind: 'live' });
      for (const done of waiters.splice(0)) done();
      beat();
    } catch (error) {
      trying = false;
      tries += 1;
      const message = error instanceof Error ? error.message : String(error);
      const reason = reasonOf(error);
      if (signal.aborted && !closed) {
        // Called off by hand; and wanted again meanwhile, or not.
        if (offline === null) void attempt();
        return;
      }
      // Asked and refused: trying again by itself would use up the account's tries, and ask in the middle of the night.
      down(closed ? 'closed' : reason === 'auth' && wasAsked ? 'unanswered' : reason, message);
    }
  };

  const lost = (why: string): void => {
    if (trying) {
      // `attempt` is still looking around: its next command fails and tells.
      channels?.close(new Fault('unreachable', why));
      dialled?.end();
      return;
    }
    down('network', `The connection to ${options.wish.host} was lost: ${why}.`);
  };

  /** A request that every server answers, with whatever; the answer is all that is wanted. */
  const ping = (ms: number): Promise<number | null> =>
    new Promise((resolve) => {
      const { client } = dialled ?? {};
      if (!client) return resolve(null);
      const began = performance.now();
      const late = setTimeout(() => resolve(null), ms);
      const answered = (): void => {
        clearTimeout(late);
        heardAt = performance.now();
        resolve(heardAt - began);
      };
      try {
        client.unforwardIn('127.0.0.1', 1, answered);
      } catch {
        clearTimeout(late);
        resolve(null);
      }
    });

  const beat = (): void => {
    clearTimeout(beating);
    const mine = dialled;
    if (!mine) return;
    const began = performance.now();
    void ping(pace.answer).then((took) => {
      if (dialled !== mine) return;
      if (took !== null) latency = took;
      // Behind a flood of output the answer may come late; but then something comes.
      else if (heardAt < began) return lost(`no answer for ${Math.round((performance.now() - heardAt) / 1000)} s`);
      beating = setTimeout(beat, pace.beat);
      beating.unref();
    });
  };

  const probe = (): void => {
    if (closed) return;
    if (state.kind === 'down' && (state.reason === 'network' || state.reason === 'auth')) return void attempt();
    const mine = dialled;
    if (!mine || state.kind !== 'live') return;
    void ping(PROBE_MS).then((took) => {
      if (dialled !== mine) return;
      if (took === null) lost('it did not answer after a pause');
      else latency = took;
    });
  };

  let tickAt = Date.now();
  const ticking = setInterval(() => {
    const now = Date.now();
    if (now - tickAt > TICK_MS + ASLEEP_MS) probe();
    tickAt = now;
  }, TICK_MS);
  ticking.unref();

  const need = <T>(value: T | null): T => {
    if (value !== null) return value;
    throw new Fault(
      'unreachable',
      state.kind === 'down' ? state.problem : `${options.wish.host} is not connected yet; it is being connected to.`,
    );
  };

  return {
    get state() {
      return state;
    },
    get latencyMs() {
      return latency;
    },
    get mostChannels() {
      return channels?.most ?? null;
    },
    get peer() {
      if (!dialled) return null;
      const { user, host, port } = dialled.target;
      return { user, host, port, server: dialled.server };
    },
    channels: () => need(channels),
    client: () => need(dialled).client,
    heard() {
      heardAt = performance.now();
    },
    prepare(work) {
      prepare = work;
    },
    onState: (listener) => void listeners.push(listener),
    connect() {
      if (closed || state.kind === 'live') return;
      offline = null;
      downSince = performance.now();
      tries = 0;
      void attempt();
    },
    disconnect(why) {
      if (closed) return;
      offline = why;
      stop.abort();
      down('offline', why);
    },
    answer(id, answers) {
      if (asked?.id !== id) return false;
      asked.done(answers);
      return true;
    },
    live() {
      if (state.kind === 'live') return Promise.resolve();
      return new Promise((resolve) => waiters.push(resolve));
    },
    probe,
    async close() {
      closed = true;
      clearInterval(ticking);
      stop.abort();
      down('closed', 'The connection was ended here.');
      waiters = [];
      secrets.clear();
    },
  };
}

function reasonOf(error: unknown): DownReason {
  const reason = isFault(error) ? error.data?.['reason'] : undefined;
  return reason === 'auth' ||
    reason === 'host-key' ||
    reason === 'unanswered' ||
    reason === 'config' ||
    reason === 'offline' ||
    reason === 'closed'
    ? reason
    : 'network';
}
