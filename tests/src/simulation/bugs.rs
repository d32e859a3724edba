//! Planted bugs: each is a small change of a seam, never of the shipped program, and each must be caught.
//!
//! Three places carry them: triggers and views in HQ's database (what HQ keeps), the disk under HQ's objects, and whatever
//! stands between the wire and a phone's machine or disk (what a careless client would do).

/// A planted bug.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Bug {
    /// HQ receipts bytes that were never fsynced.
    PartNotSynced,
    /// HQ receipts an object whose name was never fsynced.
    RenameNotSynced,
    /// HQ receipts entries of a transaction that a power cut takes back.
    CommitNotDurable,
    /// HQ keeps bytes that were damaged on the way as if they were the blob.
    UncheckedChunk,
    /// HQ puts another entry at a place that is taken.
    ForkOverwritten,
    /// HQ counts a blob as delivered because somebody, anybody, delivered it.
    BlobProvenWithoutScope,
    /// HQ sends everybody the words of every inspection.
    PlaintextOutsideScope,
    /// HQ calls the repetition of an entry a second one at a taken place.
    RepetitionIsFork,
    /// HQ's rows depend on more than the entries.
    RowsNotFromEntries,
    /// HQ refuses a push that holds an entry it does not know the type of.
    OneBadEntryBlocks,
    /// Nobody compares the heads that phone and HQ name.
    HeadsNotCompared,
    /// A restored HQ is believed to have what it once receipted.
    RestoredHqBelieved,
    /// The phone lets go of a photo when the upload was answered by a success.
    DeleteOn200,
    /// The phone stores pulled pages without looking where they belong.
    CursorUnchecked,
    /// The phone says "saved" before it is.
    AckBeforeWrite,
    /// The phone stores receipts that HQ did not sign.
    ReceiptSignatureUnchecked,
    /// The phone stores receipts that speak of somebody else's feed.
    ReceiptOfAnotherFeed,
    /// The phone writes again what it got no answer to.
    LostReplyWritesAgain,
    /// The phone stores a page in two halves and moves its cursor after the first.
    PageStoredHalf,
    /// The phone goes on counting from a logical time somebody made up.
    LamportJumpAdopted,
    /// The phone takes the success of a captive portal for HQ's.
    PortalBelieved,
    /// The phone forgets that it has seen more of HQ's log.
    CursorGoesBack,
    /// A restored HQ is asked only for what comes after the places it had told before.
    NotToldAnew,
}

impl Bug {
    /// All of them.
    pub const ALL: [Self; 23] = [
        Self::PartNotSynced,
        Self::RenameNotSynced,
        Self::CommitNotDurable,
        Self::UncheckedChunk,
        Self::ForkOverwritten,
        Self::BlobProvenWithoutScope,
        Self::PlaintextOutsideScope,
        Self::RepetitionIsFork,
        Self::RowsNotFromEntries,
        Self::OneBadEntryBlocks,
        Self::HeadsNotCompared,
        Self::RestoredHqBelieved,
        Self::DeleteOn200,
        Self::CursorUnchecked,
        Self::AckBeforeWrite,
        Self::ReceiptSignatureUnchecked,
        Self::ReceiptOfAnotherFeed,
        Self::LostReplyWritesAgain,
        Self::PageStoredHalf,
        Self::LamportJumpAdopted,
        Self::PortalBelieved,
        Self::CursorGoesBack,
        Self::NotToldAnew,
    ];

    /// What HQ's database does wrong.
    pub fn sql(self) -> Option<&'static str> {
        Some(match self {
            Self::ForkOverwritten => {
                "CREATE TRIGGER planted AFTER INSERT ON quarantine WHEN NEW.reason IN ('feed.taken', 'feed.fork')
                 BEGIN UPDATE entries SET id = NEW.id WHERE feed = NEW.feed AND seq = NEW.seq; END"
            }
            Self::BlobProvenWithoutScope => {
                "DROP VIEW deliveries;
                 CREATE VIEW deliveries AS SELECT r.log_index, r.position FROM blob_refs r
                 WHERE EXISTS (SELECT 1 FROM proofs p WHERE p.sha256 = r.sha256)"
            }
            Self::PlaintextOutsideScope => {
                "CREATE TRIGGER planted_before BEFORE INSERT ON teams
                 BEGIN DELETE FROM teams WHERE inspection = NEW.inspection AND user = NEW.user; END;
                 CREATE TRIGGER planted AFTER INSERT ON teams
                 BEGIN INSERT OR IGNORE INTO teams SELECT NEW.inspection, user FROM users; END"
            }
            Self::RepetitionIsFork => {
                "CREATE TRIGGER planted AFTER INSERT ON receipts
                 BEGIN INSERT OR IGNORE INTO quarantine SELECT e.feed, e.seq, e.id, 'feed.taken', x'00', NEW.time
                 FROM entries e WHERE e.feed = NEW.feed AND e.seq = NEW.stored_to
                 AND (SELECT count(*) FROM receipts r WHERE r.feed = NEW.feed AND r.stored_to = NEW.stored_to) > 1; END"
            }
            Self::RowsNotFromEntries => {
                "CREATE TRIGGER planted AFTER INSERT ON proofs
                 BEGIN UPDATE inspections SET search = search || 'x'; END"
            }
            _ => return None,
        })
    }
}
