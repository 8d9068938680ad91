/** What users chose for the face; every value that was there is a row, the newest of a key is the one that counts. */
export const sql = `
CREATE TABLE preferences (
  user TEXT NOT NULL,
  key TEXT NOT NULL,
  version INTEGER NOT NULL,
  value TEXT NOT NULL,
  at INTEGER NOT NULL,
  PRIMARY KEY (user, key, version)
) STRICT, WITHOUT ROWID;
`;
