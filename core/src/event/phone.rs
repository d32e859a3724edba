use serde::{Deserialize, Serialize};

use crate::checklist::EvidenceKind;
use crate::feed::Head;
use crate::firm::FirmRecord;
use crate::ids::{BlobHash, Digest, EntryId, EvidenceId, FeedId, ItemCode, ListCode, RuleCode, TaskId, UserId};
use crate::tables::TableKind;

/// First entry of a feed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FeedOpened {
    /// The feed this one goes on from after a fork, a restore or a lost key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub succeeds: Option<FeedId>,
}

/// Kind of an inspection (常规/专项/有因/许可核查/备案后核查/跟踪/恢复经营).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, ts_rs::TS)]
#[serde(rename_all = "snake_case")]
pub enum InspectionKind {
    /// 常规
    #[default]
    Routine,
    /// 专项
    Special,
    /// 有因
    ForCause,
    /// 许可现场核查
    LicenceVerification,
    /// 备案后核查
    PostFiling,
    /// 跟踪检查
    FollowUp,
    /// 恢复经营核查
    Reopening,
}

/// Ways of inspecting; several may hold (飞行/延伸/联合/双随机/拉网).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[serde(rename_all = "snake_case")]
pub enum InspectionMode {
    /// 飞行
    Unannounced,
    /// 延伸
    Extended,
    /// 联合
    Joint,
    /// 双随机
    RandomDraw,
    /// 拉网排查
    Sweep,
}

/// A list, pinned by hash.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ts_rs::TS)]
pub struct ListRef {
    /// e.g. `COLD`.
    pub code: ListCode,
    /// Its version.
    pub version: String,
    /// Hash of its canonical JSON.
    pub sha256: Digest,
}

/// A conclusion rule, pinned by hash.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
pub struct RuleRef {
    /// e.g. `licence-verification`.
    pub code: RuleCode,
    /// Its version.
    pub version: String,
    /// Hash of its canonical JSON.
    pub sha256: Digest,
}

/// An officer of the inspection; the law wants at least two (O54§49, PEN§42).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
pub struct Officer {
    /// The account at HQ, if there is one.
    pub user: Option<UserId>,
    /// Name.
    pub name: String,
    /// Number of the enforcement ID (执法证号).
    pub certificate: String,
}

/// An inspection begins.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct InspectionStarted {
    /// Readable number made offline: `JC-<area>-<date>-<device>-<serial>`.
    pub number: String,
    /// The task it carries out, if any.
    pub task: Option<TaskId>,
    /// The firm as known at the start.
    pub firm: FirmRecord,
    /// Kind.
    pub kind: InspectionKind,
    /// Ways.
    #[serde(default)]
    pub modes: Vec<InspectionMode>,
    /// Focus domains of the year's plan, `F01` to `F10`, that it serves.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub focus: Vec<String>,
    /// Lists, pinned.
    pub lists: Vec<ListRef>,
    /// Conclusion rule, pinned.
    pub rule: RuleRef,
    /// Hash of the record form's canonical JSON.
    pub form: Digest,
    /// Officers.
    pub officers: Vec<Officer>,
    /// Language the inspector works in (BCP 47).
    pub language: String,
}

/// An inspection is given up, with a reason; its entries stay.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct InspectionAbandoned {
    /// Why.
    pub reason: String,
}

/// A list is added to the inspection or dropped from it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ListChanged {
    /// The list.
    pub list: ListRef,
    /// Added (`true`) or dropped.
    pub added: bool,
    /// Why.
    pub reason: String,
}

/// The officers, as a register.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OfficersSet {
    /// All of them.
    pub officers: Vec<Officer>,
}

/// A field of the record (现场笔录), as a register.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FieldSet {
    /// Field name from the form, e.g. `site_manager.name`.
    pub field: String,
    /// Its value.
    pub value: String,
}

/// Result of an item.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ts_rs::TS)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// 符合
    Conforms,
    /// 不符合
    NonConforming,
    /// 当场改正
    Corrected,
    /// 合理缺项 (reason required)
    NotApplicable,
    /// 未检查
    Unchecked,
}

