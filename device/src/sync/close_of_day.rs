//! Step 7, the phone's side: both sides compare what they hold.

use std::collections::BTreeSet;

use xuncha_core::Failure;
use xuncha_core::ids::{BlobHash, FeedId};
use xuncha_core::protocol::close_of_day::{CloseReply, CloseRequest, lacking};

use crate::app::views::{AgreedView, OnlyHere, SyncPhase};

use super::effect::{Ask, Request};
use super::local::{Lacking, Manifest};
use super::machine::{Machine, Purpose};

/// Contacts in a row that may end with "something is missing" before the run rests.
const ROUNDS: u32 = 3;

/// What HQ was asked, and what it has named so far.
#[derive(Debug)]
pub(super) struct Asked {
    manifest: Manifest,
    named: BTreeSet<BlobHash>,
}

/// What is missing and no problem of its own says already.
#[derive(Debug)]
pub(super) struct Missing {
    feeds: usize,
    blobs: usize,
    unlike: Vec<FeedId>,
}

impl Machine {
    pub(super) fn begin_close(&mut self) {
        self.screen.enter(SyncPhase::Closing);
        self.ask(Ask::Manifest, Purpose::Manifest);
    }

    pub(super) fn manifest_read(&mut self, mut manifest: Manifest) {
        manifest.feeds.sort_unstable_by_key(|claim| claim.head.feed);
        self.ask_close(Asked { manifest, named: BTreeSet::new() }, None);
    }

    fn ask_close(&mut self, asked: Asked, after: Option<BlobHash>) {
        let most = self.list.bound().and(u32::try_from(self.list.names()).ok());
        let request = CloseRequest { feeds: asked.manifest.feeds.clone(), after, most };
        self.send(Request::Close(request), Purpose::Close(Box::new(asked)));
    }

    pub(super) fn close_answered(&mut self, mut asked: Asked, reply: CloseReply) {
        self.list.went(0);
        if let Some(signed) = reply.agreed {
            return match signed.verify(&self.setup.hq_key) {
                Ok(day) if day.covers(&asked.manifest.feeds) => {
                    let agreed = AgreedView::from(&day);
                    self.ask(Ask::StoreAgreed(Box::new(signed)), Purpose::StoreAgreed(Box::new(agreed)));
                }
                _ => self.failed(Failure::never("day.wrong")),
            };
        }
        let before = asked.named.last().copied();
        let last = reply.missing_blobs.last().copied();
        asked.named.extend(reply.missing_blobs);
        if reply.more && last > before {
            return self.ask_close(asked, last);
        }
        let mut all = Vec::new();
        for claim in &asked.manifest.feeds {
            let feed = claim.head.feed;
            let at_hq = reply.missing_entries.iter().find(|head| head.feed == feed);
            let own = asked.manifest.blobs.iter().filter(|b| b.feed == feed).map(|b| (b.seq, b.sha256));
            let blobs: Vec<_> = lacking(own, at_hq, &asked.named).into_iter().map(|(b, seq)| (seq, b)).collect();
            // Where HQ has other entries than the phone, its head says nothing of the phone's.
            let torn = self.contact.feeds.get(&feed).is_some_and(|at| at.is_torn());
            let stored_to = at_hq.filter(|_| !torn).map(|head| head.seq).filter(|to| *to < claim.head.seq);
            all.push(Lacking { feed, stored_to, blobs });
        }
        let is_open = |feed: &FeedId| self.contact.feeds.get(feed).is_none_or(|at| !at.halted);
        let is_tried =
            |blob: &BlobHash| !self.contact.no_room && self.tries.get(blob).is_none_or(|t| t.given_up.is_none());
        let missing = Missing {
            feeds: reply.missing_entries.iter().filter(|h| is_open(&h.feed)).count(),
            blobs: all.iter().flat_map(|l| &l.blobs).filter(|(_, b)| is_tried(b)).count(),
            unlike: reply.unlike.into_iter().filter(|feed| is_open(feed)).collect(),
        };
        self.ask(Ask::StoreLacking(all), Purpose::StoreLacking(missing));
    }

    pub(super) fn lacking_stored(&mut self, missing: Missing, rest: OnlyHere) {
        self.screen.only_here(rest);
        for feed in &missing.unlike {
            self.problem(Failure::after_action("day.unlike").with("feed", feed.short()));
        }
        if missing.feeds + missing.blobs == 0 {
            // What is missing has its own problem on the screen already.
            return self.finish();
        }
        self.rounds += 1;
        if self.rounds < ROUNDS {
            // Somebody went on working meanwhile, or HQ lost what it had.
            return self.begin_contact();
        }
        self.problem(Failure::later("day.missing").with("feeds", missing.feeds).with("blobs", missing.blobs));
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
