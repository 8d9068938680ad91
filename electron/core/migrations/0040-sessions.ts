/** Sessions as they were decided; what of them is alive, tmux knows. `phase` is where a start or an end stood at a crash. */
export const sql = `
CREATE TABLE sessions (
  id TEXT PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  agent TEXT NOT NULL,
  node TEXT NOT NULL,
  cwd TEXT NOT NULL,
  phase TEXT NOT NULL CHECK (phase IN ('starting', 'live', 'lost', 'archived', 'stopping')),
  flags TEXT NOT NULL,
  flags_mode TEXT NOT NULL,
  skip INTEGER,
  command TEXT,
  env TEXT NOT NULL,
  init TEXT NOT NULL,
  tags TEXT NOT NULL,
  conversation TEXT,
  shown_command TEXT NOT NULL,
  paused INTEGER NOT NULL,
  cols INTEGER NOT NULL,
  rows INTEGER NOT NULL,
  state TEXT NOT NULL,
  state_since INTEGER NOT NULL,
  turned INTEGER NOT NULL,
  bracketed INTEGER NOT NULL,
  exit_status INTEGER,
  created_at INTEGER NOT NULL,
  started_at INTEGER NOT NULL
) STRICT;
`;
