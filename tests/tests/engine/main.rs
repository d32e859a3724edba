//! Stories of the phone's engine through its only door, without a network: what it keeps, what it refuses, what it says.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test stops where something is wrong")]

#[cfg(target_os = "linux")]
mod blocks;
mod disk_full;
mod door;
mod durable;
mod evidence;
mod kill;
mod lists;
mod merge;
mod orphans;
mod seal;
mod search;
mod start;
mod tables;

use std::path::Path;

use tempfile::TempDir;
use xuncha_tests::alone::{Office, Phone};

/// A folder with alice's enrolled phone, and the office that knows it.
fn enrolled() -> (Office, TempDir) {
    let dir = tempfile::tempdir().unwrap();
    let mut office = Office::open();
    office.enrol(dir.path(), "alice");
    (office, dir)
}

/// Alice's phone, unlocked.
async fn alice(folder: &Path) -> Phone {
    Phone::open(folder, "alice").await.unwrap()
}

/// Codes of the notices a phone shows after it was unlocked.
async fn notices(phone: &Phone) -> Vec<String> {
    let status = phone.ask("status", serde_json::json!({})).await;
    status["notices"].as_array().unwrap().iter().map(|n| n["code"].as_str().unwrap().to_owned()).collect()
}
