/** The lasting connection to one machine: kept alive, noticed when it is dead, made again, asked about when a person must answer. */
import type { Client } from 'ssh2';
import { Fault, isFault } from '../../../shared/fault.ts';
import { type Clock, systemClock } from '../../kernel/clock.ts';
import { type Channels, createChannels } from './channels.ts';
import type { ConfigPlace, SshWish } from './config.ts';
import { DEADLINES, type Deadlines, type Dialled, dial } from './dial.ts';
import type { DownReason, LinkState, Remote, Secrets, SshQuestion } from './remote.ts';

export interface LinkOptions {
  /** Read at each try: how a machine is reached may be edited. */
  readonly wish: SshWish;
  readonly place: ConfigPlace;
  readonly deadlines?: Partial<Deadlines>;
  readonly pace?: Partial<Pace>;
  readonly time?: LinkTime;
}

/** Both clocks: a machine that sleeps moves one of them, a person who sets the time the other. */
export interface LinkTime extends Clock {
  /** Milliseconds that nobody sets; on some systems they stand while the machine sleeps. */
  steady(): number;
}

const SYSTEM: LinkTime = { ...systemClock, steady: () => performance.now() };

/** Milliseconds. */
export interface Pace {
  /** Between two questions whether the other side is there, and how long an answer may take. Together at most 15 s. */
  readonly beat: number;
  readonly answer: number;
  /** Between two tries: doubled from `first` to `soon`; after `patience` without one that worked, `later`. */
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
  soon: 1000,
  patience: 30 * 60_000,
  later: 10_000,
  refused: 60_000,
};
/** A clock that leapt so far was asleep. */
const ASLEEP_MS = 4000;
const TICK_MS = 500;
/** After a sleep the answer comes as soon as ever, or the connection is dead. */
const PROBE_MS = { least: 800, most: 2000, latencies: 4 };
/** A machine that let us in once is expected to do so as fast again; each try in a row that failed gives it twice the time. */
const QUICK_MS = { least: 2000, times: 4 };

export interface Link extends Omit<Remote, 'host' | 'toPort'> {
  /** Channels of the present connection. Fault `unreachable` while there is none. */
  channels(): Channels;
  client(): Client;
  /** Bytes came from the other side: it is there. */
  heard(): void;
  /** Runs after each connection, before it counts as live. A rejection ends it. `again`: the same account as the last time. */
  prepare(work: (again: boolean) => Promise<void>): void;
  /** The present connection is of no use; the next one is made. */
  renew(why: string): void;
}

