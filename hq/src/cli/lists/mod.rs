//! Authoring: lists checked, compared, published, taken from a sheet and given back as one.
//!
//! What it is: the commands under `xuncha-hq lists`. What it is not: rules of what a list must be (see
//! [`xuncha_core::library`]) or of whose version counts (see [`crate::packs`]).
//!
//! - `check`, `diff`, `import` and `export` of a folder touch no data folder. `diff published` and `export --data` read
//!   one and may run beside HQ.
//! - `publish` changes what phones get: it takes the data folder for itself and says `data.busy` while HQ runs.
//! - Nothing is half done: with one fault nothing is published and no file is written.
//!
//! `sheet` reads cells from an xlsx file, `columns` says what they mean, `notation` how a cell says more than words,
//! `import` and `export` go either way.

mod check;
mod columns;
mod differ;
mod export;
mod import;
mod notation;
mod publish;
mod sheet;

use std::io::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Subcommand;
use xuncha_core::Failure;
use xuncha_core::checklist::AuthorFault;
use xuncha_core::ids::{ListCode, UserId};

use super::Data;
use crate::packs::OwnError;

#[derive(Subcommand)]
pub(in crate::cli) enum Lists {
    /// Finds faults with file, line and hint; without any, prints what the lists hold
    Check {
        /// A folder laid out as checklists/; what it lacks is taken from this program. Default: this program's lists
        folder: Option<PathBuf>,
        /// For programs
        #[arg(long)]
        json: bool,
    },
    /// Says what a new version has otherwise
    Diff {
        /// A folder, a YAML file, `built-in` (this program's) or `published` (in the data folder)
        old: String,
        /// The same
        new: String,
        #[command(flatten)]
        data: Data,
        /// For programs
        #[arg(long)]
        json: bool,
    },
    /// Publishes what a bureau's own folder changed; HQ must not be running
    Publish {
        #[command(flatten)]
        data: Data,
        /// A folder laid out as checklists/, with no more in it than the bureau changed
        folder: PathBuf,
        /// The administrator who publishes; may be left out where there is but one
        #[arg(long)]
        by: Option<UserId>,
    },
    /// Makes a list from a sheet of an xlsx file; prints it, or writes it into a folder
    Import(import::Import),
    /// Writes a list as an xlsx file that `import` reads
    Export {
        /// Takes the version published in this data folder; may run beside `serve`
        #[arg(long, conflicts_with = "folder")]
        data: Option<PathBuf>,
        /// Takes it from a folder laid out as checklists/
        #[arg(long)]
        folder: Option<PathBuf>,
        /// Its code
        code: ListCode,
        /// The file; must not exist yet
        file: PathBuf,
    },
}

impl Lists {
    pub(in crate::cli) async fn run(self) -> Result<ExitCode, Failure> {
        match self {
            Self::Check { folder, json } => check::run(folder.as_deref(), json),
            Self::Diff { old, new, data, json } => differ::run(&old, &new, data.data, json).await,
            Self::Publish { data, folder, by } => publish::run(data.data, &folder, by).await,
            Self::Import(import) => import.run(),
            Self::Export { data, folder, code, file } => export::run(data, folder, &code, &file).await,
        }
    }
}

/// Says every fault on standard error and how many there are.
fn say_faults(faults: &[AuthorFault]) -> ExitCode {
    let mut err = std::io::stderr().lock();
    for fault in faults {
        let _ = writeln!(err, "{fault}");
    }
    let _ = writeln!(err, "{}", many(faults.len(), "fault"));
    ExitCode::FAILURE
}

/// A number of things: `1 fault`, `2 faults`.
fn many(n: usize, what: &str) -> String {
    format!("{n} {what}{}", if n == 1 { "" } else { "s" })
}

/// What stands in the way of using a bureau's folder: said, or passed on.
fn refuse(error: OwnError) -> Result<ExitCode, Failure> {
    match error {
        OwnError::Failure(failure) => Err(failure),
        OwnError::Faults(faults) => Ok(say_faults(&faults)),
    }
}

/// One line of JSON on standard output.
fn say_json(value: &impl serde::Serialize) -> Result<(), Failure> {
    super::say(serde_json::to_string_pretty(value).map_err(|_| Failure::never("output.closed"))?)
}
