use serde::{Deserialize, Serialize};
use ts_rs::TS;
use utoipa::ToSchema;
use xuncha_core::checklist::{EvidenceKind, Mark, Text};
use xuncha_core::event::{InspectionKind, InspectionMode};
use xuncha_core::firm::FirmRecord;
use xuncha_core::ids::{Digest, FirmId, InspectionId, ListCode, RuleCode, TaskId, UnitId, UserId};

use super::{FirmStanding, Person};

/// A firm in a list.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema, TS)]
pub struct FirmRow {
    /// The firm.
    #[schema(value_type = String)]
    pub firm: FirmId,
    /// Full name.
    pub name: String,
    /// Unified social credit code.
    pub uscc: String,
    /// Registered address.
    pub address: String,
    /// Supervision level.
    pub grade: String,
    /// Unit that supervises it.
    #[schema(value_type = String)]
    pub unit: UnitId,
    /// Findings that are not closed.
    pub open_findings: u32,
    /// An order to stop holds.
    pub suspended: bool,
}

/// `GET /api/firms?text=&after=`
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema, TS)]
pub struct FirmPage {
    /// By id.
    pub rows: Vec<FirmRow>,
    /// Key of the next page.
    pub next: Option<String>,
}

/// `GET /api/firms/{firm}`
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema, TS)]
pub struct FirmDetail {
    /// Unit that supervises it.
    #[schema(value_type = String)]
    pub unit: UnitId,
    /// Name of the unit.
    pub unit_name: String,
    /// The record.
    #[schema(value_type = Object)]
    pub record: FirmRecord,
    /// Between an order to stop and the return to operation.
    pub standing: FirmStanding,
}

/// `PUT /api/firms/{firm}`; the record's own `id` must be the one in the path. An order to stop is no part of it: that is
/// recorded by `suspend`, and whatever the record says of it is passed over.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema, TS)]
pub struct FirmPut {
    /// Unit that supervises it; must exist.
    #[schema(value_type = String)]
    pub unit: UnitId,
    /// The record.
    #[schema(value_type = Object)]
    pub record: FirmRecord,
}

/// A checklist that can be chosen.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema, TS)]
pub struct ListInfo {
    /// e.g. `COLD`.
    #[schema(value_type = String)]
    pub code: ListCode,
    /// Version.
    pub version: String,
    /// Its name by language.
    #[schema(value_type = Object)]
    pub title: Text,
    /// Hash that inspections pin.
    #[schema(value_type = String)]
    pub sha256: Digest,
    /// Items.
    pub items: u32,
    /// Of these key items ※.
    pub key_items: u32,
}

/// A conclusion rule that can be chosen.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema, TS)]
pub struct RuleInfo {
    /// e.g. `licence-verification`.
    #[schema(value_type = String)]
    pub code: RuleCode,
    /// Version.
    pub version: String,
    /// Its name by language.
    #[schema(value_type = Object)]
    pub title: Text,
    /// Hash that inspections pin.
    #[schema(value_type = String)]
    pub sha256: Digest,
    /// How sure the rule is.
    #[schema(value_type = String)]
    pub mark: Mark,
}

/// The record form that new tasks use.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema, TS)]
pub struct FormInfo {
    /// e.g. `on-site-record`.
    pub code: String,
    /// Version.
    pub version: String,
    /// Hash that inspections pin.
    #[schema(value_type = String)]
    pub sha256: Digest,
}

/// `GET /api/library`: what a task can be made of.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema, TS)]
pub struct LibraryView {
    /// Checklists.
    pub lists: Vec<ListInfo>,
    /// Conclusion rules.
    pub rules: Vec<RuleInfo>,
    /// Record forms.
    pub forms: Vec<FormInfo>,
}

/// `POST /api/tasks`
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema, TS)]
pub struct TaskCreate {
    /// A line for the list of tasks.
    #[schema(min_length = 1, max_length = 200)]
    pub title: String,
    /// The unit that carries it; a station head names the own one.
    #[schema(value_type = String)]
    pub unit: UnitId,
    /// Who goes: 1–16 inspectors or heads of that unit.
    #[schema(value_type = Vec<String>, min_items = 1, max_items = 16)]
    pub assignees: Vec<UserId>,
    /// The firm.
    #[schema(value_type = String)]
    pub firm: FirmId,
    /// Kind of inspection.
    #[schema(value_type = String, example = "routine")]
    pub kind: InspectionKind,
    /// Ways.
    #[serde(default)]
    #[schema(value_type = Vec<String>)]
    pub modes: Vec<InspectionMode>,
    /// Lists to work through, by code; 1–16.
    #[schema(value_type = Vec<String>, min_items = 1, max_items = 16)]
    pub lists: Vec<ListCode>,
    /// Conclusion rule.
    #[schema(value_type = String)]
    pub rule: RuleCode,
    /// To be done by (day).
    #[serde(default)]
    pub due: Option<String>,
    /// Where the task comes from (计划/专项/投诉举报/…).
    #[serde(default)]
    #[schema(max_length = 200)]
    pub origin: String,
    /// Words to the officers.
    #[serde(default)]
    #[schema(max_length = 4000)]
    pub note: String,
    /// Kinds of evidence that are especially wanted.
    #[serde(default)]
    #[schema(value_type = Vec<String>)]
    pub wants: Vec<EvidenceKind>,
}

