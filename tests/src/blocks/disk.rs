//! One file that is a disk: kept in memory, every write and every flush logged in the order of their coming.

use std::ffi::OsStr;
use std::io;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, UNIX_EPOCH};

use fuser::{
    BackgroundSession, BsdFileFlags, Config, Errno, FileAttr, FileHandle, FileType, Filesystem, FopenFlags, Generation,
    INodeNo, LockOwner, MountOption, OpenFlags, ReplyAttr, ReplyData, ReplyEmpty, ReplyEntry, ReplyOpen, ReplyWrite,
    Request, TimeOrNow, WriteFlags, spawn_mount,
};

/// The file's name in the mounted folder.
const NAME: &str = "disk.img";
const FILE: INodeNo = INodeNo(2);
/// Nothing but this program changes it.
const FOR_EVER: Duration = Duration::from_secs(3600);
/// `FALLOC_FL_PUNCH_HOLE` and `FALLOC_FL_ZERO_RANGE` of `fallocate(2)`: blocks that read as zeros afterwards.
const ZEROING: i32 = 0x02 | 0x10;

/// What reached the disk.
#[derive(Debug, Clone)]
pub enum Op {
    /// Bytes at an offset.
    Write(usize, Vec<u8>),
    /// Everything before must survive the power.
    Flush,
}

#[derive(Default)]
struct Inside {
    bytes: Vec<u8>,
    log: Vec<Op>,
}

/// The disk. Clones are the same disk.
#[derive(Clone)]
pub struct Disk {
    inside: Arc<Mutex<Inside>>,
}

impl Disk {
    /// A disk with these bytes on it, and nothing logged.
    pub fn of(bytes: Vec<u8>) -> Self {
        Self { inside: Arc::new(Mutex::new(Inside { bytes, log: Vec::new() })) }
    }

    fn inside(&self) -> MutexGuard<'_, Inside> {
        self.inside.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How much is logged.
    pub fn logged(&self) -> usize {
        self.inside().log.len()
    }

    /// Forgets what is logged; answers what is on the disk.
    pub fn begin(&self) -> Vec<u8> {
        let mut inside = self.inside();
        inside.log.clear();
        inside.bytes.clone()
    }

    /// What was logged since [`Disk::begin`].
    pub fn log(&self) -> Vec<Op> {
        self.inside().log.clone()
    }

    /// Serves it as `disk.img` in an empty folder, until the answer is dropped.
    pub fn serve(&self, folder: &Path) -> io::Result<BackgroundSession> {
        let mut config = Config::default();
        config.mount_options = vec![MountOption::FSName("xuncha-blocks".to_owned())];
        spawn_mount(self.clone(), folder, &config)
    }

    fn attributes(&self, inode: INodeNo) -> FileAttr {
        let folder = inode == INodeNo::ROOT;
        let size = if folder { 0 } else { self.inside().bytes.len() as u64 };
        FileAttr {
            ino: inode,
            size,
            blocks: size / 512,
            atime: UNIX_EPOCH,
            mtime: UNIX_EPOCH,
            ctime: UNIX_EPOCH,
            crtime: UNIX_EPOCH,
            kind: if folder { FileType::Directory } else { FileType::RegularFile },
            perm: if folder { 0o700 } else { 0o600 },
            nlink: 1,
            uid: 0,
            gid: 0,
            rdev: 0,
            blksize: 4096,
            flags: 0,
        }
    }
}

impl Filesystem for Disk {
    fn lookup(&self, _: &Request, _: INodeNo, name: &OsStr, reply: ReplyEntry) {
        if name == NAME {
            reply.entry(&FOR_EVER, &self.attributes(FILE), Generation(0));
        } else {
            reply.error(Errno::ENOENT);
        }
    }

    fn getattr(&self, _: &Request, inode: INodeNo, _: Option<FileHandle>, reply: ReplyAttr) {
        reply.attr(&FOR_EVER, &self.attributes(inode));
    }

    fn setattr(
        &self,
        _: &Request,
        inode: INodeNo,
        _: Option<u32>,
        _: Option<u32>,
        _: Option<u32>,
        _: Option<u64>,
        _: Option<TimeOrNow>,
        _: Option<TimeOrNow>,
        _: Option<std::time::SystemTime>,
        _: Option<FileHandle>,
        _: Option<std::time::SystemTime>,
        _: Option<std::time::SystemTime>,
        _: Option<std::time::SystemTime>,
        _: Option<BsdFileFlags>,
        reply: ReplyAttr,
    ) {
        reply.attr(&FOR_EVER, &self.attributes(inode));
    }

    fn open(&self, _: &Request, _: INodeNo, _: OpenFlags, reply: ReplyOpen) {
        // No cache of the kernel between the file system above and the log.
        reply.opened(FileHandle(1), FopenFlags::FOPEN_DIRECT_IO);
    }

    fn read(
        &self,
        _: &Request,
        _: INodeNo,
        _: FileHandle,
        offset: u64,
        size: u32,
        _: OpenFlags,
        _: Option<LockOwner>,
        reply: ReplyData,
    ) {
        let inside = self.inside();
        let from = (offset as usize).min(inside.bytes.len());
        let to = (from + size as usize).min(inside.bytes.len());
        reply.data(&inside.bytes[from..to]);
    }

    fn write(
        &self,
        _: &Request,
        _: INodeNo,
        _: FileHandle,
        offset: u64,
        data: &[u8],
        _: WriteFlags,
        _: OpenFlags,
        _: Option<LockOwner>,
        reply: ReplyWrite,
    ) {
        let mut inside = self.inside();
        let at = offset as usize;
        let Some(place) = inside.bytes.get_mut(at..at + data.len()) else { return reply.error(Errno::ENOSPC) };
        place.copy_from_slice(data);
        inside.log.push(Op::Write(at, data.to_vec()));
        // A request is at most a few megabytes.
        reply.written(data.len() as u32);
    }

    fn flush(&self, _: &Request, _: INodeNo, _: FileHandle, _: LockOwner, reply: ReplyEmpty) {
        // Of a handle that is closed: says nothing about the disk.
        reply.ok();
    }

    fn fsync(&self, _: &Request, _: INodeNo, _: FileHandle, _: bool, reply: ReplyEmpty) {
        self.inside().log.push(Op::Flush);
        reply.ok();
    }

    fn fallocate(
        &self,
        _: &Request,
        _: INodeNo,
        _: FileHandle,
        offset: u64,
        length: u64,
        mode: i32,
        reply: ReplyEmpty,
    ) {
        if mode & ZEROING == 0 {
            return reply.error(Errno::EOPNOTSUPP);
        }
        let mut inside = self.inside();
        let (at, length) = (offset as usize, length as usize);
        let Some(place) = inside.bytes.get_mut(at..at + length) else { return reply.error(Errno::ENOSPC) };
        place.fill(0);
        inside.log.push(Op::Write(at, vec![0; length]));
        reply.ok();
    }
}
