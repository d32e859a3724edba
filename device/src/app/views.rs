//! What screens show. Plain data, made by the engine, never kept by the screens beyond the view.
//!
//! Dates are ISO 8601 days, times RFC 3339 with offset as the device claims them. Sizes are bytes, durations milliseconds.

use serde::{Deserialize, Serialize};
use ts_rs::TS;
use xuncha_core::checklist::{EvidenceKind, Mark, Text};
pub use xuncha_core::checklist::{ListProposal, ListTitle};
use xuncha_core::conclusion::Tallies;
use xuncha_core::event::{InspectionKind, InspectionMode, Officer, Outcome, SealRole, SignMethod};
use xuncha_core::feed::{BlobRef, Place};
use xuncha_core::firm::FirmRecord;
use xuncha_core::form::FormField;
use xuncha_core::ids::{
    BlobHash, Digest, EntryId, EvidenceId, InspectionId, ItemCode, LawCode, ListCode, RuleCode, TaskId, UserId,
};
use xuncha_core::law::{Article, Instrument, ViolationEntry};
use xuncha_core::protocol::close_of_day::DayAgreed;
use xuncha_core::register::Stamp;
use xuncha_core::tables::{TableCell, TableKind, TableProposal, TableSpec};

use super::originals::Original;

/// Where the app stands before anything is shown.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct Status {
    /// What to show first.
    pub state: LockState,
    /// Persons who can unlock this phone.
    pub users: Vec<UserChoice>,
    /// Who is in, when unlocked.
    pub user: Option<UserId>,
    /// Milliseconds until a PIN is taken again; 0: now.
    #[ts(type = "number")]
    pub wait_ms: u64,
    /// No hardware secret protects the PIN: a passphrase of at least this many characters is asked for.
    pub pin_min: u32,
    /// The PIN may be digits only (a hardware secret is there).
    pub pin_numeric: bool,
    /// What was found at open and must be shown: `feed.torn_tail`, `feed.rolled_back`, `index.rebuilt`, …
    pub notices: Vec<Notice>,
    /// Version of the app.
    pub version: String,
}

/// First screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum LockState {
    /// Not known to any HQ yet.
    NotEnrolled,
    /// Waiting for a PIN.
    Locked,
    /// Open.
    Unlocked,
}

/// A person who can unlock this phone.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct UserChoice {
    /// Account.
    pub user: UserId,
    /// Name.
    pub name: String,
}

/// Something a person should know; the screens own the words for `code`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Notice {
    /// Stable code.
    pub code: String,
    /// Values for the sentence.
    pub params: std::collections::BTreeMap<String, String>,
}

/// Who an invitation is for, before anything is used up.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct InvitationView {
    /// HQ's address.
    pub url: String,
    /// Name of the bureau.
    pub bureau: String,
    /// Account.
    pub user: UserId,
    /// Name of the person.
    pub name: String,
}

/// Safety of one piece of evidence or of a whole inspection, in the design's words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Safety {
    /// Being written.
    Saving,
    /// 已存本机: durable here.
    Here,
    /// 总部已收: every entry and blob under verified receipts.
    AtHq,
    /// HQ keeps an entry apart: see the notice.
    Quarantined,
}

/// The first screen after unlocking.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct Today {
    /// Inspections begun and not sealed, newest first.
    pub drafts: Vec<InspectionRow>,
    /// Tasks not begun, by due day.
    pub tasks: Vec<TaskRow>,
    /// Sealed inspections, newest first; at most 50.
    pub sealed: Vec<InspectionRow>,
    /// What is only on this phone.
    pub only_here: OnlyHere,
    /// Room left.
    pub room: RoomView,
    /// Last contact with HQ.
    pub last_contact: Option<String>,
    /// Version and day of the lists, and whether they are older than 30 days.
    pub lists_as_of: Option<String>,
    /// What must be known.
    pub notices: Vec<Notice>,
    /// Who is in.
    pub officer: Officer,
}

/// `room`: room left on the phone, in photos.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct RoomView {
    /// Photos of this phone's usual size that still fit beside what is kept back.
    #[ts(type = "number")]
    pub photos: u64,
    /// So few that a screen says so.
    pub low: bool,
    /// The reserve for finishing an inspection is here; otherwise it is in use.
    pub reserve: bool,
}

