use std::path::Path;

use jiff::civil::Date;
use xuncha_core::checklist::Mark;
use xuncha_core::identifiers::{Goods, Keep, RecordKind as R, RetentionNote as N, Service, keep};

use crate::day;

fn through(text: &str) -> Keep {
    Keep::Through { day: day(text) }
}

fn at_least(text: &str) -> Keep {
    Keep::AtLeast { day: day(text) }
}

/// Recorded on 2024-02-29.
fn goods(implant: bool, last_good_day: Option<&str>) -> Goods {
    Goods { implant, last_good_day: last_good_day.map(day), recorded: day("2024-02-29") }
}

fn service(large: bool, life_ends: Option<&str>, use_ended: Option<&str>) -> Service {
    Service { implant: false, large, life_ends: life_ends.map(day), use_ended: use_ended.map(day) }
}

/// Every row of the table of periods: (record, until when, note, mark, articles).
fn rows() -> Vec<(R, Keep, Option<N>, Mark, &'static str)> {
    use Mark::{D, M, V};
    let dated = goods(false, Some("2026-06-30"));
    let undated = goods(false, None);
    let implant = goods(true, Some("2026-06-30"));
    let completed = day("2026-05-01");
    let implanted = Service { implant: true, ..service(true, None, None) };
    vec![
        (R::Receiving { goods: dated }, through("2028-06-30"), None, V, "O54 32, GSP 23"),
        (R::Receiving { goods: undated }, through("2029-02-28"), None, V, "O54 32, GSP 23"),
        (R::Receiving { goods: implant }, Keep::Forever, None, V, "O54 32, GSP 23"),
        (R::Receiving { goods: goods(false, Some("2028-02-29")) }, through("2030-02-28"), None, V, "O54 32, GSP 23"),
        (R::Sales { goods: dated }, through("2028-06-30"), None, V, "O54 38, GSP 23"),
        (R::Sales { goods: undated }, through("2029-02-28"), None, V, "O54 38, GSP 23"),
        (R::Sales { goods: implant }, Keep::Forever, None, V, "O54 38, GSP 23"),
        (R::OtherQuality { goods: dated }, through("2028-06-30"), Some(N::AsSales), D, "GSP 23"),
        (R::Temperature { goods: dated }, through("2028-06-30"), Some(N::AsBatch), D, ""),
        (R::OnlineSales { goods: dated }, through("2028-06-30"), None, M, "O38 12, O38 21"),
        (
            R::PlatformTrade { goods: dated, completed },
            through("2029-05-01"),
            Some(N::Platform),
            M,
            "ECOM 31, O38 12, O38 21",
        ),
        (
            R::PlatformTrade { goods: goods(false, Some("2030-01-01")), completed },
            through("2032-01-01"),
            Some(N::Platform),
            M,
            "ECOM 31, O38 12, O38 21",
        ),
        (
            R::PlatformTrade { goods: implant, completed },
            Keep::Forever,
            Some(N::Platform),
            M,
            "ECOM 31, O38 12, O38 21",
        ),
        (R::AdverseEvent { goods: dated, medical_institution: false }, through("2028-06-30"), None, V, "O1 22"),
        (R::AdverseEvent { goods: undated, medical_institution: false }, through("2029-02-28"), None, V, "O1 22"),
        (R::AdverseEvent { goods: implant, medical_institution: false }, Keep::Forever, None, V, "O1 22"),
        (
            R::AdverseEvent { goods: dated, medical_institution: true },
            Keep::NotStated,
            Some(N::CaseRecords),
            V,
            "O1 22",
        ),
        (
            R::UserReceiving { service: service(false, Some("2025-01-31"), Some("2026-01-15")) },
            through("2028-01-15"),
            Some(N::LaterOfTwo),
            D,
            "O18 9",
        ),
        (
            R::UserReceiving { service: service(true, Some("2027-01-31"), Some("2026-01-15")) },
            through("2032-01-31"),
            Some(N::LaterOfTwo),
            D,
            "O18 9",
        ),
        (
            R::UserReceiving { service: service(false, Some("2025-01-31"), None) },
            at_least("2027-01-31"),
            Some(N::InUse),
            D,
            "O18 9",
        ),
        (R::UserReceiving { service: service(false, None, None) }, Keep::Running, Some(N::InUse), D, "O18 9"),
        (R::UserReceiving { service: implanted }, Keep::Forever, None, V, "O18 9"),
        (R::ImplantUse, Keep::Forever, None, V, "O18 14"),
        (R::InterventionalUse, Keep::NotStated, None, V, "O18 14"),
        (R::ClassThreeOriginals, Keep::NotStated, None, V, "T739 51, O18 9"),
        (
            R::Maintenance { service: service(false, Some("2025-01-31"), Some("2024-12-01")) },
            through("2030-01-31"),
            Some(N::LaterOfTwo),
            D,
            "T739 50, O18 15",
        ),
        (
            R::Maintenance { service: service(true, None, Some("2024-02-29")) },
            through("2029-02-28"),
            Some(N::LaterOfTwo),
            D,
            "T739 50, O18 15",
        ),
        (
            R::ClassOneProduction { life_ends: Some(day("2029-01-01")), released: day("2026-01-01") },
            through("2029-01-01"),
            Some(N::ProductionRules),
            M,
            "",
        ),
        (
            R::ClassOneProduction { life_ends: None, released: day("2026-01-01") },
            through("2028-01-01"),
            Some(N::ProductionRules),
            M,
            "",
        ),
        (R::CaseFile, Keep::NotStated, Some(N::Archives), M, ""),
        (R::Evidence { violation_ended: day("2026-01-01"), harm: false }, at_least("2028-01-01"), None, V, "PEN 36"),
        (R::Evidence { violation_ended: day("2026-01-01"), harm: true }, at_least("2031-01-01"), None, V, "PEN 36"),
        (R::PenaltyPublicity { published: day("2026-11-30"), minor: true }, through("2027-02-28"), None, V, "PUB 13"),
        (R::PenaltyPublicity { published: day("2026-11-30"), minor: false }, through("2029-11-30"), None, V, "PUB 13"),
    ]
}

