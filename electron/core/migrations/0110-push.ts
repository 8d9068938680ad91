/** Devices that are told by web push, and what became of each message to them. */
export const sql = `
CREATE TABLE push_devices (
  id TEXT PRIMARY KEY,
  user TEXT NOT NULL,
  name TEXT NOT NULL,
  service TEXT NOT NULL,
  endpoint TEXT UNIQUE,
  p256dh TEXT NOT NULL,
  auth TEXT NOT NULL,
  token_id TEXT NOT NULL,
  via TEXT NOT NULL,
  scopes TEXT NOT NULL,
  quiet TEXT,
  problem TEXT NOT NULL DEFAULT '',
  signed_out INTEGER NOT NULL DEFAULT 0,
  created_at INTEGER NOT NULL,
  used_at INTEGER NOT NULL
) STRICT;

CREATE TABLE push_messages (
  id TEXT PRIMARY KEY,
  device_id TEXT NOT NULL,
  need TEXT NOT NULL,
  kind TEXT NOT NULL,
  session_id TEXT,
  session TEXT,
  status TEXT NOT NULL,
  answer INTEGER,
  attempts INTEGER NOT NULL DEFAULT 0,
  at INTEGER NOT NULL,
  sent_at INTEGER,
  shown_at INTEGER,
  opened_at INTEGER,
  closed_at INTEGER,
  problem TEXT NOT NULL DEFAULT ''
) STRICT;
CREATE INDEX push_messages_need ON push_messages (need);
CREATE INDEX push_messages_device ON push_messages (device_id, at);
CREATE INDEX push_messages_standing ON push_messages (session_id) WHERE closed_at IS NULL;
`;
