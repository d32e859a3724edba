use serde::{Deserialize, Serialize};

use crate::ids::{Digest, EntryId};

use super::limits::{self, LimitError, MAX_HEADER};
use super::{Header, Payload, SUITE, Signature, SignatureError, VerifyingKey};

/// An entry's bytes exactly as they were signed: the unit that is stored, sent and verified.
///
/// `payload` is absent for a reader outside the entry's scope.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Frame {
    header: Vec<u8>,
    sig: Signature,
    payload: Option<Vec<u8>>,
}

/// What is wrong with a frame by itself, before its place in the chain is looked at.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FrameError {
    /// Not `header LF signature LF payload`.
    #[error("not a frame: {0}")]
    Layout(&'static str),
    /// The header is not strict JSON of the right shape.
    #[error("header: {0}")]
    Header(String),
    /// A version or suite this program does not know.
    #[error("unknown version or suite")]
    Unknown,
    /// A limit is broken.
    #[error(transparent)]
    Limit(#[from] LimitError),
    /// The payload is not the one the header names.
    #[error("payload does not match the header's hash")]
    PayloadHash,
    /// The signature is wrong.
    #[error(transparent)]
    Signature(#[from] SignatureError),
}

impl Frame {
    pub(super) fn from_parts(header: Vec<u8>, sig: Signature, payload: Option<Vec<u8>>) -> Self {
        Self { header, sig, payload }
    }
    /// Reads `header LF signature LF payload`; an empty payload means header only.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, FrameError> {
        let mut parts = bytes.splitn(3, |b| *b == b'\n');
        let (Some(header), Some(sig), Some(payload)) = (parts.next(), parts.next(), parts.next()) else {
            return Err(FrameError::Layout("three parts, parted by line feeds"));
        };
        let sig = Signature::from_hex(sig).ok_or(FrameError::Layout("signature of 128 hex digits"))?;
        Ok(Self { header: header.to_vec(), sig, payload: (!payload.is_empty()).then(|| payload.to_vec()) })
    }
    /// Writes `header LF signature LF payload`.
    pub fn to_bytes(&self) -> Vec<u8> {
        let payload = self.payload.as_deref().unwrap_or_default();
        let mut out = Vec::with_capacity(self.header.len() + payload.len() + 130);
        out.extend_from_slice(&self.header);
        out.push(b'\n');
        out.extend_from_slice(self.sig.to_string().as_bytes());
        out.push(b'\n');
        out.extend_from_slice(payload);
        out
    }
    /// The signed header bytes.
    pub fn header_bytes(&self) -> &[u8] {
        &self.header
    }
    /// The signed payload bytes, if this reader may see them.
    pub fn payload_bytes(&self) -> Option<&[u8]> {
        self.payload.as_deref()
    }
    /// The signature.
    pub fn signature(&self) -> &Signature {
        &self.sig
    }
    /// The entry's name.
    pub fn id(&self) -> EntryId {
        Header::id_of(&self.header)
    }
    /// The same entry without its payload, for a reader outside its scope.
    #[must_use]
    pub fn header_only(&self) -> Self {
        Self { header: self.header.clone(), sig: self.sig, payload: None }
    }
    /// Checks everything about this frame except who may have signed it and its place in the chain.
    pub fn open(&self) -> Result<Entry, FrameError> {
        if self.header.len() > MAX_HEADER {
            return Err(LimitError::HeaderTooLong(self.header.len()).into());
        }
        if self.header.contains(&b'\n') {
            return Err(FrameError::Layout("no line feed inside a header"));
        }
        crate::json::check(&self.header).map_err(|e| FrameError::Header(e.to_string()))?;
        let header: Header = serde_json::from_slice(&self.header).map_err(|e| FrameError::Header(e.to_string()))?;
        if header.v != 1 || header.suite != SUITE {
            return Err(FrameError::Unknown);
        }
        let payload = match &self.payload {
            None => None,
            Some(bytes) => {
                if Digest::digest(&[bytes]) != header.payload_sha256 {
                    return Err(FrameError::PayloadHash);
                }
                Some(limits::read_payload(bytes)?)
            }
        };
        Ok(Entry { id: self.id(), header, payload })
    }
    /// Checks everything about this frame, with the feed's public key, except its place in the chain.
    pub fn verify(&self, key: &VerifyingKey) -> Result<Entry, FrameError> {
        let entry = self.open()?;
        key.verify(&Header::signed_message(&entry.id), &self.sig)?;
        Ok(entry)
    }
}

/// A frame that was opened: its parts as values. Made only by [`Frame::open`] and [`Frame::verify`].
#[derive(Debug, Clone)]
pub struct Entry {
    /// The entry's name.
    pub id: EntryId,
    /// The signed header.
    pub header: Header,
    /// What it says, if this reader may see it.
    pub payload: Option<Payload>,
}

/// A frame as it travels in NDJSON and lies in an export: the signed texts as JSON strings, byte for byte.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WireFrame {
    /// Header text.
    pub header: String,
    /// Signature, 128 hex digits.
    pub sig: Signature,
    /// Payload text; absent outside the reader's scope.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub payload: Option<String>,
}

impl From<WireFrame> for Frame {
    fn from(w: WireFrame) -> Self {
        Self { header: w.header.into_bytes(), sig: w.sig, payload: w.payload.map(String::into_bytes) }
    }
}

impl TryFrom<&Frame> for WireFrame {
    type Error = FrameError;
    fn try_from(f: &Frame) -> Result<Self, FrameError> {
        let text = |b: &[u8]| String::from_utf8(b.to_vec()).map_err(|_| FrameError::Layout("UTF-8"));
        Ok(Self { header: text(&f.header)?, sig: f.sig, payload: f.payload.as_deref().map(text).transpose()? })
    }
}
