use std::collections::{BTreeSet, HashMap};
use std::sync::{Mutex, PoisonError};

use async_trait::async_trait;
use rusqlite::types::ValueRef;
use rusqlite::{Connection, OptionalExtension as _, Row, Transaction, params};
use xuncha_core::feed::Head;
use xuncha_core::ids::{BlobHash, EntryId, FeedId, InspectionId};
use xuncha_core::protocol::push::Quarantined;

use super::super::{
    Batch, BlobRow, Changes, DbError, FeedRow, Log, ReceiptRow, Result, StoredEntry, Tip, UploadRecord, WantedRow,
};
use super::Sqlite;
use super::read::{Count, Hash, Name, feed_key, frame, int, rows};
use super::work::Teams;

const ENTRY: &str = "SELECT e.log_index, e.header, e.sig, e.payload, e.received, i.inspection, i.inert, e.id
    FROM entries e JOIN entry_index i ON i.log_index = e.log_index";
const FEED: &str = "SELECT feed, device, user, key, unit, admitted, closed_after FROM feeds";
const BLOB: &str = "SELECT log_index, position, feed, entry, sha256, size, mime, inspection FROM blob_refs r";

fn stored(row: &Row<'_>) -> rusqlite::Result<StoredEntry> {
    let header: Vec<u8> = row.get(1)?;
    let payload: Vec<u8> = row.get(3)?;
    Ok(StoredEntry {
        log_index: row.get::<_, Count>(0)?.0,
        id: row.get::<_, Hash>(7)?.into(),
        frame: frame(&header, row.get::<_, [u8; 64]>(2)?, &payload)?,
        received: row.get(4)?,
        inspection: row.get::<_, Option<Name<_>>>(5)?.map(|n| n.0),
        inert: row.get(6)?,
    })
}

fn feed_row(row: &Row<'_>) -> rusqlite::Result<FeedRow> {
    Ok(FeedRow {
        key: feed_key(row, 0)?,
        unit: row.get::<_, Name<_>>(4)?.0,
        admitted: row.get::<_, Count>(5)?.0,
        closed_after: row.get::<_, Option<Count>>(6)?.map(|c| c.0),
    })
}

fn blob_row(row: &Row<'_>) -> rusqlite::Result<BlobRow> {
    Ok(BlobRow {
        log_index: row.get::<_, Count>(0)?.0,
        position: row.get(1)?,
        feed: row.get::<_, Hash>(2)?.into(),
        entry: row.get::<_, Hash>(3)?.into(),
        sha256: row.get::<_, Hash>(4)?.into(),
        size: row.get::<_, Count>(5)?.0,
        mime: row.get(6)?,
        inspection: row.get::<_, Option<Name<_>>>(7)?.map(|n| n.0),
    })
}

const RECEIPT: &str = "SELECT feed, stored_to, log_index, text, sig, time FROM receipts";

fn receipt_row(row: &Row<'_>) -> rusqlite::Result<ReceiptRow> {
    Ok(ReceiptRow {
        feed: row.get::<_, Hash>(0)?.into(),
        stored_to: row.get::<_, Count>(1)?.0,
        log_index: row.get::<_, Count>(2)?.0,
        text: row.get(3)?,
        sig: row.get(4)?,
        time: row.get(5)?,
        blobs: Vec::new(),
    })
}

fn head_of(c: &Connection, feed: &FeedId) -> Result<Head> {
    let last = c
        .prepare_cached(
            "SELECT e.seq, e.id, i.lamport FROM entries e JOIN entry_index i ON i.log_index = e.log_index
             WHERE e.feed = ?1 ORDER BY e.seq DESC LIMIT 1",
        )?
        .query_row([feed.as_bytes()], |row| {
            Ok(Head {
                feed: *feed,
                seq: row.get::<_, Count>(0)?.0,
                id: Some(row.get::<_, Hash>(1)?.into()),
                lamport: row.get::<_, Count>(2)?.0,
            })
        })
        .optional()?;
    Ok(last.unwrap_or_else(|| Head::empty(*feed)))
}

