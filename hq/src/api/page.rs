//! The dashboard's own files: what `npm run build` put into `ui/dist/hq`, embedded (a debug build reads them from disk).

use axum::extract::Request;
use axum::middleware::Next;
use axum::response::{Html, IntoResponse, Response};
use http::{HeaderName, HeaderValue, Method, StatusCode, header};
use rust_embed::RustEmbed;

use crate::refusal::Refusal;

#[derive(RustEmbed)]
#[folder = "../ui/dist/hq/"]
struct Files;

/// No script but our own, no frame around us, nothing from elsewhere. Element Plus sets style attributes, hence
/// `unsafe-inline` for styles only.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: \
    blob:; font-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

const ABSENT: &str = "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>Xuncha HQ</title>\
    <h1>The page is not built</h1><p>This xuncha-hq was built without its page. Run <code>npm ci &amp;&amp; npm run \
    build</code> in <code>ui/</code> and build xuncha-hq again. The API answers under <code>/api</code>.</p></html>";

/// A file of the page; any path the page itself resolves gets its index.
pub(super) async fn serve(request: Request) -> Response {
    if request.method() != Method::GET && request.method() != Method::HEAD {
        return Refusal::never(StatusCode::METHOD_NOT_ALLOWED, "method.unknown").into_response();
    }
    let path = request.uri().path().trim_start_matches('/');
    if let Some(file) = Files::get(path).filter(|_| !path.is_empty()) {
        // Vite puts a hash into the names of assets: what is behind such a name never changes.
        let cache = if path.starts_with("assets/") { "public, max-age=31536000, immutable" } else { "no-cache" };
        let kind = file.metadata.mimetype().to_owned();
        return ([(header::CONTENT_TYPE, kind), (header::CACHE_CONTROL, cache.to_owned())], file.data).into_response();
    }
    if path.starts_with("assets/") {
        return Refusal::not_found("route.unknown").into_response();
    }
    match Files::get("index.html") {
        Some(index) => {
            let headers = [(header::CONTENT_TYPE, "text/html; charset=utf-8"), (header::CACHE_CONTROL, "no-cache")];
            (headers, index.data).into_response()
        }
        None => (StatusCode::NOT_FOUND, Html(ABSENT)).into_response(),
    }
}

/// Headers of every answer; a handler's own stricter policy stays.
pub(super) async fn headers(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    for (name, value) in [
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::X_FRAME_OPTIONS, "DENY"),
        (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
        (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
        (HeaderName::from_static("permissions-policy"), "camera=(), geolocation=(), microphone=()"),
    ] {
        headers.entry(name).or_insert(HeaderValue::from_static(value));
    }
    response
}
