//! The close of a day: what HQ names as missing is exactly what is missing, to phones and on its page.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::PathBuf;

use serde_json::Value;
use xuncha_core::event::EvidenceAdded;
use xuncha_core::feed::BlobSource;
use xuncha_core::ids::{BlobHash, EntryId};
use xuncha_core::protocol::close_of_day::{CloseReply, CloseRequest, DayAgreed, FeedClaim, lacking};
use xuncha_hq::api::types::{DayFileKind, DayView};

use crate::world::{Phone, World, blob, hex, jpeg, problem};

/// What a phone knows of its own blobs: place, entry and bytes by name.
type Own = BTreeMap<BlobHash, (u64, EntryId, Vec<u8>)>;

fn claim(phone: &Phone, from: u64) -> FeedClaim {
    let entries = phone.entries.iter().filter(|e| e.header.seq > from);
    let blobs = entries.flat_map(|e| &e.payload.as_ref().unwrap().blobs).map(|b| b.sha256);
    FeedClaim::new(phone.head.clone(), from, blobs)
}

async fn close(phone: &Phone, from: u64, after: Option<BlobHash>) -> CloseReply {
    phone.ask("/v1/close", &CloseRequest { feeds: vec![claim(phone, from)], after, most: None }).await
}

fn said(phone: &Phone, reply: CloseReply) -> DayAgreed {
    let day = reply.agreed.unwrap().verify(&phone.hq_key.unwrap()).unwrap();
    assert!(day.feeds.iter().any(|f| f.head == phone.head));
    day
}

/// What the phone may conclude from an answer: all blobs HQ lacks.
async fn reported(phone: &Phone) -> BTreeSet<BlobHash> {
    let reply = close(phone, 0, None).await;
    assert!(!reply.more && reply.unlike.is_empty());
    let own = phone
        .entries
        .iter()
        .flat_map(|e| e.payload.as_ref().unwrap().blobs.iter().map(|b| (e.header.seq, b.sha256)).collect::<Vec<_>>());
    let named = reply.missing_blobs.iter().copied().collect();
    let lacks = lacking(own, reply.missing_entries.first(), &named);
    assert_eq!(lacks.is_empty() && reply.missing_entries.is_empty(), reply.agreed.is_some());
    lacks.into_keys().collect()
}

fn file_of(world: &World, sha256: &BlobHash) -> PathBuf {
    world.dir.path().join(format!("data/objects/{}/{sha256}", &sha256.to_string()[..2]))
}

/// Sends what HQ wants, as far as the phone has it.
async fn heal(phone: &Phone, own: &Own) {
    let at_hq = phone.hello().await.feeds[0].head.seq as usize;
    phone.push_frames(&phone.frames[at_hq..]).await.error_for_status().unwrap();
    loop {
        let wanted = phone.hello().await.wanted;
        if wanted.is_empty() {
            return;
        }
        for want in wanted {
            let (_, _, bytes) = &own[&want.sha256];
            phone.upload(&want.entry, bytes).await;
        }
    }
}

struct Chance(u64);

impl Chance {
    fn below(&mut self, n: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((self.0 >> 33) % n as u64) as usize
    }
    fn photo(&mut self, n: usize) -> Vec<u8> {
        let mut bytes: Vec<u8> = (0..n).map(|_| self.below(256) as u8).collect();
        bytes[..4].copy_from_slice(&[0xff, 0xd8, 0xff, 0xe0]);
        bytes
    }
    fn one_in(&mut self, n: usize) -> bool {
        self.below(n) == 0
    }
}

