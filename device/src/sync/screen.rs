//! What the screen of the sync shows, kept apart from what the machine decides by.
//!
//! Bytes count when HQ acknowledged them, never when they left: after a cut nothing shown goes back, but for a file that HQ
//! makes begin again, and that is said.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use xuncha_core::Failure;
use xuncha_core::ids::{BlobHash, EntryId, FeedId, InspectionId};
use xuncha_core::protocol::hello::WantedBlob;
use xuncha_core::protocol::push::Quarantined;

use crate::app::views::{AgreedView, Network, OnlyHere, SyncFile, SyncInspection, SyncPhase, SyncView};

use super::effect::{Effect, Wishes};
use super::hello::FeedAtHq;
use super::local::Standing;
use super::progress::Progress;

/// Updates are at least this far apart, except the last one of a run.
const EVERY_MS: u64 = 200;
/// While files travel the screen is drawn this often even if nothing came: a rate goes down by silence.
const BEAT_MS: u64 = 1_000;
const MAX_FILES: usize = 200;
const MAX_INSPECTIONS: usize = 100;

#[derive(Debug)]
struct File {
    shown: SyncFile,
    active: bool,
    /// Named by an own entry without a receipt, and so counted in [`OnlyHere::bytes`].
    unsent: bool,
    /// Place in the order of the entries.
    place: usize,
}

/// HQ does not answer.
#[derive(Debug)]
struct Away {
    /// Said from this moment on.
    from: u64,
    failure: Failure,
}

