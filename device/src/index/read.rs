//! The questions screens and sync ask of the index.

use std::collections::BTreeSet;

use rusqlite::{OptionalExtension as _, Row, params};
use xuncha_core::event::{PackKind, PackPublished, TaskAssigned};
use xuncha_core::feed::{Chain, FeedKey, Head};
use xuncha_core::ids::{BlobHash, Digest, EntryId, FeedId, InspectionId, TaskId};

use super::{Index, IndexError, Result};
use crate::app::views::{InspectionRow, OnlyHere, Safety, Stage};

/// A pack that HQ published.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PackRow {
    /// Its address.
    pub sha256: Digest,
    /// Code of the list or rule.
    pub code: String,
    /// Version.
    pub version: String,
    /// When HQ published it, as HQ's clock says.
    pub published: String,
}

/// A blob that HQ has no receipt for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnsentBlob {
    /// The blob.
    pub sha256: BlobHash,
    /// Bytes.
    pub size: u64,
    /// Its name.
    pub name: String,
    /// Firm.
    pub firm: String,
    /// Feed of the entry that brought it.
    pub feed: FeedId,
    /// That entry.
    pub entry: EntryId,
    /// Its inspection.
    pub inspection: InspectionId,
}

/// An original that own entries brought: a photo or a file, no drawing and no manifest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnOriginal {
    /// The blob.
    pub sha256: BlobHash,
    /// Bytes.
    pub size: u64,
    /// Its name.
    pub name: String,
    /// A photo.
    pub photo: bool,
    /// Every inspection that names it.
    pub inspections: Vec<InspectionId>,
    /// Place of the last entry that names it.
    pub last_seq: u64,
    /// It is under a receipt at each of them.
    pub receipted: bool,
}

/// How far HQ's receipts reach in a feed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receipted {
    /// Entries up to here.
    pub seq: u64,
    /// HQ's clock of the newest receipt.
    pub at: Option<String>,
}

fn parse<T: std::str::FromStr>(text: String) -> Result<T>
where
    T::Err: std::fmt::Display,
{
    text.parse().map_err(|e: T::Err| IndexError::Row(e.to_string()))
}

const ROW: &str = "i.id, i.number, i.firm, i.address, i.lists, i.started, i.stage, i.done, i.total, i.non_conforming,
    i.photos,
    (SELECT count(*) FROM heads h
     WHERE h.own = 1 AND h.receipted < (SELECT max(e.seq) FROM entries e WHERE e.feed = h.feed AND e.inspection = i.id))
    + (SELECT count(*) FROM blobs b WHERE b.inspection = i.id AND b.receipted = 0),
    (SELECT count(*) FROM quarantined q JOIN entries e ON e.feed = q.feed AND e.seq = q.seq WHERE e.inspection = i.id)";

type Raw = (String, String, String, String, String, String, String, u32, u32, u32, u32, u64, u64);

fn raw(r: &Row<'_>) -> rusqlite::Result<Raw> {
    Ok((
        r.get(0)?,
        r.get(1)?,
        r.get(2)?,
        r.get(3)?,
        r.get(4)?,
        r.get(5)?,
        r.get(6)?,
        r.get(7)?,
        r.get(8)?,
        r.get(9)?,
        r.get(10)?,
        r.get(11)?,
        r.get(12)?,
    ))
}

fn row(raw: Raw) -> Result<InspectionRow> {
    let (id, number, firm, address, lists, started, stage, done, total, non_conforming, photos, unsent, apart) = raw;
    let stage = match stage.as_str() {
        "draft" => Stage::Draft,
        "signing" => Stage::Signing,
        "sealed" => Stage::Sealed,
        _ => Stage::Abandoned,
    };
    let safety = match (apart, unsent) {
        (1.., _) => Safety::Quarantined,
        (_, 0) => Safety::AtHq,
        _ => Safety::Here,
    };
    let lists = serde_json::from_str(&lists).map_err(|e| IndexError::Row(e.to_string()))?;
    let id = parse(id)?;
    Ok(InspectionRow { id, number, firm, address, lists, started, stage, done, total, non_conforming, photos, safety })
}

