//! Whether and when a contact begins that nobody asked for. It decides only that; what a contact is, is the machine's.
//!
//! Being offline is where this app lives, so the numbers are about what a try costs when nobody answers, and what a contact
//! costs when nothing is new (a session, a hello, a comparison: some kilobytes):
//!
//! | When | Then |
//! |---|---|
//! | the phone was unlocked, or this was switched on | one contact after [`OPEN_MS`] |
//! | something was written here | one [`QUIET_MS`] after the last of it, [`MOST_QUIET_MS`] after the first at the latest |
//! | all is in, nothing is new | one every [`BEAT_MS`], for what HQ has to say |
//! | HQ did not answer | the next try after 15 s, then twice as long each time up to 5 min, times 0.5 to 1.5 |
//! | HQ refused, or something here needs a person | again with the next beat: what is written meanwhile would be refused as well |
//! | another network came after a contact that did not get through | at once; after n vain tries 2 s · 2ⁿ⁻¹ after the last one began at the earliest, a minute at most |
//!
//! Never while paused, never over a network that costs by the byte if that is not wanted. A locked phone has no machine.
//! What was written while HQ did not answer makes no try of its own: it goes with the next one.
//!
//! A person who presses the button is served otherwise: the machine then asks without end, by its own short waits. After
//! [`INSISTS_MS`] that ends too, if this is switched on: eight hours in a basement are 100 tries instead of 500.

use super::machine::spread;

/// After an unlock: the first page is drawn first.
pub(super) const OPEN_MS: u64 = 1_000;
/// Nothing was written for so long: whoever answers one item after the other is not interrupted by the radio each time.
pub(super) const QUIET_MS: u64 = 15_000;
/// But a phone that falls into the water has lost no more than this.
pub(super) const MOST_QUIET_MS: u64 = 120_000;
/// Between contacts with nothing new here.
pub(super) const BEAT_MS: u64 = 15 * 60_000;
/// A network that comes and goes at the edge of its reach makes no try each time.
const FLAP_FIRST_MS: u64 = 2_000;
pub(super) const FLAP_MOST_MS: u64 = 60_000;
/// So long a person's word counts.
pub(super) const INSISTS_MS: u64 = 10 * 60_000;
const BACKOFF_FIRST_MS: u64 = 15_000;
const BACKOFF_MOST_MS: u64 = 300_000;

/// How a contact ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Rest {
    /// It came to its end, whatever it found.
    Through,
    /// Time may cure it: HQ did not answer, or not now.
    Later,
    /// HQ refused, or this phone cannot.
    Refused,
}

/// What was written here since the last contact began.
#[derive(Debug, Clone, Copy)]
struct Fresh {
    first: u64,
    last: u64,
}

/// See the room's words.
#[derive(Debug, Default)]
pub(super) struct ByItself {
    on: bool,
    paused: bool,
    /// The next contact even if nothing is written.
    next: Option<u64>,
    fresh: Option<Fresh>,
    /// What is written makes no contact before this.
    not_before: u64,
    /// The last contact did not get through.
    owed: bool,
    fails: u32,
    began: Option<u64>,
    /// When a person asked last, until the pause or the end of the contact.
    asked: Option<u64>,
}

impl ByItself {
    /// Switched on or off. On: whoever does that, or unlocks, wants to see it work.
    pub fn switch(&mut self, now: u64, on: bool) {
        if on && !self.on {
            self.next = Some(now + OPEN_MS);
        }
        self.on = on;
    }

    /// The person paused.
    pub fn pause(&mut self) {
        (self.paused, self.asked) = (true, None);
    }

    /// The person asked for a contact.
    pub fn asked(&mut self, now: u64) {
        (self.paused, self.asked) = (false, Some(now));
    }

    /// Whether to ask without end.
    pub fn insists(&self, now: u64) -> bool {
        !self.on || self.is_asked(now)
    }

    /// Whether a person asked for what is going on.
    pub fn is_asked(&self, now: u64) -> bool {
        self.asked.is_some_and(|at| now < at + INSISTS_MS)
    }

    /// A contact begins: what was written until now goes with it.
    pub fn begins(&mut self, now: u64) {
        (self.fresh, self.began) = (None, Some(now));
    }

    /// Something was written here.
    pub fn news(&mut self, now: u64) {
        let first = self.fresh.map_or(now, |fresh| fresh.first);
        self.fresh = Some(Fresh { first, last: now });
    }

    /// Another network is there.
    pub fn network(&mut self, now: u64) {
        if self.owed {
            let apart = doubled(FLAP_FIRST_MS, self.fails, FLAP_MOST_MS);
            let at = now.max(self.began.map_or(0, |began| began + apart));
            self.next = Some(self.next.map_or(at, |next| next.min(at)));
            self.not_before = self.not_before.min(at);
        }
    }

    /// A contact ended. `seed`: spreads many phones that lost the same HQ.
    pub fn rests(&mut self, now: u64, rest: Rest, seed: u64) {
        self.owed = rest != Rest::Through;
        if rest == Rest::Through {
            (self.fails, self.asked) = (0, None);
        }
        let wait = match rest {
            Rest::Through | Rest::Refused => BEAT_MS,
            Rest::Later => {
                self.fails = self.fails.saturating_add(1);
                backoff_ms(self.fails, seed)
            }
        };
        self.next = Some(now + wait);
        self.not_before = if self.owed { now + wait } else { now };
    }

    /// Moment of the next contact by itself. Only asked while none is under way.
    pub fn due(&self) -> Option<u64> {
        if !self.on || self.paused {
            return None;
        }
        let fresh = self.fresh.map(|f| (f.last + QUIET_MS).min(f.first + MOST_QUIET_MS).max(self.not_before));
        match (self.next, fresh) {
            (Some(next), Some(fresh)) => Some(next.min(fresh)),
            (next, fresh) => next.or(fresh),
        }
    }
}

/// `first` the first time, then twice as much each time.
fn doubled(first: u64, fails: u32, most: u64) -> u64 {
    first.saturating_mul(1 << fails.saturating_sub(1).min(16)).min(most)
}

fn backoff_ms(fails: u32, seed: u64) -> u64 {
    let base = doubled(BACKOFF_FIRST_MS, fails, BACKOFF_MOST_MS);
    base / 2 + spread(seed, u64::from(fails)) % base
}
