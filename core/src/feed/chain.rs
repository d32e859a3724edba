use serde::{Deserialize, Serialize};

use crate::ids::{EntryId, FeedId};

use super::limits::MAX_LAMPORT_JUMP;
use super::{Entry, Frame, FrameError, VerifyingKey};

/// Where a feed ends.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
pub struct Head {
    /// The feed.
    pub feed: FeedId,
    /// Entries so far.
    #[ts(type = "number")]
    pub seq: u64,
    /// The last entry's name; absent in an empty feed.
    pub id: Option<EntryId>,
    /// The last entry's logical time.
    #[ts(type = "number")]
    pub lamport: u64,
}

impl Head {
    /// The head of a feed without entries.
    pub fn empty(feed: FeedId) -> Self {
        Self { feed, seq: 0, id: None, lamport: 0 }
    }
}

/// Why an entry is not the next one of its feed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ChainError {
    /// The frame itself is wrong.
    #[error(transparent)]
    Frame(#[from] FrameError),
    /// It belongs to another feed.
    #[error("belongs to another feed")]
    OtherFeed,
    /// Entries before it are missing.
    #[error("gap: have {have}, got {got}")]
    Gap {
        /// Last place that is known.
        have: u64,
        /// Place of the entry offered.
        got: u64,
    },
    /// The place is already taken; the caller compares names to tell a repetition from a fork.
    #[error("place {0} is already taken")]
    Taken(u64),
    /// It does not follow the entry that is here: the feed was forked.
    #[error("fork at {0}: names another predecessor")]
    Fork(u64),
    /// Logical time does not grow.
    #[error("logical time does not grow at {0}")]
    Lamport(u64),
}

/// Walks a feed entry by entry. The state is only the head, so a walk can stop and go on anywhere.
#[derive(Debug, Clone)]
pub struct Chain {
    key: VerifyingKey,
    head: Head,
}

impl Chain {
    /// Goes on from `head` with the feed's public key.
    pub fn resume(key: VerifyingKey, head: Head) -> Self {
        Self { key, head }
    }
    /// Where the walk stands.
    pub fn head(&self) -> &Head {
        &self.head
    }
    /// Takes the next frame, or says why it is not the next one and stays where it is.
    pub fn accept(&mut self, frame: &Frame) -> Result<Entry, ChainError> {
        self.link(frame.verify(&self.key)?)
    }
    /// As [`Chain::accept`], for an entry that [`Frame::verify`] made with this feed's key: verifying is most of the work and
    /// needs no place in a chain.
    pub fn link(&mut self, entry: Entry) -> Result<Entry, ChainError> {
        let header = &entry.header;
        if header.feed != self.head.feed {
            return Err(ChainError::OtherFeed);
        }
        if header.seq <= self.head.seq {
            return Err(ChainError::Taken(header.seq));
        }
        if header.seq != self.head.seq + 1 {
            return Err(ChainError::Gap { have: self.head.seq, got: header.seq });
        }
        if header.prev != self.head.id {
            return Err(ChainError::Fork(header.seq));
        }
        if header.lamport <= self.head.lamport {
            return Err(ChainError::Lamport(header.seq));
        }
        self.head = Head { feed: header.feed, seq: header.seq, id: Some(entry.id), lamport: header.lamport };
        Ok(entry)
    }
    /// Whether this entry's logical time is too far ahead of all that was known: such an entry is kept but inert.
    pub fn lamport_jump_too_far(known: u64, lamport: u64) -> bool {
        lamport > known.saturating_add(MAX_LAMPORT_JUMP)
    }
}
