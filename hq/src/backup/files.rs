//! Files of a backup: written, fsynced, read back.

use std::fs::{self, File};
use std::io::{self, Read, Write as _};
use std::path::{Path, PathBuf};

use sha2::{Digest as _, Sha256};
use xuncha_core::ids::{BlobHash, Digest};

use super::BackupFile;
use crate::objects::{CHUNK, hash_file};
pub use crate::objects::{keep_name, make_folder};

/// Copies all of `from` into the new file `to` and makes its bytes durable. Gives their SHA-256 and length.
pub fn copy(mut from: impl Read, to: &Path) -> io::Result<(Digest, u64)> {
    let mut file = private(to)?;
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
    Ok((Digest::from_bytes(hash.finalize().into()), size))
}

/// Writes a small file whole or not at all, durably.
pub fn write(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let part = path.with_extension("part");
    copy(bytes, &part)?;
    fs::rename(&part, path)?;
    sync_folder(path.parent().unwrap_or(Path::new(".")))
}

/// Reads a file again: what it is named, how long it is, what it hashes to.
pub fn look(folder: &Path, path: &str) -> io::Result<BackupFile> {
    let (hash, size) = hash_file(&mut File::open(folder.join(path))?)?;
    Ok(BackupFile { path: path.to_owned(), size, sha256: Digest::from_bytes(hash.finalize().into()) })
}

/// Length of a file; none: not there.
pub fn length(path: &Path) -> io::Result<Option<u64>> {
    match fs::metadata(path) {
        Ok(m) => Ok(Some(m.len())),
        Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(e) => Err(e),
    }
}

/// Where an object lies below a folder, as in HQ's own.
pub fn object(folder: &Path, sha256: &BlobHash) -> PathBuf {
    let name = sha256.to_string();
    folder.join("objects").join(&name[..2]).join(name)
}

/// A new or emptied file that only its owner reads.
fn private(path: &Path) -> io::Result<File> {
    let mut options = fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

/// Makes the names in a folder durable.
pub fn sync_folder(path: &Path) -> io::Result<()> {
    File::open(path)?.sync_all()
}

/// Makes the names of `objects/` durable: of the folder itself and of those below.
pub fn sync_objects(folder: &Path) -> io::Result<()> {
    let objects = folder.join("objects");
    for entry in fs::read_dir(&objects)? {
        let path = entry?.path();
        if path.is_dir() {
            sync_folder(&path)?;
        }
    }
    sync_folder(&objects)?;
    sync_folder(folder)
}

/// Names in a folder; none if it is not there.
pub fn names(folder: &Path) -> io::Result<Vec<String>> {
    match fs::read_dir(folder) {
        Ok(entries) => entries.map(|e| Ok(e?.file_name().to_string_lossy().into_owned())).collect(),
        Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(Vec::new()),
        Err(e) => Err(e),
    }
}
