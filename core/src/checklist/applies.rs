use std::collections::BTreeMap;

use cel::{Context, Program, Value};
use serde::{Deserialize, Serialize};

use super::Item;

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

/// An expression could not be read or evaluated.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct AppliesError(pub String);

/// Checks that an expression can be read and gives a yes or no for some subject: what an author is told at once.
pub fn check_expression(expression: &str) -> Result<(), AppliesError> {
    evaluate(expression, &Subject::default()).map(|_| ())
}

/// Whether `item` applies to `subject`. An expression that fails applies: asking too much is safer than leaving out.
pub fn applies(item: &Item, subject: &Subject) -> bool {
    item.applies_if.as_deref().is_none_or(|e| evaluate(e, subject).unwrap_or(true))
}

fn evaluate(expression: &str, subject: &Subject) -> Result<bool, AppliesError> {
    let program = Program::compile(expression).map_err(|e| AppliesError(e.to_string()))?;
    let mut context = Context::default();
    let list = |v: &[String]| Value::from(v.iter().map(|s| Value::from(s.clone())).collect::<Vec<_>>());
    let fields: BTreeMap<&str, Value> = BTreeMap::from([
        ("kind", Value::from(subject.kind.clone())),
        ("modes", list(&subject.modes)),
        ("flags", list(&subject.flags)),
    ]);
    let fields: std::collections::HashMap<String, Value> = fields.into_iter().map(|(k, v)| (k.to_owned(), v)).collect();
    context.add_variable_from_value("subject", Value::from(fields));
    match program.execute(&context).map_err(|e| AppliesError(e.to_string()))? {
        Value::Bool(yes) => Ok(yes),
        other => Err(AppliesError(format!("must give true or false, gave {other:?}"))),
    }
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
        assert_eq!(evaluate(e, &subject("wholesale", &["cold_chain"])), Ok(true));
        assert_eq!(evaluate(e, &subject("retail", &["cold_chain"])), Ok(false));
        assert_eq!(evaluate(e, &subject("wholesale", &[])), Ok(false));
    }

    #[test]
    fn an_author_hears_of_an_expression_that_cannot_work() {
        assert!(check_expression("subject.kind ==").is_err());
        assert!(check_expression("subject.kind").is_err());
        assert!(check_expression("subjekt.kind == 'x'").is_err());
        assert!(check_expression("subject.kind == 'retail' || 'online' in subject.flags").is_ok());
    }
}
