//! Seeded corruption of everything HQ keeps: what changes an entry, a receipt, a blob or a state is found and named, and is
//! never given out as right.
//!
//! `XUNCHA_SEED` names the dice, `XUNCHA_TIMES` throws them more often.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use rusqlite::{Connection, types::ValueRef};
use serde_json::Value;
use tempfile::TempDir;
use xuncha_core::feed::{Head, WireFrame};
use xuncha_core::ids::BlobHash;
use xuncha_core::protocol::pull::{PullReply, PullRequest};
use xuncha_hq::check;

use crate::world::{Browser, PASSWORD, Phone, World, jpeg};

/// Corruptions of the database and of the objects, each.
const EACH: usize = 400;

struct Dice(u64);

impl Dice {
    fn new() -> Self {
        let seed = std::env::var("XUNCHA_SEED").ok().and_then(|s| s.parse().ok()).unwrap_or(20_261_122);
        eprintln!("XUNCHA_SEED={seed}");
        Self(seed)
    }
    /// splitmix64 (Vigna 2015, public domain).
    fn below(&mut self, n: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((z ^ (z >> 31)) % n as u64).unwrap()
    }
}

fn times() -> usize {
    std::env::var("XUNCHA_TIMES").ok().and_then(|t| t.parse().ok()).unwrap_or(1)
}

fn object(data: &Path, sha256: &BlobHash) -> PathBuf {
    data.join("objects").join(&sha256.to_string()[..2]).join(sha256.to_string())
}

