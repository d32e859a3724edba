//! Step 2, the phone's side: say where the feeds end, judge what HQ says.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use xuncha_core::Failure;
use xuncha_core::feed::Head;
use xuncha_core::ids::FeedId;
use xuncha_core::protocol::Signed;
use xuncha_core::protocol::hello::{Checkpoint, HeadClaim, HelloReply, HelloRequest, Verdict, WantedBlob};

use crate::app::views::SyncPhase;

use super::effect::{Ask, Request};
use super::local::{OwnFeed, Standing};
use super::machine::{Machine, Purpose, Setup};

/// Beginning of every upload's address: anything else would lead away from HQ.
pub(super) const UPLOADS: &str = "/v1/blobs/";

/// An own feed, here and at HQ.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct FeedAtHq {
    /// Here.
    pub local: Head,
    /// At HQ.
    pub hq: Head,
    /// How they compare.
    pub verdict: Verdict,
    /// Nothing more is pushed in this contact.
    pub halted: bool,
}

impl FeedAtHq {
    /// HQ and phone hold different entries at one place: no receipt of it can be true for this phone.
    pub(super) fn is_torn(&self) -> bool {
        matches!(self.verdict, Verdict::RolledBack | Verdict::Forked)
    }
}

/// What a hello told.
#[derive(Debug)]
pub(super) struct Judged {
    pub checkpoint: Checkpoint,
    pub feeds: BTreeMap<FeedId, FeedAtHq>,
    pub wanted: VecDeque<WantedBlob>,
    /// HQ has less than it once had.
    pub behind: bool,
    /// More blobs are wanted than one reply names, or one blob by several entries.
    pub partial: bool,
    /// As many blobs are named as one reply may: there may be more.
    pub full: bool,
}

impl Machine {
    pub(super) fn begin_hello(&mut self) {
        self.contact.hello_again = false;
        self.contact.progress = false;
        self.contact.pushed = false;
        let Some(token) = &self.token else { return self.failed(Failure::never("engine.fault")) };
        let heads = self.contact.standing.own.iter().map(|f| f.head.clone()).collect();
        self.ask(Ask::SignHeads { heads, session: token.hash }, Purpose::SignHeads);
    }

    pub(super) fn heads_signed(&mut self, heads: Vec<Signed<HeadClaim>>) {
        let app = self.setup.app.clone();
        let seen_log_index = self.contact.standing.seen_log_index;
        let most = self.list.wanted();
        let bound = self.list.bound().and(u32::try_from(most).ok());
        let ask = HelloRequest { heads, app, seen_log_index, most: bound };
        self.send(Request::Hello(ask), Purpose::Hello { most });
    }

    pub(super) fn hello_answered(&mut self, reply: HelloReply, most: usize) {
        self.list.went(0);
        let mut judged = match judge(&self.setup, &self.contact.standing, &reply, most) {
            Ok(judged) => judged,
            Err(failure) => return self.failed(failure),
        };
        self.screen.contact(&judged.checkpoint.time);
        if judged.behind {
            self.screen.warn(Failure::later("hq.behind"));
        }
        if judged.behind && !std::mem::replace(&mut self.told_behind, true) {
            return self.void_and_begin_again(reply.checkpoint);
        }
        self.contact.checkpoint = Some(reply.checkpoint.clone());
        let (mut stores, mut problems) = (VecDeque::new(), Vec::new());
        // Before the checkpoint, which may say that a backup covers what HQ has lost since.
        let unsent: BTreeSet<_> = self.contact.standing.unsent.iter().map(|b| b.sha256).collect();
        let asked: Vec<_> = judged.wanted.iter().map(|w| w.sha256).filter(|b| !unsent.contains(b)).collect();
        if !asked.is_empty() {
            stores.push_back(Ask::StoreWanted(asked));
        }
        // What halted a feed in this contact halts it until the next: no push is repeated in a circle.
        for (feed, at) in &mut judged.feeds {
            if let Some(before) = self.contact.feeds.get(feed).filter(|before| before.halted) {
                at.halted = true;
                at.verdict = if before.is_torn() { before.verdict } else { at.verdict };
            }
        }
        // Cursors only grow (I5): a restored HQ's checkpoint would make the phone forget that it saw more. Nor is its name taken
        // in while nothing was voided for it: a second restoration within one run is heeded in the next.
        if !judged.behind && self.contact.standing.seen_log_index.is_none_or(|seen| seen <= judged.checkpoint.log_index)
        {
            self.contact.standing.seen_log_index = Some(judged.checkpoint.log_index);
            // A full list may leave out blobs HQ has lost, and a phone that lets originals go on this word must know of them all.
            if !judged.full {
                stores.push_back(Ask::StoreCheckpoint(Box::new(reply.checkpoint)));
            }
        }
        for at in judged.feeds.values() {
            let code = match at.verdict {
                Verdict::Continues => continue,
                Verdict::RolledBack => "feed.rolled_back",
                Verdict::Forked => "feed.forked",
                Verdict::Closed => "feed.closed",
            };
            let feed = at.local.feed;
            problems.push(Failure::after_action(code).with("feed", feed.short()).with("seq", at.hq.seq));
            stores.push_back(Ask::StoreVerdict { feed, verdict: at.verdict, at_hq: at.hq.clone() });
        }
        problems.into_iter().for_each(|failure| self.problem(failure));
        self.screen.entries(&judged.feeds);
        self.contact.feeds = judged.feeds;
        self.contact.hello_again = judged.partial;
        self.contact.list_is_full = judged.full;
        self.want(judged.wanted);
        self.contact.stores = stores;
        self.hello_stored();
    }

