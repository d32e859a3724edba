//! Step 6: entries the device may see, and packs. The last place stored per feed *is* the cursor, so rows and cursor
//! cannot part.

use serde::{Deserialize, Serialize};

use crate::feed::{FeedKey, Head, WireFrame};

/// `POST /v1/pull`
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct PullRequest {
    /// Head of each feed this device holds a copy of. Feeds not named are sent from the start.
    pub have: Vec<Head>,
}

/// Answer to [`PullRequest`]: HQ's own feed first, then feeds of inspections the device takes part in.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct PullReply {
    /// Runs of frames, each following the head that was named.
    pub runs: Vec<FeedRun>,
    /// There is more: ask again with the new heads.
    pub more: bool,
}

/// Consecutive frames of one feed. A frame outside the device's scope has no payload.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct FeedRun {
    /// The feed and its key. For other feeds than HQ's the phone believes it only after `feed.admitted` in HQ's feed.
    pub feed: FeedKey,
    /// Frames in order.
    pub frames: Vec<WireFrame>,
}
