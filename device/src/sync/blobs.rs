//! Step 4, the phone's side: blobs by tus, three at a time, in the order of their entries.
//!
//! HQ's offset is the truth: it comes with the hello, with every answer, and is asked for (HEAD) after any doubt. A file
//! that cannot be sent is given up for this run with its reason; the others go on. Uploads go in windows of [`WINDOW`]
//! files, each followed by its receipts, so that "only on this phone" counts down long before the last file is in.

use std::collections::VecDeque;

use xuncha_core::ids::BlobHash;
use xuncha_core::protocol::hello::WantedBlob;
use xuncha_core::{Failure, Retry};

use crate::app::views::SyncPhase;

use super::effect::{Answer, Request};
use super::hello::UPLOADS;
use super::machine::{Machine, Purpose, is_of_the_whole_run};

const AT_A_TIME: usize = 3;
const WINDOW: usize = 32;
/// Up to here the bytes go along with the creation: one round trip less, and nothing lost that a cut could save.
const SMALL: u64 = 1024 * 1024;
/// Fresh starts of one file after wrong bytes or a lost upload (design of tus: 460, 404).
const RESTARTS: u32 = 3;
/// Cuts of one file in a row that brought it no further.
const CUTS: u32 = 5;

/// The code of a broken connection; anything else is somebody's word.
pub const UNREACHABLE: &str = "hq.unreachable";
/// tus 460: HQ's bytes are not the blob.
pub const CHECKSUM: &str = "blob.checksum";
/// tus 404 or 410: HQ does not know the upload (any more).
pub const GONE: &str = "upload.gone";
/// tus 409: HQ stands at another offset.
pub const OFFSET: &str = "upload.offset";

/// One file on its way.
#[derive(Debug)]
pub(super) struct Transfer {
    blob: WantedBlob,
    address: Option<String>,
    acked: u64,
    asks_offset: bool,
}

