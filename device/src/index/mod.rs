//! The index: an encrypted SQLite database of what the screens ask. It can be thrown away and made again at any time.
//!
//! What it is: rows made from entries and receipts ([`Index::note_entry`], [`Index::note_receipt`], …), the questions
//! screens ask ([`read`]), full-text search ([`search`]), and the heads it has applied, so that the feed files decide and never the database.
//! What it is not: the truth. It commits without fsync, and a damaged file is moved aside and made again, never repaired and
//! never deleted.
//!
//! SQLCipher with key *and* salt given: with the salt only in the file's header 5 of 5,000 simulated power cuts left the
//! file unopenable, with both 0 of 20,000 (November 2026). One connection, used under the engine's lock: a question takes
//! well under a millisecond, and a second connection would have to be keyed, wiped and kept in step for nothing.

pub mod read;
mod rows;
pub mod search;
mod told;

use std::fs;
use std::path::{Path, PathBuf};

use rusqlite::{Connection, OptionalExtension as _};
use xuncha_core::Failure;
use xuncha_core::feed::Head;
use xuncha_core::ids::FeedId;

use crate::cipher::Key;
use crate::disk::DiskError;

pub use rows::{BlobRow, InspectionSummary};

/// Changes with every change of the schema: another version is made again from the feeds.
const VERSION: i64 = 3;

