//! Killed at random instants: a child works on a real folder and says what was acknowledged; after each SIGKILL the folder is
//! opened again. Nothing that was acknowledged may be gone. `XUNCHA_SEED` repeats a run.

use std::collections::BTreeSet;
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use serde_json::json;
use xuncha_tests::alone::{Office, Phone, own_frames};

/// What the children said was safe.
#[derive(Default)]
struct Acknowledged {
    texts: BTreeSet<String>,
    entries: BTreeSet<String>,
    photos: BTreeSet<String>,
    notices: BTreeSet<String>,
}

impl Acknowledged {
    fn count(&self) -> usize {
        self.texts.len() + self.entries.len() + self.photos.len()
    }

    fn take(&mut self, line: &str) {
        let (kind, what) = line.split_once(' ').unwrap_or((line, ""));
        let set = match kind {
            "ready" => {
                self.notices.extend(what.split_whitespace().map(str::to_owned));
                return;
            }
            "text" => &mut self.texts,
            "entry" => &mut self.entries,
            "photo" => &mut self.photos,
            other => panic!("the child said {other:?}"),
        };
        if !what.is_empty() {
            set.insert(what.to_owned());
        }
    }

    /// What is gone. Looks into the feed files themselves, then asks the engine for every photo's bytes.
    async fn lost(&self, data: &Path) -> Vec<String> {
        let frames = own_frames(data, "alice");
        let ids: BTreeSet<String> = frames.iter().map(|f| f.id().to_string()).collect();
        let all: String = frames.iter().filter_map(|f| f.payload_bytes()).map(String::from_utf8_lossy).collect();
        let mut lost: Vec<String> = self.entries.difference(&ids).map(|id| format!("entry {id}")).collect();
        lost.extend(self.texts.iter().filter(|t| !all.contains(&format!("\"{t}\""))).map(|t| format!("text {t}")));
        let phone = Phone::open(data, "alice").await.expect("the folder opens after every kill");
        for photo in &self.photos {
            let verified = phone.ask("verify_evidence", json!({ "blob": photo })).await;
            if verified["intact"] != true || !all.contains(photo.as_str()) {
                lost.push(format!("photo {photo}"));
            }
        }
        lost
    }
}

struct Random(u64);
impl Random {
    fn below(&mut self, n: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % n
    }
}

/// Starts a child and kills it after a random while, sometimes before it has unlocked.
fn kill_one(data: &Path, random: &mut Random, early: bool, said: &mut Acknowledged) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_xuncha-victim"));
    command.arg(data).args(["--seed", &random.below(u64::MAX).to_string()]).stdout(Stdio::piped());
    if early {
        command.arg("--early");
    }
    let mut child = command.spawn().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    if early || random.below(8) > 0 {
        // Counted in acknowledgements, not in time: how far a child gets must not depend on how busy the machine is. The
        // moment after the last of them is anywhere within a step.
        for _ in 0..=random.below(6) {
            said.take(&lines.next().expect("the child came up and works").unwrap());
        }
        std::thread::sleep(Duration::from_micros(random.below(8_000)));
    } else {
        std::thread::sleep(Duration::from_micros(random.below(60_000)));
    }
    child.kill().unwrap();
    lines.map_while(Result::ok).for_each(|line| said.take(&line));
    let status = child.wait().unwrap();
    assert_eq!(std::os::unix::process::ExitStatusExt::signal(&status), Some(9), "the child fell by itself: {status}");
}

fn seed() -> u64 {
    let given = std::env::var("XUNCHA_SEED").ok().and_then(|s| s.parse().ok());
    let seed = given.unwrap_or_else(|| u64::from(std::process::id()) << 20 | 0x0BAD_5EED);
    eprintln!("XUNCHA_SEED={seed}");
    seed
}

#[tokio::test]
async fn i1_killed_two_hundred_times_at_random_instants_nothing_acknowledged_is_lost() {
    let mut random = Random(seed() | 1);
    let (mut kills, mut acknowledged) = (0, 0);
    // A fresh folder now and then: the first moments of a phone are met too, and the chain stays short enough to walk.
    for _ in 0..5 {
        let dir = tempfile::tempdir().unwrap();
        Office::open().enrol(dir.path(), "alice");
        let mut said = Acknowledged::default();
        for round in 0..4 {
            for _ in 0..10 {
                kill_one(dir.path(), &mut random, false, &mut said);
                kills += 1;
            }
            let lost = said.lost(dir.path()).await;
            assert!(lost.is_empty(), "after {kills} kills, in round {round}: acknowledged and gone: {lost:?}");
        }
        let torn_only = BTreeSet::from(["feed.torn_tail".to_owned()]);
        assert!(said.notices.is_subset(&torn_only), "a kill is no damage: {:?}", said.notices);
        acknowledged += said.count();
    }
    assert!(
        kills >= 200 && acknowledged > 300,
        "{kills} kills, {acknowledged} acknowledgements: too few to prove anything"
    );
    eprintln!("{kills} kills, {acknowledged} acknowledgements, none lost");
}

#[tokio::test]
async fn control_a_child_that_acknowledges_before_it_writes_is_caught_losing() {
    let mut random = Random(seed() | 1);
    let dir = tempfile::tempdir().unwrap();
    Office::open().enrol(dir.path(), "alice");
    let mut said = Acknowledged::default();
    for _ in 0..15 {
        kill_one(dir.path(), &mut random, true, &mut said);
    }
    let lost = said.lost(dir.path()).await;
    assert!(!lost.is_empty(), "{} early acknowledgements and no loss: this harness cannot fail", said.count());
}
