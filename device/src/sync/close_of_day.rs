//! Step 7, the phone's side: both sides compare the day.

use xuncha_core::Failure;
use xuncha_core::protocol::close_of_day::{CloseReply, CloseRequest, manifest_hash};

use crate::app::views::{AgreedView, SyncPhase};

use super::effect::{Ask, Request};
use super::local::Manifest;
use super::machine::{Machine, Purpose};

/// Contacts in a row that may end with "something is missing" before the run rests.
const ROUNDS: u32 = 3;

impl Machine {
    pub(super) fn begin_close(&mut self) {
        self.screen.enter(SyncPhase::Closing);
        self.ask(Ask::Manifest, Purpose::Manifest);
    }

    pub(super) fn manifest_read(&mut self, mut manifest: Manifest) {
        manifest.feeds.sort_unstable_by_key(|h| h.feed);
        manifest.blobs.sort_unstable();
        manifest.blobs.dedup();
        let request = CloseRequest { feeds: manifest.feeds.clone(), blobs: manifest.blobs.clone() };
        self.send(Request::Close(request), Purpose::Close { manifest });
    }

    pub(super) fn close_answered(&mut self, manifest: Manifest, reply: CloseReply) {
        if let Some(signed) = reply.agreed {
            let hash = manifest_hash(&manifest.feeds, &manifest.blobs);
            return match signed.verify(&self.setup.hq_key) {
                Ok(day) if day.manifest == hash => {
                    let agreed = AgreedView {
                        time: day.time,
                        entries: manifest.feeds.iter().map(|h| h.seq).sum(),
                        blobs: manifest.blobs.len() as u64,
                        manifest: hash.to_string(),
                    };
                    self.ask(Ask::StoreAgreed(Box::new(signed)), Purpose::StoreAgreed(Box::new(agreed)));
                }
                _ => self.failed(Failure::never("day.wrong")),
            };
        }
        let is_open = |feed| self.contact.feeds.get(feed).is_none_or(|at| !at.halted);
        let entries = reply.missing_entries.iter().filter(|h| is_open(&h.feed)).count();
        let is_tried = |blob| self.tries.get(blob).is_none_or(|t| t.given_up.is_none());
        let blobs = reply.missing_blobs.iter().filter(|b| is_tried(b)).count();
        if entries + blobs == 0 {
            // What is missing has its own problem on the screen already.
            return self.finish();
        }
        self.rounds += 1;
        if self.rounds < ROUNDS {
            // Somebody went on working meanwhile, or HQ lost what it had.
            return self.begin_contact();
        }
        self.problem(Failure::later("day.missing").with("feeds", entries).with("blobs", blobs));
        self.finish();
    }

    pub(super) fn agreed_stored(&mut self, agreed: AgreedView) {
        self.screen.agree(agreed);
        if !self.contact.unconfirmed.is_empty() && self.contact.problems.is_empty() {
            // HQ says it has all, but its signed word on some blobs is not here yet.
            self.problem(Failure::later("receipt.pending").with("blobs", self.contact.unconfirmed.len()));
        }
        self.finish();
    }
}
