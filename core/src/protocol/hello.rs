//! Step 2: both sides say where they stand. The signed head is what makes a rolled-back or cloned phone visible.

use serde::{Deserialize, Serialize};

use crate::feed::Head;
use crate::ids::{BlobHash, Digest, EntryId, FeedId};

use super::{Signed, Statement};

/// `POST /v1/hello`
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct HelloRequest {
    /// Head of each own feed on this device, signed with the feed's key.
    pub heads: Vec<Signed<HeadClaim>>,
    /// Version of the app.
    pub app: String,
    /// The newest checkpoint the phone has seen (its `log_index`): an HQ behind it was restored from a backup.
    pub seen_log_index: Option<u64>,
    /// Blobs the answer may name in [`HelloReply::wanted`]; absent: as many as HQ names at most. A phone asks for fewer after a
    /// cut; an HQ that does not know this names all it would have named.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub most: Option<u32>,
}

/// "My feed ends here."
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HeadClaim {
    /// Where.
    pub head: Head,
    /// HQ's session token hash, so that a claim cannot be replayed into another session.
    pub session: Digest,
}
impl Statement for HeadClaim {
    const LABEL: &'static str = "xuncha-head-1\n";
}

/// Answer to [`HelloRequest`].
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct HelloReply {
    /// HQ's signed word on where its log stands.
    pub checkpoint: Signed<Checkpoint>,
    /// HQ's view of each feed that was named.
    pub feeds: Vec<FeedStanding>,
    /// Blobs of stored entries that HQ lacks, in order of their entries; at most 1,000 a reply.
    pub wanted: Vec<WantedBlob>,
    /// The least version of the app that HQ takes.
    pub least_app: String,
}

/// HQ's view of a feed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FeedStanding {
    /// HQ's head.
    pub head: Head,
    /// How the phone's claim compares.
    pub verdict: Verdict,
}

/// How a phone's claim compares with what HQ has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// The phone goes on from HQ's head, or stands at it.
    Continues,
    /// HQ has more than the phone: the phone was rolled back to an older copy. The feed must be succeeded.
    RolledBack,
    /// Same place, another entry: the feed was forked (a cloned phone).
    Forked,
    /// HQ closed this feed.
    Closed,
}

/// HQ's log at a moment, signed. Phones keep the newest and name it in their entries (`hq_seen`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Checkpoint {
    /// Running number of the newest stored entry at HQ, over all feeds.
    pub log_index: u64,
    /// Head of HQ's own feed.
    pub hq_head: Head,
    /// What HQ receipted at this log index or below, entries and blobs, is in a verified backup; absent before the first.
    pub backed_up_to: Option<u64>,
    /// HQ was put back from a backup; absent if it never was. The last time counts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub restored: Option<Restored>,
    /// HQ's clock, RFC 3339.
    pub time: String,
    /// 16 random bytes in hex: names this checkpoint and cannot be guessed before it.
    pub nonce: String,
}
impl Statement for Checkpoint {
    const LABEL: &'static str = "xuncha-checkpoint-1\n";
}

/// HQ was put back from a backup: what it said before that above `log_index` it may not hold any more.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Restored {
    /// 16 random bytes in hex: names this restoration. A phone that has not seen it yet asks for every receipt anew.
    pub id: String,
    /// Where HQ's log stood in the backup.
    pub log_index: u64,
    /// When the backup was made, by HQ's clock, RFC 3339.
    pub made: String,
}

/// A blob HQ waits for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WantedBlob {
    /// Feed of the entry that names it.
    pub feed: FeedId,
    /// The entry.
    pub entry: EntryId,
    /// The blob.
    pub sha256: BlobHash,
    /// Its size.
    pub size: u64,
    /// Address of an upload already begun, if any.
    pub upload: Option<String>,
    /// Bytes HQ already has of it.
    pub offset: u64,
}
