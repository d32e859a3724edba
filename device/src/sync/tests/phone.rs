//! A phone in memory. Its `Durable` half survives a kill of everything else.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard};

use ed25519_dalek::Signer as _;
use serde_json::json;
use xuncha_core::Failure;
use xuncha_core::event::{Event, PackPublished};
use xuncha_core::feed::{
    AppInfo, BlobRef, BlobSource, ClaimedTime, Draft, FeedKey, Frame, Head, Signature, Signer, VerifyingKey, author,
};
use xuncha_core::ids::{BlobHash, DeviceId, Digest, EntryId, FeedId, UserId};
use xuncha_core::protocol::Signed;
use xuncha_core::protocol::close_of_day::{DayAgreed, FeedClaim};
use xuncha_core::protocol::hello::{Checkpoint, HeadClaim, Verdict};
use xuncha_core::protocol::pull::FeedRun;
use xuncha_core::protocol::receipts::Receipt;
use xuncha_core::protocol::session::signed_message;

use crate::app::views::OnlyHere;
use crate::sync::{BlobReader, Lacking, Local, Manifest, OwnBlob, OwnFeed, Setup, Standing, UnsentBlob};

pub struct TestKey(ed25519_dalek::SigningKey);
impl TestKey {
    pub fn new(seed: u8) -> Self {
        Self(ed25519_dalek::SigningKey::from_bytes(&[seed; 32]))
    }
}
impl Signer for TestKey {
    fn sign(&self, message: &[u8]) -> Signature {
        Signature::from_bytes(self.0.sign(message).to_bytes())
    }
    fn verifying_key(&self) -> VerifyingKey {
        VerifyingKey::from_bytes(self.0.verifying_key().to_bytes())
    }
}

/// Writes the next entry of a feed, as everybody does in these tests.
pub fn write(
    frames: &mut Vec<Frame>,
    key: &TestKey,
    feed: &FeedKey,
    event: Option<Event>,
    blobs: Vec<BlobRef>,
) -> EntryId {
    let head = head_of(feed.feed, frames);
    let (kind, body) = match event {
        Some(event) => (event.kind().to_owned(), event.body().unwrap()),
        None => ("test.said".to_owned(), json!({ "n": head.seq })),
    };
    let draft = Draft {
        salt: [head.seq as u8; 16],
        actor: feed.user.clone(),
        inspection: None,
        kind,
        body,
        over: vec![],
        seen_lamport: 0,
        blobs,
        time: ClaimedTime { wall: "1970-01-01T00:00:00Z".into(), boot: "b".into(), mono_ms: 1, hq_seen: None },
        place: None,
        app: AppInfo { version: "0.1.0".into(), os: "test".into() },
    };
    let (frame, entry) = author(&head, draft, key).unwrap();
    frames.push(frame);
    entry.id
}

pub fn head_of(feed: FeedId, frames: &[Frame]) -> Head {
    frames.last().map_or(Head::empty(feed), |f| {
        let header = f.open().unwrap().header;
        Head { feed, seq: header.seq, id: Some(f.id()), lamport: header.lamport }
    })
}

pub fn feed_key(key: &TestKey, device: &str, user: &str) -> FeedKey {
    let (device, user): (DeviceId, UserId) = (device.parse().unwrap(), user.parse().unwrap());
    FeedKey::new(key.verifying_key(), device, user)
}

#[derive(Default)]
pub struct Durable {
    pub frames: Vec<Frame>,
    pub blobs: BTreeMap<BlobHash, Arc<Vec<u8>>>,
    /// Blobs whose bytes cannot be read.
    pub unreadable: BTreeSet<BlobHash>,
    pub order: Vec<BlobHash>,
    pub inspections: BTreeMap<BlobHash, String>,
    pub receipts: Vec<Signed<Receipt>>,
    pub receipted: u64,
    pub receipted_blobs: BTreeSet<BlobHash>,
    pub log_index: Option<u64>,
    pub checkpoints: Vec<Signed<Checkpoint>>,
    pub copies: BTreeMap<FeedId, (FeedKey, Vec<Frame>)>,
    pub packs: BTreeMap<Digest, Vec<u8>>,
    pub verdicts: Vec<(Verdict, u64)>,
    pub agreed: Vec<Signed<DayAgreed>>,
    pub lacking: Vec<Lacking>,
    /// What was broken; a test fails if anything is.
    pub broken: Vec<String>,
}

