/** Permission dialogs of agents, open and answered; at most one is open in a session. */
export const sql = `
CREATE TABLE approvals (
  id TEXT PRIMARY KEY,
  session_id TEXT NOT NULL,
  session TEXT NOT NULL,
  agent TEXT NOT NULL,
  kind TEXT NOT NULL,
  title TEXT NOT NULL,
  tool TEXT,
  subject TEXT NOT NULL,
  digest TEXT NOT NULL,
  choices TEXT NOT NULL,
  multiple INTEGER NOT NULL,
  status TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  ended_at INTEGER,
  answer TEXT
) STRICT;
CREATE UNIQUE INDEX approvals_open ON approvals (session_id) WHERE status IN ('open', 'answering');
CREATE INDEX approvals_ended ON approvals (ended_at) WHERE ended_at IS NOT NULL;
`;
