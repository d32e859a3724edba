//! The database, at the level of what HQ asks of it.
//!
//! What it is: [`Db`], in five parts, and its SQLite backend. What it is not: judgement. Whoever calls has decided; the
//! database stores it, whole or not at all, and answers only when it is durable. PostgreSQL comes as a second backend
//! under the same contract suite (`contract.rs`).
//!
//! Kept here: a [`Batch`] is one transaction, entries and what follows from them together (I2, I6); the tables of
//! `V1__truth.sql` only grow; those of `V2__views.sql` can be emptied and computed again.

#[cfg(test)]
mod contract;
mod rows;
pub mod sqlite;

use std::collections::BTreeSet;

use async_trait::async_trait;
use xuncha_core::feed::Head;
use xuncha_core::ids::{BlobHash, DeviceId, Digest, EntryId, FeedId, FirmId, InspectionId, TaskId, UnitId, UserId};
use xuncha_core::protocol::push::Quarantined;

use crate::api::types::UnitRow;

pub use rows::{
    AgreementRow, Batch, BlobRow, Brought, Changes, DeviceRecord, FeedRow, FirmActRow, FirmRecordRow, HeldBlob,
    IndexRow, InspectionFound, InspectionQuery, InspectionRecord, InvitationRecord, NewEntry, PackRow, ReceiptRow,
    SessionRecord, StoredEntry, TaskRecord, Tip, UploadRecord, UserRecord, WantedRow,
};

/// Why the database did not answer.
#[derive(Debug, thiserror::Error)]
pub enum DbError {
    /// The backend's own words.
    #[error("database: {0}")]
    Backend(String),
    /// The feed or the log grew between decision and storing.
    #[error("the feed's head or the log's is another by now")]
    Moved,
    /// Something of this name is there already, or something it names is not.
    #[error("refused by a constraint")]
    Constraint,
    /// What is stored cannot be read back.
    #[error("damaged: {0}")]
    Damaged(String),
    /// The disk is full.
    #[error("disk full")]
    Full,
    /// Written by a newer version of this program.
    #[error("schema version {found} is newer than {known}")]
    Newer {
        /// Of the file.
        found: i32,
        /// Of this program.
        known: i32,
    },
}

/// Result of a question to the database.
pub type Result<T> = std::result::Result<T, DbError>;

/// Entries, blobs, receipts.
#[async_trait]
pub trait Log {
    /// Number of the newest entry.
    async fn log_index(&self) -> Result<u64>;
    /// Where a feed and the log end: what the next write follows.
    async fn tip(&self, feed: &FeedId) -> Result<Tip>;
    /// Where a feed ends.
    async fn head(&self, feed: &FeedId) -> Result<Head>;
    /// Name of the entry at a place.
    async fn entry_at(&self, feed: &FeedId, seq: u64) -> Result<Option<EntryId>>;
    /// Entries of a feed after a place.
    async fn entries(&self, feed: &FeedId, after: u64, limit: u32) -> Result<Vec<StoredEntry>>;
    /// Entries of a feed between two places, both included, that have no effect: their names with the reasons, in order.
    async fn inert(&self, feed: &FeedId, first: u64, last: u64) -> Result<Vec<(EntryId, String)>>;
    /// Entries of all feeds after a place in the log.
    async fn log(&self, after: u64, limit: u32) -> Result<Vec<StoredEntry>>;
    /// Entries of an inspection after a place in the log.
    async fn inspection_log(&self, inspection: &InspectionId, after: u64, limit: u32) -> Result<Vec<StoredEntry>>;
    /// Inspections in which others speak, too, and whose team one of `feeds` named (`inspection.started`, `officers.set`) after
    /// the newest of the entries that `have` names was stored.
    async fn named_since(&self, feeds: &[FeedId], have: &[Head]) -> Result<BTreeSet<InspectionId>>;
    /// Stores a batch: durable when this returns.
    async fn commit(&self, batch: Batch) -> Result<()>;
    /// Empties the rebuildable tables and fills them anew, in one transaction.
    async fn rebuild(&self, changes: Changes) -> Result<()>;
    /// All rows of the rebuildable tables as text, in a fixed order: equal states give equal texts.
    async fn views_text(&self) -> Result<String>;
    /// An admitted feed.
    async fn feed(&self, feed: &FeedId) -> Result<Option<FeedRow>>;
    /// All admitted feeds, in the order of their admission.
    async fn feeds(&self) -> Result<Vec<FeedRow>>;
    /// Entries of a feed that are kept apart.
    async fn quarantined(&self, feed: &FeedId) -> Result<Vec<Quarantined>>;
    /// Keeps a receipt; gives its number.
    async fn keep_receipt(&self, receipt: ReceiptRow) -> Result<u64>;
    /// Number of the newest receipt of all feeds.
    async fn receipts_given(&self) -> Result<u64>;
    /// When the entry at a place of a feed arrived.
    async fn received_at(&self, feed: &FeedId, seq: u64) -> Result<Option<String>>;
    /// Frames of a feed that were kept apart since a moment.
    async fn apart_since(&self, feed: &FeedId, since: &str) -> Result<u64>;
    /// Bytes a feed delivered since a moment, and those of its uploads that are not finished.
    async fn brought_since(&self, feed: &FeedId, since: &str) -> Result<u64>;
    /// Receipts of a feed, oldest first.
    async fn receipts(&self, feed: &FeedId) -> Result<Vec<ReceiptRow>>;
    /// The newest receipt of a feed, and how many there are.
    async fn last_receipt(&self, feed: &FeedId) -> Result<Option<(ReceiptRow, u32)>>;
    /// Blobs of an inspection that a receipt names.
    async fn receipted(&self, inspection: &InspectionId) -> Result<Vec<BlobHash>>;
    /// Blobs a feed's entries name that nobody of their scope has delivered, in order, each once.
    async fn wanted(&self, feed: &FeedId, limit: u32) -> Result<Vec<WantedRow>>;
    /// The blob as a stored entry of this feed names it.
    async fn named_blob(&self, feed: &FeedId, entry: &EntryId, sha256: &BlobHash) -> Result<Option<BlobRow>>;
    /// Blobs of an inspection's effective entries, each once, with whether they were delivered.
    async fn blobs_of(&self, inspection: &InspectionId) -> Result<Vec<(BlobRow, bool)>>;
    /// Of these blobs, those a stored entry of this feed names and whose bytes were delivered in its scope.
    async fn delivered(&self, feed: &FeedId, blobs: &[BlobHash]) -> Result<Vec<BlobHash>>;
    /// The object is stored and its bytes came under this upload's feed.
    async fn prove(&self, upload: &UploadRecord, stored: &str) -> Result<()>;
}

