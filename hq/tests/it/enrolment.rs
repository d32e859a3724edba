use std::time::Duration;

use serde_json::{Value, json};
use xuncha_core::protocol::enrol::{EnrolReply, LookReply};

use crate::world::{Phone, World, problem};

#[tokio::test]
async fn looking_at_an_invitation_uses_nothing_up_and_enrolling_uses_it() {
    let world = World::new().await;
    let secret = world.invite("alice").await;
    let phone = Phone::new(&world, "alice");
    for _ in 0..2 {
        let look: LookReply = phone.ask("/v1/enrol/look", &json!({"secret": secret.to_lowercase()})).await;
        assert_eq!((look.user.as_str(), look.name.as_str(), look.unit.as_str()), ("alice", "ALICE", "east"));
    }
    let first: EnrolReply = phone.enrol(&secret).await.json().await.unwrap();
    assert_eq!(first.certificate_no, "C-alice");
    let again: EnrolReply = phone.enrol(&secret).await.json().await.unwrap();
    assert_eq!(again.certificate, first.certificate, "a reply that was lost is given again");
    let other = Phone::new(&world, "alice");
    assert_eq!(problem(other.enrol(&secret).await).await, (410, "invite.used".into()));
    assert_eq!(problem(other.post("/v1/enrol/look", &json!({"secret": secret})).await).await.1, "invite.used");
}

#[tokio::test]
async fn an_invitation_ends_and_a_guess_costs_patience() {
    let world = World::new().await;
    let secret = world.invite("alice").await;
    world.clock.pass(Duration::from_secs(25 * 3600));
    let phone = Phone::new(&world, "alice");
    assert_eq!(problem(phone.enrol(&secret).await).await, (410, "invite.expired".into()));
    let guess = json!({"secret": "AAAA-AAAA-AAAA-AAAA-AAAA-AAAA-AA"});
    let mut seen = Vec::new();
    for _ in 0..7 {
        seen.push(problem(phone.post("/v1/enrol/look", &guess).await).await);
    }
    assert_eq!(seen[0], (404, "invite.unknown".into()));
    assert_eq!(seen[6], (429, "request.too_many".into()));
}

#[tokio::test]
async fn keys_of_another_person_or_phone_are_not_taken() {
    let world = World::new().await;
    let secret = world.invite("alice").await;
    let bob = Phone::new(&world, "bob");
    assert_eq!(problem(bob.enrol(&secret).await).await, (422, "enrol.keys".into()));
    let first = Phone::with_device(&world, "alice", "shared");
    assert_eq!(first.enrol(&secret).await.status(), 200);
    let impostor = Phone::with_device(&world, "bob", "shared");
    let reply = impostor.enrol(&world.invite("bob").await).await;
    assert_eq!(problem(reply).await, (409, "device.other_keys".into()), "the device has other keys");
    let mut renamed = Phone::new(&world, "bob");
    renamed.device_key = first.device_key;
    let reply = renamed.enrol(&world.invite("bob").await).await;
    assert_eq!(problem(reply).await, (409, "device.of_another".into()), "one key is one phone");
}

#[tokio::test]
async fn a_phone_that_is_not_known_hears_that_and_one_that_is_known_may_be_invited_again() {
    let world = World::new().await;
    let mut alice = Phone::new(&world, "alice");
    let challenge: Value = alice.ask("/v1/session/challenge", &json!({"device": alice.feed.device})).await;
    let reply = alice.answer(challenge["nonce"].as_str().unwrap()).await;
    assert_eq!(problem(reply).await, (403, "device.unknown".into()));
    for _ in 0..2 {
        let secret = world.invite("alice").await;
        let reply: EnrolReply = alice.enrol(&secret).await.json().await.unwrap();
        assert_eq!(reply.certificate.verify(&reply.hq.key).unwrap().feed, alice.feed);
    }
    assert_eq!(alice.session().await, 200);
    assert_eq!(world.hq.hq.db.devices(None).await.unwrap().len(), 1);
    assert_eq!(world.hq.hq.db.feeds().await.unwrap().iter().filter(|f| f.key == alice.feed).count(), 1);
}

#[tokio::test]
async fn a_nonce_is_good_once_and_only_for_its_device() {
    let world = World::new().await;
    let alice = world.phone("alice").await;
    let bob = world.phone("bob").await;
    let challenge: Value = alice.ask("/v1/session/challenge", &json!({"device": alice.feed.device})).await;
    let nonce = challenge["nonce"].as_str().unwrap();
    assert_eq!(problem(bob.answer(nonce).await).await, (401, "session.refused".into()));
    assert_eq!(problem(alice.answer(nonce).await).await.0, 401, "bob's try used it up");
    let unknown = Phone::new(&world, "carol");
    let reply = unknown.post("/v1/session/challenge", &json!({"device": "nobody"})).await;
    assert_eq!(reply.status(), 200, "asking teaches nothing");
    let challenge: Value = alice.ask("/v1/session/challenge", &json!({"device": alice.feed.device})).await;
    world.clock.pass(Duration::from_secs(61));
    assert_eq!(alice.answer(challenge["nonce"].as_str().unwrap()).await.status(), 401, "a minute is over");
}

#[tokio::test]
async fn a_token_ends_with_its_term_and_with_the_device() {
    let world = World::new().await;
    let mut alice = world.phone("alice").await;
    alice.hello().await;
    world.clock.pass(Duration::from_secs(31 * 60));
    let reply = alice.post("/v1/pull", &json!({"have": []})).await;
    assert_eq!(problem(reply).await, (401, "session.unknown".into()));
    assert_eq!(alice.session().await, 200);
    alice.start(&world, &["alice"]);
    alice.push().await;
    let root = "root".parse().unwrap();
    world.hq.hq.revoke_device(&root, &alice.feed.device, "lost").await.unwrap();
    assert_eq!(alice.post("/v1/pull", &json!({"have": []})).await.status(), 401);
    assert_eq!(alice.session().await, 403);
    let secret = world.invite("alice").await;
    assert_eq!(problem(alice.enrol(&secret).await).await, (403, "device.revoked".into()));
}

#[tokio::test]
async fn what_is_no_route_or_no_json_is_a_problem_with_a_code() {
    let world = World::new().await;
    let phone = world.phone("alice").await;
    let get = |path: &str| phone.request(reqwest::Method::GET, path).send();
    assert_eq!(problem(get("/v1/nothing").await.unwrap()).await, (404, "route.unknown".into()));
    assert_eq!(problem(get("/v1/hello").await.unwrap()).await, (405, "method.unknown".into()));
    let post = |body: String| {
        phone.request(reqwest::Method::POST, "/v1/hello").header("content-type", "application/json").body(body).send()
    };
    assert_eq!(problem(post("{".into()).await.unwrap()).await, (400, "body.json".into()));
    assert_eq!(problem(post("{\"heads\":1}".into()).await.unwrap()).await, (422, "body.shape".into()));
    assert_eq!(problem(post(format!("\"{}\"", "x".repeat(300_000))).await.unwrap()).await.0, 413);
    let bare = phone.http.post(format!("{}/v1/pull", phone.url)).json(&json!({"have": []})).send().await.unwrap();
    assert_eq!(problem(bare).await, (401, "session.unknown".into()));
}