#[tokio::test]
async fn the_close_of_day_names_what_is_missing_or_signs_the_same_manifest() {
    let world = World::new().await;
    let mut alice = world.phone("alice").await;
    let id = alice.start(&world, &["alice"]);
    let photo = jpeg(5_000);
    let (entry, sha256) = alice.photo(&id, &photo);
    let reply = close(&alice, 0, None).await;
    assert_eq!(
        (reply.missing_entries[0].seq, reply.missing_blobs.len()),
        (0, 0),
        "HQ cannot name what it never heard of"
    );
    assert_eq!(reported(&alice).await, [sha256].into(), "but the phone can");
    alice.push().await;
    let reply = close(&alice, 0, None).await;
    assert_eq!((reply.missing_entries, reply.missing_blobs), (vec![], vec![sha256]));
    assert!(reply.agreed.is_none());
    alice.upload(&entry, &photo).await;
    let day = said(&alice, close(&alice, 0, None).await);
    assert!(day.covers(&[claim(&alice, 0)]));
    // A sync with nothing new gets the word that stands; one with news gets a new one.
    world.clock.pass(std::time::Duration::from_secs(60));
    assert_eq!(said(&alice, close(&alice, alice.head.seq, None).await), day);
    assert!(said(&alice, close(&alice, 0, None).await).time > day.time, "the whole is looked at again");
    let before = alice.head.seq;
    alice.answer_item(&world, &id, "COLD-02", xuncha_core::event::Outcome::Conforms);
    alice.push().await;
    assert_eq!(said(&alice, close(&alice, before, None).await).feeds[0].head.seq, before + 1);
    let bob = world.phone("bob").await;
    let foreign = CloseRequest { feeds: vec![claim(&alice, 0)], after: None, most: None };
    assert_eq!(problem(bob.post("/v1/close", &foreign).await).await, (404, "feed.unknown".into()));
}

/// I2, I10. Two phones of one inspection, HQ that loses files and is put back to an older copy of its database: after each
/// round of losses the report is the missing set, no more and no less; then everything is sent again, and both agree.
#[tokio::test]
async fn i2_i10_after_random_losses_on_both_sides_the_report_names_exactly_the_missing_set() {
    for seed in 1..=3_u64 {
        let mut chance = Chance(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15));
        let mut world = World::new().await;
        let mut phones = vec![world.phone("alice").await, world.phone("bob").await];
        let id = phones[0].start(&world, &["alice", "bob"]);
        let mut own: Vec<Own> = vec![Own::new(), Own::new()];
        let older = world.dir.path().join("older.sqlite");
        // Both photograph the same plate once: bytes that one of them delivers are there for the other, within the inspection.
        let plate = chance.photo(700);
        let (mut dropped, mut restored, mut kept_back, mut controls) = (0, 0, 0, (0, 0));
        for round in 0..12 {
            for (phone, own) in phones.iter_mut().zip(&mut own) {
                for _ in 0..chance.below(4) {
                    let size = 200 + chance.below(3_000);
                    let bytes = if chance.one_in(6) { plate.clone() } else { chance.photo(size) };
                    let (entry, sha256) = phone.photo(&id, &bytes);
                    own.entry(sha256).or_insert((phone.head.seq, entry, bytes));
                }
                // Some entries stay on the phone, and some photos.
                let at_hq = phone.hello().await.feeds[0].head.seq as usize;
                let to = at_hq + chance.below(phone.frames.len() - at_hq + 1);
                if to > at_hq {
                    phone.push_frames(&phone.frames[at_hq..to]).await.error_for_status().unwrap();
                }
                for want in phone.hello().await.wanted {
                    if chance.one_in(2) {
                        phone.upload(&want.entry, &own[&want.sha256].2).await;
                    } else {
                        kept_back += 1;
                    }
                }
            }
            for sha256 in own.iter().flat_map(|own| own.keys()) {
                let file = file_of(&world, sha256);
                if file.exists() && chance.one_in(5) {
                    dropped += 1;
                    // Gone, or cut short.
                    if chance.one_in(2) { fs::remove_file(file).unwrap() } else { fs::write(file, b"\xff").unwrap() }
                }
            }
            if chance.one_in(3) {
                let database = world.dir.path().join("data/hq.sqlite");
                if !older.exists() {
                    let c = rusqlite::Connection::open(&database).unwrap();
                    c.execute("VACUUM INTO ?1", [older.to_str().unwrap()]).unwrap();
                } else {
                    restored += 1;
                    world = world
                        .while_off(|| {
                            // Row by row into the same file: the HQ that went may still have it open.
                            let c = rusqlite::Connection::open(&database).unwrap();
                            c.execute("ATTACH ?1 AS older", [older.to_str().unwrap()]).unwrap();
                            let tables = "SELECT name FROM older.sqlite_schema WHERE type = 'table'";
                            let mut tables = c.prepare(tables).unwrap();
                            let tables = tables.query_map([], |r| r.get::<_, String>(0)).unwrap();
                            let put = tables.map(|t| {
                                let t = t.unwrap();
                                format!("DELETE FROM main.{t}; INSERT INTO main.{t} SELECT * FROM older.{t};")
                            });
                            c.execute_batch(&format!(
                                "PRAGMA foreign_keys = 0; BEGIN; {} COMMIT;",
                                put.collect::<String>()
                            ))
                            .unwrap();
                            fs::remove_file(&older).unwrap();
                        })
                        .await;
                    for phone in &mut phones {
                        phone.follow(&world);
                        assert_eq!(phone.session().await, 200);
                    }
                }
            }
            let mut expected: Vec<BTreeSet<BlobHash>> = Vec::new();
            for phone in &phones {
                expected.push(missing(&world, phone, &phones).await);
            }
            for (phone, expected) in phones.iter().zip(&expected) {
                // Negative controls: an HQ that believed its rows, and a phone that forgot its unpushed entries.
                let held = world.hq.hq.db.blobs_between(&phone.feed.feed, 0, u64::MAX >> 1).await.unwrap();
                let rows = held.iter().filter(|b| b.delivered).any(|b| expected.contains(&b.sha256));
                let named: BTreeSet<_> = close(phone, 0, None).await.missing_blobs.into_iter().collect();
                controls.0 += u32::from(rows);
                controls.1 += u32::from(named != *expected);
                assert_eq!(&reported(phone).await, expected, "seed {seed}, round {round}");
            }
            if chance.one_in(3) {
                for (phone, own) in phones.iter().zip(&own) {
                    heal(phone, own).await;
                }
                for phone in &phones {
                    said(phone, close(phone, 0, None).await);
                }
            }
        }
        for (phone, own) in phones.iter().zip(&own) {
            heal(phone, own).await;
        }
        for (phone, own) in phones.iter().zip(&own) {
            said(phone, close(phone, 0, None).await);
            for (sha256, (.., bytes)) in own {
                assert_eq!(&fs::read(file_of(&world, sha256)).unwrap(), bytes);
            }
        }
        assert!(dropped > 0 && kept_back > 0, "seed {seed} lost nothing");
        assert!(controls.0 > 0 && controls.1 > 0, "seed {seed} would not have caught a lazy side: {controls:?}");
        assert!(seed > 1 || restored > 0, "seed {seed} restored nothing");
    }
}