/// What one file has already cost in this run.
#[derive(Debug, Default)]
pub(super) struct Tries {
    restarts: u32,
    cuts: u32,
    /// Offset at the last cut.
    reached: u64,
    /// Not tried again in this run.
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
    }

    /// The next window of files.
    pub(super) fn begin_window(&mut self) {
        self.screen.enter(SyncPhase::Uploading);
        let n = self.contact.wanted.len().min(WINDOW);
        self.contact.queue = self.contact.wanted.drain(..n).collect();
        self.fill_window();
    }

    fn fill_window(&mut self) {
        while self.contact.active.len() < AT_A_TIME {
            let Some(blob) = self.contact.queue.pop_front() else { break };
            self.start_blob(blob);
        }
        if self.contact.active.is_empty() {
            self.begin_receipts();
        }
    }

    fn start_blob(&mut self, blob: WantedBlob) {
        let address = blob.upload.clone();
        let (acked, sha256) = (blob.offset, blob.sha256);
        self.screen.file_active(sha256, true);
        self.contact.active.insert(sha256, Transfer { blob, address, acked, asks_offset: false });
        self.go_on(sha256);
    }

    /// Sends what HQ lacks of this file.
    fn go_on(&mut self, sha256: BlobHash) {
        let Some(t) = self.contact.active.get_mut(&sha256) else { return };
        t.asks_offset = false;
        self.screen.file_acked(sha256, t.acked);
        let size = t.blob.size;
        let request = match &t.address {
            None => {
                // After a cut the answer with the address was lost: then the address first, the bytes after.
                let with_bytes = size <= SMALL && self.tries.get(&sha256).is_none_or(|tries| tries.cuts == 0);
                Request::CreateUpload { feed: t.blob.feed, entry: t.blob.entry, sha256, size, with_bytes }
            }
            Some(_) if t.acked == size => return self.blob_done(sha256),
            Some(address) => Request::UploadBytes { address: address.clone(), sha256, offset: t.acked, size },
        };
        self.send(request, Purpose::Blob { sha256 });
    }

    fn ask_offset(&mut self, sha256: BlobHash) {
        let Some(t) = self.contact.active.get_mut(&sha256) else { return };
        let Some(address) = t.address.clone() else { return self.go_on(sha256) };
        t.asks_offset = true;
        self.send(Request::UploadOffset { address }, Purpose::Blob { sha256 });
    }

    pub(super) fn blob_sent(&mut self, sha256: BlobHash, bytes: u64) {
        if let Some(t) = self.contact.active.get(&sha256) {
            self.screen.file_in_flight(sha256, (t.acked + bytes).min(t.blob.size));
        }
    }

    pub(super) fn blob_answered(&mut self, sha256: BlobHash, result: Result<Answer, Failure>) {
        let Some(t) = self.contact.active.get_mut(&sha256) else { return };
        let size = t.blob.size;
        match result {
            Ok(Answer::Created { address, offset }) if address.starts_with(UPLOADS) && offset <= size => {
                t.address = Some(address);
                t.acked = offset;
                self.go_on(sha256);
            }
            Ok(Answer::Offset(offset)) if offset <= size => {
                // A PATCH that was answered moved; one that ended early is a cut like any other.
                let stuck = !t.asks_offset && offset <= t.acked;
                if offset > t.acked {
                    t.acked = offset;
                    self.progressed();
                } else {
                    t.acked = offset;
                }
                if stuck { self.blob_cut(sha256) } else { self.go_on(sha256) }
            }
            Ok(_) => self.give_up(sha256, Failure::later("hq.answer").with("step", "blobs")),
            Err(f) if f.code == CHECKSUM => self.restart(sha256, Failure::never("blob.checksum")),
            Err(f) if f.code == GONE => self.restart(sha256, Failure::later("upload.gone")),
            Err(f) if f.code == OFFSET => self.blob_cut(sha256),
            Err(f) if f.code == UNREACHABLE && !t.asks_offset => self.blob_lost(sha256, f),
            Err(f) if is_of_the_whole_run(&f) => self.failed(f),
            Err(f) if f.retry == Retry::Later => self.blob_cut(sha256),
            Err(f) => self.give_up(sha256, f),
        }
    }

    /// The connection broke in the middle. With an address HQ is asked how far it got; without one the whole contact begins
    /// again, because only `hello` can tell the address that was lost.
    fn blob_lost(&mut self, sha256: BlobHash, failure: Failure) {
        if self.contact.active.get(&sha256).is_some_and(|t| t.address.is_some()) {
            return self.blob_cut(sha256);
        }
        if self.count_cut(sha256) { self.failed(failure) } else { self.give_up(sha256, Failure::later("blob.stuck")) }
    }

    fn blob_cut(&mut self, sha256: BlobHash) {
        if self.count_cut(sha256) {
            self.ask_offset(sha256);
        } else {
            self.give_up(sha256, Failure::later("blob.stuck"));
        }
    }

    /// Whether another try is allowed.
    fn count_cut(&mut self, sha256: BlobHash) -> bool {
        let acked = self.contact.active.get(&sha256).map_or(0, |t| t.acked);
        let tries = self.tries.entry(sha256).or_default();
        tries.cuts = if acked > tries.reached { 1 } else { tries.cuts + 1 };
        tries.reached = tries.reached.max(acked);
        tries.cuts <= CUTS
    }

    fn restart(&mut self, sha256: BlobHash, failure: Failure) {
        let tries = self.tries.entry(sha256).or_default();
        tries.restarts += 1;
        if tries.restarts > RESTARTS {
            return self.give_up(sha256, failure);
        }
        if let Some(t) = self.contact.active.get_mut(&sha256) {
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
        self.fill_window();
    }

    fn blob_done(&mut self, sha256: BlobHash) {
        if let Some(t) = self.contact.active.remove(&sha256) {
            self.screen.file_active(sha256, false);
            self.progressed();
            self.contact.unconfirmed.insert(sha256);
            self.contact.confirm.entry(t.blob.feed).or_default().insert(sha256);
        }
        self.fill_window();
    }
}
