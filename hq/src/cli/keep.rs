//! Keeping what HQ holds: backup, putting back, looking over.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;
use xuncha_core::Failure;

use super::{Data, say};
use crate::backup;
use crate::check;
use crate::config::Config;
use crate::hq::Hq;

#[derive(Args)]
pub(super) struct Backup {
    #[command(flatten)]
    data: Data,
    /// Where to; what is there already is not copied again. On another disk, if it is to help
    folder: PathBuf,
    /// HQ's keys too: whoever has the folder can then speak as HQ
    #[arg(long)]
    with_keys: bool,
}

#[derive(Args)]
pub(super) struct Restore {
    /// The backup
    folder: PathBuf,
    /// The new data folder: not there yet, or empty
    #[arg(long)]
    data: PathBuf,
    /// The `keys` folder as it was kept apart; not needed for a backup made with --with-keys
    #[arg(long)]
    keys: Option<PathBuf>,
}

impl Backup {
    pub(super) async fn run(self) -> Result<(), Failure> {
        let hq = Hq::open_beside(&Config::new(&self.data.data)).await?;
        let made = hq.backup(&self.data.data, &self.folder, self.with_keys).await?;
        let m = &made.manifest;
        say(format_args!("backup of {} made and read back", m.made))?;
        say(format_args!(
            "{} objects, {} bytes ({} new, {} bytes)",
            m.objects, m.bytes, made.copied, made.copied_bytes
        ))?;
        say(format_args!("covers what was receipted up to {} of the log", m.covers))?;
        match m.keys.is_empty() {
            true => say("HQ's keys are not in it: keep a copy of the folder `keys` elsewhere, apart from this backup"),
            false => say("HQ's keys are in it: whoever reads it can speak as HQ"),
        }
    }
}

impl Restore {
    pub(super) fn run(self) -> Result<(), Failure> {
        let back = backup::restore(&self.folder, &self.data, self.keys.as_deref())?;
        say(format_args!("{} is HQ as it stood at {}", self.data.display(), back.manifest.made))?;
        say("what came after that is sent again by the phones that have it, at their next contact")?;
        say("all browsers are signed out, and invitations that were open then hold no more")?;
        say(
            "do again: phones revoked, accounts disabled and passwords changed since then; invite phones enrolled since then",
        )
    }
}

pub(super) async fn check(data: &Path, backup: Option<&Path>) -> Result<ExitCode, Failure> {
    let checked = check::check(data).await?;
    if let Err(failure) = checked.keep(data) {
        tracing::warn!(code = failure.code, "the dashboard will not show what was found");
    }
    if let Some(folder) = backup {
        // What is wrong with a backup ends the command with its names, as it would end a restoration.
        let manifest = backup::verify(folder, &data.join("keys"))?;
        say(format_args!("the backup of {} is as it was signed: {} objects", manifest.made, manifest.objects))?;
    }
    let audit = &checked.audit;
    for fault in &audit.faults {
        say(format_args!("WRONG {}: {} ({})", fault.about, fault.detail, fault.code))?;
    }
    let looked = format!(
        "{} entries in {} feeds, {} receipts, {} objects, {} bytes",
        audit.entries, audit.feeds, checked.receipts, audit.blobs, audit.bytes
    );
    if audit.faults.is_empty() {
        say(format_args!("all is well: {looked}"))?;
        return Ok(ExitCode::SUCCESS);
    }
    say(format_args!("{} faults: {looked}", audit.faults.len()))?;
    Ok(ExitCode::FAILURE)
}
