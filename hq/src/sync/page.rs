//! Step 6: what stands on a page of a pull, in what order, within the bytes a phone gets through its line.
//!
//! A page is HQ's feed first, which admits the others; then what was said in an inspection before its team had this phone's
//! person, or whoever said it; then the frames that move the cursors. The middle part moves no cursor and no cursor would bring
//! it again: it is told whole before a cursor passes the entry that names the team, over as many pages as it takes
//! ([`Said`]). Nothing is remembered here between two pages.
//!
//! A team named by another feed is met on the way. One that the phone itself named (its own entries never come to it) counts
//! as just met while the newest entry the phone has of others was stored before it in HQ's log: whoever was given a later one
//! was given that page, and what was said before with it. So it is told again until anything new comes, and no longer.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use http::StatusCode;
use serde::Serialize;
use xuncha_core::feed::{FeedKey, Frame, Head, WireFrame};
use xuncha_core::ids::{Digest, FeedId, InspectionId};
use xuncha_core::protocol::pull::{FeedRun, PullReply, Said};

use super::pull::{Theirs, View, sees_hq};
use crate::db::StoredEntry;
use crate::hq::Hq;
use crate::refusal::{Answer, Refusal};

/// Bytes of runs in one page, at most.
const PAGE_BYTES: u64 = 2 * 1024 * 1024;
/// Frames read at a time.
const STEP: u32 = 200;
/// Events that say who is on the team.
const NAMES_OFFICERS: [&str; 2] = ["inspection.started", "officers.set"];

/// Who asks for what.
pub(super) struct Asked<'a> {
    pub hq: &'a Arc<Hq>,
    pub view: View,
    /// Feeds of the device itself.
    pub own: BTreeSet<FeedId>,
    /// Feeds the device may have a copy of, HQ's first.
    pub feeds: Vec<FeedKey>,
    /// Where its copies end.
    pub have: &'a [Head],
}

/// A page that is being filled.
struct Page {
    room: u64,
    said: Vec<FeedRun>,
    sent: Vec<FeedRun>,
}

/// How far a page tells what was said before.
struct Told {
    whole: bool,
    at: Said,
}

