//! A small file kept twice, so that a write cut anywhere leaves the other copy whole.
//!
//! ```text
//! <magic> <generation> <sha256 hex over magic, SP, generation, LF, body> LF
//! body
//! ```

use std::fs::{self, OpenOptions};
use std::io;
use std::os::unix::fs::{FileExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};

use xuncha_core::ids::Digest;

use super::{DiskError, PRIVATE, sync_folder};

/// Why there is no copy to read or write.
#[derive(Debug, thiserror::Error)]
pub enum AbError {
    /// Not one whole copy, though there are files.
    #[error("no copy is whole")]
    Damaged,
    /// The disk refused.
    #[error(transparent)]
    Disk(#[from] DiskError),
}

/// The newest whole copy.
pub struct AbCopy {
    /// Grows by one with each write.
    pub generation: u64,
    /// What was written.
    pub body: Vec<u8>,
    /// The other copy is there and not whole.
    pub other_damaged: bool,
    newest_is_a: bool,
}

/// Two files `<stem>.a` and `<stem>.b`; the higher generation that is whole wins.
#[derive(Debug)]
pub struct AbFile {
    a: PathBuf,
    b: PathBuf,
    magic: &'static str,
    /// The newest copy was written and synced by this process.
    certain: AtomicBool,
}

impl AbFile {
    /// Names the pair; nothing is touched.
    pub fn new(folder: &Path, stem: &str, magic: &'static str) -> Self {
        let [a, b] = ["a", "b"].map(|copy| folder.join(format!("{stem}.{copy}")));
        Self { a, b, magic, certain: AtomicBool::new(false) }
    }

    /// Reads the newest whole copy; `None` where there is no file at all.
    pub fn read(&self) -> Result<Option<AbCopy>, AbError> {
        let (a, b) = (read_or_absent(&self.a)?, read_or_absent(&self.b)?);
        let absent = a.is_none() && b.is_none();
        let there = [&a, &b].into_iter().filter(|copy| copy.is_some()).count();
        let whole = |bytes: Option<Vec<u8>>| bytes.and_then(|bytes| self.decode(&bytes));
        let (a, b) = (whole(a), whole(b));
        let other_damaged = [&a, &b].into_iter().filter(|copy| copy.is_some()).count() < there;
        let newest = match (a, b) {
            (Some(a), Some(b)) if b.0 > a.0 => Some((b, false)),
            (Some(a), _) => Some((a, true)),
            (None, Some(b)) => Some((b, false)),
            (None, None) if absent => None,
            (None, None) => return Err(AbError::Damaged),
        };
        Ok(newest.map(|((generation, body), newest_is_a)| AbCopy { generation, body, other_damaged, newest_is_a }))
    }

    /// Writes the next generation over the older copy and answers its number. The newest copy stays untouched.
    pub fn write(&self, body: &[u8]) -> Result<u64, AbError> {
        let newest = match self.read() {
            Ok(newest) => newest,
            // Both copies are lost: there is nothing to protect, and a whole one is better than none.
            Err(AbError::Damaged) => None,
            Err(e) => return Err(e),
        };
        let (generation, over) = match &newest {
            Some(n) => (n.generation + 1, if n.newest_is_a { &self.b } else { &self.a }),
            None => (1, &self.a),
        };
        if let Some(newest) = &newest {
            self.make_certain(newest)?;
        }
        let bytes = self.encode(generation, body);
        let is_new = !over.exists();
        let file = OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(false)
            .mode(PRIVATE)
            .open(over)
            .map_err(DiskError::from)?;
        // In place and shortened afterwards: a body of the same length needs no new block, so it also works on a full disk.
        file.write_all_at(&bytes, 0).map_err(DiskError::from)?;
        file.set_len(bytes.len() as u64).map_err(DiskError::from)?;
        self.certain.store(false, Ordering::Relaxed);
        if file.sync_all().is_err() {
            // It reads as whole and may not be on the disk: as the newest copy it would let the next write go over the certain one.
            let _ = file.set_len(0);
            return Err(DiskError::FsyncFailed.into());
        }
        if is_new && let Some(folder) = over.parent() {
            sync_folder(folder)?;
        }
        self.certain.store(true, Ordering::Relaxed);
        Ok(generation)
    }

    /// Makes what [`AbFile::read`] answers outlive a power cut. Whoever goes on from it calls this first: it may lie in the
    /// kernel's memory alone.
    pub fn settle(&self) -> Result<(), AbError> {
        self.read()?.map_or(Ok(()), |newest| Ok(self.make_certain(&newest)?))
    }

