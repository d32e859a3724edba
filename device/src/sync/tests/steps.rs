//! Each step of the machine by itself: the ordinary way, and every answer HQ or the wire may give instead.

use std::collections::BTreeMap;

use xuncha_core::feed::{Head, WireFrame};
use xuncha_core::ids::EntryId;
use xuncha_core::protocol::hello::Verdict;
use xuncha_core::protocol::pull::FeedRun;
use xuncha_core::protocol::push::{PushReply, Quarantined};
use xuncha_core::protocol::receipts::{Receipt, ReceiptReply, ReceiptRequest};
use xuncha_core::{Failure, Retry};

use super::hand::{ByHand, last_wait};
use super::phone::{TestKey, feed_key, write};
use super::sim::Sim;
use crate::app::views::SyncPhase;
use crate::sync::link::pause_ms;
use crate::sync::machine::backoff_ms;
use crate::sync::wire::failure_of;
use crate::sync::{Answer, Effect, Input, Machine, Network, Request, Wishes, pull};

fn is_hello(r: &Request) -> bool {
    matches!(r, Request::Hello(_))
}
fn is_push(r: &Request) -> bool {
    matches!(r, Request::Push { .. })
}
fn is_receipt(r: &Request) -> bool {
    matches!(r, Request::Receipts(_))
}
fn is_upload(r: &Request) -> bool {
    matches!(r, Request::UploadBytes { .. })
}
fn is_create(r: &Request) -> bool {
    matches!(r, Request::CreateUpload { .. })
}

#[test]
fn an_answer_that_comes_twice_is_heard_once() {
    let mut hand = ByHand::new();
    hand.sim.phone.says(3);
    let id = hand.until(is_push);
    let (_, token, request) = hand.open[0].clone();
    let reply = hand.truly(token, &request);
    hand.answer(id, reply.clone());
    let after = hand.sim.view().entries_done;
    hand.input(Input::Answer { id, result: reply });
    assert_eq!((after, hand.sim.view().entries_done), (3, 3));
    hand.rest();
    assert_eq!(hand.sim.view().phase, SyncPhase::Done);
}

#[test]
fn a_lost_answer_is_asked_for_again_after_a_growing_wait_and_nothing_is_doubled() {
    let mut hand = ByHand::new();
    hand.sim.phone.says(3);
    let mut id = hand.until(is_push);
    let (_, token, request) = hand.open[0].clone();
    hand.truly(token, &request).unwrap();
    let (lost_at, mut waits) = (hand.sim.now, vec![]);
    while hand.sim.now < lost_at + 10_000 {
        hand.answer(id, Err(Failure::later("hq.unreachable")));
        let told = (hand.sim.now >= lost_at + 2_000).then(|| ("hq.unreachable".to_owned(), Retry::Later));
        assert_eq!(hand.problem(), told, "a short silence is no word on the screen, a long one is");
        let ms = last_wait(&hand);
        hand.sim.now += ms - 1;
        hand.input(Input::Tick);
        assert!(hand.open.is_empty(), "not before its time");
        hand.sim.now += 1;
        hand.input(Input::Tick);
        assert!(matches!(hand.requests()[..], [Request::Push { .. }]), "the same step, not the whole contact");
        (id, waits) = (hand.open[0].0, [waits, vec![ms]].concat());
    }
    assert!(waits[0] <= 60 && waits.iter().take(3).sum::<u64>() <= 400, "0.2 s of refusal cost no minute: {waits:?}");
    assert_eq!(hand.sim.view().phase, SyncPhase::Waiting);
    assert!(hand.sim.view().retry_ms.is_some());
    hand.rest();
    assert_eq!((hand.sim.view().phase, hand.problem()), (SyncPhase::Done, None));
    assert_eq!((hand.sim.hq.has_all_of(&hand.sim.phone.feed.feed).seq, hand.sim.hq.hellos), (3, 2));
}

#[test]
fn waits_grow_up_to_a_minute_and_differ_between_phones() {
    for attempt in 0..40 {
        let base = (1_000u64 << attempt.min(16)).min(60_000);
        for seed in 0..50 {
            assert!((base / 2..=base * 3 / 2).contains(&backoff_ms(attempt, seed)));
            let round = attempt + 1;
            assert!((20..=90_000).contains(&pause_ms(round, seed)));
            assert!(round < 30 || pause_ms(round, seed) >= 30_000);
        }
    }
    assert_ne!(backoff_ms(3, 1), backoff_ms(3, 2));
    assert_ne!(pause_ms(9, 1), pause_ms(9, 2));
}

#[test]
fn verdicts_of_hq_stop_the_feed_are_kept_and_need_a_person() {
    for (verdict, code) in
        [(Verdict::RolledBack, "feed.rolled_back"), (Verdict::Forked, "feed.forked"), (Verdict::Closed, "feed.closed")]
    {
        let mut hand = ByHand::new();
        hand.sim.phone.says(2);
        hand.sim.hq.verdict = Some(verdict);
        hand.until(is_hello);
        hand.rest();
        assert_eq!(hand.problem(), Some((code.into(), Retry::AfterAction)));
        assert_eq!(hand.sim.view().phase, SyncPhase::Failed);
        assert_eq!(hand.sim.phone.durable().verdicts.first().map(|(v, _)| *v), Some(verdict));
        let pulled = hand.sim.phone.durable().copies.len();
        assert_eq!(pulled, 2, "what HQ says still comes in");
        let stored = hand.sim.hq.has_all_of(&hand.sim.phone.feed.feed).seq;
        assert_eq!(
            stored > 0,
            verdict == Verdict::Closed,
            "entries of a closed feed are handed in, HQ keeps them apart"
        );
    }
}