/// What HQ does not have yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, TS)]
pub struct OnlyHere {
    /// Inspections with something unsent.
    #[ts(type = "number")]
    pub inspections: u64,
    /// Photos unsent.
    #[ts(type = "number")]
    pub photos: u64,
    /// Other files unsent.
    #[ts(type = "number")]
    pub files: u64,
    /// Entries unsent.
    #[ts(type = "number")]
    pub entries: u64,
    /// Bytes unsent.
    #[ts(type = "number")]
    pub bytes: u64,
}

/// An inspection in a list.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct InspectionRow {
    /// Its id.
    pub id: InspectionId,
    /// Readable number.
    pub number: String,
    /// Firm's short name (or name).
    pub firm: String,
    /// Address, one line.
    pub address: String,
    /// Lists.
    pub lists: Vec<ListCode>,
    /// Begun.
    pub started: String,
    /// Draft, sealed or abandoned.
    pub stage: Stage,
    /// Items answered.
    pub done: u32,
    /// Items that apply.
    pub total: u32,
    /// 不符合 so far.
    pub non_conforming: u32,
    /// Photos.
    pub photos: u32,
    /// Its safety.
    pub safety: Safety,
}

/// Life of an inspection.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// Being worked on.
    Draft,
    /// A record is before the signatories.
    Signing,
    /// All signatures are present.
    Sealed,
    /// Given up with a reason.
    Abandoned,
}

/// A task in a list.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct TaskRow {
    /// Its id.
    pub id: TaskId,
    /// A line.
    pub title: String,
    /// Firm's name.
    pub firm: String,
    /// Address.
    pub address: String,
    /// Due day.
    pub due: Option<String>,
    /// Days left; negative: overdue.
    pub due_in_days: Option<i32>,
    /// Metres from here, if the place is known.
    #[ts(type = "number | null")]
    pub distance_m: Option<u32>,
    /// Lists.
    pub lists: Vec<ListCode>,
    /// Kind.
    pub kind: InspectionKind,
    /// Ways.
    pub modes: Vec<InspectionMode>,
    /// Open earlier findings of the firm.
    pub open_findings: u32,
}

/// A task with the firm.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct TaskView {
    /// The row.
    pub row: TaskRow,
    /// The firm.
    pub firm: FirmRecord,
    /// Words from HQ.
    pub note: String,
    /// Where it comes from.
    pub origin: String,
    /// The lists with titles.
    pub lists: Vec<ListTitle>,
    /// Inspections already made for it on this phone.
    pub inspections: Vec<InspectionRow>,
}

/// Lists and rule that fit a subject and an occasion. The inspector adds and drops.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct ProposalView {
    /// Every list of this phone, proposed ones first.
    pub lists: Vec<ListProposal>,
    /// Code of the conclusion rule.
    pub rule: RuleCode,
    /// Its title.
    pub rule_title: Text,
}

/// An inspection with everything its screen needs. Later changes come as [`Delta`].
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct InspectionView {
    /// The row.
    pub row: InspectionRow,
    /// The firm as known at the start.
    pub firm: FirmRecord,
    /// The task, if any.
    pub task: Option<TaskId>,
    /// Kind.
    pub kind: InspectionKind,
    /// Ways.
    pub modes: Vec<InspectionMode>,
    /// Focus domains of the year's plan that it serves.
    pub focus: Vec<String>,
    /// Officers.
    pub officers: Vec<Officer>,
    /// Lists in order.
    pub lists: Vec<ListView>,
    /// Items of versions that hold no more, of which something was said: to be read, not to be answered.
    pub left: Vec<ItemView>,
    /// Name of the conclusion rule and its bounds, in words the bar can show.
    pub rule: RuleView,
    /// Counts and proposed conclusion.
    pub progress: Progress,
    /// Evidence that belongs to no item.
    pub general_evidence: Vec<EvidenceView>,
    /// Fields of the record with their values.
    pub fields: Vec<FieldView>,
    /// The seal, if proposed.
    pub seal: Option<SealView>,
}

/// A conclusion rule on the screen.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct RuleView {
    /// Name.
    pub title: Text,
    /// Source.
    pub source: Text,
    /// How sure.
    pub mark: Mark,
    /// Bound of the key rate for the middle outcome in percent text, e.g. `10 %`.
    pub key_bound: Option<String>,
    /// Bound of the general rate.
    pub general_bound: Option<String>,
}

