//! Sealed inspections of 30 entries that eight phones push at once, beside a bare loop that verifies, hashes and inserts the
//! very same entries in batches of the same size, with the same promise of durability. Signed before anything is measured.

use std::path::Path;
use std::time::Instant;

use rusqlite::Connection;
use sha2::{Digest as _, Sha256};
use xuncha_core::feed::Frame;
use xuncha_tests::by_hand::HandPhone;
use xuncha_tests::district;
use xuncha_tests::world::World;

use super::report::{Report, quantile};

const PHONES: usize = 8;
const INSPECTIONS: usize = 20;
const ENTRIES: usize = 30;
const ROUNDS: usize = 3;

/// Measures how many entries a second HQ takes.
pub async fn measure(report: &mut Report) {
    let world = World::start().await.unwrap();
    let mut phones = Vec::new();
    for _ in 0..PHONES {
        phones.push(HandPhone::enrolled(&world, district::INSPECTOR).await);
    }
    let (mut ours, mut bare) = (Vec::new(), Vec::new());
    for round in 0..ROUNDS {
        let mut loads = Vec::new();
        for (n, phone) in phones.iter_mut().enumerate() {
            let mut load = Vec::new();
            for i in 0..INSPECTIONS {
                phone.inspects(&world, (round * PHONES + n) * INSPECTIONS + i, ENTRIES);
                load.push(phone.take_frames());
            }
            loads.push(load);
        }
        let entries: usize = loads.iter().flatten().map(Vec::len).sum();
        let bytes: usize = loads
            .iter()
            .flatten()
            .flatten()
            .map(|f| f.header_bytes().len() + f.payload_bytes().map_or(0, <[u8]>::len))
            .sum();
        let alone = bare_loop(&world.folder().join(format!("bare-{round}.sqlite")), &phones, &loads);
        let begun = Instant::now();
        let pushes = phones.iter().zip(&loads).map(|(phone, load)| async move {
            for frames in load {
                let reply = phone.push(frames).await;
                assert!(reply.quarantined.is_empty() && reply.inert.is_empty(), "{reply:?}");
            }
        });
        futures::future::join_all(pushes).await;
        let taken = begun.elapsed().as_secs_f64();
        ours.push(entries as f64 / taken);
        bare.push(entries as f64 / alone);
        eprintln!(
            "{entries} entries, {} B each: HQ {:.0}/s, bare loop {:.0}/s",
            bytes / entries,
            entries as f64 / taken,
            entries as f64 / alone
        );
    }
    report.at_least("sync.ingest", "1/s", quantile(&ours, 0.5), quantile(&bare, 0.5), 0.5);
}

/// Seconds.
fn bare_loop(path: &Path, phones: &[HandPhone], loads: &[Vec<Vec<Frame>>]) -> f64 {
    let mut db = Connection::open(path).unwrap();
    for (name, value) in [("synchronous", "EXTRA"), ("journal_mode", "WAL")] {
        db.pragma_update(None, name, value).unwrap();
    }
    db.execute_batch(
        "CREATE TABLE entries (log_index INTEGER PRIMARY KEY, feed BLOB, seq INTEGER, id BLOB UNIQUE, header BLOB, sig BLOB,
         payload BLOB, sha256 BLOB, UNIQUE (feed, seq)) STRICT",
    )
    .unwrap();
    let begun = Instant::now();
    for turn in 0..INSPECTIONS {
        for (phone, load) in phones.iter().zip(loads) {
            let tx = db.transaction().unwrap();
            let mut insert = tx
                .prepare_cached(
                    "INSERT INTO entries (feed, seq, id, header, sig, payload, sha256) VALUES (?, ?, ?, ?, ?, ?, ?)",
                )
                .unwrap();
            for frame in &load[turn] {
                let entry = frame.verify(&phone.feed.key).unwrap();
                let payload = frame.payload_bytes().unwrap();
                let sha256 = Sha256::digest(payload);
                let (id, feed) = (entry.id.as_bytes().to_vec(), entry.header.feed.as_bytes().to_vec());
                let row = (
                    feed,
                    entry.header.seq,
                    id,
                    frame.header_bytes(),
                    frame.signature().as_bytes().as_slice(),
                    payload,
                    sha256.as_slice(),
                );
                insert.execute(row).unwrap();
            }
            drop(insert);
            tx.commit().unwrap();
        }
    }
    begun.elapsed().as_secs_f64()
}
