use reqwest::Method;
use serde_json::{Value, json};
use xuncha_core::checklist::EvidenceKind;
use xuncha_core::event::{AnswerSet, EvidenceAdded, FeedOpened, InspectionKind, Outcome};
use xuncha_core::feed::{BlobSource, WireFrame};
use xuncha_core::ids::{EntryId, InspectionId};
use xuncha_core::protocol::pull::{PullReply, PullRequest};

use crate::world::{Browser, Phone, World, blob, firm_record, hex, jpeg, problem};

const FIRM: &str = "/api/firms/f-east";

fn order(since: &str) -> Value {
    json!({"order": "望市监责停〔2026〕3号", "reason": "冷库失控", "since": since})
}
async fn suspend(head: &Browser) -> Value {
    let reply = head.send(Method::POST, &format!("{FIRM}/suspend"), Some(order("2026-11-10"))).await;
    assert_eq!(reply.status(), 200);
    reply.json().await.unwrap()
}
async fn reopen(head: &Browser) -> Result<Value, (u16, String)> {
    let reply = head.send(Method::POST, &format!("{FIRM}/reopen"), Some(json!({"extent": "全部经营活动"}))).await;
    if reply.status() == 200 { Ok(reply.json().await.unwrap()) } else { Err(problem(reply).await) }
}
/// State, what is missing, and the one step.
async fn standing(head: &Browser) -> (String, Vec<String>, String) {
    let s = head.get(FIRM).await["standing"].take();
    let word = |v: &Value| v.as_str().unwrap().to_owned();
    (word(&s["standing"]), s["missing"].as_array().unwrap().iter().map(word).collect(), word(&s["next"]))
}
fn expect(standing: &str, missing: &[&str], next: &str) -> (String, Vec<String>, String) {
    (standing.to_owned(), missing.iter().map(|m| (*m).to_owned()).collect(), next.to_owned())
}

/// A re-opening inspection of `f-east`.
fn begin(phone: &mut Phone, world: &World, task: Option<&str>) -> InspectionId {
    let id: InspectionId = uuid::Uuid::now_v7().to_string().parse().unwrap();
    if phone.frames.is_empty() {
        phone.write(None, FeedOpened { succeeds: None }.into(), vec![]);
    }
    let mut started = phone.started(world, &["alice", "bob"], task);
    started.kind = InspectionKind::Reopening;
    started.lists = vec![world.hq.hq.shelf().list_ref(&"REOP".parse().unwrap()).unwrap()];
    phone.write(Some(&id), started.into(), vec![]);
    id
}
fn answer(
    phone: &mut Phone,
    world: &World,
    id: &InspectionId,
    item: &str,
    outcome: Outcome,
    over: Vec<EntryId>,
) -> EntryId {
    let list = world.hq.hq.shelf().list_ref(&"REOP".parse().unwrap()).unwrap().sha256;
    let reason = (outcome == Outcome::NotApplicable).then(|| "核查合格后再签".to_owned());
    let set =
        AnswerSet { item: item.parse().unwrap(), list, outcome, reason, correction: None, language: "zh-Hans".into() };
    phone.write_over(id, set.into(), over)
}
/// Attaches a file to the item that asks for the commitment.
fn commitment(phone: &mut Phone, id: &InspectionId, bytes: &[u8]) -> EntryId {
    let added = EvidenceAdded {
        evidence: hex(8).parse().unwrap(),
        item: Some("REOP-03".parse().unwrap()),
        kind: EvidenceKind::File,
        name: "合规承诺书.pdf".into(),
        facts: json!({}),
        no_preview: None,
    };
    phone.write(Some(id), added.into(), vec![blob(bytes, "application/pdf", BlobSource::Import)])
}
/// All items answered, all in order but these.
fn answer_all(phone: &mut Phone, world: &World, id: &InspectionId, but: &[(&str, Outcome)]) -> Vec<(String, EntryId)> {
    let all = ["REOP-01", "REOP-02", "REOP-03", "REOP-04"].into_iter().map(|item| {
        let outcome = but.iter().find(|(i, _)| *i == item).map_or(Outcome::Conforms, |(_, o)| *o);
        (item.to_owned(), answer(phone, world, id, item, outcome, vec![]))
    });
    all.collect()
}

