//! The traffic: the machine's effects are carried out, requests meet at HQ, answers come back, or something else.

use std::sync::Arc;

use xuncha_core::Failure;
use xuncha_core::protocol::Signed;
use xuncha_core::protocol::hello::Verdict;
use xuncha_core::protocol::receipts::{Receipt, ReceiptReply};
use xuncha_device::sync::{
    Answer, Effect, Incoming, Input, Load, Local as _, Request, RequestId, answer, answer_locally, outgoing,
};

use super::audit::Broken;
use super::bugs::Bug;
use super::network::{self, Letter, Mishap, deliver};
use super::objects::lock;
use super::office::SeedKey;
use super::world::World;

/// Address of HQ.
const BASE: &str = "https://hq";

/// A request on its way.
pub(super) struct Sending {
    phone: usize,
    id: RequestId,
    request: Request,
    mishap: Mishap,
}

impl World {
    /// Something goes on by itself: an answer of the phone, a request, an answer of HQ, the end of a wait.
    pub(super) async fn go_on(&mut self) -> Result<(), Broken> {
        let phone = self.chance.below(self.phones.len());
        let p = &mut self.phones[phone];
        let choices = p.asks.len() + p.sends.len() + p.replies.len();
        if choices == 0 {
            match p.wake {
                Some(wake) if !p.rests => {
                    p.wake = None;
                    self.now = self.now.max(wake);
                    self.office.clock.set(self.now);
                    self.input(phone, Input::Tick);
                }
                _ if p.rests && self.chance.strikes(300) => self.start(phone),
                _ => {}
            }
            return Ok(());
        }
        let pick = self.chance.below(choices);
        if pick < self.phones[phone].asks.len() {
            return self.ask(phone, pick);
        }
        let pick = pick - self.phones[phone].asks.len();
        if pick < self.phones[phone].sends.len() {
            let mut batch = vec![(phone, pick)];
            // Requests of several phones, or several of one, meet at HQ.
            if self.chance.strikes(400) {
                let other = self.chance.below(self.phones.len());
                let sends = self.phones[other].sends.len();
                let second = self.chance.below(sends);
                if sends > 0 && (other, second) != batch[0] {
                    batch.push((other, second));
                }
            }
            return self.exchange(batch).await;
        }
        let pick = pick - self.phones[phone].sends.len();
        let (id, result) = self.phones[phone].replies.swap_remove(pick);
        if self.chance.strikes(self.weather.echoed) {
            self.phones[phone].replies.push((id, result.clone()));
        }
        self.input(phone, Input::Answer { id, result });
        Ok(())
    }

    pub(super) fn ask(&mut self, phone: usize, pick: usize) -> Result<(), Broken> {
        let (id, ask) = self.phones[phone].asks.swap_remove(pick);
        let hand = Arc::clone(&self.phones[phone].hand);
        self.note(|w| format!("{} asks itself {}", w.phones[phone].name, short(&format!("{ask:?}"))));
        let result = answer_locally(&*hand, ask);
        if lock(&hand.disk).power.is_off() {
            return self.cut_phone(phone);
        }
        self.input(phone, Input::Answer { id, result });
        Ok(())
    }

    pub(super) fn input(&mut self, phone: usize, input: Input) {
        let p = &mut self.phones[phone];
        let effects = p.machine.step(self.now, input);
        for effect in effects {
            let p = &mut self.phones[phone];
            match effect {
                Effect::Ask { id, ask } => p.asks.push((id, ask)),
                Effect::Send { id, token, request } => {
                    if matches!(request, Request::Hello(_)) {
                        self.hellos[phone] += 1;
                    }
                    p.sends.push((id, token, request));
                }
                // It may be on its way already: then it reaches HQ, and its answer finds nobody waiting.
                Effect::Cancel { id } => {
                    if self.calm || self.chance.strikes(500) {
                        p.sends.retain(|(asked, ..)| *asked != id);
                    }
                    p.asks.retain(|(asked, _)| *asked != id);
                }
                Effect::Wait { ms } => {
                    let at = self.now + ms;
                    p.wake = Some(p.wake.map_or(at, |w| w.min(at)));
                }
                Effect::Done => (p.rests, p.wake) = (true, None),
                Effect::Show(_) => {}
            }
        }
    }

