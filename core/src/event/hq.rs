use serde::{Deserialize, Serialize};

use crate::checklist::EvidenceKind;
use crate::feed::FeedKey;
use crate::firm::{FirmRecord, Suspension};
use crate::ids::{Digest, FeedId, FirmId, InspectionId, TaskId, UnitId, UserId};

use super::{InspectionKind, InspectionMode, ListRef, RuleRef};

/// HQ admits a feed: from here on its key is known to every reader of HQ's feed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FeedAdmitted {
    /// The feed and its key.
    pub key: FeedKey,
    /// Unit of the person at that time.
    pub unit: UnitId,
}

/// HQ closes a feed (revocation): what comes after `seq` is kept and inert.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FeedClosed {
    /// The feed.
    pub feed: FeedId,
    /// The last place HQ had received.
    pub seq: u64,
    /// Why.
    pub reason: String,
}

/// What a pack holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ts_rs::TS)]
#[serde(rename_all = "snake_case")]
pub enum PackKind {
    /// One checklist, canonical JSON.
    List,
    /// The law library, canonical JSON.
    Laws,
    /// One conclusion rule, canonical JSON.
    Rule,
    /// The record form, canonical JSON.
    Form,
    /// The firms of a unit, JSON list of firm records.
    Firms,
}

/// HQ publishes reference data; the newest per (kind, code) counts for new inspections, older ones stay readable.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PackPublished {
    /// What it holds.
    pub kind: PackKind,
    /// Code of the list or rule; `library`, `on-site-record`, a unit's id.
    pub code: String,
    /// Version.
    pub version: String,
    /// Hash of its bytes: its address.
    pub sha256: Digest,
    /// Bytes.
    pub size: u64,
    /// Units it is for; empty: everybody.
    #[serde(default)]
    pub units: Vec<UnitId>,
}

/// HQ gives a task to officers. Only they and their unit see the payload.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
pub struct TaskAssigned {
    /// The task.
    pub task: TaskId,
    /// A line for the list of tasks.
    pub title: String,
    /// The unit that carries it.
    pub unit: UnitId,
    /// Who goes.
    pub assignees: Vec<UserId>,
    /// The firm with licences and earlier findings.
    pub firm: FirmRecord,
    /// Kind of inspection.
    pub kind: InspectionKind,
    /// Ways.
    #[serde(default)]
    pub modes: Vec<InspectionMode>,
    /// Lists to work through.
    pub lists: Vec<ListRef>,
    /// Conclusion rule.
    pub rule: RuleRef,
    /// Record form.
    pub form: Digest,
    /// To be done by (ISO 8601 day).
    pub due: Option<String>,
    /// Where the task comes from (计划/专项/投诉举报/…).
    #[serde(default)]
    pub origin: String,
    /// Words to the officers.
    #[serde(default)]
    pub note: String,
    /// Kinds of evidence the assigner especially wants.
    #[serde(default)]
    pub wants: Vec<EvidenceKind>,
}

/// HQ takes a task back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TaskWithdrawn {
    /// The task.
    pub task: TaskId,
    /// Why.
    pub reason: String,
}

/// HQ records that a firm was ordered to stop (责令停业、停止经营). Only the unit that supervises it sees the payload.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FirmSuspended {
    /// The firm.
    pub firm: FirmId,
    /// The unit that supervises it.
    pub unit: UnitId,
    /// The order.
    #[serde(flatten)]
    pub suspension: Suspension,
}

/// HQ returns a firm to operation: the gate of [`crate::reopening`] was open when this was said.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FirmReopened {
    /// The firm.
    pub firm: FirmId,
    /// The unit that supervises it.
    pub unit: UnitId,
    /// The re-opening inspection it rests on.
    pub inspection: InspectionId,
    /// What is released: everything, or which products and stores.
    pub extent: String,
}

/// HQ begins a backup. It says nothing of its success; it draws the line: whatever HQ receipted at a lower log index than
/// this entry's lies before the copy and is in it (`docs/decisions/backup-line.md`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BackupBegun {}
