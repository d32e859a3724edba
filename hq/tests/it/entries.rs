use serde_json::{Value, json};
use xuncha_core::event::{Event, Officer, OfficersSet, Outcome};
use xuncha_core::feed::{Frame, Head, WireFrame};
use xuncha_core::protocol::hello::Verdict;
use xuncha_core::protocol::pull::{PullReply, PullRequest};
use xuncha_core::protocol::push::PushReply;

use crate::world::{Phone, World, problem};

fn kinds(reply: &PullReply, feed: usize) -> Vec<Option<String>> {
    let kind = |f: &WireFrame| {
        let payload: Option<Value> = f.payload.as_ref().map(|p| serde_json::from_str(p).unwrap());
        payload.map(|p| p["type"].as_str().unwrap().to_owned())
    };
    reply.runs[feed].frames.iter().map(kind).collect()
}

#[tokio::test]
async fn the_same_entries_again_get_the_same_answer_and_a_gap_says_where_hq_stands() {
    let world = World::new().await;
    let mut alice = world.phone("alice").await;
    let id = alice.start(&world, &["alice", "bob"]);
    alice.answer_item(&world, &id, "COLD-01", Outcome::Conforms);
    let first = alice.push().await;
    assert_eq!(first.head, alice.head);
    assert_eq!(alice.push().await, first);
    let log = world.hq.hq.db.log_index().await.unwrap();
    alice.answer_item(&world, &id, "COLD-02", Outcome::Conforms);
    alice.answer_item(&world, &id, "COLD-03", Outcome::Conforms);
    let reply = alice.push_frames(&alice.frames[4..]).await;
    let body: Value = reply.json().await.unwrap();
    assert_eq!((body["code"].as_str(), body["params"]["have"].as_str()), (Some("feed.gap"), Some("3")));
    assert_eq!(world.hq.hq.db.log_index().await.unwrap(), log, "nothing was stored");
    assert_eq!(alice.push().await.head.seq, 5);
}

#[tokio::test]
async fn a_frame_travels_compressed_too() {
    let world = World::new().await;
    let mut alice = world.phone("alice").await;
    alice.start(&world, &["alice"]);
    let lines: Vec<String> =
        alice.frames.iter().map(|f| serde_json::to_string(&WireFrame::try_from(f).unwrap()).unwrap()).collect();
    let body = zstd::encode_all(lines.join("\n").as_bytes(), 3).unwrap();
    let request = alice.request(reqwest::Method::POST, &format!("/v1/push/{}", alice.feed.feed));
    let reply = request.header("content-encoding", "zstd").body(body).send().await.unwrap();
    assert_eq!(reply.json::<PushReply>().await.unwrap().head, alice.head);
    let bomb = zstd::encode_all(vec![b'\n'; 64 << 20].as_slice(), 3).unwrap();
    let request = alice.request(reqwest::Method::POST, &format!("/v1/push/{}", alice.feed.feed));
    let reply = request.header("content-encoding", "zstd").body(bomb).send().await.unwrap();
    assert_eq!(problem(reply).await, (413, "body.too_large".into()));
}

#[tokio::test]
async fn a_forked_or_broken_entry_is_kept_apart_with_its_bytes_and_its_word() {
    let world = World::new().await;
    let mut alice = world.phone("alice").await;
    alice.start(&world, &["alice"]);
    let head_at_1 = Head { feed: alice.feed.feed, seq: 1, id: Some(alice.frames[0].id()), lamport: 1 };
    alice.push().await;
    let clone = alice.elsewhere(&head_at_1);
    let reply: PushReply = alice.push_frames(std::slice::from_ref(&clone)).await.json().await.unwrap();
    assert_eq!((reply.head.clone(), reply.quarantined[0].reason.as_str()), (alice.head.clone(), "feed.taken"));
    let wrong_prev = Head { id: Some(clone.id()), ..alice.head.clone() };
    let forked = alice.elsewhere(&wrong_prev);
    let reply: PushReply = alice.push_frames(&[forked]).await.json().await.unwrap();
    assert_eq!(reply.quarantined[0].reason, "feed.fork");
    let good = alice.elsewhere(&alice.head);
    let mut wire = WireFrame::try_from(&good).unwrap();
    wire.sig = *alice.frames[0].signature();
    let reply: PushReply = alice.push_frames(&[Frame::from(wire)]).await.json().await.unwrap();
    assert_eq!(reply.quarantined[0].reason, "entry.signature");
    let reply: PushReply = alice.push_frames(&[good]).await.json().await.unwrap();
    assert_eq!(reply.head.seq, 3, "the feed goes on");
    let receipt = alice.receipt(&[]).await;
    let mut words: Vec<_> = receipt.quarantined.iter().map(|q| q.reason.as_str()).collect();
    words.sort_unstable();
    assert_eq!(words, ["entry.signature", "feed.fork", "feed.taken"]);
}

