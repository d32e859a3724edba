//! Photos, files, numbers on their way in.

use serde_json::{Value, json};
use xuncha_core::checklist::EvidenceKind::{File, Measure, Photo};
use xuncha_tests::alone::{Phone, attach_begin, jpeg, measure, slice_args, small_png, state_of, text};

use super::{alice, enrolled};

/// ISO/IEC 23008-12: a file type box with the brand `heic`, a box of nothing. No decoder is asked, so no picture is needed.
fn heic() -> Vec<u8> {
    [b"\0\0\0\x18ftypheic\0\0\0\0mif1heic".as_slice(), b"\0\0\x01\0free", &[0x5A; 248]].concat()
}

fn pieces<'v>(view: &'v Value, item: &str) -> &'v Vec<Value> {
    state_of(view, item)["evidence"].as_array().unwrap()
}

async fn intact(phone: &Phone, piece: &Value) -> bool {
    phone.ask("verify_evidence", json!({ "blob": piece["blob"]["sha256"] })).await["intact"] == true
}

#[tokio::test]
async fn a_photo_is_kept_byte_for_byte_with_thumbnail_and_preview() {
    let (_office, dir) = enrolled();
    let phone = alice(dir.path()).await;
    let inspection = phone.begin(&["ACC"]).await;
    let bytes = jpeg(1800, 1200, 90);
    let delta = phone.attach(&inspection, Some("ACC-03"), Photo, "IMG_1.JPG", &bytes).await.unwrap();
    let piece = &delta["items"][0]["evidence"][0];
    assert_eq!(piece["blob"]["size"].as_u64(), Some(bytes.len() as u64));
    assert_eq!((piece["blob"]["mime"].as_str(), piece["safety"].as_str()), (Some("image/jpeg"), Some("here")));
    let hash = text(&piece["blob"]["sha256"]);
    assert_eq!(hash, xuncha_core::ids::BlobHash::digest(&[&bytes]).to_string());
    assert!(intact(&phone, piece).await);
    for (kind, longest) in [("thumb", 320), ("preview", 1600)] {
        let picture = phone.device.photo(&format!("{kind}/{hash}")).unwrap();
        let facts = xuncha_device::capture::read_facts(&picture.bytes);
        assert_eq!((picture.mime, facts.width), ("image/jpeg", Some(longest)), "{kind}");
    }
}

#[tokio::test]
async fn a_lost_or_damaged_preview_is_made_again_from_the_original() {
    let (_office, dir) = enrolled();
    let phone = alice(dir.path()).await;
    let inspection = phone.begin(&["ACC"]).await;
    let bytes = jpeg(700, 500, 80);
    phone.attach(&inspection, None, Photo, "a.jpg", &bytes).await.unwrap();
    let hash = xuncha_core::ids::BlobHash::digest(&[&bytes]).to_string();
    let file = dir.path().join("vault").join(&hash[..2]).join(format!("{hash}.thumb"));
    let ask = || phone.device.photo(&format!("thumb/{hash}")).unwrap().bytes;
    let made = ask();
    std::fs::write(&file, b"torn by a power cut").unwrap();
    assert_eq!(ask(), made);
    std::fs::remove_file(&file).unwrap();
    assert_eq!(ask(), made);
}

#[tokio::test]
async fn a_picture_that_cannot_be_shown_is_kept_and_the_screen_knows_why() {
    let (_office, dir) = enrolled();
    let phone = alice(dir.path()).await;
    let inspection = phone.begin(&["ACC"]).await;
    let mut truncated = jpeg(800, 600, 90);
    // Cut before its first pixel: whatever came after would be shown as far as it goes.
    truncated.truncate(300);
    for (name, bytes) in [("cut.jpg", truncated), ("IMG_0001.HEIC", heic())] {
        let delta = phone.attach(&inspection, Some("ACC-03"), Photo, name, &bytes).await.unwrap();
        let all = delta["items"][0]["evidence"].as_array().unwrap();
        let piece = all.iter().find(|e| e["name"] == name).unwrap();
        assert!(piece["no_preview"].is_string() && piece["has_thumb"] == false, "{piece}");
        assert!(intact(&phone, piece).await, "{name}");
        assert_eq!(piece["blob"]["size"].as_u64(), Some(bytes.len() as u64));
    }
    assert_eq!(phone.view(&inspection).await["row"]["photos"], 2);
}

