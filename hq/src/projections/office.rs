//! HQ's own feed: feeds admitted and closed, packs, tasks.

use xuncha_core::event::Event;

use crate::db::{Changes, FeedRow, PackRow, TaskRecord};
use crate::packs::kind_word;

use super::Arrival;

/// What an entry of HQ's own feed changes.
pub fn apply(arrival: &Arrival, changes: &mut Changes) {
    let (Some(event), Some(payload)) = (arrival.event(), &arrival.entry.payload) else { return };
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
        _ => {}
    }
}