/// The numbers behind [`SyncView`].
#[derive(Debug)]
pub(super) struct Screen {
    phase: SyncPhase,
    only_here: OnlyHere,
    entries_total: u64,
    entries_done: u64,
    files: BTreeMap<BlobHash, File>,
    progress: Progress,
    quarantined: BTreeSet<(FeedId, u64, EntryId)>,
    problem: Option<Failure>,
    away: Option<Away>,
    retry_at: Option<u64>,
    warning: Option<Failure>,
    agreed: Option<AgreedView>,
    hq: String,
    last_contact: Option<String>,
    wishes: Wishes,
    network: Network,
    asked: bool,
    now: u64,
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
            progress: Progress::default(),
            quarantined: BTreeSet::new(),
            problem: None,
            away: None,
            retry_at: None,
            warning: None,
            agreed: None,
            hq,
            last_contact: None,
            wishes: Wishes::default(),
            network: Network::Unknown,
            asked: false,
            now: 0,
            dirty: false,
            at_once: false,
            shown_at: None,
        }
    }

    /// Count from zero.
    pub fn begin_run(&mut self, asked: bool) {
        self.asked = asked;
        (self.entries_total, self.entries_done) = (0, 0);
        self.files.clear();
        self.progress = Progress::default();
        self.quarantined.clear();
        (self.warning, self.agreed) = (None, None);
        self.dirty = true;
    }

    /// The clock of everything below.
    pub fn at(&mut self, now: u64) {
        self.now = now;
    }

    pub fn enter(&mut self, phase: SyncPhase) {
        if phase == SyncPhase::Uploading {
            self.progress.begin(self.now);
        } else {
            self.progress.rest();
        }
        self.phase = phase;
        (self.problem, self.retry_at) = (None, None);
        self.dirty = true;
    }

    /// The run stops here, and the screen says so without waiting.
    pub fn rest(&mut self, phase: SyncPhase, problem: Option<Failure>) {
        self.phase = phase;
        self.problem = problem;
        (self.away, self.retry_at) = (None, None);
        self.progress.rest();
        for file in self.files.values_mut() {
            file.active = false;
        }
        (self.dirty, self.at_once) = (true, true);
    }

    /// Whether a person asked for what is shown.
    pub fn asked(&mut self, asked: bool) {
        self.dirty |= self.asked != asked;
        self.asked = asked;
    }

    /// At rest: the next contact begins by itself at this moment.
    pub fn contacts(&mut self, at: Option<u64>) {
        self.dirty |= self.retry_at != at;
        self.retry_at = at;
    }

    /// It tries again by itself at this moment.
    pub fn retries(&mut self, at: u64) {
        self.retry_at = Some(at);
    }

    /// HQ does not answer; to be said from this moment on, if it stays so.
    pub fn unreached(&mut self, from: u64, failure: Failure, retry_at: u64) {
        if self.away.is_none() && from <= self.now {
            self.at_once = true;
        }
        self.away = Some(Away { from, failure });
        self.retry_at = Some(retry_at);
        self.dirty = true;
    }

    pub fn reached(&mut self) {
        (self.away, self.retry_at) = (None, None);
        self.dirty = true;
    }

    pub fn wish(&mut self, wishes: &Wishes, network: Network) {
        self.wishes = wishes.clone();
        self.network = network;
        (self.dirty, self.at_once) = (true, true);
    }

    pub fn stand(&mut self, standing: &Standing) {
        self.only_here = standing.only_here;
        if self.last_contact.is_none() {
            self.last_contact.clone_from(&standing.last_contact);
        }
        for blob in &standing.unsent {
            self.file(blob.sha256, blob.size, &blob.name, &blob.firm, Some(&blob.inspection));
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
            self.file(blob.sha256, blob.size, &blob.sha256.short(), "", None);
            // What HQ had before this run did not travel in it.
            self.change(blob.sha256, |f| f.shown.done = blob.offset);
        }
    }

    fn file(&mut self, sha256: BlobHash, size: u64, name: &str, firm: &str, inspection: Option<&InspectionId>) {
        if self.files.contains_key(&sha256) {
            return;
        }
        let shown = SyncFile {
            sha256,
            name: name.to_owned(),
            firm: firm.to_owned(),
            inspection: inspection.cloned(),
            size,
            done: 0,
            receipted: false,
            again: false,
            problem: None,
        };
        let (place, unsent) = (self.files.len(), inspection.is_some());
        self.files.insert(sha256, File { shown, active: false, unsent, place });
    }

    fn change(&mut self, sha256: BlobHash, change: impl FnOnce(&mut File)) {
        if let Some(file) = self.files.get_mut(&sha256) {
            change(file);
            file.shown.done = file.shown.done.min(file.shown.size);
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
        let before = self.files.get(&sha256).map_or(offset, |f| f.shown.done);
        self.progress.add(self.now, offset.saturating_sub(before));
        self.change(sha256, |f| f.shown.done = offset);
    }

    /// HQ does not know what it had of this file any more.
    pub fn file_begins_again(&mut self, sha256: BlobHash) {
        self.change(sha256, |f| (f.shown.done, f.shown.again) = (0, true));
    }

    pub fn file_failed(&mut self, sha256: BlobHash, failure: Failure) {
        self.change(sha256, |f| {
            f.active = false;
            f.shown.problem = Some(failure);
        });
    }

    pub fn file_receipted(&mut self, sha256: BlobHash) {
        self.change(sha256, |f| {
            f.shown.done = f.shown.size;
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
        self.now = now;
        let next = self.shown_at.map_or(now, |at| at + EVERY_MS);
        let beat = self.shown_at.map_or(now, |at| at + BEAT_MS);
        let beats = busy && (self.phase == SyncPhase::Uploading || self.away.is_some());
        if self.at_once || (self.dirty && now >= next) || (beats && now >= beat) {
            (self.dirty, self.at_once, self.shown_at) = (false, false, Some(now));
            return Some(Effect::Show(Box::new(self.view(now))));
        }
        let back = if self.dirty { next } else { beat };
        (busy && (self.dirty || beats)).then(|| Effect::Wait { ms: back.saturating_sub(now) })
    }

    pub fn view(&self, now: u64) -> SyncView {
        let mut files: Vec<&File> = self.files.values().collect();
        files.sort_unstable_by_key(|f| (order(f), f.place));
        let away = self.away.as_ref().filter(|away| away.from <= now);
        let phase = if away.is_some() { SyncPhase::Waiting } else { self.phase };
        let problem = away.map(|away| &away.failure).or(self.problem.as_ref()).or(self.warning.as_ref());
        let (bytes_done, bytes_total) = self.bytes();
        let rate = self.progress.rate(now).filter(|_| phase == SyncPhase::Uploading);
        let left = u128::from(bytes_total.saturating_sub(bytes_done)) * 1_000;
        let rests = matches!(phase, SyncPhase::Waiting | SyncPhase::Failed | SyncPhase::Idle | SyncPhase::Done);
        SyncView {
            phase,
            only_here: self.only_here,
            entries_total: self.entries_total,
            entries_done: self.entries_done,
            bytes_total,
            bytes_done,
            rate,
            remaining_ms: rate.and_then(|rate| u64::try_from(left / u128::from(rate.max(1))).ok()),
            retry_ms: self.retry_at.filter(|_| rests).map(|at| at.saturating_sub(now)),
            files: files.iter().take(MAX_FILES).map(|f| f.shown.clone()).collect(),
            files_more: u32::try_from(files.len().saturating_sub(MAX_FILES)).unwrap_or(u32::MAX),
            inspections: self.inspections(&files),
            first: self.wishes.first.clone(),
            wifi_only: self.wishes.wifi_only,
            by_itself: self.wishes.by_itself,
            asked: self.asked,
            network: self.network,
            problem: problem.cloned(),
            quarantined: u32::try_from(self.quarantined.len()).unwrap_or(u32::MAX),
            agreed: self.agreed.clone(),
            hq: self.hq.clone(),
            last_contact: self.last_contact.clone(),
        }
    }

    /// Bytes at HQ, and bytes in all, of this run. In all: what has a receipt since it began, what has none, and what an HQ
    /// that lost it wants again.
    fn bytes(&self) -> (u64, u64) {
        let (mut done, mut total) = (0, self.only_here.bytes);
        for file in self.files.values() {
            done += file.shown.done;
            if file.shown.receipted || !file.unsent {
                total += file.shown.size;
            }
        }
        (done, total.max(done))
    }

    /// Inspections that still have files here, in the order they go.
    fn inspections(&self, files: &[&File]) -> Vec<SyncInspection> {
        let mut all: Vec<SyncInspection> = Vec::new();
        let mut at: BTreeMap<&InspectionId, usize> = BTreeMap::new();
        for file in files.iter().filter(|f| !f.shown.receipted) {
            let Some(inspection) = &file.shown.inspection else { continue };
            let place = *at.entry(inspection).or_insert_with(|| {
                let firm = file.shown.firm.clone();
                all.push(SyncInspection { inspection: inspection.clone(), firm, files: 0, bytes: 0 });
                all.len() - 1
            });
            if let Some(row) = all.get_mut(place) {
                row.files += 1;
                row.bytes += file.shown.size - file.shown.done;
            }
        }
        all.sort_by_key(|row| self.wishes.first.as_ref() != Some(&row.inspection));
        all.truncate(MAX_INSPECTIONS);
        all
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
