//! A phone whose button nobody presses, as an inspector carries it: HQ goes away and comes back, the app is locked and opened.

use xuncha_core::Retry;

use super::*;

/// Waits for what comes without anybody asking.
async fn waits(alice: &Phone, what: &str, wanted: impl Fn(&SyncView) -> bool) -> SyncView {
    let view = until(alice, what, wanted).await;
    assert!(!view.asked, "nobody asked: {view:?}");
    view
}

fn all_in(view: &SyncView) -> bool {
    is_done(view) && view.only_here.entries == 0 && view.only_here.bytes == 0
}

async fn unlocked_again(alice: &Phone) {
    alice.ask::<Value>("lock", json!({})).await.unwrap();
    alice.unlock().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_phone_whose_button_nobody_presses_has_everything_under_receipts_in_the_end() {
    let mut world = World::start().await.unwrap();
    world.head().await.unwrap().give_tasks().await.unwrap();
    let invitation = world.head().await.unwrap().invite(INSPECTOR).await.unwrap();
    let alice = Phone::by_itself("alice", INSPECTOR, world.folder().join("alice")).unwrap();
    alice.enrol(&invitation).await.unwrap();
    let first = waits(&alice, "the first contact", all_in).await;
    assert!(first.by_itself && first.last_contact.is_some());
    assert!(first.retry_ms.is_some_and(|ms| ms > 800_000), "then the next quarter of an hour: {first:?}");
    let today: Value = alice.ask("today", json!({ "here": null })).await.unwrap();
    assert_ne!(today["tasks"], json!([]), "the tasks came");

    // A draft goes over when the writing pauses.
    let draft = begin(&alice).await;
    answer(&alice, &draft, "ACC-03", "conforms", &[]).await;
    alice.attach(&draft, Some("ACC-03"), &photo(&world, 1, 400_000)).await.unwrap();
    let written: SyncView = alice.ask("sync_status", json!({})).await.unwrap();
    assert!(written.only_here.entries > 0 && written.only_here.photos == 1, "{written:?}");
    waits(&alice, "the draft to be over", all_in).await;
    assert_eq!(view(&alice, &draft).await["row"]["safety"], "at_hq");

    // HQ goes away. What is sealed meanwhile stays here, calmly.
    world.hq.switch_off().await;
    let by_hand = xuncha_tests::alone::Phone {
        device: alice.device().clone(),
        data: alice.data().to_owned(),
        user: INSPECTOR.to_owned(),
    };
    let sealed = by_hand.begin(&["SUP"]).await;
    by_hand.complete(&sealed).await;
    by_hand.seal(&sealed).await;
    drop(by_hand);
    unlocked_again(&alice).await;
    let away = waits(&alice, "a try in vain", |v| v.phase == SyncPhase::Waiting && v.problem.is_some()).await;
    let problem = away.problem.unwrap();
    assert_eq!((problem.code.as_str(), problem.retry), ("hq.unreachable", Retry::Later));
    assert!(away.retry_ms.is_some_and(|ms| ms > 0), "it says when it tries again");
    assert_eq!(view(&alice, &sealed).await["row"]["safety"], "here");

    // It comes back, and the shell says that there is a network.
    world.hq.switch_on().await.unwrap();
    alice.ask::<Value>("network", json!({ "network": "none" })).await.unwrap();
    alice.ask::<Value>("network", json!({ "network": "unmetered" })).await.unwrap();
    waits(&alice, "everything to be over", all_in).await;

    // Locked, nothing moves; paused, nothing either, over a lock; switched off, nothing.
    let hq = world.head().await.unwrap();
    let late = answer(&alice, &draft, "ACC-04", "conforms", &[]).await;
    assert_ne!(late["items"], json!([]));
    let before = timeline(&hq, &draft).await.len();
    alice.ask::<Value>("sync_pause", json!({})).await.unwrap();
    unlocked_again(&alice).await;
    alice.ask::<Value>("sync_by_itself", json!({ "on": false })).await.unwrap();
    alice.ask::<Value>("lock", json!({})).await.unwrap();
    tokio::time::sleep(Duration::from_secs(2)).await;
    assert_eq!(timeline(&hq, &draft).await.len(), before, "locked and switched off");
    let alice = alice.reopen().await.unwrap();
    let view_now: SyncView = alice.ask("sync_status", json!({})).await.unwrap();
    assert!(!view_now.by_itself && view_now.phase == SyncPhase::Paused, "both hold across a restart: {view_now:?}");
    assert!(view_now.last_contact.is_some(), "what HQ said last is known without a new contact: {view_now:?}");
    tokio::time::sleep(Duration::from_secs(2)).await;
    assert_eq!(timeline(&hq, &draft).await.len(), before, "unlocked, but switched off and paused");
    alice.ask::<Value>("sync_by_itself", json!({ "on": true })).await.unwrap();
    tokio::time::sleep(Duration::from_secs(2)).await;
    assert_eq!(timeline(&hq, &draft).await.len(), before, "switched on, but paused");
    // The one press of this story ends the pause.
    alice.ask::<Value>("sync_start", json!({})).await.unwrap();
    until(&alice, "the late answer to be over", all_in).await;

    for inspection in [&draft, &sealed] {
        let rows = timeline(&hq, inspection).await;
        assert_each_once(&rows);
        assert!(verified(&hq, inspection).await.ok);
        let safeties = safeties(&view(&alice, inspection).await);
        assert!(safeties.iter().all(|(_, safety)| safety == "at_hq"), "{safeties:?}");
        println!("{} entries at HQ, {} things under receipts", rows.len(), safeties.len());
    }
    assert!(detail(&hq, &sealed).await.seal.is_some_and(|seal| seal.sealed));
    assert!(timeline(&hq, &draft).await.len() > before);
}
