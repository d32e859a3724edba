-- Entries that say who is on a team, in the order of the log: every pull asks whether the phone's own feed brought one lately
-- (`hq/src/sync/page.rs`).
CREATE INDEX entries_that_name ON entry_index (log_index) WHERE kind IN ('inspection.started', 'officers.set');
