//! The index follows the feeds: caught up at open, entry by entry afterwards, made again when it is lost.

use std::collections::BTreeSet;
use std::sync::Arc;

use xuncha_core::Failure;
use xuncha_core::event::Event;
use xuncha_core::feed::{Entry, Frame, Head};
use xuncha_core::ids::{Digest, FeedId, InspectionId};
use xuncha_core::inspection::{Inspection, Pinned};

use crate::app::hq_file::HqFile;
use crate::app::show;
use crate::feed::FeedError;
use crate::index::{BlobRow, Index, InspectionSummary};
use crate::packs::Packs;

use super::{Desk, Open, notice, stage};

impl Desk {
    /// Works on the index as one transaction that may fold inspections. Entries, heads and rows go together: a kill between
    /// them would leave heads that say "applied" over rows that were never made, for good.
    pub(super) fn as_one<T>(&mut self, work: impl FnOnce(&mut Self) -> Result<T, Failure>) -> Result<T, Failure> {
        self.index.begin()?;
        let done = work(self).and_then(|value| Ok(self.index.commit().map(|()| value)?));
        if done.is_err() {
            self.index.roll_back();
        }
        done
    }

    /// Applies to the index what the feeds have and it has not.
    pub(super) fn catch_up(&mut self) -> Result<(), Failure> {
        // Within the transaction every place is known.
        let behind = std::mem::take(&mut self.behind);
        let done = self.as_one(Self::apply_feeds);
        self.behind = behind && done.is_err();
        done
    }

    pub(super) fn apply_feeds(&mut self) -> Result<(), Failure> {
        let feeds: Vec<FeedId> = std::iter::once(self.own.head().feed).chain(self.others.keys().copied()).collect();
        let mut touched = BTreeSet::new();
        for feed in feeds {
            let from = self.index.head(&feed)?.map_or(0, |h| h.seq) + 1;
            let own = feed == self.own.head().feed;
            // Not through `self.feed`: the index is written while the feed is read.
            let file = if own { Some(&self.own) } else { self.others.get(&feed) };
            let Some(file) = file else { continue };
            // Words that came later move no head: a power cut may have taken their rows and left the head.
            for seq in file.filled_since(from - 1)?.into_iter().filter(|seq| *seq < from) {
                if self.index.entry_at(&feed, seq)?.is_none()
                    && let Some(frame) = file.read_at(seq)?
                {
                    touched.extend(note_entry(&self.index, &self.hq, &self.packs, &open_frame(Ok(frame))?, own)?);
                }
            }
            if file.head().seq < from {
                continue;
            }
            for frame in file.frames(from) {
                touched.extend(note_entry(&self.index, &self.hq, &self.packs, &open_frame(frame)?, own)?);
            }
            self.index.note_head(file.head(), own)?;
        }
        // A torn write can leave an entry in the feed whose summary was never made; and a fresh index has none at all.
        for id in touched {
            self.refresh_summary(&id)?;
        }
        self.apply_words()
    }

    /// Moves the index aside and makes it again from the feeds.
    pub(in crate::app) fn rebuild_index(&mut self) -> Result<(), Failure> {
        let aside = self.index_path.with_extension("replaced");
        let _ = std::fs::remove_file(&aside);
        let fresh = Index::open(&aside, &self.unlocked.index_key(), &self.unlocked.index_salt())?.index;
        let old = std::mem::replace(&mut self.index, fresh);
        self.index = old.begin_again(&self.index_path, &self.unlocked.index_key(), &self.unlocked.index_salt())?;
        let _ = std::fs::remove_file(&aside);
        self.notices.push(notice("index.rebuilt", &[]));
        self.catch_up()
    }

    /// Puts one new entry into the index, and the row of its inspection.
    pub(super) fn index_entry(&mut self, entry: &Entry, own: bool) -> Result<(), Failure> {
        let head =
            Head { feed: entry.header.feed, seq: entry.header.seq, id: Some(entry.id), lamport: entry.header.lamport };
        let summary = self.summary_of(entry)?;
        let (hq, packs) = (&self.hq, &self.packs);
        Ok(self.index.transaction(|index| {
            note_entry(index, hq, packs, entry, own)?;
            index.note_head(&head, own)?;
            summary.as_ref().map_or(Ok(()), |s| index.note_inspection(s))
        })?)
    }

