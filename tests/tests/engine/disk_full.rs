//! A disk that is really full: a small file system of its own, filled to the last block.
//!
//! Mounting needs root; without it the stories are skipped and say so. `device/tests/disk_full.rs` covers the storage rooms on any
//! machine.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::{Value, json};
use xuncha_core::Failure;
use xuncha_core::checklist::EvidenceKind::Photo;
use xuncha_tests::alone::{
    Office, Phone, answer, attach_begin, jpeg, own_frames, slice_args, small_png, state_of, text,
};

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
        let mut file = std::fs::File::options().create(true).append(true).open(self.path().join("filler")).unwrap();
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

/// A phone on a small disk of its own, with room at first.
struct Small {
    disk: Mounted,
    data: PathBuf,
}

impl Small {
    fn phone() -> Option<Self> {
        let Some(disk) = Mounted::of("72m") else {
            eprintln!("SKIPPED: a file system of one's own cannot be mounted here (root is needed)");
            return None;
        };
        let data = disk.path().join("data");
        std::fs::create_dir(&data).unwrap();
        Office::open().enrol(&data, "alice");
        Some(Self { disk, data })
    }
}

async fn room(phone: &Phone) -> Value {
    phone.ask("room", json!({})).await
}

async fn said_today(phone: &Phone) -> Vec<String> {
    let today = phone.ask("today", json!({ "here": null })).await;
    today["notices"].as_array().unwrap().iter().map(|n| text(&n["code"])).collect()
}

/// One answer is missing; everything else, evidence too, is there.
async fn all_but_one(phone: &Phone) -> String {
    let inspection = phone.begin(&["SUP"]).await;
    phone.complete(&inspection).await;
    // An answer that was taken back to "not checked" is missing again.
    phone.answer(&inspection, "SUP-01", "unchecked").await;
    inspection
}

/// What is left to do when the disk is full: the last answer, the record, three signatures.
async fn finish(phone: &Phone, inspection: &str) -> Result<Value, Failure> {
    let view = phone.view(inspection).await;
    let seen = &state_of(&view, "SUP-01")["answers"][0]["by"]["entry"];
    phone.try_ask("answer", answer(inspection, "SUP-01", "conforms", json!([seen]))).await?;
    let proposed = phone.try_ask("propose_seal", json!({ "inspection": inspection })).await?;
    let image = data_encoding::BASE64.encode(&small_png(200));
    let mut delta = Value::Null;
    for (role, name, method) in
        [("officer", "alice", "keyed"), ("officer", "陈志远", "drawn"), ("firm", "王经理", "drawn")]
    {
        let image = (method == "drawn").then_some(&image);
        let args = json!({
            "inspection": inspection, "proposal": proposed["seal"]["proposal"], "role": role, "name": name,
            "method": method, "image": image
        });
        delta = phone.try_ask("sign", args).await?;
    }
    Ok(delta["seal"].clone())
}

