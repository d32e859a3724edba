-- The truth of HQ beside its objects and keys. Everything in V2 can be computed again from these tables.
-- Hashes are 32 raw bytes, names are text, times are RFC 3339 in UTC with milliseconds.

CREATE TABLE entries (
  log_index INTEGER PRIMARY KEY CHECK (log_index >= 1), -- running number over all feeds, without gaps
  feed      BLOB NOT NULL CHECK (length(feed) = 32),
  seq       INTEGER NOT NULL CHECK (seq >= 1),
  id        BLOB NOT NULL UNIQUE CHECK (length(id) = 32),
  header    BLOB NOT NULL,                              -- the signed bytes, never re-written
  sig       BLOB NOT NULL CHECK (length(sig) = 64),
  payload   BLOB NOT NULL,                              -- the signed bytes, never re-written
  received  TEXT NOT NULL,
  UNIQUE (feed, seq)
) STRICT;

-- Frames that could not be taken: another entry stands at their place, or they do not follow. Kept byte for byte.
CREATE TABLE quarantine (
  feed      BLOB NOT NULL CHECK (length(feed) = 32),
  seq       INTEGER NOT NULL CHECK (seq >= 0),
  id        BLOB NOT NULL CHECK (length(id) = 32),
  reason    TEXT NOT NULL CHECK (reason <> ''),
  frame     BLOB NOT NULL,                              -- header LF signature LF payload
  received  TEXT NOT NULL,
  PRIMARY KEY (feed, id)
) STRICT, WITHOUT ROWID;

-- What HQ signed for a phone. `text` is what the signature covers.
CREATE TABLE receipts (
  receipt   INTEGER PRIMARY KEY,
  feed      BLOB NOT NULL CHECK (length(feed) = 32),
  stored_to INTEGER NOT NULL CHECK (stored_to >= 0),
  log_index INTEGER NOT NULL CHECK (log_index >= 0),
  text      TEXT NOT NULL,
  sig       BLOB NOT NULL CHECK (length(sig) = 64),
  time      TEXT NOT NULL
) STRICT;
CREATE INDEX receipts_of_feed ON receipts (feed, receipt);

-- Blobs named in those texts, so that a page need not read them all.
CREATE TABLE receipted_blobs (
  feed      BLOB NOT NULL CHECK (length(feed) = 32),
  sha256    BLOB NOT NULL CHECK (length(sha256) = 32),
  PRIMARY KEY (feed, sha256)
) STRICT, WITHOUT ROWID;

-- Objects whose bytes a phone has delivered under its own feed. The same content is stored once and may be proved by
-- several feeds: naming a hash proves nothing.
CREATE TABLE proofs (
  sha256    BLOB NOT NULL CHECK (length(sha256) = 32),
  feed      BLOB NOT NULL CHECK (length(feed) = 32),
  size      INTEGER NOT NULL CHECK (size >= 0),
  stored    TEXT NOT NULL,
  PRIMARY KEY (sha256, feed)
) STRICT, WITHOUT ROWID;
