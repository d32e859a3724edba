//! What the screen of the sync shows, kept apart from what the machine decides by.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use xuncha_core::Failure;
use xuncha_core::ids::{BlobHash, EntryId, FeedId};
use xuncha_core::protocol::hello::WantedBlob;
use xuncha_core::protocol::push::Quarantined;

use crate::app::views::{AgreedView, OnlyHere, SyncFile, SyncPhase, SyncView};

use super::effect::Effect;
use super::hello::FeedAtHq;
use super::local::Standing;

/// Updates are at least this far apart, except the last one of a run.
const EVERY_MS: u64 = 200;
/// What the guess of the remaining time looks back on.
const WINDOW_MS: u64 = 20_000;
const MAX_FILES: usize = 200;

#[derive(Debug)]
struct File {
    shown: SyncFile,
    /// Acknowledged and in flight.
    sent: u64,
    active: bool,
    /// Place in the order of the entries.
    place: usize,
}

/// The numbers behind [`SyncView`].
#[derive(Debug)]
pub(super) struct Screen {
    phase: SyncPhase,
    only_here: OnlyHere,
    entries_total: u64,
    entries_done: u64,
    files: BTreeMap<BlobHash, File>,
    bytes_total: u64,
    bytes_sent: u64,
    samples: VecDeque<(u64, u64)>,
    quarantined: BTreeSet<(FeedId, u64, EntryId)>,
    problem: Option<Failure>,
    warning: Option<Failure>,
    agreed: Option<AgreedView>,
    hq: String,
    last_contact: Option<String>,
    dirty: bool,
    at_once: bool,
    shown_at: Option<u64>,
}

impl Screen {
    pub fn new(hq: String) -> Self {
        Self {
            phase: SyncPhase::Idle,
            only_here: OnlyHere::default(),
            entries_total: 0,
            entries_done: 0,
            files: BTreeMap::new(),
            bytes_total: 0,
            bytes_sent: 0,
            samples: VecDeque::new(),
            quarantined: BTreeSet::new(),
            problem: None,
            warning: None,
            agreed: None,
            hq,
            last_contact: None,
            dirty: false,
            at_once: false,
            shown_at: None,
        }
    }

    /// A person asked: count from zero.
    pub fn begin_run(&mut self) {
        (self.entries_total, self.entries_done, self.bytes_total, self.bytes_sent) = (0, 0, 0, 0);
        self.files.clear();
        self.samples.clear();
        self.quarantined.clear();
        (self.warning, self.agreed) = (None, None);
        self.dirty = true;
    }

    pub fn enter(&mut self, phase: SyncPhase) {
        self.phase = phase;
        self.problem = None;
        self.dirty = true;
    }

    /// The run stops here, and the screen says so without waiting.
    pub fn rest(&mut self, phase: SyncPhase, problem: Option<Failure>) {
        self.phase = phase;
        self.problem = problem;
        self.samples.clear();
        for file in self.files.values_mut() {
            file.active = false;
            self.bytes_sent -= file.sent - file.shown.done;
            file.sent = file.shown.done;
        }
        (self.dirty, self.at_once) = (true, true);
    }

    pub fn stand(&mut self, standing: &Standing) {
        self.only_here = standing.only_here;
        if self.last_contact.is_none() {
            self.last_contact.clone_from(&standing.last_contact);
        }
        for blob in &standing.unsent {
            self.file(blob.sha256, blob.size, &blob.name, &blob.firm);
        }
        self.dirty = true;
    }

    pub fn contact(&mut self, time: &str) {
        self.last_contact = Some(time.to_owned());
        self.dirty = true;
    }

    pub fn warn(&mut self, failure: Failure) {
        self.warning = Some(failure);
        self.dirty = true;
    }

    pub fn entries(&mut self, feeds: &BTreeMap<FeedId, FeedAtHq>) {
        let lacking: u64 = feeds.values().map(|at| at.local.seq.saturating_sub(at.hq.seq)).sum();
        self.entries_total = self.entries_total.max(self.entries_done + lacking);
        self.dirty = true;
    }

    pub fn entries_sent(&mut self, n: u64) {
        self.entries_done += n;
        self.entries_total = self.entries_total.max(self.entries_done);
        self.dirty = true;
    }

    pub fn quarantine(&mut self, feed: FeedId, quarantined: &[Quarantined]) {
        self.quarantined.extend(quarantined.iter().map(|q| (feed, q.seq, q.id)));
        self.dirty |= !quarantined.is_empty();
    }

    pub fn want(&mut self, wanted: &VecDeque<WantedBlob>) {
        for blob in wanted {
            // Known by name only if it has no receipt; an HQ that lost what it had asks for others too.
            self.file(blob.sha256, blob.size, &blob.sha256.short(), "");
            self.file_acked(blob.sha256, blob.offset);
        }
    }

