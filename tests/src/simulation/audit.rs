//! What must hold, judged by eyes of their own: nothing here asks the code under test whether it was right.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use anyhow::Result;
use rusqlite::OptionalExtension as _;
use xuncha_core::event::Event;
use xuncha_core::feed::{Chain, Entry, FeedKey, Frame, Head};
use xuncha_core::ids::{BlobHash, EntryId, FeedId, InspectionId, ItemCode};
use xuncha_core::inspection::Inspection;
use xuncha_core::protocol::hello::Restored;
use xuncha_core::protocol::pull::PullReply;
use xuncha_core::protocol::receipts::{Receipt, ReceiptReply};
use xuncha_hq::projections::entry::inert;

use super::disk::Contents;
use super::objects::lock;
use super::office::{Office, PEOPLE};
use super::phone::Phone;

/// What somebody who sees everything remembers.
pub struct Oracle {
    /// Keys of all feeds, HQ's too.
    keys: BTreeMap<FeedId, FeedKey>,
    hq: FeedKey,
    /// What HQ holds at each place of each feed.
    log: BTreeMap<(FeedId, u64), EntryId>,
    heads: BTreeMap<FeedId, Head>,
    log_index: u64,
    /// What HQ ever had, before it was restored, too: whose, and of which inspection.
    ever: BTreeMap<EntryId, (FeedId, Option<InspectionId>)>,
    /// How often HQ was restored.
    restorations: usize,
    /// Name of the last time.
    restored: Option<String>,
    /// Every original somebody made.
    pub blobs: BTreeMap<BlobHash, Arc<Vec<u8>>>,
    /// Whom each inspection's officers ever named.
    pub teams: BTreeMap<InspectionId, BTreeSet<String>>,
    /// Receipts HQ gave out, as long as nothing older took its place.
    receipts: Vec<Receipt>,
    /// Feeds that were copied, rolled back or belong to somebody who means ill.
    pub disturbed: BTreeSet<FeedId>,
    /// By phone: what was called saved.
    pub saved: Vec<Vec<EntryId>>,
    /// By phone: how often HQ fell back for it, and the most it saw of HQ's log since.
    seen: Vec<(usize, u64)>,
    /// Receipts, pulled pages, entries at HQ that were looked at.
    pub looked_at: usize,
}

/// A broken promise, in words.
pub type Broken = String;

fn db<T>(asked: Result<T>) -> Result<T, Broken> {
    asked.map_err(|e| format!("HQ's database cannot be read: {e:#}"))
}

impl Oracle {
    /// Of a world that begins.
    pub fn new(office: &Office) -> Result<Self, Broken> {
        let identity = office.identity();
        let (device, user) = ("hq".parse(), "hq".parse());
        let (Ok(device), Ok(user)) = (device, user) else { return Err("hq is no name".to_owned()) };
        let hq = FeedKey::new(identity.key, device, user);
        let keys = office.feeds().iter().chain([&hq]).map(|k| (k.feed, k.clone())).collect();
        let mut oracle = Self {
            keys,
            hq,
            log: BTreeMap::new(),
            heads: BTreeMap::new(),
            log_index: 0,
            ever: BTreeMap::new(),
            restorations: 0,
            restored: None,
            blobs: BTreeMap::new(),
            teams: BTreeMap::new(),
            receipts: Vec::new(),
            disturbed: BTreeSet::new(),
            saved: Vec::new(),
            seen: Vec::new(),
            looked_at: 0,
        };
        oracle.log_grew(office)?;
        Ok(oracle)
    }

    /// Where HQ's copy of a feed ends.
    pub fn head(&self, feed: &FeedId) -> Head {
        self.heads.get(feed).cloned().unwrap_or_else(|| Head::empty(*feed))
    }
    /// Whether HQ holds this entry.
    pub fn holds(&self, id: &EntryId) -> bool {
        self.log.values().any(|e| e == id)
    }
    /// Names of entries at HQ.
    pub fn entries(&self) -> Vec<EntryId> {
        self.log.values().copied().collect()
    }

