use serde::{Deserialize, Serialize};
use ts_rs::TS;
use utoipa::ToSchema;
use xuncha_core::ids::{BlobHash, DeviceId, FeedId, InspectionId, ItemCode, UnitId, UserId};

use super::inspections::InspectionState;

/// `GET /api/day?date=&unit=`: what HQ has of a day, phone by phone, and what is still on whose phone.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema, TS)]
pub struct DayView {
    /// The day, in the country's legal time (UTC+8).
    pub date: String,
    /// HQ's clock.
    pub now: String,
    /// Phones that brought something that day, or of which something is missing.
    pub phones: Vec<DayPhone>,
}

/// One person's feed on one phone.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema, TS)]
pub struct DayPhone {
    /// The feed.
    #[schema(value_type = String)]
    pub feed: FeedId,
    /// The phone.
    #[schema(value_type = String)]
    pub device: DeviceId,
    /// Words the phone is recognised by.
    pub label: String,
    /// The person.
    #[schema(value_type = String)]
    pub user: UserId,
    /// Name of the person.
    pub name: String,
    /// Unit of the person.
    #[schema(value_type = String)]
    pub unit: UnitId,
    /// Its name.
    pub unit_name: String,
    /// Of another unit: only its part in inspections of the caller's scope is shown.
    pub guest: bool,
    /// Last session of the phone.
    pub last_seen: Option<String>,
    /// The phone was revoked.
    pub revoked: bool,
    /// Entries HQ has of this feed.
    #[ts(type = "number")]
    pub entries: u64,
    /// Newest receipt HQ gave.
    pub receipt: Option<DayReceipt>,
    /// HQ's newest word that both sides hold the same.
    pub agreed: Option<DayAgreement>,
    /// Entries HQ keeps apart.
    pub apart: Vec<DayApart>,
    /// Inspections of the day, its part of them.
    pub inspections: Vec<DayInspection>,
    /// Originals its entries name and HQ does not have, of any day.
    pub missing: Vec<DayMissing>,
    /// More are missing than are named.
    pub missing_more: u32,
}

/// A receipt, in short.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema, TS)]
pub struct DayReceipt {
    /// Entries up to here.
    #[ts(type = "number")]
    pub stored_to: u64,
    /// When.
    pub time: String,
    /// How many HQ gave in all.
    pub receipts: u32,
}

/// HQ's word that both sides hold the same.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema, TS)]
pub struct DayAgreement {
    /// When.
    pub time: String,
    /// What two people read to each other.
    pub manifest: String,
    /// Entries it covers.
    #[ts(type = "number")]
    pub entries: u64,
    /// Every original was looked for.
    pub whole: bool,
    /// Entries HQ received since.
    #[ts(type = "number")]
    pub since: u64,
}

/// An entry HQ keeps apart.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema, TS)]
pub struct DayApart {
    /// Its place in the feed.
    #[ts(type = "number")]
    pub seq: u64,
    /// Why: `feed.taken`, `feed.fork`, `feed.closed`, `entry.signature`, `entry.limits`.
    pub reason: String,
}

/// What one phone brought to an inspection.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema, TS)]
pub struct DayInspection {
    /// The inspection.
    #[schema(value_type = String)]
    pub inspection: InspectionId,
    /// Readable number.
    pub number: String,
    /// Firm.
    pub firm_name: String,
    /// Where it stands.
    pub state: InspectionState,
    /// Entries.
    pub entries: u32,
    /// Photos its entries name.
    pub photos: u32,
    /// Of these here.
    pub photos_here: u32,
    /// Other files.
    pub files: u32,
    /// Of these here.
    pub files_here: u32,
    /// Signatures.
    pub signatures: u32,
    /// Of these complete here.
    pub signatures_here: u32,
}

/// What a missing original is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema, TS)]
#[serde(rename_all = "snake_case")]
pub enum DayFileKind {
    /// A photo.
    Photo,
    /// Another file.
    #[default]
    File,
    /// The drawing of a signature.
    Signature,
    /// The manifest of a seal.
    Seal,
}

/// An original that an entry names and HQ does not have.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema, TS)]
pub struct DayMissing {
    /// The blob.
    #[schema(value_type = String)]
    pub sha256: BlobHash,
    /// What it is.
    pub kind: DayFileKind,
    /// File name, or name of the signer.
    pub name: String,
    /// Bytes.
    #[ts(type = "number")]
    pub size: u64,
    /// Bytes of it that arrived.
    #[ts(type = "number")]
    pub arrived: u64,
    /// The inspection.
    #[schema(value_type = Option<String>)]
    pub inspection: Option<InspectionId>,
    /// Its readable number.
    pub number: String,
    /// Firm.
    pub firm_name: String,
    /// Item.
    #[schema(value_type = Option<String>)]
    pub item: Option<ItemCode>,
    /// When its entry was received.
    pub named: String,
    /// HQ had it, and it is gone from the disk.
    pub lost: bool,
}
