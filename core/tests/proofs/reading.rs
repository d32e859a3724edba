//! What an inspection amounts to: counts, the evidence minimum, and what is missing in the order of the walk.

use xuncha_core::checklist::{self, EvidenceKind, Subject};
use xuncha_core::event::{EvidenceWithdrawn, FieldSet, MeasureAdded, NoteSet, OfficersSet, Outcome};
use xuncha_core::feed::{BlobRef, BlobSource, Entry};
use xuncha_core::inspection::{Inspection, Missing, Pinned};

use super::fold::{answer, photo};
use super::world::{Writer, blob, fold, form, item, list, officer, pinned, rule, started};

fn picture(n: u8) -> [BlobRef; 1] {
    [blob(&[n], "image/jpeg", BlobSource::Camera)]
}
fn missing(inspection: &Inspection) -> Vec<Missing> {
    inspection.read(&pinned()).missing
}
fn want(code: &str, kind: EvidenceKind, need: u32, have: u32) -> Missing {
    Missing::Evidence { item: item(code), kind, need, have }
}

#[test]
fn what_is_missing_stands_in_the_order_of_the_walk() {
    let mut alice = Writer::alice();
    let mut entries = vec![alice.say(started(), &[], &[])];
    let all_open = ["TRY-01", "TRY-02", "TRY-03"].map(|c| Missing::Answer(item(c)));
    let field = || Missing::Field("manager".into());
    assert_eq!(missing(&fold(&entries)), [all_open.as_slice(), &[field()]].concat());

    // Answered backwards; the list stays forwards.
    let mut na = answer("TRY-03", Outcome::NotApplicable);
    na.reason = Some("  ".into());
    entries.push(alice.say(na, &[], &[]));
    entries.push(alice.say(answer("TRY-02", Outcome::NonConforming), &[], &[]));
    entries.push(alice.say(answer("TRY-01", Outcome::Conforms), &[], &[]));
    entries.push(alice.say(OfficersSet { officers: vec![officer("alice", "王芳")] }, &[], &[]));
    let expected = [
        want("TRY-01", EvidenceKind::Photo, 2, 0),
        want("TRY-02", EvidenceKind::File, 1, 0),
        want("TRY-02", EvidenceKind::Measure, 1, 0),
        Missing::Reason(item("TRY-03")),
        field(),
        Missing::Officers,
    ];
    assert_eq!(missing(&fold(&entries)), expected);
}

#[test]
fn an_inspection_with_all_it_needs_misses_nothing() {
    let mut alice = Writer::alice();
    let mut na = answer("TRY-03", Outcome::NotApplicable);
    na.reason = Some("无此设施".into());
    let mut file = photo("ev-3", "TRY-02");
    file.kind = EvidenceKind::File;
    let measure = MeasureAdded {
        evidence: "ev-4".parse().unwrap(),
        item: item("TRY-02"),
        what: "温度".into(),
        value: "5.2".into(),
        unit: "℃".into(),
        instrument: String::new(),
    };
    let entries = [
        alice.say(started(), &[], &[]),
        alice.say(answer("TRY-01", Outcome::Conforms), &[], &[]),
        alice.say(photo("ev-1", "TRY-01"), &[], &picture(1)),
        alice.say(photo("ev-2", "TRY-01"), &[], &picture(2)),
        alice.say(answer("TRY-02", Outcome::NonConforming), &[], &[]),
        alice.say(file, &[], &picture(3)),
        alice.say(measure, &[], &[]),
        alice.say(na, &[], &[]),
        alice.say(FieldSet { field: "manager".into(), value: "陈某".into() }, &[], &[]),
    ];
    let inspection = fold(&entries);
    assert_eq!(missing(&inspection), []);
    let pinned = pinned();
    let reading = inspection.read(&pinned);
    assert!(reading.tallies.is_final());
    assert_eq!(reading.done(), 3);
    assert_eq!(reading.conclusion.unwrap().code, "rectify");
    // Each single entry was needed, the start apart: without it something is missing again.
    for without in 1..entries.len() {
        let rest = entries.iter().enumerate().filter(|(n, _)| *n != without).map(|(_, e)| e);
        assert_ne!(missing(&fold(rest)), [], "entry {without} made no difference");
    }
}

#[test]
fn evidence_counts_for_its_item_and_kind_until_it_is_withdrawn() {
    let mut alice = Writer::alice();
    let mut base: Vec<Entry> = vec![
        alice.say(started(), &[], &[]),
        alice.say(answer("TRY-01", Outcome::Conforms), &[], &[]),
        alice.say(photo("ev-1", "TRY-01"), &[], &picture(1)),
        alice.say(photo("ev-2", "TRY-02"), &[], &picture(2)),
    ];
    assert!(
        missing(&fold(&base)).contains(&want("TRY-01", EvidenceKind::Photo, 2, 1)),
        "the other item's photo is no help"
    );
    let mut file = photo("ev-3", "TRY-01");
    file.kind = EvidenceKind::File;
    base.push(alice.say(file, &[], &picture(3)));
    assert!(missing(&fold(&base)).contains(&want("TRY-01", EvidenceKind::Photo, 2, 1)), "a file is no photo");
    base.push(alice.say(photo("ev-4", "TRY-01"), &[], &picture(4)));
    let enough = fold(&base);
    assert!(!missing(&enough).iter().any(|m| matches!(m, Missing::Evidence { .. })));
    assert_eq!(enough.photo_count(), 3);

    let gone = EvidenceWithdrawn { evidence: "ev-1".parse().unwrap(), reason: "拍错了".into() };
    base.push(alice.say(gone, &[], &[]));
    let withdrawn = fold(&base);
    assert!(missing(&withdrawn).contains(&want("TRY-01", EvidenceKind::Photo, 2, 1)));
    assert_eq!(withdrawn.photo_count(), 2);
    let id = "ev-1".parse().unwrap();
    assert!(withdrawn.piece(&id).is_some(), "withdrawn, not gone");
    assert_eq!(withdrawn.withdrawn(&id).unwrap().value, "拍错了");
}

