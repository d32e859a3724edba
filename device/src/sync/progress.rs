//! How far and how fast, told honestly: bytes HQ acknowledged, over a window of the machine's own time.

use std::collections::VecDeque;

/// What the rate looks back on.
const WINDOW_MS: u64 = 20_000;
/// A rate is said only of so long a time, …
const LEAST_MS: u64 = 2_000;
/// … and of so many acknowledgements: one alone says when it came, not how fast the link is.
const LEAST_ACKS: usize = 2;
/// Acknowledgements closer together than this are one sample.
const GRAIN_MS: u64 = 100;

/// Acknowledged bytes of one run. What a fresh start of a file takes back is not taken back here: it did travel.
#[derive(Debug, Default)]
pub(super) struct Progress {
    acked: u64,
    /// (time, acknowledged so far), oldest first; the first one is where the window begins.
    samples: VecDeque<(u64, u64)>,
}

impl Progress {
    /// Begins to measure, if it does not already.
    pub fn begin(&mut self, now: u64) {
        if self.samples.is_empty() {
            self.samples.push_back((now, self.acked));
        }
    }

    /// Stops measuring: time that nothing was sent in says nothing of the link.
    pub fn rest(&mut self) {
        self.samples.clear();
    }

    /// So many more bytes are at HQ.
    pub fn add(&mut self, now: u64, bytes: u64) {
        self.acked += bytes;
        let count = self.samples.len();
        match self.samples.back_mut() {
            None => {}
            Some((at, acked)) if count > 1 && now < *at + GRAIN_MS => *acked = self.acked,
            Some(_) => self.samples.push_back((now, self.acked)),
        }
        // One sample older than the window stays: the window begins at it.
        while self.samples.get(1).is_some_and(|(at, _)| at + WINDOW_MS <= now) {
            self.samples.pop_front();
        }
    }

    /// Bytes per second of late, if it can be said. Silence counts: it goes down while nothing comes.
    pub fn rate(&self, now: u64) -> Option<u64> {
        let (at, before) = *self.samples.front()?;
        let (ms, bytes) = (now.saturating_sub(at), self.acked - before);
        let acks = self.samples.len() - 1;
        if ms < LEAST_MS || acks < LEAST_ACKS || bytes == 0 {
            return None;
        }
        let (last, _) = *self.samples.back()?;
        // Nothing for as long as the window: the old rate is no rate.
        (now < last + WINDOW_MS).then(|| bytes.saturating_mul(1_000) / ms)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Acknowledgements of `bytes` every `every` ms from 0 on.
    fn steady(bytes: u64, every: u64, times: u64) -> Progress {
        let mut progress = Progress::default();
        progress.begin(0);
        for n in 1..=times {
            progress.add(n * every, bytes);
        }
        progress
    }

    #[test]
    fn a_steady_link_is_said_at_its_rate_and_only_after_two_acknowledgements() {
        assert_eq!(steady(50_000, 3_000, 1).rate(3_000), None);
        assert_eq!(steady(50_000, 500, 3).rate(1_500), None, "too short a time");
        assert_eq!(steady(50_000, 1_000, 5).rate(5_000), Some(50_000));
        assert_eq!(steady(50_000, 1_000, 600).rate(600_000), Some(50_000));
        assert!(steady(50_000, 1, 100_000).samples.len() < 300, "memory does not grow with acknowledgements");
    }

    #[test]
    fn a_link_that_falls_silent_gets_slower_and_then_is_not_spoken_of() {
        let progress = steady(50_000, 1_000, 20);
        let told: Vec<_> = [20_000, 25_000, 30_000, 39_999, 40_000].map(|now| progress.rate(now)).into();
        assert_eq!(told[0], Some(50_000));
        assert!(told.windows(2).all(|w| w[1] < w[0]), "{told:?}");
        assert_eq!(told[4], None);
    }

    #[test]
    fn a_link_that_gets_slow_is_said_at_its_new_rate_within_the_window() {
        let mut progress = steady(1_000_000, 500, 60);
        for n in 1..=50 {
            progress.add(30_000 + n * 500, 10_000);
        }
        let told = progress.rate(55_000).unwrap();
        assert!((19_000..=22_000).contains(&told), "{told}");
    }

    #[test]
    fn time_at_rest_is_not_counted() {
        let mut progress = steady(50_000, 1_000, 5);
        progress.rest();
        assert_eq!(progress.rate(5_000), None);
        progress.begin(900_000);
        progress.add(901_000, 80_000);
        progress.add(902_000, 80_000);
        assert_eq!(progress.rate(902_000), Some(80_000));
    }
}
