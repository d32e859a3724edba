//! I1, I2 and trap 5 when HQ's disk refuses: every kind of operation of every file failed, and no failed fsync believed.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::Command;

use xuncha_tests::disk::{Cut, Deed, Honesty, Platter, Shelf, Trace, Tracer, Tree, scratch};
use xuncha_tests::fire::faults::{Case, Manner, Operation, Report, operations};
use xuncha_tests::fire::{self, Acknowledged, Scene};
use xuncha_tests::program;

use super::hq::{is_object, runtime};
use super::times;

/// The operations of one day, and where it was lived.
pub(super) fn day(scene: &Scene, reads: bool) -> Vec<Operation> {
    // As deep below what is traced as a case: the name of HQ's own folder counts, too.
    let (traced, beside) = (scratch().unwrap(), scratch().unwrap());
    let (root, trace) = (traced.path().join("case"), beside.path().join("trace"));
    std::fs::create_dir(&root).unwrap();
    fire::copy_tree(scene.folder.path(), &root).unwrap();
    let mut tracer = Tracer::over(traced.path()).unwrap().recording(&trace).marking(&beside.path().join("marks"));
    if reads {
        tracer = tracer.reading_too();
    }
    let mut command = Command::new(program("xuncha-hq-victim").unwrap());
    let done = command.arg(&root).envs(tracer.settings()).output().unwrap();
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    let mut trace = Trace::read(&trace).unwrap();
    // Not what the process does as it ends: sometimes it is quicker than the threads that close the database.
    let last = trace.marks().last().map_or(0, |(at, _)| at);
    trace.ops.truncate(last);
    operations(&trace, &root).unwrap()
}

/// Every so many-th operation, and of each kind the first ones, the last ones, or neither; counted from 1.
pub(super) fn chosen(all: &[&Operation], every: usize, first: bool, last: bool) -> BTreeSet<u64> {
    let mut of_kind: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
    for (at, op) in all.iter().enumerate() {
        of_kind.entry(&op.what).or_insert((at, at)).1 = at;
    }
    let firsts = of_kind.values().map(|(at, _)| *at).filter(|_| first);
    let lasts = of_kind.values().map(|(_, at)| *at).filter(|_| last);
    firsts.chain(lasts).chain((0..all.len()).step_by(every.div_ceil(times()))).map(|at| at as u64 + 1).collect()
}

/// `xuncha-hq-victim` under a tracer; what it reports.
fn victim(root: &Path, tracer: &Tracer, args: &[&str]) -> Report {
    let mut command = Command::new(program("xuncha-hq-victim").unwrap());
    let done = command.arg(root).args(args).envs(tracer.settings()).env("RUST_LOG", "off").output().unwrap();
    assert!(done.status.success(), "{args:?}: {}", String::from_utf8_lossy(&done.stderr));
    serde_json::from_slice(&done.stdout).unwrap()
}

/// Fails these operations in a child of their own.
fn fail(scene: &Scene, cases: &[Case], reads: bool) -> Report {
    let folder = scratch().unwrap();
    let (root, marks) = (folder.path().join("root"), folder.path().join("marks"));
    let mut tracer = Tracer::over(&root).unwrap().marking(&marks);
    if reads {
        tracer = tracer.reading_too();
    }
    let cases = serde_json::to_string(cases).unwrap();
    victim(&root.canonicalize().unwrap(), &tracer, &["faults", scene.folder.path().to_str().unwrap(), &cases])
}

#[test]
fn i1_i2_any_file_operation_of_hq_fails_and_nothing_acknowledged_is_lost_and_the_day_comes_to_its_end() {
    let scene = runtime().block_on(Scene::prepare()).unwrap();
    let all = day(&scene, false);
    let mut cases: Vec<Case> = Vec::new();
    for manner in Manner::ALL {
        let able: Vec<&Operation> = all.iter().filter(|op| op.room || !manner.of_room()).collect();
        let numbers = match manner {
            Manner::Once => chosen(&able, 6, true, true),
            Manner::NoRoomOnce | Manner::ForGood => chosen(&able, 24, true, false),
            Manner::NoRoomForGood | Manner::Short | Manner::Done => chosen(&able, 24, false, false),
        };
        let numbers = numbers.into_iter().enumerate();
        cases.extend(numbers.map(|(n, operation)| Case { manner, operation, killed: n % 2 == 0 }));
    }
    let mut report = fail(&scene, &cases, false);
    let reading = day(&scene, true);
    let reads: Vec<u64> = reading.iter().filter(|op| op.what.starts_with("read")).map(|op| op.number).collect();
    let step = (reads.len() / 20 / times()).max(1);
    let reads = reads.iter().step_by(step).enumerate();
    let reads = reads.map(|(n, at)| Case { manner: Manner::Once, operation: *at, killed: n % 2 == 0 });
    report.add(fail(&scene, &reads.collect::<Vec<_>>(), true));
    eprintln!("{report}; unheard: {:?}", report.unheard);
    assert!(report.broken.is_empty(), "{:#?}", report.broken);
    let kinds: BTreeSet<&str> = all.iter().map(|op| op.what.as_str()).collect();
    let missing: Vec<_> = kinds.iter().filter(|kind| !report.failed.contains_key(**kind)).collect();
    assert!(missing.is_empty(), "never failed: {missing:?}");
    let total = report.total();
    assert!(total > 250 && report.missed * 20 < total, "{} missed: {report}", report.missed);
    assert!(report.after_a_word * 2 > total && report.refusals() > total / 2, "{report}");
    assert!(report.went_on > total / 4 && report.killed > total / 4 && report.not_started > 5, "{report}");
    let codes: BTreeSet<&str> = report.refused.keys().filter_map(|code| code.split(' ').next_back()).collect();
    assert!(["disk.error", "disk.full", "hq.database"].iter().all(|code| codes.contains(code)), "{codes:?}");
}

