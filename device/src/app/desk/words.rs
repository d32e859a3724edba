//! What HQ said and the phone verified: receipts, checkpoints, the agreed day, verdicts. Kept as they came.

use serde::{Deserialize, Serialize};
use xuncha_core::Failure;
use xuncha_core::feed::{Head, VerifyingKey};
use xuncha_core::ids::{BlobHash, FeedId};
use xuncha_core::protocol::Signed;
use xuncha_core::protocol::close_of_day::DayAgreed;
use xuncha_core::protocol::hello::{Checkpoint, Verdict};
use xuncha_core::protocol::receipts::Receipt;

use crate::index::{Index, IndexError};

use super::{Desk, notice};

/// What HQ said, in the order of its coming: the truth beside the feeds.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(in crate::app) enum HqWord {
    Receipt(Signed<Receipt>),
    Checkpoint(Signed<Checkpoint>),
    Agreed(Signed<DayAgreed>),
    Verdict {
        feed: FeedId,
        verdict: Verdict,
        at_hq: Head,
    },
    /// HQ says it lacks what it had receipted: blobs with the place of their entry, and entries after `stored_to`. Not signed:
    /// it only takes claims away.
    Lacks {
        feed: FeedId,
        stored_to: Option<u64>,
        blobs: Vec<(u64, BlobHash)>,
    },
    /// HQ has less than it once said it had: every receipt before this is void until it is given anew.
    Behind(Signed<Checkpoint>),
    /// The phone's own note: these originals left it under this checkpoint of HQ.
    LetGo {
        blobs: Vec<BlobHash>,
        under: String,
    },
    /// The phone's own note: entries up to here and all their blobs were found under receipts, in the feed itself.
    Settled {
        feed: FeedId,
        seq: u64,
    },
}

impl Desk {
    /// Keeps something HQ said; durable when it returns.
    pub(in crate::app) fn keep_word(&mut self, word: HqWord) -> Result<(), Failure> {
        let bytes = serde_json::to_vec(&word).map_err(|e| Failure::never("receipt.shape").with("why", e))?;
        let number = self.with_reserve(|desk| desk.words.append(&[&bytes]))?;
        self.take_word(&word);
        if self.behind {
            return Ok(());
        }
        let noted = self.index.transaction(|index| {
            note(index, &word, &self.hq.hq.key)?;
            index.set_meta("words", &number.to_string())
        });
        if let Err(e) = noted {
            self.fall_behind(&e.into());
        }
        Ok(())
    }

    /// What of HQ's words is kept in memory.
    pub(super) fn take_word(&mut self, word: &HqWord) {
        let key = &self.hq.hq.key;
        self.ledger.take(word, &self.own.head().feed, key);
        self.kept.take(word, &self.own.head().feed, key);
        match word {
            HqWord::Receipt(signed) => {
                if let Ok(receipt) = signed.verify(key) {
                    self.newest_log_index = self.newest_log_index.max(Some(receipt.log_index));
                    if receipt.feed == self.own.head().feed {
                        self.receipted_to = self.receipted_to.max(receipt.stored_to.seq);
                    }
                }
            }
            HqWord::Checkpoint(signed) => {
                if let Ok(checkpoint) = signed.verify(key) {
                    self.newest_log_index = self.newest_log_index.max(Some(checkpoint.log_index));
                    self.checkpoint = Some(checkpoint);
                }
            }
            HqWord::Behind(signed) => {
                if let Ok(checkpoint) = signed.verify(key) {
                    // The one word that makes what was seen less: signed by HQ, against itself.
                    self.newest_log_index = Some(checkpoint.log_index);
                    self.checkpoint = Some(checkpoint);
                }
            }
            HqWord::Agreed(_) | HqWord::Lacks { .. } | HqWord::LetGo { .. } | HqWord::Settled { .. } => {}
            HqWord::Verdict { feed, verdict, at_hq } => {
                let code = match verdict {
                    Verdict::Continues => return,
                    Verdict::RolledBack => "hq.rolled_back",
                    Verdict::Forked => "hq.forked",
                    Verdict::Closed => "hq.closed",
                };
                if *feed == self.own.head().feed && !self.notices.iter().any(|n| n.code == code) {
                    self.notices.push(notice(code, &[("seq", at_hq.seq.to_string())]));
                }
            }
        }
    }

    /// HQ fell back. What rested on its words is void, and it tells every feed anew ([`Index::tell_anew`]). The copy of its own
    /// feed may be another story than the one it goes on with, so it is laid aside and comes anew.
    pub(in crate::app) fn hq_fell_back(&mut self, checkpoint: Signed<Checkpoint>) -> Result<(), Failure> {
        self.keep_word(HqWord::Behind(checkpoint))?;
        let hq = self.hq.hq.feed;
        if self.others.remove(&hq).is_some() {
            // The index first: a kill between the two leaves a copy that is applied again.
            if !self.behind {
                self.index.forget_head(&hq)?;
            }
            self.files.move_aside(&hq)?;
        }
        Ok(())
    }

    pub(super) fn recall_words(&mut self) -> Result<(), Failure> {
        self.each_word(1, |desk, word| {
            desk.take_word(&word);
            Ok(())
        })
    }

    /// Applies receipts the index has not seen.
    pub(super) fn apply_words(&mut self) -> Result<(), Failure> {
        let from = self.index.meta("words")?.and_then(|n| n.parse::<u64>().ok()).unwrap_or(0) + 1;
        if from > self.words.count() {
            return Ok(());
        }
        self.each_word(from, |desk, word| Ok(note(&desk.index, &word, &desk.hq.hq.key)?))?;
        Ok(self.index.set_meta("words", &self.words.count().to_string())?)
    }

    pub(super) fn each_word(
        &mut self,
        from: u64,
        mut take: impl FnMut(&mut Self, HqWord) -> Result<(), Failure>,
    ) -> Result<(), Failure> {
        let mut next = from.max(1);
        while next <= self.words.count() {
            for (number, bytes) in self.words.read(next, 1 << 20)? {
                if let Ok(word) = serde_json::from_slice(&bytes) {
                    take(self, word)?;
                }
                next = number + 1;
            }
        }
        Ok(())
    }
}

/// What of a word the index holds.
fn note(index: &Index, word: &HqWord, hq: &VerifyingKey) -> Result<(), IndexError> {
    match word {
        HqWord::Receipt(signed) => match signed.verify(hq) {
            Ok(receipt) => index.note_receipt(&receipt),
            Err(_) => Ok(()),
        },
        HqWord::Lacks { feed, stored_to, blobs } => index.note_lacking(feed, *stored_to, blobs.iter().map(|(_, b)| b)),
        HqWord::Behind(signed) if signed.verify(hq).is_ok() => {
            index.void_receipts()?;
            index.tell_anew()
        }
        _ => Ok(()),
    }
}
