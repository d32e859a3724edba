//! The inspector's hands: what is tapped and typed on the real window, page by page. A picture is kept of every page.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};
use serde_json::Value;
use xuncha_core::event::Outcome;

use super::plan::Step;
use crate::desktop::{Patience, Window};
use crate::district;
use crate::photos::Photo;

/// Hands on a window, and the pictures they made of it.
pub struct Walk {
    window: Window,
    /// Pictures of the screens, in the order they were made.
    pub shots: Vec<PathBuf>,
}

/// Who receives the officers at the door.
const RECEIVED: &[(&str, &str)] = &[("site_manager.name", "吴俊杰"), ("site_manager.position", "质量负责人")];

/// Presses the button of the sync if it is there at this moment: between two looks the engine may have begun by itself.
const PRESS: &str = "const button = document.querySelector('[data-testid=\"sync-start\"]'); const pressed = button !== null; button?.click()";

/// Fields of the record that somebody has to type, with what the inspector of the demonstration types.
const FIELDS: &[(&str, &str)] = &[
    ("place", "临澜市望潮区港北街道海曙路118号3幢1—2层，1号、2号冷库及零售区"),
    ("recorder", "林若雨"),
    ("site_manager.phone", "0990-8000118"),
    (
        "situation",
        "09:20进入1号冷库，显示4.2 ℃，实测4.2 ℃；2号冷库显示4.6 ℃，实测4.6 ℃。货架12组，未见堵塞出风口。\n10:05在质管部查看监测系统，在线测点16个，与现场一致；导出10月温度记录。\n10:40抽查供货者档案6份、进货查验记录5份。",
    ),
    ("party.statement", "“情况属实，2号冷库当晚为除霜，没有写处置记录，马上整改。无异议。”"),
    ("close.read", "以上笔录由当事人阅读，经核对无误。"),
];

impl Walk {
    /// Takes a window in hand.
    pub fn with(window: Window) -> Self {
        Self { window, shots: Vec::new() }
    }

    /// The window, for what a story does beside the usual.
    pub fn window(&self) -> &Window {
        &self.window
    }

    /// Keeps a picture of the page, numbered in the order of the story.
    pub async fn shot(&mut self, name: &str) -> Result<()> {
        let path = self.window.shot(&format!("{:02}-{name}", self.shots.len() + 1)).await?;
        self.shots.push(path);
        Ok(())
    }

    /// Closes the app in good order; gives back the pictures.
    pub async fn close(self) -> Result<Vec<PathBuf>> {
        self.window.close().await?;
        Ok(self.shots)
    }

    /// Ends the app as a dead battery would; gives back the pictures.
    pub fn crash(self) -> Vec<PathBuf> {
        drop(self.window);
        self.shots
    }

    /// First start: the invitation is looked at, a passphrase chosen, the first tasks fetched.
    pub async fn enrol(&mut self, invitation: &str) -> Result<()> {
        self.window.screen_within("enrol", Patience::WORK).await?;
        self.shot("enrol").await?;
        self.window.write("enrol-text", invitation).await?;
        self.window.tap("enrol-look").await?;
        self.window.find_within("enrol-go", Patience::WORK).await?;
        self.window.write("enrol-label", "林若雨的手机").await?;
        self.window.write("enrol-pin", district::PASSPHRASE).await?;
        self.window.write("enrol-pin-again", district::PASSPHRASE).await?;
        self.shot("enrol-person").await?;
        self.window.tap("enrol-go").await?;
        self.window.until("the phone to be enrolled", Patience::WORK, &shows(&["today", "unlock"])).await?;
        if self.window.has("unlock-pin").await? {
            self.unlock().await?;
        }
        self.window.screen_within("today", Patience::WORK).await
    }

