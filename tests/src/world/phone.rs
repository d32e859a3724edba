//! A phone in a test: the engine itself, without a window.

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context as _, Result, anyhow, bail};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use tokio::sync::broadcast::error::RecvError;
use tokio::time::timeout;
use xuncha_core::Failure;
use xuncha_device::app::views::{SyncPhase, SyncView};
use xuncha_device::app::{Config, Device, Happening};
use xuncha_device::keys::Kdf;

use crate::district;

/// PIN stretching that costs nothing: for tests, which do not guard anybody's secrets.
pub const QUICK: Kdf = Kdf { memory_kib: 64, passes: 1, lanes: 1 };

/// How long a synchronisation on loopback may take before it counts as stuck.
const SYNC_LIMIT: Duration = Duration::from_secs(300);

/// A phone with a name.
pub struct Phone {
    name: String,
    user: String,
    data: PathBuf,
    device: Device,
    by_itself: bool,
}

impl Phone {
    /// A phone that no HQ knows yet.
    pub fn new(name: &str, user: &str, data: PathBuf) -> Result<Self> {
        Self::opened(name, user, data, false)
    }

    /// As [`Phone::new`], and it synchronises by itself, as it does behind a window.
    pub fn by_itself(name: &str, user: &str, data: PathBuf) -> Result<Self> {
        Self::opened(name, user, data, true)
    }

    fn opened(name: &str, user: &str, data: PathBuf, by_itself: bool) -> Result<Self> {
        let device = open(&data, by_itself)?;
        Ok(Self { name: name.to_owned(), user: user.to_owned(), data, device, by_itself })
    }

    /// Enrols it with the passphrase of the demonstration; it is unlocked afterwards.
    pub async fn enrol(&self, invitation: &str) -> Result<()> {
        let args = json!({ "text": invitation, "label": self.name, "pin": district::PASSPHRASE });
        self.ask::<Value>("enrol", args).await?;
        Ok(())
    }

    /// Unlocks it.
    pub async fn unlock(&self) -> Result<()> {
        self.ask::<Value>("unlock", json!({ "user": self.user, "pin": district::PASSPHRASE })).await?;
        Ok(())
    }

    /// Closes the app and opens it again on the same folder, as after a crash; then unlocks.
    pub async fn reopen(self) -> Result<Self> {
        let Self { name, user, data, device, by_itself } = self;
        drop(device);
        // Tasks of the engine may hold it a moment longer than we do; they let go of the folder's lock when they end.
        let opened = timeout(Duration::from_secs(20), async {
            loop {
                match open(&data, by_itself) {
                    Ok(device) => return device,
                    Err(_) => tokio::task::yield_now().await,
                }
            }
        });
        let device = opened.await.context("the old app still holds the folder")?;
        let phone = Self { name, user, data, device, by_itself };
        phone.unlock().await?;
        Ok(phone)
    }

    /// Calls a verb; the failure is the engine's own.
    pub async fn call(&self, verb: &str, args: impl Serialize) -> Result<Value, Failure> {
        let args = serde_json::to_value(args).map_err(|_| Failure::never("test.args"))?;
        self.device.call(verb, args).await
    }

    /// Calls a verb that must succeed, and reads its reply.
    pub async fn ask<T: DeserializeOwned>(&self, verb: &str, args: impl Serialize) -> Result<T> {
        let reply = self.call(verb, args).await.map_err(|failure| anyhow!("{}: {verb}: {failure}", self.name))?;
        serde_json::from_value(reply).with_context(|| format!("what {verb} answered"))
    }

    /// Synchronises until all is in; fails with what went wrong.
    pub async fn sync(&self) -> Result<SyncView> {
        let view = self.sync_until_rest().await?;
        match view.phase {
            SyncPhase::Done => Ok(view),
            other => bail!("{}: sync came to rest as {other:?}: {:?}", self.name, view.problem),
        }
    }

    /// Synchronises until it is done, failed, paused, or waits to try again.
    pub async fn sync_until_rest(&self) -> Result<SyncView> {
        let mut happenings = self.device.happenings();
        self.ask::<SyncView>("sync_start", json!({})).await?;
        let rested = |view: &SyncView| {
            matches!(view.phase, SyncPhase::Done | SyncPhase::Failed | SyncPhase::Waiting | SyncPhase::Paused)
        };
        let rest = timeout(SYNC_LIMIT, async {
            loop {
                let view = match happenings.recv().await {
                    Ok(Happening::Sync { sync }) => *sync,
                    Ok(_) => continue,
                    Err(RecvError::Lagged(_)) => self.ask("sync_status", json!({})).await?,
                    Err(RecvError::Closed) => bail!("the engine has ended"),
                };
                if rested(&view) {
                    return Ok(view);
                }
            }
        });
        rest.await.with_context(|| format!("{}: sync does not come to rest", self.name))?
    }

    /// Attaches a file that is on the disk, as the shell does with the camera's.
    pub async fn attach(&self, inspection: &str, item: Option<&str>, file: &Path) -> Result<Value> {
        let photo = file.extension().is_some_and(|extension| extension != "csv");
        let begin = json!({
            "inspection": inspection,
            "item": item,
            "kind": if photo { "photo" } else { "file" },
            "name": file.file_name().map(|name| name.to_string_lossy()),
            "size": std::fs::metadata(file)?.len(),
            "source": if photo { "camera" } else { "import" },
            "place": null,
        });
        self.ask("attach_file", json!({ "begin": begin, "path": file, "remove": false })).await
    }

    /// The engine.
    pub fn device(&self) -> &Device {
        &self.device
    }
    /// Its folder.
    pub fn data(&self) -> &Path {
        &self.data
    }
    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }
}

fn open(data: &Path, by_itself: bool) -> Result<Device> {
    let config = Config { kdf: QUICK, by_itself, ..Config::product(data.to_owned()) };
    Device::open(config).map_err(|failure| anyhow!(failure))
}
