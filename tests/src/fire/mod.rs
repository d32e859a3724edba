//! HQ under fire: a day of one phone at an HQ whose every file operation is seen, and the judgement of what a kill or a power cut
//! left of it.
//!
//! What it is: [`Scene`] (the data folder of a small HQ, prepared once), [`Client`] (a phone that speaks to the production's router
//! without a socket, step by step and again from any step), [`judge`] (the production's recovery and `check` over a folder, and
//! whether all that was acknowledged is there). What it is not: the tracer and the disk that forgets, which are [`crate::disk`];
//! or the whole engine of a phone, which meets a killed HQ in `tests/sync/stopped.rs`.
//!
//! [`faults`] has the same day on a disk that refuses, [`taken_over`] the day of an HQ that takes over what another left when a sync
//! failed and it was killed.
//!
//! The child that is traced is `xuncha-hq-victim`; it says what it heard as marks of the trace.

mod client;
pub mod faults;
mod load;
pub mod taken_over;

use std::fs;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::sync::Arc;

use anyhow::{Context as _, Result, bail, ensure};
use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::Request;
use tempfile::TempDir;
use tower::ServiceExt as _;
use xuncha_core::event::{PackKind, PackPublished};
use xuncha_core::feed::Signer as _;
use xuncha_core::ids::{BlobHash, Digest, EntryId};
use xuncha_core::protocol::enrol::EnrolRequest;
use xuncha_hq::api::types::{Role, UnitRow};
use xuncha_hq::blocking::Blocking;
use xuncha_hq::clock::SystemClock;
use xuncha_hq::config::Config;
use xuncha_hq::db::UserRecord;
use xuncha_hq::db::sqlite::Sqlite;
use xuncha_hq::hq::{Ground, Hq};
use xuncha_hq::keys::Keys;
use xuncha_hq::objects::{Folder, recheck};
use xuncha_hq::random::SystemChance;
use xuncha_hq::{backup, check, sync};

pub use client::{Client, Refused};
pub use load::Load;

use crate::simulation::office::device_signer;

/// HQ's folder below the root that is traced.
pub const DATA: &str = "data";
/// Its backup.
pub const BACKUP: &str = "backup";

/// A small HQ: one unit, one officer with one phone, one pack.
pub struct Scene {
    /// Gone when this is.
    pub folder: TempDir,
}

impl Scene {
    /// Prepares it.
    ///
    /// # Errors
    /// It could not be prepared.
    pub async fn prepare() -> Result<Self> {
        let folder = crate::disk::scratch()?;
        let data = folder.path().join(DATA);
        fs::create_dir(&data)?;
        let ground = Ground {
            db: Arc::new(Sqlite::open(&data.join("hq.sqlite"))?),
            objects: Arc::new(Folder::open(&data)?),
            keys: Arc::new(Keys::open(&data)?),
            clock: Arc::new(SystemClock),
            chance: Arc::new(SystemChance),
            blocking: Blocking::Threads,
        };
        let hq = Hq::assemble(ground, &Config::loopback(&data)).await?;
        hq.recover().await?;
        let unit = UnitRow { unit: "unit-1".parse()?, name: "unit-1".to_owned(), parent: None };
        hq.db.create_unit(&unit).await?;
        let account = UserRecord {
            user: load::USER.parse()?,
            name: load::USER.to_owned(),
            role: Role::Inspector,
            unit: unit.unit,
            certificate_no: String::new(),
            // Nobody signs in here with a password.
            password: "-".to_owned(),
            disabled: false,
            created: hq.clock.stamp(),
        };
        hq.db.create_user(&account).await?;
        let bytes = vec![7; 3_000];
        let sha256 = hq.objects.put(&bytes)?;
        let pack = PackPublished {
            kind: PackKind::Firms,
            code: "pack".to_owned(),
            version: "1".to_owned(),
            sha256: Digest::from_bytes(*sha256.as_bytes()),
            size: bytes.len() as u64,
            units: vec![],
        };
        hq.speak(&"hq".parse()?, vec![pack.into()]).await?;
        enrol(&hq).await?;
        drop(hq);
        settle(&data)?;
        Ok(Self { folder })
    }

