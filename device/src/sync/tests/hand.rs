//! The machine driven by hand: the test answers one request, everything else is answered truly.

use xuncha_core::{Failure, Retry};

use super::sim::{Sim, at_hq, local};
use crate::sync::{Answer, Effect, Input, Request, RequestId};

/// Drives the machine by hand up to a request and lets the test answer it. Everything before is answered truly.
pub struct ByHand {
    pub sim: Sim,
    pub open: Vec<(RequestId, Option<String>, Request)>,
    pub effects: Vec<Effect>,
}

impl ByHand {
    pub fn new() -> Self {
        Self { sim: Sim::new(0), open: vec![], effects: vec![] }
    }
    pub fn input(&mut self, input: Input) {
        let mut effects = self.sim.machine.step(self.sim.now, input);
        while let Some(at) = effects.iter().position(|e| matches!(e, Effect::Ask { .. })) {
            let Effect::Ask { id, ask } = effects.remove(at) else { unreachable!("just found") };
            let result = local(&self.sim.phone, ask);
            effects.extend(self.sim.machine.step(self.sim.now, Input::Answer { id, result }));
        }
        for effect in effects {
            match effect {
                Effect::Send { id, token, request } => self.open.push((id, token.map(|t| t.to_string()), request)),
                Effect::Cancel { id } => self.open.retain(|(asked, ..)| *asked != id),
                effect => self.effects.push(effect),
            }
        }
    }
    pub fn until(&mut self, wanted: impl Fn(&Request) -> bool) -> RequestId {
        if self.open.is_empty() {
            self.input(Input::Start);
        }
        loop {
            if let Some((id, ..)) = self.open.iter().find(|(_, _, r)| wanted(r)) {
                return *id;
            }
            assert!(!self.open.is_empty(), "came to rest before: {:?}", self.sim.view());
            let (id, token, request) = self.open.remove(0);
            let result = self.truly(token, &request);
            self.input(Input::Answer { id, result });
        }
    }
    pub fn truly(&mut self, token: Option<String>, request: &Request) -> Result<Answer, Failure> {
        at_hq(&self.sim.phone, &mut self.sim.hq, token, request)
    }
    pub fn answer(&mut self, id: RequestId, result: Result<Answer, Failure>) {
        self.open.retain(|(asked, ..)| *asked != id);
        self.input(Input::Answer { id, result });
    }
    /// Answers the rest truly, through all waits, until the machine rests or waits.
    pub fn rest(&mut self) {
        while !self.open.is_empty() {
            let (id, token, request) = self.open.remove(0);
            let result = self.truly(token, &request);
            self.input(Input::Answer { id, result });
        }
    }
    pub fn problem(&self) -> Option<(String, Retry)> {
        self.sim.view().problem.map(|f| (f.code, f.retry))
    }
    pub fn requests(&self) -> Vec<&Request> {
        self.open.iter().map(|(_, _, r)| r).collect()
    }
}

/// Milliseconds of the last wait that was wanted.
pub fn last_wait(hand: &ByHand) -> u64 {
    let wait = |e: &Effect| if let Effect::Wait { ms } = e { Some(*ms) } else { None };
    hand.effects.iter().rev().find_map(wait).expect("a wait")
}
