//! An inspection as a folder that proves itself: without HQ, without database, without network.
//!
//! What it is: [`write`] makes the folder, [`verify`] judges one. What it is not: a backup (see the data folder) or a form
//! to print. The folder holds the frames byte for byte; entries of other inspections in the same feeds are there as
//! headers only, so that the chains verify and nothing else is told.
//!
//! ```text
//! README.txt            what this is, for people
//! keys.json             HQ's key and the feeds' keys
//! manifest.json         HQ's signed list of every other file with size and SHA-256, the entries in HQ's order, what lacks
//! feeds/<feed>.ndjson   frames of each feed from its start; HQ's own feed with the admissions and the task
//! receipts/<feed>.ndjson
//! blobs/<sha256>.<ext>  originals, signatures, the sealed manifest
//! record.txt            the record as it was sealed
//! ```

pub mod verify;
mod write;

use serde::{Deserialize, Serialize};
use xuncha_core::feed::{FeedKey, VerifyingKey};
use xuncha_core::ids::{BlobHash, Digest, EntryId, InspectionId};
use xuncha_core::protocol::Statement;

/// `keys.json`
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Keys {
    /// Name of the bureau.
    pub bureau: String,
    /// Key that signs receipts and this export.
    pub hq: VerifyingKey,
    /// HQ's own feed.
    pub hq_feed: FeedKey,
    /// Feeds of the inspection.
    pub feeds: Vec<FeedKey>,
}

/// What HQ signs about an export.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExportManifest {
    /// Format, 1.
    pub v: u32,
    /// The inspection.
    pub inspection: InspectionId,
    /// When it was made (RFC 3339, HQ's clock).
    pub made: String,
    /// Every other file.
    pub files: Vec<ExportFile>,
    /// The inspection's entries in HQ's order.
    pub entries: Vec<ExportEntry>,
    /// Blobs that entries name and HQ did not have.
    pub lacking: Vec<BlobHash>,
}
impl Statement for ExportManifest {
    const LABEL: &'static str = "xuncha-export-1\n";
}

/// A file of an export.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExportFile {
    /// Path within the folder, with `/`.
    pub path: String,
    /// Bytes.
    pub size: u64,
    /// SHA-256.
    pub sha256: Digest,
}

/// An entry as HQ took it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExportEntry {
    /// The entry.
    pub id: EntryId,
    /// Its place in HQ's log.
    pub log_index: u64,
    /// When HQ stored it.
    pub received: String,
    /// Why it has no effect, if it has none.
    pub inert: Option<String>,
}

const MANIFEST: &str = "manifest.json";
const KEYS: &str = "keys.json";
const README: &str = "README.txt";
const RECORD: &str = "record.txt";
