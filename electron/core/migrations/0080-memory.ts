/** Notes with all their versions and what they link to; facts with theirs. JSON columns are lists and actors. */
export const sql = `
CREATE TABLE memory_notes (
  id TEXT PRIMARY KEY,
  digest TEXT NOT NULL,
  name TEXT NOT NULL,
  name_key TEXT NOT NULL,
  tags TEXT NOT NULL,
  body TEXT NOT NULL,
  preview TEXT NOT NULL,
  bytes INTEGER NOT NULL,
  links TEXT NOT NULL,
  version INTEGER NOT NULL,
  created_by TEXT NOT NULL,
  updated_by TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  removed_at INTEGER
) STRICT;
CREATE UNIQUE INDEX memory_notes_name ON memory_notes (name_key) WHERE removed_at IS NULL;
CREATE INDEX memory_notes_removed ON memory_notes (name_key, removed_at) WHERE removed_at IS NOT NULL;

CREATE TABLE memory_note_versions (
  note_id TEXT NOT NULL REFERENCES memory_notes (id) ON DELETE CASCADE,
  version INTEGER NOT NULL,
  at INTEGER NOT NULL,
  by TEXT NOT NULL,
  name TEXT NOT NULL,
  tags TEXT NOT NULL,
  bytes INTEGER NOT NULL,
  body TEXT NOT NULL,
  PRIMARY KEY (note_id, version)
) STRICT;

-- Name, tags and text, folded for searching.
CREATE TABLE memory_note_words (
  note_id TEXT PRIMARY KEY REFERENCES memory_notes (id) ON DELETE CASCADE,
  text TEXT NOT NULL
) STRICT;

CREATE TABLE memory_note_links (
  note_id TEXT NOT NULL REFERENCES memory_notes (id) ON DELETE CASCADE,
  target TEXT NOT NULL,
  PRIMARY KEY (note_id, target)
) STRICT, WITHOUT ROWID;
CREATE INDEX memory_note_links_target ON memory_note_links (target);

CREATE TABLE memory_facts (
  id TEXT PRIMARY KEY,
  digest TEXT NOT NULL,
  project TEXT NOT NULL,
  text TEXT NOT NULL,
  version INTEGER NOT NULL,
  created_by TEXT NOT NULL,
  updated_by TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  removed_at INTEGER
) STRICT;

CREATE TABLE memory_fact_versions (
  fact_id TEXT NOT NULL REFERENCES memory_facts (id) ON DELETE CASCADE,
  version INTEGER NOT NULL,
  at INTEGER NOT NULL,
  by TEXT NOT NULL,
  project TEXT NOT NULL,
  text TEXT NOT NULL,
  removed INTEGER NOT NULL,
  PRIMARY KEY (fact_id, version)
) STRICT, WITHOUT ROWID;
`;
