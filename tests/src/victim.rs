//! Children that get killed, and what they said before: the harness around `xuncha-victim`.
//!
//! What it is: [`Child`] (start, hear, kill), [`Said`] (every acknowledgement, and which of them are gone from a folder), seeds. What
//! it is not: a fault by itself; kills, cuts and damage are the tests'.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a harness stops where something is wrong")]

use std::collections::BTreeSet;
use std::io::{BufRead as _, BufReader, Lines};
use std::path::Path;
use std::process::{ChildStdout, Command, Stdio};

use serde_json::json;
use xuncha_core::feed::Frame;

use crate::alone::{Phone, own_frames_of, unlocked};

/// What children said was safe.
#[derive(Debug, Default, Clone)]
pub struct Said {
    /// Words that must stand in an entry.
    pub texts: BTreeSet<String>,
    /// Entries by name.
    pub entries: BTreeSet<String>,
    /// Originals by SHA-256.
    pub photos: BTreeSet<String>,
    /// Inspections that are sealed.
    pub sealed: BTreeSet<String>,
    /// Codes of notices at unlocking.
    pub notices: BTreeSet<String>,
    /// How often a child came as far as being unlocked.
    pub ready: usize,
    /// The newest phase of a sync.
    pub phase: Option<String>,
}

impl Said {
    /// Acknowledgements so far.
    pub fn count(&self) -> usize {
        self.texts.len() + self.entries.len() + self.photos.len() + self.sealed.len()
    }

    /// Takes over what another one heard.
    pub fn add(&mut self, other: Self) {
        self.texts.extend(other.texts);
        self.entries.extend(other.entries);
        self.photos.extend(other.photos);
        self.sealed.extend(other.sealed);
        self.notices.extend(other.notices);
        self.ready += other.ready;
        self.phase = other.phase.or(self.phase.take());
    }

    /// Takes one line of a child.
    pub fn take(&mut self, line: &str) {
        let (kind, what) = line.split_once(' ').unwrap_or((line, ""));
        let set = match kind {
            "opening" => return,
            "ready" => {
                self.ready += 1;
                return self.notices.extend(what.split_whitespace().map(str::to_owned));
            }
            "sync" => return self.phase = what.split_whitespace().next().map(str::to_owned),
            "text" => &mut self.texts,
            "entry" => &mut self.entries,
            "photo" => &mut self.photos,
            "sealed" => &mut self.sealed,
            other => panic!("the child said {other:?}"),
        };
        if !what.is_empty() {
            set.insert(what.to_owned());
        }
    }

    /// What is gone. Looks into the feed files themselves, then asks the engine for every photo's bytes and every seal.
    pub async fn lost(&self, data: &Path, user: &str, pin: &str) -> Vec<String> {
        let mut lost = self.lost_from(&own_frames_of(data, &unlocked(data, user, pin)));
        let phone = Phone::locked(data, user).expect("the folder opens after everything");
        phone.ask("unlock", json!({ "user": user, "pin": pin })).await;
        for photo in &self.photos {
            let verified = phone.ask("verify_evidence", json!({ "blob": photo })).await;
            if verified["intact"] != true {
                lost.push(format!("original of photo {photo}"));
            }
        }
        for inspection in &self.sealed {
            let view = phone.try_ask("inspection", json!({ "inspection": inspection })).await;
            if !view.is_ok_and(|view| view["seal"]["sealed"] == true) {
                lost.push(format!("seal of {inspection}"));
            }
        }
        lost
    }

    /// Of entries, words and names of photos, what does not stand in these frames.
    pub fn lost_from(&self, frames: &[Frame]) -> Vec<String> {
        let ids: BTreeSet<String> = frames.iter().map(|f| f.id().to_string()).collect();
        let all: String = frames.iter().filter_map(|f| f.payload_bytes()).map(String::from_utf8_lossy).collect();
        let mut lost: Vec<String> = self.entries.difference(&ids).map(|id| format!("entry {id}")).collect();
        lost.extend(self.texts.iter().filter(|t| !all.contains(&format!("\"{t}\""))).map(|t| format!("text {t}")));
        lost.extend(self.photos.iter().filter(|p| !all.contains(p.as_str())).map(|p| format!("photo {p}")));
        lost
    }
}

/// A running `xuncha-victim`.
pub struct Child {
    child: std::process::Child,
    lines: Lines<BufReader<ChildStdout>>,
}

impl Child {
    /// Starts it on a folder.
    pub fn start(data: &Path, seed: u64, arguments: &[&str]) -> Self {
        let mut command = Command::new(crate::program("xuncha-victim").unwrap());
        command.arg(data).args(["--seed", &seed.to_string()]).args(arguments).stdout(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        Self { child, lines }
    }

    /// Its next line, if it says another one.
    pub fn hear(&mut self) -> Option<String> {
        self.lines.next().and_then(Result::ok)
    }

    /// SIGKILL; what it had said by then is still heard.
    pub fn kill(mut self, said: &mut Said) {
        self.child.kill().unwrap();
        while let Some(line) = self.hear() {
            said.take(&line);
        }
        let status = self.child.wait().unwrap();
        let signal = std::os::unix::process::ExitStatusExt::signal(&status);
        assert_eq!(signal, Some(9), "the child fell by itself: {status}");
    }

    /// Waits until it ends by itself, handing on what it says.
    pub fn finish(mut self, mut heard: impl FnMut(String)) {
        while let Some(line) = self.hear() {
            heard(line);
        }
        let status = self.child.wait().unwrap();
        assert!(status.success(), "the child broke off: {status}");
    }
}

impl Drop for Child {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Numbers from a seed.
pub struct Random(u64);

impl Random {
    /// From a seed; 0 would give nothing but zeros.
    pub fn new(seed: u64) -> Self {
        Self(seed | 1)
    }

    /// From `XUNCHA_SEED`, or from the process. Says which, so that a run can be repeated.
    pub fn from_surroundings() -> Self {
        let given = std::env::var("XUNCHA_SEED").ok().and_then(|s| s.parse().ok());
        let seed = given.unwrap_or_else(|| u64::from(std::process::id()) << 20 | 0x0BAD_5EED);
        eprintln!("XUNCHA_SEED={seed}");
        Self::new(seed)
    }

    /// Below `n`.
    pub fn below(&mut self, n: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % n
    }
}

/// How often a fault is repeated: `usual` for every commit, `XUNCHA_TIMES` as often in a soak.
pub fn times(usual: usize) -> usize {
    let factor = std::env::var("XUNCHA_TIMES").ok().and_then(|s| s.parse().ok()).unwrap_or(1);
    usual * factor
}
