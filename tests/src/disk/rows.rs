//! The control for databases whose rows cannot be made again: SQLite on the same platter, acknowledged commit by commit.

use std::path::Path;

use anyhow::Result;
use rusqlite::Connection;

use super::Marks;

/// Commits so many rows, one by one, and says each. `synchronous` as SQLite's pragma has it.
pub fn write(data: &Path, marks: &Marks, synchronous: &str, rows: u64) -> Result<()> {
    let db = open(data, synchronous)?;
    db.execute_batch("CREATE TABLE IF NOT EXISTS said (n INTEGER PRIMARY KEY, body BLOB NOT NULL) STRICT")?;
    marks.say("done 0")?;
    for n in 1..=rows {
        db.execute("INSERT INTO said (n, body) VALUES (?1, ?2)", (n, vec![n as u8; 700]))?;
        marks.say(&format!("done {n}"))?;
    }
    Ok(())
}

/// How many rows are there, if the file opens.
pub fn count(data: &Path) -> Result<u64> {
    Ok(open(data, "EXTRA")?.query_row("SELECT count(*) FROM said", [], |r| r.get(0))?)
}

fn open(data: &Path, synchronous: &str) -> Result<Connection> {
    let db = Connection::open(data.join("rows.db"))?;
    // As production does: `synchronous` before the journal mode.
    db.execute_batch(&format!(
        "PRAGMA synchronous = {synchronous}; PRAGMA journal_mode = WAL; PRAGMA wal_autocheckpoint = 20;"
    ))?;
    Ok(db)
}
