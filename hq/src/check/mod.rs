//! Everything HQ holds, looked over: is it still what was signed, received and promised?
//!
//! What it is: [`check`], over a copy of the database as it stands at one moment and the objects beside it, so that HQ may run
//! meanwhile. What it is not: a repair. It changes nothing and names what is wrong by the names people know: whose entry, which
//! file of which inspection. [`crate::reverify`] does the same for one inspection and the dashboard.
//!
//! Looked at: the database file · every entry's signature, hash, chain and place (`log`) · every receipt and what it promises
//! (`receipts`) · every object's bytes · the rebuildable tables, computed anew from the log · accounts and phones, as far as
//! they can be read. Not found: a changed letter in what nothing signs or computes (an account's name, a firm of the register,
//! the moment an entry arrived); see `docs/decisions/what-check-cannot-see.md`.

mod log;
mod receipts;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use xuncha_core::Failure;
use xuncha_core::ids::{BlobHash, FeedId, InspectionId};

use crate::audit::Audit;
use crate::backup::KEYS;
use crate::blocking::Blocking;
use crate::clock::{Clock as _, SystemClock};
use crate::config::Config;
use crate::db::sqlite::{Sqlite, copy};
use crate::hq::{Ground, Hq, db_failure};
use crate::ingest::unlike;
use crate::keys::Keys;
use crate::mark::{self, Reached, Said};
use crate::objects::{Folder, disk_failure, recheck};
use crate::random::{self, SystemChance};

/// What was looked at, and what is wrong.
#[derive(Debug, Default)]
pub struct Checked {
    /// Faults; entries, feeds, blobs and bytes looked at.
    pub audit: Audit,
    /// Receipts looked at.
    pub receipts: u64,
    /// Originals that phones delivered and that are gone or damaged.
    pub damaged: Vec<BlobHash>,
}

/// What people call things.
#[derive(Default)]
struct Names {
    /// Person and device of a feed.
    feeds: BTreeMap<FeedId, String>,
    /// Number and firm of an inspection.
    inspections: BTreeMap<InspectionId, String>,
    /// File name of an original and the inspection it belongs to.
    originals: BTreeMap<BlobHash, (String, Option<InspectionId>)>,
}

impl Names {
    fn feed(&self, feed: &FeedId) -> String {
        self.feeds.get(feed).cloned().unwrap_or_else(|| format!("feed {}", feed.short()))
    }
    fn original(&self, sha256: &BlobHash) -> String {
        match self.originals.get(sha256) {
            Some((name, inspection)) => {
                let of =
                    inspection.as_ref().map(|id| self.inspections.get(id).cloned().unwrap_or_else(|| id.to_string()));
                format!("{name} ({}){}", sha256.short(), of.map(|of| format!(" of {of}")).unwrap_or_default())
            }
            None => format!("object {sha256}"),
        }
    }
}