#[test]
fn a_head_that_contradicts_the_own_feed_is_a_fork_or_a_roll_back_even_if_hq_says_all_is_well() {
    let other = |seq, feed| Head { feed, seq, id: Some(EntryId::digest(&[b"other"])), lamport: seq };
    for (seq, code) in [(1, "feed.forked"), (2, "feed.forked"), (3, "feed.rolled_back")] {
        let mut hand = ByHand::new();
        hand.sim.phone.says(2);
        let id = hand.until(is_hello);
        let (_, token, request) = hand.open[0].clone();
        let Ok(Answer::Hello(mut reply)) = hand.truly(token, &request) else { panic!("hello") };
        reply.feeds[0].head = other(seq, hand.sim.phone.feed.feed);
        hand.answer(id, Ok(Answer::Hello(reply)));
        assert!(!hand.requests().into_iter().any(is_push), "nothing is pushed onto another feed's end");
        hand.rest();
        assert_eq!(hand.problem().unwrap().0, code, "at {seq}");
    }
}

#[test]
fn an_old_app_is_told_so_and_stops() {
    for (least, stops) in [("0.1.0", false), ("0.1.1", true), ("0.2", true), ("0.0.99", false), ("1", true)] {
        let mut hand = ByHand::new();
        hand.sim.hq.least_app = least.into();
        hand.until(is_hello);
        hand.rest();
        assert_eq!(hand.problem() == Some(("app.too_old".into(), Retry::AfterAction)), stops, "{least}");
    }
}

#[test]
fn a_checkpoint_without_hqs_signature_ends_the_contact() {
    let mut hand = ByHand::new();
    hand.sim.phone.says(1);
    let id = hand.until(is_hello);
    let (_, token, request) = hand.open[0].clone();
    let Ok(Answer::Hello(mut reply)) = hand.truly(token, &request) else { panic!("hello") };
    reply.checkpoint.text = reply.checkpoint.text.replace("\"log_index\":0", "\"log_index\":9");
    hand.answer(id, Ok(Answer::Hello(reply)));
    assert_eq!(hand.problem(), Some(("hq.signature".into(), Retry::Never)));
    assert_eq!(hand.sim.phone.durable().checkpoints.len(), 0);
    assert!(hand.open.is_empty());
}

#[test]
fn an_hq_that_is_behind_is_an_alarm_and_gets_everything_again() {
    let mut hand = ByHand::new();
    hand.sim.phone.says(4);
    let photo = hand.sim.phone.photographs(vec![1; 2_000_000]);
    hand.until(|r| matches!(r, Request::Close(_)));
    hand.rest();
    assert_eq!(hand.sim.view().phase, SyncPhase::Done);
    let seen = hand.sim.phone.durable().log_index;
    // HQ comes back from a backup that is older than all of it.
    hand.sim.hq.phones.values_mut().for_each(|(_, frames)| frames.clear());
    hand.sim.hq.blobs.clear();
    hand.sim.hq.log_index = 0;
    let mut at_restart = None;
    hand.input(Input::Start);
    while !hand.open.is_empty() {
        let (id, token, request) = hand.open.remove(0);
        let result = hand.truly(token, &request);
        hand.input(Input::Answer { id, result });
        at_restart = at_restart.or(hand.problem());
    }
    assert_eq!(at_restart, Some(("hq.behind".into(), Retry::Later)), "the alarm is shown at once");
    assert_eq!(hand.problem().unwrap().0, "hq.behind", "and stays on the screen of this run");
    assert_eq!(hand.sim.hq.has_all_of(&hand.sim.phone.feed.feed).seq, 5, "entries are pushed again");
    assert!(hand.sim.hq.blobs.contains_key(&photo), "and photos too");
    assert!(hand.sim.phone.durable().log_index >= seen, "what was seen is not forgotten");
    assert_eq!(hand.sim.phone.audit(), Ok(()));
}

#[test]
fn a_quarantined_entry_is_final_and_keeps_nothing_else_back() {
    let mut hand = ByHand::new();
    hand.sim.phone.says(2);
    let id = hand.until(is_push);
    let head = Head::empty(hand.sim.phone.feed.feed);
    let entry = hand.sim.phone.durable().frames[0].id();
    let quarantined = vec![Quarantined { seq: 1, id: entry, reason: "entry.signature".into() }];
    hand.answer(id, Ok(Answer::Push(PushReply { head, quarantined, inert: vec![] })));
    assert!(!hand.requests().into_iter().any(is_push), "not tried again in a circle");
    hand.rest();
    let view = hand.sim.view();
    assert_eq!(hand.problem(), Some(("entry.quarantined".into(), Retry::Never)));
    assert_eq!((view.quarantined, view.phase), (1, SyncPhase::Failed));
    assert_eq!(hand.sim.phone.durable().copies.len(), 2, "the pull went on");
}