    /// The passphrase.
    pub async fn unlock(&mut self) -> Result<()> {
        self.window.screen_within("unlock", Patience::WORK).await?;
        self.shot("unlock").await?;
        self.window.write("unlock-pin", district::PASSPHRASE).await?;
        self.window.tap("unlock-go").await?;
        self.window.screen_within("today", Patience::WORK).await
    }

    /// Synchronises until both sides agree. Begins and ends on the first page.
    pub async fn sync(&mut self, shot: &str) -> Result<()> {
        self.open_sync().await?;
        // The engine begins by itself, too, and may be at it already or through.
        self.window.ask(PRESS).await?;
        self.window.find_within("sync-done", Patience::SYNC).await.context("not everything came over")?;
        self.shot(shot).await?;
        self.window.tap("sync-done").await?;
        self.window.screen("today").await
    }

    /// Tries to synchronise while HQ is away: the page must say so and go on being usable.
    pub async fn sync_in_vain(&mut self) -> Result<()> {
        self.open_sync().await?;
        // It may be trying by itself just now: then the button is back in a moment.
        self.window.until("the button", Patience::SYNC, &format!("{PRESS}; return pressed")).await?;
        let waiting = "return document.querySelector('[data-testid=\"sync-phase\"]')?.dataset.phase === 'waiting'";
        self.window.until("the page to say that HQ is away", Patience::SYNC, waiting).await?;
        self.shot("sync-hq-away").await?;
        self.window.tap("back").await?;
        self.window.screen("today").await
    }

    async fn open_sync(&self) -> Result<()> {
        self.window.ask("location.hash = '#/sync'").await?;
        self.window.screen("sync").await
    }

    /// Opens the task whose card names `firm` and starts its inspection; gives back the inspection's id.
    pub async fn start(&mut self, firm: &str) -> Result<String> {
        self.window.screen("today").await?;
        self.shot("today").await?;
        let card = format!(
            "const card = [...document.querySelectorAll('[data-testid^=\"task-\"]')].find(e => e.innerText.includes('{firm}')); return card ? card.dataset.testid : ''"
        );
        let card = self.window.ask(&card).await?;
        let card = card.as_str().filter(|id| !id.is_empty()).with_context(|| format!("there is no task for {firm}"))?;
        self.window.tap(card).await?;
        self.window.find("start").await?;
        self.window.settled(Patience::TAP).await?;
        self.shot("task").await?;
        self.window.tap("start").await?;
        self.at_the_door().await?;
        self.window.screen_within("inspection", Patience::WORK).await?;
        self.shot("inspection").await?;
        let hash = self.window.ask("return location.hash").await?;
        let id = hash.as_str().and_then(|hash| hash.split('/').nth(2)).context("the inspection has no address")?;
        Ok(id.split(['?', '/']).next().unwrap_or(id).to_owned())
    }

    /// Before anything else: the second officer, certificates, rights and duties, recusal. Ends on the inspection.
    async fn at_the_door(&mut self) -> Result<()> {
        self.window.screen_within("door", Patience::WORK).await?;
        self.shot("door").await?;
        self.second_officer().await?;
        self.fill(RECEIVED).await?;
        for step in ["door-certificates", "door-rights", "door-recusal"] {
            self.window.tap(step).await?;
            // The button goes away when its sentence stands in the record.
            self.window.gone(step, Patience::WORK).await?;
        }
        self.window.settled(Patience::TAP).await?;
        self.shot("door-done").await?;
        self.window.tap("door-go").await
    }

    async fn second_officer(&self) -> Result<()> {
        let companion = district::PEOPLE.iter().find(|person| person.user == district::COMPANION);
        let companion = companion.context("the inspector has a companion")?;
        self.window.tap("officer-add").await?;
        self.window.write("officer-name", companion.name).await?;
        self.window.write("officer-certificate", companion.certificate).await?;
        self.window.tap("officer-go").await?;
        self.window.gone("officer-go", Patience::TAP).await
    }

