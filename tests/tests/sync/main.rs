//! Stories of the sync between real phones and the real HQ: the wire is broken on purpose, and both sides are asked afterwards.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test stops where something is wrong")]

mod arrive;
mod by_itself;
mod clock;
mod close_of_day;
mod killed;
mod lies;
mod lists;
mod merge;
mod narrow;
mod originals;
mod put_back;
mod refused;
mod resume;
mod rolled_back;
mod scope;
mod stopped;
mod unknown;

use std::collections::BTreeSet;
use std::fs;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde_json::{Value, json};
use tokio::sync::broadcast::error::RecvError;
use xuncha_core::ids::{BlobHash, InspectionId};
use xuncha_device::app::Happening;
use xuncha_device::app::views::{SyncPhase, SyncView};
use xuncha_device::keys::{KeyFile, Unlocked};
use xuncha_hq::api::types::{InspectionDetail, TimelinePage, TimelineRow, VerifyReport};
use xuncha_tests::alone::{firm, text};
use xuncha_tests::dashboard::Dashboard;
use xuncha_tests::district::{self, COMPANION, INSPECTOR};
use xuncha_tests::world::{Phone, World};

/// A world with alice's phone, which has the lists already.
async fn world_with_alice() -> (World, Phone) {
    let world = World::start().await.unwrap();
    let alice = world.phone("alice", INSPECTOR).await.unwrap();
    alice.sync().await.unwrap();
    (world, alice)
}

/// Begins an inspection of a firm that is in no register, with the other officer of the district.
async fn begin(phone: &Phone) -> String {
    let companion = json!({ "user": COMPANION, "name": district::name_of(COMPANION), "certificate": "浙99-0201-0058" });
    begin_with(phone, json!([companion])).await
}

async fn begin_with(phone: &Phone, officers: Value) -> String {
    let start = json!({
        "task": null, "firm": firm(), "lists": ["ACC"], "kind": "routine", "modes": [], "rule": null, "officers": officers,
        "place": null, "language": "zh-Hans"
    });
    let started: Value = phone.ask("start", start).await.unwrap();
    text(&started["inspection"])
}

async fn view(phone: &Phone, inspection: &str) -> Value {
    phone.ask("inspection", json!({ "inspection": inspection })).await.unwrap()
}

/// Answers an item, naming the answers in `seen`.
async fn answer(phone: &Phone, inspection: &str, item: &str, outcome: &str, seen: &[Value]) -> Value {
    let args = xuncha_tests::alone::answer(inspection, item, outcome, json!(seen));
    phone.ask("answer", args).await.unwrap()
}

/// A file that begins like a JPEG and cannot be decoded: the sync does not look into it. Another `seed`, other bytes.
fn photo(world: &World, seed: u64, size: usize) -> PathBuf {
    let mut state = 0x9E37_79B9_7F4A_7C15_u64 ^ (seed << 32);
    let mut bytes = vec![0xFF, 0xD8, 0xFF];
    while bytes.len() < size {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        bytes.extend(state.to_le_bytes());
    }
    bytes.truncate(size);
    let path = world.folder().join(format!("IMG_{seed:04}.jpg"));
    fs::write(&path, bytes).unwrap();
    path
}

fn hash_of(file: &Path) -> BlobHash {
    BlobHash::digest(&[&fs::read(file).unwrap()])
}

/// Waits until the sync of this phone shows what is waited for; the phone tries again by itself meanwhile.
async fn until(phone: &Phone, what: &str, wanted: impl Fn(&SyncView) -> bool) -> SyncView {
    let mut happenings = phone.device().happenings();
    let mut shown: SyncView = phone.ask("sync_status", json!({})).await.unwrap();
    let waiting = async {
        while !wanted(&shown) {
            shown = match happenings.recv().await {
                Ok(Happening::Sync { sync }) => *sync,
                Ok(_) => continue,
                Err(RecvError::Lagged(_)) => phone.ask("sync_status", json!({})).await.unwrap(),
                Err(RecvError::Closed) => panic!("the engine has ended"),
            };
        }
    };
    let in_time = tokio::time::timeout(Duration::from_secs(180), waiting).await;
    assert!(in_time.is_ok(), "{}: waited in vain for {what}: {shown:?}", phone.name());
    shown
}

