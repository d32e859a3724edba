//! The phone's pages in a plain browser, with the real engine behind them: for axe, for screenshots, for work on the pages.
//!
//! What it is: the shell's one command, one event and one scheme, as HTTP on loopback. What it is not: a way to use the app
//! from elsewhere. It listens on loopback only and answers no page but its own: whoever can open it holds the phone.

use std::convert::Infallible;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;

use anyhow::Result;
use axum::Json;
use axum::Router;
use axum::extract::{Path, RawQuery, Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse as _, Redirect, Response};
use axum::routing::{get, post};
use futures::{Stream, StreamExt as _};
use serde::Deserialize;
use tokio::net::TcpListener;
use tokio::sync::broadcast::error::RecvError;
use xuncha_core::Failure;
use xuncha_device::app::{Device, Happening};

/// A running bridge. Dropped, it stops.
pub struct Bridge {
    address: SocketAddr,
    server: tokio::task::JoinHandle<()>,
}

impl Bridge {
    /// Serves `ui/dist/field` and `device` on a loopback port; 0: any free one.
    pub async fn start(device: Device, port: u16) -> Result<Self> {
        Self::over(Ok(device), port).await
    }

    /// As [`Bridge::start`], where the engine may not have opened: the page says why, as the app's window does.
    pub async fn over(device: Result<Device, Failure>, port: u16) -> Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await?;
        let address = listener.local_addr()?;
        let router = router(device, crate::repository().join("ui/dist/field"), address);
        let server = tokio::spawn(async move {
            if let Err(error) = axum::serve(listener, router).await {
                tracing::error!(%error, "the bridge broke off");
            }
        });
        Ok(Self { address, server })
    }

    /// Where the phone's first page is.
    pub fn url(&self) -> String {
        format!("http://{}/field/", self.address)
    }

    /// Serves until the task is stopped from outside.
    pub async fn serve(mut self) {
        // Ends only by a panic inside; then there is nothing left to serve either.
        let _ = (&mut self.server).await;
    }
}

impl Drop for Bridge {
    fn drop(&mut self) {
        self.server.abort();
    }
}

#[derive(Clone)]
struct Phone {
    device: Result<Device, Failure>,
    pages: PathBuf,
}

#[derive(Deserialize)]
struct Call {
    verb: String,
    args: serde_json::Value,
}

fn router(device: Result<Device, Failure>, pages: PathBuf, address: SocketAddr) -> Router {
    Router::new()
        .route("/", get(|| async { Redirect::temporary("/field/") }))
        .route("/field/", get(first_page))
        .route("/field/{*path}", get(page))
        .route("/bridge/call", post(call))
        .route("/bridge/happenings", get(happenings))
        .route("/bridge/photo/{*path}", get(photo))
        // A slice is 512 KiB of bytes as base64.
        .layer(axum::extract::DefaultBodyLimit::max(4 << 20))
        .layer(from_fn_with_state(address, own_pages_only))
        .with_state(Phone { device, pages })
}

/// Another page in the same browser must not reach the engine: not by a foreign name that leads to loopback, not by a form.
async fn own_pages_only(State(address): State<SocketAddr>, request: Request, next: Next) -> Response {
    if is_own(request.headers(), address) { next.run(request).await } else { StatusCode::FORBIDDEN.into_response() }
}

fn is_own(headers: &HeaderMap, address: SocketAddr) -> bool {
    let told = |name| headers.get(name).and_then(|value| value.to_str().ok());
    let origin = told(header::ORIGIN).is_none_or(|origin| origin == format!("http://{address}"));
    origin && told(header::HOST) == Some(address.to_string().as_str())
}

async fn call(State(phone): State<Phone>, Json(call): Json<Call>) -> Response {
    let answer = match phone.device {
        Ok(device) => device.call(&call.verb, call.args).await,
        Err(failure) => Err(failure),
    };
    match answer {
        Ok(reply) => Json(reply).into_response(),
        Err(failure) => (StatusCode::UNPROCESSABLE_ENTITY, Json(failure)).into_response(),
    }
}

async fn happenings(State(phone): State<Phone>) -> Sse<impl Stream<Item = Result<Event, Infallible>>> {
    // Without an engine nothing happens.
    let heard = futures::stream::unfold(phone.device.ok().map(|d| d.happenings()), |happenings| async move {
        let mut happenings = happenings?;
        let heard = match happenings.recv().await {
            Ok(happening) => happening,
            Err(RecvError::Lagged(_)) => Happening::Today,
            Err(RecvError::Closed) => return None,
        };
        Some((heard, Some(happenings)))
    });
    let events = heard.map(|happening| Ok(Event::default().json_data(&happening).unwrap_or_default()));
    Sse::new(events).keep_alive(KeepAlive::default())
}

