//! The machine: what the phone does next, decided without clock, disk, network or chance.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;

use xuncha_core::feed::{FeedKey, Head, VerifyingKey};
use xuncha_core::ids::{BlobHash, DeviceId, Digest, FeedId};
use xuncha_core::protocol::hello::WantedBlob;
use xuncha_core::{Failure, Retry};

use crate::app::views::{SyncPhase, SyncView};

use super::blobs::{Transfer, Tries};
use super::by_itself::{ByItself, Rest};
use super::effect::{Answer, Ask, Effect, Input, Network, Request, RequestId, Wishes};
use super::hello::FeedAtHq;
use super::link::{Batch, Link, Pace, is_silence};
use super::local::Standing;
use super::pull::PackPart;
use super::push::Pushed;
use super::receipts::Unproved;
use super::screen::Screen;

/// What the machine is told once.
#[derive(Debug, Clone)]
pub struct Setup {
    /// This phone.
    pub device: DeviceId,
    /// HQ's key: receipts, checkpoints, the day's word, HQ's feed.
    pub hq_key: VerifyingKey,
    /// HQ's feed.
    pub hq_feed: FeedId,
    /// Address of HQ, for the screen.
    pub hq_url: String,
    /// Version of the app.
    pub app: String,
    /// Spreads the retries of many phones.
    pub jitter_seed: u64,
}

/// Steps through the protocol. Everything it remembers may be lost at any moment: the next contact asks everything anew.
#[derive(Debug)]
pub struct Machine {
    pub(super) setup: Setup,
    pub(super) now: u64,
    pub(super) contact: Contact,
    pub(super) screen: Screen,
    pub(super) tries: BTreeMap<BlobHash, Tries>,
    pub(super) pack_part: Option<PackPart>,
    pub(super) token: Option<Token>,
    pub(super) link: Link,
    pub(super) pace: Pace,
    pub(super) batch: Batch,
    pub(super) part: Batch,
    pub(super) page: Batch,
    pub(super) list: Batch,
    pub(super) wishes: Wishes,
    pub(super) by_itself: ByItself,
    network: Network,
    /// HQ fell back, and the phone was told in this run.
    pub(super) told_behind: bool,
    /// Contacts in this run that HQ ended with "something is missing".
    pub(super) rounds: u32,
    stage: Stage,
    waiting: BTreeMap<RequestId, Purpose>,
    next_id: RequestId,
    out: Vec<Effect>,
    attempts: u32,
    resessions: u32,
    again: bool,
}

/// The session HQ gave.
#[derive(Debug, Clone)]
pub(super) struct Token {
    pub text: Arc<str>,
    pub hash: Digest,
}

/// What is known within one contact: from the phone's standing to the close of day.
#[derive(Debug, Default)]
pub(super) struct Contact {
    pub standing: Standing,
    pub feeds: BTreeMap<FeedId, FeedAtHq>,
    pub stores: VecDeque<Ask>,
    /// HQ's word of this contact.
    pub checkpoint: Option<xuncha_core::protocol::Signed<xuncha_core::protocol::hello::Checkpoint>>,
    /// When all is stored the contact begins again.
    pub anew: bool,
    pub pushed: bool,
    pub wanted: VecDeque<WantedBlob>,
    /// Blobs of the inspection that goes first.
    pub first: BTreeSet<BlobHash>,
    /// HQ named as many wanted blobs as it may.
    pub list_is_full: bool,
    /// HQ takes no files for now.
    pub no_room: bool,
    pub active: BTreeMap<BlobHash, Transfer>,
    /// A receipt is being fetched, believed or stored.
    pub confirming: bool,
    pub confirmed_at: u64,
    pub hello_again: bool,
    pub progress: bool,
    pub confirm: BTreeMap<FeedId, BTreeSet<BlobHash>>,
    pub asked: VecDeque<(FeedId, Vec<BlobHash>)>,
    pub entries_confirmed: BTreeSet<FeedId>,
    pub unconfirmed: BTreeSet<BlobHash>,
    pub heads: BTreeMap<FeedId, Head>,
    pub admitted: BTreeMap<FeedId, FeedKey>,
    /// How far HQ told what was said before the heads, until one of them moves.
    pub said: Option<xuncha_core::protocol::pull::Said>,
    pub packs: VecDeque<xuncha_core::event::PackPublished>,
    pub problems: Vec<Failure>,
}

