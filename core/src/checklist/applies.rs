use std::collections::HashMap;

use cel::{Context, Program, Value};
use serde::{Deserialize, Serialize};

use super::Item;
use crate::event::{InspectionKind, InspectionMode};

/// What `applies_if` may ask about: the inspected subject as HQ's register knows it. In CEL: `subject.kind`,
/// `subject.modes`, `subject.flags`, `subject.scope`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
pub struct Subject {
    /// Business form, e.g. `wholesale`, `retail`, `third_party_logistics`, `hospital`.
    pub kind: String,
    /// Further forms it also has.
    #[serde(default)]
    pub modes: Vec<String>,
    /// Flags of the register: `cold_chain`, `implant`, `online`, `offsite_warehouse`, `class_3`, …
    #[serde(default)]
    pub flags: Vec<String>,
}

/// What `proposed_if` may ask about beside the subject. In CEL: `inspection.kind`, `inspection.modes`, `inspection.focus`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
pub struct Occasion {
    /// Kind of inspection.
    pub kind: InspectionKind,
    /// Ways of inspecting.
    #[serde(default)]
    pub modes: Vec<InspectionMode>,
    /// Focus domains of the year's plan, `F01` to `F10`.
    #[serde(default)]
    pub focus: Vec<String>,
}

/// An expression could not be read or evaluated.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct AppliesError(pub String);

/// Checks that an expression can be read and gives a yes or no for some subject: what an author is told at once.
pub fn check_expression(expression: &str) -> Result<(), AppliesError> {
    evaluate(expression, &Subject::default(), None).map(|_| ())
}

/// The same for an expression that may also ask about the inspection.
pub fn check_proposal(expression: &str) -> Result<(), AppliesError> {
    evaluate(expression, &Subject::default(), Some(&Occasion::default())).map(|_| ())
}

/// Whether `item` applies to `subject`. An expression that fails applies: asking too much is safer than leaving out.
pub fn applies(item: &Item, subject: &Subject) -> bool {
    item.applies_if.as_deref().is_none_or(|e| evaluate(e, subject, None).unwrap_or(true))
}

/// Whether what carries this `proposed_if` (a list, a rule) is proposed for an inspection of `subject` on this `occasion`.
/// An expression that fails proposes.
pub fn proposed(proposed_if: Option<&str>, subject: &Subject, occasion: &Occasion) -> bool {
    proposed_if.is_some_and(|e| evaluate(e, subject, Some(occasion)).unwrap_or(true))
}

fn evaluate(expression: &str, subject: &Subject, occasion: Option<&Occasion>) -> Result<bool, AppliesError> {
    let program = Program::compile(expression).map_err(|e| AppliesError(e.to_string()))?;
    let mut context = Context::default();
    let subject = [
        ("kind", Value::from(subject.kind.clone())),
        ("modes", words(subject.modes.iter().cloned())),
        ("flags", words(subject.flags.iter().cloned())),
    ];
    context.add_variable_from_value("subject", record(subject));
    if let Some(occasion) = occasion {
        let inspection = [
            ("kind", Value::from(word(&occasion.kind))),
            ("modes", words(occasion.modes.iter().map(word))),
            ("focus", words(occasion.focus.iter().cloned())),
        ];
        context.add_variable_from_value("inspection", record(inspection));
    }
    match program.execute(&context).map_err(|e| AppliesError(e.to_string()))? {
        Value::Bool(yes) => Ok(yes),
        other => Err(AppliesError(format!("must give true or false, gave {other:?}"))),
    }
}

fn record<const N: usize>(fields: [(&str, Value); N]) -> Value {
    Value::from(fields.into_iter().map(|(k, v)| (k.to_owned(), v)).collect::<HashMap<String, Value>>())
}

fn words(all: impl Iterator<Item = String>) -> Value {
    Value::from(all.map(Value::from).collect::<Vec<_>>())
}

/// The word an enumeration has in data.
fn word(value: &impl Serialize) -> String {
    let value = serde_json::to_value(value).unwrap_or_default();
    value.as_str().unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn subject(kind: &str, flags: &[&str]) -> Subject {
        Subject { kind: kind.into(), modes: vec![], flags: flags.iter().map(|s| (*s).to_owned()).collect() }
    }

    #[test]
    fn an_expression_chooses_by_business_form_and_flag() {
        let e = "subject.kind in ['wholesale', 'third_party_logistics'] && 'cold_chain' in subject.flags";
        assert_eq!(evaluate(e, &subject("wholesale", &["cold_chain"]), None), Ok(true));
        assert_eq!(evaluate(e, &subject("retail", &["cold_chain"]), None), Ok(false));
        assert_eq!(evaluate(e, &subject("wholesale", &[]), None), Ok(false));
    }

    #[test]
    fn an_author_hears_of_an_expression_that_cannot_work() {
        assert!(check_expression("subject.kind ==").is_err());
        assert!(check_expression("subject.kind").is_err());
        assert!(check_expression("subjekt.kind == 'x'").is_err());
        assert!(check_expression("subject.kind == 'retail' || 'online' in subject.flags").is_ok());
    }

    #[test]
    fn a_list_is_proposed_by_who_is_inspected_and_why() {
        let e = "'lens' in subject.flags || 'F06' in inspection.focus || inspection.kind == 'reopening'";
        let on = |flags: &[&str], kind, focus: &[&str]| {
            let focus = focus.iter().map(|f| (*f).to_owned()).collect();
            evaluate(e, &subject("retail", flags), Some(&Occasion { kind, modes: vec![], focus }))
        };
        assert_eq!(on(&["lens"], InspectionKind::Routine, &[]), Ok(true));
        assert_eq!(on(&[], InspectionKind::Special, &["F06"]), Ok(true));
        assert_eq!(on(&[], InspectionKind::Reopening, &[]), Ok(true));
        assert_eq!(on(&[], InspectionKind::Routine, &["F05"]), Ok(false));
        assert!(check_expression(e).is_err(), "an item may not ask about the inspection");
        assert!(check_proposal(e).is_ok());
    }
}
