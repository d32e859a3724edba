//! Machine, phone and HQ in one thread, in virtual time, and nothing goes wrong; the order of answers is drawn from a seed.

use xuncha_core::Failure;

use super::model::Hq;
use super::phone::Phone;
use crate::app::views::{SyncPhase, SyncView};
use crate::sync::{Answer, Ask, Effect, Input, Machine, Request, RequestId};

pub struct Sim {
    pub machine: Machine,
    pub phone: Phone,
    pub hq: Hq,
    pub now: u64,
    pub shows: Vec<(u64, SyncView)>,
    pub sent: Vec<Request>,
    pub done: bool,
    asks: Vec<(RequestId, Ask)>,
    sends: Vec<(RequestId, Option<String>, Request)>,
    replies: Vec<(RequestId, Result<Answer, Failure>)>,
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
            now: 1_000,
            shows: vec![],
            sent: vec![],
            done: false,
            asks: vec![],
            sends: vec![],
            replies: vec![],
            wake: None,
            rng: seed,
        }
    }

    fn below(&mut self, n: u64) -> u64 {
        self.rng = self.rng.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.rng >> 33) % n
    }

    pub fn input(&mut self, input: Input) {
        self.wake = None;
        for effect in self.machine.step(self.now, input) {
            match effect {
                Effect::Ask { id, ask } => self.asks.push((id, ask)),
                Effect::Send { id, token, request } => {
                    self.sent.push(request.clone());
                    self.sends.push((id, token.map(|t| t.to_string()), request));
                }
                Effect::Cancel { id } => self.sends.retain(|(asked, ..)| *asked != id),
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

    /// One thing happens. False: nothing is left to happen.
    pub fn turn(&mut self) -> bool {
        self.now += self.below(30);
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
            let result = at_hq(&self.phone, &mut self.hq, token, &request);
            self.replies.push((id, result));
            return true;
        }
        let (id, result) = self.replies.swap_remove(pick - self.sends.len());
        self.input(Input::Answer { id, result });
        true
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

/// What HQ answers, with the bytes a request carries from the phone's vault.
pub fn at_hq(phone: &Phone, hq: &mut Hq, token: Option<String>, request: &Request) -> Result<Answer, Failure> {
    let part = |sha256, offset: u64, len: u64| {
        let bytes = &phone.durable().blobs[sha256];
        bytes[offset as usize..(offset + len) as usize].to_vec()
    };
    match request {
        Request::UploadBytes { address, sha256, offset, len, .. } => {
            hq.append(address, *offset, &part(sha256, *offset, *len)).map(Answer::Offset)
        }
        Request::CreateUpload { sha256, bytes: len @ 1.., .. } => {
            let Answer::Created { address, .. } = hq.answer(token.as_deref(), request)? else {
                unreachable!("a creation is answered by an address")
            };
            let offset = hq.append(&address, 0, &part(sha256, 0, *len))?;
            Ok(Answer::Created { address, offset })
        }
        request => hq.answer(token.as_deref(), request),
    }
}

pub fn local(phone: &Phone, ask: Ask) -> Result<Answer, Failure> {
    crate::sync::run::answer_locally(phone, ask)
}
