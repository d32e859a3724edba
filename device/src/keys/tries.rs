//! Tries and waits, on the disk before they count. Per person: one officer's guessing does not lock out the other.

use std::collections::BTreeMap;
use std::path::Path;

use serde::{Deserialize, Serialize};
use xuncha_core::ids::UserId;

use crate::disk::{AbError, AbFile};

use super::error::KeyError;

const MAGIC: &str = "xuncha-tries-1";
/// Tries before the first wait.
pub(super) const FREE: u32 = 5;
const FIRST_WAIT_MS: u64 = 30_000;
const LONGEST_WAIT_MS: u64 = 3_600_000;
/// The body is padded to a multiple of this, so that overwriting needs no new block and works on a full disk.
const PAD: usize = 512;
/// Progress of a wait is written in steps of this, at most.
const STEP_MS: u64 = 1_000;

/// The wait after so many failures: 30 s · 2^(n−5), at most an hour; none before the fifth.
pub(super) fn wait_after(failures: u32) -> u64 {
    match failures.checked_sub(FREE) {
        None => 0,
        // 2^7 × 30 s is already beyond the hour.
        Some(n) => (FIRST_WAIT_MS << n.min(7)).min(LONGEST_WAIT_MS),
    }
}

#[derive(Debug, Clone, Default, Serialize, Deserialize)]
struct Count {
    failures: u32,
    /// What remains of the wait.
    wait_ms: u64,
}

#[derive(Debug, Default, Serialize, Deserialize)]
struct Body {
    users: BTreeMap<UserId, Count>,
    /// Someone who has no count starts here; above 0 after the counts were lost.
    #[serde(default)]
    others: Count,
}

pub(super) struct Tries {
    file: AbFile,
    body: Body,
    /// The monotonic clock when each running wait was last accounted for, in this process. It is deliberately not on the
    /// disk: another process or boot cannot know how much time passed, so it counts from what remains.
    since: BTreeMap<UserId, u64>,
}

impl Tries {
    /// Begins with nobody counted. Called before the key file is written.
    pub(super) fn create(folder: &Path) -> Result<Self, KeyError> {
        let tries = Self { file: file(folder), body: Body::default(), since: BTreeMap::new() };
        tries.save()?;
        tries.save()?;
        Ok(tries)
    }

    /// Reads the counts. Lost counts are no gift: everybody stands as after the fifth failure.
    pub(super) fn open(folder: &Path) -> Result<Self, KeyError> {
        let file = file(folder);
        let body = match file.read() {
            Ok(copy) => copy.and_then(|copy| serde_json::from_slice(&copy.body).ok()),
            Err(AbError::Damaged) => None,
            Err(e) => return Err(e.into()),
        };
        if let Some(body) = body {
            return Ok(Self { file, body, since: BTreeMap::new() });
        }
        tracing::warn!("the PIN counters were lost; a wait is due");
        let others = Count { failures: FREE, wait_ms: wait_after(FREE) };
        let tries = Self { file, body: Body { users: BTreeMap::new(), others }, since: BTreeMap::new() };
        tries.save()?;
        Ok(tries)
    }

    /// Milliseconds this person still has to wait; progress is kept on the disk.
    pub(super) fn wait_ms(&mut self, user: &UserId, mono_ms: u64) -> Result<u64, KeyError> {
        let since = *self.since.entry(user.clone()).or_insert(mono_ms);
        let remains = self.count(user).wait_ms;
        let passed = mono_ms.saturating_sub(since).min(remains);
        let left = remains - passed;
        if passed >= STEP_MS || (passed > 0 && left == 0) {
            self.since.insert(user.clone(), mono_ms);
            self.set(user, |count| count.wait_ms = left);
            self.save()?;
        } else if mono_ms < since {
            // A clock that went back belongs to another boot: no progress is believed.
            self.since.insert(user.clone(), mono_ms);
        }
        Ok(left)
    }

    /// Counts one try, durably. Only then may the PIN be judged.
    pub(super) fn count_one(&mut self, user: &UserId, mono_ms: u64) -> Result<(), KeyError> {
        self.set(user, |count| {
            count.failures = count.failures.saturating_add(1);
            count.wait_ms = wait_after(count.failures);
        });
        self.since.insert(user.clone(), mono_ms);
        self.save()
    }

    /// The PIN was right: this person starts afresh.
    pub(super) fn forgive(&mut self, user: &UserId) -> Result<(), KeyError> {
        self.body.users.insert(user.clone(), Count::default());
        self.since.remove(user);
        self.save()
    }

    /// Tries left before a wait, and the wait now due.
    pub(super) fn verdict(&self, user: &UserId) -> (u32, u64) {
        let count = self.count(user);
        (FREE.saturating_sub(count.failures), count.wait_ms)
    }

    fn count(&self, user: &UserId) -> Count {
        self.body.users.get(user).unwrap_or(&self.body.others).clone()
    }

    fn set(&mut self, user: &UserId, change: impl FnOnce(&mut Count)) {
        let mut count = self.count(user);
        change(&mut count);
        self.body.users.insert(user.clone(), count);
    }

    fn save(&self) -> Result<(), KeyError> {
        let mut body = serde_json::to_vec(&self.body).map_err(|_| KeyError::Damaged("the counters"))?;
        body.resize(body.len().next_multiple_of(PAD), b' ');
        self.file.write(&body)?;
        Ok(())
    }
}

fn file(folder: &Path) -> AbFile {
    AbFile::new(folder, "tries", MAGIC)
}
