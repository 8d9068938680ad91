/**
 * The board. `board_made` remembers what a card was made from (a client's id, an imported address), also when the card is
 * gone, so that a repeat makes no second one. Numbers of keys and fences only rise.
 */
export const sql = `
CREATE TABLE board_columns (
  id TEXT PRIMARY KEY,
  title TEXT NOT NULL,
  kind TEXT NOT NULL,
  most INTEGER,
  position INTEGER NOT NULL
) STRICT;
INSERT INTO board_columns (id, title, kind, most, position) VALUES
  ('backlog', 'Backlog', 'backlog', NULL, 0),
  ('todo', 'To do', 'todo', NULL, 1),
  ('doing', 'Doing', 'doing', NULL, 2),
  ('review', 'Review', 'review', NULL, 3),
  ('done', 'Done', 'done', NULL, 4),
  ('discarded', 'Discarded', 'discarded', NULL, 5);
CREATE TABLE board_counters (
  prefix TEXT PRIMARY KEY,
  last INTEGER NOT NULL
) STRICT;
CREATE TABLE board_cards (
  key TEXT PRIMARY KEY,
  title TEXT NOT NULL,
  description TEXT NOT NULL,
  column_id TEXT NOT NULL REFERENCES board_columns (id),
  rank REAL NOT NULL,
  priority TEXT NOT NULL,
  owner TEXT,
  owner_by_claim INTEGER NOT NULL,
  creator TEXT NOT NULL,
  tags TEXT NOT NULL,
  due TEXT,
  dependencies TEXT NOT NULL,
  checklist TEXT NOT NULL,
  links TEXT NOT NULL,
  cost REAL,
  review TEXT NOT NULL,
  version INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  finished_at INTEGER,
  claim_by TEXT,
  claim_at INTEGER,
  claim_until INTEGER,
  claim_lease INTEGER,
  fence INTEGER NOT NULL,
  worker TEXT,
  lapsed INTEGER NOT NULL
) STRICT;
CREATE INDEX board_cards_column ON board_cards (column_id, rank);
CREATE INDEX board_cards_claim ON board_cards (claim_until) WHERE claim_by IS NOT NULL;
CREATE TABLE board_made (
  source TEXT PRIMARY KEY,
  key TEXT NOT NULL
) STRICT;
CREATE TABLE board_changes (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  key TEXT NOT NULL,
  at INTEGER NOT NULL,
  by TEXT NOT NULL,
  what TEXT NOT NULL,
  changes TEXT NOT NULL,
  text TEXT NOT NULL,
  version INTEGER NOT NULL
) STRICT;
CREATE INDEX board_changes_key ON board_changes (key, id);
CREATE TABLE board_calendars (
  user TEXT PRIMARY KEY,
  secret_hash BLOB NOT NULL UNIQUE,
  created_at INTEGER NOT NULL
) STRICT;
`;
