//! Conclusion, record, signatures: what was shown is what is signed, and nothing signed changes.

use serde_json::{Value, json};
use xuncha_core::checklist::EvidenceKind::Photo;
use xuncha_tests::alone::{Phone, answer, small_png, text};

use super::{alice, enrolled};

async fn propose(phone: &Phone, inspection: &str) -> Value {
    phone.ask("propose_seal", json!({ "inspection": inspection })).await["seal"].clone()
}

fn signature(inspection: &str, seal: &Value, role: &str, name: &str, method: &str) -> Value {
    let image = (method == "drawn").then(|| data_encoding::BASE64.encode(&small_png(200)));
    json!({
        "inspection": inspection, "proposal": seal["proposal"], "role": role, "name": name, "method": method,
        "image": image
    })
}

pub(super) async fn sealed(phone: &Phone) -> (String, Value) {
    let inspection = phone.begin(&["SUP"]).await;
    phone.complete(&inspection).await;
    let seal = propose(phone, &inspection).await;
    phone.ask("sign", signature(&inspection, &seal, "officer", "alice", "keyed")).await;
    phone.ask("sign", signature(&inspection, &seal, "officer", "陈志远", "drawn")).await;
    let delta = phone.ask("sign", signature(&inspection, &seal, "firm", "王经理", "drawn")).await;
    assert_eq!(delta["seal"]["sealed"], true, "{}", delta["seal"]["waits_for"]);
    (inspection, delta["seal"].clone())
}

#[tokio::test]
async fn an_incomplete_inspection_is_not_put_before_the_signatories() {
    let (_office, dir) = enrolled();
    let phone = alice(dir.path()).await;
    let inspection = phone.begin(&["SUP"]).await;
    let refused = phone.refused("propose_seal", json!({ "inspection": inspection })).await;
    assert_eq!(refused.code, "seal.incomplete");
    assert!(refused.params["missing"].parse::<u32>().unwrap() > 0);
    assert_eq!(phone.view(&inspection).await["seal"], Value::Null);
}

#[tokio::test]
async fn a_keyed_and_a_drawn_officer_and_the_firm_seal_it_and_a_restart_shows_the_same() {
    let (_office, dir) = enrolled();
    let phone = alice(dir.path()).await;
    let (inspection, seal) = sealed(&phone).await;
    let methods: Vec<_> = seal["signatures"].as_array().unwrap().iter().map(|s| text(&s["method"])).collect();
    assert_eq!(methods, ["keyed", "drawn", "drawn"]);
    let record = text(&seal["record"]);
    assert_eq!(text(&seal["record_sha256"]), xuncha_core::ids::Digest::digest(&[record.as_bytes()]).to_string());
    assert!(record.contains("恒康医疗器械有限公司") && record.contains("SUP-01"), "{record}");
    let image = text(&seal["signatures"][2]["image"]);
    assert_eq!(phone.device.photo(&format!("drawn/{image}")).unwrap().bytes, small_png(200));
    drop(phone);
    let phone = alice(dir.path()).await;
    assert_eq!(phone.view(&inspection).await["seal"], seal);
    let today = phone.ask("today", json!({ "here": null })).await;
    assert_eq!((today["drafts"].as_array().unwrap().len(), today["sealed"][0]["id"].as_str()), (0, Some(&*inspection)));
}

#[tokio::test]
async fn a_signature_that_cannot_count_is_refused() {
    let (_office, dir) = enrolled();
    let phone = alice(dir.path()).await;
    let inspection = phone.begin(&["SUP"]).await;
    phone.complete(&inspection).await;
    let unproposed = json!({ "proposal": "00".repeat(32) });
    let refuse = async |seal: &Value, role: &str, name: &str, method: &str, image: Option<&str>| {
        let mut args = signature(&inspection, seal, role, name, method);
        if let Some(image) = image {
            args["image"] = json!(image);
        }
        phone.refused("sign", args).await.code
    };
    assert_eq!(refuse(&unproposed, "officer", "alice", "keyed", None).await, "seal.none");
    let seal = propose(&phone, &inspection).await;
    assert_eq!(refuse(&unproposed, "officer", "alice", "keyed", None).await, "seal.stale");
    assert_eq!(refuse(&seal, "firm", "王经理", "keyed", None).await, "sign.keyed_officer_only");
    assert_eq!(refuse(&seal, "officer", "陈志远", "keyed", None).await, "sign.keyed_own_name_only");
    assert_eq!(refuse(&seal, "firm", "  ", "drawn", None).await, "sign.name_missing");
    assert_eq!(refuse(&seal, "firm", "王经理", "drawn", Some("!!!")).await, "sign.image");
    assert_eq!(refuse(&seal, "firm", "王经理", "drawn", Some("AAAA")).await, "sign.image");
    assert_eq!(phone.view(&inspection).await["seal"]["signatures"], json!([]));
}

