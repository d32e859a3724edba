use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::ids::{Digest, ItemCode, LawCode, ListCode, ViolationCode};
use crate::tables::TableKind;

/// How sure a statement is. Carried from the domain reference into the data and onto the screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, ts_rs::TS, JsonSchema)]
pub enum Mark {
    /// Verified: the source's text was read.
    #[default]
    V,
    /// From memory: shown as 待核实, never as certain.
    M,
    /// This project's proposal, not law.
    D,
}

/// Words in several languages; `zh-Hans` is required, other keys are BCP 47 tags.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS, JsonSchema)]
pub struct Text {
    /// Simplified Chinese.
    #[serde(rename = "zh-Hans")]
    pub zh: String,
    /// Other languages by tag, e.g. `en`.
    #[serde(flatten)]
    pub other: BTreeMap<String, String>,
}

impl Text {
    /// The words in `language`, or Chinese where there is no translation.
    pub fn in_language(&self, language: &str) -> &str {
        self.other.get(language).map_or(self.zh.as_str(), String::as_str)
    }
}

/// A checklist: one subject matter, in sections, one version.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Checklist {
    /// e.g. `COLD`.
    pub code: ListCode,
    /// Version of this list, e.g. `2026.1`.
    pub version: String,
    /// First day of validity (ISO 8601), if limited.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub valid_from: Option<String>,
    /// Its name.
    pub title: Text,
    /// Where the list comes from, in a sentence an inspector understands.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<Text>,
    /// CEL over `subject` and `inspection`: when the list is proposed without being asked for. Absent: only on request.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub proposed_if: Option<String>,
    /// Its items in order of the walk through the premises.
    pub sections: Vec<Section>,
}

/// A part of a list that is walked through together.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Section {
    /// Short stable name within the list, e.g. `equipment`.
    pub code: String,
    /// Its title.
    pub title: Text,
    /// Its items.
    pub items: Vec<Item>,
}

/// One thing to check.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Item {
    /// e.g. `COLD-05`; unique over all lists.
    pub code: ItemCode,
    /// What must be so.
    pub text: Text,
    /// How to check it: where to look, what to ask, what counts.
    pub how: Text,
    /// The kinds of looking.
    pub methods: Vec<Method>,
    /// How many to draw, where the item samples.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sample: Option<u32>,
    /// What must be at hand before the inspection can be sealed.
    #[serde(default)]
    pub evidence: Vec<EvidenceRule>,
    /// Key item ※ or not.
    pub key: KeyFlag,
    /// The duty.
    pub basis: Vec<Basis>,
    /// What the item rests on where that is no article of the library: a supervision plan, a notice.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub grounds: Option<Text>,
    /// The violations it may be; a proposal to the inspector, never a verdict.
    #[serde(default)]
    pub violations: Vec<Violation>,
    /// How bad a non-conformity usually is.
    pub severity: Severity,
    /// Asks about the regulator's own work (监管侧): answered and recorded, and no part of the firm's rates.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub regulator: bool,
    /// CEL over `subject`; absent: always applies.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub applies_if: Option<String>,
    /// The item of another list that asks the same: where both lists are worked through, only that one is asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub same_as: Option<ItemCode>,
    /// The unit to propose when a number is measured here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit: Option<String>,
    /// A table to fill here, whose rows a machine compares.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub table: Option<TableKind>,
    /// Phrases to pick from.
    #[serde(default)]
    pub findings: Vec<TypicalFinding>,
    /// The official clause this item stands for, once known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub official_code: Option<String>,
}

/// A kind of looking (看 查 问 抽 量 系 拍 扫).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Method {
    /// 看
    Observe,
    /// 查
    Documents,
    /// 问
    Interview,
    /// 抽
    Sample,
    /// 量
    Measure,
    /// 系: in the enterprise's system
    System,
    /// 拍
    Photo,
    /// 扫
    Scan,
}

/// What must be at hand.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct EvidenceRule {
    /// Of which kind.
    pub kind: EvidenceKind,
    /// How many at least.
    pub min: u32,
    /// For which results.
    pub when: When,
    /// What it should show.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub what: Option<Text>,
    /// How sure the rule is.
    pub mark: Mark,
}

/// Kinds of evidence.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ts_rs::TS, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum EvidenceKind {
    /// A picture.
    Photo,
    /// A file taken over (a logger's export).
    File,
    /// A number with its unit.
    Measure,
}

/// For which results an evidence rule holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum When {
    /// For 不符合 and 当场改正.
    NonConforming,
    /// Whenever the item was checked.
    Checked,
}

/// Key item ※: replaceable data, since the official allocation could not be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct KeyFlag {
    /// Counts as key.
    pub value: bool,
    /// How sure that is.
    pub mark: Mark,
}

/// The article a duty rests on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Basis {
    /// Short name in the law library.
    pub law: LawCode,
    /// Article number in Arabic digits.
    pub article: String,
    /// Paragraph or item as the law writes it, e.g. `（一）`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub clause: Option<String>,
    /// How sure.
    pub mark: Mark,
}

/// A violation of the master table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Violation {
    /// e.g. `V11`.
    pub code: ViolationCode,
    /// How sure the mapping from the item is.
    pub mark: Mark,
}

/// How bad a non-conformity usually is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ts_rs::TS, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// A gap in order or paper.
    Minor,
    /// May touch safety or traceability.
    Major,
    /// One of the serious violations: prompts a referral.
    Serious,
}

/// A phrase from practice that a non-conformity often is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TypicalFinding {
    /// The phrase.
    pub text: Text,
    /// How sure its source is.
    pub mark: Mark,
}

impl Checklist {
    /// The one JSON text of this list: keys in the order of this model, no spaces. Its hash pins the version.
    pub fn canonical(&self) -> String {
        // A list that was parsed has only strings, numbers and lists: writing it cannot fail.
        serde_json::to_string(self).unwrap_or_default()
    }
    /// Reads canonical JSON back.
    pub fn from_canonical(json: &str) -> Result<Self, serde_json::Error> {
        serde_json::from_str(json)
    }
    /// The hash that an inspection pins.
    pub fn hash(&self) -> Digest {
        Digest::digest(&[self.canonical().as_bytes()])
    }
    /// All items in order.
    pub fn items(&self) -> impl Iterator<Item = &Item> {
        self.sections.iter().flat_map(|s| &s.items)
    }
    /// One item.
    pub fn item(&self, code: &ItemCode) -> Option<&Item> {
        self.items().find(|i| &i.code == code)
    }
}
