//! The desk: an unlocked phone, all rooms together. It writes entries, keeps the index in step, and folds inspections.
//!
//! Order of every write: limits → signature → feed file, fsynced → fold → index. Once the feed has it the entry is
//! acknowledged, whatever happens to the index afterwards: that is made again from the feeds.

use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use xuncha_core::Failure;
use xuncha_core::event::{Event, FeedOpened, Officer};
use xuncha_core::feed::{AppInfo, BlobRef, ClaimedTime, Draft, Entry, Frame, Head, Place, author};
use xuncha_core::ids::{EntryId, FeedId, InspectionId, UserId};
use xuncha_core::inspection::{Inspection, Pinned, Touched};
use xuncha_core::protocol::Signed;
use xuncha_core::protocol::close_of_day::DayAgreed;
use xuncha_core::protocol::hello::{Checkpoint, Verdict};
use xuncha_core::protocol::receipts::Receipt;

use crate::cipher;
use crate::clock;
use crate::feed::{Feed, FeedError, FeedFiles, ReceiptFile};
use crate::index::{BlobRow, Index, InspectionSummary};
use crate::keys::Unlocked;
use crate::packs::Packs;
use crate::vault::{Vault, VaultWriter};

use super::hq_file::{self, HqFile};
use super::verbs::AttachBegin;
use super::views::{Notice, Stage};
use super::{Config, show};

/// Folded inspections kept in memory; the oldest goes first.
const KEPT_OPEN: usize = 6;

/// What HQ said, in the order of its coming: the truth beside the feeds.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum HqWord {
    Receipt(Signed<Receipt>),
    Checkpoint(Signed<Checkpoint>),
    Agreed(Signed<DayAgreed>),
    Verdict { feed: FeedId, verdict: Verdict, at_hq: Head },
}

/// A folded inspection with its pinned data.
pub(super) struct Open {
    pub inspection: Inspection,
    pub pinned: Arc<Pinned>,
}

/// A photo or file that is coming in slices.
pub(super) struct Upload {
    pub begin: AttachBegin,
    pub writer: VaultWriter,
    /// Beginning of the bytes, for judging what it is.
    pub head: Vec<u8>,
}

pub(crate) struct Desk {
    pub(super) unlocked: Unlocked,
    pub(super) hq: HqFile,
    pub(super) files: FeedFiles,
    pub(super) own: Feed,
    pub(super) others: BTreeMap<FeedId, Feed>,
    words: ReceiptFile,
    pub(super) vault: Vault,
    pub(super) packs: Packs,
    pub(super) index: Index,
    index_path: PathBuf,
    open: Vec<Open>,
    pub(super) uploads: HashMap<String, Upload>,
    pub(super) checkpoint: Option<Checkpoint>,
    pub(super) agreed: Option<DayAgreed>,
    pub(super) newest_log_index: Option<u64>,
    notices: Vec<Notice>,
    app: AppInfo,
    /// The index could not take what the feeds have (a full disk): caught up before the next verb.
    behind: bool,
    /// How far verified receipts reach in the own feed.
    receipted_to: u64,
}

fn notice(code: &str, params: &[(&str, String)]) -> Notice {
    Notice { code: code.to_owned(), params: params.iter().map(|(k, v)| ((*k).to_owned(), v.clone())).collect() }
}

