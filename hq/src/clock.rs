//! HQ's clock, passed in so that tests can make a day pass.

use std::sync::LazyLock;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, Instant};

use jiff::Timestamp;

/// Tells the time.
pub trait Clock: Send + Sync {
    /// Now.
    fn now(&self) -> Timestamp;
    /// Milliseconds since some moment before this program began to answer; never goes back.
    fn monotonic_ms(&self) -> u64 {
        static BEGAN: LazyLock<Instant> = LazyLock::new(Instant::now);
        u64::try_from(BEGAN.elapsed().as_millis()).unwrap_or(u64::MAX)
    }
    /// Now as HQ writes it down: RFC 3339, UTC, milliseconds. Equal lengths sort as texts.
    fn stamp(&self) -> String {
        stamp(self.now())
    }
}

/// RFC 3339, UTC, milliseconds.
pub fn stamp(time: Timestamp) -> String {
    time.strftime("%Y-%m-%dT%H:%M:%S%.3fZ").to_string()
}

/// The machine's clock.
#[derive(Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        Timestamp::now()
    }
}

/// The machine's clock, shifted by hand.
#[derive(Debug, Default)]
pub struct ShiftedClock(AtomicI64);

impl ShiftedClock {
    /// Lets time pass.
    pub fn pass(&self, time: Duration) {
        self.0.fetch_add(i64::try_from(time.as_secs()).unwrap_or(i64::MAX), Ordering::SeqCst);
    }
}

impl Clock for ShiftedClock {
    fn now(&self) -> Timestamp {
        let shift = jiff::SignedDuration::from_secs(self.0.load(Ordering::SeqCst));
        Timestamp::now().checked_add(shift).unwrap_or(Timestamp::MAX)
    }
}
