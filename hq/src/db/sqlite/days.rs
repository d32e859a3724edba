use async_trait::async_trait;
use rusqlite::{Connection, OptionalExtension as _, Row, params};
use xuncha_core::ids::{BlobHash, FeedId, InspectionId};

use super::super::{AgreementRow, Brought, Days, HeldBlob, Result};
use super::Sqlite;
use super::read::{Count, Hash, Name, int, rows};

pub(super) fn agreement_row(row: &Row<'_>) -> rusqlite::Result<AgreementRow> {
    Ok(AgreementRow {
        feed: row.get::<_, Hash>(0)?.into(),
        seq: row.get::<_, Count>(1)?.0,
        from: row.get::<_, Count>(2)?.0,
        manifest: row.get::<_, Hash>(3)?.into(),
        log_index: row.get::<_, Count>(4)?.0,
        text: row.get(5)?,
        sig: row.get(6)?,
        time: row.get(7)?,
    })
}

/// The last place in the log before this moment. `received` grows with the log, so halving finds it without an index that
/// every entry would have to pay for.
fn log_before(c: &Connection, moment: &str) -> Result<i64> {
    let last = c.query_row("SELECT coalesce(max(log_index), 0) FROM entries", [], |r| r.get::<_, i64>(0))?;
    let mut ask = c.prepare_cached("SELECT received < ?2 FROM entries WHERE log_index = ?1")?;
    let (mut before, mut after) = (0, last + 1);
    while before + 1 < after {
        let middle = before + (after - before) / 2;
        if ask.query_row(params![middle, moment], |r| r.get::<_, bool>(0))? {
            before = middle;
        } else {
            after = middle;
        }
    }
    Ok(before)
}