impl Desk {
    /// Opens every room. Reports what was found (torn tail, roll-back, index made again) as notices.
    pub(super) fn open(config: &Config, unlocked: Unlocked) -> Result<Self, Failure> {
        let data = &config.data;
        let hq = hq_file::read(data, unlocked.user(), &unlocked.sub_key("hq-file"))?;
        let mut notices = Vec::new();
        let index_path = data.join("index.db");
        let opened = Index::open(&index_path, &unlocked.index_key(), &unlocked.index_salt())?;
        if opened.moved_aside.is_some() {
            notices.push(notice("index.rebuilt", &[]));
        }
        let files = FeedFiles::new(&data.join("feeds"));
        let own_id = unlocked.feed_key().feed;
        let known = opened.index.head(&own_id)?;
        let (own, report) = files.open(own_id, unlocked.feed_file_key(&own_id), known.as_ref())?;
        if report.cut_bytes > 0 {
            notices.push(notice("feed.torn_tail", &[("bytes", report.cut_bytes.to_string())]));
        }
        let mut others = BTreeMap::new();
        for feed in files.list()?.into_iter().filter(|f| *f != own_id) {
            let known = opened.index.head(&feed)?;
            match files.open(feed, unlocked.feed_file_key(&feed), known.as_ref()) {
                Ok((file, _)) => {
                    others.insert(feed, file);
                }
                Err(FeedError::Disk(e)) => return Err(e.into()),
                // A pulled copy that was damaged is only a copy: kept aside, and HQ sends it again at the next contact.
                Err(e) => {
                    files.move_aside(&feed)?;
                    notices.push(notice(&Failure::from(e).code, &[("feed", feed.short())]));
                }
            }
        }
        let words_known = opened.index.meta("words")?.and_then(|n| n.parse().ok()).unwrap_or(0);
        let (words, _) = ReceiptFile::open(&data.join("receipts"), unlocked.receipts_key(), words_known)?;
        let mut desk = Self {
            vault: Vault::open_folder(&data.join("vault"), unlocked.vault_key())?,
            packs: Packs::open(&data.join("packs"))?,
            files,
            own,
            others,
            words,
            index: opened.index,
            index_path,
            open: Vec::new(),
            uploads: HashMap::new(),
            checkpoint: None,
            agreed: None,
            newest_log_index: None,
            notices,
            app: AppInfo { version: config.version.clone(), os: config.os.clone() },
            behind: false,
            receipted_to: 0,
            hq,
            unlocked,
        };
        desk.recall_words()?;
        // The index may be gone or rolled back together with the feed; HQ's receipts remember.
        let have = desk.own.head().seq;
        if desk.receipted_to > have {
            return Err(FeedError::RolledBack { known: desk.receipted_to, have }.into());
        }
        desk.catch_up()?;
        if desk.own.head().seq == 0 {
            desk.write(FeedOpened { succeeds: None }.into(), None, Vec::new(), Vec::new(), None)?;
        }
        Ok(desk)
    }

    pub(super) fn user(&self) -> &UserId {
        self.unlocked.user()
    }
    pub(super) fn notices(&self) -> &[Notice] {
        &self.notices
    }
    pub(super) fn own_head(&self) -> &Head {
        self.own.head()
    }
    pub(super) fn officer(&self) -> Officer {
        Officer {
            user: Some(self.user().clone()),
            name: self.hq.name.clone(),
            certificate: self.hq.certificate_no.clone(),
        }
    }
    pub(super) fn move_hq(&mut self, data: &Path, url: &str) -> Result<(), Failure> {
        let moved = HqFile { url: url.to_owned(), ..self.hq.clone() };
        hq_file::write(data, &moved, &self.unlocked.sub_key("hq-file"))?;
        self.hq = moved;
        Ok(())
    }

    /// Writes one entry of the own feed: durable when it returns.
    pub(super) fn write(
        &mut self,
        event: Event,
        inspection: Option<&InspectionId>,
        over: Vec<EntryId>,
        blobs: Vec<BlobRef>,
        place: Option<Place>,
    ) -> Result<(Entry, Touched), Failure> {
        if self.is_stopped() {
            return Err(Failure::after_action("feed.must_be_succeeded"));
        }
        let draft = Draft {
            salt: cipher::random(),
            actor: self.user().clone(),
            inspection: inspection.cloned(),
            kind: event.kind().to_owned(),
            body: event.body().map_err(|e| Failure::never("event.shape").with("why", e))?,
            over,
            seen_lamport: self.index.lamport()?,
            blobs,
            time: ClaimedTime {
                wall: clock::wall(),
                boot: clock::boot(),
                mono_ms: clock::mono_ms(),
                hq_seen: self.checkpoint.as_ref().map(|c| c.nonce.clone()),
            },
            place,
            app: self.app.clone(),
        };
        let (frame, entry) = author(self.own.head(), draft, self.unlocked.feed_signer())
            .map_err(|e| Failure::never("entry.limits").with("why", e))?;
        self.own.append(std::slice::from_ref(&frame))?;
        let touched = self.fold_in(&entry);
        // Durable: from here on nothing may make the verb fail, or the person would do it twice.
        if !self.behind
            && let Err(e) = self.index_entry(&entry, true)
        {
            self.fall_behind(&e);
        }
        Ok((entry, touched))
    }

