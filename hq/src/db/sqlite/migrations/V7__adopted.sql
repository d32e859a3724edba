-- The largest logical time that was adopted is asked at every push: by the last row of this index, not by reading them all.
CREATE INDEX adopted_lamports ON entry_index (lamport) WHERE inert IS NOT 'entry.lamport';
