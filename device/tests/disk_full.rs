//! A full disk, for real: the limit on file size (RLIMIT_FSIZE) makes writes fail in the middle, as a full disk does.
//!
//! The limit holds for a whole process and its signal must be ignored, so each story runs in a child of its own:
//! the test starts itself once more under a shell that ignores SIGXFSZ.
#![expect(clippy::unwrap_used, reason = "helpers of a test stop where something is wrong")]

use std::path::Path;
use std::process::Command;

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use xuncha_core::Failure;
use xuncha_core::feed::{AppInfo, ClaimedTime, Draft, FeedKey, Frame, Head, Signer as _, author};
use xuncha_device::cipher::Key;
use xuncha_device::feed::Feed;
use xuncha_device::keys::{Kdf, KeyFile, NewKeys, Owner, Person};
use xuncha_device::vault::Vault;

const CHILD: &str = "XUNCHA_DISK_FULL_CHILD";

/// Runs `story` in a child whose too long writes fail instead of killing it.
fn in_a_child(name: &str, story: fn()) {
    if std::env::var_os(CHILD).is_some() {
        return story();
    }
    let child = Command::new("sh")
        .args(["-c", r#"trap '' XFSZ; exec "$0" --exact "$1" --nocapture"#])
        .arg(std::env::current_exe().unwrap())
        .arg(name)
        .env(CHILD, "1")
        .output()
        .unwrap();
    let said = format!("{}{}", String::from_utf8_lossy(&child.stdout), String::from_utf8_lossy(&child.stderr));
    assert!(child.status.success() && said.contains("1 passed"), "{said}");
}

/// While it lives, no file grows beyond so many bytes.
struct Full(Rlimit);
impl Full {
    fn at(bytes: u64) -> Self {
        let before = getrlimit(Resource::Fsize);
        setrlimit(Resource::Fsize, Rlimit { current: Some(bytes), maximum: before.maximum }).unwrap();
        Self(before)
    }
}
impl Drop for Full {
    fn drop(&mut self) {
        setrlimit(Resource::Fsize, self.0).unwrap();
    }
}

fn files(folder: &Path) -> Vec<String> {
    let mut names = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let entry = entry.unwrap();
        if entry.file_type().unwrap().is_dir() {
            names.extend(files(&entry.path()));
        } else {
            names.push(entry.file_name().into_string().unwrap());
        }
    }
    names.sort();
    names
}

#[test]
fn a_photo_that_does_not_fit_leaves_nothing_and_fits_once_there_is_room() {
    in_a_child("a_photo_that_does_not_fit_leaves_nothing_and_fits_once_there_is_room", || {
        let dir = tempfile::tempdir().unwrap();
        let vault = Vault::open_folder(dir.path(), Key::random()).unwrap();
        let photo = vec![7; 500_000];
        for room in [0, 100, 70_000, 400_000] {
            let full = Full::at(room);
            let failure = Failure::from(vault.put(photo.as_slice()).unwrap_err());
            assert_eq!(failure.code, "disk.full", "room for {room}");
            drop(full);
            assert!(files(dir.path()).is_empty(), "room for {room}");
        }
        let original = vault.put(photo.as_slice()).unwrap();
        let full = Full::at(1_000);
        let failure = Failure::from(vault.put_derived(&original.sha256, "thumb", &photo[..2_000]).unwrap_err());
        assert_eq!(failure.code, "disk.full");
        drop(full);
        assert_eq!(files(dir.path()), [original.sha256.to_string()]);
        vault.verify(&original.sha256).unwrap();
    });
}

fn entries(keys: &NewKeys, feed: &FeedKey, head: &Head, count: usize) -> Vec<Frame> {
    let mut head = head.clone();
    (0..count)
        .map(|_| {
            let draft = Draft {
                salt: [7; 16],
                actor: feed.user.clone(),
                inspection: None,
                kind: "note.set".into(),
                body: serde_json::json!({ "text": "x".repeat(400) }),
                over: vec![],
                seen_lamport: 0,
                blobs: vec![],
                time: ClaimedTime { wall: String::new(), boot: String::new(), mono_ms: 0, hq_seen: None },
                place: None,
                app: AppInfo { version: "0".into(), os: "test".into() },
            };
            let (frame, entry) = author(&head, draft, keys.feed_signer()).unwrap();
            head = Head { feed: head.feed, seq: entry.header.seq, id: Some(entry.id), lamport: entry.header.lamport };
            frame
        })
        .collect()
}

#[test]
fn an_entry_that_does_not_fit_is_not_half_there_and_the_feed_goes_on() {
    in_a_child("an_entry_that_does_not_fit_is_not_half_there_and_the_feed_goes_on", || {
        let dir = tempfile::tempdir().unwrap();
        let keys = NewKeys::generate();
        let name =
            FeedKey::new(keys.feed_signer().verifying_key(), "phone-1".parse().unwrap(), "alice".parse().unwrap());
        let open = || Feed::open(dir.path(), name.feed, Key::from_bytes(&[1; 32]), None).unwrap();
        let (mut feed, _) = open();
        feed.append(&entries(&keys, &name, feed.head(), 3)).unwrap();
        let next = entries(&keys, &name, feed.head(), 2);
        let segment = dir.path().join("00000001.seg");
        let before = std::fs::metadata(&segment).unwrap().len();
        for room in [0, 1, 60, 900] {
            let full = Full::at(before + room);
            assert_eq!(Failure::from(feed.append(&next).unwrap_err()).code, "disk.full");
            drop(full);
            assert_eq!(std::fs::metadata(&segment).unwrap().len(), before, "room for {room}");
        }
        assert_eq!(feed.append(&next).unwrap().seq, 5, "the handle goes on: a failed write is not a failed fsync");
        drop(feed);
        let (feed, report) = open();
        assert_eq!((feed.verify_all(&name.key).unwrap().seq, report.cut_bytes), (5, 0));
    });
}

#[test]
fn keys_that_do_not_fit_leave_an_unenrolled_phone_and_a_right_pin_works_on_a_full_disk() {
    in_a_child("keys_that_do_not_fit_leave_an_unenrolled_phone_and_a_right_pin_works_on_a_full_disk", || {
        let dir = tempfile::tempdir().unwrap();
        let create = || {
            let person = Person { user: "alice".parse().unwrap(), display: "Alice".into() };
            let owner = Owner { device: "phone-1".parse().unwrap(), person };
            let cheap = Kdf { memory_kib: 64, passes: 1, lanes: 1 };
            KeyFile::create(dir.path(), NewKeys::generate(), owner, "correct horse", cheap, None, None)
        };
        // The counters fit, the keys do not.
        let full = Full::at(700);
        assert_eq!(Failure::from(create().err().unwrap()).code, "disk.full");
        drop(full);
        assert!(!KeyFile::exists(dir.path()));
        let (mut file, _) = create().unwrap();
        // Counting a try overwrites bytes that are there: with no room for a new file it still works.
        let counters = std::fs::metadata(dir.path().join("tries.a")).unwrap().len();
        let full = Full::at(counters);
        let alice = "alice".parse().unwrap();
        let wrong = Failure::from(file.unlock(&alice, "wrong passphrase", None, 0).err().unwrap());
        assert_eq!((wrong.code.as_str(), wrong.params["left"].as_str()), ("pin.wrong", "4"));
        file.unlock(&alice, "correct horse", None, 0).unwrap();
        let change = file.change_pin(&alice, "correct horse", "another passphrase", None, 0);
        assert_eq!(Failure::from(change.unwrap_err()).code, "disk.full");
        drop(full);
        let mut file = KeyFile::open(dir.path()).unwrap();
        file.unlock(&alice, "correct horse", None, 0).unwrap();
    });
}
