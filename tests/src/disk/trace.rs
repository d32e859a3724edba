//! What the tracer recorded.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context as _, Result, bail};

/// Bytes before path, other path and data: `Header` in `tracer.c`.
const HEADER: usize = 56;
const CREATED: u64 = 1;
const EMPTIED: u64 = 2;
const NAMELESS: u64 = 4;
const NEVERTHELESS: u64 = 0x100;

/// What was done. Files are named by their inode at that time.
#[derive(Debug, Clone)]
pub enum Deed {
    /// A file was opened for writing, or made.
    Open {
        /// Its name.
        path: PathBuf,
        /// Its inode.
        inode: u64,
        /// It was not there before.
        created: bool,
        /// It was emptied.
        emptied: bool,
    },
    /// Bytes were written.
    Write {
        /// Where.
        inode: u64,
        /// From which byte on.
        at: u64,
        /// What.
        bytes: Arc<[u8]>,
    },
    /// A file was cut or made longer.
    Cut {
        /// Which.
        inode: u64,
        /// Its length now.
        length: u64,
    },
    /// Room was taken: the file has at least this length.
    Allocate {
        /// Which.
        inode: u64,
        /// Its length, at least.
        length: u64,
    },
    /// The bytes of a file were synced.
    Sync {
        /// Which.
        inode: u64,
    },
    /// The names in a folder were synced.
    SyncFolder {
        /// Which.
        path: PathBuf,
    },
    /// A file or folder got another name.
    Rename {
        /// The old one.
        from: PathBuf,
        /// The new one.
        to: PathBuf,
    },
    /// A file got a second name.
    Link {
        /// The first one.
        from: PathBuf,
        /// The second one.
        to: PathBuf,
    },
    /// A name was removed.
    Unlink {
        /// Which.
        path: PathBuf,
    },
    /// A folder was made.
    MakeFolder {
        /// Which.
        path: PathBuf,
    },
    /// A folder was removed.
    RemoveFolder {
        /// Which.
        path: PathBuf,
    },
    /// A file was mapped for writing, shared: what is written that way is not seen.
    Map {
        /// Which.
        path: PathBuf,
    },
    /// The child said something; an order begins with `!`.
    Mark(String),
    /// Bytes were read, or a file was opened for reading.
    Read {
        /// Which.
        path: PathBuf,
    },
}

/// One operation.
#[derive(Debug, Clone)]
pub struct Op {
    /// Counted from 1 in this run; marks and mappings have the number of the operation before them.
    pub number: u64,
    /// What.
    pub deed: Deed,
    /// The error it answered.
    pub error: Option<i32>,
    /// It was done all the same ([`super::Amount::Done`]).
    nevertheless: bool,
}

impl Op {
    /// One that was done; for tests of what is made of it.
    pub fn done(deed: Deed) -> Self {
        Self { number: 0, deed, error: None, nevertheless: false }
    }
    /// One that failed.
    pub fn failed(deed: Deed, error: i32) -> Self {
        Self { number: 0, deed, error: Some(error), nevertheless: false }
    }
    /// Whether it changed anything.
    pub fn is_done(&self) -> bool {
        self.error.is_none() || self.nevertheless
    }
    /// Whether it counts.
    pub fn is_counted(&self) -> bool {
        !matches!(self.deed, Deed::Mark(_) | Deed::Map { .. })
    }
}

/// All operations of a run, in their order.
#[derive(Debug, Clone, Default)]
pub struct Trace {
    /// With marks between them.
    pub ops: Vec<Op>,
}

impl Trace {
    /// Reads a recording; what a kill left of the last record is no record.
    pub fn read(file: &Path) -> Result<Self> {
        let bytes = std::fs::read(file).with_context(|| format!("no trace at {}", file.display()))?;
        let mut rest = bytes.as_slice();
        let mut ops = Vec::new();
        while rest.len() >= HEADER {
            let (header, behind) = rest.split_at(HEADER);
            let [path, other, data] = [12, 16, 20].map(|at| number_at::<4>(header, at) as usize);
            let Some((record, next)) = behind.split_at_checked(path + other + data) else { break };
            let text = |bytes: &[u8]| PathBuf::from(String::from_utf8_lossy(bytes).into_owned());
            let (path, tail) = record.split_at(path);
            let (other, data) = tail.split_at(other);
            let result = number_at::<8>(header, 24) as i64;
            let [inode, at, length] = [32, 40, 48].map(|at| number_at::<8>(header, at));
            let (path, other) = (text(path), text(other));
            let kind = number_at::<4>(header, 8);
            let deed = match kind & !NEVERTHELESS {
                1 if at & NAMELESS != 0 => {
                    bail!("{} has a nameless file: the platter does not know those", path.display())
                }
                1 => Deed::Open { path, inode, created: at & CREATED != 0, emptied: at & EMPTIED != 0 },
                2 => Deed::Write { inode, at, bytes: data.into() },
                3 => Deed::Cut { inode, length },
                4 => Deed::Allocate { inode, length: if length == 0 { 0 } else { at + length } },
                5 => Deed::Sync { inode },
                6 => Deed::SyncFolder { path },
                7 => Deed::Rename { from: path, to: other },
                8 => Deed::Link { from: path, to: other },
                9 => Deed::Unlink { path },
                10 => Deed::MakeFolder { path },
                11 => Deed::RemoveFolder { path },
                12 => Deed::Map { path },
                13 => Deed::Mark(String::from_utf8_lossy(data).trim_end().to_owned()),
                14 => Deed::Read { path },
                other => bail!("an operation of kind {other}: the platter does not know it"),
            };
            let error = i32::try_from(-result).ok().filter(|error| *error > 0);
            let nevertheless = kind & NEVERTHELESS != 0;
            ops.push(Op { number: number_at::<8>(header, 0), deed, error, nevertheless });
            rest = next;
        }
        Ok(Self { ops })
    }

    /// How many operations there are, marks not counted.
    pub fn operations(&self) -> usize {
        self.ops.iter().filter(|op| op.is_counted()).count()
    }

    /// What the child said, with the place in [`Trace::ops`].
    pub fn marks(&self) -> impl Iterator<Item = (usize, &str)> {
        self.ops.iter().enumerate().filter_map(|(at, op)| match &op.deed {
            Deed::Mark(line) if !line.starts_with('!') => Some((at, line.as_str())),
            _ => None,
        })
    }
}

fn number_at<const N: usize>(bytes: &[u8], at: usize) -> u64 {
    let mut out = [0; 8];
    out[..N].copy_from_slice(&bytes[at..at + N]);
    u64::from_le_bytes(out)
}
