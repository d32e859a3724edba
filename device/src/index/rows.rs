use rusqlite::params;
use xuncha_core::event::{PackPublished, TaskAssigned};
use xuncha_core::feed::{BlobRef, Entry, FeedKey, Head};
use xuncha_core::ids::{BlobHash, EntryId, FeedId, InspectionId, ListCode, TaskId};
use xuncha_core::protocol::receipts::Receipt;

use super::{Index, IndexError, Result};
use crate::app::views::Stage;

/// The row of an inspection.
#[derive(Debug, Clone, PartialEq)]
pub struct InspectionSummary {
    /// Its id.
    pub id: InspectionId,
    /// Readable number.
    pub number: String,
    /// The task, if any.
    pub task: Option<TaskId>,
    /// Firm's short name.
    pub firm: String,
    /// Address.
    pub address: String,
    /// Lists.
    pub lists: Vec<ListCode>,
    /// Begun, as claimed.
    pub started: String,
    /// Draft, signing, sealed, abandoned.
    pub stage: Stage,
    /// Items answered.
    pub done: u32,
    /// Items that apply.
    pub total: u32,
    /// 不符合.
    pub non_conforming: u32,
    /// Photos.
    pub photos: u32,
}

/// A blob's row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BlobRow {
    /// The blob.
    pub blob: BlobRef,
    /// Its name for people.
    pub name: String,
    /// Counts as a photo.
    pub photo: bool,
}

pub(super) fn stage_text(stage: Stage) -> &'static str {
    match stage {
        Stage::Draft => "draft",
        Stage::Signing => "signing",
        Stage::Sealed => "sealed",
        Stage::Abandoned => "abandoned",
    }
}

impl Index {
    /// Notes that a feed has been applied up to `head`.
    pub fn note_head(&self, head: &Head, own: bool) -> Result<()> {
        let sql = "INSERT INTO heads (feed, seq, id, lamport, own) VALUES (?1, ?2, ?3, ?4, ?5)
                   ON CONFLICT (feed) DO UPDATE SET seq = ?2, id = ?3, lamport = ?4, own = ?5";
        let id = head.id.map(|i| i.to_string());
        self.db.prepare_cached(sql)?.execute(params![head.feed.to_string(), head.seq, id, head.lamport, own])?;
        Ok(())
    }

