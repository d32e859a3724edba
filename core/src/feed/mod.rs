//! The feed: an author's append-only, hash-chained, signed list of entries. It is the truth; every database is an index of it.
//!
//! What it is: the bytes of an entry ([`Frame`]), how they are made ([`author`]), how they are checked one after the
//! other ([`Chain`]), and the limits that are checked *before* signing ([`limits`]).
//! What it is not: the meaning of an entry (see [`crate::event`]) nor a file on a disk (the phone's and HQ's own rooms).
//!
//! Invariants: a frame's header and payload are kept, sent and verified as the bytes that were signed, nobody
//! re-serialises (I4, I12); a chain only grows by one (I4); a reader without the payload can still verify the chain.
//!
//! ```text
//! id  = SHA-256("xuncha-entry-1\n" ‖ header)          sig = Ed25519(feed key, "xuncha-sig-1\n" ‖ id)
//! frame = header LF signature(128 hex) LF payload
//! ```

mod author;
mod chain;
mod frame;
mod header;
mod key;
pub mod limits;
mod payload;

pub use author::{AuthorError, Draft, author};
pub use chain::{Chain, ChainError, Head};
pub use frame::{Entry, Frame, FrameError, WireFrame};
pub use header::{Header, SUITE};
pub use key::{FeedKey, Signature, SignatureError, Signer, VerifyingKey, feed_id};
pub use payload::{AppInfo, BlobRef, BlobSource, ClaimedTime, Payload, Place};
