//! Machine, phone and HQ in one thread, in virtual time; every turn is chosen by a seed.

use std::collections::BTreeSet;

use xuncha_core::Failure;
use xuncha_core::protocol::receipts::ReceiptReply;

use super::model::Hq;
use super::phone::{Phone, TestKey};
use crate::app::views::{SyncPhase, SyncView};
use crate::sync::{Answer, Ask, Effect, Input, Local, Machine, Request, RequestId};

/// What may go wrong, in percent of the occasions.
#[derive(Clone, Copy, Default)]
pub struct Faults {
    pub lost_request: u64,
    pub lost_reply: u64,
    pub repeated_reply: u64,
    pub forged_receipt: u64,
    pub flipped_byte: u64,
    pub cut_upload: u64,
    pub lost_upload: u64,
    pub busy: u64,
    pub hq_restart: u64,
    pub kill: u64,
    pub pause: u64,
}

pub const STORM: Faults = Faults {
    lost_request: 6,
    lost_reply: 6,
    repeated_reply: 10,
    forged_receipt: 15,
    flipped_byte: 5,
    cut_upload: 15,
    lost_upload: 3,
    busy: 4,
    hq_restart: 2,
    kill: 2,
    pause: 2,
};

pub struct Sim {
    pub machine: Machine,
    pub phone: Phone,
    pub hq: Hq,
    pub faults: Faults,
    /// The planted bug: receipts go to the disk without being looked at.
    pub believes_everything: bool,
    pub now: u64,
    pub shows: Vec<(u64, SyncView)>,
    pub sent: Vec<Request>,
    pub done: bool,
    asks: Vec<(RequestId, Ask)>,
    sends: Vec<(RequestId, Option<String>, Request)>,
    replies: Vec<(RequestId, Result<Answer, Failure>)>,
    receipts_asked: BTreeSet<RequestId>,
    wake: Option<u64>,
    rng: u64,
}

impl Sim {
    pub fn new(seed: u64) -> Self {
        let mut hq = Hq::new();
        let phone = Phone::new(&hq.feed);
        hq.knows(&phone.feed);
        Self {
            machine: Machine::new(phone.setup()),
            phone,
            hq,
            faults: Faults::default(),
            believes_everything: false,
            now: 1_000,
            shows: vec![],
            sent: vec![],
            done: false,
            asks: vec![],
            sends: vec![],
            replies: vec![],
            receipts_asked: BTreeSet::new(),
            wake: None,
            rng: seed,
        }
    }