/// An item's result, as a register per item.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
pub struct AnswerSet {
    /// The item.
    pub item: ItemCode,
    /// Hash of the list it was read from.
    pub list: Digest,
    /// The result.
    pub outcome: Outcome,
    /// Why, for 合理缺项.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Why it was corrected after the seal.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub correction: Option<String>,
    /// Language the item was read in.
    pub language: String,
}

/// An item's note, as a register per item.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NoteSet {
    /// The item.
    pub item: ItemCode,
    /// The text; empty removes it.
    pub text: String,
}

/// The rows of an item's table, as a register per item.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TableSet {
    /// The item.
    pub item: ItemCode,
    /// Which table: its columns give the cells their meaning. A kind of a later version makes the entry inert here.
    pub kind: TableKind,
    /// Cells as typed, by position; a row may be shorter than the columns. No rows: the table is taken back.
    pub rows: Vec<Vec<String>>,
    /// Why it was corrected after the seal.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub correction: Option<String>,
}

/// A measured number.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
pub struct MeasureAdded {
    /// Names the evidence.
    pub evidence: EvidenceId,
    /// The item it belongs to.
    pub item: ItemCode,
    /// What was measured and where, in words.
    pub what: String,
    /// The number as decimal text; never a float.
    pub value: String,
    /// Its unit, e.g. `℃`.
    pub unit: String,
    /// The instrument: model, number, calibration.
    #[serde(default)]
    pub instrument: String,
}

/// A picture or file is attached. The original is the payload's first blob; derived pictures follow.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct EvidenceAdded {
    /// Names the evidence.
    pub evidence: EvidenceId,
    /// The item it belongs to; none: the inspection as a whole.
    pub item: Option<ItemCode>,
    /// Photo or file.
    pub kind: EvidenceKind,
    /// File name as it came, for people.
    pub name: String,
    /// What was read out of the bytes (EXIF, size, …), as the phone understood it.
    #[serde(default)]
    pub facts: serde_json::Value,
    /// Why there is no preview, if there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub no_preview: Option<String>,
}

/// Words under a picture, as a register per evidence.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Caption {
    /// The evidence.
    pub evidence: EvidenceId,
    /// The words.
    pub text: String,
}

/// Evidence is withdrawn, never deleted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EvidenceWithdrawn {
    /// The evidence.
    pub evidence: EvidenceId,
    /// Why.
    pub reason: String,
}

/// What is put before the signatories. The whole manifest (see [`crate::inspection::seal`]) is the payload's blob.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SealProposed {
    /// Hash of the manifest blob.
    pub manifest: BlobHash,
    /// Where each feed stood.
    pub frontier: Vec<Head>,
    /// Entries of the inspection up to the frontier.
    pub entries: u64,
    /// SHA-256 over their sorted names, each followed by a line feed.
    pub entries_sha256: Digest,
    /// SHA-256 of the rendered record: the text that is shown, signed and printed.
    pub record_sha256: Digest,
}

/// As what somebody signs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ts_rs::TS)]
#[serde(rename_all = "snake_case")]
pub enum SealRole {
    /// 执法人员
    Officer,
    /// 被检查单位
    Firm,
    /// 见证人
    Witness,
}

/// How somebody signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[serde(rename_all = "snake_case")]
pub enum SignMethod {
    /// By the key of their own feed: this very entry.
    Keyed,
    /// By an image drawn on the screen: "drawn, not keyed".
    Drawn,
}

/// A signature under a proposal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SealSigned {
    /// The proposal's entry.
    pub proposal: EntryId,
    /// As what.
    pub role: SealRole,
    /// Who.
    pub name: String,
    /// How. A drawn image is the payload's blob.
    pub method: SignMethod,
}

/// The firm refuses to sign; recorded with reason and witness (FORCE§18 shows the form of it).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SealRefused {
    /// The proposal's entry.
    pub proposal: EntryId,
    /// The reason given, or that none was given.
    pub reason: String,
    /// The witness.
    pub witness: String,
}
