//! What the close of a day shows.

use serde::{Deserialize, Serialize};
use ts_rs::TS;
use xuncha_core::ids::{BlobHash, InspectionId, ItemCode};

use crate::app::views::{AgreedView, Notice, OnlyHere, Stage};

/// A day of this phone: what was touched on it, and whatever is still only here, of any day.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct DayView {
    /// ISO 8601, by the phone's clock.
    pub date: String,
    /// Inspections touched that day, and those of other days with something only here.
    pub inspections: Vec<DayInspection>,
    /// Sums over the inspections of the day: what is here.
    pub here: DayCounts,
    /// Of that, what is under HQ's receipts.
    pub at_hq: DayCounts,
    /// What only this phone has, of any day.
    pub only_here: OnlyHere,
    /// The files of it, each by name.
    pub files: Vec<DayFile>,
    /// Entries HQ keeps apart.
    pub apart: Vec<DayApart>,
    /// HQ refused the feed as a whole: `hq.rolled_back`, `hq.forked`, `hq.closed`.
    pub refused: Vec<Notice>,
    /// HQ's word that both sides held the same.
    pub agreed: Option<AgreedView>,
    /// Own entries since that word.
    #[ts(type = "number")]
    pub since: u64,
    /// HQ's clock when every original was looked for last.
    pub compared: Option<String>,
    /// HQ's clock at the last contact.
    pub last_contact: Option<String>,
}

/// Counts of what one officer did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct DayCounts {
    /// Inspections.
    pub inspections: u32,
    /// Entries.
    pub entries: u32,
    /// Photos.
    pub photos: u32,
    /// Other files.
    pub files: u32,
    /// Signatures, keyed and drawn.
    pub signatures: u32,
}

/// An inspection on the page: the own part of it.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct DayInspection {
    /// Which.
    pub id: InspectionId,
    /// Readable number.
    pub number: String,
    /// Firm's short name (or name); empty as long as a colleague's start is not here.
    pub firm: String,
    /// Draft, signing, sealed, abandoned.
    pub stage: Stage,
    /// Touched on the day itself.
    pub of_day: bool,
    /// What is here.
    pub here: DayCounts,
    /// Of that, what is under HQ's receipts.
    pub at_hq: DayCounts,
}

/// What a file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum DayFileKind {
    /// A photo.
    Photo,
    /// Another file.
    File,
    /// The drawing of a signature.
    Signature,
    /// The manifest of a seal.
    Seal,
}

/// A file HQ has no receipt for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct DayFile {
    /// The blob.
    pub sha256: BlobHash,
    /// What it is.
    pub kind: DayFileKind,
    /// Its name for people: of the file, of the signer.
    pub name: String,
    /// Bytes.
    #[ts(type = "number")]
    pub size: u64,
    /// The inspection.
    pub inspection: Option<InspectionId>,
    /// Firm.
    pub firm: String,
    /// Item, if it belongs to one.
    pub item: Option<ItemCode>,
    /// The original is on this phone.
    pub here: bool,
    /// HQ had it once and says that it has not any more.
    pub lost: bool,
}

/// An entry HQ keeps apart.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct DayApart {
    /// Its place.
    #[ts(type = "number")]
    pub seq: u64,
    /// Why: `feed.taken`, `feed.fork`, `feed.closed`, `entry.signature`, `entry.limits`.
    pub reason: String,
    /// The inspection.
    pub inspection: Option<InspectionId>,
    /// Firm.
    pub firm: String,
}
