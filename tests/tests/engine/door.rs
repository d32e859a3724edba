//! Locked or not.

use serde_json::json;
use xuncha_device::keys::HardwareSecret;
use xuncha_tests::alone::{PIN, Phone};
use zeroize::Zeroizing;

use super::{alice, enrolled};

fn unlock(pin: &str) -> serde_json::Value {
    json!({ "user": "alice", "pin": pin })
}

#[tokio::test]
async fn a_wrong_pin_says_how_many_tries_are_left_and_the_right_one_opens() {
    let (_office, dir) = enrolled();
    let phone = Phone::locked(dir.path(), "alice").unwrap();
    let failure = phone.refused("unlock", unlock("wrong passphrase")).await;
    assert_eq!((failure.code.as_str(), failure.params["left"].as_str()), ("pin.wrong", "4"));
    let status = phone.ask("unlock", unlock(PIN)).await;
    assert_eq!(status["state"], "unlocked");
}

#[tokio::test]
async fn the_wait_after_five_wrong_pins_survives_closing_the_app_and_holds_for_the_right_pin_too() {
    let (_office, dir) = enrolled();
    let phone = Phone::locked(dir.path(), "alice").unwrap();
    for _ in 0..5 {
        assert_eq!(phone.refused("unlock", unlock("wrong passphrase")).await.code, "pin.wrong");
    }
    drop(phone);
    let phone = Phone::locked(dir.path(), "alice").unwrap();
    let failure = phone.refused("unlock", unlock(PIN)).await;
    assert_eq!(failure.code, "pin.wait");
    let wait = phone.ask("status", json!({})).await["wait_ms"].as_u64().unwrap();
    assert!((20_000..=30_000).contains(&wait), "{wait}");
}

#[tokio::test]
async fn while_locked_no_verb_of_the_desk_answers_and_no_picture_is_shown() {
    let (_office, dir) = enrolled();
    let phone = alice(dir.path()).await;
    let inspection = phone.begin(&["ACC"]).await;
    phone.ask("lock", json!({})).await;
    let id = json!({ "inspection": inspection });
    let asked = [
        ("today", json!({ "here": null })),
        ("lists", json!({})),
        ("inspection", id.clone()),
        ("propose_seal", id),
        ("sync_start", json!({})),
        ("settings", json!({})),
        ("law", json!({ "law": "GSP", "article": "60" })),
        ("verify_evidence", json!({ "blob": "00".repeat(32) })),
        ("change_pin", json!({ "old": PIN, "new": "another passphrase" })),
    ];
    for (verb, args) in asked {
        assert_eq!(phone.refused(verb, args).await.code, "app.locked", "{verb}");
    }
    let photo = phone.device.photo(&format!("thumb/{}", "00".repeat(32))).err().map(|f| f.code);
    assert_eq!(photo.as_deref(), Some("app.locked"));
}

#[tokio::test]
async fn a_second_app_on_the_same_folder_is_told_that_it_is_in_use() {
    let (_office, dir) = enrolled();
    let first = Phone::locked(dir.path(), "alice").unwrap();
    assert_eq!(Phone::locked(dir.path(), "alice").err().unwrap().code, "disk.in_use");
    drop(first);
    Phone::locked(dir.path(), "alice").unwrap();
}

#[tokio::test]
async fn a_changed_pin_opens_and_the_old_one_does_not() {
    let (_office, dir) = enrolled();
    let phone = alice(dir.path()).await;
    let short = json!({ "old": PIN, "new": "short" });
    assert_eq!(phone.refused("change_pin", short).await.code, "pin.too_short");
    phone.ask("change_pin", json!({ "old": PIN, "new": "another passphrase" })).await;
    phone.ask("lock", json!({})).await;
    assert_eq!(phone.refused("unlock", unlock(PIN)).await.code, "pin.wrong");
    phone.ask("unlock", unlock("another passphrase")).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn unlocking_twice_at_once_loses_nothing_that_is_written_meanwhile() {
    let (_office, dir) = enrolled();
    let phone = alice(dir.path()).await;
    let inspection = phone.begin(&["ACC"]).await;
    // A button tapped twice: the second unlock runs while answers are already being written.
    let device = phone.device.clone();
    let unlocking = tokio::spawn(async move {
        for _ in 0..5 {
            device.call("unlock", unlock(PIN)).await.unwrap();
        }
    });
    let mut texts = Vec::new();
    for n in 0..40 {
        let note = json!({ "inspection": inspection, "item": "ACC-03", "text": format!("note {n}"), "seen": [] });
        phone.ask("note", note).await;
        texts.push(format!("note {n}"));
    }
    unlocking.await.unwrap();
    drop(phone);
    let frames = xuncha_tests::alone::own_frames(dir.path(), "alice");
    let all: String = frames.iter().filter_map(|f| f.payload_bytes()).map(String::from_utf8_lossy).collect();
    let lost: Vec<_> = texts.iter().filter(|t| !all.contains(&format!("\"{t}\""))).collect();
    assert!(lost.is_empty(), "acknowledged and gone: {lost:?}");
}

struct Store;
impl HardwareSecret for Store {
    fn secret(&self) -> Option<Zeroizing<[u8; 32]>> {
        Some(Zeroizing::new([7; 32]))
    }
}

#[tokio::test]
async fn without_a_key_store_a_passphrase_is_asked_for_and_the_screen_knows_it() {
    let (_office, dir) = enrolled();
    let phone = Phone::locked(dir.path(), "alice").unwrap();
    let status = phone.ask("status", json!({})).await;
    assert_eq!((status["pin_min"].as_u64(), status["pin_numeric"].as_bool()), (Some(10), Some(false)));
    drop(phone);
    let empty = tempfile::tempdir().unwrap();
    let phone = Phone::with_hardware(empty.path(), "alice", Some(Box::new(Store))).unwrap();
    let status = phone.ask("status", json!({})).await;
    assert_eq!((status["pin_min"].as_u64(), status["state"].as_str()), (Some(6), Some("not_enrolled")));
}

#[tokio::test]
async fn an_unknown_verb_and_wrong_arguments_are_refused_by_code() {
    let (_office, dir) = enrolled();
    let phone = alice(dir.path()).await;
    assert_eq!(phone.refused("delete_everything", json!({})).await.code, "verb.unknown");
    assert_eq!(phone.refused("answer", json!({ "inspection": 7 })).await.code, "verb.arguments");
}
