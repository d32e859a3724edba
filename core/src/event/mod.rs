//! What entries say: the events of version 1, one struct each.
//!
//! What it is: the vocabulary, read from and written to a payload's `type` and `body`. What it is not: their effect (see
//! [`crate::inspection`]). Fields unknown to this version are ignored here and kept in the signed bytes; an unknown type
//! is [`EventError::Unknown`]: the entry is stored, relayed and exported, but stays outside the fold.
//!
//! | on a phone's feed | on HQ's feed |
//! |---|---|
//! | `feed.opened` · `inspection.*` · `officers.set` · `field.set` · `answer.set` · `note.set` · `table.set` · `measure.added` · `evidence.*` · `seal.*` | `feed.admitted` · `feed.closed` · `pack.published` · `task.*` · `firm.*` · `backup.begun` |

mod hq;
mod phone;

use serde_json::value::RawValue;

pub use hq::{
    BackupBegun, FeedAdmitted, FeedClosed, FirmReopened, FirmSuspended, PackKind, PackPublished, TaskAssigned,
    TaskWithdrawn,
};
pub use phone::{
    AnswerSet, Caption, EvidenceAdded, EvidenceWithdrawn, FeedOpened, FieldSet, InspectionAbandoned, InspectionKind,
    InspectionMode, InspectionStarted, ListChanged, ListRef, MeasureAdded, NoteSet, Officer, OfficersSet, Outcome,
    RuleRef, SealProposed, SealRefused, SealRole, SealSigned, SignMethod, TableSet,
};

/// A payload that is no event of this version.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EventError {
    /// A type from another version.
    #[error("unknown type {0}")]
    Unknown(String),
    /// A known type whose body has another shape.
    #[error("{kind}: {problem}")]
    Shape {
        /// The type.
        kind: String,
        /// What is wrong.
        problem: String,
    },
}

macro_rules! events {
    ($($kind:literal => $name:ident),+ $(,)?) => {
        /// An event of version 1.
        #[derive(Debug, Clone, PartialEq)]
        pub enum Event {
            $(#[doc = concat!("`", $kind, "`")] $name($name),)+
        }
        impl Event {
            /// The dotted type.
            pub fn kind(&self) -> &'static str {
                match self { $(Self::$name(_) => $kind,)+ }
            }
            /// The body as JSON.
            pub fn body(&self) -> Result<serde_json::Value, serde_json::Error> {
                match self { $(Self::$name(e) => serde_json::to_value(e),)+ }
            }
            /// Reads a payload's type and body.
            pub fn read(kind: &str, body: &RawValue) -> Result<Self, EventError> {
                match kind {
                    $($kind => serde_json::from_str(body.get()).map(Self::$name)
                        .map_err(|e| EventError::Shape { kind: kind.to_owned(), problem: e.to_string() }),)+
                    other => Err(EventError::Unknown(other.to_owned())),
                }
            }
        }
        $(impl From<$name> for Event { fn from(e: $name) -> Self { Self::$name(e) } })+
    };
}

events! {
    "feed.opened" => FeedOpened,
    "inspection.started" => InspectionStarted,
    "inspection.abandoned" => InspectionAbandoned,
    "list.changed" => ListChanged,
    "officers.set" => OfficersSet,
    "field.set" => FieldSet,
    "answer.set" => AnswerSet,
    "note.set" => NoteSet,
    "table.set" => TableSet,
    "measure.added" => MeasureAdded,
    "evidence.added" => EvidenceAdded,
    "evidence.caption" => Caption,
    "evidence.withdrawn" => EvidenceWithdrawn,
    "seal.proposed" => SealProposed,
    "seal.signed" => SealSigned,
    "seal.refused" => SealRefused,
    "feed.admitted" => FeedAdmitted,
    "feed.closed" => FeedClosed,
    "pack.published" => PackPublished,
    "task.assigned" => TaskAssigned,
    "task.withdrawn" => TaskWithdrawn,
    "firm.suspended" => FirmSuspended,
    "firm.reopened" => FirmReopened,
    "backup.begun" => BackupBegun,
}
