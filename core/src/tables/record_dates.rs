//! Days and quantities of a purchase record against each other: 生产 ≤ 到货 ≤ 验收 ≤ 入库, 效期 > 生产, 合格 ≤ 到货.
//!
//! A month stands for each of its days: only what no day of it could make right is raised.

use jiff::civil::Date;

use super::cell::Row;
use super::proposal::{ProposalCode as P, TableProposal, raise};
use super::spec::Column as C;
use crate::identifiers::{DateLabel, PrintedDate, last_good_day};

pub(super) fn judge(row: &Row, today: Date) -> Vec<TableProposal> {
    let mut found = Vec::new();
    let mut say = |code, columns: &[C], values| found.push(raise(code, row, columns, values));
    let day = |column| row.date(column);
    let (made, ordered, arrived, accepted, stored) =
        (day(C::Made), day(C::Ordered), day(C::Arrived), day(C::Accepted), day(C::Stored));
    if let Some((made, arrived)) = later(made, arrived) {
        say(P::MadeAfterArrival, &[C::Made, C::Arrived], vec![("made", made.into()), ("arrived", arrived.into())]);
    } else if let Some((made, ordered)) = later(made, ordered) {
        say(P::MadeAfterOrder, &[C::Made, C::Ordered], vec![("made", made.into()), ("ordered", ordered.into())]);
    }
    if let Some((ordered, arrived)) = later(ordered, arrived) {
        let values = vec![("ordered", ordered.into()), ("arrived", arrived.into())];
        say(P::OrderAfterArrival, &[C::Ordered, C::Arrived], values);
    }
    if let Some((arrived, accepted)) = later(arrived, accepted) {
        let values = vec![("accepted", accepted.into()), ("arrived", arrived.into())];
        say(P::AcceptanceBeforeArrival, &[C::Accepted, C::Arrived], values);
    }
    if let Some((accepted, stored)) = later(accepted, stored) {
        let values = vec![("stored", stored.into()), ("accepted", accepted.into())];
        say(P::StoredBeforeAcceptance, &[C::Stored, C::Accepted], values);
    }
    if let Some((expiry, word)) = row.expiry() {
        let taken = arrived.map(|day| (C::Arrived, day)).or(accepted.map(|day| (C::Accepted, day)));
        let last_good = last_good_day(word.unwrap_or(DateLabel::GoodThrough), expiry);
        match (made, taken) {
            (Some(made), _) if expiry.latest() <= made.earliest() => {
                let values = vec![("expiry", expiry.into()), ("made", made.into())];
                say(P::ExpiryBeforeMade, &[C::Expiry, C::Made], values);
            }
            (_, Some((column, day))) if last_good < day.earliest() => {
                let values = vec![("expiry", expiry.into()), ("day", day.into())];
                say(P::ExpiredOnArrival, &[column, C::Expiry], values);
            }
            _ => {}
        }
    }
    for column in [C::Made, C::Ordered, C::Arrived, C::Accepted, C::Stored] {
        if let Some(day) = day(column).filter(|day| day.earliest() > today) {
            say(P::InFuture, &[column], vec![("day", day.into()), ("today", today.into())]);
        }
    }
    if let (Some(passed), Some(received)) = (row.quantity(C::QuantityAccepted), row.quantity(C::QuantityReceived)) {
        let comparable = passed.unit == received.unit || passed.unit.is_empty() || received.unit.is_empty();
        if comparable && passed.micro > received.micro {
            let values = vec![("passed", passed.to_string().into()), ("received", received.to_string().into())];
            say(P::MoreThanReceived, &[C::QuantityAccepted, C::QuantityReceived], values);
        }
    }
    found
}

/// Both, where the first is later whatever days their months mean.
fn later(one: Option<PrintedDate>, other: Option<PrintedDate>) -> Option<(PrintedDate, PrintedDate)> {
    one.zip(other).filter(|(one, other)| one.earliest() > other.latest())
}
