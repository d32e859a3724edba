//! An HQ in memory: judges with core's functions, answers the machine's requests. Deliberately small; the real one is in `hq`.

use std::collections::{BTreeMap, BTreeSet};

use xuncha_core::Failure;
use xuncha_core::event::{Event, FeedAdmitted, PackKind, PackPublished};
use xuncha_core::feed::{Chain, ChainError, FeedKey, Frame, Head, WireFrame};
use xuncha_core::ids::{BlobHash, Digest, EntryId, FeedId};
use xuncha_core::protocol::Signed;
use xuncha_core::protocol::close_of_day::{CloseReply, CloseRequest, DayAgreed, FeedClaim, manifest_hash};
use xuncha_core::protocol::hello::{Checkpoint, FeedStanding, HelloReply, HelloRequest, Verdict, WantedBlob};
use xuncha_core::protocol::pull::{FeedRun, PullReply, PullRequest};
use xuncha_core::protocol::push::{PushReply, Quarantined};
use xuncha_core::protocol::receipts::{Receipt, ReceiptReply, ReceiptRequest};
use xuncha_core::protocol::session::{ChallengeReply, SessionReply, signed_message};

use super::phone::{TestKey, feed_key, head_of, write};
use crate::sync::{Answer, Request};

const PAGE: usize = 3;

pub struct Upload {
    pub sha256: BlobHash,
    pub size: u64,
    pub bytes: Vec<u8>,
}

pub struct Hq {
    key: TestKey,
    pub feed: FeedKey,
    own: Vec<Frame>,
    bob: TestKey,
    pub bob_feed: FeedKey,
    bobs: Vec<Frame>,
    pub phones: BTreeMap<FeedId, (FeedKey, Vec<Frame>)>,
    pub quarantined: Vec<Quarantined>,
    pub blobs: BTreeMap<BlobHash, Vec<u8>>,
    pub uploads: BTreeMap<String, Upload>,
    /// Whole uploads stay answerable for a while.
    finished: BTreeMap<String, u64>,
    tokens: BTreeSet<String>,
    nonces: BTreeSet<String>,
    count: u64,
    pub log_index: u64,
    pub packs: BTreeMap<Digest, Vec<u8>>,
    /// Said instead of the truth.
    pub verdict: Option<Verdict>,
    pub least_app: String,
    /// Answers every pull with "there is more".
    pub endless: bool,
    pub hellos: u32,
    /// Bytes of blobs that came, useful or not.
    pub taken: u64,
}

impl Hq {
    pub fn new() -> Self {
        let (key, bob) = (TestKey::new(1), TestKey::new(2));
        let (feed, bob_feed) = (feed_key(&key, "hq", "hq"), feed_key(&bob, "phone-2", "bob"));
        let mut hq = Self {
            key,
            feed,
            own: vec![],
            bob,
            bob_feed,
            bobs: vec![],
            phones: BTreeMap::new(),
            quarantined: vec![],
            blobs: BTreeMap::new(),
            uploads: BTreeMap::new(),
            finished: BTreeMap::new(),
            tokens: BTreeSet::new(),
            nonces: BTreeSet::new(),
            count: 0,
            log_index: 0,
            packs: BTreeMap::new(),
            verdict: None,
            least_app: "0.1.0".into(),
            endless: false,
            hellos: 0,
            taken: 0,
        };
        hq.says(Event::FeedAdmitted(FeedAdmitted { key: hq.bob_feed.clone(), unit: "u".parse().unwrap() }));
        for _ in 0..7 {
            write(&mut hq.bobs, &hq.bob, &hq.bob_feed, None, vec![]);
        }
        hq
    }
    pub fn knows(&mut self, feed: &FeedKey) {
        self.phones.insert(feed.feed, (feed.clone(), vec![]));
    }
    pub fn says(&mut self, event: Event) {
        write(&mut self.own, &self.key, &self.feed, Some(event), vec![]);
    }
    pub fn publishes(&mut self, bytes: Vec<u8>) -> Digest {
        let sha256 = Digest::digest(&[&bytes]);
        self.says(Event::PackPublished(PackPublished {
            kind: PackKind::List,
            code: "COLD".into(),
            version: "1".into(),
            sha256,
            size: bytes.len() as u64,
            units: vec![],
        }));
        self.packs.insert(sha256, bytes);
        sha256
    }
    /// All sessions are forgotten.
    pub fn restarts(&mut self) {
        self.tokens.clear();
        self.nonces.clear();
    }
    pub fn has_all_of(&self, feed: &FeedId) -> Head {
        head_of(*feed, &self.phones[feed].1)
    }
    pub fn bobs_head(&self) -> Head {
        head_of(self.bob_feed.feed, &self.bobs)
    }
    pub fn own_head(&self) -> Head {
        head_of(self.feed.feed, &self.own)
    }
    pub fn signs<T: xuncha_core::protocol::Statement>(&self, statement: &T) -> Signed<T> {
        Signed::sign(statement, &self.key).unwrap()
    }
    fn name(&mut self, kind: &str) -> String {
        self.count += 1;
        format!("{kind}{}", self.count)
    }

