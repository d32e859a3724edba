//! Step 5: HQ's signed word on what is durable. The only thing that lets a screen say 总部已收.

use serde::{Deserialize, Serialize};

use crate::feed::Head;
use crate::ids::{BlobHash, FeedId};

use super::push::Quarantined;
use super::{Signed, Statement};

/// Blobs that one request may ask about.
pub const MAX_BLOBS: usize = 1_000;

/// `POST /v1/receipts`: "what of this feed, and which of these blobs, do you have for good?"
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ReceiptRequest {
    /// The feed.
    pub feed: FeedId,
    /// Blobs asked about; only those named by stored entries of this feed are answered.
    pub blobs: Vec<BlobHash>,
}

/// Answer to [`ReceiptRequest`].
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ReceiptReply {
    /// The receipt.
    pub receipt: Signed<Receipt>,
}

/// A receipt. Everything named in it was fsynced before it was signed (I2).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Receipt {
    /// The feed.
    pub feed: FeedId,
    /// Every entry up to here is stored.
    pub stored_to: Head,
    /// Of the blobs asked about, those that are stored.
    pub blobs_stored: Vec<BlobHash>,
    /// Entries of this feed that HQ keeps apart.
    pub quarantined: Vec<Quarantined>,
    /// HQ's log when this was signed.
    pub log_index: u64,
    /// HQ's clock, RFC 3339: the entries are not younger than this.
    pub time: String,
}
impl Statement for Receipt {
    const LABEL: &'static str = "xuncha-receipt-1\n";
}
