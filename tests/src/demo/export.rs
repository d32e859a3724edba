//! The inspection as a folder, written and verified by headquarters' own program, as an administrator would.

use anyhow::{Context as _, Result, bail};
use tokio::process::Command;

use super::Options;
use crate::program;
use crate::world::Headquarters;

/// Exports to `target/demo/export` and verifies what was written.
pub async fn export(options: &Options, hq: &Headquarters, inspection: &str) -> Result<()> {
    let folder = options.export();
    if folder.exists() {
        std::fs::remove_dir_all(&folder)?;
    }
    let mut export = Command::new(program("xuncha-hq")?);
    export.arg("export").arg("--data").arg(hq.data()).arg(inspection).arg(&folder);
    run(export).await?;
    let mut verify = Command::new(program("xuncha-hq")?);
    verify.arg("verify").arg(&folder);
    run(verify).await
}

async fn run(mut command: Command) -> Result<()> {
    let output = command.kill_on_drop(true).output().await.context("cannot start xuncha-hq")?;
    if !output.status.success() {
        let words = [output.stdout, output.stderr].concat();
        bail!("xuncha-hq: {}: {}", output.status, String::from_utf8_lossy(&words));
    }
    Ok(())
}