    fn below(&mut self, n: u64) -> u64 {
        self.rng = self.rng.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.rng >> 33) % n
    }
    fn strikes(&mut self, percent: u64) -> bool {
        percent > 0 && self.below(100) < percent
    }

    pub fn input(&mut self, input: Input) {
        self.wake = None;
        for effect in self.machine.step(self.now, input) {
            match effect {
                Effect::Ask { id, ask } => self.asks.push((id, ask)),
                Effect::Send { id, token, request } => {
                    self.sent.push(request.clone());
                    if matches!(request, Request::Receipts(_)) {
                        self.receipts_asked.insert(id);
                    }
                    self.sends.push((id, token.map(|t| t.to_string()), request));
                }
                // A request may already be on its way when it is cut off: HQ sometimes gets it all the same.
                Effect::Cancel { id } => {
                    if self.below(2) == 0 {
                        self.sends.retain(|(asked, ..)| *asked != id);
                    }
                }
                Effect::Show(view) => self.shows.push((self.now, *view)),
                Effect::Wait { ms } => {
                    let at = self.now + ms;
                    self.wake = Some(self.wake.map_or(at, |w| w.min(at)));
                }
                Effect::Done => self.done = true,
            }
        }
    }

    pub fn start(&mut self) {
        self.done = false;
        self.input(Input::Start);
    }

    /// The process dies: what is not in `Durable` is gone. Requests already on the wire may still reach HQ.
    pub fn kill(&mut self) {
        self.machine = Machine::new(self.phone.setup());
        self.asks.clear();
        self.replies.clear();
        self.receipts_asked.clear();
        while let Some((_, token, request)) = self.sends.pop() {
            if self.below(2) == 0 {
                let _ = self.at_hq(token, &request);
            }
        }
        self.start();
    }

    /// One thing happens. False: nothing is left to happen.
    pub fn turn(&mut self) -> bool {
        let f = self.faults;
        self.now += self.below(30);
        if self.strikes(f.kill) {
            self.kill();
        }
        if self.strikes(f.hq_restart) {
            self.hq.restarts();
        }
        if self.strikes(f.pause) {
            self.input(Input::Pause);
            self.start();
        }
        let choices = (self.asks.len() + self.sends.len() + self.replies.len()) as u64;
        if choices == 0 {
            let Some(wake) = self.wake.take() else { return false };
            self.now = self.now.max(wake);
            self.input(Input::Tick);
            return true;
        }
        let mut pick = self.below(choices) as usize;
        if pick < self.asks.len() {
            let (id, ask) = self.asks.swap_remove(pick);
            let result = local(&self.phone, ask);
            self.input(Input::Answer { id, result });
            return true;
        }
        pick -= self.asks.len();
        if pick < self.sends.len() {
            let (id, token, request) = self.sends.swap_remove(pick);
            let result = self.over_the_wire(token, &request);
            self.replies.push((id, result));
            return true;
        }
        let (id, result) = self.replies.swap_remove(pick - self.sends.len());
        if self.strikes(f.repeated_reply) {
            self.replies.push((id, result.clone()));
        }
        if self.believes_everything
            && self.receipts_asked.contains(&id)
            && let Ok(Answer::Receipt(reply)) = &result
        {
            self.phone.store_receipt(&reply.receipt).unwrap();
        }
        self.input(Input::Answer { id, result });
        true
    }

    fn over_the_wire(&mut self, token: Option<String>, request: &Request) -> Result<Answer, Failure> {
        let f = self.faults;
        let cut = || Err(Failure::later("hq.unreachable"));
        if self.strikes(f.lost_request) {
            return cut();
        }
        if self.strikes(f.busy) {
            return Err(Failure::later("hq.busy"));
        }
        if self.strikes(f.lost_upload) {
            self.hq.uploads.pop_first();
        }
        let mut result = self.at_hq(token, request);
        if self.strikes(f.forged_receipt)
            && let Ok(Answer::Receipt(ReceiptReply { receipt })) = &mut result
        {
            *receipt = self.forged(receipt);
        }
        if self.strikes(f.lost_reply) { cut() } else { result }
    }

    /// Somebody who has not HQ's key promises everything.
    fn forged(
        &self,
        receipt: &xuncha_core::protocol::Signed<xuncha_core::protocol::receipts::Receipt>,
    ) -> xuncha_core::protocol::Signed<xuncha_core::protocol::receipts::Receipt> {
        let mut said = receipt.verify(&self.hq.feed.key).unwrap();
        said.stored_to = self.phone.head();
        said.blobs_stored = self.phone.durable().order.clone();
        xuncha_core::protocol::Signed::sign(&said, &TestKey::new(99)).unwrap()
    }

    fn at_hq(&mut self, token: Option<String>, request: &Request) -> Result<Answer, Failure> {
        match request {
            Request::UploadBytes { address, sha256, offset, len, .. } => {
                let offset = self.upload(address, *sha256, *offset, *len)?;
                Ok(Answer::Offset(offset))
            }
            Request::CreateUpload { sha256, bytes: len @ 1.., .. } => {
                let Answer::Created { address, .. } = self.hq.answer(token.as_deref(), request)? else {
                    unreachable!("a creation is answered by an address")
                };
                let offset = self.upload(&address, *sha256, 0, *len)?;
                Ok(Answer::Created { address, offset })
            }
            request => self.hq.answer(token.as_deref(), request),
        }
    }

    fn upload(
        &mut self,
        address: &str,
        sha256: xuncha_core::ids::BlobHash,
        offset: u64,
        len: u64,
    ) -> Result<u64, Failure> {
        let mut reader = self.phone.blob(sha256)?;
        let mut bytes = vec![0; len as usize];
        reader.read_at(offset, &mut bytes)?;
        if self.strikes(self.faults.flipped_byte)
            && let Some(byte) = bytes.first_mut()
        {
            *byte ^= 1;
        }
        if self.strikes(self.faults.cut_upload) {
            bytes.truncate(bytes.len() / 2);
            self.hq.append(address, offset, &bytes)?;
            return Err(Failure::later("hq.unreachable"));
        }
        self.hq.append(address, offset, &bytes)
    }

    /// Runs until nothing happens any more. Panics after `most` turns: it must come to rest.
    pub fn runs(&mut self, most: usize) {
        for _ in 0..most {
            if self.done || !self.turn() {
                return;
            }
        }
        panic!("no rest after {most} turns: {:?}", self.machine.view());
    }

    pub fn view(&self) -> SyncView {
        self.machine.view()
    }

    /// Both sides hold the same, and the phone can prove it.
    pub fn assert_all_in(&self) {
        let view = self.view();
        assert_eq!((view.phase, &view.problem), (SyncPhase::Done, &None), "{view:?}");
        let durable = self.phone.durable();
        assert_eq!(self.hq.has_all_of(&self.phone.feed.feed).seq, durable.frames.len() as u64);
        for (sha256, bytes) in &durable.blobs {
            assert_eq!(self.hq.blobs.get(sha256), Some(bytes.as_ref()), "HQ's bytes are the camera's");
        }
        assert_eq!(durable.receipted, durable.frames.len() as u64, "every entry is receipted");
        assert_eq!(durable.receipted_blobs.len(), durable.order.len(), "every photo is receipted");
        assert_eq!(durable.copies[&self.hq.feed.feed].1.len() as u64, self.hq.own_head().seq, "HQ's feed is here");
        assert_eq!(durable.copies[&self.hq.bob_feed.feed].1.len() as u64, self.hq.bobs_head().seq, "bob's feed too");
        assert_eq!(durable.packs, self.hq.packs);
        assert!(view.agreed.is_some() && !durable.agreed.is_empty());
        drop(durable);
        assert_eq!(self.phone.audit(), Ok(()));
    }
}

pub fn local(phone: &Phone, ask: Ask) -> Result<Answer, Failure> {
    crate::sync::run::answer_locally(phone, ask)
}
