use std::collections::BTreeSet;

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::{Checklist, check_expression, check_proposal};

/// What is wrong with a checklist file, in words that help its author mend it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, thiserror::Error)]
#[error("{file}:{line}: {problem}{}", hint.as_ref().map(|h| format!("\n  hint: {h}")).unwrap_or_default())]
pub struct AuthorFault {
    /// The file as the author named it.
    pub file: String,
    /// Line from 1; 0 when the fault belongs to no line.
    pub line: u64,
    /// What is wrong.
    pub problem: String,
    /// What to do.
    pub hint: Option<String>,
}

/// Reads one checklist from YAML. `file` is only a name for messages.
pub fn parse(file: &str, yaml: &str) -> Result<Checklist, Vec<AuthorFault>> {
    let list: Checklist = read(file, yaml, "checklist.schema.json").map_err(|fault| vec![fault])?;
    let faults = judge(file, yaml, &list);
    if faults.is_empty() { Ok(list) } else { Err(faults) }
}

/// Reads the shape of any file of the folder; `schema` is the one that an author is pointed to.
pub(crate) fn read<T: DeserializeOwned>(file: &str, yaml: &str, schema: &str) -> Result<T, AuthorFault> {
    serde_saphyr::from_str(yaml).map_err(|e| {
        let line = e.location().map_or(0, |l| l.line());
        let problem = e.to_string();
        let problem = problem.lines().next().unwrap_or("cannot be read").to_owned();
        AuthorFault { file: file.to_owned(), line, hint: hint_for(&problem, schema), problem }
    })
}

/// The published JSON Schema of a checklist file.
pub fn schema() -> serde_json::Value {
    let mut schema = schemars::schema_for!(Checklist).to_value();
    if let Some(object) = schema.as_object_mut() {
        object.insert("title".into(), "Xuncha checklist".into());
        object.insert("$comment".into(), "Generated from core/src/checklist/model.rs; do not edit.".into());
    }
    schema
}

/// Rules that a shape cannot express.
fn judge(file: &str, yaml: &str, list: &Checklist) -> Vec<AuthorFault> {
    let mut faults = Vec::new();
    let mut fault = |needle: &str, problem: String, hint: &str| {
        let line = yaml.lines().position(|l| l.contains(needle)).map_or(0, |n| n as u64 + 1);
        faults.push(AuthorFault { file: file.to_owned(), line, problem, hint: Some(hint.to_owned()) });
    };
    if let Some(expression) = &list.proposed_if
        && let Err(e) = check_proposal(expression)
    {
        let hint = "CEL over subject.kind, .modes, .flags and inspection.kind, .modes, .focus";
        fault(expression, format!("proposed_if cannot work: {e}"), hint);
    }
    if list.items().next().is_none() {
        fault("sections", "the list has no items".into(), "add at least one section with one item");
    }
    let mut seen = BTreeSet::new();
    for item in list.items() {
        let code = item.code.as_str();
        if !seen.insert(code.to_owned()) {
            fault(code, format!("item {code} stands twice"), "codes are unique: give the second one its own");
        }
        if !code.starts_with(&format!("{}-", list.code)) {
            let hint = format!("items of this list are called {}-…", list.code);
            fault(code, format!("item {code} does not belong to list {}", list.code), &hint);
        }
        if item.text.zh.trim().is_empty() || item.how.zh.trim().is_empty() {
            fault(code, format!("item {code} has no Chinese text"), "zh-Hans is required for text and how");
        }
        if item.methods.is_empty() {
            fault(code, format!("item {code} says not how it is checked"), "give at least one method, e.g. observe");
        }
        if item.basis.is_empty() && item.grounds.is_none() {
            let hint = "name the article it rests on, or say in `grounds` what else it does";
            fault(code, format!("item {code} has no legal basis"), hint);
        }
        if let Some(expression) = &item.applies_if
            && let Err(e) = check_expression(expression)
        {
            fault(
                expression,
                format!("applies_if of {code} cannot work: {e}"),
                "CEL over subject.kind, .modes, .flags",
            );
        }
    }
    faults
}

fn hint_for(problem: &str, schema: &str) -> Option<String> {
    let known = [
        ("unknown field", format!("check the spelling; checklists/{schema} lists every field")),
        ("missing field", "add the field; checklists/README.md shows a whole item".to_owned()),
        ("unknown variant", "use one of the words the message lists".to_owned()),
        ("duplicate", "remove one of the two".to_owned()),
    ];
    known.into_iter().find(|(word, _)| problem.contains(word)).map(|(_, hint)| hint)
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = r"
code: TRY
version: '1'
title: {zh-Hans: 试, en: Trial}
sections:
  - code: one
    title: {zh-Hans: 一}
    items:
      - code: TRY-01
        text: {zh-Hans: 应当, en: Shall}
        how: {zh-Hans: 看}
        methods: [observe]
        key: {value: true, mark: D}
        basis: [{law: GSP, article: '44', mark: V}]
        severity: major
";

    #[test]
    fn a_good_list_keeps_its_hash_through_canonical_json() {
        let list = parse("try.yaml", GOOD).unwrap();
        let again = Checklist::from_canonical(&list.canonical()).unwrap();
        assert_eq!(again.hash(), list.hash());
        assert_eq!(again, list);
    }

    #[test]
    fn a_fault_names_file_line_and_what_to_do() {
        let cases = [
            (GOOD.replace("severity: major", "severity: huge"), 15, "huge", "words"),
            (GOOD.replace("methods: [observe]", "metods: [observe]"), 12, "metods", "spelling"),
            (GOOD.replace("TRY-01", "XXX-01"), 9, "XXX-01", "TRY-"),
            (GOOD.replace("basis: [{law: GSP, article: '44', mark: V}]", "basis: []"), 9, "legal basis", "article"),
            (
                GOOD.replace("severity: major", "severity: major\n        applies_if: subject.kind ="),
                16,
                "applies_if",
                "CEL",
            ),
        ];
        for (yaml, line, problem, hint) in cases {
            let faults = parse("try.yaml", &yaml).unwrap_err();
            let fault = &faults[0];
            assert_eq!(fault.file, "try.yaml");
            assert_eq!(fault.line, line, "{fault}");
            assert!(fault.problem.contains(problem), "{fault}");
            assert!(fault.hint.as_deref().unwrap_or_default().contains(hint), "{fault}");
        }
    }
}