#[test]
fn a_push_that_brings_nothing_forward_ends() {
    let mut hand = ByHand::new();
    hand.sim.phone.says(2);
    let id = hand.until(is_push);
    let head = Head::empty(hand.sim.phone.feed.feed);
    hand.answer(id, Ok(Answer::Push(PushReply { head, quarantined: vec![], inert: vec![] })));
    hand.rest();
    assert_eq!(hand.problem(), Some(("hq.stuck".into(), Retry::Later)));
}

#[test]
fn a_receipt_is_stored_only_if_hq_signed_it_for_this_feed_and_this_phones_own_entry() {
    type Change = fn(&mut Receipt, &Sim);
    let table: [(&str, bool, bool, Change); 6] = [
        ("true", true, true, |_, _| {}),
        ("another signer", false, false, |_, _| {}),
        ("another feed", true, false, |r, s| r.feed = s.hq.feed.feed),
        ("a head of another feed", true, false, |r, s| r.stored_to.feed = s.hq.feed.feed),
        ("another entry", true, false, |r, _| r.stored_to.id = Some(EntryId::digest(&[b"x"]))),
        ("beyond the end", true, false, |r, _| r.stored_to.seq = 99),
    ];
    for (name, by_hq, stored, change) in table {
        let mut hand = ByHand::new();
        hand.sim.phone.says(2);
        let id = hand.until(is_receipt);
        let feed = hand.sim.phone.feed.feed;
        let truth = hand.sim.hq.receipt(&ReceiptRequest { feed, blobs: vec![] });
        let mut said = truth.verify(&hand.sim.hq.feed.key).unwrap();
        change(&mut said, &hand.sim);
        let receipt = if by_hq {
            hand.sim.hq.signs(&said)
        } else {
            xuncha_core::protocol::Signed::sign(&said, &TestKey::new(9)).unwrap()
        };
        hand.answer(id, Ok(Answer::Receipt(ReceiptReply { receipt })));
        hand.rest();
        assert_eq!(hand.sim.phone.durable().receipts.len(), usize::from(stored), "{name}");
        let alarm = Some(("receipt.wrong".to_owned(), Retry::Never));
        assert_eq!(hand.problem(), if stored { None } else { alarm }, "{name}");
    }
}

#[test]
fn three_files_are_on_their_way_at_a_time_in_the_order_of_their_entries() {
    let mut hand = ByHand::new();
    let photos: Vec<_> = (0..5).map(|n| hand.sim.phone.photographs(vec![n; 1_100_000])).collect();
    hand.until(is_create);
    let created: Vec<_> = hand
        .requests()
        .into_iter()
        .filter_map(|r| match r {
            Request::CreateUpload { sha256, bytes, again: false, .. } => Some((*sha256, *bytes)),
            _ => None,
        })
        .collect();
    assert_eq!(created, [photos[0], photos[1], photos[2]].map(|photo| (photo, 64 * 1024)));
}

#[test]
fn pieces_grow_on_a_quick_link_and_shrink_on_a_slow_one() {
    // (milliseconds each piece takes, the fifth piece)
    for (ms, fifth) in [(5, 16 << 20), (3_000, 64 << 10), (30_000, 64 << 10)] {
        let mut hand = ByHand::new();
        hand.sim.phone.photographs(vec![1; 60_000_000]);
        hand.until(is_create);
        let mut pieces = vec![];
        while let Some((id, token, request)) = hand.open.pop() {
            if let Request::UploadBytes { len, .. } = request {
                pieces.push(len);
            }
            hand.sim.now += ms;
            let result = hand.truly(token, &request);
            hand.input(Input::Answer { id, result });
            if pieces.len() == 5 {
                break;
            }
        }
        assert_eq!(pieces.last(), Some(&fifth), "{ms} ms: {pieces:?}");
    }
}

#[test]
fn a_cut_upload_goes_on_at_hqs_offset() {
    let mut hand = ByHand::new();
    hand.sim.phone.photographs(vec![1; 3_000_000]);
    let id = hand.until(is_upload);
    let before = hand.sim.view().bytes_done;
    let address = hand.sim.hq.uploads.keys().next().unwrap().clone();
    hand.sim.hq.append(&address, before, &vec![1; 50_000]).unwrap();
    hand.sim.now += 1_000;
    hand.input(Input::Tick);
    assert_eq!(hand.sim.view().bytes_done, before, "what HQ has not acknowledged is not done");
    hand.answer(id, Err(Failure::later("hq.unreachable")));
    assert_eq!(hand.sim.view().bytes_done, before, "and nothing goes back");
    assert!(hand.open.is_empty());
    hand.sim.now += last_wait(&hand);
    hand.input(Input::Tick);
    assert!(matches!(hand.requests()[..], [Request::UploadOffset { .. }]), "asked, not guessed");
    hand.until(is_upload);
    let stands = before + 50_000;
    assert!(matches!(hand.requests()[..], [Request::UploadBytes { offset, .. }] if *offset == stands));
    assert_eq!((hand.sim.view().files[0].done, hand.sim.view().bytes_done), (stands, stands));
    hand.rest();
    assert_eq!(hand.sim.view().phase, SyncPhase::Done);
}

