//! What HQ does about damage: tables computed anew, originals that are not given out, a database that had been further.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use rusqlite::Connection;
use xuncha_core::event::Outcome;
use xuncha_core::ids::BlobHash;

use crate::world::{World, jpeg, problem};

fn data(world: &World) -> PathBuf {
    world.dir.path().join("data")
}

fn object(data: &Path, sha256: &BlobHash) -> PathBuf {
    data.join("objects").join(&sha256.to_string()[..2]).join(sha256.to_string())
}

/// What the command line said of a data folder, and whether it ended well.
fn hq(command: &str, data: &Path) -> (bool, String) {
    let mut program = Command::new(env!("CARGO_BIN_EXE_xuncha-hq"));
    let done = program.args([command, "--data"]).arg(data).env("RUST_LOG", "off").output().unwrap();
    (done.status.success(), String::from_utf8([done.stdout, done.stderr].concat()).unwrap())
}

fn sql(data: &Path, text: &str) -> usize {
    Connection::open(data.join("hq.sqlite")).unwrap().execute(text, []).unwrap()
}

fn flip(path: &Path) {
    let mut bytes = fs::read(path).unwrap();
    let at = bytes.len() / 2;
    bytes[at] ^= 4;
    fs::write(path, bytes).unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn i6_rebuild_gives_the_very_state_back_whatever_became_of_the_tables() {
    let mut world = World::new().await;
    let mut alice = world.phone("alice").await;
    alice.whole(&world, &[jpeg(30_000)]).await;
    let head = world.browser("east-head").await;
    head.assign("east", "f-east", &["alice"]).await;
    let state = world.hq.hq.db.views_text().await.unwrap();
    let data = data(&world);
    let (ended, said) = hq("rebuild", &data);
    assert!(!ended && said.contains("data.busy"), "not beside an HQ that runs: {said}");
    world = world
        .while_off(|| {
            assert_eq!(hq("rebuild", &data), (true, "rebuilt: every row was as the log gives it\n".into()));
            for damage in [
                "DELETE FROM entry_index",
                "DELETE FROM inspections",
                "UPDATE blob_refs SET size = 1",
                "DELETE FROM packs",
                "DELETE FROM feeds",
                "UPDATE tasks SET withdrawn = 'by nobody'",
                "UPDATE teams SET user = 'carol' WHERE user = 'bob'",
                "DELETE FROM receipted_blobs",
            ] {
                assert!(sql(&data, damage) > 0, "{damage}: nothing to damage");
                let (well, named) = hq("check", &data);
                assert!(!well, "{damage}: {named}");
                let (well, said) = hq("rebuild", &data);
                assert!(well && said.contains("rows were not as the log gives them"), "{damage}: {said}");
                let (well, said) = hq("check", &data);
                assert!(well, "{damage}: {said}");
            }
        })
        .await;
    assert_eq!(world.hq.hq.db.views_text().await.unwrap(), state);
}

#[tokio::test(flavor = "multi_thread")]
async fn rebuild_over_a_damaged_log_says_so_and_leaves_the_tables_as_they_stand() {
    let mut world = World::new().await;
    let mut alice = world.phone("alice").await;
    let id = alice.whole(&world, &[jpeg(30_000)]).await;
    let state = world.hq.hq.db.views_text().await.unwrap();
    let before = world.browser("east-head").await.get(&format!("/api/inspections/{id}")).await;
    let data = data(&world);
    let payload =
        "UPDATE entries SET payload = CAST(replace(CAST(payload AS TEXT), 'NonConforming', 'Conforming') AS BLOB)
        WHERE log_index = (SELECT max(log_index) FROM entries WHERE instr(CAST(payload AS TEXT), 'answer.set') > 0)";
    let altered = payload.replace("NonConforming", "non_conforming").replace("'Conforming'", "'conforms'");
    world = world
        .while_off(|| {
            assert_eq!(sql(&data, &altered), 1);
            let (ended, said) = hq("rebuild", &data);
            assert!(!ended && said.contains("hq.damaged") && said.contains("xuncha-hq check"), "{said}");
        })
        .await;
    assert_eq!(world.hq.hq.db.views_text().await.unwrap(), state, "the old ones stand");
    // HQ goes on with the rest; what the entry says now is shown to nobody.
    let head = world.browser("east-head").await;
    let reply = head.send(reqwest::Method::GET, &format!("/api/inspections/{id}"), None).await;
    assert_eq!(problem(reply).await, (500, "hq.damaged".into()), "and was: {}", before["row"]["number"]);
    let mut bob = world.phone("bob").await;
    let pull = bob.post("/v1/pull", &xuncha_core::protocol::pull::PullRequest::default()).await;
    assert_eq!(problem(pull).await, (500, "hq.damaged".into()));
    let other = bob.start(&world, &["bob"]);
    bob.answer_item(&world, &other, "COLD-01", Outcome::Conforms);
    assert_eq!(bob.push().await.head, bob.head, "another's inspection comes in all the same");
}

#[tokio::test(flavor = "multi_thread")]
async fn i2_a_damaged_original_is_given_to_nobody_counts_as_lost_and_is_whole_again_when_its_phone_sends_it() {
    let world = World::new().await;
    let mut alice = world.phone("alice").await;
    let photo = jpeg(300_000);
    let id = alice.whole(&world, std::slice::from_ref(&photo)).await;
    let sha256 = BlobHash::digest(&[&photo]);
    let head = world.browser("east-head").await;
    let paths = (format!("/v1/originals/{sha256}?inspection={id}"), format!("/api/blobs/{sha256}?inspection={id}"));
    let phone = || alice.request(reqwest::Method::GET, &paths.0).send();
    let page = || head.bare(reqwest::Method::GET, &paths.1).send();
    assert!(
        phone().await.unwrap().bytes().await.unwrap() == photo && page().await.unwrap().bytes().await.unwrap() == photo
    );
    let file = object(&data(&world), &sha256);
    flip(&file);
    assert_eq!(problem(page().await.unwrap()).await, (500, "blob.damaged".into()));
    let reply = phone().await.unwrap();
    assert_eq!(reply.status(), 404, "it counts as not delivered from the first look on");
    let shown = head.get(&format!("/api/inspections/{id}")).await.to_string();
    assert!(shown.contains("\"integrity\":\"lost\""), "the page says so: {shown}");
    let troubles = head.get("/api/status").await["troubles"].clone();
    assert_eq!((troubles[0]["kind"].as_str(), troubles[0]["objects"].as_u64()), (Some("lost"), Some(1)));
    let nobody = world.browser("alice").await;
    assert_eq!(nobody.get("/api/status").await["troubles"], serde_json::json!([]), "no business of an inspector's");

    let wanted = alice.hello().await.wanted;
    assert_eq!(wanted.iter().map(|w| w.sha256).collect::<Vec<_>>(), [sha256], "its phone is asked for it again");
    alice.upload(&wanted[0].entry, &photo).await;
    assert!(
        phone().await.unwrap().bytes().await.unwrap() == photo && page().await.unwrap().bytes().await.unwrap() == photo
    );
    let shown = head.get(&format!("/api/inspections/{id}")).await.to_string();
    assert!(shown.contains("\"integrity\":\"receipted\"") && !shown.contains("\"integrity\":\"lost\""));
    assert_eq!(head.get("/api/status").await["troubles"], serde_json::json!([]));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_damaged_list_is_given_to_nobody_and_written_anew_from_the_program() {
    let mut world = World::new().await;
    let alice = world.phone("alice").await;
    let sha256 = world.hq.hq.shelf().list_ref(&"COLD".parse().unwrap()).unwrap().sha256;
    let file = object(&data(&world), &BlobHash::from_bytes(*sha256.as_bytes()));
    let whole = fs::read(&file).unwrap();
    flip(&file);
    let path = format!("/v1/packs/{sha256}");
    let reply = alice.request(reqwest::Method::GET, &path).send().await.unwrap();
    assert_eq!(problem(reply).await, (500, "pack.damaged".into()));
    world = world.restart().await;
    assert!(fs::read(&file).unwrap() == whole, "HQ has its own lists in the program, too");
    assert!(world.hq.hq.shelf().list_ref(&"COLD".parse().unwrap()).is_some());
}

#[tokio::test(flavor = "multi_thread")]
async fn hq_looks_itself_over_and_says_what_it_found() {
    let world = World::with(|c| c.check_every = Some(Duration::from_secs(1))).await;
    let mut alice = world.phone("alice").await;
    let photo = jpeg(30_000);
    alice.whole(&world, std::slice::from_ref(&photo)).await;
    flip(&object(&data(&world), &BlobHash::digest(&[&photo])));
    let root = world.browser("root").await;
    let begun = Instant::now();
    loop {
        let troubles = root.get("/api/status").await["troubles"].clone();
        if let Some(check) = troubles.as_array().unwrap().iter().find(|t| t["kind"] == "check") {
            assert!(check["first"][0].as_str().unwrap().starts_with("IMG.jpg"), "{check}");
            let wanted: Vec<_> = alice.hello().await.wanted.iter().map(|w| w.sha256).collect();
            assert_eq!(wanted, [BlobHash::digest(&[&photo])], "and its phone is asked for it");
            return;
        }
        assert!(begun.elapsed() < Duration::from_secs(60), "nothing is said: {troubles}");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn i2_a_database_that_lost_its_newest_rows_is_named_by_check_and_said_on_the_page() {
    let mut world = World::new().await;
    let mut alice = world.phone("alice").await;
    alice.whole(&world, &[jpeg(30_000)]).await;
    let data = data(&world);
    let old = world.dir.path().join("old.sqlite");
    // The threads of the database that was closed may hold it a moment longer.
    let closed = || {
        let begun = Instant::now();
        while data.join("hq.sqlite-wal").exists() {
            assert!(begun.elapsed() < Duration::from_secs(20), "the database is still open");
            std::thread::sleep(Duration::from_millis(5));
        }
    };
    world = world
        .while_off(|| {
            closed();
            fs::copy(data.join("hq.sqlite"), &old).unwrap();
        })
        .await;
    alice.follow(&world);
    alice.session().await;
    let was = world.hq.hq.db.log_index().await.unwrap();
    alice.whole(&world, &[jpeg(40_000)]).await;
    let is = world.hq.hq.db.log_index().await.unwrap();
    assert!(hq("check", &data).0, "while it runs nothing is wrong");
    world = world
        .while_off(|| {
            closed();
            fs::copy(&old, data.join("hq.sqlite")).unwrap();
            let (well, said) = hq("check", &data);
            assert!(!well && said.contains("database.behind"), "{said}");
            assert!(said.contains(&format!("entry {was}")) && said.contains(&format!("entry {is}")), "{said}");
        })
        .await;
    let root = world.browser("root").await;
    let troubles = root.get("/api/status").await["troubles"].clone();
    let of = |kind: &str| troubles.as_array().unwrap().iter().find(|t| t["kind"] == kind).cloned().unwrap();
    assert_eq!((of("behind")["was"].as_u64(), of("behind")["is"].as_u64()), (Some(is), Some(was)));
    assert!(of("check")["faults"].as_u64().unwrap() > 0);
    assert!(of("check")["first"][0].as_str().unwrap().contains("database.behind"));
    let east = world.browser("east-head").await.get("/api/status").await["troubles"].clone();
    let first = east.as_array().unwrap().iter().find(|t| t["kind"] == "check").unwrap()["first"].clone();
    assert_eq!(first, serde_json::json!([]), "names of all units only to those who see all units");
    assert!(hq("check", &data).0, "HQ goes on from where it is");
    assert_eq!(
        world.browser("root").await.get("/api/status").await["troubles"].as_array().unwrap().len(),
        1,
        "the check that found nothing clears its word; that HQ fell behind stays said"
    );
}
