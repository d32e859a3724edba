//! Step 6: entries the device may see, and packs. The last place stored per feed *is* the cursor, so rows and cursor
//! cannot part.
//!
//! [`PullRequest::bytes`] and [`Said`] came later than the rest: an HQ that does not know them passes over them and answers
//! with pages of its own size; a phone that does not know them never sends them and is never answered with them.

use serde::{Deserialize, Serialize};

use crate::feed::{FeedKey, Head, WireFrame};
use crate::ids::Digest;

/// `POST /v1/pull`
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct PullRequest {
    /// Head of each feed this device holds a copy of. Feeds not named are sent from the start.
    pub have: Vec<Head>,
    /// Bytes of runs as JSON that the answer may have at most, but one frame whatever its size; absent: HQ's own limit, which
    /// is also the most. A phone asks for less after a cut.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bytes: Option<u64>,
    /// What the answer before said by [`PullReply::said`], as long as no head has moved since.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub said: Option<Said>,
}

/// How far HQ has told what was said in some inspections before the heads the phone named: a phone whose person joined, or
/// had somebody join, has that as headers. It must be stored before a head moves, and may not fit into one page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Said {
    /// Hash over the inspections. HQ begins anew where it would name others by now.
    pub of: Digest,
    /// Place in HQ's log; what was said up to here has been told.
    pub to: u64,
}

/// Answer to [`PullRequest`]: HQ's own feed first, then feeds of inspections the device takes part in.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct PullReply {
    /// Runs of frames, each following the head that was named.
    pub runs: Vec<FeedRun>,
    /// There is more: ask again with the new heads.
    pub more: bool,
    /// The page only tells what was said before the heads, and not all of it: ask again with the same heads and this.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub said: Option<Said>,
}

/// Consecutive frames of one feed. A frame outside the device's scope has no payload.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct FeedRun {
    /// The feed and its key. For other feeds than HQ's the phone believes it only after `feed.admitted` in HQ's feed.
    pub feed: FeedKey,
    /// Frames in order.
    pub frames: Vec<WireFrame>,
}
