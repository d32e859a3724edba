//! A database as a file: copied while it is in use, looked over, and put back.

use std::collections::BTreeSet;
use std::fs::File;
use std::path::Path;

use rusqlite::{Connection, OpenFlags, params};
use xuncha_core::ids::{BlobHash, EntryId, FeedId};

use super::read::{Count, Hash, rows};
use super::{DbError, Result, connect};

/// Copies a database as it stands at one moment into a file that is not there yet; nobody who uses it waits. Durable when
/// this returns (the file; its name is the caller's).
///
/// `VACUUM INTO` and not the online backup: another process writes to the source all the while, and each of its commits
/// would begin the online backup anew; this reads within one transaction and walks every page through its tree, so that a
/// page that cannot be read stops the copy.
pub fn snapshot(from: &Path, to: &Path) -> Result<()> {
    let source = connect(from, false)?;
    let target = to.to_str().ok_or_else(|| DbError::Backend("a path that is not UTF-8".into()))?;
    source.execute("VACUUM INTO ?1", [target])?;
    File::open(to).and_then(|file| file.sync_all()).map_err(|e| DbError::Backend(e.to_string()))
}

/// Opens a copy and leaves it byte for byte as it is.
fn look(path: &Path) -> Result<Connection> {
    Ok(Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX)?)
}

/// What SQLite itself finds wrong with a file that nobody uses, at most 20 lines; none: nothing.
pub fn faults(path: &Path) -> Result<Vec<String>> {
    let db = look(path)?;
    let mut found = rows(&db, "PRAGMA integrity_check(20)", [], |row| row.get::<_, String>(0))?;
    found.retain(|line| line != "ok");
    let loose =
        "SELECT \"table\" || ' row ' || coalesce(rowid, '?') || ' names no ' || parent FROM pragma_foreign_key_check()";
    found.extend(rows(&db, loose, [], |row| row.get::<_, String>(0))?);
    Ok(found)
}

/// Every object a database needs beside it, with its size: originals somebody delivered, and packs. Not those HQ knows to be
/// gone: phones are asked for them.
pub fn objects_named(path: &Path) -> Result<Vec<(BlobHash, u64)>> {
    let db = look(path)?;
    // Two sizes of one object are two rows: whoever compares finds the one that is wrong.
    let sql = "SELECT sha256, size FROM (SELECT sha256, size FROM proofs UNION ALL SELECT sha256, size FROM packs)
               GROUP BY sha256, size ORDER BY sha256, size";
    let mut named: Vec<(BlobHash, u64)> =
        rows(&db, sql, [], |row| Ok((row.get::<_, Hash>(0)?.into(), row.get::<_, Count>(1)?.0)))?;
    let lost = lost_in(&db)?;
    named.retain(|(sha256, _)| !lost.contains(sha256));
    Ok(named)
}

/// Objects HQ knows to be gone.
pub fn lost(path: &Path) -> Result<BTreeSet<BlobHash>> {
    lost_in(&look(path)?)
}

fn lost_in(db: &Connection) -> Result<BTreeSet<BlobHash>> {
    // A backup of an older version has no such table.
    let there = "SELECT EXISTS (SELECT 1 FROM sqlite_schema WHERE name = 'lost_objects')";
    if !db.query_row(there, [], |row| row.get::<_, bool>(0))? {
        return Ok(BTreeSet::new());
    }
    Ok(rows(db, "SELECT sha256 FROM lost_objects", [], |row| Ok(row.get::<_, Hash>(0)?.into()))?.into_iter().collect())
}

/// Number of the newest entry in the file.
pub fn log_index(path: &Path) -> Result<u64> {
    super::log::newest(&look(path)?)
}

/// Makes a copy fit to be used again: notes these settings and takes back what may have ended since it was made. Browsers sign
/// in anew; parts of uploads are not in a backup; an invitation that was open then may have been used or taken back.
pub fn put_back(path: &Path, settings: &[(&str, String)]) -> Result<()> {
    let mut db = connect(path, false)?;
    let tx = db.transaction()?;
    tx.execute("DELETE FROM sessions", [])?;
    tx.execute("DELETE FROM uploads", [])?;
    tx.execute("UPDATE invitations SET cancelled = 1 WHERE used_by IS NULL", [])?;
    for (name, value) in settings {
        let sql = "INSERT INTO settings (name, value) VALUES (?1, ?2) ON CONFLICT (name) DO UPDATE SET value = ?2";
        tx.execute(sql, params![name, value])?;
    }
    tx.commit()?;
    // Everything in the one file: the log beside it is not part of what is renamed into place.
    db.pragma_update(None, "journal_mode", "DELETE")?;
    File::open(path).and_then(|file| file.sync_all()).map_err(|e| DbError::Backend(e.to_string()))
}

