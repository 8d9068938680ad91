/** Users, and everything that lets somebody in: named tokens, browser sessions, tokens of agents. */
export const sql = `
CREATE TABLE auth_users (
  id TEXT PRIMARY KEY,
  name TEXT NOT NULL UNIQUE COLLATE NOCASE,
  scopes TEXT NOT NULL,
  passphrase TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  last_login_at INTEGER
) STRICT;

CREATE TABLE auth_tokens (
  id TEXT PRIMARY KEY,
  kind TEXT NOT NULL CHECK (kind IN ('token', 'browser', 'agent')),
  name TEXT NOT NULL,
  user_id TEXT REFERENCES auth_users (id) ON DELETE CASCADE,
  secret_hash BLOB NOT NULL,
  scopes TEXT NOT NULL,
  sessions TEXT,
  nodes TEXT,
  created_at INTEGER NOT NULL,
  expires_at INTEGER,
  last_used_at INTEGER
) STRICT;
CREATE INDEX auth_tokens_user ON auth_tokens (user_id);

CREATE TABLE auth_setup (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  code_hash BLOB NOT NULL,
  expires_at INTEGER NOT NULL
) STRICT;
`;
