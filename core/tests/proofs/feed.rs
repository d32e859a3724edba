//! The chain: only the next entry of the feed, by the feed's own key, is ever taken (I4), and limits come before the pen.

use std::cell::Cell;

use serde_json::json;
use xuncha_core::feed::limits::{LimitError, MAX_BLOBS, MAX_INT, MAX_LAMPORT_JUMP, MAX_OVER, MAX_PAYLOAD};
use xuncha_core::feed::{
    AuthorError, BlobSource, Chain, ChainError, Draft, FeedKey, Frame, FrameError, Head, SignatureError, Signer,
    VerifyingKey, author, limits,
};
use xuncha_core::ids::EntryId;

use super::world::{Key, Writer, blob, handmade, header_for};

fn three(w: &mut Writer) -> Vec<Frame> {
    (0..3).map(|n| w.send(w.draft("note.set", json!({"item": "TRY-01", "text": n.to_string()}))).0).collect()
}
fn chain_of(w: &Writer) -> Chain {
    Chain::resume(w.feed.key, Head::empty(w.feed.feed))
}

#[test]
fn what_an_author_writes_every_reader_verifies() {
    let mut alice = Writer::alice();
    let frames = three(&mut alice);
    let mut chain = chain_of(&alice);
    for (n, frame) in frames.iter().enumerate() {
        let entry = chain.accept(frame).unwrap();
        assert_eq!(entry.header.seq, n as u64 + 1);
        assert_eq!(entry.payload.unwrap().kind, "note.set");
    }
    assert_eq!(chain.head(), &alice.head, "author and reader stand at the same place");
}

#[test]
fn a_reader_outside_the_scope_verifies_the_chain_from_headers_alone() {
    let mut alice = Writer::alice();
    let mut chain = chain_of(&alice);
    for frame in three(&mut alice) {
        let header_only = frame.header_only();
        assert_eq!(header_only.payload_bytes(), None);
        assert_eq!(header_only.id(), frame.id());
        assert!(chain.accept(&header_only).unwrap().payload.is_none());
    }
    assert_eq!(chain.head(), &alice.head);
}

#[test]
fn a_gap_a_repetition_and_a_fork_are_told_apart_and_the_chain_stays_where_it_was() {
    let mut alice = Writer::alice();
    let frames = three(&mut alice);
    let mut chain = chain_of(&alice);
    assert_eq!(chain.accept(&frames[1]).unwrap_err(), ChainError::Gap { have: 0, got: 2 });
    chain.accept(&frames[0]).unwrap();
    assert_eq!(chain.accept(&frames[0]).unwrap_err(), ChainError::Taken(1));
    assert_eq!(chain.accept(&frames[2]).unwrap_err(), ChainError::Gap { have: 1, got: 3 });

    // A cloned phone goes its own way from the second place on.
    let mut clone = Writer::alice();
    clone.send(clone.draft("note.set", json!({"item": "TRY-01", "text": "0"})));
    assert_eq!(clone.head.id, Some(frames[0].id()), "the same words give the same entry");
    let other_second = clone.send(clone.draft("note.set", json!({"item": "TRY-01", "text": "other"}))).0;
    let other_third = clone.send(clone.draft("note.set", json!({"item": "TRY-01", "text": "other"}))).0;
    chain.accept(&frames[1]).unwrap();
    assert_eq!(chain.accept(&other_second).unwrap_err(), ChainError::Taken(2));
    assert_eq!(chain.accept(&other_third).unwrap_err(), ChainError::Fork(3));
    chain.accept(&frames[2]).unwrap();
    assert_eq!(chain.head(), &alice.head, "no refusal moved it");
}

#[test]
fn an_entry_of_another_feed_is_refused_even_under_the_same_key() {
    let mut alice = Writer::alice();
    let other = FeedKey::new(alice.feed.key, alice.feed.device.clone(), "carol".parse().unwrap());
    let frame = three(&mut alice).remove(0);
    let mut chain = Chain::resume(other.key, Head::empty(other.feed));
    assert_eq!(chain.accept(&frame).unwrap_err(), ChainError::OtherFeed);
}

