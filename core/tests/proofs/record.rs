//! The record: the text that people read is the text that is hashed. Its whole wording is a snapshot beside this file
//! (`XUNCHA_UPDATE=1` rewrites it; unlike the golden files it may change with a version).

use std::path::Path;

use xuncha_core::event::{Caption, EvidenceWithdrawn, FieldSet, MeasureAdded, NoteSet, Outcome, TableSet};
use xuncha_core::feed::{BlobSource, Entry};
use xuncha_core::inspection::record::render;
use xuncha_core::tables::TableKind;

use super::fold::{answer, photo};
use super::world::{Writer, blob, fold, item, pinned, started};

const ENDED: &str = "2026-11-21T16:40:00+08:00";

fn entries() -> Vec<Entry> {
    let (mut alice, mut bob) = (Writer::alice(), Writer::bob());
    let mut na = answer("TRY-02", Outcome::NotApplicable);
    na.reason = Some("该企业不设冷藏车".into());
    let measure = MeasureAdded {
        evidence: "ev-2".parse().unwrap(),
        item: item("TRY-01"),
        what: "冷库温度".into(),
        value: "9.4".into(),
        unit: "℃".into(),
        instrument: "T-100".into(),
    };
    vec![
        alice.say(started(), &[], &[]),
        alice.say(answer("TRY-01", Outcome::NonConforming), &[], &[]),
        alice.say(NoteSet { item: item("TRY-01"), text: "显示 9.4 ℃".into() }, &[], &[]),
        alice.say(photo("ev-1", "TRY-01"), &[], &[blob(b"one", "image/jpeg", BlobSource::Camera)]),
        alice.say(measure, &[], &[]),
        alice.say(photo("ev-3", "TRY-01"), &[], &[blob(b"three", "image/jpeg", BlobSource::Import)]),
        alice.say(EvidenceWithdrawn { evidence: "ev-3".parse().unwrap(), reason: "拍错了".into() }, &[], &[]),
        alice.say(Caption { evidence: "ev-1".parse().unwrap(), text: "冷库门口".into() }, &[], &[]),
        bob.say(Caption { evidence: "ev-1".parse().unwrap(), text: "冷库显示屏".into() }, &[], &[]),
        alice.say(na, &[], &[]),
        alice.say(answer("TRY-03", Outcome::Conforms), &[], &[]),
        bob.say(answer("TRY-03", Outcome::Corrected), &[], &[]),
        alice.say(FieldSet { field: "manager".into(), value: "陈一".into() }, &[], &[]),
        bob.say(FieldSet { field: "manager".into(), value: "陈二".into() }, &[], &[]),
    ]
}

#[test]
fn the_record_says_all_that_was_found_and_by_what_right() {
    let inspection = fold(&entries());
    let text = render(&inspection, &pinned(), ENDED, "zh-Hans");
    let line = |start: &str| {
        let found = text.lines().find(|l| l.trim_start().starts_with(start));
        found.unwrap_or_else(|| panic!("no line {start:?} in\n{text}")).to_owned()
    };
    assert!(line("※TRY-01").ends_with("不符合"));
    assert!(text.contains("情况：显示 9.4 ℃"));
    assert!(text.contains("理由：该企业不设冷藏车"), "合理缺项 stands with its reason");
    assert_eq!(line("依据").trim(), "依据：GSP§44、O54§30（一）（待核实）", "M is marked, V is not");
    let one = blob(b"one", "image/jpeg", BlobSource::Camera);
    let evidence = line("1. ");
    assert!(evidence.contains(&one.sha256.to_string()) && evidence.contains("3 B"), "{evidence}");
    assert!(evidence.contains("冷库门口") && evidence.contains("冷库显示屏"), "both captions of a conflict");
    assert!(line("2. ").contains("冷库温度 9.4 ℃（T-100）"));
    assert!(line("3. ").contains("[已撤回：拍错了]"), "withdrawn evidence is named, with the reason");
    let conflict = line("TRY-03");
    assert!(conflict.contains("未核定") && conflict.contains("符合") && conflict.contains("当场改正"), "{conflict}");
    let manager = line("现场负责人");
    assert!(manager.contains("陈一") && manager.contains("陈二"), "{manager}");
    assert!(line("结论").contains("规则待核实"));
    assert!(line("检查时间").contains("2026-11-21 14:01 — 2026-11-21 16:40"));
    assert!(line("执法人员").contains("李强（执法证号 ID-bob）"));
}

/// A table of two rows beside an item.
fn table(item_code: &str) -> TableSet {
    let rows = vec![
        vec!["导尿管".into(), "C7".into(), "2026年11月20日".into(), String::new(), " 12\n盒 ".into()],
        vec![String::new(), "C8".into()],
    ];
    TableSet { item: item(item_code), kind: TableKind::NearExpiry, rows, correction: None }
}

#[test]
fn a_table_stands_under_its_item_as_it_was_typed() {
    let (mut alice, mut bob) = (Writer::alice(), Writer::bob());
    let mut all = vec![alice.say(started(), &[], &[]), alice.say(table("TRY-02"), &[], &[])];
    let text = |entries: &[Entry], language| render(&fold(entries), &pinned(), ENDED, language);
    let under = "TRY-02 应当有记录 — 未检查\n  表格：效期核对（2行）\n    1. 产品 导尿管；批号/序列号 C7；效期 2026年11月20日；数量 12 盒\n    2. 批号/序列号 C8\n";
    assert!(text(&all, "zh-Hans").contains(under), "{}", text(&all, "zh-Hans"));
    assert!(
        text(&all, "en")
            .contains("  Table: Expiry of stock（2 rows）\n    1. Product 导尿管; Batch or serial C7; Expiry")
    );
    let first = all[1].id;
    let other = TableSet { rows: vec![vec!["手套".into()]], ..table("TRY-02") };
    all.push(bob.say(other, &[], &[]));
    let both = text(&all, "zh-Hans");
    assert!(both.contains("导尿管") && both.contains("1. 产品 手套"), "both sides of a conflict: {both}");
    let taken_back = TableSet { rows: vec![], ..table("TRY-02") };
    let second = all[2].id;
    alice.reads(&bob);
    all.push(alice.say(taken_back, &[first, second], &[]));
    assert_eq!(text(&all, "zh-Hans"), text(&all[..1], "zh-Hans"), "taken back, it leaves the record as it was");
}

#[test]
fn the_same_inspection_gives_the_same_text_and_any_change_another() {
    let all = entries();
    let text = |entries: &[Entry]| render(&fold(entries), &pinned(), ENDED, "zh-Hans");
    let whole = text(&all);
    assert_eq!(text(&all.iter().rev().cloned().collect::<Vec<_>>()), whole);
    for without in 0..all.len() {
        let mut rest = all.clone();
        rest.remove(without);
        assert_ne!(text(&rest), whole, "entry {without} left no trace in the record");
    }
    assert_ne!(render(&fold(&all), &pinned(), ENDED, "en"), whole);
    assert_ne!(render(&fold(&all), &pinned(), "2026-11-21T17:00:00+08:00", "zh-Hans"), whole);
}

#[test]
fn the_wording_of_both_languages_is_as_it_was_last_looked_at() {
    let inspection = fold(&entries());
    for language in ["zh-Hans", "en"] {
        let text = render(&inspection, &pinned(), ENDED, language);
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/proofs/record.{language}.txt"));
        if std::env::var_os("XUNCHA_UPDATE").is_some() {
            std::fs::write(&path, &text).unwrap();
        }
        assert_eq!(text, std::fs::read_to_string(&path).unwrap(), "{}", path.display());
    }
}
