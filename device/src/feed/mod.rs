//! Feed files: own and pulled feeds and HQ's receipts, sealed record by record, fsynced before they are acknowledged.
//!
//! What it is: [`Feed`] (one feed's segment files), [`FeedFiles`] (the folder of all feeds), [`ReceiptFile`] (HQ's
//! receipts, the same records). What it is not: the chain and the signatures (`xuncha_core::feed` judges them) and the
//! question whose entries a phone may hold ([`crate::sync`]).
//!
//! Invariants: an append that returned `Ok` is on the disk (I1); bytes are only ever added; what a crash tore off the end
//! is cut at the last whole record and reported; a gap, a fork, damage before the end or an end before a head that was
//! known is an error that leaves every file as it is (I4). A handle whose fsync failed refuses all further writes.
//!
//! Layout in `docs/formats/segment.md`. From the bytes up: `record` → `segment` → `log` → `chain` and `receipts`.

mod chain;
mod error;
mod log;
mod reader;
mod receipts;
mod record;
mod segment;

use std::io;
use std::path::{Path, PathBuf};

use xuncha_core::feed::Head;
use xuncha_core::ids::FeedId;

use crate::cipher::Key;
use crate::disk::DiskError;

pub use chain::{Feed, Frames};
pub use error::FeedError;
pub use log::OpenReport;
pub use receipts::ReceiptFile;

/// The folder that holds one folder per feed.
#[derive(Debug, Clone)]
pub struct FeedFiles {
    root: PathBuf,
}

impl FeedFiles {
    /// Names the folder; nothing is touched.
    pub fn new(root: &Path) -> Self {
        Self { root: root.to_path_buf() }
    }
    /// The feeds that have files here, in the order of their names.
    pub fn list(&self) -> Result<Vec<FeedId>, FeedError> {
        let entries = match std::fs::read_dir(&self.root) {
            Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            other => other.map_err(DiskError::from)?,
        };
        let mut feeds = Vec::new();
        for entry in entries {
            let name = entry.map_err(DiskError::from)?.file_name();
            feeds.extend(name.to_str().and_then(|name| name.parse::<FeedId>().ok()));
        }
        feeds.sort_unstable();
        Ok(feeds)
    }
    /// Keeps a copy that cannot be used under another name, so that it can be fetched again.
    pub fn move_aside(&self, feed: &FeedId) -> Result<(), FeedError> {
        let aside = |n: u32| self.root.join(format!("{feed}.damaged-{n}"));
        let free = (1..).map(aside).find(|path| !path.exists());
        let moved = std::fs::rename(self.root.join(feed.to_string()), free.unwrap_or_else(|| aside(1)));
        Ok(moved.map_err(DiskError::from)?)
    }
    /// Opens a feed, or begins it where nothing is stored and no head was known. See [`Feed::open`].
    pub fn open(&self, feed: FeedId, key: Key, known: Option<&Head>) -> Result<(Feed, OpenReport), FeedError> {
        Feed::open(&self.root.join(feed.to_string()), feed, key, known)
    }
}

#[cfg(test)]
mod tests;
