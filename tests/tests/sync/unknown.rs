//! A phone newer than HQ writes an entry of a type that nobody here knows.

use xuncha_core::event::{Event, NoteSet};
use xuncha_core::feed::author;
use xuncha_device::feed::FeedFiles;
use xuncha_tests::alone::{draft, state_of};

use super::*;

/// Writes an entry of a future type into the feed of a closed phone, in good order.
fn write_from_the_future(data: &Path, user: &str, inspection: &str) {
    let unlocked = keys_of(data, user);
    let own = unlocked.feed_key();
    let files = FeedFiles::new(&data.join("feeds"));
    let (mut feed, _) = files.open(own.feed, unlocked.feed_file_key(&own.feed), None).unwrap();
    let note = Event::from(NoteSet { item: "ACC-03".parse().unwrap(), text: "x".into() });
    let mut draft = draft(&own, note, Some(&inspection.parse().unwrap()));
    draft.kind = "drone.landed".into();
    draft.body = json!({ "item": "ACC-03", "outcome": "non_conforming", "battery": 17 });
    let (frame, _) = author(feed.head(), draft, unlocked.feed_signer()).unwrap();
    feed.append(&[frame]).unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn i10_an_entry_of_an_unknown_type_is_kept_without_effect_and_holds_nothing_back() {
    let (world, alice) = world_with_alice().await;
    let bob = world.phone("bob", COMPANION).await.unwrap();
    let inspection = begin(&alice).await;
    answer(&alice, &inspection, "ACC-03", "conforms", &[]).await;
    let data = close(alice).await;
    write_from_the_future(&data, INSPECTOR, &inspection);
    let alice = open("alice", INSPECTOR, &data).await;
    answer(&alice, &inspection, "ACC-04", "non_conforming", &[]).await;
    let file = photo(&world, 1, 50_000);
    alice.attach(&inspection, Some("ACC-04"), &file).await.unwrap();
    let done = alice.sync().await.unwrap();
    assert_eq!(done.quarantined, 0);
    bob.sync().await.unwrap();

    let hq = world.head().await.unwrap();
    let rows = timeline(&hq, &inspection).await;
    assert_each_once(&rows);
    let strange = rows.iter().position(|row| row.kind == "drone.landed").expect("it is stored");
    assert_eq!(rows[strange].inert.as_deref(), Some("event.unknown"));
    assert_eq!(rows[strange].body["battery"], 17, "word for word");
    let later = &rows[strange + 1..];
    assert!(later.len() >= 2 && later.iter().all(|row| row.inert.is_none()), "the later ones count: {later:?}");
    let at_hq = detail(&hq, &inspection).await;
    let answers = |code: &str| {
        let item = at_hq.sections.iter().flat_map(|s| &s.items).find(|i| i.item.as_str() == code).unwrap();
        serde_json::to_value(&item.answers).unwrap()
    };
    assert_eq!(answers("ACC-03")[0]["answer"]["outcome"], "conforms", "it changed nothing");
    assert_eq!(answers("ACC-04")[0]["answer"]["outcome"], "non_conforming");
    let report = verified(&hq, &inspection).await;
    // With the first entry of the feed, which belongs to no inspection.
    assert!(report.ok && report.entries as usize == rows.len() + 1, "{report:?}");

    for phone in [&alice, &bob] {
        let shown = view(phone, &inspection).await;
        assert_eq!(state_of(&shown, "ACC-03")["answers"][0]["outcome"], "conforms");
        assert_eq!(state_of(&shown, "ACC-04")["answers"][0]["outcome"], "non_conforming");
    }
    assert_eq!(view(&alice, &inspection).await["row"]["safety"], "at_hq");
}
