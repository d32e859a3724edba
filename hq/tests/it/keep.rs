//! Backup, putting back, looking over: with the program itself, beside an HQ that runs.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use rusqlite::Connection;
use xuncha_core::ids::BlobHash;
use xuncha_core::protocol::hello::Checkpoint;
use xuncha_hq::backup::{self, BackupManifest};
use xuncha_hq::check;

use crate::world::{Phone, World, jpeg, problem};

/// What the command line said, and whether it ended well.
fn hq(args: &[&str]) -> (bool, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_xuncha-hq"));
    let done = command.args(args).env("RUST_LOG", "off").env_remove("XUNCHA_HQ_DATA").output().unwrap();
    let text = [done.stdout, done.stderr].concat();
    (done.status.success(), String::from_utf8(text).unwrap())
}

fn path(path: &Path) -> &str {
    path.to_str().unwrap()
}

fn data(world: &World) -> PathBuf {
    world.dir.path().join("data")
}

/// Backs up beside the running HQ; gives what the program said.
fn back_up(world: &World, to: &str) -> (PathBuf, String) {
    let folder = world.dir.path().join(to);
    let (well, said) = hq(&["backup", path(&folder), "--data", path(&data(world))]);
    assert!(well, "{said}");
    (folder, said)
}

async fn checkpoint(phone: &Phone) -> Checkpoint {
    phone.hello().await.checkpoint.verify(&phone.hq_key.unwrap()).unwrap()
}

fn object(folder: &Path, sha256: &BlobHash) -> PathBuf {
    folder.join("objects").join(&sha256.to_string()[..2]).join(sha256.to_string())
}

#[tokio::test(flavor = "multi_thread")]
async fn i2_a_backup_beside_a_running_hq_covers_what_was_receipted_before_it_and_nothing_after() {
    let world = World::new().await;
    let mut alice = world.phone("alice").await;
    let photo = jpeg(300_000);
    alice.whole(&world, std::slice::from_ref(&photo)).await;
    assert_eq!(checkpoint(&alice).await.backed_up_to, None, "before the first there is none");
    let before = alice.receipt(&[BlobHash::digest(&[&photo])]).await;

    // Named and pushed before the backup, delivered and receipted after it: HQ's log does not grow between.
    let id = alice.start(&world, &["alice"]);
    let late = jpeg(200_000);
    let (entry, sha256) = alice.photo(&id, &late);
    alice.push().await;
    back_up(&world, "backup");
    let covered = checkpoint(&alice).await.backed_up_to.unwrap();
    assert!(before.log_index <= covered, "{} was receipted before, {covered} is covered", before.log_index);
    alice.upload(&entry, &late).await;
    let after = alice.receipt(&[sha256]).await;
    assert_eq!(after.blobs_stored, [sha256]);
    assert!(after.log_index > covered, "what came after the copy is never covered by it");
    assert!(!object(&world.dir.path().join("backup"), &sha256).exists());

    back_up(&world, "backup");
    assert!(checkpoint(&alice).await.backed_up_to.unwrap() >= after.log_index, "the next one covers it");
    assert!(fs::read(object(&world.dir.path().join("backup"), &sha256)).unwrap() == late);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backup_copies_only_what_is_new_and_leaves_one_database() {
    let world = World::new().await;
    let mut alice = world.phone("alice").await;
    alice.whole(&world, &[jpeg(100_000), jpeg(120_000)]).await;
    let (folder, first) = back_up(&world, "backup");
    assert!(!first.contains("(0 new"), "{first}");
    let inode = |p: &Path| std::os::unix::fs::MetadataExt::ino(&fs::metadata(p).unwrap());
    let kept: Vec<PathBuf> = walk(&folder.join("objects"));
    let before: Vec<u64> = kept.iter().map(|p| inode(p)).collect();
    let (_, second) = back_up(&world, "backup");
    assert!(second.contains("(0 new, 0 bytes)"), "{second}");
    assert_eq!(kept.iter().map(|p| inode(p)).collect::<Vec<_>>(), before);
    assert!(
        inode(&kept[0]) != inode(&object(&data(&world), &name(&kept[0]))),
        "a copy, not another name of the same file"
    );
    let databases =
        fs::read_dir(&folder).unwrap().filter(|e| e.as_ref().unwrap().file_name().to_string_lossy().starts_with("hq-"));
    assert_eq!(databases.count(), 1);
}

fn walk(folder: &Path) -> Vec<PathBuf> {
    let mut out = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { out.extend(walk(&path)) } else { out.push(path) }
    }
    out.sort();
    out
}