#[test]
fn every_record_has_the_period_its_law_sets() {
    for (record, until, note, mark, articles) in rows() {
        let kept = keep(record);
        let basis: Vec<_> = kept.basis.iter().map(|b| format!("{} {}", b.law, b.article)).collect();
        let got = (kept.keep, kept.note, kept.mark, basis.join(", "));
        assert_eq!(got, (until, note, mark, articles.to_owned()), "{record:?}");
    }
}

#[test]
fn articles_of_a_law_known_from_memory_say_so() {
    let kept = keep(R::OnlineSales { goods: goods(false, None) });
    assert!(kept.basis.iter().all(|b| b.mark == Mark::M));
    let kept = keep(R::PlatformTrade { goods: goods(false, None), completed: day("2026-01-01") });
    assert_eq!(kept.basis[0].mark, Mark::V, "the e-commerce law was read");
}

#[test]
fn the_laws_that_are_named_are_in_the_library() {
    // 市场监督管理行政处罚信息公示规定 is not in the library yet: its article opens nothing.
    const ABSENT: [&str; 1] = ["PUB"];
    let laws = Path::new(env!("CARGO_MANIFEST_DIR")).join("../checklists/laws");
    for (record, ..) in rows() {
        for basis in keep(record).basis {
            let there = laws.join(format!("{}.yaml", basis.law)).is_file();
            assert_eq!(there, !ABSENT.contains(&basis.law.as_str()), "{}", basis.law);
        }
    }
}

/// ACC-11: the oldest record that must still exist is asked for.
#[test]
fn a_record_is_demanded_through_its_last_day() {
    let today: Date = day("2026-11-22");
    let of = |last: &str| keep(R::Receiving { goods: goods(false, Some(last)) }).demanded_on(today);
    assert_eq!(of("2024-11-22"), Some(true), "expired two years ago to the day");
    assert_eq!(of("2024-11-21"), Some(false));
    assert_eq!(of("2024-12-22"), Some(true), "expired 23 months ago");
    assert_eq!(keep(R::ImplantUse).demanded_on(day("2199-01-01")), Some(true));
    assert_eq!(keep(R::InterventionalUse).demanded_on(today), None);
    let in_use = |life| keep(R::UserReceiving { service: service(false, life, None) }).demanded_on(today);
    assert_eq!(in_use(None), Some(true));
    assert_eq!(in_use(Some("2025-01-31")), Some(true));
    assert_eq!(in_use(Some("2020-01-31")), None, "nobody said whether it is still in use");
}
