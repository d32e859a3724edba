//! I6 when the program changes: an index or a database of an older version, stopped at any file operation while it is brought up to
//! this one, is the old or the new and never a mixture.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use refinery::{Migration, Runner, Target};
use rusqlite::Connection;
use rusqlite::config::DbConfig;
use rusqlite::types::ValueRef;
use serde_json::json;
use tempfile::TempDir;
use xuncha_device::keys::Unlocked;
use xuncha_hq::config::Config;
use xuncha_hq::db::Log as _;
use xuncha_hq::db::sqlite::Sqlite;
use xuncha_hq::hq::Hq;
use xuncha_tests::alone::{Office, PIN, Phone, keys_of};
use xuncha_tests::disk::phone::cuts::{difference, shown, written_once};
use xuncha_tests::disk::{Cut, Honesty, Platter, Shelf, Trace, Tracer, scratch};
use xuncha_tests::district::INSPECTOR;
use xuncha_tests::fire::{self, Acknowledged, Scene};
use xuncha_tests::{program, repository};

use super::hq::{is_object, runtime};
use super::{seed, times};

/// What a child did to a folder, and the disk before it.
fn traced(root: &Path, program_name: &str, args: &[&str]) -> (Platter, Trace) {
    let beside = scratch().unwrap();
    let platter = Platter::of_folder(root, Honesty::Honest, 1).unwrap();
    let trace = beside.path().join("trace");
    let tracer = Tracer::over(root).unwrap().recording(&trace).marking(&beside.path().join("marks"));
    let mut command = Command::new(program(program_name).unwrap());
    let done = command.args(args).envs(tracer.settings()).output().unwrap();
    assert!(done.status.success(), "{args:?}: {}", String::from_utf8_lossy(&done.stderr));
    (platter, Trace::read(&trace).unwrap())
}

/// The disk at so many places of a trace, its beginning and its end among them; with how it was stopped there: by a kill, and by a
/// power cut.
fn stops(
    disk: &Platter,
    trace: &Trace,
    count: usize,
    seed: u64,
    mut see: impl FnMut(&str, usize, &xuncha_tests::disk::Tree),
) {
    let mut disk = disk.clone();
    let mut played = 0;
    let count = count.min(trace.ops.len());
    for place in (0..=count).map(|n| n * trace.ops.len() / count) {
        for op in &trace.ops[played..place] {
            disk.play(op).unwrap();
        }
        played = place;
        see("killed", place, &disk.cached());
        see("cut off", place, &disk.after(&mut Cut::new(seed ^ (place as u64) << 8)));
    }
}

/// Schema and rows of a database, in words; not those of search, which is filled when somebody searches.
fn text(db: &Connection) -> String {
    let mut out = schema(db);
    let list = "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'search%' ORDER BY name";
    let mut names = db.prepare(list).unwrap();
    let names: Vec<String> = names.query_map([], |row| row.get(0)).unwrap().collect::<Result<_, _>>().unwrap();
    for name in names {
        let mut rows = db.prepare(&format!("SELECT * FROM {name}")).unwrap();
        let columns = rows.column_count();
        let value = |value: ValueRef<'_>| format!("{value:?}");
        let lines =
            rows.query_map([], |row| (0..columns).map(|n| Ok(value(row.get_ref(n)?))).collect::<Result<Vec<_>, _>>());
        let mut lines: Vec<String> = lines.unwrap().map(|line| line.unwrap().join("|")).collect();
        lines.sort();
        let _ = write!(out, "{name}\n{}\n", lines.join("\n"));
    }
    out
}

fn schema(db: &Connection) -> String {
    let sql = "SELECT type || ' ' || name || ' ' || coalesce(sql, '') FROM sqlite_schema ORDER BY type, name";
    let mut all = db.prepare(sql).unwrap();
    let all: Vec<String> = all.query_map([], |row| row.get(0)).unwrap().collect::<Result<_, _>>().unwrap();
    all.join("\n")
}

/// A phone's index as SQLite sees it.
fn index(data: &Path, keys: &Unlocked) -> Connection {
    let db = Connection::open(data.join("index.db")).unwrap();
    let hex = |bytes: &[u8]| data_encoding::HEXLOWER.encode(bytes);
    let key = format!("PRAGMA key = \"x'{}{}'\"", hex(keys.index_key().expose()), hex(&keys.index_salt()));
    db.execute_batch(&key).unwrap();
    db
}

fn version(db: &Connection) -> i64 {
    db.query_row("PRAGMA user_version", [], |row| row.get(0)).unwrap()
}

