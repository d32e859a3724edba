//! Serious violations (R020): what of an inspection prompts a referral. A prompt to the person in charge, never a verdict.

use xuncha_core::checklist::{Item, Severity};
use xuncha_core::event::Outcome;
use xuncha_core::inspection::{Inspection, Reading};

/// Serious items that do not conform, in the order of the walk. One side of a conflict is enough: a prompt too many is
/// safer than one too few.
pub fn serious<'a>(state: &Inspection, reading: &Reading<'a>) -> Vec<&'a Item> {
    let items = reading.items.iter().map(|i| i.item).filter(|i| i.severity == Severity::Serious);
    let fails = |item: &&Item| {
        let answers = state.answer(&item.code).into_iter().flat_map(|r| r.heads());
        answers.into_iter().any(|w| w.value.outcome == Outcome::NonConforming)
    };
    items.filter(fails).collect()
}