    pub fn answer(&mut self, token: Option<&str>, request: &Request) -> Result<Answer, Failure> {
        let open = matches!(request, Request::Challenge | Request::Session { .. });
        if !open && !token.is_some_and(|t| self.tokens.contains(t)) {
            return Err(Failure::after_action("session.expired"));
        }
        Ok(match request {
            Request::Challenge => {
                let nonce = self.name("nonce");
                self.nonces.insert(nonce.clone());
                Answer::Challenge(ChallengeReply { nonce })
            }
            Request::Session { nonce, signature } => {
                let device = "phone-1".parse().unwrap();
                let key = self.phones.values().next().unwrap().0.key;
                let signed = key.verify(&signed_message(&device, nonce), signature).is_ok();
                if !self.nonces.remove(nonce) || !signed {
                    return Err(Failure::after_action("session.refused"));
                }
                let token = self.name("token");
                self.tokens.insert(token.clone());
                Answer::Session(SessionReply { token, expires_s: 600 })
            }
            Request::Hello(hello) => Answer::Hello(Box::new(self.hello(hello, token.unwrap()))),
            Request::Push { feed, frames } => Answer::Push(self.push(feed, frames)?),
            Request::Receipts(request) => Answer::Receipt(ReceiptReply { receipt: self.receipt(request) }),
            Request::Pull(request) => Answer::Pull(self.pull(request)),
            Request::Close(request) => Answer::Close(self.close(request)),
            Request::PackPart { sha256, from, len } => {
                let bytes = self.packs.get(sha256).ok_or_else(|| Failure::never("pack.unknown"))?;
                let to = bytes.len().min((from + len) as usize);
                Answer::PackPart(bytes[*from as usize..to].to_vec())
            }
            Request::CreateUpload { feed, entry, sha256, size, again, .. } => {
                let begun = self.uploads.iter().find(|(_, u)| *again && u.sha256 == *sha256);
                match begun {
                    Some((address, u)) => Answer::Created { address: address.clone(), offset: u.bytes.len() as u64 },
                    None => Answer::Created { address: self.create(*feed, *entry, *sha256, *size)?, offset: 0 },
                }
            }
            Request::UploadOffset { address } => {
                let begun = self.uploads.get(address).map(|u| u.bytes.len() as u64);
                let offset = begun.or(self.finished.get(address).copied());
                Answer::Offset(offset.ok_or_else(|| Failure::later("upload.gone"))?)
            }
            Request::UploadBytes { .. } => unreachable!("bytes come by append"),
        })
    }

