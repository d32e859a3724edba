//! Chromium, led by a small Node program (`ui/e2e/visit.mjs`): pages that need signing in, pictures at a given size, axe.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use tokio::io::AsyncWriteExt as _;

/// What a visit consists of; the Node program does the steps in order.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Visit {
    /// First address.
    pub url: String,
    /// Width and height of the page.
    pub size: (u32, u32),
    /// Steps: see `ui/e2e/visit.mjs`.
    pub steps: Vec<Value>,
}

/// What a visit brought back: one value per step that gives one, by its name.
#[derive(Debug, Deserialize)]
pub struct Found {
    /// Values by name.
    pub values: serde_json::Map<String, Value>,
    /// Pictures that were saved.
    pub shots: Vec<PathBuf>,
}

/// Chromium on this machine.
pub struct Browser;

impl Browser {
    /// Makes a visit; pictures go into `shots`.
    pub async fn visit(visit: &Visit, shots: &Path) -> Result<Found> {
        std::fs::create_dir_all(shots)?;
        // Node runs in its own folder.
        let shots = std::path::absolute(shots)?;
        let profile = tempfile::tempdir()?;
        let ui = Path::new(env!("CARGO_MANIFEST_DIR")).join("../ui");
        let mut command = tokio::process::Command::new("node");
        command.arg("e2e/visit.mjs").arg(&shots).arg(profile.path()).current_dir(ui);
        command.stdin(std::process::Stdio::piped()).stdout(std::process::Stdio::piped()).kill_on_drop(true);
        let mut child = command.spawn().context("cannot start node")?;
        let mut stdin = child.stdin.take().context("no way to tell node what to do")?;
        stdin.write_all(&serde_json::to_vec(visit)?).await?;
        drop(stdin);
        let output = child.wait_with_output().await?;
        if !output.status.success() {
            bail!("the visit to {} failed: see above", visit.url);
        }
        serde_json::from_slice(&output.stdout).context("the visit brought back nothing that can be read")
    }
}
