use reqwest::Method;
use serde_json::{Value, json};
use xuncha_core::event::Outcome;
use xuncha_core::ids::BlobHash;

use crate::world::{World, jpeg, problem, task_body};

#[tokio::test]
async fn a_sealed_inspection_is_shown_with_its_answers_photos_seal_and_receipts() {
    let world = World::new().await;
    let mut alice = world.phone("alice").await;
    let photos = [jpeg(40_000), jpeg(50_000)];
    let id = alice.whole(&world, &photos).await;
    let head = world.browser("east-head").await;
    let list = head.get("/api/inspections?state=sealed").await;
    let row = &list["rows"][0];
    assert_eq!((row["inspection"].as_str(), row["state"].as_str()), (Some(id.as_str()), Some("sealed")));
    assert_eq!((row["blobs"].as_u64(), row["blobs_stored"].as_u64()), (Some(5), Some(5)));
    assert_eq!((row["unit_name"].as_str(), row["day"].as_str()), (Some("east station"), Some("2026-11-20")));
    let detail = head.get(&format!("/api/inspections/{id}")).await;
    let sections = detail["sections"].as_array().unwrap();
    let items: Vec<&Value> = sections.iter().flat_map(|s| s["items"].as_array().unwrap()).collect();
    let item = items.iter().find(|i| i["item"] == "COLD-01").unwrap();
    assert_eq!(item["answers"][0]["answer"]["outcome"], "non_conforming");
    assert_eq!(item["evidence"].as_array().unwrap().len(), 2);
    assert_eq!(item["evidence"][0]["integrity"], "receipted");
    assert_eq!(detail["seal"]["signatures"].as_array().unwrap().len(), 3);
    assert_eq!((detail["seal"]["sealed"].as_bool(), detail["seal"]["late"].as_u64()), (Some(true), Some(0)));
    assert_eq!(detail["receipts"][0]["stored_to"], alice.head.seq);
    assert_eq!(detail["names"]["alice"], "ALICE");
    let record = head.get(&format!("/api/inspections/{id}/record")).await;
    assert_eq!((record["text"].as_str(), record["matches_seal"].as_bool()), (Some("现场笔录\n"), Some(true)));
    let sha256 = BlobHash::digest(&[&photos[0]]);
    let path = format!("/api/blobs/{sha256}?inspection={id}");
    let reply = head.send(Method::GET, &path, None).await;
    assert_eq!(reply.headers()["content-type"], "image/jpeg");
    assert_eq!(reply.headers()["x-content-type-options"], "nosniff");
    assert_eq!(reply.headers()["content-security-policy"], "default-src 'none'; sandbox");
    assert_eq!(reply.bytes().await.unwrap(), photos[0]);
    let part = head.bare(Method::GET, &path).header("range", "bytes=0-3").send().await.unwrap();
    assert_eq!((part.status().as_u16(), part.bytes().await.unwrap().as_ref()), (206, &photos[0][..4]));
    let manifest = detail["seal"]["manifest"].as_str().unwrap();
    let reply = head.send(Method::GET, &format!("/api/blobs/{manifest}?inspection={id}"), None).await;
    assert_eq!(reply.headers()["content-type"], "application/octet-stream", "only pictures are shown");
    let timeline = head.get(&format!("/api/inspections/{id}/timeline?limit=2")).await;
    assert_eq!(timeline["rows"][0]["kind"], "inspection.started");
    let next = timeline["next"].as_str().unwrap();
    let rest = head.get(&format!("/api/inspections/{id}/timeline?after={next}")).await;
    assert_eq!(rest["rows"].as_array().unwrap().len() as u64 + 2, row["entries"].as_u64().unwrap());
}