async fn photo(State(phone): State<Phone>, Path(path): Path<String>, RawQuery(query): RawQuery) -> Response {
    let wanted = query.map_or_else(|| path.clone(), |query| format!("{path}?{query}"));
    let picture = tokio::task::spawn_blocking(move || phone.device?.photo(&wanted)).await;
    match picture {
        Ok(Ok(picture)) => {
            ([(header::CONTENT_TYPE, picture.mime), (header::CACHE_CONTROL, "no-store")], picture.bytes).into_response()
        }
        Ok(Err(failure)) => (StatusCode::FORBIDDEN, Json(failure)).into_response(),
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

async fn first_page(state: State<Phone>) -> Response {
    page(state, Path("index.html".to_owned())).await
}

async fn page(State(phone): State<Phone>, Path(path): Path<String>) -> Response {
    // The folder is flat enough that a name with a way out of it can only be an attack.
    if path.split('/').any(|part| part.is_empty() || part.starts_with('.')) {
        return StatusCode::NOT_FOUND.into_response();
    }
    let mime = match path.rsplit('.').next() {
        Some("html") => "text/html; charset=utf-8",
        Some("js") => "text/javascript",
        Some("css") => "text/css",
        Some("svg") => "image/svg+xml",
        Some("woff2") => "font/woff2",
        _ => "application/octet-stream",
    };
    match tokio::fs::read(phone.pages.join(path)).await {
        Ok(bytes) => ([(header::CONTENT_TYPE, mime), (header::CACHE_CONTROL, "no-cache")], bytes).into_response(),
        Err(_) => StatusCode::NOT_FOUND.into_response(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use xuncha_device::app::Config;

    async fn bridge(folder: &std::path::Path) -> (Bridge, reqwest::Client) {
        crate::install_cipher_suite();
        let device = Device::open(Config::product(folder.to_owned())).unwrap();
        (Bridge::start(device, 0).await.unwrap(), reqwest::Client::builder().no_proxy().build().unwrap())
    }

    #[tokio::test]
    async fn a_verb_is_answered_and_a_refusal_carries_its_code() {
        let folder = tempfile::tempdir().unwrap();
        let (bridge, http) = bridge(folder.path()).await;
        let url = format!("http://{}/bridge/call", bridge.address);
        let ask = |verb: &str, args: serde_json::Value| {
            http.post(&url).json(&serde_json::json!({ "verb": verb, "args": args })).send()
        };
        let status: serde_json::Value = ask("status", serde_json::json!({})).await.unwrap().json().await.unwrap();
        assert_eq!(status["state"], "not_enrolled");
        let refused = ask("today", serde_json::json!({ "here": null })).await.unwrap();
        assert_eq!(refused.status(), 422);
        let failure: xuncha_core::Failure = refused.json().await.unwrap();
        assert_eq!(failure.code, "app.locked");
    }

    #[tokio::test]
    async fn a_second_process_on_the_same_folder_gets_a_page_that_says_so_and_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        let (_first, http) = bridge(folder.path()).await;
        let second = Device::open(Config::product(folder.path().to_owned()));
        let bridge = Bridge::over(second, 0).await.unwrap();
        let url = format!("http://{}/bridge/", bridge.address);
        let body = serde_json::json!({ "verb": "status", "args": {} });
        let refused = http.post(format!("{url}call")).json(&body).send().await.unwrap();
        assert_eq!(refused.status(), 422);
        assert_eq!(refused.json::<xuncha_core::Failure>().await.unwrap().code, "disk.in_use");
        assert_eq!(http.get(format!("{url}photo/thumb/00")).send().await.unwrap().status(), 403);
        assert_eq!(http.get(format!("{url}happenings")).send().await.unwrap().text().await.unwrap(), "");
    }

    #[tokio::test]
    async fn a_foreign_page_and_a_foreign_name_are_refused() {
        let folder = tempfile::tempdir().unwrap();
        let (bridge, http) = bridge(folder.path()).await;
        let url = format!("http://{}/bridge/call", bridge.address);
        let body = serde_json::json!({ "verb": "status", "args": {} });
        let foreign = http.post(&url).header("Origin", "http://evil.example").json(&body).send().await.unwrap();
        assert_eq!(foreign.status(), 403);
        let renamed = http.post(&url).header("Host", "evil.example").json(&body).send().await.unwrap();
        assert_eq!(renamed.status(), 403);
        let locked = http.get(format!("http://{}/bridge/photo/thumb/00", bridge.address)).send().await.unwrap();
        assert_eq!(locked.status(), 403);
    }
}