/// Number of the newest entry.
pub(super) fn newest(c: &Connection) -> Result<u64> {
    let sql = "SELECT coalesce(max(log_index), 0) FROM entries";
    Ok(c.prepare_cached(sql)?.query_row([], |row| row.get::<_, Count>(0))?.0)
}

fn adopted(c: &Connection) -> Result<u64> {
    let sql = "SELECT coalesce(max(lamport), 0) FROM entry_index WHERE inert IS NOT 'entry.lamport'";
    Ok(c.prepare_cached(sql)?.query_row([], |row| row.get::<_, Count>(0))?.0)
}

#[async_trait]
impl Log for Sqlite {
    async fn log_index(&self) -> Result<u64> {
        self.read(newest).await
    }
    async fn tip(&self, feed: &FeedId) -> Result<Tip> {
        let feed = *feed;
        self.read(move |c| Ok(Tip { head: head_of(c, &feed)?, log_index: newest(c)?, lamport: adopted(c)? })).await
    }
    async fn head(&self, feed: &FeedId) -> Result<Head> {
        let feed = *feed;
        self.read(move |c| head_of(c, &feed)).await
    }
    async fn entry_at(&self, feed: &FeedId, seq: u64) -> Result<Option<EntryId>> {
        let feed = *feed;
        self.read(move |c| {
            let sql = "SELECT id FROM entries WHERE feed = ?1 AND seq = ?2";
            let row = c.prepare_cached(sql)?.query_row(params![feed.as_bytes(), int(seq)?], |r| r.get::<_, Hash>(0));
            Ok(row.optional()?.map(Into::into))
        })
        .await
    }
    async fn entries(&self, feed: &FeedId, after: u64, limit: u32) -> Result<Vec<StoredEntry>> {
        let feed = *feed;
        self.read(move |c| {
            let sql = format!("{ENTRY} WHERE e.feed = ?1 AND e.seq > ?2 ORDER BY e.seq LIMIT ?3");
            rows(c, &sql, params![feed.as_bytes(), int(after)?, limit], stored)
        })
        .await
    }
    async fn inert(&self, feed: &FeedId, first: u64, last: u64) -> Result<Vec<(EntryId, String)>> {
        let feed = *feed;
        self.read(move |c| {
            let sql = "SELECT e.id, i.inert FROM entries e JOIN entry_index i ON i.log_index = e.log_index
                WHERE e.feed = ?1 AND e.seq BETWEEN ?2 AND ?3 AND i.inert IS NOT NULL ORDER BY e.seq";
            let (first, last) = (int(first)?, int(last)?);
            rows(c, sql, params![feed.as_bytes(), first, last], |r| Ok((r.get::<_, Hash>(0)?.into(), r.get(1)?)))
        })
        .await
    }
    async fn log(&self, after: u64, limit: u32) -> Result<Vec<StoredEntry>> {
        // A left join: this is what `rebuild` reads while the index may be empty.
        const SQL: &str = "SELECT e.log_index, e.header, e.sig, e.payload, e.received, i.inspection, i.inert, e.id
            FROM entries e LEFT JOIN entry_index i ON i.log_index = e.log_index
            WHERE e.log_index > ?1 ORDER BY e.log_index LIMIT ?2";
        self.read(move |c| rows(c, SQL, params![int(after)?, limit], stored)).await
    }
    async fn inspection_log(&self, inspection: &InspectionId, after: u64, limit: u32) -> Result<Vec<StoredEntry>> {
        let inspection = inspection.clone();
        self.read(move |c| {
            let sql = format!("{ENTRY} WHERE i.inspection = ?1 AND i.log_index > ?2 ORDER BY i.log_index LIMIT ?3");
            rows(c, &sql, params![inspection.as_str(), int(after)?, limit], stored)
        })
        .await
    }
    async fn named_since(&self, feeds: &[FeedId], have: &[Head]) -> Result<BTreeSet<InspectionId>> {
        let (feeds, have) = (feeds.to_vec(), have.to_vec());
        self.read(move |c| {
            let mut place = c.prepare_cached("SELECT log_index FROM entries WHERE id = ?1 AND feed = ?2")?;
            let mut newest = 0;
            for head in have {
                let Some(id) = head.id else { continue };
                let at =
                    place.query_row([id.as_bytes(), head.feed.as_bytes()], |row| row.get::<_, Count>(0)).optional()?;
                newest = newest.max(at.map_or(0, |at| at.0));
            }
            let sql = "SELECT i.inspection, e.feed FROM entry_index i JOIN entries e ON e.log_index = i.log_index
                WHERE i.log_index > ?1 AND i.kind IN ('inspection.started', 'officers.set')
                AND EXISTS (SELECT 1 FROM speakers s WHERE s.inspection = i.inspection AND s.feed <> e.feed)";
            let named = rows(c, sql, params![int(newest)?], |row| {
                Ok((row.get::<_, Name<InspectionId>>(0)?.0, FeedId::from(row.get::<_, Hash>(1)?)))
            })?;
            Ok(named.into_iter().filter(|(_, feed)| feeds.contains(feed)).map(|(inspection, _)| inspection).collect())
        })
        .await
    }
    async fn commit(&self, batch: Batch) -> Result<()> {
        if self.write(move |tx| store(tx, &batch)).await? == Teams::SomebodyLeft {
            self.settled.forget();
        }
        Ok(())
    }
    async fn rebuild(&self, changes: Changes) -> Result<()> {
        self.write(move |tx| {
            // An entry that came since would be left without its rows.
            let known = changes.index.last().map_or(0, |row| row.log_index);
            if newest(tx)? != known {
                return Err(DbError::Moved);
            }
            for table in VIEWS {
                tx.execute(&format!("DELETE FROM {table}"), [])?;
            }
            if let Some(receipted) = &changes.receipted {
                tx.execute("DELETE FROM receipted_blobs", [])?;
                let mut named = tx.prepare_cached("INSERT INTO receipted_blobs (feed, sha256) VALUES (?1, ?2)")?;
                for (feed, sha256) in receipted {
                    named.execute([feed.as_bytes(), sha256.as_bytes()])?;
                }
            }
            apply(tx, &changes)
        })
        .await?;
        self.settled.forget();
        Ok(())
    }
    async fn views_text(&self) -> Result<String> {
        self.read(|c| {
            let mut out = String::new();
            for table in VIEWS.into_iter().chain(["receipted_blobs"]) {
                let mut statement = c.prepare(&format!("SELECT * FROM {table}"))?;
                let columns = statement.column_count();
                let mut lines: Vec<String> = statement
                    .query_map([], |row| {
                        (0..columns).map(|n| Ok(value_text(row.get_ref(n)?))).collect::<rusqlite::Result<Vec<_>>>()
                    })?
                    .map(|line| Ok(line?.join("|")))
                    .collect::<rusqlite::Result<_>>()?;
                lines.sort();
                out.push_str(&format!("{table}\n{}\n", lines.join("\n")));
            }
            Ok(out)
        })
        .await
    }
    async fn feed(&self, feed: &FeedId) -> Result<Option<FeedRow>> {
        let feed = *feed;
        self.read(move |c| {
            let sql = format!("{FEED} WHERE feed = ?1");
            Ok(c.prepare_cached(&sql)?.query_row([feed.as_bytes()], feed_row).optional()?)
        })
        .await
    }
    async fn feeds(&self) -> Result<Vec<FeedRow>> {
        self.read(|c| rows(c, &format!("{FEED} ORDER BY admitted"), [], feed_row)).await
    }
    async fn quarantined(&self, feed: &FeedId) -> Result<Vec<Quarantined>> {
        let feed = *feed;
        self.read(move |c| {
            let sql = "SELECT seq, id, reason FROM quarantine WHERE feed = ?1 ORDER BY seq, id LIMIT 1000";
            rows(c, sql, [feed.as_bytes()], |row| {
                Ok(Quarantined {
                    seq: row.get::<_, Count>(0)?.0,
                    id: row.get::<_, Hash>(1)?.into(),
                    reason: row.get(2)?,
                })
            })
        })
        .await
    }
    async fn keep_receipt(&self, r: ReceiptRow) -> Result<u64> {
        self.write(move |tx| {
            tx.prepare_cached(
                "INSERT INTO receipts (feed, stored_to, log_index, text, sig, time) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
            )?
            .execute(params![
                r.feed.as_bytes(),
                int(r.stored_to)?,
                int(r.log_index)?,
                r.text,
                r.sig,
                r.time
            ])?;
            let number = tx.last_insert_rowid();
            let sql = "INSERT INTO receipted_blobs (feed, sha256) VALUES (?1, ?2) ON CONFLICT DO NOTHING";
            let mut named = tx.prepare_cached(sql)?;
            for blob in &r.blobs {
                named.execute([r.feed.as_bytes(), blob.as_bytes()])?;
            }
            u64::try_from(number).map_err(|_| DbError::Damaged("a receipt's number".into()))
        })
        .await
    }
    async fn receipts_given(&self) -> Result<u64> {
        self.read(|c| {
            let sql = "SELECT coalesce(max(receipt), 0) FROM receipts";
            Ok(c.prepare_cached(sql)?.query_row([], |row| row.get::<_, Count>(0))?.0)
        })
        .await
    }
    async fn received_at(&self, feed: &FeedId, seq: u64) -> Result<Option<String>> {
        let feed = *feed;
        self.read(move |c| {
            let sql = "SELECT received FROM entries WHERE feed = ?1 AND seq = ?2";
            Ok(c.prepare_cached(sql)?.query_row(params![feed.as_bytes(), int(seq)?], |row| row.get(0)).optional()?)
        })
        .await
    }
    async fn apart_since(&self, feed: &FeedId, since: &str) -> Result<u64> {
        let (feed, since) = (*feed, since.to_owned());
        self.read(move |c| {
            let sql = "SELECT count(*) FROM quarantine WHERE feed = ?1 AND received >= ?2";
            Ok(c.prepare_cached(sql)?.query_row(params![feed.as_bytes(), since], |row| row.get::<_, Count>(0))?.0)
        })
        .await
    }
    async fn brought_since(&self, feed: &FeedId, since: &str) -> Result<u64> {
        let (feed, since) = (*feed, since.to_owned());
        self.read(move |c| {
            let sql = "SELECT (SELECT coalesce(sum(size), 0) FROM proofs WHERE feed = ?1 AND stored >= ?2)
                + (SELECT coalesce(sum(size), 0) FROM uploads WHERE feed = ?1 AND done = 0)";
            Ok(c.prepare_cached(sql)?.query_row(params![feed.as_bytes(), since], |row| row.get::<_, Count>(0))?.0)
        })
        .await
    }
    async fn receipts(&self, feed: &FeedId) -> Result<Vec<ReceiptRow>> {
        let feed = *feed;
        self.read(move |c| {
            let sql = format!("{RECEIPT} WHERE feed = ?1 ORDER BY receipt");
            rows(c, &sql, [feed.as_bytes()], receipt_row)
        })
        .await
    }
    async fn last_receipt(&self, feed: &FeedId) -> Result<Option<(ReceiptRow, u32)>> {
        let feed = *feed;
        self.read(move |c| {
            let sql = format!("{RECEIPT} WHERE feed = ?1 ORDER BY receipt DESC LIMIT 1");
            let last = c.prepare_cached(&sql)?.query_row([feed.as_bytes()], receipt_row).optional()?;
            let sql = "SELECT count(*) FROM receipts WHERE feed = ?1";
            let count = c.prepare_cached(sql)?.query_row([feed.as_bytes()], |row| row.get(0))?;
            Ok(last.map(|row| (row, count)))
        })
        .await
    }
    async fn receipted(&self, inspection: &InspectionId) -> Result<Vec<BlobHash>> {
        let inspection = inspection.clone();
        self.read(move |c| {
            let sql = "SELECT DISTINCT r.sha256 FROM blob_refs r
                JOIN receipted_blobs b ON b.feed = r.feed AND b.sha256 = r.sha256 WHERE r.inspection = ?1";
            rows(c, sql, [inspection.as_str()], |row| Ok(row.get::<_, Hash>(0)?.into()))
        })
        .await
    }
    async fn wanted(&self, feed: &FeedId, limit: u32) -> Result<Vec<WantedRow>> {
        let feed = *feed;
        let (settled, since) = self.settled.of(&feed);
        let found = self.read(move |c| wanted(c, &feed, settled, limit)).await?;
        if let Wanted { settled: Some(to), .. } = found {
            self.settled.note(feed, to, since);
        }
        Ok(found.rows)
    }
    async fn named_blob(&self, feed: &FeedId, entry: &EntryId, sha256: &BlobHash) -> Result<Option<BlobRow>> {
        let (feed, entry, sha256) = (*feed, *entry, *sha256);
        self.read(move |c| {
            let sql = format!("{BLOB} WHERE feed = ?1 AND sha256 = ?2 AND entry = ?3 LIMIT 1");
            let mut statement = c.prepare_cached(&sql)?;
            Ok(statement
                .query_row(params![feed.as_bytes(), sha256.as_bytes(), entry.as_bytes()], blob_row)
                .optional()?)
        })
        .await
    }
    async fn blobs_of(&self, inspection: &InspectionId) -> Result<Vec<(BlobRow, bool)>> {
        let inspection = inspection.clone();
        self.read(move |c| {
            let sql = "SELECT r.log_index, r.position, r.feed, r.entry, r.sha256, r.size, r.mime, r.inspection,
                    EXISTS (SELECT 1 FROM deliveries d WHERE d.log_index = r.log_index AND d.position = r.position)
                FROM blob_refs r JOIN entry_index i ON i.log_index = r.log_index
                WHERE r.inspection = ?1 AND i.inert IS NOT 'event.scope' ORDER BY r.log_index, r.position";
            let mut found = rows(c, sql, [inspection.as_str()], |row| Ok((blob_row(row)?, row.get(8)?)))?;
            let mut seen = std::collections::HashSet::new();
            found.retain(|(blob, _): &(BlobRow, bool)| seen.insert(blob.sha256));
            Ok(found)
        })
        .await
    }
    async fn delivered(&self, feed: &FeedId, blobs: &[BlobHash]) -> Result<Vec<BlobHash>> {
        let (feed, blobs) = (*feed, blobs.to_vec());
        self.read(move |c| {
            let mut ask = c.prepare_cached(
                "SELECT EXISTS (SELECT 1 FROM blob_refs r JOIN deliveries d
                   ON d.log_index = r.log_index AND d.position = r.position
                 WHERE r.feed = ?1 AND r.sha256 = ?2)",
            )?;
            let mut out = Vec::new();
            for blob in blobs {
                if ask.query_row(params![feed.as_bytes(), blob.as_bytes()], |r| r.get::<_, bool>(0))? {
                    out.push(blob);
                }
            }
            Ok(out)
        })
        .await
    }
    async fn prove(&self, upload: &UploadRecord, stored: &str) -> Result<()> {
        let (u, stored) = (upload.clone(), stored.to_owned());
        self.write(move |tx| {
            tx.execute(
                "INSERT INTO proofs (sha256, feed, size, stored) VALUES (?1, ?2, ?3, ?4) ON CONFLICT DO NOTHING",
                params![u.sha256.as_bytes(), u.feed.as_bytes(), int(u.size)?, stored],
            )?;
            tx.execute("DELETE FROM lost_objects WHERE sha256 = ?1", [u.sha256.as_bytes()])?;
            tx.execute("UPDATE uploads SET done = 1 WHERE upload = ?1", [&u.upload])?;
            Ok(())
        })
        .await
    }
}

