use std::io::Read as _;
use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::Response;
use http::StatusCode;
use serde::Deserialize;
use utoipa::IntoParams;
use xuncha_core::ids::{BlobHash, Digest, InspectionId, TaskId, UnitId, UserId};
use xuncha_core::inspection::seal::SealManifest;

use super::detail::Detail;
use super::gate::{Query, named, page_size};
use super::people::Names;
use super::types::{InspectionDetail, InspectionPage, InspectionRow, InspectionState, RecordText, Role, VerifyReport};
use crate::auth::Caller;
use crate::db::{DbError, InspectionFound, InspectionQuery};
use crate::hq::Hq;
use crate::http::json;
use crate::ingest::reopen;
use crate::projections::Arrival;
use crate::projections::inspection::{Folded, fold};
use crate::refusal::{Answer, Refusal};

/// What inspections are asked for by.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct InspectionAsk {
    /// Only of this unit.
    #[param(value_type = Option<String>)]
    unit: Option<UnitId>,
    /// Only in this state.
    state: Option<InspectionState>,
    /// Only with serious items that do not conform.
    serious: Option<bool>,
    /// Only with this conclusion (code).
    conclusion: Option<String>,
    /// From this day on.
    from: Option<String>,
    /// Up to this day.
    to: Option<String>,
    /// Part of number, firm, credit code or officer.
    text: Option<String>,
    /// Key of the page before.
    after: Option<String>,
    /// Rows, 1–200.
    limit: Option<u32>,
}

pub(super) fn row(found: &InspectionFound, names: &Names) -> Answer<InspectionRow> {
    let row: InspectionRow =
        serde_json::from_str(&found.record.body).map_err(|_| DbError::Damaged("inspection".into()))?;
    Ok(InspectionRow { unit_name: names.unit(&row.unit), blobs: found.blobs, blobs_stored: found.blobs_stored, ..row })
}

#[utoipa::path(get, path = "/api/inspections", params(InspectionAsk), responses((status = 200, body = InspectionPage)))]
pub(super) async fn list(
    State(hq): State<Arc<Hq>>,
    caller: Caller,
    Query(ask): Query<InspectionAsk>,
) -> Answer<Response> {
    let limit = page_size(ask.limit);
    let inspector = caller.user.role == Role::Inspector;
    let own = caller.unit_filter().filter(|_| !inspector);
    if own.zip(ask.unit.as_ref()).is_some_and(|(own, asked)| own != asked) {
        return Ok(json(StatusCode::OK, &InspectionPage { rows: Vec::new(), next: None }));
    }
    let filled = |text: Option<String>| text.map(|t| t.trim().to_owned()).filter(|t| !t.is_empty());
    let query = InspectionQuery {
        unit: own.cloned().or(ask.unit),
        member: inspector.then(|| caller.user.user.clone()),
        state: ask.state,
        serious: ask.serious == Some(true),
        firm: None,
        kind: None,
        conclusion: filled(ask.conclusion),
        from: filled(ask.from),
        to: filled(ask.to),
        text: filled(ask.text),
        after: filled(ask.after),
        limit: limit + 1,
    };
    let mut found = hq.db.inspections(&query).await?;
    let more = found.len() > limit as usize;
    found.truncate(limit as usize);
    let next = found.last().filter(|_| more).map(|f| format!("{} {}", f.record.day, f.record.inspection));
    let names = Names::load(&hq).await?;
    let rows = found.iter().map(|f| row(f, &names)).collect::<Answer<_>>()?;
    Ok(json(StatusCode::OK, &InspectionPage { rows, next }))
}

/// The inspection, if it is the caller's to see.
pub(super) async fn in_scope(hq: &Hq, caller: &Caller, inspection: &str) -> Answer<InspectionFound> {
    let unknown = || Refusal::not_found("inspection.unknown");
    let id: InspectionId = named(inspection, "inspection.unknown")?;
    let found = hq.db.inspection(&id).await?.ok_or_else(unknown)?;
    let team = hq.db.team(&id).await?;
    if caller.sees(&found.record.unit, &team) { Ok(found) } else { Err(unknown()) }
}

