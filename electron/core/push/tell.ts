/** Tells devices of needs, one device after the other, and takes back what is over. */
import { createHash } from 'node:crypto';
import type { PushPayload } from '../../../shared/contract/push.ts';
import { newPushId } from '../../../shared/ids.ts';
import type { Clock } from '../../kernel/clock.ts';
import type { Deliver, Job } from './deliver.ts';
import type { Devices } from './devices.ts';
import type { SeenNeed } from './needs.ts';
import { closePayload, HELD_MS, inOrder, next, payloadOf, testPayload } from './rules.ts';
import type { DeviceRow, MessageRow, PushStore } from './store.ts';

export interface TellDeps {
  readonly store: PushStore;
  readonly clock: Clock;
  readonly deliver: Deliver;
  readonly devices: Devices;
  readonly need: (sessionId: string) => SeenNeed | null;
  /** A session of this hub; of others nothing is known until their machine is heard of. */
  readonly own: (sessionId: string) => boolean;
  readonly escalateMs: () => number;
  readonly detail: () => boolean;
}

export interface Tell {
  /** A need began, or another ear is there for it. */
  begun(need: SeenNeed): void;
  /** Nobody is wanted for it any more. */
  ended(need: SeenNeed): void;
  test(device: DeviceRow): MessageRow;
  /** A page on the device shows the need, or has the session open. */
  looked(device: string, need: SeenNeed, what: 'shown' | 'opened'): void;
  receipt(message: MessageRow, what: 'shown' | 'opened'): MessageRow;
  /** Takes back, or goes on with, what an earlier run of the hub left. */
  start(): void;
  close(): void;
}

/** The notification that follows may replace this one by itself. */
const CLOSE_MS = 1000;
/** After a start, until the machines of other hubs are connected again. */
const ELSEWHERE_MS = 120_000;

/** Push services replace what waits under the same topic: a phone that was off gets the last word only. */
const topicOf = (tag: string): string => createHash('sha256').update(tag).digest('base64url').slice(0, 32);

