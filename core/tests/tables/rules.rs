use xuncha_core::checklist::Mark;
use xuncha_core::tables::{Column as C, Nature, ProposalCode as P, TableKind as K, judge};

use super::{TODAY, codes, raised, row, with};

/// A good row; then for each rule the cells that make it raise, and the nearest that do not.
type Case = (P, &'static [(C, &'static str)], &'static [(C, &'static str)]);

fn hold(kind: K, good: &[(C, &str)], cases: &[Case]) {
    assert_eq!(codes(kind, good), [], "the good row raises nothing");
    for (code, bad, near) in cases {
        let apply = |changes: &[(C, &'static str)]| {
            changes.iter().fold(good.to_vec(), |cells, (column, text)| with(&cells, *column, text))
        };
        assert!(codes(kind, &apply(bad)).contains(code), "{code:?} is not raised by {bad:?}");
        assert!(!codes(kind, &apply(near)).contains(code), "{code:?} is raised by {near:?}");
    }
}

const RECORD: &[(C, &str)] = &[
    (C::Product, "注射器"),
    (C::Batch, "A2601B"),
    (C::Made, "2026-01-15"),
    (C::Expiry, "2029-01-14"),
    (C::ExpiryWord, "有效期至"),
    (C::Ordered, "2026-03-01"),
    (C::Arrived, "2026-03-05"),
    (C::Accepted, "2026-03-05"),
    (C::Stored, "2026-03-06"),
    (C::QuantityReceived, "200 盒"),
    (C::QuantityAccepted, "198 盒"),
];

#[test]
fn a_purchase_record_is_raised_where_its_days_and_quantities_contradict_each_other() {
    hold(
        K::RecordDates,
        RECORD,
        &[
            (P::MadeAfterArrival, &[(C::Made, "2026-03-06")], &[(C::Made, "2026-03-05")]),
            (P::MadeAfterArrival, &[(C::Made, "2026-04")], &[(C::Made, "2026-03")]),
            (P::MadeAfterOrder, &[(C::Made, "2026-03-02")], &[(C::Made, "2026-03-01")]),
            // What is said more strongly is not said twice.
            (P::MadeAfterArrival, &[(C::Made, "2026-03-06")], &[(C::Made, "2026-03-02")]),
            (P::OrderAfterArrival, &[(C::Ordered, "2026-03-06")], &[(C::Ordered, "2026-03-05")]),
            (P::AcceptanceBeforeArrival, &[(C::Accepted, "2026-03-04")], &[(C::Accepted, "2026-03-05")]),
            (P::AcceptanceBeforeArrival, &[(C::Accepted, "2026-02")], &[(C::Accepted, "2026-03")]),
            (P::StoredBeforeAcceptance, &[(C::Stored, "2026-03-04")], &[(C::Stored, "2026-03-05")]),
            (P::ExpiryBeforeMade, &[(C::Expiry, "2026-01-15")], &[(C::Expiry, "2026-01-16")]),
            (P::ExpiryBeforeMade, &[(C::Expiry, "2025-12")], &[(C::Expiry, "2026-01")]),
            (P::ExpiredOnArrival, &[(C::Expiry, "2026-03-04")], &[(C::Expiry, "2026-03-05")]),
            // 失效日期: no longer good on that very day.
            (
                P::ExpiredOnArrival,
                &[(C::Expiry, "2026-03-05"), (C::ExpiryWord, "失效日期")],
                &[(C::Expiry, "2026-03-06"), (C::ExpiryWord, "失效日期")],
            ),
            (
                P::ExpiredOnArrival,
                &[(C::Arrived, ""), (C::Expiry, "2026-03-04")],
                &[(C::Arrived, ""), (C::Accepted, ""), (C::Expiry, "2026-03-04")],
            ),
            (P::InFuture, &[(C::Stored, "2026-11-23")], &[(C::Stored, "2026-11-22")]),
            (P::InFuture, &[(C::Stored, "2026-12")], &[(C::Stored, "2026-11")]),
            (P::MoreThanReceived, &[(C::QuantityAccepted, "201盒")], &[(C::QuantityAccepted, "200盒")]),
            (P::MoreThanReceived, &[(C::QuantityAccepted, "200.5")], &[(C::QuantityAccepted, "2000 支")]),
        ],
    );
    assert!(!codes(K::RecordDates, &with(RECORD, C::Made, "2026-03-06")).contains(&P::MadeAfterOrder));
}

const SUPPLIER: &[(C, &str)] = &[
    (C::Supplier, "海宁康达医疗器械有限公司"),
    (C::Licence, "沪嘉食药监械经营许20187006号"),
    (C::LicenceThrough, "2028-06-30"),
    (C::Scope, "Ⅲ类：6815、6866；14注输、护理和防护器械，02；Ⅱ类：07，6820"),
    (C::Class, "第三类"),
    (C::Category, "14"),
    (C::Bought, "2026-03-01"),
];

#[test]
fn a_supplier_is_raised_where_licence_or_scope_do_not_cover_what_was_bought() {
    hold(
        K::SupplierScope,
        SUPPLIER,
        &[
            (
                P::NumberForm,
                &[(C::Licence, "沪嘉食药监械经营许2018706号")],
                &[(C::Licence, "沪嘉食药监械经营许20187006")],
            ),
            (P::NumberForm, &[(C::Registration, "国械注准2022314O988")], &[(C::Registration, "国械注准20223140988")]),
            (P::LicenceEnded, &[(C::LicenceThrough, "2026-02-28")], &[(C::LicenceThrough, "2026-03-01")]),
            (P::LicenceEnded, &[(C::LicenceThrough, "2026-02")], &[(C::LicenceThrough, "2026-03")]),
            // A filing has no end.
            (
                P::LicenceEnded,
                &[(C::LicenceThrough, "2026-02-28")],
                &[(C::LicenceThrough, "2026-02-28"), (C::Licence, "皖马食药监械经营备20140017号")],
            ),
            (
                P::LicenceEndedNow,
                &[(C::Bought, ""), (C::LicenceThrough, "2026-11-21")],
                &[(C::Bought, ""), (C::LicenceThrough, "2026-11-22")],
            ),
            (
                P::FilingNotEnough,
                &[(C::Licence, "皖马食药监械经营备20140017号")],
                &[(C::Licence, "皖马食药监械经营备20140017号"), (C::Class, "第二类")],
            ),
            (
                P::FilingNotEnough,
                &[(C::Licence, "沪闵食药监械生产备20000157号"), (C::Class, "第二类")],
                &[(C::Licence, "沪闵食药监械生产备20000157号"), (C::Class, "第一类")],
            ),
            // The number of the product says its class.
            (
                P::FilingNotEnough,
                &[
                    (C::Licence, "皖马食药监械经营备20140017号"),
                    (C::Class, ""),
                    (C::Registration, "国械注准20223140988"),
                ],
                &[
                    (C::Licence, "皖马食药监械经营备20140017号"),
                    (C::Class, ""),
                    (C::Registration, "浙械注准20212140456"),
                ],
            ),
            (P::ScopeWithoutClass, &[(C::Class, "第一类")], &[(C::Class, "第二类"), (C::Category, "07")]),
            (P::ScopeWithoutClass, &[(C::Scope, "第二类医疗器械")], &[(C::Scope, "第二类、第三类医疗器械")]),
            (
                P::ScopeWithoutCategory,
                &[(C::Scope, "Ⅲ类：14，02"), (C::Category, "07")],
                &[(C::Scope, "Ⅲ类：14，02"), (C::Category, "02")],
            ),
            // 07 stands under class II only.
            (
                P::ScopeWithoutCategory,
                &[(C::Scope, "Ⅲ类：14，02；Ⅱ类：07"), (C::Category, "07")],
                &[(C::Scope, "Ⅲ类：14，02；Ⅱ类：07"), (C::Category, "07"), (C::Class, "二类")],
            ),
            // Another catalogue: no table between the two was read.
            (P::ScopeUnclear, &[(C::Category, "07")], &[(C::Category, "6866")]),
            (
                P::ScopeWithoutCategory,
                &[(C::Scope, "Ⅲ类：6815"), (C::Category, "6866")],
                &[(C::Scope, "Ⅲ类：6815"), (C::Category, "14")],
            ),
            (
                P::ScopeUnclear,
                &[(C::Scope, "Ⅲ类：6840（诊断试剂除外）"), (C::Category, "6840")],
                &[(C::Scope, "Ⅲ类：6840体外诊断试剂"), (C::Category, "6840")],
            ),
            (
                P::ScopeWithoutCategory,
                &[(C::Scope, "Ⅲ类：14，6815"), (C::Category, "6840")],
                &[(C::Scope, "Ⅲ类：14，6815，体外诊断试剂"), (C::Category, "6840")],
            ),
            (P::ClassDiffers, &[(C::Registration, "浙械注准20212140456")], &[(C::Registration, "国械注准20223140988")]),
        ],
    );
}

#[test]
fn a_number_of_2018_or_before_is_never_held_against_a_scope_of_one_catalogue() {
    let old = with(&with(SUPPLIER, C::Category, ""), C::Registration, "国械注准20153660123");
    let scope = |text| codes(K::SupplierScope, &with(&old, C::Scope, text));
    assert_eq!(scope("Ⅲ类：6866"), []);
    assert_eq!(scope("Ⅲ类：01，02"), [P::ScopeUnclear]);
    let new = with(&old, C::Registration, "国械注准20223140988");
    assert_eq!(codes(K::SupplierScope, &with(&new, C::Scope, "Ⅲ类：01，02")), [P::ScopeWithoutCategory]);
}

const REGISTRATION: &[(C, &str)] = &[
    (C::Product, "软性角膜接触镜"),
    (C::Registration, "国械注进20183220123"),
    (C::ValidFrom, "2018-03-05"),
    (C::ValidThrough, "2023-03-04"),
    (C::RenewedFrom, "2023-06-01"),
    (C::RenewedThrough, "2028-05-31"),
    (C::Batch, "L1"),
    (C::Made, "2023-03-04"),
];

#[test]
fn goods_are_raised_by_the_day_they_were_made_and_not_by_today() {
    hold(
        K::RegistrationPeriod,
        REGISTRATION,
        &[
            (P::MadeBeforePeriod, &[(C::Made, "2018-03-04")], &[(C::Made, "2018-03-05")]),
            (P::MadeBeforePeriod, &[(C::Made, "2018-02")], &[(C::Made, "2018-04")]),
            (P::MadeInGap, &[(C::Made, "2023-03-05")], &[(C::Made, "2023-03-04")]),
            (P::MadeInGap, &[(C::Made, "2023-05-31")], &[(C::Made, "2023-06-01")]),
            (P::MadeAfterPeriod, &[(C::Made, "2028-06-01")], &[(C::Made, "2028-05-31")]),
            // Unrenewed: ended long before today, and goods made in time are lawful.
            (
                P::MadeAfterPeriod,
                &[(C::RenewedFrom, ""), (C::RenewedThrough, ""), (C::Made, "2023-03-05")],
                &[(C::RenewedFrom, ""), (C::RenewedThrough, ""), (C::Made, "2023-03-04")],
            ),
            (P::MadeUnclear, &[(C::Made, "2023-03")], &[(C::Made, "2023-02")]),
            (P::MadeUnclear, &[(C::Made, "2018-03")], &[(C::Made, "2018-04")]),
            (P::PeriodReversed, &[(C::ValidFrom, "2023-03-05")], &[(C::ValidFrom, "2023-03-04")]),
            (P::NumberForm, &[(C::Registration, "国械注进2018322012")], &[(C::Registration, "国械注进 20183220123")]),
        ],
    );
}

#[test]
fn an_end_that_is_not_known_never_speaks_against_the_goods() {
    let only = |cells: &[(C, &'static str)]| {
        let mut all = vec![(C::Registration, "国械注进20183220123")];
        all.extend_from_slice(cells);
        codes(K::RegistrationPeriod, &all)
    };
    assert_eq!(only(&[(C::Made, "2020-01-01")]), []);
    assert_eq!(only(&[(C::ValidThrough, "2023-03-04"), (C::Made, "2001-01-01")]), []);
    assert_eq!(only(&[(C::ValidThrough, "2023-03-04"), (C::Made, "2023-03-05")]), [P::MadeAfterPeriod]);
    assert_eq!(only(&[(C::ValidFrom, "2018-03-05"), (C::Made, "2030-01-01")]), []);
    assert_eq!(only(&[(C::ValidFrom, "2018-03-05"), (C::Made, "2018-03-04")]), [P::MadeBeforePeriod]);
    let filing = [
        (C::Registration, "国械备20200123号"),
        (C::ValidFrom, "2020-01-01"),
        (C::ValidThrough, "2021-01-01"),
        (C::Made, "2025-01-01"),
    ];
    assert_eq!(codes(K::RegistrationPeriod, &filing), [], "a class I filing does not end");
}

#[test]
fn rows_of_one_number_speak_of_one_certificate_in_whatever_notation() {
    let first = [
        (C::Registration, "国械注进20183220123"),
        (C::ValidFrom, "2018-03-05"),
        (C::ValidThrough, "2023-03-04"),
        (C::Made, "2024-01-01"),
    ];
    let second = [
        (C::Registration, "国械注进２０１８３２２０１２３"),
        (C::ValidFrom, "2023-06-01"),
        (C::ValidThrough, "2028-05-31"),
        (C::Made, "2023-04-01"),
    ];
    let other = with(&second, C::Registration, "国械注进20183220124");
    let together = |other: &[(C, &str)]| {
        let rows = [row(K::RegistrationPeriod, &first), row(K::RegistrationPeriod, other)];
        judge(K::RegistrationPeriod, &rows, TODAY).iter().map(|p| (p.row, p.code)).collect::<Vec<_>>()
    };
    assert_eq!(together(&second), [(2, P::MadeInGap)], "the renewal of the second row covers the first");
    assert_eq!(together(&other), [(1, P::MadeAfterPeriod), (2, P::MadeBeforePeriod)]);
}

const STOCK: &[(C, &str)] = &[
    (C::Product, "导尿管"),
    (C::Batch, "C7"),
    (C::Expiry, "2028-01-01"),
    (C::ExpiryWord, "有效期至"),
    (C::Quantity, "12 盒"),
    (C::Place, "合格品区"),
    (C::Threshold, "90天"),
];

#[test]
fn stock_is_raised_by_its_last_good_day_and_by_where_it_lies() {
    hold(
        K::NearExpiry,
        STOCK,
        &[
            (P::ExpiredInSale, &[(C::Expiry, "2026-11-21")], &[(C::Expiry, "2026-11-22")]),
            (P::ExpiredInSale, &[(C::Expiry, "2026-10")], &[(C::Expiry, "2026-11")]),
            (
                P::ExpiredInSale,
                &[(C::Expiry, "2026-11-22"), (C::ExpiryWord, "失效日期")],
                &[(C::Expiry, "2026-11-23"), (C::ExpiryWord, "失效日期")],
            ),
            // The word before the date does as well as the column.
            (
                P::ExpiredInSale,
                &[(C::Expiry, "失效日期：2026年11月22日"), (C::ExpiryWord, "")],
                &[(C::Expiry, "有效期至2026年11月22日"), (C::ExpiryWord, "")],
            ),
            (P::ExpiredInSale, &[(C::Expiry, "2026-11-21")], &[(C::Expiry, "2026-11-21"), (C::Place, "不合格品区")]),
            (P::ExpiredInSale, &[(C::Expiry, "2026-11-21")], &[(C::Expiry, "2026-11-21"), (C::Quantity, "0 盒")]),
            (
                P::ExpiredNotIsolated,
                &[(C::Expiry, "2026-11-21"), (C::Place, "退货区")],
                &[(C::Expiry, "2026-11-21"), (C::Place, "不合格品区")],
            ),
            (
                P::ExpiredSomewhere,
                &[(C::Expiry, "2026-11-21"), (C::Place, "")],
                &[(C::Expiry, "2026-11-22"), (C::Place, "")],
            ),
            (
                P::ExpiryDisputed,
                &[(C::Expiry, "2026-11-22"), (C::ExpiryWord, "")],
                &[(C::Expiry, "2026-11-23"), (C::ExpiryWord, "")],
            ),
            (P::ExpiryDisputed, &[(C::Expiry, "2026-11"), (C::ExpiryWord, "")], &[(C::Expiry, "2026-11")]),
            (P::Near, &[(C::Expiry, "2027-02-19")], &[(C::Expiry, "2027-02-20")]),
            (
                P::Near,
                &[(C::Expiry, "2027-05-21"), (C::Threshold, "半年")],
                &[(C::Expiry, "2027-05-22"), (C::Threshold, "六个月")],
            ),
            (P::Near, &[(C::Expiry, "2027-02-19")], &[(C::Expiry, "2027-02-19"), (C::Threshold, "")]),
            (
                P::NearNotWarned,
                &[(C::Expiry, "2027-02-19"), (C::Warned, "否")],
                &[(C::Expiry, "2027-02-19"), (C::Warned, "是")],
            ),
        ],
    );
}

#[test]
fn a_limit_given_in_one_row_holds_for_all_and_two_limits_for_their_own_rows() {
    let near = with(&with(STOCK, C::Expiry, "2027-02-19"), C::Threshold, "");
    let rows = |limits: &[&str]| {
        let rows: Vec<_> = limits.iter().map(|limit| row(K::NearExpiry, &with(&near, C::Threshold, limit))).collect();
        judge(K::NearExpiry, &rows, TODAY).iter().map(|p| p.row).collect::<Vec<_>>()
    };
    assert_eq!(rows(&["", "90天", ""]), [1, 2, 3]);
    assert_eq!(rows(&["", "90天", "30天"]), [2], "which of two would hold is not known");
    assert_eq!(rows(&["", ""]), [0; 0]);
}

#[test]
fn what_rests_on_memory_or_leaves_something_open_says_so() {
    let one = |cells: &[(C, &str)], kind| raised(kind, cells).remove(0);
    let past = one(&with(STOCK, C::Expiry, "2026-11-21"), K::NearExpiry);
    assert_eq!((past.nature, past.mark), (Nature::Finding, Mark::V), "past by either word");
    let word = with(&with(STOCK, C::Expiry, "2026-11-22"), C::ExpiryWord, "失效日期");
    assert_eq!(one(&word, K::NearExpiry).mark, Mark::M, "that 失效日期 ends a day sooner was not read");
    let form = one(&with(SUPPLIER, C::Licence, "沪嘉食药监械经营许2018706号"), K::SupplierScope);
    assert_eq!(form.nature, Nature::Check, "a number that does not fit is never a finding");
    let gap = one(&with(REGISTRATION, C::Made, "2023-04-01"), K::RegistrationPeriod);
    assert_eq!((gap.nature, gap.mark), (Nature::Finding, Mark::D), "the gap is a reading of this project");
}