    /// The index did not take what is durable in the feeds. A full disk cures itself; anything else: make it again.
    fn fall_behind(&mut self, why: &Failure) {
        tracing::error!(error = %why, "the index did not take what the feeds have");
        self.behind = true;
        if why.code != "disk.full" {
            if let Err(e) = self.rebuild_index() {
                tracing::error!(error = %e, "the index could not be made again");
            }
        }
    }

    /// Brings the index up to the feeds if it fell behind. While it cannot, the phone goes on with what is in memory.
    pub(super) fn catch_up_if_behind(&mut self) {
        if self.behind {
            if let Err(e) = self.catch_up() {
                tracing::warn!(error = %e, "the index is still behind");
            }
        }
    }

    /// HQ refused this feed for good: going on in it would only make entries nobody will take.
    fn is_stopped(&self) -> bool {
        self.notices.iter().any(|n| matches!(n.code.as_str(), "hq.rolled_back" | "hq.forked" | "hq.closed"))
    }

    /// Brings an entry into the folded inspection, if it is in memory.
    pub(super) fn fold_in(&mut self, entry: &Entry) -> Touched {
        let of = entry.payload.as_ref().and_then(|p| p.inspection.as_ref());
        let open = self.open.iter_mut().find(|o| Some(&o.inspection.id) == of);
        open.map(|o| o.inspection.apply(entry)).unwrap_or_default()
    }

    /// The folded inspection with its pinned data, from memory or from the feeds.
    pub(super) fn inspection(&mut self, id: &InspectionId) -> Result<&Open, Failure> {
        if let Some(at) = self.open.iter().position(|o| &o.inspection.id == id) {
            let open = self.open.remove(at);
            self.open.push(open);
        } else {
            let inspection = self.fold(id)?;
            let pinned = Arc::new(self.pinned(&inspection)?);
            if self.open.len() >= KEPT_OPEN {
                self.open.remove(0);
            }
            self.open.push(Open { inspection, pinned });
        }
        self.open.last().ok_or_else(|| Failure::never("inspection.unknown"))
    }

    /// Inspections in memory: those a screen may be showing.
    pub(super) fn open_ids(&self) -> Vec<InspectionId> {
        self.open.iter().map(|o| o.inspection.id.clone()).collect()
    }

    /// The folded inspection if it is in memory: after [`Desk::inspection`] it is.
    pub(super) fn opened(&self, id: &InspectionId) -> Option<&Open> {
        self.open.iter().find(|o| &o.inspection.id == id)
    }

    fn fold(&self, id: &InspectionId) -> Result<Inspection, Failure> {
        if self.behind {
            // Without the newest places it would show less than is there.
            return Err(Failure::after_action("disk.full"));
        }
        let mut inspection = Inspection::new(id.clone());
        for (feed, seq) in self.index.places(id)? {
            if let Some(frame) = self.feed(&feed).map(|f| f.read_at(seq)).transpose()?.flatten() {
                let entry = frame.open().map_err(|e| Failure::never("feed.damaged").with("why", e))?;
                inspection.apply(&entry);
            }
        }
        if inspection.start().is_none() {
            return Err(Failure::never("inspection.unknown"));
        }
        Ok(inspection)
    }

