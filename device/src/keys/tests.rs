use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use tempfile::TempDir;
use xuncha_core::Failure;
use xuncha_core::feed::Signer as _;
use xuncha_core::ids::{FeedId, UserId};
use zeroize::Zeroizing;

use super::tries::{FREE, wait_after};
use super::*;

const CHEAP: Kdf = Kdf { memory_kib: 64, passes: 1, lanes: 1 };
const PIN: &str = "correct horse";

fn alice() -> UserId {
    "alice".parse().unwrap()
}
fn person(user: &str) -> Person {
    Person { user: user.parse().unwrap(), display: format!("{user} 的名字") }
}
fn owner() -> Owner {
    Owner { device: "phone-1".parse().unwrap(), person: person("alice") }
}
fn phone() -> (TempDir, KeyFile, Unlocked) {
    let dir = tempfile::tempdir().unwrap();
    let (file, unlocked) = KeyFile::create(dir.path(), NewKeys::generate(), owner(), PIN, CHEAP, None, None).unwrap();
    (dir, file, unlocked)
}
fn code(e: KeyError) -> String {
    Failure::from(e).code
}

struct Chip([u8; 32]);
impl HardwareSecret for Chip {
    fn secret(&self) -> Option<Zeroizing<[u8; 32]>> {
        Some(Zeroizing::new(self.0))
    }
}

#[test]
fn the_right_pin_brings_the_same_keys_back_after_a_restart() {
    let dir = tempfile::tempdir().unwrap();
    let keys = NewKeys::generate();
    let (device, sealing, feed) =
        (keys.device_signer().verifying_key(), keys.sealing_public(), keys.feed_signer().verifying_key());
    let (_, first) = KeyFile::create(dir.path(), keys, owner(), PIN, CHEAP, None, None).unwrap();
    let mut file = KeyFile::open(dir.path()).unwrap();
    assert_eq!(file.people(), [person("alice")]);
    let again = file.unlock(&alice(), PIN, None, 0).unwrap();
    assert_eq!(again.device_signer().verifying_key(), device);
    assert_eq!(again.sealing_public(), sealing);
    assert_eq!((again.feed_key().key, again.feed_key().is_genuine()), (feed, true));
    let name = FeedId::digest(&[b"x"]);
    for (one, two) in [
        (first.vault_key(), again.vault_key()),
        (first.index_key(), again.index_key()),
        (first.receipts_key(), again.receipts_key()),
        (first.feed_file_key(&name), again.feed_file_key(&name)),
        (first.sub_key("session"), again.sub_key("session")),
    ] {
        assert_eq!(one.expose(), two.expose());
    }
    assert_eq!(first.index_salt(), again.index_salt());
}

#[test]
fn every_purpose_has_a_key_of_its_own() {
    let (_dir, _file, unlocked) = phone();
    let (one, two) = (FeedId::digest(&[b"1"]), FeedId::digest(&[b"2"]));
    let keys = [
        unlocked.vault_key(),
        unlocked.index_key(),
        unlocked.receipts_key(),
        unlocked.feed_file_key(&one),
        unlocked.feed_file_key(&two),
        unlocked.sub_key("a"),
        unlocked.sub_key("b"),
    ];
    for (i, a) in keys.iter().enumerate() {
        assert!(keys[i + 1..].iter().all(|b| a.expose() != b.expose()));
    }
}

#[test]
fn a_signature_of_the_device_verifies_with_its_public_key() {
    let (_dir, _file, unlocked) = phone();
    let signer = unlocked.device_signer();
    let signature = signer.sign(b"hello");
    signer.verifying_key().verify(b"hello", &signature).unwrap();
    assert!(signer.verifying_key().verify(b"hellO", &signature).is_err());
}