export function createLink(options: LinkOptions): Link {
  const { place, time = SYSTEM } = options;
  const pace: Pace = { ...PACE, ...options.pace };
  const deadlines: Deadlines = { ...DEADLINES, ...options.deadlines };
  const secrets: Secrets = new Map();
  const listeners: ((state: LinkState) => void)[] = [];
  let state: LinkState = { kind: 'down', reason: 'closed', problem: 'It was not connected to yet.', retryAt: null };
  let dialled: Dialled | null = null;
  let channels: Channels | null = null;
  let prepare: (again: boolean) => Promise<void> = async () => undefined;
  /** Who was reached last, and how long that took; null after a wish for another, and when a person had to answer. */
  let reached: { readonly as: string; readonly took: number } | null = null;
  /** Ends the looking around of the try that is under way. */
  let giveUp: (why: Fault) => void = () => undefined;
  let latency: number | null = null;
  let stop = new AbortController();
  let closed = false;
  /** Why a person wants no connection now; null when it is wanted. */
  let offline: string | null = null;
  let trying = false;
  /** A try was called off after a sleep, and none has come to its end since. */
  let begunAnew = false;
  let tries = 0;
  let downSince = time.steady();
  let cancelTry = (): void => undefined;
  let asked: { readonly id: string; readonly done: (answers: readonly string[] | null) => void } | null = null;
  let heardAt = 0;
  let cancelBeat = (): void => undefined;
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
    cancelBeat();
    cancelTry();
    const before = dialled;
    const had = channels;
    dialled = null;
    channels = null;
    latency = null;
    asked?.done(null);
    had?.close(new Fault('unreachable', problem));
    before?.end();
    // One that lets us in and drops us again is no better than one that does not.
    if (state.kind === 'live') {
      downSince = time.steady();
      tries = 0;
    }
    const wait = closed || offline !== null ? null : waitFor(reason);
    set({ kind: 'down', reason, problem, retryAt: wait === null ? null : time.now() + wait });
    if (wait !== null) cancelTry = time.after(wait, () => void attempt());
  };

  /** Milliseconds until the next try; null for what only a person can mend. */
  const waitFor = (reason: DownReason): number | null => {
    const jitter = 0.8 + Math.random() * 0.4;
    if (reason === 'network') {
      if (time.steady() - downSince > pace.patience) return pace.later * jitter;
      return Math.min(pace.first * 2 ** Math.min(tries, 10), pace.soon) * jitter;
    }
    return reason === 'auth' ? pace.refused * jitter : null;
  };

  /** How long each step of this try may take: a connection that died in the middle of one is not waited for as long as a slow machine is. */
  const stepFor = (): number => {
    if (!reached) return deadlines.step;
    return Math.min(deadlines.step, Math.max(QUICK_MS.least, QUICK_MS.times * reached.took) * 2 ** Math.min(tries, 10));
  };

  const attempt = async (): Promise<void> => {
    if (trying || closed || dialled || offline !== null) return;
    cancelTry();
    trying = true;
    stop = new AbortController();
    const { wish } = options;
    const { signal } = stop;
    let wasAsked = false;
    const off = Promise.withResolvers<never>();
    off.promise.catch(() => undefined);
    giveUp = off.reject;
    signal.addEventListener('abort', () => off.reject(calledOff()), { once: true });
    const began = time.steady();
    set({ kind: 'connecting', step: `to ${wish.host}` });
    try {
      const dialling = dial(wish, {
        place,
        secrets,
        signal,
        deadlines: { ...deadlines, quick: stepFor() },
        after: time.after,
        ask: (question) => {
          wasAsked = true;
          return ask(question);
        },
        step: (step) => state.kind === 'connecting' && !signal.aborted && set({ kind: 'connecting', step }),
      });
      // One that comes through all the same is wanted no more.
      dialling.then(
        (late) => signal.aborted && late.end(),
        () => undefined,
      );
      const made = await Promise.race([dialling, off.promise]);
      if (signal.aborted) throw calledOff();
      dialled = made;
      channels = createChannels(made.client, time.steady);
      // A client without a listener for it ends the process when something goes wrong.
      made.client.on('error', (error) => dialled === made && lost(error.message));
      made.client.on('close', () => dialled === made && lost('the other side closed the connection'));
      heardAt = time.steady();
      set({ kind: 'connecting', step: 'and looking around' });
      const as = `${made.target.user}@${made.target.host}:${made.target.port}`;
      await Promise.race([prepare(reached?.as === as), off.promise]);
      if (dialled !== made) throw new Fault('unreachable', 'The connection was lost again at once.');
      reached = { as, took: wasAsked ? deadlines.step : time.steady() - began };
      tries = 0;
      trying = false;
      begunAnew = false;
      set({ kind: 'live' });
      for (const done of waiters.splice(0)) done();
      beat();
    } catch (error) {
      trying = false;
      tries += 1;
      const message = error instanceof Error ? error.message : String(error);
      const reason = reasonOf(error);
      if (signal.aborted && !closed) {
        // Called off by hand, or by a sleep; and wanted again meanwhile, or not.
        discard(message);
        if (offline === null) void attempt();
        return;
      }
      begunAnew = false;
      // Asked and refused: trying again by itself would use up the account's tries, and ask at night.
      down(closed ? 'closed' : reason === 'auth' && wasAsked ? 'unanswered' : reason, message);
    }
  };

  /** What a try that was called off had reached. */
  const discard = (why: string): void => {
    const before = dialled;
    const had = channels;
    dialled = null;
    channels = null;
    had?.close(new Fault('unreachable', why));
    before?.end();
  };

  const lost = (why: string): void => {
    if (trying) {
      const fault = new Fault('unreachable', `The connection was lost while the machine was looked at: ${why}.`);
      channels?.close(fault);
      dialled?.end();
      // Not left to the command that looks around: of a connection that broke off it may never hear.
      giveUp(fault);
      return;
    }
    down('network', `The connection to ${options.wish.host} was lost: ${why}.`);
  };

  /** A request that every server answers, with whatever; the answer is all that is wanted. */
  const ping = (ms: number): Promise<number | null> =>
    new Promise((resolve) => {
      const { client } = dialled ?? {};
      if (!client) return resolve(null);
      const began = time.steady();
      const inTime = time.after(ms, () => resolve(null));
      const answered = (): void => {
        inTime();
        heardAt = time.steady();
        resolve(heardAt - began);
      };
      try {
        client.unforwardIn('127.0.0.1', 1, answered);
      } catch {
        inTime();
        resolve(null);
      }
    });

  const beat = (): void => {
    cancelBeat();
    const mine = dialled;
    if (!mine) return;
    const began = time.steady();
    void ping(pace.answer).then((took) => {
      if (dialled !== mine) return;
      if (took !== null) latency = took;
      // Behind a flood of output the answer may come late; but then something comes.
      else if (heardAt < began) return lost(`no answer for ${Math.round((time.steady() - heardAt) / 1000)} s`);
      cancelBeat = time.after(pace.beat, beat);
    });
  };

  const probe = (): void => {
    if (closed) return;
    if (state.kind === 'down' && (state.reason === 'network' || state.reason === 'auth')) {
      tries = 0;
      void attempt();
      return;
    }
    // What a try under way waits for was sent before: it may never come. A person's answer may. Once in a row: where this
    // process itself gets no turn for so long, the next try would look the same.
    if (trying && state.kind === 'connecting' && !begunAnew) {
      begunAnew = true;
      stop.abort();
    }
    const mine = dialled;
    if (!mine || state.kind !== 'live') return;
    const ms = Math.min(PROBE_MS.most, Math.max(PROBE_MS.least, PROBE_MS.latencies * (latency ?? 0)));
    void ping(ms).then((took) => {
      if (dialled !== mine) return;
      if (took === null) lost('it did not answer after a pause');
      else latency = took;
    });
  };

  let tick = { wall: time.now(), steady: time.steady() };
  const cancelTicking = time.every(TICK_MS, () => {
    const now = { wall: time.now(), steady: time.steady() };
    const slept = Math.max(now.wall - tick.wall, now.steady - tick.steady);
    tick = now;
    if (slept > TICK_MS + ASLEEP_MS) probe();
  });

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
      heardAt = time.steady();
    },
    renew: (why) => {
      reached = null;
      lost(why);
    },
    prepare(work) {
      prepare = work;
    },
    onState: (listener) => void listeners.push(listener),
    connect() {
      if (closed || state.kind === 'live') return;
      offline = null;
      downSince = time.steady();
      tries = 0;
      void attempt();
    },
    disconnect(why) {
      if (closed) return;
      offline = why;
      // Whoever takes it offline may change things there: then it is looked at anew.
      reached = null;
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
      cancelTicking();
      stop.abort();
      down('closed', 'The connection was ended here.');
      waiters = [];
      secrets.clear();
    },
  };
}

const calledOff = (): Fault => new Fault('unreachable', 'The connection was called off.');

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