#[tokio::test]
async fn what_cannot_be_evidence_is_refused_by_code_and_leaves_nothing_behind() {
    let (_office, dir) = enrolled();
    let phone = alice(dir.path()).await;
    let inspection = phone.begin(&["ACC"]).await;
    let attach = async |kind, name: &str, bytes: &[u8]| {
        phone.attach(&inspection, Some("ACC-03"), kind, name, bytes).await.unwrap_err().code
    };
    assert_eq!(attach(Photo, "empty.jpg", b"").await, "file.empty");
    assert_eq!(attach(File, "empty.csv", b"").await, "file.empty");
    assert_eq!(attach(Photo, "really.jpg", b"time,temp\n00:00,4.1\n").await, "photo.not_a_picture");
    assert_eq!(attach(Measure, "n", b"4").await, "attach.kind");
    let begin = async |item, size| {
        phone.refused("attach_begin", attach_begin(&inspection, item, Photo, "x.jpg", size)).await.code
    };
    assert_eq!(begin(Some("ACC-03"), 100 * 1024 * 1024 + 1).await, "photo.too_large");
    assert_eq!(begin(Some("COLD-01"), 10).await, "item.unknown", "it would be evidence that no screen shows");
    assert_eq!(phone.view(&inspection).await["row"]["photos"], 0);
    let blobs = std::fs::read_dir(dir.path().join("vault")).unwrap().filter(|f| {
        let path = f.as_ref().unwrap().path();
        path.file_name().unwrap() != "temp" && std::fs::read_dir(path).unwrap().next().is_some()
    });
    assert_eq!(blobs.count(), 0);
}

#[tokio::test]
async fn a_file_that_is_evidence_survives_being_refused_as_a_photo_later() {
    let (_office, dir) = enrolled();
    let phone = alice(dir.path()).await;
    let inspection = phone.begin(&["ACC"]).await;
    let csv = b"time,temp\n2026-11-01 00:00,4.1\n";
    let delta = phone.attach(&inspection, Some("ACC-03"), File, "logger.csv", csv).await.unwrap();
    let piece = delta["items"][0]["evidence"][0].clone();
    let refused = phone.attach(&inspection, Some("ACC-03"), Photo, "logger.csv", csv).await.unwrap_err();
    assert_eq!(refused.code, "photo.not_a_picture");
    assert!(intact(&phone, &piece).await, "the refusal took the first one's original with it");
}

#[tokio::test]
async fn slices_may_be_repeated_but_not_skipped_and_a_cancelled_upload_is_gone() {
    let (_office, dir) = enrolled();
    let phone = alice(dir.path()).await;
    let inspection = phone.begin(&["ACC"]).await;
    let bytes = small_png(9);
    let begun = async || {
        let begin = attach_begin(&inspection, Some("ACC-03"), Photo, "a.png", bytes.len() as u64);
        text(&phone.ask("attach_begin", begin).await["upload"])
    };
    let upload = begun().await;
    let (first, rest) = bytes.split_at(100);
    let skipped = phone.refused("attach_slice", slice_args(&upload, 100, rest)).await;
    assert_eq!((skipped.code.as_str(), skipped.params["have"].as_str()), ("attach.offset", "0"));
    phone.ask("attach_slice", slice_args(&upload, 0, first)).await;
    phone.ask("attach_slice", slice_args(&upload, 0, first)).await;
    let early = phone.refused("attach_end", json!({ "upload": upload })).await;
    assert_eq!((early.code.as_str(), early.params["have"].as_str()), ("attach.incomplete", "100"));
    phone.ask("attach_slice", slice_args(&upload, 100, rest)).await;
    let more = phone.refused("attach_slice", slice_args(&upload, bytes.len(), b"x")).await;
    assert_eq!(more.code, "attach.longer_than_said");
    let delta = phone.ask("attach_end", json!({ "upload": upload })).await;
    let hash = xuncha_core::ids::BlobHash::digest(&[&bytes]).to_string();
    assert_eq!(text(&delta["items"][0]["evidence"][0]["blob"]["sha256"]), hash);

    let upload = begun().await;
    phone.ask("attach_slice", slice_args(&upload, 0, first)).await;
    phone.ask("attach_cancel", json!({ "upload": upload })).await;
    for verb in ["attach_end", "attach_cancel"] {
        let again = phone.try_ask(verb, json!({ "upload": upload })).await;
        assert_eq!(again.err().map(|f| f.code).as_deref(), (verb == "attach_end").then_some("attach.unknown"));
    }
    assert_eq!(std::fs::read_dir(dir.path().join("vault/temp")).unwrap().count(), 0, "nothing half written stays");
    let long = vec![0; 512 * 1024 + 1];
    let upload = begun().await;
    assert_eq!(phone.refused("attach_slice", slice_args(&upload, 0, &long)).await.code, "attach.slice_too_long");
}