#[test]
fn another_key_cannot_speak_in_a_feed() {
    let alice = Writer::alice();
    let payload = "{}";
    let frame = handmade(&Key::new(9), &header_for(&alice.head, 1, payload), "");
    let refused = chain_of(&alice).accept(&frame).unwrap_err();
    assert_eq!(refused, ChainError::Frame(FrameError::Signature(SignatureError)));
}

#[test]
fn logical_time_must_grow_within_a_feed() {
    let mut alice = Writer::alice();
    three(&mut alice);
    let mut chain = Chain::resume(alice.feed.key, alice.head.clone());
    for lamport in [alice.head.lamport, 1, 0] {
        let frame = handmade(&alice.key, &header_for(&alice.head, lamport, "{}"), "");
        assert_eq!(chain.accept(&frame).unwrap_err(), ChainError::Lamport(4));
    }
    chain.accept(&handmade(&alice.key, &header_for(&alice.head, alice.head.lamport + 1, "{}"), "")).unwrap();
}

#[test]
fn logical_time_follows_what_was_seen_whatever_the_clock_says() {
    let mut alice = Writer::alice();
    three(&mut alice);
    alice.seen = 500;
    let mut draft = alice.draft("note.set", json!({}));
    draft.time.wall = "1970-01-01T00:00:00Z".into();
    assert_eq!(alice.send(draft).1.header.lamport, 501);
    alice.seen = 3;
    let draft = alice.draft("note.set", json!({}));
    assert_eq!(alice.send(draft).1.header.lamport, 502, "never back");
    assert!(!Chain::lamport_jump_too_far(7, 7 + MAX_LAMPORT_JUMP));
    assert!(Chain::lamport_jump_too_far(7, 8 + MAX_LAMPORT_JUMP));
    assert!(!Chain::lamport_jump_too_far(u64::MAX, u64::MAX), "the bound itself cannot overflow");
}

/// A pen that counts how often it was used.
struct Counting(Key, Cell<u32>);
impl Signer for Counting {
    fn sign(&self, message: &[u8]) -> xuncha_core::feed::Signature {
        self.1.set(self.1.get() + 1);
        self.0.sign(message)
    }
    fn verifying_key(&self) -> VerifyingKey {
        self.0.verifying_key()
    }
}

#[test]
fn a_broken_limit_is_found_before_anything_is_signed() {
    let alice = Writer::alice();
    let pen = Counting(Key::new(1), Cell::new(0));
    let with = |change: &dyn Fn(&mut Draft)| {
        let mut draft = alice.draft("note.set", json!({"text": ""}));
        change(&mut draft);
        author(&alice.head, draft, &pen).map(|(frame, _)| frame)
    };
    let over = |n: usize| (0..n).map(|n| EntryId::digest(&[&n.to_be_bytes()])).collect::<Vec<_>>();
    let blobs = |n: usize| vec![blob(b"x", "image/jpeg", BlobSource::Camera); n];
    let empty = with(&|_| {}).unwrap().payload_bytes().unwrap().len();
    let text = |n: usize| json!({"text": "x".repeat(n)});
    let room = MAX_PAYLOAD - empty;

    pen.1.set(0);
    let exact = with(&|d| d.body = text(room)).unwrap();
    assert_eq!(exact.payload_bytes().unwrap().len(), MAX_PAYLOAD);
    with(&|d| d.over = over(MAX_OVER)).unwrap();
    with(&|d| d.blobs = blobs(MAX_BLOBS)).unwrap();
    with(&|d| d.body = json!({"n": MAX_INT})).unwrap();
    with(&|d| d.seen_lamport = MAX_INT - 1).unwrap();
    assert_eq!(pen.1.get(), 5, "everything up to the limit is signed");

    pen.1.set(0);
    let limit = |change: &dyn Fn(&mut Draft)| match with(change) {
        Err(AuthorError::Limit(e)) => e,
        other => panic!("{other:?}"),
    };
    assert_eq!(limit(&|d| d.body = text(room + 1)), LimitError::PayloadTooLong(MAX_PAYLOAD + 1));
    assert_eq!(limit(&|d| d.over = over(MAX_OVER + 1)), LimitError::TooManyOver(65));
    assert_eq!(limit(&|d| d.blobs = blobs(MAX_BLOBS + 1)), LimitError::TooManyBlobs(65));
    let huge = limits::MAX_BLOB_BYTES + 1;
    let huge_blob = |d: &mut Draft| {
        d.blobs = blobs(1);
        d.blobs[0].size = huge;
    };
    assert_eq!(limit(&huge_blob), LimitError::BlobTooLarge(huge));
    assert!(matches!(limit(&|d| d.body = json!({"n": MAX_INT + 1})), LimitError::Json(_)));
    assert!(matches!(limit(&|d| d.body = json!({"n": -9_007_199_254_740_992_i64})), LimitError::Json(_)));
    assert!(matches!(limit(&|d| d.time.mono_ms = MAX_INT + 1), LimitError::Json(_)));
    let nowhere = |d: &mut Draft| d.place.as_mut().unwrap().lat = f64::NAN;
    assert!(matches!(limit(&nowhere), LimitError::Shape(_)), "a place that is no number is not signed as null");
    assert_eq!(limit(&|d| d.seen_lamport = MAX_INT), LimitError::Counter);
    assert_eq!(limit(&|d| d.seen_lamport = u64::MAX), LimitError::Counter);
    assert_eq!(pen.1.get(), 0, "the pen was never lifted");
}

