//! I1, I2 and trap 5 across a kill: what a process wrote and could not sync is read by the next one, and is on no disk.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

use tempfile::TempDir;
use xuncha_tests::disk::{Cut, Deed, Honesty, Op, Platter, Shelf, Trace, Tracer, scratch};
use xuncha_tests::fire::faults::operations;
use xuncha_tests::fire::taken_over::{Case, Killed};
use xuncha_tests::fire::{self, Acknowledged, Scene};
use xuncha_tests::program;
use xuncha_tests::simulation::chance::Chance;

use super::hq::{is_object, runtime};
use super::hq_faults::{chosen, day, of_case};
use super::times;

/// What HQ left in one process and took over in another, operation by operation.
struct Story {
    cases: Vec<Case>,
    killed: Killed,
    root: PathBuf,
    trace: Trace,
    _folder: TempDir,
}

impl Story {
    fn live(scene: &Scene, cases: Vec<Case>) -> Self {
        let folder = scratch().unwrap();
        let (root, trace) = (folder.path().join("root"), folder.path().join("trace"));
        let tracer = Tracer::over(&root).unwrap().recording(&trace).marking(&folder.path().join("marks"));
        let numbers = serde_json::to_string(&cases).unwrap();
        let mut command = Command::new(program("xuncha-hq-victim").unwrap());
        let args = ["killed-at-syncs", scene.folder.path().to_str().unwrap(), &numbers];
        let root = root.canonicalize().unwrap();
        let done = command.arg(&root).args(args).envs(tracer.settings()).env("RUST_LOG", "off").output().unwrap();
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
        let (killed, trace) = (serde_json::from_slice(&done.stdout).unwrap(), Trace::read(&trace).unwrap());
        Self { cases, killed, root, trace, _folder: folder }
    }

    /// The first sync of each kind of file that a new HQ makes, and that of the last key's name, after which nobody syncs that folder.
    fn founding(scene: &Scene) -> BTreeSet<u64> {
        let story = Self::live(scene, vec![Case { sync: u64::MAX, more: 0, founding: true }]);
        let place = |what: &str| story.trace.marks().find(|(_, line)| line.starts_with(what)).unwrap().0;
        let ops = story.trace.ops[place("settled")..place("end")].to_vec();
        let all = operations(&Trace { ops }, &story.root.join("case")).unwrap();
        let syncs: Vec<_> = all.iter().filter(|op| op.what.starts_with("sync")).collect();
        let last = syncs.iter().rposition(|op| op.what.ends_with("data/keys")).unwrap();
        let last_name = if syncs[last - 1].what.ends_with("data/keys") { last - 1 } else { last };
        chosen(&syncs, syncs.len(), true, false).into_iter().chain([last_name as u64 + 1]).collect()
    }

    fn file(&self, case: usize) -> &str {
        self.killed.files[case].as_deref().unwrap_or_default()
    }
}

/// What power cuts found.
#[derive(Default)]
struct Found {
    cuts: usize,
    /// Cuts after somebody had heard something.
    after_a_word: usize,
    /// Files that were on the disk otherwise than the second process found them, by kind.
    forgotten: BTreeMap<String, usize>,
    wrong: Vec<(usize, String)>,
}

/// The second process copies inside the kernel, or only syncs: what it writes again is what the disk has, not what it read.
#[derive(Default)]
struct Careless {
    paths: HashMap<u64, PathBuf>,
    /// What the disk had at the kill, and how long the second process finds it.
    forgotten: Vec<(PathBuf, Arc<Vec<u8>>, usize)>,
}

impl Careless {
    fn killed(&mut self, platter: &Platter) {
        let (cached, forgotten) = (platter.cached(), platter.forgotten());
        let length = |path: &Path| cached[path].as_ref().map_or(0, |bytes| bytes.len());
        self.forgotten =
            forgotten.into_iter().filter_map(|(path, was)| Some((path.clone(), was?, length(&path)))).collect();
    }
    fn hear(&mut self, op: &Op) -> Op {
        let mut op = op.clone();
        match &mut op.deed {
            Deed::Open { path, inode, .. } => drop(self.paths.insert(*inode, path.clone())),
            Deed::Write { inode, at, bytes } => {
                let path = self.paths.get(inode).map_or(Path::new(""), PathBuf::as_path);
                let copied = path.to_str().and_then(|path| path.strip_suffix(".part")).map_or(path, Path::new);
                let at = usize::try_from(*at).unwrap();
                let of = self.forgotten.iter().find(|(kept, _, length)| copied.ends_with(kept) && at < *length);
                if let Some((_, was, _)) = of {
                    *bytes = was[at.min(was.len())..(at + bytes.len()).min(was.len())].into();
                }
            }
            _ => {}
        }
        op
    }
}

