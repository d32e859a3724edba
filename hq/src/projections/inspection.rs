//! All entries of one inspection: its team, which entries have no business in it, and its row.

use std::collections::BTreeSet;

use xuncha_core::event::{Event, Outcome};
use xuncha_core::ids::{InspectionId, TaskId, UnitId, UserId};
use xuncha_core::inspection::Inspection;
use xuncha_core::register::State;

use super::Arrival;
use super::entry::inert;
use super::referral;
use crate::api::types::{InspectionRow, InspectionState};
use crate::db::InspectionRecord;
use crate::packs::Shelf;

/// An inspection folded.
pub struct Folded {
    /// Who belongs to it.
    pub team: BTreeSet<UserId>,
    /// Entries with the reason why they have no effect, in the order given.
    pub judged: Vec<(u64, Option<String>)>,
    /// Its state, from the entries that have an effect.
    pub state: Inspection,
    /// The feed's person who started it, with the place of that entry among those given.
    pub starter: Option<usize>,
}

/// Folds the entries of `id`, given in log order. `assignees` are those of a task given out before a place in the log: a
/// task that came later cannot have been carried out.
pub fn fold(id: &InspectionId, arrivals: &[Arrival], assignees: impl Fn(&TaskId, u64) -> Vec<UserId>) -> Folded {
    let events: Vec<Option<Event>> = arrivals.iter().map(Arrival::event).collect();
    let actor = |n: usize| arrivals[n].entry.payload.as_ref().map(|p| &p.actor);
    let starter = events.iter().position(|e| matches!(e, Some(Event::InspectionStarted(_))));
    let mut team = BTreeSet::new();
    if let Some(n) = starter
        && let Some(Event::InspectionStarted(start)) = &events[n]
    {
        team.extend(actor(n).cloned());
        team.extend(start.officers.iter().filter_map(|o| o.user.clone()));
        team.extend(start.task.iter().flat_map(|t| assignees(t, arrivals[n].log_index)));
    }
    // A member may name others, who may name others: until nobody new is named.
    loop {
        let before = team.len();
        for (n, event) in events.iter().enumerate() {
            if let Some(Event::OfficersSet(set)) = event
                && actor(n).is_some_and(|a| team.contains(a))
            {
                team.extend(set.officers.iter().filter_map(|o| o.user.clone()));
            }
        }
        if team.len() == before {
            break;
        }
    }
    let mut state = Inspection::new(id.clone());
    let mut judged = Vec::with_capacity(arrivals.len());
    for (n, arrival) in arrivals.iter().enumerate() {
        let own = arrival.inert.clone();
        let stranger = !actor(n).is_some_and(|a| team.contains(a));
        let reason = own.or_else(|| stranger.then(|| inert::SCOPE.to_owned()));
        // Entries of a type or shape from another version are noted by the fold itself: they belong to the seal.
        let noted = matches!(reason.as_deref(), None | Some(inert::UNKNOWN | inert::SHAPE));
        if noted && !stranger {
            state.apply(&arrival.entry);
        }
        judged.push((arrival.log_index, reason));
    }
    Folded { team, judged, state, starter }
}

/// The row of a folded inspection; `None` as long as its start has not arrived.
pub fn record(folded: &Folded, arrivals: &[Arrival], unit: Option<UnitId>, shelf: &Shelf) -> Option<InspectionRecord> {
    let state = &folded.state;
    let start = state.start()?;
    let unit = unit?;
    let s = &start.value;
    let pinned = shelf.pinned(state);
    let reading = pinned.as_ref().map(|p| state.read(p));
    let seal = state.seal();
    let stands = match &seal {
        Some(seal) if seal.is_sealed() => InspectionState::Sealed,
        _ if state.abandoned().is_some() => InspectionState::Abandoned,
        Some(_) => InspectionState::Proposed,
        None => InspectionState::Draft,
    };
    let serious = reading.as_ref().map_or(0, |r| referral::serious(state, r).len());
    let serious = u32::try_from(serious).unwrap_or(u32::MAX);
    let outcome = reading.as_ref().filter(|r| r.tallies.is_final()).and_then(|r| r.conclusion);
    let count = |keep: &dyn Fn(&Arrival) -> bool| u32::try_from(arrivals.iter().filter(|a| keep(a)).count());
    let effective: BTreeSet<u64> =
        folded.judged.iter().filter(|(_, r)| r.as_deref() != Some(inert::SCOPE)).map(|(n, _)| *n).collect();
    let officers: Vec<String> = match state.officers_register().state() {
        State::Conflict(sides) => sides.iter().flat_map(|w| &w.value).map(|o| o.name.clone()).collect(),
        _ => state.officers().iter().map(|o| o.name.clone()).collect(),
    };
    let row = InspectionRow {
        inspection: state.id.clone(),
        number: s.number.clone(),
        firm_name: s.firm.name.clone(),
        uscc: s.firm.uscc.clone(),
        unit: unit.clone(),
        unit_name: String::new(),
        officers,
        kind: s.kind,
        modes: s.modes.clone(),
        state: stands,
        conclusion: outcome.map(|o| o.code.clone()),
        conclusion_title: outcome.map(|o| o.title.clone()),
        started: start.by.wall.clone(),
        day: day(&start.by.wall),
        last_received: arrivals.last().map(|a| a.received.clone()).unwrap_or_default(),
        non_conforming: tally(reading.as_ref(), |i| i.outcome == Some(Outcome::NonConforming)),
        serious,
        conflicts: tally(reading.as_ref(), |i| i.conflict),
        entries: count(&|a| effective.contains(&a.log_index)).unwrap_or(u32::MAX),
        blobs: 0,
        blobs_stored: 0,
    };
    let search =
        [[row.number.as_str(), &row.firm_name, &s.firm.short_name, &row.uscc].join("\n"), row.officers.join("\n")];
    Some(InspectionRecord {
        inspection: state.id.clone(),
        unit,
        task: s.task.clone(),
        firm: s.firm.id.clone(),
        kind: s.kind,
        serious,
        state: stands,
        conclusion: row.conclusion.clone(),
        day: row.day.clone(),
        search: search.join("\n").to_lowercase(),
        // Strings, numbers and lists only: writing them cannot fail.
        body: serde_json::to_string(&row).unwrap_or_default(),
        team: folded.team.iter().cloned().collect(),
    })
}

fn tally(
    reading: Option<&xuncha_core::inspection::Reading<'_>>,
    keep: impl Fn(&xuncha_core::inspection::ItemReading<'_>) -> bool,
) -> u32 {
    let n = reading.map_or(0, |r| r.items.iter().filter(|i| keep(i)).count());
    u32::try_from(n).unwrap_or(u32::MAX)
}

/// The day of a claimed time; a phone may claim anything, so whatever is no day sorts as the oldest.
fn day(wall: &str) -> String {
    match wall.get(..10).filter(|d| d.parse::<jiff::civil::Date>().is_ok()) {
        Some(day) => day.to_owned(),
        None => "0000-01-01".to_owned(),
    }
}
