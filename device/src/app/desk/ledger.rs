//! What HQ's words prove of the own feed, from the words themselves.

use std::collections::{BTreeMap, HashSet};

use xuncha_core::feed::VerifyingKey;
use xuncha_core::ids::{BlobHash, FeedId};
use xuncha_core::protocol::close_of_day::DayAgreed;
use xuncha_core::protocol::push::Quarantined;

use super::HqWord;

/// Kept in memory, made anew from the words at every unlock.
#[derive(Debug, Default)]
pub(in crate::app) struct Ledger {
    /// Entries up to here are under receipts.
    pub entries_to: u64,
    /// Everything up to here, entries and blobs, was found under receipts in the feed itself.
    pub settled: u64,
    /// Blobs HQ receipted and then said it lacks, with the place of their entry.
    pub lost: BTreeMap<BlobHash, u64>,
    /// Entries HQ keeps apart.
    pub apart: Vec<Quarantined>,
    /// HQ's newest word that both sides hold the same.
    pub agreed: Option<DayAgreed>,
    /// HQ's clock when it looked for every original last.
    pub compared: Option<String>,
    proved: HashSet<BlobHash>,
}

impl Ledger {
    /// An entry at this place is under a receipt.
    pub fn has_entry(&self, seq: u64) -> bool {
        seq <= self.entries_to
    }
    /// A blob of the entry at this place is under a receipt.
    pub fn has_blob(&self, seq: u64, blob: &BlobHash) -> bool {
        !self.lost.contains_key(blob) && (seq <= self.settled || self.proved.contains(blob))
    }

    /// A receipt names this blob.
    pub(in crate::app) fn prove(&mut self, blob: BlobHash) {
        self.lost.remove(&blob);
        self.proved.insert(blob);
    }

    /// Takes the next word, in the order of their coming. Whatever HQ's key does not vouch for proves nothing.
    pub fn take(&mut self, word: &HqWord, own: &FeedId, hq: &VerifyingKey) {
        match word {
            HqWord::Receipt(signed) => {
                let Some(receipt) = signed.verify(hq).ok().filter(|r| r.feed == *own) else { return };
                self.entries_to = self.entries_to.max(receipt.stored_to.seq);
                receipt.blobs_stored.iter().for_each(|blob| self.prove(*blob));
                self.apart = receipt.quarantined;
            }
            HqWord::Lacks { feed, stored_to, blobs } if feed == own => {
                self.entries_to = self.entries_to.min(stored_to.unwrap_or(u64::MAX));
                for (seq, blob) in blobs {
                    self.proved.remove(blob);
                    self.lost.insert(*blob, *seq);
                }
            }
            HqWord::Agreed(signed) => {
                let Ok(day) = signed.verify(hq) else { return };
                let Some(claim) = day.feeds.iter().find(|f| f.head.feed == *own) else { return };
                if claim.from == 0 {
                    self.compared = Some(day.time.clone());
                }
                self.agreed = Some(day);
            }
            HqWord::Behind(signed) if signed.verify(hq).is_ok() => {
                (self.entries_to, self.settled) = (0, 0);
                self.proved.clear();
            }
            HqWord::Settled { feed, seq } if feed == own => self.settled = self.settled.max(*seq),
            HqWord::Lacks { .. }
            | HqWord::Settled { .. }
            | HqWord::Behind(_)
            | HqWord::LetGo { .. }
            | HqWord::Checkpoint(_)
            | HqWord::Verdict { .. } => {}
        }
    }
}