    pub(super) fn summary_of(&mut self, entry: &Entry) -> Result<Option<InspectionSummary>, Failure> {
        let Some(id) = entry.payload.as_ref().and_then(|p| p.inspection.clone()) else { return Ok(None) };
        if self.open.iter().any(|o| o.inspection.id == id) {
            let open = self.inspection(&id)?;
            return Ok(summary(&open.inspection, &open.pinned));
        }
        // The first entry of an inspection: nothing of it is in the index yet.
        let mut inspection = Inspection::new(id);
        inspection.apply(entry);
        let Ok(pinned) = self.pinned(&inspection) else { return Ok(None) };
        let made = summary(&inspection, &pinned);
        if inspection.start().is_some() && entry.payload.as_ref().is_some_and(|p| p.kind == "inspection.started") {
            self.open.push(Open { inspection, pinned: Arc::new(pinned) });
        }
        Ok(made)
    }

    /// Makes the row of an inspection again from its entries.
    pub(in crate::app) fn refresh_summary(&mut self, id: &InspectionId) -> Result<(), Failure> {
        self.forget(id);
        let made = match self.inspection(id) {
            Ok(open) => summary(&open.inspection, &open.pinned),
            // Its start or its lists are not here yet: it will be made when they come.
            Err(_) => None,
        };
        if let Some(row) = made {
            self.index.note_inspection(&row)?;
        }
        Ok(())
    }

    /// A pack is here now: inspections of others that waited for it get their row. At the first contact of a phone every
    /// colleague's inspection comes before its lists.
    pub(in crate::app) fn pack_arrived(&mut self, sha256: &Digest) -> Result<(), Failure> {
        self.as_one(|desk| {
            desk.index.pack_arrived(sha256)?;
            for id in desk.index.without_row()? {
                desk.refresh_summary(&id)?;
            }
            Ok(())
        })
    }

    /// Notes packs whose files are durable and whose rows a power cut took: lists that are here are offered.
    pub(super) fn note_packs_here(&mut self) -> Result<(), Failure> {
        for pack in self.index.missing_packs()? {
            if self.packs.has(&pack.sha256) {
                self.pack_arrived(&pack.sha256)?;
            }
        }
        Ok(())
    }

    /// Keeps frames of another feed, which were verified, and applies them. Answers the inspections they touch.
    pub(in crate::app) fn keep_pulled(&mut self, feed: FeedId, frames: &[Frame]) -> Result<Vec<InspectionId>, Failure> {
        if feed == self.own.head().feed {
            return Ok(Vec::new());
        }
        if !self.others.contains_key(&feed) {
            let (file, _) = self.files.open(feed, self.unlocked.feed_file_key(&feed), None)?;
            self.others.insert(feed, file);
        }
        let Some(file) = self.others.get_mut(&feed) else { return Ok(Vec::new()) };
        match file.append(frames) {
            Err(FeedError::Forked(at)) if !self.behind && self.index.told()?.contains_key(&feed) => {
                return self.follow_hq(feed, at, frames);
            }
            done => done?,
        };
        let entries = frames.iter().map(|f| open_frame(Ok(f.clone()))).collect::<Result<Vec<_>, _>>()?;
        Ok(self.apply_pulled(feed, &entries))
    }

    /// HQ fell back, and so did the author of this feed: where this copy has one story, they go on in another. Theirs counts, as
    /// it does for HQ's own feed; the copy is kept under another name.
    fn follow_hq(&mut self, feed: FeedId, at: u64, frames: &[Frame]) -> Result<Vec<InspectionId>, Failure> {
        let Some(file) = self.others.remove(&feed) else { return Ok(Vec::new()) };
        let common = usize::try_from(at.saturating_sub(1)).unwrap_or(usize::MAX);
        let story = file.frames(1).take(common).collect::<Result<Vec<_>, _>>()?;
        drop(file);
        // The index first: after a kill between the two it knows nothing of the feed, and HQ tells it from its beginning.
        let gone = self.as_one(|desk| Ok(desk.index.forget_copy(&feed)?))?;
        self.files.move_aside(&feed)?;
        let (mut file, _) = self.files.open(feed, self.unlocked.feed_file_key(&feed), None)?;
        file.append(&story)?;
        file.append(frames)?;
        self.others.insert(feed, file);
        let entries = story.iter().chain(frames).map(|f| open_frame(Ok(f.clone()))).collect::<Result<Vec<_>, _>>()?;
        let mut touched: BTreeSet<InspectionId> = self.apply_pulled(feed, &entries).into_iter().collect();
        self.as_one(|desk| {
            for id in &gone {
                desk.forget(id);
                if !desk.index.forget_empty(id)? {
                    desk.refresh_summary(id)?;
                }
            }
            Ok(())
        })?;
        self.alarm("copy.replaced", &[("feed", feed.short()), ("seq", at.to_string())]);
        touched.extend(gone);
        Ok(touched.into_iter().collect())
    }