#[derive(Debug, PartialEq, Eq)]
enum Stage {
    Resting,
    Working,
    Waiting {
        until_ms: u64,
    },
    /// The person wants another network for this.
    Held,
}

/// Why something was asked: decides which step gets the answer.
#[derive(Debug)]
pub(super) enum Purpose {
    Standing,
    Challenge,
    SignSession { nonce: String },
    Session,
    SignHeads,
    Hello { most: usize },
    HelloStore,
    Frames { feed: FeedId },
    Push(Pushed),
    Blob { sha256: BlobHash },
    Receipt { feed: FeedId, blobs: Vec<BlobHash> },
    EntryAt(Box<Unproved>),
    StoreReceipt(Box<Unproved>),
    Pull { at: u64 },
    StorePulled { heads: Vec<Head>, admitted: Vec<FeedKey>, more: bool },
    LackingPacks,
    PackPart,
    StorePack,
    Manifest,
    Close(Box<super::close_of_day::Asked>),
    StoreLacking(super::close_of_day::Missing),
    StoreAgreed(Box<crate::app::views::AgreedView>),
}

impl Purpose {
    /// Whether it was asked of HQ, and may be asked again as it is ([`Machine::ask_again`]).
    fn is_of_hq(&self) -> bool {
        matches!(
            self,
            Self::Challenge
                | Self::Session
                | Self::Hello { .. }
                | Self::Push(_)
                | Self::Blob { .. }
                | Self::Receipt { .. }
                | Self::Pull { .. }
                | Self::PackPart
                | Self::Close(_)
        )
    }
}

const BACKOFF_FIRST_MS: u64 = 1_000;
const BACKOFF_MOST_MS: u64 = 60_000;
const RESESSIONS: u32 = 2;

impl Machine {
    /// A machine at rest.
    pub fn new(setup: Setup) -> Self {
        let screen = Screen::new(setup.hq_url.clone());
        Self {
            setup,
            now: 0,
            contact: Contact::default(),
            screen,
            tries: BTreeMap::new(),
            pack_part: None,
            token: None,
            link: Link::default(),
            pace: Pace::default(),
            batch: Batch::of_push(),
            part: Batch::of_pack(),
            page: Batch::of_page(),
            list: Batch::of_list(),
            wishes: Wishes::default(),
            by_itself: ByItself::default(),
            network: Network::Unknown,
            told_behind: false,
            rounds: 0,
            stage: Stage::Resting,
            waiting: BTreeMap::new(),
            next_id: 1,
            out: Vec::new(),
            attempts: 0,
            resessions: 0,
            again: false,
        }
    }

    /// Takes what happened at `now_ms` (any monotonic clock) and says what to do.
    pub fn step(&mut self, now_ms: u64, input: Input) -> Vec<Effect> {
        self.now = self.now.max(now_ms);
        self.screen.at(self.now);
        match input {
            Input::Start => self.asked(),
            Input::News => self.by_itself.news(self.now),
            Input::Pause => self.pause(),
            Input::Wish(wishes) => self.wish(wishes),
            Input::Network(network) => self.change_network(network),
            Input::Tick => {
                if matches!(self.stage, Stage::Waiting { until_ms } if until_ms <= self.now) {
                    self.begin_contact();
                }
            }
            Input::Answer { id, result } => {
                // An answer nobody waits for was repeated, came after a pause, or belongs to a contact that is over.
                if let Some(purpose) = self.waiting.remove(&id) {
                    self.answered(purpose, result);
                }
            }
        }
        if self.is_due() {
            self.start(false);
        }
        let busy = self.stage == Stage::Working;
        if busy {
            self.retry_parked(false);
            self.confirm_in_time();
        }
        if self.stage == Stage::Resting {
            self.screen.contacts(self.next_by_itself());
        }
        if let Some(effect) = self.screen.due(self.now, busy) {
            self.out.push(effect);
        }
        let next = match self.stage {
            Stage::Waiting { until_ms } => Some(until_ms),
            Stage::Working => self.link.next(),
            Stage::Resting => self.next_by_itself(),
            Stage::Held => None,
        };
        if let Some(at) = next {
            self.out.push(Effect::Wait { ms: at.saturating_sub(self.now) });
        }
        std::mem::take(&mut self.out)
    }

