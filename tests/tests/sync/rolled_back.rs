//! A phone's folder is put back from an older copy: the phone believes itself, HQ knows better.

use super::*;

pub(super) fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}

/// Alice's folder as it was before she answered ACC-04 and synchronised, in the place of the newer one.
async fn put_back() -> (World, String, PathBuf) {
    let (world, alice) = world_with_alice().await;
    let inspection = begin(&alice).await;
    answer(&alice, &inspection, "ACC-03", "conforms", &[]).await;
    alice.sync().await.unwrap();
    let data = close(alice).await;
    let older = world.folder().join("older");
    copy(&data, &older);
    let alice = open("alice", INSPECTOR, &data).await;
    answer(&alice, &inspection, "ACC-04", "non_conforming", &[]).await;
    alice.sync().await.unwrap();
    close(alice).await;
    fs::remove_dir_all(&data).unwrap();
    copy(&older, &data);
    (world, inspection, data)
}

async fn notices(phone: &Phone) -> Vec<String> {
    let today: Value = phone.ask("today", json!({ "here": null })).await.unwrap();
    today["notices"].as_array().unwrap().iter().map(|n| text(&n["code"])).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn i4_a_phone_put_back_to_an_older_copy_is_told_at_the_next_contact_and_hq_is_unharmed() {
    let (world, inspection, data) = put_back().await;
    let hq = world.head().await.unwrap();
    let before = serde_json::to_value(timeline(&hq, &inspection).await).unwrap();
    let alice = open("alice", INSPECTOR, &data).await;
    assert_eq!(notices(&alice).await, Vec::<String>::new(), "a whole old copy looks well to itself");

    assert_eq!(failing(&alice).await, "feed.rolled_back");
    assert_eq!(notices(&alice).await, ["hq.rolled_back"]);
    // Going on in this feed would only make entries nobody can take.
    let args = xuncha_tests::alone::answer(&inspection, "ACC-06", "conforms", json!([]));
    assert_eq!(alice.call("answer", args).await.unwrap_err().code, "feed.must_be_succeeded");
    let alice = alice.reopen().await.unwrap();
    assert_eq!(notices(&alice).await, ["hq.rolled_back"], "still, after a restart");

    assert_eq!(serde_json::to_value(timeline(&hq, &inspection).await).unwrap(), before);
    assert!(verified(&hq, &inspection).await.ok);
}

#[tokio::test(flavor = "multi_thread")]
async fn i4_work_on_an_older_copy_that_overtook_hq_is_kept_apart_and_nothing_is_replaced() {
    let (world, inspection, data) = put_back().await;
    let hq = world.head().await.unwrap();
    let before = serde_json::to_value(timeline(&hq, &inspection).await).unwrap();
    let alice = open("alice", INSPECTOR, &data).await;
    // Longer than what HQ has, and different from the first entry on.
    for item in ["ACC-04", "ACC-06", "ACC-10"] {
        answer(&alice, &inspection, item, "conforms", &[]).await;
    }
    assert_eq!(failing(&alice).await, "feed.forked");
    assert_eq!(notices(&alice).await, ["hq.forked"]);
    assert_ne!(view(&alice, &inspection).await["row"]["safety"], "at_hq", "HQ has other answers than this phone");
    let shown = view(&alice, &inspection).await;
    let kept = &xuncha_tests::alone::state_of(&shown, "ACC-06")["answers"][0]["outcome"];
    assert_eq!(kept, "conforms", "the local bytes are kept");

    assert_eq!(serde_json::to_value(timeline(&hq, &inspection).await).unwrap(), before);
    assert!(verified(&hq, &inspection).await.ok);
}
