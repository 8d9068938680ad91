/** Hubs that have this one among their nodes because somebody added it there, by the token that they were given. */
export const sql = `
CREATE TABLE fleet_admitted (
  token_id TEXT PRIMARY KEY,
  -- Of the hub that it was given to.
  key TEXT NOT NULL,
  name TEXT NOT NULL,
  at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
`;