    /// What the screen would show now.
    pub fn view(&self) -> SyncView {
        self.screen.view(self.now)
    }

    fn asked(&mut self) {
        self.by_itself.asked(self.now);
        if self.stage == Stage::Working {
            self.screen.asked(true);
            self.again = true;
            self.retry_parked(true);
        } else {
            self.start(true);
        }
    }

    /// When a contact begins that nobody asked for; while one is under way the machine has waits of its own.
    fn next_by_itself(&self) -> Option<u64> {
        self.by_itself.due().filter(|_| !self.costs())
    }

    fn is_due(&self) -> bool {
        self.stage == Stage::Resting && self.next_by_itself().is_some_and(|at| at <= self.now)
    }

    /// This network costs by the byte, and the person does not want that.
    fn costs(&self) -> bool {
        self.wishes.wifi_only && self.network == Network::Metered
    }

    fn start(&mut self, asked: bool) {
        self.attempts = 0;
        self.resessions = 0;
        self.told_behind = false;
        self.rounds = 0;
        self.tries.clear();
        self.screen.begin_run(asked);
        self.begin_contact();
    }

    fn wish(&mut self, wishes: Wishes) {
        self.wishes = wishes;
        self.by_itself.switch(self.now, self.wishes.by_itself);
        self.screen.wish(&self.wishes, self.network);
        self.put_first();
        self.hold_or_go_on();
    }

    /// Another network: what is open lies on a connection that is dead without knowing it.
    fn change_network(&mut self, network: Network) {
        if std::mem::replace(&mut self.network, network) == network {
            return;
        }
        self.screen.wish(&self.wishes, network);
        if network != Network::None {
            self.by_itself.network(self.now);
        }
        self.hold_or_go_on();
        match self.stage {
            Stage::Working if network != Network::None => {
                let open = std::mem::take(&mut self.waiting);
                let (at_hq, here): (Vec<_>, Vec<_>) = open.into_iter().partition(|(_, purpose)| purpose.is_of_hq());
                self.waiting.extend(here);
                for (id, purpose) in at_hq {
                    self.out.push(Effect::Cancel { id });
                    self.ask_again(purpose);
                }
                self.retry_parked(true);
            }
            Stage::Waiting { .. } if network != Network::None => self.begin_contact(),
            _ => {}
        }
    }

    fn hold_or_go_on(&mut self) {
        let held = self.costs();
        match self.stage {
            Stage::Working | Stage::Waiting { .. } if held => self.hold(),
            Stage::Held if !held => self.begin_contact(),
            _ => {}
        }
    }

    fn hold(&mut self) {
        self.cut_off();
        self.stage = Stage::Held;
        self.screen.rest(SyncPhase::Waiting, Some(Failure::later("network.metered")));
    }

    fn pause(&mut self) {
        self.cut_off();
        self.again = false;
        self.by_itself.pause();
        self.stage = Stage::Resting;
        self.screen.rest(SyncPhase::Paused, None);
    }

    /// Asks everything anew, with the session that is still there.
    pub(super) fn begin_contact(&mut self) {
        if self.costs() {
            return self.hold();
        }
        self.cut_off();
        self.by_itself.begins(self.now);
        self.contact = Contact { confirmed_at: self.now, ..Contact::default() };
        self.stage = Stage::Working;
        self.screen.enter(SyncPhase::Connecting);
        self.ask(Ask::Standing, Purpose::Standing);
    }

