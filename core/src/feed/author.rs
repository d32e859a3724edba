use crate::ids::{Digest, EntryId, InspectionId, UserId};

use super::limits::{self, LimitError};
use super::{AppInfo, BlobRef, ClaimedTime, Entry, Frame, Head, Header, Payload, Place, SUITE, Signer};

/// What an author wants to say; everything random or clock-like is passed in.
#[derive(Debug, Clone)]
pub struct Draft {
    /// 16 random bytes.
    pub salt: [u8; 16],
    /// The person who acts.
    pub actor: UserId,
    /// The inspection it belongs to.
    pub inspection: Option<InspectionId>,
    /// Dotted event type.
    pub kind: String,
    /// The event.
    pub body: serde_json::Value,
    /// Writes this one replaces.
    pub over: Vec<EntryId>,
    /// Largest lamport among the entries the author has seen.
    pub seen_lamport: u64,
    /// Blobs it brings.
    pub blobs: Vec<BlobRef>,
    /// When.
    pub time: ClaimedTime,
    /// Where.
    pub place: Option<Place>,
    /// Which program.
    pub app: AppInfo,
}

/// The draft cannot become an entry. Nothing was signed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AuthorError {
    /// A limit is broken.
    #[error(transparent)]
    Limit(#[from] LimitError),
    /// The body cannot be written as JSON.
    #[error("cannot be written as JSON: {0}")]
    Json(String),
}

/// Makes the next entry of a feed: limits first, signature last.
pub fn author(head: &Head, draft: Draft, signer: &dyn Signer) -> Result<(Frame, Entry), AuthorError> {
    let json = |e: serde_json::Error| AuthorError::Json(e.to_string());
    let payload = Payload {
        salt: data_encoding::HEXLOWER.encode(&draft.salt),
        actor: draft.actor,
        inspection: draft.inspection,
        kind: draft.kind,
        body: serde_json::value::to_raw_value(&draft.body).map_err(json)?,
        over: draft.over,
        blobs: draft.blobs,
        time: draft.time,
        place: draft.place,
        app: draft.app,
    };
    let payload_bytes = serde_json::to_vec(&payload).map_err(json)?;
    let payload = limits::read_payload(&payload_bytes)?;
    let header = Header {
        v: 1,
        suite: SUITE.to_owned(),
        feed: head.feed,
        seq: head.seq.saturating_add(1),
        prev: head.id,
        lamport: head.lamport.max(draft.seen_lamport).saturating_add(1),
        payload_sha256: Digest::digest(&[&payload_bytes]),
    };
    if header.seq > limits::MAX_INT || header.lamport > limits::MAX_INT {
        return Err(LimitError::Counter.into());
    }
    let header_bytes = serde_json::to_vec(&header).map_err(json)?;
    let id = Header::id_of(&header_bytes);
    let sig = signer.sign(&Header::signed_message(&id));
    Ok((Frame::from_parts(header_bytes, sig, Some(payload_bytes)), Entry { id, header, payload: Some(payload) }))
}