/// A list of an inspection.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct ListView {
    /// Code, title, version.
    pub title: ListTitle,
    /// Sections in order.
    pub sections: Vec<SectionView>,
    /// The version a draft could move to: there is a newer one on this phone.
    pub newer: Option<String>,
}

/// What the newest version of a list says otherwise, for the subject of one draft.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct NewerListView {
    /// The newest version.
    pub title: ListTitle,
    /// Names that version in `move_list`.
    pub sha256: Digest,
    /// The version in use.
    pub from: String,
    /// Items that are not as they were: in the order of the new list, those that are gone last.
    pub items: Vec<NewerItem>,
    /// Items that are as they were.
    pub unchanged: u32,
    /// Title, source, sections or the order of the list itself differ.
    pub framed: bool,
}

/// An item that another version has otherwise.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct NewerItem {
    /// The item.
    pub item: ItemCode,
    /// The sentence in use; none: the item is new.
    pub before: Option<Text>,
    /// The sentence of the newest version; none: it is not asked any more.
    pub after: Option<Text>,
    /// What else differs, by its key in the list: `how`, `evidence`, `key`, `basis`, … and `place` for one that moved.
    pub fields: Vec<String>,
    /// Something was answered, noted or attached there: it stays.
    pub spoken: bool,
    /// The answer waits to be given again, because its sentence is another.
    pub again: bool,
}

/// A section.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct SectionView {
    /// Unique within the inspection: `COLD/equipment`.
    pub id: String,
    /// Title.
    pub title: Text,
    /// Items that apply, in order.
    pub items: Vec<ItemView>,
}

/// An item with its answer.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct ItemView {
    /// The item as the list has it: text, how, methods, sample, evidence rules, key, basis, violations, findings.
    pub item: xuncha_core::checklist::Item,
    /// Items of other lists that are not asked because this one is.
    pub covers: Vec<ItemCode>,
    /// Its state.
    pub state: ItemState,
    /// The table to fill here, if it has one.
    pub table: Option<TableSpec>,
}

/// The changing half of an item.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct ItemState {
    /// The item.
    pub code: ItemCode,
    /// The answers that stand: none, one, or several in conflict.
    pub answers: Vec<AnswerView>,
    /// The notes that stand: none, one, or several in conflict.
    pub notes: Vec<NoteView>,
    /// The tables that stand: none, one, or several in conflict.
    pub tables: Vec<TableView>,
    /// Evidence, oldest first, withdrawn included.
    pub evidence: Vec<EvidenceView>,
    /// Evidence rules that hold for the present answer, with what is there.
    pub needs: Vec<NeedView>,
    /// The answer was given under this version, to another sentence: it waits to be given again.
    pub reworded: Option<String>,
    /// Whatever keeps it from being complete.
    pub missing: bool,
    /// Its safety.
    pub safety: Safety,
}

/// An answer that stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct AnswerView {
    /// The result.
    pub outcome: Outcome,
    /// Reason for 合理缺项.
    pub reason: Option<String>,
    /// Why it was corrected after the seal.
    pub correction: Option<String>,
    /// Who and when; `by.entry` goes into `seen` of the next answer.
    pub by: Stamp,
}

/// A note that stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct NoteView {
    /// The text.
    pub text: String,
    /// Who and when.
    pub by: Stamp,
}

/// A table that stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct TableView {
    /// Which: its columns are in [`ItemView::table`].
    pub kind: TableKind,
    /// Rows with what each cell was understood as.
    pub rows: Vec<Vec<TableCell>>,
    /// What the rows raise, in order of rows; never a verdict.
    pub proposals: Vec<TableProposal>,
    /// Why it was corrected after the seal.
    pub correction: Option<String>,
    /// Who and when; `by.entry` goes into `seen` of the next write.
    pub by: Stamp,
}

/// Rows that were looked at and not kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct TableLooked {
    /// Rows with what each cell was understood as.
    pub rows: Vec<Vec<TableCell>>,
    /// What the rows raise today.
    pub proposals: Vec<TableProposal>,
}

/// An evidence rule against what is there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct NeedView {
    /// Kind.
    pub kind: EvidenceKind,
    /// At least.
    pub need: u32,
    /// There is.
    pub have: u32,
    /// What it should show.
    pub what: Option<Text>,
    /// How sure the rule is.
    pub mark: Mark,
}

