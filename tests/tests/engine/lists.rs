//! Which lists an inspection has: proposed by what the subject is, changed with a reason, and nothing answered is lost by it.

use serde_json::{Value, json};
use xuncha_core::checklist::EvidenceKind;
use xuncha_tests::alone::{items, small_png, state_of, text};

use super::{alice, enrolled};

async fn proposed(phone: &xuncha_tests::alone::Phone, subject: Value, kind: &str) -> (Vec<String>, String) {
    let focus: [&str; 0] = [];
    let args = json!({ "subject": subject, "kind": kind, "modes": [], "focus": focus });
    let view = phone.ask("propose", args).await;
    let lists = view["lists"].as_array().unwrap();
    let codes = lists.iter().filter(|l| l["proposed"] == true).map(|l| text(&l["title"]["code"]));
    (codes.collect(), text(&view["rule"]))
}

#[tokio::test]
async fn lists_and_rule_are_proposed_by_what_the_subject_is_and_why_it_is_visited() {
    let (_office, dir) = enrolled();
    let phone = alice(dir.path()).await;
    let subject = |kind: &str, flags: &[&str]| json!({ "kind": kind, "modes": [], "flags": flags });
    let cases: &[(Value, &str, &[&str], &str)] = &[
        (subject("optician", &["lens"]), "routine", &["ACC", "LENS", "LIC", "PRD", "SAL", "STO", "SUP"], "routine"),
        (subject("hospital", &[]), "routine", &["ADR", "COLD", "STH", "USE", "VBP"], "routine"),
        (
            subject("wholesale", &["cold_chain", "ivd"]),
            "licence_verification",
            &["ACC", "COLD", "IVD", "LIC", "PRD", "SAL", "STO", "SUP"],
            "licence-verification",
        ),
        (
            subject("third_party_logistics", &[]),
            "licence_verification",
            &["ACC", "LIC", "STO", "TPL"],
            "third-party-logistics",
        ),
        (subject("platform", &[]), "special", &["NETP"], "routine"),
        (subject("clinic", &["dental", "oxygen"]), "routine", &["DENT", "OXY", "USE"], "routine"),
        (subject("wholesale", &["cold_chain"]), "reopening", &["REOP"], "routine"),
    ];
    for (subject, kind, lists, rule) in cases {
        let (found, by) = proposed(&phone, subject.clone(), kind).await;
        assert_eq!((found, by.as_str()), (lists.iter().map(|l| (*l).to_owned()).collect(), *rule), "{subject} {kind}");
    }
}

#[tokio::test]
async fn a_hospital_is_asked_what_two_lists_share_once_and_of_the_cold_chain_only_its_own_item() {
    let (_office, dir) = enrolled();
    let phone = alice(dir.path()).await;
    let start = json!({
        "task": null, "firm": { "name": "海宁市中心医院", "subject": { "kind": "hospital" } },
        "lists": ["USE", "STH", "COLD"], "kind": "routine", "modes": [], "rule": null,
        "officers": [{ "user": null, "name": "陈志远", "certificate": "浙99-0002" }], "place": null, "language": "zh-Hans"
    });
    let inspection = text(&phone.ask("start", start).await["inspection"]);
    let view = phone.view(&inspection).await;
    let codes: Vec<_> = items(&view).iter().map(|i| text(&i["item"]["code"])).collect();
    assert!(!codes.contains(&"STH-01".into()) && codes.contains(&"USE-03".into()), "{codes:?}");
    let asked = items(&view).into_iter().find(|i| i["item"]["code"] == "USE-03").unwrap();
    assert_eq!(asked["covers"], json!(["STH-01"]));
    assert_eq!(codes.iter().filter(|c| c.starts_with("COLD")).collect::<Vec<_>>(), ["COLD-22"]);
}

