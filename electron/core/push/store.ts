/** The only SQL for push: devices with their subscriptions, and a row for every message. */
import type { Scope } from '../../../shared/contract/define.ts';
import type { PushMessage, QuietHours } from '../../../shared/contract/push.ts';
import type { Principal } from '../../kernel/handlers.ts';
import type { Db, PushTarget } from '../../platform/ports.ts';

export interface DeviceRow {
  readonly id: string;
  readonly user: string;
  readonly name: string;
  readonly service: string;
  /** Null when the subscription ended. */
  readonly target: PushTarget | null;
  /** The sign-in that it was subscribed with, and what that may do. */
  readonly tokenId: string;
  readonly via: Principal['via'];
  readonly scopes: readonly Scope[];
  readonly quiet: QuietHours | null;
  readonly problem: string;
  readonly signedOut: boolean;
  readonly createdAt: number;
  readonly usedAt: number;
}
/** A message with what only the hub needs of it. */
export interface MessageRow extends PushMessage {
  /** Id of the need; empty for a test. */
  readonly need: string;
  readonly sessionId: string | null;
}

interface RawDevice {
  readonly id: string;
  readonly user: string;
  readonly name: string;
  readonly service: string;
  readonly endpoint: string | null;
  readonly p256dh: string;
  readonly auth: string;
  readonly token_id: string;
  readonly via: Principal['via'];
  readonly scopes: string;
  readonly quiet: string | null;
  readonly problem: string;
  readonly signed_out: number;
  readonly created_at: number;
  readonly used_at: number;
}
const deviceOf = (raw: RawDevice): DeviceRow => ({
  id: raw.id,
  user: raw.user,
  name: raw.name,
  service: raw.service,
  target: raw.endpoint === null ? null : { endpoint: raw.endpoint, keys: { p256dh: raw.p256dh, auth: raw.auth } },
  tokenId: raw.token_id,
  via: raw.via,
  scopes: JSON.parse(raw.scopes) as Scope[],
  quiet: raw.quiet === null ? null : (JSON.parse(raw.quiet) as QuietHours),
  problem: raw.problem,
  signedOut: raw.signed_out === 1,
  createdAt: raw.created_at,
  usedAt: raw.used_at,
});

interface RawMessage {
  readonly id: string;
  readonly device_id: string;
  readonly need: string;
  readonly kind: PushMessage['kind'];
  readonly session_id: string | null;
  readonly session: string | null;
  readonly status: PushMessage['status'];
  readonly answer: number | null;
  readonly attempts: number;
  readonly at: number;
  readonly sent_at: number | null;
  readonly shown_at: number | null;
  readonly opened_at: number | null;
  readonly closed_at: number | null;
  readonly problem: string;
}
const messageOf = (raw: RawMessage): MessageRow => ({
  id: raw.id,
  device: raw.device_id,
  need: raw.need,
  kind: raw.kind,
  sessionId: raw.session_id,
  session: raw.session,
  status: raw.status,
  answer: raw.answer,
  attempts: raw.attempts,
  at: raw.at,
  sentAt: raw.sent_at,
  shownAt: raw.shown_at,
  openedAt: raw.opened_at,
  closedAt: raw.closed_at,
  problem: raw.problem,
});

/** Messages kept of all devices together. */
export const KEPT = 2000;

export type PushStore = ReturnType<typeof createPushStore>;

export function createPushStore(db: Db) {
  const devices = db.prepare<RawDevice>('SELECT * FROM push_devices ORDER BY created_at, id');
  const saveDevice = db.prepare(
    `INSERT OR REPLACE INTO push_devices
     (id, user, name, service, endpoint, p256dh, auth, token_id, via, scopes, quiet, problem, signed_out, created_at, used_at)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  const dropDevice = db.prepare('DELETE FROM push_devices WHERE id = ?');
  const dropMessages = db.prepare('DELETE FROM push_messages WHERE device_id = ?');
  const message = db.prepare<RawMessage>('SELECT * FROM push_messages WHERE id = ?');
  const saveMessage = db.prepare(
    `INSERT OR REPLACE INTO push_messages
     (id, device_id, need, kind, session_id, session, status, answer, attempts, at, sent_at, shown_at, opened_at, closed_at, problem)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  const many = (sql: string) => {
    const statement = db.prepare<RawMessage>(sql);
    return (...params: readonly unknown[]): readonly MessageRow[] => statement.all(...params).map(messageOf);
  };
  const prune = db.prepare(
    'DELETE FROM push_messages WHERE at < (SELECT at FROM push_messages ORDER BY at DESC LIMIT 1 OFFSET ?)',
  );

  return {
    devices: (): readonly DeviceRow[] => devices.all().map(deviceOf),
    saveDevice(d: DeviceRow): void {
      const { target } = d;
      const secret = [target?.endpoint ?? null, target?.keys.p256dh ?? '', target?.keys.auth ?? ''];
      const sign = [d.tokenId, d.via, JSON.stringify(d.scopes), d.quiet && JSON.stringify(d.quiet)];
      const rest = [d.problem, Number(d.signedOut), d.createdAt, d.usedAt];
      saveDevice.run(d.id, d.user, d.name, d.service, ...secret, ...sign, ...rest);
    },
    dropDevice(id: string): void {
      db.transaction(() => {
        dropMessages.run(id);
        dropDevice.run(id);
      });
    },
    message(id: string): MessageRow | undefined {
      const raw = message.get(id);
      return raw && messageOf(raw);
    },
    saveMessage(m: MessageRow): void {
      const about = [m.need, m.kind, m.sessionId, m.session];
      const became = [m.status, m.answer, m.attempts, m.at, m.sentAt, m.shownAt, m.openedAt, m.closedAt, m.problem];
      saveMessage.run(m.id, m.device, ...about, ...became);
    },
    ofNeed: many('SELECT * FROM push_messages WHERE need = ? ORDER BY at, rowid'),
    /** About sessions, and not taken back, opened or ended without being sent. */
    standing: many(
      "SELECT * FROM push_messages WHERE closed_at IS NULL AND session_id IS NOT NULL AND status NOT IN ('failed', 'unneeded')",
    ),
    /** Newest first. */
    latest: many('SELECT * FROM push_messages ORDER BY at DESC, rowid DESC LIMIT ?'),
    latestOf: many('SELECT * FROM push_messages WHERE device_id = ? ORDER BY at DESC, rowid DESC LIMIT ?'),
    prune: (): number => prune.run(KEPT - 1).changes,
  };
}
