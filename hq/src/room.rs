//! How much of the disk is left, and for what.
//!
//! What it is: a line below which HQ takes no more photos and files, so that they never fill the disk and entries always find
//! room; and a file of ballast (`reserve`) that is thrown away when others have filled the disk all the same. What it is not: a
//! promise about a single write: whatever the disk refuses is refused with `disk.full` and nothing of it counts.
//!
//! An entry is about a kilobyte and a photo three thousand: the reserve is for tens of thousands of entries, while somebody
//! makes room. Then everything goes on by itself: phones try again, and the ballast is laid down anew.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use xuncha_core::Failure;

const FILE: &str = "reserve";
/// With less than this the ballast goes.
const LOW: u64 = 16 << 20;

/// What is kept free.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Keep {
    /// Bytes that photos and files leave free.
    pub free: u64,
    /// Bytes of ballast.
    pub reserve: u64,
}

/// The room of a data folder.
pub struct Room(Option<(PathBuf, Keep)>);

impl Room {
    /// Of an HQ that has no folder.
    pub fn endless() -> Self {
        Self(None)
    }
    /// Of a data folder.
    pub fn of(data: &Path, keep: Keep) -> Self {
        Self(Some((data.to_owned(), keep)))
    }
    /// Its folder.
    pub fn folder(&self) -> Option<&Path> {
        self.0.as_ref().map(|(data, _)| data.as_path())
    }
    /// Whether so many more bytes of a photo or a file may come.
    ///
    /// # Errors
    /// `disk.full`.
    pub fn for_blob(&self, bytes: u64) -> Result<(), Failure> {
        match &self.0 {
            Some((data, keep)) if free(data).saturating_sub(bytes) < keep.free => {
                Err(Failure::after_action("disk.full"))
            }
            _ => Ok(()),
        }
    }
    /// Whether photos and files are refused just now.
    pub fn is_full(&self) -> bool {
        self.for_blob(0).is_err()
    }
    /// Asked before entries and receipts are written: throws the ballast away where nothing else is left.
    pub fn for_entries(&self) {
        let Some((data, _)) = &self.0 else { return };
        if free(data) < LOW && fs::remove_file(data.join(FILE)).is_ok() {
            tracing::error!("the disk is full; entries go on in what was kept in reserve. Free some space");
        }
    }
    /// Lays the ballast down, where there is room for it and more. Called now and then.
    pub fn refill(&self) {
        let Some((data, keep)) = &self.0 else { return };
        let path = data.join(FILE);
        let there = fs::metadata(&path).is_ok_and(|m| m.len() == keep.reserve);
        if keep.reserve == 0 || there || free(data) < keep.free.saturating_add(2 * keep.reserve) {
            return;
        }
        if let Err(error) = lay(&path, keep.reserve) {
            // Without it the disk is only full sooner.
            tracing::warn!(%error, "the reserve was not laid down");
            let _ = fs::remove_file(&path);
        }
    }
}

/// Bytes this user may still write; where nobody can say, as many as one likes.
fn free(folder: &Path) -> u64 {
    #[cfg(unix)]
    if let Ok(stat) = rustix::fs::statvfs(folder) {
        return stat.f_bavail.saturating_mul(stat.f_frsize);
    }
    let _ = folder;
    u64::MAX
}

/// A file whose blocks are taken, not only its length.
fn lay(path: &Path, size: u64) -> io::Result<()> {
    let file = File::create(path)?;
    #[cfg(unix)]
    rustix::fs::fallocate(&file, rustix::fs::FallocateFlags::empty(), 0, size)?;
    #[cfg(not(unix))]
    file.set_len(size)?;
    file.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blobs_stop_at_the_line_and_the_ballast_is_laid_only_where_there_is_room() {
        let dir = tempfile::tempdir().unwrap();
        let now = free(dir.path());
        let room = |free, reserve| Room::of(dir.path(), Keep { free, reserve });
        assert!(room(now / 2, 0).for_blob(now / 4).is_ok());
        assert_eq!(room(now / 2, 0).for_blob(now / 4 * 3).unwrap_err().code, "disk.full");
        assert!(room(now.saturating_mul(2), 0).is_full() && !Room::endless().is_full());
        let ballast = dir.path().join(FILE);
        room(now, 1 << 20).refill();
        assert!(!ballast.exists(), "what is kept free is not given to the ballast");
        room(0, 1 << 20).refill();
        let blocks = std::os::unix::fs::MetadataExt::blocks(&fs::metadata(&ballast).unwrap());
        assert!(blocks * 512 >= 1 << 20, "blocks, not only a length");
        room(0, 1 << 20).for_entries();
        assert!(ballast.exists(), "it stays while there is room");
    }
}