/// A phone with some work on it; closed.
async fn worked() -> TempDir {
    let folder = scratch().unwrap();
    let mut office = Office::open();
    office.enrol(folder.path(), INSPECTOR);
    office.assign("task-1", &[INSPECTOR], &["ACC"]);
    office.deliver(folder.path(), INSPECTOR);
    let phone = Phone::open(folder.path(), INSPECTOR).await.unwrap();
    for _ in 0..2 {
        let inspection = phone.begin(&["ACC"]).await;
        for item in ["ACC-03", "ACC-06", "ACC-10"] {
            phone.answer(&inspection, item, "conforms").await;
        }
        phone.ask("note", json!({ "inspection": inspection, "item": "ACC-04", "text": "记", "seen": [] })).await;
    }
    phone.ask("lock", json!({})).await;
    folder
}

#[test]
fn i6_an_index_of_an_older_version_stopped_at_any_step_of_its_renewal_is_the_old_or_the_new_one() {
    let seed = seed();
    let runtime = runtime();
    let phone = runtime.block_on(worked());
    let data = phone.path();
    let keys = keys_of(data, INSPECTOR);
    let this = version(&index(data, &keys));
    std::fs::remove_file(data.join("index.db")).unwrap();
    let (_, right) = runtime.block_on(shown(data, PIN)).unwrap();
    let new = text(&index(data, &keys));
    let empty = {
        let beside = scratch().unwrap();
        let path = beside.path().join("index.db");
        drop(xuncha_device::index::Index::open(&path, &keys.index_key(), &keys.index_salt()).unwrap());
        text(&index(beside.path(), &keys))
    };
    // As an older program left it: other tables, other columns, and rows that no feed would make.
    let db = index(data, &keys);
    db.execute_batch(&format!(
        "PRAGMA user_version = {}; DROP TABLE admitted; ALTER TABLE inspections RENAME COLUMN firm TO business;
         UPDATE inspections SET business = 'of an older version', done = 99; DELETE FROM entries WHERE seq % 2 = 0;
         DELETE FROM packs WHERE kind = 'list'; UPDATE tasks SET withdrawn = 1;",
        this - 1
    ))
    .unwrap();
    let old = text(&db);
    drop(db);
    assert!(old != new && new != empty);

    let (disk, trace) = traced(data, "xuncha-scripted", &["unlock", data.canonicalize().unwrap().to_str().unwrap()]);
    assert_eq!(text(&index(data, &keys)), new, "what the child made");
    let mut shelf = Shelf::new().unwrap();
    let mut found: BTreeMap<&str, usize> = BTreeMap::new();
    let mut aside = 0;
    stops(&disk, &trace, 60 * times(), seed, |how, place, tree| {
        let story = format!("{how} at {place} of {} (seed {seed})", trace.ops.len());
        let laid = shelf.lay_out(tree, written_once).unwrap();
        // What lies there, before anybody makes it good.
        let lies = match laid.path().join("index.db").exists() {
            false => "none",
            true => {
                let db = index(laid.path(), &keys);
                match db.query_row("PRAGMA user_version", [], |row| row.get::<_, i64>(0)) {
                    Ok(0) if schema(&db).is_empty() => "none",
                    Ok(v) if v == this - 1 && text(&db) == old => "old",
                    Ok(v) if v == this && text(&db) == empty => "new and empty",
                    Ok(v) if v == this && text(&db) == new => "new",
                    Ok(v) => panic!("{story}: a mixture of version {v}:\n{}", text(&db)),
                    // What was being written is said to be damaged, and is not read.
                    Err(_) => "unreadable",
                }
            }
        };
        *found.entry(lies).or_default() += 1;
        drop(laid);
        let laid = shelf.lay_out(tree, written_once).unwrap();
        let (notices, view) = runtime.block_on(shown(laid.path(), PIN)).unwrap_or_else(|e| panic!("{story}: {e:#}"));
        assert!(notices.iter().all(|code| code == "index.rebuilt"), "{story}: {notices:?}");
        assert!(view == right, "{story}: it shows other things: {}", difference(&view, &right));
        assert!(text(&index(laid.path(), &keys)) == new, "{story}: another state than the feeds make");
        aside += usize::from(laid.path().join("index.db.damaged-1").exists());
    });
    let stopped: usize = found.values().sum();
    eprintln!(
        "the renewal of an index stopped {stopped} times at {} file operations: {found:?}; the same state as from the feeds each time, \
         the old one kept aside {aside} times",
        trace.operations()
    );
    assert!(["old", "new and empty", "new"].iter().all(|what| found.contains_key(what)), "{found:?}");
    assert!(aside * 10 > stopped * 9, "{aside} of {stopped}");
}

/// HQ's migrations, by number.
fn migrations() -> Vec<Migration> {
    let mut all = refinery::load_sql_migrations(repository().join("hq/src/db/sqlite/migrations")).unwrap();
    all.sort();
    all
}

fn at_version(path: &Path, version: i32) -> Connection {
    let mut db = Connection::open(path).unwrap();
    Runner::new(&migrations()).set_target(Target::Version(version)).run(&mut db).unwrap();
    db
}