impl Index {
    /// Inspections at one of these stages, newest first.
    pub fn inspections(&self, stages: &[Stage], most: u32) -> Result<Vec<InspectionRow>> {
        let mut rows = Vec::new();
        for stage in stages {
            let sql = format!("SELECT {ROW} FROM inspections i WHERE i.stage = ?1 ORDER BY i.started DESC LIMIT ?2");
            let mut statement = self.db.prepare_cached(&sql)?;
            let found = statement.query_map(params![super::rows::stage_text(*stage), most], raw)?;
            for r in found {
                rows.push(row(r?)?);
            }
        }
        rows.sort_by(|a, b| b.started.cmp(&a.started));
        Ok(rows)
    }

    /// One inspection.
    pub fn inspection(&self, id: &InspectionId) -> Result<Option<InspectionRow>> {
        let sql = format!("SELECT {ROW} FROM inspections i WHERE i.id = ?1");
        self.db.prepare_cached(&sql)?.query_row([id.as_str()], raw).optional()?.map(row).transpose()
    }

    /// Inspections made for a task.
    pub fn inspections_of(&self, task: &TaskId) -> Result<Vec<InspectionRow>> {
        let sql = format!("SELECT {ROW} FROM inspections i WHERE i.task = ?1 ORDER BY i.started DESC LIMIT 20");
        let mut statement = self.db.prepare_cached(&sql)?;
        let found = statement.query_map([task.as_str()], raw)?;
        found.map(|r| row(r?)).collect()
    }

    /// Where the entries of an inspection lie, feed by feed.
    pub fn places(&self, inspection: &InspectionId) -> Result<Vec<(FeedId, u64)>> {
        let sql = "SELECT feed, seq FROM entries WHERE inspection = ?1 ORDER BY feed, seq";
        let mut statement = self.db.prepare_cached(sql)?;
        let found = statement.query_map([inspection.as_str()], |r| Ok((r.get::<_, String>(0)?, r.get(1)?)))?;
        found.map(|r| r.map_err(IndexError::from).and_then(|(feed, seq)| Ok((parse(feed)?, seq)))).collect()
    }

    /// Inspections that have entries but no row, because their start or their lists were not here.
    pub fn without_row(&self) -> Result<Vec<InspectionId>> {
        let sql = "SELECT DISTINCT inspection FROM entries WHERE inspection NOT IN (SELECT id FROM inspections)";
        let mut statement = self.db.prepare(sql)?;
        let found = statement.query_map([], |r| r.get::<_, String>(0))?;
        found.map(|r| r.map_err(IndexError::from).and_then(parse)).collect()
    }

    /// Inspections numbered with this prefix: for the next running number of the day.
    pub fn count_numbers(&self, prefix: &str) -> Result<u32> {
        let sql = "SELECT count(*) FROM inspections WHERE number >= ?1 AND number < ?1 || 'ￜ'";
        Ok(self.db.prepare_cached(sql)?.query_row([prefix], |r| r.get(0))?)
    }

    /// What HQ has no receipt for.
    pub fn only_here(&self) -> Result<OnlyHere> {
        let entries: u64 = self
            .db
            .prepare_cached("SELECT coalesce(sum(seq - min(receipted, seq)), 0) FROM heads WHERE own = 1")?
            .query_row([], |r| r.get(0))?;
        let sql = "SELECT count(*), coalesce(sum(photo), 0), coalesce(sum(size), 0) FROM
                     (SELECT sha256, max(photo) AS photo, max(size) AS size FROM blobs INDEXED BY blobs_unsent
                      WHERE receipted = 0 GROUP BY sha256)";
        let (blobs, photos, bytes): (u64, u64, u64) =
            self.db.prepare_cached(sql)?.query_row([], |r| Ok((r.get(0)?, r.get(1)?, r.get(2)?)))?;
        let sql = "SELECT count(DISTINCT inspection) FROM
                     (SELECT e.inspection FROM heads h CROSS JOIN entries e ON e.feed = h.feed AND e.seq > h.receipted
                      WHERE h.own = 1
                      UNION SELECT inspection FROM blobs INDEXED BY blobs_unsent WHERE receipted = 0)";
        let inspections = self.db.prepare_cached(sql)?.query_row([], |r| r.get(0))?;
        Ok(OnlyHere { inspections, photos, files: blobs - photos, entries, bytes })
    }

