//! Who gets to read what: carol is of another unit.

use xuncha_core::feed::Frame;
use xuncha_device::feed::FeedFiles;

use super::*;

const CAROL: &str = "he.qing";

/// Copies of other feeds on a closed phone, with their frames; every chain is walked from its beginning.
fn copies(data: &Path, user: &str) -> Vec<(xuncha_core::ids::FeedId, Vec<Frame>)> {
    let unlocked = keys_of(data, user);
    let files = FeedFiles::new(&data.join("feeds"));
    let own = unlocked.feed_key().feed;
    let feeds = files.list().unwrap().into_iter().filter(|feed| *feed != own);
    let read = |feed| {
        let (file, _) = files.open(feed, unlocked.feed_file_key(&feed), None).unwrap();
        let frames: Vec<Frame> = file.frames(1).map(Result::unwrap).collect();
        let places: Vec<u64> = frames.iter().map(|f| f.open().unwrap().header.seq).collect();
        assert_eq!(places, (1..=frames.len() as u64).collect::<Vec<_>>(), "no gap, whoever reads");
        (feed, frames)
    };
    feeds.map(read).collect()
}

/// Enrolled by the administrator: the head of alice's station has no say in carol's.
async fn carols_phone(world: &World) -> Phone {
    let invitation = world.admin().await.unwrap().invite(CAROL).await.unwrap();
    let carol = Phone::new("carol", CAROL, world.folder().join("carol")).unwrap();
    carol.enrol(&invitation).await.unwrap();
    carol
}

fn says(frames: &[Frame], words: &str) -> bool {
    frames.iter().filter_map(Frame::payload_bytes).any(|p| String::from_utf8_lossy(p).contains(words))
}

#[tokio::test(flavor = "multi_thread")]
async fn i11_an_officer_of_another_unit_gets_no_word_of_a_task_or_an_inspection_that_is_not_hers() {
    let (world, alice) = world_with_alice().await;
    world.head().await.unwrap().give_tasks().await.unwrap();
    alice.sync().await.unwrap();
    let today: Value = alice.ask("today", json!({ "here": null })).await.unwrap();
    let task = text(&today["tasks"][0]["id"]);
    let start = json!({
        "task": task, "firm": null, "lists": [], "kind": null, "modes": [], "rule": null, "officers": [], "place": null,
        "language": "zh-Hans"
    });
    let started: Value = alice.ask("start", start).await.unwrap();
    let inspection = text(&started["inspection"]);
    alice.sync().await.unwrap();

    let carol = carols_phone(&world).await;
    carol.sync().await.unwrap();
    let hers: Value = carol.ask("today", json!({ "here": null })).await.unwrap();
    for part in ["tasks", "drafts", "sealed"] {
        assert_eq!(hers[part], json!([]), "{part}");
    }
    let refused = carol.call("inspection", json!({ "inspection": inspection })).await.unwrap_err();
    assert_eq!(refused.code, "inspection.unknown");
    assert_eq!(carol.call("task", json!({ "task": task })).await.unwrap_err().code, "task.unknown");

    let (of_alice, of_carol) = (close(alice).await, close(carol).await);
    let own = keys_of(&of_alice, INSPECTOR).feed_key().feed;
    let pulled = copies(&of_carol, CAROL);
    assert!(pulled.iter().all(|(feed, _)| *feed != own), "alice's feed has no business on her phone");
    // HQ's own feed is whole and verifies, but the tasks are headers without words.
    let [(_, hq_feed)] = pulled.as_slice() else { panic!("{} copies", pulled.len()) };
    let silent = hq_feed.iter().filter(|frame| frame.payload_bytes().is_none()).count();
    assert_eq!(silent, district::tasks().len(), "exactly the tasks");
    assert!(!says(hq_feed, &task) && !says(hq_feed, "恒康"), "no word of it");
    // The control: alice, whose task it is, has the words.
    let of_hq = copies(&of_alice, INSPECTOR);
    assert!(of_hq.iter().any(|(_, frames)| says(frames, &task)), "this search finds what is there");
}

