//! The law, the items of all lists, and what a search finds.

use serde::{Deserialize, Serialize};
use ts_rs::TS;
use xuncha_core::checklist::{ListTitle, Mark, Text};
use xuncha_core::ids::{InspectionId, ItemCode, LawCode, ListCode};
use xuncha_core::law::{Article, Instrument, ViolationEntry};

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
