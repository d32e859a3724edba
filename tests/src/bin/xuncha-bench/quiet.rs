//! A phone with 100,000 entries and 10,000 photos, all of it at HQ: what a sync costs that has nothing new to say.
//!
//! The phone is filled by writing its own feed and vault with its own keys, photos of a hundred bytes; everything then goes to
//! HQ by an ordinary sync. Beside it stands one empty request: a new connection, TLS, and a question HQ answers from memory.

use std::path::Path;
use std::time::{Duration, Instant};

use serde_json::json;
use uuid::Uuid;
use xuncha_core::checklist::EvidenceKind;
use xuncha_core::event::{AnswerSet, Event, EvidenceAdded, InspectionStarted, Outcome};
use xuncha_core::feed::{BlobRef, BlobSource, Frame, Head, author};
use xuncha_core::ids::InspectionId;
use xuncha_device::feed::FeedFiles;
use xuncha_device::keys::{KeyFile, Unlocked};
use xuncha_device::vault::Vault;
use xuncha_tests::alone;
use xuncha_tests::district::{self, INSPECTOR};
use xuncha_tests::proxy::Proxy;
use xuncha_tests::world::{Phone, World};

use super::report::{Report, kib, ms, quantile};

/// Entries of one inspection: a start, answers, a photo.
const ENTRIES: usize = 10;
const ROUNDS: usize = 40;
/// Quiet syncs after which memory must be what it was.
const MEMORY_ROUNDS: usize = 100;
/// Until the phone has noticed that its connections are gone: otherwise its first request breaks, which is another figure.
const SETTLED: Duration = Duration::from_millis(100);
const MOST_BYTES: f64 = 64.0 * 1024.0;

/// Fills a phone with so many inspections of ten entries and one photo each, and measures.
pub async fn measure(inspections: usize, report: &mut Report) {
    let world = World::start().await.unwrap();
    let direct = world.hq.running().unwrap().phone_url.clone();
    let proxy = Proxy::before(direct.split_once("://").unwrap().1.parse().unwrap()).await.unwrap();
    let invitation = world.head().await.unwrap().invite(INSPECTOR).await.unwrap();
    let phone = Phone::new("alice", INSPECTOR, world.folder().join("alice")).unwrap();
    let address = format!("https://{}", proxy.address());
    phone.enrol(&invitation.replace(&direct, &address)).await.unwrap();
    phone.sync().await.unwrap();
    let start = json!({
        "task": null, "firm": alone::firm(), "lists": ["ACC"], "kind": "routine", "modes": [], "rule": null, "officers": [],
        "place": null, "language": "zh-Hans"
    });
    phone.ask::<serde_json::Value>("start", start).await.unwrap();
    let data = phone.data().to_owned();
    phone.ask::<serde_json::Value>("lock", json!({})).await.unwrap();
    drop(phone);

    let begun = Instant::now();
    fill(&data, inspections);
    eprintln!("{inspections} inspections written in {:.1} s", begun.elapsed().as_secs_f64());
    let begun = Instant::now();
    let phone = Phone::new("alice", INSPECTOR, data).unwrap();
    phone.unlock().await.unwrap();
    eprintln!("indexed in {:.1} s", begun.elapsed().as_secs_f64());
    let begun = Instant::now();
    let view = phone.sync().await.unwrap();
    assert_eq!((view.only_here.entries, view.only_here.photos), (0, 0), "something is not under a receipt");
    eprintln!("everything at HQ in {:.1} s", begun.elapsed().as_secs_f64());

    let (mut ours, mut empty, mut most) = (Vec::new(), Vec::new(), 0);
    for _ in 0..ROUNDS {
        // Both begin without a connection.
        proxy.refuse();
        proxy.restore();
        tokio::time::sleep(SETTLED).await;
        let (up, down, begun) = (proxy.carried(), proxy.returned(), Instant::now());
        phone.sync().await.unwrap();
        ours.push(ms(begun));
        most = most.max(proxy.carried() - up + proxy.returned() - down);
        empty.push(empty_request(&world, &address).await);
    }
    let before = kib("self", "VmRSS");
    for _ in 0..MEMORY_ROUNDS {
        phone.sync().await.unwrap();
    }
    let grown = (kib("self", "VmRSS") - before).max(0.0) / 1024.0;
    eprintln!(
        "nothing new: {most} bytes, {:.1} ms; an empty request {:.1} ms; memory of both sides after {MEMORY_ROUNDS} more: +{grown:.1} MiB",
        quantile(&ours, 0.5),
        quantile(&empty, 0.5)
    );
    report.at_most("sync.quiet.bytes", "bytes", most as f64, MOST_BYTES, 1.0);
    report.at_most("sync.quiet.cost", "ms", quantile(&ours, 0.5), quantile(&empty, 0.5), 10.0);
    report.at_most("sync.quiet.memory", "MiB", grown, 16.0, 1.0);
}

