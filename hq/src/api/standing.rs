//! A firm between an order to stop and its return to operation: what stands in HQ's feed, judged by the gate of core.

use std::collections::HashSet;
use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::Response;
use http::StatusCode;
use serde_json::value::RawValue;
use xuncha_core::event::{Event, FirmReopened, FirmSuspended, InspectionKind};
use xuncha_core::firm::Suspension;
use xuncha_core::ids::{BlobHash, FirmId, InspectionId};
use xuncha_core::inspection::Inspection;
use xuncha_core::reopening::{Check, Docket, Forbidden, Gate};

use super::firms::{detail, in_scope};
use super::gate::{day, filled, named};
use super::people::Names;
use super::types::{FirmAct, FirmReopen, FirmStanding, FirmSuspend};
use crate::auth::Caller;
use crate::db::{FirmActRow, InspectionFound, InspectionQuery};
use crate::hq::Hq;
use crate::http::{Json, json};
use crate::projections::Arrival;
use crate::projections::inspection::Folded;
use crate::refusal::{Answer, Refusal};

/// Re-opening inspections of one firm that are looked at, newest first.
const CHECKS: u32 = 200;

fn event(act: &FirmActRow) -> Option<Event> {
    let body = RawValue::from_string(act.body.clone()).ok()?;
    Event::read(&act.kind, &body).ok()
}

/// Folds what was said of one firm, given in order of the log. What changes nothing (two heads at once) is passed over.
pub(super) fn docket<'a>(acts: impl IntoIterator<Item = &'a FirmActRow>) -> Docket {
    let mut docket = Docket::default();
    for act in acts {
        let _ = match event(act) {
            Some(Event::FirmSuspended(e)) => docket.suspend(act.log_index, e.suspension),
            Some(Event::FirmReopened(_)) => docket.reopen(),
            _ => Ok(()),
        };
    }
    docket
}

/// The state as of the last signature that was asked for: entries inside the frontier, and the signatures.
fn signed(folded: &Folded, arrivals: &[Arrival]) -> Inspection {
    let Some(seal) = folded.state.seal() else { return folded.state.clone() };
    let frontier = &seal.proposal.value.frontier;
    let mut state = Inspection::new(folded.state.id.clone());
    for arrival in arrivals {
        let entry = &arrival.entry;
        let before = frontier.iter().any(|h| h.feed == entry.header.feed && entry.header.seq <= h.seq);
        if before && folded.state.entry(&entry.id).is_some() {
            state.apply(entry);
        }
    }
    state
}

impl Hq {
    /// The order that holds for a firm.
    pub(super) async fn suspension(&self, firm: &FirmId) -> Answer<Option<Suspension>> {
        let acts = self.db.firm_acts(Some(firm)).await?;
        Ok(docket(&acts).suspension().cloned())
    }

    /// Judges a firm.
    async fn gate(self: &Arc<Self>, firm: &FirmId) -> Answer<(Gate, Vec<FirmActRow>)> {
        let acts = self.db.firm_acts(Some(firm)).await?;
        let docket = docket(&acts);
        let mut checks = Vec::new();
        if docket.suspension().is_some() {
            let query = InspectionQuery {
                firm: Some(firm.clone()),
                kind: Some(InspectionKind::Reopening),
                limit: CHECKS,
                ..InspectionQuery::default()
            };
            for found in self.db.inspections(&query).await? {
                checks.extend(self.check(&found).await?);
            }
        }
        Ok((Gate::of(&docket, &checks), acts))
    }

    async fn check(self: &Arc<Self>, found: &InspectionFound) -> Answer<Option<Check>> {
        let id = &found.record.inspection;
        let (folded, arrivals) = self.folded(id).await?;
        let Some(start) = folded.state.start() else { return Ok(None) };
        let pinned = self.shelf().pinned(&folded.state);
        let begun = arrivals.iter().find(|a| a.entry.id == start.by.entry).map(|a| a.log_index);
        let (Some(pinned), Some(begun)) = (pinned, begun) else { return Ok(None) };
        let blobs = self.db.blobs_of(id).await?.into_iter();
        let here: HashSet<BlobHash> = blobs.filter(|(_, here)| *here).map(|(b, _)| b.sha256).collect();
        let signed = signed(&folded, &arrivals);
        Ok(Check::read(&folded.state, &signed, &pinned, begun, |blob| here.contains(blob)))
    }

