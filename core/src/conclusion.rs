//! The conclusion of an inspection, computed by a rule that is data.
//!
//! A rule is a list of outcomes; the first whose bounds hold is proposed. Bounds compare with integers only
//! (`key_nc × den ≤ num × (key_total − key_na)`), so a rate on the edge is never a matter of rounding. A denominator of 0
//! makes the rate 0. Source of the formula and the shipped thresholds: NMPA \[2024\] No. 20 (GL20), see `domain` notes.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::checklist::{Mark, Text};
use crate::ids::RuleCode;

/// A conclusion rule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ConclusionRule {
    /// e.g. `licence-verification`.
    pub code: RuleCode,
    /// Version.
    pub version: String,
    /// Its name.
    pub title: Text,
    /// Where it comes from.
    pub source: Text,
    /// How sure.
    pub mark: Mark,
    /// CEL over `subject` and `inspection`: when this rule is taken without being asked for. Of several the first by code;
    /// where none is, `routine`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub proposed_if: Option<String>,
    /// Outcomes from best to worst; the last one has no bounds.
    pub outcomes: Vec<Outcome>,
}

/// One possible conclusion.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Outcome {
    /// Stable code: `pass`, `rectify`, `fail`.
    pub code: String,
    /// The words, e.g. 通过检查.
    pub title: Text,
    /// Bound of the rate of non-conforming key items.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key_at_most: Option<Fraction>,
    /// Bound of the rate of non-conforming general items.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub general_at_most: Option<Fraction>,
    /// Working days to rectify, where the outcome sets a term.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rectify_working_days: Option<u32>,
}

/// A bound as a fraction of integers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Fraction {
    /// Numerator.
    pub num: u32,
    /// Denominator, not 0.
    pub den: u32,
}

/// Counts of one class of items. 当场改正 is counted apart: the rule treats it as conforming.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, ts_rs::TS)]
pub struct Tally {
    /// Items that apply by the list.
    pub total: u32,
    /// 合理缺项.
    pub not_applicable: u32,
    /// 不符合.
    pub non_conforming: u32,
    /// 当场改正.
    pub corrected: u32,
    /// 未检查 or not yet answered.
    pub open: u32,
    /// In conflict: several writes, not settled.
    pub conflicting: u32,
}

impl Tally {
    /// Items the rate is taken over.
    pub fn applicable(&self) -> u32 {
        self.total.saturating_sub(self.not_applicable)
    }
    fn within(&self, bound: Fraction) -> bool {
        u64::from(self.non_conforming) * u64::from(bound.den) <= u64::from(bound.num) * u64::from(self.applicable())
    }
}

/// Key and general items.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, ts_rs::TS)]
pub struct Tallies {
    /// ※ items.
    pub key: Tally,
    /// The others.
    pub general: Tally,
}

impl Tallies {
    /// Nothing is open or in conflict.
    pub fn is_final(&self) -> bool {
        [self.key, self.general].iter().all(|t| t.open == 0 && t.conflicting == 0)
    }
}

impl ConclusionRule {
    /// The one JSON text of this rule; its hash pins the version.
    pub fn canonical(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }
    /// The outcome the counts lead to. `None` only for a rule without outcomes.
    pub fn conclude(&self, t: &Tallies) -> Option<&Outcome> {
        self.outcomes
            .iter()
            .find(|o| {
                o.key_at_most.is_none_or(|b| t.key.within(b)) && o.general_at_most.is_none_or(|b| t.general.within(b))
            })
            .or(self.outcomes.last())
    }
    /// Says what an author got wrong.
    pub fn faults(&self) -> Vec<String> {
        let mut faults = Vec::new();
        let bounds = self.outcomes.iter().flat_map(|o| [o.key_at_most, o.general_at_most]).flatten();
        if bounds.clone().any(|b| b.den == 0) {
            faults.push("a bound has denominator 0".to_owned());
        }
        match self.outcomes.last() {
            None => faults.push("no outcomes".to_owned()),
            Some(last) if last.key_at_most.is_some() || last.general_at_most.is_some() => {
                faults.push("the last outcome must hold without bounds".to_owned());
            }
            Some(_) => {}
        }
        faults
    }
}
