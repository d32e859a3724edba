use proptest::prelude::*;
use xuncha_core::Failure;
use xuncha_core::identifiers::{
    Coverage, DateFault, DateLabel, Period, PrintedDate, Shelf, Threshold, apply_by, coverage, last_good_day, renewed,
};

use crate::day;

fn printed(text: &str) -> PrintedDate {
    text.parse().unwrap()
}

#[test]
fn dates_are_read_as_labels_print_them() {
    for (text, expected) in [
        ("2026-03-05", "2026-03-05"),
        ("2026/3/5", "2026-03-05"),
        ("2026.03.05", "2026-03-05"),
        ("2026年3月5日", "2026-03-05"),
        ("２０２６年０３月", "2026-03"),
        ("2026 03 05", "2026-03-05"),
        ("20260305", "2026-03-05"),
        ("260305", "2026-03-05"),
        ("202603", "2026-03"),
        ("2026-03", "2026-03"),
        ("生产日期：20240229", "2024-02-29"),
    ] {
        assert_eq!(printed(text).to_string(), expected, "{text}");
    }
    for (text, fault) in [
        ("2025-02-29", DateFault::Impossible),
        ("2026-13", DateFault::Impossible),
        ("0026-03-05", DateFault::Impossible),
        ("201203", DateFault::Ambiguous),
        ("2026", DateFault::Unreadable),
        ("", DateFault::Unreadable),
        ("见包装", DateFault::Unreadable),
        ("2026-3-5-7", DateFault::Unreadable),
        ("-", DateFault::Unreadable),
    ] {
        assert_eq!(text.parse::<PrintedDate>(), Err(fault), "{text}");
    }
    assert_eq!(Failure::from(DateFault::Ambiguous).code, "date.ambiguous");
    let json = serde_json::to_string(&printed("202603")).unwrap();
    assert_eq!(
        (json.as_str(), serde_json::from_str::<PrintedDate>(&json).unwrap()),
        ("\"2026-03\"", printed("2026-03"))
    );
}

#[test]
fn the_two_words_for_the_end_differ_by_a_day() {
    for (label, text, last) in [
        (DateLabel::Expires, "2026-03-05", "2026-03-04"),
        (DateLabel::GoodThrough, "2026-03-05", "2026-03-05"),
        (DateLabel::Expires, "2026-03", "2026-02-28"),
        (DateLabel::GoodThrough, "2026-03", "2026-03-31"),
        (DateLabel::GoodThrough, "2028-02", "2028-02-29"),
        (DateLabel::Expires, "2026-01", "2025-12-31"),
        (DateLabel::Expires, "2028-03-01", "2028-02-29"),
    ] {
        assert_eq!(last_good_day(label, printed(text)), day(last), "{label:?} {text}");
    }
}

#[test]
fn goods_are_near_their_end_below_the_threshold_and_past_it_after_the_last_good_day() {
    let days = Threshold::Days { days: 30 };
    let months = Threshold::Months { months: 6 };
    for (today, last, threshold, expected) in [
        ("2026-11-22", "2026-11-22", days, Shelf::Near { days_left: 0 }),
        ("2026-11-22", "2026-11-21", days, Shelf::Past { days_over: 1 }),
        ("2026-11-22", "2026-12-21", days, Shelf::Near { days_left: 29 }),
        ("2026-11-22", "2026-12-22", days, Shelf::Good { days_left: 30 }),
        ("2026-08-31", "2027-02-27", months, Shelf::Near { days_left: 180 }),
        ("2026-08-31", "2027-02-28", months, Shelf::Good { days_left: 181 }),
        ("2026-11-22", "2026-11-22", Threshold::Days { days: 0 }, Shelf::Good { days_left: 0 }),
        ("2026-11-22", "2024-11-22", days, Shelf::Past { days_over: 730 }),
    ] {
        assert_eq!(Shelf::on(day(today), day(last), threshold), expected, "{today} {last} {threshold:?}");
    }
    let far = Threshold::Months { months: u16::MAX };
    assert!(matches!(Shelf::on(day("2026-11-22"), day("2199-12-31"), far), Shelf::Near { .. }));
}

fn period(from: &str, through: &str) -> Period {
    Period { from: day(from), through: (!through.is_empty()).then(|| day(through)) }
}

/// A certificate, renewed in time, then renewed 40 days too late.
fn certificate() -> [Period; 3] {
    [period("2021-05-20", "2026-05-19"), period("2011-01-10", "2016-01-09"), period("2016-01-10", "2021-04-09")]
}