    /// Where a firm stands, as its page shows it.
    pub(super) async fn standing(self: &Arc<Self>, firm: &FirmId, names: &Names) -> Answer<FirmStanding> {
        let (gate, acts) = self.gate(firm).await?;
        let view = |act: &FirmActRow| {
            let (suspended, inspection, extent) = match event(act)? {
                Event::FirmSuspended(e) => (Some(e.suspension), None, None),
                Event::FirmReopened(e) => (None, Some(e.inspection), Some(e.extent)),
                _ => return None,
            };
            Some(FirmAct { suspended, inspection, extent, by: names.person(&act.actor), at: act.said.clone() })
        };
        Ok(FirmStanding {
            suspended: docket(&acts).suspension().cloned(),
            next: gate.next(),
            standing: gate.standing,
            missing: gate.missing,
            inspection: gate.inspection,
            acts: acts.iter().rev().filter_map(view).collect(),
        })
    }

    /// Says one step of a firm, if the gate allows it now: nobody else speaks between the judgement and the word.
    async fn step(
        self: &Arc<Self>,
        caller: &Caller,
        firm: &FirmId,
        word: impl FnOnce(&Gate) -> Result<Event, Forbidden>,
    ) -> Answer<()> {
        let held = self.log.lock().await;
        let (gate, _) = self.gate(firm).await?;
        let event = word(&gate).map_err(refused)?;
        Ok(self.speak_holding(&held, &caller.user.user, vec![event]).await?)
    }
}

fn refused(forbidden: Forbidden) -> Refusal {
    let refusal = Refusal::after_action(StatusCode::CONFLICT, forbidden.code());
    tracing::info!(code = forbidden.code(), "a step of a firm was refused");
    refusal
}

#[utoipa::path(post, path = "/api/firms/{firm}/suspend", params(("firm" = String, Path)), request_body = FirmSuspend,
    responses((status = 200, body = super::types::FirmDetail)))]
pub(super) async fn suspend(
    State(hq): State<Arc<Hq>>,
    caller: Caller,
    Path(firm): Path<String>,
    Json(ask): Json<FirmSuspend>,
) -> Answer<Response> {
    let row = in_scope(&hq, &caller, &named(&firm, "firm.unknown")?).await?;
    filled(&ask.order, "order", 100)?;
    filled(&ask.reason, "reason", 1000)?;
    day(Some(&ask.since), "since")?;
    let suspension = Suspension { order: ask.order, reason: ask.reason, since: ask.since };
    let said = FirmSuspended { firm: row.firm.clone(), unit: row.unit.clone(), suspension };
    hq.step(&caller, &row.firm, |gate| gate.may_suspend().map(|()| said.into())).await?;
    Ok(json(StatusCode::OK, &detail(&hq, &row).await?))
}

#[utoipa::path(post, path = "/api/firms/{firm}/reopen", params(("firm" = String, Path)), request_body = FirmReopen,
    responses((status = 200, body = super::types::FirmDetail)))]
pub(super) async fn reopen(
    State(hq): State<Arc<Hq>>,
    caller: Caller,
    Path(firm): Path<String>,
    Json(ask): Json<FirmReopen>,
) -> Answer<Response> {
    let row = in_scope(&hq, &caller, &named(&firm, "firm.unknown")?).await?;
    filled(&ask.extent, "extent", 1000)?;
    let said = |inspection: &InspectionId| FirmReopened {
        firm: row.firm.clone(),
        unit: row.unit.clone(),
        inspection: inspection.clone(),
        extent: ask.extent,
    };
    hq.step(&caller, &row.firm, |gate| gate.may_reopen().map(|inspection| said(inspection).into())).await?;
    Ok(json(StatusCode::OK, &detail(&hq, &row).await?))
}