    /// Requests go to HQ, at once, and what comes of them comes back.
    pub(super) async fn exchange(&mut self, batch: Vec<(usize, usize)>) -> Result<(), Broken> {
        let mut sendings = Vec::new();
        // From behind, so that places stay places.
        let mut batch = batch;
        batch.sort_unstable_by(|a, b| b.cmp(a));
        for (phone, pick) in batch {
            let (id, token, request) = self.phones[phone].sends.remove(pick);
            let mishap = if self.calm { Mishap::None } else { self.weather.strike(&mut self.chance) };
            let device = lock(&self.phones[phone].hand.disk).now.own.key.device.clone();
            let letter = outgoing(&request, token.as_deref(), &device).and_then(|head| self.pack(phone, head));
            self.note(|w| format!("{} sends {} · {mishap:?}", w.phones[phone].name, short(&format!("{request:?}"))));
            sendings.push((Sending { phone, id, request, mishap }, letter));
        }
        self.office.remember().map_err(|e| format!("{e:#}"))?;
        if !self.calm && self.plot.hq_cuts && self.chance.strikes(40) {
            self.office.power.fail_after(self.chance.below(9));
        }
        let mut under_way = Vec::new();
        for (sending, letter) in sendings {
            let tasks = match letter {
                Ok(letter) => self.set_out(&sending, letter),
                Err(failure) => {
                    self.phones[sending.phone].replies.push((sending.id, Err(failure)));
                    continue;
                }
            };
            under_way.push((sending, tasks));
        }
        let mut came = Vec::new();
        for (sending, tasks) in under_way {
            let mut last = None;
            for task in tasks {
                last = task.await.map_err(|e| format!("HQ broke down: {e}"))?;
                self.counts.requests += 1;
            }
            came.push((sending, last));
        }
        self.office.power.hold();
        let off = self.office.power.is_off();
        if off {
            self.cut_hq().await?;
        } else {
            self.oracle.log_grew(&self.office)?;
        }
        for (sending, incoming) in came {
            self.came_back(sending, incoming.filter(|_| !off))?;
        }
        Ok(())
    }

    pub(super) fn pack(&mut self, phone: usize, mut head: xuncha_device::sync::Outgoing) -> Result<Letter, Failure> {
        let body = match std::mem::replace(&mut head.load, Load::Bytes(Vec::new())) {
            Load::Bytes(bytes) => bytes,
            Load::Blob { sha256, from, len, .. } => {
                let mut reader = self.phones[phone].hand.blob(sha256)?;
                let mut bytes = vec![0; usize::try_from(len).map_err(|_| Failure::never("engine.fault"))?];
                reader.read_at(from, &mut bytes)?;
                bytes
            }
        };
        Ok(Letter { head, body, cut: None })
    }

    /// Gives a letter to the network: how often it reaches HQ, and how.
    pub(super) fn set_out(
        &mut self,
        sending: &Sending,
        mut letter: Letter,
    ) -> Vec<tokio::task::JoinHandle<Option<Incoming>>> {
        let times = match sending.mishap {
            Mishap::LostRequest | Mishap::Early | Mishap::Portal | Mishap::Busy => 0,
            Mishap::Delayed => {
                self.strays.push_back((sending.phone, letter));
                return Vec::new();
            }
            Mishap::Twice => 2,
            _ => 1,
        };
        if sending.mishap == Mishap::Cut {
            letter.cut = Some(self.chance.below(letter.body.len() + 1));
        }
        if sending.mishap == Mishap::Flipped && !letter.body.is_empty() {
            let bytes_of_a_blob = matches!(sending.request, Request::UploadBytes { .. } | Request::CreateUpload { .. });
            if self.bug == Some(Bug::UncheckedChunk) && bytes_of_a_blob {
                *lock(&self.office.damages) = true;
            } else {
                let at = self.chance.below(letter.body.len());
                letter.body[at] ^= 1 << self.chance.below(8);
                self.phones[sending.phone].garbled |= matches!(sending.request, Request::Push { .. });
            }
        }
        let blocks = self.bug == Some(Bug::OneBadEntryBlocks);
        if blocks && matches!(&sending.request, Request::Push { frames, .. } if frames.iter().any(is_strange)) {
            return Vec::new();
        }
        let Some((_, routes)) = &self.office.running else { return Vec::new() };
        let power = &self.office.power;
        (0..times).map(|_| tokio::spawn(deliver(routes.clone(), Arc::clone(power), letter.clone()))).collect()
    }