#[tokio::test]
async fn an_entry_without_effect_is_stored_with_its_reason_and_blocks_nothing() {
    let world = World::new().await;
    let mut alice = world.phone("alice").await;
    let id = alice.start(&world, &["alice"]);
    let me = alice.user.clone();
    alice.write_raw(Some(&id), "answer.painted", json!({}), vec![], me.clone(), 0);
    alice.write_raw(Some(&id), "answer.set", json!({"item": 1}), vec![], me.clone(), 0);
    alice.write_raw(Some(&id), "note.set", json!({"item": "COLD-01", "text": "x"}), vec![], "bob".parse().unwrap(), 0);
    alice.write_raw(None, "task.withdrawn", json!({"task": "t", "reason": "r"}), vec![], me.clone(), 0);
    alice.answer_item(&world, &id, "COLD-01", Outcome::Conforms);
    alice.write_raw(Some(&id), "note.set", json!({"item": "COLD-01", "text": "x"}), vec![], me, 1 << 40);
    let reply = alice.push().await;
    let reasons: Vec<_> = reply.inert.iter().map(|i| (i.seq, i.reason.as_str())).collect();
    let expected =
        [(3, "event.unknown"), (4, "event.shape"), (5, "entry.actor"), (6, "event.scope"), (8, "entry.lamport")];
    assert_eq!(reasons, expected);
    assert_eq!(reply.head, alice.head, "all of them are in the feed");
    let tip = world.hq.hq.db.tip(&alice.head.feed).await.unwrap();
    assert!(tip.lamport < 1 << 20, "the jump is not adopted");
    assert_eq!(alice.push().await.inert, reply.inert, "the same answer again");
}

#[tokio::test]
async fn an_inspection_belongs_to_its_team_and_who_is_named_later_gains_effect() {
    let world = World::new().await;
    let mut alice = world.phone("alice").await;
    let mut bob = world.phone("bob").await;
    let mut carol = world.phone("carol").await;
    let id = alice.start(&world, &["alice"]);
    alice.push().await;
    for (phone, item) in [(&mut bob, "COLD-01"), (&mut carol, "COLD-02")] {
        phone.answer_item(&world, &id, item, Outcome::NonConforming);
        let reply = phone.push().await;
        assert_eq!(reply.inert[0].reason, "event.scope");
        let pulled: PullReply = phone.ask("/v1/pull", &PullRequest::default()).await;
        assert_eq!(pulled.runs.len(), 1, "only HQ's own feed");
    }
    let officer = |u: &str| Officer { user: u.parse().ok(), name: u.into(), certificate: String::new() };
    let set = OfficersSet { officers: vec![officer("alice"), officer("bob")] };
    alice.write(Some(&id), set.into(), vec![]);
    alice.push().await;
    assert!(bob.push().await.inert.is_empty(), "bob's entry has effect now");
    assert_eq!(carol.push().await.inert.len(), 1, "carol's has not");
    let pulled: PullReply = bob.ask("/v1/pull", &PullRequest::default()).await;
    let others: Vec<_> = pulled.runs[1..].iter().map(|r| &r.feed).collect();
    assert_eq!(others, [&alice.feed], "a stranger's feed is nobody's business");
    let head = world.browser("east-head").await;
    let row = &head.get("/api/inspections").await["rows"][0];
    assert_eq!((row["non_conforming"].as_u64(), row["entries"].as_u64()), (Some(1), Some(3)));
}

#[tokio::test]
async fn a_task_reaches_its_people_by_pull_and_others_get_the_header_only() {
    let world = World::new().await;
    let alice = world.phone("alice").await;
    let carol = world.phone("carol").await;
    let head = world.browser("east-head").await;
    head.assign("east", "f-east", &["alice"]).await;
    let have = PullRequest::default();
    let mine: PullReply = alice.ask("/v1/pull", &have).await;
    let theirs: PullReply = carol.ask("/v1/pull", &have).await;
    assert_eq!(mine.runs[0].frames.len(), theirs.runs[0].frames.len());
    let told = kinds(&mine, 0);
    assert!(told.iter().all(Option::is_some));
    assert!(told.contains(&Some("task.assigned".into())) && told.contains(&Some("pack.published".into())));
    let hidden: Vec<_> = kinds(&theirs, 0);
    assert_eq!(hidden.iter().filter(|k| k.is_none()).count(), 1, "the task alone is hidden");
    // A header-only run still verifies, and a cursor at its end gets nothing more.
    let feed = &theirs.runs[0].feed;
    let mut chain = xuncha_core::feed::Chain::resume(feed.key, Head::empty(feed.feed));
    for frame in &theirs.runs[0].frames {
        chain.accept(&frame.clone().into()).unwrap();
    }
    let after: PullReply =
        carol.ask("/v1/pull", &PullRequest { have: vec![chain.head().clone()], ..PullRequest::default() }).await;
    assert!(after.runs.is_empty() && !after.more);
}