/// The truth by other means than the close: entries in HQ's log, proofs in its table, and the bytes on the disk.
async fn missing(world: &World, phone: &Phone, all: &[Phone]) -> BTreeSet<BlobHash> {
    let c = rusqlite::Connection::open(world.dir.path().join("data/hq.sqlite")).unwrap();
    let mut proofs = c.prepare("SELECT feed, sha256 FROM proofs").unwrap();
    let proofs = proofs.query_map([], |r| Ok((r.get::<_, [u8; 32]>(0)?, r.get::<_, [u8; 32]>(1)?))).unwrap();
    let proofs: BTreeSet<_> = proofs.map(Result::unwrap).collect();
    let (mut named, mut proved) = (BTreeSet::new(), BTreeSet::new());
    for other in all {
        let feed = other.feed.feed;
        let stored = world.hq.hq.db.entries(&feed, 0, u32::MAX).await.unwrap();
        for blob in stored.iter().flat_map(|e| e.frame.open().unwrap().payload.unwrap().blobs) {
            // Proved by this feed itself, or by the other one, which names it within the same inspection.
            if proofs.contains(&(*feed.as_bytes(), *blob.sha256.as_bytes())) {
                proved.insert(blob.sha256);
            }
            if feed == phone.feed.feed {
                named.insert(blob.sha256);
            }
        }
    }
    let whole = |b: &BlobHash| fs::read(file_of(world, b)).is_ok_and(|bytes| BlobHash::digest(&[&bytes]) == *b);
    let own = phone.entries.iter().flat_map(|e| &e.payload.as_ref().unwrap().blobs).map(|b| b.sha256);
    own.filter(|b| !(named.contains(b) && proved.contains(b) && whole(b))).collect()
}

