/** Channels: who is in them, what was said, and where it was delivered. */
export const sql = `
CREATE TABLE channels (
  id TEXT PRIMARY KEY,
  kind TEXT NOT NULL CHECK (kind IN ('group', 'direct')),
  -- Groups have a name, direct ones the two that they are between.
  name TEXT UNIQUE,
  pair TEXT UNIQUE,
  topic TEXT NOT NULL,
  archived INTEGER NOT NULL DEFAULT 0,
  created_kind TEXT NOT NULL,
  created_id TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  last INTEGER NOT NULL DEFAULT 0,
  last_at INTEGER,
  preview TEXT NOT NULL DEFAULT ''
) STRICT;

CREATE TABLE channels_members (
  channel_id TEXT NOT NULL REFERENCES channels (id) ON DELETE CASCADE,
  ord INTEGER NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('user', 'session')),
  id TEXT NOT NULL,
  name TEXT NOT NULL,
  read INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (channel_id, kind, id)
) STRICT;
CREATE INDEX channels_members_who ON channels_members (kind, id);

CREATE TABLE channels_messages (
  id TEXT PRIMARY KEY,
  channel_id TEXT NOT NULL REFERENCES channels (id) ON DELETE CASCADE,
  n INTEGER NOT NULL,
  by_kind TEXT NOT NULL,
  by_id TEXT NOT NULL,
  by_name TEXT NOT NULL,
  text TEXT NOT NULL,
  mentions TEXT NOT NULL,
  reply_to INTEGER,
  at INTEGER NOT NULL,
  -- How many agents in a row have spoken, without a person between them.
  depth INTEGER NOT NULL,
  words TEXT NOT NULL,
  UNIQUE (channel_id, n)
) STRICT;
CREATE INDEX channels_messages_by ON channels_messages (by_kind, by_id, at);

CREATE TABLE channels_deliveries (
  message_id TEXT NOT NULL REFERENCES channels_messages (id) ON DELETE CASCADE,
  session_id TEXT NOT NULL,
  session TEXT NOT NULL,
  prompt TEXT UNIQUE,
  state TEXT NOT NULL,
  reason TEXT NOT NULL,
  at INTEGER NOT NULL,
  PRIMARY KEY (message_id, session_id)
) STRICT;
CREATE INDEX channels_deliveries_session ON channels_deliveries (session_id, at);
CREATE INDEX channels_deliveries_open ON channels_deliveries (state) WHERE state IN ('queued', 'held', 'delivering', 'delivered', 'unverified');
`;
