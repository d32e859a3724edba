//! A phone: the production's machine over a disk that forgets, and the officer who works with it.

use std::sync::{Arc, Mutex};

use anyhow::Result;
use xuncha_core::Failure;
use xuncha_core::event::{
    AnswerSet, Event, EvidenceAdded, InspectionStarted, NoteSet, Officer, OfficersSet, Outcome, PackPublished, RuleRef,
};
use xuncha_core::feed::{
    AppInfo, BlobRef, BlobSource, ClaimedTime, Draft, Frame, Head, Signature, Signer as _, author,
};
use xuncha_core::firm::FirmRecord;
use xuncha_core::ids::{BlobHash, Digest, EntryId, FeedId, InspectionId};
use xuncha_core::protocol::Signed;
use xuncha_core::protocol::close_of_day::{DayAgreed, FeedClaim};
use xuncha_core::protocol::enrol::HqIdentity;
use xuncha_core::protocol::hello::{Checkpoint, HeadClaim, Verdict};
use xuncha_core::protocol::pull::FeedRun;
use xuncha_core::protocol::receipts::Receipt;
use xuncha_core::protocol::session::signed_message;
use xuncha_device::app::views::OnlyHere;
use xuncha_device::sync::{
    Answer, Ask, BlobReader, Lacking, Local, Machine, Manifest, OwnBlob, OwnFeed, Request, RequestId, Setup, Standing,
    UnsentBlob,
};

use super::bugs::Bug;
use super::chance::Chance;
use super::disk::{Change, Contents, Disk, Named};
use super::objects::lock;
use super::office::{PEOPLE, device_signer, feed_signer};

/// A firm of this name.
///
/// # Errors
/// The record has other fields by now.
pub fn firm(name: &str) -> Result<FirmRecord> {
    let subject = serde_json::json!({ "kind": "operator", "modes": [], "flags": [] });
    Ok(serde_json::from_value(serde_json::json!({ "id": null, "name": name, "subject": subject }))?)
}

/// Some rule.
///
/// # Errors
/// Its code is not one.
pub fn rule() -> Result<RuleRef> {
    Ok(RuleRef { code: "rule".parse()?, version: "1".to_owned(), sha256: Digest::digest(&[b"rule"]) })
}

/// The disk as the sync sees it.
pub struct Hand {
    /// Place in [`PEOPLE`].
    pub number: u8,
    /// The disk.
    pub disk: Arc<Mutex<Disk>>,
    hq: &'static HqIdentity,
    bug: Option<Bug>,
}

/// A phone.
pub struct Phone {
    /// Its name in a trace.
    pub name: String,
    /// Its disk.
    pub hand: Arc<Hand>,
    /// The production's machine.
    pub machine: Machine,
    /// Questions to the phone.
    pub asks: Vec<(RequestId, Ask)>,
    /// Requests to HQ.
    pub sends: Vec<(RequestId, Option<Arc<str>>, Request)>,
    /// Answers that are under way.
    pub replies: Vec<(RequestId, Result<Answer, Failure>)>,
    /// When it wants to be woken.
    pub wake: Option<u64>,
    /// It is through with what it was started for.
    pub rests: bool,
    /// Something damaged reached HQ in this feed's name: HQ keeps it apart, and the phone says so for ever.
    pub garbled: bool,
    setup: Setup,
}

impl Phone {
    /// A phone of this person.
    pub fn new(
        number: u8,
        name: String,
        contents: Contents,
        hq: &'static HqIdentity,
        bug: Option<Bug>,
        mut chance: Chance,
    ) -> Self {
        let setup = Setup {
            device: contents.own.key.device.clone(),
            hq_key: hq.key,
            hq_feed: hq.feed,
            hq_url: "https://hq".to_owned(),
            app: env!("CARGO_PKG_VERSION").to_owned(),
            jitter_seed: chance.draw(),
        };
        let disk = Arc::new(Mutex::new(Disk::new(contents, bug, chance)));
        Self {
            name,
            hand: Arc::new(Hand { number, disk, hq, bug }),
            machine: Machine::new(setup.clone()),
            asks: Vec::new(),
            sends: Vec::new(),
            replies: Vec::new(),
            wake: None,
            rests: true,
            garbled: false,
            setup,
        }
    }

