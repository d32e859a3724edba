//! 60 and 300 photos of 3 MB from a phone to verified receipts, phone and HQ in processes of their own, over loopback HTTPS.
//!
//! Beside it the durable limit: the slower of writing the same files with fdatasync and hashing them on one core.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::json;
use sha2::{Digest as _, Sha256};
use xuncha_tests::world::{Phone, World};
use xuncha_tests::{district, program};

use super::report::{Report, kib, ms, quantile};

pub(super) const PHOTO: usize = 3_000_000;
const ROUNDS: usize = 3;
const USER: &str = district::INSPECTOR;

/// Measures speed with 60 photos and memory with 300.
pub async fn measure(report: &mut Report) {
    let mut world = World::start().await.unwrap();
    let phone = world.phone("alice", USER).await.unwrap();
    // The first contact brings HQ's feed and the lists.
    phone.sync().await.unwrap();
    let data = phone.data().to_owned();
    drop(phone);
    let url = world.hq.running().unwrap().phone_url.clone();
    world.hq.switch_off().await;
    let hq = Hq::serve(world.hq.data(), &url).await;

    let camera = world.folder().join("camera");
    let (mut ours, mut limits) = (Vec::new(), Vec::new());
    for round in 0..ROUNDS {
        let files = shoot(&camera, 60, round as u64);
        attach(&data, &camera);
        let write = write_all(&files, world.folder());
        let hash = hash_all(&files);
        limits.push(60.0 * PHOTO as f64 / 1e6 / (write.max(hash) / 1e3));
        let (taken, _) = sync(&data, &hq);
        ours.push(60.0 * PHOTO as f64 / 1e6 / (taken / 1e3));
        eprintln!("60 photos: sync {taken:.0} ms; write + fdatasync {write:.0} ms, SHA-256 {hash:.0} ms");
    }
    report.at_least("sync.speed", "MB/s", quantile(&ours, 0.5), quantile(&limits, 0.5), 0.25);
    let (mut ours, mut limits, mut peak) = (Vec::new(), Vec::new(), Peak::default());
    for round in 0..ROUNDS {
        let files = shoot(&camera, 300, 99 + round as u64);
        attach(&data, &camera);
        let (mut write, mut hash) = (0.0, 0.0);
        for some in files.chunks(60) {
            write += write_all(some, world.folder());
            hash += hash_all(some);
        }
        let (taken, most) = sync(&data, &hq);
        eprintln!("300 photos: sync {taken:.0} ms; write + fdatasync {write:.0} ms, SHA-256 {hash:.0} ms");
        let speed = |ms: f64| 300.0 * PHOTO as f64 / 1e6 / (ms / 1e3);
        ours.push(speed(taken));
        limits.push(speed(f64::max(write, hash)));
        peak = Peak { phone: peak.phone.max(most.phone), hq: peak.hq.max(most.hq) };
    }
    report.at_least("sync.speed.300", "MB/s", quantile(&ours, 0.5), quantile(&limits, 0.5), 0.4);
    report.at_most("sync.memory.phone", "MiB", peak.phone, 300.0, 1.0);
    report.at_most("sync.memory.hq", "MiB", peak.hq, 200.0, 1.0);
}

/// Highest resident memory while syncing, MiB.
#[derive(Default)]
struct Peak {
    phone: f64,
    hq: f64,
}

/// HQ in a process of its own.
pub(super) struct Hq(Child);

