//! What both listeners share: bodies within limits, time limits, answers for what does not exist, ranges.

use std::io::SeekFrom;
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::extract::{FromRequest, Request};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, HeaderValue, StatusCode, header};
use http_body_util::BodyExt as _;
use serde::de::DeserializeOwned;

use crate::blocking::Blocking;
use crate::objects::{CHUNK, Original};
use crate::refusal::{Answer, Refusal};

/// Bytes of a JSON request. A task with a whole firm record fits; see `feed::limits::MAX_PAYLOAD`.
pub const MAX_JSON: usize = 256 * 1024;

/// How long a body that is read as a whole may take.
const BODY_TIME: Duration = Duration::from_secs(60);

/// Bytes and time for what a refused request still sends.
const MAX_REST: usize = 8 * 1024 * 1024;
const REST_TIME: Duration = Duration::from_secs(10);

/// A JSON body of the right type and within [`MAX_JSON`].
pub struct Json<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Json<T> {
    type Rejection = Refusal;
    async fn from_request(request: Request, _: &S) -> Answer<Self> {
        let kind = request.headers().get(header::CONTENT_TYPE).and_then(|v| v.to_str().ok()).unwrap_or_default();
        if !kind.split(';').next().unwrap_or_default().trim().eq_ignore_ascii_case("application/json") {
            return Err(Refusal::never(StatusCode::UNSUPPORTED_MEDIA_TYPE, "body.media_type"));
        }
        let bytes = whole_body(request.into_body(), MAX_JSON).await?;
        let bad = |e: String| Refusal::never(StatusCode::BAD_REQUEST, "body.json").with("problem", e);
        xuncha_core::json::check(&bytes).map_err(|e| bad(e.to_string()))?;
        serde_json::from_slice(&bytes).map(Json).map_err(|e| match e.classify() {
            serde_json::error::Category::Data => {
                Refusal::never(StatusCode::UNPROCESSABLE_ENTITY, "body.shape").with("problem", shape_of(&e))
            }
            _ => bad(shape_of(&e)),
        })
    }
}

/// Where a JSON error lies and of what kind it is; never the value, which may be personal or a secret.
fn shape_of(e: &serde_json::Error) -> String {
    let text = e.to_string();
    let known = ["missing field", "unknown field", "unknown variant", "duplicate field", "invalid type"];
    let kind = known.iter().find(|k| text.starts_with(**k)).unwrap_or(&"invalid value");
    let field = text.split('`').nth(1).filter(|_| text.starts_with("missing field")).unwrap_or_default();
    format!("{kind} {field} at line {} column {}", e.line(), e.column()).replace("  ", " ")
}

/// The whole body, or a refusal as soon as it is longer than `limit` or takes longer than [`BODY_TIME`].
pub async fn whole_body(body: Body, limit: usize) -> Answer<Bytes> {
    let whole = tokio::time::timeout(BODY_TIME, axum::body::to_bytes(body, limit)).await;
    let whole = whole.map_err(|_| Refusal::later(StatusCode::REQUEST_TIMEOUT, "request.slow"))?;
    whole.map_err(|e| {
        let mut cause: Option<&(dyn std::error::Error + 'static)> = Some(&e);
        while let Some(error) = cause {
            if error.is::<http_body_util::LengthLimitError>() {
                return Refusal::never(StatusCode::PAYLOAD_TOO_LARGE, "body.too_large").with("limit", limit);
            }
            cause = error.source();
        }
        Refusal::later(StatusCode::BAD_REQUEST, "body.cut")
    })
}

/// Takes what a request that is refused still sends, within bounds, and throws it away: whoever is cut off while sending hears a
/// broken connection and not the reason.
pub async fn let_out(mut body: Body) {
    let rest = async {
        let mut took = 0;
        while took < MAX_REST
            && let Some(Ok(frame)) = body.frame().await
        {
            took += frame.data_ref().map_or(0, Bytes::len);
        }
    };
    // Whoever sends more or more slowly hears what he hears.
    let _ = tokio::time::timeout(REST_TIME, rest).await;
}

/// Ends a request that takes longer than it may, and logs what was asked: the route's pattern, never its parameters.
pub async fn guard(limit: Duration, request: Request, next: Next) -> Response {
    let pattern = request.extensions().get::<axum::extract::MatchedPath>().map(|p| p.as_str().to_owned());
    let method = request.method().clone();
    let begun = std::time::Instant::now();
    let response = match tokio::time::timeout(limit, next.run(request)).await {
        Ok(response) => response,
        Err(_) => Refusal::later(StatusCode::REQUEST_TIMEOUT, "request.slow").into_response(),
    };
    let ms = u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX);
    tracing::info!(%method, route = pattern.as_deref().unwrap_or("-"), status = response.status().as_u16(), ms);
    response
}

