//! A disk that fails on purpose: every file operation of a child seen, failed, cut by a kill; and what a power cut may leave of
//! them.
//!
//! What it is: [`Tracer`] (put before a child, it numbers, fails and records what the child does below one folder),
//! [`Trace`] (what it recorded, with the child's own [`Marks`] between), [`Platter`] (from a trace: the states in which a disk
//! may be found after the power went), [`Cut`] (one such state, by seed), [`Shelf`] (such a state as a folder). What it is not:
//! a block device, and a judge: what must have survived is asked by [`phone`] and in `tests/disk`.
//!
//! # How a child is traced
//! `tracer.c` is loaded by `LD_PRELOAD`, needs no rights and replaces no function: a seccomp filter traps the system calls
//! themselves. `tempfile` renames through rustix, which enters the kernel without libc; a tracer that replaces libc's `rename`
//! misses exactly the step on which a photo's durability hangs. A story in `tests/disk/tracer.rs` plays a whole trace back and
//! compares it with the folder, byte for byte.
//!
//! ```no_run
//! use std::process::Command;
//! use xuncha_tests::disk::{Amount, Error, Order, Trace, Tracer};
//! # fn story(folder: &std::path::Path) -> anyhow::Result<()> {
//! let data = folder.join("data");
//! let tracer = Tracer::over(&data)?
//!     .recording(&folder.join("trace"))
//!     .marking(&folder.join("marks"))
//!     .told(Order::fail(17, Error::NoSpace, Amount::Whole));
//! let mut child = Command::new("xuncha-hq");
//! child.envs(tracer.settings()).arg("serve");
//! child.status()?;
//! let trace = Trace::read(&folder.join("trace"))?;
//! println!("{} operations", trace.operations());
//! # Ok(())
//! # }
//! ```
//!
//! # What counts as an operation, and what does not
//! Counted, failed and recorded: opening for writing or creating, write, truncate, fallocate, fsync and fdatasync of files and
//! folders, rename, link, symlink, unlink, mkdir, rmdir; with [`Tracer::reading_too`] also read, pread and opening for reading.
//! Seen and not counted: a shared writable mapping (SQLite's `-shm`, which is made again from the WAL; `Deed::Map`). Not seen:
//! writes through such a mapping, `pwritev2`, io_uring, sync(2), permissions and times; none of the traced programs uses them
//! for anything that has to last. copy_file_range and sendfile are refused, so that whoever copies writes. The kernel is not
//! asked to sync unless [`Tracer::really_syncing`]: no power goes in these stories, and it would be most of their time.
//!
//! # What a power cut leaves ([`Platter`])
//! Bytes of a file are certain after fsync or fdatasync of the file, names after fsync of their folder. What came later is
//! there, partly there or not there, file by file and name by name, in any order; a torn write is torn at sectors of 512 bytes,
//! of which one may be garbage, and the file's length may have grown without its bytes. Assumed of the hardware: a sector is
//! written whole or not, and bytes that were not written do not change; of the file system: a rename is one step.
//! A failed fsync makes nothing certain, and neither does a later one for the same bytes (traps 5 of fsync: the kernel has
//! already forgotten that they were dirty).

pub mod phone;
mod platter;
pub mod rows;
mod shelf;
mod trace;
mod tracer;

pub use platter::{Cut, Honesty, Platter, Tree};
pub use shelf::{Laid, Shelf, scratch};
pub use trace::{Deed, Op, Trace};
pub use tracer::{Amount, Error, Marks, Order, Tracer, When};
