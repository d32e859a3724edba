//! Step 4, the phone's side: blobs by tus, three at a time, in the order of their entries, piece by piece.
//!
//! HQ's offset is the truth: it comes with the hello, with every answer, and is asked for (HEAD) after any doubt. HQ keeps
//! what arrived before a cut, so a cut costs what was in flight and no link is too short-lived; the size of a piece
//! ([`super::link::Pace`]) only decides how often the offset is told. A creation whose answer was lost is said again, and HQ
//! names the upload it began. Receipts are fetched beside the uploads, so that "only on this phone" counts down long before
//! the last file is in.
//!
//! A file is given up for this run only for what HQ or the vault says of its bytes. One that HQ answers for and that does
//! not move for [`STUCK_MS`] is set aside, so that the others can be finished, and comes again with the next contact.

use std::collections::{BTreeSet, VecDeque};

use xuncha_core::ids::BlobHash;
use xuncha_core::protocol::hello::WantedBlob;
use xuncha_core::{Failure, Retry};

use crate::app::views::SyncPhase;

use super::effect::{Answer, Request};
use super::hello::UPLOADS;
use super::link::pause_ms;
use super::local::UnsentBlob;
use super::machine::{Machine, Purpose, is_of_the_whole_run};

const AT_A_TIME: usize = 3;
/// Files that wait for a receipt, or milliseconds since the last one, before the next is fetched beside the uploads.
const CONFIRM_FILES: usize = 32;
const CONFIRM_MS: u64 = 10_000;
/// Fresh starts of one file after wrong bytes or a lost upload (design of tus: 460, 404).
const RESTARTS: u32 = 3;
/// Cuts of one file in a row after which it goes in small TLS records: a piece of 16 KiB may be more than the link carries.
const CUTS_TO_SMALL: u32 = 2;
const SMALL_PIECE: u64 = 32 * 1024;
const STUCK_MS: u64 = 60_000;
const STUCK_TRIES: u32 = 8;

/// The code of a broken connection; anything else is somebody's word.
pub const UNREACHABLE: &str = "hq.unreachable";
/// tus 460: HQ's bytes are not the blob.
pub const CHECKSUM: &str = "blob.checksum";
/// tus 404 or 410: HQ does not know the upload (any more).
pub const GONE: &str = "upload.gone";
/// tus 409: HQ stands at another offset.
pub const OFFSET: &str = "upload.offset";

/// HQ's disk is full, or this phone brought as much as it may for today: time cures it, and entries are taken all the same.
fn has_no_room(failure: &Failure) -> bool {
    failure.code == "hq.full" || failure.code == "quota.bytes"
}

/// One file on its way.
#[derive(Debug)]
pub(super) struct Transfer {
    blob: WantedBlob,
    address: Option<String>,
    acked: u64,
    asked: Asked,
}

/// What the open request of a file is about.
#[derive(Debug, Clone, Copy)]
enum Asked {
    /// Where HQ stands, or which upload it began.
    Where,
    /// So many bytes, sent off at this moment.
    Bytes { len: u64, at: u64 },
}

/// What one file has already cost in this run.
#[derive(Debug, Default)]
pub(super) struct Tries {
    restarts: u32,
    /// Tries in a row that brought it no further, and since when.
    vain: u32,
    since: Option<u64>,
    /// Not tried again in this contact; in this run neither, unless time cures it.
    pub given_up: Option<Failure>,
}

impl Machine {
    /// What HQ wants, without what was given up.
    pub(super) fn want(&mut self, wanted: VecDeque<WantedBlob>) {
        let mut wanted = wanted;
        wanted.retain(|w| {
            let given_up = self.tries.get(&w.sha256).and_then(|t| t.given_up.clone());
            if let Some(failure) = &given_up {
                self.problem(failure.clone());
            }
            given_up.is_none()
        });
        self.screen.want(&wanted);
        self.contact.wanted = wanted;
        self.put_first();
    }

    /// Files of the inspection the person chose go to the front, among them those that HQ's list was too short to name.
    pub(super) fn put_first(&mut self) {
        let unsent = &self.contact.standing.unsent;
        let chosen = |u: &&UnsentBlob| self.wishes.first.as_ref() == Some(&u.inspection);
        let first: BTreeSet<BlobHash> = unsent.iter().filter(chosen).map(|u| u.sha256).collect();
        let (mut front, back): (VecDeque<_>, VecDeque<_>) =
            std::mem::take(&mut self.contact.wanted).into_iter().partition(|w| first.contains(&w.sha256));
        if self.contact.list_is_full {
            let mut known: BTreeSet<BlobHash> = front.iter().chain(&back).map(|w| w.sha256).collect();
            known.extend(self.contact.active.keys());
            known.extend(self.contact.confirm.values().flatten());
            let given_up = |b: &BlobHash| self.tries.get(b).is_some_and(|t| t.given_up.is_some());
            let open = |b: &BlobHash| self.contact.unconfirmed.contains(b) && !known.contains(b) && !given_up(b);
            front.extend(unsent.iter().filter(chosen).filter(|u| open(&u.sha256)).map(|u| WantedBlob {
                feed: u.feed,
                entry: u.entry,
                sha256: u.sha256,
                size: u.size,
                upload: None,
                offset: 0,
            }));
        }
        front.extend(back);
        self.contact.wanted = front;
        self.contact.first = first;
    }