/// What a feed's entries name and nobody delivered, and up to where in the log all of it was.
struct Wanted {
    rows: Vec<WantedRow>,
    settled: Option<i64>,
}

/// Looks behind `settled` only for what HQ lost since.
fn wanted(c: &Connection, feed: &FeedId, settled: i64, limit: u32) -> Result<Wanted> {
    let sql = "SELECT r.entry, r.sha256, r.size,
            (SELECT u.upload FROM uploads u WHERE u.entry = r.entry AND u.sha256 = r.sha256 AND u.done = 0
             ORDER BY u.expires DESC LIMIT 1),
            r.log_index
        FROM (SELECT * FROM blob_refs INDEXED BY blob_refs_in_order WHERE feed = ?1 AND log_index > ?3
              UNION ALL
              SELECT b.* FROM lost_objects l CROSS JOIN blob_refs b ON b.feed = ?1 AND b.sha256 = l.sha256
              WHERE b.log_index <= ?3) r
        WHERE NOT EXISTS (SELECT 1 FROM deliveries d WHERE d.log_index = r.log_index AND d.position = r.position)
          AND NOT EXISTS (SELECT 1 FROM blob_refs b WHERE b.feed = r.feed AND b.sha256 = r.sha256
             AND (b.log_index, b.position) < (r.log_index, r.position))
        ORDER BY r.log_index, r.position LIMIT ?2";
    // Asked first: what comes in meanwhile is behind it.
    let end = "SELECT max(log_index) FROM blob_refs INDEXED BY blob_refs_in_order WHERE feed = ?1";
    let end: Option<i64> = c.prepare_cached(end)?.query_row([feed.as_bytes()], |row| row.get(0))?;
    let mut first = None;
    let rows = rows(c, sql, params![feed.as_bytes(), limit, settled], |row| {
        first = first.or(Some(row.get::<_, i64>(4)?));
        Ok(WantedRow {
            feed: *feed,
            entry: row.get::<_, Hash>(0)?.into(),
            sha256: row.get::<_, Hash>(1)?.into(),
            size: row.get::<_, Count>(2)?.0,
            upload: row.get(3)?,
        })
    })?;
    let settled = match first {
        Some(first) => Some(first - 1),
        None if limit == 0 => None,
        None => end,
    };
    Ok(Wanted { rows, settled })
}

