//! A working day of a phone, for a traced child: everything a phone writes happens at least once, and after each step it is
//! said, in the trace itself, that the step was acknowledged.

use std::path::Path;

use anyhow::{Context as _, Result};
use serde_json::{Value, json};
use xuncha_core::checklist::EvidenceKind;
use xuncha_core::ids::BlobHash;

use crate::alone::{self, answer, measure, small_png, text};
use crate::disk::Marks;
use crate::district::{COMPANION, INSPECTOR, PASSPHRASE, name_of};
use crate::simulation::chance::Chance;
use crate::world::{Phone, World};

/// Passphrases of the day's phone: the first, and the one it is changed to.
pub const PINS: [&str; 2] = [PASSPHRASE, "wangchao-2027"];

/// Says what is about to be done, and that it was acknowledged.
struct Said<'m>(&'m Marks);

impl Said<'_> {
    fn begin(&self, what: &str) -> Result<()> {
        Ok(self.0.say(&format!("begin {what}"))?)
    }
    fn done(&self, what: &str) -> Result<()> {
        Ok(self.0.say(&format!("done {what}"))?)
    }
}

/// The engine of a phone through the door that [`alone`] uses.
pub(super) fn door(phone: &Phone) -> alone::Phone {
    alone::Phone { device: phone.device().clone(), data: phone.data().to_owned(), user: INSPECTOR.to_owned() }
}

/// A day from enrolment to the seal, with a real HQ and a colleague's phone elsewhere; then the phone is closed.
pub async fn live(data: &Path, marks: &Marks, seed: u64) -> Result<()> {
    let said = Said(marks);
    let world = World::start().await?;
    let invitation = world.head().await?.invite(INSPECTOR).await?;
    said.begin("enrolment")?;
    let alice = Phone::new("alice", INSPECTOR, data.to_owned())?;
    alice.enrol(&invitation).await?;
    said.done("enrolment")?;
    said.begin("sync")?;
    alice.sync().await?;
    said.done("sync")?;
    let phone = door(&alice);
    said.begin("start")?;
    let inspection = begin(&phone).await;
    said.done("start")?;
    let mut chance = Chance::new(seed);
    for n in 0..14 {
        step(&phone, &inspection, &mut chance, &format!("{seed}-{n}"), &said).await?;
    }
    said.begin("sync")?;
    alice.sync().await?;
    said.done("sync")?;
    let bob = world.phone("bob", COMPANION).await?;
    bob.sync().await?;
    for item in ["ACC-06", "ACC-10"] {
        bob.ask::<Value>("answer", answer(&inspection, item, "conforms", json!([]))).await?;
    }
    bob.sync().await?;
    said.begin("pull")?;
    alice.sync().await?;
    said.done("pull")?;
    said.begin("pin")?;
    alice.ask::<Value>("change_pin", json!({ "old": PINS[0], "new": PINS[1] })).await?;
    said.done("pin 1")?;
    said.begin("wish")?;
    alice.ask::<Value>("sync_wifi_only", json!({ "on": true })).await?;
    said.done("wish")?;
    seal(&phone, &said).await?;
    said.begin("lock")?;
    phone.ask("lock", json!({})).await;
    phone.ask("unlock", json!({ "user": INSPECTOR, "pin": PINS[1] })).await;
    said.done("lock")?;
    for n in 14..20 {
        step(&phone, &inspection, &mut chance, &format!("{seed}-{n}"), &said).await?;
    }
    phone.ask("lock", json!({})).await;
    Ok(())
}

