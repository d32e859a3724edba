//! Originals at full size. What is served as a picture was judged from its first bytes here, whatever the phone said;
//! anything else is a download. Nothing a phone sent can run in the page: no sniffing, own sandbox, never HTML or SVG.

use std::io::{Read as _, Seek as _, SeekFrom};
use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::Response;
use http::{HeaderMap, HeaderValue, header};
use serde::Deserialize;
use utoipa::IntoParams;
use xuncha_core::ids::{BlobHash, InspectionId};

use super::gate::{Query, named};
use super::inspections::in_scope;
use crate::auth::Caller;
use crate::hq::Hq;
use crate::http::file;
use crate::outgoing::Kind;
use crate::refusal::{Answer, Refusal};

/// Which inspection the blob is asked for in.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct BlobQuery {
    /// The inspection; the caller must see it.
    #[param(value_type = String)]
    inspection: InspectionId,
}

#[utoipa::path(get, path = "/api/blobs/{sha256}", params(("sha256" = String, Path), BlobQuery),
    responses((status = 200, content_type = "application/octet-stream", body = Vec<u8>),
              (status = 206, content_type = "application/octet-stream", body = Vec<u8>)))]
pub(super) async fn bytes(
    State(hq): State<Arc<Hq>>,
    caller: Caller,
    Path(sha256): Path<String>,
    Query(query): Query<BlobQuery>,
    headers: HeaderMap,
) -> Answer<Response> {
    let unknown = || Refusal::not_found("blob.unknown");
    let sha256: BlobHash = named(&sha256, "blob.unknown")?;
    let found = in_scope(&hq, &caller, query.inspection.as_str()).await?;
    let blobs = hq.db.blobs_of(&found.record.inspection).await?;
    blobs.iter().find(|(b, here)| b.sha256 == sha256 && *here).ok_or_else(unknown)?;
    let (mut opened, size) = hq.whole(sha256, Kind::Original, &headers).await?.ok_or_else(unknown)?;
    let looked = hq.blocking.run(move || {
        let mut first = Vec::new();
        opened.seek(SeekFrom::Start(0))?;
        (&mut opened).take(16).read_to_end(&mut first)?;
        Ok((opened, picture(&first)))
    });
    let (opened, kind) = looked.await?;
    let mut response = file(opened, size, &headers, hq.blocking)?;
    let out = response.headers_mut();
    out.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind.unwrap_or("application/octet-stream")));
    let how = if kind.is_some() { "inline" } else { "attachment" };
    out.extend(
        HeaderValue::from_str(&format!("{how}; filename=\"{}\"", sha256.short()))
            .map(|v| (header::CONTENT_DISPOSITION, v)),
    );
    out.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static("default-src 'none'; sandbox"));
    // The bytes behind this address never change, but whoever signs out must not leave them behind on a shared machine.
    out.insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-store"));
    Ok(response)
}

/// Pictures a browser may show inline, by their first bytes.
fn picture(first: &[u8]) -> Option<&'static str> {
    match first {
        [0xff, 0xd8, 0xff, ..] => Some("image/jpeg"),
        [0x89, b'P', b'N', b'G', 0x0d, 0x0a, 0x1a, 0x0a, ..] => Some("image/png"),
        [_, _, _, _, b'f', b't', b'y', b'p', b'h', b'e', b'i' | b'v', b'c' | b'x', ..] => Some("image/heic"),
        [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => Some("image/webp"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_pictures_are_shown_whatever_the_phone_called_them() {
        assert_eq!(picture(b"\xff\xd8\xff\xe0rest"), Some("image/jpeg"));
        assert_eq!(picture(b"\x89PNG\r\n\x1a\nrest"), Some("image/png"));
        for text in ["<svg xmlns=", "<!doctype html>", "GIF89a", ""] {
            assert_eq!(picture(text.as_bytes()), None, "{text}");
        }
    }
}
