//! HQ killed and cut off between any two file operations of a phone's day: push, upload, receipt, seal, close of day, backup; and of
//! `xuncha-hq restore` and `xuncha-hq rebuild`.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;

use tempfile::TempDir;
use tokio::runtime::Runtime;
use xuncha_hq::db::sqlite::Sqlite;
use xuncha_hq::db::{Log as _, People as _};
use xuncha_tests::disk::{Cut, Deed, Honesty, Op, Order, Platter, Shelf, Trace, Tracer, When, scratch};
use xuncha_tests::fire::{self, Acknowledged, Scene};
use xuncha_tests::program;

pub(super) fn runtime() -> Runtime {
    tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap()
}

/// Runs the phone's day in a child, as the order has it; gives what the child heard, and whether it came to the end.
fn child(root: &Path, beside: &Path, order: Option<Order>) -> (Vec<String>, bool) {
    let (trace, marks) = (beside.join("trace"), beside.join("marks"));
    let mut tracer = Tracer::over(root).unwrap().recording(&trace).marking(&marks);
    if let Some(order) = order {
        tracer = tracer.told(order);
    }
    let mut command = Command::new(program("xuncha-hq-victim").unwrap());
    let done = command.arg(root).envs(tracer.settings()).output().unwrap();
    let said = std::fs::read_to_string(&marks).unwrap_or_default();
    let words = said.lines().filter(|line| !line.starts_with('!')).map(ToOwned::to_owned).collect();
    if !done.status.success() && std::os::unix::process::ExitStatusExt::signal(&done.status) != Some(9) {
        panic!("the child fell by itself: {}", String::from_utf8_lossy(&done.stderr));
    }
    (words, done.status.success())
}

fn acknowledged(words: &[String]) -> Acknowledged {
    Acknowledged::of(words.iter().map(String::as_str)).unwrap()
}

/// What a command did to a folder, operation by operation, over the folder as it stood before, on disks of any honesty.
struct Recorded {
    honest: Platter,
    lying: Platter,
    trace: Trace,
    /// Inodes of write-ahead logs.
    wal: BTreeSet<u64>,
    _root: TempDir,
}

impl Recorded {
    /// `act` runs the child over the folder, with its trace and marks beside it.
    fn of(root: TempDir, act: impl FnOnce(&Path, &Path)) -> Self {
        let beside = scratch().unwrap();
        let honest = Platter::of_folder(root.path(), Honesty::Honest, 1).unwrap();
        let lying = Platter::of_folder(root.path(), Honesty::Lies, 1).unwrap();
        act(root.path(), beside.path());
        let trace = Trace::read(&beside.path().join("trace")).unwrap();
        let is_wal = |op: &Op| match &op.deed {
            Deed::Open { path, inode, .. } if path.to_string_lossy().ends_with("-wal") => Some(*inode),
            _ => None,
        };
        let wal = trace.ops.iter().filter_map(is_wal).collect();
        Self { honest, lying, trace, wal, _root: root }
    }

    fn day(scene: &Scene) -> Self {
        Self::of(scene.copy().unwrap(), |root, beside| {
            let (words, ended) = child(root, beside, None);
            assert!(ended && words.len() == 6, "{words:?}");
        })
    }

    /// What was said before this place of the trace.
    fn said(&self, place: usize) -> Acknowledged {
        Acknowledged::of(self.trace.marks().filter(|(at, _)| *at < place).map(|(_, word)| word)).unwrap()
    }

    /// The disk before the operation at each of these places, in their order. `keeps`: whether an operation is played at all.
    fn at(&self, disk: &Platter, places: &[usize], keeps: impl Fn(&Op) -> bool, mut see: impl FnMut(usize, &Platter)) {
        let mut disk = disk.clone();
        let mut next = 0;
        for place in places {
            for op in &self.trace.ops[next..*place] {
                if keeps(op) {
                    disk.play(op).unwrap();
                }
            }
            next = *place;
            see(*place, &disk);
        }
    }

