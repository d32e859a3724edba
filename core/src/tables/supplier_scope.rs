//! A supplier's licence and scope against what was bought, and when.
//!
//! Class and category come from the product's number where it reads well, else from what was typed. A filing has no end.

use jiff::civil::Date;

use super::cell::Row;
use super::number_form;
use super::proposal::{ProposalCode as P, TableProposal, Value, raise};
use super::scope::{Catalogue, Category, Covered};
use super::spec::Column as C;
use crate::identifiers::{Checked, NumberKind, NumberParts};

pub(super) fn judge(row: &Row, today: Date) -> Vec<TableProposal> {
    let mut found: Vec<_> = [C::Licence, C::Registration].iter().filter_map(|c| number_form::judge(row, *c)).collect();
    let licence = row.identifier(C::Licence);
    let registration = row.identifier(C::Registration);
    let typed: Option<u8> = row.choice(C::Class).and_then(|class| class.parse().ok());
    let numbered = registration.and_then(class);
    let class = numbered.or(typed);
    if let (Some(typed), Some(numbered), Some(number)) = (typed, numbered, registration.and_then(reading))
        && typed != numbered
    {
        let values = [("class", Value::class(typed)), ("of_number", Value::class(numbered)), ("number", number)];
        found.push(raise(P::ClassDiffers, row, &[C::Class, C::Registration], values));
    }
    let kind = licence.and_then(|l| l.kind);
    if !matches!(kind, Some(NumberKind::DistributionFiling | NumberKind::ProductionFiling)) {
        found.extend(ended(row, today));
    }
    if let (Some(class), Some(number)) = (class, licence.and_then(reading)) {
        let filing = match kind {
            Some(NumberKind::DistributionFiling) if class == 3 => Some(Value::words(
                "distribution_filing",
                "第二类医疗器械经营备案",
                "filing for distribution of class II",
            )),
            Some(NumberKind::ProductionFiling) if class > 1 => {
                Some(Value::words("production_filing", "第一类医疗器械生产备案", "filing for production of class I"))
            }
            _ => None,
        };
        if let Some(filing) = filing {
            let values = [("filing", filing), ("number", number), ("class", Value::class(class))];
            found.push(raise(P::FilingNotEnough, row, &[C::Licence, C::Class], values));
        }
    }
    found.extend(outside_scope(row, class, row.category(C::Category).or(registration.and_then(category))));
    found
}

fn ended(row: &Row, today: Date) -> Option<TableProposal> {
    let through = row.date(C::LicenceThrough)?;
    match row.date(C::Bought) {
        Some(bought) if bought.earliest() > through.latest() => {
            let values = [("through", through.into()), ("bought", bought.into())];
            Some(raise(P::LicenceEnded, row, &[C::LicenceThrough, C::Bought], values))
        }
        None if today > through.latest() => {
            Some(raise(P::LicenceEndedNow, row, &[C::LicenceThrough], [("through", through.into())]))
        }
        _ => None,
    }
}

fn outside_scope(row: &Row, class: Option<u8>, category: Option<Category>) -> Option<TableProposal> {
    let columns = &[C::Scope, C::Category];
    match (row.scope(C::Scope)?.covers(class, category), class, category) {
        (Covered::OtherClasses, Some(class), _) => {
            Some(raise(P::ScopeWithoutClass, row, &[C::Scope, C::Class], [("class", Value::class(class))]))
        }
        (Covered::OtherCategories, _, Some(category)) => {
            Some(raise(P::ScopeWithoutCategory, row, columns, [("category", category.into())]))
        }
        (Covered::Unclear, _, Some(category)) => {
            Some(raise(P::ScopeUnclear, row, columns, [("category", category.into())]))
        }
        _ => None,
    }
}

fn reading(checked: &Checked) -> Option<Value> {
    checked.reading.as_ref().map(|r| r.text.clone().into())
}

fn class(checked: &Checked) -> Option<u8> {
    match checked.reading.as_ref()?.parts {
        NumberParts::Registration { class, .. } => Some(class),
        NumberParts::ClassOneFiling { .. } => Some(1),
        _ => None,
    }
}

fn category(checked: &Checked) -> Option<Category> {
    match &checked.reading.as_ref()?.parts {
        NumberParts::Registration { category, catalogue_2017, .. } => {
            let catalogue = if *catalogue_2017 { Catalogue::New } else { Catalogue::Either };
            Some(Category { catalogue, code: category.parse().ok()? })
        }
        _ => None,
    }
}