#[test]
fn the_evidence_rule_follows_the_result() {
    let mut alice = Writer::alice();
    let start = alice.say(started(), &[], &[]);
    let mut needs = |outcome| {
        let entry = alice.say(answer("TRY-02", outcome), &[], &[]);
        let inspection = fold([&start, &entry]);
        inspection.read(&pinned()).items[1].needs.iter().map(|n| n.kind).collect::<Vec<_>>()
    };
    let both = [EvidenceKind::File, EvidenceKind::Measure];
    assert_eq!(needs(Outcome::NonConforming), both);
    assert_eq!(needs(Outcome::Corrected), both, "corrected on the spot was wrong before");
    assert_eq!(needs(Outcome::Conforms), []);
    assert_eq!(needs(Outcome::NotApplicable), []);
    assert_eq!(needs(Outcome::Unchecked), []);
}

#[test]
fn unchecked_is_an_answer_that_answers_nothing() {
    let mut alice = Writer::alice();
    let start = alice.say(started(), &[], &[]);
    let open = alice.say(answer("TRY-01", Outcome::Unchecked), &[], &[]);
    let inspection = fold([&start, &open]);
    assert_eq!(missing(&inspection)[0], Missing::Answer(item("TRY-01")));
    assert_eq!(inspection.read(&pinned()).tallies.key.open, 1);
}

#[test]
fn two_notes_that_stand_side_by_side_are_a_conflict_too() {
    let (mut alice, mut bob) = (Writer::alice(), Writer::bob());
    let entries = [
        alice.say(started(), &[], &[]),
        alice.say(answer("TRY-03", Outcome::Conforms), &[], &[]),
        alice.say(NoteSet { item: item("TRY-03"), text: "a".into() }, &[], &[]),
        bob.say(NoteSet { item: item("TRY-03"), text: "b".into() }, &[], &[]),
    ];
    assert!(missing(&fold(&entries)).contains(&Missing::Conflict(item("TRY-03"))));
}

/// Two lists: the second asks what the first asks, and something about the office itself.
fn overlapping(first_applies_to: &str) -> Pinned {
    let first = list();
    let yaml = format!(
        r"
code: TWO
version: '1'
title: {{zh-Hans: 二, en: Two}}
sections:
  - code: one
    title: {{zh-Hans: 一}}
    items:
      - code: TWO-01
        text: {{zh-Hans: 温度也应当符合, en: Temperature too}}
        how: {{zh-Hans: 看}}
        methods: [observe]
        key: {{value: true, mark: D}}
        basis: [{{law: GSP, article: '44', mark: V}}]
        severity: major
        same_as: {first_applies_to}
      - code: TWO-02
        text: {{zh-Hans: 【监管侧】已按期核查, en: Checked in time}}
        how: {{zh-Hans: 查}}
        methods: [documents]
        key: {{value: true, mark: D}}
        basis: [{{law: GSP, article: '46', mark: V}}]
        severity: minor
        regulator: true
"
    );
    let second = checklist::parse("two.yaml", &yaml).unwrap();
    Pinned::new(vec![first, second], rule(), form(), &Subject::default())
}

#[test]
fn what_two_lists_ask_is_asked_once_and_counted_once() {
    let mut alice = Writer::alice();
    let mut entries = vec![alice.say(started(), &[], &[])];
    let begun = fold(&entries);
    let codes = |pinned: &Pinned| begun.read(pinned).items.iter().map(|i| i.item.code.to_string()).collect::<Vec<_>>();
    let pinned = overlapping("TRY-01");
    assert_eq!(codes(&pinned), ["TRY-01", "TRY-02", "TRY-03", "TWO-02"]);
    assert_eq!(pinned.covers(&item("TRY-01")).collect::<Vec<_>>(), [&item("TWO-01")]);
    // Where the other list is not worked through, the item is asked by itself.
    assert_eq!(codes(&overlapping("XXX-01")), ["TRY-01", "TRY-02", "TRY-03", "TWO-01", "TWO-02"]);

    let tallies = begun.read(&pinned).tallies;
    assert_eq!((tallies.key.total, tallies.general.total), (1, 2), "the office's own item is in no rate");
    assert!(begun.read(&pinned).missing.contains(&Missing::Answer(item("TWO-02"))), "but it is asked");

    // Answered before the list that asks the same was added: it stays in sight, and in the count.
    entries.push(alice.say(answer("TWO-01", Outcome::NonConforming), &[], &[]));
    let inspection = fold(&entries);
    let reading = inspection.read(&pinned);
    assert!(reading.items.iter().any(|i| i.item.code == item("TWO-01")));
    assert_eq!((reading.tallies.key.total, reading.tallies.key.non_conforming), (2, 1));
}
