use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use sha2::{Digest as _, Sha256};
use xuncha_core::Failure;
use xuncha_core::event::Event;
use xuncha_core::feed::{FeedKey, Frame, WireFrame};
use xuncha_core::ids::{BlobHash, Digest, FeedId, InspectionId, TaskId};
use xuncha_core::inspection::seal::SealManifest;
use xuncha_core::protocol::Signed;

use super::{ExportEntry, ExportFile, ExportManifest, KEYS, Keys, MANIFEST, README, RECORD};
use crate::db::{DbError, StoredEntry};
use crate::hq::{Hq, db_failure};
use crate::objects::{CHUNK, Found, Objects, disk_failure, open_whole};
use crate::reverify::signed;

const PAGE: u32 = 500;

/// Files written so far.
struct Folder {
    root: PathBuf,
    files: Vec<ExportFile>,
}

impl Folder {
    fn write(&mut self, path: &str, mut from: impl io::Read) -> io::Result<()> {
        let target = self.root.join(path);
        if let Some(parent) = target.parent() {
            fs::create_dir_all(parent)?;
        }
        let mut file = File::create_new(target)?;
        let (mut hash, mut size, mut buffer) = (Sha256::new(), 0, vec![0; CHUNK]);
        loop {
            let n = from.read(&mut buffer)?;
            if n == 0 {
                break;
            }
            hash.update(&buffer[..n]);
            file.write_all(&buffer[..n])?;
            size += n as u64;
        }
        file.sync_all()?;
        let sha256 = Digest::from_bytes(hash.finalize().into());
        self.files.push(ExportFile { path: path.to_owned(), size, sha256 });
        Ok(())
    }
}

impl Hq {
    /// Writes an inspection into `folder`, which must not exist or be empty. Gives the signed manifest's content.
    pub async fn export(self: &Arc<Self>, id: &InspectionId, folder: &Path) -> Result<ExportManifest, Failure> {
        let (folded, arrivals) = self.folded(id).await?;
        if arrivals.is_empty() {
            return Err(Failure::after_action("inspection.unknown").with("inspection", id));
        }
        let mut out = prepare(folder).map_err(|e| match e.kind() {
            io::ErrorKind::AlreadyExists => Failure::after_action("export.not_empty").with("folder", folder.display()),
            _ => disk_failure(&e),
        })?;
        let disk = |e: io::Error| disk_failure(&e);
        let mut keys =
            Keys { bureau: self.bureau.clone(), hq: self.own.key, hq_feed: self.own.clone(), feeds: Vec::new() };
        let task = folded.state.start().and_then(|s| s.value.task.clone());
        let mut feeds: BTreeSet<FeedId> = BTreeSet::new();
        for arrival in &arrivals {
            feeds.insert(arrival.entry.header.feed);
        }
        for feed in &feeds {
            let row = self.db.feed(feed).await.map_err(db_failure)?;
            keys.feeds.push(row.ok_or_else(|| Failure::never("feed.unknown"))?.key);
            let last = arrivals.iter().filter(|a| a.entry.header.feed == *feed).map(|a| a.entry.header.seq).max();
            let frames = self.frames(feed, last.unwrap_or(0), |e| e.inspection.as_ref() == Some(id)).await?;
            out.write(&format!("feeds/{feed}.ndjson"), frames.as_slice()).map_err(disk)?;
            let mut lines = Vec::new();
            for row in self.db.receipts(feed).await.map_err(db_failure)? {
                line(&mut lines, &signed(&row).map_err(db_failure)?)?;
            }
            out.write(&format!("receipts/{feed}.ndjson"), lines.as_slice()).map_err(disk)?;
        }
        let head = self.db.head(&self.own.feed).await.map_err(db_failure)?;
        let told = |e: &StoredEntry| concerns(&e.frame, &keys.feeds, task.as_ref());
        let frames = self.frames(&self.own.feed, head.seq, told).await?;
        out.write(&format!("feeds/{}.ndjson", self.own.feed), frames.as_slice()).map_err(disk)?;
        let lacking = self.write_blobs(id, &mut out).await?;
        if let Some(seal) = folded.state.seal()
            && let Some(bytes) = self.object(seal.proposal.value.manifest, crate::api::MAX_MANIFEST).await?
            && let Ok(manifest) = serde_json::from_slice::<SealManifest>(&bytes)
        {
            out.write(RECORD, manifest.record.as_bytes()).map_err(disk)?;
        }
        let text = serde_json::to_string_pretty(&keys).map_err(|_| Failure::never("hq.json"))?;
        out.write(KEYS, text.as_bytes()).map_err(disk)?;
        out.write(README, readme(id, self).as_bytes()).map_err(disk)?;
        let reasons: std::collections::HashMap<_, _> = folded.judged.into_iter().collect();
        let entry = |a: &crate::projections::Arrival| ExportEntry {
            id: a.entry.id,
            log_index: a.log_index,
            received: a.received.clone(),
            inert: reasons.get(&a.log_index).cloned().flatten(),
        };
        let manifest = ExportManifest {
            v: 1,
            inspection: id.clone(),
            made: self.clock.stamp(),
            files: out.files.clone(),
            entries: arrivals.iter().map(entry).collect(),
            lacking,
        };
        let statement = Signed::sign(&manifest, &self.keys.signing).map_err(|_| Failure::never("hq.json"))?;
        let text = serde_json::to_string(&statement).map_err(|_| Failure::never("hq.json"))?;
        out.write(MANIFEST, text.as_bytes()).map_err(disk)?;
        File::open(&out.root).and_then(|f| f.sync_all()).map_err(disk)?;
        Ok(manifest)
    }