fn name(path: &Path) -> BlobHash {
    path.file_name().unwrap().to_str().unwrap().parse().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn phones_push_all_through_a_backup_and_what_is_put_back_is_whole() {
    let world = World::new().await;
    let mut alice = world.phone("alice").await;
    let mut bob = world.phone("bob").await;
    alice.whole(&world, &[jpeg(50_000)]).await;
    let to = world.dir.path().join("backup");
    let (folder, from) = (to.clone(), data(&world));
    let copying = std::thread::spawn(move || {
        for _ in 0..3 {
            let (well, said) = hq(&["backup", path(&folder), "--data", path(&from)]);
            assert!(well, "{said}");
        }
    });
    let mut rounds = 0;
    while !copying.is_finished() {
        alice.whole(&world, &[jpeg(40_000)]).await;
        bob.whole(&world, &[jpeg(40_000)]).await;
        rounds += 1;
    }
    copying.join().unwrap();
    assert!(rounds > 0);
    let (well, said) = hq(&["check", "--data", path(&data(&world))]);
    assert!(well, "the running HQ: {said}");
    let new = world.dir.path().join("new");
    let keys = data(&world).join("keys");
    let (well, said) = hq(&["restore", path(&to), "--data", path(&new), "--keys", path(&keys)]);
    assert!(well, "{said}");
    let (well, said) = hq(&["check", "--data", path(&new)]);
    assert!(well, "what was put back: {said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_put_back_says_so_and_covers_no_more_than_the_backup() {
    let mut world = World::new().await;
    let mut alice = world.phone("alice").await;
    alice.whole(&world, &[jpeg(50_000)]).await;
    let open = world.invite("bob").await;
    let (folder, _) = back_up(&world, "backup");
    let manifest = manifest(&folder);
    let there = checkpoint(&alice).await;
    assert_eq!((there.backed_up_to, there.restored), (Some(manifest.covers), None));
    // HQ goes on, is backed up elsewhere, and all of that is lost.
    alice.whole(&world, &[jpeg(50_000)]).await;
    back_up(&world, "later");
    assert!(checkpoint(&alice).await.backed_up_to.unwrap() > manifest.covers);
    let (moved, new) = (world.dir.path().join("moved"), data(&world));
    world = world
        .while_off(|| {
            fs::rename(&new, &moved).unwrap();
            backup::restore(&folder, &new, Some(&moved.join("keys"))).unwrap();
        })
        .await;
    alice.follow(&world);
    assert_eq!(alice.session().await, 200);
    let back = checkpoint(&alice).await;
    assert_eq!(back.backed_up_to, Some(manifest.covers));
    let said = back.restored.unwrap();
    assert_eq!((said.log_index, said.made.as_str()), (manifest.log_index, manifest.made.as_str()));
    assert!(said.log_index > manifest.covers, "what is receipted from now on lies above what the backup covers");
    let reply = Phone::new(&world, "bob").enrol(&open).await;
    assert_eq!(reply.status(), 404, "an invitation of then may have been used since");
}

fn manifest(folder: &Path) -> BackupManifest {
    let signed: serde_json::Value = serde_json::from_slice(&fs::read(folder.join("backup.json")).unwrap()).unwrap();
    serde_json::from_str(signed["text"].as_str().unwrap()).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backup_is_refused_or_put_back_only_as_it_was_signed() {
    let world = World::new().await;
    let mut alice = world.phone("alice").await;
    alice.whole(&world, &[jpeg(50_000)]).await;
    let keys = data(&world).join("keys");
    let (folder, _) = back_up(&world, "backup");
    let new = world.dir.path().join("new");
    let restore = |keys: Option<&Path>| {
        backup::restore(&folder, &new, keys).map(|_| fs::remove_dir_all(&new).unwrap()).map_err(|f| f.code)
    };
    assert_eq!(restore(None), Err("restore.keys_missing".into()), "under new keys no phone would know it");
    fs::create_dir(&new).unwrap();
    assert_eq!(restore(Some(&keys)), Ok(()), "an empty folder will do");
    fs::create_dir(&new).unwrap();
    fs::write(new.join("x"), "x").unwrap();
    assert_eq!(restore(Some(&keys)), Err("restore.not_empty".into()));
    fs::remove_dir_all(&new).unwrap();

    let other = World::new().await;
    assert_eq!(restore(Some(&data(&other).join("keys"))), Err("restore.manifest".into()));
    let database = folder.join(manifest(&folder).database.path);
    for file in [database, walk(&folder.join("objects")).remove(0)] {
        let bytes = fs::read(&file).unwrap();
        let mut flipped = bytes.clone();
        let at = flipped.len() / 2;
        flipped[at] ^= 1;
        fs::write(&file, flipped).unwrap();
        assert_eq!(restore(Some(&keys)), Err("restore.damaged".into()), "{}", file.display());
        assert!(!new.exists(), "whole or not at all");
        fs::write(&file, bytes).unwrap();
    }
    let whole = hq(&["check", "--data", path(&data(&world)), "--backup", path(&folder)]);
    assert!(whole.0 && whole.1.contains("is as it was signed"), "{}", whole.1);
    let rotten = walk(&folder.join("objects")).remove(0);
    flip(&rotten);
    let (well, said) = hq(&["check", "--data", path(&data(&world)), "--backup", path(&folder)]);
    assert!(!well && said.contains("restore.damaged") && said.contains(&name(&rotten).to_string()), "{said}");
    flip(&rotten);
    let text = fs::read_to_string(folder.join("backup.json")).unwrap();
    fs::write(folder.join("backup.json"), text.replace("covers\\\":", "covers\\\":1")).unwrap();
    assert_eq!(restore(Some(&keys)), Err("restore.manifest".into()));
    let (well, said) = hq(&["backup", path(&folder), "--data", path(&data(&world))]);
    assert!(!well && said.contains("backup.other_hq"), "{said}");
    let (well, said) = hq(&["backup", path(&data(&world).join("b")), "--data", path(&data(&world))]);
    assert!(!well && said.contains("backup.inside"), "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn keys_are_in_a_backup_only_when_they_are_asked_for() {
    let world = World::new().await;
    let (folder, said) = back_up(&world, "without");
    assert!(!folder.join("keys").exists() && said.contains("not in it"), "{said}");
    let folder = world.dir.path().join("with");
    let (well, said) = hq(&["backup", path(&folder), "--data", path(&data(&world)), "--with-keys"]);
    assert!(well && said.contains("can speak as HQ"), "{said}");
    let mode =
        std::os::unix::fs::PermissionsExt::mode(&fs::metadata(folder.join("keys/hq.key")).unwrap().permissions());
    assert_eq!(mode & 0o777, 0o600);
    let new = world.dir.path().join("new");
    let (well, said) = hq(&["restore", path(&folder), "--data", path(&new)]);
    assert!(well, "{said}");
    assert_eq!(fs::read(new.join("keys/hq.key")).unwrap(), fs::read(data(&world).join("keys/hq.key")).unwrap());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backup_of_damaged_originals_claims_nothing_and_the_one_before_still_stands() {
    let world = World::new().await;
    let mut alice = world.phone("alice").await;
    let (first, second) = (jpeg(50_000), jpeg(60_000));
    alice.whole(&world, std::slice::from_ref(&first)).await;
    let (folder, _) = back_up(&world, "backup");
    let covered = checkpoint(&alice).await.backed_up_to;
    alice.whole(&world, std::slice::from_ref(&second)).await;
    let damaged = object(&data(&world), &BlobHash::digest(&[&second]));
    flip(&damaged);
    let (well, said) = hq(&["backup", path(&folder), "--data", path(&data(&world))]);
    assert!(!well && said.contains("backup.damaged"), "{said}");
    assert!(said.contains(&BlobHash::digest(&[&second]).to_string()), "{said}");
    assert_eq!(checkpoint(&alice).await.backed_up_to, covered);
    let new = world.dir.path().join("new");
    backup::restore(&folder, &new, Some(&data(&world).join("keys"))).unwrap();
}

fn flip(file: &Path) {
    let mut bytes = fs::read(file).unwrap();
    let at = bytes.len() / 2;
    bytes[at] ^= 1;
    fs::write(file, bytes).unwrap();
}

/// Damages a data folder or its database.
type Act = Box<dyn Fn(&Path, &Connection)>;
/// A kind of damage: what is done, and the code and the words by which `check` names it.
type Damage = (&'static str, Act, &'static str, &'static str);

fn sql(text: &'static str) -> Act {
    Box::new(move |_, db| {
        assert!(db.execute(text, []).unwrap() > 0, "{text}: nothing to damage");
    })
}

/// One byte of a column, somewhere in its middle.
fn bit(table: &'static str, column: &'static str, row: &'static str) -> Act {
    Box::new(move |_, db| {
        let read = format!("SELECT rowid, CAST({column} AS BLOB) FROM {table} WHERE {row}");
        let (id, mut bytes): (i64, Vec<u8>) = db.query_row(&read, [], |r| Ok((r.get(0)?, r.get(1)?))).unwrap();
        let at = bytes.len() / 2;
        bytes[at] ^= 1;
        let text = matches!(column, "text" | "time");
        let cast = if text { "CAST(?1 AS TEXT)" } else { "?1" };
        let n = db.execute(&format!("UPDATE {table} SET {column} = {cast} WHERE rowid = ?2"), (bytes, id)).unwrap();
        assert_eq!(n, 1);
    })
}

fn kinds(photo: BlobHash) -> Vec<Damage> {
    let file = move |act: fn(&Path)| -> Act { Box::new(move |data, _| act(&object(data, &photo))) };
    vec![
        ("a flipped bit in a photo", file(flip), "blob.hash", "IMG.jpg"),
        ("a photo that is gone", file(|p| fs::remove_file(p).unwrap()), "blob.missing", "IMG.jpg"),
        ("a photo cut short", file(|p| fs::write(p, &fs::read(p).unwrap()[..9]).unwrap()), "blob.hash", "of JC-310115"),
        ("an entry's header", bit("entries", "header", "seq = 3 AND log_index > 3"), "entry.broken", "ALICE on phone"),
        (
            "an entry's payload",
            bit("entries", "payload", "seq = 2 AND log_index > 9"),
            "entry.broken",
            "ALICE on phone",
        ),
        ("an entry's signature", bit("entries", "sig", "seq = 4 AND log_index > 9"), "entry.broken", "ALICE on phone"),
        (
            "an entry's name",
            bit("entries", "id", "log_index = (SELECT max(log_index) - 1 FROM entries)"),
            "entry.filed",
            "ALICE",
        ),
        (
            "an entry taken out",
            sql("DELETE FROM entries WHERE log_index = (SELECT max(log_index) - 2 FROM entries)"),
            "log.gap",
            "not here",
        ),
        (
            "entries at the end taken out",
            sql("DELETE FROM entries WHERE log_index > (SELECT max(log_index) - 2 FROM entries)"),
            "receipt.entries",
            "does not hold it",
        ),
        (
            "the line of the backup taken out",
            sql("DELETE FROM entries WHERE log_index = (SELECT max(log_index) FROM entries)"),
            "backup.ahead",
            "the log ends before",
        ),
        ("a receipt's text", bit("receipts", "text", "receipt = 1"), "receipt.signature", "receipt 1"),
        ("a receipt's signature", bit("receipts", "sig", "receipt = 1"), "receipt.signature", "receipt 1"),
        (
            "a receipt's columns",
            sql("UPDATE receipts SET stored_to = stored_to - 1 WHERE receipt = 1"),
            "receipt.filed",
            "ALICE",
        ),
        ("a receipt taken out", sql("DELETE FROM receipts WHERE receipt = 1"), "receipt.listed", "IMG.jpg"),
        ("a delivery taken out", sql("DELETE FROM proofs"), "receipt.blob", "IMG.jpg"),
        (
            "a row of a list of inspections",
            sql("UPDATE inspections SET state = 'draft'"),
            "views.differ",
            "inspections",
        ),
        ("a feed closed by nobody", sql("UPDATE feeds SET closed_after = 1"), "views.differ", "feeds"),
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn every_kind_of_damage_is_named_and_nothing_else() {
    let world = World::new().await;
    let mut alice = world.phone("alice").await;
    let photo = jpeg(30_000);
    alice.whole(&world, std::slice::from_ref(&photo)).await;
    let (well, said) = hq(&["check", "--data", path(&data(&world))]);
    assert!(well && said.contains("all is well"), "before any damage: {said}");
    let whole = world.dir.path().join("backup");
    let (well, said) = hq(&["backup", path(&whole), "--data", path(&data(&world)), "--with-keys"]);
    assert!(well, "{said}");
    for (what, damage, code, words) in kinds(BlobHash::digest(&[&photo])) {
        let new = world.dir.path().join("new");
        backup::restore(&whole, &new, None).unwrap();
        let db = Connection::open(new.join("hq.sqlite")).unwrap();
        damage(&new, &db);
        drop(db);
        let checked = check::check(&new).await.unwrap();
        let named =
            checked.audit.faults.iter().any(|f| f.code == code && format!("{} {}", f.about, f.detail).contains(words));
        assert!(named, "{what}: {:?}", checked.audit.faults);
        fs::remove_dir_all(&new).unwrap();
    }
    // And the program says so by its exit.
    let new = world.dir.path().join("new");
    backup::restore(&whole, &new, None).unwrap();
    flip(&object(&new, &BlobHash::digest(&[&photo])));
    let (well, said) = hq(&["check", "--data", path(&new)]);
    assert!(!well && said.contains("WRONG IMG.jpg") && said.contains("1 faults"), "{said}");
    assert_eq!(
        fs::read_dir(&new)
            .unwrap()
            .filter(|e| { e.as_ref().unwrap().file_name().to_string_lossy().starts_with("checking") })
            .count(),
        0,
        "nothing is left behind"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_whose_pages_are_damaged_and_keys_that_are_gone_are_named() {
    let world = World::new().await;
    let mut alice = world.phone("alice").await;
    alice.whole(&world, &[jpeg(30_000)]).await;
    let whole = world.dir.path().join("backup");
    let (well, _) = hq(&["backup", path(&whole), "--data", path(&data(&world)), "--with-keys"]);
    assert!(well);
    let new = world.dir.path().join("new");
    backup::restore(&whole, &new, None).unwrap();
    let file = new.join("hq.sqlite");
    let mut bytes = fs::read(&file).unwrap();
    let middle = bytes.len() / 4096 / 2 * 4096;
    bytes[middle..middle + 4096].fill(0);
    fs::write(&file, bytes).unwrap();
    let codes = |checked: check::Checked| checked.audit.faults.iter().map(|f| f.code.clone()).collect::<Vec<_>>();
    let found = codes(check::check(&new).await.unwrap());
    assert!(found.iter().any(|c| c.starts_with("database.")), "{found:?}");
    fs::remove_file(new.join("keys/recovery.key")).unwrap();
    assert_eq!(codes(check::check(&new).await.unwrap()), ["keys.missing"], "and nothing is made in its place");
    assert!(!new.join("keys/recovery.key").exists());
}

#[tokio::test(flavor = "multi_thread")]
async fn i11_an_original_goes_back_to_the_team_in_parts_and_to_nobody_else() {
    let world = World::new().await;
    let mut alice = world.phone("alice").await;
    let photo = jpeg(300_000);
    let id = alice.whole(&world, std::slice::from_ref(&photo)).await;
    let sha256 = BlobHash::digest(&[&photo]);
    let ask = |phone: &Phone, sha256: &BlobHash, inspection: &str, range: Option<&str>| {
        let request = phone.request(reqwest::Method::GET, &format!("/v1/originals/{sha256}?inspection={inspection}"));
        match range {
            Some(range) => request.header("range", range).send(),
            None => request.send(),
        }
    };
    let whole = ask(&alice, &sha256, id.as_str(), None).await.unwrap();
    assert_eq!(
        (whole.status().as_u16(), whole.headers()["cache-control"].to_str().unwrap()),
        (200, "private, no-store")
    );
    assert!(whole.bytes().await.unwrap() == photo);
    // Bob is of the team, though he took nothing: he gets it too, and a part where he asks for one.
    let bob = world.phone("bob").await;
    let part = ask(&bob, &sha256, id.as_str(), Some("bytes=100000-199999")).await.unwrap();
    assert_eq!(part.status(), 206);
    assert!(part.bytes().await.unwrap() == photo[100_000..200_000]);

    let carol = world.phone("carol").await;
    let mut own = world.phone("alice").await;
    let other = own.start(&world, &["alice"]);
    own.push().await;
    let foreign = BlobHash::digest(&[b"nobody has this"]);
    for (phone, sha256, inspection, why) in [
        (&carol, &sha256, id.as_str(), "not of the team"),
        (&alice, &sha256, other.as_str(), "not of that inspection"),
        (&alice, &foreign, id.as_str(), "named by no entry"),
        (&alice, &sha256, "0193-none", "no such inspection"),
    ] {
        let reply = ask(phone, sha256, inspection, None).await.unwrap();
        assert_eq!(problem(reply).await, (404, "original.unknown".to_owned()), "{why}");
    }
    let reply = alice.http.get(format!("{}/v1/originals/{sha256}?inspection={id}", alice.url)).send().await.unwrap();
    assert_eq!(reply.status(), 401, "without a session");
    world.hq.hq.set_disabled(&"alice".parse().unwrap(), true).await.unwrap();
    let reply = ask(&alice, &sha256, id.as_str(), None).await.unwrap();
    assert_eq!(reply.status(), 401, "an account that is disabled has no session any more");
}