/// What the close of a day compares and shows.
#[async_trait]
pub trait Days {
    /// Blobs that entries of this feed after one place and up to another name, each once, sorted.
    async fn blobs_between(&self, feed: &FeedId, after: u64, to: u64) -> Result<Vec<HeldBlob>>;
    /// These objects were delivered and are gone: they count as not delivered until somebody delivers them again.
    async fn lose(&self, objects: &[BlobHash], noticed: &str) -> Result<()>;
    /// They are there again.
    async fn found(&self, objects: &[BlobHash]) -> Result<()>;
    /// Objects that are noted as gone.
    async fn lost(&self) -> Result<Vec<BlobHash>>;
    /// Keeps HQ's newest word on each of these feeds.
    async fn keep_agreement(&self, rows: Vec<AgreementRow>) -> Result<()>;
    /// HQ's newest word on a feed.
    async fn agreement(&self, feed: &FeedId) -> Result<Option<AgreementRow>>;
    /// Which feeds brought entries of which inspections between two moments, the second one excluded.
    async fn received_between(&self, from: &str, to: &str) -> Result<Vec<(FeedId, InspectionId)>>;
    /// Feeds with entries of an inspection, other than strangers', each with what it brought.
    async fn brought(&self, inspection: &InspectionId) -> Result<Vec<(FeedId, Brought)>>;
}

/// Units, accounts, sessions of browsers, settings.
#[async_trait]
pub trait People {
    /// A setting.
    async fn setting(&self, name: &str) -> Result<Option<String>>;
    /// Sets it.
    async fn set_setting(&self, name: &str, value: &str) -> Result<()>;
    /// All units, by id.
    async fn units(&self) -> Result<Vec<UnitRow>>;
    /// A new unit.
    async fn create_unit(&self, unit: &UnitRow) -> Result<()>;
    /// All accounts, by id; of one unit.
    async fn users(&self, unit: Option<&UnitId>) -> Result<Vec<UserRecord>>;
    /// An account.
    async fn user(&self, user: &UserId) -> Result<Option<UserRecord>>;
    /// A new account.
    async fn create_user(&self, user: &UserRecord) -> Result<()>;
    /// Disables an account (its sessions end) or enables it; `false`: no such account.
    async fn set_disabled(&self, user: &UserId, disabled: bool) -> Result<bool>;
    /// Sets the password hash and ends all sessions but one; `false`: no such account.
    async fn set_password(&self, user: &UserId, password: &str, keep: Option<&str>) -> Result<bool>;
    /// A new session; expired ones go.
    async fn create_session(&self, session: &SessionRecord) -> Result<()>;
    /// The session of this secret that is good at `now`, with its account.
    async fn session(&self, secret: &Digest, now: &str) -> Result<Option<(SessionRecord, UserRecord)>>;
    /// Sessions of an account that are good at `now`, newest first.
    async fn sessions(&self, user: &UserId, now: &str) -> Result<Vec<SessionRecord>>;
    /// Ends a session of this account; `false`: there was none.
    async fn end_session(&self, user: &UserId, session: &str) -> Result<bool>;
}

