//! The desk: an unlocked phone, all rooms together. It writes entries, keeps the index in step, and folds inspections.
//!
//! Order of every write: limits → signature → feed file, fsynced → fold → index. Once the feed has it the entry is
//! acknowledged, whatever happens to the index afterwards: that is made again from the feeds.
//!
//! Here: opening, writing, folding. Beside it: `indexing` (the index follows the feeds), `words` (what HQ said), `ledger` (what that
//! proves), `orphans` (originals nobody
//! was promised).

mod indexing;
mod kept;
mod ledger;
mod orphans;
mod words;

use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use xuncha_core::Failure;
use xuncha_core::event::{Event, FeedOpened, Officer};
use xuncha_core::feed::{AppInfo, BlobRef, ClaimedTime, Draft, Entry, Head, Place, author};
use xuncha_core::ids::{BlobHash, EntryId, FeedId, InspectionId, UserId};
use xuncha_core::inspection::{Inspection, Pinned, Touched};
use xuncha_core::protocol::hello::Checkpoint;

use crate::cipher;
use crate::clock;
use crate::disk::{self, DiskError, Reserve};
use crate::feed::{Feed, FeedError, FeedFiles, ReceiptFile};
use crate::index::Index;
use crate::keys::Unlocked;
use crate::packs::Packs;
use crate::vault::{Vault, VaultWriter};

use super::Config;
use super::hq_file::{self, HqFile};
use super::verbs::AttachBegin;
use super::views::{Notice, Stage};

pub(super) use kept::{Kept, Under};
pub(super) use ledger::Ledger;
pub(super) use words::HqWord;

/// Folded inspections kept in memory; the oldest goes first.
const KEPT_OPEN: usize = 6;

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
    /// When the last slice came.
    pub touched: std::time::Instant,
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
    pub(super) ledger: Ledger,
    pub(super) kept: Kept,
    /// Originals on their way back from HQ, as far as they have come.
    pub(super) fetching: HashMap<BlobHash, VaultWriter>,
    /// Room kept back for the end of an inspection.
    pub(super) reserve: Reserve,
    /// The inspection a screen opened last.
    pub(super) shown: Option<InspectionId>,
    /// The person closes the day: the next comparison begins at the first entry.
    pub(super) compare_all: bool,
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
        // Names in it that a killed process left uncertain: a feed's durable bytes are worth nothing in a folder without a name.
        disk::sync_folder(data)?;
        let mut reserve = Reserve::open(data);
        // Before anything is opened: a database that cannot make its companions does not open at all.
        reserve.heed();
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
        if opened.empty && opened.moved_aside.is_none() && own.head().seq > 0 {
            notices.push(notice("index.rebuilt", &[]));
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
            ledger: Ledger::default(),
            kept: Kept::default(),
            fetching: HashMap::new(),
            reserve,
            shown: None,
            compare_all: false,
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
        desk.note_packs_here()?;
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
    /// Something HQ did that a person must hear of, until the app is locked.
    pub(super) fn alarm(&mut self, code: &str, params: &[(&str, String)]) {
        self.notices.retain(|n| n.code != code);
        self.notices.push(notice(code, params));
    }
    /// What was said is no more so.
    pub(super) fn calm(&mut self, code: &str) {
        self.notices.retain(|n| n.code != code);
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
            seen_lamport: self.index.lamport(&self.hq.hq.feed)?,
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
        self.with_reserve(|desk| desk.own.append(std::slice::from_ref(&frame)).map(drop))?;
        let touched = self.fold_in(&entry);
        // Durable: from here on nothing may make the verb fail, or the person would do it twice.
        if !self.behind
            && let Err(e) = self.index_entry(&entry, true)
        {
            self.fall_behind(&e);
        }
        Ok((entry, touched))
    }

    /// Once more with the reserve given up, if the disk was full: nobody who writes words or signs shall wait for room.
    fn with_reserve<T>(&mut self, mut work: impl FnMut(&mut Self) -> Result<T, FeedError>) -> Result<T, FeedError> {
        match work(self) {
            Err(FeedError::Disk(DiskError::Full)) if self.reserve.give_up() => work(self),
            done => done,
        }
    }

    /// The index did not take what is durable in the feeds. A full disk cures itself; anything else: make it again.
    fn fall_behind(&mut self, why: &Failure) {
        tracing::error!(error = %why, "the index did not take what the feeds have");
        self.behind = true;
        if why.code != "disk.full"
            && let Err(e) = self.rebuild_index()
        {
            tracing::error!(error = %e, "the index could not be made again");
        }
    }

    /// Brings the index up to the feeds if it fell behind. While it cannot, the phone goes on with what is in memory.
    pub(super) fn catch_up_if_behind(&mut self) {
        if self.behind
            && let Err(e) = self.catch_up()
        {
            tracing::warn!(error = %e, "the index is still behind");
        }
    }

    /// HQ refused this feed for good: going on in it would only make entries nobody will take.
    pub(super) fn is_stopped(&self) -> bool {
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

    pub(super) fn fold(&self, id: &InspectionId) -> Result<Inspection, Failure> {
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

    pub(super) fn pinned(&self, inspection: &Inspection) -> Result<Pinned, Failure> {
        let start = inspection.start().ok_or_else(|| Failure::never("inspection.unknown"))?;
        let refs = inspection.list_refs();
        let lists = refs.iter().map(|l| Ok((*self.packs.list(&l.sha256)?).clone()));
        let lists = lists.collect::<Result<Vec<_>, Failure>>()?;
        let rule = self.packs.rule(&start.value.rule.sha256)?;
        let form = self.packs.form(&start.value.form)?;
        // A version that held once and is not here any more takes its wording with it, not what was said.
        let earlier = inspection.earlier_refs().into_iter();
        let earlier = earlier.filter_map(|l| Some((l.sha256, (*self.packs.list(&l.sha256).ok()?).clone())));
        Ok(Pinned::new(lists, rule, form, &start.value.firm.subject).with_earlier(earlier))
    }

    /// Forgets a folded inspection whose lists changed, so that it is pinned anew.
    pub(super) fn forget(&mut self, id: &InspectionId) {
        self.open.retain(|o| &o.inspection.id != id);
    }

    pub(super) fn feed(&self, feed: &FeedId) -> Option<&Feed> {
        if *feed == self.own.head().feed { Some(&self.own) } else { self.others.get(feed) }
    }
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