#[tokio::test(flavor = "multi_thread")]
async fn on_a_full_disk_the_reserve_is_given_up_the_inspection_is_finished_and_sealed_and_the_reserve_is_taken_again() {
    let Some(small) = Small::phone() else { return };
    let phone = alice(&small.data).await;
    assert_eq!(room(&phone).await["reserve"], true, "taken when the phone was unlocked for the first time");
    let reserve = small.data.join("reserve");
    assert_eq!(std::fs::metadata(&reserve).unwrap().len(), xuncha_device::disk::RESERVE);
    let inspection = all_but_one(&phone).await;

    // Said before it is gone, and the same on every page.
    small.disk.fill(18 << 20);
    let left = room(&phone).await;
    assert_eq!((left["photos"].as_u64().unwrap(), &left["low"], &left["reserve"]), (2, &json!(true), &json!(true)));
    assert_eq!(said_today(&phone).await, ["disk.low"]);
    assert_eq!(phone.ask("today", json!({ "here": null })).await["room"], left);
    assert_eq!(phone.ask("storage", json!({})).await["room"], left);
    phone.attach(&inspection, None, Photo, "fits.jpg", &jpeg(1500, 1000, 90)).await.unwrap();

    // Somebody else takes the rest, to the last byte.
    small.disk.fill(0);
    assert_eq!(room(&phone).await, json!({ "photos": 0, "low": true, "reserve": false }));
    assert!(!reserve.exists(), "given up");
    assert_eq!(said_today(&phone).await, ["disk.no_photos"]);
    let refused = phone.attach(&inspection, None, Photo, "late.jpg", &jpeg(1500, 1000, 91)).await.unwrap_err();
    assert_eq!((refused.code.as_str(), refused.params["name"].as_str()), ("attach.no_room", "late.jpg"));
    let seal = finish(&phone, &inspection).await.unwrap();
    assert_eq!(seal["sealed"], true, "{}", seal["waits_for"]);
    drop(phone);

    // Opened again on the full disk, it shows the same; with room again the reserve is there again.
    let phone = alice(&small.data).await;
    assert_eq!(phone.view(&inspection).await["seal"], seal);
    small.disk.free();
    assert_eq!(room(&phone).await["reserve"], true);
    assert!(reserve.exists());
    let next = phone.begin(&["ACC"]).await;
    phone.attach(&next, None, Photo, "again.jpg", &jpeg(1500, 1000, 92)).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_photo_on_its_way_when_somebody_else_fills_the_disk_does_not_eat_the_reserve() {
    let Some(small) = Small::phone() else { return };
    let phone = alice(&small.data).await;
    let inspection = phone.begin(&["ACC"]).await;
    let bytes = jpeg(2400, 1600, 95);
    let begin = attach_begin(&inspection, None, Photo, "slow.jpg", bytes.len() as u64);
    let upload = text(&phone.ask("attach_begin", begin).await["upload"]);
    let (first, rest) = bytes.split_at(256 * 1024);
    phone.ask("attach_slice", slice_args(&upload, 0, first)).await;
    small.disk.fill(64 << 10);
    let next = &rest[..rest.len().min(256 * 1024)];
    let refused = phone.try_ask("attach_slice", slice_args(&upload, first.len(), next)).await.unwrap_err();
    assert_eq!(refused.code, "attach.no_room");
    assert_eq!(std::fs::read_dir(small.data.join("vault/temp")).unwrap().count(), 0, "nothing half stays");
    let free = xuncha_device::disk::free_bytes(&small.data).unwrap();
    assert!(free > xuncha_device::disk::RESERVE, "{free} bytes for the end of the inspection");
}

#[tokio::test(flavor = "multi_thread")]
async fn control_without_its_reserve_a_phone_cannot_seal_on_a_full_disk() {
    let Some(small) = Small::phone() else { return };
    let phone = alice(&small.data).await;
    let inspection = all_but_one(&phone).await;
    std::fs::remove_file(small.data.join("reserve")).unwrap();
    small.disk.fill(0);
    assert_eq!(finish(&phone, &inspection).await.unwrap_err().code, "disk.full");
}

#[tokio::test(flavor = "multi_thread")]
async fn on_a_full_disk_verbs_say_so_nothing_acknowledged_is_lost_and_the_work_goes_on_when_there_is_room() {
    let Some(Small { disk, data }) = Small::phone() else { return };
    let phone = alice(&data).await;
    let inspection = phone.begin(&["ACC"]).await;
    let photo = jpeg(1500, 1000, 95);
    let mut kept = vec![phone.attach(&inspection, None, Photo, "before.jpg", &photo).await.unwrap()];
    let mut acknowledged = Vec::new();
    let mut refusals = 0;
    // Several depths of "full": in some the feed still has room and the index has none.
    for spare in [200_000, 60_000, 24_000, 8_000, 0] {
        disk.fill(spare);
        // Gives up the reserve; then its room is gone, too.
        room(&phone).await;
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
            Err(failure) => assert_eq!(failure.code, "attach.no_room", "{failure}"),
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