#[tokio::test]
async fn more_than_a_page_of_missing_blobs_is_named_page_by_page_each_once() {
    let world = World::new().await;
    let mut alice = world.phone("alice").await;
    let id = alice.start(&world, &["alice"]);
    let mut all = BTreeSet::new();
    for n in 0..20_u8 {
        let blobs: Vec<_> = (0..60_u8).map(|m| blob(&[n, m], "image/jpeg", BlobSource::Camera)).collect();
        all.extend(blobs.iter().map(|b| b.sha256));
        let evidence = EvidenceAdded {
            evidence: hex(8).parse().unwrap(),
            item: None,
            kind: xuncha_core::checklist::EvidenceKind::Photo,
            name: format!("IMG_{n}.jpg"),
            facts: serde_json::json!({}),
            no_preview: None,
        };
        alice.write(Some(&id), evidence.into(), blobs);
    }
    alice.push().await;
    let first = close(&alice, 0, None).await;
    assert!(first.more && first.missing_blobs.len() == 1_000);
    let second = close(&alice, 0, first.missing_blobs.last().copied()).await;
    assert!(!second.more);
    let named: Vec<BlobHash> = first.missing_blobs.into_iter().chain(second.missing_blobs).collect();
    assert_eq!(named, all.into_iter().collect::<Vec<_>>(), "sorted, each once");
}

#[tokio::test]
async fn an_hq_whose_table_of_blobs_is_wrong_does_not_agree() {
    let world = World::new().await;
    let mut alice = world.phone("alice").await;
    alice.whole(&world, &[jpeg(900), jpeg(901)]).await;
    said(&alice, close(&alice, 0, None).await);
    let database = world.dir.path().join("data/hq.sqlite");
    let forget = move || {
        let c = rusqlite::Connection::open(database).unwrap();
        assert_eq!(c.execute("DELETE FROM blob_refs WHERE mime = 'image/jpeg' AND size = 900", []).unwrap(), 1);
    };
    let world = world.while_off(forget).await;
    alice.follow(&world);
    alice.session().await;
    let reply = close(&alice, 0, None).await;
    assert_eq!((reply.agreed, reply.unlike), (None, vec![alice.feed.feed]));
    world.hq.hq.rebuild().await.unwrap();
    said(&alice, close(&alice, 0, None).await);
}

#[tokio::test]
async fn a_lost_object_is_named_once_wanted_again_and_counts_again_when_it_is_back() {
    let world = World::new().await;
    let mut alice = world.phone("alice").await;
    let id = alice.start(&world, &["alice"]);
    let photo = jpeg(4_000);
    let (entry, sha256) = alice.photo(&id, &photo);
    alice.push().await;
    alice.upload(&entry, &photo).await;
    assert_eq!(alice.receipt(&[sha256]).await.blobs_stored, [sha256]);
    fs::remove_file(file_of(&world, &sha256)).unwrap();
    assert!(alice.hello().await.wanted.is_empty(), "nobody has looked yet");
    assert_eq!(close(&alice, 0, None).await.missing_blobs, [sha256]);
    assert_eq!(alice.hello().await.wanted.len(), 1);
    assert!(alice.receipt(&[sha256]).await.blobs_stored.is_empty(), "I2: a receipt speaks of what is there");
    // Found again by a restart: what is noted stays noted until the bytes come.
    let world = world.restart().await;
    alice.follow(&world);
    alice.session().await;
    assert_eq!(alice.hello().await.wanted[0].sha256, sha256);
    alice.upload(&entry, &photo).await;
    assert_eq!(alice.receipt(&[sha256]).await.blobs_stored, [sha256]);
    said(&alice, close(&alice, 0, None).await);

    // Somebody puts the file back by hand, out of a backup: only the right bytes count.
    fs::remove_file(file_of(&world, &sha256)).unwrap();
    assert_eq!(close(&alice, 0, None).await.missing_blobs, [sha256]);
    fs::write(file_of(&world, &sha256), jpeg(4_000)).unwrap();
    assert_eq!(close(&alice, 0, None).await.missing_blobs, [sha256]);
    fs::write(file_of(&world, &sha256), &photo).unwrap();
    said(&alice, close(&alice, 0, None).await);
    assert!(alice.hello().await.wanted.is_empty());
}

async fn day(world: &World, user: &str, query: &str) -> DayView {
    let value: Value = world.browser(user).await.get(&format!("/api/day{query}")).await;
    serde_json::from_value(value).unwrap()
}

