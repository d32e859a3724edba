//! Rows beside an item: kept as typed, understood, raised; conflicts, and after the seal only as a correction.

use serde_json::{Value, json};
use xuncha_tests::alone::{Office, Phone, carry, items, state_of};

use super::seal::sealed;
use super::{alice, enrolled};

fn args(inspection: &str, rows: Value, seen: Value) -> Value {
    json!({ "inspection": inspection, "item": "SUP-02", "rows": rows, "correction": null, "seen": seen })
}

/// A supplier with a filing for class II that sold goods of a class.
fn supplier(class: &str) -> Value {
    json!([["康达", "皖马食药监械经营备20140017", "", "", "", class]])
}

fn tables(view: &Value) -> Vec<Value> {
    state_of(view, "SUP-02")["tables"].as_array().unwrap().clone()
}

#[tokio::test]
async fn rows_are_kept_as_typed_through_a_restart_and_say_how_they_were_understood() {
    let (_office, dir) = enrolled();
    let phone = alice(dir.path()).await;
    let inspection = phone.begin(&["SUP"]).await;
    let delta = phone.ask("table", args(&inspection, supplier("Ⅲ类"), json!([]))).await;
    let table = delta["items"][0]["tables"][0].clone();
    assert_eq!(table["kind"], "supplier_scope");
    let cells = table["rows"][0].as_array().unwrap();
    assert_eq!(cells[1]["text"], "皖马食药监械经营备20140017", "as typed");
    assert_eq!(cells[1]["understood"]["zh-Hans"], "皖马食药监械经营备20140017号");
    assert_eq!(cells[5]["understood"]["en"], "class III");
    let proposal = &table["proposals"][0];
    assert_eq!((&proposal["code"], &proposal["row"]), (&json!("table.filing_not_enough"), &json!(1)));
    assert!(proposal["words"]["zh-Hans"].as_str().unwrap().contains("第三类"));
    assert_eq!(delta["items"][0]["notes"], json!([]), "a proposal is in no note until a person takes it over");
    drop(phone);
    let phone = alice(dir.path()).await;
    assert_eq!(tables(&phone.view(&inspection).await), [table]);
}

#[tokio::test]
async fn the_columns_come_with_the_item_and_only_with_items_that_have_a_table() {
    let (_office, dir) = enrolled();
    let phone = alice(dir.path()).await;
    let inspection = phone.begin(&["SUP"]).await;
    let view = phone.view(&inspection).await;
    let with: Vec<_> = items(&view).into_iter().filter(|i| !i["table"].is_null()).collect();
    assert_eq!(with.len(), 1);
    assert_eq!((&with[0]["item"]["code"], &with[0]["table"]["kind"]), (&json!("SUP-02"), &json!("supplier_scope")));
    assert_eq!(with[0]["table"]["columns"][0]["title"]["zh-Hans"], "供货者");
    let mut other = args(&inspection, supplier("III"), json!([]));
    other["item"] = json!("SUP-01");
    assert_eq!(phone.refused("table", other).await.code, "table.none");
    let many = json!(vec![vec!["x"]; 201]);
    assert_eq!(phone.refused("table", args(&inspection, many, json!([]))).await.code, "table.rows");
    assert_eq!(tables(&phone.view(&inspection).await), [] as [Value; 0], "what was refused left nothing");
}

#[tokio::test]
async fn rows_can_be_looked_at_before_they_are_kept() {
    let (_office, dir) = enrolled();
    let phone = alice(dir.path()).await;
    let inspection = phone.begin(&["SUP"]).await;
    let looked = phone.ask("table_look", json!({ "kind": "supplier_scope", "rows": supplier("III") })).await;
    assert_eq!(looked["proposals"][0]["code"], "table.filing_not_enough");
    assert_eq!(looked["rows"][0][5]["understood"]["zh-Hans"], "第三类");
    assert_eq!(tables(&phone.view(&inspection).await), [] as [Value; 0]);
    phone.ask("lock", json!({})).await;
    let locked = phone.refused("table_look", json!({ "kind": "supplier_scope", "rows": [] })).await;
    assert_eq!(locked.code, "app.locked");
}

#[tokio::test]
async fn i7_tables_that_did_not_see_each_other_both_stand_until_a_person_settles_them() {
    let (a, b) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let mut office = Office::open();
    office.enrol(a.path(), "alice");
    office.enrol(b.path(), "bob");
    office.deliver(a.path(), "alice");
    let phone = alice(a.path()).await;
    let inspection = phone.begin(&["SUP"]).await;
    phone.ask("table", args(&inspection, supplier("III"), json!([]))).await;
    drop(phone);
    carry((a.path(), "alice"), (b.path(), "bob"));
    let bob = Phone::open(b.path(), "bob").await.unwrap();
    // Bob's screen had not shown the rows when he wrote his.
    let delta = bob.ask("table", args(&inspection, supplier("II"), json!([]))).await;
    let both = delta["items"][0]["tables"].as_array().unwrap().clone();
    assert_eq!(both.len(), 2);
    let conflict = json!({ "what": "conflict", "item": "SUP-02" });
    assert!(delta["progress"]["missing"].as_array().unwrap().contains(&conflict));
    let seen: Vec<_> = both.iter().map(|t| t["by"]["entry"].clone()).collect();
    let delta = bob.ask("table", args(&inspection, supplier("II"), json!(seen))).await;
    assert_eq!(delta["items"][0]["tables"].as_array().unwrap().len(), 1);
    assert!(!delta["progress"]["missing"].as_array().unwrap().contains(&conflict));
    let seen = delta["items"][0]["tables"][0]["by"]["entry"].clone();
    let delta = bob.ask("table", args(&inspection, json!([]), json!([seen]))).await;
    assert_eq!(delta["items"][0]["tables"], json!([]), "no rows take the table back");
}

#[tokio::test]
async fn after_the_seal_rows_come_only_as_a_correction_with_its_reason() {
    let (_office, dir) = enrolled();
    let phone = alice(dir.path()).await;
    let (inspection, seal) = sealed(&phone).await;
    let refused = phone.refused("table", args(&inspection, supplier("III"), json!([]))).await;
    assert_eq!(refused.code, "correction.reason_missing");
    let mut correction = args(&inspection, supplier("III"), json!([]));
    correction["correction"] = json!("漏录一家供货者");
    let delta = phone.ask("table", correction).await;
    assert_eq!(delta["items"][0]["tables"][0]["correction"], "漏录一家供货者");
    let now = phone.view(&inspection).await["seal"].clone();
    assert_eq!((&now["sealed"], &now["record"]), (&json!(true), &seal["record"]), "what was signed stays");
    assert_eq!(now["later"][0]["kind"], "table.set");
}
