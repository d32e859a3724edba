//! After the bad time: nothing goes wrong any more, everything must come in, and everybody must agree.

use xuncha_core::ids::BlobHash;
use xuncha_device::app::views::SyncPhase;
use xuncha_device::sync::Input;

use super::audit::{Broken, replicas};
use super::objects::lock;
use super::phone::Phone;
use super::world::World;

/// Turns a phone may need until it rests.
const PATIENCE: usize = 6_000;
/// Contacts a phone may need once nothing goes wrong any more: one that is under way, one whose end a stale session or a half-sent
/// file spoils, one that goes through, one for what the day found missing; each says hello again after a push.
const HELLOS: usize = 14;

impl World {
    pub(super) fn look_around(&mut self) -> Result<(), Broken> {
        self.oracle.log_stands(&self.office)?;
        for (place, phone) in self.phones.iter().enumerate() {
            self.oracle.phone(phone, place)?;
        }
        Ok(())
    }

    /// Nothing goes wrong any more: everything must come in, in few contacts.
    pub(super) async fn calm_down(&mut self) -> Result<(), Broken> {
        self.note(|_| "calm".to_owned());
        self.calm = true;
        self.office.power.hold();
        while !self.strays.is_empty() {
            self.stray().await?;
        }
        for phone in 0..self.phones.len() {
            lock(&self.phones[phone].hand.disk).power.hold();
        }
        // Once to bring everything in, once to fetch what the others brought.
        for _ in 0..2 {
            for phone in 0..self.phones.len() {
                self.rest(phone).await?;
                self.start(phone);
                self.rest(phone).await?;
            }
        }
        self.look_around()?;
        self.oracle.receipts_stand(&self.office)?;
        for place in 0..self.phones.len() {
            self.oracle.copies(&self.phones[place])?;
            self.came_in(place)?;
        }
        let sound = |p: &&Phone| !self.oracle.disturbed.contains(&lock(&p.hand.disk).now.own.key.feed);
        let judged: Vec<&Phone> = self.phones.iter().filter(sound).collect();
        let compared = replicas(&self.office, &judged, &self.oracle.lost()?)?;
        self.counts.compared += compared.all;
        self.counts.partly += compared.partly;
        if self.was_restored {
            self.counts.healed += compared.all - compared.partly;
        }
        self.counts.entries += self.oracle.entries().len();
        self.rows_are_rebuilt().await
    }

    pub(super) async fn rest(&mut self, phone: usize) -> Result<(), Broken> {
        self.hellos[phone] = 0;
        for _ in 0..PATIENCE {
            if self.hellos[phone] > HELLOS {
                break;
            }
            let p = &self.phones[phone];
            if !p.asks.is_empty() {
                self.ask(phone, 0)?;
            } else if !p.replies.is_empty() {
                let (id, result) = self.phones[phone].replies.remove(0);
                self.input(phone, Input::Answer { id, result });
            } else if !p.sends.is_empty() {
                self.exchange(vec![(phone, 0)]).await?;
            } else if p.rests {
                return Ok(());
            } else if let Some(wake) = p.wake {
                self.phones[phone].wake = None;
                self.now = self.now.max(wake);
                self.office.clock.set(self.now);
                self.input(phone, Input::Tick);
            } else {
                return Ok(());
            }
        }
        let feed = lock(&self.phones[phone].hand.disk).now.own.key.feed;
        if self.oracle.disturbed.contains(&feed) {
            // It says so and tries again for ever: a person must help.
            self.input(phone, Input::Pause);
            self.phones[phone].rests = true;
            return Ok(());
        }
        Err(format!("I10: {} does not come to rest: {:?}", self.phones[phone].name, self.phones[phone].machine.view()))
    }

    /// I1, I2, I4, I10: what a phone has is at HQ and under receipts, or the phone knows why not.
    pub(super) fn came_in(&self, place: usize) -> Result<(), Broken> {
        let phone = &self.phones[place];
        let disk = lock(&phone.hand.disk);
        let (here, feed) = (&disk.durable, disk.durable.own.key.feed);
        let at_hq = self.oracle.head(&feed);
        let together = match here.own.frames.len() as u64 {
            n if n < at_hq.seq => false,
            0 => true,
            _ => here.own.head.id == at_hq.id,
        };
        if self.oracle.disturbed.contains(&feed) {
            // I4: it is not what HQ has, and it knows.
            if !together && here.verdicts.is_empty() {
                return Err(format!("I4: {} and HQ hold different entries, and nobody was told", phone.name));
            }
            return Ok(());
        }
        if !here.verdicts.is_empty() {
            return Err(format!("I4: {} was told {:?} without a reason", phone.name, here.verdicts));
        }
        if !together {
            return Err(format!("I10: {} has {} entries and HQ {}", phone.name, here.own.frames.len(), at_hq.seq));
        }
        if here.receipted != at_hq.seq {
            return Err(format!(
                "I10: {} of {} entries of {} are under receipts",
                here.receipted, at_hq.seq, phone.name
            ));
        }
        let office = lock(&self.office.disk);
        let is_open = |b: &BlobHash| !here.receipted_blobs.contains(b) || office.durable_object(b).is_none();
        let open = here.named.iter().filter(|n| is_open(&n.sha256)).count();
        if open > 0 {
            return Err(format!("I10: {open} originals of {} are not at HQ under receipts", phone.name));
        }
        let view = phone.machine.view();
        let untold = view.problem.as_ref().filter(|f| f.code != "entry.quarantined" || !phone.garbled);
        if untold.is_some() {
            return Err(format!("I10: everything of {} came in, and it shows {:?}", phone.name, view.problem));
        }
        if view.problem.is_none()
            && (view.phase != SyncPhase::Done || view.only_here.photos + view.only_here.entries > 0)
        {
            return Err(format!("I10: everything of {} came in, and it shows {:?}", phone.name, view));
        }
        Ok(())
    }

    /// I6: HQ's rows follow from its entries alone.
    pub(super) async fn rows_are_rebuilt(&self) -> Result<(), Broken> {
        let Some((hq, _)) = &self.office.running else { return Err("HQ does not run".to_owned()) };
        let before = hq.db.views_text().await.map_err(|e| e.to_string())?;
        hq.rebuild().await.map_err(|e| format!("I6: HQ's rows cannot be computed again: {e}"))?;
        let after = hq.db.views_text().await.map_err(|e| e.to_string())?;
        if before == after {
            return Ok(());
        }
        let first = before.lines().zip(after.lines()).find(|(a, b)| a != b);
        Err(format!("I6: HQ's rows are not what follows from its entries: {first:?}"))
    }
}