    /// Blobs without a receipt, in the order of their entries; those of `first` before all others.
    pub fn unsent_blobs(&self, most: u32, first: Option<&InspectionId>) -> Result<Vec<UnsentBlob>> {
        let sql = "SELECT b.sha256, b.size, b.name, coalesce(i.firm, ''), b.feed, b.entry, b.inspection
                   FROM blobs b LEFT JOIN inspections i ON i.id = b.inspection
                   WHERE b.receipted = 0 ORDER BY b.inspection IS NOT ?2, b.feed, b.seq, b.sha256 LIMIT ?1";
        let mut statement = self.db.prepare_cached(sql)?;
        let mut rows = statement.query(params![most, first.map(InspectionId::as_str)])?;
        let mut found = Vec::new();
        while let Some(r) = rows.next()? {
            found.push(UnsentBlob {
                sha256: parse(r.get(0)?)?,
                size: r.get(1)?,
                name: r.get(2)?,
                firm: r.get(3)?,
                feed: parse(r.get(4)?)?,
                entry: parse(r.get(5)?)?,
                inspection: parse(r.get(6)?)?,
            });
        }
        Ok(found)
    }

    /// Blobs of one inspection without a receipt.
    pub fn unsent_of(&self, inspection: &InspectionId) -> Result<BTreeSet<BlobHash>> {
        let sql = "SELECT sha256 FROM blobs WHERE inspection = ?1 AND receipted = 0";
        let mut statement = self.db.prepare_cached(sql)?;
        let found = statement.query_map([inspection.as_str()], |r| r.get::<_, String>(0))?;
        found.map(|r| r.map_err(IndexError::from).and_then(parse)).collect()
    }

    /// Inspections that entries of this feed touched on a day.
    pub fn touched_on(&self, feed: &FeedId, day: &str) -> Result<BTreeSet<InspectionId>> {
        let sql = "SELECT DISTINCT inspection FROM entries WHERE day = ?1 AND feed = ?2";
        let mut statement = self.db.prepare_cached(sql)?;
        let found = statement.query_map(params![day, feed.to_string()], |r| r.get::<_, String>(0))?;
        found.map(|r| r.map_err(IndexError::from).and_then(parse)).collect()
    }

    /// Whether an own entry names this blob.
    pub fn names_blob(&self, blob: &BlobHash) -> Result<bool> {
        let mut statement = self.db.prepare_cached("SELECT 1 FROM blobs WHERE sha256 = ?1")?;
        Ok(statement.exists([blob.to_string()])?)
    }

    /// Every blob that own entries name.
    pub fn own_blobs(&self) -> Result<BTreeSet<BlobHash>> {
        let mut statement = self.db.prepare_cached("SELECT DISTINCT sha256 FROM blobs")?;
        let found = statement.query_map([], |r| r.get::<_, String>(0))?;
        found.map(|name| parse(name?)).collect()
    }

    /// Own photos, and their bytes together.
    pub fn photo_sizes(&self) -> Result<(u64, u64)> {
        let sql = "SELECT count(*), coalesce(sum(size), 0) FROM (SELECT max(size) AS size FROM blobs WHERE photo = 1 GROUP BY sha256)";
        Ok(self.db.prepare_cached(sql)?.query_row([], |r| Ok((r.get(0)?, r.get(1)?)))?)
    }

    /// How far receipts reach in a feed.
    pub fn receipted(&self, feed: &FeedId) -> Result<Receipted> {
        let sql = "SELECT receipted, receipt_at FROM heads WHERE feed = ?1";
        let mut statement = self.db.prepare_cached(sql)?;
        let found = statement.query_row([feed.to_string()], |r| Ok(Receipted { seq: r.get(0)?, at: r.get(1)? }));
        Ok(found.optional()?.unwrap_or(Receipted { seq: 0, at: None }))
    }

    /// Entries HQ keeps apart.
    pub fn quarantined(&self) -> Result<u32> {
        Ok(self.db.prepare_cached("SELECT count(*) FROM quarantined")?.query_row([], |r| r.get(0))?)
    }