/// No such route.
pub async fn no_route() -> Refusal {
    Refusal::not_found("route.unknown")
}

/// The route is there, this method is not.
pub async fn no_method() -> Refusal {
    Refusal::never(StatusCode::METHOD_NOT_ALLOWED, "method.unknown")
}

/// A JSON answer that no cache keeps.
pub fn json<T: serde::Serialize>(status: StatusCode, value: &T) -> Response {
    match serde_json::to_vec(value) {
        Ok(body) => {
            let headers = [(header::CONTENT_TYPE, "application/json"), (header::CACHE_CONTROL, "no-store")];
            (status, headers, body).into_response()
        }
        Err(_) => Refusal::never(StatusCode::INTERNAL_SERVER_ERROR, "hq.json").into_response(),
    }
}

/// The part of `size` bytes a request asks for: start and length. `None`: all of it. RFC 9110 §14, one range only; a
/// header this does not understand is ignored, as the RFC allows.
pub fn range(headers: &HeaderMap, size: u64) -> Answer<Option<(u64, u64)>> {
    let Some(spec) = headers.get(header::RANGE).and_then(|v| v.to_str().ok()).and_then(|v| v.strip_prefix("bytes="))
    else {
        return Ok(None);
    };
    let Some((from, to)) = spec.split_once('-').filter(|_| !spec.contains(',')) else { return Ok(None) };
    let (start, end) = match (from.trim().parse::<u64>().ok(), to.trim().parse::<u64>().ok()) {
        (Some(start), None) if to.trim().is_empty() => (start, size),
        (Some(start), Some(last)) if last >= start => (start, last.saturating_add(1).min(size)),
        (None, Some(tail)) if from.trim().is_empty() && tail > 0 => (size.saturating_sub(tail), size),
        _ => return Ok(None),
    };
    if start >= size {
        let refusal = Refusal::never(StatusCode::RANGE_NOT_SATISFIABLE, "range.outside").with("size", size);
        return Err(refusal);
    }
    Ok(Some((start, end - start)))
}

/// Answers with an object or the range of it that is asked for, streamed.
pub fn file(mut file: Box<dyn Original>, size: u64, headers: &HeaderMap, blocking: Blocking) -> Answer<Response> {
    let part = range(headers, size)?;
    let (start, length) = part.unwrap_or((0, size));
    file.seek(SeekFrom::Start(start))?;
    // One chunk at a time, read when the one before it was taken: a reader that goes away costs nothing more.
    let stream = futures::stream::try_unfold((file, length), move |(mut file, left)| async move {
        if left == 0 {
            return Ok(None);
        }
        let read = blocking.run(move || {
            let mut chunk = vec![0; usize::try_from(left).unwrap_or(CHUNK).min(CHUNK)];
            file.read_exact(&mut chunk)?;
            Ok((Bytes::from(chunk), file))
        });
        let (chunk, file) = read.await?;
        let left = left - chunk.len() as u64;
        Ok::<_, std::io::Error>(Some((chunk, (file, left))))
    });
    let mut response = Body::from_stream(stream).into_response();
    let out = response.headers_mut();
    out.insert(header::CONTENT_LENGTH, HeaderValue::from(length));
    out.insert(header::ACCEPT_RANGES, HeaderValue::from_static("bytes"));
    if part.is_some() {
        let text = format!("bytes {start}-{}/{size}", start + length - 1);
        if let Ok(value) = HeaderValue::from_str(&text) {
            out.insert(header::CONTENT_RANGE, value);
        }
        *response.status_mut() = StatusCode::PARTIAL_CONTENT;
    }
    Ok(response)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_range_is_taken_as_the_rfc_says() {
        let ask = |spec: &str| {
            let headers = HeaderMap::from_iter([(header::RANGE, HeaderValue::from_str(spec).unwrap())]);
            range(&headers, 100).map_err(|r| r.status.as_u16())
        };
        assert_eq!(ask("bytes=0-9"), Ok(Some((0, 10))));
        assert_eq!(ask("bytes=90-"), Ok(Some((90, 10))));
        assert_eq!(ask("bytes=-5"), Ok(Some((95, 5))));
        assert_eq!(ask("bytes=50-500"), Ok(Some((50, 50))));
        assert_eq!(ask("bytes=-500"), Ok(Some((0, 100))));
        assert_eq!(ask("bytes=100-"), Err(416));
        for ignored in ["bytes=5-2", "bytes=a-b", "items=0-1", "bytes=0-1,5-6", "bytes=-"] {
            assert_eq!(ask(ignored), Ok(None), "{ignored}");
        }
    }
}
