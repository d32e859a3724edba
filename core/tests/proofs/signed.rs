//! HQ's statements: each kind has its own label, and the text is believed only as it was signed.

use xuncha_core::feed::{Head, Signer as _};
use xuncha_core::ids::{BlobHash, Digest};
use xuncha_core::protocol::close_of_day::{DayAgreed, FeedClaim, lacking, manifest_hash};
use xuncha_core::protocol::hello::{Checkpoint, HeadClaim};
use xuncha_core::protocol::receipts::Receipt;
use xuncha_core::protocol::{Signed, SignedError, Statement};

use super::world::{Key, Writer};

fn receipt() -> Receipt {
    let alice = Writer::alice();
    let stored_to = Head { seq: 7, lamport: 9, ..alice.head };
    Receipt {
        feed: stored_to.feed,
        stored_to,
        blobs_stored: vec![],
        quarantined: vec![],
        log_index: 41,
        time: "2026-11-21T18:00:00+08:00".into(),
    }
}
fn checkpoint() -> Checkpoint {
    let hq_head = Writer::new(7, "hq").head;
    let time = "2026-11-21T18:00:00+08:00".into();
    Checkpoint { log_index: 41, hq_head, backed_up_to: None, restored: None, time, nonce: "00".repeat(16) }
}
/// The same text and signature, held out as a statement of another kind.
fn passed_off<A: Statement, B: Statement>(signed: &Signed<A>) -> Signed<B> {
    serde_json::from_str(&serde_json::to_string(signed).unwrap()).unwrap()
}

#[test]
fn a_statement_is_believed_under_its_key_and_no_other() {
    let hq = Key::new(7);
    let signed = Signed::sign(&receipt(), &hq).unwrap();
    assert_eq!(signed.verify(&hq.verifying_key()).unwrap(), receipt());
    assert_eq!(signed.verify(&Key::new(8).verifying_key()), Err(SignedError::Signature));
    let wire = serde_json::to_string(&signed).unwrap();
    assert_eq!(serde_json::from_str::<Signed<Receipt>>(&wire).unwrap(), signed);
}

/// A checkpoint's twin in everything but the label: what would pass if labels were not signed.
#[derive(serde::Serialize, serde::Deserialize, Debug)]
#[serde(transparent)]
struct Twin(Checkpoint);
impl Statement for Twin {
    const LABEL: &'static str = "xuncha-twin-1\n";
}

#[test]
fn one_kind_of_statement_cannot_pass_for_another() {
    let hq = Key::new(7);
    let key = hq.verifying_key();
    let signed = Signed::sign(&receipt(), &hq).unwrap();
    assert_eq!(passed_off::<_, Checkpoint>(&signed).verify(&key).unwrap_err(), SignedError::Signature);
    assert_eq!(passed_off::<_, DayAgreed>(&signed).verify(&key).unwrap_err(), SignedError::Signature);
    let signed = Signed::sign(&checkpoint(), &hq).unwrap();
    assert_eq!(passed_off::<_, Receipt>(&signed).verify(&key).unwrap_err(), SignedError::Signature);
    let twin = passed_off::<_, Twin>(&signed).verify(&key);
    assert_eq!(twin.unwrap_err(), SignedError::Signature, "even where the shape is the same");
    let labels = [
        Receipt::LABEL,
        Checkpoint::LABEL,
        DayAgreed::LABEL,
        HeadClaim::LABEL,
        xuncha_core::protocol::enrol::Certificate::LABEL,
        "xuncha-sig-1\n",
        "xuncha-session-1\n",
    ];
    for (n, a) in labels.iter().enumerate() {
        assert!(a.ends_with('\n') && a.matches('\n').count() == 1, "{a:?} ends where the text begins");
        assert!(labels[n + 1..].iter().all(|b| !b.starts_with(a) && !a.starts_with(b)), "{a:?}");
    }
}

#[test]
fn a_changed_text_is_refused_and_so_is_a_signed_one_that_readers_would_read_differently() {
    let hq = Key::new(7);
    let key = hq.verifying_key();
    let signed = Signed::sign(&receipt(), &hq).unwrap();
    for (from, to) in [("\"log_index\":41", "\"log_index\":42"), ("{", "{ "), ("18:00", "19:00")] {
        let mut changed = signed.clone();
        assert!(changed.text.contains(from));
        changed.text = changed.text.replacen(from, to, 1);
        assert_eq!(changed.verify(&key), Err(SignedError::Signature), "{from}");
    }
    // Signed, but with two meanings, or with a number that readers round: in known fields and in unknown ones.
    let known = ("\"log_index\":41", "\"log_index\":41,\"log_index\":99");
    for (from, to) in [known, ("{", "{\"x\":1,\"x\":2,"), ("{", "{\"x\":9007199254740992,")] {
        let mut loose = signed.clone();
        loose.text = loose.text.replacen(from, to, 1);
        loose.sig = hq.sign(format!("{}{}", Receipt::LABEL, loose.text).as_bytes());
        assert!(matches!(loose.verify(&key), Err(SignedError::Shape(_))), "{to}");
    }
    let mut later = signed;
    later.text = later.text.replacen('{', "{\"new_field\":true,", 1);
    later.sig = hq.sign(format!("{}{}", Receipt::LABEL, later.text).as_bytes());
    assert_eq!(later.verify(&key).unwrap(), receipt(), "a field of a later version is no reason to refuse");
}

