/** Nodes: machines other than this one. Secrets are never stored. */
export const sql = `
CREATE TABLE nodes (
  id TEXT PRIMARY KEY,
  title TEXT NOT NULL UNIQUE,
  kind TEXT NOT NULL,
  host TEXT NOT NULL,
  user TEXT,
  port INTEGER,
  identity TEXT,
  jump TEXT,
  -- As last seen: paths can be shown while the machine is away.
  home TEXT NOT NULL,
  created_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
`;