    /// Notes where an entry of an inspection lies, and the blobs it brings if it is our own.
    pub fn note_entry(&self, entry: &Entry, inspection: &InspectionId, blobs: &[BlobRow]) -> Result<()> {
        let (feed, id) = (entry.header.feed.to_string(), entry.id.to_string());
        let wall = entry.payload.as_ref().map(|p| p.time.wall.as_str()).unwrap_or_default();
        let day = wall.get(..10).unwrap_or_default();
        let sql = "INSERT OR IGNORE INTO entries (feed, seq, id, inspection, day) VALUES (?1, ?2, ?3, ?4, ?5)";
        self.db.prepare_cached(sql)?.execute(params![feed, entry.header.seq, id, inspection.as_str(), day])?;
        for row in blobs {
            let sql = "INSERT OR IGNORE INTO blobs (sha256, entry, feed, seq, inspection, size, mime, name, photo)
                       VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)";
            self.db.prepare_cached(sql)?.execute(params![
                row.blob.sha256.to_string(),
                id,
                feed,
                entry.header.seq,
                inspection.as_str(),
                row.blob.size,
                row.blob.mime,
                row.name,
                row.photo
            ])?;
        }
        Ok(())
    }

    /// Writes the row of an inspection.
    pub fn note_inspection(&self, s: &InspectionSummary) -> Result<()> {
        let sql = "INSERT INTO inspections
                     (id, number, task, firm, address, lists, started, stage, done, total, non_conforming, photos, last_seq)
                   VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12,
                     (SELECT coalesce(max((SELECT max(e.seq) FROM entries e WHERE e.feed = h.feed AND e.inspection = ?1)), 0)
                      FROM heads h WHERE h.own = 1))
                   ON CONFLICT (id) DO UPDATE SET number = excluded.number, task = excluded.task, firm = excluded.firm,
                     address = excluded.address, lists = excluded.lists, started = excluded.started,
                     stage = excluded.stage, done = excluded.done, total = excluded.total,
                     non_conforming = excluded.non_conforming, photos = excluded.photos, last_seq = excluded.last_seq";
        let lists = serde_json::to_string(&s.lists).map_err(|e| IndexError::Row(e.to_string()))?;
        self.db.prepare_cached(sql)?.execute(params![
            s.id.as_str(),
            s.number,
            s.task.as_ref().map(TaskId::as_str),
            s.firm,
            s.address,
            lists,
            s.started,
            stage_text(s.stage),
            s.done,
            s.total,
            s.non_conforming,
            s.photos
        ])?;
        Ok(())
    }

    /// Notes a verified receipt. The caller has checked HQ's signature and that the head is our own.
    pub fn note_receipt(&self, receipt: &Receipt) -> Result<()> {
        let feed = receipt.feed.to_string();
        let sql = "UPDATE heads SET receipted = max(receipted, ?2), receipt_at = ?3 WHERE feed = ?1";
        self.db.prepare_cached(sql)?.execute(params![feed, receipt.stored_to.seq, receipt.time])?;
        for blob in &receipt.blobs_stored {
            let sql = "UPDATE blobs SET receipted = 1 WHERE sha256 = ?1 AND feed = ?2";
            self.db.prepare_cached(sql)?.execute(params![blob.to_string(), feed])?;
        }
        for q in &receipt.quarantined {
            let sql = "INSERT OR IGNORE INTO quarantined (feed, seq, reason) VALUES (?1, ?2, ?3)";
            self.db.prepare_cached(sql)?.execute(params![feed, q.seq, q.reason])?;
        }
        Ok(())
    }

    /// Notes that HQ lacks what it had receipted.
    pub fn note_lacking<'a>(
        &self,
        feed: &FeedId,
        stored_to: Option<u64>,
        blobs: impl IntoIterator<Item = &'a BlobHash>,
    ) -> Result<()> {
        let feed = feed.to_string();
        if let Some(to) = stored_to {
            let sql = "UPDATE heads SET receipted = min(receipted, ?2) WHERE feed = ?1";
            self.db.prepare_cached(sql)?.execute(params![feed, to])?;
        }
        for blob in blobs {
            let sql = "UPDATE blobs SET receipted = 0 WHERE sha256 = ?1 AND feed = ?2";
            self.db.prepare_cached(sql)?.execute(params![blob.to_string(), feed])?;
        }
        Ok(())
    }

    /// HQ fell back: nothing is under a receipt until it is said anew.
    pub fn void_receipts(&self) -> Result<()> {
        self.db.execute_batch("UPDATE heads SET receipted = 0, receipt_at = NULL; UPDATE blobs SET receipted = 0;")?;
        Ok(())
    }

    /// Forgets how far a feed was applied.
    pub fn forget_head(&self, feed: &FeedId) -> Result<()> {
        self.db.prepare_cached("DELETE FROM heads WHERE feed = ?1")?.execute([feed.to_string()])?;
        Ok(())
    }

    /// Forgets what HQ's feed said; it is about to be applied from its beginning.
    pub fn forget_office(&self) -> Result<()> {
        Ok(self.db.execute_batch("DELETE FROM tasks; DELETE FROM packs; DELETE FROM admitted;")?)
    }

    /// Notes a task out of HQ's feed.
    pub fn note_task(&self, task: &TaskAssigned) -> Result<()> {
        let body = serde_json::to_string(task).map_err(|e| IndexError::Row(e.to_string()))?;
        let sql =
            "INSERT INTO tasks (id, body, due) VALUES (?1, ?2, ?3) ON CONFLICT (id) DO UPDATE SET body = ?2, due = ?3";
        self.db.prepare_cached(sql)?.execute(params![task.task.as_str(), body, task.due])?;
        Ok(())
    }

    /// Notes that HQ took a task back.
    pub fn withdraw_task(&self, task: &TaskId) -> Result<()> {
        self.db.prepare_cached("UPDATE tasks SET withdrawn = 1 WHERE id = ?1")?.execute([task.as_str()])?;
        Ok(())
    }

    /// Notes a pack HQ published; `here` says whether its bytes are on this phone.
    pub fn note_pack(&self, pack: &PackPublished, seq: u64, published: &str, here: bool) -> Result<()> {
        let kind = serde_json::to_value(pack.kind).map_err(|e| IndexError::Row(e.to_string()))?;
        let body = serde_json::to_string(pack).map_err(|e| IndexError::Row(e.to_string()))?;
        let sql = "INSERT INTO packs (sha256, kind, code, version, size, seq, published, here, body)
                   VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)
                   ON CONFLICT (sha256) DO UPDATE SET seq = max(seq, ?6), here = max(here, ?8)";
        self.db.prepare_cached(sql)?.execute(params![
            pack.sha256.to_string(),
            kind.as_str(),
            pack.code,
            pack.version,
            pack.size,
            seq,
            published,
            here,
            body
        ])?;
        Ok(())
    }

    /// Notes that a pack's bytes are here.
    pub fn pack_arrived(&self, sha256: &xuncha_core::ids::Digest) -> Result<()> {
        self.db.prepare_cached("UPDATE packs SET here = 1 WHERE sha256 = ?1")?.execute([sha256.to_string()])?;
        Ok(())
    }

    /// Notes a feed HQ admitted.
    pub fn note_admitted(&self, key: &FeedKey) -> Result<()> {
        let json = serde_json::to_string(key).map_err(|e| IndexError::Row(e.to_string()))?;
        let sql = "INSERT OR IGNORE INTO admitted (feed, key) VALUES (?1, ?2)";
        self.db.prepare_cached(sql)?.execute(params![key.feed.to_string(), json])?;
        Ok(())
    }

    /// Names an entry by its place.
    pub fn entry_at(&self, feed: &FeedId, seq: u64) -> Result<Option<EntryId>> {
        use rusqlite::OptionalExtension as _;
        let mut statement = self.db.prepare_cached("SELECT id FROM entries WHERE feed = ?1 AND seq = ?2")?;
        let id: Option<String> = statement.query_row(params![feed.to_string(), seq], |r| r.get(0)).optional()?;
        id.map(|t| t.parse().map_err(|e| IndexError::Row(format!("{e}")))).transpose()
    }

    /// Whether a blob is under a receipt wherever an own entry names it.
    pub fn is_receipted(&self, blob: &BlobHash) -> Result<bool> {
        let sql = "SELECT count(*), coalesce(sum(receipted), 0) FROM blobs WHERE sha256 = ?1";
        let mut statement = self.db.prepare_cached(sql)?;
        let (all, done): (u64, u64) = statement.query_row([blob.to_string()], |r| Ok((r.get(0)?, r.get(1)?)))?;
        Ok(all > 0 && all == done)
    }
}
