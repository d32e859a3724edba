//! Step 6, the phone's side: entries the phone may see, and packs.
//!
//! HQ is believed only by signatures: its own feed by its key, any other feed only after HQ's feed admitted it, and each
//! frame only as the next of its chain. The last stored place is the cursor; a page is stored in one step.

use std::collections::BTreeMap;

use sha2::{Digest as _, Sha256};
use xuncha_core::Failure;
use xuncha_core::event::{Event, PackPublished};
use xuncha_core::feed::{Chain, ChainError, Entry, FeedKey, Frame, Head};
use xuncha_core::ids::{Digest, FeedId};
use xuncha_core::protocol::pull::{FeedRun, PullReply, PullRequest};

use crate::app::views::SyncPhase;

use super::effect::{Ask, Request};
use super::machine::{Machine, Purpose, Setup};

/// A pack is held in memory until its hash is known.
const MAX_PACK: u64 = 64 * 1024 * 1024;

/// What has come of a pack; survives a cut, not a kill.
#[derive(Debug)]
pub(super) struct PackPart {
    pack: PackPublished,
    bytes: Vec<u8>,
}

/// A page after judgement.
#[derive(Debug, Default)]
pub(super) struct Page {
    /// To be stored.
    pub runs: Vec<FeedRun>,
    /// Heads that moved.
    pub heads: BTreeMap<FeedId, Head>,
    /// Feeds that HQ's feed admitted on this page.
    pub admitted: BTreeMap<FeedId, FeedKey>,
    /// Something was not believed.
    pub wrong: Option<Failure>,
    /// HQ's own feed goes on otherwise than the copy here: HQ was put back from before it, or tells two stories.
    pub hq_forked: bool,
}

impl Machine {
    pub(super) fn begin_pull(&mut self) {
        self.screen.enter(SyncPhase::Pulling);
        let have = self.contact.heads.values().cloned().collect();
        let ask = PullRequest { have, bytes: self.page.bound(), said: self.contact.said.clone() };
        self.send(Request::Pull(ask), Purpose::Pull { at: self.now });
    }

    pub(super) fn pull_answered(&mut self, reply: PullReply, asked_at: u64) {
        self.page.went(self.now - asked_at);
        let more = reply.more;
        let own: Vec<FeedId> = self.contact.standing.own.iter().map(|f| f.head.feed).collect();
        let page = judge(&self.setup, &own, &self.contact.heads, &self.contact.admitted, reply.runs);
        if page.hq_forked
            && let Some(checkpoint) = self.contact.checkpoint.clone()
            && !std::mem::replace(&mut self.told_behind, true)
        {
            self.screen.warn(Failure::later("hq.behind"));
            return self.void_and_begin_again(checkpoint);
        }
        if let Some(failure) = page.wrong {
            self.problem(failure);
        }
        let before = self.contact.said.take().map_or(0, |said| said.to);
        self.contact.said = reply.said.filter(|said| page.heads.is_empty() && said.to > before);
        let moved = !page.heads.is_empty() || self.contact.said.is_some();
        if more && !moved {
            // The same page again and again would never end.
            self.problem(Failure::later("hq.stuck").with("step", "pull"));
        }
        let more = more && moved;
        if page.runs.is_empty() {
            return self.pulled_stored(Vec::new(), Vec::new(), more);
        }
        let (heads, admitted) = (page.heads.into_values().collect(), page.admitted.into_values().collect());
        self.ask(Ask::StorePulled(page.runs), Purpose::StorePulled { heads, admitted, more });
    }

    pub(super) fn pulled_stored(&mut self, heads: Vec<Head>, admitted: Vec<FeedKey>, more: bool) {
        if !heads.is_empty() {
            self.progressed();
        }
        self.contact.heads.extend(heads.into_iter().map(|h| (h.feed, h)));
        self.contact.admitted.extend(admitted.into_iter().map(|k| (k.feed, k)));
        if more { self.begin_pull() } else { self.ask(Ask::LackingPacks, Purpose::LackingPacks) }
    }

    pub(super) fn packs_named(&mut self, packs: Vec<PackPublished>) {
        self.contact.packs = packs.into();
        self.next_pack();
    }

