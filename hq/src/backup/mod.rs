//! A copy of HQ that can become HQ: made while phones sync, verified before HQ says that it exists, put back as a whole.
//!
//! What it is: [`Hq::backup`] (make), [`restore`] (put back) and the two words HQ's checkpoints take from them: how far a
//! verified backup reaches (`backed_up_to`) and whether HQ was put back from one (`restored`). What it is not: an export (see
//! [`crate::export`]), a judge of what is stored ([`crate::check`]), or the place for HQ's keys, which are kept apart unless
//! somebody asks for them (`docs/decisions/keys-apart-from-the-backup.md`).
//!
//! ```text
//! backup.json          HQ's signed word on the rest; replaced last, by one rename
//! hq-<name>.sqlite     the database as it stood at one moment
//! objects/3f/3f9a…     the objects it names, each by its SHA-256: what is there with the right size stays
//! keys/                only with --with-keys
//! ```
//!
//! Kept here: the database is copied before the objects, so that every row of it finds its object; an object is copied, never
//! linked, because two names of one file die together; what cannot be read is named, and then nothing is claimed. Phones let
//! originals go on `backed_up_to`, so it never says too much: the line is an entry of HQ's own feed (`backup.begun`) that is
//! written before the copy, and only what was receipted at a lower log index counts as covered
//! (`docs/decisions/backup-line.md`).

mod files;
mod make;
mod put_back;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use xuncha_core::ids::Digest;
use xuncha_core::protocol::Statement;
use xuncha_core::protocol::hello::Restored;

use crate::db::DbError;
use crate::hq::Hq;

pub use make::Made;
pub use put_back::{PutBack, restore, verify};

/// HQ's signed word on a backup.
pub const MANIFEST: &str = "backup.json";
/// Files of a `keys/` folder.
pub const KEYS: [&str; 4] = ["hq.key", "recovery.key", "ca.key.pem", "ca.pem"];
/// Settings that hold what checkpoints say.
const COVERED: &str = "backup";
const RESTORED: &str = "restored";
/// Setting: when that was.
const RESTORED_AT: &str = "restored_at";

/// What HQ signs about a backup.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BackupManifest {
    /// Format, 1.
    pub v: u32,
    /// When it was made (RFC 3339, HQ's clock).
    pub made: String,
    /// Name of the bureau.
    pub bureau: String,
    /// What HQ receipted at this log index or below is in it.
    pub covers: u64,
    /// Where the log stands in it.
    pub log_index: u64,
    /// The database: its file, bytes, SHA-256. It names the objects, and so this hash stands for their names too.
    pub database: BackupFile,
    /// Objects.
    pub objects: u64,
    /// Bytes of the objects.
    pub bytes: u64,
    /// Files of HQ's keys, if they are in it.
    pub keys: Vec<BackupFile>,
}
impl Statement for BackupManifest {
    const LABEL: &'static str = "xuncha-backup-1\n";
}

/// A file of a backup.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BackupFile {
    /// Path within the folder, with `/`.
    pub path: String,
    /// Bytes.
    pub size: u64,
    /// SHA-256.
    pub sha256: Digest,
}

/// How far the newest verified backup reaches.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Covered {
    /// As in [`BackupManifest::covers`].
    pub covers: u64,
    /// When it was made.
    pub made: String,
}

impl Hq {
    /// The newest verified backup.
    pub async fn covered(&self) -> Result<Option<Covered>, DbError> {
        self.said(COVERED).await
    }
    /// What checkpoints say of it.
    pub(crate) async fn backed_up_to(&self) -> Result<Option<u64>, DbError> {
        Ok(self.covered().await?.map(|c| c.covers))
    }
    /// The last time this HQ was put back from a backup.
    pub(crate) async fn restored(&self) -> Result<Option<Restored>, DbError> {
        self.said(RESTORED).await
    }
    /// When that was.
    pub(crate) async fn restored_at(&self) -> Result<Option<String>, DbError> {
        self.db.setting(RESTORED_AT).await
    }
    async fn said<T: DeserializeOwned>(&self, name: &str) -> Result<Option<T>, DbError> {
        let text = self.db.setting(name).await?;
        text.map(|t| serde_json::from_str(&t).map_err(|e| DbError::Damaged(format!("setting {name}: {e}")))).transpose()
    }
}
