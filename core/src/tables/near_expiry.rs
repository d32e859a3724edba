//! The last good day of stock against today, and where it lies.
//!
//! Where the word of the label is not known, only what is past by both words counts as past. The firm sets its own limit
//! for 近效期; given in one row only, it holds for all of them.

use jiff::civil::Date;

use super::cell::Row;
use super::proposal::{ProposalCode as P, TableProposal, Value, raise};
use super::spec::{Column as C, choice_words};
use crate::checklist::Mark;
use crate::identifiers::{DateLabel, PrintedDate, Shelf, Threshold, last_good_day};

pub(super) fn judge(rows: &[Row], today: Date) -> Vec<TableProposal> {
    let mut limits: Vec<Threshold> = Vec::new();
    for limit in rows.iter().filter_map(|row| row.term(C::Threshold)) {
        if !limits.contains(&limit) {
            limits.push(limit);
        }
    }
    let common = if limits.len() == 1 { limits.pop() } else { None };
    rows.iter().filter_map(|row| one(row, row.term(C::Threshold).or(common), today)).collect()
}

fn one(row: &Row, limit: Option<Threshold>, today: Date) -> Option<TableProposal> {
    let (expiry, word) = row.expiry()?;
    let place = row.choice(C::Place);
    let gone = row.quantity(C::Quantity).is_some_and(|q| q.micro == 0);
    if gone || place == Some("rejects") {
        return None;
    }
    let by = |word| today > last_good_day(word, expiry);
    let (lenient, strict) = (by(DateLabel::GoodThrough), by(DateLabel::Expires));
    let past = if word == Some(DateLabel::Expires) { strict } else { lenient };
    if past {
        let proposal = expired(row, expiry, today, place);
        // Past by both words is past without knowing what the words mean; that 失效日期 ends a day sooner is from memory.
        return Some(if lenient { proposal } else { TableProposal { mark: Mark::M, ..proposal } });
    }
    if word.is_none() && strict {
        let values = [("expiry", expiry.into()), ("today", today.into())];
        return Some(raise(P::ExpiryDisputed, row, &[C::Expiry, C::ExpiryWord], values));
    }
    let limit = limit?;
    let last = last_good_day(word.unwrap_or(DateLabel::GoodThrough), expiry);
    let Shelf::Near { days_left } = Shelf::on(today, last, limit) else { return None };
    let values = [("expiry", expiry.into()), ("left", days_left.into()), ("limit", limit.into())];
    match row.choice(C::Warned) {
        Some("yes") => None,
        Some(_) => Some(raise(P::NearNotWarned, row, &[C::Expiry, C::Warned], values)),
        None => Some(raise(P::Near, row, &[C::Expiry], values)),
    }
}

fn expired(row: &Row, expiry: PrintedDate, today: Date, place: Option<&'static str>) -> TableProposal {
    let columns = &[C::Expiry, C::Place];
    let mut values: Vec<(_, Value)> = vec![("expiry", expiry.into()), ("today", today.into())];
    let Some(code) = place else { return raise(P::ExpiredSomewhere, row, columns, values) };
    let (zh, en) = choice_words(row.kind, C::Place, code);
    values.push(("place", Value::words(code, zh, en)));
    let rule = if code == "saleable" { P::ExpiredInSale } else { P::ExpiredNotIsolated };
    raise(rule, row, columns, values)
}