    /// HQ fell back: what rested on its words is void, and the contact begins again with what is left. Once in a run: an HQ that
    /// falls back in every contact must not keep the phone in a circle.
    pub(super) fn void_and_begin_again(&mut self, checkpoint: Signed<Checkpoint>) {
        self.contact.anew = true;
        self.contact.stores = [Ask::StoreBehind(Box::new(checkpoint))].into();
        self.hello_stored();
    }

    /// Stores one by one what the hello brought, then goes on.
    pub(super) fn hello_stored(&mut self) {
        match self.contact.stores.pop_front() {
            Some(ask) => self.ask(ask, Purpose::HelloStore),
            None if self.contact.anew => self.begin_contact(),
            None => {
                self.screen.enter(SyncPhase::Pushing);
                self.push_next();
            }
        }
    }
}

/// Believes nothing that is not signed, and compares every head itself. `most`: so many blobs were asked for.
pub(super) fn judge(setup: &Setup, standing: &Standing, reply: &HelloReply, most: usize) -> Result<Judged, Failure> {
    let answer = |what: &str| Failure::later("hq.answer").with("step", "hello").with("what", what);
    let checkpoint = reply.checkpoint.verify(&setup.hq_key).map_err(|_| Failure::never("hq.signature"))?;
    if checkpoint.hq_head.feed != setup.hq_feed {
        return Err(answer("feed"));
    }
    if is_older(&setup.app, &reply.least_app) {
        return Err(Failure::after_action("app.too_old").with("least", &reply.least_app));
    }
    let mut behind = standing.seen_log_index.is_some_and(|seen| checkpoint.log_index < seen)
        || standing.copies.iter().any(|h| h.feed == setup.hq_feed && h.seq > checkpoint.hq_head.seq);
    // A phone that never heard of this HQ has nothing to lose by what it was before.
    behind |= standing.seen_log_index.is_some()
        && checkpoint.restored.as_ref().is_some_and(|r| standing.restored.as_ref() != Some(&r.id));
    let mut feeds = BTreeMap::new();
    for own in &standing.own {
        let feed = own.head.feed;
        let said = reply.feeds.iter().find(|f| f.head.feed == feed).ok_or_else(|| answer("standing"))?;
        behind |= own.receipted > said.head.seq;
        let verdict = compare(own, &said.head, said.verdict);
        let at = FeedAtHq { local: own.head.clone(), hq: said.head.clone(), verdict, halted: false };
        feeds.insert(feed, FeedAtHq { halted: at.is_torn(), ..at });
    }
    let mut wanted = VecDeque::new();
    let full = reply.wanted.len() >= most;
    let mut partial = full;
    let mut named = BTreeSet::new();
    for blob in &reply.wanted {
        if !feeds.contains_key(&blob.feed) {
            continue;
        }
        if !named.insert(blob.sha256) {
            // Sending it once may answer for all; the next hello will tell.
            partial = true;
            continue;
        }
        let mut blob = blob.clone();
        if blob.offset > blob.size || blob.upload.as_ref().is_none_or(|address| !address.starts_with(UPLOADS)) {
            (blob.upload, blob.offset) = (None, 0);
        }
        wanted.push_back(blob);
    }
    Ok(Judged { checkpoint, feeds, wanted, behind, partial, full })
}

fn compare(own: &OwnFeed, hq: &Head, said: Verdict) -> Verdict {
    match said {
        Verdict::Continues if hq.seq > own.head.seq => Verdict::RolledBack,
        Verdict::Continues if hq.seq == own.head.seq && hq.id != own.head.id => Verdict::Forked,
        other => other,
    }
}

/// Compares dotted numbers; what is not a number counts as 0.
fn is_older(app: &str, least: &str) -> bool {
    let parts = |v: &str| -> Vec<u64> {
        let core = v.split(['-', '+']).next().unwrap_or_default();
        let mut parts: Vec<u64> = core.split('.').map(|p| p.parse().unwrap_or(0)).collect();
        parts.resize(parts.len().max(4), 0);
        parts
    };
    parts(app) < parts(least)
}
