/** Prompts: a queue for each session, and the receipts of what was delivered. */
export const sql = `
CREATE TABLE prompts (
  id TEXT PRIMARY KEY,
  session_id TEXT NOT NULL,
  session TEXT NOT NULL,
  ord REAL NOT NULL,
  text TEXT NOT NULL,
  origin TEXT NOT NULL,
  by TEXT NOT NULL,
  now INTEGER NOT NULL,
  steer INTEGER NOT NULL,
  lines INTEGER NOT NULL,
  state TEXT NOT NULL,
  reason TEXT,
  screen TEXT,
  step TEXT,
  step_at INTEGER,
  blind INTEGER NOT NULL DEFAULT 0,
  on_screen INTEGER NOT NULL DEFAULT 0,
  created_at INTEGER NOT NULL,
  delivered_at INTEGER,
  confirmed_at INTEGER,
  idle_at INTEGER,
  ended_at INTEGER
) STRICT;
CREATE INDEX prompts_open ON prompts (session_id, ord) WHERE ended_at IS NULL;
CREATE INDEX prompts_ended ON prompts (ended_at) WHERE ended_at IS NOT NULL;
CREATE INDEX prompts_session ON prompts (session_id, created_at);
CREATE INDEX prompts_turn ON prompts (session_id) WHERE state = 'confirmed' AND idle_at IS NULL;
`;
