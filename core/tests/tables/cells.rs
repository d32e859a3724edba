use xuncha_core::checklist::Text;
use xuncha_core::identifiers::Fit;
use xuncha_core::tables::{CellFault, Column as C, TableKind as K};

use super::{cell, understood};

#[test]
fn a_day_is_understood_in_every_notation_and_says_how() {
    for written in [
        "2026-03-05",
        "2026.3.5",
        "2026/03/05",
        "2026年3月5日",
        "２０２６年３月５日",
        "2026年3月5号",
        "20260305",
        "260305",
        " 2026 3 5 ",
        "2026。3。5",
        "2026-3-5 0:00:00",
        "2026-03-05T14:30:00",
        "生产日期：2026-03-05",
        "MFG 2026.03.05",
    ] {
        assert_eq!(understood(K::RecordDates, C::Made, written).as_deref(), Some("2026-03-05"), "{written:?}");
    }
    for written in ["2026-03", "2026.3", "2026年3月", "202603"] {
        assert_eq!(understood(K::RecordDates, C::Made, written).as_deref(), Some("2026-03（未印日）"), "{written:?}");
    }
    assert_eq!(understood(K::NearExpiry, C::Expiry, "失效日期 2026.3.5").as_deref(), Some("失效日期 2026-03-05"));
}

#[test]
fn what_cannot_be_understood_says_why_and_keeps_what_was_typed() {
    for (kind, column, written, fault) in [
        (K::RecordDates, C::Made, "三月初", CellFault::DateUnreadable),
        (K::RecordDates, C::Made, "2026-02-30", CellFault::DateImpossible),
        (K::RecordDates, C::Made, "201203", CellFault::DateAmbiguous),
        (K::RecordDates, C::QuantityReceived, "约十盒", CellFault::Number),
        (K::RecordDates, C::QuantityReceived, "12盒3支", CellFault::Number),
        (K::NearExpiry, C::Threshold, "很快", CellFault::Term),
        (K::NearExpiry, C::Threshold, "9999天", CellFault::Term),
        (K::NearExpiry, C::Place, "二楼", CellFault::Choice),
        (K::NearExpiry, C::Place, "退货区（不合格）", CellFault::Choice),
        (K::SupplierScope, C::Class, "二、三类", CellFault::Choice),
        (K::SupplierScope, C::Category, "14、02", CellFault::Category),
    ] {
        let cell = cell(kind, column, written);
        assert_eq!(cell.problem.as_ref().map(|p| p.code), Some(fault), "{written:?}");
        assert_eq!((cell.text.as_str(), cell.understood), (written, None));
    }
    let empty = cell(K::RecordDates, C::Made, "　");
    assert_eq!((empty.problem, empty.understood), (None, None), "an empty cell is no fault");
}

#[test]
fn quantities_terms_and_words_to_pick_are_understood_as_people_write_them() {
    for (kind, column, written, meant) in [
        (K::RecordDates, C::QuantityReceived, "１，２００盒", "1200 盒"),
        (K::RecordDates, C::QuantityReceived, "012.50 kg", "12.5 kg"),
        (K::NearExpiry, C::Threshold, "不足90天", "90天"),
        (K::NearExpiry, C::Threshold, "180", "180天"),
        (K::NearExpiry, C::Threshold, "三个月", "3个月"),
        (K::NearExpiry, C::Threshold, "1年", "12个月"),
        (K::NearExpiry, C::Place, "3号货架", "合格品区"),
        (K::NearExpiry, C::Place, "rejects", "不合格品区"),
        (K::NearExpiry, C::Place, "不合格品区B柜", "不合格品区"),
        (K::NearExpiry, C::Warned, "√", "是"),
        (K::SupplierScope, C::Class, "Ⅲ类", "第三类"),
        (K::SupplierScope, C::Class, "第三类医疗器械", "第三类"),
        (K::SupplierScope, C::Category, "6815注射穿刺器械", "6815"),
        (K::SupplierScope, C::Category, "14-01-02", "14"),
    ] {
        assert_eq!(understood(kind, column, written).as_deref(), Some(meant), "{written:?}");
    }
}

#[test]
fn a_scope_is_understood_by_class_and_in_both_catalogues() {
    for (written, meant) in [
        ("Ⅲ类：6815、6866", "第三类：6815、6866"),
        ("第二类、第三类医疗器械：6801-6803", "第二、三类：6801、6802、6803"),
        ("II,III类：14-01,22", "第二、三类：14、22"),
        ("2002年分类目录：6815；2017年分类目录：14,16", "未写类别：6815、14、16"),
        ("三类；二类：全部", "第三类；第二类：全部"),
        ("Ⅲ类：6840（诊断试剂除外），6821除颤器", "第三类：6821、6840、有除外"),
        ("Ⅱ类：6821除颤器", "第二类：6821"),
        ("Ⅱ类：体外诊断试剂", "第二类：6840"),
        ("6823类", "未写类别：6823"),
    ] {
        assert_eq!(understood(K::SupplierScope, C::Scope, written).as_deref(), Some(meant), "{written:?}");
    }
    assert_eq!(understood(K::SupplierScope, C::Scope, "医疗器械批发"), None);
}

#[test]
fn a_number_shows_its_normal_form_or_why_to_look_again() {
    let good = cell(K::RegistrationPeriod, C::Registration, "国械注准 ２０２２３１４０９８８");
    assert_eq!(good.understood.map(|t: Text| t.zh).as_deref(), Some("国械注准20223140988"));
    assert!(good.checked.unwrap().fit <= Fit::Spelling);
    let near = cell(K::RegistrationPeriod, C::Registration, "国械注准2022314O988");
    assert_eq!(near.understood, None, "a guess is not what was meant until a person compared it");
    let checked = near.checked.unwrap();
    assert_eq!((checked.fit, checked.reading.unwrap().text.as_str()), (Fit::Nearly, "国械注准20223140988"));
}