    /// Heads of all feeds this phone holds.
    pub fn heads(&self, own: bool) -> Result<Vec<Head>> {
        let mut statement = self.db.prepare_cached("SELECT feed FROM heads WHERE own = ?1 ORDER BY feed")?;
        let feeds: Vec<String> = statement.query_map([own], |r| r.get(0))?.collect::<rusqlite::Result<_>>()?;
        let mut heads = Vec::new();
        for feed in feeds {
            heads.extend(self.head(&parse(feed)?)?);
        }
        Ok(heads)
    }

    /// Largest logical time that may be adopted: the own feed's and HQ's, and of the others, from the lowest up, whatever is not
    /// too far ahead of that. Whoever writes an absurd time into his feed carries nobody along.
    pub fn lamport(&self, hq: &FeedId) -> Result<u64> {
        let sql = "SELECT lamport, own OR feed = ?1 AS trusted FROM heads ORDER BY trusted DESC, lamport";
        let mut statement = self.db.prepare_cached(sql)?;
        let mut known = 0;
        let mut rows = statement.query([hq.to_string()])?;
        while let Some(row) = rows.next()? {
            let (lamport, trusted): (u64, bool) = (row.get(0)?, row.get(1)?);
            if trusted || !Chain::lamport_jump_too_far(known, lamport) {
                known = known.max(lamport);
            }
        }
        Ok(known)
    }

    /// Tasks that hold.
    pub fn tasks(&self) -> Result<Vec<TaskAssigned>> {
        let sql = "SELECT body FROM tasks WHERE withdrawn = 0 ORDER BY due IS NULL, due, id";
        let mut statement = self.db.prepare_cached(sql)?;
        let found = statement.query_map([], |r| r.get::<_, String>(0))?;
        found.map(|r| serde_json::from_str(&r?).map_err(|e| IndexError::Row(e.to_string()))).collect()
    }

    /// One task, withdrawn or not.
    pub fn task(&self, id: &TaskId) -> Result<Option<TaskAssigned>> {
        let mut statement = self.db.prepare_cached("SELECT body FROM tasks WHERE id = ?1")?;
        let body: Option<String> = statement.query_row([id.as_str()], |r| r.get(0)).optional()?;
        body.map(|b| serde_json::from_str(&b).map_err(|e| IndexError::Row(e.to_string()))).transpose()
    }

    /// Newest pack of each code of a kind whose bytes are here.
    pub fn packs(&self, kind: PackKind) -> Result<Vec<PackRow>> {
        let kind = serde_json::to_value(kind).map_err(|e| IndexError::Row(e.to_string()))?;
        let sql = "SELECT sha256, code, version, published FROM packs p WHERE kind = ?1 AND here = 1
                   AND seq = (SELECT max(seq) FROM packs q WHERE q.kind = p.kind AND q.code = p.code AND q.here = 1)
                   ORDER BY code";
        let mut statement = self.db.prepare_cached(sql)?;
        let found =
            statement.query_map([kind.as_str()], |r| Ok((r.get::<_, String>(0)?, r.get(1)?, r.get(2)?, r.get(3)?)))?;
        found
            .map(|r| {
                let (sha256, code, version, published) = r?;
                Ok(PackRow { sha256: parse(sha256)?, code, version, published })
            })
            .collect()
    }

    /// Packs HQ published whose bytes are not here.
    pub fn missing_packs(&self) -> Result<Vec<PackPublished>> {
        let mut statement = self.db.prepare_cached("SELECT body FROM packs WHERE here = 0 ORDER BY seq")?;
        let found = statement.query_map([], |r| r.get::<_, String>(0))?;
        found.map(|r| serde_json::from_str(&r?).map_err(|e| IndexError::Row(e.to_string()))).collect()
    }

    /// All feeds HQ admitted, as far as its feed is here.
    pub fn all_admitted(&self) -> Result<Vec<FeedKey>> {
        let mut statement = self.db.prepare_cached("SELECT key FROM admitted ORDER BY feed")?;
        let found = statement.query_map([], |r| r.get::<_, String>(0))?;
        found.map(|r| serde_json::from_str(&r?).map_err(|e| IndexError::Row(e.to_string()))).collect()
    }