    /// NDJSON of a feed up to `last`; payloads only of the entries that are told.
    async fn frames(&self, feed: &FeedId, last: u64, told: impl Fn(&StoredEntry) -> bool) -> Result<Vec<u8>, Failure> {
        let (mut lines, mut after) = (Vec::new(), 0);
        while after < last {
            let page = self.db.entries(feed, after, PAGE).await.map_err(db_failure)?;
            let Some(count) = u64::try_from(page.len()).ok().filter(|n| *n > 0) else { break };
            for (n, stored) in page.into_iter().enumerate() {
                if after + n as u64 >= last {
                    break;
                }
                let frame = if told(&stored) { stored.frame } else { stored.frame.header_only() };
                let damaged = |e: xuncha_core::feed::FrameError| db_failure(DbError::Damaged(e.to_string()));
                line(&mut lines, &WireFrame::try_from(&frame).map_err(damaged)?)?;
            }
            after += count;
        }
        Ok(lines)
    }

    /// Writes what is here of the inspection's blobs; gives what is not.
    async fn write_blobs(&self, id: &InspectionId, out: &mut Folder) -> Result<Vec<BlobHash>, Failure> {
        let mut lacking = Vec::new();
        for (blob, delivered) in self.db.blobs_of(id).await.map_err(db_failure)? {
            let objects: Arc<dyn Objects> = Arc::clone(&self.objects);
            let opened = if delivered {
                self.blocking.run(move || open_whole(&*objects, &blob.sha256)).await.ok()
            } else {
                None
            };
            match opened {
                Some(Found::Whole(file, _)) => {
                    let path = format!("blobs/{}.{}", blob.sha256, extension(&blob.mime));
                    // Block in place: an export runs on the command line or on a thread of its own.
                    out.write(&path, file).map_err(|e| disk_failure(&e))?;
                }
                _ => lacking.push(blob.sha256),
            }
        }
        Ok(lacking)
    }
}

fn prepare(folder: &Path) -> io::Result<Folder> {
    fs::create_dir_all(folder)?;
    if fs::read_dir(folder)?.next().is_some() {
        return Err(io::ErrorKind::AlreadyExists.into());
    }
    Ok(Folder { root: folder.to_owned(), files: Vec::new() })
}

fn line(out: &mut Vec<u8>, value: &impl serde::Serialize) -> Result<(), Failure> {
    serde_json::to_writer(&mut *out, value).map_err(|_| Failure::never("hq.json"))?;
    out.push(b'\n');
    Ok(())
}

/// Entries of HQ's own feed that an export tells: who the feeds are, and the task that is carried out.
fn concerns(frame: &Frame, feeds: &[FeedKey], task: Option<&TaskId>) -> bool {
    let payload = frame.open().ok().and_then(|e| e.payload);
    let event = payload.and_then(|p| Event::read(&p.kind, &p.body).ok());
    match event {
        Some(Event::FeedAdmitted(e)) => feeds.contains(&e.key),
        Some(Event::FeedClosed(e)) => feeds.iter().any(|k| k.feed == e.feed),
        Some(Event::TaskAssigned(e)) => task == Some(&e.task),
        Some(Event::TaskWithdrawn(e)) => task == Some(&e.task),
        _ => false,
    }
}

fn extension(mime: &str) -> &'static str {
    match mime {
        "image/jpeg" => "jpg",
        "image/png" => "png",
        "image/heic" | "image/heif" => "heic",
        "image/webp" => "webp",
        "text/csv" => "csv",
        "text/plain" => "txt",
        "application/pdf" => "pdf",
        m if m.ends_with("+json") || m == "application/json" => "json",
        _ => "bin",
    }
}

fn readme(id: &InspectionId, hq: &Hq) -> String {
    format!(
        "Inspection {id}\nExported by {bureau}\n\n\
        This folder proves itself. Check it with\n\n    xuncha-hq verify FOLDER --hq-key {key}\n\n\
        No database and no network is needed. The key above is that of the headquarters that made the folder; compare\n\
        it with one you know from elsewhere (page \"status\" of the dashboard), since a forger would bring an own key.\n\n\
        feeds/     every entry with its signature, byte for byte; entries of other inspections as headers only\n\
        blobs/     originals as they were taken, named by their SHA-256\n\
        receipts/  what headquarters signed for the phones\n\
        record.txt the record as it was shown, signed and sealed (only after a seal was proposed)\n\
        keys.json  keys of headquarters and of the feeds\n\
        manifest.json  the signed list of all these files\n",
        bureau = hq.bureau,
        key = hq.own.key
    )
}
