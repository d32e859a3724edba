//! A phone's disk: what is on it, what a power cut would find, and what was just written.
//!
//! It stands for the feed files, the vault and the words of HQ of the production's phone, in the same order of steps: bytes,
//! then the entry that names them; durable first, then said.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use xuncha_core::event::{Event, PackPublished};
use xuncha_core::feed::{Chain, Entry, FeedKey, Frame, Head};
use xuncha_core::ids::{BlobHash, Digest, EntryId, FeedId, InspectionId, ItemCode};
use xuncha_core::protocol::Signed;
use xuncha_core::protocol::hello::Verdict;
use xuncha_core::protocol::receipts::Receipt;

use super::bugs::Bug;
use super::chance::Chance;
use super::power::Power;

/// A feed as far as it is here.
#[derive(Debug, Clone)]
pub struct Copy {
    /// Whose.
    pub key: FeedKey,
    /// Its entries.
    pub frames: Vec<Frame>,
    /// Its end.
    pub head: Head,
}

/// A blob that an own entry names.
#[derive(Debug, Clone)]
pub struct Named {
    /// The entry.
    pub entry: EntryId,
    /// Its place.
    pub seq: u64,
    /// The inspection.
    pub inspection: InspectionId,
    /// The blob.
    pub sha256: BlobHash,
    /// Its size.
    pub size: u64,
}

/// The writes to one item: what nobody replaced stands.
#[derive(Debug, Clone, Default)]
pub struct Answers {
    standing: BTreeSet<EntryId>,
    replaced: BTreeSet<EntryId>,
}

impl Answers {
    fn take(&mut self, id: EntryId, over: &[EntryId]) {
        self.replaced.extend(over);
        self.standing.retain(|s| !over.contains(s));
        if !self.replaced.contains(&id) {
            self.standing.insert(id);
        }
    }
    /// What stands, at most as many as one entry may replace.
    pub fn heads(&self) -> Vec<EntryId> {
        self.standing.iter().copied().take(xuncha_core::feed::limits::MAX_OVER).collect()
    }
}

/// Everything that is on the disk.
#[derive(Debug, Clone)]
pub struct Contents {
    /// The own feed.
    pub own: Copy,
    /// Originals.
    pub blobs: BTreeMap<BlobHash, Arc<Vec<u8>>>,
    /// Blobs that own entries name, in their order.
    pub named: Vec<Named>,
    /// Every receipt that was kept.
    pub receipts: Vec<Signed<Receipt>>,
    /// Entries under receipts.
    pub receipted: u64,
    /// Blobs under receipts.
    pub receipted_blobs: BTreeSet<BlobHash>,
    /// The most that was seen of HQ's log.
    pub seen: Option<u64>,
    /// Other feeds.
    pub copies: BTreeMap<FeedId, Copy>,
    /// Those that an HQ that fell back tells again, with how far it has come.
    pub told: BTreeMap<FeedId, Head>,
    /// Name of HQ's last restoration that was taken in.
    pub restored: Option<String>,
    /// How often HQ fell back.
    pub fallen: usize,
    /// Feeds that HQ's feed admitted.
    pub admitted: Vec<FeedKey>,
    /// Packs that HQ's feed published.
    pub published: Vec<PackPublished>,
    /// Packs.
    pub packs: BTreeMap<Digest, Vec<u8>>,
    /// HQ's verdicts on the own feed.
    pub verdicts: Vec<Verdict>,
    /// Place up to which both sides agreed and everything was under receipts.
    pub settled: u64,
    /// Logical time.
    pub lamport: u64,
    /// Inspections this phone knows of.
    pub inspections: BTreeSet<InspectionId>,
    /// Writes to their items.
    pub answers: BTreeMap<(InspectionId, ItemCode), Answers>,
}

/// One thing written.
#[derive(Debug, Clone)]
pub enum Change {
    /// An own entry.
    Entry(Box<Frame>, Box<Entry>),
    /// An original.
    Blob(BlobHash, Arc<Vec<u8>>),
    /// An original is let go of.
    Forget(BlobHash),
    /// A receipt, with what it says.
    Receipt(Box<Signed<Receipt>>, Box<Receipt>),
    /// HQ's log was seen up to here; the name of its last restoration.
    Seen(u64, Option<String>),
    /// HQ fell back to here, and this is its feed.
    Behind(u64, Option<String>, HqFeed),
    /// Claims under receipts are taken back: entries after this place, these blobs.
    Lacking(u64, Vec<BlobHash>),
    /// Both sides agreed up to this place.
    Agreed(u64),
    /// A run of pulled frames.
    Pulled(Box<FeedKey>, Vec<Frame>, HqFeed),
    /// A run of pulled frames as it came, wherever it belongs ([`Bug::CursorUnchecked`]).
    Unchecked(Box<FeedKey>, Vec<Frame>),
    /// A pack.
    Pack(Digest, Vec<u8>),
    /// A verdict.
    Verdict(Verdict),
    /// The own feed ends here again ([`Bug::LostReplyWritesAgain`]).
    CutBack(u64),
}

