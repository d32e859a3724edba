//! A world in one thread: phones, one HQ, a network, virtual time. What happens next is drawn from the seed.

use std::collections::VecDeque;

use xuncha_core::protocol::Signed;
use xuncha_core::protocol::receipts::Receipt;
use xuncha_device::sync::Input;

use super::audit::{Broken, Oracle};
use super::bugs::Bug;
use super::chance::Chance;
use super::counts::Counts;
use super::disk::Contents;
use super::network::{Letter, Weather};
use super::objects::lock;
use super::office::{Backup, Office};
use super::phone::Phone;
use super::rogue::{ROGUE, Rogue};

/// Turns of the bad time.
const TURNS: usize = 320;

/// What may happen in this world beside the weather.
#[derive(Debug, Clone, Copy)]
pub(super) struct Plot {
    pub(super) hq_cuts: bool,
    pub(super) phone_cuts: bool,
    pub(super) restores: bool,
    pub(super) roll_back: bool,
    pub(super) copy: bool,
    pub(super) rogue: bool,
    pub(super) rogue_along: bool,
}

/// The world.
pub struct World {
    pub(super) chance: Chance,
    pub(super) weather: Weather,
    pub(super) plot: Plot,
    pub(super) now: u64,
    pub(super) office: Office,
    pub(super) phones: Vec<Phone>,
    pub(super) rogue: Rogue,
    pub(super) oracle: Oracle,
    pub(super) strays: VecDeque<(usize, Letter)>,
    pub(super) backups: Vec<Backup>,
    pub(super) copies: Vec<(usize, Contents)>,
    /// By phone: hellos since the last start.
    pub(super) hellos: Vec<usize>,
    pub(super) old_receipts: Vec<Signed<Receipt>>,
    pub(super) was_restored: bool,
    pub(super) fresh: usize,
    pub(super) calm: bool,
    pub(super) bug: Option<Bug>,
    pub(super) counts: Counts,
    pub(super) trace: Option<Vec<String>>,
}

impl World {
    /// Begins.
    pub async fn begin(seed: u64, bug: Option<Bug>, traced: bool) -> Result<Self, Broken> {
        let mut chance = Chance::new(seed);
        let weather = Weather::of(&mut chance);
        let rogue = chance.strikes(400);
        let plot = Plot {
            hq_cuts: chance.strikes(600),
            phone_cuts: chance.strikes(600),
            restores: chance.strikes(250),
            roll_back: chance.strikes(200),
            copy: chance.strikes(200),
            rogue,
            rogue_along: rogue && chance.strikes(600),
        };
        let office = Office::begin(chance.branch(), bug).await.map_err(|e| format!("HQ does not start: {e:#}"))?;
        let oracle = Oracle::new(&office)?;
        let rogue = Rogue::new(office.feeds()[usize::from(ROGUE)].clone());
        let mut world = Self {
            weather,
            plot,
            now: 1_000,
            rogue,
            oracle,
            phones: Vec::new(),
            strays: VecDeque::new(),
            backups: Vec::new(),
            copies: Vec::new(),
            hellos: Vec::new(),
            old_receipts: Vec::new(),
            was_restored: false,
            fresh: 0,
            calm: false,
            bug,
            counts: Counts { seeds: 1, ..Counts::default() },
            trace: traced.then(Vec::new),
            office,
            chance,
        };
        world.oracle.disturbed.insert(world.office.feeds()[usize::from(ROGUE)].feed);
        for number in 0..ROGUE {
            let key = world.office.feeds()[usize::from(number)].clone();
            world.join(number, key.user.to_string(), Contents::new(key), None);
        }
        world.note(|w| format!("{:?} {:?}", w.weather, w.plot));
        Ok(world)
    }

    pub(super) fn join(&mut self, number: u8, name: String, contents: Contents, of: Option<usize>) {
        let chance = self.chance.branch();
        self.phones.push(Phone::new(number, name, contents, self.office.identity(), self.bug, chance));
        self.hellos.push(0);
        self.oracle.admit(of);
    }

    /// What happened, for whoever replays a seed.
    pub fn trace(&self) -> &[String] {
        self.trace.as_deref().unwrap_or_default()
    }
    /// What it did.
    pub fn counts(&self) -> Counts {
        self.counts
    }

    pub(super) fn note(&mut self, what: impl FnOnce(&Self) -> String) {
        if self.trace.is_some() {
            let line = format!("{:>9} {}", self.now, what(self));
            if let Some(trace) = &mut self.trace {
                trace.push(line);
            }
        }
    }

    /// The whole life of a world: the bad time, the calm after it, and what must be so then.
    pub async fn live(&mut self) -> Result<(), Broken> {
        for turn in 0..TURNS {
            self.turn().await?;
            if turn % 60 == 59 {
                self.look_around()?;
            }
        }
        self.calm_down().await
    }

    /// One thing happens.
    pub(super) async fn turn(&mut self) -> Result<(), Broken> {
        self.now += self.chance.below(40) as u64;
        self.office.clock.set(self.now);
        let phone = self.chance.below(self.phones.len());
        match self.chance.below(1_000) {
            0..=79 => self.work(phone)?,
            80..=119 if !self.phones[phone].is_busy() => self.start(phone),
            120..=124 => {
                self.note(|w| format!("{} pauses", w.phones[phone].name));
                self.input(phone, Input::Pause);
                self.start(phone);
            }
            125..=134 if self.plot.phone_cuts => self.cut_phone(phone)?,
            135..=142 if self.plot.phone_cuts => {
                let steps = self.chance.below(6);
                lock(&self.phones[phone].hand.disk).power.fail_after(steps);
            }
            143..=148 if self.plot.hq_cuts => self.cut_hq().await?,
            149..=151 => {
                let hours = 1 + self.chance.below(200) as u64;
                self.now += hours * 3_600_000;
                self.office.clock.set(self.now);
                self.note(|_| format!("{hours} hours pass"));
                if let Some((hq, _)) = &self.office.running {
                    let swept = hq.sweep_uploads().await.is_ok();
                    self.note(|_| format!("uploads swept: {swept}"));
                }
            }
            152..=158 => {
                let backup = self.office.backup().map_err(|e| format!("no backup: {e:#}"))?;
                self.note(|_| "HQ is backed up".to_owned());
                self.backups.push(backup);
            }
            159..=160 if self.plot.restores => self.restore().await?,
            161..=164 if self.plot.roll_back || self.plot.copy => {
                let contents = lock(&self.phones[phone].hand.disk).durable.clone();
                self.copies.push((phone, contents));
            }
            165..=166 if self.plot.roll_back => self.roll_back()?,
            167 if self.plot.copy && self.phones.len() < 5 => self.copy(phone),
            168..=190 if self.plot.rogue => self.ill_will().await?,
            191..=199 if !self.strays.is_empty() => self.stray().await?,
            _ => self.go_on().await?,
        }
        Ok(())
    }
}