#[test]
fn without_a_key_store_a_passphrase_of_ten_is_asked_for_and_with_one_a_pin_of_six() {
    let dir = tempfile::tempdir().unwrap();
    let create = |pin, hw: Option<&dyn HardwareSecret>| {
        KeyFile::create(dir.path(), NewKeys::generate(), owner(), pin, CHEAP, hw, None).map(|_| ())
    };
    let chip = Chip([5; 32]);
    for (pin, hardware, min) in
        [("123456789", None, "10"), ("九个字的口令不够长", None, "10"), ("12345", Some(&chip), "6")]
    {
        let e = Failure::from(create(pin, hardware.map(|c| c as &dyn HardwareSecret)).unwrap_err());
        assert_eq!((e.code.as_str(), e.params["min"].as_str()), ("pin.too_short", min));
    }
    assert!(!KeyFile::exists(dir.path()), "a refused PIN leaves no file");
    create("123456", Some(&chip)).unwrap();
    let mut file = KeyFile::open(dir.path()).unwrap();
    assert!(file.has_hardware());
    assert_eq!(file.min_pin(), 6);
    assert_eq!(code(file.unlock(&alice(), "123456", None, 0).err().unwrap()), "key_store.missing");
    assert_eq!(code(file.unlock(&alice(), "123456", Some(&Chip([6; 32])), 0).err().unwrap()), "pin.wrong");
    file.unlock(&alice(), "123456", Some(&chip), 0).unwrap();
}

#[test]
fn a_second_enrolment_does_not_overwrite_the_keys() {
    let (dir, mut file, _) = phone();
    let again = KeyFile::create(dir.path(), NewKeys::generate(), owner(), "another passphrase", CHEAP, None, None);
    assert_eq!(code(again.err().unwrap()), "key_file.exists");
    file.unlock(&alice(), PIN, None, 0).unwrap();
}

#[test]
fn a_try_is_on_the_disk_before_the_pin_is_judged() {
    /// Judging asks the key store; at that moment this one looks at what another start of the app would find.
    struct Witness<'a>(&'a Path, RefCell<Vec<u32>>);
    impl HardwareSecret for Witness<'_> {
        fn secret(&self) -> Option<Zeroizing<[u8; 32]>> {
            if let Ok(tries) = super::tries::Tries::open(self.0) {
                self.1.borrow_mut().push(FREE - tries.verdict(&alice()).0);
            }
            Some(Zeroizing::new([1; 32]))
        }
    }
    let dir = tempfile::tempdir().unwrap();
    let witness = Witness(dir.path(), RefCell::default());
    let (mut file, _) =
        KeyFile::create(dir.path(), NewKeys::generate(), owner(), "123456", CHEAP, Some(&witness), None).unwrap();
    witness.1.borrow_mut().clear();
    for pin in ["wrong-1", "wrong-2", "123456", "wrong-3"] {
        let _ = file.unlock(&alice(), pin, Some(&witness), 0);
    }
    assert_eq!(*witness.1.borrow(), [1, 2, 3, 1], "counted first; the right PIN starts afresh");
}

#[test]
fn waits_double_from_half_a_minute_to_an_hour() {
    let seconds = |n| wait_after(n) / 1000;
    assert_eq!(
        (0..=13).map(seconds).collect::<Vec<_>>(),
        [0, 0, 0, 0, 0, 30, 60, 120, 240, 480, 960, 1920, 3600, 3600]
    );
    assert_eq!(seconds(u32::MAX), 3600);
}

#[test]
fn from_the_fifth_failure_on_even_the_right_pin_has_to_wait() {
    let (_dir, mut file, _) = phone();
    for left in [4, 3, 2, 1, 0] {
        let e = Failure::from(file.unlock(&alice(), "wrong passphrase", None, 1_000).err().unwrap());
        assert_eq!((e.code.as_str(), &e.params["left"]), ("pin.wrong", &left.to_string()));
        assert_eq!(e.params["wait_ms"], if left == 0 { "30000" } else { "0" });
    }
    let e = Failure::from(file.unlock(&alice(), PIN, None, 1_000 + 29_999).err().unwrap());
    assert_eq!((e.code.as_str(), e.params["wait_ms"].as_str()), ("pin.wait", "1"));
    let e = file.unlock(&alice(), "wrong passphrase", None, 31_000).err().unwrap();
    assert!(matches!(e, KeyError::PinWrong { left: 0, wait_ms: 60_000 }), "{e}");
    file.unlock(&alice(), PIN, None, 91_000).unwrap();
    let e = file.unlock(&alice(), "wrong passphrase", None, 91_000).err().unwrap();
    assert!(matches!(e, KeyError::PinWrong { left: 4, wait_ms: 0 }), "{e}");
}

