//! Puts the tracer before a child, and speaks with it from inside the child.

use std::ffi::OsString;
use std::fmt;
use std::fs::{File, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};

const ROOT: &str = "XUNCHA_DISK_ROOT";
const TRACE: &str = "XUNCHA_DISK_TRACE";
const MARKS: &str = "XUNCHA_DISK_MARKS";
const PLAN: &str = "XUNCHA_DISK_PLAN";

/// What the failing operation answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Error {
    /// EIO: the medium or its bus.
    Medium,
    /// ENOSPC, of operations that need room.
    NoSpace,
}

/// What was done when the failure is answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Amount {
    /// Nothing.
    Whole,
    /// Of a write the first half, which is answered as a short count; what follows fails.
    Short,
    /// Everything, though the answer says otherwise.
    Done,
    /// Nothing, though the answer of a sync says otherwise: what a program makes of it that does not look at the answer.
    Hidden,
}

/// On which side of an operation the process is killed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum When {
    /// It was not done.
    Before,
    /// Of a write, the first half was done.
    Torn,
    /// It was done.
    After,
}

/// What the tracer is to do from now on. Numbers begin with 1 and count from the moment of the order. Only operations that can
/// fail that way are counted for a failure: what needs no room never lacks it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    /// An operation fails.
    Fail {
        /// Which.
        operation: u64,
        /// And every one after it.
        from_then_on: bool,
        /// How.
        error: Error,
        /// How far it came.
        amount: Amount,
        /// Only syncs are counted and fail.
        only_syncs: bool,
    },
    /// The process is killed (SIGKILL).
    Kill {
        /// Around which operation.
        operation: u64,
        /// On which side.
        when: When,
    },
    /// A sync fails, so many more operations are done, and then none: each fails and is not recorded, as if the process had been
    /// killed there.
    Halt {
        /// Which.
        sync: u64,
        /// So many.
        more: u64,
    },
    /// Nothing is done any more.
    Calm,
    /// The count begins anew.
    Count,
}

impl Order {
    /// One operation fails, once.
    pub fn fail(operation: u64, error: Error, amount: Amount) -> Self {
        Self::Fail { operation, from_then_on: false, error, amount, only_syncs: false }
    }
    /// From this operation on, all fail.
    pub fn fail_on(operation: u64, error: Error) -> Self {
        Self::Fail { operation, from_then_on: true, error, amount: Amount::Whole, only_syncs: false }
    }
    /// One sync fails, once; other operations are not counted.
    pub fn fail_sync(sync: u64) -> Self {
        Self::Fail {
            operation: sync,
            from_then_on: false,
            error: Error::Medium,
            amount: Amount::Whole,
            only_syncs: true,
        }
    }
    /// One sync fails, once, and the child does not hear it; other operations are not counted.
    pub fn hide_sync(sync: u64) -> Self {
        let (error, amount) = (Error::Medium, Amount::Hidden);
        Self::Fail { operation: sync, from_then_on: false, error, amount, only_syncs: true }
    }
    /// Kills the process.
    pub fn kill(operation: u64, when: When) -> Self {
        Self::Kill { operation, when }
    }
}

impl fmt::Display for Order {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Fail { operation, from_then_on, error, amount, only_syncs } => {
                let how = if *from_then_on { "on" } else { "once" };
                let error = match error {
                    Error::Medium => "EIO",
                    Error::NoSpace => "ENOSPC",
                };
                let amount = match amount {
                    Amount::Whole => "whole",
                    Amount::Short => "short",
                    Amount::Done => "done",
                    Amount::Hidden => "hidden",
                };
                let which = if *only_syncs { "syncs" } else { "any" };
                write!(f, "fail {operation} {how} {error} {amount} {which}")
            }
            Self::Kill { operation, when } => {
                let when = match when {
                    When::Before => "before",
                    When::Torn => "torn",
                    When::After => "after",
                };
                write!(f, "kill {operation} {when}")
            }
            Self::Halt { sync, more } => write!(f, "halt {sync} {more}"),
            Self::Calm => f.write_str("calm"),
            Self::Count => f.write_str("count"),
        }
    }
}

/// What is put before a child.
#[derive(Debug, Clone)]
pub struct Tracer {
    settings: Vec<(&'static str, OsString)>,
    options: Vec<String>,
}

impl Tracer {
    /// Watches what is done below a folder, which is made if it is not there. The child must be given the same folder.
    pub fn over(folder: &Path) -> Result<Self> {
        let library = option_env!("XUNCHA_TRACER").context("the tracer needs Linux")?;
        std::fs::create_dir_all(folder)?;
        let root = folder.canonicalize()?;
        Ok(Self { settings: vec![("LD_PRELOAD", library.into()), (ROOT, root.into())], options: Vec::new() })
    }
    /// Appends every operation to a file, with its bytes. It may not lie below the folder.
    pub fn recording(mut self, file: &Path) -> Self {
        self.settings.push((TRACE, file.into()));
        self
    }
    /// Lets the child say things ([`Marks`]), which stand in the trace at their place, and in this file.
    pub fn marking(mut self, file: &Path) -> Self {
        self.settings.push((MARKS, file.into()));
        self
    }
    /// Gives an order before the child begins.
    pub fn told(mut self, order: Order) -> Self {
        self.options.push(order.to_string());
        self
    }
    /// Passes syncs on to the kernel.
    pub fn really_syncing(mut self) -> Self {
        self.options.insert(0, "sync".to_owned());
        self
    }
    /// Counts reads, and opening for reading.
    pub fn reading_too(mut self) -> Self {
        self.options.insert(0, "reads".to_owned());
        self
    }
    /// Environment of the child: `command.envs(tracer.settings())`, for any kind of command. A child of a traced program is
    /// traced anew: it does not inherit its parent's number.
    pub fn settings(&self) -> Vec<(OsString, OsString)> {
        let plan = (PLAN, OsString::from(self.options.join(";")));
        let known = self.settings.iter().cloned().chain([plan]);
        known.map(|(name, value)| (name.into(), value)).collect()
    }
}

/// The child's side: words and orders, in the order of the operations around them.
#[derive(Debug)]
pub struct Marks {
    file: File,
    path: PathBuf,
}

impl Marks {
    /// Opens them; `None` where nobody listens.
    pub fn open() -> io::Result<Option<Self>> {
        let Some(path) = std::env::var_os(MARKS).map(PathBuf::from) else { return Ok(None) };
        Ok(Some(Self { file: OpenOptions::new().append(true).create(true).open(&path)?, path }))
    }
    /// How many operations failed so far because they were told to.
    pub fn failures(&self) -> io::Result<usize> {
        Ok(self.failed()?.len())
    }
    /// Which: verb and path below the folder, in their order.
    pub fn failed(&self) -> io::Result<Vec<String>> {
        let said = std::fs::read_to_string(&self.path)?;
        Ok(said.lines().filter_map(|line| line.strip_prefix("failed ")).map(ToOwned::to_owned).collect())
    }
    /// Says one line, with one write.
    pub fn say(&self, line: &str) -> io::Result<()> {
        (&self.file).write_all(format!("{line}\n").as_bytes())
    }
    /// Tells the tracer.
    pub fn order(&self, order: Order) -> io::Result<()> {
        (&self.file).write_all(format!("!{order}\n").as_bytes())
    }
}
