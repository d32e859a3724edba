//! The link to HQ: what a cut costs, how long to wait before the next try, how large a piece may be.
//!
//! A request that got no answer is asked again; the contact goes on where it stood. Every step may be repeated (I5), so
//! nothing has to be known about how far the lost one came. Waits grow with the time the link is silent and fall back with
//! the first answer: a link that moves anything at all is never given up. Decided and measured in
//! `docs/decisions/pieces-by-time.md`.

use xuncha_core::Failure;
use xuncha_core::protocol::{push, receipts};

use super::blobs::UNREACHABLE;
use super::http::CONNECT_WORD;
use super::machine::{Machine, Purpose, spread};

/// The first try after a cut comes after about this long: a refusal of 0.2 s costs about 0.2 s.
const FIRST_MS: u64 = 40;
const MOST_MS: u64 = 60_000;
/// A silence shorter than this is no word on the screen.
const QUIET_MS: u64 = 2_000;
/// A piece is meant to take this long on its connection: short enough to see HQ's offset move and to let another
/// inspection go first, long enough that the request around it weighs nothing.
const PIECE_MS: u64 = 3_000;
/// Below this the request around a piece would weigh more than one part in a hundred.
const MIN_PIECE: u64 = 64 * 1024;
/// A push that was quicker makes the next one larger, one that was slower smaller: HQ waits a minute for one.
const GROW_MS: u64 = 2_500;
const SHRINK_MS: u64 = 10_000;
/// As JSON strings frames may grow to twice their bytes and stay within [`push::MAX_BYTES`].
const MAX_PUSH: usize = push::MAX_BYTES / 2 - 256 * 1024;
const PATIENCE: u32 = 8;
const MAX_PART: usize = 1024 * 1024;
/// As large as HQ makes a page by itself.
const MAX_PAGE: usize = 2 * 1024 * 1024;
/// What HQ says of one blob it wants; name of a blob, said both ways.
const WANTED: usize = 512;
const NAME: usize = 160;
/// Not fewer than 16 wanted blobs: HQ names the first ones, and those that cannot be sent must not hide all others (I10).
const LEAST_LIST: usize = 16 * WANTED;
const MAX_LIST: usize = 1_000 * WANTED;
const MAX_PIECE: u64 = 16 * 1024 * 1024;
/// Where nobody insists ([`super::by_itself`]): so many tries at an HQ that has not answered at all in this contact, …
const TRIES: u32 = 2;
/// … and so long a silence of one that has.
const SILENCE_MS: u64 = 60_000;

/// How the link has been lately.
#[derive(Debug, Default)]
pub(super) struct Link {
    /// Rounds of tries since the last answer.
    rounds: u32,
    /// Tries before this moment belong to the same round: three uploads that break together are one cut.
    round_until: u64,
    /// Since when nothing was answered.
    silent_since: Option<u64>,
    /// Whether HQ answered anything in this contact.
    heard: bool,
    parked: Vec<Parked>,
}

/// What is to be asked again.
#[derive(Debug)]
struct Parked {
    at: u64,
    purpose: Purpose,
}

/// How many bytes go in one request or answer that is taken whole or not at all: a push, a page, a part of a pack, a list of
/// names. After a cut the next one is smaller, a push and a page down to a single entry.
#[derive(Debug, Clone, Copy)]
pub(super) struct Batch {
    bytes: usize,
    least: usize,
    most: usize,
    /// Successes that are still wanted before it grows again: what was cut once is not tried at every turn.
    patience: u32,
}

impl Batch {
    /// Frames of a push.
    pub fn of_push() -> Self {
        Self { bytes: 256 * 1024, least: 1, most: MAX_PUSH, patience: 0 }
    }
    /// Part of a pack.
    pub fn of_pack() -> Self {
        Self { bytes: MAX_PART, least: 16 * 1024, most: MAX_PART, patience: 0 }
    }
    /// Page of a pull.
    pub fn of_page() -> Self {
        Self { bytes: MAX_PAGE, least: 1, most: MAX_PAGE, patience: 0 }
    }
    /// Names in an answer: blobs that HQ wants, has, lacks.
    pub fn of_list() -> Self {
        Self { bytes: MAX_LIST, least: LEAST_LIST, most: MAX_LIST, patience: 0 }
    }
    /// Bytes of the next one.
    pub fn bytes(self) -> usize {
        self.bytes
    }
    /// What is asked for, if it is less than would come unasked.
    pub fn bound(self) -> Option<u64> {
        (self.bytes < self.most).then_some(self.bytes as u64)
    }
    /// Blobs HQ may say it wants in the next list.
    pub fn wanted(self) -> usize {
        self.bytes / WANTED
    }
    /// Names in the next list.
    pub fn names(self) -> usize {
        (self.bytes / NAME).min(receipts::MAX_BLOBS)
    }
    /// One went through in so many milliseconds.
    pub fn went(&mut self, ms: u64) {
        let waits = self.patience > 0;
        self.patience = self.patience.saturating_sub(1);
        let next = match ms {
            ms if ms <= GROW_MS && !waits => self.bytes.max(4 * 1024).saturating_mul(4),
            ms if ms < SHRINK_MS => self.bytes,
            _ => self.bytes / 4,
        };
        self.bytes = next.clamp(self.least, self.most);
    }
    /// One did not.
    fn cut(&mut self) {
        (self.bytes, self.patience) = ((self.bytes / 4).max(self.least), PATIENCE);
    }
}

