//! A recorded line: at which milliseconds one packet may pass.
//!
//! The form is mahimahi's (Netravali et al., "Mahimahi: Accurate Record-and-Replay for HTTP", USENIX ATC 2015): a line of
//! the file is a millisecond at which 1 500 bytes may go; after the last one it begins again. What is not used is lost, as on
//! the air.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};

/// Bytes of one packet.
const PACKET: usize = 1_500;
/// Packets that were not used a moment ago may still be: a timer is not exact to the millisecond.
const SLACK: Duration = Duration::from_millis(20);

/// A recorded line, from the moment it began.
pub struct Trace {
    /// Milliseconds of the packets of one round, in order.
    packets: Vec<u64>,
    state: Mutex<State>,
}

struct State {
    began: Instant,
    /// The next packet that may be used, counted over all rounds.
    next: usize,
    /// Bytes left of the packet before.
    rest: usize,
}

impl Trace {
    /// Reads a recording.
    pub fn read(text: &str) -> Result<Self> {
        let packets: Vec<u64> = text
            .lines()
            .filter(|line| !line.trim().is_empty())
            .map(|line| line.trim().parse().with_context(|| format!("{line:?} is no millisecond")))
            .collect::<Result<_>>()?;
        ensure!(packets.last().is_some_and(|last| *last > 0), "a recording without a length");
        ensure!(packets.is_sorted(), "a recording that goes back in time");
        let state = State { began: Instant::now(), next: 0, rest: 0 };
        Ok(Self { packets, state: Mutex::new(state) })
    }

    fn state(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// From the beginning.
    pub fn begin(&self) {
        *self.state() = State { began: Instant::now(), next: 0, rest: 0 };
    }

    /// Moment of a packet since the beginning.
    fn moment(&self, packet: usize) -> Duration {
        let round = self.packets.last().copied().unwrap_or(1);
        let (rounds, at) = (packet / self.packets.len(), packet % self.packets.len());
        Duration::from_millis(round * rounds as u64 + self.packets[at])
    }

    /// Packets that have had their moment by then.
    fn count_at(&self, elapsed: Duration) -> usize {
        let round = self.packets.last().copied().unwrap_or(1);
        let ms = u64::try_from(elapsed.as_millis()).unwrap_or(u64::MAX);
        let (rounds, at) = (ms / round, ms % round);
        usize::try_from(rounds).unwrap_or(usize::MAX) * self.packets.len() + self.packets.partition_point(|p| *p <= at)
    }

    /// Waits until something may go; gives how many bytes.
    pub async fn room(&self) -> usize {
        loop {
            let wait = {
                let mut state = self.state();
                let elapsed = state.began.elapsed();
                let kept = self.count_at(elapsed.saturating_sub(SLACK));
                if state.next < kept {
                    (state.next, state.rest) = (kept, 0);
                }
                let room = state.rest + self.count_at(elapsed).saturating_sub(state.next) * PACKET;
                if room > 0 {
                    return room;
                }
                self.moment(state.next).saturating_sub(elapsed)
            };
            tokio::time::sleep(wait.max(Duration::from_millis(1))).await;
        }
    }

    /// So many bytes go.
    pub async fn used(&self, bytes: usize) {
        let mut left = bytes;
        while left > 0 {
            let room = self.room().await;
            let mut state = self.state();
            let taken = left.min(room);
            left -= taken;
            if taken <= state.rest {
                state.rest -= taken;
            } else {
                let more = taken - state.rest;
                let packets = more.div_ceil(PACKET);
                (state.next, state.rest) = (state.next + packets, packets * PACKET - more);
            }
        }
    }

    /// Bytes per second of one round.
    pub fn mean_rate(&self) -> f64 {
        let round = self.packets.last().copied().unwrap_or(1) as f64 / 1e3;
        (self.packets.len() * PACKET) as f64 / round
    }

    /// Bytes that the line would have carried since its beginning.
    pub fn could_carry(&self) -> u64 {
        (self.count_at(self.state().began.elapsed()) * PACKET) as u64
    }
}
