use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::Response;
use http::StatusCode;
use serde::Deserialize;
use utoipa::IntoParams;
use xuncha_core::firm::{FindingState, FirmRecord};
use xuncha_core::ids::FirmId;

use super::gate::{Query, filled, named, page_size};
use super::people::Names;
use super::standing::docket;
use super::types::{FirmDetail, FirmPage, FirmPut, FirmRow};
use crate::auth::Caller;
use crate::db::FirmRecordRow;
use crate::hq::Hq;
use crate::http::{Json, json};
use crate::refusal::{Answer, Refusal};

/// What firms are asked for by.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct FirmQuery {
    /// Part of a name or of the credit code.
    text: Option<String>,
    /// Key of the page before.
    after: Option<String>,
    /// Rows, 1–200.
    limit: Option<u32>,
}

pub(super) fn record(row: &FirmRecordRow) -> Answer<FirmRecord> {
    serde_json::from_str(&row.record).map_err(|_| crate::db::DbError::Damaged("firm".into()).into())
}

#[utoipa::path(get, path = "/api/firms", params(FirmQuery), responses((status = 200, body = FirmPage)))]
pub(super) async fn list(
    State(hq): State<Arc<Hq>>,
    caller: Caller,
    Query(query): Query<FirmQuery>,
) -> Answer<Response> {
    let limit = page_size(query.limit);
    let text = query.text.as_deref().map(str::trim).filter(|t| !t.is_empty());
    let mut found = hq.db.firms(caller.unit_filter(), text, query.after.as_deref(), limit + 1).await?;
    let more = found.len() > limit as usize;
    found.truncate(limit as usize);
    let next = found.last().filter(|_| more).map(|f| f.firm.to_string());
    let acts = hq.db.firm_acts(None).await?;
    let mut rows = Vec::new();
    for firm in found {
        let suspended = docket(acts.iter().filter(|a| a.firm == firm.firm)).suspension().is_some();
        let r = record(&firm)?;
        let open = r.findings.iter().filter(|f| f.state != FindingState::Closed).count();
        rows.push(FirmRow {
            firm: firm.firm,
            name: r.name,
            uscc: r.uscc,
            address: r.address,
            grade: r.grade,
            unit: firm.unit,
            open_findings: u32::try_from(open).unwrap_or(u32::MAX),
            suspended,
        });
    }
    Ok(json(StatusCode::OK, &FirmPage { rows, next }))
}

/// The firm, if it is the caller's to see.
pub(super) async fn in_scope(hq: &Hq, caller: &Caller, firm: &FirmId) -> Answer<FirmRecordRow> {
    let found = hq.db.firm(firm).await?.filter(|f| caller.has_unit(&f.unit));
    found.ok_or_else(|| Refusal::not_found("firm.unknown"))
}

#[utoipa::path(get, path = "/api/firms/{firm}", params(("firm" = String, Path)),
    responses((status = 200, body = FirmDetail)))]
pub(super) async fn one(State(hq): State<Arc<Hq>>, caller: Caller, Path(firm): Path<String>) -> Answer<Response> {
    let firm = in_scope(&hq, &caller, &named(&firm, "firm.unknown")?).await?;
    Ok(json(StatusCode::OK, &detail(&hq, &firm).await?))
}

pub(super) async fn detail(hq: &Arc<Hq>, firm: &FirmRecordRow) -> Answer<FirmDetail> {
    let names = Names::load(hq).await?;
    let standing = hq.standing(&firm.firm, &names).await?;
    Ok(FirmDetail {
        unit: firm.unit.clone(),
        unit_name: names.unit(&firm.unit),
        record: FirmRecord { suspended: standing.suspended.clone(), ..record(firm)? },
        standing,
    })
}

#[utoipa::path(put, path = "/api/firms/{firm}", params(("firm" = String, Path)), request_body = FirmPut,
    responses((status = 200, body = FirmDetail)))]
pub(super) async fn put(
    State(hq): State<Arc<Hq>>,
    caller: Caller,
    Path(firm): Path<String>,
    Json(ask): Json<FirmPut>,
) -> Answer<Response> {
    let firm: FirmId = named(&firm, "firm.unknown")?;
    caller.must_have_unit(&ask.unit)?;
    if hq.db.firm(&firm).await?.is_some() {
        in_scope(&hq, &caller, &firm).await?;
    }
    let stored = hq.put_firm(&firm, ask).await?;
    Ok(json(StatusCode::OK, &detail(&hq, &stored).await?))
}

impl Hq {
    /// Enters a firm into the register or replaces its record.
    pub async fn put_firm(&self, firm: &FirmId, put: FirmPut) -> Answer<FirmRecordRow> {
        // What is ordered stands in HQ's feed and nowhere else.
        let record = FirmRecord { suspended: None, ..put.record };
        if record.id.as_ref() != Some(firm) {
            return Err(Refusal::unprocessable("firm.id"));
        }
        filled(&record.name, "name", 200)?;
        if !self.db.units().await?.iter().any(|u| u.unit == put.unit) {
            return Err(Refusal::unprocessable("unit.unknown"));
        }
        let search = [&record.name, &record.short_name, &record.uscc].map(String::as_str).join("\n").to_lowercase();
        let text = serde_json::to_string(&record).map_err(|_| Refusal::unprocessable("body.shape"))?;
        let row = FirmRecordRow { firm: firm.clone(), unit: put.unit, search, record: text };
        self.db.put_firm(&row).await?;
        Ok(row)
    }
}