impl Asked<'_> {
    /// The next page, of at most `bytes`; `said` is how far the last one told what was said before the same heads.
    pub async fn page(&self, bytes: Option<u64>, said: Option<&Said>) -> Answer<PullReply> {
        let mut page = Page { room: bytes.unwrap_or(PAGE_BYTES).min(PAGE_BYTES), said: Vec::new(), sent: Vec::new() };
        // Set when the first frame is known: what was said before comes ahead of it.
        let mut joined: Option<BTreeSet<InspectionId>> = None;
        for feed in &self.feeds {
            let mut from = self.has(&feed.feed);
            loop {
                let read = self.hq.db.entries(&feed.feed, from, STEP).await?;
                let full = read.len() == STEP as usize;
                let theirs = self.theirs(feed, &read).await?;
                for stored in read {
                    from += 1;
                    let (frame, names) = self.seen(feed, &theirs, stored).await?;
                    let Some(joined) = &mut joined else {
                        let met = joined.insert(self.named_by_itself().await?);
                        met.extend(names);
                        let told = self.tell(&mut page, met, said).await?;
                        if !told.whole || !page.sends(feed, frame) {
                            return Ok(page.reply(self.hq, true, Some(told.at)));
                        }
                        continue;
                    };
                    if let Some(inspection) = names.filter(|inspection| !joined.contains(inspection)) {
                        // Where there is something to tell, this entry begins the next page.
                        if !self.said_before(&BTreeSet::from([inspection.clone()])).await?.is_empty() {
                            return Ok(page.reply(self.hq, true, None));
                        }
                        joined.insert(inspection);
                    }
                    if !page.sends(feed, frame) {
                        return Ok(page.reply(self.hq, true, None));
                    }
                }
                if !full {
                    break;
                }
            }
        }
        if joined.is_none() {
            let told = self.tell(&mut page, &self.named_by_itself().await?, said).await?;
            if !told.whole {
                return Ok(page.reply(self.hq, true, Some(told.at)));
            }
        }
        Ok(page.reply(self.hq, false, None))
    }

    /// Inspections of their teams that the device itself named a team of, and was not answered for yet.
    async fn named_by_itself(&self) -> Answer<BTreeSet<InspectionId>> {
        // Nobody else speaks: there is nothing to tell, and whoever works alone has named many.
        if self.feeds.iter().all(|feed| feed.feed == self.hq.own.feed) {
            return Ok(BTreeSet::new());
        }
        let have: Vec<Head> = self.have.iter().filter(|head| !self.own.contains(&head.feed)).cloned().collect();
        let named = self.hq.db.named_since(&Vec::from_iter(self.own.iter().copied()), &have).await?;
        // Whoever is not on the team may name whom he likes.
        self.view.inspections(self.hq, &Vec::from_iter(named)).await
    }

    fn has(&self, feed: &FeedId) -> u64 {
        self.have.iter().find(|h| h.feed == *feed).map_or(0, |h| h.seq)
    }

    /// Whether the phone's copy of a feed is the beginning of HQ's.
    async fn is_copied(&self, feed: &FeedKey) -> Answer<bool> {
        let Some(head) = self.have.iter().find(|head| head.feed == feed.feed) else { return Ok(false) };
        Ok(self.hq.db.entry_at(&feed.feed, head.seq).await? == head.id)
    }

    /// What of these entries of a feed may be seen.
    async fn theirs(&self, feed: &FeedKey, read: &[StoredEntry]) -> Answer<Theirs> {
        let named: BTreeSet<InspectionId> = read.iter().filter_map(|e| e.inspection.clone()).collect();
        let all = self.view.inspections(self.hq, &Vec::from_iter(named)).await?;
        self.shared(feed, all).await
    }

    async fn shared(&self, feed: &FeedKey, all: BTreeSet<InspectionId>) -> Answer<Theirs> {
        let asked = Vec::from_iter(all.iter().cloned());
        let shared = self.hq.db.of_teams(std::slice::from_ref(&feed.user), &asked).await?;
        Ok(Theirs { all, shared })
    }

    /// An entry as the device may see it; and the inspection whose team it names, if it may see that.
    async fn seen(
        &self,
        feed: &FeedKey,
        theirs: &Theirs,
        stored: StoredEntry,
    ) -> Answer<(WireFrame, Option<InspectionId>)> {
        // What is not what was filed any more is given to nobody, least of all to those it is not meant for.
        let said = stored.verify(&feed.key)?.payload;
        let visible = if feed.feed == self.hq.own.feed {
            sees_hq(self.hq, &self.view, said.as_ref()).await?
        } else {
            theirs.sees(&stored)
        };
        if !visible {
            return Ok((wire(&stored.frame.header_only())?, None));
        }
        let names = said.is_some_and(|p| NAMES_OFFICERS.contains(&p.kind.as_str()));
        Ok((wire(&stored.frame)?, stored.inspection.filter(|_| names)))
    }

    /// Puts onto the page what was said in these inspections before the phone's cursors, as far as there is room.
    async fn tell(&self, page: &mut Page, joined: &BTreeSet<InspectionId>, said: Option<&Said>) -> Answer<Told> {
        let names: Vec<&str> = joined.iter().map(InspectionId::as_str).collect();
        let of = Digest::digest(&[names.join("\n").as_bytes()]);
        let mut to = said.filter(|said| said.of == of).map_or(0, |said| said.to);
        let rest = self.said_before(joined).await?.into_iter().filter(|(place, ..)| *place > to);
        for (place, feed, frame) in rest.collect::<Vec<_>>() {
            if !page.tells(feed, frame) {
                return Ok(Told { whole: false, at: Said { of, to } });
            }
            to = place;
        }
        Ok(Told { whole: true, at: Said { of, to } })
    }

    /// Entries of these inspections that lie before the phone's cursors, with their places in HQ's log. The phone has them as
    /// headers if its person, or theirs, joined the team only now. It passes over those it has in full. A copy that ends in another
    /// entry than HQ has there, of before a restoration, has nothing of HQ's to be filled in: it would refuse the whole page.
    async fn said_before(&self, joined: &BTreeSet<InspectionId>) -> Answer<Vec<(u64, &FeedKey, WireFrame)>> {
        let (mut before, mut theirs) = (Vec::new(), BTreeMap::new());
        for inspection in joined {
            for stored in self.hq.db.inspection_log(inspection, 0, u32::MAX).await? {
                let entry = stored.open()?;
                let feed = self.feeds.iter().find(|f| f.feed == entry.header.feed && f.feed != self.hq.own.feed);
                let Some(feed) = feed.filter(|f| entry.header.seq <= self.has(&f.feed)) else { continue };
                let theirs = match theirs.entry(feed.feed) {
                    Entry::Occupied(known) => known.into_mut(),
                    Entry::Vacant(new) if self.is_copied(feed).await? => {
                        new.insert(Some(self.shared(feed, joined.clone()).await?))
                    }
                    Entry::Vacant(new) => new.insert(None),
                };
                if !theirs.as_ref().is_some_and(|theirs| theirs.sees(&stored)) {
                    continue;
                }
                stored.verify(&feed.key)?;
                before.push((stored.log_index, feed, wire(&stored.frame)?));
            }
        }
        before.sort_unstable_by_key(|(place, ..)| *place);
        Ok(before)
    }
}

