use xuncha_core::Failure;
use xuncha_core::feed::{ChainError, FrameError};

use crate::disk::DiskError;

/// What keeps a feed from being read or written. Whatever it is, the files stay as they are.
#[derive(Debug, thiserror::Error)]
pub enum FeedError {
    /// The disk refused.
    #[error(transparent)]
    Disk(#[from] DiskError),
    /// Bytes that were whole once are not any more, or a segment is missing.
    #[error("segment {segment} is damaged at byte {at}: {why}")]
    Damaged {
        /// First number of the segment file.
        segment: u64,
        /// Byte in the file.
        at: u64,
        /// What was found there.
        why: &'static str,
    },
    /// The files end before something that is known to have been here.
    #[error("rolled back: {known} were here, {have} are left")]
    RolledBack {
        /// The last number that was known.
        known: u64,
        /// The last number that is here.
        have: u64,
    },
    /// Another entry than the known one is at this place.
    #[error("another entry at place {0}")]
    Forked(u64),
    /// The frame offered is not the next one of this feed. Nothing was written.
    #[error("not the next entry: {0}")]
    NotNext(#[from] ChainError),
    /// More than one record can hold. Nothing was written.
    #[error("a record of {0} bytes is too long")]
    TooLong(usize),
}

impl FeedError {
    /// The chain is broken at this entry, though the bytes are what was once written.
    pub(super) fn broken_chain(segment: u64, seq: u64) -> impl Fn(FrameError) -> Self {
        move |_| Self::Damaged { segment, at: seq, why: "not an entry" }
    }
}

impl From<FeedError> for Failure {
    fn from(e: FeedError) -> Self {
        match e {
            FeedError::Disk(e) => e.into(),
            FeedError::Damaged { segment, at, why } => {
                Self::never("feed.damaged").with("segment", segment).with("at", at).with("why", why)
            }
            FeedError::RolledBack { known, have } => {
                Self::never("feed.rolled_back").with("known", known).with("have", have)
            }
            FeedError::Forked(seq) => Self::never("feed.forked").with("seq", seq),
            FeedError::NotNext(e) => Self::never("feed.not_next").with("why", e),
            FeedError::TooLong(bytes) => Self::never("feed.record_too_long").with("bytes", bytes),
        }
    }
}
