//! What must be true between the files: references resolve, and a mark claims no more than what was read. The laws by
//! themselves are judged in `laws.rs`.

use std::collections::{BTreeMap, BTreeSet};

use super::laws::{gone, instead_of};
use super::{Source, ViolationTable};
use crate::checklist::{AuthorFault, Checklist, Item, Mark, check_proposal};
use crate::conclusion::ConclusionRule;
use crate::form::OnSiteForm;
use crate::law::Instrument;

/// Codes are unique over all lists; every basis and violation resolves; no basis is surer than its article.
pub(super) fn lists(
    lists: &[(Source<'_>, Checklist)],
    instruments: &[(Source<'_>, Instrument)],
    table: &ViolationTable,
) -> Vec<AuthorFault> {
    let mut faults = Vec::new();
    let mut codes = BTreeSet::new();
    let all: BTreeMap<_, _> = lists.iter().flat_map(|(_, list)| list.items()).map(|item| (&item.code, item)).collect();
    for (source, list) in lists {
        if !codes.insert(list.code.as_str()) {
            faults.push(source.fault(
                &["code:"],
                format!("list {} stands twice", list.code),
                "lists have their own codes",
            ));
        }
        for item in list.items() {
            let here = format!("code: {}", item.code);
            faults.extend(bases(*source, item, &here, instruments));
            if let Some(other) = &item.same_as {
                // One step only: with longer ways, or a circle, two items could each wait for the other to be asked.
                let wrong = match all.get(other) {
                    None => Some("which no list has"),
                    Some(same) if same.same_as.is_some() => Some("which itself is the same as another"),
                    Some(_) if list.item(other).is_some() => Some("which is in the same list"),
                    Some(_) => None,
                };
                faults.extend(wrong.map(|wrong| {
                    let hint = "name the item of another list that asks the same and is asked itself";
                    let problem = format!("{} is the same as {other}, {wrong}", item.code);
                    source.fault(&[here.as_str(), "same_as:"], problem, hint)
                }));
            }
            for violation in &item.violations {
                if !table.violations.iter().any(|row| row.code == violation.code) {
                    let problem = format!("{} names violation {}, which the table has not", item.code, violation.code);
                    let trail = [here.as_str(), violation.code.as_str()];
                    faults.push(source.fault(&trail, problem, "laws/violations.yaml lists them"));
                }
            }
        }
    }
    faults
}

fn bases(source: Source<'_>, item: &Item, here: &str, instruments: &[(Source<'_>, Instrument)]) -> Vec<AuthorFault> {
    let mut faults = Vec::new();
    for basis in &item.basis {
        let (law, number) = (&basis.law, &basis.article);
        let cited = format!("article: '{number}'");
        let trail = [here, "basis:", cited.as_str()];
        let instrument = instruments.iter().map(|(_, i)| i).find(|i| &i.code == law);
        if let Some(old) = instrument.filter(|i| gone(i)) {
            let problem = format!("{} cites {law}, which is superseded", item.code);
            faults.push(source.fault(&trail, problem, &instead_of(old)));
            continue;
        }
        let article = instrument.and_then(|i| i.articles.iter().find(|a| &a.article == number));
        let Some(article) = article else {
            let hint = if instrument.is_some() {
                "add the article to the law's file; without its text it is marked M"
            } else {
                "use the `code` of a file in laws/, or add the law there"
            };
            faults.push(source.fault(
                &trail,
                format!("{} cites {law} article {number}: not in the library", item.code),
                hint,
            ));
            continue;
        };
        if basis.mark == Mark::V && article.mark != Mark::V {
            let problem =
                format!("{} cites {law} article {number} as V, the library has it as {:?}", item.code, article.mark);
            faults.push(source.fault(&trail, problem, "read and quote the article first, or mark the basis M"));
        }
        if let (Some(clause), Some(text)) = (&basis.clause, &article.text)
            && !text.zh.contains(clause.as_str())
        {
            let problem = format!("{} cites clause {clause}, which {law} article {number} has not", item.code);
            faults.push(source.fault(&trail, problem, "write the clause as the law does, e.g. （一）"));
        }
    }
    faults
}

/// Codes are unique and each rule leads to an outcome.
pub(super) fn rules(rules: &[(Source<'_>, ConclusionRule)]) -> Vec<AuthorFault> {
    let mut faults = Vec::new();
    let mut codes = BTreeSet::new();
    for (source, rule) in rules {
        if !codes.insert(rule.code.as_str()) {
            faults.push(source.fault(
                &["code:"],
                format!("rule {} stands twice", rule.code),
                "rules have their own codes",
            ));
        }
        if let Some(expression) = &rule.proposed_if
            && let Err(e) = check_proposal(expression)
        {
            let hint = "CEL over subject.kind, .modes, .flags and inspection.kind, .modes, .focus";
            faults.push(source.fault(
                &["proposed_if:"],
                format!("proposed_if of {} cannot work: {e}", rule.code),
                hint,
            ));
        }
        let hint = "outcomes go from best to worst; the last one has no bounds";
        faults.extend(rule.faults().into_iter().map(|problem| source.fault(&["outcomes:"], problem, hint)));
    }
    faults
}

/// Field names are unique: a value is kept under its name.
pub(super) fn form((source, form): &(Source<'_>, OnSiteForm)) -> Vec<AuthorFault> {
    let mut seen = BTreeSet::new();
    let twice = form.fields.iter().filter(|field| !seen.insert(field.field.as_str()));
    twice
        .map(|field| {
            let needle = format!("field: {}", field.field);
            let trail = [needle.as_str(), needle.as_str()];
            source.fault(&trail, format!("field {} stands twice", field.field), "names are unique within a form")
        })
        .collect()
}