#[test]
fn a_reader_holds_others_to_the_same_limits() {
    let alice = Writer::alice();
    let good = author(&alice.head, alice.draft("note.set", json!({"text": ""})), &alice.key).unwrap().0;
    let good = String::from_utf8(good.payload_bytes().unwrap().to_vec()).unwrap();
    let read = |payload: &str| {
        let frame = handmade(&alice.key, &header_for(&alice.head, 1, payload), payload);
        chain_of(&alice).accept(&frame)
    };
    read(&good).unwrap();
    let refused = [
        good.replacen(r#""actor""#, r#""actor":"mallory","actor""#, 1),
        good.replace(r#""text":"""#, r#""text":"a","text":"b""#),
        good.replace(r#""text":"""#, r#""n":9007199254740992"#),
        good.replace(r#""text":"""#, &format!(r#""text":"{}""#, "x".repeat(MAX_PAYLOAD))),
        good.replace(r#""actor":"alice","#, ""),
        format!("{good} {good}"),
    ];
    for payload in refused {
        let e = read(&payload).unwrap_err();
        assert!(matches!(e, ChainError::Frame(FrameError::Limit(_))), "{e:?}");
    }
    let header = header_for(&alice.head, 1, &good);
    for (header, why) in [
        (header.replace(r#""v":1"#, r#""v":2"#), "another version"),
        (header.replace("ed25519-sha256", "sm2-sm3"), "another suite"),
        (header.replacen(r#""seq":1"#, r#""seq":1,"seq":1"#, 1), "a key twice"),
        (header.replace(r#""lamport":1"#, r#""lamport":9007199254740992"#), "beyond 2^53"),
        (format!("{header}{}", " ".repeat(limits::MAX_HEADER)), "too long"),
    ] {
        chain_of(&alice).accept(&handmade(&alice.key, &header, &good)).expect_err(why);
    }
}

#[test]
fn a_feeds_name_proves_key_device_and_user() {
    let alice = Writer::alice().feed;
    assert!(alice.is_genuine());
    let bob = Writer::bob().feed;
    for forged in [
        FeedKey { key: bob.key, ..alice.clone() },
        FeedKey { device: bob.device.clone(), ..alice.clone() },
        FeedKey { user: bob.user.clone(), ..alice.clone() },
        FeedKey { feed: bob.feed, ..alice.clone() },
    ] {
        assert!(!forged.is_genuine(), "{forged:?}");
    }
    // Shifting a letter from the device's name to the user's must not give the same feed.
    let (a, b) = ("ab".parse().unwrap(), "c".parse().unwrap());
    let (c, d) = ("a".parse().unwrap(), "bc".parse().unwrap());
    assert_ne!(FeedKey::new(alice.key, a, b).feed, FeedKey::new(alice.key, c, d).feed);
}
