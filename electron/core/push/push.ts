/** The door of the push room: devices are told when a session needs a person, and the hub knows whether they were. */
import { Fault } from '../../../shared/fault.ts';
import { newDeviceId } from '../../../shared/ids.ts';
import { type Audit, actor } from '../../kernel/audit.ts';
import type { Bus } from '../../kernel/bus.ts';
import type { Clock } from '../../kernel/clock.ts';
import { type Handlers, may, type Principal } from '../../kernel/handlers.ts';
import type { Db, PushSender } from '../../platform/ports.ts';
import type { Approvals } from '../approvals/approvals.ts';
import type { Auth } from '../auth/auth.ts';
import type { SessionAccess } from '../sessions/sessions.ts';
import type { Settings } from '../settings/settings.ts';
import { createDeliver } from './deliver.ts';
import { createDevices, plain } from './devices.ts';
import { createKeys } from './keys.ts';
import { createNeeds } from './needs.ts';
import { minutesAt } from './rules.ts';
import { createPushStore, type DeviceRow, type MessageRow } from './store.ts';
import { createTell } from './tell.ts';

export interface PushDeps {
  readonly db: Db;
  readonly bus: Bus;
  readonly clock: Clock;
  readonly sessions: Pick<SessionAccess, 'get' | 'live' | 'resolve'>;
  readonly approvals: Pick<Approvals, 'open'>;
  readonly auth: Pick<Auth, 'stillValid' | 'userNames'>;
  readonly settings: Pick<Settings, 'value'>;
  readonly sender: PushSender;
  /** Folder for the VAPID pair. */
  readonly dir: string;
  readonly audit?: Audit;
  readonly log: (level: 'info' | 'warn' | 'error', message: string, data?: Record<string, unknown>) => void;
}

export interface Push {
  readonly handlers: Pick<Handlers, Extract<keyof Handlers, `push.${string}`>>;
  /** When the sessions are there. */
  start(): void;
  close(): void;
}

/** Devices of one user: what a client that goes round in circles may leave. */
const MOST = 50;
const PRUNE_MS = 3600_000;
const MINUTE = 60_000;