#[test]
fn a_restart_or_a_reboot_restarts_what_remains_of_a_wait_and_never_shortens_it() {
    let (dir, mut file, _) = phone();
    for _ in 0..5 {
        let _ = file.unlock(&alice(), "wrong passphrase", None, 500_000);
    }
    // Rebooted at once, the clock begins anew, even far ahead: all of it remains.
    for mono in [0, 10_000_000] {
        let mut file = KeyFile::open(dir.path()).unwrap();
        assert_eq!(file.wait_ms(&alice(), mono).unwrap(), 30_000);
    }
    // Ten seconds waited and seen by the app are kept.
    let mut file = KeyFile::open(dir.path()).unwrap();
    file.wait_ms(&alice(), 7_000).unwrap();
    assert_eq!(file.wait_ms(&alice(), 17_000).unwrap(), 20_000);
    assert_eq!(KeyFile::open(dir.path()).unwrap().wait_ms(&alice(), 3).unwrap(), 20_000);
    // A clock that goes back is no progress, and neither is its way back to where it was.
    assert_eq!(file.wait_ms(&alice(), 5_000).unwrap(), 20_000);
    assert_eq!(file.wait_ms(&alice(), 6_000).unwrap(), 19_000);
    assert_eq!(file.wait_ms(&alice(), 60_000).unwrap(), 0);
}

#[test]
fn lost_counters_are_a_wait_and_not_a_gift() {
    let (dir, _, _) = phone();
    for copy in ["tries.a", "tries.b"] {
        fs::remove_file(dir.path().join(copy)).unwrap();
    }
    let mut file = KeyFile::open(dir.path()).unwrap();
    assert_eq!(file.wait_ms(&alice(), 0).unwrap(), 30_000);
    let mut again = KeyFile::open(dir.path()).unwrap();
    assert_eq!(again.wait_ms(&alice(), 0).unwrap(), 30_000, "nor is a second start");
    again.unlock(&alice(), PIN, None, 30_000).unwrap();
}

#[test]
fn one_officers_guessing_does_not_lock_the_other_out() {
    let (_dir, mut file, mut unlocked) = phone();
    file.add_person(&mut unlocked, person("bob"), "bobs passphrase", None).unwrap();
    for _ in 0..6 {
        let _ = file.unlock(&alice(), "wrong passphrase", None, 0);
    }
    let bob: UserId = "bob".parse().unwrap();
    file.unlock(&bob, "bobs passphrase", None, 0).unwrap();
    assert_eq!(code(file.unlock(&alice(), PIN, None, 0).err().unwrap()), "pin.wait");
    assert_eq!(code(file.unlock(&"carol".parse().unwrap(), PIN, None, 0).err().unwrap()), "user.unknown");
}

#[test]
fn a_second_officer_has_a_feed_of_their_own_and_the_same_phone() {
    let (dir, mut file, mut first) = phone();
    let feed = file.add_person(&mut first, person("bob"), "bobs passphrase", None).unwrap();
    assert_eq!(code(file.add_person(&mut first, person("bob"), "bobs passphrase", None).unwrap_err()), "user.exists");
    let mut file = KeyFile::open(dir.path()).unwrap();
    assert_eq!(file.people(), [person("alice"), person("bob")]);
    let bob = file.unlock(&feed.user, "bobs passphrase", None, 0).unwrap();
    assert_eq!(bob.feed_key(), feed);
    assert_ne!(bob.feed_key().key, first.feed_key().key);
    assert_eq!(bob.device_signer().verifying_key(), first.device_signer().verifying_key());
    assert_eq!(bob.vault_key().expose(), first.vault_key().expose());
    assert_eq!(code(file.unlock(&alice(), "bobs passphrase", None, 0).err().unwrap()), "pin.wrong");
}

#[test]
fn a_changed_pin_leaves_no_copy_that_the_old_one_opens() {
    let (dir, mut file, before) = phone();
    let old = file.change_pin(&alice(), "wrong passphrase", "another passphrase", None, 0);
    assert_eq!(code(old.unwrap_err()), "pin.wrong");
    file.change_pin(&alice(), PIN, "another passphrase", None, 0).unwrap();
    let copies: BTreeMap<_, _> =
        ["keys.a", "keys.b"].map(|c| (c, fs::read(dir.path().join(c)).unwrap())).into_iter().collect();
    for (copy, bytes) in &copies {
        for other in copies.keys() {
            fs::write(dir.path().join(other), b"").unwrap();
        }
        fs::write(dir.path().join(copy), bytes).unwrap();
        let mut file = KeyFile::open(dir.path()).unwrap();
        assert_eq!(code(file.unlock(&alice(), PIN, None, 0).err().unwrap()), "pin.wrong", "{copy}");
        let after = file.unlock(&alice(), "another passphrase", None, 0).unwrap();
        assert_eq!(after.vault_key().expose(), before.vault_key().expose());
    }
}

