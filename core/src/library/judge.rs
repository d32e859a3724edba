//! What must be true between the files: references resolve, and a mark claims no more than what was read.

use std::collections::{BTreeMap, BTreeSet};

use super::{Source, ViolationTable};
use crate::checklist::{AuthorFault, Checklist, Item, Mark};
use crate::conclusion::ConclusionRule;
use crate::form::OnSiteForm;
use crate::ids::LawCode;
use crate::law::{Instrument, LawStatus};

/// Codes are unique; text and mark agree; what is superseded says by what; the table speaks only of instruments the
/// library has and that were not superseded.
pub(super) fn laws(
    instruments: &[(Source<'_>, Instrument)],
    (table_source, table): &(Source<'_>, ViolationTable),
) -> Vec<AuthorFault> {
    let mut faults = Vec::new();
    let mut codes = BTreeSet::new();
    for (source, instrument) in instruments {
        let law = &instrument.code;
        if !codes.insert(law.as_str()) {
            faults.push(source.fault(&["code:"], format!("instrument {law} stands twice"), "keep one file per law"));
        }
        faults.extend(days(*source, instrument));
        faults.extend(replacement(*source, instrument, instruments));
        let mut seen = BTreeSet::new();
        for article in &instrument.articles {
            let number = &article.article;
            let here = format!("article: '{number}'");
            let trail = [here.as_str()];
            if !seen.insert(number) {
                let hint = "keep one of the two";
                faults.push(source.fault(&trail, format!("article {number} of {law} stands twice"), hint));
            }
            match (&article.text, article.mark) {
                (None, Mark::V | Mark::D) => {
                    let hint = "quote the text, or mark it M: what was not read is not verified";
                    faults.push(source.fault(
                        &trail,
                        format!("article {number} of {law} has no text but is not M"),
                        hint,
                    ));
                }
                (Some(_), Mark::M | Mark::D) => {
                    let hint = "read the published text and mark it V, or leave `text` out: statutes are not quoted from memory";
                    faults.push(source.fault(
                        &trail,
                        format!("article {number} of {law} quotes what was not read"),
                        hint,
                    ));
                }
                (Some(text), _) if text.zh.trim().is_empty() => {
                    let hint = "quote the text, or leave `text` out and mark it M";
                    faults.push(source.fault(&trail, format!("article {number} of {law} has an empty text"), hint));
                }
                _ => {}
            }
        }
    }
    let mut seen = BTreeSet::new();
    for row in &table.violations {
        let here = format!("code: {}", row.code);
        let trail = [here.as_str()];
        if !seen.insert(&row.code) {
            faults.push(table_source.fault(&trail, format!("violation {} stands twice", row.code), "keep one row"));
        }
        for law in laws_named(&row.duty).chain(laws_named(&row.penalty)).filter(|law| !codes.contains(law)) {
            let hint = "add the instrument to laws/, with `articles: []` if nothing of it is quoted";
            faults.push(table_source.fault(
                &trail,
                format!("{} names {law}, which the library has not", row.code),
                hint,
            ));
        }
        for law in laws_named(&row.duty).chain(laws_named(&row.penalty)) {
            let superseded = instruments.iter().map(|(_, i)| i).find(|i| i.code.as_str() == law).filter(|i| gone(i));
            faults.extend(superseded.map(|old| {
                table_source.fault(&trail, format!("{} names {law}, which is superseded", row.code), &instead_of(old))
            }));
        }
    }
    faults
}

fn gone(instrument: &Instrument) -> bool {
    instrument.status == LawStatus::Superseded
}

/// What an author writes in place of a superseded instrument.
fn instead_of(old: &Instrument) -> String {
    let newer = old.replaced_by.as_ref().map_or("the one in force", |newer| newer.law.as_str());
    format!("name the place in {newer} instead")
}

/// The days of an instrument are days, and in their order.
fn days(source: Source<'_>, instrument: &Instrument) -> Vec<AuthorFault> {
    let from = instrument.replaced_by.as_ref().and_then(|newer| newer.from.as_ref());
    let given = [("issued", instrument.issued.as_ref()), ("effective", instrument.effective.as_ref()), ("from", from)];
    let mut faults = Vec::new();
    let mut before: Option<(&str, jiff::civil::Date)> = None;
    for (name, day) in given.into_iter().filter_map(|(name, day)| Some((name, day?))) {
        let trail = [name, day.as_str()];
        let law = &instrument.code;
        match day.parse::<jiff::civil::Date>() {
            // The parser takes other spellings too; one spelling sorts as text and reads alike everywhere.
            Ok(date) if date.to_string() == *day => {
                if let Some((earlier, other)) = before.filter(|(_, other)| *other > date) {
                    let problem = format!("{law}: `{name}` is {day}, before `{earlier}` {other}");
                    faults.push(source.fault(&trail, problem, "issued, then effective, then replaced"));
                }
                before = Some((name, date));
            }
            _ => {
                let problem = format!("{law}: `{name}` is {day}, which is no day");
                faults.push(source.fault(&trail, problem, "write it as '2024-07-01'"));
            }
        }
    }
    faults
}

/// A superseded instrument, and no other, names one in the library that stands in its place.
fn replacement(
    source: Source<'_>,
    instrument: &Instrument,
    instruments: &[(Source<'_>, Instrument)],
) -> Option<AuthorFault> {
    let law = &instrument.code;
    let find = |code: &LawCode| instruments.iter().map(|(_, i)| i).find(|i| &i.code == code);
    match (&instrument.replaced_by, gone(instrument)) {
        (None, false) => None,
        (None, true) => {
            let hint = "add `replaced_by` with `law`, `from` (if known) and `mark`";
            Some(source.fault(&["status:"], format!("{law} is superseded and does not say by what"), hint))
        }
        (Some(newer), false) => {
            let problem = format!("{law} is replaced by {} but not superseded", newer.law);
            Some(source.fault(&["replaced_by:"], problem, "set `status: superseded`, or leave `replaced_by` out"))
        }
        (Some(newer), true) if find(&newer.law).is_none() => {
            let problem = format!("{law} is replaced by {}, which the library has not", newer.law);
            let hint = "add the instrument to laws/, with `articles: []` if nothing of it is quoted";
            Some(source.fault(&["replaced_by:"], problem, hint))
        }
        (Some(newer), true) => {
            // At most as many steps as there are instruments: a longer way has come round.
            let next = |at: &&Instrument| at.replaced_by.as_ref().and_then(|newer| find(&newer.law));
            let way = std::iter::successors(find(&newer.law), next).take(instruments.len());
            let last = way.last().filter(|last| gone(last));
            last.map(|_| {
                let problem = format!("{law} is replaced by {}, and in the end by nothing in force", newer.law);
                source.fault(&["replaced_by:"], problem, "the last of the row must not be superseded")
            })
        }
    }
}

/// The short names before each `§`.
fn laws_named(place: &str) -> impl Iterator<Item = &str> {
    let parts = place.split('§').collect::<Vec<_>>();
    let before = parts.len().saturating_sub(1);
    parts
        .into_iter()
        .take(before)
        .filter_map(|part| part.rsplit(|c: char| !c.is_ascii_alphanumeric()).next().filter(|law| !law.is_empty()))
}

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
