//! HQ's objects on a disk that forgets: bytes are durable after an fsync, names after an fsync of their folder, and a power cut
//! leaves any part of the rest.
//!
//! The steps of each call are those of the production's `Folder`, one for one; the rule of what may be lost is pessimistic
//! for bytes (any prefix, perhaps zeros behind it) and that of a journalling file system for names (any prefix of the
//! operations, in their order).

use std::collections::BTreeMap;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use xuncha_core::ids::BlobHash;
use xuncha_hq::objects::{Objects, Original, Part};

use super::bugs::Bug;
use super::chance::Chance;
use super::power::Power;

type File = u64;

/// The bytes of a file: as they are read, and as a power cut would find them.
#[derive(Debug, Clone, Default)]
struct Bytes {
    now: Vec<u8>,
    durable: Vec<u8>,
}

#[derive(Debug, Clone)]
enum Naming {
    Create(String, File),
    Remove(String),
    Rename(String, BlobHash),
}

#[derive(Debug, Clone, Default)]
struct Names {
    parts: BTreeMap<String, File>,
    objects: BTreeMap<BlobHash, File>,
}

impl Names {
    fn apply(&mut self, naming: &Naming) {
        match naming {
            Naming::Create(part, file) => drop(self.parts.insert(part.clone(), *file)),
            Naming::Remove(part) => drop(self.parts.remove(part)),
            Naming::Rename(part, object) => {
                if let Some(file) = self.parts.remove(part) {
                    self.objects.insert(*object, file);
                }
            }
        }
    }
}

/// Files and names.
#[derive(Debug, Clone, Default)]
pub struct Disk {
    files: BTreeMap<File, Bytes>,
    now: Names,
    durable: Names,
    pending: Vec<Naming>,
    next: File,
}

impl Disk {
    fn name(&mut self, naming: Naming) {
        self.now.apply(&naming);
        self.pending.push(naming);
    }
    fn sync_names(&mut self) {
        for naming in self.pending.drain(..) {
            self.durable.apply(&naming);
        }
    }
    /// Bytes of an object that a power cut at this moment would leave.
    pub fn durable_object(&self, sha256: &BlobHash) -> Option<&[u8]> {
        self.durable.objects.get(sha256).and_then(|file| self.files.get(file)).map(|bytes| bytes.durable.as_slice())
    }
    /// The power goes: what was not made durable is lost, or is there in part.
    pub fn lose(&mut self, chance: &mut Chance) {
        let kept = chance.below(self.pending.len() + 1);
        self.pending.truncate(kept);
        self.sync_names();
        self.now = self.durable.clone();
        for bytes in self.files.values_mut().filter(|b| b.now != b.durable) {
            if bytes.now.starts_with(&bytes.durable) {
                let more = bytes.now.len() - bytes.durable.len();
                let (length, right) = (bytes.durable.len() + chance.below(more + 1), chance.below(more + 1));
                let right = (bytes.durable.len() + right).min(length);
                bytes.now.truncate(length);
                // The length may reach the disk before the bytes do.
                bytes.now[right..].fill(0);
            } else if chance.strikes(500) {
                bytes.now = bytes.durable.clone();
            }
            bytes.durable = bytes.now.clone();
        }
    }
    /// Puts a whole object there: how a world is prepared.
    fn place(&mut self, content: &[u8]) -> BlobHash {
        let sha256 = BlobHash::digest(&[content]);
        self.next += 1;
        self.files.insert(self.next, Bytes { now: content.to_vec(), durable: content.to_vec() });
        self.now.objects.insert(sha256, self.next);
        self.durable.objects.insert(sha256, self.next);
        sha256
    }
}

/// [`Objects`] over such a disk.
pub struct Depot {
    disk: Arc<Mutex<Disk>>,
    power: Arc<Power>,
    bug: Option<Bug>,
    /// The next bytes to be written are damaged behind the back of whoever hashes them.
    damages: Arc<Mutex<bool>>,
}

impl Depot {
    /// Over this disk, as long as the power is on.
    pub fn new(disk: Arc<Mutex<Disk>>, power: Arc<Power>, bug: Option<Bug>, damages: Arc<Mutex<bool>>) -> Self {
        Self { disk, power, bug, damages }
    }
    fn disk(&self) -> MutexGuard<'_, Disk> {
        lock(&self.disk)
    }
    fn handle(&self, file: File, at: u64) -> Handle {
        let (disk, power) = (Arc::clone(&self.disk), Arc::clone(&self.power));
        Handle { disk, power, file, at, bug: self.bug, damages: Arc::clone(&self.damages) }
    }
    fn find(&self, upload: &str) -> io::Result<File> {
        self.power_on()?;
        self.disk().now.parts.get(upload).copied().ok_or_else(|| io::ErrorKind::NotFound.into())
    }
    fn power_on(&self) -> io::Result<()> {
        if self.power.is_off() { Err(io::Error::other("the power is off")) } else { Ok(()) }
    }
}