    fn pinned(&self, inspection: &Inspection) -> Result<Pinned, Failure> {
        let start = inspection.start().ok_or_else(|| Failure::never("inspection.unknown"))?;
        let refs = inspection.list_refs();
        let lists = refs.iter().map(|l| Ok((*self.packs.list(&l.sha256)?).clone()));
        let lists = lists.collect::<Result<Vec<_>, Failure>>()?;
        let rule = self.packs.rule(&start.value.rule.sha256)?;
        let form = self.packs.form(&start.value.form)?;
        Ok(Pinned::new(lists, rule, form, &start.value.firm.subject))
    }

    /// Forgets a folded inspection whose lists changed, so that it is pinned anew.
    pub(super) fn forget(&mut self, id: &InspectionId) {
        self.open.retain(|o| &o.inspection.id != id);
    }

    pub(super) fn feed(&self, feed: &FeedId) -> Option<&Feed> {
        if *feed == self.own.head().feed { Some(&self.own) } else { self.others.get(feed) }
    }

    // ---- index -------------------------------------------------------------------------------------------------------

    /// Works on the index as one transaction that may fold inspections. Entries, heads and rows go together: a kill between
    /// them would leave heads that say "applied" over rows that were never made, for good.
    fn as_one<T>(&mut self, work: impl FnOnce(&mut Self) -> Result<T, Failure>) -> Result<T, Failure> {
        self.index.begin()?;
        let done = work(self).and_then(|value| Ok(self.index.commit().map(|()| value)?));
        if done.is_err() {
            self.index.roll_back();
        }
        done
    }

    /// Applies to the index what the feeds have and it has not.
    fn catch_up(&mut self) -> Result<(), Failure> {
        // Within the transaction every place is known.
        let behind = std::mem::take(&mut self.behind);
        let done = self.as_one(Self::apply_feeds);
        self.behind = behind && done.is_err();
        done
    }