    fn answered(&mut self, purpose: Purpose, result: Result<Answer, Failure>) {
        let result = match result {
            Err(failure) if purpose.is_of_hq() && is_silence(&failure) => return self.silent(purpose, failure),
            result => result,
        };
        if purpose.is_of_hq() {
            self.heard();
        }
        let answer = match (purpose, result) {
            // One bad file or feed must not keep the others back.
            (Purpose::Blob { sha256 }, result) => return self.blob_answered(sha256, result),
            (Purpose::Push(pushed), Err(f)) if !is_of_the_whole_run(&f) => return self.push_refused(pushed.feed, f),
            (Purpose::PackPart, Err(f)) if !is_of_the_whole_run(&f) => return self.pack_refused(f),
            (_, Err(failure)) => return self.failed(failure),
            (purpose, Ok(answer)) => (purpose, answer),
        };
        match answer {
            (Purpose::Standing, Answer::Standing(standing)) => self.stood(*standing),
            (Purpose::Challenge, Answer::Challenge(reply)) => self.challenged(reply),
            (Purpose::SignSession { nonce }, Answer::Signature(signature)) => self.session_signed(nonce, signature),
            (Purpose::Session, Answer::Session(reply)) => self.session_given(reply),
            (Purpose::SignHeads, Answer::Claims(claims)) => self.heads_signed(claims),
            (Purpose::Hello { most }, Answer::Hello(reply)) => self.hello_answered(*reply, most),
            (Purpose::HelloStore, Answer::Stored) => self.hello_stored(),
            (Purpose::Frames { feed }, Answer::Frames(frames)) => self.frames_read(feed, frames),
            (Purpose::Push(pushed), Answer::Push(reply)) => self.push_answered(pushed, reply),
            (Purpose::Receipt { feed, .. }, Answer::Receipt(reply)) => self.receipt_came(feed, reply),
            (Purpose::EntryAt(unproved), Answer::EntryAt(id)) => self.receipt_placed(*unproved, id),
            (Purpose::StoreReceipt(proved), Answer::ReceiptStored(rest)) => self.receipt_stored(*proved, rest),
            (Purpose::Pull { at }, Answer::Pull(reply)) => self.pull_answered(reply, at),
            (Purpose::StorePulled { heads, admitted, more }, Answer::Stored) => {
                self.pulled_stored(heads, admitted, more);
            }
            (Purpose::LackingPacks, Answer::Packs(packs)) => self.packs_named(packs),
            (Purpose::PackPart, Answer::PackPart(bytes)) => self.pack_part_came(&bytes),
            (Purpose::StorePack, Answer::Stored) => self.pack_stored(),
            (Purpose::Manifest, Answer::Manifest(manifest)) => self.manifest_read(manifest),
            (Purpose::Close(asked), Answer::Close(reply)) => self.close_answered(*asked, reply),
            (Purpose::StoreLacking(missing), Answer::ReceiptStored(rest)) => self.lacking_stored(missing, rest),
            (Purpose::StoreAgreed(agreed), Answer::Stored) => self.agreed_stored(*agreed),
            // A runner that answers another question than was asked.
            _ => self.failed(Failure::never("engine.fault")),
        }
    }

    /// Asks once more what got no answer.
    pub(super) fn ask_again(&mut self, purpose: Purpose) {
        match purpose {
            // A nonce is good once.
            Purpose::Challenge | Purpose::Session => self.send(Request::Challenge, Purpose::Challenge),
            Purpose::Hello { .. } => self.begin_hello(),
            Purpose::Push(_) => self.push_next(),
            Purpose::Blob { sha256 } => self.resume_blob(sha256),
            Purpose::Receipt { feed, blobs } => self.ask_receipt(feed, blobs),
            Purpose::Pull { .. } => self.begin_pull(),
            Purpose::PackPart => self.next_pack(),
            Purpose::Close(_) => self.begin_close(),
            _ => self.begin_contact(),
        }
    }

    /// Asks the phone.
    pub(super) fn ask(&mut self, ask: Ask, purpose: Purpose) {
        let id = self.name(purpose);
        self.out.push(Effect::Ask { id, ask });
    }

    /// Asks HQ.
    pub(super) fn send(&mut self, request: Request, purpose: Purpose) {
        let id = self.name(purpose);
        let token = self.token.as_ref().map(|t| t.text.clone());
        self.out.push(Effect::Send { id, token, request });
    }

    fn name(&mut self, purpose: Purpose) -> RequestId {
        let id = self.next_id;
        self.next_id += 1;
        self.waiting.insert(id, purpose);
        id
    }