    /// So many places, spread over the whole trace, its end among them.
    fn places(&self, count: usize) -> Vec<usize> {
        let all = self.trace.ops.len();
        (1..=count).map(|n| n * all / count).collect()
    }
}

/// Originals never change in place.
pub(super) fn is_object(path: &Path) -> bool {
    path.components().any(|part| part.as_os_str() == "objects")
}

#[test]
fn i1_i2_hq_killed_between_any_two_steps_of_a_phones_day_starts_again_and_lacks_nothing() {
    let runtime = runtime();
    let scene = runtime.block_on(Scene::prepare()).unwrap();
    let operations = Recorded::day(&scene).trace.operations() as u64;
    let kills = 60 * super::times() as u64;
    let (mut killed, mut after_a_word) = (0, 0);
    for n in 0..kills {
        let (root, beside) = (scene.copy().unwrap(), scratch().unwrap());
        let operation = 1 + n * operations / kills;
        let when = [When::Before, When::After, When::Torn][usize::try_from(n % 3).unwrap()];
        let (words, ended) = child(root.path(), beside.path(), Some(Order::kill(operation, when)));
        killed += u64::from(!ended);
        let said = acknowledged(&words);
        after_a_word += u64::from(!ended && said.count() > 0);
        let judged = runtime.block_on(fire::judge(root.path(), &said));
        judged.unwrap_or_else(|e| {
            panic!("killed {when:?} operation {operation} of {operations}, after {words:?}: {e:#}")
        });
    }
    assert!(killed >= kills * 9 / 10 && after_a_word >= kills / 3, "{killed} killed, {after_a_word} after a word");
    eprintln!(
        "HQ killed {killed} times at {operations} file operations of a day, {after_a_word} after something was acknowledged: \
         nothing lost, check clean, every day came to its end"
    );
}

#[test]
fn i1_i2_power_cuts_in_a_phones_day_at_hq_lose_nothing_and_the_controls_do() {
    let runtime = runtime();
    let seed = super::seed();
    let scene = runtime.block_on(Scene::prepare()).unwrap();
    let day = Recorded::day(&scene);
    let mut shelf = Shelf::new().unwrap();
    let (mut cuts, mut after_a_word, mut said_things, mut kills) = (0, 0, 0, 0);
    let places = day.places(120 * super::times());
    day.at(
        &day.honest,
        &places,
        |_| true,
        |place, disk| {
            let said = day.said(place);
            // As a kill leaves it, and as two cuts do.
            let mut states = vec![("killed", disk.cached())];
            for n in 0..2 {
                states.push(("cut off", disk.after(&mut Cut::new(seed ^ (place as u64) << 8 ^ n))));
            }
            for (how, tree) in states {
                let laid = shelf.lay_out(&tree, is_object).unwrap();
                let judged = runtime.block_on(fire::judge(laid.path(), &said));
                judged.unwrap_or_else(|e| panic!("{how} at {place} of {} (seed {seed}): {e:#}", day.trace.ops.len()));
                let cut = how == "cut off";
                kills += u64::from(!cut);
                cuts += u64::from(cut);
                after_a_word += u64::from(cut && said.count() > 0);
                said_things += said.count();
            }
        },
    );
    assert!(after_a_word > cuts / 3, "{after_a_word} of {cuts}");

    // The controls: each of them must lose what was acknowledged, or the harness proves nothing.
    let mut losses = |what: &str, disk: &Platter, keeps: &dyn Fn(&Op) -> bool, early: usize| {
        let (mut lost, mut tried) = (0, 0);
        day.at(disk, &day.places(40), keeps, |place, disk| {
            let said = day.said((place + early).min(day.trace.ops.len()));
            if said.count() == 0 {
                return;
            }
            tried += 1;
            let laid = shelf.lay_out(&disk.after(&mut Cut::new(seed ^ place as u64)), is_object).unwrap();
            let gone = runtime.block_on(async {
                let hq = fire::open(laid.path()).await?;
                fire::lost(&hq, laid.path(), &said).await
            });
            lost += usize::from(gone.is_err() || gone.is_ok_and(|gone| !gone.is_empty()));
        });
        assert!(lost > 0, "{what}: {tried} cuts, and nothing was lost");
        format!("{what}: {lost} of {tried}")
    };
    let without_wal = |op: &Op| !matches!(&op.deed, Deed::Sync { inode } if day.wal.contains(inode));
    let without_any = |op: &Op| !matches!(&op.deed, Deed::Sync { .. } | Deed::SyncFolder { .. });
    let controls = [
        losses("a disk that lies about fsync", &day.lying, &|_| true, 0),
        losses("no fsync at all", &day.honest, &without_any, 0),
        losses("synchronous=NORMAL (the log is not synced at a commit)", &day.honest, &without_wal, 0),
        losses("acknowledged 25 operations too early", &day.honest, &|_| true, 25),
    ];
    eprintln!(
        "{cuts} power cuts and {kills} kills over {} file operations of a day at HQ, {after_a_word} cuts after a word, {said_things} \
         acknowledged things looked for: nothing lost, check clean, every day came to its end. Controls that lose: {}",
        day.trace.operations(),
        controls.join("; ")
    );
}