    fn hello(&mut self, hello: &HelloRequest, token: &str) -> HelloReply {
        self.hellos += 1;
        let mut feeds = vec![];
        for claim in &hello.heads {
            let said: xuncha_core::protocol::hello::HeadClaim = serde_json::from_str(&claim.text).unwrap();
            let (key, frames) = &self.phones[&said.head.feed];
            assert!(claim.verify(&key.key).is_ok(), "a head claim is signed by its feed");
            assert_eq!(said.session, Digest::digest(&[token.as_bytes()]), "and bound to the session");
            let head = head_of(said.head.feed, frames);
            feeds.push(FeedStanding { head, verdict: self.verdict.unwrap_or(Verdict::Continues) });
        }
        let mut wanted = vec![];
        for (feed, (_, frames)) in &self.phones {
            for frame in frames {
                let entry = frame.open().unwrap();
                for blob in entry.payload.unwrap().blobs.iter().filter(|b| !self.blobs.contains_key(&b.sha256)) {
                    let begun = self.uploads.iter().find(|(_, u)| u.sha256 == blob.sha256);
                    wanted.push(WantedBlob {
                        feed: *feed,
                        entry: entry.id,
                        sha256: blob.sha256,
                        size: blob.size,
                        upload: begun.map(|(address, _)| address.clone()),
                        offset: begun.map_or(0, |(_, u)| u.bytes.len() as u64),
                    });
                }
            }
        }
        wanted.truncate(hello.most.map_or(1_000, |most| most as usize));
        let checkpoint = Checkpoint {
            restored: None,
            log_index: self.log_index,
            hq_head: self.own_head(),
            backed_up_to: None,
            time: "2026-11-22T10:00:00Z".into(),
            nonce: self.name("n"),
        };
        HelloReply { checkpoint: self.signs(&checkpoint), feeds, wanted, least_app: self.least_app.clone() }
    }

    fn push(&mut self, feed: &FeedId, frames: &[WireFrame]) -> Result<PushReply, Failure> {
        let (key, stored) = self.phones.get_mut(feed).ok_or_else(|| Failure::never("feed.unknown"))?;
        let mut chain = Chain::resume(key.key, head_of(*feed, stored));
        let mut quarantined = vec![];
        for frame in frames.iter().cloned().map(Frame::from) {
            match chain.accept(&frame) {
                Ok(_) => {
                    stored.push(frame);
                    self.log_index += 1;
                }
                Err(ChainError::Taken(seq)) if stored[seq as usize - 1].id() == frame.id() => {}
                Err(ChainError::Taken(seq) | ChainError::Fork(seq)) => {
                    quarantined.push(Quarantined { seq, id: frame.id(), reason: "feed.taken".into() });
                }
                Err(e) => return Err(Failure::never("push.gap").with("why", e)),
            }
        }
        self.quarantined.extend(quarantined.clone());
        Ok(PushReply { head: chain.head().clone(), quarantined, inert: vec![] })
    }

    pub fn receipt(&self, request: &ReceiptRequest) -> Signed<Receipt> {
        self.signs(&Receipt {
            feed: request.feed,
            stored_to: self.has_all_of(&request.feed),
            blobs_stored: request.blobs.iter().filter(|b| self.blobs.contains_key(*b)).copied().collect(),
            quarantined: self.quarantined.clone(),
            log_index: self.log_index,
            time: "2026-11-22T10:00:01Z".into(),
        })
    }

    fn pull(&self, request: &PullRequest) -> PullReply {
        let mut runs: Vec<FeedRun> = vec![];
        let mut more = self.endless;
        let mut room = request.bytes.unwrap_or(u64::MAX);
        for (key, frames) in [(&self.feed, &self.own), (&self.bob_feed, &self.bobs)] {
            let have = request.have.iter().find(|h| h.feed == key.feed).map_or(0, |h| h.seq as usize);
            let mut page: Vec<WireFrame> = vec![];
            for frame in frames.iter().skip(have).take(PAGE).map(|f| WireFrame::try_from(f).unwrap()) {
                let size = serde_json::to_vec(&frame).unwrap().len() as u64;
                if size > room && !(runs.is_empty() && page.is_empty()) {
                    break;
                }
                room = room.saturating_sub(size);
                page.push(frame);
            }
            more |= frames.len() > have + page.len();
            if !page.is_empty() {
                runs.push(FeedRun { feed: key.clone(), frames: page });
            }
        }
        PullReply { runs, more, said: None }
    }