    pub(super) fn came_back(&mut self, sending: Sending, came: Option<Incoming>) -> Result<(), Broken> {
        let Sending { phone, id, request, mishap } = sending;
        let unreachable = || Failure::later("hq.unreachable").with("why", "cut");
        let number = self.phones[phone].hand.number;
        let said = came.as_ref().map(|came| answer(&request, BASE, came));
        match &said {
            Some(Ok(Answer::Receipt(reply))) => {
                self.oracle.receipt(&self.office, reply, number)?;
                self.counts.receipts += 1;
                self.old_receipts.push(reply.receipt.clone());
            }
            Some(Ok(Answer::Pull(reply))) => self.oracle.page(reply, number)?,
            _ => {}
        }
        let mut result = match mishap {
            Mishap::Early => answer(&request, BASE, &network::early()),
            Mishap::Portal => answer(&request, BASE, &network::portal(&mut self.chance)),
            Mishap::Busy => answer(&request, BASE, &network::busy()),
            Mishap::LostReply | Mishap::Cut | Mishap::Delayed | Mishap::LostRequest => Err(unreachable()),
            Mishap::None | Mishap::Flipped | Mishap::Twice => said.unwrap_or_else(|| Err(unreachable())),
        };
        if self.bug == Some(Bug::OneBadEntryBlocks)
            && matches!(&request, Request::Push { frames, .. } if frames.iter().any(is_strange))
        {
            result = Err(Failure::never("push.malformed"));
        }
        let restored_behind = self.is_behind(phone, &result);
        if !self.calm && self.chance.strikes(self.weather.forged) {
            self.forge(phone, &mut result);
        }
        self.misbelieve(phone, &request, mishap, &mut result);
        self.note(|w| {
            let word = match &result {
                Ok(answer) => short(&format!("{answer:?}")),
                Err(failure) => failure.code.clone(),
            };
            format!("{} hears {word}", w.phones[phone].name)
        });
        if restored_behind && self.calm {
            // In the calm nothing keeps the answer from the machine: it must raise the alarm at once.
            self.input(phone, Input::Answer { id, result });
            let shown = self.phones[phone].machine.view().problem.map(|f| f.code);
            if shown.as_deref() != Some("hq.behind") {
                return Err(format!(
                    "I2: {} was told by a restored HQ that it has less, and shows {shown:?}",
                    self.phones[phone].name
                ));
            }
            return Ok(());
        }
        self.phones[phone].replies.push((id, result));
        Ok(())
    }

    /// Whether HQ says with this hello that it has less of the phone's own feed than it receipted.
    pub(super) fn is_behind(&self, phone: usize, result: &Result<Answer, Failure>) -> bool {
        let disk = lock(&self.phones[phone].hand.disk);
        let own = &disk.now.own;
        let Ok(Answer::Hello(hello)) = result else { return false };
        let said = hello.feeds.iter().find(|f| f.head.feed == own.key.feed);
        said.is_some_and(|f| f.verdict == Verdict::Continues && f.head.seq < disk.now.receipted)
    }

    /// Somebody without HQ's key promises everything, or a receipt of somebody else turns up.
    pub(super) fn forge(&mut self, phone: usize, result: &mut Result<Answer, Failure>) {
        let Ok(Answer::Receipt(ReceiptReply { receipt })) = result else { return };
        if self.chance.strikes(500)
            && let Some(old) = self.chance.pick(&self.old_receipts)
        {
            *receipt = old.clone();
            return;
        }
        let Ok(mut said) = serde_json::from_str::<Receipt>(&receipt.text) else { return };
        let disk = lock(&self.phones[phone].hand.disk);
        said.stored_to = disk.now.own.head.clone();
        said.blobs_stored = disk.now.named.iter().map(|n| n.sha256).collect();
        if let Ok(forged) = Signed::sign(&said, &SeedKey::new(250)) {
            *receipt = forged;
        }
    }
}

/// An entry of a type this version does not know.
fn is_strange(frame: &xuncha_core::feed::WireFrame) -> bool {
    frame.payload.as_ref().is_some_and(|p| p.contains("drone.landed"))
}

fn short(text: &str) -> String {
    text.chars().take(90).collect()
}
