//! The fold: the same entries give byte-equal state in any order and number (I6), and no write is ever lost (I7).

use proptest::prelude::*;
use serde_json::json;
use xuncha_core::checklist::EvidenceKind;
use xuncha_core::event::{
    AnswerSet, Caption, Event, EvidenceAdded, EvidenceWithdrawn, FieldSet, ListChanged, MeasureAdded, NoteSet,
    OfficersSet, Outcome, SealProposed, SealRefused, SealRole, SealSigned, SignMethod, TableSet,
};
use xuncha_core::feed::{BlobSource, Draft, Entry};
use xuncha_core::ids::{BlobHash, Digest, EntryId};
use xuncha_core::inspection::{Inspection, Missing, record};
use xuncha_core::register::State;
use xuncha_core::tables::TableKind;

use super::world::{Writer, blob, bytes_of, drawing, fold, inspection_id, item, list_ref, officer, pinned, started};

pub fn answer(code: &str, outcome: Outcome) -> AnswerSet {
    let list = super::world::list().hash();
    AnswerSet { item: item(code), list, outcome, reason: None, correction: None, language: "zh-Hans".into() }
}
pub fn photo(name: &str, code: &str) -> EvidenceAdded {
    EvidenceAdded {
        evidence: name.parse().unwrap(),
        item: Some(item(code)),
        kind: EvidenceKind::Photo,
        name: format!("{name}.jpg"),
        facts: json!({"width": 10}),
        no_preview: None,
    }
}

/// One thing somebody may do; numbers choose among a few of everything, so that they meet.
#[derive(Debug, Clone)]
struct Act {
    who: usize,
    what: u8,
    which: u8,
    value: u8,
    over: Vec<prop::sample::Index>,
    reads: bool,
}

fn acts() -> impl Strategy<Value = Vec<Act>> {
    let act =
        (0..3usize, 0..18u8, 0..3u8, 0..4u8, prop::collection::vec(any::<prop::sample::Index>(), 0..3), any::<bool>());
    let act = act.prop_map(|(who, what, which, value, over, reads)| Act { who, what, which, value, over, reads });
    prop::collection::vec(act, 1..24)
}

