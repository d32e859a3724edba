-- Rebuildable: `xuncha-hq rebuild` empties these and computes them from V1, byte for byte the same.

-- One row per entry: what it is about, and why it has no effect if it has none.
CREATE TABLE entry_index (
  log_index  INTEGER PRIMARY KEY,
  inspection TEXT,
  kind       TEXT NOT NULL,
  actor      TEXT NOT NULL,
  lamport    INTEGER NOT NULL,
  inert      TEXT
) STRICT;
CREATE INDEX entries_of_inspection ON entry_index (inspection, log_index) WHERE inspection IS NOT NULL;

-- The blobs entries name.
CREATE TABLE blob_refs (
  log_index INTEGER NOT NULL,
  position  INTEGER NOT NULL,            -- place within the entry; 0 is the original
  feed      BLOB NOT NULL CHECK (length(feed) = 32),
  entry     BLOB NOT NULL CHECK (length(entry) = 32),
  sha256    BLOB NOT NULL CHECK (length(sha256) = 32),
  size      INTEGER NOT NULL,
  mime      TEXT NOT NULL,
  inspection TEXT,
  PRIMARY KEY (log_index, position)
) STRICT, WITHOUT ROWID;
CREATE INDEX blob_refs_of_feed ON blob_refs (feed, sha256);
CREATE INDEX blob_refs_of_inspection ON blob_refs (inspection, sha256) WHERE inspection IS NOT NULL;
CREATE INDEX blob_refs_of_entry ON blob_refs (entry, sha256);

-- References whose bytes were delivered: by the feed itself, or by another feed within the same inspection. An entry that
-- has no business in the inspection (inert for its scope) learns nothing from the others' deliveries.
CREATE VIEW deliveries AS
SELECT r.log_index, r.position
FROM blob_refs r JOIN entry_index i ON i.log_index = r.log_index
WHERE EXISTS (
  SELECT 1 FROM proofs p
  WHERE p.sha256 = r.sha256 AND (p.feed = r.feed OR (
    r.inspection IS NOT NULL AND i.inert IS NOT 'event.scope' AND EXISTS (
      SELECT 1 FROM blob_refs o JOIN entry_index oi ON oi.log_index = o.log_index
      WHERE o.inspection = r.inspection AND o.sha256 = r.sha256 AND o.feed = p.feed AND oi.inert IS NOT 'event.scope'))));

-- Feeds HQ admitted, from its own feed.
CREATE TABLE feeds (
  feed     BLOB PRIMARY KEY CHECK (length(feed) = 32),
  device   TEXT NOT NULL,
  user     TEXT NOT NULL,
  key      BLOB NOT NULL CHECK (length(key) = 32),
  unit     TEXT NOT NULL,
  admitted INTEGER NOT NULL,             -- log index
  closed_after INTEGER                   -- last place HQ takes; NULL: open
) STRICT, WITHOUT ROWID;
CREATE INDEX feeds_of_device ON feeds (device);

CREATE TABLE packs (
  log_index INTEGER PRIMARY KEY,
  kind      TEXT NOT NULL,
  code      TEXT NOT NULL,
  version   TEXT NOT NULL,
  sha256    BLOB NOT NULL CHECK (length(sha256) = 32),
  size      INTEGER NOT NULL,
  units     TEXT NOT NULL                -- JSON list; empty: everybody
) STRICT;
CREATE INDEX packs_by_code ON packs (kind, code, log_index);

CREATE TABLE tasks (
  task      TEXT PRIMARY KEY,
  log_index INTEGER NOT NULL UNIQUE,
  unit      TEXT NOT NULL,
  body      TEXT NOT NULL,               -- the task.assigned event as JSON
  created   TEXT NOT NULL,
  created_by TEXT NOT NULL,
  withdrawn TEXT                         -- reason
) STRICT, WITHOUT ROWID;

CREATE TABLE task_assignees (
  task TEXT NOT NULL,
  user TEXT NOT NULL,
  PRIMARY KEY (task, user)
) STRICT, WITHOUT ROWID;

CREATE TABLE inspections (
  inspection TEXT PRIMARY KEY,
  unit       TEXT NOT NULL,
  task       TEXT,
  state      TEXT NOT NULL CHECK (state IN ('draft', 'proposed', 'sealed', 'abandoned')),
  conclusion TEXT,
  day        TEXT NOT NULL,              -- day of the start, by the phone's clock and offset
  sort_key   TEXT NOT NULL UNIQUE,       -- day and id: what pages go by, newest first
  search     TEXT NOT NULL,              -- number, firm, credit code, officers; lower case
  body       TEXT NOT NULL               -- the rest of the row as JSON
) STRICT, WITHOUT ROWID;
CREATE INDEX inspections_of_task ON inspections (task) WHERE task IS NOT NULL;
CREATE INDEX inspections_of_unit ON inspections (unit, sort_key);

-- Who belongs to an inspection: the officer who started it, officers named in it, people its task was given to.
CREATE TABLE teams (
  inspection TEXT NOT NULL,
  user       TEXT NOT NULL,
  PRIMARY KEY (inspection, user)
) STRICT, WITHOUT ROWID;
CREATE INDEX teams_of_user ON teams (user, inspection);