    /// While the other copy is written over, the newest is the only one; a process that was killed before its fsync, or was told
    /// that it failed, may have left it in the kernel's memory alone. Its bytes are written once more: an fsync without that would
    /// find nothing to do.
    fn make_certain(&self, newest: &AbCopy) -> Result<(), DiskError> {
        if self.certain.load(Ordering::Relaxed) {
            return Ok(());
        }
        let path = if newest.newest_is_a { &self.a } else { &self.b };
        let file = OpenOptions::new().write(true).open(path)?;
        file.write_all_at(&self.encode(newest.generation, &newest.body), 0)?;
        file.sync_all().map_err(|_| DiskError::FsyncFailed)?;
        path.parent().map_or(Ok(()), sync_folder)?;
        self.certain.store(true, Ordering::Relaxed);
        Ok(())
    }

    /// Removes both copies.
    pub fn remove(&self) -> Result<(), DiskError> {
        super::remove(&self.a)?;
        super::remove(&self.b)
    }

    fn encode(&self, generation: u64, body: &[u8]) -> Vec<u8> {
        let mut out = format!("{} {generation} {}\n", self.magic, self.checksum(generation, body)).into_bytes();
        out.extend_from_slice(body);
        out
    }

    fn decode(&self, bytes: &[u8]) -> Option<(u64, Vec<u8>)> {
        let end = bytes.iter().position(|b| *b == b'\n')?;
        let line = std::str::from_utf8(&bytes[..end]).ok()?;
        let body = &bytes[end + 1..];
        let mut words = line.split(' ');
        let (magic, generation, checksum) = (words.next()?, words.next()?.parse().ok()?, words.next()?);
        let whole = magic == self.magic && checksum == self.checksum(generation, body).to_string();
        (whole && words.next().is_none()).then(|| (generation, body.to_vec()))
    }

    fn checksum(&self, generation: u64, body: &[u8]) -> Digest {
        Digest::digest(&[self.magic.as_bytes(), b" ", generation.to_string().as_bytes(), b"\n", body])
    }
}

fn read_or_absent(path: &Path) -> Result<Option<Vec<u8>>, DiskError> {
    match fs::read(path) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(e) => Err(e.into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_write_cut_at_any_byte_leaves_the_generation_before() {
        let dir = tempfile::tempdir().unwrap();
        let file = AbFile::new(dir.path(), "k", "test-1");
        assert!(file.read().unwrap().is_none());
        file.write(b"one").unwrap();
        file.write(b"two, longer").unwrap();
        let b = dir.path().join("k.b");
        let whole = fs::read(&b).unwrap();
        for cut in 0..whole.len() {
            fs::write(&b, &whole[..cut]).unwrap();
            assert_eq!(file.read().unwrap().unwrap().body, b"one", "cut at {cut}");
        }
        for at in 0..whole.len() {
            let mut bytes = whole.clone();
            bytes[at] ^= 1;
            fs::write(&b, &bytes).unwrap();
            let copy = file.read().unwrap().unwrap();
            assert_eq!((copy.body.as_slice(), copy.other_damaged), (b"one".as_slice(), true), "flip at {at}");
        }
        file.write(b"three").unwrap();
        assert!(!file.read().unwrap().unwrap().other_damaged, "the damaged one is the one that is written over");
    }

    #[test]
    fn writes_alternate_and_the_newest_wins() {
        let dir = tempfile::tempdir().unwrap();
        let file = AbFile::new(dir.path(), "k", "test-1");
        for n in 1..=5u64 {
            assert_eq!(file.write(format!("body {n}").as_bytes()).unwrap(), n);
            let copy = file.read().unwrap().unwrap();
            assert_eq!((copy.generation, copy.body), (n, format!("body {n}").into_bytes()));
        }
        file.remove().unwrap();
        assert!(file.read().unwrap().is_none());
    }

    #[test]
    fn two_damaged_copies_are_an_error_and_not_an_empty_file() {
        let dir = tempfile::tempdir().unwrap();
        let file = AbFile::new(dir.path(), "k", "test-1");
        file.write(b"x").unwrap();
        fs::write(dir.path().join("k.a"), b"").unwrap();
        fs::write(dir.path().join("k.b"), b"junk").unwrap();
        assert!(matches!(file.read(), Err(AbError::Damaged)));
    }
}