fn written(acts: &[Act]) -> Vec<Entry> {
    let mut people = [Writer::alice(), Writer::bob(), Writer::new(3, "carol")];
    let mut entries: Vec<Entry> = Vec::new();
    for act in acts {
        let lamports = people.iter().map(|p| p.head.lamport).max().unwrap_or_default();
        let w = &mut people[act.who];
        if act.reads {
            w.seen = lamports;
        }
        let some = |n: &prop::sample::Index| entries.get(n.index(entries.len().max(1))).map(|e| e.id);
        let over: Vec<EntryId> = act.over.iter().filter_map(some).collect();
        let an_entry = over.first().copied().unwrap_or(EntryId::digest(&[b"not here"]));
        let code = ["TRY-01", "TRY-02", "TRY-03"][act.which as usize];
        let evidence = format!("ev-{}", act.which);
        let words = act.value.to_string();
        let outcomes = [Outcome::Conforms, Outcome::NonConforming, Outcome::NotApplicable, Outcome::Unchecked];
        // The same bytes described in two ways: once from the camera, once taken over.
        let source = if act.value % 2 == 0 { BlobSource::Camera } else { BlobSource::Import };
        let picture = blob(&[act.which], "image/jpeg", source);
        let mut blobs = Vec::new();
        let event: Event = match act.what {
            0 => started().into(),
            1 | 2 => answer(code, outcomes[act.value as usize]).into(),
            3 => NoteSet { item: item(code), text: words }.into(),
            4 => FieldSet { field: "manager".into(), value: words }.into(),
            5 => OfficersSet { officers: vec![officer("alice", &words), officer("bob", "李强")] }.into(),
            6 => ListChanged { list: list_ref(), added: act.value % 2 == 0, reason: words }.into(),
            7 | 8 => {
                blobs.push(picture);
                photo(&evidence, code).into()
            }
            9 => MeasureAdded {
                evidence: evidence.parse().unwrap(),
                item: item(code),
                what: "温度".into(),
                value: words,
                unit: "℃".into(),
                instrument: String::new(),
            }
            .into(),
            10 => Caption { evidence: evidence.parse().unwrap(), text: words }.into(),
            11 => EvidenceWithdrawn { evidence: evidence.parse().unwrap(), reason: words }.into(),
            12 => SealProposed {
                manifest: BlobHash::digest(&[words.as_bytes()]),
                frontier: people.iter().map(|p| p.head.clone()).collect(),
                entries: 1,
                entries_sha256: Digest::digest(&[b"x"]),
                record_sha256: Digest::digest(&[b"y"]),
            }
            .into(),
            13 => {
                blobs.extend((act.value % 2 == 0).then(|| drawing(&words)));
                let role = [SealRole::Officer, SealRole::Firm, SealRole::Witness][act.which as usize];
                let method = if act.value < 2 { SignMethod::Keyed } else { SignMethod::Drawn };
                SealSigned { proposal: an_entry, role, name: words, method }.into()
            }
            14 => SealRefused { proposal: an_entry, reason: words, witness: "证人".into() }.into(),
            15 => xuncha_core::event::InspectionAbandoned { reason: words }.into(),
            17 => {
                let rows = vec![vec![words.clone(), String::new(), words]; usize::from(act.value)];
                TableSet { item: item(code), kind: TableKind::NearExpiry, rows, correction: None }.into()
            }
            _ => NoteSet { item: item(code), text: String::new() }.into(),
        };
        let w = &mut people[act.who];
        let mut draft = w.draft(event.kind(), event.body().unwrap());
        match (act.what, act.value) {
            (16, 0) => draft.kind = "moon.phase".into(),
            (16, 1) => draft.body = json!("not an object"),
            (16, 2) => draft.inspection = Some("another".parse().unwrap()),
            _ => {}
        }
        entries.push(w.send(Draft { over, blobs, ..draft }).1);
    }
    entries
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]
    #[test]
    fn any_order_with_any_repetitions_gives_byte_equal_state(
        acts in acts(),
        order in prop::collection::vec(any::<u32>(), 48),
        twice in prop::collection::vec(any::<bool>(), 24),
    ) {
        let entries = written(&acts);
        let again = entries.iter().zip(&twice).filter(|(_, t)| **t).map(|(e, _)| e);
        let mut shuffled: Vec<_> = entries.iter().chain(again).zip(&order).collect();
        shuffled.sort_by_key(|(_, place)| **place);
        let one = fold(&entries);
        let other = fold(shuffled.into_iter().map(|(e, _)| e));
        prop_assert_eq!(bytes_of(&one), bytes_of(&other));
        let pinned = pinned();
        prop_assert_eq!(one.read(&pinned).missing, other.read(&pinned).missing);
        prop_assert_eq!(record::render(&one, &pinned, "2026", "zh-Hans"), record::render(&other, &pinned, "2026", "zh-Hans"));
        prop_assert_eq!(one.seal(), other.seal());
        prop_assert_eq!(one.manifest(String::new(), None), other.manifest(String::new(), None));
    }

    #[test]
    fn no_write_to_an_item_vanishes_without_somebody_naming_it(acts in acts()) {
        let entries = written(&acts);
        let inspection = fold(&entries);
        let named: std::collections::BTreeSet<EntryId> =
            entries.iter().flat_map(|e| e.payload.iter().flat_map(|p| p.over.iter().copied())).collect();
        for e in &entries {
            let payload = e.payload.as_ref().unwrap();
            let Ok(Event::AnswerSet(said)) = Event::read(&payload.kind, &payload.body) else { continue };
            let register = inspection.answer(&said.item).unwrap();
            prop_assert!(register.history().iter().any(|w| w.by.entry == e.id), "kept for ever");
            prop_assert!(named.contains(&e.id) || register.head_ids().contains(&e.id), "shown until it is named");
        }
    }
}

#[test]
fn state_written_and_read_back_is_the_same_state() {
    let mut alice = Writer::alice();
    let entries = [
        alice.say(started(), &[], &[]),
        alice.say(answer("TRY-01", Outcome::Conforms), &[], &[]),
        alice.say(photo("ev-1", "TRY-01"), &[], &[blob(b"1", "image/jpeg", BlobSource::Camera)]),
    ];
    let inspection = fold(&entries);
    let back: Inspection = serde_json::from_str(&bytes_of(&inspection)).unwrap();
    assert_eq!(back, inspection);
}