    /// The process dies: the machine knows nothing any more.
    pub fn restart(&mut self) {
        self.machine = Machine::new(self.setup.clone());
        self.asks.clear();
        self.sends.clear();
        self.replies.clear();
        (self.wake, self.rests) = (None, true);
    }

    /// The person.
    pub fn user(&self) -> &'static str {
        PEOPLE[usize::from(self.hand.number)].0
    }

    /// Something to do without waiting.
    pub fn is_busy(&self) -> bool {
        self.asks.len() + self.sends.len() + self.replies.len() > 0
    }
}

/// What an officer did, and whether the phone said "saved".
pub struct Done {
    /// The entry, if it was acknowledged.
    pub saved: Option<EntryId>,
    /// The blob that came along.
    pub blob: Option<(BlobHash, Arc<Vec<u8>>)>,
    /// The inspection, and whom this entry named as its officers.
    pub named: Option<(InspectionId, Vec<String>)>,
}

impl Hand {
    /// Writes an entry as the production does: the original first, then the entry, then "saved".
    pub fn say(
        &self,
        chance: &mut Chance,
        inspection: Option<&InspectionId>,
        event: (String, serde_json::Value),
        over: Vec<EntryId>,
        photo: Option<Vec<u8>>,
    ) -> Done {
        let mut disk = lock(&self.disk);
        let mut done = Done { saved: None, blob: None, named: None };
        let mut blobs = Vec::new();
        if let Some(bytes) = photo {
            let (sha256, size, bytes) = (BlobHash::digest(&[&bytes]), bytes.len() as u64, Arc::new(bytes));
            if !disk.keep(Change::Blob(sha256, Arc::clone(&bytes))) {
                return done;
            }
            blobs.push(BlobRef { sha256, size, mime: "image/jpeg".to_owned(), source: BlobSource::Camera });
            done.blob = Some((sha256, bytes));
        }
        let mut salt = [0; 16];
        chance.fill(&mut salt);
        let (kind, body) = event;
        let draft = Draft {
            salt,
            actor: disk.now.own.key.user.clone(),
            inspection: inspection.cloned(),
            kind,
            body,
            over,
            seen_lamport: disk.now.lamport,
            blobs,
            time: wrong_time(chance),
            place: None,
            app: AppInfo { version: "0.1.0".to_owned(), os: "simulation".to_owned() },
        };
        let Ok((frame, entry)) = author(&disk.now.own.head, draft, &feed_signer(self.number)) else { return done };
        let id = entry.id;
        let entry = Change::Entry(Box::new(frame), Box::new(entry));
        let saved = match self.bug {
            Some(Bug::AckBeforeWrite) => {
                disk.write(entry);
                true
            }
            _ => disk.keep(entry),
        };
        done.saved = saved.then_some(id);
        done
    }

