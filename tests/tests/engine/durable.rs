//! What was acknowledged is there after whatever happened to the app or its files.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use xuncha_core::checklist::EvidenceKind;
use xuncha_tests::alone::{Phone, keys_of, measure, own_frames, small_png, state_of};

use super::{alice, enrolled, notices};

/// Some of everything; answers the inspection's id.
async fn work(phone: &Phone) -> String {
    let inspection = phone.begin(&["COLD", "ACC"]).await;
    phone.answer(&inspection, "ACC-03", "conforms").await;
    phone.answer(&inspection, "ACC-04", "non_conforming").await;
    let note = json!({ "inspection": inspection, "item": "ACC-04", "text": "待验区无标识", "seen": [] });
    phone.ask("note", note).await;
    phone.ask("measure", measure(&inspection, "COLD-01", "4.1")).await;
    phone.attach(&inspection, Some("ACC-04"), EvidenceKind::Photo, "IMG_1.png", &small_png(1)).await.unwrap();
    phone.attach(&inspection, None, EvidenceKind::Photo, "IMG_2.png", &small_png(2)).await.unwrap();
    phone
        .ask("field", json!({ "inspection": inspection, "field": "situation", "value": "现场正常", "seen": [] }))
        .await;
    inspection
}

fn own_segments(data: &Path) -> Vec<PathBuf> {
    let feed = keys_of(data, "alice").feed_key().feed;
    let mut files: Vec<_> = fs::read_dir(data.join("feeds").join(feed.to_string()))
        .unwrap()
        .map(|f| f.unwrap().path())
        .filter(|p| p.extension().is_some_and(|e| e == "seg"))
        .collect();
    files.sort();
    files
}

fn flip(path: &Path, at: usize) {
    let mut bytes = fs::read(path).unwrap();
    bytes[at] ^= 0x10;
    fs::write(path, bytes).unwrap();
}

fn remove_index(data: &Path) {
    for name in ["index.db", "index.db-wal", "index.db-shm"] {
        let _ = fs::remove_file(data.join(name));
    }
}

/// The view without what depends on the moment it is asked (the running end of the inspection).
fn steady(mut view: Value) -> Value {
    for field in view["fields"].as_array_mut().unwrap() {
        if field["field"]["filled"] == "time" {
            field["values"] = Value::Null;
        }
    }
    view
}

#[tokio::test]
async fn i1_everything_answered_is_there_after_the_app_vanished_without_a_word() {
    let (_office, dir) = enrolled();
    let phone = alice(dir.path()).await;
    let inspection = work(&phone).await;
    let before = steady(phone.view(&inspection).await);
    drop(phone);
    let phone = alice(dir.path()).await;
    assert_eq!(steady(phone.view(&inspection).await), before);
    assert_eq!(notices(&phone).await, [] as [&str; 0]);
    let photo = &state_of(&before, "ACC-04")["evidence"][0]["blob"]["sha256"];
    assert_eq!(phone.ask("verify_evidence", json!({ "blob": photo })).await["intact"], true);
}

#[tokio::test]
async fn a_deleted_index_is_made_again_and_every_view_is_the_same() {
    let (_office, dir) = enrolled();
    let phone = alice(dir.path()).await;
    let inspections = [work(&phone).await, work(&phone).await];
    let (first, second) = (steady(phone.view(&inspections[0]).await), steady(phone.view(&inspections[1]).await));
    let today = phone.ask("today", json!({ "here": null })).await;
    drop(phone);
    remove_index(dir.path());
    let phone = alice(dir.path()).await;
    assert_eq!(steady(phone.view(&inspections[0]).await), first);
    assert_eq!(steady(phone.view(&inspections[1]).await), second);
    let again = phone.ask("today", json!({ "here": null })).await;
    for part in ["drafts", "tasks", "sealed", "only_here", "lists_as_of"] {
        assert_eq!(again[part], today[part], "{part}");
    }
}

#[tokio::test]
async fn a_flipped_byte_in_the_index_moves_it_aside_and_the_screen_is_told() {
    let (_office, dir) = enrolled();
    let phone = alice(dir.path()).await;
    let inspection = work(&phone).await;
    let before = steady(phone.view(&inspection).await);
    drop(phone);
    let index = dir.path().join("index.db");
    let size = fs::metadata(&index).unwrap().len() as usize;
    flip(&index, size / 2);
    let phone = alice(dir.path()).await;
    assert_eq!(notices(&phone).await, ["index.rebuilt"]);
    assert_eq!(steady(phone.view(&inspection).await), before);
    assert!(dir.path().join("index.db.damaged-1").exists(), "kept for whoever wants to know why");
}

