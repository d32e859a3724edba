//! Originals that no entry names, as a kill between a photo and its entry leaves them.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::json;
use xuncha_core::checklist::EvidenceKind::Photo;
use xuncha_core::ids::BlobHash;
use xuncha_device::vault::Vault;
use xuncha_tests::alone::{keys_of, small_png, text};

use super::{alice, enrolled, notices};

/// Stores bytes without an entry: what stands on the disk when the app is killed at the worst moment.
fn orphan(data: &Path, bytes: &[u8]) -> BlobHash {
    let vault = Vault::open_folder(&data.join("vault"), keys_of(data, "alice").vault_key()).unwrap();
    let sha256 = vault.put(bytes).unwrap().sha256;
    vault.put_derived(&sha256, "thumb", b"small").unwrap();
    sha256
}

fn files(data: &Path, sha256: &BlobHash) -> Vec<PathBuf> {
    let name = sha256.to_string();
    let all = fs::read_dir(data.join("vault").join(&name[..2])).unwrap().map(|f| f.unwrap().path());
    all.filter(|p| p.file_name().unwrap().to_string_lossy().starts_with(&name)).collect()
}

#[tokio::test]
async fn a_photo_without_an_entry_is_set_aside_and_said_and_none_that_an_entry_names_is_touched() {
    let (_office, dir) = enrolled();
    let phone = alice(dir.path()).await;
    let inspection = phone.begin(&["ACC"]).await;
    phone.attach(&inspection, Some("ACC-03"), Photo, "IMG_1.png", &small_png(1)).await.unwrap();
    let sealed = super::seal::sealed(&phone).await.0;
    let named: Vec<_> = phone.view(&sealed).await["seal"]["signatures"].as_array().unwrap().clone();
    drop(phone);
    let (first, second) = (orphan(dir.path(), b"half a photo"), orphan(dir.path(), &small_png(77)));

    // The index says nothing of any photo: the feeds decide.
    for name in ["index.db", "index.db-wal", "index.db-shm"] {
        let _ = fs::remove_file(dir.path().join(name));
    }
    let phone = alice(dir.path()).await;
    assert_eq!(notices(&phone).await, ["index.rebuilt", "vault.orphans"]);
    for blob in [&first, &second] {
        assert_eq!(files(dir.path(), blob), Vec::<PathBuf>::new());
        assert!(dir.path().join("vault/aside").join(blob.to_string()).is_file());
    }
    assert_eq!(phone.ask("storage", json!({})).await["aside"], 2);
    assert_eq!(
        phone.ask("verify_evidence", json!({ "blob": BlobHash::digest(&[&small_png(1)]) })).await["intact"],
        true
    );
    let drawn: Vec<_> = named.iter().filter(|s| s["image"].is_string()).map(|s| text(&s["image"])).collect();
    assert_eq!(drawn.len(), 2);
    for image in &drawn {
        assert!(phone.device.photo(&format!("drawn/{image}")).is_ok(), "a signature is named by its entry");
    }
    drop(phone);
    let phone = alice(dir.path()).await;
    assert_eq!(notices(&phone).await, [] as [&str; 0], "said once");
}

#[tokio::test]
async fn what_was_set_aside_comes_back_when_an_entry_names_it_and_goes_after_thirty_days() {
    let (_office, dir) = enrolled();
    let phone = alice(dir.path()).await;
    let inspection = phone.begin(&["ACC"]).await;
    phone.attach(&inspection, Some("ACC-03"), Photo, "IMG_1.png", &small_png(1)).await.unwrap();
    drop(phone);
    // As if the entry had been away while the app was opened: somebody put back an older feed, then the newer one.
    let blob = BlobHash::digest(&[&small_png(1)]);
    let vault = Vault::open_folder(&dir.path().join("vault"), keys_of(dir.path(), "alice").vault_key()).unwrap();
    vault.set_aside(&blob).unwrap();
    let old = orphan(dir.path(), b"forgotten");
    vault.set_aside(&old).unwrap();
    let aside = dir.path().join("vault/aside");
    let long_ago = std::time::SystemTime::now() - std::time::Duration::from_secs(31 * 24 * 60 * 60);
    for name in [&blob, &old] {
        let file = fs::OpenOptions::new().write(true).open(aside.join(name.to_string())).unwrap();
        file.set_modified(long_ago).unwrap();
    }
    let phone = alice(dir.path()).await;
    assert_eq!(phone.ask("verify_evidence", json!({ "blob": blob })).await["intact"], true);
    assert_eq!(fs::read_dir(&aside).unwrap().count(), 0, "the other one is gone for good");
}

#[tokio::test]
async fn an_original_of_a_colleague_is_no_orphan_though_no_own_entry_names_it() {
    let (mut office, dir) = enrolled();
    let bobs = tempfile::tempdir().unwrap();
    office.enrol(bobs.path(), "bob");
    let bob = xuncha_tests::alone::Phone::open(bobs.path(), "bob").await.unwrap();
    let inspection = bob.begin(&["ACC"]).await;
    bob.attach(&inspection, Some("ACC-03"), Photo, "IMG_1.png", &small_png(9)).await.unwrap();
    drop(bob);
    xuncha_tests::alone::carry((bobs.path(), "bob"), (dir.path(), "alice"));
    // Fetched back from HQ, for instance.
    let fetched = orphan(dir.path(), &small_png(9));
    for _ in 0..2 {
        let phone = alice(dir.path()).await;
        assert_eq!(notices(&phone).await, [] as [&str; 0]);
        assert_eq!(phone.ask("verify_evidence", json!({ "blob": fetched })).await["intact"], true);
    }
}
