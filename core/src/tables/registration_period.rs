//! The day of manufacture against the periods of the registration.
//!
//! Rows with the same number speak of the same certificate: their periods are taken together, so that a second and third
//! renewal fit in, and a gap is seen from each batch. That a certificate has ended *today* raises nothing.

use std::collections::BTreeMap;

use jiff::civil::Date;

use super::cell::Row;
use super::number_form;
use super::proposal::{ProposalCode as P, TableProposal, raise};
use super::spec::Column as C;
use crate::identifiers::{Coverage, NumberKind, Period, PrintedDate, coverage};

/// From and through of a period, as the columns have them.
const PERIODS: [(C, C); 2] = [(C::ValidFrom, C::ValidThrough), (C::RenewedFrom, C::RenewedThrough)];

pub(super) fn judge(rows: &[Row]) -> Vec<TableProposal> {
    let mut certificates: BTreeMap<String, Vec<Period>> = BTreeMap::new();
    for row in rows {
        certificates.entry(certificate(row)).or_default().extend(periods(row));
    }
    let one = |row: &Row| {
        let mut found: Vec<_> = number_form::judge(row, C::Registration).into_iter().collect();
        found.extend(PERIODS.iter().filter_map(|(from, through)| reversed(row, *from, *through)));
        let periods = certificates.get(&certificate(row)).map(Vec::as_slice).unwrap_or_default();
        found.extend(row.date(C::Made).and_then(|made| outside(row, made, periods)));
        found
    };
    rows.iter().flat_map(one).collect()
}

/// What tells a certificate: its number where it reads well, else the row.
fn certificate(row: &Row) -> String {
    let number = row.identifier(C::Registration).and_then(|c| c.reading.as_ref()).map(|r| r.text.clone());
    number.unwrap_or_else(|| format!("row {}", row.number))
}

/// An end that is not known is open, and so never speaks against the goods. A class I filing does not end.
fn periods(row: &Row) -> impl Iterator<Item = Period> {
    let filing = row.identifier(C::Registration).and_then(|c| c.kind) == Some(NumberKind::ClassOneFiling);
    PERIODS.iter().filter_map(move |(from, through)| {
        let (from, through) = (row.date(*from), row.date(*through).filter(|_| !filing));
        (from.is_some() || through.is_some()).then(|| Period {
            from: from.map_or(Date::MIN, PrintedDate::earliest),
            through: through.map(PrintedDate::latest),
        })
    })
}

fn reversed(row: &Row, from: C, through: C) -> Option<TableProposal> {
    let (begins, ends) = (row.date(from)?, row.date(through)?);
    let values = [("from", begins.into()), ("through", ends.into())];
    (begins.earliest() > ends.latest()).then(|| raise(P::PeriodReversed, row, &[from, through], values))
}

fn outside(row: &Row, made: PrintedDate, periods: &[Period]) -> Option<TableProposal> {
    let period = |n: u32| periods.get(usize::try_from(n).ok()?);
    let columns = &[C::Made, C::Registration];
    match coverage(periods, made) {
        Coverage::NoPeriod | Coverage::Covered { .. } => None,
        Coverage::Before { period: first, .. } => {
            let values = [("made", made.into()), ("from", period(first)?.from.into())];
            Some(raise(P::MadeBeforePeriod, row, columns, values))
        }
        Coverage::Gap { ended, began, .. } => {
            let ended = period(ended)?.through?;
            let values = [("made", made.into()), ("ended", ended.into()), ("began", period(began)?.from.into())];
            Some(raise(P::MadeInGap, row, columns, values))
        }
        Coverage::After { period: last, .. } => {
            let values = [("made", made.into()), ("through", period(last)?.through?.into())];
            Some(raise(P::MadeAfterPeriod, row, columns, values))
        }
        Coverage::Unclear { .. } => Some(raise(P::MadeUnclear, row, columns, [("made", made.into())])),
    }
}
