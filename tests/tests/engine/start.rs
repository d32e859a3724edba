//! How inspections begin and end without a seal.

use serde_json::json;
use xuncha_tests::alone::{answer, firm, text};

use super::{alice, enrolled};

fn start() -> serde_json::Value {
    json!({
        "task": null, "firm": firm(), "lists": ["ACC"], "kind": "routine", "modes": [], "rule": null, "officers": [],
        "place": null, "language": "zh-Hans"
    })
}

#[tokio::test]
async fn a_task_brings_firm_lists_and_rule_and_leaves_the_list_of_tasks_once_begun() {
    let (mut office, dir) = enrolled();
    office.assign("task-1", &["alice", "bob"], &["COLD", "SUP"]);
    office.assign("task-2", &["bob"], &["ACC"]);
    office.deliver(dir.path(), "alice");
    let phone = alice(dir.path()).await;
    let today = phone.ask("today", json!({ "here": null })).await;
    let tasks: Vec<_> = today["tasks"].as_array().unwrap().iter().map(|t| text(&t["id"])).collect();
    assert_eq!(tasks, ["task-1"], "a task of somebody else is not shown");
    let mut args = start();
    args["task"] = json!("task-1");
    args["firm"] = json!(null);
    args["lists"] = json!([]);
    let inspection = text(&phone.ask("start", args).await["inspection"]);
    let view = phone.view(&inspection).await;
    let lists: Vec<_> = view["lists"].as_array().unwrap().iter().map(|l| text(&l["title"]["code"])).collect();
    assert_eq!((lists, text(&view["firm"]["name"])), (vec!["COLD".to_owned(), "SUP".to_owned()], firm().name));
    let today = phone.ask("today", json!({ "here": null })).await;
    assert_eq!((today["tasks"].as_array().unwrap().len(), today["drafts"].as_array().unwrap().len()), (0, 1));
    let task = phone.ask("task", json!({ "task": "task-1" })).await;
    assert_eq!(task["inspections"][0]["id"], json!(inspection));
}

#[tokio::test]
async fn what_an_inspection_cannot_begin_with_is_refused_by_code() {
    let (_office, dir) = enrolled();
    let phone = alice(dir.path()).await;
    let table = [
        ("task", json!("task-9"), "task.unknown"),
        ("lists", json!(["NONE"]), "list.not_here"),
        ("lists", json!([]), "lists.none"),
        ("firm", json!(null), "firm.name_missing"),
        ("rule", json!("no-such-rule"), "rule.not_here"),
    ];
    for (argument, value, code) in table {
        let mut args = start();
        args[argument] = value;
        assert_eq!(phone.refused("start", args).await.code, code);
    }
    assert_eq!(phone.ask("today", json!({ "here": null })).await["drafts"], json!([]));
}

#[tokio::test]
async fn numbers_count_up_and_do_not_repeat_after_a_restart() {
    let (_office, dir) = enrolled();
    let phone = alice(dir.path()).await;
    let first = phone.begin(&["ACC"]).await;
    drop(phone);
    let phone = alice(dir.path()).await;
    let second = phone.begin(&["ACC"]).await;
    let (one, two) = (phone.view(&first).await, phone.view(&second).await);
    assert!(text(&one["row"]["number"]).ends_with("-001") && text(&two["row"]["number"]).ends_with("-002"));
}

#[tokio::test]
async fn an_abandoned_inspection_keeps_what_it_has_and_takes_no_more() {
    let (_office, dir) = enrolled();
    let phone = alice(dir.path()).await;
    let inspection = phone.begin(&["ACC"]).await;
    phone.answer(&inspection, "ACC-03", "conforms").await;
    let without = json!({ "inspection": inspection, "reason": "  " });
    assert_eq!(phone.refused("abandon", without).await.code, "abandon.reason_missing");
    phone.ask("abandon", json!({ "inspection": inspection, "reason": "企业已注销" })).await;
    let refused = phone.refused("answer", answer(&inspection, "ACC-03", "conforms", json!([]))).await;
    assert_eq!(refused.code, "inspection.abandoned");
    let begin = xuncha_tests::alone::attach_begin(
        &inspection,
        Some("ACC-03"),
        xuncha_core::checklist::EvidenceKind::Photo,
        "a.png",
        10,
    );
    assert_eq!(phone.refused("attach_begin", begin).await.code, "inspection.abandoned");
    let view = phone.view(&inspection).await;
    assert_eq!((view["row"]["stage"].as_str(), view["row"]["done"].as_u64()), (Some("abandoned"), Some(1)));
}

#[tokio::test]
async fn an_answer_needs_an_item_of_the_list_and_a_reason_where_it_says_not_applicable() {
    let (_office, dir) = enrolled();
    let phone = alice(dir.path()).await;
    let inspection = phone.begin(&["ACC"]).await;
    let refuse = async |item: &str, outcome: &str| {
        phone.refused("answer", answer(&inspection, item, outcome, json!([]))).await.code
    };
    assert_eq!(refuse("COLD-01", "conforms").await, "item.unknown");
    // The tap is saved at once; the reason that is still missing keeps the inspection from being sealed.
    let delta = phone.ask("answer", answer(&inspection, "ACC-03", "not_applicable", json!([]))).await;
    let reason_missing = json!({"what": "reason", "item": "ACC-03"});
    assert!(delta["progress"]["missing"].as_array().unwrap().contains(&reason_missing), "{delta}");
    let seen = json!([delta["items"][0]["answers"][0]["by"]["entry"]]);
    let mut args = answer(&inspection, "ACC-03", "not_applicable", seen);
    args["reason"] = json!("当日无到货");
    let delta = phone.ask("answer", args).await;
    assert!(!delta["progress"]["missing"].as_array().unwrap().contains(&reason_missing), "{delta}");
    assert_eq!(delta["items"][0]["answers"][0]["reason"], "当日无到货");
}

#[tokio::test]
async fn the_law_opens_offline_and_an_unknown_one_says_so() {
    let (_office, dir) = enrolled();
    let phone = alice(dir.path()).await;
    let law = phone.ask("law", json!({ "law": "GSP", "article": "60" })).await;
    assert_eq!((law["instrument"]["code"].as_str(), law["article"]["article"].as_str()), (Some("GSP"), Some("60")));
    assert_eq!(phone.refused("law", json!({ "law": "NOPE", "article": "1" })).await.code, "law.unknown");
}