impl Durable {
    fn entry_of(&self, blob: &BlobHash) -> EntryId {
        let names = |f: &&Frame| f.open().unwrap().payload.unwrap().blobs.iter().any(|b| b.sha256 == *blob);
        self.frames.iter().find(names).unwrap().id()
    }
}

#[derive(Clone)]
pub struct Phone {
    pub feed: FeedKey,
    pub hq: FeedKey,
    key: Arc<TestKey>,
    durable: Arc<Mutex<Durable>>,
}

impl Phone {
    pub fn new(hq: &FeedKey) -> Self {
        let key = TestKey::new(7);
        let feed = feed_key(&key, "phone-1", "alice");
        Self { feed, hq: hq.clone(), key: Arc::new(key), durable: Arc::default() }
    }
    pub fn durable(&self) -> MutexGuard<'_, Durable> {
        self.durable.lock().unwrap()
    }
    pub fn setup(&self) -> Setup {
        Setup {
            device: self.feed.device.clone(),
            hq_key: self.hq.key,
            hq_feed: self.hq.feed,
            hq_url: "https://hq".into(),
            app: "0.1.0".into(),
            jitter_seed: 1,
        }
    }
    pub fn says(&self, n: usize) {
        for _ in 0..n {
            write(&mut self.durable().frames, &self.key, &self.feed, None, vec![]);
        }
    }
    pub fn photographs(&self, bytes: Vec<u8>) -> BlobHash {
        self.photographs_for("inspection-1", bytes)
    }
    pub fn photographs_for(&self, inspection: &str, bytes: Vec<u8>) -> BlobHash {
        let sha256 = BlobHash::digest(&[&bytes]);
        let blob = BlobRef { sha256, size: bytes.len() as u64, mime: "image/jpeg".into(), source: BlobSource::Camera };
        let mut durable = self.durable();
        write(&mut durable.frames, &self.key, &self.feed, None, vec![blob]);
        durable.blobs.insert(sha256, Arc::new(bytes));
        durable.inspections.insert(sha256, inspection.to_owned());
        durable.order.push(sha256);
        sha256
    }
    fn only_here(durable: &Durable) -> OnlyHere {
        let unsent: Vec<_> = durable.order.iter().filter(|b| !durable.receipted_blobs.contains(*b)).collect();
        OnlyHere {
            inspections: 0,
            photos: unsent.len() as u64,
            files: 0,
            entries: durable.frames.len() as u64 - durable.receipted,
            bytes: unsent.iter().map(|b| durable.blobs[*b].len() as u64).sum(),
        }
    }
    /// Judges with its own eyes everything that was ever stored.
    pub fn audit(&self) -> Result<(), String> {
        let durable = self.durable();
        if let Some(broken) = durable.broken.first() {
            return Err(broken.clone());
        }
        for signed in &durable.receipts {
            let receipt = signed.verify(&self.hq.key).map_err(|_| "a receipt without HQ's signature was stored")?;
            let own = receipt.stored_to.seq.checked_sub(1).map(|i| durable.frames.get(i as usize).map(Frame::id));
            if own.is_some_and(|own| own.is_none() || own != receipt.stored_to.id) {
                return Err("a receipt for another entry was stored".into());
            }
        }
        Ok(())
    }
}