    /// I4, I8: what came into HQ's log follows, and is signed by whom it says.
    pub fn log_grew(&mut self, office: &Office) -> Result<(), Broken> {
        let after = i64::try_from(self.log_index).unwrap_or(i64::MAX);
        let new = db(office.query(|c| {
            let sql = "SELECT log_index, feed, seq, id, header, sig, payload FROM entries WHERE log_index > ?1 ORDER BY log_index";
            c.prepare_cached(sql)?
                .query_map([after], |r| {
                    let bytes: (Vec<u8>, [u8; 64], Vec<u8>) = (r.get(4)?, r.get(5)?, r.get(6)?);
                    Ok((r.get::<_, i64>(0)?, r.get::<_, [u8; 32]>(1)?, r.get::<_, i64>(2)?, r.get::<_, [u8; 32]>(3)?, bytes))
                })?
                .collect::<rusqlite::Result<Vec<_>>>()
        }))?;
        for (log_index, feed, seq, id, (header, sig, payload)) in new {
            let feed = FeedId::from_bytes(feed);
            let place = u64::try_from(log_index).unwrap_or(0);
            if place != self.log_index + 1 {
                return Err(format!("I5: HQ's log jumps from {} to {place}", self.log_index));
            }
            self.log_index = place;
            let key = self.keys.get(&feed).ok_or("I4: HQ stored an entry of a feed that was never admitted")?;
            let frame = frame_of(&header, sig, &payload)?;
            let before = self.heads.get(&feed).cloned().unwrap_or_else(|| Head::empty(feed));
            let mut chain = Chain::resume(key.key, before);
            let entry = chain.accept(&frame).map_err(|e| format!("I4: HQ stored what does not follow: {e}"))?;
            if entry.id != EntryId::from_bytes(id) || u64::try_from(seq) != Ok(entry.header.seq) {
                return Err("I4: HQ stored an entry under another name or place".to_owned());
            }
            self.log.insert((feed, entry.header.seq), entry.id);
            self.ever.insert(entry.id, (feed, entry.payload.and_then(|p| p.inspection)));
            self.heads.insert(feed, chain.head().clone());
            self.looked_at += 1;
        }
        Ok(())
    }

    /// I1, I4: HQ still has exactly what it had, in its place.
    pub fn log_stands(&self, office: &Office) -> Result<(), Broken> {
        let all = db(office.query(|c| {
            c.prepare_cached("SELECT feed, seq, id FROM entries")?
                .query_map([], |r| Ok(((r.get::<_, [u8; 32]>(0)?, r.get::<_, i64>(1)?), r.get::<_, [u8; 32]>(2)?)))?
                .collect::<rusqlite::Result<Vec<_>>>()
        }))?;
        if all.len() != self.log.len() {
            return Err(format!("I1: HQ has {} entries, and had {}", all.len(), self.log.len()));
        }
        for ((feed, seq), id) in all {
            let place = (FeedId::from_bytes(feed), u64::try_from(seq).unwrap_or(0));
            if self.log.get(&place) != Some(&EntryId::from_bytes(id)) {
                return Err(format!("I4: HQ has another entry at {} of {} than it had", place.1, place.0.short()));
            }
        }
        Ok(())
    }

    /// I2: a receipt leaves HQ. Everything it names is durable at this moment, and delivered by somebody who may.
    pub fn receipt(&mut self, office: &Office, reply: &ReceiptReply, number: u8) -> Result<(), Broken> {
        let receipt = reply.receipt.verify(&self.hq.key).map_err(|_| "I2: HQ gave out a receipt it did not sign")?;
        self.holds_true(office, &receipt)?;
        for kept_apart in &receipt.quarantined {
            if self.log.values().any(|id| *id == kept_apart.id) && self.is_garbled(office, &kept_apart.id)? {
                return Err("I5: HQ keeps an entry apart that it has in its place".to_owned());
            }
        }
        let user = PEOPLE[usize::from(number)].0;
        for blob in &receipt.blobs_stored {
            if !self.may_know(office, &receipt.feed, blob, user)? {
                return Err(format!("I11: {user} is told that HQ has a blob that is none of {user}'s business"));
            }
        }
        self.looked_at += 1;
        self.receipts.push(receipt);
        Ok(())
    }