    async fn fill(&self, fields: &[(&str, &str)]) -> Result<()> {
        for (field, value) in fields {
            self.window.write(&format!("field-{field}"), value).await?;
            self.window.leave_field().await?;
            self.window.settled(Patience::TAP).await?;
        }
        Ok(())
    }

    /// Goes on with an inspection that stands on the first page.
    pub async fn go_on(&mut self, inspection: &str) -> Result<()> {
        self.window.screen("today").await?;
        self.shot("today-draft").await?;
        self.window.tap(&format!("inspection-{inspection}")).await?;
        self.window.screen_within("inspection", Patience::WORK).await
    }

    /// Answers items in the order of the plan, taking `photos` as the camera would give them.
    pub async fn answer(
        &mut self,
        steps: &[Step],
        photos: &mut impl Iterator<Item = Photo>,
        logger: &Path,
    ) -> Result<()> {
        let mut section = "";
        let mut shown = false;
        for step in steps {
            if step.section != section {
                section = &step.section;
                self.window.tap(&format!("section-{section}")).await?;
            }
            self.one(step, photos, logger).await.with_context(|| step.item.clone())?;
            if !shown && step.outcome == Outcome::NonConforming {
                shown = true;
                self.shot("item-not-conforming").await?;
            }
        }
        Ok(())
    }

    async fn one(&mut self, step: &Step, photos: &mut impl Iterator<Item = Photo>, logger: &Path) -> Result<()> {
        let (window, code) = (&self.window, &step.item);
        let outcome = serde_json::to_value(step.outcome)?;
        let outcome = outcome.as_str().context("a result has a name")?;
        let button = format!("result-{code}-{outcome}");
        window.tap(&button).await?;
        // The tap is durable when the button says so: 已存本机.
        let here = format!("return document.querySelector('[data-testid=\"{button}\"]')?.dataset.state === 'here'");
        window.until("已存本机", Patience::TAP, &here).await?;
        if let Some(words) = step.words {
            let field = if step.outcome == Outcome::NotApplicable { "reason" } else { "note" };
            window.write(&format!("{field}-{code}"), words).await?;
            window.leave_field().await?;
            window.settled(Patience::TAP).await?;
        }
        for reading in &step.measures {
            window.tap(&format!("measure-{code}")).await?;
            window.write("measure-value", reading).await?;
            window.write("measure-what", "现场复测").await?;
            window.write("measure-instrument", "数字温度计 W-0217，校准至2027-03").await?;
            window.tap("measure-go").await?;
            window.gone("measure-go", Patience::WORK).await?;
        }
        for _ in 0..step.files {
            self.attach(&format!("gallery-{code}"), logger).await?;
        }
        for _ in 0..step.photos {
            let photo = photos.next().context("there are too few photos")?;
            self.attach(&format!("camera-{code}"), &photo.path).await?;
        }
        Ok(())
    }

    async fn attach(&self, input: &str, file: &Path) -> Result<()> {
        let watch = "window.sawUpload = false; new MutationObserver((_, watcher) => { if (document.querySelector('[data-testid=\"upload\"]')) { window.sawUpload = true; watcher.disconnect() } }).observe(document.body, { childList: true, subtree: true })";
        self.window.ask(watch).await?;
        self.window.choose_file(input, file).await?;
        let sealed = "return window.sawUpload === true && document.querySelector('[data-testid=\"upload\"]') === null && document.querySelector('[data-busy=\"true\"]') === null";
        self.window.until(&format!("{} to be kept", file.display()), Patience::WORK, sealed).await
    }