/// A folder that is gone when this is.
struct Scratch(PathBuf);
impl Drop for Scratch {
    fn drop(&mut self) {
        // What stays is found by its name and harms nothing.
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// Looks over the data folder `data`. HQ may be running.
///
/// # Errors
/// `data.none`, or the disk: nothing could be looked at. What is wrong with the data itself is a fault, not an error.
pub async fn check(data: &Path) -> Result<Checked, Failure> {
    let source = data.join("hq.sqlite");
    if !source.is_file() {
        return Err(Failure::after_action("data.none").with("folder", data.display()));
    }
    let mut out = Checked::default();
    // Opened only when all are there: opening makes what is missing, and that would be another HQ.
    if let Some(missing) = KEYS.iter().find(|name| !data.join("keys").join(name).is_file()) {
        out.audit.fault("keys.missing", format!("keys/{missing}"), "phones know this HQ by its keys; put them back");
        return Ok(out);
    }
    // Before the copy is made: the database only grows, so whatever the mark says now is in it. One that cannot be read says
    // nothing: it is never synced, and a power cut may tear it.
    let said = mark::said(data).map_err(|e| disk_failure(&e))?;
    let scratch = Scratch(data.join(format!("checking-{}", random::hex::<8>()?)));
    fs::create_dir(&scratch.0).map_err(|e| disk_failure(&e))?;
    let file = scratch.0.join("hq.sqlite");
    if let Err(e) = copy::snapshot(&source, &file) {
        out.audit.fault("database.unreadable", "the database", e);
        return Ok(out);
    }
    match copy::faults(&file) {
        Ok(faults) => {
            for fault in faults {
                out.audit.fault("database.damaged", "the database", fault);
            }
        }
        Err(e) => {
            out.audit.fault("database.unreadable", "the database", e);
            return Ok(out);
        }
    }
    let keys = match Keys::open(data) {
        Ok(keys) => keys,
        Err(e) => {
            let file = e.params.get("file").cloned().unwrap_or_default();
            out.audit.fault(&e.code, format!("keys/{file}"), "cannot be read; put it back from where keys are kept");
            return Ok(out);
        }
    };
    if let Err(e) = look(data, &file, keys, said, &mut out).await {
        out.audit.fault("database.unreadable", "the database", e);
    }
    Ok(out)
}

/// What `check` found the last time, for the dashboard: the file `checked.json`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LastCheck {
    /// When.
    pub made: String,
    /// How many faults.
    pub faults: u64,
    /// The first of them, as `check` said them.
    pub first: Vec<String>,
}

const LAST: &str = "checked.json";
/// Faults that the dashboard shows.
const SHOWN: usize = 5;

impl Checked {
    /// Keeps what was found for whoever looks at the dashboard.
    ///
    /// # Errors
    /// The disk's.
    pub fn keep(&self, data: &Path) -> Result<(), Failure> {
        let words = |f: &crate::api::types::FaultView| format!("{}: {} ({})", f.about, f.detail, f.code);
        let last = LastCheck {
            made: crate::clock::stamp(SystemClock.now()),
            faults: self.audit.faults.len() as u64,
            first: self.audit.faults.iter().take(SHOWN).map(words).collect(),
        };
        let bytes = serde_json::to_vec(&last).map_err(|_| Failure::never("hq.json"))?;
        let part = data.join(format!("{LAST}.part"));
        fs::write(&part, bytes).and_then(|()| fs::rename(&part, data.join(LAST))).map_err(|e| disk_failure(&e))
    }
}

/// What `check` found the last time; none: it was never called, or nobody can read it.
pub fn last(data: &Path) -> Option<LastCheck> {
    serde_json::from_slice(&fs::read(data.join(LAST)).ok()?).ok()
}

async fn look(data: &Path, file: &Path, keys: Keys, said: Said, out: &mut Checked) -> Result<(), Failure> {
    let raw = receipts::Raw::read(file).map_err(db_failure)?;
    let objects = copy::objects_named(file).map_err(db_failure)?;
    let ground = Ground {
        db: Arc::new(Sqlite::open(file).map_err(db_failure)?),
        objects: Arc::new(Folder::open(data).map_err(|e| disk_failure(&e))?),
        keys: Arc::new(keys),
        clock: Arc::new(SystemClock),
        chance: Arc::new(SystemChance),
        blocking: Blocking::Threads,
    };
    let hq = Hq::assemble(ground, &Config::new(data)).await?;
    let mut names = Names::default();
    office(&hq, &mut names, &mut out.audit).await;
    let last = hq.db.log_index().await.map_err(db_failure)?;
    if let Ok(Some(covered)) = hq.covered().await
        && covered.covers >= last
    {
        let detail =
            format!("it covers what was receipted up to {}, and the log ends before, at {last}", covered.covers);
        out.audit.fault("backup.ahead", format!("the backup of {}", covered.made), detail);
    }
    let here = Reached { log_index: last, receipts: hq.db.receipts_given().await.map_err(db_failure)? };
    if let Said::Far(then) = said
        && here.lacks(then)
    {
        let detail = format!(
            "it ends at entry {} and receipt {}; HQ had written entry {} and receipt {}: its newest rows are gone. Phones that \
             have them send them again",
            here.log_index, here.receipts, then.log_index, then.receipts
        );
        out.audit.fault("database.behind", "the database", detail);
    }
    let walked = log::walk(&hq, &mut names, &mut out.audit).await?;
    out.receipts = receipts::judge(&raw, &hq, &walked, &names, &mut out.audit);
    for (sha256, size) in objects {
        let held = Arc::clone(&hq.objects);
        let found = hq.blocking.run(move || recheck(&*held, &sha256)).await.map_err(|e| disk_failure(&e))?;
        let before = out.audit.faults.len();
        out.audit.blob(&sha256, size, found);
        for fault in &mut out.audit.faults[before..] {
            fault.about = names.original(&sha256);
        }
        if out.audit.faults.len() > before && raw.is_delivered(&sha256) {
            out.damaged.push(sha256);
        }
    }
    for sha256 in copy::lost(file).map_err(db_failure)? {
        out.audit.fault("blob.missing", names.original(&sha256), "not here; HQ knows, and asks the phones for it");
    }
    // What follows from a log that is damaged proves nothing.
    if !walked.broken {
        views(&hq, &mut out.audit).await?;
    }
    Ok(())
}

/// Accounts, units, phones, firms, settings: everything that is read now and then must be readable.
async fn office(hq: &Hq, names: &mut Names, audit: &mut Audit) {
    let mut people = BTreeMap::new();
    match hq.db.users(None).await {
        Ok(users) => people.extend(users.into_iter().map(|u| (u.user, u.name))),
        Err(e) => audit.fault("office.unreadable", "accounts", e),
    }
    if let Err(e) = hq.db.units().await {
        audit.fault("office.unreadable", "units", e);
    }
    if let Err(e) = hq.db.devices(None).await {
        audit.fault("office.unreadable", "phones", e);
    }
    match hq.db.firms(None, None, None, u32::MAX).await {
        Ok(firms) => {
            for firm in firms {
                if let Err(e) = serde_json::from_str::<xuncha_core::firm::FirmRecord>(&firm.record) {
                    audit.fault("office.unreadable", format!("firm {}", firm.firm), e);
                }
            }
        }
        Err(e) => audit.fault("office.unreadable", "firms", e),
    }
    if let Err(e) = hq.covered().await {
        audit.fault("office.unreadable", "what HQ says of its backup", e);
    }
    names.feeds.insert(hq.own.feed, "HQ's own feed".to_owned());
    if let Ok(feeds) = hq.db.feeds().await {
        for row in feeds {
            let name = people.get(&row.key.user).cloned().unwrap_or_else(|| row.key.user.to_string());
            names.feeds.insert(row.key.feed, format!("{name} on phone {}", row.key.device));
        }
    }
}

/// The rebuildable tables are what the log gives.
async fn views(hq: &Hq, audit: &mut Audit) -> Result<(), Failure> {
    let before = hq.db.views_text().await.map_err(db_failure)?;
    if let Err(e) = hq.rebuild().await {
        audit.fault("views.rebuild", "the rebuildable tables", e.code);
        return Ok(());
    }
    let after = hq.db.views_text().await.map_err(db_failure)?;
    for (table, differ) in unlike(&before, &after) {
        let detail = format!("{differ} rows are not what the log gives; `xuncha-hq rebuild` computes them anew");
        audit.fault("views.differ", format!("table {table}"), detail);
    }
    Ok(())
}