/// Which feed is HQ's.
pub type HqFeed = FeedId;

impl Contents {
    /// Of a phone that was just enrolled.
    pub fn new(key: FeedKey) -> Self {
        let head = Head::empty(key.feed);
        Self {
            own: Copy { key, frames: Vec::new(), head },
            blobs: BTreeMap::new(),
            named: Vec::new(),
            receipts: Vec::new(),
            receipted: 0,
            receipted_blobs: BTreeSet::new(),
            seen: None,
            copies: BTreeMap::new(),
            told: BTreeMap::new(),
            restored: None,
            fallen: 0,
            admitted: Vec::new(),
            published: Vec::new(),
            packs: BTreeMap::new(),
            verdicts: Vec::new(),
            settled: 0,
            lamport: 0,
            inspections: BTreeSet::new(),
            answers: BTreeMap::new(),
        }
    }

    /// Whether the own feed may not go on.
    pub fn is_stopped(&self) -> bool {
        !self.verdicts.is_empty()
    }

    fn apply(&mut self, change: &Change, bug: Option<Bug>) {
        match change {
            Change::Entry(frame, entry) => {
                self.own.frames.push((**frame).clone());
                self.own.head = head_of(entry);
                self.note(entry, bug);
                let payload = entry.payload.as_ref();
                let inspection = payload.and_then(|p| p.inspection.clone());
                for blob in payload.iter().flat_map(|p| &p.blobs) {
                    let Some(inspection) = inspection.clone() else { continue };
                    let (entry, seq) = (entry.id, self.own.head.seq);
                    self.named.push(Named { entry, seq, inspection, sha256: blob.sha256, size: blob.size });
                }
            }
            Change::Blob(sha256, bytes) => drop(self.blobs.insert(*sha256, Arc::clone(bytes))),
            Change::Forget(sha256) => drop(self.blobs.remove(sha256)),
            Change::Receipt(signed, said) => {
                self.receipts.push((**signed).clone());
                self.receipted = self.receipted.max(said.stored_to.seq);
                self.receipted_blobs.extend(&said.blobs_stored);
                self.seen = self.seen.max(Some(said.log_index));
            }
            Change::Seen(log_index, restored) => {
                let before = self.seen.filter(|_| bug != Some(Bug::CursorGoesBack));
                self.seen = before.max(Some(*log_index));
                self.restored.clone_from(restored);
            }
            Change::Behind(log_index, restored, hq) => {
                self.seen = Some(*log_index);
                self.restored.clone_from(restored);
                self.fallen += 1;
                if bug != Some(Bug::RestoredHqBelieved) {
                    (self.receipted, self.settled) = (0, 0);
                    self.receipted_blobs.clear();
                }
                self.copies.remove(hq);
                if bug != Some(Bug::NotToldAnew) {
                    self.told = self.copies.keys().map(|feed| (*feed, Head::empty(*feed))).collect();
                }
            }
            Change::Lacking(to, blobs) => {
                self.receipted = self.receipted.min(*to);
                self.settled = 0;
                self.receipted_blobs.retain(|b| !blobs.contains(b));
            }
            Change::Agreed(to) => {
                let open =
                    self.named.iter().filter(|n| n.seq <= *to).any(|n| !self.receipted_blobs.contains(&n.sha256));
                if !open && self.receipted >= *to {
                    self.settled = *to;
                }
            }
            Change::Pulled(key, frames, hq) => frames.iter().for_each(|frame| self.pulled(key, frame, *hq, bug)),
            Change::Unchecked(key, frames) => {
                let (key, head) = ((**key).clone(), Head::empty(key.feed));
                let copy = self.copies.entry(key.feed).or_insert(Copy { key, frames: Vec::new(), head });
                for frame in frames {
                    if let Ok(entry) = frame.open() {
                        copy.frames.push(frame.clone());
                        copy.head = head_of(&entry);
                    }
                }
            }
            Change::Pack(sha256, bytes) => drop(self.packs.insert(*sha256, bytes.clone())),
            Change::Verdict(verdict) => self.verdicts.push(*verdict),
            Change::CutBack(to) => {
                self.own.frames.truncate(usize::try_from(*to).unwrap_or(usize::MAX));
                let last = self.own.frames.last().and_then(|f| f.open().ok());
                self.own.head = last.map_or(Head::empty(self.own.key.feed), |e| head_of(&e));
                self.named.retain(|n| n.seq <= *to);
            }
        }
    }