impl Local for Phone {
    fn standing(&self) -> Result<Standing, Failure> {
        let durable = self.durable();
        let head = head_of(self.feed.feed, &durable.frames);
        let admitted = durable.copies.get(&self.hq.feed).map(|(_, frames)| frames.as_slice()).unwrap_or_default();
        let admitted = admitted.iter().filter_map(|f| match event(f) {
            Some(Event::FeedAdmitted(a)) => Some(a.key),
            _ => None,
        });
        let unsent = durable.order.iter().filter(|b| !durable.receipted_blobs.contains(*b));
        Ok(Standing {
            restored: None,
            own: vec![OwnFeed { head, receipted: durable.receipted }],
            copies: durable.copies.iter().map(|(feed, (_, frames))| head_of(*feed, frames)).collect(),
            admitted: admitted.collect(),
            seen_log_index: durable.log_index,
            unsent: unsent
                .map(|b| UnsentBlob {
                    feed: self.feed.feed,
                    entry: durable.entry_of(b),
                    inspection: durable.inspections[b].parse().unwrap(),
                    sha256: *b,
                    size: durable.blobs[b].len() as u64,
                    name: "photo".into(),
                    firm: "firm".into(),
                })
                .collect(),
            only_here: Self::only_here(&durable),
            last_contact: None,
        })
    }
    fn sign_session(&self, nonce: &str) -> Result<Signature, Failure> {
        Ok(self.key.sign(&signed_message(&self.feed.device, nonce)))
    }
    fn sign_heads(&self, heads: &[Head], session: Digest) -> Result<Vec<Signed<HeadClaim>>, Failure> {
        let sign = |h: &Head| Signed::sign(&HeadClaim { head: h.clone(), session }, self.key.as_ref()).unwrap();
        Ok(heads.iter().map(sign).collect())
    }
    fn frames(&self, _: FeedId, from: u64, max_frames: usize, max_bytes: usize) -> Result<Vec<Frame>, Failure> {
        let mut room = max_bytes as i64;
        let fits = |frame: &&Frame| {
            let first = room == max_bytes as i64;
            room -= frame.to_bytes().len() as i64;
            first || room >= 0
        };
        let durable = self.durable();
        Ok(durable.frames.iter().skip(from as usize - 1).take(max_frames).take_while(fits).cloned().collect())
    }
    fn entry_at(&self, _: FeedId, seq: u64) -> Result<Option<EntryId>, Failure> {
        Ok(self.durable().frames.get(seq as usize - 1).map(Frame::id))
    }
    fn blob(&self, sha256: BlobHash) -> Result<Box<dyn BlobReader>, Failure> {
        let durable = self.durable();
        if durable.unreadable.contains(&sha256) {
            return Err(Failure::never("vault.damaged"));
        }
        durable.blobs.get(&sha256).cloned().map(|b| Box::new(b) as _).ok_or_else(|| Failure::never("vault.missing"))
    }
    fn store_checkpoint(&self, checkpoint: &Signed<Checkpoint>) -> Result<(), Failure> {
        let mut durable = self.durable();
        match checkpoint.verify(&self.hq.key) {
            Err(_) => durable.broken.push("a checkpoint without HQ's signature was stored".into()),
            Ok(c) if durable.log_index.is_some_and(|seen| c.log_index < seen) => {
                durable.broken.push("the checkpoint went back".into());
            }
            Ok(c) => durable.log_index = Some(c.log_index),
        }
        durable.checkpoints.push(checkpoint.clone());
        Ok(())
    }
    fn store_verdict(&self, _: FeedId, verdict: Verdict, at_hq: &Head) -> Result<(), Failure> {
        self.durable().verdicts.push((verdict, at_hq.seq));
        Ok(())
    }
    fn store_receipt(&self, receipt: &Signed<Receipt>) -> Result<OnlyHere, Failure> {
        let mut durable = self.durable();
        durable.receipts.push(receipt.clone());
        let said: Receipt = serde_json::from_str(&receipt.text).unwrap();
        durable.receipted = durable.receipted.max(said.stored_to.seq);
        durable.receipted_blobs.extend(said.blobs_stored);
        Ok(Self::only_here(&durable))
    }
    fn store_pulled(&self, runs: &[FeedRun]) -> Result<(), Failure> {
        let mut durable = self.durable();
        for run in runs {
            let (_, frames) = durable.copies.entry(run.feed.feed).or_insert_with(|| (run.feed.clone(), vec![]));
            let mut wrong = false;
            for frame in run.frames.iter().cloned().map(Frame::from) {
                let head = head_of(run.feed.feed, frames);
                let header = frame.verify(&run.feed.key).unwrap().header;
                if header.seq == head.seq + 1 && header.prev == head.id {
                    frames.push(frame);
                } else if header.seq <= head.seq && frames[header.seq as usize - 1].id() == frame.id() {
                    frames[header.seq as usize - 1] = frame;
                } else {
                    wrong = true;
                }
            }
            if wrong {
                durable.broken.push("a pulled frame that does not follow was stored".into());
            }
        }
        Ok(())
    }
    fn lacking_packs(&self) -> Result<Vec<PackPublished>, Failure> {
        let durable = self.durable();
        let hq = durable.copies.get(&self.hq.feed).map(|(_, frames)| frames.as_slice()).unwrap_or_default();
        let named = hq.iter().filter_map(|f| match event(f) {
            Some(Event::PackPublished(p)) => Some(p),
            _ => None,
        });
        Ok(named.filter(|p| !durable.packs.contains_key(&p.sha256)).collect())
    }
    fn store_pack(&self, pack: &PackPublished, bytes: &[u8]) -> Result<(), Failure> {
        let mut durable = self.durable();
        if Digest::digest(&[bytes]) != pack.sha256 {
            durable.broken.push("a pack with another hash was stored".into());
        }
        durable.packs.insert(pack.sha256, bytes.to_vec());
        Ok(())
    }
    fn manifest(&self) -> Result<Manifest, Failure> {
        let durable = self.durable();
        let feed = self.feed.feed;
        let entries = durable.frames.iter().map(|f| f.open().unwrap());
        let blobs = entries.flat_map(|e| e.payload.unwrap().blobs.into_iter().map(move |b| (e.header.seq, b.sha256)));
        let blobs: Vec<_> = blobs.map(|(seq, sha256)| OwnBlob { feed, seq, sha256 }).collect();
        let head = head_of(feed, &durable.frames);
        let feeds = vec![FeedClaim::new(head, 0, blobs.iter().map(|b| b.sha256))];
        Ok(Manifest { feeds, blobs })
    }
    fn store_lacking(&self, lacking: &[Lacking]) -> Result<OnlyHere, Failure> {
        let mut durable = self.durable();
        for lack in lacking {
            durable.receipted = durable.receipted.min(lack.stored_to.unwrap_or(u64::MAX));
            for (_, blob) in &lack.blobs {
                durable.receipted_blobs.remove(blob);
            }
            durable.lacking.push(lack.clone());
        }
        Ok(Self::only_here(&durable))
    }
    fn store_agreed(&self, agreed: &Signed<DayAgreed>) -> Result<(), Failure> {
        let mut durable = self.durable();
        if agreed.verify(&self.hq.key).is_err() {
            durable.broken.push("a day without HQ's signature was stored".into());
        }
        durable.agreed.push(agreed.clone());
        Ok(())
    }
}

fn event(frame: &Frame) -> Option<Event> {
    let payload = frame.open().ok()?.payload?;
    Event::read(&payload.kind, &payload.body).ok()
}

impl BlobReader for Arc<Vec<u8>> {
    fn size(&self) -> u64 {
        self.len() as u64
    }
    fn read_at(&mut self, offset: u64, piece: &mut [u8]) -> Result<(), Failure> {
        let at = offset as usize;
        piece.copy_from_slice(&self[at..at + piece.len()]);
        Ok(())
    }
}
