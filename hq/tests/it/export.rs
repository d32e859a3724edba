use std::fs;
use std::path::{Path, PathBuf};

use xuncha_core::feed::VerifyingKey;
use xuncha_core::ids::InspectionId;
use xuncha_hq::export::verify::verify;

use crate::world::{World, jpeg};

async fn exported(world: &World) -> (InspectionId, PathBuf) {
    let mut alice = world.phone("alice").await;
    let other = alice.start(world, &["alice"]);
    alice.photo(&other, b"of another inspection");
    let id = alice.whole(world, &[jpeg(3_000), jpeg(4_000)]).await;
    let folder = world.dir.path().join("export");
    let manifest = world.hq.hq.export(&id, &folder).await.unwrap();
    assert!(manifest.lacking.is_empty());
    (id, folder)
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut out = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { out.extend(files(&path)) } else { out.push(path) }
    }
    out.sort();
    out
}

#[tokio::test]
async fn an_export_verifies_by_itself_and_tells_nothing_of_other_inspections() {
    let world = World::new().await;
    let (id, folder) = exported(&world).await;
    let key = world.hq.hq.own.key;
    let audit = verify(&folder, Some(&key));
    assert!(audit.faults.is_empty(), "{:?}", audit.faults);
    assert_eq!((audit.feeds, audit.blobs), (2, 5));
    assert_eq!(files(&folder.join("blobs")).len(), 5, "two photos, two drawn signatures, the manifest");
    for file in files(&folder.join("feeds")) {
        let text = fs::read_to_string(file).unwrap();
        for line in text.lines().filter(|l| l.contains("\\\"inspection\\\":\\\"")) {
            assert!(line.contains(id.as_str()), "{line}");
        }
    }
    assert_eq!(fs::read_to_string(folder.join("record.txt")).unwrap(), "现场笔录\n");
    let forged = verify(&folder, Some(&VerifyingKey::from_bytes([7; 32])));
    assert_eq!(forged.faults[0].code, "keys.other_hq");
}

#[tokio::test]
async fn one_flipped_byte_in_any_file_is_found_and_named() {
    let world = World::new().await;
    let (_, folder) = exported(&world).await;
    let mut flips = 0;
    for file in files(&folder) {
        let good = fs::read(&file).unwrap();
        let name = file.strip_prefix(&folder).unwrap().to_string_lossy().into_owned();
        // Ends, middle, and places spread over the file.
        let step = (good.len() / 12).max(1);
        let places = (0..good.len()).step_by(step).chain([good.len() - 1, good.len() / 2]);
        for at in places {
            let mut bad = good.clone();
            bad[at] ^= 1;
            fs::write(&file, &bad).unwrap();
            let audit = verify(&folder, None);
            assert!(!audit.faults.is_empty(), "byte {at} of {name} was flipped and nobody saw it");
            flips += 1;
        }
        fs::write(&file, good).unwrap();
    }
    assert!(flips > 100, "{flips}");
    assert!(verify(&folder, None).faults.is_empty(), "and put back, it is whole again");
}

#[tokio::test]
async fn a_missing_a_cut_and_an_added_file_are_named() {
    let world = World::new().await;
    let (_, folder) = exported(&world).await;
    let photo = files(&folder.join("blobs")).into_iter().find(|f| f.extension().unwrap() == "jpg").unwrap();
    let codes = |folder: &Path| verify(folder, None).faults.into_iter().map(|f| f.code).collect::<Vec<_>>();
    let good = fs::read(&photo).unwrap();
    fs::write(&photo, &good[..100]).unwrap();
    assert!(codes(&folder).contains(&"blob.hash".to_owned()));
    fs::remove_file(&photo).unwrap();
    assert_eq!(codes(&folder), ["file.missing", "blob.missing"]);
    fs::write(&photo, &good).unwrap();
    fs::write(folder.join("extra.txt"), "x").unwrap();
    assert_eq!(codes(&folder), ["file.unknown"]);
    fs::remove_file(folder.join("extra.txt")).unwrap();
    let feed = files(&folder.join("feeds")).into_iter().max_by_key(|f| fs::metadata(f).unwrap().len()).unwrap();
    let text = fs::read_to_string(&feed).unwrap();
    let mut lines: Vec<&str> = text.lines().collect();
    lines.swap(1, 2);
    fs::write(&feed, lines.join("\n")).unwrap();
    assert!(codes(&folder).contains(&"entry.broken".to_owned()));
}

#[tokio::test]
async fn an_export_overwrites_nothing_and_says_what_lacks() {
    let world = World::new().await;
    let (id, folder) = exported(&world).await;
    let again = world.hq.hq.export(&id, &folder).await.unwrap_err();
    assert_eq!(again.code, "export.not_empty");
    let mut alice = world.phone("alice").await;
    let draft = alice.start(&world, &["alice"]);
    let (_, photo) = alice.photo(&draft, b"not sent");
    alice.push().await;
    let folder = world.dir.path().join("draft");
    let manifest = world.hq.hq.export(&draft, &folder).await.unwrap();
    assert_eq!(manifest.lacking, [photo]);
    let codes: Vec<_> = verify(&folder, None).faults.into_iter().map(|f| f.code).collect();
    assert!(codes.contains(&"blob.missing".to_owned()) && codes.contains(&"receipt.entries".to_owned()), "{codes:?}");
}