    /// Whether the frame that is kept apart under this name is the very entry. Bytes that were damaged on the way may bear the
    /// name of an entry, which is a hash of its header alone.
    fn is_garbled(&self, office: &Office, id: &EntryId) -> Result<bool, Broken> {
        let reason = db(office.query(|c| {
            c.query_row("SELECT reason FROM quarantine WHERE id = ?1", [id.as_bytes()], |r| r.get::<_, String>(0))
                .optional()
        }))?;
        Ok(reason.is_some_and(|r| r == "feed.taken" || r == "feed.fork"))
    }

    fn holds_true(&self, office: &Office, receipt: &Receipt) -> Result<(), Broken> {
        let at = self.log.get(&(receipt.feed, receipt.stored_to.seq)).copied();
        if receipt.stored_to.seq > 0 && at != receipt.stored_to.id {
            return Err(format!("I2: a receipt names entry {}, which HQ does not have", receipt.stored_to.seq));
        }
        let disk = lock(&office.disk);
        for blob in &receipt.blobs_stored {
            let there = disk.durable_object(blob).is_some_and(|bytes| match self.blobs.get(blob) {
                Some(original) => original.as_slice() == bytes,
                None => BlobHash::digest(&[bytes]) == *blob,
            });
            if !there {
                return Err(format!("I2: a receipt names blob {}, which a power cut would take from HQ", blob.short()));
            }
        }
        Ok(())
    }

    /// I2: after a power cut every receipt is still true.
    pub fn receipts_stand(&mut self, office: &Office) -> Result<(), Broken> {
        self.log_stands(office)?;
        self.receipts.iter().try_for_each(|receipt| self.holds_true(office, receipt))
    }

    /// Something older took HQ's place: what it has now is what counts.
    pub fn restored(&mut self, office: &Office) -> Result<(), Broken> {
        self.restorations += 1;
        let said = db(office.query(|c| {
            c.query_row("SELECT value FROM settings WHERE name = 'restored'", [], |row| row.get::<_, String>(0))
        }))?;
        let said: Restored =
            serde_json::from_str(&said).map_err(|e| format!("HQ does not say that it was restored: {e}"))?;
        self.restored = Some(said.id);
        self.receipts.clear();
        self.log.clear();
        self.heads.clear();
        self.log_index = 0;
        self.log_grew(office)
    }

    /// Inspections of which HQ had more before it was restored, and nobody can bring it again: the phone that said it was rolled
    /// back or copied, or is in the hands of somebody who keeps it back.
    ///
    /// # Errors
    /// I10: an honest phone did not bring again what HQ had of it.
    pub fn lost(&self) -> Result<BTreeSet<InspectionId>, Broken> {
        let here: BTreeSet<&EntryId> = self.log.values().collect();
        let gone = self.ever.iter().filter(|(id, _)| !here.contains(id)).map(|(_, of)| of);
        let mut lost = BTreeSet::new();
        for (feed, inspection) in gone {
            if !self.disturbed.contains(feed) {
                return Err(format!("I10: what a restored HQ had of {} did not come again", feed.short()));
            }
            lost.extend(inspection.clone());
        }
        Ok(lost)
    }

    /// Whether this person's feed may learn that HQ has the blob: its own phone delivered it, or somebody did within an
    /// inspection that both belong to.
    fn may_know(&self, office: &Office, feed: &FeedId, blob: &BlobHash, user: &str) -> Result<bool, Broken> {
        let delivered: Vec<[u8; 32]> = db(office.query(|c| {
            c.prepare_cached("SELECT feed FROM proofs WHERE sha256 = ?1")?
                .query_map([blob.as_bytes()], |r| r.get(0))?
                .collect()
        }))?;
        if delivered.iter().any(|by| by == feed.as_bytes()) {
            return Ok(true);
        }
        let inspections: Vec<Option<String>> = db(office.query(|c| {
            c.prepare_cached("SELECT DISTINCT inspection FROM blob_refs WHERE sha256 = ?1")?
                .query_map([blob.as_bytes()], |r| r.get(0))?
                .collect()
        }))?;
        let member = |i: &InspectionId| self.teams.get(i).is_some_and(|team| team.contains(user));
        Ok(inspections.into_iter().flatten().filter_map(|i| i.parse().ok()).any(|i| member(&i)))
    }

