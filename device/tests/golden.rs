//! Files that version 0.1 wrote, read by the code of today (formats: `docs/formats/{key-file,segment,vault}.md`).
//!
//! These files are never made again: phones in the field hold such files. A new format gets a new folder beside them and
//! a new row here; `make_golden_files` shows how the first ones came to be.
#![expect(clippy::unwrap_used, reason = "helpers of a test stop where something is wrong")]

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use xuncha_core::feed::{
    AppInfo, BlobRef, BlobSource, ClaimedTime, Draft, FeedKey, Head, Place, Signer as _, VerifyingKey, author,
};
use xuncha_core::ids::{BlobHash, FeedId};
use xuncha_device::cipher::Key;
use xuncha_device::feed::{Feed, ReceiptFile};
use xuncha_device::keys::{Kdf, KeyFile, NewKeys, Owner, Person, SealingSecret, Unlocked};
use xuncha_device::vault::Vault;

const PIN: &str = "golden passphrase";
const BOBS_PIN: &str = "口令也可以是中文的句子";
const RECOVERY: [u8; 32] = [42; 32];

fn golden() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/v1")
}
fn expected() -> Value {
    serde_json::from_slice(&fs::read(golden().join("expected.json")).unwrap()).unwrap()
}
/// Rooms write into their folders (counters, a temp folder): the golden files themselves stay untouched.
fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let to = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &to);
        } else {
            fs::copy(entry.path(), to).unwrap();
        }
    }
}
fn golden_copy() -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    copy(&golden(), dir.path());
    dir
}
fn facts(unlocked: &Unlocked) -> Value {
    json!({
        "device": unlocked.device(),
        "device_key": unlocked.device_signer().verifying_key(),
        "sealing_key": unlocked.sealing_public(),
        "feed": unlocked.feed_key(),
        "vault_key": hex(unlocked.vault_key().expose()),
        "index_key": hex(unlocked.index_key().expose()),
        "index_salt": hex(&unlocked.index_salt()),
        "receipts_key": hex(unlocked.receipts_key().expose()),
        "feed_file_key": hex(unlocked.feed_file_key(&unlocked.feed_key().feed).expose()),
        "sub_key": hex(unlocked.sub_key("golden").expose()),
    })
}
fn hex(bytes: &[u8]) -> String {
    data_encoding::HEXLOWER.encode(bytes)
}
fn key(n: u8) -> Key {
    Key::from_bytes(&[n; 32])
}
fn photo() -> Vec<u8> {
    (0..70_000u32).map(|i| (i * 7 % 251) as u8).collect()
}

#[test]
fn todays_code_reads_the_first_key_file() {
    let dir = golden_copy();
    let mut file = KeyFile::open(&dir.path().join("keys")).unwrap();
    let expected = expected();
    assert_eq!(file.people().iter().map(|p| p.display.as_str()).collect::<Vec<_>>(), ["王芳", "Bob"]);
    for (user, pin) in [("alice", PIN), ("bob", BOBS_PIN)] {
        let unlocked = file.unlock(&user.parse().unwrap(), pin, None, 0).unwrap();
        assert_eq!(facts(&unlocked), expected[user], "{user}");
    }
    let rescued = file.open_with_recovery(&SealingSecret::from_bytes(&RECOVERY), &"alice".parse().unwrap()).unwrap();
    assert_eq!(facts(&rescued), expected["alice"]);
}

#[test]
fn todays_code_reads_the_first_segment_files() {
    let dir = golden_copy();
    let expected = expected();
    let feed: FeedId = serde_json::from_value(expected["segment"]["feed"].clone()).unwrap();
    let public: VerifyingKey = serde_json::from_value(expected["segment"]["key"].clone()).unwrap();
    let head: Head = serde_json::from_value(expected["segment"]["head"].clone()).unwrap();
    let (feed, report) = Feed::open(&dir.path().join("feed"), feed, key(1), Some(&head)).unwrap();
    assert_eq!(report.cut_bytes, 0);
    assert_eq!(feed.verify_all(&public).unwrap(), head);
    let frames: Vec<String> =
        feed.frames(1).map(|frame| String::from_utf8(frame.unwrap().to_bytes()).unwrap()).collect();
    assert_eq!(json!(frames), expected["segment"]["frames"]);
}

#[test]
fn todays_code_reads_the_first_receipt_file() {
    let dir = golden_copy();
    let (file, report) = ReceiptFile::open(&dir.path().join("receipts"), key(2), 2).unwrap();
    assert_eq!(report.cut_bytes, 0);
    assert_eq!(file.read(1, 1 << 20).unwrap(), [(1, b"{\"log_index\":1}".to_vec()), (2, "收据".as_bytes().to_vec())]);
}

