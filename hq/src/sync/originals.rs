//! Beside the steps: an original goes back to a phone that let it go, or to a colleague's.

use std::sync::Arc;

use axum::extract::{Path, Query, State};
use axum::response::Response;
use http::{HeaderMap, HeaderValue, header};
use serde::Deserialize;
use xuncha_core::ids::{BlobHash, InspectionId};

use super::pull::view;
use super::session::Device;
use crate::hq::Hq;
use crate::http::file;
use crate::outgoing::Kind;
use crate::refusal::{Answer, Refusal};

/// Which inspection it is asked for in.
#[derive(Deserialize)]
pub(super) struct Asked {
    inspection: String,
}

/// `GET /v1/originals/{sha256}?inspection=…`, whole or by range: only what an effective entry of an inspection of the device's
/// people names (I11). Anything else does not exist.
pub(super) async fn original(
    State(hq): State<Arc<Hq>>,
    device: Device,
    Path(sha256): Path<String>,
    Query(asked): Query<Asked>,
    headers: HeaderMap,
) -> Answer<Response> {
    let unknown = || Refusal::not_found("original.unknown");
    let sha256: BlobHash = sha256.parse().map_err(|_| unknown())?;
    let inspection: InspectionId = asked.inspection.parse().map_err(|_| unknown())?;
    let (view, _) = view(&hq, &device).await?;
    if view.inspections(&hq, std::slice::from_ref(&inspection)).await?.is_empty() {
        return Err(unknown());
    }
    let named = hq.db.blobs_of(&inspection).await?.into_iter().any(|(blob, here)| here && blob.sha256 == sha256);
    if !named {
        return Err(unknown());
    }
    let (opened, size) = hq.whole(sha256, Kind::Original, &headers).await?.ok_or_else(unknown)?;
    let mut response = file(opened, size, &headers, hq.blocking)?;
    let out = response.headers_mut();
    out.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/octet-stream"));
    out.insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-store"));
    Ok(response)
}
