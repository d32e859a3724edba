//! The close of a day: what is under HQ's receipts and what only this phone has, by inspection and by name.
//!
//! What it is: the verb `day`, and the phone's side of the comparison with HQ ([`manifest`], [`settle`]). What it is not: the
//! talk with HQ (`crate::sync::close_of_day`).
//!
//! Invariant: every claim is computed from the own feed and from HQ's words ([`super::desk::Ledger`]); the index is asked only
//! where entries lie and what was touched on a day. Everything up to the settled place was looked at once and is under
//! receipts, so a look costs what happened since, however long the feed is.

mod view;

use std::collections::{BTreeMap, BTreeSet};

use xuncha_core::Failure;
use xuncha_core::checklist::EvidenceKind;
use xuncha_core::event::Event;
use xuncha_core::feed::{BlobRef, Entry};
use xuncha_core::ids::{BlobHash, InspectionId};
use xuncha_core::protocol::close_of_day::FeedClaim;

use crate::clock;
use crate::sync::{Manifest, OwnBlob};

use super::Device;
use super::desk::{Desk, HqWord, Ledger, stage};
use super::show::blob_rows;
use super::verbs::{DayArgs, Nothing};
use super::views::{AgreedView, OnlyHere, Stage, SyncView};

pub use view::{DayApart, DayCounts, DayFile, DayFileKind, DayInspection, DayView};

/// Entries read under one hold of the desk: a whole feed must not keep the screens waiting.
const AT_ONCE: usize = 1_000;
/// HQ looks for every object again when the last time is this many hours ago.
const COMPARED_HOURS: i64 = 20;

/// What an own entry is to the close of a day.
struct Read {
    seq: u64,
    inspection: Option<InspectionId>,
    event: Option<Event>,
    blobs: Vec<BlobRef>,
    names: Vec<String>,
}

impl Read {
    fn new(entry: &Entry) -> Self {
        let payload = entry.payload.as_ref();
        let event = payload.and_then(|p| Event::read(&p.kind, &p.body).ok());
        let rows = payload.map(|p| blob_rows(p, event.as_ref())).unwrap_or_default();
        let (blobs, names) = rows.into_iter().map(|row| (row.blob, row.name)).unzip();
        let inspection = payload.and_then(|p| p.inspection.clone());
        Self { seq: entry.header.seq, inspection, event, blobs, names }
    }
    fn kind(&self) -> DayFileKind {
        match &self.event {
            Some(Event::EvidenceAdded(e)) if e.kind == EvidenceKind::Photo => DayFileKind::Photo,
            Some(Event::SealProposed(_)) => DayFileKind::Seal,
            Some(Event::SealSigned(_) | Event::SealRefused(_)) => DayFileKind::Signature,
            _ => DayFileKind::File,
        }
    }
    fn is_at_hq(&self, ledger: &Ledger) -> bool {
        ledger.has_entry(self.seq) && self.blobs.iter().all(|b| ledger.has_blob(self.seq, &b.sha256))
    }
    fn count(&self, counts: &mut DayCounts) {
        match &self.event {
            Some(Event::EvidenceAdded(e)) if e.kind == EvidenceKind::Photo => counts.photos += 1,
            Some(Event::EvidenceAdded(_)) => counts.files += 1,
            Some(Event::SealSigned(_)) => counts.signatures += 1,
            _ => {}
        }
    }
}

/// What an inspection's own entries come to here, and what of it is under receipts. The inspection itself is only if all of
/// it is: not every blob is one of the things that are counted.
fn counts(reads: &[Read], ledger: &Ledger) -> (DayCounts, DayCounts) {
    let mut here = DayCounts { inspections: 1, ..DayCounts::default() };
    let mut at_hq = DayCounts { inspections: 1, ..DayCounts::default() };
    for read in reads {
        here.entries += 1;
        read.count(&mut here);
        at_hq.entries += u32::from(ledger.has_entry(read.seq));
        if read.is_at_hq(ledger) {
            read.count(&mut at_hq);
        } else {
            at_hq.inspections = 0;
        }
    }
    (here, at_hq)
}

