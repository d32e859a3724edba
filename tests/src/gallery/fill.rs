//! Inspections in three states on one phone, made through the engine's verbs alone: begun, put before the signatories, sealed.

use std::path::Path;

use anyhow::{Context as _, Result};
use data_encoding::BASE64;
use serde_json::{Value, json};
use xuncha_core::checklist::Subject;
use xuncha_core::event::Outcome;
use xuncha_core::firm::FirmRecord;

use super::signature;
use crate::demo::plan::{self, Step};
use crate::photos::Photo;
use crate::world::Phone;
use crate::{alone, district};

/// What the record says where somebody has to type; every other field is 已核对.
const FIELDS: &[(&str, &str)] = &[
    ("place", "临澜市望潮区港北街道海曙路118号3幢1—2层"),
    ("recorder", "林若雨"),
    ("site_manager.name", "吴俊杰"),
    ("site_manager.position", "质量负责人"),
    ("site_manager.phone", "0990-8000118"),
    ("notice.recusal_answer", "“不申请回避。”"),
    ("situation", "09:20进入库区，货架12组，未见堵塞出风口。\n10:05在质管部查看监测系统，与现场一致。"),
    ("party.statement", "“情况属实，马上整改。无异议。”"),
];

/// Purchase records as an inspector copies them: one in order, one of goods that arrived before they were made.
const ROWS: &[&str] = &[
    "软性亲水接触镜 L2605A 2026-05-12 2029-05 有效期至 2026-06-01 20260605 2026-6-5 2026年6月5日 200盒 200盒",
    "软性亲水接触镜 L2606C 2026-06-10 2029-06 有效期至 2026-06-01 2026-06-05 2026-06-05 2026-06-05 100盒 100盒",
];

/// A phone with a day's work, and what it is made of.
pub struct Day<'a> {
    /// The phone.
    pub phone: &'a Phone,
    /// Pictures, taken in turn.
    pub photos: &'a [Photo],
    /// A temperature logger's file.
    pub logger: &'a Path,
}