/// How many bytes of a blob one request carries.
#[derive(Debug, Clone, Copy)]
pub(super) struct Pace(u64);

impl Default for Pace {
    fn default() -> Self {
        Self(MIN_PIECE)
    }
}

impl Pace {
    /// Bytes of the next piece.
    pub fn piece(self) -> u64 {
        self.0
    }
    /// So many bytes were acknowledged in so many milliseconds.
    pub fn learn(&mut self, bytes: u64, ms: u64) {
        let in_time = bytes.saturating_mul(PIECE_MS) / ms.max(1);
        self.0 = in_time.clamp(self.0 / 4, self.0.saturating_mul(4)).clamp(MIN_PIECE, MAX_PIECE);
    }
    /// A piece did not get through whole.
    pub fn cut(&mut self) {
        self.0 = (self.0 / 2).max(MIN_PIECE);
    }
}

/// Whether this says that nothing came back, rather than what HQ thinks.
pub(super) fn is_silence(failure: &Failure) -> bool {
    // The last two are HQ's words for a request that broke off or took too long on its way.
    [UNREACHABLE, "hq.busy", "request.slow", "body.cut"].contains(&failure.code.as_str())
}

impl Link {
    /// HQ answered, whatever it said.
    fn answered(&mut self) {
        (self.rounds, self.round_until, self.silent_since, self.heard) = (0, 0, None, true);
    }

    /// A try brought nothing. Gives the moment of the next round.
    fn cut(&mut self, now: u64, seed: u64) -> u64 {
        self.silent_since.get_or_insert(now);
        if now >= self.round_until {
            self.rounds = self.rounds.saturating_add(1);
            self.round_until = now + pause_ms(self.rounds, seed);
        }
        self.round_until
    }

    /// Whether a contact nobody asked for is over.
    fn is_given_up(&self, now: u64) -> bool {
        let silent = self.silent_since.is_some_and(|since| since + SILENCE_MS <= now);
        silent || (!self.heard && self.rounds >= TRIES)
    }

    /// Moment of the next try.
    pub fn next(&self) -> Option<u64> {
        self.parked.iter().map(|p| p.at).min()
    }

    /// Whether the screen should say that HQ is not reached; or the moment from which it should.
    fn shows_from(&self) -> Option<u64> {
        self.silent_since.map(|since| if self.heard { since + QUIET_MS } else { since })
    }
}

impl Machine {
    /// Nothing came back: asked again later, with everything else of the contact as it is.
    pub(super) fn silent(&mut self, purpose: Purpose, failure: Failure) {
        let round = self.link.cut(self.now, self.setup.jitter_seed);
        if !self.by_itself.insists(self.now) && self.link.is_given_up(self.now) {
            // The next contact does not wait for what this one met.
            self.link = Link::default();
            return self.rest_after(failure);
        }
        // Where no connection came about, the answer's size is not at fault.
        let broke = failure.code == UNREACHABLE && failure.params.get("why").is_none_or(|why| why != CONNECT_WORD);
        // One file that breaks the line again and again waits for itself while others move.
        let own = match &purpose {
            Purpose::Blob { sha256 } => self.now + self.blob_cut(*sha256),
            Purpose::Push(_) => {
                self.batch.cut();
                0
            }
            Purpose::PackPart => {
                self.part.cut();
                0
            }
            Purpose::Pull { .. } if broke => {
                self.page.cut();
                0
            }
            Purpose::Hello { .. } | Purpose::Receipt { .. } | Purpose::Close(_) if broke => {
                self.list.cut();
                0
            }
            _ => 0,
        };
        let at = round.max(own);
        self.park(at, purpose);
        if let Some(from) = self.link.shows_from() {
            self.screen.unreached(from, failure, self.link.next().unwrap_or(at));
        }
    }

    /// Asked again at this moment.
    pub(super) fn park(&mut self, at: u64, purpose: Purpose) {
        self.link.parked.push(Parked { at, purpose });
    }

    /// HQ answered: the link is there, and whoever waits only for it need not wait longer.
    pub(super) fn heard(&mut self) {
        if self.link.silent_since.is_some() {
            let (now, until) = (self.now, self.link.round_until);
            for parked in self.link.parked.iter_mut().filter(|p| p.at <= until) {
                parked.at = now;
            }
            self.screen.reached();
        }
        self.link.answered();
    }

    /// Asks again what is due. `all`: also what would have waited longer.
    pub(super) fn retry_parked(&mut self, all: bool) {
        let parked = std::mem::take(&mut self.link.parked);
        let (due, rest): (Vec<_>, Vec<_>) = parked.into_iter().partition(|p| all || p.at <= self.now);
        self.link.parked = rest;
        for parked in due {
            self.ask_again(parked.purpose);
        }
    }

    /// A new contact owes nothing to the one before.
    pub(super) fn forget_parked(&mut self) {
        self.link.parked.clear();
        self.link.heard = false;
    }
}

/// 40 ms · 1.5^n up to a minute, times 0.5 to 1.5.
pub(super) fn pause_ms(round: u32, seed: u64) -> u64 {
    let mut base = FIRST_MS;
    for _ in 1..round.min(32) {
        base = (base * 3 / 2).min(MOST_MS);
    }
    base / 2 + spread(seed, u64::from(round)) % base
}
