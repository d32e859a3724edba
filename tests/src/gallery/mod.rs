//! Every page of both interfaces over real data: the phone's with its engine, headquarters' with what the phone handed over.
//!
//! What it is: one walk (`ui/e2e/axe.mjs`) that lets axe judge each page, listens for errors, looks for words that only a
//! program understands, and keeps pictures where a folder is given. What it is not: a story; the pages are opened by address.
//!
//! Where next: [`fill`] for what the pages show, `damage` for what an inspector sees when something is broken.

#[cfg(target_os = "linux")]
pub mod damage;
mod fill;
mod signature;

use std::path::Path;
use std::process::Stdio;

use anyhow::{Context as _, Result, bail};
use serde::{Deserialize, Serialize};
use serde_json::json;
use tokio::io::AsyncWriteExt as _;
use xuncha_core::checklist::Subject;
use xuncha_core::firm::FirmRecord;

use crate::bridge::Bridge;
use crate::demo::plan;
use crate::world::World;
use crate::{district, photos};
use fill::Day;

/// What a stranger finds wrong with a page.
#[derive(Debug, Deserialize, Serialize)]
pub struct Fault {
    /// Page and look: `field/today-412x915-dark`.
    pub page: String,
    /// `axe`, `error`, `words`, `width`.
    pub kind: String,
    /// What and where.
    pub what: String,
}

/// What the walk brought back.
#[derive(Debug, Deserialize)]
pub struct Walked {
    /// Pages that were looked at, with their look.
    pub pages: Vec<String>,
    /// What is wrong.
    pub faults: Vec<Fault>,
}

/// Walks over every page; pictures go into `shots`, if given, as `field/<page>-<size>[-look].png` and `hq/<page>-<size>.png`.
pub async fn walk(shots: Option<&Path>) -> Result<Walked> {
    let world = World::start().await?;
    world.head().await?.give_tasks().await?;
    let phone = world.phone("lin", district::INSPECTOR).await?;
    phone.sync().await?;
    let logger = world.folder().join("冷库温度记录-2026-10.csv");
    std::fs::write(&logger, plan::logger_file())?;
    let photos = photos::paint(&world.folder().join("photos"), 6)?;
    let day = Day { phone: &phone, photos: &photos, logger: &logger };

    let sealed = day.start("恒康").await?;
    day.answer(&sealed, &["COLD", "SUP", "ACC"], &subject("恒康")?, 100).await?;
    let proposal = day.propose(&sealed).await?;
    day.sign_by_key(&sealed, &proposal).await?;
    day.sign_by_hand(&sealed, &proposal).await?;
    phone.sync().await?;
    let proposed = day.start("明眸").await?;
    day.answer(&proposed, &["SUP", "ACC"], &subject("明眸")?, 100).await?;
    day.table(&proposed, "ACC-12").await?;
    let proposal = day.propose(&proposed).await?;
    day.sign_by_key(&proposed, &proposal).await?;
    let draft = day.start("安泰").await?;
    day.answer(&draft, &["COLD"], &subject("安泰")?, 70).await?;
    let hospital = day.glance(&firm("第一人民医院")?).await?;
    let mut shop = firm("明眸")?;
    shop.subject.flags.push("lens".to_owned());
    let optician = day.glance(&shop).await?;
    // Somebody is invited who has not come yet: a page without rows proves little.
    world.head().await?.invite(district::COMPANION).await?;

    let bridge = Bridge::start(phone.device().clone(), 0).await?;
    let task = json!({
        "field": {
            "url": bridge.url(), "user": district::INSPECTOR, "pin": district::PASSPHRASE,
            "sealed": sealed, "proposed": proposed, "draft": draft, "hospital": hospital, "optician": optician, "item": "COLD-11", "table": "ACC-12",
        },
        "hq": {
            "url": world.hq.dashboard_url()?, "user": district::ADMIN, "password": district::PASSWORD,
            "inspection": sealed,
        },
    });
    judge(&task.to_string(), shots).await
}

fn firm(name: &str) -> Result<FirmRecord> {
    let found = district::firms().into_iter().find(|(_, record)| record.name.contains(name));
    Ok(found.with_context(|| format!("{name} is not in the district"))?.1)
}

fn subject(name: &str) -> Result<Subject> {
    Ok(firm(name)?.subject)
}

async fn judge(task: &str, shots: Option<&Path>) -> Result<Walked> {
    let mut command = tokio::process::Command::new("node");
    command.arg("e2e/axe.mjs").args(shots).current_dir(crate::repository().join("ui"));
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).kill_on_drop(true);
    let mut child = command.spawn().context("node is not installed: cargo xtask setup")?;
    let mut stdin = child.stdin.take().context("no way to tell node what to do")?;
    stdin.write_all(task.as_bytes()).await?;
    drop(stdin);
    let output = child.wait_with_output().await?;
    if !output.status.success() {
        bail!("the walk broke off: see above");
    }
    serde_json::from_slice(&output.stdout).context("the walk brought back nothing that can be read")
}
