use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::Response;
use http::StatusCode;
use serde::Deserialize;
use utoipa::IntoParams;

use super::gate::{Query, page_size};
use super::inspections::in_scope;
use super::people::Names;
use super::types::{TimelinePage, TimelineRow};
use crate::auth::Caller;
use crate::db::DbError;
use crate::hq::Hq;
use crate::http::json;
use crate::refusal::{Answer, Refusal};

/// What entries are asked for by.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct TimelineQuery {
    /// Key of the page before.
    after: Option<String>,
    /// Rows, 1–200.
    limit: Option<u32>,
}

#[utoipa::path(get, path = "/api/inspections/{inspection}/timeline", params(("inspection" = String, Path), TimelineQuery),
    responses((status = 200, body = TimelinePage)))]
pub(super) async fn list(
    State(hq): State<Arc<Hq>>,
    caller: Caller,
    Path(inspection): Path<String>,
    Query(query): Query<TimelineQuery>,
) -> Answer<Response> {
    let found = in_scope(&hq, &caller, &inspection).await?;
    let limit = page_size(query.limit);
    let bad = || Refusal::never(StatusCode::BAD_REQUEST, "query.invalid");
    let after = query.after.as_deref().map_or(Ok(0), str::parse).map_err(|_| bad())?;
    let mut stored = hq.db.inspection_log(&found.record.inspection, after, limit + 1).await?;
    let more = stored.len() > limit as usize;
    stored.truncate(limit as usize);
    let next = stored.last().filter(|_| more).map(|e| e.log_index.to_string());
    let names = Names::load(&hq).await?;
    let mut rows = Vec::new();
    for e in stored {
        let entry = e.open()?;
        let Some(payload) = entry.payload else { continue };
        let feed = hq.db.feed(&entry.header.feed).await?;
        let device = feed.map(|f| f.key.device).ok_or(DbError::Damaged("feed".into()))?;
        rows.push(TimelineRow {
            log_index: e.log_index,
            entry: entry.id,
            feed: entry.header.feed,
            seq: entry.header.seq,
            lamport: entry.header.lamport,
            kind: payload.kind,
            actor_name: names.user(&payload.actor),
            actor: payload.actor,
            device,
            wall: payload.time.wall,
            received: e.received,
            inert: e.inert,
            blobs: u32::try_from(payload.blobs.len()).unwrap_or(u32::MAX),
            body: serde_json::from_str(payload.body.get()).unwrap_or_default(),
        });
    }
    Ok(json(StatusCode::OK, &TimelinePage { rows, next }))
}
