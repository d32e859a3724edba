//! Room that is kept back while there is plenty, so that an inspection can be finished and sealed on a full disk.
//!
//! Photos alone do not fill a phone: other apps do, at any moment. Hence a file with blocks of its own: removed when the disk is
//! full, taken again when there is room. Photos never get what it held; words, conclusions and signatures do.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use rustix::fs::{FallocateFlags, fallocate};

use super::{DiskError, PRIVATE, free_bytes, remove};

/// Bytes of the reserve: thousands of answers, or a large inspection's record and signatures, with what the index needs for them.
pub const RESERVE: u64 = 16 << 20;
/// With less than this free the reserve is given up: a record, three signatures and a checkpoint of the index fit into it.
const TIGHT: u64 = 4 << 20;
/// With so much free it is taken: half of it stays free then.
const AMPLE: u64 = 2 * RESERVE;

/// The reserve of one data folder.
#[derive(Debug)]
pub struct Reserve {
    folder: PathBuf,
    held: bool,
}

impl Reserve {
    /// Looks whether the reserve is there; takes or gives up nothing.
    pub fn open(folder: &Path) -> Self {
        // Blocks, not length: a copy of the folder may have kept the length and none of the room.
        let held = fs::metadata(folder.join(NAME)).is_ok_and(|m| m.len() == RESERVE && m.blocks() * 512 >= RESERVE);
        Self { folder: folder.to_path_buf(), held }
    }

    /// It is here, its room not used.
    pub fn held(&self) -> bool {
        self.held
    }

    /// Gives it up when the disk is nearly full, takes it when there is room again.
    pub fn heed(&mut self) {
        // A disk that does not say what is free changes nothing.
        let Ok(free) = free_bytes(&self.folder) else { return };
        if self.held && free < TIGHT {
            self.give_up();
        } else if !self.held && free >= AMPLE {
            self.take();
        }
    }

    /// Gives its room to whoever writes next. Answers whether there was any to give.
    pub fn give_up(&mut self) -> bool {
        if !self.held {
            return false;
        }
        self.held = false;
        // With the folder's fsync: until that, a file system may keep the blocks for itself.
        match remove(&self.folder.join(NAME)) {
            Ok(()) => tracing::warn!("the disk is full: the reserve is given up"),
            Err(e) => tracing::error!(error = %e, "the reserve could not be given up"),
        }
        true
    }

    /// Bytes that photos and files may still take.
    pub fn for_photos(&self) -> Result<u64, DiskError> {
        let kept = if self.held { 2 * TIGHT } else { RESERVE };
        Ok(free_bytes(&self.folder)?.saturating_sub(kept))
    }

    fn take(&mut self) {
        let path = self.folder.join(NAME);
        match allocate(&path) {
            Ok(()) => self.held = true,
            Err(e) => {
                tracing::warn!(error = %e, "no reserve could be taken");
                // Half a reserve would only lie in the way.
                let _ = fs::remove_file(path);
            }
        }
    }
}

const NAME: &str = "reserve";

fn allocate(path: &Path) -> Result<(), DiskError> {
    let file = OpenOptions::new().write(true).create(true).truncate(true).mode(PRIVATE).open(path)?;
    match fallocate(&file, FallocateFlags::empty(), 0, RESERVE).map_err(io::Error::from) {
        Err(e) if e.kind() == io::ErrorKind::Unsupported => fill(&file),
        done => Ok(done?),
    }
}

/// Where blocks cannot be asked for they are written. Not zeros: a file system that compresses would keep none.
fn fill(mut file: &File) -> Result<(), DiskError> {
    let mut block = vec![0; 1 << 20];
    for n in 0..RESERVE >> 20 {
        block[..16].copy_from_slice(&crate::cipher::random::<16>());
        for at in 16..block.len() {
            block[at] = block[at - 16].wrapping_mul(31).wrapping_add(n as u8 | 1);
        }
        file.write_all(&block)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_taken_where_there_is_room_found_again_and_given_up_once() {
        let dir = tempfile::tempdir().unwrap();
        let mut reserve = Reserve::open(dir.path());
        assert!(!reserve.held());
        reserve.heed();
        let mut again = Reserve::open(dir.path());
        assert!(reserve.held() && again.held());
        assert_eq!(fs::metadata(dir.path().join(NAME)).unwrap().len(), RESERVE);
        assert!(again.give_up() && !again.give_up());
        assert!(!dir.path().join(NAME).exists() && !Reserve::open(dir.path()).held());
    }

    #[test]
    fn a_file_without_blocks_of_its_own_is_no_reserve() {
        let dir = tempfile::tempdir().unwrap();
        File::create(dir.path().join(NAME)).unwrap().set_len(RESERVE).unwrap();
        let mut reserve = Reserve::open(dir.path());
        assert!(!reserve.held());
        reserve.heed();
        assert!(Reserve::open(dir.path()).held(), "taken for real now");
    }

    #[test]
    fn written_blocks_do_where_none_can_be_asked_for() {
        let dir = tempfile::tempdir().unwrap();
        fill(&File::create(dir.path().join(NAME)).unwrap()).unwrap();
        assert!(Reserve::open(dir.path()).held());
    }
}