    fn is_first(&self, sha256: &BlobHash) -> bool {
        self.contact.first.contains(sha256)
    }

    /// Keeps as many files on their way as may be, and receipts coming beside them; goes on when there are none.
    pub(super) fn fill(&mut self) {
        while self.contact.active.len() < AT_A_TIME {
            let Some(blob) = self.contact.wanted.pop_front() else { break };
            self.start_blob(blob);
        }
        if self.contact.active.is_empty() && !self.contact.confirming {
            return self.begin_receipts();
        }
        self.confirm_in_time();
    }

    /// Fetches a receipt beside the uploads, when enough is waiting for one or for long enough.
    pub(super) fn confirm_in_time(&mut self) {
        if self.contact.confirming || self.contact.active.is_empty() {
            return;
        }
        let done: usize = self.contact.confirm.values().map(BTreeSet::len).sum();
        if done >= CONFIRM_FILES || (done > 0 && self.now >= self.contact.confirmed_at + CONFIRM_MS) {
            self.begin_receipts();
        }
    }

    fn start_blob(&mut self, blob: WantedBlob) {
        self.screen.enter(SyncPhase::Uploading);
        let address = blob.upload.clone();
        let (acked, sha256) = (blob.offset, blob.sha256);
        self.screen.file_active(sha256, true);
        self.contact.active.insert(sha256, Transfer { blob, address, acked, asked: Asked::Where });
        self.go_on(sha256);
    }

    /// Sends the next piece of this file.
    fn go_on(&mut self, sha256: BlobHash) {
        let vain = self.tries.get(&sha256).map_or(0, |t| t.vain);
        // HQ's list was too short to say whether it began this one before.
        let unsure = self.contact.list_is_full && self.is_first(&sha256);
        let small = vain >= CUTS_TO_SMALL;
        let piece = if small { SMALL_PIECE } else { self.pace.piece() };
        let Some(t) = self.contact.active.get_mut(&sha256) else { return };
        self.screen.file_acked(sha256, t.acked);
        let size = t.blob.size;
        let left = size.saturating_sub(t.acked);
        // No crumb at the end for a request of its own.
        let len = if left <= piece + piece / 4 { left } else { piece };
        t.asked = Asked::Bytes { len, at: self.now };
        let request = match &t.address {
            None => {
                // After a try without an answer the address comes first: an upload may have been begun.
                let again = vain > 0 || unsure;
                let bytes = if again { 0 } else { len };
                if bytes == 0 {
                    t.asked = Asked::Where;
                }
                Request::CreateUpload { feed: t.blob.feed, entry: t.blob.entry, sha256, size, bytes, again }
            }
            Some(_) if t.acked == size => return self.blob_done(sha256),
            Some(address) => {
                Request::UploadBytes { address: address.clone(), sha256, offset: t.acked, len, size, small }
            }
        };
        self.send(request, Purpose::Blob { sha256 });
    }

    /// Asks how far HQ came with it.
    pub(super) fn resume_blob(&mut self, sha256: BlobHash) {
        let Some(t) = self.contact.active.get_mut(&sha256) else { return };
        t.asked = Asked::Where;
        let request = match t.address.clone() {
            Some(address) => Request::UploadOffset { address },
            None => Request::CreateUpload {
                feed: t.blob.feed,
                entry: t.blob.entry,
                sha256,
                size: t.blob.size,
                bytes: 0,
                again: true,
            },
        };
        self.send(request, Purpose::Blob { sha256 });
    }

    pub(super) fn blob_answered(&mut self, sha256: BlobHash, result: Result<Answer, Failure>) {
        let Some(t) = self.contact.active.get(&sha256) else { return };
        let size = t.blob.size;
        match result {
            Ok(Answer::Created { address, offset }) if address.starts_with(UPLOADS) && offset <= size => {
                self.blob_stands(sha256, Some(address), offset);
            }
            Ok(Answer::Offset(offset)) if offset <= size => self.blob_stands(sha256, None, offset),
            Ok(_) => self.give_up(sha256, Failure::later("hq.answer").with("step", "blobs")),
            Err(f) if f.code == CHECKSUM => self.restart(sha256, Failure::never("blob.checksum")),
            Err(f) if f.code == GONE => self.restart(sha256, Failure::later("upload.gone")),
            Err(f) if f.code == OFFSET => self.blob_in_vain(sha256),
            Err(f) if has_no_room(&f) => self.no_room(sha256, f),
            Err(f) if is_of_the_whole_run(&f) => self.failed(f),
            Err(f) if f.retry == Retry::Later => self.blob_in_vain(sha256),
            Err(f) => self.give_up(sha256, f),
        }
    }