#[tokio::test]
async fn a_pack_is_served_whole_and_by_range_and_only_to_sessions() {
    let world = World::new().await;
    let alice = world.phone("alice").await;
    let sha256 = world.hq.hq.shelf().list_ref(&"COLD".parse().unwrap()).unwrap().sha256;
    let path = format!("/v1/packs/{sha256}");
    let get = || alice.request(reqwest::Method::GET, &path);
    let whole = get().send().await.unwrap().bytes().await.unwrap();
    assert_eq!(xuncha_core::ids::Digest::digest(&[&whole]), sha256);
    let part = get().header("range", "bytes=10-19").send().await.unwrap();
    assert_eq!((part.status().as_u16(), part.bytes().await.unwrap()), (206, whole.slice(10..20)));
    let unknown = alice.request(reqwest::Method::GET, &format!("/v1/packs/{}", "0".repeat(64))).send().await.unwrap();
    assert_eq!(problem(unknown).await, (404, "pack.unknown".into()));
    let stranger = alice.http.get(format!("{}{path}", alice.url)).send().await.unwrap();
    assert_eq!(stranger.status(), 401);
}

#[tokio::test]
async fn hello_tells_a_rolled_back_a_forked_and_a_closed_feed() {
    let world = World::new().await;
    let mut alice = world.phone("alice").await;
    alice.start(&world, &["alice"]);
    let before = alice.hello().await;
    assert_eq!((before.feeds[0].verdict, before.feeds[0].head.seq), (Verdict::Continues, 0));
    alice.push().await;
    assert_eq!(alice.hello().await.feeds[0].verdict, Verdict::Continues);
    let old = Head { feed: alice.feed.feed, seq: 1, id: Some(alice.frames[0].id()), lamport: 1 };
    assert_eq!(alice.hello_at(old.clone()).await.feeds[0].verdict, Verdict::RolledBack);
    let other = Head { id: Some(alice.elsewhere(&old).id()), ..alice.head.clone() };
    assert_eq!(alice.hello_at(other).await.feeds[0].verdict, Verdict::Forked);
    let checkpoint = alice.hello().await.checkpoint.verify(&alice.hq_key.unwrap()).unwrap();
    assert_eq!(checkpoint.log_index, world.hq.hq.db.log_index().await.unwrap());
}

#[tokio::test]
async fn a_feed_of_another_device_does_not_exist() {
    let world = World::new().await;
    let mut alice = world.phone("alice").await;
    let bob = world.phone("bob").await;
    alice.start(&world, &["alice"]);
    alice.push().await;
    let thief = Phone { token: bob.token.clone(), ..world.phone("alice").await };
    let path = format!("/v1/push/{}", alice.feed.feed);
    let reply = thief.request(reqwest::Method::POST, &path).body("").send().await.unwrap();
    assert_eq!(problem(reply).await, (404, "feed.unknown".into()));
    let body = json!({"feed": alice.feed.feed, "blobs": []});
    assert_eq!(problem(bob.post("/v1/receipts", &body).await).await, (404, "feed.unknown".into()));
}

#[tokio::test]
async fn everything_is_there_after_a_restart_and_a_rebuild_changes_no_byte() {
    let world = World::new().await;
    let mut alice = world.phone("alice").await;
    let mut bob = world.phone("bob").await;
    let head = world.browser("east-head").await;
    let task = head.assign("east", "f-east", &["alice", "bob"]).await;
    let id: xuncha_core::ids::InspectionId = uuid::Uuid::now_v7().to_string().parse().unwrap();
    bob.answer_item(&world, &id, "COLD-02", Outcome::Conforms);
    bob.push().await;
    let started = alice.started(&world, &["alice"], Some(&task));
    alice.write(Some(&id), Event::from(started), vec![]);
    alice.photo(&id, b"photo");
    alice.write_raw(Some(&id), "odd.one", json!({}), vec![], alice.user.clone(), 0);
    alice.push().await;
    assert!(bob.push().await.inert.is_empty(), "an assignee is of the team once the start is here");
    let text = world.hq.hq.db.views_text().await.unwrap();
    assert!(text.contains("odd.one") && text.contains(id.as_str()));
    let world = world.restart().await;
    assert_eq!(world.hq.hq.db.views_text().await.unwrap(), text);
    world.hq.hq.rebuild().await.unwrap();
    assert_eq!(world.hq.hq.db.views_text().await.unwrap(), text);
    alice.follow(&world);
    assert_eq!(alice.session().await, 200);
    assert_eq!(alice.push().await.head, alice.head);
}