/// One change of a file's bytes; gives its kind.
fn spoil(bytes: &mut Vec<u8>, dice: &mut Dice) -> &'static str {
    if bytes.is_empty() {
        bytes.push(1);
        return "grown";
    }
    let at = dice.below(bytes.len());
    match dice.below(5) {
        0 | 1 => {
            bytes[at] ^= 1 << dice.below(8);
            "flipped"
        }
        2 => {
            bytes.truncate(at);
            "truncated"
        }
        3 => {
            bytes.extend((0..=dice.below(600)).map(|n| u8::try_from(n % 251).unwrap()));
            "grown"
        }
        _ => {
            let from = at / 512 * 512;
            let to = (from + 512).min(bytes.len());
            bytes[from..to].fill(0);
            "zeroed"
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn i8_corrupted_objects_are_all_found_by_name_and_never_given_out() {
    let mut dice = Dice::new();
    let world = World::new().await;
    let mut alice = world.phone("alice").await;
    let photos: Vec<_> = (0..42).map(|n| jpeg(2_000 + 397 * n)).collect();
    let id = alice.whole(&world, &photos).await;
    let data = world.dir.path().join("data");
    let whole: BTreeMap<BlobHash, Vec<u8>> = photos.iter().map(|p| (BlobHash::digest(&[p]), p.clone())).collect();
    let (mut done, mut kinds, mut refused, mut right) = (0, BTreeMap::<&str, usize>::new(), 0, 0);
    while done < EACH * times() {
        for (sha256, bytes) in &whole {
            let mut now = bytes.clone();
            let kind = match dice.below(8) {
                0 => {
                    fs::remove_file(object(&data, sha256)).unwrap();
                    *kinds.entry("deleted").or_default() += 1;
                    continue;
                }
                // Another original in its place.
                1 => {
                    now.clone_from(whole.values().nth(dice.below(whole.len())).unwrap());
                    "swapped"
                }
                2 => "left as it is",
                _ => spoil(&mut now, &mut dice),
            };
            *kinds.entry(kind).or_default() += 1;
            fs::write(object(&data, sha256), now).unwrap();
        }
        let spoilt: BTreeSet<&BlobHash> = whole
            .iter()
            .filter(|(sha256, bytes)| fs::read(object(&data, sha256)).ok().as_ref() != Some(bytes))
            .map(|(sha256, _)| sha256)
            .collect();
        let checked = check::check(&data).await.unwrap();
        let said: Vec<String> = checked.audit.faults.iter().map(|f| format!("{} {}", f.code, f.about)).collect();
        for sha256 in whole.keys() {
            let named = said.iter().filter(|s| s.starts_with("blob.") && s.contains(&sha256.short())).count();
            assert_eq!(named, usize::from(spoilt.contains(sha256)), "{sha256}: {said:?}");
        }
        assert_eq!(said.len(), spoilt.len(), "and nothing else: {said:?}");
        for (sha256, bytes) in &whole {
            let path = format!("/v1/originals/{sha256}?inspection={id}");
            let reply = alice.request(reqwest::Method::GET, &path).send().await.unwrap();
            match reply.status().as_u16() {
                200 => {
                    assert!(reply.bytes().await.unwrap() == *bytes, "{sha256}: a wrong byte was given out as right");
                    assert!(!spoilt.contains(sha256));
                    right += 1;
                }
                _ => {
                    assert!(spoilt.contains(sha256), "{sha256} was refused and is whole");
                    refused += 1;
                }
            }
        }
        done += spoilt.len();
        for (sha256, bytes) in &whole {
            fs::write(object(&data, sha256), bytes).unwrap();
        }
        world.hq.hq.db.found(&whole.keys().copied().collect::<Vec<_>>()).await.unwrap();
    }
    assert!(check::check(&data).await.unwrap().audit.faults.is_empty());
    eprintln!("{done} corrupted objects, {done} named; {refused} refused, {right} whole ones given out; {kinds:?}");
}

/// What is truth and what follows from it, without what nobody signs; and with it.
struct Dump {
    signed: String,
    all: String,
}

const SIGNED: [(&str, &str); 14] = [
    ("entries", "log_index, feed, seq, id, header, sig, payload"),
    ("quarantine", "feed, seq, id, reason, frame"),
    ("receipts", "receipt, feed, stored_to, log_index, text, sig, time"),
    ("receipted_blobs", "feed, sha256"),
    ("proofs", "sha256, feed, size"),
    ("agreements", "feed, seq, from_seq, manifest, log_index, text, sig, time"),
    ("entry_index", "*"),
    ("blob_refs", "*"),
    ("feeds", "*"),
    ("packs", "*"),
    ("tasks", "*"),
    ("task_assignees", "*"),
    ("inspections", "*"),
    ("teams", "*"),
];
const UNSIGNED: [&str; 10] =
    ["entries", "proofs", "users", "units", "devices", "invitations", "firms", "settings", "uploads", "sessions"];

/// Reads everything through fresh connections over a copy; none: something cannot be read.
fn dump(files: &Files) -> Option<Dump> {
    let dir = tempfile::tempdir().unwrap();
    files.lay(dir.path());
    let db = Connection::open(dir.path().join("hq.sqlite")).ok()?;
    let table = |name: &str, columns: &str| -> Option<String> {
        let mut statement = db.prepare(&format!("SELECT {columns} FROM {name} NOT INDEXED")).ok()?;
        let count = statement.column_count();
        let mut rows = statement.query([]).ok()?;
        let mut lines = Vec::new();
        while let Some(row) = rows.next().ok()? {
            let value = |n: usize| match row.get_ref(n).unwrap() {
                ValueRef::Null => "-".to_owned(),
                ValueRef::Integer(i) => i.to_string(),
                ValueRef::Real(r) => r.to_string(),
                ValueRef::Text(t) | ValueRef::Blob(t) => data_encoding::HEXLOWER.encode(t),
            };
            lines.push((0..count).map(value).collect::<Vec<_>>().join("|"));
        }
        lines.sort();
        Some(format!("{name}\n{}\n", lines.join("\n")))
    };
    let signed = SIGNED.iter().map(|(name, columns)| table(name, columns)).collect::<Option<String>>()?;
    let all = UNSIGNED.iter().map(|name| table(name, "*")).collect::<Option<String>>()?;
    Some(Dump { all: format!("{signed}{all}"), signed })
}

/// The files of a database as a kill leaves them.
#[derive(Clone)]
struct Files {
    database: Vec<u8>,
    wal: Vec<u8>,
    mark: Vec<u8>,
}

impl Files {
    fn of(data: &Path) -> Self {
        let read = |name: &str| fs::read(data.join(name)).unwrap();
        Self { database: read("hq.sqlite"), wal: read("hq.sqlite-wal"), mark: read("mark") }
    }
    fn lay(&self, data: &Path) {
        let _ = fs::remove_file(data.join("hq.sqlite-shm"));
        for (name, bytes) in [("hq.sqlite", &self.database), ("hq.sqlite-wal", &self.wal), ("mark", &self.mark)] {
            // New files: threads of a database that was closed may still write into the old ones.
            let _ = fs::remove_file(data.join(name));
            fs::write(data.join(name), bytes).unwrap();
        }
    }
    fn spoil(&mut self, dice: &mut Dice) -> &'static str {
        const PAGE: usize = 4096;
        let pages = self.database.len() / PAGE;
        let page = dice.below(pages);
        match dice.below(20) {
            0..=6 => {
                // Where something is written: a bit of emptiness changes nothing.
                let used = (0..50).map(|_| dice.below(self.database.len())).find(|at| self.database[*at] != 0);
                self.database[used.unwrap_or(0)] ^= 1 << dice.below(8);
                "bit of the database"
            }
            7..=8 => {
                self.database[page * PAGE..(page + 1) * PAGE].fill(0);
                "page zeroed"
            }
            9 => {
                let from = page * PAGE + dice.below(8) * 512;
                self.database[from..from + 512].fill(0);
                "sector zeroed"
            }
            10..=11 => {
                let other = dice.below(pages);
                for n in 0..PAGE {
                    self.database.swap(page * PAGE + n, other * PAGE + n);
                }
                "pages swapped"
            }
            12 => {
                self.database.truncate(dice.below(self.database.len()));
                "database cut short"
            }
            13..=16 => {
                let at = dice.below(self.wal.len());
                self.wal[at] ^= 1 << dice.below(8);
                "bit of the log beside it"
            }
            17..=18 => {
                self.wal.truncate(dice.below(self.wal.len()));
                "log beside it cut short"
            }
            _ => {
                self.wal.clear();
                "log beside it gone"
            }
        }
    }
}

/// What an HQ that runs gives out: to a phone, and on the page of an inspection.
async fn given(world: &World, bob: &mut Phone, id: &str) -> (Option<PullReply>, Option<Value>) {
    bob.follow(world);
    let pull = match bob.session().await.as_u16() {
        200 => {
            let reply = bob.post("/v1/pull", &PullRequest::default()).await;
            if reply.status() == 200 { Some(reply.json().await.unwrap()) } else { None }
        }
        _ => None,
    };
    let mut browser = Browser::new(world);
    let who = serde_json::json!({"user": "east-head", "password": PASSWORD});
    let reply = browser.send(reqwest::Method::POST, "/api/session", Some(who)).await;
    let mut detail = None;
    if reply.status() == 200 {
        browser.cookie = reply.headers()["set-cookie"].to_str().unwrap().split(';').next().unwrap().to_owned();
        let reply = browser.send(reqwest::Method::GET, &format!("/api/inspections/{id}"), None).await;
        if reply.status() == 200 {
            let all: Value = reply.json().await.unwrap();
            // What is folded from entries; rows of lists are not, and `check` compares them.
            let parts = ["sections", "fields", "tallies", "conclusion"];
            detail = Some(parts.iter().map(|part| ((*part).to_owned(), all[*part].clone())).collect());
        }
    }
    (pull, detail)
}

#[tokio::test(flavor = "multi_thread")]
async fn i8_a_corrupted_database_is_found_by_check_and_gives_out_nothing_wrong() {
    let mut dice = Dice::new();
    let mut world = World::new().await;
    let mut alice = world.phone("alice").await;
    let mut bob = world.phone("bob").await;
    alice.whole(&world, &[jpeg(3_000)]).await;
    // One frame kept apart, and receipted so.
    let first = Head { feed: alice.feed.feed, seq: 1, id: Some(alice.frames[0].id()), lamport: 1 };
    alice.push_frames(&[alice.elsewhere(&first)]).await;
    assert_eq!(alice.receipt(&[]).await.quarantined.len(), 1);
    world = world.restart().await;
    // The newest part lies in the write-ahead log, as a kill would leave it.
    alice.follow(&world);
    assert_eq!(alice.session().await, 200);
    let id = alice.whole(&world, &[jpeg(4_000)]).await;
    let base = given(&world, &mut bob, id.as_str()).await;
    assert!(base.0.as_ref().is_some_and(|p| p.runs.len() > 1) && base.1.is_some());
    let data = world.dir.path().join("data");
    let files = Files::of(&data);
    let place = TempDir::new().unwrap();
    let scene = place.path().join("data");
    fs::create_dir(&scene).unwrap();
    for name in ["keys", "objects"] {
        std::os::unix::fs::symlink(data.join(name), scene.join(name)).unwrap();
    }
    files.lay(&scene);
    let found = check::check(&scene).await.unwrap().audit.faults;
    assert!(found.is_empty(), "{found:?}");
    let was = dump(&files).unwrap();
    let log = world.hq.hq.db.log(0, u32::MAX).await.unwrap();
    let truth: BTreeMap<String, WireFrame> =
        log.iter().map(|e| WireFrame::try_from(&e.frame).unwrap()).map(|f| (f.header.clone(), f)).collect();
    world.hq.shutdown().await;

    let (mut changed, mut unsigned, mut unseen, mut same) = (0, 0, 0, 0);
    let mut kinds = BTreeMap::<&str, usize>::new();
    let (mut started, mut refused, mut gave, mut kept_back, mut wider) = (0, 0, 0, 0, 0);
    let place = std::cell::RefCell::new(Some(place));
    for n in 0..EACH * times() {
        let mut spoilt = files.clone();
        let kind = spoilt.spoil(&mut dice);
        *kinds.entry(kind).or_default() += 1;
        let is = dump(&spoilt);
        let touched = is.as_ref().is_none_or(|is| is.signed != was.signed);
        if !touched && is.as_ref().is_some_and(|is| is.all == was.all) {
            same += 1;
            continue;
        }
        spoilt.lay(&scene);
        let checked = check::check(&scene).await.unwrap();
        let named = !checked.audit.faults.is_empty();
        if touched {
            changed += 1;
            assert!(named, "corruption {n} ({kind}) changed what is signed, and check says nothing");
            assert!(checked.audit.faults.iter().all(|f| !f.about.is_empty()), "{:?}", checked.audit.faults);
        } else {
            unsigned += 1;
            unseen += usize::from(!named);
        }
        if n % 10 == 0 {
            spoilt.lay(&scene);
            let dir = place.borrow_mut().take().unwrap();
            started += 1;
            let dir = match World::over(dir).await {
                Err((dir, failure)) => {
                    refused += 1;
                    assert!(
                        failure.code.starts_with("hq.") || failure.code.starts_with("data."),
                        "no clear word for {kind}: {failure}"
                    );
                    dir
                }
                Ok(hq) => {
                    let now = given(&hq, &mut bob, id.as_str()).await;
                    match &now.0 {
                        None => kept_back += 1,
                        Some(part) => {
                            gave += 1;
                            for frame in part.runs.iter().flat_map(|r| &r.frames) {
                                let truly = truth.get(&frame.header);
                                let right = truly.is_some_and(|t| t.sig == frame.sig)
                                    && (frame.payload.is_none() || truly.is_some_and(|t| t.payload == frame.payload));
                                assert!(
                                    right,
                                    "corruption {n} ({kind}): a wrong entry was given to a phone: {frame:?}"
                                );
                            }
                            wider += usize::from(!are_of(part, base.0.as_ref().unwrap()));
                        }
                    }
                    if let (Some(detail), Some(base)) = (&now.1, &base.1)
                        && named_whole(&checked)
                    {
                        assert_eq!(detail, base, "corruption {n} ({kind})");
                    }
                    hq.stop().await
                }
            };
            *place.borrow_mut() = Some(dir);
        }
    }
    assert!(changed > EACH / 4, "too few corruptions changed anything: {changed}");
    eprintln!(
        "{} corruptions of the database: {changed} changed an entry, receipt, delivery or state, {changed} named; {same} changed \
         nothing; {unsigned} changed only what nobody signs, {} of these named. HQ over {started}: {refused} refused to start, \
         {gave} gave a phone only right entries ({wider} of them words it had as a header only: rows of a team were damaged), \
         {kept_back} said they could not; {kinds:?}",
        EACH * times(),
        unsigned - unseen
    );
}

/// Nothing was wrong with what a page is folded from.
fn named_whole(checked: &check::Checked) -> bool {
    !checked
        .audit
        .faults
        .iter()
        .any(|f| f.code == "log.gap" || f.code.starts_with("database.") || f.code.starts_with("views."))
}

/// Every entry given was given before: the same header and signature, and the same words if any.
fn are_of(part: &PullReply, base: &PullReply) -> bool {
    let all: Vec<_> = base.runs.iter().flat_map(|r| &r.frames).collect();
    let known = |f: &WireFrame| {
        let same = |b: &&&WireFrame| b.header == f.header && b.sig == f.sig;
        all.iter().find(same).is_some_and(|b| f.payload.is_none() || f.payload == b.payload)
    };
    part.runs.iter().flat_map(|r| &r.frames).all(known)
}