#[tokio::test]
async fn a_list_comes_and_goes_with_a_reason_and_its_answers_stay() {
    let (_office, dir) = enrolled();
    let phone = alice(dir.path()).await;
    let inspection = phone.begin(&["ACC"]).await;
    let change = |list: &str, added: bool, reason: &str| json!({ "inspection": inspection, "list": list, "added": added, "reason": reason });
    let refused = |args: Value| async { phone.refused("change_list", args).await.code };
    assert_eq!(refused(change("COLD", true, "  ")).await, "list.reason_missing");
    assert_eq!(refused(change("ACC", true, "多查")).await, "list.already_there");
    assert_eq!(refused(change("COLD", false, "不查")).await, "list.not_in_use");
    assert_eq!(refused(change("ACC", false, "不查")).await, "lists.none");
    assert_eq!(refused(change("NONE", true, "多查")).await, "list.not_here");

    let delta = phone.ask("change_list", change("COLD", true, "现场发现冷库")).await;
    assert_eq!(delta["reload"], true);
    phone.answer(&inspection, "COLD-01", "non_conforming").await;
    phone.ask("change_list", change("COLD", false, "冷库属于另一企业")).await;
    let without = phone.view(&inspection).await;
    assert!(items(&without).iter().all(|i| !text(&i["item"]["code"]).starts_with("COLD")));
    assert_eq!(without["row"]["total"], items(&without).len(), "the row counts what is asked now");
    phone.ask("change_list", change("COLD", true, "查明属于本企业")).await;
    let again = phone.view(&inspection).await;
    assert_eq!(state_of(&again, "COLD-01")["answers"][0]["outcome"], "non_conforming");
}

/// ACC in a version of its own: one item asks otherwise, one is gone, one came, one moved to a stricter proof.
fn acc_anew(office: &xuncha_tests::alone::Office) -> xuncha_core::checklist::Checklist {
    let mut list = office.library().list(&"ACC".parse().unwrap()).unwrap().clone();
    list.version = "2099.1".into();
    let items = &mut list.sections[0].items;
    items[0].text =
        serde_json::from_value(json!({ "zh-Hans": "逐批核对随货同行单", "en": "Every batch against its note" }))
            .unwrap();
    let gone = items.remove(1);
    items.push(xuncha_core::checklist::Item { code: "ACC-99".parse().unwrap(), ..gone });
    list
}

