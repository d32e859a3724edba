//! Tables beside items: kept as registers, judged by the day they were written, unknown to older versions without harm.

use serde_json::json;
use xuncha_core::event::{SealProposed, SealRole, SealSigned, SignMethod, TableSet};
use xuncha_core::feed::Entry;
use xuncha_core::ids::{BlobHash, Digest};
use xuncha_core::inspection::{Inspection, Missing};
use xuncha_core::tables::{ProposalCode, TableKind};

use super::world::{Writer, drawing, fold, item, pinned, started};

fn expires(day: &str) -> TableSet {
    let rows = vec![vec!["导尿管".into(), "C7".into(), day.into(), String::new(), String::new(), "合格品区".into()]];
    TableSet { item: item("TRY-02"), kind: TableKind::NearExpiry, rows, correction: None }
}

fn raised(inspection: &Inspection) -> Vec<Vec<ProposalCode>> {
    let heads = inspection.table(&item("TRY-02")).into_iter().flat_map(|r| r.heads());
    heads.map(|w| inspection.read_table(w).proposals.iter().map(|p| p.code).collect()).collect()
}

#[test]
fn tables_that_do_not_name_each_other_are_a_conflict_that_keeps_the_record_from_being_sealed() {
    let (mut alice, mut bob) = (Writer::alice(), Writer::bob());
    let mut all = vec![
        alice.say(started(), &[], &[]),
        alice.say(expires("2020-01-01"), &[], &[]),
        bob.say(expires("2030-01-01"), &[], &[]),
    ];
    let conflict = |all: &[Entry]| fold(all).read(&pinned()).missing.contains(&Missing::Conflict(item("TRY-02")));
    assert!(conflict(&all));
    assert_eq!(raised(&fold(&all)).len(), 2, "both sides are read");
    let both = [all[1].id, all[2].id];
    all.push(alice.say(expires("2020-01-01"), &both, &[]));
    assert!(!conflict(&all));
    assert_eq!(raised(&fold(&all)), [[ProposalCode::ExpiredInSale]]);
}

#[test]
fn a_kind_of_a_later_version_is_kept_and_has_no_effect() {
    let mut alice = Writer::alice();
    let start = alice.say(started(), &[], &[]);
    let body = json!({"item": "TRY-02", "kind": "moon_phase", "rows": [["full"]]});
    let later = alice.send(alice.draft("table.set", body)).1;
    let inspection = fold([&start, &later]);
    assert!(inspection.table(&item("TRY-02")).is_none());
    assert_eq!(inspection.entry(&later.id).unwrap().inert.as_deref(), Some("event.shape"));
    let text = later.payload.unwrap().body.get().to_owned();
    assert!(text.contains("moon_phase") && text.contains("full"), "the bytes are kept");
}

#[test]
fn a_state_without_tables_is_written_as_it_was_before_there_were_any() {
    let mut alice = Writer::alice();
    let inspection = fold([&alice.say(started(), &[], &[])]);
    assert!(!serde_json::to_string(&inspection).unwrap().contains("tables"));
}

#[test]
fn rows_are_judged_by_the_day_in_china_on_which_they_were_written() {
    let mut alice = Writer::alice();
    let start = alice.say(started(), &[], &[]);
    let mut on = |wall: &str| {
        let event = expires("2026-11-21");
        let mut draft = alice.draft("table.set", serde_json::to_value(&event).unwrap());
        draft.time.wall = wall.into();
        let entry = alice.send(draft).1;
        raised(&fold([&start, &entry])).remove(0)
    };
    assert_eq!(on("2026-11-21T23:59:59+08:00"), [ProposalCode::ExpiryDisputed]);
    assert_eq!(on("2026-11-22T00:00:00+08:00"), [ProposalCode::ExpiredInSale]);
    assert_eq!(on("2026-11-21T16:00:00Z"), [ProposalCode::ExpiredInSale], "the next day in China");
    assert_eq!(on("2026-11-21T22:00:00+06:00"), [ProposalCode::ExpiredInSale], "Urumqi time");
    assert_eq!(on("a wrong clock"), [], "without a day nothing is raised");
}

#[test]
fn what_expired_after_the_seal_was_good_when_it_was_seen() {
    let mut alice = Writer::alice();
    let mut all = vec![alice.say(started(), &[], &[])];
    let proposal = SealProposed {
        manifest: BlobHash::digest(&[b"m"]),
        frontier: vec![alice.head.clone()],
        entries: 1,
        entries_sha256: Digest::digest(&[b"x"]),
        record_sha256: Digest::digest(&[b"y"]),
    };
    let proposal = alice.say(proposal, &[], &[]);
    let id = proposal.id;
    all.push(proposal);
    let corrected = |alice: &mut Writer, all: &[Entry]| {
        let mut draft = alice.draft("table.set", serde_json::to_value(expires("2026-12-01")).unwrap());
        draft.time.wall = "2026-12-24T10:00:00+08:00".into();
        let late = alice.send(draft).1;
        raised(&fold(all.iter().chain([&late]))).remove(0)
    };
    assert_eq!(corrected(&mut alice, &all), [ProposalCode::ExpiredInSale], "not sealed yet: the day it was written");
    let sign = |role, name: &str, method| SealSigned { proposal: id, role, name: name.into(), method };
    all.push(alice.say(sign(SealRole::Officer, "王芳", SignMethod::Keyed), &[], &[]));
    all.push(alice.say(sign(SealRole::Officer, "李强", SignMethod::Drawn), &[], &[drawing("李强")]));
    all.push(alice.say(sign(SealRole::Firm, "陈某", SignMethod::Drawn), &[], &[drawing("陈某")]));
    assert!(fold(&all).seal().unwrap().is_sealed());
    assert_eq!(corrected(&mut alice, &all), [], "on the day of the record it was good, and far from its end");
}
