//! Two officers, two phones, one inspection.

use serde_json::json;
use xuncha_tests::alone::{Office, answer, carry, state_of};

use super::alice;
use xuncha_tests::alone::Phone;

#[tokio::test]
async fn i7_answers_that_did_not_see_each_other_both_stand_until_a_person_settles_them() {
    let (a, b) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let mut office = Office::open();
    office.enrol(a.path(), "alice");
    office.enrol(b.path(), "bob");
    office.deliver(a.path(), "alice");
    let phone = alice(a.path()).await;
    let inspection = phone.begin(&["ACC"]).await;
    phone.answer(&inspection, "ACC-03", "conforms").await;
    drop(phone);
    carry((a.path(), "alice"), (b.path(), "bob"));
    let bob = Phone::open(b.path(), "bob").await.unwrap();
    let seen = state_of(&bob.view(&inspection).await, "ACC-03")["answers"][0]["by"]["entry"].clone();
    // Bob saw the first answer and changes it; Alice meanwhile changes it too.
    bob.ask("answer", answer(&inspection, "ACC-03", "non_conforming", json!([seen.clone()]))).await;
    drop(bob);
    let phone = alice(a.path()).await;
    phone.ask("answer", answer(&inspection, "ACC-03", "corrected", json!([seen]))).await;
    drop(phone);
    carry((b.path(), "bob"), (a.path(), "alice"));
    carry((a.path(), "alice"), (b.path(), "bob"));

    let phone = alice(a.path()).await;
    let view = phone.view(&inspection).await;
    let answers = state_of(&view, "ACC-03")["answers"].clone();
    let mut outcomes: Vec<_> = answers.as_array().unwrap().iter().map(|x| x["outcome"].as_str().unwrap()).collect();
    outcomes.sort_unstable();
    assert_eq!(outcomes, ["corrected", "non_conforming"]);
    assert!(view["progress"]["missing"].as_array().unwrap().contains(&json!({ "what": "conflict", "item": "ACC-03" })));

    let bob = Phone::open(b.path(), "bob").await.unwrap();
    let state = |view: &serde_json::Value| state_of(view, "ACC-03")["answers"].clone();
    assert_eq!(state(&bob.view(&inspection).await), answers, "both phones show the same");

    // A write that names only one settles nothing; naming both does.
    let ids: Vec<_> = answers.as_array().unwrap().iter().map(|x| x["by"]["entry"].clone()).collect();
    let delta = phone.ask("answer", answer(&inspection, "ACC-03", "conforms", json!([ids[0]]))).await;
    assert_eq!(delta["items"][0]["answers"].as_array().unwrap().len(), 2);
    let delta = phone.answer(&inspection, "ACC-03", "non_conforming").await;
    assert_eq!(delta["items"][0]["answers"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn what_the_other_officer_wrote_is_shown_and_cannot_be_replaced_unseen() {
    let (a, b) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let mut office = Office::open();
    office.enrol(a.path(), "alice");
    office.enrol(b.path(), "bob");
    office.deliver(a.path(), "alice");
    let phone = alice(a.path()).await;
    let inspection = phone.begin(&["ACC"]).await;
    let note = |text: &str| json!({ "inspection": inspection, "item": "ACC-03", "text": text, "seen": [] });
    phone.ask("note", note("随货同行单缺签字")).await;
    drop(phone);
    carry((a.path(), "alice"), (b.path(), "bob"));
    let bob = Phone::open(b.path(), "bob").await.unwrap();
    // Bob's screen had not shown the note when he wrote his.
    let delta = bob.ask("note", note("批号不符")).await;
    let notes: Vec<_> = delta["items"][0]["notes"].as_array().unwrap().iter().map(|n| n["text"].clone()).collect();
    assert_eq!(notes.len(), 2, "{notes:?}");
}
