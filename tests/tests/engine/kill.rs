//! Killed at random instants: a child works on a real folder and says what was acknowledged; after each SIGKILL the folder is
//! opened again. Nothing that was acknowledged may be gone. `XUNCHA_SEED` repeats a run, `XUNCHA_TIMES` multiplies it.

use std::collections::BTreeSet;
use std::path::Path;
use std::time::{Duration, Instant};

use xuncha_tests::alone::{Office, PIN, Phone, keys_of};
use xuncha_tests::victim::{Child, Random, Said, times};

/// Starts a child and kills it after a random while, sometimes before it has unlocked.
fn kill_one(data: &Path, random: &mut Random, early: bool, said: &mut Said) {
    let arguments: &[&str] = if early { &["--early"] } else { &[] };
    let mut child = Child::start(data, random.below(u64::MAX), arguments);
    if early || random.below(8) > 0 {
        // Counted in acknowledgements, not in time: how far a child gets must not depend on how busy the machine is. The
        // moment after the last of them is anywhere within a step.
        for _ in 0..=random.below(7) {
            said.take(&child.hear().expect("the child came up and works"));
        }
        std::thread::sleep(Duration::from_micros(random.below(8_000)));
    } else {
        std::thread::sleep(Duration::from_micros(random.below(60_000)));
    }
    child.kill(said);
}

fn assert_no_damage(said: &Said) {
    // What a kill leaves: half a record, a photo without its entry.
    let left: BTreeSet<_> = ["feed.torn_tail", "vault.orphans"].map(str::to_owned).into();
    assert!(said.notices.is_subset(&left), "a kill is no damage: {:?}", said.notices);
}

#[tokio::test]
async fn i1_killed_three_hundred_times_at_random_instants_nothing_acknowledged_is_lost() {
    let mut random = Random::from_surroundings();
    let (mut kills, mut acknowledged, mut orphans) = (0, 0, 0);
    // A fresh folder now and then: the first moments of a phone are met too, and the chain stays short enough to walk.
    for _ in 0..times(6) {
        let dir = tempfile::tempdir().unwrap();
        Office::open().enrol(dir.path(), "alice");
        let mut said = Said::default();
        for round in 0..5 {
            for _ in 0..10 {
                kill_one(dir.path(), &mut random, false, &mut said);
                kills += 1;
            }
            let lost = said.lost(dir.path(), "alice", PIN).await;
            assert!(lost.is_empty(), "after {kills} kills, in round {round}: acknowledged and gone: {lost:?}");
        }
        assert_no_damage(&said);
        acknowledged += said.count();
        orphans += usize::from(said.notices.contains("vault.orphans"));
    }
    assert!(
        kills >= 300 && acknowledged > 450,
        "{kills} kills, {acknowledged} acknowledgements: too few to prove anything"
    );
    eprintln!(
        "{kills} kills in capture, {acknowledged} acknowledgements, none lost; orphaned photos in {orphans} folders"
    );
}

#[tokio::test]
async fn control_a_child_that_acknowledges_before_it_writes_is_caught_losing() {
    let mut random = Random::from_surroundings();
    let dir = tempfile::tempdir().unwrap();
    Office::open().enrol(dir.path(), "alice");
    let mut said = Said::default();
    for _ in 0..15 {
        kill_one(dir.path(), &mut random, true, &mut said);
    }
    let lost = said.lost(dir.path(), "alice", PIN).await;
    assert!(!lost.is_empty(), "{} early acknowledgements and no loss: this harness cannot fail", said.count());
}

/// Makes opening as much work as it can be: half a record at the end of the feed and of HQ's words, no index every other time.
fn spoil(data: &Path, random: &mut Random, round: usize) {
    let own = data.join("feeds").join(keys_of(data, "alice").feed_key().feed.to_string());
    for folder in [own, data.join("receipts")] {
        let segments = std::fs::read_dir(folder).unwrap().map(|f| f.unwrap().path());
        let last = segments.filter(|p| p.extension().is_some_and(|e| e == "seg")).max().unwrap();
        let mut bytes = std::fs::read(&last).unwrap();
        let torn: Vec<u8> = (0..1 + random.below(700)).map(|_| random.below(256) as u8).collect();
        bytes.extend(torn);
        std::fs::write(&last, bytes).unwrap();
    }
    if round.is_multiple_of(2) {
        for name in ["index.db", "index.db-wal", "index.db-shm"] {
            let _ = std::fs::remove_file(data.join(name));
        }
    }
}

#[tokio::test]
async fn i1_killed_inside_recovery_and_again_inside_the_next_one_nothing_acknowledged_is_lost() {
    let mut random = Random::from_surroundings();
    let dir = tempfile::tempdir().unwrap();
    Office::open().enrol(dir.path(), "alice");
    let mut said = Said::default();
    let (mut within, mut kills) = (0, 0);
    for round in 0..times(8) {
        // Something new each time, ended by a kill.
        let mut child = Child::start(dir.path(), random.below(u64::MAX), &[]);
        for _ in 0..6 {
            said.take(&child.hear().unwrap());
        }
        child.kill(&mut said);
        spoil(dir.path(), &mut random, round);
        // How long a recovery takes here and now, on a copy.
        let copy = tempfile::tempdir().unwrap();
        copy_folder(dir.path(), copy.path());
        let mut child = Child::start(copy.path(), 1, &[]);
        let begun = child.hear().map(|_| Instant::now()).unwrap();
        child.hear();
        let recovery = begun.elapsed();
        child.kill(&mut Said::default());
        for _ in 0..5 {
            let mut child = Child::start(dir.path(), random.below(u64::MAX), &[]);
            assert_eq!(child.hear().as_deref(), Some("opening"));
            std::thread::sleep(recovery.mul_f64(random.below(1000) as f64 / 1000.0));
            let mut heard = Said::default();
            child.kill(&mut heard);
            within += usize::from(heard.ready == 0);
            kills += 1;
            said.add(heard);
            spoil(dir.path(), &mut random, round);
        }
        let lost = said.lost(dir.path(), "alice", PIN).await;
        assert!(lost.is_empty(), "round {round}: acknowledged and gone: {lost:?}");
    }
    said.notices.remove("index.rebuilt");
    assert_no_damage(&said);
    assert!(within * 2 >= kills, "{within} of {kills} kills met a recovery: too few to prove anything");
    eprintln!("{kills} kills, {within} inside recovery, {} acknowledgements, none lost", said.count());
}

fn copy_folder(from: &Path, to: &Path) {
    let copied = std::process::Command::new("cp").args(["-a", "--sparse=always"]).arg(from.join(".")).arg(to).status();
    assert!(copied.unwrap().success());
}

#[tokio::test]
async fn a_second_process_is_told_in_words_and_the_folder_is_free_when_the_first_is_gone() {
    let dir = tempfile::tempdir().unwrap();
    Office::open().enrol(dir.path(), "alice");
    let mut said = Said::default();
    let mut child = Child::start(dir.path(), 7, &[]);
    for _ in 0..4 {
        said.take(&child.hear().unwrap());
    }
    let failure = Phone::locked(dir.path(), "alice").err().expect("somebody else works there");
    assert_eq!(failure.code, "disk.in_use");
    child.kill(&mut said);
    assert_eq!(said.lost(dir.path(), "alice", PIN).await, Vec::<String>::new());
}
