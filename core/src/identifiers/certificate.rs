//! Whether goods were made while their certificate was valid.
//!
//! 获准注册的医疗器械 are those that conform to the certificate **and were made within its validity** (总局令第47号 §112). So the
//! day of manufacture decides, not today: goods made in time stay lawful after the certificate has ended. For imported
//! goods the day of manufacture decides likewise (mark D).

use jiff::ToSpan;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::day::{PrintedDate, days_between};

/// One period of a certificate, both days included. A period that ends before it begins covers nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
pub struct Period {
    /// 批准日期 or 生效日期.
    #[ts(type = "string")]
    pub from: Date,
    /// 有效期至; none for filings, which do not end.
    #[ts(type = "string | null")]
    pub through: Option<Date>,
}

/// Where a day of manufacture falls. Periods are named by their place in the list that was given, from 0.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[serde(tag = "is", rename_all = "snake_case")]
pub enum Coverage {
    /// No period was given.
    NoPeriod,
    /// Made while this period ran.
    Covered {
        /// The one that began last.
        period: u32,
    },
    /// Made before the first period.
    Before {
        /// The first.
        period: u32,
        /// Days from manufacture to its first day.
        days: i32,
    },
    /// Made between two periods: not registered then (mark D).
    Gap {
        /// The one before.
        ended: u32,
        /// The one after.
        began: u32,
        /// First day without a certificate.
        #[ts(type = "string")]
        from: Date,
        /// Last day without one.
        #[ts(type = "string")]
        through: Date,
        /// Length of the gap in days.
        days: i32,
    },
    /// Made after the last period.
    After {
        /// The last.
        period: u32,
        /// Days from its last day to manufacture.
        days: i32,
    },
    /// Only a month is printed, and its days fall differently: the batch record must tell.
    Unclear {
        /// If made on the first of the month.
        first: Box<Coverage>,
        /// The answer for the first of its days that falls differently.
        other: Box<Coverage>,
    },
}

/// Where `made` falls among the periods of one certificate, in any order, overlapping or not. Where only a month is printed
/// and all its days fall alike, the answer is that of its first day.
pub fn coverage(periods: &[Period], made: PrintedDate) -> Coverage {
    let first = on(periods, made.earliest());
    let days = made.earliest().series(1.day()).take_while(|day| *day <= made.latest());
    let other = days.map(|day| on(periods, day)).find(|other| !first.is_alike(other));
    match other {
        None => first,
        Some(other) => Coverage::Unclear { first: Box::new(first), other: Box::new(other) },
    }
}

impl Coverage {
    /// The same answer but for the number of days, or for which of two periods in a row it was. Days in two gaps have a
    /// covered day between them.
    fn is_alike(&self, other: &Self) -> bool {
        std::mem::discriminant(self) == std::mem::discriminant(other)
    }
}

fn on(periods: &[Period], day: Date) -> Coverage {
    let running = |p: &Period| p.from <= day && p.through.is_none_or(|through| day <= through);
    let sound = || {
        let sound = periods.iter().enumerate().filter(|(_, p)| p.through.is_none_or(|through| p.from <= through));
        sound.map(|(n, p)| (u32::try_from(n).unwrap_or(u32::MAX), *p))
    };
    if let Some((period, _)) = sound().filter(|(_, p)| running(p)).max_by_key(|(_, p)| p.from) {
        return Coverage::Covered { period };
    }
    let ended = sound().filter_map(|(n, p)| Some((n, p.through?))).filter(|(_, t)| *t < day).max_by_key(|(_, t)| *t);
    let began = sound().map(|(n, p)| (n, p.from)).filter(|(_, from)| *from > day).min_by_key(|(_, from)| *from);
    match (ended, began) {
        (None, None) => Coverage::NoPeriod,
        (None, Some((period, from))) => Coverage::Before { period, days: days_between(day, from) },
        (Some((period, through)), None) => Coverage::After { period, days: days_between(through, day) },
        (Some((ended, last)), Some((began, next))) => Coverage::Gap {
            ended,
            began,
            from: last.saturating_add(1.day()),
            through: next.saturating_sub(1.day()),
            days: days_between(last, next) - 1,
        },
    }
}

/// The period of a renewed certificate: from the day after the old one where it was approved in time, else from the day of
/// approval (总局令第47号 §84), for five years (国务院令第739号 §22).
pub fn renewed(old_through: Date, approved: Date) -> Period {
    let from = approved.max(old_through.saturating_add(1.day()));
    let after = from.saturating_add(5.years());
    // From the 29th of February five years end on the 28th, which is no day too many.
    let through = if after.day() == from.day() { after.saturating_sub(1.day()) } else { after };
    Period { from, through: Some(through) }
}

/// The last day to apply for renewal of a registration: six months before its end (国务院令第739号 §22, 总局令第47号 §82).
pub fn apply_by(through: Date) -> Date {
    through.saturating_sub(6.months())
}