    /// Where the copies end; of one that HQ tells again, how far it has come.
    pub fn copied(&self) -> Vec<Head> {
        self.copies.values().map(|c| self.told.get(&c.key.feed).unwrap_or(&c.head).clone()).collect()
    }

    /// A pulled frame: the next one, one whose words were missing until now, or one that is told again.
    fn pulled(&mut self, key: &FeedKey, frame: &Frame, hq: FeedId, bug: Option<Bug>) {
        let Ok(entry) = frame.open() else { return };
        let head = Head::empty(key.feed);
        let copy = self.copies.entry(key.feed).or_insert(Copy { key: key.clone(), frames: Vec::new(), head });
        let place = usize::try_from(entry.header.seq).unwrap_or(usize::MAX).saturating_sub(1);
        if let Some(told) = self.told.get_mut(&key.feed) {
            if copy.frames.get(place).is_some_and(|here| here.id() != entry.id) {
                // Its author's phone fell back, too, and goes on otherwise.
                copy.frames.truncate(place);
                copy.head =
                    copy.frames.last().and_then(|f| f.open().ok()).map_or(Head::empty(key.feed), |e| head_of(&e));
            }
            if entry.header.seq == told.seq + 1 {
                *told = head_of(&entry);
            }
            if told.seq >= copy.head.seq {
                self.told.remove(&key.feed);
            }
        }
        if entry.header.seq == copy.head.seq + 1 {
            copy.frames.push(frame.clone());
            copy.head = head_of(&entry);
        } else if let Some(here) = copy.frames.get_mut(place)
            && here.payload_bytes().is_none()
        {
            *here = frame.clone();
        } else {
            return;
        }
        self.note(&entry, bug);
        let event = entry.payload.as_ref().filter(|_| key.feed == hq).map(|p| Event::read(&p.kind, &p.body));
        match event {
            Some(Ok(Event::FeedAdmitted(admitted))) => self.admitted.push(admitted.key),
            Some(Ok(Event::PackPublished(pack))) => self.published.push(pack),
            _ => {}
        }
    }

    /// What every entry leaves behind, own or not.
    fn note(&mut self, entry: &Entry, bug: Option<Bug>) {
        let lamport = entry.header.lamport;
        if bug == Some(Bug::LamportJumpAdopted) || !Chain::lamport_jump_too_far(self.lamport, lamport) {
            self.lamport = self.lamport.max(lamport);
        }
        let Some(payload) = &entry.payload else { return };
        let Some(inspection) = &payload.inspection else { return };
        self.inspections.insert(inspection.clone());
        if let Ok(Event::AnswerSet(answer)) = Event::read(&payload.kind, &payload.body) {
            self.answers.entry((inspection.clone(), answer.item)).or_default().take(entry.id, &payload.over);
        }
    }
}

/// Where a feed stands after this entry.
pub fn head_of(entry: &Entry) -> Head {
    let h = &entry.header;
    Head { feed: h.feed, seq: h.seq, id: Some(entry.id), lamport: h.lamport }
}

/// The disk.
#[derive(Debug)]
pub struct Disk {
    /// As it is read.
    pub now: Contents,
    /// As a power cut would find it, but for what of `pending` reached it.
    pub durable: Contents,
    pending: Vec<Change>,
    /// The phone's power.
    pub power: Power,
    bug: Option<Bug>,
}

impl Disk {
    /// Of a phone that was just enrolled, or as it was copied.
    pub fn new(contents: Contents, bug: Option<Bug>, chance: Chance) -> Self {
        Self { durable: contents.clone(), now: contents, pending: Vec::new(), power: Power::new(chance), bug }
    }
    /// Writes without making durable.
    pub fn write(&mut self, change: Change) {
        self.now.apply(&change, self.bug);
        self.pending.push(change);
    }
    /// Makes durable. `false`: the power went before or right after.
    pub fn sync(&mut self) -> bool {
        if !self.power.step() {
            return false;
        }
        for change in std::mem::take(&mut self.pending) {
            self.durable.apply(&change, self.bug);
        }
        self.power.step()
    }
    /// Writes and makes durable. `false`: the power went, and what was written may be there or not.
    #[must_use]
    pub fn keep(&mut self, change: Change) -> bool {
        if self.power.is_off() {
            return false;
        }
        self.write(change);
        self.sync()
    }
    /// The power goes and comes back: of what was not durable any beginning is left.
    pub fn lose(&mut self, chance: &mut Chance) {
        let kept = chance.below(self.pending.len() + 1);
        for change in std::mem::take(&mut self.pending).into_iter().take(kept) {
            self.durable.apply(&change, self.bug);
        }
        self.now = self.durable.clone();
        self.power = Power::new(chance.branch());
    }
    /// An older copy takes the place of everything.
    pub fn roll_back(&mut self, to: Contents) {
        self.pending.clear();
        (self.durable, self.now) = (to.clone(), to);
    }
}