impl Hq {
    pub(super) async fn serve(data: &Path, url: &str) -> Self {
        let address = url.split_once("://").unwrap().1.to_owned();
        let child = Command::new(program("xuncha-hq").unwrap())
            .args(["serve", "--listen-dashboard", "127.0.0.1:0", "--listen-phones", &address, "--data"])
            .arg(data)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let begun = Instant::now();
        while tokio::net::TcpStream::connect(&address).await.is_err() {
            assert!(begun.elapsed() < Duration::from_secs(30), "HQ does not listen on {address}");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        Self(child)
    }

    pub(super) fn pid(&self) -> String {
        self.0.id().to_string()
    }
}

impl Drop for Hq {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Files that begin like a JPEG and cannot be decoded: the sync does not look into them.
pub(super) fn shoot(folder: &Path, count: usize, seed: u64) -> Vec<PathBuf> {
    let _ = fs::remove_dir_all(folder);
    fs::create_dir(folder).unwrap();
    let mut state = 0x9E37_79B9_7F4A_7C15_u64 ^ (seed << 32) ^ u64::from(std::process::id());
    (0..count)
        .map(|n| {
            let mut bytes = vec![0xFF, 0xD8, 0xFF];
            while bytes.len() < PHOTO {
                state ^= state << 13;
                state ^= state >> 7;
                state ^= state << 17;
                bytes.extend(state.to_le_bytes());
            }
            bytes.truncate(PHOTO);
            let path = folder.join(format!("IMG_{n:04}.jpg"));
            fs::write(&path, bytes).unwrap();
            path
        })
        .collect()
}

fn write_all(files: &[PathBuf], folder: &Path) -> f64 {
    let all: Vec<_> = files.iter().map(|f| fs::read(f).unwrap()).collect();
    let folder = folder.join("written");
    fs::create_dir_all(&folder).unwrap();
    let begun = Instant::now();
    for (n, bytes) in all.iter().enumerate() {
        let mut file = fs::File::create(folder.join(n.to_string())).unwrap();
        file.write_all(bytes).unwrap();
        file.sync_data().unwrap();
    }
    ms(begun)
}

fn hash_all(files: &[PathBuf]) -> f64 {
    let all: Vec<_> = files.iter().map(|f| fs::read(f).unwrap()).collect();
    let begun = Instant::now();
    for bytes in &all {
        std::hint::black_box(Sha256::digest(bytes));
    }
    ms(begun)
}

fn own(command: &str) -> Command {
    let mut own = Command::new(std::env::current_exe().unwrap());
    own.arg(command);
    own
}

fn attach(data: &Path, files: &Path) {
    let status = own("attach-child").arg(data).arg(files).status().unwrap();
    assert!(status.success());
}

fn sync(data: &Path, hq: &Hq) -> (f64, Peak) {
    let mut child = own("sync-child").arg(data).stdout(Stdio::piped()).spawn().unwrap();
    let (phone, office) = (child.id().to_string(), hq.pid());
    let mut peak = Peak::default();
    let status = loop {
        peak.phone = peak.phone.max(kib(&phone, "VmRSS") / 1024.0);
        peak.hq = peak.hq.max(kib(&office, "VmRSS") / 1024.0);
        if let Some(status) = child.try_wait().unwrap() {
            break status;
        }
        std::thread::sleep(Duration::from_millis(20));
    };
    assert!(status.success());
    let said = std::io::read_to_string(child.stdout.take().unwrap()).unwrap();
    (said.trim().parse().unwrap(), peak)
}

async fn unlocked(data: &Path) -> Phone {
    let phone = Phone::new("alice", USER, data.to_owned()).unwrap();
    phone.unlock().await.unwrap();
    phone
}

/// In a process of its own: an inspection with every file of the folder.
pub async fn attach_child(data: &Path, files: &Path) {
    let phone = unlocked(data).await;
    let start = json!({
        "task": null, "firm": xuncha_tests::alone::firm(), "lists": ["ACC"], "kind": "routine", "modes": [], "rule": null,
        "officers": [], "place": null, "language": "zh-Hans"
    });
    let started: serde_json::Value = phone.ask("start", start).await.unwrap();
    for file in fs::read_dir(files).unwrap() {
        phone.attach(started["inspection"].as_str().unwrap(), None, &file.unwrap().path()).await.unwrap();
    }
}

/// In a process of its own: synchronises and prints the milliseconds until everything is under verified receipts.
pub async fn sync_child(data: &Path) {
    let phone = unlocked(data).await;
    let begun = Instant::now();
    let view = phone.sync().await.unwrap();
    let taken = ms(begun);
    assert_eq!((view.only_here.entries, view.only_here.photos), (0, 0), "something is not under a receipt");
    println!("{taken}");
}
