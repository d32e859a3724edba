//! Phone and HQ are killed at random instants while entries and photos go over, again and again. `XUNCHA_SEED` repeats a run,
//! `XUNCHA_TIMES` multiplies it.

use std::collections::BTreeMap;

use rusqlite::{Connection, OpenFlags};
use xuncha_core::ids::{BlobHash, EntryId};
use xuncha_core::protocol::Signed;
use xuncha_core::protocol::receipts::Receipt;
use xuncha_device::feed::ReceiptFile;
use xuncha_tests::alone::own_frames_of;
use xuncha_tests::victim::{Child, Random, Said, times};

use super::stopped::{Program, object, run};
use super::*;

/// Large enough that a kill meets it on its way: several pieces of the wire.
const PHOTO_BYTES: &str = "60000";

/// What HQ signed for this phone and does not have: entries that are not in its log, originals whose bytes are not on its disk.
/// HQ must not run meanwhile.
fn false_receipts(phone: &Path, hq: &Path, whole: &mut BTreeMap<BlobHash, u64>) -> (Vec<String>, usize) {
    let unlocked = keys_of(phone, INSPECTOR);
    let (words, _) = ReceiptFile::open(&phone.join("receipts"), unlocked.receipts_key(), 0).unwrap();
    let log = Connection::open_with_flags(hq.join("hq.sqlite"), OpenFlags::SQLITE_OPEN_READ_WRITE).unwrap();
    let mut at_hq = log.prepare("SELECT id FROM entries WHERE feed = ?1 AND seq = ?2").unwrap();
    let (mut wrong, mut receipts, mut from) = (Vec::new(), 0, 1);
    while from <= words.count() {
        for (number, bytes) in words.read(from, 1 << 20).unwrap() {
            from = number + 1;
            let word: Value = serde_json::from_slice(&bytes).unwrap();
            let Some(signed) = word.get("receipt") else { continue };
            let signed: Signed<Receipt> = serde_json::from_value(signed.clone()).unwrap();
            let receipt: Receipt = serde_json::from_str(&signed.text).unwrap();
            receipts += 1;
            let to = &receipt.stored_to;
            let found = at_hq.query_row((to.feed.as_bytes().as_slice(), to.seq), |r| r.get::<_, [u8; 32]>(0));
            if to.seq > 0 && found.ok().map(EntryId::from_bytes) != to.id {
                wrong.push(format!("entry {}", to.seq));
            }
            for blob in receipt.blobs_stored {
                let path = object(hq, &blob.to_string());
                let size = fs::metadata(&path).map_or(0, |m| m.len());
                // Read once; afterwards its length says whether somebody cut it.
                if whole.get(&blob) == Some(&size) {
                    continue;
                }
                if BlobHash::digest(&[&fs::read(&path).unwrap_or_default()]) == blob {
                    whole.insert(blob, size);
                } else {
                    wrong.push(format!("photo {blob}"));
                }
            }
        }
    }
    (wrong, receipts)
}

/// The last thing heard was a step of a sync, neither its end nor a wait.
fn is_under_way(heard: &Said) -> bool {
    heard.phase.as_deref().is_some_and(|p| !matches!(p, "done" | "waiting" | "failed" | "idle" | "paused"))
}

