-- HQ's newest word on each feed that both sides hold the same. Neither truth nor rebuildable: the phone keeps it, too.
CREATE TABLE agreements (
  feed      BLOB PRIMARY KEY CHECK (length(feed) = 32),
  seq       INTEGER NOT NULL CHECK (seq >= 0),       -- agreed up to here
  from_seq  INTEGER NOT NULL CHECK (from_seq >= 0),  -- blobs of entries after this place were compared; 0: all
  manifest  BLOB NOT NULL CHECK (length(manifest) = 32),
  log_index INTEGER NOT NULL,
  text      TEXT NOT NULL,                           -- what the signature covers
  sig       BLOB NOT NULL CHECK (length(sig) = 64),
  time      TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- Objects that were delivered and are not there any more. The proof stays, as all of V1 does; it counts again once somebody
-- has delivered the bytes again, or put the file back.
CREATE TABLE lost_objects (
  sha256  BLOB PRIMARY KEY CHECK (length(sha256) = 32),
  noticed TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- As `deliveries` was in V2: references whose bytes were delivered once.
CREATE VIEW proved_refs AS
SELECT r.log_index, r.position, r.sha256
FROM blob_refs r JOIN entry_index i ON i.log_index = r.log_index
WHERE EXISTS (
  SELECT 1 FROM proofs p
  WHERE p.sha256 = r.sha256 AND (p.feed = r.feed OR (
    r.inspection IS NOT NULL AND i.inert IS NOT 'event.scope' AND EXISTS (
      SELECT 1 FROM blob_refs o JOIN entry_index oi ON oi.log_index = o.log_index
      WHERE o.inspection = r.inspection AND o.sha256 = r.sha256 AND o.feed = p.feed AND oi.inert IS NOT 'event.scope'))));

DROP VIEW deliveries;
CREATE VIEW deliveries AS
SELECT p.log_index, p.position FROM proved_refs p
WHERE NOT EXISTS (SELECT 1 FROM lost_objects l WHERE l.sha256 = p.sha256);
