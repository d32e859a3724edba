//! The power of one machine: it may go off before or after any step that makes something durable.

use std::io;
use std::sync::{Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use xuncha_hq::db::DbError;
use xuncha_hq::db::sqlite::{Gate, Passage};

use super::chance::Chance;

/// Counts steps. Once it is off nothing happens on its machine any more: that is what makes an error path that runs on after
/// a power cut harmless here, as it is in life.
#[derive(Debug)]
pub struct Power(Mutex<State>);

#[derive(Debug)]
struct State {
    off: bool,
    fuse: Option<usize>,
    steps: usize,
    /// How often other requests get their turn at a step.
    turns: Chance,
}

impl Power {
    /// On.
    pub fn new(turns: Chance) -> Self {
        Self(Mutex::new(State { off: false, fuse: None, steps: 0, turns }))
    }
    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
    /// It goes off after so many steps more.
    pub fn fail_after(&self, steps: usize) {
        self.state().fuse = Some(steps);
    }
    /// It stays on.
    pub fn hold(&self) {
        self.state().fuse = None;
    }
    /// Whether it is off.
    pub fn is_off(&self) -> bool {
        self.state().off
    }
    /// Steps so far.
    pub fn steps(&self) -> usize {
        self.state().steps
    }
    /// A step. `false`: it is off, and the step must not happen.
    pub fn step(&self) -> bool {
        let mut state = self.state();
        if let Some(fuse) = state.fuse {
            state.off |= fuse == 0;
            state.fuse = Some(fuse.saturating_sub(1));
        }
        if !state.off {
            state.steps += 1;
        }
        !state.off
    }
    /// As [`Power::step`], for what works on files.
    ///
    /// # Errors
    /// It is off.
    pub fn io(&self) -> io::Result<()> {
        if self.step() { Ok(()) } else { Err(io::Error::other("the power is off")) }
    }
    fn turns(&self) -> usize {
        self.state().turns.below(4)
    }
}

#[async_trait]
impl Gate for Power {
    async fn pass(&self, _at: Passage) -> Result<(), DbError> {
        for _ in 0..self.turns() {
            tokio::task::yield_now().await;
        }
        if self.step() { Ok(()) } else { Err(DbError::Backend("the power is off".into())) }
    }
}