    fn apply_feeds(&mut self) -> Result<(), Failure> {
        let feeds: Vec<FeedId> = std::iter::once(self.own.head().feed).chain(self.others.keys().copied()).collect();
        let mut touched = std::collections::BTreeSet::new();
        for feed in feeds {
            let from = self.index.head(&feed)?.map_or(0, |h| h.seq) + 1;
            let own = feed == self.own.head().feed;
            // Not through `self.feed`: the index is written while the feed is read.
            let file = if own { Some(&self.own) } else { self.others.get(&feed) };
            let Some(file) = file.filter(|f| f.head().seq >= from) else { continue };
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

    fn rebuild_index(&mut self) -> Result<(), Failure> {
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
    fn index_entry(&mut self, entry: &Entry, own: bool) -> Result<(), Failure> {
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

    fn summary_of(&mut self, entry: &Entry) -> Result<Option<InspectionSummary>, Failure> {
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
    pub(super) fn refresh_summary(&mut self, id: &InspectionId) -> Result<(), Failure> {
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

    // ---- pulled feeds ------------------------------------------------------------------------------------------------

    /// Keeps frames of another feed, which were verified, and applies them. Answers the inspections they touch.
    pub(super) fn keep_pulled(&mut self, feed: FeedId, frames: &[Frame]) -> Result<Vec<InspectionId>, Failure> {
        if feed == self.own.head().feed {
            return Ok(Vec::new());
        }
        if !self.others.contains_key(&feed) {
            let (file, _) = self.files.open(feed, self.unlocked.feed_file_key(&feed), None)?;
            self.others.insert(feed, file);
        }
        let Some(file) = self.others.get_mut(&feed) else { return Ok(Vec::new()) };
        file.append(frames)?;
        let head = file.head().clone();
        let entries = frames.iter().map(|f| open_frame(Ok(f.clone()))).collect::<Result<Vec<_>, _>>()?;
        if self.behind {
            return Ok(Vec::new());
        }
        let noted = self.as_one(|desk| {
            let mut touched = std::collections::BTreeSet::new();
            for entry in &entries {
                touched.extend(note_entry(&desk.index, &desk.hq, &desk.packs, entry, false)?);
            }
            desk.index.note_head(&head, false)?;
            for id in &touched {
                desk.refresh_summary(id)?;
            }
            Ok(touched.into_iter().collect())
        });
        Ok(noted.unwrap_or_else(|e| {
            self.fall_behind(&e);
            Vec::new()
        }))
    }

    // ---- HQ's words --------------------------------------------------------------------------------------------------

    /// Keeps something HQ said; durable when it returns.
    pub(super) fn keep_word(&mut self, word: HqWord) -> Result<(), Failure> {
        let bytes = serde_json::to_vec(&word).map_err(|e| Failure::never("receipt.shape").with("why", e))?;
        let number = self.words.append(&[&bytes])?;
        self.take_word(&word);
        if self.behind {
            return Ok(());
        }
        let noted = self.index.transaction(|index| {
            if let HqWord::Receipt(signed) = &word
                && let Ok(receipt) = signed.verify(&self.hq.hq.key)
            {
                index.note_receipt(&receipt)?;
            }
            index.set_meta("words", &number.to_string())
        });
        if let Err(e) = noted {
            self.fall_behind(&e.into());
        }
        Ok(())
    }

    /// What of HQ's words is kept in memory.
    fn take_word(&mut self, word: &HqWord) {
        let key = &self.hq.hq.key;
        match word {
            HqWord::Receipt(signed) => {
                if let Ok(receipt) = signed.verify(key) {
                    self.newest_log_index = self.newest_log_index.max(Some(receipt.log_index));
                    if receipt.feed == self.own.head().feed {
                        self.receipted_to = self.receipted_to.max(receipt.stored_to.seq);
                    }
                }
            }
            HqWord::Checkpoint(signed) => {
                if let Ok(checkpoint) = signed.verify(key) {
                    self.newest_log_index = self.newest_log_index.max(Some(checkpoint.log_index));
                    self.checkpoint = Some(checkpoint);
                }
            }
            HqWord::Agreed(signed) => self.agreed = signed.verify(key).ok(),
            HqWord::Verdict { feed, verdict, at_hq } => {
                let code = match verdict {
                    Verdict::Continues => return,
                    Verdict::RolledBack => "hq.rolled_back",
                    Verdict::Forked => "hq.forked",
                    Verdict::Closed => "hq.closed",
                };
                if *feed == self.own.head().feed && !self.notices.iter().any(|n| n.code == code) {
                    self.notices.push(notice(code, &[("seq", at_hq.seq.to_string())]));
                }
            }
        }
    }

    fn recall_words(&mut self) -> Result<(), Failure> {
        self.each_word(1, |desk, word| {
            desk.take_word(&word);
            Ok(())
        })
    }

    /// Applies receipts the index has not seen.
    fn apply_words(&mut self) -> Result<(), Failure> {
        let from = self.index.meta("words")?.and_then(|n| n.parse::<u64>().ok()).unwrap_or(0) + 1;
        if from > self.words.count() {
            return Ok(());
        }
        self.each_word(from, |desk, word| {
            if let HqWord::Receipt(signed) = word
                && let Ok(receipt) = signed.verify(&desk.hq.hq.key)
            {
                desk.index.note_receipt(&receipt)?;
            }
            Ok(())
        })?;
        Ok(self.index.set_meta("words", &self.words.count().to_string())?)
    }

    fn each_word(
        &mut self,
        from: u64,
        mut take: impl FnMut(&mut Self, HqWord) -> Result<(), Failure>,
    ) -> Result<(), Failure> {
        let mut next = from.max(1);
        while next <= self.words.count() {
            for (number, bytes) in self.words.read(next, 1 << 20)? {
                if let Ok(word) = serde_json::from_slice(&bytes) {
                    take(self, word)?;
                }
                next = number + 1;
            }
        }
        Ok(())
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

/// Where an inspection stands.
pub(super) fn stage(inspection: &Inspection) -> Stage {
    if inspection.abandoned().is_some() {
        return Stage::Abandoned;
    }
    match inspection.seal() {
        None => Stage::Draft,
        Some(seal) if seal.is_sealed() => Stage::Sealed,
        // A proposal that the work went on past is no proposal any more.
        Some(seal) if !seal.outside.is_empty() => Stage::Draft,
        Some(_) => Stage::Signing,
    }
}