#[test]
fn a_file_that_cannot_be_sent_is_given_up_with_its_reason_and_the_others_arrive() {
    // (what HQ or the vault says to its bytes, tries, problem)
    let table = [
        (Failure::later("blob.checksum"), 4, "blob.checksum", Retry::Never),
        (Failure::later("upload.gone"), 4, "upload.gone", Retry::Later),
        (Failure::never("vault.damaged"), 1, "vault.damaged", Retry::Never),
    ];
    for (said, tries, code, retry) in table {
        let mut hand = ByHand::new();
        let bad = hand.sim.phone.photographs(vec![1; 1_500_000]);
        let good = hand.sim.phone.photographs(vec![2; 1_500_000]);
        hand.until(is_create);
        let mut tried = 0;
        while !hand.open.is_empty() {
            let (id, token, request) = hand.open.remove(0);
            let is_bad = is_bytes_of(&request, bad);
            tried += u32::from(is_bad);
            let result = if is_bad { Err(said.clone()) } else { hand.truly(token, &request) };
            hand.input(Input::Answer { id, result });
        }
        assert_eq!(tried, tries, "{code}");
        assert!(hand.sim.hq.blobs.contains_key(&good), "{code}: the other is in");
        assert!(hand.sim.phone.durable().receipted_blobs.contains(&good), "{code}: and receipted");
        assert_eq!(hand.problem(), Some((code.into(), retry)));
        let view = hand.sim.view();
        let file = view.files.iter().find(|f| f.sha256 == bad).unwrap();
        assert_eq!(file.problem.as_ref().map(|f| f.code.as_str()), Some(code));
        assert_eq!(view.phase, if retry == Retry::Later { SyncPhase::Waiting } else { SyncPhase::Failed });
        assert!(view.agreed.is_none());
    }
}

fn is_bytes_of(request: &Request, blob: xuncha_core::ids::BlobHash) -> bool {
    matches!(request, Request::UploadBytes { sha256, .. } | Request::CreateUpload { sha256, bytes: 1.., .. } if *sha256 == blob)
}

/// Lets time pass and answers, truly but for what `says` says: until it rests, or a file is set aside, or for so many
/// milliseconds.
fn for_a_while(hand: &mut ByHand, ms: u64, says: impl Fn(&Request) -> Option<Failure>) {
    let end = hand.sim.now + ms;
    let is_aside = |hand: &ByHand| hand.problem().is_some_and(|(code, _)| code == "blob.stuck");
    let was_aside = is_aside(hand);
    while hand.sim.now < end && !hand.effects.iter().any(|e| matches!(e, Effect::Done)) {
        if is_aside(hand) && !was_aside {
            return;
        }
        if hand.open.is_empty() {
            hand.sim.now += last_wait(hand).max(1);
            hand.input(Input::Tick);
            continue;
        }
        let (id, token, request) = hand.open.remove(0);
        let result = match says(&request) {
            Some(failure) => Err(failure),
            None => hand.truly(token, &request),
        };
        hand.input(Input::Answer { id, result });
    }
}

#[test]
fn a_file_that_every_cut_meets_is_never_given_up_goes_in_small_records_and_keeps_nobody_back() {
    let mut hand = ByHand::new();
    let bad = hand.sim.phone.photographs(vec![1; 1_500_000]);
    let good = hand.sim.phone.photographs(vec![2; 1_500_000]);
    hand.until(is_create);
    for_a_while(&mut hand, 30 * 60_000, |r| is_bytes_of(r, bad).then(|| Failure::later("hq.unreachable")));
    let view = hand.sim.view();
    assert!(hand.sim.phone.durable().receipted_blobs.contains(&good), "the other is receipted long before");
    let file = view.files.iter().find(|f| f.sha256 == bad).unwrap();
    assert_eq!((file.problem.clone(), view.phase != SyncPhase::Failed), (None, true), "{view:?}");
    // The link breaks before 16 KiB are over: what HQ gets is less, but it does get it.
    let mut sent = vec![];
    while !hand.sim.hq.blobs.contains_key(&bad) {
        if hand.open.is_empty() {
            hand.sim.now += last_wait(&hand).max(1);
            hand.input(Input::Tick);
            continue;
        }
        let (id, token, request) = hand.open.remove(0);
        let result = match &request {
            Request::UploadBytes { address, offset, len, small, .. } => {
                sent.push((*small, *len));
                let carried = if *small { (*len).min(6 * 1024) as usize } else { 0 };
                let whole = carried as u64 == *len;
                let said = hand.sim.hq.append(address, *offset, &vec![1; carried]).map(Answer::Offset);
                if whole { said } else { Err(Failure::later("hq.unreachable")) }
            }
            request => hand.truly(token, request),
        };
        hand.input(Input::Answer { id, result });
    }
    assert!(sent.iter().filter(|(small, _)| *small).all(|(_, len)| *len <= 40 * 1024), "{sent:?}");
    hand.rest();
    assert_eq!((hand.sim.view().phase, hand.problem()), (SyncPhase::Done, None));
}

#[test]
fn a_file_that_hq_answers_for_and_that_does_not_move_is_set_aside_after_a_minute_and_comes_again() {
    let mut hand = ByHand::new();
    let bad = hand.sim.phone.photographs(vec![1; 1_500_000]);
    hand.sim.phone.photographs(vec![2; 1_500_000]);
    hand.until(is_create);
    let locked = |r: &Request| is_bytes_of(r, bad).then(|| Failure::later("blob.locked"));
    let began = hand.sim.now;
    for_a_while(&mut hand, 600_000, locked);
    assert_eq!(
        (hand.problem(), hand.sim.view().phase),
        (Some(("blob.stuck".into(), Retry::Later)), SyncPhase::Waiting)
    );
    assert!(hand.sim.now >= began + 60_000, "not before a minute: {}", hand.sim.now - began);
    for_a_while(&mut hand, 600_000, |_| None);
    assert_eq!((hand.sim.view().phase, hand.problem()), (SyncPhase::Done, None));
    assert!(hand.sim.hq.blobs.contains_key(&bad));
}