impl Desk {
    fn own_entries(&self, from: u64, to: u64, most: usize) -> Result<Vec<Read>, Failure> {
        let count = usize::try_from((to + 1).saturating_sub(from)).unwrap_or(usize::MAX).min(most);
        let frames = self.own.frames(from).take(count);
        frames.map(|f| Ok(Read::new(&f?.open().map_err(|e| Failure::never("feed.damaged").with("why", e))?))).collect()
    }

    /// Own entries that are not wholly under receipts: those after the settled place, and those of what HQ lost.
    fn unsettled(&self) -> Result<Vec<Read>, Failure> {
        let (settled, head) = (self.ledger.settled, self.own_head().seq);
        let lost: BTreeSet<u64> = self.ledger.lost.values().copied().filter(|seq| *seq <= settled).collect();
        let mut all = Vec::new();
        for seq in lost {
            all.extend(self.own_entries(seq, seq, 1)?);
        }
        // After a restored HQ the receipts may end before the settled place.
        let from = settled.min(self.ledger.entries_to) + 1;
        all.retain(|read| read.seq < from);
        all.extend(self.own_entries(from, head, usize::MAX)?);
        all.retain(|read| !read.is_at_hq(&self.ledger));
        Ok(all)
    }

    fn own_part(&self, id: &InspectionId, of_day: bool) -> Result<DayInspection, Failure> {
        let own = self.own_head().feed;
        let mut reads = Vec::new();
        for (_, seq) in self.index.places(id)?.into_iter().filter(|(feed, _)| *feed == own) {
            reads.extend(self.own_entries(seq, seq, 1)?);
        }
        let (here, at_hq) = counts(&reads, &self.ledger);
        // Without a start that came here yet there is no firm to name.
        let state = self.fold(id).ok();
        let start = state.as_ref().and_then(|s| s.start()).map(|w| &w.value);
        let firm = start.map(|s| if s.firm.short_name.is_empty() { &s.firm.name } else { &s.firm.short_name });
        Ok(DayInspection {
            id: id.clone(),
            number: start.map(|s| s.number.clone()).unwrap_or_default(),
            firm: firm.cloned().unwrap_or_default(),
            stage: state.as_ref().map_or(Stage::Draft, stage),
            of_day,
            here,
            at_hq,
        })
    }

    fn day(&self, date: String) -> Result<DayView, Failure> {
        let unsettled = self.unsettled()?;
        let touched = self.index.touched_on(&self.own_head().feed, &date)?;
        let still: BTreeSet<InspectionId> = unsettled.iter().filter_map(|r| r.inspection.clone()).collect();
        let others = still.iter().filter(|id| !touched.contains(*id)).map(|id| (id, false));
        let ids = touched.iter().map(|id| (id, true)).chain(others);
        let inspections = ids.map(|(id, of_day)| self.own_part(id, of_day)).collect::<Result<Vec<_>, _>>()?;
        let firm_of = |id: &Option<InspectionId>| {
            let found = inspections.iter().find(|i| Some(&i.id) == id.as_ref());
            found.map(|i| i.firm.clone()).unwrap_or_default()
        };
        let (mut here, mut at_hq) = (DayCounts::default(), DayCounts::default());
        for i in inspections.iter().filter(|i| i.of_day) {
            here.add(&i.here);
            at_hq.add(&i.at_hq);
        }
        let files = self.files(&unsettled, firm_of);
        let mut apart = Vec::new();
        for q in &self.ledger.apart {
            let entry = self.own_entries(q.seq, q.seq, 1)?.pop();
            let inspection = entry.and_then(|read| read.inspection);
            let firm = firm_of(&inspection);
            apart.push(DayApart { seq: q.seq, reason: q.reason.clone(), inspection, firm });
        }
        let head = self.own_head().seq;
        let photos = files.iter().filter(|f| f.kind == DayFileKind::Photo).count() as u64;
        Ok(DayView {
            date,
            here,
            at_hq,
            only_here: OnlyHere {
                inspections: still.len() as u64,
                photos,
                files: files.len() as u64 - photos,
                entries: head.saturating_sub(self.ledger.entries_to),
                bytes: files.iter().map(|f| f.size).sum(),
            },
            inspections,
            files,
            apart,
            refused: self.notices().iter().filter(|n| n.code.starts_with("hq.")).cloned().collect(),
            since: self.ledger.agreed.as_ref().map_or(head, |day| {
                head - day
                    .feeds
                    .iter()
                    .find(|f| f.head.feed == self.own_head().feed)
                    .map_or(0, |f| f.head.seq.min(head))
            }),
            agreed: self.ledger.agreed.as_ref().map(AgreedView::from),
            compared: self.ledger.compared.clone(),
            last_contact: self.checkpoint.as_ref().map(|c| c.time.clone()),
        })
    }

