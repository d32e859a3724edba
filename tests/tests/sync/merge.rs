//! Two officers, two phones, one inspection, HQ between them.

use xuncha_tests::alone::{items, state_of};

use super::*;

/// Sides of a conflict in one order, by the name of their entry: screens are free to show them in another.
fn in_order(mut sides: Vec<Value>) -> Vec<Value> {
    sides.sort_by_key(|side| text(&side[3]["entry"]));
    sides
}

/// Answers and notes that stand per item, as one text: outcome or words, reason, correction, who and where.
fn standing_on(view: &Value) -> String {
    let of_item = |item: &&Value| {
        let state = &item["state"];
        let part = |part: &str, field: &str| -> Vec<Value> {
            let all = state[part].as_array().unwrap().iter();
            in_order(all.map(|one| json!([one[field], one["reason"], one["correction"], one["by"]])).collect())
        };
        json!([state["code"], part("answers", "outcome"), part("notes", "text")])
    };
    let mut rows: Vec<Value> = items(view).iter().map(of_item).collect();
    rows.sort_by_key(|row| text(&row[0]));
    serde_json::to_string(&rows).unwrap()
}

/// The same of HQ's page.
fn standing_at(detail: &InspectionDetail) -> String {
    let mut rows: Vec<Value> = Vec::new();
    for item in detail.sections.iter().flat_map(|section| &section.items) {
        let item = serde_json::to_value(item).unwrap();
        let part = |part: &str, pick: fn(&Value) -> Value| -> Vec<Value> {
            in_order(item[part].as_array().unwrap().iter().map(pick).collect())
        };
        let answers = part("answers", |a| {
            json!([a["answer"]["outcome"], a["answer"]["reason"], a["answer"]["correction"], a["by"]])
        });
        let notes = part("notes", |n| json!([n["text"], null, null, n["by"]]));
        rows.push(json!([item["item"], answers, notes]));
    }
    rows.sort_by_key(|row| text(&row[0]));
    serde_json::to_string(&rows).unwrap()
}

fn outcomes(view: &Value, item: &str) -> Vec<String> {
    let mut all: Vec<String> =
        state_of(view, item)["answers"].as_array().unwrap().iter().map(|a| text(&a["outcome"])).collect();
    all.sort_unstable();
    all
}

fn entries(view: &Value, item: &str) -> Vec<Value> {
    state_of(view, item)["answers"].as_array().unwrap().iter().map(|a| a["by"]["entry"].clone()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn i6_i7_answers_of_two_officers_who_did_not_see_each_other_stand_everywhere_until_one_settles_them() {
    let (world, alice) = world_with_alice().await;
    let bob = world.phone("bob", COMPANION).await.unwrap();
    let hq = world.head().await.unwrap();
    let inspection = begin(&alice).await;
    answer(&alice, &inspection, "ACC-04", "conforms", &[]).await;
    alice.sync().await.unwrap();
    bob.sync().await.unwrap();
    assert_eq!(outcomes(&view(&bob, &inspection).await, "ACC-04"), ["conforms"], "bob has what alice began");

    // The same item, and the note of another, without a word between them.
    answer(&alice, &inspection, "ACC-03", "conforms", &[]).await;
    answer(&bob, &inspection, "ACC-03", "non_conforming", &[]).await;
    for (phone, words) in [(&alice, "单据齐全"), (&bob, "缺一页")] {
        let note = json!({ "inspection": inspection, "item": "ACC-04", "text": words, "seen": [] });
        phone.ask::<Value>("note", note).await.unwrap();
    }
    for phone in [&alice, &bob, &alice] {
        phone.sync().await.unwrap();
    }
    let (of_alice, of_bob) = (view(&alice, &inspection).await, view(&bob, &inspection).await);
    for shown in [&of_alice, &of_bob] {
        assert_eq!(outcomes(shown, "ACC-03"), ["conforms", "non_conforming"]);
        assert_eq!(state_of(shown, "ACC-04")["notes"].as_array().unwrap().len(), 2);
        let missing = shown["progress"]["missing"].as_array().unwrap();
        assert!(missing.contains(&json!({ "what": "conflict", "item": "ACC-03" })), "{missing:?}");
    }
    let at_hq = detail(&hq, &inspection).await;
    assert_eq!(at_hq.row.conflicts, 2, "the answer and the note");
    assert_eq!(standing_on(&of_alice), standing_on(&of_bob));
    assert_eq!(standing_on(&of_alice), standing_at(&at_hq));

    // Bob settles it with both before his eyes.
    let seen = entries(&of_bob, "ACC-03");
    answer(&bob, &inspection, "ACC-03", "corrected", &seen).await;
    let seen: Vec<Value> =
        state_of(&of_bob, "ACC-04")["notes"].as_array().unwrap().iter().map(|n| n["by"]["entry"].clone()).collect();
    let note = json!({ "inspection": inspection, "item": "ACC-04", "text": "缺一页，已补", "seen": seen });
    bob.ask::<Value>("note", note).await.unwrap();
    bob.sync().await.unwrap();
    alice.sync().await.unwrap();
    let (of_alice, of_bob) = (view(&alice, &inspection).await, view(&bob, &inspection).await);
    let at_hq = detail(&hq, &inspection).await;
    assert_eq!(outcomes(&of_alice, "ACC-03"), ["corrected"]);
    assert_eq!(at_hq.row.conflicts, 0);
    assert_eq!(standing_on(&of_alice), standing_on(&of_bob));
    assert_eq!(standing_on(&of_alice), standing_at(&at_hq));
    assert_eq!(serde_json::to_value(at_hq.tallies).unwrap(), of_alice["progress"]["tallies"]);
    assert_eq!(of_bob["progress"]["tallies"], of_alice["progress"]["tallies"]);
    // Nothing was thrown away: all three answers are in HQ's log.
    let rows = timeline(&hq, &inspection).await;
    assert_each_once(&rows);
    let written = rows.iter().filter(|row| row.kind == "answer.set" && row.body["item"] == "ACC-03").count();
    assert_eq!(written, 3);
}
