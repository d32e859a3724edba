//! Checklists as data: what an author writes in YAML, what an inspection pins by hash.
//!
//! What it is: the model ([`Checklist`], [`Item`]), its reader with errors that name file, line and a hint ([`parse`]), the
//! canonical JSON whose hash names a version ([`Checklist::canonical`]), which items apply ([`applies`]), which lists and
//! rule an inspection proposes ([`propose_lists`]), and what a new version says otherwise ([`diff`]). What it is not:
//! answers (see [`crate::inspection`]), statute text (see [`crate::law`]) or thresholds (see [`crate::conclusion`]).
//! Nothing about a particular list, province or year is in code.
//!
//! Every value that is not verified carries a [`Mark`]; screens show anything but [`Mark::V`] as 待核实.

mod applies;
pub mod diff;
mod model;
mod parse;
mod proposal;

pub use applies::{AppliesError, Occasion, Subject, applies, check_expression, check_proposal, proposed};
pub use model::{
    Basis, Checklist, EvidenceKind, EvidenceRule, Item, KeyFlag, Mark, Method, Section, Severity, Text, TypicalFinding,
    Violation, When,
};
pub(crate) use parse::read;
pub use parse::{AuthorFault, parse, schema};
pub use proposal::{FALLBACK_RULE, ListProposal, ListTitle, SameAsked, propose_lists, propose_rule};
