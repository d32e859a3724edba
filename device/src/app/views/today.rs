//! The first screen: what is open, what was sealed, what is to be done, what is only on this phone.

use serde::{Deserialize, Serialize};
use ts_rs::TS;
use xuncha_core::checklist::{ListProposal, ListTitle, Text};
use xuncha_core::event::{InspectionKind, InspectionMode, Officer};
use xuncha_core::firm::FirmRecord;
use xuncha_core::ids::{InspectionId, ListCode, RuleCode, TaskId};

use super::{Delta, Notice, Safety, SyncView};

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