#[test]
fn the_day_of_manufacture_decides_not_today() {
    let gap = |from: &str, through: &str, days| Coverage::Gap {
        ended: 2,
        began: 0,
        from: day(from),
        through: day(through),
        days,
    };
    for (made, expected) in [
        ("2011-01-09", Coverage::Before { period: 1, days: 1 }),
        ("2011-01-10", Coverage::Covered { period: 1 }),
        ("2016-01-09", Coverage::Covered { period: 1 }),
        ("2016-01-10", Coverage::Covered { period: 2 }),
        ("2021-04-09", Coverage::Covered { period: 2 }),
        ("2021-04-10", gap("2021-04-10", "2021-05-19", 40)),
        ("2021-05-19", gap("2021-04-10", "2021-05-19", 40)),
        ("2021-05-20", Coverage::Covered { period: 0 }),
        ("2026-05-19", Coverage::Covered { period: 0 }),
        ("2026-06-19", Coverage::After { period: 0, days: 31 }),
    ] {
        assert_eq!(coverage(&certificate(), printed(made)), expected, "{made}");
    }
    assert_eq!(coverage(&[], printed("2026-01-01")), Coverage::NoPeriod);
    assert_eq!(coverage(&[period("2020-01-02", "2020-01-01")], printed("2020-01-01")), Coverage::NoPeriod);
    assert_eq!(coverage(&[period("2020-01-01", "")], printed("2199-01-01")), Coverage::Covered { period: 0 });
}

#[test]
fn a_month_is_covered_only_where_all_its_days_are() {
    let of = |made| coverage(&certificate(), printed(made));
    assert_eq!(of("2016-01"), Coverage::Covered { period: 1 }, "two periods in a row leave no day out");
    assert_eq!(of("2010-12"), Coverage::Before { period: 1, days: 40 });
    assert!(matches!(of("2021-04"), Coverage::Unclear { first, other }
        if *first == Coverage::Covered { period: 2 } && matches!(*other, Coverage::Gap { days: 40, .. })));
    assert!(matches!(of("2011-01"), Coverage::Unclear { first, other }
        if matches!(*first, Coverage::Before { days: 9, .. }) && *other == Coverage::Covered { period: 1 }));
    let with_hole = [period("2020-01-01", "2020-06-10"), period("2020-06-12", "2021-01-01")];
    assert!(
        matches!(coverage(&with_hole, printed("2020-06")), Coverage::Unclear { other, .. }
            if matches!(*other, Coverage::Gap { days: 1, .. })),
        "a hole inside the month is met by neither end of it"
    );
}

#[test]
fn a_renewal_in_time_leaves_no_gap_and_a_late_one_begins_on_its_approval() {
    assert_eq!(renewed(day("2026-05-19"), day("2026-03-01")), period("2026-05-20", "2031-05-19"));
    assert_eq!(renewed(day("2026-05-19"), day("2026-07-01")), period("2026-07-01", "2031-06-30"));
    assert_eq!(renewed(day("2024-01-01"), day("2024-02-29")), period("2024-02-29", "2029-02-28"));
    assert_eq!(renewed(day("2019-01-01"), day("2019-03-01")), period("2019-03-01", "2024-02-29"));
    assert_eq!(apply_by(day("2026-08-31")), day("2026-02-28"));
}

proptest! {
    #[test]
    fn a_day_is_covered_exactly_where_some_period_runs(
        spans in prop::collection::vec((0i32..400, -20i32..200), 0..5), made in 0i32..600,
    ) {
        use jiff::ToSpan;
        let start = day("2020-01-01");
        let at = |n: i32| start.saturating_add(n.days());
        let periods: Vec<Period> =
            spans.iter().map(|(from, long)| Period { from: at(*from), through: Some(at(from + long)) }).collect();
        let covered = spans.iter().any(|(from, long)| (*from..=from + long).contains(&made));
        let found = coverage(&periods, PrintedDate::day(at(made)));
        prop_assert_eq!(matches!(found, Coverage::Covered { .. }), covered);
        if let Coverage::Gap { from, through, days, .. } = found {
            prop_assert!(from <= at(made) && at(made) <= through);
            prop_assert_eq!(from.saturating_add((days - 1).days()), through);
            for n in 0..days {
                let inside = PrintedDate::day(from.saturating_add(n.days()));
                prop_assert!(matches!(coverage(&periods, inside), Coverage::Gap { .. }), "the whole gap is uncovered");
            }
        }
    }
}