    pub(super) fn next_pack(&mut self) {
        let Some(pack) = self.contact.packs.front() else { return self.begin_close() };
        if pack.size > MAX_PACK {
            return self.pack_refused(Failure::never("pack.too_large"));
        }
        let bytes = match self.pack_part.take() {
            Some(part) if part.pack.sha256 == pack.sha256 && part.pack.size == pack.size => part.bytes,
            _ => Vec::new(),
        };
        let from = bytes.len() as u64;
        let (sha256, len) = (pack.sha256, (self.part.bytes() as u64).min(pack.size - from));
        let part = PackPart { pack: pack.clone(), bytes };
        if len == 0 {
            return self.pack_complete(part);
        }
        self.pack_part = Some(part);
        self.send(Request::PackPart { sha256, from, len }, Purpose::PackPart);
    }

    pub(super) fn pack_part_came(&mut self, bytes: &[u8]) {
        let Some(part) = &mut self.pack_part else { return self.next_pack() };
        if bytes.is_empty() || (part.bytes.len() + bytes.len()) as u64 > part.pack.size {
            return self.pack_refused(Failure::never("pack.wrong"));
        }
        part.bytes.extend_from_slice(bytes);
        self.part.went(0);
        self.next_pack();
    }

    fn pack_complete(&mut self, part: PackPart) {
        if Digest::from_bytes(Sha256::digest(&part.bytes).into()) != part.pack.sha256 {
            return self.pack_refused(Failure::never("pack.wrong"));
        }
        self.ask(Ask::StorePack { pack: Box::new(part.pack), bytes: part.bytes }, Purpose::StorePack);
    }

    pub(super) fn pack_stored(&mut self) {
        self.progressed();
        self.contact.packs.pop_front();
        self.next_pack();
    }

    /// This pack is left for the next run; the others go on.
    pub(super) fn pack_refused(&mut self, failure: Failure) {
        self.pack_part = None;
        if let Some(pack) = self.contact.packs.pop_front() {
            self.problem(failure.with("pack", &pack.code).with("sha256", pack.sha256.short()));
        }
        self.next_pack();
    }
}

/// Verifies a page frame by frame. A run that does not hold is cut at its last good frame; the other runs count.
pub(super) fn judge(
    setup: &Setup,
    own: &[FeedId],
    heads: &BTreeMap<FeedId, Head>,
    admitted: &BTreeMap<FeedId, FeedKey>,
    runs: Vec<FeedRun>,
) -> Page {
    let mut page = Page::default();
    for run in runs {
        let feed = run.feed.feed;
        let is_hq = feed == setup.hq_feed;
        let believed = if is_hq {
            run.feed.key == setup.hq_key
        } else {
            admitted.get(&feed).or(page.admitted.get(&feed)) == Some(&run.feed)
        };
        if own.contains(&feed) || !believed || !(is_hq || run.feed.is_genuine()) {
            page.wrong.get_or_insert_with(|| Failure::never("pull.wrong").with("feed", feed.short()));
            continue;
        }
        let before = page.heads.get(&feed).or(heads.get(&feed)).cloned().unwrap_or_else(|| Head::empty(feed));
        let mut chain = Chain::resume(run.feed.key, before.clone());
        let mut good = Vec::new();
        for wire in run.frames {
            match chain.accept(&Frame::from(wire.clone())) {
                Ok(entry) => {
                    if is_hq && let Some(key) = admission(&entry) {
                        page.admitted.insert(key.feed, key);
                    }
                    good.push(wire);
                }
                // Signed and here already: it may bring the payload that was out of scope before.
                Err(ChainError::Taken(_)) if wire.payload.is_some() => good.push(wire),
                Err(ChainError::Taken(_)) => {}
                Err(e) => {
                    page.hq_forked |= is_hq && matches!(e, ChainError::Fork(_));
                    page.wrong.get_or_insert_with(|| Failure::never("pull.wrong").with("feed", feed.short()));
                    break;
                }
            }
        }
        if chain.head() != &before {
            page.heads.insert(feed, chain.head().clone());
        }
        if !good.is_empty() {
            page.runs.push(FeedRun { feed: run.feed, frames: good });
        }
    }
    page
}

fn admission(entry: &Entry) -> Option<FeedKey> {
    let payload = entry.payload.as_ref()?;
    match Event::read(&payload.kind, &payload.body) {
        Ok(Event::FeedAdmitted(admitted)) if admitted.key.is_genuine() => Some(admitted.key),
        _ => None,
    }
}
