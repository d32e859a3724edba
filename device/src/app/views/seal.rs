//! From the conclusion to the seal, and what was said after it.

use serde::{Deserialize, Serialize};
use ts_rs::TS;
use xuncha_core::checklist::{EvidenceKind, Text};
use xuncha_core::event::{SealRole, SignMethod};
use xuncha_core::ids::{BlobHash, EntryId, ItemCode};
use xuncha_core::register::Stamp;

/// A proposed conclusion.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct ConclusionView {
    /// `pass`, `rectify`, `fail`.
    pub code: String,
    /// Words.
    pub title: Text,
    /// Nothing is open or in conflict.
    pub is_final: bool,
    /// Working days to rectify.
    pub rectify_working_days: Option<u32>,
}

/// Something missing before the seal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "what", rename_all = "snake_case")]
pub enum MissingView {
    /// No answer.
    Answer {
        /// Where.
        item: ItemCode,
    },
    /// 合理缺项 without a reason.
    Reason {
        /// Where.
        item: ItemCode,
    },
    /// Several answers or notes stand.
    Conflict {
        /// Where.
        item: ItemCode,
    },
    /// The answer was given to another sentence.
    Reworded {
        /// Where.
        item: ItemCode,
    },
    /// Too little evidence.
    Evidence {
        /// Where.
        item: ItemCode,
        /// Kind.
        kind: EvidenceKind,
        /// At least.
        need: u32,
        /// There is.
        have: u32,
    },
    /// A required field of the record.
    Field {
        /// Which.
        field: String,
    },
    /// Fewer than two officers.
    Officers,
}

/// A proposal and its signatures.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct SealView {
    /// The proposal's entry.
    pub proposal: EntryId,
    /// The rendered record: exactly the text whose hash is signed.
    pub record: String,
    /// Its SHA-256.
    pub record_sha256: String,
    /// Entries and blobs it covers.
    #[ts(type = "number")]
    pub entries: u64,
    /// Blobs.
    #[ts(type = "number")]
    pub blobs: u64,
    /// Conclusion at that moment.
    pub conclusion: Option<ConclusionView>,
    /// Signatures so far.
    pub signatures: Vec<SignatureView>,
    /// The firm's refusal.
    pub refusal: Option<RefusalView>,
    /// Roles that are still missing.
    pub waits_for: Vec<SealRole>,
    /// All are present.
    pub sealed: bool,
    /// Entries outside the frontier came since: before sealing a new proposal is needed, afterwards they are late.
    #[ts(type = "number")]
    pub outside: u64,
    /// Corrections and late entries after the seal, as lines.
    pub later: Vec<LaterView>,
}

/// An entry outside the seal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct LaterView {
    /// Event type.
    pub kind: String,
    /// The item, if it has one.
    pub item: Option<ItemCode>,
    /// Who and when.
    pub by: Stamp,
}

/// A signature.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct SignatureView {
    /// As what.
    pub role: SealRole,
    /// Who.
    pub name: String,
    /// How.
    pub method: SignMethod,
    /// The drawn image.
    pub image: Option<BlobHash>,
    /// When, as claimed.
    pub by: Stamp,
}

/// A refusal to sign.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct RefusalView {
    /// Reason.
    pub reason: String,
    /// Witness.
    pub witness: String,
    /// The witness's drawn image.
    pub image: Option<BlobHash>,
    /// When.
    pub by: Stamp,
}
