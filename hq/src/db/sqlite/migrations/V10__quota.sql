-- What a feed brought lately is asked before it may bring more (`hq/src/quota.rs`): by these, not by reading all.
CREATE INDEX proofs_of_feed ON proofs (feed, stored, size);
CREATE INDEX uploads_of_feed ON uploads (feed, done, size);
CREATE INDEX quarantine_of_feed ON quarantine (feed, received);