/// Remembers for each feed up to which place in the log everything its entries name was delivered, so that a phone with ten
/// thousand photos is not counted through at every contact. What is delivered stays so, unless an object is lost, which
/// [`wanted`] looks for itself, or somebody leaves a team, at which everything is forgotten.
#[derive(Debug, Default)]
pub(super) struct Settled(Mutex<(u64, HashMap<FeedId, i64>)>);

impl Settled {
    /// Up to where, and when that was: for [`Settled::note`].
    fn of(&self, feed: &FeedId) -> (i64, u64) {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        (known.1.get(feed).copied().unwrap_or(0), known.0)
    }
    /// Not if everything was forgotten since the question was asked.
    fn note(&self, feed: FeedId, to: i64, since: u64) {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if known.0 == since {
            known.1.insert(feed, to);
        }
    }
    fn forget(&self) {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.0 += 1;
        known.1.clear();
    }
}

fn value_text(value: ValueRef<'_>) -> String {
    match value {
        ValueRef::Null => "-".to_owned(),
        ValueRef::Integer(n) => n.to_string(),
        ValueRef::Real(x) => x.to_string(),
        ValueRef::Text(text) => format!("{:?}", String::from_utf8_lossy(text)),
        ValueRef::Blob(bytes) => data_encoding::HEXLOWER.encode(bytes),
    }
}