#[tokio::test]
async fn a_suspended_firm_returns_only_after_a_passed_check_and_a_signed_commitment_in_this_order() {
    let world = World::new().await;
    let head = world.browser("east-head").await;
    let mut alice = world.phone("alice").await;
    assert_eq!(standing(&head).await, expect("operating", &[], "suspend"));
    assert_eq!(reopen(&head).await, Err((409, "firm.not_suspended".into())));

    let firm = suspend(&head).await;
    assert_eq!(firm["standing"]["suspended"]["since"], "2026-11-10");
    assert_eq!(standing(&head).await, expect("suspended", &["inspection", "commitment"], "inspect"));
    assert_eq!(reopen(&head).await, Err((409, "reopening.no_inspection".into())));
    let again = head.send(Method::POST, &format!("{FIRM}/suspend"), Some(order("2026-11-11"))).await;
    assert_eq!(problem(again).await, (409, "firm.already_suspended".into()));
    let rows = head.get("/api/firms").await;
    assert_eq!(rows["rows"][0]["suspended"], true);

    let task = head.assign("east", "f-east", &["alice", "bob"]).await;
    let carried = world.hq.hq.db.task(&task.parse().unwrap()).await.unwrap().unwrap().body;
    let carried: Value = serde_json::from_str(&carried).unwrap();
    assert_eq!(carried["firm"]["suspended"]["order"], "望市监责停〔2026〕3号", "the phone is told");

    let id = begin(&mut alice, &world, Some(&task));
    let answers = answer_all(&mut alice, &world, &id, &[("REOP-03", Outcome::NotApplicable)]);
    alice.push().await;
    assert_eq!(standing(&head).await, expect("suspended", &["seal", "commitment"], "seal"));
    assert_eq!(reopen(&head).await, Err((409, "reopening.not_sealed".into())));
    alice.seal(&id, "核查笔录\n");
    alice.push().await;
    assert_eq!(standing(&head).await, expect("inspected", &["commitment"], "commit"));
    assert_eq!(reopen(&head).await, Err((409, "reopening.no_commitment".into())));

    // The commitment comes after the check, as the plan wants it.
    let before = answers.iter().find(|(item, _)| item == "REOP-03").unwrap().1;
    answer(&mut alice, &world, &id, "REOP-03", Outcome::Conforms, vec![before]);
    alice.push().await;
    assert_eq!(standing(&head).await, expect("inspected", &["proof"], "commit"));
    assert_eq!(reopen(&head).await, Err((409, "reopening.no_proof".into())));
    let paper = jpeg(2_000);
    let entry = commitment(&mut alice, &id, &paper);
    alice.push().await;
    assert_eq!(reopen(&head).await, Err((409, "reopening.not_here".into())));
    alice.upload(&entry, &paper).await;
    assert_eq!(standing(&head).await, expect("committed", &[], "reopen"));

    let firm = reopen(&head).await.unwrap();
    assert_eq!(firm["standing"]["standing"], "reopened");
    assert_eq!(firm["record"].get("suspended"), None);
    let acts = firm["standing"]["acts"].as_array().unwrap();
    assert_eq!((acts.len(), &acts[0]["inspection"], &acts[0]["by"]["user"]), (2, &json!(id), &json!("east-head")));
    assert_eq!(reopen(&head).await, Err((409, "firm.not_suspended".into())));

    suspend(&head).await;
    assert_eq!(
        standing(&head).await,
        expect("suspended", &["inspection", "commitment"], "inspect"),
        "what lifted the first order does not lift the second"
    );
    let text = world.hq.hq.db.views_text().await.unwrap();
    assert!(text.contains("firm.reopened"));
    world.hq.hq.rebuild().await.unwrap();
    assert_eq!(world.hq.hq.db.views_text().await.unwrap(), text);
}

