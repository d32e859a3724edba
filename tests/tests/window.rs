//! The main job on the real window: offline inspection, crash and restart in the middle, seal, sync, and headquarters' page
//! in Chromium with the same bytes. Sixty photos, as a day in a large warehouse brings.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a test fails loudly and speaks to whoever reads its output"
)]

use clap::Parser as _;
use xuncha_tests::demo::{self, Options};

#[tokio::test]
async fn an_inspection_of_sixty_photos_made_offline_and_through_a_crash_reaches_headquarters_whole() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data").display().to_string();
    let out = xuncha_tests::repository().join("target/e2e/window").display().to_string();
    let options = Options::parse_from([
        "demo",
        "--headless",
        "--port",
        "0",
        "--phone-port",
        "0",
        "--photo-count",
        "60",
        "--data",
        &data,
        "--out",
        &out,
    ]);
    let proof = demo::headless(&options).await.unwrap_or_else(|error| panic!("{error:#}\nsee {out}/screens"));

    assert!(proof.holds(), "{proof:?}");
    assert_eq!(proof.photos, 60);
    assert!(proof.answers >= 43, "{proof:?}");
    assert!(proof.photo_bytes > 60 * 1_500_000, "{proof:?}");
    // Every page of the phone and of headquarters was photographed.
    for page in [
        "unlock",
        "today",
        "task",
        "door",
        "item",
        "picture",
        "conclusion",
        "record",
        "sign",
        "sealed",
        "sync",
        "settings",
        "hq-inspection",
    ] {
        let found = proof.screens.iter().any(|path| path.file_stem().unwrap().to_string_lossy().contains(page));
        assert!(found, "no picture of {page}: {:?}", proof.screens);
    }
    // The proof is no formality: one flipped byte of the export is found.
    let flipped = flip_one_byte(&options.export());
    let verify = std::process::Command::new(xuncha_tests::program("xuncha-hq").unwrap())
        .arg("verify")
        .arg(options.export())
        .output()
        .unwrap();
    assert!(!verify.status.success(), "a flipped byte in {flipped} went unnoticed");
}

/// Flips one bit in the middle of the largest file below, a photo.
fn flip_one_byte(folder: &std::path::Path) -> String {
    let mut folders = vec![folder.to_owned()];
    let mut files = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() { folders.push(path) } else { files.push(path) }
        }
    }
    let largest = files.into_iter().max_by_key(|path| std::fs::metadata(path).unwrap().len()).unwrap();
    let mut bytes = std::fs::read(&largest).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    std::fs::write(&largest, bytes).unwrap();
    largest.display().to_string()
}
