//! How far HQ has written, said a second time outside the database: the file `mark`.
//!
//! What it is: number of the newest entry and of the newest receipt, overwritten in place after each commit. What it is not: a
//! part of what is durable; nothing waits for it and no fsync makes it so. After a power cut it may say less than the database,
//! never more. That one direction is the use of it: SQLite takes a write-ahead log as over at the first frame whose checksum
//! does not fit, so a flipped bit there takes away the newest rows, receipts and all, without a word. Then the mark says more.

use std::fs::{self, File};
use std::io::{self, Seek as _, SeekFrom, Write as _};
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use serde::{Deserialize, Serialize};
use xuncha_core::ids::Digest;

const FILE: &str = "mark";

/// How far.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Reached {
    /// Number of the newest entry.
    pub log_index: u64,
    /// Number of the newest receipt.
    pub receipts: u64,
}

/// HQ was started over a database that had been further before.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Behind {
    /// When that was noticed.
    pub noticed: String,
    /// Number of the newest entry before.
    pub was: u64,
    /// Then.
    pub is: u64,
}

/// What the file says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Said {
    /// There is none: a new folder, or one that was put back.
    Nothing,
    /// It cannot be read.
    Damaged,
    /// This far.
    Far(Reached),
}

impl Reached {
    /// Always of the same length: the next one replaces it whole.
    fn line(self) -> String {
        let text = format!("xuncha-mark-1 {:020} {:020}", self.log_index, self.receipts);
        let sum = Digest::digest(&[text.as_bytes()]).to_string();
        format!("{text} {}\n", &sum[..16])
    }
    fn read(line: &str) -> Option<Self> {
        let mut words = line.split(' ').skip(1);
        let mut number = || words.next()?.parse().ok();
        let reached = Self { log_index: number()?, receipts: number()? };
        (reached.line() == line).then_some(reached)
    }
    /// The further of both.
    #[must_use]
    pub fn most(self, other: Self) -> Self {
        Self { log_index: self.log_index.max(other.log_index), receipts: self.receipts.max(other.receipts) }
    }
    /// Whether anything of `then` is more than what is here.
    pub fn lacks(self, then: Self) -> bool {
        self.log_index < then.log_index || self.receipts < then.receipts
    }
}

/// The mark of a data folder, for whoever writes to its database.
pub struct Mark(Mutex<(File, Reached)>);

impl Mark {
    /// Opens or makes it, at what the database holds.
    pub fn open(data: &Path, reached: Reached) -> io::Result<Self> {
        let file = File::options().create(true).truncate(false).write(true).open(data.join(FILE))?;
        let mark = Self(Mutex::new((file, reached)));
        mark.set(|_| {});
        Ok(mark)
    }
    /// The newest entry is this one.
    pub fn entry(&self, log_index: u64) {
        self.set(|r| r.log_index = r.log_index.max(log_index));
    }
    /// The newest receipt is this one.
    pub fn receipt(&self, number: u64) {
        self.set(|r| r.receipts = r.receipts.max(number));
    }
    fn set(&self, change: impl FnOnce(&mut Reached)) {
        let (file, reached) = &mut *self.0.lock().unwrap_or_else(PoisonError::into_inner);
        change(reached);
        let written = file.seek(SeekFrom::Start(0)).and_then(|_| file.write_all(reached.line().as_bytes()));
        if let Err(error) = written {
            // It only says less than it could.
            tracing::warn!(%error, "the mark was not written");
        }
    }
}

/// What the mark of a data folder says.
pub fn said(data: &Path) -> io::Result<Said> {
    match fs::read(data.join(FILE)) {
        Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(Said::Nothing),
        Err(e) => Err(e),
        Ok(bytes) => {
            let reached = std::str::from_utf8(&bytes).ok().and_then(Reached::read);
            Ok(reached.map_or(Said::Damaged, Said::Far))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mark_says_how_far_and_no_flipped_bit_says_otherwise() {
        let dir = tempfile::tempdir().unwrap();
        assert_eq!(said(dir.path()).unwrap(), Said::Nothing);
        let mark = Mark::open(dir.path(), Reached { log_index: 7, receipts: 2 }).unwrap();
        mark.entry(12);
        mark.receipt(3);
        mark.entry(11);
        let far = Reached { log_index: 12, receipts: 3 };
        assert_eq!(said(dir.path()).unwrap(), Said::Far(far), "it only grows");
        assert!(
            !far.lacks(far) && Reached { receipts: 2, ..far }.lacks(far) && Reached { log_index: 9, ..far }.lacks(far)
        );
        let path = dir.path().join(FILE);
        let whole = fs::read(&path).unwrap();
        for bit in 0..whole.len() * 8 {
            let mut bytes = whole.clone();
            bytes[bit / 8] ^= 1 << (bit % 8);
            fs::write(&path, bytes).unwrap();
            assert_eq!(said(dir.path()).unwrap(), Said::Damaged, "bit {bit}");
        }
        Mark::open(dir.path(), Reached::default()).unwrap();
        assert_eq!(said(dir.path()).unwrap(), Said::Far(Reached::default()), "and is written anew whole");
    }
}
