use std::fs;
use std::io::{Read as _, Seek as _, SeekFrom};

use tempfile::TempDir;
use xuncha_core::Failure;

use super::format::START;
use super::*;
use crate::cipher::TAG;

fn vault() -> (TempDir, Vault) {
    let dir = tempfile::tempdir().unwrap();
    let vault = open(&dir);
    (dir, vault)
}
fn open(dir: &TempDir) -> Vault {
    Vault::open_folder(dir.path(), Key::from_bytes(&[4; 32])).unwrap()
}
/// Bytes of which no two chunks are alike.
fn bytes(len: usize) -> Vec<u8> {
    (0..len).map(|i| (i % 251) as u8 ^ (i / 1000) as u8).collect()
}
fn code<T>(r: Result<T, VaultError>) -> String {
    Failure::from(r.err().unwrap()).code
}

#[test]
fn a_blob_of_any_size_comes_back_whole_after_a_restart() {
    let (dir, vault) = vault();
    for len in [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 3 * CHUNK, 3 * CHUNK + 5] {
        let original = bytes(len);
        let stored = vault.put(original.as_slice()).unwrap();
        assert_eq!((stored.size, stored.sha256), (len as u64, BlobHash::digest(&[&original])));
        let again = open(&dir);
        let mut back = Vec::new();
        again.open(&stored.sha256).unwrap().read_to_end(&mut back).unwrap();
        assert!(back == original, "{len} bytes");
        assert_eq!(again.verify(&stored.sha256).unwrap(), stored);
    }
}

#[test]
fn nothing_readable_lies_in_the_files() {
    let (_dir, vault) = vault();
    let stored = vault.put(&b"a sentence nobody may read in the file"[..]).unwrap();
    let file = fs::read(vault.path(&stored.sha256)).unwrap();
    assert!(!file.windows(8).any(|w| w == b"sentence"));
}

#[test]
fn slices_of_any_length_make_the_same_blob() {
    let (_dir, vault) = vault();
    let original = bytes(2 * CHUNK + 77);
    for step in [1_000, CHUNK - 1, CHUNK, CHUNK + 1, 200_000] {
        let mut writer = vault.writer().unwrap();
        for slice in original.chunks(step) {
            writer.write(slice).unwrap();
        }
        assert_eq!(writer.size(), original.len() as u64);
        let stored = writer.finish().unwrap();
        assert_eq!(vault.verify(&stored.sha256).unwrap().size, original.len() as u64, "slices of {step}");
        assert_eq!(stored.sha256, BlobHash::digest(&[&original]));
    }
    assert_eq!(vault.list().unwrap().len(), 1);
}

#[test]
fn any_range_is_read_without_the_bytes_before_it() {
    let (_dir, vault) = vault();
    let original = bytes(4 * CHUNK + 9);
    let sha256 = vault.put(original.as_slice()).unwrap().sha256;
    let end = original.len();
    let mut reader = vault.open(&sha256).unwrap();
    for (from, to) in [
        (0, 0),
        (0, 1),
        (CHUNK - 1, CHUNK + 1),
        (CHUNK, 2 * CHUNK),
        (3 * CHUNK + 5, end),
        (end - 1, end),
        (end, end),
        (0, end),
    ] {
        assert!(reader.read_range(from as u64, (to - from) as u64).unwrap() == original[from..to], "{from}..{to}");
    }
    for (from, len) in [(end as u64, 1), (0, end as u64 + 1), (u64::MAX, 1)] {
        assert_eq!(code(reader.read_range(from, len)), "vault.range");
    }
    reader.seek(SeekFrom::End(-9)).unwrap();
    let mut tail = Vec::new();
    reader.read_to_end(&mut tail).unwrap();
    assert_eq!(tail, original[end - 9..]);
    // A damaged first chunk does not keep the last one from being read: only what is asked for is decrypted.
    let path = vault.path(&sha256);
    let mut file = fs::read(&path).unwrap();
    file[START] ^= 1;
    fs::write(&path, file).unwrap();
    let mut reader = vault.open(&sha256).unwrap();
    assert_eq!(reader.read_range((end - 9) as u64, 9).unwrap(), original[end - 9..]);
    assert_eq!(code(reader.read_range(0, 1)), "vault.damaged");
    assert_eq!(code(reader.read_range(0, 1)), "vault.damaged", "and stays so when asked again");
}

#[test]
fn a_flipped_bit_anywhere_is_found() {
    let (_dir, vault) = vault();
    let sha256 = vault.put(bytes(CHUNK + 3).as_slice()).unwrap().sha256;
    let path = vault.path(&sha256);
    let whole = fs::read(&path).unwrap();
    let positions = (0..START).chain((START..whole.len()).step_by(4_099)).chain(whole.len() - 20..whole.len());
    for at in positions {
        let mut bad = whole.clone();
        bad[at] ^= 0x10;
        fs::write(&path, bad).unwrap();
        assert_eq!(code(vault.verify(&sha256)), "vault.damaged", "flip at {at}");
    }
}

