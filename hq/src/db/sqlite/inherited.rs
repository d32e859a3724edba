//! What another process left in the write-ahead log is written again before anybody reads the database through it.
//!
//! After a failed fsync the kernel counts the pages as written (trap 5): the process that heard of it takes the transaction back,
//! but if it is killed there, the next one finds the frames in the cache, whole and with their checksums, and they are on no
//! disk. It would build on them, and a power cut would take them with all that came after. No fsync helps, and neither does a
//! checkpoint: it would overwrite pages of the database while the log that is to repair them has a hole.
//!
//! So the log is copied into a new file, which is synced and put in its place. In place of the old bytes it cannot be done: they
//! are mostly sound, they are what was acknowledged, and a cut in the middle of a write may spoil a sector. Read and written
//! here, byte by byte: a copy inside the kernel (`copy_file_range`) may share the blocks of the old file.
//!
//! Only whoever has the database for himself does so. If somebody else has it open, he came first and did it then.

use std::fs::{self, File};
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};

use rusqlite::config::DbConfig;
use rusqlite::{Connection, ErrorCode, OpenFlags};

use super::{DbError, Result};
use crate::objects::{CHUNK, sync_folder};

/// Writes the log of this database again, if there is one and nobody else uses it.
pub(super) fn write_log_again(database: &Path) -> Result<()> {
    let log = beside(database, "-wal");
    if !database.is_file() || fs::metadata(&log).map_or(0, |m| m.len()) == 0 {
        return Ok(());
    }
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let alone = Connection::open_with_flags(database, flags)?;
    if alone.is_readonly(rusqlite::MAIN_DB)? {
        // Whoever opens it next says so.
        return Ok(());
    }
    // It only holds the door: it reads the log that is being replaced, and must not take it into the database.
    alone.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true)?;
    alone.busy_timeout(std::time::Duration::ZERO)?;
    alone.pragma_update(None, "locking_mode", "EXCLUSIVE")?;
    match alone.pragma_query_value(None, "user_version", |row| row.get::<_, i64>(0)) {
        Err(e) if e.sqlite_error_code() == Some(ErrorCode::DatabaseBusy) => return Ok(()),
        other => other?,
    };
    replace(&log, &beside(&log, ".part")).map_err(|e| match e.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => DbError::Full,
        _ => DbError::Backend(format!("the log could not be written again: {e}")),
    })
}

fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}

/// Puts a durable copy in the place of a file. Nothing holds a lock on the file itself: SQLite's are on the database.
fn replace(path: &Path, part: &Path) -> io::Result<()> {
    let mut from = match File::open(path) {
        // The database was empty, and SQLite has thrown its log away.
        Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(()),
        other => other?,
    };
    let mut to = File::create(part)?;
    let was = from.metadata()?;
    to.set_permissions(was.permissions())?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::{MetadataExt as _, fchown};
        // Somebody else ran a command over HQ's folder: HQ must be able to write its log afterwards, as SQLite sees to it.
        if to.metadata()?.uid() != was.uid() {
            fchown(&to, Some(was.uid()), Some(was.gid()))?;
        }
    }
    let mut buffer = vec![0; CHUNK];
    loop {
        let n = from.read(&mut buffer)?;
        if n == 0 {
            break;
        }
        to.write_all(&buffer[..n])?;
    }
    to.sync_all()?;
    fs::rename(part, path)?;
    sync_folder(path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new(".")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(unix)]
    #[test]
    fn the_log_of_a_killed_process_is_another_file_afterwards_and_says_the_same() {
        let inode = |path: &Path| std::os::unix::fs::MetadataExt::ino(&fs::metadata(path).unwrap());
        let dir = tempfile::tempdir().unwrap();
        let [living, left] = ["living", "left"].map(|name| dir.path().join(name));
        for folder in [&living, &left] {
            fs::create_dir(folder).unwrap();
        }
        let one = super::super::connect(&living.join("hq.sqlite"), false).unwrap();
        one.execute_batch("CREATE TABLE t (x); INSERT INTO t VALUES (7)").unwrap();
        let log = living.join("hq.sqlite-wal");
        let before = inode(&log);
        drop(super::super::connect(&living.join("hq.sqlite"), false).unwrap());
        assert_eq!(inode(&log), before, "somebody uses it");
        // As a kill leaves them.
        for name in ["hq.sqlite", "hq.sqlite-wal"] {
            fs::copy(living.join(name), left.join(name)).unwrap();
        }
        let log = left.join("hq.sqlite-wal");
        let (held, bytes) = (File::open(&log).unwrap(), fs::read(&log).unwrap());
        assert!(bytes.len() > 4_096);
        write_log_again(&left.join("hq.sqlite")).unwrap();
        assert!(inode(&log) != std::os::unix::fs::MetadataExt::ino(&held.metadata().unwrap()));
        assert_eq!(fs::read(&log).unwrap(), bytes);
        let next = super::super::connect(&left.join("hq.sqlite"), false).unwrap();
        assert_eq!(next.query_row("SELECT x FROM t", [], |row| row.get::<_, i64>(0)).unwrap(), 7);
        assert!(fs::read_dir(&left).unwrap().all(|e| !e.unwrap().file_name().to_string_lossy().ends_with(".part")));
    }
}
