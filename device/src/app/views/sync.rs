//! How it stands with headquarters, and what a person may set.

use serde::{Deserialize, Serialize};
use ts_rs::TS;
use xuncha_core::checklist::ListTitle;
use xuncha_core::ids::{BlobHash, InspectionId};
use xuncha_core::protocol::close_of_day::DayAgreed;

use super::{OnlyHere, UserChoice};

/// Where the sync stands.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct SyncView {
    /// What it is doing.
    pub phase: SyncPhase,
    /// What is only here, counted down as receipts arrive.
    pub only_here: OnlyHere,
    /// Entries in all that this run has to send, and sent.
    #[ts(type = "number")]
    pub entries_total: u64,
    /// Sent.
    #[ts(type = "number")]
    pub entries_done: u64,
    /// Bytes of blobs in this run.
    #[ts(type = "number")]
    pub bytes_total: u64,
    /// Of these, what HQ acknowledged; what only left the phone is not in it.
    #[ts(type = "number")]
    pub bytes_done: u64,
    /// Acknowledged bytes per second over the last 20 s; none while it cannot be said.
    #[ts(type = "number | null")]
    pub rate: Option<u64>,
    /// What remains at that rate.
    #[ts(type = "number | null")]
    pub remaining_ms: Option<u64>,
    /// At rest: milliseconds until the next contact begins by itself; none: not without a person, or another network.
    #[ts(type = "number | null")]
    pub retry_ms: Option<u64>,
    /// Files of this run: in work first, then waiting, then done; at most 200.
    pub files: Vec<SyncFile>,
    /// Files not listed.
    pub files_more: u32,
    /// Inspections that still have files here, the one put first at the top; at most 100.
    pub inspections: Vec<SyncInspection>,
    /// The inspection whose files go first.
    pub first: Option<InspectionId>,
    /// Nothing goes over a network that costs by the byte.
    pub wifi_only: bool,
    /// Contacts begin without being asked for.
    pub by_itself: bool,
    /// A person asked for this one, within the last ten minutes: what went wrong is said aloud.
    pub asked: bool,
    /// What the shell said of the network.
    pub network: Network,
    /// What needs a person or went wrong.
    pub problem: Option<xuncha_core::Failure>,
    /// Entries HQ keeps apart.
    pub quarantined: u32,
    /// The day both sides agree on, when all is in.
    pub agreed: Option<AgreedView>,
    /// Address of HQ.
    pub hq: String,
    /// Last contact.
    pub last_contact: Option<String>,
}

/// What a sync is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum SyncPhase {
    /// Nothing to do or not asked.
    Idle,
    /// Reaching HQ.
    Connecting,
    /// Sending entries.
    Pushing,
    /// Sending blobs.
    Uploading,
    /// Fetching receipts.
    Confirming,
    /// Fetching tasks and lists.
    Pulling,
    /// Comparing the day.
    Closing,
    /// All is in.
    Done,
    /// Paused by the person.
    Paused,
    /// HQ is not reached, is busy, or the network is not the wanted one: goes on by itself; `problem` says what is the matter.
    Waiting,
    /// Stopped by a problem that only a person can cure.
    Failed,
}

/// How the phone is connected, as far as its shell can tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Network {
    /// Costs by the byte: a mobile network.
    Metered,
    /// Does not: Wi-Fi or a cable.
    Unmetered,
    /// The shell cannot tell, as on desktops: everything is allowed.
    Unknown,
    /// There is none. A sync tries all the same, because a shell may be wrong.
    None,
}

/// An inspection with files that HQ has not receipted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct SyncInspection {
    /// The inspection.
    pub inspection: InspectionId,
    /// Firm.
    pub firm: String,
    /// Its files without a receipt.
    pub files: u32,
    /// Bytes of them that HQ has not acknowledged.
    #[ts(type = "number")]
    pub bytes: u64,
}

/// A file on its way.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct SyncFile {
    /// The blob.
    pub sha256: BlobHash,
    /// Its name for people.
    pub name: String,
    /// Firm.
    pub firm: String,
    /// Its inspection; none for a file HQ lost and wants again.
    pub inspection: Option<InspectionId>,
    /// Bytes.
    #[ts(type = "number")]
    pub size: u64,
    /// Acknowledged.
    #[ts(type = "number")]
    pub done: u64,
    /// Under a verified receipt.
    pub receipted: bool,
    /// HQ did not know the part it had any more: the file began again.
    pub again: bool,
    /// What went wrong with it.
    pub problem: Option<xuncha_core::Failure>,
}

/// Both sides hold the same.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct AgreedView {
    /// HQ's time.
    pub time: String,
    /// Entries.
    #[ts(type = "number")]
    pub entries: u64,
    /// Blobs that were compared: those of what came since the agreement before, or all.
    #[ts(type = "number")]
    pub blobs: u64,
    /// HQ looked for every blob there is.
    pub whole: bool,
    /// Hash of the manifest both sides hold.
    pub manifest: String,
}

impl From<&DayAgreed> for AgreedView {
    fn from(day: &DayAgreed) -> Self {
        Self {
            time: day.time.clone(),
            entries: day.feeds.iter().map(|f| f.head.seq).sum(),
            blobs: day.feeds.iter().map(|f| f.blobs).sum(),
            whole: day.feeds.iter().all(|f| f.from == 0),
            manifest: day.manifest.to_string(),
        }
    }
}

/// Settings and storage.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct Settings {
    /// Bureau.
    pub bureau: String,
    /// Address of HQ.
    pub hq_url: String,
    /// SHA-256 of HQ's CA.
    pub ca: String,
    /// Device id.
    pub device: String,
    /// Words for the device.
    pub device_label: String,
    /// Own feed.
    pub feed: String,
    /// Entries in it.
    #[ts(type = "number")]
    pub entries: u64,
    /// Persons on this phone.
    pub users: Vec<UserChoice>,
    /// Language of the screens: `zh-CN` or `en`.
    pub language: String,
    /// `system`, `light`, `dark`, `sun`.
    pub theme: String,
    /// Bytes of originals.
    #[ts(type = "number")]
    pub originals_bytes: u64,
    /// Number of originals.
    #[ts(type = "number")]
    pub originals: u64,
    /// Bytes free on the disk.
    #[ts(type = "number")]
    pub free_bytes: u64,
    /// A hardware secret protects the PIN.
    pub hardware_secret: bool,
    /// Lists on this phone.
    pub lists: Vec<ListTitle>,
    /// Version of the app.
    pub version: String,
    /// Minutes of inactivity until the lock.
    pub lock_after_min: u32,
}
