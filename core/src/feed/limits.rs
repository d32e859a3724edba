//! Limits, checked by the author **before signing** and by every reader: what is signed can always be stored.

use crate::json::{self, JsonError};

use super::Payload;

/// Bytes of a payload.
pub const MAX_PAYLOAD: usize = 64 * 1024;
/// Bytes of a header; far above what v1 writes.
pub const MAX_HEADER: usize = 4 * 1024;
/// Writes one entry may replace.
pub const MAX_OVER: usize = 64;
/// Blobs one entry may bring.
pub const MAX_BLOBS: usize = 64;
/// Bytes of one blob.
pub const MAX_BLOB_BYTES: u64 = 4 * 1024 * 1024 * 1024;
/// Integers stay exactly representable in every JSON reader.
pub const MAX_INT: u64 = (1 << 53) - 1;
/// A lamport jump beyond this makes an entry inert; it is never adopted.
pub const MAX_LAMPORT_JUMP: u64 = 1 << 20;

/// A limit was broken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LimitError {
    /// Payload too long.
    #[error("payload has {0} bytes, at most {MAX_PAYLOAD}")]
    PayloadTooLong(usize),
    /// Header too long.
    #[error("header has {0} bytes, at most {MAX_HEADER}")]
    HeaderTooLong(usize),
    /// Too many replaced writes.
    #[error("replaces {0} writes, at most {MAX_OVER}")]
    TooManyOver(usize),
    /// Too many blobs.
    #[error("brings {0} blobs, at most {MAX_BLOBS}")]
    TooManyBlobs(usize),
    /// A blob beyond the size limit.
    #[error("a blob of {0} bytes, at most {MAX_BLOB_BYTES}")]
    BlobTooLarge(u64),
    /// Place or logical time beyond [`MAX_INT`]: no reader would take the header.
    #[error("place or logical time beyond 2^53 - 1")]
    Counter,
    /// Not JSON within the common subset.
    #[error("payload is not strict JSON: {0}")]
    Json(#[from] JsonError),
    /// The payload lacks a field or has one of the wrong type.
    #[error("payload has the wrong shape: {0}")]
    Shape(String),
}

/// Reads payload bytes within all limits.
pub fn read_payload(bytes: &[u8]) -> Result<Payload, LimitError> {
    if bytes.len() > MAX_PAYLOAD {
        return Err(LimitError::PayloadTooLong(bytes.len()));
    }
    json::check(bytes)?;
    let payload: Payload = serde_json::from_slice(bytes).map_err(|e| LimitError::Shape(e.to_string()))?;
    if payload.over.len() > MAX_OVER {
        return Err(LimitError::TooManyOver(payload.over.len()));
    }
    if payload.blobs.len() > MAX_BLOBS {
        return Err(LimitError::TooManyBlobs(payload.blobs.len()));
    }
    if let Some(blob) = payload.blobs.iter().find(|b| b.size > MAX_BLOB_BYTES) {
        return Err(LimitError::BlobTooLarge(blob.size));
    }
    Ok(payload)
}
