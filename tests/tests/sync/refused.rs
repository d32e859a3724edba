//! HQ says no, or is not HQ: each with its own word on the phone, and nothing of the phone's own is lost by it.

use xuncha_core::protocol::enrol::Invitation;
use xuncha_hq::api::types::{DeviceRevoke, InvitationCreated};

use super::*;

/// A phone that tries to enrol; answers the code it was refused with.
async fn refused(world: &World, name: &str, invitation: &str) -> String {
    let phone = Phone::new(name, INSPECTOR, world.folder().join(name)).unwrap();
    let args = json!({ "text": invitation, "label": name, "pin": district::PASSPHRASE });
    let refused = phone.call("enrol", args).await.expect_err("this invitation is not good").code;
    let status: Value = phone.ask("status", json!({})).await.unwrap();
    assert_eq!(status["state"], "not_enrolled");
    refused
}

#[tokio::test(flavor = "multi_thread")]
async fn a_revoked_phone_is_told_so_keeps_its_data_and_brings_hq_nothing_more() {
    let (world, alice) = world_with_alice().await;
    let inspection = begin(&alice).await;
    let file = photo(&world, 1, 200_000);
    alice.attach(&inspection, Some("ACC-03"), &file).await.unwrap();
    alice.sync().await.unwrap();
    let hq = world.head().await.unwrap();
    let settings: Value = alice.ask("settings", json!({})).await.unwrap();
    let path = format!("/api/devices/{}/revoke", text(&settings["device"]));
    let reason = DeviceRevoke { reason: "手机遗失".into() };
    hq.send(reqwest::Method::POST, &path, &reason).await.unwrap();

    let before = timeline(&hq, &inspection).await.len();
    // It does not know yet and goes on working.
    answer(&alice, &inspection, "ACC-04", "conforms", &[]).await;
    assert_eq!(failing(&alice).await, "device.revoked");
    let after = view(&alice, &inspection).await;
    let answers = &xuncha_tests::alone::state_of(&after, "ACC-04")["answers"];
    assert_eq!(answers[0]["outcome"], "conforms", "local data stay");
    let intact: Value = alice.ask("verify_evidence", json!({ "blob": hash_of(&file) })).await.unwrap();
    assert_eq!(intact["intact"], true);
    assert_eq!(timeline(&hq, &inspection).await.len(), before, "HQ takes nothing from it");

    // Neither after a restart, and what HQ had confirmed before stays confirmed.
    let alice = alice.reopen().await.unwrap();
    assert_eq!(failing(&alice).await, "device.revoked");
    let shown = view(&alice, &inspection).await;
    let of_photo = &xuncha_tests::alone::state_of(&shown, "ACC-03")["evidence"][0]["safety"];
    assert_eq!(of_photo, "at_hq");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_invitation_that_is_used_unknown_cancelled_or_over_is_refused_with_its_own_word() {
    let mut world = World::start().await.unwrap();
    let hq = world.head().await.unwrap();
    let used = hq.invite(INSPECTOR).await.unwrap();
    let alice = Phone::new("alice", INSPECTOR, world.folder().join("alice")).unwrap();
    alice.enrol(&used).await.unwrap();
    assert_eq!(refused(&world, "thief", &used).await, "invite.used");

    let fresh = Invitation::from_text(&hq.invite(INSPECTOR).await.unwrap()).unwrap();
    let secret = "AAAA-AAAA-AAAA-AAAA-AAAA-AAAA-AA".to_owned();
    assert_eq!(refused(&world, "guesser", &Invitation { secret, ..fresh }.to_text()).await, "invite.unknown");
    assert_eq!(refused(&world, "typist", "xuncha:enrol?url=https://127.0.0.1").await, "invite.unreadable");

    let taken_back: InvitationCreated = hq.post("/api/invitations", &json!({ "user": INSPECTOR })).await.unwrap();
    let path = format!("/api/invitations/{}", taken_back.invitation);
    hq.send(reqwest::Method::DELETE, &path, &json!({})).await.unwrap();
    assert_eq!(refused(&world, "late", &taken_back.text).await, "invite.unknown");

    world.hq.switch_off().await;
    world.hq.config().terms.invitation = Duration::ZERO;
    world.hq.switch_on().await.unwrap();
    let over = world.head().await.unwrap().invite(INSPECTOR).await.unwrap();
    assert_eq!(refused(&world, "slow", &over).await, "invite.expired");

    // The one phone that was let in is not disturbed by any of it.
    alice.sync().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_answers_under_another_ca_than_the_invitation_names_learns_nothing_and_uses_nothing_up() {
    let world = World::start().await.unwrap();
    let text = world.head().await.unwrap().invite(INSPECTOR).await.unwrap();
    let invitation = Invitation::from_text(&text).unwrap();
    let other = xuncha_core::ids::Digest::digest(&[b"another CA"]);
    let wrong = Invitation { ca: other, ..invitation }.to_text();
    assert_eq!(refused(&world, "alice", &wrong).await, "ca.wrong");
    // The secret never left the phone: the same phone enrols with the right text.
    let alice = Phone::new("alice", INSPECTOR, world.folder().join("alice")).unwrap();
    alice.enrol(&text).await.unwrap();
    alice.sync().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn another_hq_at_the_address_of_ours_is_not_believed() {
    let (mut world, alice) = world_with_alice().await;
    let inspection = begin(&alice).await;
    let address = phones_of(&world);
    world.hq.switch_off().await;
    let mut impostor = xuncha_tests::world::Headquarters::at(world.folder().join("impostor"), address.port(), 0);
    impostor.switch_on().await.unwrap();
    assert_eq!(failing(&alice).await, "ca.wrong");
    impostor.switch_off().await;
    world.hq.switch_on().await.unwrap();
    alice.sync().await.unwrap();
    assert_eq!(detail(&world.head().await.unwrap(), &inspection).await.row.inspection.to_string(), inspection);
}