    /// Each file once, in the order of the entries.
    fn files(&self, unsettled: &[Read], firm_of: impl Fn(&Option<InspectionId>) -> String) -> Vec<DayFile> {
        let mut seen = BTreeSet::new();
        let mut files = Vec::new();
        for read in unsettled {
            for (blob, name) in read.blobs.iter().zip(&read.names) {
                if self.ledger.has_blob(read.seq, &blob.sha256) || !seen.insert(blob.sha256) {
                    continue;
                }
                let item = match &read.event {
                    Some(Event::EvidenceAdded(e)) => e.item.clone(),
                    _ => None,
                };
                files.push(DayFile {
                    sha256: blob.sha256,
                    kind: read.kind(),
                    name: name.clone(),
                    size: blob.size,
                    inspection: read.inspection.clone(),
                    firm: firm_of(&read.inspection),
                    item,
                    here: self.vault.contains(&blob.sha256),
                    lost: self.ledger.lost.contains_key(&blob.sha256),
                });
            }
        }
        files
    }

    /// From where on the blobs are compared in this contact.
    fn compare_from(&self) -> u64 {
        let hours = |(then, now): (&String, &String)| {
            let (then, now): (jiff::Timestamp, jiff::Timestamp) = (then.parse().ok()?, now.parse().ok()?);
            Some(now.duration_since(then).as_hours())
        };
        let now = self.checkpoint.as_ref().map(|c| &c.time);
        let since = self.ledger.compared.as_ref().zip(now).and_then(hours);
        let due = since.is_none_or(|hours| hours >= COMPARED_HOURS);
        if self.compare_all || due { 0 } else { self.ledger.settled.min(self.own_head().seq) }
    }
}

impl DayCounts {
    fn add(&mut self, other: &Self) {
        self.inspections += other.inspections;
        self.entries += other.entries;
        self.photos += other.photos;
        self.files += other.files;
        self.signatures += other.signatures;
    }
}

/// What HQ should have, read from the own feed itself.
pub(super) fn manifest(device: &Device) -> Result<Manifest, Failure> {
    let (head, from) = device.at_desk(|desk| Ok((desk.own_head().clone(), desk.compare_from())))?;
    let mut first: BTreeMap<BlobHash, u64> = BTreeMap::new();
    each(device, from, head.seq, |_, read| {
        for blob in &read.blobs {
            first.entry(blob.sha256).or_insert(read.seq);
        }
    })?;
    let feed = head.feed;
    let claim = FeedClaim::new(head, from, first.keys().copied());
    let blobs = first.into_iter().map(|(sha256, seq)| OwnBlob { feed, seq, sha256 }).collect();
    Ok(Manifest { feeds: vec![claim], blobs })
}

