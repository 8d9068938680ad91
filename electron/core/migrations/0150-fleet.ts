/** Hubs that joined this one, and tokens of ours that were made for hubs that we joined. Their secrets are never stored. */
export const sql = `
CREATE TABLE fleet_nodes (
  -- Follows from the key.
  id TEXT PRIMARY KEY,
  key TEXT NOT NULL UNIQUE,
  title TEXT NOT NULL,
  -- The last introduction without its credential, as JSON.
  about TEXT NOT NULL,
  state TEXT NOT NULL,
  problem TEXT NOT NULL,
  since INTEGER NOT NULL,
  first_at INTEGER NOT NULL,
  last_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE fleet_given (
  token_id TEXT PRIMARY KEY,
  hub TEXT NOT NULL,
  at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
`;
