//! The vault: original bytes of photos and files, encrypted, each named by the SHA-256 of what it was before.
//!
//! What it is: [`Vault`] (put, open, verify, derived images beside an original), [`VaultWriter`] (bytes that arrive in
//! slices), [`VaultReader`] (any range, without decrypting from the start).
//! What it is not: judging or decoding pictures ([`crate::capture`]), deciding when an original may go ([`crate::sync`]).
//!
//! Invariants: an original is never altered; `finish` returns only after *temp → write → fsync → rename → fsync(folder)*
//! (I1), so an entry that names a blob never comes before it; what does not decrypt is an error, never other bytes (I8);
//! memory is bounded by two chunks, whatever the size. Layout in `docs/formats/vault.md`.

mod error;
mod format;
mod reader;
mod writer;

use std::collections::BTreeSet;
use std::fs;
use std::io::{self, Read, Write as _};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use sha2::{Digest as _, Sha256};
use xuncha_core::ids::BlobHash;

use crate::cipher::Key;
use crate::disk::{self, DiskError};

pub use error::VaultError;
pub use reader::VaultReader;
pub use writer::VaultWriter;

use format::CHUNK;

/// A blob that is on the disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stored {
    /// SHA-256 of the original bytes.
    pub sha256: BlobHash,
    /// Original bytes.
    pub size: u64,
}

struct Inner {
    root: PathBuf,
    key: Key,
    /// Folders of originals whose own names are durable.
    certain: Mutex<BTreeSet<PathBuf>>,
}

/// The vault of this phone. A handle: clones open the same folder with the same key.
#[derive(Clone)]
pub struct Vault {
    inner: Arc<Inner>,
}

impl Vault {
    /// Opens the folder, or makes it, and sweeps away what earlier runs did not finish.
    pub fn open_folder(root: &Path, key: Key) -> Result<Self, VaultError> {
        let vault = Self { inner: Arc::new(Inner { root: root.to_path_buf(), key, certain: Mutex::default() }) };
        disk::make_folder(&vault.temp_folder())?;
        for entry in fs::read_dir(vault.temp_folder()).map_err(DiskError::from)? {
            fs::remove_file(entry.map_err(DiskError::from)?.path()).map_err(DiskError::from)?;
        }
        Ok(vault)
    }

    /// Makes a folder of originals, and its name durable. Once for each: one that is there may have been made by a process that
    /// was killed before it had done that.
    fn certain_folder(&self, folder: &Path) -> Result<(), DiskError> {
        let mut certain = self.inner.certain.lock().unwrap_or_else(PoisonError::into_inner);
        if !certain.contains(folder) || !folder.is_dir() {
            disk::make_folder(folder)?;
            disk::sync_folder(&self.inner.root)?;
            certain.insert(folder.to_path_buf());
        }
        Ok(())
    }

    /// Begins a blob whose bytes will come in slices.
    pub fn writer(&self) -> Result<VaultWriter, VaultError> {
        VaultWriter::begin(self.clone())
    }

    /// Stores all bytes of `source`; durable when it returns `Ok`. Storing the same bytes again is harmless, and heals a
    /// damaged file.
    pub fn put(&self, mut source: impl Read) -> Result<Stored, VaultError> {
        let mut writer = self.writer()?;
        let mut buffer = vec![0; CHUNK];
        loop {
            match source.read(&mut buffer) {
                Ok(0) => return writer.finish(),
                Ok(n) => writer.write(&buffer[..n])?,
                Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
                Err(e) => return Err(DiskError::from(e).into()),
            }
        }
    }

    /// Whether a file of this name is here. [`Vault::verify`] tells whether it is whole.
    pub fn contains(&self, sha256: &BlobHash) -> bool {
        self.path(sha256).is_file()
    }

    /// Opens a blob for reading anywhere in it.
    pub fn open(&self, sha256: &BlobHash) -> Result<VaultReader, VaultError> {
        VaultReader::open(&self.path(sha256), &self.inner.key, sha256, "")
    }

    /// Reads a whole blob and compares it with its name.
    pub fn verify(&self, sha256: &BlobHash) -> Result<Stored, VaultError> {
        let mut reader = self.open(sha256)?;
        let mut hash = Sha256::new();
        let mut at = 0;
        loop {
            let bytes = reader.chunk_at(at)?;
            hash.update(bytes);
            at += bytes.len() as u64;
            // Asked after the read: an empty blob has a chunk too.
            if at >= reader.size() {
                break;
            }
        }
        if BlobHash::from_bytes(hash.finalize().into()) == *sha256 {
            Ok(Stored { sha256: *sha256, size: reader.size() })
        } else {
            Err(VaultError::Damaged { sha256: *sha256, why: "other bytes than its name says" })
        }
    }

    /// Removes an original; derived images stay. Whoever calls this has the receipt that allows it (I3).
    pub fn remove(&self, sha256: &BlobHash) -> Result<(), VaultError> {
        Ok(disk::remove(&self.path(sha256))?)
    }

    /// Stores an image made from an original, bound to it by hash and name (`thumb`, `preview`, …). Replaces an earlier
    /// one. Not fsynced: it can be made again, and a torn one is found out when it is read.
    pub fn put_derived(&self, original: &BlobHash, name: &str, bytes: &[u8]) -> Result<(), VaultError> {
        let path = self.derived_path(original, name)?;
        let mut file = tempfile::NamedTempFile::new_in(self.temp_folder()).map_err(DiskError::from)?;
        file.write_all(&format::seal_whole(bytes, &self.inner.key, original, name)).map_err(DiskError::from)?;
        if let Some(folder) = path.parent() {
            disk::make_folder(folder)?;
        }
        file.persist(path).map_err(|e| DiskError::from(e.error))?;
        Ok(())
    }

