//! A photo through the engine's door beside the sum of what cannot be avoided.

use std::io::Write as _;
use std::path::Path;
use std::process::Command;
use std::time::Instant;

use chacha20poly1305::aead::{AeadInOut as _, KeyInit as _};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use sha2::{Digest as _, Sha256};
use xuncha_core::checklist::EvidenceKind::Photo;
use xuncha_tests::alone::{Office, Phone, attach_begin, jpeg};
use xuncha_tests::photos;

use super::report::{Report, kib, ms, quantile};

const ROUNDS: usize = 12;
const FIFTY: (u16, u16) = (8192, 6144);

/// Measures time of 12 megapixels and memory of 50.
pub async fn measure(report: &mut Report) {
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path().join("phone");
    std::fs::create_dir(&data).unwrap();
    Office::open().enrol(&data, "alice");
    let pictures = photos::paint(&dir.path().join("camera"), ROUNDS).unwrap();
    let phone = Phone::open(&data, "alice").await.unwrap();
    let inspection = phone.begin(&["ACC"]).await;
    let (mut ours, mut sums, mut vips) = (Vec::new(), Vec::new(), Vec::new());
    for picture in &pictures {
        let bytes = std::fs::read(&picture.path).unwrap();
        let begun = Instant::now();
        let delta = phone.attach(&inspection, None, Photo, "IMG.jpg", &bytes).await.unwrap();
        ours.push(ms(begun));
        assert_eq!(delta["general_evidence"].as_array().unwrap().last().unwrap()["has_thumb"], true);
        let thumbnail = vipsthumbnail(&picture.path, dir.path());
        vips.push(thumbnail);
        sums.push(parts(&bytes, dir.path()) + thumbnail);
    }
    let middle = |times: &[f64]| quantile(times, 0.5);
    let bytes = pictures.iter().map(|p| p.size).sum::<u64>() / pictures.len() as u64;
    eprintln!(
        "12 megapixels, {:.1} MB: through the door {:.0} ms; parts {:.0} ms, of which vipsthumbnail {:.0} ms",
        bytes as f64 / 1e6,
        middle(&ours),
        middle(&sums),
        middle(&vips)
    );
    report.at_most("photo.12mp", "ms", middle(&ours), middle(&sums), 1.5);
    drop(phone);

    let large = dir.path().join("fifty.jpg");
    let bytes = jpeg(FIFTY.0, FIFTY.1, 85);
    std::fs::write(&large, &bytes).unwrap();
    let child = Command::new(std::env::current_exe().unwrap())
        .arg("photo-child")
        .arg(&data)
        .arg(&inspection)
        .arg(&large)
        .output()
        .unwrap();
    assert!(child.status.success(), "{}", String::from_utf8_lossy(&child.stderr));
    let added: f64 = String::from_utf8_lossy(&child.stdout).trim().parse().unwrap();
    let added = added / 1024.0 - bytes.len() as f64 / (1024.0 * 1024.0);
    report.at_most("photo.50mp.memory", "MiB", added, 64.0, 1.0);
}

/// In a process of its own: prints by how many KiB one photo raised the peak.
pub async fn child(data: &Path, inspection: &str, file: &Path) {
    let phone = Phone::open(data, "alice").await.unwrap();
    phone.view(inspection).await;
    let before = kib("self", "VmHWM");
    let begin = attach_begin(inspection, None, Photo, "fifty.jpg", 0);
    let args = serde_json::json!({ "begin": begin, "path": file, "remove": false });
    let delta = phone.ask("attach_file", args).await;
    assert_eq!(delta["general_evidence"].as_array().unwrap().last().unwrap()["has_thumb"], true);
    println!("{}", kib("self", "VmHWM") - before);
}

/// SHA-256, encryption in 64 KiB chunks, write and fsync.
fn parts(bytes: &[u8], folder: &Path) -> f64 {
    let begun = Instant::now();
    std::hint::black_box(Sha256::digest(bytes));
    let cipher = XChaCha20Poly1305::new(&[7; 32].into());
    let mut sealed = bytes.to_vec();
    for chunk in sealed.chunks_mut(64 * 1024) {
        let tag = cipher.encrypt_inout_detached(&XNonce::from([1; 24]), b"", chunk.into()).unwrap();
        std::hint::black_box(tag);
    }
    let mut file = std::fs::File::create(folder.join("parts")).unwrap();
    file.write_all(&sealed).unwrap();
    file.sync_all().unwrap();
    ms(begun)
}

fn vipsthumbnail(picture: &Path, folder: &Path) -> f64 {
    let begun = Instant::now();
    let status = Command::new("vipsthumbnail")
        .arg(picture)
        .args(["--size", "1600", "-o"])
        .arg(folder.join("preview.jpg"))
        .status()
        .expect("vipsthumbnail is needed (Debian: libvips-tools)");
    assert!(status.success());
    ms(begun)
}