/// The version of a database, and its schema.
fn standing(path: &Path) -> (i32, String) {
    let db = Connection::open(path).unwrap();
    let version = db.query_row("SELECT max(version) FROM refinery_schema_history", [], |row| row.get(0)).unwrap();
    (version, schema(&db))
}

/// Makes a database what it would be if it had been written by the program of an older version.
fn made_older(database: &Path, version: i32) {
    let older = database.with_extension("older");
    let db = at_version(&older, version);
    db.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_TRIGGER, false).unwrap();
    db.execute_batch(&format!("PRAGMA foreign_keys = 0; ATTACH '{}' AS now;", database.display())).unwrap();
    let list = "SELECT name FROM main.sqlite_schema WHERE type = 'table' AND name NOT IN ('refinery_schema_history', 'sqlite_sequence')";
    let names: Vec<String> =
        db.prepare(list).unwrap().query_map([], |row| row.get(0)).unwrap().collect::<Result<_, _>>().unwrap();
    for name in names {
        let columns: String = db
            .query_row("SELECT group_concat(name, ', ') FROM pragma_table_info(?1, 'main')", [&name], |row| row.get(0))
            .unwrap();
        db.execute_batch(&format!("INSERT INTO main.{name} ({columns}) SELECT {columns} FROM now.{name}")).unwrap();
    }
    db.execute_batch("DETACH now; PRAGMA journal_mode = WAL;").unwrap();
    drop(db);
    for beside in ["-wal", "-shm"] {
        let _ = std::fs::remove_file(PathBuf::from(format!("{}{beside}", database.display())));
    }
    std::fs::rename(older, database).unwrap();
}

#[test]
fn i6_a_database_of_an_older_version_stopped_at_any_step_of_its_migration_stands_at_one_version_and_goes_on() {
    let seed = seed();
    let runtime = runtime();
    let scene = runtime.block_on(Scene::prepare()).unwrap();
    let newest = migrations().last().unwrap().version();
    let beside = scratch().unwrap();
    let schemas: BTreeMap<i32, String> = migrations()
        .iter()
        .map(Migration::version)
        .map(|v| (v, schema(&at_version(&beside.path().join(format!("{v}.sqlite")), v))))
        .collect();
    let mut shelf = Shelf::new().unwrap();
    for from in [3, newest - 1] {
        let root = scene.copy().unwrap();
        let database = root.path().join(fire::DATA).join("hq.sqlite");
        let mut words = Vec::new();
        runtime.block_on(async {
            let hq = fire::open(root.path()).await.unwrap();
            fire::day(&hq, root.path(), &mut |word| words.push(word.to_owned())).await.unwrap();
        });
        let said = Acknowledged::of(words.iter().map(String::as_str)).unwrap();
        fire::settle(&root.path().join(fire::DATA)).unwrap();
        let views = |root: &Path| {
            let db = Sqlite::open(&root.join(fire::DATA).join("hq.sqlite")).unwrap();
            runtime.block_on(db.views_text()).unwrap()
        };
        let right = views(root.path());
        fire::settle(&root.path().join(fire::DATA)).unwrap();
        made_older(&database, from);
        assert_eq!(standing(&database), (from, schemas[&from].clone()));

        let (disk, trace) = traced(root.path(), "xuncha-hq-victim", &[root.path().to_str().unwrap(), "start"]);
        let mut found: BTreeMap<i32, usize> = BTreeMap::new();
        let mut judged = 0;
        stops(&disk, &trace, 40 * times(), seed, |how, place, tree| {
            let story = format!("from version {from}, {how} at {place} of {} (seed {seed})", trace.ops.len());
            let laid = shelf.lay_out(tree, is_object).unwrap();
            let path = laid.path().join(fire::DATA).join("hq.sqlite");
            let _ = std::fs::remove_file(path.with_extension("sqlite-shm"));
            let (version, is) = standing(&path);
            assert!(schemas.get(&version) == Some(&is), "{story}: a mixture at version {version}:\n{is}");
            assert!(version >= from, "{story}: {version}");
            *found.entry(version).or_default() += 1;
            if judged % 3 == 0 || version == from {
                runtime.block_on(async {
                    // What a program that knew less computed is computed anew, as at every start.
                    let mended = Hq::mend(&Config::loopback(laid.path().join(fire::DATA))).await;
                    mended.unwrap_or_else(|e| panic!("{story}: {e}"));
                    let stood = fire::stands(laid.path(), &said).await;
                    drop(stood.unwrap_or_else(|e| panic!("{story}: {e:#}")));
                });
                assert!(views(laid.path()) == right, "{story}: another state than the log makes");
            }
            judged += 1;
        });
        eprintln!(
            "the migration of an HQ from version {from} to {newest} stopped {judged} times at {} file operations, left at version: \
             {found:?}; nothing lost, check clean",
            trace.operations()
        );
        assert!(found.contains_key(&from) && found.contains_key(&newest), "{found:?}");
    }
}
