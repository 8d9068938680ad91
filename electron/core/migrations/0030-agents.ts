/** Agents: conversations found in the agents' own files, and what they used. */
export const sql = `
-- A cache, with the place in each file where reading goes on.
CREATE TABLE agents_conversations (
  key TEXT PRIMARY KEY,
  agent TEXT NOT NULL,
  path TEXT NOT NULL,
  size INTEGER NOT NULL,
  mtime REAL NOT NULL,
  offset INTEGER NOT NULL,
  anchor TEXT NOT NULL,
  digest TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- Kept when the agent deletes its files. One row for a turn, model and day (time zone of the hub).
CREATE TABLE agents_usage (
  key TEXT NOT NULL,
  turn INTEGER NOT NULL,
  day TEXT NOT NULL,
  model TEXT NOT NULL,
  side INTEGER NOT NULL,
  agent TEXT NOT NULL,
  conversation TEXT NOT NULL,
  input INTEGER NOT NULL,
  output INTEGER NOT NULL,
  cache_read INTEGER NOT NULL,
  cache_write INTEGER NOT NULL,
  PRIMARY KEY (key, turn, day, model, side)
) STRICT, WITHOUT ROWID;
CREATE INDEX agents_usage_day ON agents_usage (day);
CREATE INDEX agents_usage_conversation ON agents_usage (conversation);

-- Which file an answer was counted for: forked conversations repeat the answers of their ancestor.
CREATE TABLE agents_messages (
  agent TEXT NOT NULL,
  message TEXT NOT NULL,
  key TEXT NOT NULL,
  PRIMARY KEY (agent, message)
) STRICT, WITHOUT ROWID;
CREATE INDEX agents_messages_key ON agents_messages (key);
`;