#[tokio::test]
async fn a_correction_after_the_seal_can_take_a_pass_back_and_cannot_bring_one_about() {
    let world = World::new().await;
    let head = world.browser("east-head").await;
    suspend(&head).await;
    let mut alice = world.phone("alice").await;
    let sealed = async |alice: &mut Phone, outcome: Outcome| {
        let id = begin(alice, &world, None);
        let answers = answer_all(alice, &world, &id, &[("REOP-04", outcome)]);
        let paper = jpeg(1_000);
        let entry = commitment(alice, &id, &paper);
        alice.seal(&id, "笔录\n");
        alice.push().await;
        alice.upload(&entry, &paper).await;
        (id, answers[3].1)
    };
    let (id, failed) = sealed(&mut alice, Outcome::NonConforming).await;
    assert_eq!(standing(&head).await, expect("suspended", &["pass"], "inspect"));
    answer(&mut alice, &world, &id, "REOP-04", Outcome::Conforms, vec![failed]);
    alice.push().await;
    assert_eq!(reopen(&head).await, Err((409, "reopening.not_passed".into())), "nobody signed that it passed");

    let (id, passed) = sealed(&mut alice, Outcome::Conforms).await;
    assert_eq!(standing(&head).await, expect("committed", &[], "reopen"));
    answer(&mut alice, &world, &id, "REOP-04", Outcome::NonConforming, vec![passed]);
    alice.push().await;
    assert_eq!(reopen(&head).await, Err((409, "reopening.not_passed".into())));
}

#[tokio::test]
async fn an_inspection_of_another_kind_or_firm_or_without_the_list_lifts_nothing() {
    let world = World::new().await;
    let head = world.browser("east-head").await;
    suspend(&head).await;
    let mut alice = world.phone("alice").await;
    for (kind, list, firm) in [
        (InspectionKind::Routine, "REOP", "f-east"),
        (InspectionKind::Reopening, "COLD", "f-east"),
        (InspectionKind::Reopening, "REOP", "f-west"),
    ] {
        let id: InspectionId = uuid::Uuid::now_v7().to_string().parse().unwrap();
        if alice.frames.is_empty() {
            alice.write(None, FeedOpened { succeeds: None }.into(), vec![]);
        }
        let mut started = alice.started(&world, &["alice", "bob"], None);
        started.kind = kind;
        started.lists = vec![world.hq.hq.shelf().list_ref(&list.parse().unwrap()).unwrap()];
        started.firm = serde_json::from_value(firm_record(firm)).unwrap();
        alice.write(Some(&id), started.into(), vec![]);
        answer_all(&mut alice, &world, &id, &[]);
        alice.seal(&id, "笔录\n");
    }
    alice.push().await;
    assert_eq!(standing(&head).await, expect("suspended", &["inspection", "commitment"], "inspect"));
}

#[tokio::test]
async fn what_is_ordered_of_a_firm_is_told_to_the_phones_of_its_unit_only_and_no_record_can_claim_it() {
    let world = World::new().await;
    let head = world.browser("east-head").await;
    let mut record = firm_record("f-east");
    record["suspended"] = order("2026-01-01");
    let put = json!({"unit": "east", "record": record});
    assert_eq!(head.send(Method::PUT, FIRM, Some(put)).await.status(), 200);
    assert_eq!(standing(&head).await, expect("operating", &[], "suspend"));
    suspend(&head).await;
    for (user, told) in [("alice", true), ("carol", false)] {
        let phone = world.phone(user).await;
        let reply: PullReply = phone.ask("/v1/pull", &PullRequest::default()).await;
        let says = |f: &WireFrame| f.payload.as_ref().is_some_and(|p| p.contains("firm.suspended"));
        assert_eq!(reply.runs[0].frames.iter().any(says), told, "{user}");
    }
}

#[tokio::test]
async fn an_order_is_refused_without_number_reason_or_a_day() {
    let world = World::new().await;
    let head = world.browser("east-head").await;
    for (field, value) in [("order", ""), ("reason", " "), ("since", "soon"), ("since", "2026-02-30")] {
        let mut body = order("2026-11-10");
        body[field] = json!(value);
        let reply = head.send(Method::POST, &format!("{FIRM}/suspend"), Some(body)).await;
        assert_eq!(problem(reply).await, (422, "body.field".into()), "{field}");
    }
    assert_eq!(standing(&head).await, expect("operating", &[], "suspend"));
}