#[async_trait]
impl Days for Sqlite {
    async fn blobs_between(&self, feed: &FeedId, after: u64, to: u64) -> Result<Vec<HeldBlob>> {
        let feed = *feed;
        self.read(move |c| {
            // From the entries' side: a sync with nothing new reads nothing, whatever the feed brought before.
            // The size is what was delivered under this hash: an entry may claim another.
            let sql = "SELECT r.sha256, coalesce((SELECT p.size FROM proofs p WHERE p.sha256 = r.sha256 LIMIT 1), max(r.size)),
                  max(EXISTS (SELECT 1 FROM proved_refs d WHERE d.log_index = r.log_index AND d.position = r.position)),
                  EXISTS (SELECT 1 FROM lost_objects l WHERE l.sha256 = r.sha256)
                FROM entries e CROSS JOIN blob_refs r ON r.log_index = e.log_index
                WHERE e.feed = ?1 AND e.seq > ?2 AND e.seq <= ?3 GROUP BY r.sha256 ORDER BY r.sha256";
            rows(c, sql, params![feed.as_bytes(), int(after)?, int(to)?], |row| {
                Ok(HeldBlob {
                    sha256: row.get::<_, Hash>(0)?.into(),
                    size: row.get::<_, Count>(1)?.0,
                    delivered: row.get(2)?,
                    lost: row.get(3)?,
                })
            })
        })
        .await
    }
    async fn lose(&self, objects: &[BlobHash], noticed: &str) -> Result<()> {
        let (objects, noticed) = (objects.to_vec(), noticed.to_owned());
        self.write(move |tx| {
            let sql = "INSERT INTO lost_objects (sha256, noticed) VALUES (?1, ?2) ON CONFLICT DO NOTHING";
            let mut note = tx.prepare_cached(sql)?;
            for sha256 in &objects {
                note.execute(params![sha256.as_bytes(), noticed])?;
            }
            Ok(())
        })
        .await
    }
    async fn found(&self, objects: &[BlobHash]) -> Result<()> {
        let objects = objects.to_vec();
        self.write(move |tx| {
            let mut forget = tx.prepare_cached("DELETE FROM lost_objects WHERE sha256 = ?1")?;
            for sha256 in &objects {
                forget.execute([sha256.as_bytes()])?;
            }
            Ok(())
        })
        .await
    }
    async fn lost(&self) -> Result<Vec<BlobHash>> {
        self.read(|c| {
            rows(c, "SELECT sha256 FROM lost_objects ORDER BY sha256", [], |row| Ok(row.get::<_, Hash>(0)?.into()))
        })
        .await
    }
    async fn keep_agreement(&self, kept: Vec<AgreementRow>) -> Result<()> {
        self.write(move |tx| {
            let mut keep = tx.prepare_cached(
                "INSERT INTO agreements (feed, seq, from_seq, manifest, log_index, text, sig, time)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
                 ON CONFLICT (feed) DO UPDATE SET seq = excluded.seq, from_seq = excluded.from_seq,
                   manifest = excluded.manifest, log_index = excluded.log_index, text = excluded.text,
                   sig = excluded.sig, time = excluded.time",
            )?;
            for a in &kept {
                let (seq, from, log_index) = (int(a.seq)?, int(a.from)?, int(a.log_index)?);
                let (feed, manifest) = (a.feed.as_bytes(), a.manifest.as_bytes());
                keep.execute(params![feed, seq, from, manifest, log_index, a.text, a.sig, a.time])?;
            }
            Ok(())
        })
        .await
    }
    async fn agreement(&self, feed: &FeedId) -> Result<Option<AgreementRow>> {
        let feed = *feed;
        self.read(move |c| {
            let sql =
                "SELECT feed, seq, from_seq, manifest, log_index, text, sig, time FROM agreements WHERE feed = ?1";
            Ok(c.prepare_cached(sql)?.query_row([feed.as_bytes()], agreement_row).optional()?)
        })
        .await
    }
    async fn received_between(&self, from: &str, to: &str) -> Result<Vec<(FeedId, InspectionId)>> {
        let (from, to) = (from.to_owned(), to.to_owned());
        self.read(move |c| {
            let (after, last) = (log_before(c, &from)?, log_before(c, &to)?);
            let sql =
                "SELECT DISTINCT e.feed, i.inspection FROM entry_index i JOIN entries e ON e.log_index = i.log_index
                WHERE i.log_index > ?1 AND i.log_index <= ?2 AND i.inspection IS NOT NULL
                  AND i.inert IS NOT 'event.scope'";
            rows(c, sql, params![after, last], |row| {
                Ok((row.get::<_, Hash>(0)?.into(), row.get::<_, Name<InspectionId>>(1)?.0))
            })
        })
        .await
    }
    async fn brought(&self, inspection: &InspectionId) -> Result<Vec<(FeedId, Brought)>> {
        let inspection = inspection.clone();
        self.read(move |c| {
            // The original is the first blob of its entry; a keyed signature brings none.
            let sql = "WITH e AS (
                SELECT n.feed AS feed, i.kind AS kind, r.mime LIKE 'image/%' AS picture,
                  r.sha256 IS NULL OR EXISTS (SELECT 1 FROM deliveries d
                    WHERE d.log_index = r.log_index AND d.position = r.position) AS here
                FROM entry_index i JOIN entries n ON n.log_index = i.log_index
                LEFT JOIN blob_refs r ON r.log_index = i.log_index AND r.position = 0
                WHERE i.inspection = ?1 AND i.inert IS NOT 'event.scope')
              SELECT feed, count(*),
                sum(kind = 'evidence.added' AND picture IS 1), sum(kind = 'evidence.added' AND picture IS 1 AND here),
                sum(kind = 'evidence.added' AND picture IS 0), sum(kind = 'evidence.added' AND picture IS 0 AND here),
                sum(kind = 'seal.signed'), sum(kind = 'seal.signed' AND here)
              FROM e GROUP BY feed ORDER BY feed";
            rows(c, sql, [inspection.as_str()], |row| {
                let brought = Brought {
                    entries: row.get(1)?,
                    photos: row.get(2)?,
                    photos_here: row.get(3)?,
                    files: row.get(4)?,
                    files_here: row.get(5)?,
                    signatures: row.get(6)?,
                    signatures_here: row.get(7)?,
                };
                Ok((row.get::<_, Hash>(0)?.into(), brought))
            })
        })
        .await
    }
}
