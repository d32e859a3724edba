-- The phone's index: what screens query. Rebuildable from the feed files and receipts at any time, so its version is a
-- number and not a history: a file of another version is moved aside and made again.

-- How far each feed and the receipts have been applied, and what HQ said about the feed.
CREATE TABLE heads (
  feed       TEXT    NOT NULL PRIMARY KEY,
  seq        INTEGER NOT NULL CHECK (seq >= 0),
  id         TEXT,                                 -- NULL only at seq 0
  lamport    INTEGER NOT NULL,
  own        INTEGER NOT NULL CHECK (own IN (0, 1)),
  receipted  INTEGER NOT NULL DEFAULT 0,           -- HQ's receipts cover entries up to here
  receipt_at TEXT                                  -- HQ's clock of the newest receipt
) STRICT;

CREATE TABLE meta (
  name  TEXT NOT NULL PRIMARY KEY,
  value TEXT NOT NULL
) STRICT;

-- Where the entries of an inspection lie. The entries themselves stay in the feed files.
CREATE TABLE entries (
  feed       TEXT    NOT NULL,
  seq        INTEGER NOT NULL,
  id         TEXT    NOT NULL,
  inspection TEXT    NOT NULL,
  day        TEXT    NOT NULL,                     -- as the phone's clock claimed
  PRIMARY KEY (feed, seq)
) STRICT, WITHOUT ROWID;
CREATE INDEX entries_by_inspection ON entries (inspection, feed, seq);
CREATE INDEX entries_by_day ON entries (day, feed, inspection);

-- One row per inspection: what lists show.
CREATE TABLE inspections (
  id             TEXT    NOT NULL PRIMARY KEY,
  number         TEXT    NOT NULL,
  task           TEXT,
  firm           TEXT    NOT NULL,
  address        TEXT    NOT NULL,
  lists          TEXT    NOT NULL,                 -- JSON list of codes
  started        TEXT    NOT NULL,
  stage          TEXT    NOT NULL CHECK (stage IN ('draft', 'signing', 'sealed', 'abandoned')),
  done           INTEGER NOT NULL,
  total          INTEGER NOT NULL,
  non_conforming INTEGER NOT NULL,
  photos         INTEGER NOT NULL,
  last_seq       INTEGER NOT NULL                  -- last own entry: at or below the receipted place it is 总部已收
) STRICT;
CREATE INDEX inspections_by_stage ON inspections (stage, started);
CREATE INDEX inspections_by_task ON inspections (task);

-- Blobs that own entries brought.
CREATE TABLE blobs (
  sha256     TEXT    NOT NULL,
  entry      TEXT    NOT NULL,
  feed       TEXT    NOT NULL,
  seq        INTEGER NOT NULL,
  inspection TEXT    NOT NULL,
  size       INTEGER NOT NULL,
  mime       TEXT    NOT NULL,
  name       TEXT    NOT NULL,
  photo      INTEGER NOT NULL CHECK (photo IN (0, 1)),
  receipted  INTEGER NOT NULL DEFAULT 0 CHECK (receipted IN (0, 1)),
  PRIMARY KEY (sha256, entry)
) STRICT, WITHOUT ROWID;
CREATE INDEX blobs_unsent ON blobs (feed, seq) WHERE receipted = 0;
CREATE INDEX blobs_by_inspection ON blobs (inspection);

-- Entries of own feeds that HQ keeps apart.
CREATE TABLE quarantined (
  feed   TEXT    NOT NULL,
  seq    INTEGER NOT NULL,
  reason TEXT    NOT NULL,
  PRIMARY KEY (feed, seq)
) STRICT, WITHOUT ROWID;

-- Tasks out of HQ's feed.
CREATE TABLE tasks (
  id        TEXT    NOT NULL PRIMARY KEY,
  body      TEXT    NOT NULL,                      -- TaskAssigned as JSON
  due       TEXT,
  withdrawn INTEGER NOT NULL DEFAULT 0 CHECK (withdrawn IN (0, 1))
) STRICT;

-- Reference data HQ published.
CREATE TABLE packs (
  sha256    TEXT    NOT NULL PRIMARY KEY,
  kind      TEXT    NOT NULL,
  code      TEXT    NOT NULL,
  version   TEXT    NOT NULL,
  size      INTEGER NOT NULL,
  seq       INTEGER NOT NULL,                      -- place in HQ's feed: the newest per (kind, code) counts
  published TEXT    NOT NULL,
  body      TEXT    NOT NULL,                      -- PackPublished as JSON
  here      INTEGER NOT NULL DEFAULT 0 CHECK (here IN (0, 1))
) STRICT;
CREATE INDEX packs_newest ON packs (kind, code, seq);

-- Feeds HQ admitted, with their keys.
CREATE TABLE admitted (
  feed TEXT NOT NULL PRIMARY KEY,
  key  TEXT NOT NULL                               -- FeedKey as JSON
) STRICT;

-- What can be found. A source (a list, the law library, the inspections of this phone) goes in and out as a whole.
CREATE TABLE search_sources (
  id   INTEGER NOT NULL PRIMARY KEY,
  name TEXT    NOT NULL UNIQUE                     -- the pack's SHA-256, or 'inspections'
) STRICT;
CREATE TABLE search_rows (
  place       INTEGER NOT NULL PRIMARY KEY,        -- the ranking: in force before superseded, then the shorter
  source      INTEGER NOT NULL REFERENCES search_sources (id),
  target      TEXT    NOT NULL,                    -- SearchTarget as JSON
  code        TEXT    NOT NULL,
  title       TEXT    NOT NULL,                    -- Text as JSON, as are the next two
  stands      TEXT,
  body        TEXT    NOT NULL,
  mark        TEXT,
  superseded  INTEGER NOT NULL CHECK (superseded IN (0, 1)),
  replaced_by TEXT
) STRICT;
CREATE INDEX search_rows_by_source ON search_rows (source);
-- Tokens of our own making, by the column they stand in; its row numbers are the places above. 'ascii' parts at spaces and
-- leaves every other script alone.
CREATE VIRTUAL TABLE search USING fts5 (
  room, head, place, body,
  content = '', contentless_delete = 1, detail = 'column', tokenize = 'ascii'
);
