//! The usual day: work without a network, then everything at HQ.

use serde_json::{Value, json};
use xuncha_core::Retry;
use xuncha_device::app::views::{OnlyHere, SyncPhase};
use xuncha_hq::api::types::Integrity;
use xuncha_tests::alone::{measure, state_of};

use super::*;

#[tokio::test(flavor = "multi_thread")]
async fn what_was_recorded_while_hq_was_away_is_at_hq_byte_for_byte_after_the_phone_came_back_by_itself() {
    let (mut world, alice) = world_with_alice().await;
    world.hq.switch_off().await;
    let inspection = begin(&alice).await;
    answer(&alice, &inspection, "ACC-03", "conforms", &[]).await;
    answer(&alice, &inspection, "ACC-04", "non_conforming", &[]).await;
    let note = json!({ "inspection": inspection, "item": "ACC-04", "text": "随货同行单缺签字", "seen": [] });
    alice.ask::<Value>("note", note).await.unwrap();
    alice.ask::<Value>("measure", measure(&inspection, "ACC-03", "4.1")).await.unwrap();
    let photos = [photo(&world, 1, 300_000), photo(&world, 2, 2_500_000)];
    for file in &photos {
        alice.attach(&inspection, Some("ACC-04"), file).await.unwrap();
    }

    // Nobody answers: the phone says so, promises to try again, and claims nothing.
    let away = alice.sync_until_rest().await.unwrap();
    let problem = away.problem.unwrap();
    assert_eq!(
        (away.phase, problem.code.as_str(), problem.retry),
        (SyncPhase::Waiting, "hq.unreachable", Retry::Later)
    );
    assert_eq!((away.only_here.inspections, away.only_here.photos), (1, 2));
    let before = view(&alice, &inspection).await;
    let claims = safeties(&before);
    assert!(claims.len() >= 5, "{claims:?}");
    assert!(claims.iter().all(|(_, safety)| safety == "here"), "only here, and says so: {claims:?}");

    // Nobody touches the phone again.
    world.hq.switch_on().await.unwrap();
    let done = until(&alice, "the phone to come back by itself", is_done).await;
    assert_eq!(done.only_here, OnlyHere::default());
    let after = view(&alice, &inspection).await;
    let claims = safeties(&after);
    assert!(claims.iter().all(|(_, safety)| safety == "at_hq"), "{claims:?}");
    let evidence = &state_of(&after, "ACC-04")["evidence"];
    assert!(evidence.as_array().unwrap().iter().all(|e| e["not_after"].is_string()), "HQ's time bounds it: {evidence}");

    let hq = world.head().await.unwrap();
    let at_hq = detail(&hq, &inspection).await;
    assert_eq!((at_hq.row.blobs, at_hq.row.blobs_stored), (2, 2));
    let item = at_hq.sections.iter().flat_map(|s| &s.items).find(|i| i.item.as_str() == "ACC-04").unwrap();
    assert_eq!(item.notes[0].text, "随货同行单缺签字");
    assert!(item.evidence.iter().all(|e| e.integrity == Integrity::Receipted), "{:?}", item.evidence);
    for file in &photos {
        let sent = std::fs::read(file).unwrap();
        assert!(original(&hq, &inspection, &hash_of(file)).await == sent, "{} changed on the way", file.display());
    }
    let report = verified(&hq, &inspection).await;
    assert!(report.ok && report.blobs == 2, "{report:?}");

    // Both sides name the same entries and agree on the day.
    let rows = timeline(&hq, &inspection).await;
    assert_each_once(&rows);
    let agreed = done.agreed.expect("the day is closed with HQ's word");
    let own = rows.iter().map(|row| row.seq).max().unwrap();
    assert_eq!((agreed.entries, agreed.blobs), (own, 2));
    assert_eq!(at_hq.receipts.iter().map(|r| r.stored_to).max(), Some(own));
}
