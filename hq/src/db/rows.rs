use std::collections::BTreeSet;

use xuncha_core::event::InspectionKind;
use xuncha_core::feed::{Entry, FeedKey, Frame, Head, VerifyingKey};
use xuncha_core::ids::{BlobHash, DeviceId, Digest, EntryId, FeedId, FirmId, InspectionId, TaskId, UnitId, UserId};
use xuncha_core::protocol::push::Quarantined;

use super::DbError;
use crate::api::types::{InspectionState, Role};

/// A stored entry.
#[derive(Debug, Clone)]
pub struct StoredEntry {
    /// Its place in HQ's log.
    pub log_index: u64,
    /// The name it was filed under. Not believed: [`StoredEntry::open`] compares.
    pub id: EntryId,
    /// Its bytes; HQ always has the payload.
    pub frame: Frame,
    /// When it arrived.
    pub received: String,
    /// The inspection it belongs to.
    pub inspection: Option<InspectionId>,
    /// Why it has no effect.
    pub inert: Option<String>,
}

impl StoredEntry {
    /// Opens it, if it still is what was filed: a bit that fell over on the disk is never read as right. Its signature was
    /// verified when it came; `xuncha-hq check` does so again.
    ///
    /// # Errors
    /// [`DbError::Damaged`] with its place in the log.
    pub fn open(&self) -> Result<Entry, DbError> {
        let damaged =
            |why: &dyn std::fmt::Display| DbError::Damaged(format!("entry {} of the log: {why}", self.log_index));
        let entry = self.frame.open().map_err(|e| damaged(&e))?;
        if entry.id != self.id {
            return Err(damaged(&"it was filed under another name"));
        }
        Ok(entry)
    }
    /// As [`StoredEntry::open`], its signature too: what goes out to phones.
    ///
    /// # Errors
    /// [`DbError::Damaged`] with its place in the log.
    pub fn verify(&self, key: &VerifyingKey) -> Result<Entry, DbError> {
        let entry = self.open()?;
        let damaged = |e| DbError::Damaged(format!("entry {} of the log: {e}", self.log_index));
        self.frame.verify(key).map_err(damaged)?;
        Ok(entry)
    }
}

/// An entry about to be stored.
#[derive(Debug, Clone)]
pub struct NewEntry {
    /// Place in HQ's log: one more than the last.
    pub log_index: u64,
    /// Place in its feed.
    pub seq: u64,
    /// Its bytes.
    pub frame: Frame,
}

/// Where a feed and the log end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tip {
    /// Where the feed ends.
    pub head: Head,
    /// Number of the newest entry of all feeds.
    pub log_index: u64,
    /// Largest logical time of an entry that was not too far ahead.
    pub lamport: u64,
}

/// What one request adds, in one transaction.
#[derive(Debug, Clone, Default)]
pub struct Batch {
    /// The feed's head the decision was made on; the transaction fails if it is another by now.
    pub after: Option<Head>,
    /// The feed.
    pub feed: Option<FeedId>,
    /// Entries, in order.
    pub entries: Vec<NewEntry>,
    /// Frames kept apart.
    pub quarantine: Vec<(Quarantined, Frame)>,
    /// What follows for the rebuildable tables.
    pub changes: Changes,
    /// Now.
    pub received: String,
}

/// Changes to the rebuildable tables.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Changes {
    /// New rows of the entry index.
    pub index: Vec<IndexRow>,
    /// Entries whose effect is judged anew.
    pub inert: Vec<(u64, Option<String>)>,
    /// Blobs named.
    pub blobs: Vec<BlobRow>,
    /// Feeds admitted.
    pub feeds: Vec<FeedRow>,
    /// Feeds closed: feed and last place.
    pub closed: Vec<(FeedId, u64)>,
    /// Packs published.
    pub packs: Vec<PackRow>,
    /// Tasks given out.
    pub tasks: Vec<TaskRecord>,
    /// Tasks taken back, with the reason.
    pub withdrawn: Vec<(TaskId, String)>,
    /// Inspections as they are now.
    pub inspections: Vec<InspectionRecord>,
    /// What was said of firms.
    pub firm_acts: Vec<FirmActRow>,
    /// Only when all is computed anew: every blob a receipt names. None: what stands, stands.
    pub receipted: Option<BTreeSet<(FeedId, BlobHash)>>,
}

/// A row of the entry index.
#[derive(Debug, Clone, PartialEq)]
pub struct IndexRow {
    /// Place in the log.
    pub log_index: u64,
    /// Inspection.
    pub inspection: Option<InspectionId>,
    /// Event type.
    pub kind: String,
    /// Person.
    pub actor: UserId,
    /// Logical time.
    pub lamport: u64,
    /// Why it has no effect.
    pub inert: Option<String>,
}