    /// Applies to the index what was added to the copy of a feed.
    fn apply_pulled(&mut self, feed: FeedId, entries: &[Entry]) -> Vec<InspectionId> {
        let Some(head) = self.others.get(&feed).map(|file| file.head().clone()).filter(|_| !self.behind) else {
            return Vec::new();
        };
        let noted = self.as_one(|desk| {
            if feed == desk.hq.hq.feed && desk.index.head(&feed)?.is_none() {
                // From its beginning, for the first time or anew: what an earlier copy said goes with it.
                desk.index.forget_office()?;
            }
            let mut touched = BTreeSet::new();
            for entry in entries {
                touched.extend(note_entry(&desk.index, &desk.hq, &desk.packs, entry, false)?);
            }
            desk.index.note_head(&head, false)?;
            desk.index.note_told(entries, &head)?;
            for id in &touched {
                desk.refresh_summary(id)?;
            }
            Ok(touched.into_iter().collect())
        });
        noted.unwrap_or_else(|e| {
            self.fall_behind(&e);
            Vec::new()
        })
    }
}

fn open_frame(frame: Result<Frame, FeedError>) -> Result<Entry, Failure> {
    frame?.open().map_err(|e| Failure::never("feed.damaged").with("why", e))
}

/// Puts an entry's rows into the index. Answers the inspection it belongs to.
fn note_entry(
    index: &Index,
    hq: &HqFile,
    packs: &Packs,
    entry: &Entry,
    own: bool,
) -> Result<Option<InspectionId>, crate::index::IndexError> {
    let Some(payload) = &entry.payload else { return Ok(None) };
    let event = Event::read(&payload.kind, &payload.body).ok();
    if let Some(inspection) = &payload.inspection {
        let blobs = if own { show::blob_rows(payload, event.as_ref()) } else { Vec::<BlobRow>::new() };
        index.note_entry(entry, inspection, &blobs)?;
        return Ok(Some(inspection.clone()));
    }
    if entry.header.feed == hq.hq.feed {
        match event {
            Some(Event::TaskAssigned(task)) => index.note_task(&task)?,
            Some(Event::TaskWithdrawn(gone)) => index.withdraw_task(&gone.task)?,
            Some(Event::FeedAdmitted(admitted)) => index.note_admitted(&admitted.key)?,
            Some(Event::PackPublished(pack)) => {
                index.note_pack(&pack, entry.header.seq, &payload.time.wall, packs.has(&pack.sha256))?;
            }
            _ => {}
        }
    }
    Ok(None)
}

/// The row of an inspection.
fn summary(inspection: &Inspection, pinned: &Pinned) -> Option<InspectionSummary> {
    let start = inspection.start()?;
    let reading = inspection.read(pinned);
    let firm = &start.value.firm;
    let count = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
    Some(InspectionSummary {
        id: inspection.id.clone(),
        number: start.value.number.clone(),
        task: start.value.task.clone(),
        firm: if firm.short_name.is_empty() { firm.name.clone() } else { firm.short_name.clone() },
        address: firm.address.clone(),
        lists: inspection.list_refs().into_iter().map(|l| l.code).collect(),
        started: start.by.wall.clone(),
        stage: stage(inspection),
        done: count(reading.done()),
        total: count(reading.items.len()),
        non_conforming: reading.tallies.key.non_conforming + reading.tallies.general.non_conforming,
        photos: count(inspection.photo_count()),
    })
}
