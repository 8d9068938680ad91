/**
 * Of what people type into sessions on machines that are away: how much waits now, and how much never arrived. The keys
 * themselves are never written down, as passwords are among them.
 */
export const sql = `
CREATE TABLE lost_keys (
  session TEXT PRIMARY KEY REFERENCES sessions (id) ON DELETE CASCADE,
  waiting INTEGER NOT NULL,
  lost INTEGER NOT NULL,
  why TEXT NOT NULL
) STRICT;
`;