    /// A copy of its folder, to be traced and killed in.
    ///
    /// # Errors
    /// The disk's.
    pub fn copy(&self) -> Result<TempDir> {
        let to = crate::disk::scratch()?;
        copy_tree(self.folder.path(), to.path())?;
        Ok(to)
    }
}

/// Copies a folder with everything in it.
///
/// # Errors
/// The disk's.
pub fn copy_tree(from: &Path, to: &Path) -> Result<()> {
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            fs::create_dir_all(&target)?;
            copy_tree(&entry.path(), &target)?;
        } else {
            fs::copy(entry.path(), target)?;
        }
    }
    Ok(())
}

/// Waits until the threads of a database that was dropped have let go of it.
///
/// # Errors
/// They do not.
pub fn settle(data: &Path) -> Result<()> {
    for _ in 0..5_000 {
        if !data.join("hq.sqlite-wal").exists() {
            return Ok(());
        }
        std::thread::sleep(std::time::Duration::from_millis(2));
    }
    bail!("the database is still open")
}

async fn enrol(hq: &Arc<Hq>) -> Result<()> {
    let invite = hq.invite(&load::USER.parse()?).await?;
    let feed = load::feed()?;
    let request = EnrolRequest {
        secret: invite.invitation.secret,
        device: feed.device.clone(),
        label: "phone".to_owned(),
        device_key: device_signer(load::NUMBER).verifying_key(),
        sealing_key: Digest::digest(&[b"sealing"]),
        feed,
    };
    let from: SocketAddr = (Ipv4Addr::LOCALHOST, 1).into();
    let http = Request::post("/v1/enrol")
        .header("content-type", "application/json")
        .extension(ConnectInfo(from))
        .body(Body::from(serde_json::to_vec(&request)?))?;
    let response = sync::router(Arc::clone(hq)).oneshot(http).await?;
    ensure!(response.status() == 200, "enrolment: {}", response.status());
    Ok(())
}

/// HQ over a folder that is there, recovered as at every start. It publishes no lists: reading them costs more than a whole day.
///
/// # Errors
/// HQ's own.
pub async fn open(root: &Path) -> Result<Arc<Hq>> {
    let hq = Hq::open_beside(&Config::loopback(root.join(DATA))).await?;
    hq.recover().await?;
    Ok(hq)
}

/// The whole day of the phone, from wherever HQ stands; `say` hears what HQ acknowledged, after it did.
///
/// # Errors
/// HQ answered otherwise than a phone may expect.
pub async fn day(hq: &Arc<Hq>, root: &Path, say: &mut dyn FnMut(&str)) -> Result<()> {
    let load = Load::new()?;
    let mut client = Client::new(hq, &load);
    client.session().await?;
    let key = hq.identity().key;
    let head = client.push(load.first()).await?;
    say(&format!("head {} {}", head.0, head.1));
    client.upload(&load.photos()[0], 2).await?;
    client.upload(&load.photos()[1], 1).await?;
    say(&client.receipt(load.photos(), &key).await?);
    let apart = client.push_apart(load.fork()).await?;
    say(&format!("apart {apart}"));
    let head = client.push(load.second()).await?;
    say(&format!("head {} {}", head.0, head.1));
    for file in load.seal_files() {
        client.upload(file, 1).await?;
    }
    say(&client.receipt(&load.all_files(), &key).await?);
    client.close_day().await?;
    let made = hq.backup(&root.join(DATA), &root.join(BACKUP), false).await?;
    say(&format!("covers {}", made.manifest.covers));
    Ok(())
}

/// What was acknowledged, out of the marks.
#[derive(Debug, Clone, Default)]
pub struct Acknowledged {
    /// Entries by their place.
    pub entries: Vec<(u64, EntryId)>,
    /// Blobs a receipt named.
    pub blobs: Vec<BlobHash>,
    /// Entries kept apart.
    pub apart: Vec<EntryId>,
    /// How far a backup reaches.
    pub covers: Option<u64>,
}

