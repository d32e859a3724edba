use serde::{Deserialize, Serialize};
use ts_rs::TS;
use utoipa::ToSchema;
use xuncha_core::checklist::EvidenceKind;
use xuncha_core::event::{MeasureAdded, SealRole, SignMethod};
use xuncha_core::feed::{BlobSource, Place};
use xuncha_core::ids::{BlobHash, Digest, EntryId, EvidenceId, FeedId, ItemCode};
use xuncha_core::register::Stamp;

/// What is known of an original's bytes at HQ. `POST …/verify` re-reads and re-hashes them all.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema, TS)]
#[serde(rename_all = "snake_case")]
pub enum Integrity {
    /// Named by an entry, not here yet.
    Missing,
    /// Here and durable; its SHA-256 was right when it arrived.
    Stored,
    /// As stored, and a receipt that names it was signed.
    Receipted,
    /// It was here and is not any more, or is another: phones are asked for it again.
    Lost,
}

/// A picture or file.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema, TS)]
pub struct EvidenceView {
    /// The evidence.
    #[schema(value_type = String)]
    pub evidence: EvidenceId,
    /// The item; absent: the inspection as a whole.
    #[schema(value_type = Option<String>)]
    pub item: Option<ItemCode>,
    /// Photo or file.
    #[schema(value_type = String)]
    pub kind: EvidenceKind,
    /// File name as it came.
    pub name: String,
    /// Captions; several where two writes conflict.
    pub captions: Vec<String>,
    /// SHA-256 of the original.
    #[schema(value_type = String)]
    pub sha256: BlobHash,
    /// Bytes.
    #[ts(type = "number")]
    pub size: u64,
    /// Media type as the phone judged it.
    pub mime: String,
    /// How it came into being.
    #[schema(value_type = String)]
    pub source: BlobSource,
    /// What the phone read out of the bytes.
    #[ts(type = "Record<string, unknown>")]
    #[schema(value_type = Object)]
    pub facts: serde_json::Value,
    /// Why the phone made no preview.
    pub no_preview: Option<String>,
    /// Integrity of the original.
    pub integrity: Integrity,
    /// Withdrawn.
    pub withdrawn: Option<WithdrawnView>,
    /// Where, as claimed.
    #[schema(value_type = Option<Object>)]
    pub place: Option<Place>,
    /// Who and when.
    #[schema(value_type = Object)]
    pub by: Stamp,
    /// Added after the seal.
    pub late: bool,
}

/// Evidence was withdrawn.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema, TS)]
pub struct WithdrawnView {
    /// Why.
    pub reason: String,
    /// Who and when.
    #[schema(value_type = Object)]
    pub by: Stamp,
}

/// A measured number.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema, TS)]
pub struct MeasureView {
    /// What was measured.
    #[schema(value_type = Object)]
    pub measure: MeasureAdded,
    /// Withdrawn.
    pub withdrawn: Option<WithdrawnView>,
    /// Who and when.
    #[schema(value_type = Object)]
    pub by: Stamp,
}

/// The newest proposal to seal, and who signed it.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema, TS)]
pub struct SealView {
    /// The proposal's entry.
    #[schema(value_type = String)]
    pub proposal: EntryId,
    /// All signatures are present.
    pub sealed: bool,
    /// Hash of the manifest blob.
    #[schema(value_type = String)]
    pub manifest: BlobHash,
    /// Hash of the rendered record.
    #[schema(value_type = String)]
    pub record_sha256: Digest,
    /// Entries under the seal.
    #[ts(type = "number")]
    pub entries: u64,
    /// Entries that came outside it.
    pub late: u32,
    /// Signatures in the order they were made.
    pub signatures: Vec<SignatureView>,
    /// The firm refused to sign: reason and witness.
    pub refusal: Option<RefusalView>,
    /// Who proposed and when.
    #[schema(value_type = Object)]
    pub by: Stamp,
}

/// The firm refused to sign.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema, TS)]
pub struct RefusalView {
    /// Reason given.
    pub reason: String,
    /// Witness.
    pub witness: String,
    /// Who recorded it and when.
    #[schema(value_type = Object)]
    pub by: Stamp,
}

/// One signature.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema, TS)]
pub struct SignatureView {
    /// As what.
    #[schema(value_type = String)]
    pub role: SealRole,
    /// Name.
    pub name: String,
    /// Keyed or drawn.
    #[schema(value_type = String)]
    pub method: SignMethod,
    /// The drawn image.
    #[schema(value_type = Option<String>)]
    pub image: Option<BlobHash>,
    /// Who and when.
    #[schema(value_type = Object)]
    pub by: Stamp,
}

/// The newest receipt HQ gave for a feed of the inspection.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema, TS)]
pub struct ReceiptView {
    /// The feed.
    #[schema(value_type = String)]
    pub feed: FeedId,
    /// Entries receipted.
    #[ts(type = "number")]
    pub stored_to: u64,
    /// HQ's log then.
    #[ts(type = "number")]
    pub log_index: u64,
    /// When.
    pub time: String,
    /// How many receipts there are for this feed.
    pub receipts: u32,
}