#[tokio::test(flavor = "multi_thread")]
async fn i4_i11_whoever_shares_one_inspection_gets_the_other_ones_as_headers_that_still_make_a_chain() {
    let (world, alice) = world_with_alice().await;
    let carol = carols_phone(&world).await;
    carol.sync().await.unwrap();
    let secret = begin(&alice).await;
    let note = json!({ "inspection": secret, "item": "ACC-03", "text": "只给本所看", "seen": [] });
    alice.ask::<Value>("note", note).await.unwrap();
    let guest = json!([{ "user": INSPECTOR, "name": district::name_of(INSPECTOR), "certificate": "浙99-0201-0042" }]);
    let shared = begin_with(&carol, guest).await;
    carol.sync().await.unwrap();
    alice.sync().await.unwrap();
    answer(&alice, &shared, "ACC-03", "non_conforming", &[]).await;
    let note = json!({ "inspection": secret, "item": "ACC-04", "text": "也只给本所看", "seen": [] });
    alice.ask::<Value>("note", note).await.unwrap();
    alice.sync().await.unwrap();
    carol.sync().await.unwrap();

    let shown = view(&carol, &shared).await;
    let answers = &xuncha_tests::alone::state_of(&shown, "ACC-03")["answers"];
    assert_eq!(answers[0]["outcome"], "non_conforming", "what is hers arrives");
    assert_eq!(carol.call("inspection", json!({ "inspection": secret })).await.unwrap_err().code, "inspection.unknown");

    let (of_alice, of_carol) = (close(alice).await, close(carol).await);
    let own = keys_of(&of_alice, INSPECTOR).feed_key();
    let pulled = copies(&of_carol, CAROL);
    let (_, frames) = pulled.iter().find(|(feed, _)| *feed == own.feed).expect("a copy of alice's feed");
    for frame in frames {
        // Signed by alice, with or without words.
        let entry = frame.verify(&own.key).unwrap();
        let of = entry.payload.as_ref().and_then(|p| p.inspection.as_ref()).map(ToString::to_string);
        assert!(entry.payload.is_none() || of.as_deref() == Some(shared.as_str()), "words of {of:?}");
    }
    assert!(!says(frames, "只给本所看") && says(frames, "non_conforming"));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_officer_who_joins_later_gets_what_was_written_before() {
    let (world, alice) = world_with_alice().await;
    let bob = world.phone("bob", COMPANION).await.unwrap();
    // They share one inspection, so bob has a copy of alice's feed with the other one as headers.
    let shared = begin(&alice).await;
    let own = begin_with(&alice, json!([])).await;
    answer(&alice, &own, "ACC-03", "non_conforming", &[]).await;
    alice.sync().await.unwrap();
    bob.sync().await.unwrap();
    view(&bob, &shared).await;
    assert_eq!(bob.call("inspection", json!({ "inspection": own })).await.unwrap_err().code, "inspection.unknown");

    let companion = json!({ "user": COMPANION, "name": district::name_of(COMPANION), "certificate": "浙99-0201-0058" });
    let me = json!({ "user": INSPECTOR, "name": district::name_of(INSPECTOR), "certificate": "浙99-0201-0042" });
    let officers = json!({ "inspection": own, "officers": [me, companion] });
    alice.ask::<Value>("officers", officers).await.unwrap();
    alice.sync().await.unwrap();
    bob.sync().await.unwrap();
    let shown = view(&bob, &own).await;
    assert_eq!(xuncha_tests::alone::state_of(&shown, "ACC-03")["answers"][0]["outcome"], "non_conforming");
}

#[tokio::test(flavor = "multi_thread")]
async fn i6_words_that_came_later_are_shown_though_a_power_cut_took_their_rows_from_the_index() {
    let (world, alice) = world_with_alice().await;
    let bob = world.phone("bob", COMPANION).await.unwrap();
    let shared = begin(&alice).await;
    let own = begin_with(&alice, json!([])).await;
    answer(&alice, &own, "ACC-03", "non_conforming", &[]).await;
    alice.sync().await.unwrap();
    bob.sync().await.unwrap();
    view(&bob, &shared).await;

    // The index is never synced: a cut leaves one of any moment before.
    let data = close(bob).await;
    let index = |from: &Path, to: &Path| {
        for file in ["index.db", "index.db-wal", "index.db-shm"] {
            let _ = std::fs::remove_file(to.join(file));
            if from.join(file).exists() {
                std::fs::copy(from.join(file), to.join(file)).unwrap();
            }
        }
    };
    let before = world.folder().join("index-before");
    std::fs::create_dir(&before).unwrap();
    index(&data, &before);
    let bob = open("bob", COMPANION, &data).await;

    let companion = json!({ "user": COMPANION, "name": district::name_of(COMPANION), "certificate": "浙99-0201-0058" });
    let me = json!({ "user": INSPECTOR, "name": district::name_of(INSPECTOR), "certificate": "浙99-0201-0042" });
    let officers = json!({ "inspection": own, "officers": [me, companion] });
    alice.ask::<Value>("officers", officers).await.unwrap();
    alice.sync().await.unwrap();
    bob.sync().await.unwrap();
    view(&bob, &own).await;
    close(bob).await;
    index(&before, &data);
    let bob = open("bob", COMPANION, &data).await;
    let shown = view(&bob, &own).await;
    assert_eq!(xuncha_tests::alone::state_of(&shown, "ACC-03")["answers"][0]["outcome"], "non_conforming");
    let today: Value = bob.ask("today", json!({ "here": null })).await.unwrap();
    assert!(today["drafts"].as_array().unwrap().iter().any(|d| d["id"] == json!(own)), "{}", today["drafts"]);
}
