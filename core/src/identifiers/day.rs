use std::fmt;
use std::str::FromStr;

use jiff::ToSpan;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::spelling::spell;
use crate::Failure;

/// Years a label can carry. Outside of them it was misread.
const YEARS: std::ops::RangeInclusive<i16> = 1900..=2199;

/// A date as a label prints it: a day, or a month without its day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, ts_rs::TS)]
#[ts(type = "string")]
pub struct PrintedDate {
    /// The day, or the first of the month.
    first: Date,
    month_only: bool,
}

/// Why a text is no date.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum DateFault {
    /// Not year, month and perhaps day. `date.unreadable`
    #[error("not a date")]
    Unreadable,
    /// No such day, or a year between 1900 and 2199 is missing. `date.impossible`
    #[error("no such day")]
    Impossible,
    /// Six digits that are a month of this century and a day of another year as well. `date.ambiguous`
    #[error("two dates at once")]
    Ambiguous,
}

impl From<DateFault> for Failure {
    fn from(fault: DateFault) -> Self {
        Self::after_action(match fault {
            DateFault::Unreadable => "date.unreadable",
            DateFault::Impossible => "date.impossible",
            DateFault::Ambiguous => "date.ambiguous",
        })
    }
}

impl PrintedDate {
    /// A whole day.
    pub fn day(day: Date) -> Self {
        Self { first: day, month_only: false }
    }
    /// A month without its day.
    pub fn month(year: i16, month: i8) -> Result<Self, DateFault> {
        Ok(Self { first: civil(year, month, 1)?, month_only: true })
    }
    /// The first day it can mean.
    pub fn earliest(self) -> Date {
        self.first
    }
    /// The last day it can mean.
    pub fn latest(self) -> Date {
        if self.month_only { self.first.last_of_month() } else { self.first }
    }
    /// Its day is not printed.
    pub fn is_month_only(self) -> bool {
        self.month_only
    }
}

fn civil(year: i16, month: i8, day: i8) -> Result<Date, DateFault> {
    let date = Date::new(year, month, day).map_err(|_| DateFault::Impossible)?;
    if YEARS.contains(&year) { Ok(date) } else { Err(DateFault::Impossible) }
}

impl FromStr for PrintedDate {
    type Err = DateFault;

    /// Reads `2026-03-05`, `2026/3/5`, `2026.03`, `2026年3月5日`, `20260305`, `260305`, `202603`, in any width.
    fn from_str(text: &str) -> Result<Self, DateFault> {
        let chars = spell(text).chars;
        let marks = ['-', '/', '.', '年', '月', '日'];
        if chars.len() > 12 || !chars.iter().all(|c| c.is_ascii_digit() || marks.contains(c)) {
            return Err(DateFault::Unreadable);
        }
        let text: String = chars.into_iter().collect();
        let groups: Vec<&str> = text.split(marks).filter(|g| !g.is_empty()).collect();
        match groups.as_slice() {
            [all] if all.len() == 8 => whole(&all[..4], &all[4..6], &all[6..]),
            [all] if all.len() == 6 => six(all),
            [year, month] if year.len() == 4 && month.len() <= 2 => Self::month(number(year)?, small(month)?),
            [year, month, day] if year.len() == 4 && month.len() <= 2 && day.len() <= 2 => whole(year, month, day),
            _ => Err(DateFault::Unreadable),
        }
    }
}

fn whole(year: &str, month: &str, day: &str) -> Result<PrintedDate, DateFault> {
    Ok(PrintedDate::day(civil(number(year)?, small(month)?, small(day)?)?))
}

/// 202603 is a month, 260305 a day of this century; 201203 is both and therefore neither.
fn six(all: &str) -> Result<PrintedDate, DateFault> {
    let month = number(&all[..4]).and_then(|year| PrintedDate::month(year, small(&all[4..])?));
    let day = number(&all[..2]).and_then(|year| civil(2000 + year, small(&all[2..4])?, small(&all[4..])?));
    match (month, day) {
        (Ok(_), Ok(_)) => Err(DateFault::Ambiguous),
        (Ok(month), Err(_)) => Ok(month),
        (Err(_), day) => day.map(PrintedDate::day),
    }
}

fn number(digits: &str) -> Result<i16, DateFault> {
    digits.parse().map_err(|_| DateFault::Unreadable)
}

fn small(digits: &str) -> Result<i8, DateFault> {
    digits.parse().map_err(|_| DateFault::Unreadable)
}

impl fmt::Display for PrintedDate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}", self.first.year(), self.first.month())?;
        if self.month_only { Ok(()) } else { write!(f, "-{:02}", self.first.day()) }
    }
}

impl Serialize for PrintedDate {
    fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for PrintedDate {
    fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(d)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

/// What a label calls the end of an article's life. The two words differ by a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[serde(rename_all = "snake_case")]
pub enum DateLabel {
    /// 失效日期: not to be used from that day on.
    Expires,
    /// 有效期至, 使用期限至: good through that day.
    GoodThrough,
}

/// The last day on which goods may be used. From memory and by design (mark D/M): 失效日期 2026-03-05 → 03-04,
/// 有效期至 2026-03-05 → 03-05; 失效日期 2026-03 → 02-28, 有效期至 2026-03 → 03-31.
pub fn last_good_day(label: DateLabel, printed: PrintedDate) -> Date {
    match label {
        DateLabel::GoodThrough => printed.latest(),
        DateLabel::Expires => printed.earliest().saturating_sub(1.day()),
    }
}

/// From when on goods count as close to their end (近效期). Firms set it; no law does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[serde(tag = "is", rename_all = "snake_case")]
pub enum Threshold {
    /// Fewer than so many days.
    Days {
        /// How many.
        days: u16,
    },
    /// Less than so many months of the calendar.
    Months {
        /// How many.
        months: u16,
    },
}

/// Where goods stand in their life on a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[serde(tag = "is", rename_all = "snake_case")]
pub enum Shelf {
    /// Far from the end.
    Good {
        /// Days after today on which they may still be used.
        days_left: i32,
    },
    /// 近效期: closer than the threshold.
    Near {
        /// Days after today on which they may still be used; 0 on the last one.
        days_left: i32,
    },
    /// 超过有效期.
    Past {
        /// Days since the last good one.
        days_over: i32,
    },
}

impl Shelf {
    /// Exactly as long as the threshold is not yet near (不足 N 天, 不足 N 个月).
    pub fn on(today: Date, last_good: Date, threshold: Threshold) -> Self {
        let days_left = days_between(today, last_good);
        if days_left < 0 {
            return Self::Past { days_over: -days_left };
        }
        let bound = match threshold {
            Threshold::Days { days } => today.saturating_add(i64::from(days).days()),
            Threshold::Months { months } => today.saturating_add(i64::from(months).months()),
        };
        if last_good < bound { Self::Near { days_left } } else { Self::Good { days_left } }
    }
}

/// Days from one to the other; negative where the other is earlier.
pub(super) fn days_between(from: Date, to: Date) -> i32 {
    from.duration_until(to).as_hours().div_euclid(24).try_into().unwrap_or(i32::MAX)
}