/// Emptied in this order: what triggers count goes before what they count.
const VIEWS: [&str; 11] = [
    "companions",
    "speakers",
    "teams",
    "entry_index",
    "blob_refs",
    "feeds",
    "packs",
    "tasks",
    "task_assignees",
    "inspections",
    "firm_acts",
];

fn store(tx: &Transaction<'_>, batch: &Batch) -> Result<Teams> {
    if let (Some(feed), Some(after)) = (&batch.feed, &batch.after) {
        if head_of(tx, feed)? != *after {
            return Err(DbError::Moved);
        }
        if let Some(first) = batch.entries.first() {
            // A backup runs in a process of its own and says so in HQ's feed: the log may have grown beside the caller's lock.
            if first.log_index != newest(tx)? + 1 {
                return Err(DbError::Moved);
            }
        }
        let mut insert = tx.prepare_cached(
            "INSERT INTO entries (log_index, feed, seq, id, header, sig, payload, received)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
        )?;
        for e in &batch.entries {
            insert.execute(params![
                int(e.log_index)?,
                feed.as_bytes(),
                int(e.seq)?,
                e.frame.id().as_bytes(),
                e.frame.header_bytes(),
                e.frame.signature().as_bytes(),
                e.frame.payload_bytes().unwrap_or_default(),
                batch.received,
            ])?;
        }
        let mut apart = tx.prepare_cached(
            "INSERT INTO quarantine (feed, seq, id, reason, frame, received) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
             ON CONFLICT DO NOTHING",
        )?;
        for (q, frame) in &batch.quarantine {
            let id = q.id.as_bytes();
            apart.execute(params![feed.as_bytes(), int(q.seq)?, id, q.reason, frame.to_bytes(), batch.received])?;
        }
    }
    apply(tx, &batch.changes)
}