/// A piece of evidence.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct EvidenceView {
    /// Its id.
    pub id: EvidenceId,
    /// Kind.
    pub kind: EvidenceKind,
    /// The item, if any.
    pub item: Option<ItemCode>,
    /// File name, or what was measured.
    pub name: String,
    /// Caption.
    pub caption: String,
    /// The original, for photo and file.
    pub blob: Option<BlobRef>,
    /// Where the original is.
    pub original: Original,
    /// A thumbnail can be shown (`photo://thumb/<sha256>`).
    pub has_thumb: bool,
    /// Why there is no preview.
    pub no_preview: Option<String>,
    /// What was read out of the bytes.
    #[ts(type = "unknown")]
    pub facts: serde_json::Value,
    /// Value with unit, for a measured number.
    pub measured: Option<Measured>,
    /// Where it was taken, as claimed.
    pub place: Option<Place>,
    /// HQ checkpoint it is certainly not older than.
    pub not_before: Option<String>,
    /// HQ's receipt time it is certainly not younger than.
    pub not_after: Option<String>,
    /// Withdrawn, with the reason.
    pub withdrawn: Option<String>,
    /// Who and when.
    pub by: Stamp,
    /// Its safety.
    pub safety: Safety,
}

/// A measured number.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Measured {
    /// Decimal text.
    pub value: String,
    /// Unit.
    pub unit: String,
    /// Instrument.
    pub instrument: String,
}

/// A field of the record with the values that stand.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct FieldView {
    /// The field as the form has it.
    pub field: FormField,
    /// Title of the part of the form it stands in.
    pub section_title: Text,
    /// Values that stand; several: conflict.
    pub values: Vec<NoteView>,
    /// Filled in by the engine (time, place, firm); not for typing.
    pub fixed: bool,
}

/// Counts and what is still missing.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct Progress {
    /// Counts of key and general items.
    pub tallies: Tallies,
    /// Proposed conclusion by the rule, for the answers so far.
    pub conclusion: Option<ConclusionView>,
    /// What keeps it from being sealed, in the order of the walk; empty: ready.
    pub missing: Vec<MissingView>,
    /// Stage, safety and counters of the row.
    pub row: InspectionRowCounts,
}

/// The changing counters of a row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct InspectionRowCounts {
    /// Items answered.
    pub done: u32,
    /// Items that apply.
    pub total: u32,
    /// 不符合.
    pub non_conforming: u32,
    /// Photos.
    pub photos: u32,
    /// Stage.
    pub stage: Stage,
    /// Safety.
    pub safety: Safety,
}

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

/// A change, after a verb or from sync: replaces what it names.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct Delta {
    /// The inspection.
    pub inspection: InspectionId,
    /// Items that changed.
    pub items: Vec<ItemState>,
    /// Evidence without item, if it changed.
    pub general_evidence: Option<Vec<EvidenceView>>,
    /// Fields that changed.
    pub fields: Vec<FieldView>,
    /// Officers, if they changed.
    pub officers: Option<Vec<Officer>>,
    /// Items that no longer apply or now do: load the view again.
    pub reload: bool,
    /// Counts and what is missing.
    pub progress: Progress,
    /// The seal, if it changed.
    pub seal: Option<SealView>,
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

/// An article of the law with where it stands.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct LawView {
    /// The instrument without its articles.
    pub instrument: Instrument,
    /// The article, if the library has it.
    pub article: Option<Article>,
}

/// A law in the list of laws.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct LawRow {
    /// The instrument without its articles.
    pub instrument: Instrument,
    /// Articles in the library.
    pub articles: u32,
    /// Of these, articles whose text was not read.
    pub unread: u32,
}

/// An item of a list, outside of any inspection.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct ListItemView {
    /// The list.
    pub list: ListTitle,
    /// Title of its section.
    pub section: Text,
    /// The item.
    pub item: xuncha_core::checklist::Item,
}

/// Where to search.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum SearchIn {
    /// Laws and their articles.
    Laws,
    /// Items of the lists.
    Items,
    /// Typical findings.
    Findings,
    /// Inspections on this phone: number, firm, address.
    Inspections,
}

/// What was found. An empty text finds nothing, and makes the next search quick.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct SearchView {
    /// Title and code first, then what is in force, then the shorter.
    pub hits: Vec<SearchHit>,
    /// There are more than were asked for.
    pub more: bool,
    /// The text was longer than what a search takes: only its beginning was searched for.
    pub shortened: bool,
    /// Codes of lists (`library`: the laws) whose file on this phone cannot be read: they were not searched.
    pub unread: Vec<String>,
}