/// `xuncha-hq` under the tracer.
fn traced(root: &Path, beside: &Path, args: &[&str]) {
    let tracer = Tracer::over(root).unwrap().recording(&beside.join("trace"));
    let mut command = Command::new(program("xuncha-hq").unwrap());
    let done = command.args(args).envs(tracer.settings()).env("RUST_LOG", "off").current_dir(root).output().unwrap();
    assert!(done.status.success(), "{args:?}: {}", String::from_utf8_lossy(&[done.stdout, done.stderr].concat()));
}

#[test]
fn i1_what_the_first_command_over_a_new_folder_did_is_there_after_a_cut() {
    let runtime = runtime();
    let seed = super::seed();
    let root = scratch().unwrap();
    let args = ["unit", "add", "east", "--name", "East", "--data", fire::DATA];
    let first = Recorded::of(root, |root, beside| traced(root, beside, &args));
    let mut shelf = Shelf::new().unwrap();
    let end = first.trace.ops.len();
    first.at(
        &first.honest,
        &[end],
        |_| true,
        |_, disk| {
            for n in 0..8 * super::times() as u64 {
                let laid = shelf.lay_out(&disk.after(&mut Cut::new(seed ^ n)), is_object).unwrap();
                let _ = std::fs::remove_file(laid.path().join(fire::DATA).join("hq.sqlite-shm"));
                let faults = runtime.block_on(fire::check_finds(laid.path()));
                assert!(faults.as_ref().is_ok_and(Vec::is_empty), "cut {n} (seed {seed}): {faults:?}");
                let db = Sqlite::open(&laid.path().join(fire::DATA).join("hq.sqlite")).unwrap();
                assert_eq!(runtime.block_on(db.units()).unwrap().len(), 1, "cut {n} (seed {seed})");
            }
        },
    );
    eprintln!("a new HQ of {} file operations, cut off after its first command: it is there", first.trace.operations());
}

/// A scene whose day is over, in a folder of its own.
fn after_the_day(runtime: &Runtime, scene: &Scene) -> TempDir {
    let root = scene.copy().unwrap();
    runtime.block_on(async {
        let hq = fire::open(root.path()).await.unwrap();
        fire::day(&hq, root.path(), &mut |_| {}).await.unwrap();
    });
    fire::settle(&root.path().join(fire::DATA)).unwrap();
    root
}

