//! Phones that vanish in the middle of a photo without closing their connection: what they cost HQ while it still waits for
//! them, and whether the same phone can go on at once.

use std::time::{Duration, Instant};

use futures::StreamExt as _;
use xuncha_core::ids::{BlobHash, EntryId};
use xuncha_tests::by_hand::HandPhone;
use xuncha_tests::district;
use xuncha_tests::world::World;

use super::report::{Report, kib, ms, quantile};
use super::sync::Hq;

const PHONES: usize = 50;
const PHOTO: usize = 3_000_000;
const SENT: usize = 1_000_000;
/// How long HQ is watched while nobody sends anything.
const WATCHED: Duration = Duration::from_secs(15);
/// Photos that nothing gets in the way of.
const CALM: usize = 9;
/// What nobody waits for: a phone that HQ made wait for a half-open connection would stand for half a minute.
const AT_ONCE_MS: f64 = 1_000.0;

/// Measures HQ's memory, its work, and the way on.
pub async fn measure(report: &mut Report) {
    let mut world = World::start().await.unwrap();
    let mut phone = HandPhone::enrolled(&world, district::INSPECTOR).await;
    let mut photos = Vec::new();
    for n in 0..PHONES + CALM {
        let mut bytes = vec![n as u8; PHOTO];
        bytes[..3].copy_from_slice(&[0xFF, 0xD8, 0xFF]);
        let (_, entry, sha256) = phone.photo_announced(&world, &bytes).await;
        photos.push((bytes, entry, sha256));
    }
    let url = world.hq.running().unwrap().phone_url.clone();
    world.hq.switch_off().await;
    let hq = Hq::serve(world.hq.data(), &url).await;
    phone.begin_session().await;

    let mut calm = Vec::new();
    for (bytes, entry, sha256) in photos.drain(PHONES..) {
        calm.push(whole_in_two(&phone, &bytes, (&entry, &sha256)).await);
    }
    let calm = quantile(&calm, 0.5);
    let pid = hq.pid();
    let before = kib(&pid, "VmRSS") / 1024.0;
    let mut gone = Vec::new();
    for (bytes, entry, sha256) in &photos {
        let upload = phone.create_upload(entry, sha256, PHOTO).await;
        let first = futures::stream::iter([Ok::<_, std::io::Error>(bytes[..SENT].to_vec())]);
        let body = reqwest::Body::wrap_stream(first.chain(futures::stream::pending()));
        gone.push((upload.clone(), tokio::spawn(phone.patch(&upload, 0, body).send())));
    }
    tokio::time::sleep(Duration::from_secs(2)).await;
    let (begun, work) = (Instant::now(), ticks(&pid));
    let mut peak = 0.0_f64;
    while begun.elapsed() < WATCHED {
        peak = peak.max(kib(&pid, "VmRSS") / 1024.0);
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    let busy = (ticks(&pid) - work) as f64 / 100.0 / begun.elapsed().as_secs_f64() * 100.0;
    let mut on = Vec::new();
    for ((upload, waits), (bytes, ..)) in gone.iter().zip(&photos) {
        assert!(!waits.is_finished(), "HQ has already let go of a connection that was to be half-open");
        on.push(rest(&phone, upload, bytes).await);
    }
    let (median, slowest) = (quantile(&on, 0.5), quantile(&on, 1.0));
    eprintln!(
        "{PHONES} half-open: {before:.0} → {peak:.0} MiB, {busy:.2} % of a core; on at once: {median:.0} ms, slowest {slowest:.0} ms; calm {calm:.0} ms"
    );
    report.at_most("sync.vanished.memory", "MiB", peak - before, 50.0, 1.0);
    report.at_most("sync.vanished.work", "%", busy, 100.0, 0.02);
    report.at_most("sync.vanished.on", "ms", median, calm, 3.0);
    report.at_most("sync.vanished.slowest", "ms", slowest, AT_ONCE_MS, 1.0);
}

/// A photo in two requests with nothing in the way; milliseconds of the second.
async fn whole_in_two(phone: &HandPhone, bytes: &[u8], (entry, sha256): (&EntryId, &BlobHash)) -> f64 {
    let upload = phone.create_upload(entry, sha256, PHOTO).await;
    let reply = phone.patch(&upload, 0, bytes[..SENT].to_vec().into()).send().await.unwrap();
    assert_eq!(reply.status(), 204);
    rest(phone, &upload, bytes).await
}

/// What every phone does after a cut: asks where HQ stands, and sends the rest.
async fn rest(phone: &HandPhone, upload: &str, bytes: &[u8]) -> f64 {
    let begun = Instant::now();
    let offset = phone.offset(upload).await;
    assert!(offset > 0, "HQ forgot what it had");
    let from = usize::try_from(offset).unwrap();
    let reply = phone.patch(upload, offset, bytes[from..].to_vec().into()).send().await.unwrap();
    assert_eq!(reply.status(), 204, "{}", reply.text().await.unwrap_or_default());
    ms(begun)
}

/// Work of a process in hundredths of a second.
fn ticks(pid: &str) -> u64 {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    let fields: Vec<&str> =
        stat.rsplit_once(')').map(|(_, rest)| rest.split_whitespace().collect()).unwrap_or_default();
    let at = |n: usize| fields.get(n).and_then(|f| f.parse::<u64>().ok()).unwrap_or(0);
    at(11) + at(12)
}