    /// Pages beside the way: the law beside an item, an item in full, a picture with its facts. Ends on the inspection.
    pub async fn look_around(&mut self, step: &Step) -> Result<()> {
        let item = &step.item;
        self.window.tap(&format!("section-{}", step.section)).await?;
        let law = "const seen = [...document.querySelectorAll('[data-testid^=\"law-\"]')].find(e => e.getClientRects().length > 0); return seen ? seen.dataset.testid : ''";
        if let Some(chip) = self.window.ask(law).await?.as_str().filter(|chip| !chip.is_empty()) {
            self.window.tap(chip).await?;
            self.window.find("law").await?;
            self.window.settled(Patience::TAP).await?;
            self.shot("law").await?;
            self.window.tap("sheet-close").await?;
            self.window.gone("sheet-close", Patience::TAP).await?;
        }
        self.window.tap(&format!("open-{item}")).await?;
        self.window.screen("item").await?;
        self.shot("item").await?;
        let picture = "const tile = document.querySelector('[data-screen=\"item\"] [data-testid^=\"evidence-\"]'); return tile ? tile.dataset.testid : ''";
        if let Some(tile) = self.window.ask(picture).await?.as_str().filter(|tile| !tile.is_empty()) {
            self.window.tap(tile).await?;
            self.window.screen("picture").await?;
            let painted = "return [...document.querySelectorAll('[data-screen=\"picture\"] img')].every(image => image.complete && image.naturalWidth > 0)";
            self.window.until("the picture", Patience::WORK, painted).await?;
            self.shot("picture").await?;
            self.window.ask("history.back()").await?;
            self.window.screen("item").await?;
        }
        self.window.ask("history.back()").await?;
        self.window.screen("inspection").await
    }

    /// Fills the record, proposes the seal, and signs: one officer by key, the other and the firm by hand.
    pub async fn seal(&mut self) -> Result<()> {
        self.window.tap("to-sign").await?;
        self.window.screen_within("conclusion", Patience::WORK).await?;
        self.shot("conclusion").await?;
        self.fill(FIELDS).await?;
        if !self.window.has("nothing-missing").await? {
            let missing = "return document.querySelector('[data-testid=\"missing\"]')?.innerText ?? ''";
            bail!("something is still missing: {}", self.window.ask(missing).await?);
        }
        self.shot("conclusion-ready").await?;
        self.window.tap("propose").await?;
        self.window.screen_within("record", Patience::WORK).await?;
        self.shot("record").await?;
        self.window.tap("to-signatures").await?;
        self.window.screen("sign").await?;
        self.shot("sign").await?;
        for (signer, drawn) in [("sign-officer", false), ("sign-second", true), ("sign-firm", true)] {
            self.window.tap(signer).await?;
            self.window.find("sign-go").await?;
            if drawn {
                self.window.draw("pad").await?;
                self.shot(&format!("{signer}-drawn")).await?;
            }
            self.window.tap("sign-go").await?;
            self.window.gone("sign-go", Patience::WORK).await.with_context(|| format!("{signer} is not kept"))?;
        }
        self.window.screen_within("sealed", Patience::WORK).await?;
        self.shot("sealed").await?;
        self.window.ask("location.hash = '#/'").await?;
        self.window.screen("today").await
    }

    /// The settings, and the first page in the dark.
    pub async fn settings(&mut self) -> Result<()> {
        self.window.tap("settings-open").await?;
        self.window.screen("settings").await?;
        self.shot("settings").await?;
        self.window.tap("theme-dark").await?;
        self.window.settled(Patience::TAP).await?;
        self.window.ask("location.hash = '#/'").await?;
        self.window.screen("today").await?;
        self.shot("today-dark").await?;
        self.window.tap("settings-open").await?;
        self.window.screen("settings").await?;
        self.window.tap("theme-system").await?;
        self.window.settled(Patience::TAP).await?;
        self.window.ask("location.hash = '#/'").await?;
        self.window.screen("today").await
    }

    /// What the page shows of one value, for stories that compare.
    pub async fn ask(&self, script: &str) -> Result<Value> {
        self.window.ask(script).await
    }
}

fn shows(pages: &[&str]) -> String {
    let any = pages.iter().map(|page| format!("[data-screen=\"{page}\"]")).collect::<Vec<_>>().join(",");
    format!("return document.querySelector('{any}') !== null")
}