#[tokio::test]
async fn a_file_of_the_shell_is_taken_by_its_path_and_removed_only_when_it_is_durable_here() {
    let (_office, dir) = enrolled();
    let phone = alice(dir.path()).await;
    let inspection = phone.begin(&["ACC"]).await;
    let camera = dir.path().join("camera.png");
    std::fs::write(&camera, small_png(3)).unwrap();
    let args = |path: &std::path::Path, remove| json!({ "begin": attach_begin(&inspection, Some("ACC-03"), Photo, "camera.png", 0), "path": path, "remove": remove });
    phone.ask("attach_file", args(&camera, false)).await;
    assert!(camera.exists());
    phone.ask("attach_file", args(&camera, true)).await;
    assert!(!camera.exists());
    // Failures give their place back: more of them than there are places.
    for _ in 0..12 {
        let missing = phone.refused("attach_file", args(&dir.path().join("gone.png"), true)).await;
        assert_eq!(missing.code, "file.unreadable");
        let folder = phone.refused("attach_file", args(dir.path(), false)).await;
        assert_eq!(folder.code, "file.unreadable");
    }
    phone.attach(&inspection, None, Photo, "b.png", &small_png(4)).await.unwrap();
}

#[tokio::test]
async fn measured_numbers_are_read_as_people_type_them_and_nonsense_is_refused() {
    let (_office, dir) = enrolled();
    let phone = alice(dir.path()).await;
    let inspection = phone.begin(&["COLD"]).await;
    let delta = phone.ask("measure", measure(&inspection, "COLD-01", "－４，５℃")).await;
    let measured = &delta["items"][0]["evidence"][0]["measured"];
    assert_eq!((measured["value"].as_str(), measured["unit"].as_str()), (Some("-4.5"), Some("℃")));
    let refused = phone.refused("measure", measure(&inspection, "COLD-01", "warm")).await;
    assert_eq!(refused.code, "number.unreadable");
}

#[tokio::test]
async fn withdrawn_evidence_stays_with_its_reason_and_no_longer_counts() {
    let (_office, dir) = enrolled();
    let phone = alice(dir.path()).await;
    let inspection = phone.begin(&["ACC"]).await;
    let delta = phone.attach(&inspection, Some("ACC-04"), Photo, "a.png", &small_png(5)).await.unwrap();
    let delta_evidence = &delta["items"][0]["evidence"][0];
    let args = |reason: &str| json!({ "inspection": inspection, "evidence": delta_evidence["id"], "reason": reason });
    assert_eq!(phone.refused("withdraw", args("")).await.code, "withdraw.reason_missing");
    phone.ask("withdraw", args("拍错了库房")).await;
    let view = phone.view(&inspection).await;
    let piece = &pieces(&view, "ACC-04")[0];
    assert_eq!((piece["withdrawn"].as_str(), view["row"]["photos"].as_u64()), (Some("拍错了库房"), Some(0)));
    assert!(intact(&phone, piece).await, "correction, never deletion");
}

#[tokio::test]
async fn the_photo_door_never_hands_out_a_whole_original() {
    let (_office, dir) = enrolled();
    let phone = alice(dir.path()).await;
    let inspection = phone.begin(&["ACC"]).await;
    let original = jpeg(900, 600, 90);
    phone.attach(&inspection, None, Photo, "a.jpg", &original).await.unwrap();
    let hash = xuncha_core::ids::BlobHash::digest(&[&original]).to_string();
    assert_eq!(phone.device.photo(&format!("drawn/{hash}")).err().unwrap().code, "photo.unknown");
    let crop = phone.device.photo(&format!("crop/{hash}?x=0&y=0&w=1&h=1&max=99999")).unwrap();
    assert_ne!(crop.bytes, original);
    for odd in ["", "thumb", "original/00", "thumb/xyz", "../keys/keys.a"] {
        assert_eq!(phone.device.photo(odd).err().unwrap().code, "photo.unknown", "{odd:?}");
    }
}
