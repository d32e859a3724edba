//! What is not as it should be with HQ's own disk and data, as far as HQ knows: said on every page of those who lead.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};

use super::types::{Role, Trouble};
use crate::auth::Caller;
use crate::check;
use crate::hq::Hq;
use crate::refusal::Answer;

/// How long it is said that HQ was put back or had fallen behind.
const SAID: SignedDuration = SignedDuration::from_hours(14 * 24);

impl Hq {
    /// The troubles this caller is told: none of an inspector's business; names of what `check` found only to administrators,
    /// who see all units.
    pub(super) async fn troubles(self: &Arc<Self>, caller: &Caller) -> Answer<Vec<Trouble>> {
        if caller.user.role == Role::Inspector {
            return Ok(Vec::new());
        }
        let mut out = Vec::new();
        if self.room.is_full() {
            out.push(Trouble::Full);
        }
        let lost = self.db.lost().await?.len();
        if lost > 0 {
            out.push(Trouble::Lost { objects: u32::try_from(lost).unwrap_or(u32::MAX) });
        }
        if let Some(folder) = self.room.folder().map(ToOwned::to_owned) {
            let last = self.blocking.run(move || Ok(check::last(&folder))).await?;
            if let Some(last) = last.filter(|last| last.faults > 0) {
                let first = if caller.user.role == Role::Admin { last.first } else { Vec::new() };
                out.push(Trouble::Check { made: last.made, faults: last.faults, first });
            }
        }
        if let (Some(restored), Some(at)) = (self.restored().await?, self.restored_at().await?)
            && self.lately(&at)
        {
            out.push(Trouble::Restored { made: restored.made, log_index: restored.log_index });
        }
        if let Some(behind) = self.behind().await?.filter(|b| self.lately(&b.noticed)) {
            out.push(Trouble::Behind { noticed: behind.noticed, was: behind.was, is: behind.is });
        }
        Ok(out)
    }

    fn lately(&self, at: &str) -> bool {
        let since = self.clock.now().checked_sub(SAID).unwrap_or(Timestamp::MIN);
        at.parse::<Timestamp>().is_ok_and(|at| at > since)
    }
}
