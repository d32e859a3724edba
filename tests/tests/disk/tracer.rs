//! The tracer itself: it sees everything, and what it is told to do happens.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::process::ExitStatusExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus};

use xuncha_tests::disk::phone::cuts::Day;
use xuncha_tests::disk::{Amount, Deed, Error, Honesty, Order, Trace, Tracer, When, scratch};

fn files(root: &Path, below: &Path, out: &mut BTreeMap<PathBuf, Option<Vec<u8>>>) {
    for entry in fs::read_dir(below).unwrap() {
        let entry = entry.unwrap();
        let path = entry.path();
        let name = path.strip_prefix(root).unwrap().to_owned();
        if entry.file_type().unwrap().is_dir() {
            out.insert(name, None);
            files(root, &path, out);
        } else {
            out.insert(name, Some(fs::read(&path).unwrap()));
        }
    }
}

#[test]
fn a_whole_day_played_back_gives_the_folder_byte_for_byte() {
    let day = Day::live(super::seed()).unwrap();
    let mut platter = day.platter(Honesty::Honest, 0).unwrap();
    for op in &day.trace.ops {
        platter.play(op).unwrap();
    }
    let mut there = BTreeMap::new();
    files(day.folder(), day.folder(), &mut there);
    let mut played: BTreeMap<_, _> =
        platter.cached().into_iter().map(|(path, b)| (path, b.map(|b| b.to_vec()))).collect();
    let mapped = day.trace.ops.iter().filter_map(|op| match &op.deed {
        Deed::Map { path } => path.strip_prefix(day.folder()).ok(),
        _ => None,
    });
    let mapped: Vec<&Path> = mapped.collect();
    assert!(mapped.iter().all(|path| path.ends_with("index.db-shm")), "{mapped:?}");
    let names = |all: &BTreeMap<PathBuf, Option<Vec<u8>>>| all.keys().cloned().collect::<Vec<_>>();
    assert_eq!(names(&played), names(&there));
    // Room without bytes is not played.
    there.remove(Path::new("reserve")).and(played.remove(Path::new("reserve")));
    for (path, bytes) in &there {
        assert!(played[path] == *bytes || mapped.contains(&path.as_path()), "{} differs", path.display());
    }
    // The step that enters the kernel without libc.
    let photo = |op: &&xuncha_tests::disk::Op| match &op.deed {
        Deed::Rename { to, .. } => to.to_string_lossy().contains("/vault/"),
        _ => false,
    };
    let (photos, operations) = (day.trace.ops.iter().filter(photo).count(), day.trace.operations());
    assert!(photos > 5 && operations > 300, "{operations} operations, {photos} of them photos that got their name");
    eprintln!("{operations} operations of a day seen, {} files and folders equal, {photos} photos named", there.len());
}

/// Writes two files in a shell, which makes four operations: open, write, open, write.
fn two_files(order: Order) -> (tempfile::TempDir, ExitStatus, Trace) {
    let folder = scratch().unwrap();
    let data = folder.path().join("data");
    let tracer = Tracer::over(&data).unwrap().recording(&folder.path().join("trace")).told(order);
    let script = r#"echo first > "$0/a"; echo second > "$0/b""#;
    let mut child = Command::new("sh");
    let child = child.envs(tracer.settings()).args(["-c", script]).arg(data.canonicalize().unwrap());
    let status = child.output().unwrap().status;
    let trace = Trace::read(&folder.path().join("trace")).unwrap();
    (folder, status, trace)
}

fn of(folder: &tempfile::TempDir, name: &str) -> Option<String> {
    fs::read_to_string(folder.path().join("data").join(name)).ok()
}

#[test]
fn an_operation_fails_once_or_from_then_on_wholly_half_or_only_in_words() {
    let text = |text: &str| Some(text.to_owned());
    let (dir, status, trace) = two_files(Order::Calm);
    assert_eq!((of(&dir, "a"), of(&dir, "b"), status.code()), (text("first\n"), text("second\n"), Some(0)));
    assert_eq!(trace.operations(), 4);
    let (dir, ..) = two_files(Order::fail(2, Error::Medium, Amount::Whole));
    assert_eq!((of(&dir, "a"), of(&dir, "b")), (text(""), text("second\n")));
    let (dir, _, trace) = two_files(Order::fail(2, Error::Medium, Amount::Done));
    assert_eq!((of(&dir, "a"), trace.ops[1].error, trace.ops[1].is_done()), (text("first\n"), Some(5), true));
    let (dir, _, trace) = two_files(Order::fail(2, Error::NoSpace, Amount::Short));
    assert_eq!((of(&dir, "a"), trace.ops[2].error), (text("fir"), Some(28)), "half, and then the failure");
    let (dir, status, _) = two_files(Order::fail_on(2, Error::Medium));
    assert_eq!((of(&dir, "a"), of(&dir, "b")), (text(""), None));
    assert_ne!(status.code(), Some(0));
}

#[test]
fn a_process_is_killed_before_within_and_after_an_operation() {
    let first = |when| {
        let (dir, status, _) = two_files(Order::kill(2, when));
        assert_eq!((status.signal(), of(&dir, "b")), (Some(9), None), "{when:?}");
        of(&dir, "a").unwrap()
    };
    assert_eq!([When::Before, When::Torn, When::After].map(first), ["", "fir", "first\n"]);
}
