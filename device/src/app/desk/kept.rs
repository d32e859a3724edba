//! What HQ's words allow and promise for originals: on which receipt each rests, how far a backup reaches, what has left this
//! phone, and whether HQ fell back behind its own word.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use xuncha_core::feed::VerifyingKey;
use xuncha_core::ids::{BlobHash, FeedId};
use xuncha_core::protocol::hello::Checkpoint;

use crate::app::views::Notice;

use super::{HqWord, notice};

/// The receipt an original rests on: the first that named it and still holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::app) struct Under {
    /// HQ's log then.
    pub log_index: u64,
    /// Entries of the own feed up to here are in it.
    pub stored_to: u64,
    /// HQ's clock.
    pub time: String,
}

/// Kept in memory, made anew from the words at every unlock.
#[derive(Debug, Default)]
pub(in crate::app) struct Kept {
    receipts: HashMap<BlobHash, Under>,
    away: Arc<BTreeSet<BlobHash>>,
    /// The farthest a backup was ever said to reach.
    promised: u64,
    /// Name of HQ's last restoration this phone has taken in.
    pub restored: Option<String>,
    /// What is to be said of an HQ that fell back, until both sides agree on everything a day later: healing takes a minute, and
    /// somebody has to hear of it.
    pub fell_back: Option<Notice>,
    /// HQ's clock then.
    fell_back_at: String,
}

impl Kept {
    /// The receipt an original rests on.
    pub fn under(&self, blob: &BlobHash) -> Option<&Under> {
        self.receipts.get(blob)
    }
    /// Originals the phone let go; one that came back is in the vault all the same.
    pub fn away(&self) -> Arc<BTreeSet<BlobHash>> {
        Arc::clone(&self.away)
    }

    /// Takes the next word, in the order of their coming. Whatever HQ's key does not vouch for allows nothing.
    pub fn take(&mut self, word: &HqWord, own: &FeedId, hq: &VerifyingKey) {
        match word {
            HqWord::Receipt(signed) => {
                let Some(receipt) = signed.verify(hq).ok().filter(|r| r.feed == *own) else { return };
                for blob in receipt.blobs_stored {
                    self.receipts.entry(blob).or_insert_with(|| Under {
                        log_index: receipt.log_index,
                        stored_to: receipt.stored_to.seq,
                        time: receipt.time.clone(),
                    });
                }
            }
            HqWord::Lacks { feed, stored_to, blobs } if feed == own => {
                for (_, blob) in blobs {
                    self.receipts.remove(blob);
                }
                if let Some(to) = stored_to {
                    self.receipts.retain(|_, under| under.stored_to <= *to);
                }
            }
            HqWord::Checkpoint(signed) => {
                if let Ok(checkpoint) = signed.verify(hq) {
                    self.promised = self.promised.max(checkpoint.backed_up_to.unwrap_or(0));
                    self.restored = checkpoint.restored.map(|r| r.id);
                }
            }
            HqWord::Behind(signed) => {
                let Ok(checkpoint) = signed.verify(hq) else { return };
                self.fell_back = Some(self.say(&checkpoint));
                self.fell_back_at.clone_from(&checkpoint.time);
                // HQ may hold all of it still: it is asked for every receipt anew.
                self.receipts.clear();
                self.restored = checkpoint.restored.map(|r| r.id);
            }
            HqWord::LetGo { blobs, .. } => Arc::make_mut(&mut self.away).extend(blobs),
            HqWord::Agreed(signed) => {
                if signed.verify(hq).is_ok_and(|day| a_day_lies_between(&self.fell_back_at, &day.time)) {
                    self.fell_back = None;
                }
            }
            HqWord::Lacks { .. } | HqWord::Settled { .. } | HqWord::Verdict { .. } => {}
        }
    }

    fn say(&self, checkpoint: &Checkpoint) -> Notice {
        let at = [("log", checkpoint.log_index.to_string())];
        // To before what it called backed up: what left this phone on that word may be gone.
        if self.promised > checkpoint.backed_up_to.unwrap_or(0).max(checkpoint.log_index) {
            return notice(
                "hq.before_backup",
                &[("log", checkpoint.log_index.to_string()), ("promised", self.promised.to_string())],
            );
        }
        match &checkpoint.restored {
            Some(restored) => notice("hq.restored", &[("made", restored.made.clone())]),
            None => notice("hq.fell_back", &at),
        }
    }
}

fn a_day_lies_between(from: &str, to: &str) -> bool {
    let (Ok(from), Ok(to)) = (from.parse::<Timestamp>(), to.parse::<Timestamp>()) else { return false };
    to.duration_since(from) >= SignedDuration::from_hours(24)
}
