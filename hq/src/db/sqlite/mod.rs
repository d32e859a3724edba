//! SQLite: one thread that writes, a few that read (WAL), so that a slow list never holds up a phone.
//!
//! Durability: `synchronous=EXTRA`; WAL with NORMAL loses acknowledged rows in a power cut, and a receipt rests on these.
//! The pragmas' order matters: `synchronous` before `journal_mode`.

pub mod copy;
mod days;
mod enrolment;
mod inherited;
mod log;
mod people;
mod pool;
mod read;
mod work;

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use rusqlite::{Connection, OpenFlags};

use super::{DbError, Result};
use pool::Pool;
pub use pool::{Gate, Passage};

mod embedded {
    refinery::embed_migrations!("src/db/sqlite/migrations");
}

/// Threads that read.
const READERS: usize = 4;
/// How long a transaction waits for another's.
const PATIENCE: std::time::Duration = std::time::Duration::from_secs(10);

/// The SQLite backend.
pub struct Sqlite {
    pool: Pool,
    settled: log::Settled,
}

impl Sqlite {
    /// Opens or makes the file, and brings its schema up to this version.
    pub fn open(path: &Path) -> Result<Self> {
        let mut writer = connect(path, false)?;
        migrate(&mut writer)?;
        may_write(&writer)?;
        let readers = (0..READERS).map(|_| connect(path, true)).collect::<Result<Vec<_>>>()?;
        Ok(Self { pool: Pool::start(writer, readers)?, settled: log::Settled::default() })
    }
    /// Works over one connection on the thread that asks, in the same steps each time, and asks the gate around every
    /// transaction: for whoever drives an HQ in one thread. The connection is the caller's; its schema is brought up to this
    /// version.
    pub fn here(connection: Arc<Mutex<Connection>>, gate: Arc<dyn Gate>) -> Result<Self> {
        migrate(&mut connection.lock().unwrap_or_else(PoisonError::into_inner))?;
        Ok(Self { pool: Pool::here(connection, gate), settled: log::Settled::default() })
    }
    async fn read<T: Send + 'static>(&self, ask: impl FnOnce(&Connection) -> Result<T> + Send + 'static) -> Result<T> {
        self.pool.read(ask).await
    }
    /// Runs in one transaction; committed and durable when this returns.
    async fn write<T: Send + 'static>(
        &self,
        act: impl FnOnce(&rusqlite::Transaction<'_>) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        self.pool
            .write(move |connection| {
                let tx = connection.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
                let out = act(&tx)?;
                tx.commit()?;
                Ok(out)
            })
            .await
    }
}

fn connect(path: &Path, read_only: bool) -> Result<Connection> {
    if !read_only {
        inherited::write_log_again(path)?;
    }
    let mut flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    if !read_only {
        flags |= OpenFlags::SQLITE_OPEN_CREATE;
    }
    let connection = Connection::open_with_flags(path, flags)?;
    // Where a file cannot be opened for writing, for whatever reason and however shortly, SQLite opens it for reading. An HQ that
    // began so would refuse every entry until somebody started it anew.
    if connection.is_readonly(rusqlite::MAIN_DB)? {
        return Err(DbError::Backend("the database cannot be opened for writing".into()));
    }
    connection.busy_timeout(PATIENCE)?;
    for (name, value) in [
        ("synchronous", "EXTRA"),
        ("journal_mode", "WAL"),
        ("fullfsync", "1"),
        ("checkpoint_fullfsync", "1"),
        ("foreign_keys", "1"),
        ("trusted_schema", "0"),
        ("cell_size_check", "1"),
        ("temp_store", "2"),
        ("mmap_size", "0"),
        ("query_only", if read_only { "1" } else { "0" }),
    ] {
        connection.pragma_update(None, name, value)?;
    }
    connection.set_prepared_statement_cache_capacity(64);
    Ok(connection)
}

/// The log and its index fall back to reading, too, and only a transaction that may write finds out.
fn may_write(connection: &Connection) -> Result<()> {
    // Somebody else writes just now: then it can be written.
    connection.busy_timeout(std::time::Duration::ZERO)?;
    let tried = connection.execute_batch("BEGIN IMMEDIATE; COMMIT");
    connection.busy_timeout(PATIENCE)?;
    match tried {
        Err(e) if e.sqlite_error_code() == Some(rusqlite::ErrorCode::DatabaseBusy) => Ok(()),
        other => Ok(other?),
    }
}

fn migrate(connection: &mut Connection) -> Result<()> {
    let runner = embedded::migrations::runner();
    let known = runner.get_migrations().iter().map(|m| i64::from(m.version())).max().unwrap_or(0);
    let found: i64 = connection
        .query_row("SELECT max(version) FROM refinery_schema_history", [], |row| row.get::<_, Option<i64>>(0))
        .unwrap_or_default()
        .unwrap_or(0);
    if found > known {
        let narrow = |v| i32::try_from(v).unwrap_or(i32::MAX);
        return Err(DbError::Newer { found: narrow(found), known: narrow(known) });
    }
    // In one transaction: otherwise each migration is one and the note that it was done another, and an HQ that is stopped between
    // them never starts again.
    runner.set_grouped(true).run(connection).map_err(|e| DbError::Backend(e.to_string()))?;
    Ok(())
}

impl From<rusqlite::Error> for DbError {
    fn from(e: rusqlite::Error) -> Self {
        use rusqlite::{Error, ErrorCode};
        match (e.sqlite_error_code(), &e) {
            (Some(ErrorCode::ConstraintViolation), _) => Self::Constraint,
            (Some(ErrorCode::DiskFull), _) => Self::Full,
            (Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase), _) => Self::Damaged(e.to_string()),
            // What is written as this program writes it reads back: anything else is not what was written.
            (
                _,
                Error::FromSqlConversionFailure(..)
                | Error::InvalidColumnType(..)
                | Error::IntegralValueOutOfRange(..)
                | Error::Utf8Error(..),
            ) => Self::Damaged(e.to_string()),
            _ => Self::Backend(e.to_string()),
        }
    }
}
