//! The main job from end to end: an inspection made offline, sealed, synchronised, and seen at headquarters.
//!
//! What it is: one story told twice, to a person with a window and to nobody on a display of its own. What it is not: a test
//! with mocks; the app, HQ, the bytes and the network are the real ones. `tests/tests/window.rs` runs the same story.
//!
//! Where next: [`plan`] (what is found), [`walk`] (how it is typed), [`proof`] (what must be true afterwards).

mod export;
mod options;
pub mod plan;
pub mod proof;
pub mod walk;

use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, Result, anyhow};
use serde_json::json;
use xuncha_device::app::{Config, Device};
use xuncha_device::disk::FolderLock;

pub use options::Options;
pub use proof::Proof;

use crate::dashboard::Dashboard;
use crate::desktop::{Display, Opening, Process, Window};
use crate::photos::{self, Photo};
use crate::world::Headquarters;
use crate::{district, program};
use walk::Walk;

/// Width and height of the phone's screen.
pub const PHONE: (u32, u32) = (412, 915);

/// A line for the person who waits.
pub fn say(text: &str) {
    use std::io::Write as _;
    // Nobody reads any more: that is no reason to stop.
    let _ = writeln!(std::io::stderr(), "{text}");
}

/// The demonstration with nobody watching.
pub async fn headless(options: &Options) -> Result<Proof> {
    options.prepare()?;
    let mut hq = Headquarters::at(options.hq(), options.phone_port, options.port);
    say("▸ headquarters starts and gets its district");
    hq.switch_on().await?;
    hq.found().await?;
    let head = Dashboard::sign_in(&hq.dashboard_url()?, district::HEAD, district::PASSWORD).await?;
    head.give_tasks().await?;

    let subject = district::firms().swap_remove(0).1.subject;
    let steps = plan::plan(&["COLD", "SUP", "ACC"], &subject, options.photo_count)?;
    let photos = take_photos(options, plan::count(&steps))?;
    let logger = options.out.join("冷库温度记录-2026-10.csv");
    std::fs::create_dir_all(&options.out)?;
    std::fs::write(&logger, plan::logger_file())?;
    let shots = options.out.join("screens");
    let _ = std::fs::remove_dir_all(&shots);

    let display = Arc::new(Display::start(PHONE.0, PHONE.1)?);
    let app = program("xuncha")?;
    let scratch = tempfile::tempdir()?;
    let phone = options.phone();
    let opening = Opening { app: &app, data: &phone, display: &display, scratch: scratch.path(), shots: &shots };

    say("▸ the phone is enrolled and fetches its tasks");
    let mut walk = Walk::with(Window::open(&opening).await?);
    walk.enrol(&head.invite(district::INSPECTOR).await?).await?;
    walk.sync("sync-first").await?;

    say("▸ headquarters is switched off; the inspection begins");
    hq.switch_off().await;
    let mut taken = photos.iter().cloned();
    let inspection = walk.start("恒康").await?;
    let half = steps.len() / 2;
    walk.answer(&steps[..half], &mut taken, &logger).await?;

    say("▸ the battery dies in the middle; the app starts again");
    let mut screens = walk.crash();
    wait_for_folder(&phone).await?;
    let mut walk = Walk::with(Window::open(&opening).await?);
    walk.shots = std::mem::take(&mut screens);
    walk.unlock().await?;
    walk.go_on(&inspection).await?;
    walk.answer(&steps[half..], &mut taken, &logger).await?;
    let amiss = steps.iter().rev().find(|step| step.photos > 1).context("the plan has an item with photos")?;
    walk.look_around(amiss).await?;

    say("▸ the record is filled, proposed and signed");
    walk.seal().await?;
    walk.sync_in_vain().await?;
    walk.settings().await?;

    say("▸ headquarters is switched on; the phone hands everything over");
    hq.switch_on().await?;
    walk.sync("sync-done").await?;
    let screens = walk.close().await?;
    wait_for_folder(&phone).await?;

    say("▸ headquarters' page shows it; bytes are compared");
    proof::prove(options, &hq, &inspection, &steps, &photos, screens).await
}

/// The demonstration for a person: HQ runs, a phone is enrolled, the window is theirs.
pub async fn with_window(options: &Options) -> Result<()> {
    let kept = options.prepare()?;
    let mut hq = Headquarters::at(options.hq(), options.phone_port, options.port);
    say("▸ headquarters starts");
    hq.switch_on().await?;
    let phone = options.phone();
    if !kept {
        hq.found().await?;
        let head = Dashboard::sign_in(&hq.dashboard_url()?, district::HEAD, district::PASSWORD).await?;
        head.give_tasks().await?;
        let invitation = head.invite(district::INSPECTOR).await?;
        say("▸ the phone is enrolled");
        let device = Device::open(Config::product(phone.clone())).map_err(|failure| anyhow!(failure))?;
        let enrol = json!({ "text": invitation, "label": "演示手机", "pin": district::PASSPHRASE });
        device.call("enrol", enrol).await.map_err(|failure| anyhow!(failure))?;
        device.call("lock", json!({})).await.map_err(|failure| anyhow!(failure))?;
        drop(device);
        wait_for_folder(&phone).await?;
    }
    let mut command = Command::new(program("xuncha")?);
    command.env("XUNCHA_DATA", &phone);
    let app = Process::start(&command)?;
    say(&format!(
        "\n  phone       passphrase {}   (the tasks come from headquarters by themselves)\n  \
         dashboard   {}\n  user        {}   (station head; also {}, {}, {})\n  password    {}\n\n\
         Close the window or press Ctrl-C to end. The data stays in {}.\n",
        district::PASSPHRASE,
        hq.dashboard_url()?,
        district::HEAD,
        district::ADMIN,
        district::INSPECTOR,
        district::COMPANION,
        district::PASSWORD,
        options.data.display()
    ));
    // The window may stay open all day.
    tokio::task::spawn_blocking(move || app.wait_at_most(Duration::from_secs(7 * 24 * 3600))).await??;
    hq.switch_off().await;
    Ok(())
}

/// As many photos as the plan takes: those of the folder in turn, or painted ones.
fn take_photos(options: &Options, count: usize) -> Result<Vec<Photo>> {
    match &options.photos {
        Some(folder) => {
            let found = photos::from_folder(folder)?;
            say(&format!("▸ {} pictures from {}, {count} are taken", found.len(), folder.display()));
            Ok(found.iter().cycle().take(count.max(found.len())).cloned().collect())
        }
        None => {
            say(&format!("▸ {count} pictures are painted"));
            photos::paint(&options.out.join("photos"), count)
        }
    }
}

/// Waits until no process holds the phone's folder.
async fn wait_for_folder(folder: &Path) -> Result<()> {
    let free = async {
        while FolderLock::take(folder).is_err() {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(30), free).await.context("the app does not let go of its folder")
}