fn blobs(names: impl IntoIterator<Item = u8>) -> Vec<BlobHash> {
    names.into_iter().map(|n| BlobHash::digest(&[&[n]])).collect()
}

#[test]
fn the_manifest_of_a_day_is_the_same_in_any_order_and_different_for_any_change() {
    let (alice, bob) = (Writer::alice().head, Writer::bob().head);
    let claim = |head: &Head, from, names: &[u8]| FeedClaim::new(head.clone(), from, blobs(names.iter().copied()));
    let (of_alice, of_bob) = (claim(&alice, 0, &[1, 2, 3]), claim(&bob, 0, &[]));
    let day = manifest_hash(&[of_alice.clone(), of_bob.clone()]);
    assert_eq!(
        manifest_hash(&[of_bob.clone(), claim(&alice, 0, &[3, 1, 2, 3])]),
        day,
        "names count once, in any order"
    );
    let grown = Head { seq: 1, id: Some(xuncha_core::ids::EntryId::digest(&[b"x"])), ..alice.clone() };
    for other in [
        claim(&alice, 0, &[1, 2]),
        claim(&alice, 0, &[1, 2, 4]),
        claim(&alice, 1, &[1, 2, 3]),
        claim(&grown, 0, &[1, 2, 3]),
    ] {
        assert_ne!(manifest_hash(&[other, of_bob.clone()]), day);
    }
    assert_ne!(manifest_hash(&[of_alice]), day);
    assert_eq!(manifest_hash(&[]), Digest::digest(&[b""]));
}

#[test]
fn a_day_covers_what_it_names_and_what_came_to_nothing_since() {
    let head = Head { seq: 9, ..Writer::alice().head };
    let whole = FeedClaim::new(head.clone(), 0, blobs([1, 2]));
    let said =
        |feeds: Vec<FeedClaim>| DayAgreed { manifest: manifest_hash(&feeds), feeds, log_index: 1, time: String::new() };
    let day = said(vec![whole.clone()]);
    assert!(day.covers(std::slice::from_ref(&whole)));
    assert!(day.covers(&[FeedClaim::new(head.clone(), 9, [])]), "nothing is left after the ninth");
    let grown = Head { seq: 10, ..head.clone() };
    for more in [
        FeedClaim::new(head.clone(), 0, blobs([1, 2, 3])),
        FeedClaim::new(head.clone(), 5, blobs([2])),
        FeedClaim::new(grown, 9, []),
    ] {
        assert!(!day.covers(std::slice::from_ref(&more)), "{more:?}");
    }
    assert!(!said(vec![FeedClaim::new(head, 9, [])]).covers(&[whole]), "a word on the rest is no word on the whole");
    let other = DayAgreed { manifest: Digest::digest(&[b"another day"]), ..day };
    assert!(!other.covers(&other.feeds.clone()));
}

#[test]
fn what_is_lacking_is_what_was_named_and_what_only_missing_entries_name() {
    let [a, b, c, d] = <[BlobHash; 4]>::try_from(blobs(1..=4)).unwrap();
    // The fourth entry names again what the first brought: HQ has it.
    let own = [(1, a), (2, b), (3, c), (4, a), (5, d)];
    let at = |seq| Head { seq, ..Writer::alice().head };
    let of = |head: Option<&Head>, named: &[BlobHash]| {
        let all = lacking(own, head, &named.iter().copied().collect());
        all.into_iter().map(|(blob, seq)| (seq, blob)).collect::<std::collections::BTreeSet<_>>()
    };
    assert_eq!(of(None, &[]), [].into());
    assert_eq!(of(None, &[b, a]), [(1, a), (2, b)].into());
    assert_eq!(of(Some(&at(3)), &[b]), [(2, b), (5, d)].into());
    assert_eq!(of(Some(&at(0)), &[]), [(1, a), (2, b), (3, c), (5, d)].into());
    let foreign = BlobHash::digest(&[b"not ours"]);
    assert_eq!(of(None, &[foreign]), [].into(), "HQ may name what it likes");
}