#[tokio::test]
async fn tables_that_an_older_program_wrote_are_computed_anew() {
    let world = World::new().await;
    suspend(&world.browser("east-head").await).await;
    let older = rusqlite::Connection::open(world.dir.path().join("data/hq.sqlite")).unwrap();
    older.execute_batch("DELETE FROM firm_acts; DELETE FROM settings WHERE name = 'views'").unwrap();
    drop(older);
    assert_eq!(standing(&world.browser("east-head").await).await.0, "operating");
    let world = world.restart().await;
    assert_eq!(standing(&world.browser("east-head").await).await.0, "suspended");
}

#[tokio::test]
async fn a_serious_item_that_does_not_conform_prompts_a_referral_with_the_places_of_the_law() {
    let world = World::new().await;
    let head = world.browser("east-head").await;
    let mut alice = world.phone("alice").await;
    let quiet = alice.start(&world, &["alice", "bob"]);
    let loud = begin(&mut alice, &world, None);
    answer(&mut alice, &world, &loud, "REOP-04", Outcome::NonConforming, vec![]);
    answer(&mut alice, &world, &loud, "REOP-01", Outcome::NonConforming, vec![]);
    alice.push().await;
    let rows = head.get("/api/inspections?serious=true").await;
    let rows = rows["rows"].as_array().unwrap();
    assert_eq!((rows.len(), &rows[0]["inspection"], &rows[0]["serious"]), (1, &json!(loud), &json!(1)));
    assert_eq!(head.get("/api/inspections").await["rows"].as_array().unwrap().len(), 2);
    let detail = head.get(&format!("/api/inspections/{loud}")).await;
    let referrals = detail["referrals"].as_array().unwrap();
    assert_eq!((referrals.len(), &referrals[0]["item"]), (1, &json!("REOP-04")));
    let violation = &referrals[0]["violations"][0];
    assert_eq!(violation["code"], "V31");
    assert!(violation["penalty"].as_str().unwrap().contains('§'), "{violation}");
    assert_ne!(violation["mark"], "V", "the mapping from the item is a proposal");
    assert_eq!(detail["conclusion"]["rule_mark"], "M");
    assert_eq!(head.get(&format!("/api/inspections/{quiet}")).await["referrals"], json!([]));
}

#[tokio::test]
async fn lists_and_rule_are_proposed_for_a_firm_and_an_occasion() {
    let world = World::new().await;
    let head = world.browser("east-head").await;
    let proposed = async |query: &str| {
        let view = head.get(&format!("{FIRM}/proposal?{query}")).await;
        let lists = view["lists"].as_array().unwrap();
        let all = lists.len();
        let lists = lists.iter().filter(|l| l["proposed"] == true);
        let codes: Vec<String> = lists.map(|l| l["title"]["code"].as_str().unwrap().to_owned()).collect();
        assert!(all > codes.len(), "the others are there to be added");
        (codes, view["rule"].as_str().unwrap().to_owned())
    };
    assert_eq!(proposed("kind=reopening").await, (vec!["REOP".to_owned()], "routine".to_owned()));
    let (routine, rule) = proposed("").await;
    assert!(routine.contains(&"COLD".to_owned()) && routine.contains(&"SUP".to_owned()), "{routine:?}");
    assert!(!routine.contains(&"LENS".to_owned()) && rule == "routine");
    let (focused, _) = proposed("kind=special&modes=unannounced,joint&focus=F06").await;
    assert!(focused.contains(&"LENS".to_owned()), "{focused:?}");
    assert_eq!(proposed("kind=licence_verification").await.1, "licence-verification");
    for query in ["kind=none", "modes=unannounced,none"] {
        let reply = head.send(Method::GET, &format!("{FIRM}/proposal?{query}"), None).await;
        assert_eq!(problem(reply).await, (400, "query.invalid".into()), "{query}");
    }
}
