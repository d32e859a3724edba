use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use xuncha_core::Failure;
use xuncha_core::feed::VerifyingKey;
use xuncha_core::protocol::Signed;
use xuncha_core::protocol::hello::Restored;

use super::files;
use super::{BackupManifest, COVERED, Covered, KEYS, MANIFEST, RESTORED, RESTORED_AT};
use crate::clock::{Clock as _, SystemClock};
use crate::db::sqlite::copy;
use crate::hq::db_failure;
use crate::keys::signing_key;
use crate::objects::disk_failure;
use crate::random;

/// Names of damaged files that a failure lists.
const NAMED: usize = 5;

/// What was put back.
#[derive(Debug, Clone)]
pub struct PutBack {
    /// HQ's word on the backup.
    pub manifest: BackupManifest,
}

/// Makes a data folder of a backup: everything is verified first, and `data` appears whole or not at all. `keys`: HQ's
/// `keys/` folder as it was kept apart; none: those of the backup.
///
/// # Errors
/// `restore.*`; `data` is as it was then.
pub fn restore(folder: &Path, data: &Path, keys: Option<&Path>) -> Result<PutBack, Failure> {
    let disk = |e: io::Error| disk_failure(&e);
    if !files::names(data).map_err(disk)?.is_empty() {
        return Err(Failure::after_action("restore.not_empty").with("folder", data.display()));
    }
    let bytes = fs::read(folder.join(MANIFEST))
        .map_err(|_| Failure::after_action("restore.no_backup").with("folder", folder.display()))?;
    let keys = keys.map_or_else(|| folder.join("keys"), Path::to_owned);
    if let Some(missing) = KEYS.iter().find(|name| !keys.join(name).is_file()) {
        let failure = Failure::after_action("restore.keys_missing").with("folder", keys.display());
        return Err(failure.with("file", missing));
    }
    let manifest = believed(&bytes, &signing_key(&keys)?)?;
    verified(folder, &manifest)?;
    let part = beside(data);
    if part.exists() {
        fs::remove_dir_all(&part).map_err(disk)?;
    }
    let done = fill(folder, &manifest, &keys, &part).and_then(|()| {
        fs::rename(&part, data).map_err(disk)?;
        files::sync_folder(data.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."))).map_err(disk)
    });
    if let Err(failure) = done {
        // Best effort: what stays is thrown away by the next try.
        let _ = fs::remove_dir_all(&part);
        return Err(failure);
    }
    Ok(PutBack { manifest })
}

/// Reads every byte of a backup, as a restoration would: disks forget. `keys`: HQ's `keys/` folder.
///
/// # Errors
/// `restore.*`, with the names of what is not what was signed.
pub fn verify(folder: &Path, keys: &Path) -> Result<BackupManifest, Failure> {
    let bytes = fs::read(folder.join(MANIFEST))
        .map_err(|_| Failure::after_action("restore.no_backup").with("folder", folder.display()))?;
    let manifest = believed(&bytes, &signing_key(keys)?)?;
    verified(folder, &manifest)?;
    Ok(manifest)
}

/// The manifest, if the HQ of these keys signed it and this program can read it.
fn believed(bytes: &[u8], hq: &VerifyingKey) -> Result<BackupManifest, Failure> {
    let signed: Signed<BackupManifest> =
        serde_json::from_slice(bytes).map_err(|_| Failure::after_action("restore.manifest"))?;
    let manifest = signed.verify(hq).map_err(|_| Failure::after_action("restore.manifest"))?;
    if manifest.v != 1 {
        return Err(Failure::after_action("restore.newer").with("v", manifest.v));
    }
    Ok(manifest)
}

/// Every byte of the backup is what HQ signed, or a failure with the names of what is not.
fn verified(folder: &Path, manifest: &BackupManifest) -> Result<(), Failure> {
    let mut wrong = Vec::new();
    for file in std::iter::once(&manifest.database).chain(&manifest.keys) {
        if files::look(folder, &file.path).ok().as_ref() != Some(file) {
            wrong.push(file.path.clone());
        }
    }
    if wrong.is_empty() {
        for (sha256, size) in copy::objects_named(&folder.join(&manifest.database.path)).map_err(db_failure)? {
            let path = files::object(Path::new(""), &sha256).to_string_lossy().into_owned();
            let stands =
                files::look(folder, &path).is_ok_and(|f| f.size == size && f.sha256.as_bytes() == sha256.as_bytes());
            if !stands {
                wrong.push(path);
            }
        }
    }
    if wrong.is_empty() {
        return Ok(());
    }
    let first: Vec<&str> = wrong.iter().take(NAMED).map(String::as_str).collect();
    Err(Failure::after_action("restore.damaged").with("n", wrong.len()).with("files", first.join(" ")))
}

fn beside(data: &Path) -> PathBuf {
    let mut name = data.as_os_str().to_owned();
    name.push(".restoring");
    name.into()
}

fn fill(folder: &Path, manifest: &BackupManifest, keys: &Path, part: &Path) -> Result<(), Failure> {
    let disk = |e: io::Error| disk_failure(&e);
    files::make_folder(&part.join("keys")).map_err(disk)?;
    files::make_folder(&part.join("objects")).map_err(disk)?;
    let take = |from: &Path, to: &Path| files::copy(File::open(from)?, to);
    let database = part.join("hq.sqlite");
    take(&folder.join(&manifest.database.path), &database).map_err(disk)?;
    for (sha256, _) in copy::objects_named(&database).map_err(db_failure)? {
        let target = files::object(part, &sha256);
        files::make_folder(target.parent().unwrap_or(part)).map_err(disk)?;
        take(&files::object(folder, &sha256), &target).map_err(disk)?;
    }
    for name in KEYS {
        take(&keys.join(name), &part.join("keys").join(name)).map_err(disk)?;
    }
    // What HQ says from now on: it reaches as far as this backup, and whatever it said above that is void.
    let covered = Covered { covers: manifest.covers, made: manifest.made.clone() };
    let restored = Restored { id: random::hex::<16>()?, log_index: manifest.log_index, made: manifest.made.clone() };
    let json = |v: serde_json::Result<String>| v.map_err(|_| Failure::never("hq.json"));
    let settings = [
        (COVERED, json(serde_json::to_string(&covered))?),
        (RESTORED, json(serde_json::to_string(&restored))?),
        (RESTORED_AT, crate::clock::stamp(SystemClock.now())),
    ];
    copy::put_back(&database, &settings).map_err(db_failure)?;
    files::sync_folder(&part.join("keys")).map_err(disk)?;
    files::sync_objects(part).map_err(disk)
}