export function createPush(deps: PushDeps): Push {
  const { bus, clock, sessions, settings, sender, log } = deps;
  const store = createPushStore(deps.db);
  const keys = createKeys(deps.dir, () => sender.newKeys());
  const devices = createDevices({ store, clock, stillValid: (who) => deps.auth.stillValid(who) });
  const told = (error: unknown): string => String(error instanceof Error ? (error.stack ?? error.message) : error);

  const deliver = createDeliver({
    clock,
    async send(target, message) {
      const by = { keys: await keys(), contact: settings.value('push.contact'), hosts: settings.value('push.hosts') };
      return sender.send(target, message, by);
    },
    failed: (error) => log('error', 'a push message failed unexpectedly', { error: told(error) }),
  });
  const tell = createTell({
    store,
    clock,
    deliver,
    devices,
    need: (sessionId) => needs.get(sessionId),
    own: (sessionId) => sessions.get(sessionId) !== undefined,
    escalateMs: () => settings.value('push.escalateMinutes') * MINUTE,
    detail: () => settings.value('push.detail'),
  });
  const needs = createNeeds({
    bus,
    clock,
    sessions,
    approvals: deps.approvals,
    doneMs: () => settings.value('push.doneMinutes') * MINUTE,
    changed(before, now) {
      if (before) tell.ended(before);
      if (now) tell.begun(now);
    },
  });
  /** Another ear, or another rule: whoever waits is told by it. */
  const reconsider = () => {
    for (const need of needs.all()) tell.begun(need);
  };
  const offs = [
    bus.on('auth.revoked', ({ tokenIds }) => {
      const users = deps.auth.userNames();
      for (const { id, user } of devices.all()) if (user !== 'local' && !users.includes(user)) devices.drop(id);
      devices.revoked(tokenIds);
      deliver.look();
      reconsider();
    }),
    bus.on('settings.changed', ({ keys: names }) => {
      if (names.includes('push.escalateMinutes')) reconsider();
    }),
    clock.every(PRUNE_MS, () => store.prune()),
  ];

  const seen = (who: Principal, { user }: { readonly user: string }) => may(who, 'admin') || user === who.user;
  /** To others it does not exist. */
  const mine = (id: string, who: Principal): DeviceRow => {
    const row = devices.get(id);
    if (!row || !seen(who, row)) throw new Fault('not-found', `there is no device ${JSON.stringify(id.slice(0, 64))}`);
    return row;
  };
  const shown = (row: DeviceRow) => {
    const device = devices.live.get(row.id);
    if (!device) throw new Error('a device is not in its feed');
    return device;
  };
  const own = (m: MessageRow, who: Principal): boolean => {
    const row = devices.get(m.device);
    return row !== undefined && seen(who, row);
  };

  /** The row that a subscription belongs to: its own, or the one it takes the place of. */
  const placeOf = (endpoint: string, replaces: string | undefined, who: Principal): DeviceRow | undefined => {
    const same = devices.all().find(({ target }) => target?.endpoint === endpoint);
    if (same) return same;
    const old = replaces === undefined ? undefined : devices.get(replaces);
    return old?.user === who.user ? old : undefined;
  };
  const makeRoom = (user: string): void => {
    const all = devices.all().filter((row) => row.user === user);
    if (all.length < MOST) return;
    const dead = all.filter((row) => !row.target || row.signedOut).sort((a, b) => a.usedAt - b.usedAt)[0];
    if (!dead) throw new Fault('too-large', `${user} has ${MOST} devices; remove those no longer used`);
    devices.drop(dead.id);
  };

  return {
    handlers: {
      'push.key': async () => ({ key: (await keys()).publicKey }),
      'push.subscribe'({ endpoint, keys: given, name, replaces }, { who }) {
        const target = { endpoint, keys: given };
        const no = sender.refusal(target, settings.value('push.hosts'));
        if (no !== null) throw new Fault('refused', no);
        const at = placeOf(endpoint, replaces, who);
        const sameUser = at?.user === who.user;
        if (!sameUser) makeRoom(who.user);
        // A browser in which somebody else signed in is that user's device from now on, with nothing of the one before.
        if (at && !sameUser) devices.drop(at.id);
        const row: DeviceRow = {
          id: at && sameUser ? at.id : newDeviceId(),
          user: who.user,
          name: at && sameUser ? at.name : name,
          service: new URL(endpoint).host,
          target,
          tokenId: who.tokenId,
          via: who.via,
          scopes: [...who.scopes],
          quiet: at && sameUser ? at.quiet : null,
          problem: at && sameUser && at.target?.endpoint === endpoint ? at.problem : '',
          signedOut: false,
          createdAt: at && sameUser ? at.createdAt : clock.now(),
          usedAt: clock.now(),
        };
        const device = devices.save(row);
        if (!at || !sameUser) {
          deps.audit?.({
            ...actor(who),
            action: 'push.subscribe',
            target: row.name,
            detail: { id: row.id, service: row.service },
          });
        }
        reconsider();
        return device;
      },
      'push.devices': (_input, { who }) =>
        devices
          .all()
          .filter((row) => seen(who, row))
          .map(shown),
      'push.edit'({ id, name, quiet }, { who }) {
        const row = mine(id, who);
        if (quiet && minutesAt(0, quiet.zone) === null) {
          throw new Fault(
            'invalid',
            `there is no time zone ${JSON.stringify(quiet.zone)}; name one such as Europe/Paris`,
          );
        }
        const device = devices.save({
          ...row,
          ...(name === undefined ? {} : { name }),
          ...(quiet === undefined ? {} : { quiet }),
        });
        reconsider();
        return device;
      },
      'push.remove'({ id }, { who }) {
        const row = mine(id, who);
        devices.drop(id);
        deliver.look();
        deps.audit?.({ ...actor(who), action: 'push.remove', target: row.name, detail: { id, user: row.user } });
        return { removed: true };
      },
      'push.test'({ id }, { who }) {
        const row = mine(id, who);
        if (!devices.reachable(id)) throw new Fault('gone', `${row.name} cannot be told: ${shown(row).problem}`);
        return plain(tell.test(row));
      },
      'push.messages'({ device, limit }, { who }) {
        if (device !== undefined) return store.latestOf(mine(device, who).id, limit).map(plain);
        // Read whole: the newest of others must not crowd out one's own.
        return store
          .latest(-1)
          .filter((m) => own(m, who))
          .slice(0, limit)
          .map(plain);
      },
      'push.receipt'({ id, what }, { who }) {
        const message = store.message(id);
        if (!message || !own(message, who)) throw new Fault('not-found', 'there is no such message');
        return plain(tell.receipt(message, what));
      },
      'push.looked'({ id, session, what }, { who }) {
        const row = mine(id, who);
        const need = needs.get(needs.elsewhere(session) ?? sessions.resolve(session).id);
        if (need) tell.looked(row.id, need, what);
        return { ok: true };
      },
      'push.rows': (_params, { who }) => ({ live: devices.live, filter: (device) => seen(who, device) }),
    },
    start() {
      needs.start();
      for (const { kind, sessionId } of store.standing()) if (kind === 'done' && sessionId) needs.finished(sessionId);
      tell.start();
    },
    close() {
      for (const off of offs) off();
      needs.close();
      tell.close();
      deliver.close();
    },
  };
}