/// A blob an entry names.
#[derive(Debug, Clone, PartialEq)]
pub struct BlobRow {
    /// Place of the entry in the log.
    pub log_index: u64,
    /// Place within the entry.
    pub position: u32,
    /// Feed.
    pub feed: FeedId,
    /// Entry.
    pub entry: EntryId,
    /// Blob.
    pub sha256: BlobHash,
    /// Bytes.
    pub size: u64,
    /// Media type as the phone judged it.
    pub mime: String,
    /// The inspection it belongs to.
    pub inspection: Option<InspectionId>,
}

/// An admitted feed.
#[derive(Debug, Clone, PartialEq)]
pub struct FeedRow {
    /// Feed, device, person, key.
    pub key: FeedKey,
    /// Unit of the person when it was admitted.
    pub unit: UnitId,
    /// Place of the admission in the log.
    pub admitted: u64,
    /// Last place HQ takes, once it is closed.
    pub closed_after: Option<u64>,
}

/// A published pack.
#[derive(Debug, Clone, PartialEq)]
pub struct PackRow {
    /// Place in the log.
    pub log_index: u64,
    /// Kind in words (`list`, `laws`, `rule`, `form`, `firms`).
    pub kind: String,
    /// Code.
    pub code: String,
    /// Version.
    pub version: String,
    /// Hash.
    pub sha256: Digest,
    /// Bytes.
    pub size: u64,
    /// Units it is for; empty: everybody.
    pub units: Vec<UnitId>,
}

/// A task as it was given out.
#[derive(Debug, Clone, PartialEq)]
pub struct TaskRecord {
    /// The task.
    pub task: TaskId,
    /// Place in the log.
    pub log_index: u64,
    /// The unit that carries it.
    pub unit: UnitId,
    /// Who goes.
    pub assignees: Vec<UserId>,
    /// The event as JSON.
    pub body: String,
    /// When.
    pub created: String,
    /// By whom.
    pub created_by: UserId,
    /// Why it was taken back.
    pub withdrawn: Option<String>,
    /// The inspection that names it and where that stands (filled in when read).
    pub inspection: Option<(InspectionId, InspectionState)>,
}

/// What HQ said of a firm.
#[derive(Debug, Clone, PartialEq)]
pub struct FirmActRow {
    /// Place in the log.
    pub log_index: u64,
    /// The firm.
    pub firm: FirmId,
    /// `firm.suspended` or `firm.reopened`.
    pub kind: String,
    /// The event as JSON.
    pub body: String,
    /// When.
    pub said: String,
    /// By whom.
    pub actor: UserId,
}

/// An inspection as lists show it.
#[derive(Debug, Clone, PartialEq)]
pub struct InspectionRecord {
    /// The inspection.
    pub inspection: InspectionId,
    /// Unit of the officer who started it.
    pub unit: UnitId,
    /// The task it carries out.
    pub task: Option<TaskId>,
    /// The firm, if it is of the register.
    pub firm: Option<FirmId>,
    /// Kind.
    pub kind: InspectionKind,
    /// Where it stands.
    pub state: InspectionState,
    /// Serious items that do not conform.
    pub serious: u32,
    /// Code of the conclusion.
    pub conclusion: Option<String>,
    /// Day of the start.
    pub day: String,
    /// What people search for, in lower case.
    pub search: String,
    /// [`crate::api::types::InspectionRow`] as JSON, without what is counted when read.
    pub body: String,
    /// Its team.
    pub team: Vec<UserId>,
}

/// An inspection with the blobs counted.
#[derive(Debug, Clone)]
pub struct InspectionFound {
    /// The record (without its team).
    pub record: InspectionRecord,
    /// Blobs its entries name.
    pub blobs: u32,
    /// Of these proved.
    pub blobs_stored: u32,
}

/// What inspections are asked for by.
#[derive(Debug, Clone, Default)]
pub struct InspectionQuery {
    /// Unit.
    pub unit: Option<UnitId>,
    /// Member of the team.
    pub member: Option<UserId>,
    /// Firm of the register.
    pub firm: Option<FirmId>,
    /// Kind.
    pub kind: Option<InspectionKind>,
    /// Only those with serious items that do not conform.
    pub serious: bool,
    /// State.
    pub state: Option<InspectionState>,
    /// Conclusion.
    pub conclusion: Option<String>,
    /// First day.
    pub from: Option<String>,
    /// Last day.
    pub to: Option<String>,
    /// Part of number, firm, credit code or officer.
    pub text: Option<String>,
    /// Key to go on after.
    pub after: Option<String>,
    /// Rows.
    pub limit: u32,
}