/// Invitations, devices, uploads.
#[async_trait]
pub trait Enrolment {
    /// A new invitation.
    async fn create_invitation(&self, invitation: &InvitationRecord) -> Result<()>;
    /// The invitation of this secret.
    async fn invitation(&self, secret: &Digest) -> Result<Option<InvitationRecord>>;
    /// Newest 200, of accounts of one unit.
    async fn invitations(&self, unit: Option<&UnitId>) -> Result<Vec<InvitationRecord>>;
    /// Takes one back that is not used; `false`: there is none.
    async fn cancel_invitation(&self, invitation: &str) -> Result<bool>;
    /// Uses an invitation and enters the device, in one transaction. A device that is there keeps its unit and date.
    async fn enrol(&self, invitation: &str, request: &Digest, device: &DeviceRecord) -> Result<()>;
    /// A device.
    async fn device(&self, device: &DeviceId) -> Result<Option<DeviceRecord>>;
    /// All devices, by id; of one unit.
    async fn devices(&self, unit: Option<&UnitId>) -> Result<Vec<DeviceRecord>>;
    /// The device was here.
    async fn seen(&self, device: &DeviceId, now: &str) -> Result<()>;
    /// Revokes a device.
    async fn revoke(&self, device: &DeviceId, now: &str, reason: &str) -> Result<()>;
    /// A new upload.
    async fn create_upload(&self, upload: &UploadRecord) -> Result<()>;
    /// An upload.
    async fn upload(&self, upload: &str) -> Result<Option<UploadRecord>>;
    /// The newest upload of this device for a blob that an entry names, finished or not.
    async fn upload_of(
        &self,
        device: &DeviceId,
        feed: &FeedId,
        entry: &EntryId,
        sha256: &BlobHash,
    ) -> Result<Option<UploadRecord>>;
    /// Forgets an upload.
    async fn drop_upload(&self, upload: &str) -> Result<()>;
    /// Uploads whose term is over.
    async fn expired_uploads(&self, now: &str) -> Result<Vec<String>>;
}

/// Firms, tasks, packs, inspections.
#[async_trait]
pub trait Work {
    /// Enters a firm or replaces its record.
    async fn put_firm(&self, firm: &FirmRecordRow) -> Result<()>;
    /// A firm.
    async fn firm(&self, firm: &FirmId) -> Result<Option<FirmRecordRow>>;
    /// Firms by id after a key; of one unit; with a text in names or credit code.
    async fn firms(
        &self,
        unit: Option<&UnitId>,
        text: Option<&str>,
        after: Option<&str>,
        limit: u32,
    ) -> Result<Vec<FirmRecordRow>>;
    /// What was said of a firm (none: of all), in order of the log.
    async fn firm_acts(&self, firm: Option<&FirmId>) -> Result<Vec<FirmActRow>>;
    /// A task.
    async fn task(&self, task: &TaskId) -> Result<Option<TaskRecord>>;
    /// Tasks, newest first, before a place in the log; of one unit; given to one person.
    async fn tasks(
        &self,
        unit: Option<&UnitId>,
        assignee: Option<&UserId>,
        before: Option<u64>,
        limit: u32,
    ) -> Result<Vec<TaskRecord>>;
    /// All packs, in the order of their publication.
    async fn packs(&self) -> Result<Vec<PackRow>>;
    /// Inspections, newest start first.
    async fn inspections(&self, query: &InspectionQuery) -> Result<Vec<InspectionFound>>;
    /// An inspection.
    async fn inspection(&self, inspection: &InspectionId) -> Result<Option<InspectionFound>>;
    /// Its team.
    async fn team(&self, inspection: &InspectionId) -> Result<Vec<UserId>>;
    /// Of these inspections, those that have one of these people on their team.
    async fn of_teams(&self, users: &[UserId], inspections: &[InspectionId]) -> Result<BTreeSet<InspectionId>>;
    /// Feeds that speak in the inspections of this person's teams, strangers' entries aside.
    async fn companions(&self, user: &UserId) -> Result<Vec<FeedId>>;
}

/// All of it.
pub trait Db: Log + Days + People + Enrolment + Work + Send + Sync {}
impl<T: Log + Days + People + Enrolment + Work + Send + Sync> Db for T {}