/// Opens a phone that was stopped in the middle of something and goes on with its work, without a network. Says `refused <code>`
/// if it does not open, and `nobody` if nobody is enrolled.
pub async fn go_on(data: &Path, marks: &Marks, seed: u64) -> Result<()> {
    let said = Said(marks);
    let phone = match alone::Phone::locked(data, INSPECTOR) {
        Ok(phone) => phone,
        Err(failure) => return Ok(marks.say(&format!("refused {}", failure.code))?),
    };
    let status = phone.ask("status", json!({})).await;
    if status["state"] == "not_enrolled" {
        return Ok(marks.say("nobody")?);
    }
    let mut failed = None;
    for pin in PINS {
        match phone.try_ask("unlock", json!({ "user": INSPECTOR, "pin": pin })).await {
            Ok(_) => {
                failed = None;
                break;
            }
            Err(failure) => failed = Some(failure),
        }
    }
    if let Some(failure) = failed {
        return Ok(marks.say(&format!("refused {}", failure.code))?);
    }
    said.done("opened")?;
    let today = phone.ask("today", json!({ "here": null })).await;
    let mut inspection = None;
    for draft in today["drafts"].as_array().into_iter().flatten() {
        let view = phone.view(&text(&draft["id"])).await;
        let cold = alone::items(&view).iter().any(|item| item["item"]["code"] == "COLD-01");
        inspection = inspection.or(cold.then(|| text(&draft["id"])));
    }
    let Some(inspection) = inspection else { return Ok(()) };
    let mut chance = Chance::new(seed);
    for n in 0..4 {
        step(&phone, &inspection, &mut chance, &format!("on-{seed}-{n}"), &said).await?;
    }
    Ok(())
}

/// Begins an inspection together with the companion.
pub(super) async fn begin(phone: &alone::Phone) -> String {
    let companion = json!({ "user": COMPANION, "name": name_of(COMPANION), "certificate": "浙99-0201-0058" });
    let start = json!({
        "task": null, "firm": alone::firm(), "lists": ["ACC", "COLD"], "kind": "routine", "modes": [], "rule": null,
        "officers": [companion], "place": null, "language": "zh-Hans"
    });
    text(&phone.ask("start", start).await["inspection"])
}

async fn step(phone: &alone::Phone, inspection: &str, chance: &mut Chance, mark: &str, said: &Said<'_>) -> Result<()> {
    match chance.below(6) {
        0 => {
            said.begin("answer")?;
            let delta = phone.answer(inspection, "ACC-03", ["conforms", "non_conforming"][chance.below(2)]).await;
            let answers = delta["items"][0]["answers"].as_array().context("an answer stands")?;
            let entry = text(&answers.last().context("an answer stands")?["by"]["entry"]);
            said.done(&format!("entry {entry}"))
        }
        1 => {
            said.begin("note")?;
            let args = json!({ "inspection": inspection, "item": "ACC-04", "text": mark, "seen": [] });
            phone.ask("note", args).await;
            said.done(&format!("text {mark}"))
        }
        2 => {
            said.begin("field")?;
            let args = json!({ "inspection": inspection, "field": "situation", "value": mark, "seen": [] });
            phone.ask("field", args).await;
            said.done(&format!("text {mark}"))
        }
        3 => {
            said.begin("measure")?;
            let mut args = measure(inspection, "COLD-01", "4.1");
            args["what"] = json!(mark);
            phone.ask("measure", args).await;
            said.done(&format!("text {mark}"))
        }
        _ => {
            said.begin("photo")?;
            let bytes = [small_png(chance.below(250) as u8), mark.as_bytes().to_vec()].concat();
            let kept = phone.attach(inspection, None, EvidenceKind::Photo, "IMG.png", &bytes).await;
            kept.map_err(|failure| anyhow::anyhow!(failure))?;
            said.done(&format!("photo {}", BlobHash::digest(&[&bytes])))
        }
    }
}

/// An inspection of its own, answered in full and sealed.
async fn seal(phone: &alone::Phone, said: &Said<'_>) -> Result<()> {
    let inspection = phone.begin(&["SUP"]).await;
    phone.complete(&inspection).await;
    said.begin("proposal")?;
    let seal = phone.ask("propose_seal", json!({ "inspection": inspection })).await["seal"].clone();
    said.done(&format!("entry {}", text(&seal["proposal"])))?;
    for (role, name, method) in
        [("officer", name_of(INSPECTOR), "keyed"), ("officer", "陈志远", "drawn"), ("firm", "王经理", "drawn")]
    {
        said.begin("signature")?;
        let drawing = (method == "drawn").then(|| small_png(200));
        let image = drawing.as_ref().map(|png| data_encoding::BASE64.encode(png));
        let args = json!({
            "inspection": inspection, "proposal": seal["proposal"], "role": role, "name": name, "method": method,
            "image": image
        });
        phone.ask("sign", args).await;
        match drawing {
            Some(png) => said.done(&format!("photo {}", BlobHash::digest(&[&png])))?,
            None => said.done("signature")?,
        }
    }
    Ok(())
}
