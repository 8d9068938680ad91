/** The devices: in memory, in the table and in the feed; who of them can be reached now. */
import type { PushDevice, PushMessage } from '../../../shared/contract/push.ts';
import type { Clock } from '../../kernel/clock.ts';
import type { Principal } from '../../kernel/handlers.ts';
import { createLive, type Live } from '../../kernel/live.ts';
import type { Try } from './deliver.ts';
import type { Ear } from './rules.ts';
import type { DeviceRow, MessageRow, PushStore } from './store.ts';

export interface Devices {
  readonly live: Live<PushDevice>;
  get(id: string): DeviceRow | undefined;
  all(): readonly DeviceRow[];
  save(row: DeviceRow): PushDevice;
  drop(id: string): void;
  /** Null for one whose subscription ended or whose browser is not signed in any more. */
  reachable(id: string): DeviceRow | null;
  /** Those that can be told now, the devices of each user together. */
  byUser(): readonly (readonly Ear[])[];
  /** A message to one of them changed. */
  said(message: MessageRow): void;
  /** A message was taken. */
  reached(id: string): void;
  /** A message was refused for good. */
  failing(id: string, tried: Try): void;
  /** The push service does not know the subscription any more. */
  gone(id: string, answer: number): void;
  /** Those sign-ins may have ended. */
  revoked(tokenIds: readonly string[]): void;
}

export const SIGNED_OUT = 'this browser is signed out: nothing is sent there until somebody signs in on it again';

/** A message as others may know it. */
export const plain = ({ need: _need, sessionId: _session, ...message }: MessageRow): PushMessage => message;

export function createDevices(deps: {
  readonly store: PushStore;
  readonly clock: Clock;
  readonly stillValid: (who: Principal) => boolean;
}): Devices {
  const { store, clock } = deps;
  const rows = new Map(store.devices().map((row) => [row.id, row]));
  const live = createLive<PushDevice>({ key: (device) => device.id });

  const shownOf = (row: DeviceRow): PushDevice => {
    const latest = store.latestOf(row.id, 20);
    const last = latest[0] ?? null;
    const newest = (time: 'shownAt' | 'openedAt') =>
      latest.reduce<number | null>((best, m) => {
        const at = m[time];
        return at !== null && (best === null || at > best) ? at : best;
      }, null);
    const state = !row.target ? 'gone' : row.signedOut ? 'signed-out' : row.problem === '' ? 'on' : 'failing';
    return {
      id: row.id,
      user: row.user,
      name: row.name,
      service: row.service,
      state,
      problem: state === 'signed-out' ? SIGNED_OUT : row.problem,
      quiet: row.quiet,
      createdAt: row.createdAt,
      usedAt: row.usedAt,
      shownAt: newest('shownAt'),
      openedAt: newest('openedAt'),
      last: last && plain(last),
    };
  };
  const publish = (row: DeviceRow): PushDevice => {
    const device = shownOf(row);
    live.put(device);
    return device;
  };
  const save = (row: DeviceRow): PushDevice => {
    rows.set(row.id, row);
    store.saveDevice(row);
    return publish(row);
  };
  const change = (id: string, with_: Partial<DeviceRow>): void => {
    const row = rows.get(id);
    if (row) save({ ...row, ...with_ });
  };
  /** Asked anew each time: a sign-in may have ended by time alone. */
  const signedIn = ({ user, tokenId, via, scopes }: DeviceRow): boolean =>
    via === 'local' || deps.stillValid({ user, tokenId, via, scopes: new Set(scopes), sessions: null, nodes: null });
  const reachable = (id: string): DeviceRow | null => {
    const row = rows.get(id);
    if (!row?.target || row.signedOut) return null;
    if (signedIn(row)) return row;
    change(id, { signedOut: true });
    return null;
  };
  live.put(...[...rows.values()].map(shownOf));

  return {
    live,
    get: (id) => rows.get(id),
    all: () => [...rows.values()],
    save,
    drop(id) {
      rows.delete(id);
      store.dropDevice(id);
      live.drop(id);
    },
    reachable,
    byUser() {
      const users = new Map<string, Ear[]>();
      for (const { id, user, quiet, usedAt, createdAt } of [...rows.values()]) {
        if (!reachable(id)) continue;
        const mine = users.get(user) ?? [];
        mine.push({ id, quiet, usedAt, createdAt, last: live.get(id)?.last ?? null });
        users.set(user, mine);
      }
      return [...users.values()];
    },
    said(message) {
      const row = rows.get(message.device);
      if (!row) return;
      if (message.openedAt !== null && message.openedAt > row.usedAt) save({ ...row, usedAt: message.openedAt });
      else publish(row);
    },
    reached(id) {
      if (rows.get(id)?.problem !== '') change(id, { problem: '' });
    },
    failing(id, { problem, answer }) {
      const row = rows.get(id);
      if (!row?.target) return;
      const help = answer === 401 || answer === 403 ? '; turn notifications off and on again on the device' : '';
      change(id, { problem: `${problem}${help}` });
    },
    gone(id, answer) {
      change(id, {
        target: null,
        problem: `the push service ended the subscription (${answer}, ${new Date(clock.now()).toISOString().slice(0, 10)}): turn notifications on again on the device`,
      });
    },
    revoked(tokenIds) {
      for (const row of [...rows.values()]) {
        if (tokenIds.includes(row.tokenId) && !row.signedOut && !signedIn(row)) change(row.id, { signedOut: true });
      }
    },
  };
}
