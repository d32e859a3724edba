use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use xuncha_core::Failure;
use xuncha_core::event::BackupBegun;
use xuncha_core::ids::BlobHash;
use xuncha_core::protocol::Signed;
use zeroize::Zeroizing;

use super::files;
use super::{BackupFile, BackupManifest, COVERED, Covered, KEYS, MANIFEST};
use crate::db::sqlite::copy;
use crate::hq::{Hq, db_failure};
use crate::objects::disk_failure;
use crate::random;

/// Names of damaged originals that a failure lists.
const NAMED: usize = 5;

/// What a backup did.
#[derive(Debug, Clone)]
pub struct Made {
    /// HQ's word on it.
    pub manifest: BackupManifest,
    /// Objects that were copied this time; the others were there.
    pub copied: u64,
    /// Their bytes.
    pub copied_bytes: u64,
}

impl Hq {
    /// Makes or renews the backup in `folder` of this HQ, whose data folder is `data`; phones may sync meanwhile, in this
    /// process or in another. When it returns the copy has been read back, and the next checkpoint says so.
    ///
    /// # Errors
    /// `backup.*`: nothing is claimed, and the backup that was there before still stands.
    pub async fn backup(&self, data: &Path, folder: &Path, with_keys: bool) -> Result<Made, Failure> {
        let target = Target::open(data, folder, &self.own.key)?;
        // The line: whatever was receipted below this entry was durable before it, and so before the copy that follows.
        self.speak(&self.own.user, vec![BackupBegun {}.into()]).await?;
        let line = self.db.head(&self.own.feed).await.map_err(db_failure)?.seq;
        let begun = self.db.entries(&self.own.feed, line - 1, 1).await.map_err(db_failure)?;
        let covers = begun.first().ok_or_else(|| Failure::later("hq.database"))?.log_index - 1;
        let made = self.clock.stamp();
        let (bureau, data) = (self.bureau.clone(), data.to_owned());
        let draft = BackupManifest {
            v: 1,
            made: made.clone(),
            bureau,
            covers,
            log_index: 0,
            database: BackupFile { path: String::new(), size: 0, sha256: xuncha_core::ids::Digest::digest(&[]) },
            objects: 0,
            bytes: 0,
            keys: Vec::new(),
        };
        let work = tokio::task::spawn_blocking(move || target.fill(&data, draft, with_keys).map(|done| (target, done)));
        let (target, done) = work.await.map_err(|_| Failure::later("hq.busy"))??;
        let signed = Signed::sign(&done.manifest, &self.keys.signing).map_err(|_| Failure::never("hq.json"))?;
        target.claim(&signed, &done.manifest, &self.own.key)?;
        let covered = Covered { covers, made };
        let text = serde_json::to_string(&covered).map_err(|_| Failure::never("hq.json"))?;
        self.db.set_setting(COVERED, &text).await.map_err(db_failure)?;
        Ok(done)
    }
}

/// The folder of a backup, held by this process.
struct Target {
    folder: PathBuf,
    _lock: File,
}