/// The lock of something that is never left half done.
pub fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Objects for Depot {
    fn put(&self, bytes: &[u8]) -> io::Result<BlobHash> {
        self.power.io()?;
        Ok(self.disk().place(bytes))
    }
    fn size(&self, sha256: &BlobHash) -> io::Result<Option<u64>> {
        self.power_on()?;
        let disk = self.disk();
        Ok(disk.now.objects.get(sha256).and_then(|f| disk.files.get(f)).map(|b| b.now.len() as u64))
    }
    fn open(&self, sha256: &BlobHash) -> io::Result<Box<dyn Original>> {
        self.power_on()?;
        let file = self.disk().now.objects.get(sha256).copied().ok_or(io::ErrorKind::NotFound)?;
        Ok(Box::new(self.handle(file, 0)))
    }
    fn create_part(&self, upload: &str) -> io::Result<()> {
        self.power.io()?;
        {
            let mut disk = self.disk();
            if disk.now.parts.contains_key(upload) {
                return Err(io::ErrorKind::AlreadyExists.into());
            }
            disk.next += 1;
            let file = disk.next;
            disk.files.insert(file, Bytes::default());
            disk.name(Naming::Create(upload.to_owned(), file));
        }
        self.power.io()?;
        self.disk().sync_names();
        Ok(())
    }
    fn open_part(&self, upload: &str) -> io::Result<(Box<dyn Part>, u64)> {
        let file = self.find(upload)?;
        let length = self.disk().files.get(&file).map_or(0, |b| b.now.len() as u64);
        Ok((Box::new(self.handle(file, length)), length))
    }
    fn part_size(&self, upload: &str) -> io::Result<Option<u64>> {
        match self.find(upload) {
            Ok(file) => Ok(self.disk().files.get(&file).map(|b| b.now.len() as u64)),
            Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(e) => Err(e),
        }
    }
    fn finish_part(&self, upload: &str, sha256: &BlobHash) -> io::Result<()> {
        self.find(upload)?;
        self.power.io()?;
        self.disk().name(Naming::Rename(upload.to_owned(), *sha256));
        self.power.io()?;
        if self.bug != Some(Bug::RenameNotSynced) {
            self.disk().sync_names();
        }
        self.power.io()
    }
    fn drop_part(&self, upload: &str) -> io::Result<()> {
        self.power.io()?;
        self.disk().name(Naming::Remove(upload.to_owned()));
        Ok(())
    }
    fn parts(&self) -> io::Result<Vec<String>> {
        self.power_on()?;
        Ok(self.disk().now.parts.keys().cloned().collect())
    }
}

/// An open file.
struct Handle {
    disk: Arc<Mutex<Disk>>,
    power: Arc<Power>,
    file: File,
    at: u64,
    bug: Option<Bug>,
    damages: Arc<Mutex<bool>>,
}

impl Handle {
    fn with<T>(&self, work: impl FnOnce(&mut Bytes) -> T) -> io::Result<T> {
        if self.power.is_off() {
            return Err(io::Error::other("the power is off"));
        }
        lock(&self.disk).files.get_mut(&self.file).map(work).ok_or_else(|| io::ErrorKind::NotFound.into())
    }
    fn place(&self) -> usize {
        usize::try_from(self.at).unwrap_or(usize::MAX)
    }
}

impl Read for Handle {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let at = self.place();
        let n = self.with(|bytes| {
            let rest = bytes.now.get(at..).unwrap_or_default();
            let n = rest.len().min(out.len());
            out[..n].copy_from_slice(&rest[..n]);
            n
        })?;
        self.at += n as u64;
        Ok(n)
    }
}

impl Write for Handle {
    fn write(&mut self, piece: &[u8]) -> io::Result<usize> {
        let at = self.place();
        let damages = std::mem::take(&mut *lock(&self.damages));
        self.with(|bytes| {
            bytes.now.resize(at.max(bytes.now.len()), 0);
            let over = piece.len().min(bytes.now.len() - at);
            bytes.now[at..at + over].copy_from_slice(&piece[..over]);
            bytes.now.extend_from_slice(&piece[over..]);
            if damages {
                bytes.now[at] ^= 1;
            }
        })?;
        self.at += piece.len() as u64;
        Ok(piece.len())
    }
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Seek for Handle {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let end = self.with(|bytes| bytes.now.len() as u64)?;
        let place = match to {
            SeekFrom::Start(at) => Some(at),
            SeekFrom::End(by) => end.checked_add_signed(by),
            SeekFrom::Current(by) => self.at.checked_add_signed(by),
        };
        self.at = place.ok_or(io::ErrorKind::InvalidInput)?;
        Ok(self.at)
    }
}

impl Part for Handle {
    fn set_len(&mut self, length: u64) -> io::Result<()> {
        self.with(|bytes| bytes.now.resize(usize::try_from(length).unwrap_or(usize::MAX), 0))
    }
    fn sync(&mut self) -> io::Result<()> {
        self.power.io()?;
        if self.bug != Some(Bug::PartNotSynced) {
            self.with(|bytes| bytes.durable = bytes.now.clone())?;
        }
        self.power.io()
    }
}