    /// I11: a page leaves HQ. Nobody gets words of an inspection that is not theirs, nor a stranger's words on one that is, nor
    /// words of a task of another unit.
    pub fn page(&mut self, reply: &PullReply, number: u8) -> Result<(), Broken> {
        let (user, unit) = PEOPLE[usize::from(number)];
        for run in &reply.runs {
            for frame in run.frames.iter().filter(|f| f.payload.is_some()) {
                let entry =
                    Frame::from(frame.clone()).open().map_err(|e| format!("I8: HQ sent a broken frame: {e}"))?;
                let Some(payload) = entry.payload else { continue };
                let may = match &payload.inspection {
                    Some(inspection) => {
                        let team = self.teams.get(inspection);
                        team.is_some_and(|team| team.contains(user) && team.contains(run.feed.user.as_str()))
                    }
                    None => match Event::read(&payload.kind, &payload.body) {
                        Ok(Event::TaskAssigned(task)) => {
                            task.unit.as_str() == unit || task.assignees.iter().any(|a| a.as_str() == user)
                        }
                        Ok(Event::PackPublished(pack)) => {
                            pack.units.is_empty() || pack.units.iter().any(|u| u.as_str() == unit)
                        }
                        _ => run.feed == self.hq,
                    },
                };
                if !may {
                    return Err(format!("I11: {user} was sent the words of a {} that is not {user}'s", payload.kind));
                }
            }
        }
        self.looked_at += 1;
        Ok(())
    }

    /// I1, I2, I3, I5: what is on a phone's disk, as a power cut would find it.
    pub fn phone(&mut self, phone: &Phone, place: usize) -> Result<(), Broken> {
        let disk = lock(&phone.hand.disk);
        let here = &disk.durable;
        let of = |what: &str| format!("{what} ({})", phone.name);
        let own: BTreeSet<EntryId> = here.own.frames.iter().map(Frame::id).collect();
        if let Some(lost) = self.saved[place].iter().find(|id| !own.contains(*id)) {
            return Err(of(&format!("I1: entry {} was called saved and is gone", lost.short())));
        }
        let mut proved: (u64, BTreeSet<BlobHash>) = (0, BTreeSet::new());
        for signed in &here.receipts {
            let receipt = signed.verify(&self.hq.key).map_err(|_| of("I2: a receipt was kept that HQ did not sign"))?;
            let seq = usize::try_from(receipt.stored_to.seq).unwrap_or(usize::MAX);
            let named = seq.checked_sub(1).map(|n| here.own.frames.get(n).map(Frame::id));
            if receipt.feed != here.own.key.feed
                || named.is_some_and(|own| own.is_none() || own != receipt.stored_to.id)
            {
                return Err(of("I2: a receipt was kept that does not speak of this phone's entries"));
            }
            proved.0 = proved.0.max(receipt.stored_to.seq);
            proved.1.extend(receipt.blobs_stored);
        }
        if here.receipted > proved.0 || !here.receipted_blobs.is_subset(&proved.1) {
            return Err(of("I2: something counts as received that no receipt names"));
        }
        for named in &here.named {
            let kept =
                here.blobs.get(&named.sha256).is_some_and(|b| self.blobs.get(&named.sha256).is_none_or(|o| o == b));
            if !kept && !proved.1.contains(&named.sha256) {
                return Err(of("I3: an original is gone that no receipt names"));
            }
        }
        if here.fallen > self.restorations {
            return Err(of("I2: it takes HQ for restored more often than it was"));
        }
        let feed = here.own.key.feed;
        let heard = self.restored.is_some() && here.restored == self.restored && !self.disturbed.contains(&feed);
        if heard && here.receipted > self.head(&feed).seq {
            return Err(of("I2: it has heard that HQ was restored, and counts what HQ lost as received"));
        }
        let seen = (here.fallen, here.seen.unwrap_or(0));
        if seen < self.seen[place] {
            return Err(of(&format!("I5: it had seen {:?} of HQ's log and now {seen:?}", self.seen[place])));
        }
        self.seen[place] = seen;
        Ok(())
    }

