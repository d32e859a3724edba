//! Step 3, the phone's side: entries from HQ's head on.

use xuncha_core::Failure;
use xuncha_core::feed::{Frame, WireFrame};
use xuncha_core::ids::{EntryId, FeedId};
use xuncha_core::protocol::hello::Verdict;
use xuncha_core::protocol::push::PushReply;

use super::effect::{Ask, Request};
use super::machine::{Machine, Purpose};

/// Frames that were sent and are not answered.
#[derive(Debug)]
pub(super) struct Pushed {
    pub feed: FeedId,
    /// Place of the first.
    pub first: u64,
    /// Their names.
    pub ids: Vec<EntryId>,
    /// When they were sent off.
    pub at: u64,
}

impl Machine {
    /// The next feed of which HQ has less; then what the pushes made HQ want.
    pub(super) fn push_next(&mut self) {
        let next = self.contact.feeds.values().find(|at| !at.halted && at.hq.seq < at.local.seq);
        if let Some(at) = next {
            let (feed, from) = (at.local.feed, at.hq.seq + 1);
            return self.ask(Ask::Frames { feed, from, bytes: self.batch.bytes() }, Purpose::Frames { feed });
        }
        if self.contact.pushed {
            // HQ knows now which blobs belong to what it got.
            return self.begin_hello();
        }
        self.begin_receipts();
    }

    pub(super) fn frames_read(&mut self, feed: FeedId, mut frames: Vec<Frame>) {
        let Some(at) = self.contact.feeds.get_mut(&feed) else { return self.push_next() };
        // No further than the head this contact claims: what was written since comes with the next one. HQ would find more than
        // the next hello claims and call the phone rolled back (found by the simulation, seed 1).
        frames.truncate(usize::try_from(at.local.seq - at.hq.seq).unwrap_or(usize::MAX));
        let opened = frames.first().map(Frame::open);
        let follows = match &opened {
            Some(Ok(entry)) => entry.header.seq == at.hq.seq + 1,
            // The feed room promised entries up to its head.
            None | Some(Err(_)) => false,
        };
        if !follows {
            return self.halt(feed, Failure::after_action("feed.damaged"));
        }
        if opened.and_then(Result::ok).and_then(|e| e.header.prev) != at.hq.id {
            return self.tear(feed, Verdict::Forked, "feed.forked");
        }
        let wire: Result<Vec<WireFrame>, _> = frames.iter().map(WireFrame::try_from).collect();
        let Ok(wire) = wire else { return self.halt(feed, Failure::after_action("feed.damaged")) };
        let ids = frames.iter().map(Frame::id).collect();
        let pushed = Pushed { feed, first: at.hq.seq + 1, ids, at: self.now };
        self.send(Request::Push { feed, frames: wire }, Purpose::Push(pushed));
    }

    pub(super) fn push_answered(&mut self, pushed: Pushed, reply: PushReply) {
        let feed = pushed.feed;
        let Some(at) = self.contact.feeds.get_mut(&feed) else { return self.push_next() };
        if reply.head.feed != feed || reply.head.seq < at.hq.seq {
            return self.halt(feed, Failure::later("hq.answer").with("step", "push"));
        }
        if reply.head.seq >= pushed.first + pushed.ids.len() as u64 && reply.head.seq > at.local.seq {
            return self.tear(feed, Verdict::RolledBack, "feed.rolled_back");
        }
        let sent = reply.head.seq.checked_sub(pushed.first).and_then(|i| pushed.ids.get(usize::try_from(i).ok()?));
        if sent.is_some() && sent.copied() != reply.head.id {
            return self.tear(feed, Verdict::Forked, "feed.forked");
        }
        let grew = reply.head.seq - at.hq.seq;
        at.hq = reply.head;
        self.screen.entries_sent(grew);
        self.screen.quarantine(feed, &reply.quarantined);
        if grew > 0 {
            self.batch.went(self.now - pushed.at);
            self.contact.pushed = true;
            self.progressed();
        }
        if let Some(first) = reply.quarantined.first() {
            // Final (design §5.6): the bytes stay here, HQ keeps its copy apart, nothing after it can follow.
            let failure = Failure::never("entry.quarantined").with("seq", first.seq).with("reason", &first.reason);
            return self.halt(feed, failure);
        }
        if grew == 0 {
            return self.halt(feed, Failure::later("hq.stuck").with("step", "push"));
        }
        self.push_next();
    }

    /// HQ refuses this request for good; other feeds go on.
    pub(super) fn push_refused(&mut self, feed: FeedId, failure: Failure) {
        self.halt(feed, failure);
    }

    fn halt(&mut self, feed: FeedId, failure: Failure) {
        if let Some(at) = self.contact.feeds.get_mut(&feed) {
            at.halted = true;
        }
        self.problem(failure.with("feed", feed.short()));
        self.push_next();
    }

    fn tear(&mut self, feed: FeedId, verdict: Verdict, code: &str) {
        let Some(at) = self.contact.feeds.get_mut(&feed) else { return self.push_next() };
        (at.verdict, at.halted) = (verdict, true);
        let at_hq = at.hq.clone();
        self.problem(Failure::after_action(code).with("feed", feed.short()).with("seq", at_hq.seq));
        self.contact.stores.push_back(Ask::StoreVerdict { feed, verdict, at_hq });
        self.hello_stored();
    }
}