/// Where a task stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema, TS)]
#[serde(rename_all = "snake_case")]
pub enum TaskState {
    /// Given out, nothing heard yet.
    Open,
    /// An inspection names it.
    Started,
    /// Its inspection is sealed.
    Sealed,
    /// Taken back.
    Withdrawn,
}

/// A task.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema, TS)]
pub struct TaskRow {
    /// The task.
    #[schema(value_type = String)]
    pub task: TaskId,
    /// A line for the list.
    pub title: String,
    /// The unit that carries it.
    #[schema(value_type = String)]
    pub unit: UnitId,
    /// Name of the unit.
    pub unit_name: String,
    /// Who goes.
    pub assignees: Vec<Person>,
    /// The firm, if it is in the register.
    #[schema(value_type = Option<String>)]
    pub firm: Option<FirmId>,
    /// Name of the firm at that time.
    pub firm_name: String,
    /// Kind of inspection.
    #[schema(value_type = String)]
    pub kind: InspectionKind,
    /// Ways.
    #[schema(value_type = Vec<String>)]
    pub modes: Vec<InspectionMode>,
    /// Lists by code.
    #[schema(value_type = Vec<String>)]
    pub lists: Vec<ListCode>,
    /// To be done by (day).
    pub due: Option<String>,
    /// Where it comes from.
    pub origin: String,
    /// Words to the officers.
    pub note: String,
    /// Where it stands.
    pub state: TaskState,
    /// Why it was taken back.
    pub withdrawn_reason: Option<String>,
    /// The inspection that carries it out.
    #[schema(value_type = Option<String>)]
    pub inspection: Option<InspectionId>,
    /// When it was given out.
    pub created: String,
    /// By whom.
    pub created_by: Person,
}

/// `GET /api/tasks?state=&unit=&after=`
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema, TS)]
pub struct TaskPage {
    /// Newest first.
    pub rows: Vec<TaskRow>,
    /// Key of the next page.
    pub next: Option<String>,
}

/// `POST /api/tasks/{task}/withdraw`
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema, TS)]
pub struct TaskWithdraw {
    /// Why.
    #[schema(min_length = 1, max_length = 1000)]
    pub reason: String,
}

/// `GET /api/status`: how HQ is.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema, TS)]
pub struct Status {
    /// Version of the program.
    pub version: String,
    /// Entries stored, over all feeds.
    #[ts(type = "number")]
    pub log_index: u64,
    /// HQ's key that signs receipts.
    pub key: String,
    /// SHA-256 of HQ's CA certificate: what an invitation pins.
    pub ca_sha256: String,
    /// HQ's CA certificate (PEM), for installing in a browser.
    pub ca_pem: String,
    /// Address phones are invited to.
    pub phone_url: String,
    /// What is not as it should be: for whoever keeps HQ. Empty: nothing that HQ knows of.
    pub troubles: Vec<Trouble>,
}

/// Something about HQ's own disk and data that people must know.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema, TS)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Trouble {
    /// The disk is nearly full: no photos or files are taken, entries still are.
    Full,
    /// Originals that were here and are gone or damaged; phones are asked for them.
    Lost {
        /// How many.
        objects: u32,
    },
    /// `xuncha-hq check` found something the last time.
    Check {
        /// When.
        made: String,
        /// How many faults.
        #[ts(type = "number")]
        faults: u64,
        /// The first of them.
        first: Vec<String>,
    },
    /// HQ was put back from a backup within the last two weeks: what came after it is sent again by the phones.
    Restored {
        /// When the backup was made.
        made: String,
        /// Number of the newest entry then.
        #[ts(type = "number")]
        log_index: u64,
    },
    /// HQ was started over a database that had been further before, within the last two weeks.
    Behind {
        /// When that was noticed.
        noticed: String,
        /// Number of the newest entry before.
        #[ts(type = "number")]
        was: u64,
        /// Number of the newest entry then.
        #[ts(type = "number")]
        is: u64,
    },
}