    /// I4: copies of other feeds are chains under keys that HQ's feed admitted.
    pub fn copies(&self, phone: &Phone) -> Result<(), Broken> {
        let disk = lock(&phone.hand.disk);
        for copy in disk.durable.copies.values() {
            let feed = copy.key.feed;
            let known = self.keys.get(&feed).filter(|k| **k == copy.key);
            let key = known.ok_or_else(|| format!("I4: {} keeps a feed that was never admitted", phone.name))?;
            let mut chain = Chain::resume(key.key, Head::empty(feed));
            for frame in &copy.frames {
                chain.accept(frame).map_err(|e| format!("I4: a copy on {} is not a chain: {e}", phone.name))?;
            }
        }
        Ok(())
    }

    /// A phone begins, with the memory of the one it was copied from.
    pub fn admit(&mut self, of: Option<usize>) {
        let saved = of.map(|n| self.saved[n].clone()).unwrap_or_default();
        let seen = of.map_or((0, 0), |n| self.seen[n]);
        self.saved.push(saved);
        self.seen.push(seen);
    }

    /// A phone was rolled back: what is not in the older copy is lost, and nobody promised otherwise.
    pub fn rolled_back(&mut self, place: usize, to: &Contents) {
        let left: BTreeSet<EntryId> = to.own.frames.iter().map(Frame::id).collect();
        self.saved[place].retain(|id| left.contains(id));
        self.seen[place] = (to.fallen, to.seen.unwrap_or(0));
    }
}

fn frame_of(header: &[u8], sig: [u8; 64], payload: &[u8]) -> Result<Frame, Broken> {
    let sig = data_encoding::HEXLOWER.encode(&sig);
    Frame::from_bytes(&[header, sig.as_bytes(), payload].join(&b'\n')).map_err(|e| format!("I4: HQ has no frame: {e}"))
}

/// Inspection, header, signature, payload, why it has no effect.
type Row = (String, Vec<u8>, [u8; 64], Vec<u8>, Option<String>);

type ByInspection = BTreeMap<InspectionId, Vec<Entry>>;

/// Entries that are here in full, by inspection. Opened once: two thousand seeds a commit go through here.
fn in_full(contents: &Contents) -> ByInspection {
    let mut all = ByInspection::new();
    for frame in contents.copies.values().flat_map(|c| &c.frames).chain(&contents.own.frames) {
        let Ok(entry) = frame.open() else { continue };
        if let Some(inspection) = entry.payload.as_ref().and_then(|p| p.inspection.clone()) {
            all.entry(inspection).or_default().push(entry);
        }
    }
    all
}

fn folded<'a>(inspection: &InspectionId, entries: impl Iterator<Item = &'a Entry>) -> (BTreeSet<EntryId>, Inspection) {
    let mut fold = Inspection::new(inspection.clone());
    let mut ids = BTreeSet::new();
    for entry in entries {
        fold.apply(entry);
        ids.insert(entry.id);
    }
    (ids, fold)
}

/// What was compared.
#[derive(Debug, Clone, Copy, Default)]
pub struct Compared {
    /// Copies of inspections on phones.
    pub all: usize,
    /// Of these, only as far as HQ has it: what it had more before it was restored nobody can bring again.
    pub partly: usize,
}

