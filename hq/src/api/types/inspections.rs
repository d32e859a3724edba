use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use ts_rs::TS;
use utoipa::ToSchema;
use xuncha_core::checklist::{Basis, KeyFlag, Mark, Severity, Text};
use xuncha_core::conclusion::Tallies;
use xuncha_core::event::{AnswerSet, InspectionKind, InspectionMode, Officer};
use xuncha_core::firm::FirmRecord;
use xuncha_core::ids::{DeviceId, Digest, EntryId, FeedId, InspectionId, ItemCode, ListCode, TaskId, UnitId, UserId};
use xuncha_core::register::Stamp;
use xuncha_core::tables::{TableCell, TableProposal, TableSpec};

use super::{EvidenceView, MeasureView, ReceiptView, ReferralView, SealView};

/// Where an inspection stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema, TS)]
#[serde(rename_all = "snake_case")]
pub enum InspectionState {
    /// Under way.
    Draft,
    /// Put before the signatories.
    Proposed,
    /// All signatures are present.
    Sealed,
    /// Given up.
    Abandoned,
}

/// An inspection in a list.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema, TS)]
pub struct InspectionRow {
    /// The inspection.
    #[schema(value_type = String)]
    pub inspection: InspectionId,
    /// Readable number.
    pub number: String,
    /// Firm.
    pub firm_name: String,
    /// Its credit code.
    pub uscc: String,
    /// Unit of the officer who started it.
    #[schema(value_type = String)]
    pub unit: UnitId,
    /// Name of the unit.
    pub unit_name: String,
    /// Names of the officers.
    pub officers: Vec<String>,
    /// Kind.
    #[schema(value_type = String)]
    pub kind: InspectionKind,
    /// Ways.
    #[schema(value_type = Vec<String>)]
    pub modes: Vec<InspectionMode>,
    /// Where it stands.
    pub state: InspectionState,
    /// Code of the conclusion by the pinned rule; only once nothing is open or in conflict.
    pub conclusion: Option<String>,
    /// Its words by language.
    #[schema(value_type = Option<Object>)]
    pub conclusion_title: Option<Text>,
    /// Start by the phone's clock.
    pub started: String,
    /// Day of the start, `YYYY-MM-DD` in the phone's own offset.
    pub day: String,
    /// When HQ received its newest entry.
    pub last_received: String,
    /// Non-conforming items.
    pub non_conforming: u32,
    /// Of the serious items those that do not conform: they prompt a referral.
    #[serde(default)]
    pub serious: u32,
    /// Items in conflict.
    pub conflicts: u32,
    /// Entries stored.
    pub entries: u32,
    /// Blobs its entries name.
    pub blobs: u32,
    /// Of these stored here.
    pub blobs_stored: u32,
}

/// `GET /api/inspections?unit=&state=&conclusion=&from=&to=&serious=&text=&after=&limit=`
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema, TS)]
pub struct InspectionPage {
    /// Newest start first.
    pub rows: Vec<InspectionRow>,
    /// Key of the next page.
    pub next: Option<String>,
}

/// `GET /api/inspections/{inspection}`
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema, TS)]
pub struct InspectionDetail {
    /// As in the list.
    pub row: InspectionRow,
    /// The task it carries out.
    #[schema(value_type = Option<String>)]
    pub task: Option<TaskId>,
    /// The firm as known at the start.
    #[schema(value_type = Object)]
    pub firm: FirmRecord,
    /// Officers as last settled; at the start if in conflict.
    #[schema(value_type = Vec<Object>)]
    pub officers: Vec<Officer>,
    /// Language the inspector works in.
    pub language: String,
    /// Sections of all its lists, in order.
    pub sections: Vec<SectionView>,
    /// Results of items that no list known here has.
    pub unknown_items: Vec<ItemView>,
    /// Fields of the record.
    pub fields: Vec<FieldView>,
    /// Evidence of the inspection as a whole.
    pub evidence: Vec<EvidenceView>,
    /// Counts.
    #[schema(value_type = Object)]
    pub tallies: Tallies,
    /// What the pinned rule says.
    pub conclusion: Option<ConclusionView>,
    /// Serious items that do not conform: whoever is in charge decides whether they are referred.
    pub referrals: Vec<ReferralView>,
    /// Seal.
    pub seal: Option<SealView>,
    /// Newest receipt per feed.
    pub receipts: Vec<ReceiptView>,
    /// Why it was given up.
    pub abandoned: Option<String>,
    /// Names of the people who acted, by account.
    pub names: BTreeMap<String, String>,
}

/// What the rule says of the counts so far.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema, TS)]
pub struct ConclusionView {
    /// Code of the rule.
    pub rule: String,
    /// Name of the rule by language.
    #[schema(value_type = Object)]
    pub rule_title: Text,
    /// How sure the rule is.
    #[schema(value_type = String)]
    pub rule_mark: Mark,
    /// Where the rule comes from, by language.
    #[schema(value_type = Object)]
    pub rule_source: Text,
    /// Code of the outcome.
    pub outcome: String,
    /// Its words by language.
    #[schema(value_type = Object)]
    pub title: Text,
    /// Nothing is open or in conflict.
    pub is_final: bool,
    /// Working days to rectify.
    pub rectify_working_days: Option<u32>,
}

/// A section of a list.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema, TS)]
pub struct SectionView {
    /// The list.
    #[schema(value_type = String)]
    pub list: ListCode,
    /// Its name by language.
    #[schema(value_type = Object)]
    pub list_title: Text,
    /// Version of the list.
    pub list_version: String,
    /// The section.
    pub section: String,
    /// Its name by language.
    #[schema(value_type = Object)]
    pub title: Text,
    /// Items that apply to the firm, and others that were answered all the same.
    pub items: Vec<ItemView>,
}