export function createTell(deps: TellDeps): Tell {
  const { store, clock, deliver, devices } = deps;
  /** The next look at a need. */
  const timers = new Map<string, () => void>();
  /** `device need` that a page shows. */
  const shows = new Set<string>();
  /** Messages that wait for somebody who looks at the page. */
  const held = new Map<string, () => void>();
  const closing = new Set<() => void>();
  let closed = false;

  const stands = (m: MessageRow): boolean => m.sessionId !== null && deps.need(m.sessionId)?.id === m.need;
  /** The message with the change, from the store: other hands may have changed it meanwhile. */
  const change = (id: string, with_: Partial<MessageRow>): MessageRow | undefined => {
    const row = store.message(id);
    if (!row) return undefined;
    const now = { ...row, ...with_ };
    store.saveMessage(now);
    devices.said(now);
    return now;
  };
  const lookAgain = (need: SeenNeed, at: number | null) => {
    timers.get(need.id)?.();
    timers.delete(need.id);
    if (at === null || closed) return;
    timers.set(
      need.id,
      clock.after(Math.max(1, at - clock.now()), () => {
        timers.delete(need.id);
        consider(need);
      }),
    );
  };

  const jobOf = (
    device: string,
    payload: PushPayload,
    more: Omit<Job, 'payload' | 'topic' | 'target' | 'gone'>,
  ): Job => ({
    payload,
    topic: topicOf(payload.tag),
    // What stands on a browser that was signed out meanwhile is taken off it all the same.
    target: () => (payload.do === 'close' ? devices.get(device) : devices.reachable(device))?.target ?? null,
    gone(tried) {
      devices.gone(device, tried.answer ?? 0);
      more.failed(tried);
    },
    ...more,
  });

  /** Sends the message of a need, or of a test when there is none. */
  const post = (message: MessageRow, payload: PushPayload, need: SeenNeed | null) => {
    const { id, device } = message;
    let tries = message.attempts;
    deliver.add(
      device,
      jobOf(device, payload, {
        wanted: () => need === null || stands(message),
        trying() {
          tries += 1;
          change(id, { status: tries > 1 ? 'retrying' : 'sending', attempts: tries });
        },
        again: (tried) => void change(id, { status: 'retrying', ...tried }),
        sent(tried) {
          devices.reached(device);
          const sent = change(id, { status: 'sent', sentAt: clock.now(), ...tried });
          // It was over while it travelled.
          if (sent && need && !stands(sent)) takeBack(sent);
        },
        failed(tried) {
          change(id, { status: 'failed', ...tried });
          devices.failing(device, tried);
          if (need) consider(need);
        },
        dropped() {
          const over = change(id, { status: 'unneeded' });
          // A try without an answer may have arrived all the same.
          if (over && tries > 0 && over.answer === null) takeBack(over);
        },
      }),
    );
  };

  const messageFor = (device: string, need: SeenNeed | null): MessageRow => ({
    id: newPushId(),
    device,
    need: need?.id ?? '',
    kind: need?.kind ?? 'test',
    sessionId: need?.sessionId ?? null,
    session: need?.session ?? null,
    status: 'sending',
    answer: null,
    attempts: 0,
    at: clock.now(),
    sentAt: null,
    shownAt: null,
    openedAt: null,
    closedAt: null,
    problem: '',
  });
  const add = (message: MessageRow): void => {
    store.saveMessage(message);
    devices.said(message);
  };

  const payloadFor = (message: MessageRow, need: SeenNeed): PushPayload => {
    const scopes = devices.get(message.device)?.scopes ?? [];
    const mayAnswer = scopes.includes('approve') || scopes.includes('admin');
    return payloadOf(message.id, need, { detail: deps.detail(), mayAnswer });
  };
  const onPage = (device: string, need: SeenNeed): boolean => shows.has(`${device} ${need.id}`);
  const tellDevice = (device: string, need: SeenNeed): void => {
    const holds = onPage(device, need);
    const message: MessageRow = { ...messageFor(device, need), status: holds ? 'held' : 'sending' };
    add(message);
    if (!holds) {
      post(message, payloadFor(message, need), need);
      return;
    }
    held.set(
      message.id,
      clock.after(HELD_MS, () => {
        held.delete(message.id);
        release(message, need);
      }),
    );
  };
  /** Nobody reacted to what the page showed. */
  const release = (message: MessageRow, need: SeenNeed): void => {
    if (!stands(message) || store.ofNeed(need.id).some((each) => each.openedAt !== null)) {
      change(message.id, { status: 'unneeded' });
      return;
    }
    const now = change(message.id, { status: 'sending' });
    if (now) post(now, payloadFor(now, need), need);
  };

  function consider(need: SeenNeed): void {
    if (closed || deps.need(need.sessionId)?.id !== need.id) return;
    const told = store.ofNeed(need.id);
    const times: number[] = [];
    for (const mine of devices.byUser()) {
      const { tell, again } = next({
        needAt: need.seenAt,
        now: clock.now(),
        // Where a page shows it there is most likely somebody.
        devices: inOrder(mine).toSorted((a, b) => Number(onPage(b.id, need)) - Number(onPage(a.id, need))),
        told: told.filter(({ device }) => mine.some(({ id }) => id === device)),
        escalateMs: deps.escalateMs(),
      });
      for (const device of tell) tellDevice(device, need);
      if (again !== null) times.push(again);
      // After those told now come the next ones.
      else if (tell.length > 0 && deps.escalateMs() > 0) times.push(clock.now() + deps.escalateMs());
    }
    lookAgain(need, times.length > 0 ? Math.min(...times) : null);
  }

  /** Takes a notification off the device, unless a newer one of the session has taken its place. */
  function takeBack(message: MessageRow, afterMs = CLOSE_MS): void {
    const { id, device, sessionId, session, kind } = message;
    if (sessionId === null) return;
    // Asked when its turn in the lane comes: by then it is known whether the newer one was sent.
    const replaced = (): boolean =>
      store
        .standing()
        .some(
          (m) =>
            m.device === device &&
            m.sessionId === sessionId &&
            m.need !== message.need &&
            m.at >= message.at &&
            m.status === 'sent',
        );
    const over = () => void change(id, { closedAt: clock.now() });
    const cancel = clock.after(afterMs, () => {
      closing.delete(cancel);
      const now = store.message(id);
      if (!now || now.closedAt !== null) return;
      // The same need again, such as a dialog that came back.
      if (stands(now)) return;
      deliver.add(
        device,
        jobOf(device, closePayload(sessionId, session, kind, clock.now()), {
          wanted: () => !replaced() && store.message(id)?.closedAt === null,
          trying: () => undefined,
          again: () => undefined,
          sent: over,
          failed: over,
          dropped: over,
        }),
      );
    });
    closing.add(cancel);
  }

  const end = (need: Pick<SeenNeed, 'id'>): void => {
    timers.get(need.id)?.();
    timers.delete(need.id);
    for (const each of [...shows]) if (each.endsWith(` ${need.id}`)) shows.delete(each);
    for (const message of store.ofNeed(need.id)) {
      const waiting = held.get(message.id);
      if (waiting) {
        waiting();
        held.delete(message.id);
        change(message.id, { status: 'unneeded' });
      } else if (message.status === 'sent' && message.closedAt === null) takeBack(message);
    }
    deliver.look();
  };

  return {
    begun: consider,
    ended: end,
    test(device) {
      const message = messageFor(device.id, null);
      add(message);
      post(message, testPayload(message.id, device.id, message.at), null);
      return message;
    },
    looked(device, need, what) {
      shows.add(`${device} ${need.id}`);
      if (what === 'shown') return;
      const told = store.ofNeed(need.id).find((m) => m.device === device);
      const at = clock.now();
      if (told) change(told.id, { openedAt: told.openedAt ?? at });
      else add({ ...messageFor(device, need), status: 'unneeded', openedAt: at });
      consider(need);
    },
    receipt(message, what) {
      const at = clock.now();
      const opened = what === 'opened' ? { openedAt: message.openedAt ?? at, closedAt: message.closedAt ?? at } : {};
      const now = change(message.id, { shownAt: message.shownAt ?? at, ...opened });
      const need = what === 'opened' && message.sessionId !== null ? deps.need(message.sessionId) : null;
      if (need?.id === message.need) consider(need);
      return now ?? message;
    },
    start() {
      for (const message of store.standing()) {
        const need = message.sessionId === null ? null : deps.need(message.sessionId);
        if (need?.id !== message.need) {
          if (message.status === 'held') change(message.id, { status: 'unneeded' });
          // Whether a try that was under way arrived is not known.
          else takeBack(message, message.sessionId === null || deps.own(message.sessionId) ? CLOSE_MS : ELSEWHERE_MS);
        } else if (message.status !== 'sent') post(message, payloadFor(message, need), need);
      }
    },
    close() {
      closed = true;
      for (const cancel of [...timers.values(), ...held.values(), ...closing]) cancel();
    },
  };
}