    /// The officer does something.
    pub fn work(&self, chance: &mut Chance, fresh: &str, rogue_along: bool) -> Result<Done> {
        let known: Vec<InspectionId> = lock(&self.disk).now.inspections.iter().cloned().collect();
        let event = |e: Event| -> Result<(String, serde_json::Value)> { Ok((e.kind().to_owned(), e.body()?)) };
        let own = PEOPLE[usize::from(self.number)].0;
        let officer = |user: &str| -> Result<Officer> {
            Ok(Officer { user: Some(user.parse()?), name: user.to_owned(), certificate: String::new() })
        };
        let Some(inspection) = chance.pick(&known).filter(|_| !chance.clone().strikes(120)).cloned() else {
            let inspection: InspectionId = fresh.parse()?;
            let others = PEOPLE[..3].iter().map(|p| p.0).filter(|u| *u != own);
            let mut team: Vec<String> = others.filter(|_| chance.strikes(500)).map(str::to_owned).collect();
            team.push(own.to_owned());
            if rogue_along && chance.strikes(400) {
                team.push(PEOPLE[3].0.to_owned());
            }
            let started = InspectionStarted {
                number: format!("JC-{fresh}"),
                task: None,
                firm: firm(fresh)?,
                kind: Default::default(),
                modes: Vec::new(),
                focus: vec![],
                lists: Vec::new(),
                rule: rule()?,
                form: Digest::digest(&[b"form"]),
                officers: team.iter().map(|u| officer(u)).collect::<Result<_>>()?,
                language: "zh-Hans".to_owned(),
            };
            let done = self.say(chance, Some(&inspection), event(started.into())?, Vec::new(), None);
            return Ok(Done { named: Some((inspection, team)), ..done });
        };
        let item = format!("ACC-0{}", chance.below(3));
        Ok(match chance.below(10) {
            0..=3 => {
                let key = (inspection.clone(), item.parse()?);
                let over = lock(&self.disk).now.answers.get(&key).map(|a| a.heads()).unwrap_or_default();
                let outcome = if chance.strikes(500) { Outcome::Conforms } else { Outcome::NonConforming };
                let answer = AnswerSet {
                    item: key.1,
                    list: Digest::digest(&[b"list"]),
                    outcome,
                    reason: None,
                    correction: None,
                    language: "zh-Hans".to_owned(),
                };
                self.say(chance, Some(&inspection), event(answer.into())?, over, None)
            }
            4 => {
                let note = NoteSet { item: item.parse()?, text: format!("note {}", chance.draw()) };
                self.say(chance, Some(&inspection), event(note.into())?, Vec::new(), None)
            }
            5 => {
                let from_the_future = ("drone.landed".to_owned(), serde_json::json!({ "battery": chance.below(100) }));
                self.say(chance, Some(&inspection), from_the_future, Vec::new(), None)
            }
            6 => {
                let user = PEOPLE[chance.below(3)].0;
                let set = OfficersSet { officers: vec![officer(own)?, officer(user)?] };
                let done = self.say(chance, Some(&inspection), event(set.into())?, Vec::new(), None);
                Done { named: Some((inspection, vec![user.to_owned()])), ..done }
            }
            _ => {
                let size = match chance.below(10) {
                    0 => 0,
                    1..=6 => 1 + chance.below(5_000),
                    7 | 8 => 20_000 + chance.below(60_000),
                    _ => 100_000 + chance.below(100_000),
                };
                let mut bytes = vec![u8::try_from(chance.below(256))?; size];
                let head = size.min(16);
                chance.fill(&mut bytes[..head]);
                let added = EvidenceAdded {
                    evidence: format!("ev-{}", chance.draw()).parse()?,
                    item: Some(item.parse()?),
                    kind: serde_json::from_value("photo".into())?,
                    name: "photo.jpg".to_owned(),
                    facts: serde_json::Value::Null,
                    no_preview: None,
                };
                self.say(chance, Some(&inspection), event(added.into())?, Vec::new(), Some(bytes))
            }
        })
    }

    fn keep(&self, change: Change) -> Result<(), Failure> {
        if lock(&self.disk).keep(change) { Ok(()) } else { Err(Failure::never("engine.fault")) }
    }

    fn only_here(contents: &Contents) -> OnlyHere {
        let unsent: Vec<&Named> =
            contents.named.iter().filter(|n| !contents.receipted_blobs.contains(&n.sha256)).collect();
        OnlyHere {
            photos: unsent.len() as u64,
            entries: contents.own.head.seq.saturating_sub(contents.receipted),
            bytes: unsent.iter().map(|n| n.size).sum(),
            ..OnlyHere::default()
        }
    }
}

