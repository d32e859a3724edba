//! I1 when the disk refuses: every operation of every verb failed, and no failed fsync believed afterwards.

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

use xuncha_tests::disk::phone::faults::Report;
use xuncha_tests::disk::phone::{Contents, Found};
use xuncha_tests::disk::{Cut, Deed, Honesty, Platter, Shelf, Trace, Tracer, Tree, scratch};
use xuncha_tests::simulation::chance::Chance;

use super::{seed, times};

#[test]
fn i1_every_operation_of_every_verb_failed_is_answered_in_words_and_loses_nothing() {
    let folder = scratch().unwrap();
    let (data, marks) = (folder.path().join("data"), folder.path().join("marks"));
    let tracer = Tracer::over(&data).unwrap().marking(&marks);
    let mut child = Command::new(env!("CARGO_BIN_EXE_xuncha-scripted"));
    let child = child.envs(tracer.settings()).arg("faults").arg(data.canonicalize().unwrap());
    let output = child.args(["--every", if times() > 1 { "1" } else { "5" }]).output().unwrap();
    let said = std::fs::read_to_string(&marks).unwrap();
    let last = said.lines().rfind(|line| line.starts_with("case")).unwrap_or("before the first case");
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "the child fell in {last}: {}\n{errors}", output.status);
    let report: Report = serde_json::from_slice(&output.stdout).unwrap();
    eprintln!("{report}");
    assert!(report.broken.is_empty(), "{:#?}", report.broken);
    assert!(report.failed.len() == 10 && report.total() > 400 && report.answered > 10, "{report}");
}

/// The part of a tree below a folder.
fn below(tree: &Tree, folder: &str) -> Tree {
    let inside = tree.iter().filter_map(|(path, bytes)| Some((path.strip_prefix(folder).ok()?, bytes)));
    inside.filter(|(path, _)| !path.as_os_str().is_empty()).map(|(path, b)| (path.to_owned(), b.clone())).collect()
}

#[test]
fn trap_5_a_failed_fsync_is_never_tried_again_and_what_is_shown_after_opening_anew_survives_a_cut() {
    let seed = seed();
    let folder = scratch().unwrap();
    let (data, trace) = (folder.path().join("data"), folder.path().join("trace"));
    let tracer = Tracer::over(&data).unwrap().recording(&trace).marking(&folder.path().join("marks"));
    let root = data.canonicalize().unwrap();
    let mut child = Command::new(env!("CARGO_BIN_EXE_xuncha-scripted"));
    let output = child.envs(tracer.settings()).arg("failed-syncs").arg(&root).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let trace = Trace::read(&trace).unwrap();

    let mut platter = Platter::empty(&root, Honesty::Honest, seed).unwrap();
    let (mut chance, mut shelf) = (Chance::new(seed), Shelf::new().unwrap());
    let mut case: Option<(String, String)> = None;
    let mut due: Option<Contents> = None;
    // Files whose sync failed, until they are opened again.
    let mut failed: BTreeSet<u64> = BTreeSet::new();
    let (mut syncs, mut kills, mut cuts, mut wrong) = (BTreeMap::<String, usize>::new(), 0, 0, Vec::new());
    for op in &trace.ops {
        platter.play(op).unwrap();
        let Some((name, story)) = &case else {
            if let Deed::Mark(line) = &op.deed
                && let Some(line) = line.strip_prefix("settled ")
            {
                // The copy that the case works on is not what is being tried.
                platter.settle_all();
                failed.clear();
                let (name, story) = line.split_once(' ').unwrap();
                case = Some((name.to_owned(), story.to_owned()));
                let laid = shelf.lay_out(&below(&platter.cached(), name), |_| false).unwrap();
                let Found::Phone(contents) = Contents::read(laid.path()) else { panic!("{name} does not open") };
                due = Some(*contents);
            }
            continue;
        };
        match &op.deed {
            Deed::Sync { inode } if op.error.is_some() => {
                *syncs.entry(story.split(' ').next().unwrap().to_owned()).or_default() += 1;
                kills += usize::from(story.ends_with(" killed"));
                failed.insert(*inode);
            }
            Deed::Sync { inode } if failed.contains(inode) => {
                wrong.push(format!("{story}: a sync that failed was tried again"));
            }
            Deed::Open { inode, .. } => {
                failed.remove(inode);
            }
            Deed::Mark(line) if line.starts_with("done") => {
                let laid = shelf.lay_out(&below(&platter.cached(), name), |_| false).unwrap();
                due = match Contents::read(laid.path()) {
                    Found::Phone(contents) => Some(*contents),
                    other => panic!("{story} does not open: {other:?}"),
                };
            }
            Deed::Mark(line) if line == "end" => {
                for _ in 0..3 * times() {
                    let cut = chance.draw();
                    let tree = below(&platter.after(&mut Cut::new(cut)), name);
                    cuts += 1;
                    let laid = shelf.lay_out(&tree, |path| path.starts_with("packs")).unwrap();
                    match (Contents::read(laid.path()), &due) {
                        (Found::Phone(found), Some(due)) => {
                            let missing = due.missing_in(&found);
                            if !missing.is_empty() {
                                wrong.push(format!("{story}, cut {cut}: {}", missing.join(", ")));
                            }
                        }
                        (other, _) => wrong.push(format!("{story}, cut {cut}: {other:?}")),
                    }
                }
                case = None;
            }
            _ => {}
        }
    }
    let total: usize = syncs.values().sum();
    eprintln!(
        "{total} syncs failed ({syncs:?}), the app was killed at {kills} of them; {cuts} power cuts after the work that followed, {} wrong",
        wrong.len()
    );
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert!(syncs.len() >= 9 && total > 60 && kills * 3 > total, "{syncs:?}, {kills} kills");
}