/// A blob HQ waits for.
#[derive(Debug, Clone)]
pub struct WantedRow {
    /// Feed.
    pub feed: FeedId,
    /// Entry.
    pub entry: EntryId,
    /// Blob.
    pub sha256: BlobHash,
    /// Bytes.
    pub size: u64,
    /// An upload already begun.
    pub upload: Option<String>,
}

/// An account.
#[derive(Clone)]
pub struct UserRecord {
    /// Account.
    pub user: UserId,
    /// Name.
    pub name: String,
    /// Role.
    pub role: Role,
    /// Unit.
    pub unit: UnitId,
    /// Number of the enforcement ID.
    pub certificate_no: String,
    /// Argon2id hash.
    pub password: String,
    /// Disabled.
    pub disabled: bool,
    /// Since when.
    pub created: String,
}

/// A browser's session.
#[derive(Debug, Clone)]
pub struct SessionRecord {
    /// Names it.
    pub session: String,
    /// SHA-256 of the cookie's secret.
    pub secret: Digest,
    /// Account.
    pub user: UserId,
    /// Since when.
    pub created: String,
    /// Until when.
    pub expires: String,
    /// Browser.
    pub agent: String,
}

/// An invitation.
#[derive(Debug, Clone)]
pub struct InvitationRecord {
    /// Names it.
    pub invitation: String,
    /// SHA-256 of the secret.
    pub secret: Digest,
    /// For whom.
    pub user: UserId,
    /// When made.
    pub created: String,
    /// Until when.
    pub expires: String,
    /// Taken back.
    pub cancelled: bool,
    /// The device that used it, with the hash of the keys it brought.
    pub used: Option<(DeviceId, Digest)>,
}

/// An enrolled phone.
#[derive(Debug, Clone)]
pub struct DeviceRecord {
    /// The device.
    pub device: DeviceId,
    /// Label.
    pub label: String,
    /// Signing key.
    pub device_key: VerifyingKey,
    /// Sealing key.
    pub sealing_key: Digest,
    /// Unit.
    pub unit: UnitId,
    /// Since when.
    pub enrolled: String,
    /// Last session.
    pub last_seen: Option<String>,
    /// When revoked, and why.
    pub revoked: Option<(String, String)>,
}

/// An upload.
#[derive(Debug, Clone)]
pub struct UploadRecord {
    /// Address.
    pub upload: String,
    /// The device it belongs to.
    pub device: DeviceId,
    /// Feed.
    pub feed: FeedId,
    /// Entry.
    pub entry: EntryId,
    /// Blob.
    pub sha256: BlobHash,
    /// Bytes.
    pub size: u64,
    /// Until when.
    pub expires: String,
    /// Finished: its object is stored and proved.
    pub done: bool,
}

/// A firm in HQ's register.
#[derive(Debug, Clone)]
pub struct FirmRecordRow {
    /// The firm.
    pub firm: FirmId,
    /// Unit that supervises it.
    pub unit: UnitId,
    /// The record as JSON.
    pub record: String,
    /// What people search for.
    pub search: String,
}

/// A receipt as it was signed.
#[derive(Debug, Clone)]
pub struct ReceiptRow {
    /// Feed.
    pub feed: FeedId,
    /// Entries receipted.
    pub stored_to: u64,
    /// HQ's log then.
    pub log_index: u64,
    /// Signed text.
    pub text: String,
    /// Signature.
    pub sig: [u8; 64],
    /// When.
    pub time: String,
    /// Blobs it names; empty when read back.
    pub blobs: Vec<BlobHash>,
}

/// A blob that entries of a feed name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HeldBlob {
    /// Blob.
    pub sha256: BlobHash,
    /// Bytes: as delivered, as named before.
    pub size: u64,
    /// Its bytes were delivered in the scope of one of these entries.
    pub delivered: bool,
    /// It was noted as gone since.
    pub lost: bool,
}

/// HQ's word on a feed: both sides hold the same.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AgreementRow {
    /// The feed.
    pub feed: FeedId,
    /// Agreed up to here.
    pub seq: u64,
    /// Blobs of entries after this place were compared; 0: all.
    pub from: u64,
    /// What two people read to each other.
    pub manifest: Digest,
    /// HQ's log then.
    pub log_index: u64,
    /// The signed text.
    pub text: String,
    /// HQ's signature.
    pub sig: [u8; 64],
    /// When.
    pub time: String,
}

/// What a feed brought to an inspection, and what of it is here.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Brought {
    /// Entries.
    pub entries: u32,
    /// Photos.
    pub photos: u32,
    /// Photos whose bytes are here.
    pub photos_here: u32,
    /// Other files.
    pub files: u32,
    /// Files whose bytes are here.
    pub files_here: u32,
    /// Signatures, keyed and drawn.
    pub signatures: u32,
    /// Signatures that are keyed, or whose drawing is here.
    pub signatures_here: u32,
}
