-- Rebuildable: computed from the entries, as V2. A program that finds them written by an older one computes them anew.

-- What HQ's own feed says of firms: ordered to stop, returned to operation.
CREATE TABLE firm_acts (
  log_index INTEGER PRIMARY KEY,
  firm      TEXT NOT NULL,
  kind      TEXT NOT NULL CHECK (kind IN ('firm.suspended', 'firm.reopened')),
  body      TEXT NOT NULL,               -- the event as JSON
  said      TEXT NOT NULL,
  actor     TEXT NOT NULL
) STRICT;
CREATE INDEX firm_acts_of_firm ON firm_acts (firm, log_index);

ALTER TABLE inspections ADD COLUMN firm TEXT;                          -- of HQ's register
ALTER TABLE inspections ADD COLUMN kind TEXT NOT NULL DEFAULT 'routine';
ALTER TABLE inspections ADD COLUMN serious INTEGER NOT NULL DEFAULT 0; -- serious items that do not conform
CREATE INDEX inspections_of_firm ON inspections (firm, kind, sort_key) WHERE firm IS NOT NULL;