    fn file(&mut self, sha256: BlobHash, size: u64, name: &str, firm: &str) {
        if self.files.contains_key(&sha256) {
            return;
        }
        let shown = SyncFile {
            sha256,
            name: name.to_owned(),
            firm: firm.to_owned(),
            size,
            done: 0,
            receipted: false,
            problem: None,
        };
        let place = self.files.len();
        self.files.insert(sha256, File { shown, sent: 0, active: false, place });
        self.bytes_total += size;
    }

    fn change(&mut self, sha256: BlobHash, change: impl FnOnce(&mut File)) {
        if let Some(file) = self.files.get_mut(&sha256) {
            let before = file.sent;
            change(file);
            file.shown.done = file.shown.done.min(file.shown.size);
            file.sent = file.sent.min(file.shown.size).max(file.shown.done);
            self.bytes_sent = self.bytes_sent + file.sent - before;
            self.dirty = true;
        }
    }

    pub fn file_active(&mut self, sha256: BlobHash, active: bool) {
        self.change(sha256, |f| {
            f.active = active;
            f.shown.problem = None;
        });
    }

    /// HQ's offset: may be less than before.
    pub fn file_acked(&mut self, sha256: BlobHash, offset: u64) {
        self.change(sha256, |f| (f.shown.done, f.sent) = (offset, offset));
    }

    pub fn file_in_flight(&mut self, sha256: BlobHash, sent: u64) {
        self.change(sha256, |f| f.sent = sent);
    }

    pub fn file_failed(&mut self, sha256: BlobHash, failure: Failure) {
        self.change(sha256, |f| {
            f.active = false;
            f.sent = f.shown.done;
            f.shown.problem = Some(failure);
        });
    }

    pub fn file_receipted(&mut self, sha256: BlobHash) {
        self.change(sha256, |f| {
            (f.shown.done, f.sent) = (f.shown.size, f.shown.size);
            f.shown.receipted = true;
            f.shown.problem = None;
        });
    }

    pub fn only_here(&mut self, only_here: OnlyHere) {
        self.only_here = only_here;
        self.dirty = true;
    }

    pub fn agree(&mut self, agreed: AgreedView) {
        self.agreed = Some(agreed);
        self.dirty = true;
    }

    /// What is to be shown now, or when to come back for it.
    pub fn due(&mut self, now: u64, busy: bool) -> Option<Effect> {
        if !self.dirty {
            return None;
        }
        let next = self.shown_at.map_or(now, |at| at + EVERY_MS);
        if now < next && !self.at_once {
            return busy.then_some(Effect::Wait { ms: next - now });
        }
        (self.dirty, self.at_once, self.shown_at) = (false, false, Some(now));
        self.samples.push_back((now, self.bytes_sent));
        while self.samples.front().is_some_and(|(at, _)| at + WINDOW_MS < now) {
            self.samples.pop_front();
        }
        Some(Effect::Show(Box::new(self.view(now))))
    }

    pub fn view(&self, now: u64) -> SyncView {
        let mut files: Vec<&File> = self.files.values().collect();
        files.sort_unstable_by_key(|f| (order(f), f.place));
        SyncView {
            phase: self.phase,
            only_here: self.only_here,
            entries_total: self.entries_total,
            entries_done: self.entries_done,
            bytes_total: self.bytes_total,
            bytes_done: self.bytes_sent,
            remaining_ms: self.remaining_ms(now),
            files: files.iter().take(MAX_FILES).map(|f| f.shown.clone()).collect(),
            files_more: u32::try_from(files.len().saturating_sub(MAX_FILES)).unwrap_or(u32::MAX),
            problem: self.problem.clone().or_else(|| self.warning.clone()),
            quarantined: u32::try_from(self.quarantined.len()).unwrap_or(u32::MAX),
            agreed: self.agreed.clone(),
            hq: self.hq.clone(),
            last_contact: self.last_contact.clone(),
        }
    }

    fn remaining_ms(&self, now: u64) -> Option<u64> {
        if self.phase != SyncPhase::Uploading {
            return None;
        }
        let (at, sent) = *self.samples.front()?;
        let (time, moved) = (now.checked_sub(at)?, self.bytes_sent.checked_sub(sent)?);
        if time < 1_000 || moved == 0 {
            return None;
        }
        let left = u128::from(self.bytes_total.saturating_sub(self.bytes_sent));
        u64::try_from(left * u128::from(time) / u128::from(moved)).ok()
    }
}

/// In work, then what needs a person, then waiting, then done.
fn order(file: &File) -> u8 {
    match (file.active, &file.shown.problem, file.shown.receipted) {
        (true, ..) => 0,
        (_, Some(_), _) => 1,
        (_, _, false) => 2,
        (_, _, true) => 3,
    }
}
