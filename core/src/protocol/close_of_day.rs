//! Step 7: both sides compare the day, and name exactly what is missing, if anything.

use serde::{Deserialize, Serialize};

use crate::feed::Head;
use crate::ids::{BlobHash, Digest, FeedId};

use super::{Signed, Statement};

/// `POST /v1/close`: what this device believes HQ has.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct CloseRequest {
    /// Own feeds with their heads.
    pub feeds: Vec<Head>,
    /// Sorted names of all blobs of the day.
    pub blobs: Vec<BlobHash>,
}

/// Answer to [`CloseRequest`].
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct CloseReply {
    /// Feeds of which HQ has less, with HQ's head.
    pub missing_entries: Vec<Head>,
    /// Blobs HQ lacks.
    pub missing_blobs: Vec<BlobHash>,
    /// Nothing is missing: HQ's signature under the same manifest.
    pub agreed: Option<Signed<DayAgreed>>,
}

/// Both sides hold the same.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DayAgreed {
    /// [`manifest_hash`] of the request.
    pub manifest: Digest,
    /// HQ's log then.
    pub log_index: u64,
    /// HQ's clock, RFC 3339.
    pub time: String,
}
impl Statement for DayAgreed {
    const LABEL: &'static str = "xuncha-day-1\n";
}

/// SHA-256 over the feeds (`feed SP seq SP id LF`, sorted) and the blobs (`sha256 LF`, sorted).
pub fn manifest_hash(feeds: &[Head], blobs: &[BlobHash]) -> Digest {
    let mut feeds: Vec<(FeedId, String)> = feeds
        .iter()
        .map(|h| (h.feed, format!("{} {} {}\n", h.feed, h.seq, h.id.map(|i| i.to_string()).unwrap_or_default())))
        .collect();
    feeds.sort();
    let mut blobs = blobs.to_vec();
    blobs.sort_unstable();
    let mut text: String = feeds.into_iter().map(|(_, line)| line).collect();
    for blob in blobs {
        text.push_str(&blob.to_string());
        text.push('\n');
    }
    Digest::digest(&[text.as_bytes()])
}