#[tokio::test]
async fn the_days_page_names_each_missing_original_with_its_phone_and_shows_it_to_nobody_else() {
    let world = World::new().await;
    let mut alice = world.phone("alice").await;
    let mut bob = world.phone("bob").await;
    let mut carol = world.phone("carol").await;
    // Carol is of another unit and helps out.
    let id = alice.start(&world, &["alice", "bob", "carol"]);
    let photo = jpeg(2_000);
    let (sent, first) = alice.photo(&id, &photo);
    let bytes = jpeg(3_000);
    let (entry, second) = bob.photo(&id, &bytes);
    let (_, third) = carol.photo(&id, &jpeg(1_234));
    for phone in [&alice, &bob, &carol] {
        phone.push().await;
    }
    let half = bob.create(&entry, &bytes).await;
    bob.patch(&half, 0).body(bytes[..1_000].to_vec()).send().await.unwrap();
    let names = |view: &DayView| -> Vec<(String, BlobHash, u64, bool)> {
        let of = |p: &xuncha_hq::api::types::DayPhone| -> Vec<_> {
            p.missing.iter().map(|m| (p.name.clone(), m.sha256, m.arrived, p.guest)).collect()
        };
        view.phones.iter().flat_map(of).collect()
    };
    let expected = [
        ("ALICE".to_owned(), first, 0, false),
        ("BOB".to_owned(), second, 1_000, false),
        ("CAROL".to_owned(), third, 0, true),
    ];
    for query in ["", "?date=2026-11-20"] {
        let view = day(&world, "east-head", query).await;
        assert_eq!(names(&view), expected, "{query}");
        let file = &view.phones[0].missing[0];
        assert_eq!((file.kind, file.name.as_str(), file.size), (DayFileKind::Photo, "IMG.jpg", 2_000));
        assert_eq!((file.item.as_ref().unwrap().as_str(), file.lost), ("COLD-01", false));
        assert!(!file.firm_name.is_empty() && !file.number.is_empty());
        let part = &view.phones[1].inspections[0];
        assert_eq!((part.entries, part.photos, part.photos_here, part.inspection == id), (1, 1, 0, true));
    }
    // Of a day on which nothing happened only what is still missing is shown; a guest's part belongs to the days of the work.
    let quiet = day(&world, "east-head", "?date=2020-01-01").await;
    assert_eq!(names(&quiet), expected[..2]);
    assert!(quiet.phones.iter().all(|p| p.inspections.is_empty()));
    assert_eq!(names(&day(&world, "root", "?unit=west").await), [("CAROL".to_owned(), third, 0, false)][..0]);
    assert_eq!(names(&day(&world, "alice", "").await).len(), 3, "of her team");
    assert!(names(&day(&world, "west-head", "").await).is_empty(), "of a unit that only lent somebody");

    // Delivered, and lost again: the page looks at the disk by itself.
    alice.upload(&sent, &photo).await;
    assert_eq!(names(&day(&world, "east-head", "").await), expected[1..]);
    fs::remove_file(file_of(&world, &first)).unwrap();
    let view = day(&world, "east-head", "").await;
    assert_eq!(names(&view), expected);
    assert!(view.phones[0].missing[0].lost && view.phones[0].agreed.is_none());
    assert_eq!(close(&alice, 0, None).await.missing_blobs, [first]);
    assert_eq!(names(&day(&world, "east-head", "").await), expected, "named once, though noted by now");
    alice.upload(&sent, &photo).await;
    let agreed = said(&alice, close(&alice, 0, None).await);
    let view = day(&world, "east-head", "").await;
    let word = view.phones[0].agreed.clone().unwrap();
    assert_eq!((word.manifest, word.time), (agreed.manifest.to_string(), agreed.time), "what both sides read");
    assert_eq!((word.entries, word.since, word.whole), (alice.head.seq, 0, true));
    alice.answer_item(&world, &id, "COLD-02", xuncha_core::event::Outcome::Conforms);
    alice.push().await;
    assert_eq!(day(&world, "east-head", "").await.phones[0].agreed.clone().unwrap().since, 1);
    let odd = world.browser("root").await.send(reqwest::Method::GET, "/api/day?date=soon", None).await;
    assert_eq!(problem(odd).await, (400, "query.invalid".into()));
}