    /// HQ's word on where the file stands.
    fn blob_stands(&mut self, sha256: BlobHash, created: Option<String>, offset: u64) {
        let Some(t) = self.contact.active.get_mut(&sha256) else { return };
        let (before, asked, is_new) = (t.acked, t.asked, created.is_some());
        t.address = created.or(t.address.take());
        t.acked = offset;
        let moved = offset > before;
        if moved {
            let tries = self.tries.entry(sha256).or_default();
            (tries.vain, tries.since) = (0, None);
            if let Asked::Bytes { at, .. } = asked {
                self.pace.learn(offset - before, self.now - at);
            }
            self.progressed();
        } else if matches!(asked, Asked::Bytes { len: 1.., .. }) && !is_new {
            // Answered, and not a byte further.
            return self.blob_in_vain(sha256);
        }
        let size = self.contact.active.get(&sha256).map_or(0, |t| t.blob.size);
        let others_first = self.contact.wanted.front().is_some_and(|w| self.is_first(&w.sha256));
        if others_first && offset < size && !self.is_first(&sha256) {
            return self.step_aside(sha256);
        }
        self.go_on(sha256);
    }

    /// Another inspection was put first: this file waits with what HQ has of it.
    fn step_aside(&mut self, sha256: BlobHash) {
        if let Some(t) = self.contact.active.remove(&sha256) {
            self.screen.file_acked(sha256, t.acked);
            self.screen.file_active(sha256, false);
            let waits = WantedBlob { upload: t.address, offset: t.acked, ..t.blob };
            let after = self.contact.wanted.iter().take_while(|w| self.is_first(&w.sha256)).count();
            self.contact.wanted.insert(after, waits);
        }
        self.fill();
    }

    /// Counts a try that brought the file no further. Gives the milliseconds it should wait.
    pub(super) fn blob_cut(&mut self, sha256: BlobHash) -> u64 {
        self.pace.cut();
        let now = self.now;
        let tries = self.tries.entry(sha256).or_default();
        tries.vain = tries.vain.saturating_add(1);
        tries.since.get_or_insert(now);
        pause_ms(tries.vain, self.setup.jitter_seed)
    }

    /// HQ answered, and the file did not move.
    fn blob_in_vain(&mut self, sha256: BlobHash) {
        let wait = self.blob_cut(sha256);
        let stuck = |t: &Tries| t.vain >= STUCK_TRIES && t.since.is_some_and(|at| self.now >= at + STUCK_MS);
        if self.tries.get(&sha256).is_some_and(stuck) {
            return self.give_up(sha256, Failure::later("blob.stuck"));
        }
        self.park(self.now + wait, Purpose::Blob { sha256 });
    }

    fn restart(&mut self, sha256: BlobHash, failure: Failure) {
        let tries = self.tries.entry(sha256).or_default();
        tries.restarts += 1;
        if tries.restarts > RESTARTS {
            return self.give_up(sha256, failure);
        }
        if let Some(t) = self.contact.active.get_mut(&sha256) {
            if t.acked > 0 {
                self.screen.file_begins_again(sha256);
            }
            (t.address, t.acked) = (None, 0);
        }
        self.go_on(sha256);
    }

    fn give_up(&mut self, sha256: BlobHash, failure: Failure) {
        let failure = failure.with("sha256", sha256.short());
        self.tries.entry(sha256).or_default().given_up = Some(failure.clone());
        self.screen.file_failed(sha256, failure.clone());
        self.problem(failure);
        self.contact.active.remove(&sha256);
        self.fill();
    }

    /// HQ takes no files for now, this one or any: the others are not offered in this contact, and what went up already gets
    /// its receipts. The next contact tries again.
    fn no_room(&mut self, sha256: BlobHash, failure: Failure) {
        self.screen.file_active(sha256, false);
        self.contact.active.remove(&sha256);
        self.contact.wanted.clear();
        self.contact.no_room = true;
        self.problem(failure);
        self.fill();
    }

    fn blob_done(&mut self, sha256: BlobHash) {
        if let Some(t) = self.contact.active.remove(&sha256) {
            self.screen.file_active(sha256, false);
            self.progressed();
            self.contact.unconfirmed.insert(sha256);
            self.contact.confirm.entry(t.blob.feed).or_default().insert(sha256);
        }
        self.fill();
    }
}