#[test]
fn a_restoration_stopped_at_any_step_leaves_nothing_or_all_and_can_be_done_again() {
    let runtime = runtime();
    let seed = super::seed();
    let scene = runtime.block_on(Scene::prepare()).unwrap();
    let root = after_the_day(&runtime, &scene);
    // Keys lie apart; the new folder comes beside the backup.
    std::fs::rename(root.path().join(fire::DATA), root.path().join("old")).unwrap();
    let args = ["restore", fire::BACKUP, "--data", fire::DATA, "--keys", "old/keys"];
    let restored = Recorded::of(root, |root, beside| traced(root, beside, &args));
    let mut shelf = Shelf::new().unwrap();
    let (mut nothing, mut all, mut again) = (0, 0, 0);
    let last = restored.trace.ops.len();
    restored.at(
        &restored.honest,
        &restored.places(40 * super::times()),
        |_| true,
        |place, disk| {
            for (cut, tree) in [(false, disk.cached()), (true, disk.after(&mut Cut::new(seed ^ place as u64)))] {
                let laid = shelf.lay_out(&tree, is_object).unwrap();
                let data = laid.path().join(fire::DATA);
                if data.exists() {
                    let faults = runtime.block_on(fire::check_finds(laid.path())).unwrap();
                    assert!(faults.is_empty(), "at {place} of {last} (cut: {cut}, seed {seed}): {faults:?}");
                    all += 1;
                    continue;
                }
                assert!(place < last, "the program said that it is done, and it is not there");
                nothing += 1;
                // Every third of them is done again, by the program.
                if nothing % 3 == 0 {
                    let mut command = Command::new(program("xuncha-hq").unwrap());
                    let done = command.args(args).current_dir(laid.path()).env("RUST_LOG", "off").output().unwrap();
                    assert!(done.status.success(), "at {place}: {}", String::from_utf8_lossy(&done.stderr));
                    assert!(runtime.block_on(fire::check_finds(laid.path())).unwrap().is_empty());
                    again += 1;
                }
            }
        },
    );
    assert!(nothing > 20 && all > 1, "{nothing} {all}");
    eprintln!(
        "a restoration stopped {} times at {} file operations: {nothing} left nothing, {all} all; {again} were done again",
        nothing + all,
        restored.trace.operations()
    );
}

#[test]
fn i6_rebuild_stopped_at_any_step_leaves_the_old_tables_or_the_new_ones() {
    let runtime = runtime();
    let seed = super::seed();
    let scene = runtime.block_on(Scene::prepare()).unwrap();
    let root = after_the_day(&runtime, &scene);
    let text = |root: &Path| {
        let db = Sqlite::open(&root.join(fire::DATA).join("hq.sqlite")).unwrap();
        runtime.block_on(db.views_text()).unwrap()
    };
    let right = text(root.path());
    fire::settle(&root.path().join(fire::DATA)).unwrap();
    let db = rusqlite::Connection::open(root.path().join(fire::DATA).join("hq.sqlite")).unwrap();
    db.execute_batch(
        "UPDATE inspections SET state = 'draft'; DELETE FROM blob_refs WHERE position = 0; DELETE FROM teams",
    )
    .unwrap();
    drop(db);
    let wrong = text(root.path());
    assert!(wrong != right);
    fire::settle(&root.path().join(fire::DATA)).unwrap();
    let rebuilt = Recorded::of(root, |root, beside| traced(root, beside, &["rebuild", "--data", fire::DATA]));
    let mut shelf = Shelf::new().unwrap();
    let (mut old, mut new) = (0, 0);
    let last = rebuilt.trace.ops.len();
    rebuilt.at(
        &rebuilt.honest,
        &rebuilt.places(60 * super::times()),
        |_| true,
        |place, disk| {
            for tree in [disk.cached(), disk.after(&mut Cut::new(seed ^ place as u64))] {
                let laid = shelf.lay_out(&tree, is_object).unwrap();
                let _ = std::fs::remove_file(laid.path().join(fire::DATA).join("hq.sqlite-shm"));
                let is = text(laid.path());
                assert!(is == wrong || is == right, "a mixture at {place} of {last} (seed {seed})");
                assert!(place < last || is == right, "the program said that it is done");
                (old, new) = (old + u32::from(is == wrong), new + u32::from(is == right));
            }
        },
    );
    assert!(old > 5 && new > 0, "{old} {new}");
    eprintln!(
        "a rebuild stopped {} times at {} file operations: {old} old, {new} new",
        old + new,
        rebuilt.trace.operations()
    );
}
