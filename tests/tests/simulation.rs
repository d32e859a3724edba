//! Worlds from seeds: the commit's two thousand, the failures of the past, and the planted bugs that prove that the oracle sees.

use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use xuncha_tests::simulation::bugs::Bug;
use xuncha_tests::simulation::counts::Counts;
use xuncha_tests::simulation::{live, live_many};

/// Seeds of every commit.
const SEEDS: u64 = 2_000;
/// Within so many seeds each planted bug is caught.
const WITHIN: u64 = 200;

fn threads() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}

#[test]
fn i1_to_i11_hold_in_every_world() {
    let (counts, fault) = live_many(0..SEEDS, threads(), &AtomicBool::new(false), &|_: &Counts| {});
    if let Some(fault) = fault {
        panic!("{fault}");
    }
    println!("{counts}");
    let all =
        [counts.hq_cuts, counts.phone_cuts, counts.restores, counts.copies, counts.ill, counts.compared, counts.healed];
    assert!(counts.seeds as u64 == SEEDS && all.iter().all(|n| *n > 0), "something never happened: {counts}");
}

/// Each line: a seed, and what it found.
#[test]
fn what_failed_once_holds() {
    let corpus = include_str!("simulation-corpus.txt");
    let lines = corpus.lines().filter(|line| !line.starts_with('#') && !line.trim().is_empty());
    let mut lived = 0;
    for line in lines {
        let seed = line.split_whitespace().next().and_then(|s| s.parse().ok()).expect("a line begins with its seed");
        if let Err(fault) = live(seed, None, false) {
            panic!("{fault}\n{line}");
        }
        lived += 1;
    }
    assert!(lived > 0, "the corpus is empty");
}

#[test]
fn a_seed_is_the_same_world_every_time() {
    for seed in [3, 9, 23] {
        let once = live(seed, None, false).unwrap_or_else(|fault| panic!("{fault}"));
        let again = live(seed, None, false).unwrap_or_else(|fault| panic!("{fault}"));
        assert_eq!(once, again, "seed {seed}");
    }
}

#[test]
fn every_planted_bug_is_caught() {
    let (next, caught) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
    std::thread::scope(|scope| {
        for _ in 0..threads() {
            scope.spawn(|| {
                while let Some(bug) = Bug::ALL.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let fault = (0..WITHIN).find_map(|seed| live(seed, Some(*bug), false).err());
                    caught.lock().unwrap().push((*bug, fault));
                }
            });
        }
    });
    let mut caught = caught.into_inner().unwrap();
    caught.sort_by_key(|(bug, _)| *bug);
    for (bug, fault) in &caught {
        match fault {
            Some(fault) => println!("{bug:?} → seed {}: {}", fault.seed, fault.what),
            None => println!("{bug:?} was not caught"),
        }
    }
    assert!(caught.len() >= 15 && caught.iter().all(|(_, fault)| fault.is_some()), "a planted bug was not caught");
}