#[tokio::test]
async fn a_draft_moves_to_a_newer_list_only_as_shown_and_no_answer_is_lost() {
    let (mut office, dir) = enrolled();
    let phone = alice(dir.path()).await;
    let inspection = phone.begin(&["ACC", "STO"]).await;
    let first = phone.view(&inspection).await;
    let codes: Vec<_> = items(&first).iter().map(|i| text(&i["item"]["code"])).collect();
    let (reworded, gone, kept) = (codes[0].as_str(), codes[1].as_str(), codes[2].as_str());
    for item in [reworded, gone, kept] {
        phone.answer(&inspection, item, "conforms").await;
    }
    phone.attach(&inspection, Some(gone), EvidenceKind::Photo, "IMG.png", &small_png(7)).await.unwrap();
    let args = json!({ "inspection": inspection, "list": "ACC" });
    assert_eq!(phone.refused("newer_list", args.clone()).await.code, "list.newest");
    assert_eq!(first["lists"][0]["newer"], Value::Null);
    drop(phone);

    let newer = acc_anew(&office);
    office.publish_list(&newer);
    office.deliver(dir.path(), "alice");
    let phone = alice(dir.path()).await;
    let before = phone.view(&inspection).await;
    assert_eq!(before["lists"][0]["newer"], "2099.1");
    assert_eq!(before["lists"][0]["title"]["version"], first["lists"][0]["title"]["version"], "nobody moved it");

    let news = phone.ask("newer_list", args).await;
    let shown: Vec<_> = news["items"].as_array().unwrap().iter().map(|i| text(&i["item"])).collect();
    assert_eq!(shown, [reworded, "ACC-99", gone]);
    assert_eq!(
        (&news["items"][0]["again"], &news["items"][0]["after"]["zh-Hans"]),
        (&json!(true), &json!("逐批核对随货同行单"))
    );
    assert_eq!((&news["items"][2]["spoken"], &news["items"][2]["after"]), (&json!(true), &Value::Null));

    let to = |sha256: &Value| json!({ "inspection": inspection, "list": "ACC", "to": sha256 });
    let other = json!("0".repeat(64));
    assert_eq!(phone.refused("move_list", to(&other)).await.code, "list.newer_again", "only what was shown");
    let delta = phone.ask("move_list", to(&news["sha256"])).await;
    assert_eq!(delta["reload"], true);

    let after = phone.view(&inspection).await;
    assert_eq!((&after["lists"][0]["title"]["version"], &after["lists"][0]["newer"]), (&json!("2099.1"), &Value::Null));
    assert_eq!(after["lists"].as_array().unwrap().len(), 2, "in its place, beside the others");
    assert_eq!(state_of(&after, kept)["answers"][0]["outcome"], "conforms");
    assert_eq!(state_of(&after, kept)["reworded"], Value::Null);
    let again = state_of(&after, reworded);
    assert_eq!((&again["answers"][0]["outcome"], &again["missing"]), (&json!("conforms"), &json!(true)));
    assert_eq!(again["reworded"], first["lists"][0]["title"]["version"]);
    let left = after["left"].as_array().unwrap();
    assert_eq!(left.len(), 1);
    assert_eq!(
        (&left[0]["item"]["code"], &left[0]["state"]["answers"][0]["outcome"]),
        (&json!(gone), &json!("conforms"))
    );
    assert_eq!(left[0]["state"]["evidence"].as_array().unwrap().len(), 1);

    // Seen under the new wording and given again: then it counts without a question.
    phone.answer(&inspection, reworded, "non_conforming").await;
    let settled = phone.view(&inspection).await;
    assert_eq!(state_of(&settled, reworded)["reworded"], Value::Null);
    let waits = settled["progress"]["missing"].as_array().unwrap().iter().filter(|m| m["what"] == "reworded").count();
    assert_eq!(waits, 0);
    phone.complete(&inspection).await;
    phone.ask("propose_seal", json!({ "inspection": inspection })).await;
    let record = text(&phone.view(&inspection).await["seal"]["record"]);
    assert!(record.contains("不再使用，所记录的保留") && record.contains(gone), "{record}");
}

#[tokio::test]
async fn focus_domains_stay_with_the_inspection_they_were_chosen_for() {
    let (_office, dir) = enrolled();
    let phone = alice(dir.path()).await;
    let start = json!({
        "task": null, "firm": xuncha_tests::alone::firm(), "lists": ["LENS"], "kind": "special", "modes": [], "focus": ["F06"],
        "rule": null, "officers": [], "place": null, "language": "zh-Hans"
    });
    let inspection = text(&phone.ask("start", start).await["inspection"]);
    drop(phone);
    assert_eq!(alice(dir.path()).await.view(&inspection).await["focus"], json!(["F06"]));
}

#[tokio::test]
async fn an_item_is_read_outside_of_any_inspection_in_the_newest_version_and_the_laws_are_counted() {
    let (mut office, dir) = enrolled();
    let newer = acc_anew(&office);
    office.publish_list(&newer);
    office.deliver(dir.path(), "alice");
    let phone = alice(dir.path()).await;
    let item = &newer.sections[0].items[0].code;
    let read = phone.ask("list_item", json!({ "list": "ACC", "item": item })).await;
    assert_eq!(
        (&read["list"]["version"], &read["item"]["text"]["zh-Hans"]),
        (&json!("2099.1"), &json!("逐批核对随货同行单"))
    );
    let unknown = phone.refused("list_item", json!({ "list": "ACC", "item": "ACC-98" })).await;
    assert_eq!(unknown.code, "item.unknown");

    let rows = phone.ask("laws", json!({})).await;
    for law in &office.library().laws.instruments {
        let row = rows.as_array().unwrap().iter().find(|r| r["instrument"]["code"] == law.code.as_str()).unwrap();
        let unread = law.articles.iter().filter(|a| a.text.is_none()).count();
        assert_eq!((&row["articles"], &row["unread"]), (&json!(law.articles.len()), &json!(unread)), "{}", law.code);
    }
}