/// What keeps the index from answering. The cure is always the same: make it again.
#[derive(Debug, thiserror::Error)]
pub enum IndexError {
    /// SQLite says so.
    #[error("index: {0}")]
    Sqlite(#[from] rusqlite::Error),
    /// The file is plain text: another SQLite than ours was linked, nothing may be written.
    #[error("the database would not be encrypted")]
    NotEncrypted,
    /// The file could not be moved aside.
    #[error("index: {0}")]
    Io(#[from] std::io::Error),
    /// A row that cannot be read back.
    #[error("index: a row is unreadable: {0}")]
    Row(String),
}

impl From<IndexError> for Failure {
    fn from(e: IndexError) -> Self {
        tracing::error!(error = %e, "index");
        match e {
            IndexError::Sqlite(rusqlite::Error::SqliteFailure(f, _)) if f.code == rusqlite::ErrorCode::DiskFull => {
                Self::after_action("disk.full")
            }
            // Of an index that cannot be read the disk is to blame, not its bytes: what is damaged is made again at opening.
            IndexError::Sqlite(rusqlite::Error::SqliteFailure(f, _))
                if matches!(f.code, rusqlite::ErrorCode::SystemIoFailure | rusqlite::ErrorCode::CannotOpen) =>
            {
                Self::after_action("disk.io").with("kind", format_args!("{:?}", f.code))
            }
            IndexError::Io(e) => DiskError::from(e).into(),
            IndexError::NotEncrypted => Self::never("index.not_encrypted"),
            _ => Self::after_action("index.damaged"),
        }
    }
}

pub(crate) type Result<T> = std::result::Result<T, IndexError>;

/// The index of this phone.
pub struct Index {
    db: Connection,
}

/// An index that is open, and whether it has to be filled from the start.
pub struct Opened {
    /// The index.
    pub index: Index,
    /// It is new: never there, of another version, or damaged and moved aside.
    pub empty: bool,
    /// Where a damaged one was moved to.
    pub moved_aside: Option<PathBuf>,
}

/// What lies where the index should be.
enum Found {
    Whole(Index),
    /// No file, or one that nobody finished.
    Nothing,
    /// Damaged, or of another version.
    Unusable,
}

impl Index {
    /// Opens the file, or makes it; moves a damaged one aside.
    pub fn open(path: &Path, key: &Key, salt: &[u8; 16]) -> Result<Opened> {
        match Self::open_existing(path, key, salt) {
            Ok(Found::Whole(index)) => Ok(Opened { index, empty: false, moved_aside: None }),
            Ok(Found::Nothing) => Ok(Opened { index: Self::create(path, key, salt)?, empty: true, moved_aside: None }),
            Err(IndexError::Sqlite(e)) if is_outside_fault(&e) => Err(e.into()),
            // SQLCipher reports a page that does not decrypt under several codes, "out of memory" among them.
            Ok(Found::Unusable) | Err(IndexError::Sqlite(_)) => {
                let aside = move_aside(path)?;
                tracing::warn!("the index was of another version or damaged; it is made again");
                Ok(Opened { index: Self::create(path, key, salt)?, empty: true, moved_aside: Some(aside) })
            }
            Err(other) => Err(other),
        }
    }

    /// Moves this index aside and begins an empty one.
    pub fn begin_again(self, path: &Path, key: &Key, salt: &[u8; 16]) -> Result<Self> {
        drop(self.db);
        move_aside(path)?;
        Self::create(path, key, salt)
    }

    fn open_existing(path: &Path, key: &Key, salt: &[u8; 16]) -> Result<Found> {
        if !path.exists() {
            return Ok(Found::Nothing);
        }
        let db = connect(path, key, salt)?;
        let version: i64 = db.query_row("PRAGMA user_version", [], |r| r.get(0))?;
        if version != VERSION {
            // The app was killed before the first index was whole: that is no damage, and nothing is in it.
            let begun = db.query_row("SELECT 1 FROM sqlite_schema", [], |_| Ok(())).optional()?.is_some();
            return Ok(if version == 0 && !begun { Found::Nothing } else { Found::Unusable });
        }
        // Not what search is made of: it is most of the file, nothing is decided by it, and whoever searches finds it damaged.
        let mut tables =
            db.prepare("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'search%'")?;
        let names: Vec<String> = tables.query_map([], |r| r.get(0))?.collect::<rusqlite::Result<_>>()?;
        drop(tables);
        for name in names {
            let well: String = db.query_row("SELECT quick_check FROM pragma_quick_check(?1)", [name], |r| r.get(0))?;
            if well != "ok" {
                return Ok(Found::Unusable);
            }
        }
        Ok(Found::Whole(Self { db }))
    }

    fn create(path: &Path, key: &Key, salt: &[u8; 16]) -> Result<Self> {
        let db = connect(path, key, salt)?;
        // All of it or nothing: half a schema would look like damage at the next opening.
        let all = format!("BEGIN;\n{}\nPRAGMA user_version = {VERSION};\nCOMMIT;", include_str!("schema.sql"));
        db.execute_batch(&all)?;
        Ok(Self { db })
    }

    /// How far a feed has been applied.
    pub fn head(&self, feed: &FeedId) -> Result<Option<Head>> {
        let mut statement = self.db.prepare_cached("SELECT seq, id, lamport FROM heads WHERE feed = ?1")?;
        let row = statement
            .query_row([feed.to_string()], |r| {
                Ok((r.get::<_, u64>(0)?, r.get::<_, Option<String>>(1)?, r.get::<_, u64>(2)?))
            })
            .optional()?;
        row.map(|(seq, id, lamport)| {
            let id = id.map(|t| t.parse()).transpose().map_err(|e| IndexError::Row(format!("{e}")))?;
            Ok(Head { feed: *feed, seq, id, lamport })
        })
        .transpose()
    }

    /// Runs `work` as one transaction.
    pub fn transaction<T>(&mut self, work: impl FnOnce(&Self) -> Result<T>) -> Result<T> {
        self.begin()?;
        let done = work(self).and_then(|value| self.commit().map(|()| value));
        if done.is_err() {
            self.roll_back();
        }
        done
    }

    /// Begins a transaction; whoever begins one ends it.
    pub fn begin(&self) -> Result<()> {
        Ok(self.db.execute_batch("BEGIN IMMEDIATE")?)
    }
    /// Ends it, keeping what was written. On an error it must be rolled back.
    pub fn commit(&self) -> Result<()> {
        Ok(self.db.execute_batch("COMMIT")?)
    }
    /// Ends it as if it had never begun.
    pub fn roll_back(&self) {
        // SQLite itself rolls back on some errors; then there is nothing left to do.
        let _ = self.db.execute_batch("ROLLBACK");
    }

    /// A small value by name.
    pub fn meta(&self, name: &str) -> Result<Option<String>> {
        let mut statement = self.db.prepare_cached("SELECT value FROM meta WHERE name = ?1")?;
        Ok(statement.query_row([name], |r| r.get(0)).optional()?)
    }

    /// Sets a small value.
    pub fn set_meta(&self, name: &str, value: &str) -> Result<()> {
        let sql = "INSERT INTO meta (name, value) VALUES (?1, ?2) ON CONFLICT (name) DO UPDATE SET value = ?2";
        self.db.prepare_cached(sql)?.execute([name, value])?;
        Ok(())
    }
}

/// The file may be whole: moving it aside would cost a rebuild and cure nothing.
fn is_outside_fault(e: &rusqlite::Error) -> bool {
    use rusqlite::ErrorCode::{CannotOpen, DatabaseBusy, DatabaseLocked, DiskFull, PermissionDenied, ReadOnly};
    e.sqlite_error_code().is_some_and(|c| {
        matches!(c, CannotOpen | DatabaseBusy | DatabaseLocked | DiskFull | PermissionDenied | ReadOnly)
    })
}

fn connect(path: &Path, key: &Key, salt: &[u8; 16]) -> Result<Connection> {
    let db = Connection::open(path)?;
    let hex = |b: &[u8]| data_encoding::HEXLOWER.encode(b);
    let pragma = zeroize::Zeroizing::new(format!("PRAGMA key = \"x'{}{}'\"", hex(key.expose()), hex(salt)));
    db.execute_batch(&pragma)?;
    // iOS may link Apple's SQLite first, which ignores the key and writes plain text: ask before anything is written.
    let cipher: Option<String> = db.query_row("PRAGMA cipher_version", [], |r| r.get(0)).optional()?;
    if cipher.is_none_or(|v| v.is_empty()) {
        return Err(IndexError::NotEncrypted);
    }
    // NORMAL in WAL mode: commits do not fsync, a power cut may lose the newest of them and never more.
    db.execute_batch(
        "PRAGMA synchronous = NORMAL; PRAGMA journal_mode = WAL; PRAGMA foreign_keys = 1; PRAGMA trusted_schema = 0;
         PRAGMA cell_size_check = 1; PRAGMA temp_store = 2; PRAGMA mmap_size = 0;",
    )?;
    db.set_prepared_statement_cache_capacity(64);
    Ok(db)
}

/// Moves the database and its companions to the first free `….damaged-N`.
fn move_aside(path: &Path) -> Result<PathBuf> {
    let name = |suffix: &str, n: u32| {
        let mut name = path.as_os_str().to_owned();
        name.push(format!("{suffix}.damaged-{n}"));
        PathBuf::from(name)
    };
    let n = (1..).find(|n| !name("", *n).exists()).unwrap_or(1);
    for suffix in ["-wal", "-shm", ""] {
        let mut from = path.as_os_str().to_owned();
        from.push(suffix);
        let from = PathBuf::from(from);
        if from.exists() {
            fs::rename(from, name(suffix, n))?;
        }
    }
    Ok(name("", n))
}