/// A receipt's row as it lies there: nothing of it is believed yet.
pub struct LyingReceipt {
    /// Its number.
    pub number: u64,
    /// The columns beside the text.
    pub feed: [u8; 32],
    /// See [`super::super::ReceiptRow`].
    pub stored_to: u64,
    /// HQ's log then.
    pub log_index: u64,
    /// When.
    pub time: String,
    /// What was signed.
    pub text: String,
    /// Signature.
    pub sig: [u8; 64],
}

/// Every receipt in the order they were given; a row that cannot be read is its number and why.
pub fn receipts(path: &Path) -> Result<Vec<std::result::Result<LyingReceipt, (u64, String)>>> {
    let db = look(path)?;
    let sql = "SELECT receipt, feed, stored_to, log_index, time, text, sig FROM receipts ORDER BY receipt";
    rows(&db, sql, [], |row| {
        let number = row.get::<_, Count>(0)?.0;
        let read = || -> rusqlite::Result<LyingReceipt> {
            Ok(LyingReceipt {
                number,
                feed: row.get(1)?,
                stored_to: row.get::<_, Count>(2)?.0,
                log_index: row.get::<_, Count>(3)?.0,
                time: row.get(4)?,
                text: row.get(5)?,
                sig: row.get(6)?,
            })
        };
        Ok(read().map_err(|e| (number, e.to_string())))
    })
}

/// Which blobs of which feed the table beside the receipts says they name.
pub fn receipted(path: &Path) -> Result<BTreeSet<(FeedId, BlobHash)>> {
    let db = look(path)?;
    let read = |row: &rusqlite::Row<'_>| Ok((row.get::<_, Hash>(0)?.into(), row.get::<_, Hash>(1)?.into()));
    Ok(rows(&db, "SELECT feed, sha256 FROM receipted_blobs", [], read)?.into_iter().collect())
}

/// Who delivered what.
pub fn proofs(path: &Path) -> Result<BTreeSet<(FeedId, BlobHash)>> {
    let db = look(path)?;
    let read = |row: &rusqlite::Row<'_>| Ok((row.get::<_, Hash>(0)?.into(), row.get::<_, Hash>(1)?.into()));
    Ok(rows(&db, "SELECT feed, sha256 FROM proofs", [], read)?.into_iter().collect())
}

/// HQ's words on agreed days, as they lie there: feed, place, log, time and manifest beside the text, the text, the signature.
pub fn agreements(path: &Path) -> Result<Vec<super::super::AgreementRow>> {
    let db = look(path)?;
    // A backup of an older version has no such table.
    let there = "SELECT EXISTS (SELECT 1 FROM sqlite_schema WHERE name = 'agreements')";
    if !db.query_row(there, [], |row| row.get::<_, bool>(0))? {
        return Ok(Vec::new());
    }
    let sql = "SELECT feed, seq, from_seq, manifest, log_index, text, sig, time FROM agreements";
    rows(&db, sql, [], super::days::agreement_row)
}

/// A frame kept apart, as it lies there.
pub struct LyingFrame {
    /// What it is filed under.
    pub feed: FeedId,
    /// The place it claims.
    pub seq: u64,
    /// Its name.
    pub id: EntryId,
    /// Why.
    pub reason: String,
    /// Its bytes.
    pub frame: Vec<u8>,
}

/// Frames kept apart.
pub fn quarantine(path: &Path) -> Result<Vec<LyingFrame>> {
    let db = look(path)?;
    rows(&db, "SELECT feed, seq, id, reason, frame FROM quarantine", [], |row| {
        Ok(LyingFrame {
            feed: row.get::<_, Hash>(0)?.into(),
            seq: row.get::<_, Count>(1)?.0,
            id: row.get::<_, Hash>(2)?.into(),
            reason: row.get(3)?,
            frame: row.get(4)?,
        })
    })
}