#[tokio::test(flavor = "multi_thread")]
async fn i1_i2_killed_two_hundred_times_in_sync_phone_and_hq_lose_nothing_and_no_receipt_is_false() {
    let mut random = Random::from_surroundings();
    let (mut world, alice) = world_with_alice().await;
    let phones = phones_of(&world);
    world.hq.switch_off().await;
    let hq = world.hq.data().to_owned();
    let phone = close(alice).await;
    let arguments = ["--user", INSPECTOR, "--pin", district::PASSPHRASE, "--sync", "--photo-bytes", PHOTO_BYTES];
    let (mut said, mut whole) = (Said::default(), BTreeMap::new());
    let (mut of_phone, mut of_hq, mut under_way, mut receipts) = (0, 0, 0, 0);
    for round in 0..times(20) {
        let program = Program::serve(&hq, phones).await;
        let mut last = None;
        for life in 0..9 {
            let mut child = Child::start(&phone, random.below(u64::MAX), &arguments);
            let mut heard = Said::default();
            // Into the sync, then so many of its steps; a child may also fall before it has said a word of one.
            let lines = 2 + random.below(10);
            for _ in 0..lines {
                heard.take(&child.hear().expect("the child came up and works"));
            }
            std::thread::sleep(Duration::from_micros(random.below(20_000)));
            if life < 8 {
                child.kill(&mut heard);
                of_phone += 1;
                under_way += usize::from(is_under_way(&heard));
                said.add(heard);
            } else {
                last = Some((child, heard));
            }
        }
        // HQ goes first this time, the phone a little later, in the middle of being told so.
        program.kill();
        of_hq += 1;
        let (child, mut heard) = last.unwrap();
        std::thread::sleep(Duration::from_micros(random.below(10_000)));
        child.kill(&mut heard);
        of_phone += 1;
        under_way += usize::from(is_under_way(&heard));
        said.add(heard);
        let (wrong, so_far) = false_receipts(&phone, &hq, &mut whole);
        assert_eq!(wrong, Vec::<String>::new(), "round {round}: HQ signed for what it does not have");
        receipts = so_far;
        let frames = own_frames_of(&phone, &keys_of(&phone, INSPECTOR));
        assert_eq!(said.lost_from(&frames), Vec::<String>::new(), "round {round}: acknowledged and gone");
    }
    let kills = of_phone + of_hq;
    // How many were under way is dice: what a child said last is not where it was. Receipts tell that syncs went on.
    assert!(kills >= 200 && receipts >= 100, "{under_way} of {of_phone}, {receipts} receipts");

    // Once nobody is killed any more, everything comes to an end, and both sides hold the same.
    let program = Program::serve(&hq, phones).await;
    let alice = open("alice", INSPECTOR, &phone).await;
    let done = alice.sync().await.unwrap();
    assert_eq!((done.only_here.photos, done.phase), (0, SyncPhase::Done));
    let phone = close(alice).await;
    program.kill();
    let lost = said.lost(&phone, INSPECTOR, district::PASSPHRASE).await;
    assert_eq!(lost, Vec::<String>::new());
    let gone: Vec<_> = said.photos.iter().filter(|sha256| !object(&hq, sha256).is_file()).collect();
    assert!(gone.is_empty(), "photos that never arrived: {gone:?}");
    let frames = own_frames_of(&phone, &keys_of(&phone, INSPECTOR));
    let log = Connection::open_with_flags(hq.join("hq.sqlite"), OpenFlags::SQLITE_OPEN_READ_WRITE).unwrap();
    let feed = keys_of(&phone, INSPECTOR).feed_key().feed;
    let stored: u64 = log
        .query_row("SELECT count(*) FROM entries WHERE feed = ?1", [feed.as_bytes().as_slice()], |r| r.get(0))
        .unwrap();
    assert_eq!(stored, frames.len() as u64);
    drop(log);
    let (ok, words) = run(&["check", "--data"], &[&hq]);
    assert!(ok, "{words}");
    eprintln!(
        "{kills} kills in sync ({of_phone} of the phone, {under_way} of them with a sync under way; {of_hq} of HQ), {} \
         acknowledgements, {receipts} receipts: none lost, none false, {} photos at HQ",
        said.count(),
        said.photos.len()
    );

    // The control: these very checks notice an HQ without one of the photos, and one without its last entry.
    let photo = said.photos.first().unwrap();
    fs::rename(object(&hq, photo), hq.join("elsewhere")).unwrap();
    let (wrong, _) = false_receipts(&phone, &hq, &mut BTreeMap::new());
    assert!(wrong.contains(&format!("photo {photo}")), "{wrong:?}");
    let log = Connection::open_with_flags(hq.join("hq.sqlite"), OpenFlags::SQLITE_OPEN_READ_WRITE).unwrap();
    log.execute_batch("PRAGMA foreign_keys = 0").unwrap();
    log.execute("DELETE FROM entries WHERE feed = ?1 AND seq = ?2", (feed.as_bytes().as_slice(), stored)).unwrap();
    drop(log);
    let (wrong, _) = false_receipts(&phone, &hq, &mut whole);
    assert!(wrong.contains(&format!("entry {stored}")), "{wrong:?}");
}
