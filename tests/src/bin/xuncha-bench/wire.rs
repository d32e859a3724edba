//! What a bad line costs: bytes on the wire beside bytes needed, and how much of what a line can carry is used.
//!
//! Counted is what the phone sends, TLS and all, from the moment the sync begins until everything is under verified
//! receipts; needed are the bytes of the photos. What HQ sends back is told beside it.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};
use serde_json::json;
use xuncha_device::app::views::{SyncPhase, SyncView};
use xuncha_tests::district::INSPECTOR;
use xuncha_tests::proxy::Proxy;
use xuncha_tests::trace::Trace;
use xuncha_tests::world::{Phone, World};

use super::report::Report;
use super::sync::{PHOTO, shoot};

/// Photos of 3 MB that go over the line that breaks.
const PHOTOS: usize = 20;
const REFUSAL: Duration = Duration::from_millis(200);
/// A sync over the slowest recorded line takes minutes, never this long.
const LIMIT: Duration = Duration::from_secs(900);

/// What one sync took.
struct Taken {
    needed: u64,
    sent: u64,
    returned: u64,
    time: Duration,
}

/// Measures lines that break: after 2 MB, less than one photo, and after 5 MB.
pub async fn measure(report: &mut Report) {
    for (name, bytes, limit) in [("wire_ratio_cut_2mb", 2_000_000, 1.02), ("wire_ratio_cut_5mb", 5_000_000, 1.01)] {
        let (taken, cuts) = cut_each(bytes).await;
        let ratio = taken.sent as f64 / taken.needed as f64;
        eprintln!(
            "cut after {bytes}: {cuts} cuts, {} bytes for {} ({ratio:.4}), {} back, {:.1} s",
            taken.sent,
            taken.needed,
            taken.returned,
            taken.time.as_secs_f64()
        );
        assert!(cuts >= 8, "the line was cut {cuts} times: too few to say anything");
        report.at_most(name, "bytes", taken.sent as f64, taken.needed as f64, limit);
        report.key(name, ratio);
    }
}

/// Where recordings from outside the project lie on this machine, if anywhere.
pub fn outside() -> Option<PathBuf> {
    let data = std::env::var_os("XUNCHA_DATA").map(PathBuf::from);
    let folder = data.unwrap_or_else(|| xuncha_tests::repository().join("../shared/data")).join("net-traces");
    folder.is_dir().then_some(folder)
}

/// Replays recorded lines: bytes, and how much of what the line can carry is used.
pub async fn replay(report: &mut Report, traces: Option<&Path>) {
    let Some(folder) = traces else {
        eprintln!("recorded lines: none given (--traces DIR, a folder with *.up in mahimahi's form)");
        return;
    };
    for (file, name) in recordings(folder).unwrap() {
        let text = std::fs::read_to_string(&file).unwrap();
        let trace = Arc::new(Trace::read(&text).unwrap());
        let photos = if trace.mean_rate() > 500_000.0 { 16 } else { 6 };
        let (taken, could) = over(trace, photos).await;
        eprintln!(
            "{name}: {} bytes for {} in {:.1} s, {} back; the line could carry {could}",
            taken.sent,
            taken.needed,
            taken.time.as_secs_f64(),
            taken.returned
        );
        report.at_most(format!("sync.trace.{name}.bytes"), "bytes", taken.sent as f64, taken.needed as f64, 1.05);
        report.at_least(format!("sync.trace.{name}.used"), "bytes", taken.needed as f64, could as f64, 0.9);
    }
}

/// Recordings of the way from the phone, by name.
fn recordings(folder: &Path) -> Result<Vec<(PathBuf, String)>> {
    let mut found = Vec::new();
    let mut open = vec![folder.to_owned()];
    while let Some(folder) = open.pop() {
        for entry in std::fs::read_dir(&folder).with_context(|| format!("{}", folder.display()))? {
            let path = entry?.path();
            if path.is_dir() {
                open.push(path);
            } else if path.extension().is_some_and(|e| e == "up") {
                let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
                found.push((path, name));
            }
        }
    }
    found.sort();
    Ok(found)
}

/// A phone that reaches HQ only through the proxy, with so many photos that HQ lacks.
async fn behind_a_proxy(photos: usize) -> (World, Proxy, Phone) {
    let world = World::start().await.unwrap();
    let direct = world.hq.running().unwrap().phone_url.clone();
    let target = direct.split_once("://").unwrap().1.parse().unwrap();
    let proxy = Proxy::before(target).await.unwrap();
    let invitation = world.head().await.unwrap().invite(INSPECTOR).await.unwrap();
    let phone = Phone::new("alice", INSPECTOR, world.folder().join("alice")).unwrap();
    phone.enrol(&invitation.replace(&direct, &format!("https://{}", proxy.address()))).await.unwrap();
    phone.sync().await.unwrap();
    let start = json!({
        "task": null, "firm": xuncha_tests::alone::firm(), "lists": ["ACC"], "kind": "routine", "modes": [], "rule": null,
        "officers": [], "place": null, "language": "zh-Hans"
    });
    let started: serde_json::Value = phone.ask("start", start).await.unwrap();
    for file in shoot(&world.folder().join("camera"), photos, 7) {
        phone.attach(started["inspection"].as_str().unwrap(), None, &file).await.unwrap();
    }
    (world, proxy, phone)
}

/// Synchronises whatever happens to the line; the sync tries again by itself.
async fn carry_over(phone: &Phone, proxy: &Proxy, photos: usize) -> Taken {
    let (sent, returned, begun) = (proxy.carried(), proxy.returned(), Instant::now());
    phone.ask::<SyncView>("sync_start", json!({})).await.unwrap();
    let mut failed = 0;
    loop {
        let view: SyncView = phone.ask("sync_status", json!({})).await.unwrap();
        failed += u32::from(view.phase == SyncPhase::Failed || view.files.iter().any(|f| f.problem.is_some()));
        // The word of the sync before this one may still stand.
        let all_in = (view.only_here.entries, view.only_here.photos) == (0, 0);
        if view.phase == SyncPhase::Done && all_in {
            break;
        }
        assert!(begun.elapsed() < LIMIT, "no end: {view:?}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert_eq!(failed, 0, "it said that something failed, and finished it");
    Taken {
        needed: (photos * PHOTO) as u64,
        sent: proxy.carried() - sent,
        returned: proxy.returned() - returned,
        time: begun.elapsed(),
    }
}

async fn cut_each(bytes: u64) -> (Taken, u64) {
    let (_world, proxy, phone) = behind_a_proxy(PHOTOS).await;
    proxy.cut_each(bytes, REFUSAL);
    let taken = carry_over(&phone, &proxy, PHOTOS).await;
    (taken, proxy.cuts_of_each())
}

async fn over(trace: Arc<Trace>, photos: usize) -> (Taken, u64) {
    let (_world, proxy, phone) = behind_a_proxy(photos).await;
    proxy.pace(trace.clone());
    let taken = carry_over(&phone, &proxy, photos).await;
    (taken, trace.could_carry())
}