impl Day<'_> {
    /// Starts the inspection of the task whose firm's name contains `firm`; answers its id.
    pub async fn start(&self, firm: &str) -> Result<String> {
        let today: Value = self.phone.ask("today", json!({ "here": null })).await?;
        let tasks = today["tasks"].as_array().context("tasks of today")?;
        let task = tasks.iter().find(|task| task["firm"].as_str().is_some_and(|name| name.contains(firm)));
        let task = task.with_context(|| format!("no task for {firm}"))?["id"].clone();
        let companion = district::PEOPLE.iter().find(|person| person.user == district::COMPANION);
        let companion = companion.context("the companion is of the district")?;
        let officers =
            json!([{ "user": companion.user, "name": companion.name, "certificate": companion.certificate }]);
        let start = json!({
            "task": task, "firm": null, "lists": [], "kind": null, "modes": [], "rule": null, "officers": officers,
            "place": null, "language": "zh-Hans"
        });
        let started: Value = self.phone.ask("start", start).await?;
        Ok(alone::text(&started["inspection"]))
    }

    /// Begins an inspection of a firm without a task, with the lists that propose themselves; a third of it is answered, one item
    /// does not conform.
    pub async fn glance(&self, firm: &FirmRecord) -> Result<String> {
        let modes: [&str; 0] = [];
        let ask = json!({ "subject": firm.subject, "kind": "routine", "modes": modes, "focus": modes });
        let proposal: Value = self.phone.ask("propose", ask).await?;
        let all = proposal["lists"].as_array().context("lists to choose from")?;
        let lists: Vec<&Value> = all.iter().filter(|l| l["proposed"] == true).map(|l| &l["title"]["code"]).collect();
        let start = json!({
            "task": null, "firm": firm, "lists": lists, "kind": "routine", "modes": modes, "rule": null, "officers": [],
            "place": null, "language": "zh-Hans"
        });
        let inspection = alone::text(&self.phone.ask::<Value>("start", start).await?["inspection"]);
        let view: Value = self.phone.ask("inspection", json!({ "inspection": inspection })).await?;
        let items = alone::items(&view);
        for (n, item) in items.iter().take(items.len() / 3).enumerate() {
            let code = alone::text(&item["item"]["code"]);
            let outcome = if n == 1 { "non_conforming" } else { "conforms" };
            self.phone.ask::<Value>("answer", alone::answer(&inspection, &code, outcome, json!([]))).await?;
            if n == 1 {
                let words = &item["item"]["findings"][0]["text"]["zh-Hans"];
                let note = json!({ "inspection": inspection, "item": code, "text": words, "seen": [] });
                self.phone.ask::<Value>("note", note).await?;
                self.phone.attach(&inspection, Some(&code), &self.photos[0].path).await?;
            }
        }
        Ok(inspection)
    }

    /// Answers the part of the plan that `share` percent are, with the evidence that each answer needs.
    pub async fn answer(&self, inspection: &str, lists: &[&str], subject: &Subject, share: usize) -> Result<()> {
        let steps = plan::plan(lists, subject, 0)?;
        let mut photos = self.photos.iter().cycle();
        for step in &steps[..steps.len() * share / 100] {
            self.one(inspection, step, &mut photos).await.with_context(|| step.item.clone())?;
        }
        Ok(())
    }

    /// Fills the table of an item with [`ROWS`].
    pub async fn table(&self, inspection: &str, item: &str) -> Result<()> {
        let rows: Vec<Vec<&str>> = ROWS.iter().map(|row| row.split(' ').collect()).collect();
        let table = json!({ "inspection": inspection, "item": item, "rows": rows, "correction": null, "seen": [] });
        self.phone.ask::<Value>("table", table).await?;
        Ok(())
    }

    async fn one(&self, inspection: &str, step: &Step, photos: &mut impl Iterator<Item = &Photo>) -> Result<()> {
        let mut answer = alone::answer(inspection, &step.item, "", json!([]));
        answer["outcome"] = serde_json::to_value(step.outcome)?;
        match (step.outcome, step.words) {
            (Outcome::NotApplicable, words) => answer["reason"] = json!(words),
            (_, Some(text)) => {
                let note = json!({ "inspection": inspection, "item": step.item, "text": text, "seen": [] });
                self.phone.ask::<Value>("note", note).await?;
            }
            _ => {}
        }
        self.phone.ask::<Value>("answer", answer).await?;
        for value in &step.measures {
            let mut measure = alone::measure(inspection, &step.item, value);
            measure["instrument"] = json!("数字温度计 W-0217，校准至2027-03");
            self.phone.ask::<Value>("measure", measure).await?;
        }
        for _ in 0..step.files {
            self.phone.attach(inspection, Some(&step.item), self.logger).await?;
        }
        for _ in 0..step.photos {
            let photo = photos.next().context("there are no photos")?;
            self.phone.attach(inspection, Some(&step.item), &photo.path).await?;
        }
        Ok(())
    }

    /// Fills the record and puts it before the signatories; answers the proposal.
    pub async fn propose(&self, inspection: &str) -> Result<String> {
        let view: Value = self.phone.ask("inspection", json!({ "inspection": inspection })).await?;
        for field in view["fields"].as_array().context("fields of the record")? {
            let name = alone::text(&field["field"]["field"]);
            let known = FIELDS.iter().find(|(known, _)| *known == name);
            if field["fixed"] == false && (known.is_some() || field["field"]["required"] == true) {
                let value = known.map_or("已核对", |(_, value)| value);
                let write = json!({ "inspection": inspection, "field": name, "value": value, "seen": [] });
                self.phone.ask::<Value>("field", write).await?;
            }
        }
        let view: Value = self.phone.ask("inspection", json!({ "inspection": inspection })).await?;
        let missing = || format!("missing before the seal: {}", view["progress"]["missing"]);
        let proposed = self.phone.ask::<Value>("propose_seal", json!({ "inspection": inspection })).await;
        let delta = proposed.with_context(missing)?;
        Ok(alone::text(&delta["seal"]["proposal"]))
    }

    /// One officer signs by key.
    pub async fn sign_by_key(&self, inspection: &str, proposal: &str) -> Result<()> {
        self.sign(inspection, proposal, "officer", district::name_of(district::INSPECTOR), None).await
    }

    /// The other officer and the firm sign by hand.
    pub async fn sign_by_hand(&self, inspection: &str, proposal: &str) -> Result<()> {
        let drawn = |seed| signature::drawn(seed).map(|png| Some(BASE64.encode(&png)));
        let second = district::name_of(district::COMPANION);
        self.sign(inspection, proposal, "officer", second, drawn(3)?).await?;
        self.sign(inspection, proposal, "firm", "吴俊杰", drawn(13)?).await
    }

    async fn sign(&self, id: &str, proposal: &str, role: &str, name: &str, image: Option<String>) -> Result<()> {
        let method = if image.is_some() { "drawn" } else { "keyed" };
        let sign = json!({
            "inspection": id, "proposal": proposal, "role": role, "name": name, "method": method, "image": image
        });
        self.phone.ask::<Value>("sign", sign).await?;
        Ok(())
    }
}
