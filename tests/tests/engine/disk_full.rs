//! A disk that is really full: a small file system of its own, filled to the last block.
//!
//! Mounting needs root; without it the story is skipped and says so. `device/tests/disk_full.rs` covers the storage rooms on any
//! machine.

use std::io::Write as _;
use std::path::Path;
use std::process::Command;

use serde_json::json;
use xuncha_core::checklist::EvidenceKind::Photo;
use xuncha_tests::alone::{Office, answer, jpeg, own_frames, state_of};

use super::alice;

struct Mounted(tempfile::TempDir);

impl Mounted {
    fn of(size: &str) -> Option<Self> {
        let dir = tempfile::tempdir().unwrap();
        let options = format!("size={size},mode=700");
        let mount = Command::new("mount").args(["-t", "tmpfs", "-o", &options, "tmpfs"]).arg(dir.path()).output();
        mount.is_ok_and(|m| m.status.success()).then_some(Self(dir))
    }
    fn path(&self) -> &Path {
        self.0.path()
    }
    /// Fills what is free, leaving `spare` bytes.
    fn fill(&self, spare: u64) {
        let mut file = std::fs::File::create(self.path().join("filler")).unwrap();
        let free = xuncha_device::disk::free_bytes(self.path()).unwrap().saturating_sub(spare);
        let block = vec![1; 4096];
        for _ in 0..free / 4096 {
            if file.write_all(&block).is_err() {
                break;
            }
        }
    }
    fn free(&self) {
        std::fs::remove_file(self.path().join("filler")).unwrap();
    }
}

impl Drop for Mounted {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("-l").arg(self.path()).status();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn on_a_full_disk_verbs_say_so_nothing_acknowledged_is_lost_and_the_work_goes_on_when_there_is_room() {
    let Some(disk) = Mounted::of("24m") else {
        eprintln!("SKIPPED: a file system of one's own cannot be mounted here (root is needed)");
        return;
    };
    let data = disk.path().join("data");
    std::fs::create_dir(&data).unwrap();
    Office::open().enrol(&data, "alice");
    let phone = alice(&data).await;
    let inspection = phone.begin(&["ACC"]).await;
    let photo = jpeg(1500, 1000, 95);
    let mut kept = vec![phone.attach(&inspection, None, Photo, "before.jpg", &photo).await.unwrap()];
    let mut acknowledged = Vec::new();
    let mut refusals = 0;
    // Several depths of "full": in some the feed still has room and the index has none.
    for spare in [200_000, 60_000, 24_000, 8_000, 0] {
        disk.fill(spare);
        for n in 0..40 {
            let text = format!("note {spare} {n}");
            let args = json!({ "inspection": inspection, "item": "ACC-03", "text": text, "seen": [] });
            match phone.try_ask("note", args).await {
                Ok(_) => acknowledged.push(text),
                Err(failure) => {
                    assert_eq!(failure.code, "disk.full", "{failure}");
                    refusals += 1;
                }
            }
        }
        let large = jpeg(1500, 1000, 94 - (spare % 7) as u8);
        match phone.attach(&inspection, None, Photo, "during.jpg", &large).await {
            Ok(delta) => kept.push(delta),
            Err(failure) => assert_eq!(failure.code, "disk.full", "{failure}"),
        }
        disk.free();
    }
    assert!(refusals > 0, "the disk was never full: this story proved nothing");
    // There is room again: the same app goes on, without a restart.
    phone.ask("answer", answer(&inspection, "ACC-04", "conforms", json!([]))).await;
    phone.attach(&inspection, None, Photo, "after.jpg", &jpeg(1500, 1000, 90)).await.unwrap();
    let before = phone.view(&inspection).await;
    drop(phone);
    let phone = alice(&data).await;
    let after = phone.view(&inspection).await;
    assert_eq!(state_of(&after, "ACC-03"), state_of(&before, "ACC-03"));
    for piece in after["general_evidence"].as_array().unwrap() {
        let verified = phone.ask("verify_evidence", json!({ "blob": piece["blob"]["sha256"] })).await;
        assert_eq!(verified["intact"], true, "{}", piece["name"]);
    }
    assert!(after["general_evidence"].as_array().unwrap().len() > kept.len());
    drop(phone);
    let all: String =
        own_frames(&data, "alice").iter().filter_map(|f| f.payload_bytes()).map(String::from_utf8_lossy).collect();
    let lost: Vec<_> = acknowledged.iter().filter(|t| !all.contains(&format!("\"{t}\""))).collect();
    assert!(lost.is_empty(), "acknowledged and gone: {lost:?}");
}