#[test]
fn a_creation_whose_answer_was_lost_is_said_again_and_gets_the_upload_that_was_begun() {
    let mut hand = ByHand::new();
    let photo = hand.sim.phone.photographs(vec![1; 2_000_000]);
    let other = hand.sim.phone.photographs(vec![2; 2_000_000]);
    let id = hand.until(is_create);
    let (_, token, request) = hand.open.iter().find(|(open, ..)| *open == id).unwrap().clone();
    assert!(is_bytes_of(&request, photo));
    hand.truly(token, &request).unwrap();
    hand.answer(id, Err(Failure::later("hq.unreachable")));
    assert!(hand.requests().iter().any(|r| is_bytes_of(r, other)), "the other goes on");
    hand.sim.now += last_wait(&hand);
    hand.input(Input::Tick);
    assert!(hand.requests().iter().any(|r| matches!(r, Request::CreateUpload { again: true, bytes: 0, .. })));
    hand.rest();
    assert_eq!((hand.sim.view().phase, hand.sim.hq.hellos), (SyncPhase::Done, 2));
    assert!(hand.sim.hq.blobs.contains_key(&photo));
    assert!(hand.sim.hq.uploads.is_empty(), "no second upload was begun");
}

#[test]
fn an_upload_hq_has_forgotten_begins_again_and_the_screen_says_so() {
    let mut hand = ByHand::new();
    let photo = hand.sim.phone.photographs(vec![1; 2_000_000]);
    hand.until(is_upload);
    hand.sim.hq.uploads.clear();
    hand.rest();
    let view = hand.sim.view();
    assert_eq!((view.phase, view.files[0].again), (SyncPhase::Done, true));
    assert!(hand.sim.hq.blobs.contains_key(&photo));
}

#[test]
fn the_inspection_put_first_goes_first_even_when_others_are_on_their_way() {
    let mut hand = ByHand::new();
    for n in 0..6 {
        hand.sim.phone.photographs_for("morning", vec![n; 1_000_000]);
    }
    let urgent = [7, 8].map(|n| hand.sim.phone.photographs_for("urgent", vec![n; 1_000_000]));
    hand.until(is_upload);
    let wishes = Wishes { first: Some("urgent".parse().unwrap()), ..Wishes::default() };
    hand.input(Input::Wish(wishes));
    let mut order = vec![];
    while !hand.open.is_empty() {
        let (id, token, request) = hand.open.remove(0);
        let result = hand.truly(token, &request);
        hand.input(Input::Answer { id, result });
        let done: Vec<_> = hand.sim.hq.blobs.keys().filter(|b| !order.contains(*b)).copied().collect();
        order.extend(done);
    }
    assert_eq!(order.len(), 8);
    assert!(urgent.iter().all(|b| order[..2].contains(b)), "the two urgent ones arrive before all others");
    assert_eq!(hand.sim.view().phase, SyncPhase::Done);
    let sent: u64 = hand.sim.hq.taken;
    assert_eq!(sent, 8_000_000, "who steps aside goes on where HQ stands");
}

#[test]
fn a_network_that_costs_by_the_byte_is_waited_out_if_the_person_wants_wifi_only() {
    let mut hand = ByHand::new();
    hand.sim.phone.photographs(vec![1; 2_000_000]);
    hand.until(is_upload);
    hand.input(Input::Wish(Wishes { wifi_only: true, ..Wishes::default() }));
    assert!(!hand.open.is_empty(), "nobody said that this network costs");
    hand.input(Input::Network(Network::Metered));
    assert!(hand.open.is_empty());
    let held = Some(("network.metered".to_owned(), Retry::Later));
    assert_eq!((hand.sim.view().phase, hand.problem()), (SyncPhase::Waiting, held.clone()));
    hand.sim.now += 3_600_000;
    hand.input(Input::Tick);
    hand.input(Input::Start);
    assert_eq!((hand.open.len(), hand.problem()), (0, held));
    hand.input(Input::Network(Network::Unmetered));
    hand.rest();
    assert_eq!(hand.sim.view().phase, SyncPhase::Done);
}

#[test]
fn a_new_network_asks_again_at_once_what_was_open_on_the_old_one() {
    let mut hand = ByHand::new();
    hand.sim.phone.photographs(vec![1; 2_000_000]);
    let old = hand.until(is_upload);
    hand.input(Input::Network(Network::Metered));
    assert!(matches!(hand.requests()[..], [Request::UploadOffset { .. }]));
    assert!(hand.open.iter().all(|(id, ..)| *id != old));
    // The same word again changes nothing.
    let open: Vec<_> = hand.open.iter().map(|(id, ..)| *id).collect();
    hand.input(Input::Network(Network::Metered));
    assert_eq!(hand.open.iter().map(|(id, ..)| *id).collect::<Vec<_>>(), open);
    hand.rest();
    assert_eq!((hand.sim.view().phase, hand.sim.hq.hellos), (SyncPhase::Done, 2));
    // And a wait ends with it.
    let mut hand = ByHand::new();
    hand.until(|r| matches!(r, Request::Challenge));
    let id = hand.open[0].0;
    hand.answer(id, Err(Failure::later("hq.answer")));
    assert_eq!(hand.sim.view().phase, SyncPhase::Waiting);
    hand.input(Input::Network(Network::Unmetered));
    hand.rest();
    assert_eq!(hand.sim.view().phase, SyncPhase::Done);
}