impl Hq {
    /// Folds an inspection from its stored entries.
    pub(crate) async fn folded(&self, id: &InspectionId) -> Answer<(Folded, Vec<Arrival>)> {
        let mut arrivals = Vec::new();
        for stored in self.db.inspection_log(id, 0, u32::MAX).await? {
            arrivals.push(reopen(stored)?);
        }
        let task = match self.db.inspection(id).await?.and_then(|f| f.record.task) {
            Some(task) => self.db.task(&task).await?,
            None => None,
        };
        let assignees = |asked: &TaskId, before: u64| -> Vec<UserId> {
            let given = task.as_ref().filter(|t| t.task == *asked && t.log_index < before);
            given.map(|t| t.assignees.clone()).unwrap_or_default()
        };
        let folded = fold(id, &arrivals, assignees);
        Ok((folded, arrivals))
    }

    /// Bytes of an object, up to `most`.
    pub(crate) async fn object(self: &Arc<Self>, sha256: BlobHash, most: u64) -> Answer<Option<Vec<u8>>> {
        let objects = Arc::clone(&self.objects);
        let read = self.blocking.run(move || match objects.size(&sha256)? {
            Some(size) if size <= most => {
                let mut bytes = Vec::new();
                objects.open(&sha256)?.take(most).read_to_end(&mut bytes)?;
                // Another than its name says is as good as none.
                Ok((BlobHash::digest(&[&bytes]) == sha256).then_some(bytes))
            }
            _ => Ok(None),
        });
        Ok(read.await?)
    }
}

#[utoipa::path(get, path = "/api/inspections/{inspection}", params(("inspection" = String, Path)),
    responses((status = 200, body = InspectionDetail)))]
pub(super) async fn one(State(hq): State<Arc<Hq>>, caller: Caller, Path(inspection): Path<String>) -> Answer<Response> {
    let found = in_scope(&hq, &caller, &inspection).await?;
    let detail = Detail::load(&hq, &found).await?;
    Ok(json(StatusCode::OK, &detail.view()?))
}

/// Largest manifest read into memory.
pub(crate) const MAX_MANIFEST: u64 = 16 * 1024 * 1024;

#[utoipa::path(get, path = "/api/inspections/{inspection}/record", params(("inspection" = String, Path)),
    responses((status = 200, body = RecordText)))]
pub(super) async fn record(
    State(hq): State<Arc<Hq>>,
    caller: Caller,
    Path(inspection): Path<String>,
) -> Answer<Response> {
    let found = in_scope(&hq, &caller, &inspection).await?;
    let (folded, _) = hq.folded(&found.record.inspection).await?;
    let none = || Refusal::not_found("record.none");
    let seal = folded.state.seal().ok_or_else(none)?;
    let proposed = &seal.proposal.value;
    let sealed = seal.is_sealed();
    // Only what somebody of this inspection delivered is shown: the hash alone proves nothing.
    let blobs = hq.db.blobs_of(&found.record.inspection).await?;
    let delivered = blobs.iter().any(|(b, here)| b.sha256 == proposed.manifest && *here);
    let bytes = if delivered { hq.object(proposed.manifest, MAX_MANIFEST).await? } else { None };
    let bytes = bytes.ok_or_else(|| Refusal::later(StatusCode::NOT_FOUND, "record.not_here"))?;
    let manifest: SealManifest = serde_json::from_slice(&bytes).map_err(|_| none())?;
    let sha256 = Digest::digest(&[manifest.record.as_bytes()]);
    let matches_seal = sha256 == proposed.record_sha256 && BlobHash::digest(&[&bytes]) == proposed.manifest;
    Ok(json(StatusCode::OK, &RecordText { text: manifest.record, sha256, matches_seal, sealed }))
}

#[utoipa::path(post, path = "/api/inspections/{inspection}/verify", params(("inspection" = String, Path)),
    responses((status = 200, body = VerifyReport)))]
pub(super) async fn verify(
    State(hq): State<Arc<Hq>>,
    caller: Caller,
    Path(inspection): Path<String>,
) -> Answer<Response> {
    let found = in_scope(&hq, &caller, &inspection).await?;
    let report = hq.verify_inspection(&found.record.inspection).await?;
    Ok(json(StatusCode::OK, &report))
}
