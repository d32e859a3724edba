//! What happens beside the traffic: work, power cuts, restores, copies, ill will.

use std::sync::Arc;

use xuncha_core::protocol::receipts::ReceiptReply;
use xuncha_device::sync::Input;

use super::audit::Broken;
use super::network::deliver;
use super::objects::lock;
use super::rogue::{Known, ROGUE};
use super::world::World;

impl World {
    pub(super) fn work(&mut self, phone: usize) -> Result<(), Broken> {
        if lock(&self.phones[phone].hand.disk).now.is_stopped() {
            return Ok(());
        }
        self.fresh += 1;
        let fresh = format!("insp-{}-{}", self.phones[phone].user(), self.fresh);
        let hand = Arc::clone(&self.phones[phone].hand);
        let done = hand.work(&mut self.chance, &fresh, self.plot.rogue_along).map_err(|e| format!("{e:#}"))?;
        if let Some((sha256, bytes)) = done.blob {
            self.oracle.blobs.insert(sha256, bytes);
        }
        if let Some((inspection, team)) = done.named {
            self.oracle.teams.entry(inspection).or_default().extend(team);
        }
        self.note(|w| {
            format!("{} writes: {}", w.phones[phone].name, if done.saved.is_some() { "saved" } else { "not saved" })
        });
        self.oracle.saved[phone].extend(done.saved);
        self.power_of(phone)
    }

    pub(super) fn start(&mut self, phone: usize) {
        self.note(|w| format!("{} syncs", w.phones[phone].name));
        self.hellos[phone] = 0;
        self.phones[phone].rests = false;
        self.input(phone, Input::Start);
    }

    pub(super) fn power_of(&mut self, phone: usize) -> Result<(), Broken> {
        let off = lock(&self.phones[phone].hand.disk).power.is_off();
        if off { self.cut_phone(phone) } else { Ok(()) }
    }

    /// The phone's power goes. What it had already put on the wire may still arrive.
    pub(super) fn cut_phone(&mut self, phone: usize) -> Result<(), Broken> {
        self.counts.phone_cuts += 1;
        self.note(|w| format!("{} loses its power", w.phones[phone].name));
        let mut chance = self.chance.branch();
        lock(&self.phones[phone].hand.disk).lose(&mut chance);
        self.phones[phone].restart();
        self.oracle.phone(&self.phones[phone], phone)
    }

    pub(super) async fn cut_hq(&mut self) -> Result<(), Broken> {
        self.counts.hq_cuts += 1;
        self.note(|_| "HQ loses its power".to_owned());
        self.rogue.forget();
        self.office.lose();
        self.office.open().await.map_err(|e| format!("I10: {e:#}"))?;
        self.oracle.log_grew(&self.office)?;
        self.oracle.receipts_stand(&self.office)
    }

    pub(super) async fn restore(&mut self) -> Result<(), Broken> {
        let Some(backup) = self.chance.pick(&self.backups).cloned() else { return Ok(()) };
        self.counts.restores += 1;
        self.note(|_| "HQ is restored from a backup".to_owned());
        self.was_restored = true;
        self.rogue.forget();
        self.office.restore(&backup).await.map_err(|e| format!("I10: {e:#}"))?;
        self.oracle.restored(&self.office)
    }

    pub(super) fn roll_back(&mut self) -> Result<(), Broken> {
        let Some((phone, contents)) = self.chance.pick(&self.copies).cloned() else { return Ok(()) };
        self.counts.copies += 1;
        self.note(|w| format!("{} is rolled back to entry {}", w.phones[phone].name, contents.own.head.seq));
        self.oracle.disturbed.insert(contents.own.key.feed);
        self.oracle.rolled_back(phone, &contents);
        lock(&self.phones[phone].hand.disk).roll_back(contents);
        self.phones[phone].restart();
        Ok(())
    }

    pub(super) fn copy(&mut self, phone: usize) {
        self.counts.copies += 1;
        let contents = lock(&self.phones[phone].hand.disk).durable.clone();
        let (number, name) = (self.phones[phone].hand.number, format!("{}'", self.phones[phone].name));
        self.note(|_| format!("{name} is a copy"));
        self.oracle.disturbed.insert(contents.own.key.feed);
        self.join(number, name, contents, Some(phone));
        let copy = self.phones.len() - 1;
        // What is durable is what was copied; what was called saved is durable.
        let own: Vec<_> = lock(&self.phones[copy].hand.disk).durable.own.frames.iter().map(|f| f.id()).collect();
        self.oracle.saved[copy].retain(|id| own.contains(id));
    }

    pub(super) async fn ill_will(&mut self) -> Result<(), Broken> {
        let feed = self.office.feeds()[usize::from(ROGUE)].feed;
        let uploads = self.office.query(|c| {
            let sql = "SELECT upload FROM uploads WHERE device <> 'phone-mallory' ORDER BY upload LIMIT 5";
            c.prepare_cached(sql)?.query_map([], |r| r.get(0))?.collect()
        });
        let known_here = self.office.query(|c| {
            let sql = "SELECT inspection FROM inspections ORDER BY inspection";
            c.prepare_cached(sql)?.query_map([], |r| r.get::<_, String>(0))?.collect::<rusqlite::Result<Vec<_>>>()
        });
        let inspections = known_here.map_err(|e| format!("{e:#}"))?;
        let known = Known {
            head: self.oracle.head(&feed),
            inspections: inspections.into_iter().filter_map(|i| i.parse().ok()).collect(),
            entries: self.oracle.entries(),
            blobs: self.oracle.blobs.iter().map(|(b, bytes)| (*b, bytes.len() as u64)).collect(),
            uploads: uploads.map_err(|e| format!("{e:#}"))?,
            feeds: self.office.feeds()[..usize::from(ROGUE)].to_vec(),
        };
        let said = self.rogue.act(&self.office, &mut self.chance, known).await;
        self.counts.ill += said.len();
        self.oracle.log_grew(&self.office)?;
        for one in said {
            self.note(|_| format!("mallory asks for {}: {:?}", one.what, one.came.as_ref().map(|c| c.status)));
            let Some(came) = one.came else { continue };
            if one.must_fail && (200..300).contains(&came.status) {
                return Err(format!("I11: somebody got {} from HQ ({})", one.what, came.status));
            }
            if came.status != 200 {
                continue;
            }
            if one.path == "/v1/pull"
                && let Ok(reply) = serde_json::from_slice(&came.body)
            {
                self.oracle.page(&reply, ROGUE)?;
            }
            if one.path == "/v1/receipts"
                && let Ok(reply) = serde_json::from_slice::<ReceiptReply>(&came.body)
            {
                self.oracle.receipt(&self.office, &reply, ROGUE)?;
            }
        }
        Ok(())
    }

    /// Something that was given up long ago reaches HQ.
    pub(super) async fn stray(&mut self) -> Result<(), Broken> {
        let at = self.chance.below(self.strays.len());
        let Some((phone, letter)) = self.strays.remove(at) else { return Ok(()) };
        let Some((_, routes)) = self.office.running.clone() else { return Ok(()) };
        self.office.remember().map_err(|e| format!("{e:#}"))?;
        let (path, power) = (letter.head.path.clone(), Arc::clone(&self.office.power));
        let came = deliver(routes, power, letter).await;
        self.note(|w| format!("{path} of {} arrives late: {:?}", w.phones[phone].name, came.map(|c| c.status)));
        self.counts.requests += 1;
        self.oracle.log_grew(&self.office)
    }
}