impl Acknowledged {
    /// Takes the marks in their order.
    ///
    /// # Errors
    /// A mark nobody understands.
    pub fn of<'a>(marks: impl Iterator<Item = &'a str>) -> Result<Self> {
        let mut out = Self::default();
        for mark in marks {
            let words: Vec<&str> = mark.split(' ').collect();
            match words.as_slice() {
                ["head", seq, id] => out.entries.push((seq.parse()?, id.parse()?)),
                ["receipt", seq, id, blobs @ ..] => {
                    out.entries.push((seq.parse()?, id.parse()?));
                    for blob in blobs {
                        out.blobs.push(blob.parse()?);
                    }
                }
                ["apart", id] => out.apart.push(id.parse()?),
                ["covers", n] => out.covers = Some(n.parse()?),
                _ => bail!("a mark nobody understands: {mark}"),
            }
        }
        Ok(out)
    }
    /// How many things.
    pub fn count(&self) -> usize {
        self.entries.len() + self.blobs.len() + self.apart.len() + usize::from(self.covers.is_some())
    }
}

/// What was acknowledged and is not there; empty: nothing is lost. HQ was opened over the folder before.
///
/// # Errors
/// The database's.
pub async fn lost(hq: &Arc<Hq>, root: &Path, said: &Acknowledged) -> Result<Vec<String>> {
    let mut out = Vec::new();
    let feed = load::feed()?.feed;
    for (seq, id) in &said.entries {
        if hq.db.entry_at(&feed, *seq).await? != Some(*id) {
            out.push(format!("entry {seq}"));
        }
    }
    let delivered = hq.db.delivered(&feed, &said.blobs).await?;
    for blob in &said.blobs {
        let whole = recheck(&*hq.objects, blob)?.is_some_and(|(_, same)| same);
        if !whole || !delivered.contains(blob) {
            out.push(format!("blob {}", blob.short()));
        }
    }
    let kept = hq.db.quarantined(&feed).await?;
    out.extend(
        said.apart.iter().filter(|id| !kept.iter().any(|q| q.id == **id)).map(|id| format!("apart {}", id.short())),
    );
    if let Some(covers) = said.covers {
        match backup::verify(&root.join(BACKUP), &root.join(DATA).join("keys")) {
            Ok(manifest) if manifest.covers >= covers => {}
            Ok(manifest) => out.push(format!("the backup covers {} and not {covers}", manifest.covers)),
            Err(failure) => out.push(format!("the backup: {failure}")),
        }
    }
    Ok(out)
}

/// What `check` finds in a folder.
///
/// # Errors
/// Nothing could be looked at.
pub async fn check_finds(root: &Path) -> Result<Vec<String>> {
    let checked = check::check(&root.join(DATA)).await?;
    Ok(checked.audit.faults.iter().map(|f| format!("{} {}: {}", f.code, f.about, f.detail)).collect())
}

/// HQ starts again over what a kill or a cut left; nothing acknowledged is gone, and `check` is clean.
///
/// # Errors
/// What is wrong.
pub async fn stands(root: &Path, said: &Acknowledged) -> Result<Arc<Hq>> {
    let _ = fs::remove_file(root.join(DATA).join("hq.sqlite-shm"));
    let hq = open(root).await.context("HQ does not start")?;
    let gone = lost(&hq, root, said).await?;
    ensure!(gone.is_empty(), "acknowledged and gone: {gone:?}");
    let wrong = check_finds(root).await?;
    ensure!(wrong.is_empty(), "check after the start: {wrong:?}");
    Ok(hq)
}

/// As [`stands`]; then the phone's day comes to its end, and `check` is clean again.
///
/// # Errors
/// What is wrong.
pub async fn judge(root: &Path, said: &Acknowledged) -> Result<()> {
    let hq = stands(root, said).await?;
    let mut ended = 0;
    day(&hq, root, &mut |_| ended += 1).await.context("the phone's day does not come to its end")?;
    ensure!(ended == 6, "the phone heard {ended} words");
    let wrong = check_finds(root).await?;
    ensure!(wrong.is_empty(), "check after the day: {wrong:?}");
    Ok(())
}
