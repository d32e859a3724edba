//! How much one phone may bring within 24 hours: so that one that has gone wild, or an officer who means ill, does not fill
//! HQ's disk before anybody looks.
//!
//! What it is: limits per feed (one person on one phone), far above what an honest month offline brings, settable at the start
//! of HQ. What it is not: fairness between phones; and no counter of its own that could be wrong: what was stored says it.
//! What is refused for a quota stops nothing else: entries that were taken get their receipts, other phones notice nothing.

use std::time::Duration;

use http::StatusCode;
use xuncha_core::ids::FeedId;

use crate::hq::Hq;
use crate::refusal::{Answer, Refusal};

/// The time a quota is for.
const WINDOW: Duration = Duration::from_secs(24 * 3600);

/// The limits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Quota {
    /// Entries; frames that are kept apart count by themselves, with the same limit.
    pub entries: u64,
    /// Bytes of photos and files, as announced.
    pub bytes: u64,
}

impl Hq {
    /// Whether `feed` may grow up to `last`, and have `apart` more frames kept apart.
    pub(crate) async fn may_grow(&self, feed: &FeedId, last: u64, apart: usize) -> Answer<()> {
        let limit = self.quota.entries;
        let refused = || Err(over("quota.entries", limit));
        // The entry that lies so far back tells it alone: feeds grow in time.
        if let Some(back) = last.checked_sub(limit).filter(|seq| *seq > 0)
            && let Some(received) = self.db.received_at(feed, back).await?
            && received >= self.since()
        {
            return refused();
        }
        if limit == 0 && last > 0 {
            return refused();
        }
        if apart > 0 && self.db.apart_since(feed, &self.since()).await? + apart as u64 > limit {
            return refused();
        }
        Ok(())
    }

    /// Whether `feed` may bring `bytes` more.
    pub(crate) async fn may_bring(&self, feed: &FeedId, bytes: u64) -> Answer<()> {
        let limit = self.quota.bytes;
        let brought = self.db.brought_since(feed, &self.since()).await?;
        if brought.saturating_add(bytes) > limit { Err(over("quota.bytes", limit)) } else { Ok(()) }
    }

    /// The beginning of the 24 hours that end now.
    fn since(&self) -> String {
        let window = jiff::SignedDuration::try_from(WINDOW).unwrap_or_default();
        crate::clock::stamp(self.clock.now().checked_sub(window).unwrap_or(jiff::Timestamp::MIN))
    }
}

fn over(code: &str, limit: u64) -> Refusal {
    Refusal::later(StatusCode::TOO_MANY_REQUESTS, code).with("limit", limit)
}