#[tokio::test]
async fn one_officer_is_not_two_however_often_they_sign() {
    let (_office, dir) = enrolled();
    let phone = alice(dir.path()).await;
    let inspection = phone.begin(&["SUP"]).await;
    phone.complete(&inspection).await;
    let seal = propose(&phone, &inspection).await;
    phone.ask("sign", signature(&inspection, &seal, "firm", "王经理", "drawn")).await;
    phone.ask("sign", signature(&inspection, &seal, "officer", "alice", "keyed")).await;
    let delta = phone.ask("sign", signature(&inspection, &seal, "officer", "alice", "drawn")).await;
    assert_eq!((&delta["seal"]["sealed"], &delta["seal"]["waits_for"]), (&json!(false), &json!(["officer"])));
}

#[tokio::test]
async fn a_proposal_that_the_work_went_on_past_can_no_longer_be_signed() {
    let (_office, dir) = enrolled();
    let phone = alice(dir.path()).await;
    let inspection = phone.begin(&["SUP"]).await;
    phone.complete(&inspection).await;
    let seal = propose(&phone, &inspection).await;
    phone.ask("sign", signature(&inspection, &seal, "officer", "alice", "keyed")).await;
    phone.answer(&inspection, "SUP-03", "corrected").await;
    let refused = phone.refused("sign", signature(&inspection, &seal, "firm", "王经理", "drawn")).await;
    assert_eq!((refused.code.as_str(), refused.params["outside"].as_str()), ("seal.stale", "1"));
    assert_eq!(phone.view(&inspection).await["row"]["stage"], "draft");
    for n in [240, 241] {
        phone.attach(&inspection, Some("SUP-03"), Photo, "IMG.png", &small_png(n)).await.unwrap();
    }
    let again = propose(&phone, &inspection).await;
    assert_ne!(again["proposal"], seal["proposal"]);
    assert_eq!(again["signatures"], json!([]), "a signature under the old record is none under the new one");
}

#[tokio::test]
async fn a_firm_that_refuses_is_recorded_with_reason_and_witness() {
    let (_office, dir) = enrolled();
    let phone = alice(dir.path()).await;
    let inspection = phone.begin(&["SUP"]).await;
    phone.complete(&inspection).await;
    let seal = propose(&phone, &inspection).await;
    phone.ask("sign", signature(&inspection, &seal, "officer", "alice", "keyed")).await;
    phone.ask("sign", signature(&inspection, &seal, "officer", "陈志远", "drawn")).await;
    let refuse = |reason: &str, witness: &str| json!({ "inspection": inspection, "proposal": seal["proposal"], "reason": reason, "witness": witness, "image": null });
    assert_eq!(phone.refused("refuse", refuse("拒绝签字", " ")).await.code, "refuse.reason_and_witness");
    let delta = phone.ask("refuse", refuse("拒绝签字", "李见证")).await;
    assert_eq!(
        (&delta["seal"]["sealed"], delta["seal"]["refusal"]["witness"].as_str()),
        (&json!(true), Some("李见证"))
    );
}

#[tokio::test]
async fn i12_after_the_seal_a_correction_is_late_needs_a_reason_and_changes_nothing_that_was_signed() {
    let (_office, dir) = enrolled();
    let phone = alice(dir.path()).await;
    let (inspection, seal) = sealed(&phone).await;
    let plain = answer(&inspection, "SUP-03", "non_conforming", json!([]));
    assert_eq!(phone.refused("answer", plain.clone()).await.code, "correction.reason_missing");
    let mut corrected = plain;
    corrected["correction"] = json!("复核发现记录有误");
    let view = phone.view(&inspection).await;
    corrected["seen"] = json!([xuncha_tests::alone::state_of(&view, "SUP-03")["answers"][0]["by"]["entry"]]);
    phone.ask("answer", corrected).await;
    let after = phone.view(&inspection).await["seal"].clone();
    for part in ["proposal", "record", "record_sha256", "entries", "blobs", "signatures", "conclusion", "sealed"] {
        assert_eq!(after[part], seal[part], "{part}");
    }
    let later: Vec<_> =
        after["later"].as_array().unwrap().iter().map(|l| (text(&l["kind"]), l["item"].clone())).collect();
    assert_eq!(later, [("answer.set".to_owned(), json!("SUP-03"))]);
    assert_eq!(phone.refused("propose_seal", json!({ "inspection": inspection })).await.code, "inspection.sealed");
    let abandon = json!({ "inspection": inspection, "reason": "x" });
    assert_eq!(phone.refused("abandon", abandon).await.code, "inspection.sealed");
}