/// Cuts the power somewhere in what the second process does, at each word that it gives, at its end and after it let go.
fn cut(story: &Story, careless: bool, seed: u64) -> Found {
    let runtime = runtime();
    let mut chance = Chance::new(seed);
    let mut shelf = Shelf::new().unwrap();
    let mut platter = Platter::empty(&story.root, Honesty::Honest, seed).unwrap();
    let mut found = Found::default();
    let (mut said, mut case, mut second) = (Vec::<String>::new(), 0, false);
    let mut listener = Careless::default();
    // Places of the trace at which the power goes, beside the words.
    let mut places: Vec<usize> = Vec::new();
    let marks: Vec<(usize, &str)> = story.trace.marks().collect();
    for (at, op) in story.trace.ops.iter().enumerate() {
        let heard = listener.hear(op);
        platter.play(if careless && second { &heard } else { op }).unwrap();
        let mut due = places.contains(&at);
        if let Deed::Mark(line) = &op.deed {
            if line.starts_with("settled ") {
                // The copy is not what is being tried.
                platter.settle_all();
                (said, second) = (Vec::new(), false);
            }
            said.extend(line.strip_prefix("word ").map(ToOwned::to_owned));
            if line == "killed" {
                second = true;
                listener.killed(&platter);
                for (path, ..) in &listener.forgotten {
                    // A part has another name each time, and so has a database in a backup.
                    let name = path.file_name().unwrap().to_string_lossy();
                    let part = path.parent().is_some_and(|folder| folder.ends_with("parts"));
                    let kind =
                        if part { "part of an upload" } else { name.rsplit_once('.').map_or("", |(_, kind)| kind) };
                    *found.forgotten.entry(kind.to_owned()).or_default() += 1;
                }
                let word = marks.iter().find(|(mark, line)| *mark > at && line.starts_with("word ")).unwrap().0;
                let closed = marks.iter().find(|(mark, line)| *mark > at && *line == "closed").unwrap().0;
                // What it takes over is the first that it does.
                let first = at + 1 + chance.below((word - at - 1).min(12));
                places = vec![first, at + chance.below(word - at), word + chance.below(closed - word)];
            }
            due |= second && (line.starts_with("word ") && chance.below(3) == 0 || line == "end" || line == "closed");
            due &= line != "killed";
        }
        if due && story.killed.files[case].is_some() {
            for _ in 0..times() {
                let cut = chance.draw();
                let laid = shelf.lay_out(&of_case(&platter.after(&mut Cut::new(cut))), is_object).unwrap();
                found.cuts += 1;
                found.after_a_word += usize::from(!said.is_empty());
                let stands = runtime.block_on(async {
                    match (story.cases[case].founding, said.last()) {
                        (true, None) => Ok(()),
                        (true, Some(word)) => fire::taken_over::stands(laid.path(), &word["founded ".len()..]).await,
                        (false, _) => {
                            let said = Acknowledged::of(said.iter().map(String::as_str)).unwrap();
                            fire::stands(laid.path(), &said).await.map(drop)
                        }
                    }
                });
                if let Err(why) = stands {
                    let place = if let Deed::Mark(line) = &op.deed { line.clone() } else { format!("{:?}", op.number) };
                    let what = format!("{:?} of {}, cut {cut} at {place}", story.cases[case], story.file(case));
                    found.wrong.push((case, format!("{what} after {} words: {why:#}", said.len())));
                }
            }
        }
        if matches!(&op.deed, Deed::Mark(line) if line == "closed") {
            case += 1;
        }
    }
    found
}

#[test]
fn i1_i2_trap_5_what_a_killed_hq_could_not_sync_is_written_again_before_it_is_believed() {
    let seed = super::seed();
    let scene = runtime().block_on(Scene::prepare()).unwrap();
    let all = day(&scene, false);
    let syncs: Vec<_> = all.iter().filter(|op| op.what.starts_with("sync")).collect();
    // Three more are made when HQ lets go: the log is taken into the database.
    let numbers = chosen(&syncs, 2, true, true).into_iter().chain((1..=3).map(|n| syncs.len() as u64 + n));
    let mut cases: Vec<Case> =
        numbers.enumerate().map(|(n, sync)| Case { sync, more: [0, 0, 2, 0, 5][n % 5], founding: false }).collect();
    cases.extend(Story::founding(&scene).into_iter().map(|sync| Case { sync, more: 0, founding: true }));
    let story = Story::live(&scene, cases);
    let found = cut(&story, false, seed);
    let control = cut(&story, true, seed);
    let mut files: BTreeMap<&str, usize> = BTreeMap::new();
    for n in 0..story.cases.len() {
        *files.entry(story.file(n)).or_default() += 1;
    }
    let missed = files.remove("").unwrap_or_default();
    eprintln!(
        "HQ was killed at {} failed syncs ({files:?}; {missed} missed) and another went on, which found files that were not on the disk \
         {:?}; {} power cuts, {} of them after a word: {} lost something. The control that writes again what the disk has, and not \
         what it read, loses in {} of {}",
        files.values().sum::<usize>(),
        found.forgotten,
        found.cuts,
        found.after_a_word,
        found.wrong.len(),
        control.wrong.len(),
        control.cuts
    );
    assert!(found.wrong.is_empty(), "{:#?}", found.wrong);
    assert!(missed * 10 < story.cases.len() && files.len() > 20, "{missed} missed of {files:?}");
    assert!(found.cuts > 300 && found.after_a_word * 4 > found.cuts * 3, "{} of {}", found.after_a_word, found.cuts);
    let forgotten = |kind: &str| found.forgotten.get(kind).copied().unwrap_or_default();
    assert!(forgotten("sqlite-wal") > 2 && forgotten("part of an upload") > 0, "{:?}", found.forgotten);
    assert!(control.wrong.len() > 10, "the control loses {:#?}", control.wrong);
}