fn apply(tx: &Transaction<'_>, changes: &Changes) -> Result<Teams> {
    for r in &changes.index {
        tx.prepare_cached(
            "INSERT INTO entry_index (log_index, inspection, kind, actor, lamport, inert) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        )?
        .execute(params![
            int(r.log_index)?,
            r.inspection.as_ref().map(InspectionId::as_str),
            r.kind,
            r.actor.as_str(),
            int(r.lamport)?,
            r.inert
        ])?;
    }
    for (log_index, inert) in &changes.inert {
        tx.prepare_cached("UPDATE entry_index SET inert = ?2 WHERE log_index = ?1")?
            .execute(params![int(*log_index)?, inert])?;
    }
    for b in &changes.blobs {
        tx.prepare_cached(
            "INSERT INTO blob_refs (log_index, position, feed, entry, sha256, size, mime, inspection)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
        )?
        .execute(params![
            int(b.log_index)?,
            b.position,
            b.feed.as_bytes(),
            b.entry.as_bytes(),
            b.sha256.as_bytes(),
            int(b.size)?,
            b.mime,
            b.inspection.as_ref().map(InspectionId::as_str)
        ])?;
    }
    for f in &changes.feeds {
        tx.prepare_cached(
            "INSERT INTO feeds (feed, device, user, key, unit, admitted) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
             ON CONFLICT (feed) DO NOTHING",
        )?
        .execute(params![
            f.key.feed.as_bytes(),
            f.key.device.as_str(),
            f.key.user.as_str(),
            f.key.key.as_bytes(),
            f.unit.as_str(),
            int(f.admitted)?
        ])?;
    }
    for (feed, seq) in &changes.closed {
        tx.execute(
            "UPDATE feeds SET closed_after = ?2 WHERE feed = ?1 AND closed_after IS NULL",
            params![feed.as_bytes(), int(*seq)?],
        )?;
    }
    super::work::apply(tx, changes)
}