/// One thing that was found.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct SearchHit {
    /// What it is, and what to open.
    pub target: SearchTarget,
    /// `GSP`, `GSP 44`, `COLD-05`, or an inspection's number.
    pub code: String,
    /// Law with article, text of the item (for a finding: of its item), or name of the firm.
    pub title: Text,
    /// Where the Chinese title matches.
    pub title_marks: Vec<SearchSpan>,
    /// Title of the list, for an item or a finding.
    pub place: Option<Text>,
    /// A piece of the text, on one line, round the first match. Plain text.
    pub snippet: String,
    /// BCP 47 tag of the snippet: a match may stand in the translation only.
    pub snippet_language: String,
    /// Where the snippet matches; none if only title, code or place match.
    pub snippet_marks: Vec<SearchSpan>,
    /// How sure the text is; of an item: the least sure article it rests on. None for an inspection.
    pub mark: Option<Mark>,
    /// The law has been replaced.
    pub superseded: bool,
    /// By which, if the library says.
    pub replaced_by: Option<LawCode>,
}

/// A stretch of a text in UTF-16 units, as JavaScript counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct SearchSpan {
    /// First unit.
    pub start: u32,
    /// Units.
    pub len: u32,
}

/// What a hit is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum SearchTarget {
    /// An instrument as a whole.
    Law {
        /// Short name.
        law: LawCode,
    },
    /// An article.
    Article {
        /// Short name.
        law: LawCode,
        /// Number in Arabic digits.
        article: String,
    },
    /// An item of a list.
    Item {
        /// The list.
        list: ListCode,
        /// The item.
        item: ItemCode,
    },
    /// A typical finding of an item.
    Finding {
        /// The list.
        list: ListCode,
        /// The item.
        item: ItemCode,
        /// Its place among the item's findings, from 0.
        finding: u32,
    },
    /// An inspection on this phone.
    Inspection {
        /// Which.
        inspection: InspectionId,
    },
}

/// Violations an item may be.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct ViolationsView {
    /// Rows of the master table.
    pub violations: Vec<ViolationEntry>,
}

/// Where the sync stands.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct SyncView {
    /// What it is doing.
    pub phase: SyncPhase,
    /// What is only here, counted down as receipts arrive.
    pub only_here: OnlyHere,
    /// Entries in all that this run has to send, and sent.
    #[ts(type = "number")]
    pub entries_total: u64,
    /// Sent.
    #[ts(type = "number")]
    pub entries_done: u64,
    /// Bytes of blobs in this run.
    #[ts(type = "number")]
    pub bytes_total: u64,
    /// Of these, what HQ acknowledged; what only left the phone is not in it.
    #[ts(type = "number")]
    pub bytes_done: u64,
    /// Acknowledged bytes per second over the last 20 s; none while it cannot be said.
    #[ts(type = "number | null")]
    pub rate: Option<u64>,
    /// What remains at that rate.
    #[ts(type = "number | null")]
    pub remaining_ms: Option<u64>,
    /// At rest: milliseconds until the next contact begins by itself; none: not without a person, or another network.
    #[ts(type = "number | null")]
    pub retry_ms: Option<u64>,
    /// Files of this run: in work first, then waiting, then done; at most 200.
    pub files: Vec<SyncFile>,
    /// Files not listed.
    pub files_more: u32,
    /// Inspections that still have files here, the one put first at the top; at most 100.
    pub inspections: Vec<SyncInspection>,
    /// The inspection whose files go first.
    pub first: Option<InspectionId>,
    /// Nothing goes over a network that costs by the byte.
    pub wifi_only: bool,
    /// Contacts begin without being asked for.
    pub by_itself: bool,
    /// A person asked for this one, within the last ten minutes: what went wrong is said aloud.
    pub asked: bool,
    /// What the shell said of the network.
    pub network: Network,
    /// What needs a person or went wrong.
    pub problem: Option<xuncha_core::Failure>,
    /// Entries HQ keeps apart.
    pub quarantined: u32,
    /// The day both sides agree on, when all is in.
    pub agreed: Option<AgreedView>,
    /// Address of HQ.
    pub hq: String,
    /// Last contact.
    pub last_contact: Option<String>,
}

