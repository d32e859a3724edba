//! Search in the pocket, through the engine's door: filled by itself, never older than the packs, made again when it is lost.

use serde_json::{Value, json};
use xuncha_tests::alone::{Phone, text};

use super::{alice, enrolled};

async fn search(phone: &Phone, typed: &str, within: Value) -> Value {
    phone.ask("search", json!({ "text": typed, "within": within, "limit": 50 })).await
}

fn hits(view: &Value) -> &Vec<Value> {
    view["hits"].as_array().unwrap()
}

#[tokio::test]
async fn a_phone_finds_an_item_an_article_and_its_own_inspection() {
    let (_office, dir) = enrolled();
    let phone = alice(dir.path()).await;
    assert_eq!(hits(&search(&phone, "", json!(null)).await).len(), 0);
    let item = search(&phone, "cold-05", json!(null)).await;
    assert_eq!(item["hits"][0]["target"], json!({ "kind": "item", "list": "COLD", "item": "COLD-05" }));
    let article = search(&phone, "gsp 四十四条", json!(null)).await;
    assert_eq!(article["hits"][0]["target"], json!({ "kind": "article", "law": "GSP", "article": "44" }));
    // An inspection that begins after the first search is found by the next.
    assert_eq!(hits(&search(&phone, "恒康", json!("inspections")).await).len(), 0);
    let inspection = phone.begin(&["ACC"]).await;
    let number = text(&phone.view(&inspection).await["row"]["number"]);
    let firm = text(&phone.view(&inspection).await["row"]["firm"]);
    for typed in [number.as_str(), firm.as_str()] {
        let found = search(&phone, typed, json!("inspections")).await;
        let target = json!({ "kind": "inspection", "inspection": inspection });
        assert_eq!(hits(&found).iter().map(|h| h["target"].clone()).collect::<Vec<_>>(), [target], "{typed}");
    }
}

#[tokio::test]
async fn after_a_new_library_of_laws_the_old_text_is_not_found() {
    let (mut office, dir) = enrolled();
    let phone = alice(dir.path()).await;
    let articles = |view: &Value| hits(view).iter().filter(|h| h["target"]["kind"] == "article").count();
    let before = articles(&search(&phone, "冷库", json!("laws")).await);
    assert!(before > 0);
    drop(phone);
    let mut laws = office.library().laws.clone();
    laws.version = "2099.1".into();
    for text in laws.instruments.iter_mut().flat_map(|i| &mut i.articles).filter_map(|a| a.text.as_mut()) {
        text.zh = text.zh.replace("冷库", "冰窖");
    }
    office.publish_laws(&laws);
    office.deliver(dir.path(), "alice");
    let phone = alice(dir.path()).await;
    assert_eq!(articles(&search(&phone, "冷库", json!("laws")).await), 0);
    assert_eq!(articles(&search(&phone, "冰窖", json!("laws")).await), before);
}

#[tokio::test]
async fn an_index_that_was_lost_finds_the_same_again() {
    let (_office, dir) = enrolled();
    let phone = alice(dir.path()).await;
    phone.begin(&["ACC"]).await;
    let typed = ["冷链", "llys", "GSP 44", "JC"];
    let mut before = Vec::new();
    for one in typed {
        before.push(search(&phone, one, json!(null)).await);
    }
    assert!(before.iter().all(|view| !hits(view).is_empty()));
    drop(phone);
    for file in ["index.db", "index.db-wal", "index.db-shm"] {
        let _ = std::fs::remove_file(dir.path().join(file));
    }
    let phone = alice(dir.path()).await;
    for (one, before) in typed.iter().zip(before) {
        assert_eq!(search(&phone, one, json!(null)).await, before, "{one}");
    }
}

#[tokio::test]
async fn a_list_whose_file_is_damaged_is_named_and_the_rest_is_found() {
    let (office, dir) = enrolled();
    let file = dir.path().join("packs").join(format!("{}.json", office.list("COLD").sha256));
    std::fs::write(&file, b"{}").unwrap();
    let phone = alice(dir.path()).await;
    let found = search(&phone, "医疗器械", json!(null)).await;
    assert_eq!(found["unread"], json!(["COLD"]));
    assert!(!hits(&found).is_empty());
    assert!(hits(&search(&phone, "COLD-05", json!("items")).await).is_empty());
}

#[tokio::test]
async fn damage_in_what_search_is_made_of_costs_a_rebuild_and_no_hit() {
    let (_office, dir) = enrolled();
    let phone = alice(dir.path()).await;
    let before = search(&phone, "冷链", json!(null)).await;
    drop(phone);
    let file = dir.path().join("index.db");
    let mut bytes = std::fs::read(&file).unwrap();
    // Search came last and is most of the file: its pages are the last ones.
    for at in (bytes.len() / 2..bytes.len()).step_by(4096) {
        bytes[at] ^= 1;
    }
    std::fs::write(&file, bytes).unwrap();
    let phone = alice(dir.path()).await;
    assert_eq!(search(&phone, "冷链", json!(null)).await, before);
    assert!(dir.path().join("index.db.damaged-1").exists(), "kept for whoever wants to know why");
}
