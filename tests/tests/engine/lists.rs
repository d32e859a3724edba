//! Which lists an inspection has: proposed by what the subject is, changed with a reason, and nothing answered is lost by it.

use serde_json::{Value, json};
use xuncha_tests::alone::{items, state_of, text};

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