#[test]
fn a_cut_a_longer_or_a_reordered_file_is_found() {
    let (_dir, vault) = vault();
    let sha256 = vault.put(bytes(3 * CHUNK).as_slice()).unwrap().sha256;
    let path = vault.path(&sha256);
    let whole = fs::read(&path).unwrap();
    let sealed = CHUNK + TAG;
    let mut swapped = whole.clone();
    swapped[START..START + 2 * sealed].rotate_left(sealed);
    let mut longer = whole.clone();
    longer.push(0);
    let cases = [
        &whole[..0],
        &whole[..START - 1],
        &whole[..START],
        &whole[..START + sealed],
        &whole[..START + 2 * sealed],
        &whole[..whole.len() - 1],
        &longer,
        &swapped,
    ];
    for (n, bad) in cases.into_iter().enumerate() {
        fs::write(&path, bad).unwrap();
        assert_eq!(code(vault.verify(&sha256)), "vault.damaged", "case {n}");
    }
}

#[test]
fn a_file_under_another_blobs_name_is_not_taken_for_it() {
    let (dir, vault) = vault();
    let one = vault.put(&b"one"[..]).unwrap().sha256;
    let two = vault.put(&b"two"[..]).unwrap().sha256;
    fs::copy(vault.path(&one), vault.path(&two)).unwrap();
    assert_eq!(code(vault.open(&two)), "vault.damaged");
    let stranger = Vault::open_folder(dir.path(), Key::from_bytes(&[5; 32])).unwrap();
    assert_eq!(code(stranger.open(&one)), "vault.damaged", "nor does another key open it");
    let none = BlobHash::digest(&[b"never stored"]);
    assert_eq!(code(vault.open(&none)), "vault.missing");
}

#[test]
fn storing_again_heals_a_damaged_file() {
    let (_dir, vault) = vault();
    let sha256 = vault.put(&b"evidence"[..]).unwrap().sha256;
    fs::write(vault.path(&sha256), b"junk").unwrap();
    assert!(vault.verify(&sha256).is_err());
    vault.put(&b"evidence"[..]).unwrap();
    vault.verify(&sha256).unwrap();
}

#[test]
fn an_unfinished_blob_leaves_nothing_and_a_killed_one_is_swept_at_the_next_start() {
    let (dir, vault) = vault();
    let temp = vault.temp_folder();
    let mut writer = vault.writer().unwrap();
    writer.write(&bytes(3 * CHUNK)).unwrap();
    assert_eq!(fs::read_dir(&temp).unwrap().count(), 1);
    drop(writer);
    assert_eq!(fs::read_dir(&temp).unwrap().count(), 0);
    fs::write(temp.join(".tmpkilled"), b"half a photo").unwrap();
    let vault = open(&dir);
    assert_eq!(fs::read_dir(&temp).unwrap().count(), 0);
    assert!(vault.list().unwrap().is_empty());
}

#[test]
fn a_derived_image_belongs_to_its_original_and_name() {
    let (_dir, vault) = vault();
    let one = vault.put(&b"one"[..]).unwrap().sha256;
    let two = vault.put(&b"two"[..]).unwrap().sha256;
    let preview = bytes(2 * CHUNK + 1);
    for image in [b"".as_slice(), b"small", &bytes(CHUNK), &preview] {
        vault.put_derived(&one, "preview", image).unwrap();
        assert!(vault.read_derived(&one, "preview").unwrap().unwrap() == image);
    }
    assert!(vault.read_derived(&one, "thumb").unwrap().is_none());
    let path = |hash, name| vault.derived_path(hash, name).unwrap();
    fs::copy(path(&one, "preview"), path(&one, "thumb")).unwrap();
    fs::copy(path(&one, "preview"), path(&two, "preview")).unwrap();
    assert_eq!(code(vault.read_derived(&one, "thumb")), "vault.damaged");
    assert_eq!(code(vault.read_derived(&two, "preview")), "vault.damaged");
    for bad in ["", "../x", "Thumb", "a.b", &"x".repeat(33)] {
        assert_eq!(code(vault.put_derived(&one, bad, b"")), "vault.bad_name");
    }
}

#[test]
fn removing_an_original_keeps_its_thumbnail_and_the_list_knows_only_originals() {
    let (_dir, vault) = vault();
    let kept = vault.put(&b"kept"[..]).unwrap().sha256;
    let gone = vault.put(&b"gone"[..]).unwrap().sha256;
    vault.put_derived(&gone, "thumb", b"small").unwrap();
    vault.remove(&gone).unwrap();
    vault.remove(&gone).unwrap();
    assert!(!vault.contains(&gone) && vault.contains(&kept));
    assert_eq!(vault.read_derived(&gone, "thumb").unwrap().unwrap(), b"small");
    let list = vault.list().unwrap();
    assert_eq!(list, [(kept, fs::metadata(vault.path(&kept)).unwrap().len())]);
}