/// Milliseconds of a challenge over a connection of its own.
async fn empty_request(world: &World, address: &str) -> f64 {
    let ca = world.hq.running().unwrap().hq.keys.ca.pem().to_owned();
    let ca = reqwest::Certificate::from_pem(ca.as_bytes()).unwrap();
    let client = reqwest::Client::builder().tls_certs_only([ca]).no_proxy().build().unwrap();
    let body = json!({ "device": "00000000-0000-7000-8000-000000000000" });
    let begun = Instant::now();
    let reply = client.post(format!("{address}/v1/session/challenge")).json(&body).send().await.unwrap();
    let _ = reply.bytes().await.unwrap();
    ms(begun)
}

fn keys_of(data: &Path) -> Unlocked {
    let mut keys = KeyFile::open(&data.join("keys")).unwrap();
    keys.unlock(&INSPECTOR.parse().unwrap(), district::PASSPHRASE, None, 0).unwrap()
}

/// Writes the inspections as the engine would have: photos into the vault, then the entries that name them.
fn fill(data: &Path, inspections: usize) {
    let unlocked = keys_of(data);
    let own = unlocked.feed_key();
    let vault = Vault::open_folder(&data.join("vault"), unlocked.vault_key()).unwrap();
    let files = FeedFiles::new(&data.join("feeds"));
    let (mut feed, _) = files.open(own.feed, unlocked.feed_file_key(&own.feed), None).unwrap();
    let model = feed.frames(1).filter_map(Result::ok).find_map(|frame| {
        let payload = frame.open().ok()?.payload?;
        match Event::read(&payload.kind, &payload.body) {
            Ok(Event::InspectionStarted(started)) => Some(started),
            _ => None,
        }
    });
    let model = model.expect("the inspection that was begun");
    let list = model.lists.first().expect("its list").sha256;
    let mut head = feed.head().clone();
    let mut frames: Vec<Frame> = Vec::new();
    for n in 0..inspections {
        let id: InspectionId = Uuid::now_v7().to_string().parse().unwrap();
        let started = InspectionStarted { number: format!("JC-339902-20250101-FULL-{n:05}"), ..model.clone() };
        let mut events: Vec<(Event, Vec<BlobRef>)> = vec![(started.into(), vec![])];
        for at in 0..ENTRIES - 2 {
            let answer = AnswerSet {
                item: format!("ACC-{:02}", 3 + at).parse().unwrap(),
                list,
                outcome: Outcome::Conforms,
                reason: None,
                correction: None,
                language: "zh-Hans".into(),
            };
            events.push((answer.into(), vec![]));
        }
        let mut photo = vec![0xFF, 0xD8, 0xFF];
        photo.extend(n.to_le_bytes().repeat(12));
        let stored = vault.put(photo.as_slice()).unwrap();
        let added = EvidenceAdded {
            evidence: Uuid::now_v7().to_string().parse().unwrap(),
            item: Some("ACC-04".parse().unwrap()),
            kind: EvidenceKind::Photo,
            name: format!("IMG_{n:05}.jpg"),
            facts: json!({}),
            no_preview: None,
        };
        let (mime, source) = ("image/jpeg".to_owned(), BlobSource::Camera);
        events.push((added.into(), vec![BlobRef { sha256: stored.sha256, size: stored.size, mime, source }]));
        for (event, blobs) in events {
            let mut draft = alone::draft(&own, event, Some(&id));
            draft.blobs = blobs;
            let (frame, entry) = author(&head, draft, unlocked.feed_signer()).unwrap();
            head = Head { feed: own.feed, seq: entry.header.seq, id: Some(entry.id), lamport: entry.header.lamport };
            frames.push(frame);
        }
        if frames.len() > 4_000 {
            feed.append(&frames).unwrap();
            frames.clear();
        }
    }
    feed.append(&frames).unwrap();
}