#[test]
fn what_is_told_of_speed_and_time_is_what_hq_acknowledged() {
    let mut hand = ByHand::new();
    for n in 0..3 {
        hand.sim.phone.photographs(vec![n; 5_000_000]);
    }
    hand.until(is_create);
    assert_eq!(
        (hand.sim.view().rate, hand.sim.view().remaining_ms, hand.sim.view().bytes_total),
        (None, None, 15_000_000)
    );
    let mut told = 0;
    let mut before = 0;
    while !hand.open.is_empty() {
        let (id, token, request) = hand.open.remove(0);
        // 100 kB a second for all, whoever sends.
        let bytes = match &request {
            Request::UploadBytes { len, .. } => *len,
            Request::CreateUpload { bytes, .. } => *bytes,
            _ => 0,
        };
        hand.sim.now += bytes / 100;
        let result = hand.truly(token, &request);
        hand.input(Input::Answer { id, result });
        let view = hand.sim.view();
        assert!(view.bytes_done >= before, "never back");
        before = view.bytes_done;
        if let (Some(rate), Some(left)) = (view.rate, view.remaining_ms) {
            told += 1;
            assert!((80_000..=125_000).contains(&rate), "{rate}");
            let true_ms = (15_000_000 - view.bytes_done) / 100;
            assert!(left.abs_diff(true_ms) <= true_ms / 4 + 1, "{left} told, {true_ms} true");
        }
    }
    assert!(told > 20, "it was told {told} times");
    let view = hand.sim.view();
    assert_eq!((view.phase, view.bytes_done, view.rate), (SyncPhase::Done, 15_000_000, None));
}

#[test]
fn an_expired_session_is_renewed_in_the_middle_but_a_refused_one_ends_the_run() {
    let mut hand = ByHand::new();
    hand.sim.phone.says(1);
    hand.until(is_push);
    hand.sim.hq.restarts();
    hand.rest();
    assert_eq!(hand.sim.view().phase, SyncPhase::Done);

    let mut hand = ByHand::new();
    let id = hand.until(|r| matches!(r, Request::Session { .. }));
    hand.answer(id, Err(Failure::never("device.revoked")));
    assert_eq!(hand.problem(), Some(("device.revoked".into(), Retry::Never)));
    assert!(hand.open.is_empty() && hand.effects.iter().any(|e| matches!(e, Effect::Done)));
}

#[test]
fn a_pause_stops_everything_and_a_start_goes_on() {
    let mut hand = ByHand::new();
    hand.sim.phone.photographs(vec![1; 2_000_000]);
    let id = hand.until(is_upload);
    hand.input(Input::Pause);
    assert!(hand.open.is_empty());
    assert_eq!(hand.sim.view().phase, SyncPhase::Paused);
    hand.input(Input::Answer { id, result: Ok(Answer::Offset(2_000_000)) });
    hand.sim.now += 100_000;
    hand.input(Input::Tick);
    assert_eq!(hand.sim.view().phase, SyncPhase::Paused, "a late answer does not wake it");
    hand.input(Input::Start);
    hand.rest();
    assert_eq!(hand.sim.view().phase, SyncPhase::Done);
}

#[test]
fn what_is_written_while_it_runs_goes_along() {
    let mut hand = ByHand::new();
    hand.sim.phone.says(1);
    hand.until(|r| matches!(r, Request::Pull(_)));
    hand.sim.phone.says(1);
    hand.input(Input::Start);
    hand.rest();
    assert_eq!(hand.sim.view().phase, SyncPhase::Done);
    assert_eq!(hand.sim.phone.durable().receipted, 2);
}

#[test]
fn what_is_written_between_the_claim_and_the_push_is_not_taken_for_a_roll_back() {
    let mut hand = ByHand::new();
    hand.sim.phone.says(2);
    let id = hand.until(is_hello);
    let (_, token, request) = hand.open.iter().find(|(asked, ..)| *asked == id).unwrap().clone();
    let reply = hand.truly(token, &request);
    hand.sim.phone.says(3);
    hand.answer(id, reply);
    hand.rest();
    assert_eq!(hand.sim.phone.durable().verdicts, []);
    assert_eq!((hand.sim.view().phase, hand.sim.phone.durable().receipted), (SyncPhase::Done, 5));
}