#[test]
fn two_officers_who_did_not_see_each_other_are_in_conflict_until_one_names_both() {
    let (mut alice, mut bob) = (Writer::alice(), Writer::bob());
    let start = alice.say(started(), &[], &[]);
    let a = alice.say(answer("TRY-01", Outcome::Conforms), &[], &[]);
    let b = bob.say(answer("TRY-01", Outcome::NonConforming), &[], &[]);
    let mut inspection = fold([&start, &a, &b]);
    let pinned = pinned();
    let state = |i: &Inspection| match i.answer(&item("TRY-01")).unwrap().state() {
        State::Conflict(all) => all.iter().map(|w| w.value.outcome).collect::<Vec<_>>(),
        State::Settled(w) => vec![w.value.outcome],
        State::Empty => vec![],
    };
    assert_eq!(state(&inspection).len(), 2);
    let reading = inspection.read(&pinned);
    assert_eq!(reading.missing[0], Missing::Conflict(item("TRY-01")));
    assert_eq!((reading.tallies.key.conflicting, reading.tallies.key.non_conforming), (1, 0), "not counted as either");

    alice.reads(&bob);
    let half = alice.say(answer("TRY-01", Outcome::Corrected), &[a.id], &[]);
    inspection.apply(&half);
    assert_eq!(state(&inspection).len(), 2, "naming one of two settles nothing");
    let whole = alice.say(answer("TRY-01", Outcome::NonConforming), &[half.id, b.id], &[]);
    inspection.apply(&whole);
    assert_eq!(state(&inspection), [Outcome::NonConforming]);
    assert_eq!(inspection.answer(&item("TRY-01")).unwrap().history().len(), 4, "nothing was overwritten");
}

#[test]
fn what_this_version_does_not_know_is_noted_and_blocks_nothing() {
    let mut alice = Writer::alice();
    let start = alice.say(started(), &[], &[]);
    let unknown = alice.send(alice.draft("moon.phase", json!({"full": true}))).1;
    let bent = alice.send(alice.draft("answer.set", json!({"item": 7}))).1;
    let after = alice.say(answer("TRY-01", Outcome::Conforms), &[], &[]);
    let inspection = fold([&start, &unknown, &bent, &after]);
    let inert: Vec<_> = inspection.timeline().iter().map(|n| n.inert.as_deref()).collect();
    assert_eq!(inert, [None, Some("event.unknown"), Some("event.shape"), None]);
    assert_eq!(inspection.answer(&item("TRY-01")).unwrap().value().unwrap().outcome, Outcome::Conforms);
    let manifest = inspection.manifest(String::new(), None).unwrap();
    assert!(manifest.entries.contains(&unknown.id) && manifest.entries.contains(&bent.id), "sealed with the rest");
}

#[test]
fn entries_of_others_and_headers_alone_change_nothing_and_a_payload_that_comes_later_does() {
    let mut alice = Writer::alice();
    let start = alice.say(started(), &[], &[]);
    let mut elsewhere = alice.draft("note.set", json!({"item": "TRY-01", "text": "x"}));
    elsewhere.inspection = Some("another".parse().unwrap());
    let elsewhere = alice.send(elsewhere).1;
    let (frame, whole) = alice.send(alice.draft("note.set", json!({"item": "TRY-01", "text": "here"})));
    let header_only = frame.header_only().open().unwrap();
    let mut inspection = fold([&start]);
    let before = bytes_of(&inspection);
    for entry in [&elsewhere, &header_only, &start] {
        assert_eq!(inspection.apply(entry), xuncha_core::inspection::Touched::default());
        assert_eq!(bytes_of(&inspection), before);
    }
    assert!(inspection.apply(&whole).items.contains(&item("TRY-01")), "the header alone did not use up its place");
}

#[test]
fn one_piece_of_evidence_named_twice_is_the_first_by_logical_time_in_either_order() {
    let (mut alice, mut bob) = (Writer::alice(), Writer::bob());
    let start = alice.say(started(), &[], &[]);
    let first = alice.say(photo("ev-1", "TRY-01"), &[], &[]);
    bob.reads(&alice);
    let second = bob.say(photo("ev-1", "TRY-02"), &[], &[]);
    for order in [[&start, &first, &second], [&second, &first, &start]] {
        let inspection = fold(order);
        assert_eq!(inspection.piece(&"ev-1".parse().unwrap()).unwrap().item, Some(item("TRY-01")));
        assert_eq!(inspection.timeline().len(), 3);
    }
    assert_eq!(fold([&start]).id, inspection_id());
}