#[test]
fn headquarters_recovery_key_opens_the_file_and_a_new_pin_can_be_set() {
    let dir = tempfile::tempdir().unwrap();
    let hq = SealingSecret::random();
    let made = KeyFile::create(dir.path(), NewKeys::generate(), owner(), PIN, CHEAP, None, Some(&hq.public())).unwrap();
    let mut file = KeyFile::open(dir.path()).unwrap();
    assert_eq!(file.recovery_key(), Some(hq.public()));
    let rescued = file.open_with_recovery(&hq, &alice()).unwrap();
    assert_eq!(rescued.vault_key().expose(), made.1.vault_key().expose());
    assert!(file.open_with_recovery(&SealingSecret::random(), &alice()).is_err());
    file.set_pin(&rescued, "a fresh passphrase", None).unwrap();
    file.unlock(&alice(), "a fresh passphrase", None, 0).unwrap();
    let next = SealingSecret::random();
    file.set_recovery(&rescued, &next.public()).unwrap();
    assert!(file.open_with_recovery(&hq, &alice()).is_err(), "the earlier recovery key is replaced");
    file.open_with_recovery(&next, &alice()).unwrap();
}

#[test]
fn a_renewed_feed_has_another_key_and_survives_a_restart() {
    let (dir, mut file, mut unlocked) = phone();
    let old = unlocked.feed_key();
    let new = file.renew_feed(&mut unlocked).unwrap();
    assert_ne!(old.feed, new.feed);
    assert_eq!(unlocked.feed_key(), new);
    let again = KeyFile::open(dir.path()).unwrap().unlock(&alice(), PIN, None, 0).unwrap();
    assert_eq!(again.feed_key(), new);
}

#[test]
fn what_is_sealed_for_this_phone_opens_only_here() {
    let (_dir, _file, unlocked) = phone();
    let sealed = Sealed::seal(&unlocked.sealing_public(), b"task-1", b"secret task").unwrap();
    assert_eq!(unlocked.open_sealed(&sealed, b"task-1").unwrap().as_slice(), b"secret task");
    let (_dir, _file, other) = phone();
    assert!(other.open_sealed(&sealed, b"task-1").is_none());
}

#[test]
fn a_damaged_key_file_is_said_to_be_damaged_and_a_missing_one_to_be_missing() {
    let (dir, ..) = phone();
    let path = dir.path().join("keys.a");
    let whole = fs::read(&path).unwrap();
    for at in (0..whole.len()).step_by(7) {
        let mut bytes = whole.clone();
        bytes[at] ^= 4;
        fs::write(&path, bytes).unwrap();
        assert_eq!(code(KeyFile::open(dir.path()).err().unwrap()), "key_file.damaged", "flip at {at}");
    }
    fs::remove_file(&path).unwrap();
    assert_eq!(code(KeyFile::open(dir.path()).err().unwrap()), "key_file.missing");
    assert!(!KeyFile::exists(dir.path()));
}

#[test]
fn a_slot_moved_to_another_person_or_cost_does_not_open() {
    let (dir, _, _) = phone();
    let ab = crate::disk::AbFile::new(dir.path(), format::STEM, format::MAGIC);
    let body = String::from_utf8(ab.read().unwrap().unwrap().body).unwrap();
    for (from, to, user) in [("\"alice\"", "\"mallory\"", "mallory"), ("\"passes\": 1", "\"passes\": 2", "alice")] {
        assert!(body.contains(from));
        ab.write(body.replace(from, to).as_bytes()).unwrap();
        let mut file = KeyFile::open(dir.path()).unwrap();
        assert_eq!(code(file.unlock(&user.parse().unwrap(), PIN, None, 0).err().unwrap()), "pin.wrong");
    }
}