/// The part of a tree in which a case lies.
pub(super) fn of_case(tree: &Tree) -> Tree {
    let inside = tree.iter().filter_map(|(path, bytes)| Some((path.strip_prefix("case").ok()?, bytes)));
    inside.filter(|(path, _)| !path.as_os_str().is_empty()).map(|(path, b)| (path.to_owned(), b.clone())).collect()
}

/// What power cuts found after syncs had failed.
struct Found {
    report: Report,
    cuts: usize,
    wrong: Vec<String>,
}

/// Fails each of these syncs once in a day, and cuts the power at the first word after it and at the end.
fn cut_after(scene: &Scene, syncs: &[u64], hidden: bool, seed: u64) -> Found {
    let runtime = runtime();
    let folder = scratch().unwrap();
    let (root, trace) = (folder.path().join("root"), folder.path().join("trace"));
    let tracer = Tracer::over(&root).unwrap().recording(&trace).marking(&folder.path().join("marks"));
    let root = root.canonicalize().unwrap();
    let numbers = serde_json::to_string(syncs).unwrap();
    let mut args = vec!["failed-syncs", scene.folder.path().to_str().unwrap(), &numbers];
    args.extend(hidden.then_some("--hidden"));
    let report = victim(&root, &tracer, &args);
    let trace = Trace::read(&trace).unwrap();
    let mut platter = Platter::empty(&root, Honesty::Honest, seed).unwrap();
    let mut shelf = Shelf::new().unwrap();
    let (mut sync, mut said, mut failed, mut cuts) = (String::new(), Vec::<String>::new(), 0, 0);
    let mut found = Found { report, cuts: 0, wrong: Vec::new() };
    for op in &trace.ops {
        platter.play(op).unwrap();
        let line = match &op.deed {
            Deed::Sync { .. } | Deed::SyncFolder { .. } if op.error.is_some() => {
                // Names are there or not; bytes that were not synced are mostly seen to be missing.
                (failed, cuts) = (1, if matches!(op.deed, Deed::SyncFolder { .. }) { 5 } else { 1 });
                continue;
            }
            Deed::Mark(line) => line,
            _ => continue,
        };
        if let Some(number) = line.strip_prefix("settled ") {
            // The copy is not what is being tried.
            platter.settle_all();
            (sync, said, failed) = (number.to_owned(), Vec::new(), 0);
        }
        said.extend(line.strip_prefix("word ").map(ToOwned::to_owned));
        let ended = line == "end";
        if failed == 0 || !(ended || (failed == 1 && line.starts_with("word "))) {
            continue;
        }
        failed += 1;
        let acknowledged = Acknowledged::of(said.iter().map(String::as_str)).unwrap();
        for n in 0..cuts * times() as u64 {
            let cut = seed ^ (found.cuts as u64) << 20 ^ n;
            let laid = shelf.lay_out(&of_case(&platter.after(&mut Cut::new(cut))), is_object).unwrap();
            found.cuts += 1;
            // The whole day again is dear: every eighth time.
            let whole = ended && !hidden && found.cuts.is_multiple_of(8);
            let judged = runtime.block_on(async {
                match whole {
                    true => fire::judge(laid.path(), &acknowledged).await,
                    false => fire::stands(laid.path(), &acknowledged).await.map(drop),
                }
            });
            if let Err(why) = judged {
                found.wrong.push(format!("sync {sync}, cut {cut} after {} words: {why:#}", said.len()));
            }
        }
    }
    found
}

#[test]
fn i2_trap_5_no_failed_fsync_of_hq_is_believed_and_what_is_acknowledged_after_it_survives_a_cut() {
    let seed = super::seed();
    let scene = runtime().block_on(Scene::prepare()).unwrap();
    let all = day(&scene, false);
    let syncs: Vec<&Operation> = all.iter().filter(|op| op.what.starts_with("sync")).collect();
    let kinds: BTreeSet<&str> = syncs.iter().filter_map(|op| op.what.split(' ').nth(1)).collect();
    let numbers: Vec<u64> = chosen(&syncs, 1, false, false).into_iter().collect();
    let found = cut_after(&scene, &numbers, false, seed);
    let few: Vec<u64> = chosen(&syncs, 5, false, false).into_iter().collect();
    let control = cut_after(&scene, &few, true, seed);
    let (report, unheard) = (&found.report, &found.report.unheard);
    eprintln!(
        "{} syncs of HQ failed ({} kinds of file), {} refusals ({:?}), {} concerned nobody ({unheard:?}); {} power cuts after the work \
         that followed: {} lost something. The control that does not look at the answer of a sync loses in {} of {} cuts",
        numbers.len(),
        report.failed.len(),
        report.refusals(),
        report.refused,
        unheard.values().sum::<usize>(),
        found.cuts,
        found.wrong.len(),
        control.wrong.len(),
        control.cuts
    );
    assert!(found.wrong.is_empty(), "{:#?}", found.wrong);
    assert!(report.missed * 10 < numbers.len() && found.cuts > numbers.len(), "{report}");
    let missing: Vec<_> = kinds.iter().filter(|kind| !report.failed.contains_key(**kind)).collect();
    assert!(missing.is_empty(), "never failed: {missing:?}");
    assert!(control.wrong.len() > 2 && control.report.refusals() == 0, "the control loses {:?}", control.wrong);
}