    fn cut_off(&mut self) {
        self.forget_parked();
        for id in std::mem::take(&mut self.waiting).into_keys() {
            self.out.push(Effect::Cancel { id });
        }
    }

    /// Something moved for good: trying again is worth it.
    pub(super) fn progressed(&mut self) {
        (self.attempts, self.resessions) = (0, 0);
        self.contact.progress = true;
    }

    /// Something that keeps the run from ending in "all is in", but not from going on. Each code once per feed or file.
    pub(super) fn problem(&mut self, failure: Failure) {
        let same = |f: &Failure| {
            f.code == failure.code && ["feed", "sha256"].iter().all(|k| f.params.get(*k) == failure.params.get(*k))
        };
        if !self.contact.problems.iter().any(same) {
            self.contact.problems.push(failure);
        }
    }

    /// The whole contact cannot go on.
    pub(super) fn failed(&mut self, failure: Failure) {
        if failure.code.starts_with("session.") && self.token.is_some() && self.resessions < RESESSIONS {
            // The token ran out, or HQ was restarted.
            self.resessions += 1;
            self.token = None;
            return self.begin_contact();
        }
        self.rest_after(failure);
    }

    /// The contact went through to its end.
    pub(super) fn finish(&mut self) {
        if std::mem::take(&mut self.again) {
            self.rounds = 0;
            return self.begin_contact();
        }
        // What only a person can cure is worth more on the screen than what time cures.
        let problems = &self.contact.problems;
        let worst = problems.iter().find(|f| f.retry != Retry::Later).or(problems.first()).cloned();
        // But what time cures is tried again even so, with fresh patience.
        let later = problems.iter().any(|f| f.retry == Retry::Later);
        self.tries.retain(|_, t| t.given_up.as_ref().is_some_and(|f| f.retry != Retry::Later));
        self.rest_with(worst, if later { Rest::Later } else { Rest::Through });
    }

    /// The contact ends before its end.
    pub(super) fn rest_after(&mut self, failure: Failure) {
        let rest = if failure.retry == Retry::Later { Rest::Later } else { Rest::Refused };
        self.rest_with(Some(failure), rest);
    }

    fn rest_with(&mut self, problem: Option<Failure>, rest: Rest) {
        self.cut_off();
        self.screen.asked(self.by_itself.is_asked(self.now));
        let phase = match &problem {
            None => SyncPhase::Done,
            // What the next try may cure has not failed.
            Some(problem) if problem.retry == Retry::Later => SyncPhase::Waiting,
            Some(_) => SyncPhase::Failed,
        };
        self.screen.rest(phase, problem);
        if rest == Rest::Later && self.by_itself.insists(self.now) {
            let ms = backoff_ms(self.attempts, self.setup.jitter_seed);
            self.attempts = self.attempts.saturating_add(1);
            self.rounds = 0;
            self.stage = Stage::Waiting { until_ms: self.now + ms };
            self.screen.retries(self.now + ms);
        } else {
            self.again = false;
            self.stage = Stage::Resting;
            self.by_itself.rests(self.now, rest, self.setup.jitter_seed);
            self.out.push(Effect::Done);
        }
    }
}

/// Failures that say nothing about one file or one feed but about HQ, the session or the app.
pub(super) fn is_of_the_whole_run(failure: &Failure) -> bool {
    ["hq.", "session.", "device.", "app.", "ca.", "engine."].iter().any(|p| failure.code.starts_with(p))
}

/// 1 s · 2^n up to 60 s, times 0.5 to 1.5 by the seed: many phones that lost the same HQ do not come back at once.
pub(super) fn backoff_ms(attempt: u32, seed: u64) -> u64 {
    let base = BACKOFF_FIRST_MS.saturating_mul(1 << attempt.min(16)).min(BACKOFF_MOST_MS);
    base / 2 + spread(seed, u64::from(attempt)) % base
}

/// One of many numbers, always the same for the same two: splitmix64, public domain (Vigna 2015).
pub(super) fn spread(seed: u64, n: u64) -> u64 {
    let mut z = seed.wrapping_add(n.wrapping_mul(0x9e37_79b9_7f4a_7c15));
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}