#[test]
fn a_page_is_believed_frame_by_frame() {
    let sim = Sim::new(0);
    let setup = sim.phone.setup();
    let (hq_key, stranger) = (TestKey::new(1), TestKey::new(50));
    let mut frames = vec![];
    for _ in 0..3 {
        write(&mut frames, &hq_key, &sim.hq.feed, None, vec![]);
    }
    let wire: Vec<WireFrame> = frames.iter().map(|f| WireFrame::try_from(f).unwrap()).collect();
    let strange_key = feed_key(&stranger, "phone-9", "mallory");
    let mut strange = vec![];
    write(&mut strange, &stranger, &strange_key, None, vec![]);
    let strange: Vec<WireFrame> = strange.iter().map(|f| WireFrame::try_from(f).unwrap()).collect();
    let header_only = WireFrame { payload: None, ..wire[1].clone() };
    let flipped = WireFrame { payload: wire[1].payload.clone().map(|p| p.replace('1', "2")), ..wire[1].clone() };
    let hq = |frames: &[&WireFrame]| FeedRun {
        feed: sim.hq.feed.clone(),
        frames: frames.iter().map(|f| (*f).clone()).collect(),
    };
    let own = [sim.phone.feed.feed];
    // (name, runs, frames stored, something was wrong)
    let table = [
        ("in order", vec![hq(&[&wire[0], &wire[1], &wire[2]])], 3, false),
        ("without a payload", vec![hq(&[&wire[0], &header_only, &wire[2]])], 3, false),
        ("with a gap", vec![hq(&[&wire[0], &wire[2]])], 1, true),
        ("with a flipped byte", vec![hq(&[&wire[0], &flipped, &wire[2]])], 1, true),
        ("repeated", vec![hq(&[&wire[0]]), hq(&[&wire[0], &wire[1]])], 3, false),
        ("of a stranger", vec![FeedRun { feed: strange_key.clone(), frames: strange.clone() }], 0, true),
        (
            "of a stranger in HQ's name",
            vec![FeedRun {
                feed: xuncha_core::feed::FeedKey { feed: sim.hq.feed.feed, ..strange_key },
                frames: strange,
            }],
            0,
            true,
        ),
        ("of the own feed", vec![FeedRun { feed: sim.phone.feed.clone(), frames: vec![] }], 0, true),
    ];
    for (name, runs, stored, wrong) in table {
        let page = pull::judge(&setup, &own, &BTreeMap::new(), &BTreeMap::new(), runs);
        assert_eq!(page.runs.iter().map(|r| r.frames.len()).sum::<usize>(), stored, "{name}");
        assert_eq!(page.wrong.is_some(), wrong, "{name}");
    }
}

#[test]
fn pages_that_never_end_are_left() {
    let mut hand = ByHand::new();
    hand.sim.hq.endless = true;
    hand.until(|r| matches!(r, Request::Pull(_)));
    hand.rest();
    assert_eq!(hand.problem(), Some(("hq.stuck".into(), Retry::Later)));
    assert_eq!(hand.sim.phone.durable().copies.len(), 2);
}

#[test]
fn a_pack_comes_in_parts_and_counts_only_by_its_hash() {
    let mut hand = ByHand::new();
    let good = hand.sim.hq.publishes(vec![1; 2_500_000]);
    let bad = hand.sim.hq.publishes(vec![2; 500]);
    hand.sim.hq.packs.insert(bad, vec![3; 500]);
    hand.until(|r| matches!(r, Request::PackPart { .. }));
    hand.rest();
    let packs: Vec<_> = hand.sim.phone.durable().packs.keys().copied().collect();
    assert_eq!(packs, [good]);
    assert_eq!(hand.problem(), Some(("pack.wrong".into(), Retry::Never)));
}

#[test]
fn what_is_taken_whole_or_not_at_all_gets_smaller_with_every_cut_down_to_one_entry() {
    let mut hand = ByHand::new();
    hand.sim.phone.says(300);
    hand.sim.hq.publishes(vec![1; 2_500_000]);
    let (mut pushes, mut parts) = (vec![], vec![]);
    let small = |r: &Request| match r {
        Request::Push { frames, .. } => frames.len() <= 1,
        Request::PackPart { len, .. } => *len <= 20_000,
        _ => true,
    };
    hand.input(Input::Start);
    let end = hand.sim.now + 3_600_000;
    while hand.sim.now < end && hand.sim.phone.durable().packs.is_empty() {
        if hand.open.is_empty() {
            hand.sim.now += last_wait(&hand).max(1);
            hand.input(Input::Tick);
            continue;
        }
        let (id, token, request) = hand.open.remove(0);
        match &request {
            Request::Push { frames, .. } => pushes.push(frames.len()),
            Request::PackPart { len, .. } => parts.push(*len),
            _ => {}
        }
        let result = if small(&request) { hand.truly(token, &request) } else { Err(Failure::later("hq.unreachable")) };
        hand.input(Input::Answer { id, result });
    }
    assert!(pushes[0] > 1 && pushes.contains(&1), "{pushes:?}");
    assert!(parts[0] > 1_000_000 && parts.iter().any(|len| *len <= 20_000), "{parts:?}");
    assert_eq!(hand.sim.hq.has_all_of(&hand.sim.phone.feed.feed).seq, 300);
    assert_eq!(hand.sim.phone.durable().packs.len(), 1);
}

#[test]
fn a_day_is_agreed_only_under_hqs_signature_over_this_manifest() {
    for forge in [false, true] {
        let mut hand = ByHand::new();
        hand.sim.phone.says(1);
        let id = hand.until(|r| matches!(r, Request::Close(_)));
        let (_, token, request) = hand.open[0].clone();
        let Ok(Answer::Close(mut reply)) = hand.truly(token, &request) else { panic!("close") };
        if forge {
            let signed = reply.agreed.unwrap();
            let mut day = signed.verify(&hand.sim.hq.feed.key).unwrap();
            day.manifest = xuncha_core::ids::Digest::digest(&[b"another day"]);
            reply.agreed = Some(hand.sim.hq.signs(&day));
        }
        hand.answer(id, Ok(Answer::Close(reply)));
        assert_eq!(hand.sim.view().agreed.is_some(), !forge);
        assert_eq!(hand.sim.phone.durable().agreed.len(), usize::from(!forge));
        let wrong = Some(("day.wrong".to_owned(), Retry::Never));
        assert_eq!(hand.problem(), if forge { wrong } else { None });
    }
}