    /// A derived image; `None` if it was never made. A damaged one is an error: make it again.
    pub fn read_derived(&self, original: &BlobHash, name: &str) -> Result<Option<Vec<u8>>, VaultError> {
        match VaultReader::open(&self.derived_path(original, name)?, &self.inner.key, original, name) {
            Ok(mut reader) => Ok(Some(reader.read_range(0, reader.size())?)),
            Err(VaultError::Missing { .. }) => Ok(None),
            Err(e) => Err(e),
        }
    }

    /// All originals here, with the bytes they take on the disk, in no order.
    pub fn list(&self) -> Result<Vec<(BlobHash, u64)>, VaultError> {
        let mut blobs = Vec::new();
        for folder in fs::read_dir(&self.inner.root).map_err(DiskError::from)? {
            let folder = folder.map_err(DiskError::from)?.path();
            if folder.file_name().is_none_or(|name| name.len() != 2) {
                continue;
            }
            for file in fs::read_dir(folder).map_err(DiskError::from)? {
                let file = file.map_err(DiskError::from)?;
                // A derived image has a longer name.
                if let Some(hash) = file.file_name().to_str().and_then(|name| name.parse().ok()) {
                    blobs.push((hash, file.metadata().map_err(DiskError::from)?.len()));
                }
            }
        }
        Ok(blobs)
    }

    /// Names of all originals here.
    pub fn names(&self) -> Result<BTreeSet<BlobHash>, VaultError> {
        let mut names = BTreeSet::new();
        for folder in fs::read_dir(&self.inner.root).map_err(DiskError::from)? {
            let folder = folder.map_err(DiskError::from)?.path();
            if folder.file_name().is_some_and(|name| name.len() == 2) {
                names.extend(names_in(&folder)?);
            }
        }
        Ok(names)
    }

    /// Takes an original out of the vault without destroying it: it lies in `aside/` from then on. Its derived images go.
    pub fn set_aside(&self, sha256: &BlobHash) -> Result<(), VaultError> {
        let (path, aside) = (self.path(sha256), self.aside_folder());
        disk::make_folder(&aside)?;
        fs::rename(&path, aside.join(sha256.to_string())).map_err(DiskError::from)?;
        let folder = path.parent().unwrap_or(&self.inner.root);
        for file in fs::read_dir(folder).map_err(DiskError::from)? {
            let file = file.map_err(DiskError::from)?;
            if file.file_name().to_string_lossy().starts_with(&sha256.to_string()) {
                fs::remove_file(file.path()).map_err(DiskError::from)?;
            }
        }
        disk::sync_folder(&aside)?;
        Ok(disk::sync_folder(folder)?)
    }

    /// Names of what was set aside.
    pub fn aside(&self) -> Result<BTreeSet<BlobHash>, VaultError> {
        let folder = self.aside_folder();
        if folder.is_dir() { names_in(&folder) } else { Ok(BTreeSet::new()) }
    }

    /// Puts what was set aside back under its name, unless it is there again.
    pub fn bring_back(&self, sha256: &BlobHash) -> Result<(), VaultError> {
        let (path, aside) = (self.path(sha256), self.aside_folder().join(sha256.to_string()));
        if self.contains(sha256) {
            return Ok(disk::remove(&aside)?);
        }
        let folder = path.parent().unwrap_or(&self.inner.root);
        disk::make_folder(folder)?;
        fs::rename(aside, &path).map_err(DiskError::from)?;
        Ok(disk::sync_folder(folder)?)
    }

    /// Removes what was set aside and was written so many days ago.
    pub fn clear_aside(&self, days: u64) -> Result<(), VaultError> {
        let old = SystemTime::now().checked_sub(Duration::from_secs(days * 24 * 60 * 60));
        for name in self.aside()? {
            let path = self.aside_folder().join(name.to_string());
            let written = path.metadata().and_then(|m| m.modified()).map_err(DiskError::from)?;
            if old.is_some_and(|old| written < old) {
                disk::remove(&path)?;
            }
        }
        Ok(())
    }

    fn temp_folder(&self) -> PathBuf {
        self.inner.root.join("temp")
    }
    fn aside_folder(&self) -> PathBuf {
        self.inner.root.join("aside")
    }
    fn path(&self, sha256: &BlobHash) -> PathBuf {
        let name = sha256.to_string();
        self.inner.root.join(&name[..2]).join(name)
    }
    fn derived_path(&self, original: &BlobHash, name: &str) -> Result<PathBuf, VaultError> {
        let fits = (1..=32).contains(&name.len())
            && name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
        if !fits {
            return Err(VaultError::BadName);
        }
        let mut path = self.path(original).into_os_string();
        path.push(".");
        path.push(name);
        Ok(path.into())
    }
}

/// Names of originals in one folder; a derived image has a longer one.
fn names_in(folder: &Path) -> Result<BTreeSet<BlobHash>, VaultError> {
    let mut names = BTreeSet::new();
    for file in fs::read_dir(folder).map_err(DiskError::from)? {
        names
            .extend(file.map_err(DiskError::from)?.file_name().to_str().and_then(|name| name.parse::<BlobHash>().ok()));
    }
    Ok(names)
}

#[cfg(test)]
mod tests;