impl Target {
    fn open(data: &Path, folder: &Path, hq: &xuncha_core::feed::VerifyingKey) -> Result<Self, Failure> {
        let bad = |code: &str| Failure::after_action(code).with("folder", folder.display());
        let disk = |e: io::Error| disk_failure(&e);
        files::make_folder(folder).and_then(|()| files::keep_name(folder)).map_err(disk)?;
        let (inner, outer) = (folder.canonicalize().map_err(disk)?, data.canonicalize().map_err(disk)?);
        if inner.starts_with(&outer) || outer.starts_with(&inner) {
            return Err(bad("backup.inside"));
        }
        let known = |name: &String| {
            matches!(name.as_str(), "objects" | "keys" | "lock" | MANIFEST)
                || name.ends_with(".part")
                || (name.starts_with("hq-") && name.contains(".sqlite"))
        };
        if files::names(folder).map_err(disk)?.iter().any(|name| !known(name)) {
            return Err(bad("backup.not_empty"));
        }
        let lock = File::options().create(true).truncate(false).write(true).open(folder.join("lock")).map_err(disk)?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(fs::TryLockError::WouldBlock) => return Err(bad("backup.busy")),
            Err(fs::TryLockError::Error(e)) => return Err(disk(e)),
        }
        if let Ok(bytes) = fs::read(folder.join(MANIFEST)) {
            let signed: Option<Signed<BackupManifest>> = serde_json::from_slice(&bytes).ok();
            if signed.is_none_or(|s| s.verify(hq).is_err()) {
                return Err(bad("backup.other_hq"));
            }
        }
        files::make_folder(&folder.join("objects")).map_err(disk)?;
        Ok(Self { folder: folder.to_owned(), _lock: lock })
    }

    /// Copies everything and reads back what it copied. Nothing of it counts before [`Target::claim`].
    fn fill(&self, data: &Path, draft: BackupManifest, with_keys: bool) -> Result<Made, Failure> {
        let disk = |e: io::Error| disk_failure(&e);
        for name in files::names(&self.folder).map_err(disk)?.iter().filter(|n| n.ends_with(".part")) {
            fs::remove_file(self.folder.join(name)).map_err(disk)?;
        }
        let name = format!("hq-{}.sqlite", random::hex::<8>()?);
        let database = self.folder.join(&name);
        copy::snapshot(&data.join("hq.sqlite"), &database).map_err(db_failure)?;
        let wrong = copy::faults(&database).map_err(db_failure)?;
        if let Some(first) = wrong.first() {
            return Err(Failure::after_action("backup.database").with("problem", first));
        }
        let named = copy::objects_named(&database).map_err(db_failure)?;
        let log_index = copy::log_index(&database).map_err(db_failure)?;
        let (mut copied, mut copied_bytes, mut damaged) = (0, 0, Vec::new());
        for (sha256, size) in &named {
            let target = files::object(&self.folder, sha256);
            if files::length(&target).map_err(disk)? == Some(*size) {
                continue;
            }
            if self.bring(data, sha256).map_err(disk)? && files::length(&target).map_err(disk)? == Some(*size) {
                (copied, copied_bytes) = (copied + 1, copied_bytes + size);
            } else {
                damaged.push(sha256.to_string());
            }
        }
        if !damaged.is_empty() {
            let first: Vec<&str> = damaged.iter().take(NAMED).map(String::as_str).collect();
            let failure = Failure::after_action("backup.damaged").with("n", damaged.len());
            return Err(failure.with("objects", first.join(" ")));
        }
        let mut keys = Vec::new();
        if with_keys {
            files::make_folder(&self.folder.join("keys")).map_err(disk)?;
            for name in KEYS {
                let path = format!("keys/{name}");
                // Beside the last backup's, which stays until this one stands: a cut must not leave half a key.
                let bytes = Zeroizing::new(fs::read(data.join("keys").join(name)).map_err(disk)?);
                files::write(&self.folder.join(&path), &bytes).map_err(disk)?;
                keys.push(files::look(&self.folder, &path).map_err(disk)?);
            }
            files::sync_folder(&self.folder.join("keys")).map_err(disk)?;
        }
        files::sync_objects(&self.folder).map_err(disk)?;
        let manifest = BackupManifest {
            log_index,
            database: files::look(&self.folder, &name).map_err(disk)?,
            objects: named.len() as u64,
            bytes: named.iter().map(|(_, size)| size).sum(),
            keys,
            ..draft
        };
        Ok(Made { manifest, copied, copied_bytes })
    }

    /// Copies one object and reads the copy again. `false`: HQ's own is not there, or is not what its name says.
    fn bring(&self, data: &Path, sha256: &BlobHash) -> io::Result<bool> {
        let from = match File::open(files::object(data, sha256)) {
            Ok(file) => file,
            Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(false),
            Err(e) => return Err(e),
        };
        let target = files::object(&self.folder, sha256);
        let folder = target.parent().unwrap_or(&self.folder);
        files::make_folder(folder)?;
        let part = target.with_extension("part");
        files::copy(from, &part)?;
        let name = part.file_name().unwrap_or_default().to_string_lossy().into_owned();
        // Read back: what counts is what stands in the copy.
        if files::look(folder, &name)?.sha256.as_bytes() != sha256.as_bytes() {
            fs::remove_file(&part)?;
            return Ok(false);
        }
        fs::rename(&part, &target)?;
        Ok(true)
    }

    /// Puts HQ's word into place, by one rename, reads it again as a restoration would, and takes away the database it
    /// replaced.
    fn claim(
        &self,
        signed: &Signed<BackupManifest>,
        manifest: &BackupManifest,
        hq: &xuncha_core::feed::VerifyingKey,
    ) -> Result<(), Failure> {
        let disk = |e: io::Error| disk_failure(&e);
        let bytes = serde_json::to_vec(signed).map_err(|_| Failure::never("hq.json"))?;
        let path = self.folder.join(MANIFEST);
        files::write(&path, &bytes).map_err(disk)?;
        let again: Option<Signed<BackupManifest>> = serde_json::from_slice(&fs::read(&path).map_err(disk)?).ok();
        let stands = again.and_then(|s| s.verify(hq).ok()).is_some_and(|m| m == *manifest);
        let database = files::look(&self.folder, &manifest.database.path).map_err(disk)?;
        if !stands || database != manifest.database {
            return Err(Failure::after_action("backup.unreadable").with("folder", self.folder.display()));
        }
        for name in files::names(&self.folder).map_err(disk)? {
            // With what SQLite left beside it.
            if name.starts_with("hq-") && name != manifest.database.path {
                fs::remove_file(self.folder.join(&name)).map_err(disk)?;
            }
        }
        files::sync_folder(&self.folder).map_err(disk)
    }
}