#[test]
fn a_day_that_stays_incomplete_is_named_and_tried_again() {
    let mut hand = ByHand::new();
    hand.sim.phone.says(1);
    hand.input(Input::Start);
    let mut closes = 0;
    while !hand.open.is_empty() {
        let (id, token, request) = hand.open.remove(0);
        let mut result = hand.truly(token, &request);
        if let Ok(Answer::Close(reply)) = &mut result {
            closes += 1;
            reply.agreed = None;
            reply.missing_entries = vec![Head::empty(hand.sim.phone.feed.feed)];
        }
        hand.input(Input::Answer { id, result });
    }
    assert_eq!((closes, hand.problem()), (3, Some(("day.missing".into(), Retry::Later))));
}

#[test]
fn where_hq_takes_no_files_the_entries_get_their_receipt_and_the_rest_waits_without_being_offered_one_by_one() {
    for refusal in [Failure::later("hq.full"), Failure::later("quota.bytes")] {
        let mut hand = ByHand::new();
        for n in 0..12 {
            hand.sim.phone.photographs(vec![n; 300_000]);
        }
        hand.input(Input::Start);
        let (mut offered, mut receipts) = (0, 0);
        while !hand.open.is_empty() {
            let (id, token, request) = hand.open.remove(0);
            let result = match &request {
                Request::CreateUpload { .. } | Request::UploadBytes { .. } => {
                    offered += 1;
                    Err(refusal.clone())
                }
                _ => hand.truly(token, &request),
            };
            receipts += usize::from(matches!(result, Ok(Answer::Receipt(_))));
            hand.input(Input::Answer { id, result });
        }
        assert_eq!(
            hand.problem(),
            Some((refusal.code.clone(), Retry::Later)),
            "the screen says why, and it is tried again"
        );
        assert_eq!((offered, receipts), (3, 1), "as many as are offered at once; and HQ's word on the entries");
        assert_eq!(hand.sim.view().phase, SyncPhase::Waiting);
    }
}

#[test]
fn a_calm_day_sends_everything_exactly_once() {
    let mut sim = Sim::new(8);
    sim.hq.publishes(vec![5; 3_000_000]);
    sim.phone.says(5);
    for photo in 0..8 {
        // Small ones go with their creation, big ones after it.
        let size = if photo % 3 == 0 { 1_500_000 } else { 2_000 + photo };
        sim.phone.photographs(vec![photo as u8; size]);
    }
    sim.start();
    sim.runs(2_000);
    sim.assert_all_in();
    let pushes = sim.sent.iter().filter(|r| matches!(r, Request::Push { .. })).count();
    let creations = sim.sent.iter().filter(|r| matches!(r, Request::CreateUpload { .. })).count();
    assert_eq!((pushes, creations, sim.hq.hellos), (1, 8, 2));
}

#[test]
fn the_screen_hears_at_most_five_times_a_second_and_always_of_the_end() {
    let mut sim = Sim::new(3);
    for n in 0..40 {
        sim.phone.photographs(vec![n; 1_200_000]);
    }
    sim.start();
    sim.runs(5_000);
    assert_eq!(sim.shows.last().map(|(_, v)| v.phase), Some(SyncPhase::Done));
    let times: Vec<u64> = sim.shows.iter().map(|(at, _)| *at).collect();
    assert!(times.len() > 5, "{times:?}");
    // The last one does not wait for its turn.
    for pair in times[..times.len() - 1].windows(2) {
        assert!(pair[1] - pair[0] >= 200, "{pair:?}");
    }
}

#[test]
fn codes_come_from_problems_and_where_there_is_none_from_the_status() {
    let table: [(u16, bool, Option<Failure>, &str, Retry); 11] = [
        (404, false, Some(Failure::never("blob.unnamed")), "blob.unnamed", Retry::Never),
        (507, true, Some(Failure::after_action("disk.full")), "hq.full", Retry::Later),
        (401, false, None, "session.refused", Retry::AfterAction),
        (403, false, Some(Failure::never("device.revoked")), "device.revoked", Retry::Never),
        (404, true, Some(Failure::never("not.found")), "upload.gone", Retry::Later),
        (410, true, None, "upload.gone", Retry::Later),
        (409, true, None, "upload.offset", Retry::Later),
        (460, false, None, "blob.checksum", Retry::Later),
        (503, false, None, "hq.busy", Retry::Later),
        (413, false, None, "hq.refused", Retry::Never),
        (404, false, None, "hq.refused", Retry::Never),
    ];
    for (status, is_upload, problem, code, retry) in table {
        let failure = failure_of(status, is_upload, problem);
        assert_eq!((failure.code.as_str(), failure.retry), (code, retry), "{status}");
    }
}

#[test]
fn a_new_machine_rests() {
    let sim = Sim::new(0);
    assert_eq!(Machine::new(sim.phone.setup()).view().phase, SyncPhase::Idle);
}