#[test]
fn todays_code_reads_the_first_vault_files() {
    let dir = golden_copy();
    let vault = Vault::open_folder(&dir.path().join("vault"), key(3)).unwrap();
    for original in [photo(), Vec::new()] {
        let hash = BlobHash::digest(&[&original]);
        assert_eq!(vault.verify(&hash).unwrap().size, original.len() as u64);
        assert_eq!(vault.open(&hash).unwrap().read_range(0, original.len() as u64).unwrap(), original);
    }
    let thumb = vault.read_derived(&BlobHash::digest(&[&photo()]), "thumb").unwrap();
    assert_eq!(thumb.unwrap(), b"a small picture");
}

#[test]
#[ignore = "wrote the files of v1 once; a new format gets a new folder"]
fn make_golden_files() {
    let dir = golden();
    assert!(!dir.exists(), "golden files are never overwritten");
    let owner = Owner {
        device: "phone-1".parse().unwrap(),
        person: Person { user: "alice".parse().unwrap(), display: "王芳".into() },
    };
    let cheap = Kdf { memory_kib: 64, passes: 2, lanes: 1 };
    let recovery = SealingSecret::from_bytes(&RECOVERY).public();
    let made =
        KeyFile::create(&dir.join("keys"), NewKeys::generate(), owner, PIN, cheap, None, Some(&recovery)).unwrap();
    let (mut file, mut alice) = made;
    let bob = Person { user: "bob".parse().unwrap(), display: "Bob".into() };
    file.add_person(&mut alice, bob.clone(), BOBS_PIN, None).unwrap();
    let bob = file.unlock(&bob.user, BOBS_PIN, None, 0).unwrap();

    let keys = NewKeys::generate();
    let name = FeedKey::new(keys.feed_signer().verifying_key(), "phone-1".parse().unwrap(), "alice".parse().unwrap());
    let mut feed = Feed::open(&dir.join("feed"), name.feed, key(1), None).unwrap().0;
    for n in 1..=3u8 {
        let blob = BlobRef {
            sha256: BlobHash::digest(&[&[n]]),
            size: 1,
            mime: "image/jpeg".into(),
            source: BlobSource::Camera,
        };
        let draft = Draft {
            salt: [n; 16],
            actor: name.user.clone(),
            inspection: Some("i-1".parse().unwrap()),
            kind: "answer.set".into(),
            body: json!({ "item": "COLD-05", "result": "不符合" }),
            over: feed.head().id.into_iter().collect(),
            seen_lamport: 40,
            blobs: vec![blob],
            time: ClaimedTime { wall: "2026-11-20T09:30:00+08:00".into(), boot: "b".into(), mono_ms: 5, hq_seen: None },
            place: Some(Place { lat: 39.9, lon: 116.4, acc_m: 12.0, mock: false }),
            app: AppInfo { version: "0.1.0".into(), os: "test".into() },
        };
        let (frame, _) = author(feed.head(), draft, keys.feed_signer()).unwrap();
        // The second comes without its payload first and is filled after the third.
        feed.append(&[if n == 2 { frame.header_only() } else { frame.clone() }]).unwrap();
        if n == 2 {
            fs::write(dir.join("second"), frame.to_bytes()).unwrap();
        }
    }
    let second = xuncha_core::feed::Frame::from_bytes(&fs::read(dir.join("second")).unwrap()).unwrap();
    fs::remove_file(dir.join("second")).unwrap();
    feed.append(&[second]).unwrap();
    let frames: Vec<String> =
        feed.frames(1).map(|frame| String::from_utf8(frame.unwrap().to_bytes()).unwrap()).collect();

    let mut receipts = ReceiptFile::open(&dir.join("receipts"), key(2), 0).unwrap().0;
    receipts.append(&[b"{\"log_index\":1}", "收据".as_bytes()]).unwrap();
    let vault = Vault::open_folder(&dir.join("vault"), key(3)).unwrap();
    let stored = vault.put(photo().as_slice()).unwrap();
    vault.put(&b""[..]).unwrap();
    vault.put_derived(&stored.sha256, "thumb", b"a small picture").unwrap();
    fs::remove_dir(dir.join("vault/temp")).unwrap();

    let segment = json!({ "feed": name.feed, "key": name.key, "head": feed.head(), "frames": frames });
    let expected = json!({ "alice": facts(&alice), "bob": facts(&bob), "segment": segment });
    fs::write(dir.join("expected.json"), serde_json::to_vec_pretty(&expected).unwrap()).unwrap();
}
