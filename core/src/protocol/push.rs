//! Step 3: entries, from HQ's head on, before any blob.
//!
//! Request body: NDJSON of [`crate::feed::WireFrame`], all of one feed, in order, at most [`MAX_FRAMES`] and
//! [`MAX_BYTES`], `Content-Type: application/x-ndjson`, optionally `Content-Encoding: zstd`. The feed is in the path:
//! `POST /v1/push/{feed}`.

use serde::{Deserialize, Serialize};

use crate::feed::Head;
use crate::ids::EntryId;

/// Frames in one request.
pub const MAX_FRAMES: usize = 2_000;
/// Bytes of one request, uncompressed.
pub const MAX_BYTES: usize = 8 * 1024 * 1024;

/// Answer to a push: where HQ stands now. Entries HQ already had count as stored again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PushReply {
    /// HQ's head of the feed after this request.
    pub head: Head,
    /// Entries that were not taken into the feed.
    pub quarantined: Vec<Quarantined>,
    /// Entries that were stored but stay outside the fold.
    pub inert: Vec<Inert>,
}

/// An entry HQ keeps apart: another entry stands at its place, or it does not follow. Final.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
pub struct Quarantined {
    /// Its place.
    #[ts(type = "number")]
    pub seq: u64,
    /// Its name.
    pub id: EntryId,
    /// Stable code: `feed.taken`, `feed.fork`, `feed.closed`, `entry.signature`, `entry.limits`.
    pub reason: String,
}

/// A stored entry without effect.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
pub struct Inert {
    /// Its place.
    #[ts(type = "number")]
    pub seq: u64,
    /// Stable code: `event.unknown`, `event.shape`, `event.scope`, `entry.actor`, `entry.lamport`.
    pub reason: String,
}
