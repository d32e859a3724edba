//! An inspection: its lists, its items, and what was said of each.

use serde::{Deserialize, Serialize};
use ts_rs::TS;
use xuncha_core::checklist::{EvidenceKind, ListTitle, Mark, Text};
use xuncha_core::conclusion::Tallies;
use xuncha_core::event::{InspectionKind, InspectionMode, Officer, Outcome};
use xuncha_core::feed::{BlobRef, Place};
use xuncha_core::firm::FirmRecord;
use xuncha_core::form::FormField;
use xuncha_core::ids::{Digest, EvidenceId, InspectionId, ItemCode, TaskId};
use xuncha_core::register::Stamp;
use xuncha_core::tables::{TableCell, TableKind, TableProposal, TableSpec};

use crate::app::originals::Original;

use super::{ConclusionView, InspectionRow, InspectionRowCounts, MissingView, Safety, SealView};

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