/// After an agreement: looks at what came since the settled place, and settles it if all of it is under receipts.
pub(super) fn settle(device: &Device) -> Result<(), Failure> {
    let (from, to) = device.at_desk(|desk| {
        let own = desk.own_head().feed;
        let agreed = desk.ledger.agreed.iter().flat_map(|day| &day.feeds).find(|f| f.head.feed == own);
        Ok((desk.ledger.settled, agreed.map_or(0, |f| f.head.seq.min(desk.own_head().seq))))
    })?;
    let mut all = true;
    each(device, from, to, |ledger, read| all &= read.is_at_hq(ledger))?;
    if all && to > from {
        device.at_desk(|desk| {
            let feed = desk.own_head().feed;
            desk.keep_word(HqWord::Settled { feed, seq: to })
        })?;
    }
    Ok(())
}

/// Walks own entries after `from` and up to `to`, a stretch at a time.
fn each(device: &Device, from: u64, to: u64, mut see: impl FnMut(&Ledger, &Read)) -> Result<(), Failure> {
    let mut next = from + 1;
    while next <= to {
        next = device.at_desk(|desk| {
            let stretch = desk.own_entries(next, to, AT_ONCE)?;
            let last = stretch.last().map(|read| read.seq).ok_or_else(|| Failure::never("feed.damaged"))?;
            stretch.iter().for_each(|read| see(&desk.ledger, read));
            Ok(last + 1)
        })?;
    }
    Ok(())
}

impl Device {
    pub(super) async fn day(&self, args: DayArgs) -> Result<DayView, Failure> {
        let date = args.date.unwrap_or_else(clock::today);
        self.blocking(move |d| d.at_desk(|desk| desk.day(date))).await
    }

    /// Closes the day: a sync in which HQ looks for every original again.
    pub(super) async fn close_day(&self, nothing: Nothing) -> Result<SyncView, Failure> {
        self.at_desk(|desk| {
            desk.compare_all = true;
            Ok(())
        })?;
        self.sync_start(nothing).await
    }
}

#[cfg(test)]
mod tests {
    use xuncha_core::event::{SealRole, SealSigned, SignMethod};
    use xuncha_core::feed::BlobSource;
    use xuncha_core::ids::EntryId;

    use super::*;

    fn read(seq: u64, event: Option<Event>, blobs: &[BlobHash]) -> Read {
        let blob = |sha256: &BlobHash| BlobRef {
            sha256: *sha256,
            size: 1,
            mime: "image/png".into(),
            source: BlobSource::Screen,
        };
        let blobs: Vec<BlobRef> = blobs.iter().map(blob).collect();
        Read { seq, inspection: None, event, names: vec![String::new(); blobs.len()], blobs }
    }

    #[test]
    fn an_inspection_is_at_hq_only_if_every_blob_of_it_is_also_those_that_are_not_counted() {
        let signed = SealSigned {
            proposal: EntryId::digest(&[b"p"]),
            role: SealRole::Firm,
            name: "W".into(),
            method: SignMethod::Drawn,
        };
        let (manifest, drawing) = (BlobHash::digest(&[b"manifest"]), BlobHash::digest(&[b"drawing"]));
        let reads = [read(1, None, &[manifest]), read(2, Some(signed.into()), &[drawing])];
        let mut ledger = Ledger::default();
        let at_hq = |ledger: &Ledger| {
            let (here, at_hq) = counts(&reads, ledger);
            assert_eq!((here.inspections, here.entries, here.signatures), (1, 2, 1));
            (at_hq.inspections, at_hq.entries, at_hq.signatures)
        };
        assert_eq!(at_hq(&ledger), (0, 0, 0));
        ledger.entries_to = 2;
        assert_eq!(at_hq(&ledger), (0, 2, 0));
        ledger.prove(drawing);
        assert_eq!(at_hq(&ledger), (0, 2, 1), "the manifest of the seal is still only here");
        ledger.prove(manifest);
        assert_eq!(at_hq(&ledger), (1, 2, 1));
        ledger.lost.insert(manifest, 1);
        assert_eq!(at_hq(&ledger), (0, 2, 1), "HQ had it and lost it");
    }
}