/// An item with all that was said about it.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema, TS)]
pub struct ItemView {
    /// The item.
    #[schema(value_type = String)]
    pub item: ItemCode,
    /// What must be so, by language; absent for an unknown item.
    #[schema(value_type = Option<Object>)]
    pub text: Option<Text>,
    /// Key item ※ and how sure that is; absent for an unknown item.
    #[schema(value_type = Option<Object>)]
    pub key: Option<KeyFlag>,
    /// Severity; absent for an unknown item.
    #[schema(value_type = Option<String>)]
    pub severity: Option<Severity>,
    /// Legal basis.
    #[schema(value_type = Vec<Object>)]
    pub basis: Vec<Basis>,
    /// None: not answered. One: the result. Several: a conflict, all sides of it.
    pub answers: Vec<AnswerView>,
    /// None, one, or the sides of a conflict.
    pub notes: Vec<NoteView>,
    /// The tables filled beside it: none, one, or the sides of a conflict.
    pub tables: Vec<TableView>,
    /// Measured numbers.
    pub measures: Vec<MeasureView>,
    /// Pictures and files.
    pub evidence: Vec<EvidenceView>,
    /// How often its result was written.
    pub answer_writes: u32,
}

/// A result.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema, TS)]
pub struct AnswerView {
    /// What was answered.
    #[schema(value_type = Object)]
    pub answer: AnswerSet,
    /// Who and when.
    #[schema(value_type = Object)]
    pub by: Stamp,
    /// Written after the seal.
    pub late: bool,
}

/// A table as it was filled.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema, TS)]
pub struct TableView {
    /// Its columns.
    #[schema(value_type = Object)]
    pub spec: TableSpec,
    /// Cells as typed, with what each was understood as.
    #[schema(value_type = Vec<Vec<Object>>)]
    pub rows: Vec<Vec<TableCell>>,
    /// What the rows raise; proposals, never a verdict.
    #[schema(value_type = Vec<Object>)]
    pub proposals: Vec<TableProposal>,
    /// Why it was corrected after the seal.
    pub correction: Option<String>,
    /// Who and when.
    #[schema(value_type = Object)]
    pub by: Stamp,
    /// Written after the seal.
    pub late: bool,
}

/// A note.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema, TS)]
pub struct NoteView {
    /// The words.
    pub text: String,
    /// Who and when.
    #[schema(value_type = Object)]
    pub by: Stamp,
}

/// A field of the record.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema, TS)]
pub struct FieldView {
    /// Its name in the form.
    pub field: String,
    /// One value, or the sides of a conflict.
    pub values: Vec<ValueView>,
}

/// A written value.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema, TS)]
pub struct ValueView {
    /// The value.
    pub value: String,
    /// Who and when.
    #[schema(value_type = Object)]
    pub by: Stamp,
}

/// An entry in the timeline.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema, TS)]
pub struct TimelineRow {
    /// Place in HQ's log.
    #[ts(type = "number")]
    pub log_index: u64,
    /// The entry.
    #[schema(value_type = String)]
    pub entry: EntryId,
    /// Its feed.
    #[schema(value_type = String)]
    pub feed: FeedId,
    /// Its place in the feed.
    #[ts(type = "number")]
    pub seq: u64,
    /// Logical time.
    #[ts(type = "number")]
    pub lamport: u64,
    /// Event type.
    pub kind: String,
    /// The person.
    #[schema(value_type = String)]
    pub actor: UserId,
    /// Name of the person.
    pub actor_name: String,
    /// The device.
    #[schema(value_type = String)]
    pub device: DeviceId,
    /// When, as the phone claims.
    pub wall: String,
    /// When HQ stored it.
    pub received: String,
    /// Why it has no effect, if it has none.
    pub inert: Option<String>,
    /// Blobs it brings.
    pub blobs: u32,
    /// What it says.
    #[ts(type = "Record<string, unknown>")]
    #[schema(value_type = Object)]
    pub body: serde_json::Value,
}

/// `GET /api/inspections/{inspection}/timeline?after=`
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema, TS)]
pub struct TimelinePage {
    /// In the order HQ received them.
    pub rows: Vec<TimelineRow>,
    /// Key of the next page.
    pub next: Option<String>,
}

/// `GET /api/inspections/{inspection}/record`: the record that was shown and signed.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema, TS)]
pub struct RecordText {
    /// The text, byte for byte.
    pub text: String,
    /// Its SHA-256, computed now.
    #[schema(value_type = String)]
    pub sha256: Digest,
    /// It is the one named in the seal proposal.
    pub matches_seal: bool,
    /// It was sealed; otherwise only proposed.
    pub sealed: bool,
}

/// Something that is wrong.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema, TS)]
pub struct FaultView {
    /// Stable code, e.g. `blob.missing`, `blob.hash`, `entry.signature`, `chain.gap`, `seal.record`.
    pub code: String,
    /// What it is about: an entry, a feed, a blob, a file.
    pub about: String,
    /// In words, for the log and the reader of an export.
    pub detail: String,
}

/// `POST /api/inspections/{inspection}/verify`
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema, TS)]
pub struct VerifyReport {
    /// Nothing is wrong and nothing is missing.
    pub ok: bool,
    /// When.
    pub checked: String,
    /// Entries whose hash, signature and place in the chain were checked.
    pub entries: u32,
    /// Feeds walked from their start.
    pub feeds: u32,
    /// Blobs read and hashed.
    pub blobs: u32,
    /// Bytes read.
    #[ts(type = "number")]
    pub bytes: u64,
    /// What is wrong.
    pub faults: Vec<FaultView>,
}
