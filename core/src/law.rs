//! The law library: instruments and the articles that lists cite, offline beside the item.
//!
//! Statute text is quoted, never paraphrased; an article whose text was not read says so by its [`Mark`] and carries no
//! text. What it is not: advice on penalties. An amount stands only in the statute's own words, never in the table of
//! violations nor beside an item (it needs local discretion rules and review).
//!
//! An instrument has its days: `effective` is the first, [`Replacement::from`] the first on which another stands in its
//! place. A replaced instrument stays in the library without its articles: old records and old plans still name it, and
//! whoever opens it is told where to go on reading.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::checklist::{Mark, Text};
use crate::ids::{LawCode, ViolationCode};

/// All instruments and the violation table, as one file per version.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LawLibrary {
    /// Version of the library.
    pub version: String,
    /// The instruments.
    pub instruments: Vec<Instrument>,
    /// The master table of violations.
    #[serde(default)]
    pub violations: Vec<ViolationEntry>,
}

/// A law, regulation, rule or guideline.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Instrument {
    /// Short name used by lists, e.g. `GSP`.
    pub code: LawCode,
    /// Full name.
    pub title: Text,
    /// Official number, e.g. `国家药监局公告2023年第153号`.
    pub number: String,
    /// How sure the number is.
    #[serde(default)]
    pub number_mark: Mark,
    /// Day of issue, if known, as `YYYY-MM-DD`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub issued: Option<String>,
    /// Day it took effect, if known, as `YYYY-MM-DD`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub effective: Option<String>,
    /// In force, superseded or unsure, with the reason in a sentence where it is not plainly in force.
    pub status: LawStatus,
    /// What stands in its place. Given for a superseded instrument and for no other.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub replaced_by: Option<Replacement>,
    /// What an inspector must know about its standing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<Text>,
    /// The articles that are cited.
    pub articles: Vec<Article>,
}

/// What stands in the place of a superseded instrument.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Replacement {
    /// Short name of the newer instrument; the library has it.
    pub law: LawCode,
    /// First day on which the newer one counts, if known, as `YYYY-MM-DD`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// How sure: V when the clause of repeal was read.
    pub mark: Mark,
}

/// Standing of an instrument.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum LawStatus {
    /// In force as far as could be verified.
    InForce,
    /// Replaced by another: see [`Instrument::replaced_by`].
    Superseded,
    /// Its standing could not be verified.
    Unsure,
}

/// One article.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Article {
    /// Number in Arabic digits.
    pub article: String,
    /// Heading as printed, e.g. `第四十四条`.
    pub heading: String,
    /// The statute's own words; absent when they were not read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<Text>,
    /// How sure the text is. Without text always [`Mark::M`].
    pub mark: Mark,
}

/// A row of the violation table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ViolationEntry {
    /// e.g. `V11`.
    pub code: ViolationCode,
    /// What was violated.
    pub title: Text,
    /// Place of the duty, e.g. `T739§47`.
    pub duty: String,
    /// Place of the penalty clause, e.g. `T739§88（三）`. The place only, never an amount.
    pub penalty: String,
    /// How sure.
    pub mark: Mark,
}

impl Instrument {
    /// Everything about it but its articles.
    #[must_use]
    pub fn head(&self) -> Self {
        Self {
            code: self.code.clone(),
            title: self.title.clone(),
            number: self.number.clone(),
            number_mark: self.number_mark,
            issued: self.issued.clone(),
            effective: self.effective.clone(),
            status: self.status,
            replaced_by: self.replaced_by.clone(),
            note: self.note.clone(),
            articles: Vec::new(),
        }
    }
}

impl LawLibrary {
    /// The one JSON text of this library.
    pub fn canonical(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }
    /// Finds an article with its instrument.
    pub fn article(&self, law: &LawCode, article: &str) -> Option<(&Instrument, &Article)> {
        let instrument = self.instruments.iter().find(|i| &i.code == law)?;
        Some((instrument, instrument.articles.iter().find(|a| a.article == article)?))
    }
}