#[tokio::test]
async fn a_flipped_byte_in_the_own_feed_is_said_at_once_and_no_file_is_touched() {
    let (_office, dir) = enrolled();
    let phone = alice(dir.path()).await;
    work(&phone).await;
    drop(phone);
    let segment = own_segments(dir.path()).remove(0);
    flip(&segment, fs::metadata(&segment).unwrap().len() as usize / 3);
    let damaged = fs::read(&segment).unwrap();
    for indexed in [true, false] {
        if !indexed {
            remove_index(dir.path());
        }
        let failure = Phone::open(dir.path(), "alice").await.err().expect("a damaged feed is not opened");
        assert_eq!(failure.code, "feed.damaged", "{failure}");
        assert_eq!(fs::read(&segment).unwrap(), damaged);
    }
}

#[tokio::test]
async fn i4_yesterdays_copy_of_the_feed_under_todays_index_is_a_rollback_and_is_not_written_on() {
    let (_office, dir) = enrolled();
    let phone = alice(dir.path()).await;
    work(&phone).await;
    drop(phone);
    let segment = own_segments(dir.path()).remove(0);
    let yesterday = fs::read(&segment).unwrap();
    let phone = alice(dir.path()).await;
    work(&phone).await;
    drop(phone);
    fs::write(&segment, &yesterday).unwrap();
    let failure = Phone::open(dir.path(), "alice").await.err().expect("a rolled-back feed is not opened");
    assert_eq!(failure.code, "feed.rolled_back");
    assert!(failure.params["known"].parse::<u64>().unwrap() > failure.params["have"].parse::<u64>().unwrap());
    assert_eq!(fs::read(&segment).unwrap(), yesterday);
}

#[tokio::test]
async fn the_torn_end_of_a_write_nobody_acknowledged_is_cut_and_the_screen_is_told() {
    let (_office, dir) = enrolled();
    let phone = alice(dir.path()).await;
    let inspection = work(&phone).await;
    let before = steady(phone.view(&inspection).await);
    drop(phone);
    let entries = own_frames(dir.path(), "alice").len();
    let segment = own_segments(dir.path()).remove(0);
    let mut bytes = fs::read(&segment).unwrap();
    let torn = bytes[bytes.len() / 2..bytes.len() / 2 + 90].to_vec();
    bytes.extend(torn);
    fs::write(&segment, bytes).unwrap();
    let phone = alice(dir.path()).await;
    assert_eq!(notices(&phone).await, ["feed.torn_tail"]);
    assert_eq!(steady(phone.view(&inspection).await), before);
    phone.answer(&inspection, "ACC-03", "conforms").await;
    drop(phone);
    assert_eq!(own_frames(dir.path(), "alice").len(), entries + 1);
}

#[tokio::test]
async fn a_damaged_copy_of_hqs_feed_is_set_aside_and_the_work_goes_on() {
    let (mut office, dir) = enrolled();
    // A second write behind the first: what is broken in the first cannot be the torn end of the last.
    office.assign("task-1", &["alice"], &["ACC"]);
    office.deliver(dir.path(), "alice");
    let phone = alice(dir.path()).await;
    let inspection = work(&phone).await;
    drop(phone);
    let copy = dir.path().join("feeds").join(office.feed());
    flip(&copy.join("00000001.seg"), 400);
    let phone = alice(dir.path()).await;
    assert_eq!(notices(&phone).await, ["feed.damaged"]);
    phone.answer(&inspection, "ACC-03", "conforms").await;
    phone.begin(&["SUP"]).await;
    drop(phone);
    assert!(!copy.exists() && dir.path().join(format!("feeds/{}.damaged-1", office.feed())).exists());
    // What the next contact brings is taken again from the start, though the index once knew more.
    office.deliver(dir.path(), "alice");
    let phone = alice(dir.path()).await;
    assert_eq!(notices(&phone).await, [] as [&str; 0]);
    phone.begin(&["SUP"]).await;
}

#[tokio::test]
async fn a_flipped_byte_in_a_photo_is_found_and_the_others_stay_intact() {
    let (_office, dir) = enrolled();
    let phone = alice(dir.path()).await;
    let inspection = work(&phone).await;
    let view = phone.view(&inspection).await;
    let hit = view["general_evidence"][0]["blob"]["sha256"].as_str().unwrap().to_owned();
    let other = &state_of(&view, "ACC-04")["evidence"][0]["blob"]["sha256"];
    flip(&dir.path().join("vault").join(&hit[..2]).join(&hit), 300);
    assert_eq!(phone.ask("verify_evidence", json!({ "blob": hit })).await["intact"], false);
    assert_eq!(phone.ask("verify_evidence", json!({ "blob": other })).await["intact"], true);
}
