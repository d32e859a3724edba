use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use xuncha_core::checklist::Mark;
use xuncha_core::library::Library;
use xuncha_core::tables::{Column as C, ProposalCode, TableKind as K, TableProposal};

use super::{raised, with};

/// Rows that together raise every rule.
fn everything() -> Vec<TableProposal> {
    let record: &[(C, &str)] = &[
        (C::Product, "注射器{made}"),
        (C::Batch, "A1"),
        (C::Made, "2026-05-01"),
        (C::Expiry, "2026-04-01"),
        (C::Ordered, "2026-04-02"),
        (C::Arrived, "2026-04-01"),
        (C::Accepted, "2026-03-31"),
        (C::Stored, "2026-03-30"),
        (C::QuantityReceived, "1"),
        (C::QuantityAccepted, "2"),
    ];
    let supplier: &[(C, &str)] = &[
        (C::Supplier, "康达"),
        (C::Licence, "皖马食药监械经营备20140017号"),
        (C::Scope, "Ⅲ类：14"),
        (C::Class, "第三类"),
        (C::Category, "02"),
    ];
    let licensed = with(supplier, C::Licence, "沪嘉食药监械经营许20187006号");
    let registration: &[(C, &str)] = &[
        (C::Registration, "国械注进20183220123"),
        (C::ValidFrom, "2018-03-05"),
        (C::ValidThrough, "2023-03-04"),
        (C::RenewedFrom, "2023-06-01"),
        (C::RenewedThrough, "2028-05-31"),
    ];
    let made = |day| raised(K::RegistrationPeriod, &with(registration, C::Made, day));
    let stock: &[(C, &str)] = &[(C::Batch, "C7"), (C::Threshold, "6个月"), (C::Expiry, "2026-11-20")];
    [
        raised(K::RecordDates, record),
        raised(K::RecordDates, &[(C::Made, "2026-05-01"), (C::Ordered, "2026-04-01")]),
        raised(K::RecordDates, &[(C::Arrived, "2027-05-01"), (C::Expiry, "2027-04-01")]),
        raised(K::SupplierScope, supplier),
        raised(K::SupplierScope, &with(supplier, C::Licence, "马食药监械经营备2014017号")),
        raised(K::SupplierScope, &with(supplier, C::Category, "6866")),
        raised(K::SupplierScope, &with(supplier, C::Class, "第二类")),
        raised(K::SupplierScope, &with(supplier, C::Registration, "浙械注准20212140456")),
        raised(K::SupplierScope, &with(&licensed, C::LicenceThrough, "2025-01-01")),
        raised(K::SupplierScope, &with(&with(&licensed, C::LicenceThrough, "2025-01-01"), C::Bought, "2025-02-01")),
        made("2018-01-01"),
        made("2023-04-01"),
        made("2029-01-01"),
        made("2018-03"),
        raised(K::RegistrationPeriod, &[(C::ValidFrom, "2023-01-01"), (C::ValidThrough, "2022-01-01")]),
        raised(K::NearExpiry, &with(stock, C::Place, "合格品区")),
        raised(K::NearExpiry, &with(stock, C::Place, "待验区")),
        raised(K::NearExpiry, stock),
        raised(K::NearExpiry, &with(stock, C::Expiry, "2026-11-22")),
        raised(K::NearExpiry, &with(stock, C::Expiry, "2026-12-22")),
        raised(K::NearExpiry, &with(&with(stock, C::Expiry, "2026-12-22"), C::Warned, "否")),
    ]
    .concat()
}

#[test]
fn every_rule_has_a_whole_sentence_in_both_languages() {
    let all = everything();
    let raised: BTreeSet<_> = all.iter().map(|p| p.code).collect();
    assert_eq!(raised, ProposalCode::ALL.iter().copied().collect(), "a rule that no row here raises");
    for p in &all {
        for words in [&p.words.zh, p.words.in_language("en")] {
            let rest = words.replace("注射器{made}", "");
            assert!(!rest.contains(['{', '}']), "{:?}: {words}", p.code);
            assert!(!words.contains("“”") && !words.contains("\"\"") && words.len() > 20, "{:?}: {words}", p.code);
        }
        assert_ne!(p.words.zh, p.words.in_language("en"));
        assert!(!p.columns.is_empty());
    }
}

#[test]
fn words_of_a_product_are_never_taken_for_a_place_in_the_sentence() {
    let first = &everything()[0];
    assert!(first.words.zh.contains("“注射器{made}”批号A1"), "{}", first.words.zh);
}

#[test]
fn a_sentence_is_ready_for_the_note() {
    let one = |kind, cells: &[(C, &str)]| raised(kind, cells).remove(0).words.zh;
    assert_eq!(
        one(
            K::RecordDates,
            &[(C::Product, "注射器"), (C::Batch, "A1"), (C::Arrived, "2026.3.5"), (C::Accepted, "2026年3月4日")]
        ),
        "“注射器”批号A1：记录的验收日期2026-03-04早于到货日期2026-03-05，请取原始单据核对。"
    );
    assert_eq!(
        one(K::NearExpiry, &[(C::Expiry, "2026-11-20"), (C::Place, "3号货架")]),
        "第1行：效期2026-11-20，检查日2026-11-22已超过有效期，仍存放于合格品区。"
    );
    assert_eq!(
        one(K::SupplierScope, &[(C::Supplier, "康达"), (C::Licence, "皖马食药监械经营备20140017"), (C::Class, "III")]),
        "“康达”：仅有第二类医疗器械经营备案（皖马食药监械经营备20140017号），所购产品为第三类。"
    );
}

#[test]
fn every_article_a_rule_names_is_in_the_library_and_was_read() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../checklists");
    let mut files: BTreeMap<String, String> = BTreeMap::new();
    for room in ["lists", "laws", "rules", "forms"] {
        for file in std::fs::read_dir(folder.join(room)).unwrap() {
            let path = file.unwrap().path();
            let name = format!("{room}/{}", path.file_name().unwrap().to_str().unwrap());
            files.insert(name, std::fs::read_to_string(&path).unwrap());
        }
    }
    let library = Library::from_files(files).unwrap();
    let mut seen = 0;
    for basis in everything().iter().flat_map(|p| &p.basis) {
        let (_, article) = library.laws.article(&basis.law, &basis.article).unwrap_or_else(|| panic!("{basis:?}"));
        assert!(basis.mark != Mark::V || article.mark == Mark::V, "{basis:?} is not as sure");
        if let (Some(clause), Some(text)) = (&basis.clause, &article.text) {
            assert!(text.zh.contains(clause.as_str()), "{basis:?}");
        }
        seen += 1;
    }
    assert!(seen > 30);
    let tables = |kind| library.lists.iter().flat_map(|l| l.items()).filter(|i| i.table == Some(kind)).count();
    assert!(K::ALL.iter().all(|kind| tables(*kind) > 0), "a table that no item asks for");
}
