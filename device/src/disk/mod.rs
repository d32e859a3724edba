//! The disk as the storage rooms see it: bytes that are there after the power went away, or an error that says so.
//!
//! What it is: errors sorted by what a person can do about them, durable whole-file writes, two-copy files ([`AbFile`]),
//! free space, room kept back for a full disk ([`Reserve`]), the lock that keeps a second program out of a folder.
//! What it is not: a format (see [`crate::feed`], [`crate::vault`], [`crate::keys`]).
//!
//! Invariants: "written" means fsynced, file and folder (I1). A failed fsync is never retried: the kernel may already
//! have dropped the dirty pages and would report success the second time. Many phones lie about fsync; only HQ's
//! receipt proves that bytes are safe.

mod ab;
mod reserve;

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;

use xuncha_core::Failure;

pub use ab::{AbCopy, AbError, AbFile};
pub use reserve::{RESERVE, Reserve};

/// Files are nobody else's: sealed as they are, a desktop's other users need not collect them.
const PRIVATE: u32 = 0o600;

/// What the disk refused.
#[derive(Debug, thiserror::Error)]
pub enum DiskError {
    /// No room left: device, quota or the file-size limit of the process.
    #[error("the disk is full")]
    Full,
    /// fsync failed: what was written last may or may not be there. Close, open again, verify.
    #[error("fsync failed")]
    FsyncFailed,
    /// Another program works in this folder.
    #[error("another program works in this folder")]
    InUse,
    /// Anything else.
    #[error("disk: {0}")]
    Io(io::Error),
}

impl From<io::Error> for DiskError {
    fn from(e: io::Error) -> Self {
        match e.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded | io::ErrorKind::FileTooLarge => Self::Full,
            _ => Self::Io(e),
        }
    }
}

impl From<DiskError> for Failure {
    fn from(e: DiskError) -> Self {
        match e {
            DiskError::Full => Self::after_action("disk.full"),
            DiskError::FsyncFailed => Self::after_action("disk.fsync_failed"),
            DiskError::InUse => Self::after_action("disk.in_use"),
            // The kind only: a path would carry ids into logs and screens.
            DiskError::Io(e) => Self::after_action("disk.io").with("kind", format_args!("{:?}", e.kind())),
        }
    }
}

/// Makes a file's bytes durable (not its name: see [`sync_folder`]).
pub fn sync_data(file: &File) -> Result<(), DiskError> {
    file.sync_data().map_err(|_| DiskError::FsyncFailed)
}

/// Makes the names in a folder durable.
pub fn sync_folder(folder: &Path) -> Result<(), DiskError> {
    File::open(folder)?.sync_all().map_err(|_| DiskError::FsyncFailed)
}

/// Makes a folder and its parents, durably. Nothing happens where it already is.
pub fn make_folder(folder: &Path) -> Result<(), DiskError> {
    if folder.is_dir() {
        return Ok(());
    }
    let Some(parent) = folder.parent() else {
        return Err(io::Error::from(io::ErrorKind::NotFound).into());
    };
    if !parent.as_os_str().is_empty() {
        make_folder(parent)?;
    }
    match fs::create_dir(folder) {
        Err(e) if e.kind() != io::ErrorKind::AlreadyExists => return Err(e.into()),
        _ => {}
    }
    if parent.as_os_str().is_empty() { Ok(()) } else { sync_folder(parent) }
}

/// Writes a whole file so that after any crash either the old bytes are there or the new ones:
/// temp → write → fsync → rename → fsync(folder).
pub fn write_atomic(path: &Path, bytes: &[u8]) -> Result<(), DiskError> {
    let Some(folder) = path.parent() else {
        return Err(io::Error::from(io::ErrorKind::NotFound).into());
    };
    let mut temp = path.to_path_buf().into_os_string();
    temp.push(".tmp");
    let written = (|| {
        let mut file = OpenOptions::new().write(true).create(true).truncate(true).mode(PRIVATE).open(&temp)?;
        file.write_all(bytes)?;
        sync_data(&file)?;
        fs::rename(&temp, path)?;
        sync_folder(folder)
    })();
    if written.is_err() {
        // Best effort: a temp that stays is overwritten by the next write.
        let _ = fs::remove_file(&temp);
    }
    written
}

/// Removes a file, durably; one that is not there counts as removed.
pub fn remove(path: &Path) -> Result<(), DiskError> {
    match fs::remove_file(path) {
        Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(()),
        other => other?,
    }
    path.parent().map_or(Ok(()), sync_folder)
}

/// Bytes that this user may still write on the disk that holds `folder`.
pub fn free_bytes(folder: &Path) -> Result<u64, DiskError> {
    let stat = rustix::fs::statvfs(folder).map_err(io::Error::from)?;
    Ok(stat.f_bavail.saturating_mul(stat.f_frsize))
}

/// Keeps other programs out of a folder as long as it lives. The system frees it with the process, however that ends.
#[derive(Debug)]
pub struct FolderLock {
    _file: File,
}

impl FolderLock {
    /// Takes the folder, or answers [`DiskError::InUse`] at once.
    pub fn take(folder: &Path) -> Result<Self, DiskError> {
        let file = OpenOptions::new().write(true).create(true).truncate(false).open(folder.join("lock"))?;
        match file.try_lock() {
            Ok(()) => Ok(Self { _file: file }),
            Err(fs::TryLockError::WouldBlock) => Err(DiskError::InUse),
            Err(fs::TryLockError::Error(e)) => Err(e.into()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_program_is_kept_out_until_the_first_leaves() {
        let dir = tempfile::tempdir().unwrap();
        let first = FolderLock::take(dir.path()).unwrap();
        assert!(matches!(FolderLock::take(dir.path()), Err(DiskError::InUse)));
        drop(first);
        FolderLock::take(dir.path()).unwrap();
    }

    #[test]
    fn an_atomic_write_leaves_the_new_bytes_and_no_temp() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("x");
        write_atomic(&path, b"old").unwrap();
        write_atomic(&path, b"new").unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"new");
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_full_disk_and_a_strange_error_have_their_own_codes() {
        let full: DiskError = io::Error::from(io::ErrorKind::StorageFull).into();
        assert_eq!(Failure::from(full).code, "disk.full");
        let odd = Failure::from(DiskError::from(io::Error::from(io::ErrorKind::PermissionDenied)));
        assert_eq!((odd.code.as_str(), odd.params["kind"].as_str()), ("disk.io", "PermissionDenied"));
        // /dev/full answers every write with ENOSPC: the real error, not one we made up.
        let mut file = OpenOptions::new().write(true).open("/dev/full").unwrap();
        assert!(matches!(DiskError::from(file.write_all(b"x").unwrap_err()), DiskError::Full));
    }

    #[test]
    fn free_space_is_a_number_of_bytes() {
        let dir = tempfile::tempdir().unwrap();
        assert!(free_bytes(dir.path()).unwrap() > 1024 * 1024);
    }
}
