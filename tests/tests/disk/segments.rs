//! I1 where a feed begins a new segment file.

use std::process::Command;

use xuncha_tests::disk::phone::segments;
use xuncha_tests::disk::{Cut, Honesty, Order, Platter, Shelf, Trace, Tracer, When, scratch};
use xuncha_tests::simulation::chance::Chance;

use super::{seed, times};

struct Written {
    folder: tempfile::TempDir,
}

impl Written {
    fn new() -> Self {
        Self { folder: scratch().unwrap() }
    }
    /// Goes on with the feed in a child of its own; the trace goes on too. Answers whether the child came to its end.
    fn go_on(&self, writes: usize, order: Order) -> bool {
        let (data, trace) = (self.folder.path().join("data"), self.folder.path().join("trace"));
        let tracer = Tracer::over(&data).unwrap().recording(&trace).marking(&self.folder.path().join("marks"));
        let mut child = Command::new(env!("CARGO_BIN_EXE_xuncha-scripted"));
        child.envs(tracer.told(order).settings()).arg("segments").arg(data.canonicalize().unwrap());
        child.args(["--writes", &writes.to_string()]).status().unwrap().success()
    }
    fn trace(&self) -> Trace {
        Trace::read(&self.folder.path().join("trace")).unwrap()
    }
    /// Cuts the power at so many places from `from` on. Answers how many cuts found two segments, and what was lost.
    fn cut(&self, from: usize, cuts: usize, seed: u64) -> (usize, Vec<String>) {
        let trace = self.trace();
        let root = self.folder.path().join("data").canonicalize().unwrap();
        let mut chance = Chance::new(seed);
        let mut places: Vec<usize> = (0..cuts).map(|_| from + chance.below(trace.ops.len() - from + 1)).collect();
        places.sort_unstable();
        let (mut platter, mut shelf) = (Platter::empty(&root, Honesty::Honest, seed).unwrap(), Shelf::new().unwrap());
        let (mut played, mut two, mut lost) = (0, 0, Vec::new());
        for place in places {
            trace.ops[played..place].iter().for_each(|op| platter.play(op).unwrap());
            played = place;
            let said =
                trace.marks().take_while(|(at, _)| *at < place).filter_map(|(_, line)| line.strip_prefix("done "));
            let acknowledged: u64 = said.last().map_or(0, |n| n.parse().unwrap());
            let cut = chance.draw();
            let laid = shelf.lay_out(&platter.after(&mut Cut::new(cut)), |_| false).unwrap();
            match segments::count(laid.path()) {
                Ok((there, files)) if there >= acknowledged => two += usize::from(files > 1),
                other => lost.push(format!("cut at {place} (seed {cut}): {acknowledged} acknowledged, {other:?}")),
            }
        }
        (two, lost)
    }
}

#[test]
fn i1_power_cut_around_a_new_segment_nothing_acknowledged_is_lost() {
    let seed = seed();
    let written = Written::new();
    assert!(written.go_on(20, Order::Calm));
    let operations = written.trace().ops.len();
    let (two, lost) = written.cut(operations * 3 / 4, 40 * times(), seed);
    eprintln!("{} cuts, {two} found two segments, {} lost something", 40 * times(), lost.len());
    assert!(lost.is_empty(), "{lost:#?}");
    assert!(two > 5, "{two}");
}

#[test]
fn i1_killed_around_a_new_segment_and_then_the_power_cut_nothing_acknowledged_is_lost() {
    let seed = seed();
    let before = Written::new();
    assert!(before.go_on(20, Order::Calm));
    // The operation that gives the second segment its name.
    let trace = before.trace();
    let mut renames = trace.ops.iter().filter(|op| matches!(op.deed, xuncha_tests::disk::Deed::Rename { .. }));
    let named = renames.next_back().unwrap().number;
    let (mut cuts, mut lost) = (0, Vec::new());
    // Before each: of the second file's creation, of the steps until it has its name for good, of the first write into it.
    for number in named - 2..=named + 3 {
        let written = Written::new();
        assert!(!written.go_on(20, Order::kill(number, When::Before)), "it was killed");
        let from = written.trace().ops.len();
        assert!(written.go_on(2, Order::Calm), "it opens after a kill before operation {number}");
        let found = written.cut(from, 8 * times(), seed + number).1;
        cuts += 8 * times();
        lost.extend(found.into_iter().map(|why| format!("killed before operation {number}: {why}")));
    }
    eprintln!("{cuts} cuts after kills around a new segment, {} lost something", lost.len());
    assert!(lost.is_empty(), "{lost:#?}");
}