/// What a sync is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum SyncPhase {
    /// Nothing to do or not asked.
    Idle,
    /// Reaching HQ.
    Connecting,
    /// Sending entries.
    Pushing,
    /// Sending blobs.
    Uploading,
    /// Fetching receipts.
    Confirming,
    /// Fetching tasks and lists.
    Pulling,
    /// Comparing the day.
    Closing,
    /// All is in.
    Done,
    /// Paused by the person.
    Paused,
    /// HQ is not reached, is busy, or the network is not the wanted one: goes on by itself; `problem` says what is the matter.
    Waiting,
    /// Stopped by a problem that only a person can cure.
    Failed,
}

/// How the phone is connected, as far as its shell can tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Network {
    /// Costs by the byte: a mobile network.
    Metered,
    /// Does not: Wi-Fi or a cable.
    Unmetered,
    /// The shell cannot tell, as on desktops: everything is allowed.
    Unknown,
    /// There is none. A sync tries all the same, because a shell may be wrong.
    None,
}

/// An inspection with files that HQ has not receipted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct SyncInspection {
    /// The inspection.
    pub inspection: InspectionId,
    /// Firm.
    pub firm: String,
    /// Its files without a receipt.
    pub files: u32,
    /// Bytes of them that HQ has not acknowledged.
    #[ts(type = "number")]
    pub bytes: u64,
}

/// A file on its way.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct SyncFile {
    /// The blob.
    pub sha256: BlobHash,
    /// Its name for people.
    pub name: String,
    /// Firm.
    pub firm: String,
    /// Its inspection; none for a file HQ lost and wants again.
    pub inspection: Option<InspectionId>,
    /// Bytes.
    #[ts(type = "number")]
    pub size: u64,
    /// Acknowledged.
    #[ts(type = "number")]
    pub done: u64,
    /// Under a verified receipt.
    pub receipted: bool,
    /// HQ did not know the part it had any more: the file began again.
    pub again: bool,
    /// What went wrong with it.
    pub problem: Option<xuncha_core::Failure>,
}

/// Both sides hold the same.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct AgreedView {
    /// HQ's time.
    pub time: String,
    /// Entries.
    #[ts(type = "number")]
    pub entries: u64,
    /// Blobs that were compared: those of what came since the agreement before, or all.
    #[ts(type = "number")]
    pub blobs: u64,
    /// HQ looked for every blob there is.
    pub whole: bool,
    /// Hash of the manifest both sides hold.
    pub manifest: String,
}

impl From<&DayAgreed> for AgreedView {
    fn from(day: &DayAgreed) -> Self {
        Self {
            time: day.time.clone(),
            entries: day.feeds.iter().map(|f| f.head.seq).sum(),
            blobs: day.feeds.iter().map(|f| f.blobs).sum(),
            whole: day.feeds.iter().all(|f| f.from == 0),
            manifest: day.manifest.to_string(),
        }
    }
}

/// Settings and storage.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct Settings {
    /// Bureau.
    pub bureau: String,
    /// Address of HQ.
    pub hq_url: String,
    /// SHA-256 of HQ's CA.
    pub ca: String,
    /// Device id.
    pub device: String,
    /// Words for the device.
    pub device_label: String,
    /// Own feed.
    pub feed: String,
    /// Entries in it.
    #[ts(type = "number")]
    pub entries: u64,
    /// Persons on this phone.
    pub users: Vec<UserChoice>,
    /// Language of the screens: `zh-CN` or `en`.
    pub language: String,
    /// `system`, `light`, `dark`, `sun`.
    pub theme: String,
    /// Bytes of originals.
    #[ts(type = "number")]
    pub originals_bytes: u64,
    /// Number of originals.
    #[ts(type = "number")]
    pub originals: u64,
    /// Bytes free on the disk.
    #[ts(type = "number")]
    pub free_bytes: u64,
    /// A hardware secret protects the PIN.
    pub hardware_secret: bool,
    /// Lists on this phone.
    pub lists: Vec<ListTitle>,
    /// Version of the app.
    pub version: String,
    /// Minutes of inactivity until the lock.
    pub lock_after_min: u32,
}

/// Something happened that a screen may show.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum Happening {
    /// An inspection changed (by sync or by another window).
    Changed {
        /// The change.
        delta: Box<Delta>,
    },
    /// Sync moved.
    Sync {
        /// Where it stands.
        sync: Box<SyncView>,
    },
    /// Today's lists changed.
    Today,
    /// The app was locked.
    Locked,
}
