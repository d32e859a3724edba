//! HQ's own feed: feeds admitted and closed, packs, tasks, firms.

use xuncha_core::event::Event;
use xuncha_core::ids::FirmId;

use crate::db::{Changes, FeedRow, FirmActRow, PackRow, TaskRecord};
use crate::packs::kind_word;

use super::Arrival;

/// What an entry of HQ's own feed changes.
pub fn apply(arrival: &Arrival, changes: &mut Changes) {
    let (Some(event), Some(payload)) = (arrival.event(), &arrival.entry.payload) else { return };
    let said_of = |firm: FirmId| FirmActRow {
        log_index: arrival.log_index,
        firm,
        kind: payload.kind.clone(),
        body: payload.body.get().to_owned(),
        said: arrival.received.clone(),
        actor: payload.actor.clone(),
    };
    match event {
        Event::FeedAdmitted(e) => {
            changes.feeds.push(FeedRow { key: e.key, unit: e.unit, admitted: arrival.log_index, closed_after: None })
        }
        Event::FeedClosed(e) => changes.closed.push((e.feed, e.seq)),
        Event::PackPublished(e) => changes.packs.push(PackRow {
            log_index: arrival.log_index,
            kind: kind_word(e.kind).to_owned(),
            code: e.code,
            version: e.version,
            sha256: e.sha256,
            size: e.size,
            units: e.units,
        }),
        Event::TaskAssigned(e) => changes.tasks.push(TaskRecord {
            task: e.task.clone(),
            log_index: arrival.log_index,
            unit: e.unit.clone(),
            assignees: e.assignees.clone(),
            body: payload.body.get().to_owned(),
            created: arrival.received.clone(),
            created_by: payload.actor.clone(),
            withdrawn: None,
            inspection: None,
        }),
        Event::TaskWithdrawn(e) => changes.withdrawn.push((e.task, e.reason)),
        Event::FirmSuspended(e) => changes.firm_acts.push(said_of(e.firm)),
        Event::FirmReopened(e) => changes.firm_acts.push(said_of(e.firm)),
        _ => {}
    }
}