impl Page {
    /// Whether there was room for what was said before the cursors.
    fn tells(&mut self, feed: &FeedKey, frame: WireFrame) -> bool {
        let first = self.is_empty();
        put(&mut self.said, &mut self.room, first, feed, frame)
    }

    /// Whether there was room for what moves a cursor.
    fn sends(&mut self, feed: &FeedKey, frame: WireFrame) -> bool {
        let first = self.is_empty();
        put(&mut self.sent, &mut self.room, first, feed, frame)
    }

    fn is_empty(&self) -> bool {
        self.said.is_empty() && self.sent.is_empty()
    }

    fn reply(mut self, hq: &Hq, more: bool, said: Option<Said>) -> PullReply {
        let mut runs = Vec::new();
        runs.extend(self.sent.iter().position(|r| r.feed == hq.own).map(|n| self.sent.remove(n)));
        runs.extend(self.said);
        runs.extend(self.sent);
        PullReply { runs, more, said }
    }
}

/// Puts a frame at the end of its feed's run if it fits; the first of a page always does.
fn put(runs: &mut Vec<FeedRun>, room: &mut u64, first: bool, feed: &FeedKey, frame: WireFrame) -> bool {
    let run = runs.iter().position(|r| r.feed == *feed);
    let empty = || FeedRun { feed: feed.clone(), frames: Vec::new() };
    // With the comma behind each.
    let bytes = json_bytes(&frame) + 1 + if run.is_none() { json_bytes(&empty()) + 1 } else { 0 };
    if bytes > *room && !first {
        return false;
    }
    *room = room.saturating_sub(bytes);
    match run {
        Some(at) => runs[at].frames.push(frame),
        None => runs.push(FeedRun { frames: vec![frame], ..empty() }),
    }
    true
}

fn json_bytes(part: &impl Serialize) -> u64 {
    serde_json::to_vec(part).map_or(0, |bytes| bytes.len() as u64)
}

fn wire(frame: &Frame) -> Answer<WireFrame> {
    WireFrame::try_from(frame).map_err(|_| Refusal::never(StatusCode::INTERNAL_SERVER_ERROR, "hq.database"))
}