    /// Key of an admitted feed.
    pub fn admitted(&self, feed: &FeedId) -> Result<Option<FeedKey>> {
        let mut statement = self.db.prepare_cached("SELECT key FROM admitted WHERE feed = ?1")?;
        let json: Option<String> = statement.query_row([feed.to_string()], |r| r.get(0)).optional()?;
        json.map(|j| serde_json::from_str(&j).map_err(|e| IndexError::Row(e.to_string()))).transpose()
    }

    /// Every original that own entries brought, in the order of its first entry; or one of them.
    pub fn own_originals(&self, only: Option<&BlobHash>) -> Result<Vec<OwnOriginal>> {
        // What is drawn on the screen or sealed is shown from its bytes and stays: pictures that are no photos, and manifests.
        let sql = "SELECT sha256, max(size), min(name), max(photo), max(seq), min(receipted), group_concat(DISTINCT inspection)
                   FROM blobs WHERE (photo = 1 OR NOT (mime LIKE 'image/%' OR mime = ?1)) AND (?2 IS NULL OR sha256 = ?2)
                   GROUP BY sha256 ORDER BY min(seq), sha256";
        let mut statement = self.db.prepare_cached(sql)?;
        let found = statement.query_map(
            params![xuncha_core::inspection::seal::MANIFEST_MIME, only.map(|b| b.to_string())],
            |r| {
                let flat = (r.get::<_, String>(0)?, r.get(1)?, r.get(2)?, r.get(3)?);
                Ok((flat, r.get(4)?, r.get(5)?, r.get::<_, String>(6)?))
            },
        )?;
        found
            .map(|r| {
                let ((sha256, size, name, photo), last_seq, receipted, inspections) = r?;
                let inspections = inspections.split(',').map(|id| parse(id.to_owned())).collect::<Result<_>>()?;
                Ok(OwnOriginal { sha256: parse(sha256)?, size, name, photo, inspections, last_seq, receipted })
            })
            .collect()
    }

    /// Places of own entries that name a blob and are under a receipt with it.
    pub fn receipted_places(&self, blob: &BlobHash) -> Result<Vec<u64>> {
        let mut statement = self.db.prepare_cached("SELECT seq FROM blobs WHERE sha256 = ?1 AND receipted = 1")?;
        let found = statement.query_map([blob.to_string()], |r| r.get(0))?;
        Ok(found.collect::<rusqlite::Result<_>>()?)
    }

    /// Originals on this phone: how many and how many bytes.
    pub fn originals(&self) -> Result<(u64, u64)> {
        let sql = "SELECT count(*), coalesce(sum(size), 0) FROM (SELECT sha256, max(size) AS size FROM blobs GROUP BY sha256)";
        Ok(self.db.prepare_cached(sql)?.query_row([], |r| Ok((r.get(0)?, r.get(1)?)))?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cipher::Key;

    fn head(name: &[u8], lamport: u64) -> Head {
        Head { feed: FeedId::digest(&[name]), seq: 1, id: Some(EntryId::digest(&[name])), lamport }
    }

    #[test]
    fn an_absurd_logical_time_in_somebodys_feed_carries_nobody_along() {
        let dir = tempfile::tempdir().unwrap();
        let index = Index::open(&dir.path().join("index.db"), &Key::random(), &[7; 16]).unwrap().index;
        let hq = head(b"hq", 5_000_000);
        index.note_head(&hq, false).unwrap();
        index.note_head(&head(b"own", 12), true).unwrap();
        assert_eq!(index.lamport(&hq.feed).unwrap(), 5_000_000, "HQ's time counts however far ahead it is");
        index.note_head(&head(b"colleague", 5_900_000), false).unwrap();
        index.note_head(&head(b"rogue", 1 << 50), false).unwrap();
        assert_eq!(index.lamport(&hq.feed).unwrap(), 5_900_000);
        assert_eq!(
            index.lamport(&FeedId::digest(&[b"nobody"])).unwrap(),
            12,
            "without HQ's word the rest is too far ahead"
        );
    }
}