/// Whatever a phone's clock may say (I9).
fn wrong_time(chance: &mut Chance) -> ClaimedTime {
    let (year, day) = (1970 + chance.below(130), 1 + chance.below(28));
    let wall = format!("{year}-{:02}-{day:02}T{:02}:00:00+08:00", 1 + chance.below(12), chance.below(24));
    ClaimedTime { wall, boot: "boot".to_owned(), mono_ms: chance.draw() >> 20, hq_seen: None }
}

struct Bytes(Arc<Vec<u8>>);

impl BlobReader for Bytes {
    fn size(&self) -> u64 {
        self.0.len() as u64
    }
    fn read_at(&mut self, offset: u64, piece: &mut [u8]) -> Result<(), Failure> {
        let at = usize::try_from(offset).map_err(|_| Failure::never("engine.fault"))?;
        let part = self.0.get(at..at + piece.len()).ok_or_else(|| Failure::never("vault.damaged"))?;
        piece.copy_from_slice(part);
        Ok(())
    }
}

impl Local for Hand {
    fn standing(&self) -> Result<Standing, Failure> {
        let disk = lock(&self.disk);
        let here = &disk.now;
        let mut unsent: Vec<UnsentBlob> = Vec::new();
        for n in here.named.iter().filter(|n| !here.receipted_blobs.contains(&n.sha256)) {
            if unsent.iter().all(|u| u.sha256 != n.sha256) {
                unsent.push(UnsentBlob {
                    feed: here.own.key.feed,
                    entry: n.entry,
                    inspection: n.inspection.clone(),
                    sha256: n.sha256,
                    size: n.size,
                    name: "photo".to_owned(),
                    firm: "firm".to_owned(),
                });
            }
        }
        Ok(Standing {
            own: vec![OwnFeed { head: here.own.head.clone(), receipted: here.receipted }],
            copies: here.copied(),
            admitted: here.admitted.clone(),
            seen_log_index: here.seen,
            restored: here.restored.clone(),
            unsent,
            only_here: Self::only_here(here),
            ..Standing::default()
        })
    }
    fn sign_session(&self, nonce: &str) -> Result<Signature, Failure> {
        let device = lock(&self.disk).now.own.key.device.clone();
        Ok(device_signer(self.number).sign(&signed_message(&device, nonce)))
    }
    fn sign_heads(&self, heads: &[Head], session: Digest) -> Result<Vec<Signed<HeadClaim>>, Failure> {
        let signer = feed_signer(self.number);
        let sign = |head: &Head| Signed::sign(&HeadClaim { head: head.clone(), session }, &signer);
        heads.iter().map(sign).collect::<Result<_, _>>().map_err(|_| Failure::never("hello.shape"))
    }
    fn frames(&self, _: FeedId, from: u64, max_frames: usize, max_bytes: usize) -> Result<Vec<Frame>, Failure> {
        let disk = lock(&self.disk);
        let from = usize::try_from(from).unwrap_or(usize::MAX).saturating_sub(1);
        let mut room = max_bytes;
        let fits = |frame: &&Frame| {
            let size = frame.header_bytes().len() + frame.payload_bytes().map_or(0, <[u8]>::len);
            let fits = room > 0;
            room = room.saturating_sub(size);
            fits
        };
        Ok(disk.now.own.frames.iter().skip(from).take(max_frames).take_while(fits).cloned().collect())
    }
    fn entry_at(&self, _: FeedId, seq: u64) -> Result<Option<EntryId>, Failure> {
        let place = usize::try_from(seq).unwrap_or(usize::MAX).checked_sub(1);
        Ok(place.and_then(|n| lock(&self.disk).now.own.frames.get(n).map(Frame::id)))
    }
    fn blob(&self, sha256: BlobHash) -> Result<Box<dyn BlobReader>, Failure> {
        let bytes = lock(&self.disk).now.blobs.get(&sha256).cloned();
        Ok(Box::new(Bytes(bytes.ok_or_else(|| Failure::never("vault.missing"))?)))
    }
    fn store_checkpoint(&self, checkpoint: &Signed<Checkpoint>) -> Result<(), Failure> {
        let said = checkpoint.verify(&self.hq.key).map_err(|_| Failure::never("hq.signature"))?;
        self.keep(Change::Seen(said.log_index, said.restored.map(|r| r.id)))
    }
    fn store_behind(&self, checkpoint: &Signed<Checkpoint>) -> Result<(), Failure> {
        let said = checkpoint.verify(&self.hq.key).map_err(|_| Failure::never("hq.signature"))?;
        self.keep(Change::Behind(said.log_index, said.restored.map(|r| r.id), self.hq.feed))
    }
    fn store_verdict(&self, _: FeedId, verdict: Verdict, _: &Head) -> Result<(), Failure> {
        self.keep(Change::Verdict(verdict))
    }
    fn store_receipt(&self, receipt: &Signed<Receipt>) -> Result<OnlyHere, Failure> {
        // The machine verified it; what it says is read here as whoever trusts the machine would.
        let said = serde_json::from_str(&receipt.text).map_err(|_| Failure::never("receipt.wrong"))?;
        self.keep(Change::Receipt(Box::new(receipt.clone()), Box::new(said)))?;
        Ok(Self::only_here(&lock(&self.disk).now))
    }
    fn store_pulled(&self, runs: &[FeedRun]) -> Result<(), Failure> {
        let mut disk = lock(&self.disk);
        for run in runs {
            let frames: Vec<Frame> = run.frames.iter().cloned().map(Frame::from).collect();
            let key = Box::new(run.feed.clone());
            if self.bug == Some(Bug::PageStoredHalf) {
                let headers = frames.iter().map(Frame::header_only).collect();
                disk.write(Change::Pulled(key.clone(), headers, self.hq.feed));
                if !disk.sync() {
                    return Err(Failure::never("engine.fault"));
                }
            }
            disk.write(Change::Pulled(key, frames, self.hq.feed));
        }
        if disk.sync() { Ok(()) } else { Err(Failure::never("engine.fault")) }
    }
    fn lacking_packs(&self) -> Result<Vec<PackPublished>, Failure> {
        let disk = lock(&self.disk);
        Ok(disk.now.published.iter().filter(|p| !disk.now.packs.contains_key(&p.sha256)).cloned().collect())
    }
    fn store_pack(&self, pack: &PackPublished, bytes: &[u8]) -> Result<(), Failure> {
        self.keep(Change::Pack(pack.sha256, bytes.to_vec()))
    }
    fn manifest(&self) -> Result<Manifest, Failure> {
        let disk = lock(&self.disk);
        let (own, from) = (&disk.now.own, disk.now.settled);
        let mut blobs: Vec<OwnBlob> = Vec::new();
        for n in disk.now.named.iter().filter(|n| n.seq > from) {
            if blobs.iter().all(|b| b.sha256 != n.sha256) {
                blobs.push(OwnBlob { feed: own.key.feed, seq: n.seq, sha256: n.sha256 });
            }
        }
        let claim = FeedClaim::new(own.head.clone(), from, blobs.iter().map(|b| b.sha256));
        Ok(Manifest { feeds: vec![claim], blobs })
    }
    fn store_lacking(&self, lacking: &[Lacking]) -> Result<OnlyHere, Failure> {
        for lack in lacking {
            let blobs = lack.blobs.iter().map(|(_, b)| *b).collect();
            self.keep(Change::Lacking(lack.stored_to.unwrap_or(u64::MAX), blobs))?;
        }
        Ok(Self::only_here(&lock(&self.disk).now))
    }
    fn store_agreed(&self, agreed: &Signed<DayAgreed>) -> Result<(), Failure> {
        let said = agreed.verify(&self.hq.key).map_err(|_| Failure::never("day.wrong"))?;
        let own = lock(&self.disk).now.own.key.feed;
        let to = said.feeds.iter().find(|f| f.head.feed == own).map_or(0, |f| f.head.seq);
        self.keep(Change::Agreed(to))
    }
}