#[tokio::test]
async fn both_sides_of_a_conflict_are_shown_until_somebody_settles_it() {
    let world = World::new().await;
    let mut alice = world.phone("alice").await;
    let mut bob = world.phone("bob").await;
    let id = alice.start(&world, &["alice", "bob"]);
    alice.answer_item(&world, &id, "COLD-01", Outcome::Conforms);
    alice.push().await;
    bob.answer_item(&world, &id, "COLD-01", Outcome::NonConforming);
    bob.push().await;
    let inspector = world.browser("bob").await;
    let row = &inspector.get("/api/inspections").await["rows"][0];
    assert_eq!((row["conflicts"].as_u64(), row["conclusion"].is_null()), (Some(1), true));
    let detail = inspector.get(&format!("/api/inspections/{id}")).await;
    let sections = detail["sections"].as_array().unwrap();
    let item = sections.iter().flat_map(|s| s["items"].as_array().unwrap()).find(|i| i["item"] == "COLD-01").unwrap();
    let mut sides: Vec<_> = item["answers"].as_array().unwrap().iter().map(|a| a["by"]["actor"].clone()).collect();
    sides.sort_by_key(ToString::to_string);
    assert_eq!(sides, [json!("alice"), json!("bob")]);
    assert_eq!(
        detail["tallies"]["key"]["conflicting"].as_u64().unwrap()
            + detail["tallies"]["general"]["conflicting"].as_u64().unwrap(),
        1
    );
}

#[tokio::test]
async fn verification_names_a_changed_original_and_a_changed_entry() {
    let world = World::new().await;
    let mut alice = world.phone("alice").await;
    let photo = jpeg(30_000);
    let id = alice.whole(&world, std::slice::from_ref(&photo)).await;
    let head = world.browser("east-head").await;
    let path = format!("/api/inspections/{id}/verify");
    let report: Value = head.send(Method::POST, &path, None).await.json().await.unwrap();
    assert_eq!((report["ok"].as_bool(), report["blobs"].as_u64()), (Some(true), Some(4)), "{report}");
    let sha256 = BlobHash::digest(&[&photo]).to_string();
    let file = world.dir.path().join(format!("data/objects/{}/{sha256}", &sha256[..2]));
    let mut bytes = photo.clone();
    bytes[777] ^= 1;
    std::fs::write(&file, bytes).unwrap();
    let report: Value = head.send(Method::POST, &path, None).await.json().await.unwrap();
    assert_eq!(report["faults"][0]["code"], "blob.hash");
    assert_eq!(report["faults"][0]["about"], sha256.as_str());
    std::fs::remove_file(&file).unwrap();
    let report: Value = head.send(Method::POST, &path, None).await.json().await.unwrap();
    assert_eq!(report["faults"][0]["code"], "blob.missing");
}

#[tokio::test]
async fn inspections_are_found_by_text_day_and_state_and_paged_by_key() {
    let world = World::new().await;
    let mut alice = world.phone("alice").await;
    for _ in 0..5 {
        alice.start(&world, &["alice"]);
    }
    alice.push().await;
    let head = world.browser("east-head").await;
    let mut seen = Vec::new();
    let mut after = String::new();
    loop {
        let page = head.get(&format!("/api/inspections?limit=2&after={after}")).await;
        seen.extend(page["rows"].as_array().unwrap().iter().map(|r| r["inspection"].as_str().unwrap().to_owned()));
        match page["next"].as_str() {
            Some(next) => after = next.replace(' ', "%20"),
            None => break,
        }
    }
    let mut unique = seen.clone();
    unique.sort();
    unique.dedup();
    assert_eq!((seen.len(), unique.len()), (5, 5));
    let count =
        async |query: &str| head.get(&format!("/api/inspections?{query}")).await["rows"].as_array().unwrap().len();
    assert_eq!(count("text=ALICE").await, 5, "by an officer's name");
    assert_eq!(count("text=%E5%8C%BB%E7%96%97").await, 5, "by two characters of the firm's name");
    assert_eq!(count("text=%25").await, 0, "a percent sign is a percent sign");
    assert_eq!(count("from=2026-11-21").await, 0);
    assert_eq!(count("from=2026-11-20&to=2026-11-20").await, 5);
    assert_eq!(count("state=sealed").await, 0);
    assert_eq!(count("unit=west").await, 0, "another unit's are not there");
}