/// I6, I7: every phone of an inspection's team holds what HQ counts of it, folded to the same bytes, and no write has vanished. Of
/// what is `lost` a phone may hold more than HQ, which may know less of the team for it: there HQ's part alone is compared.
pub fn replicas(office: &Office, phones: &[&Phone], lost: &BTreeSet<InspectionId>) -> Result<Compared, Broken> {
    let rows: Vec<Row> = db(office.query(|c| {
        let sql = "SELECT i.inspection, e.header, e.sig, e.payload, i.inert FROM entries e
            JOIN entry_index i ON i.log_index = e.log_index WHERE i.inspection IS NOT NULL ORDER BY e.log_index";
        c.prepare(sql)?.query_map([], |r| Ok((r.get(0)?, r.get(1)?, r.get(2)?, r.get(3)?, r.get(4)?)))?.collect()
    }))?;
    let teams: BTreeSet<(String, String)> = db(office.query(|c| {
        c.prepare("SELECT inspection, user FROM teams")?.query_map([], |r| Ok((r.get(0)?, r.get(1)?)))?.collect()
    }))?;
    let mut at_hq: BTreeMap<InspectionId, (BTreeSet<EntryId>, Inspection)> = BTreeMap::new();
    for (inspection, header, sig, payload, why) in rows {
        let id: InspectionId = inspection.parse().map_err(|_| "HQ has an inspection without a name")?;
        let (ids, fold) = at_hq.entry(id.clone()).or_insert_with(|| (BTreeSet::new(), Inspection::new(id)));
        if !matches!(why.as_deref(), Some(inert::SCOPE | inert::ACTOR | inert::LAMPORT)) {
            let entry = frame_of(&header, sig, &payload)?.open().map_err(|e| e.to_string())?;
            // What HQ cannot read counts for nobody before its author is on the team.
            let by = entry.payload.as_ref().map(|p| p.actor.to_string()).unwrap_or_default();
            if why.is_some() && !teams.contains(&(inspection, by)) {
                continue;
            }
            ids.insert(entry.id);
            fold.apply(&entry);
        }
    }
    let mut compared = Compared::default();
    let here: Vec<ByInspection> = phones.iter().map(|phone| in_full(&lock(&phone.hand.disk).durable)).collect();
    for (inspection, (ids, fold)) in &at_hq {
        let state = serde_json::to_string(fold).ok();
        let partly = lost.contains(inspection);
        let counts = |e: &&Entry| !partly || ids.contains(&e.id);
        for (phone, entries) in phones.iter().zip(&here) {
            if !teams.contains(&(inspection.to_string(), phone.user().to_owned())) {
                continue;
            }
            let (own_ids, own) = folded(inspection, entries.get(inspection).into_iter().flatten().filter(counts));
            if own_ids != *ids {
                let (lack, more) = (ids.difference(&own_ids).count(), own_ids.difference(ids).count());
                let name = &phone.name;
                return Err(format!(
                    "I6: {name} lacks {lack} entries of {inspection} and has {more} that HQ does not count"
                ));
            }
            if serde_json::to_string(&own).ok() != state {
                return Err(format!("I6: {} and HQ fold {inspection} to different states", phone.name));
            }
            compared.all += 1;
            compared.partly += usize::from(partly);
        }
        conflicts(inspection, fold, &standing(here.iter().filter_map(|e| e.get(inspection)).flatten().filter(counts)))?;
    }
    Ok(compared)
}

type Standing = BTreeMap<ItemCode, BTreeSet<EntryId>>;

/// What stands at each item, from the names alone.
fn standing<'a>(entries: impl Iterator<Item = &'a Entry>) -> Standing {
    let (mut replaced, mut standing) = (BTreeSet::new(), Standing::new());
    for entry in entries {
        let Some(payload) = &entry.payload else { continue };
        if let Ok(Event::AnswerSet(answer)) = Event::read(&payload.kind, &payload.body) {
            replaced.extend(payload.over.iter().map(|over| (answer.item.clone(), *over)));
            standing.entry(answer.item).or_default().insert(entry.id);
        }
    }
    for (item, ids) in &mut standing {
        ids.retain(|id| !replaced.contains(&(item.clone(), *id)));
    }
    standing
}

/// I7: what nobody replaced by name stands, one or several.
fn conflicts(inspection: &InspectionId, fold: &Inspection, standing: &Standing) -> Result<(), Broken> {
    for (item, expected) in standing {
        let heads: BTreeSet<EntryId> =
            fold.answer(item).map(|r| r.head_ids()).unwrap_or_default().into_iter().collect();
        if heads != *expected {
            return Err(format!(
                "I7: at {item} of {inspection} {} writes stand and HQ shows {}",
                expected.len(),
                heads.len()
            ));
        }
    }
    Ok(())
}