    fn close(&self, request: &CloseRequest) -> CloseReply {
        let heads = request.feeds.iter().map(|f| (&f.head, self.has_all_of(&f.head.feed)));
        let missing_entries: Vec<_> = heads.filter(|(said, have)| **said != *have).map(|(_, have)| have).collect();
        let named = |claim: &FeedClaim| -> Vec<BlobHash> {
            let (_, frames) = &self.phones[&claim.head.feed];
            let entries = frames.iter().map(|f| f.open().unwrap()).filter(|e| e.header.seq > claim.from);
            entries.flat_map(|e| e.payload.unwrap().blobs).map(|b| b.sha256).collect()
        };
        let mut absent: Vec<_> =
            request.feeds.iter().flat_map(&named).filter(|b| !self.blobs.contains_key(b)).collect();
        absent.sort_unstable();
        absent.dedup();
        let agreed = (missing_entries.is_empty() && absent.is_empty()).then(|| {
            for claim in &request.feeds {
                assert_eq!(*claim, FeedClaim::new(claim.head.clone(), claim.from, named(claim)), "what the feed names");
            }
            self.signs(&DayAgreed {
                manifest: manifest_hash(&request.feeds),
                feeds: request.feeds.clone(),
                log_index: self.log_index,
                time: "2026-11-22T18:00:00Z".into(),
            })
        });
        absent.retain(|b| request.after.is_none_or(|after| *b > after));
        let most = request.most.map_or(PAGE, |most| PAGE.min(most as usize));
        let more = absent.len() > most;
        absent.truncate(most);
        CloseReply { missing_entries, missing_blobs: absent, more, unlike: vec![], agreed }
    }

    pub fn create(&mut self, feed: FeedId, entry: EntryId, sha256: BlobHash, size: u64) -> Result<String, Failure> {
        let names =
            |f: &Frame| f.id() == entry && f.open().unwrap().payload.unwrap().blobs.iter().any(|b| b.sha256 == sha256);
        if !self.phones.get(&feed).is_some_and(|(_, frames)| frames.iter().any(names)) {
            return Err(Failure::later("upload.gone"));
        }
        let address = format!("/v1/blobs/{}", self.name("u"));
        self.uploads.insert(address.clone(), Upload { sha256, size, bytes: vec![] });
        Ok(address)
    }

    /// Appends bytes; a whole upload is checked and becomes a blob.
    pub fn append(&mut self, address: &str, offset: u64, bytes: &[u8]) -> Result<u64, Failure> {
        if self.finished.contains_key(address) {
            return Err(Failure::later("upload.offset"));
        }
        let upload = self.uploads.get_mut(address).ok_or_else(|| Failure::later("upload.gone"))?;
        if upload.bytes.len() as u64 != offset {
            return Err(Failure::later("upload.offset"));
        }
        upload.bytes.extend_from_slice(bytes);
        self.taken += bytes.len() as u64;
        let reached = upload.bytes.len() as u64;
        if reached == upload.size {
            let upload = self.uploads.remove(address).unwrap();
            if BlobHash::digest(&[&upload.bytes]) != upload.sha256 {
                return Err(Failure::later("blob.checksum"));
            }
            self.blobs.insert(upload.sha256, upload.bytes);
            self.finished.insert(address.to_owned(), upload.size);
            self.log_index += 1;
        }
        Ok(reached)
    }
}