#[tokio::test]
async fn a_task_goes_from_open_to_started_to_sealed_and_can_be_withdrawn() {
    let world = World::new().await;
    let head = world.browser("east-head").await;
    let mut alice = world.phone("alice").await;
    let task = head.assign("east", "f-east", &["alice", "bob"]).await;
    let other = head.assign("east", "f-east", &["alice"]).await;
    let state = async |task: &str| head.get(&format!("/api/tasks/{task}")).await["state"].clone();
    assert_eq!(state(&task).await, "open");
    let id: xuncha_core::ids::InspectionId = uuid::Uuid::now_v7().to_string().parse().unwrap();
    let started = alice.started(&world, &["alice", "bob"], Some(&task));
    alice.write(Some(&id), started.into(), vec![]);
    alice.push().await;
    assert_eq!(state(&task).await, "started");
    alice.seal(&id, "record");
    alice.push().await;
    assert_eq!(state(&task).await, "sealed");
    let reason = json!({"reason": "moved away"});
    let withdraw = format!("/api/tasks/{other}/withdraw");
    assert_eq!(head.send(Method::POST, &withdraw, Some(reason.clone())).await.status(), 204);
    assert_eq!(problem(head.send(Method::POST, &withdraw, Some(reason)).await).await, (409, "task.withdrawn".into()));
    let rows = head.get("/api/tasks?state=withdrawn").await;
    assert_eq!(rows["rows"][0]["withdrawn_reason"], "moved away");
    assert_eq!(rows["rows"].as_array().unwrap().len(), 1);
    for (field, value, code) in [
        ("assignees", json!(["carol"]), "unit.other"),
        ("assignees", json!([]), "body.field"),
        ("firm", json!("f-west"), "firm.unknown"),
        ("lists", json!(["NONE"]), "list.unknown"),
        ("rule", json!("none"), "rule.unknown"),
        ("due", json!("soon"), "body.field"),
        ("title", json!(" "), "body.field"),
    ] {
        let mut body = task_body("east", "f-east", &["alice"]);
        body[field] = value;
        assert_eq!(problem(head.send(Method::POST, "/api/tasks", Some(body)).await).await.1, code, "{field}");
    }
}

#[tokio::test]
async fn an_invitation_from_the_page_enrols_a_phone_which_the_page_can_revoke() {
    let world = World::new().await;
    let head = world.browser("east-head").await;
    let made: Value =
        head.send(Method::POST, "/api/invitations", Some(json!({"user": "alice"}))).await.json().await.unwrap();
    assert!(made["qr_svg"].as_str().unwrap().contains("<svg"));
    let invitation = xuncha_core::protocol::enrol::Invitation::from_text(made["text"].as_str().unwrap()).unwrap();
    assert_eq!((invitation.url.as_str(), invitation.ca), (world.hq.phone_url.as_str(), world.hq.ca));
    let mut phone = crate::world::Phone::new(&world, "alice");
    assert_eq!(phone.enrol(&invitation.secret).await.status(), 200);
    assert_eq!(phone.session().await, 200);
    assert_eq!(head.get("/api/invitations").await["rows"][0]["state"], "used");
    let cancel = format!("/api/invitations/{}", made["invitation"].as_str().unwrap());
    assert_eq!(problem(head.send(Method::DELETE, &cancel, None).await).await, (409, "invite.used".into()));
    let devices = head.get("/api/devices").await;
    assert_eq!(devices["rows"][0]["feeds"][0]["user"], "alice");
    let revoke = format!("/api/devices/{}/revoke", phone.feed.device);
    assert_eq!(head.send(Method::POST, &revoke, Some(json!({"reason": "lost"}))).await.status(), 204);
    assert_eq!(phone.session().await, 403);
    assert_eq!(head.get("/api/devices").await["rows"][0]["feeds"][0]["closed"], true);
}
