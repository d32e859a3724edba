use serde::{Deserialize, Serialize};

use crate::ids::{Digest, EntryId, FeedId};

/// The only suite of v1. The byte exists so that SM2/SM3 and hardware P-256 have a place to go.
pub const SUITE: &str = "ed25519-sha256";

/// The signed half of an entry. Readers outside an entry's scope get this alone and can still verify the chain.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Header {
    /// Format version, 1.
    pub v: u32,
    /// Signature and hash suite.
    pub suite: String,
    /// The feed this entry belongs to.
    pub feed: FeedId,
    /// Place in the feed, from 1, without gaps.
    pub seq: u64,
    /// The entry before; absent only at 1.
    pub prev: Option<EntryId>,
    /// Logical time: greater than the own previous entry's and than every `over` the author knew.
    pub lamport: u64,
    /// Hash of the payload's bytes. The payload carries a salt, so this gives nothing away.
    pub payload_sha256: Digest,
}

impl Header {
    /// The entry's name: a hash of exactly these bytes.
    pub fn id_of(bytes: &[u8]) -> EntryId {
        EntryId::digest(&[b"xuncha-entry-1\n", bytes])
    }
    /// What is signed for an entry of this name.
    pub(crate) fn signed_message(id: &EntryId) -> Vec<u8> {
        let mut message = b"xuncha-sig-1\n".to_vec();
        message.extend_from_slice(id.as_bytes());
        message
    }
}