fn is_done(view: &SyncView) -> bool {
    view.phase == SyncPhase::Done
}

/// Code of what a sync that did not get through says.
async fn failing(phone: &Phone) -> String {
    let view = phone.sync_until_rest().await.unwrap();
    assert!(matches!(view.phase, SyncPhase::Failed | SyncPhase::Waiting), "{view:?}");
    view.problem.expect("a sync that failed says why").code
}

/// Closes the app and gives back its folder, which is free afterwards.
async fn close(phone: Phone) -> PathBuf {
    let data = phone.data().to_owned();
    phone.ask::<Value>("lock", json!({})).await.unwrap();
    drop(phone);
    data
}

/// Opens the app again, as [`Phone::reopen`] does, on a folder that was closed before.
async fn open(name: &str, user: &str, data: &Path) -> Phone {
    let opened = tokio::time::timeout(Duration::from_secs(20), async {
        loop {
            match Phone::new(name, user, data.to_owned()) {
                Ok(phone) => return phone,
                Err(_) => tokio::task::yield_now().await,
            }
        }
    });
    let phone = opened.await.expect("the old app still holds the folder");
    phone.unlock().await.unwrap();
    phone
}

/// The master key of a phone that is closed.
fn keys_of(data: &Path, user: &str) -> Unlocked {
    let mut keys = KeyFile::open(&data.join("keys")).unwrap();
    keys.unlock(&user.parse().unwrap(), district::PASSPHRASE, None, 0).unwrap()
}

/// Where phones reach HQ.
fn phones_of(world: &World) -> SocketAddr {
    let url = world.hq.running().unwrap().phone_url.clone();
    url.split_once("://").unwrap().1.parse().unwrap()
}

async fn detail(hq: &Dashboard, inspection: &str) -> InspectionDetail {
    hq.get(&format!("/api/inspections/{inspection}")).await.unwrap()
}

/// All entries of an inspection in the order HQ stored them.
async fn timeline(hq: &Dashboard, inspection: &str) -> Vec<TimelineRow> {
    let (mut rows, mut after) = (Vec::new(), "0".to_owned());
    loop {
        let path = format!("/api/inspections/{inspection}/timeline?after={after}&limit=200");
        let page: TimelinePage = hq.get(&path).await.unwrap();
        rows.extend(page.rows);
        match page.next {
            Some(next) => after = next,
            None => return rows,
        }
    }
}

/// HQ reads everything of the inspection again, every byte and every signature.
async fn verified(hq: &Dashboard, inspection: &str) -> VerifyReport {
    hq.post(&format!("/api/inspections/{inspection}/verify"), &json!({})).await.unwrap()
}

async fn original(hq: &Dashboard, inspection: &str, sha256: &BlobHash) -> Vec<u8> {
    hq.blob(&inspection.parse::<InspectionId>().unwrap(), sha256).await.unwrap()
}

/// No entry twice, none left out: places of one feed are all different and so are the names.
fn assert_each_once(rows: &[TimelineRow]) {
    let names: BTreeSet<_> = rows.iter().map(|row| row.entry).collect();
    let places: BTreeSet<_> = rows.iter().map(|row| (row.feed, row.seq)).collect();
    assert_eq!((names.len(), places.len()), (rows.len(), rows.len()), "an entry stands twice at HQ");
}

/// Safety of everything an inspection's view shows, each with what it is the safety of.
fn safeties(view: &Value) -> Vec<(String, String)> {
    let mut all = vec![("inspection".to_owned(), text(&view["row"]["safety"]))];
    for item in xuncha_tests::alone::items(view) {
        let state = &item["state"];
        let written = ["answers", "notes", "evidence"].iter().any(|part| state[*part] != json!([]));
        if written {
            all.push((text(&state["code"]), text(&state["safety"])));
        }
        for evidence in state["evidence"].as_array().unwrap() {
            all.push((text(&evidence["id"]), text(&evidence["safety"])));
        }
    }
    all
}
