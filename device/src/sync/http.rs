//! One request, one answer: the wire half of the runner.
//!
//! HTTP/1.1 on purpose: three uploads use three connections, and a lost packet of one does not hold up the others; hyper's
//! HTTP/2 windows would have to be tuned to the same end.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use bytes::Bytes;
use futures::StreamExt as _;
use reqwest::header::{AUTHORIZATION, CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE, LOCATION, RANGE};
use reqwest::{Body, Client, RequestBuilder, Response, StatusCode};
use serde::Serialize;
use serde::de::DeserializeOwned;
use xuncha_core::Failure;
use xuncha_core::protocol::blobs::{CHECKSUM_MISMATCH, OFFSET_MEDIA_TYPE, TUS_VERSION};
use xuncha_core::protocol::problem::Problem;

use super::blobs::{CHECKSUM, GONE, OFFSET, UNREACHABLE};
use super::hello::UPLOADS;
use super::tls::{self, Anchor};

const CONNECT: Duration = Duration::from_secs(10);
/// Nothing moved in either direction for so long: the connection is dead.
const IDLE: Duration = Duration::from_secs(30);
/// A pull page or a list of wanted blobs stays far below.
const MAX_REPLY: usize = 64 * 1024 * 1024;
const WORTH_COMPRESSING: usize = 1024;

/// A connection pool to one HQ.
#[derive(Debug, Clone)]
pub(super) struct Http {
    client: Client,
    /// `https://host:port`, without a slash at the end.
    base: String,
}

/// Bytes of a request's body that left so far.
#[derive(Debug, Clone, Default)]
pub(super) struct Moved(Arc<AtomicU64>);

impl Moved {
    pub fn add(&self, bytes: usize) -> u64 {
        self.0.fetch_add(bytes as u64, Ordering::Relaxed) + bytes as u64
    }
    fn so_far(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

impl Http {
    /// Trusts only this CA, at this address.
    pub fn new(url: &str, anchor: Anchor) -> Result<Self, Failure> {
        let base = url.trim_end_matches('/').to_owned();
        if !base.starts_with("https://") {
            return Err(Failure::never("hq.address"));
        }
        let client = Client::builder()
            .tls_backend_preconfigured(tls::config(anchor)?)
            .https_only(true)
            .http1_only()
            .no_proxy()
            .redirect(reqwest::redirect::Policy::none())
            .connect_timeout(CONNECT)
            .pool_idle_timeout(IDLE)
            .build()
            .map_err(|_| Failure::never("hq.address"))?;
        Ok(Self { client, base })
    }

    /// `POST` JSON, get JSON.
    pub async fn json<A: DeserializeOwned>(
        &self,
        token: Option<&str>,
        path: &str,
        body: &impl Serialize,
    ) -> Result<A, Failure> {
        let bytes = serde_json::to_vec(body).map_err(|_| Failure::never("engine.fault"))?;
        let request = self.client.post(self.url(path)).header(CONTENT_TYPE, "application/json");
        read_json(self.send_whole(request, token, bytes).await?).await
    }

    /// `POST` lines of JSON, compressed where it pays.
    pub async fn lines<A: DeserializeOwned>(
        &self,
        token: Option<&str>,
        path: &str,
        lines: &[impl Serialize],
    ) -> Result<A, Failure> {
        let mut bytes = Vec::new();
        for line in lines {
            serde_json::to_writer(&mut bytes, line).map_err(|_| Failure::never("engine.fault"))?;
            bytes.push(b'\n');
        }
        let mut request = self.client.post(self.url(path)).header(CONTENT_TYPE, "application/x-ndjson");
        if bytes.len() > WORTH_COMPRESSING {
            bytes = zstd::encode_all(bytes.as_slice(), 0).map_err(|_| Failure::never("engine.fault"))?;
            request = request.header(CONTENT_ENCODING, "zstd");
        }
        read_json(self.send_whole(request, token, bytes).await?).await
    }

    /// Part of a pack: at most `len` bytes from `from` on.
    pub async fn part(&self, token: Option<&str>, path: &str, from: u64, len: u64) -> Result<Vec<u8>, Failure> {
        let last = from + len.max(1) - 1;
        let request = self.client.get(self.url(path)).header(RANGE, format!("bytes={from}-{last}"));
        let response = self.send_whole(request, token, Vec::new()).await?;
        let whole = response.status() == StatusCode::OK;
        let bytes = read_body(response).await?;
        // Whoever ignores the range sends all of it.
        let start = if whole { usize::try_from(from).unwrap_or(usize::MAX).min(bytes.len()) } else { 0 };
        let end = start.saturating_add(usize::try_from(len).unwrap_or(usize::MAX)).min(bytes.len());
        Ok(bytes.get(start..end).unwrap_or_default().to_vec())
    }

    /// tus: begins an upload, with its bytes or without. Gives its path and HQ's offset.
    pub async fn create(
        &self,
        token: Option<&str>,
        metadata: String,
        size: u64,
        body: Option<(Body, u64)>,
        moved: &Moved,
    ) -> Result<(String, u64), Failure> {
        let mut request = self.tus(self.client.post(self.url(UPLOADS.trim_end_matches('/'))));
        request = request.header("Upload-Length", size).header("Upload-Metadata", metadata);
        request = match body {
            Some((body, len)) => request.header(CONTENT_TYPE, OFFSET_MEDIA_TYPE).header(CONTENT_LENGTH, len).body(body),
            None => request.header(CONTENT_LENGTH, 0),
        };
        let response = self.watched(request, token, moved).await?;
        let location = response.headers().get(LOCATION).and_then(|l| l.to_str().ok()).unwrap_or_default();
        let path = location.strip_prefix(self.base.as_str()).unwrap_or(location);
        if !path.starts_with(UPLOADS) {
            return Err(Failure::later("hq.answer").with("step", "blobs"));
        }
        // Without the header the creation took no bytes (tus 1.0, creation-with-upload).
        let offset = offset_of(&response).unwrap_or(0);
        Ok((path.to_owned(), offset))
    }

    /// tus: HQ's offset.
    pub async fn offset(&self, token: Option<&str>, path: &str) -> Result<u64, Failure> {
        let request = self.tus(self.client.head(self.url(path)));
        let response = self.watched(request, token, &Moved::default()).await?;
        offset_of(&response).ok_or_else(|| Failure::later("hq.answer").with("step", "blobs"))
    }

    /// tus: appends. Gives HQ's offset after it.
    pub async fn append(
        &self,
        token: Option<&str>,
        path: &str,
        offset: u64,
        (body, len): (Body, u64),
        moved: &Moved,
    ) -> Result<u64, Failure> {
        let request = self
            .tus(self.client.patch(self.url(path)))
            .header("Upload-Offset", offset)
            .header(CONTENT_TYPE, OFFSET_MEDIA_TYPE)
            .header(CONTENT_LENGTH, len)
            .body(body);
        let response = self.watched(request, token, moved).await?;
        offset_of(&response).ok_or_else(|| Failure::later("hq.answer").with("step", "blobs"))
    }

    fn url(&self, path: &str) -> String {
        format!("{}{path}", self.base)
    }

    fn tus(&self, request: RequestBuilder) -> RequestBuilder {
        request.header("Tus-Resumable", TUS_VERSION)
    }

    async fn send_whole(
        &self,
        request: RequestBuilder,
        token: Option<&str>,
        bytes: Vec<u8>,
    ) -> Result<Response, Failure> {
        let moved = Moved::default();
        if bytes.is_empty() {
            return self.watched(request, token, &moved).await;
        }
        // In pieces, so that a slow line shows that it moves.
        let (len, counted) = (bytes.len(), moved.clone());
        let bytes = Bytes::from(bytes);
        let pieces = (0..len).step_by(PIECE).map(move |at| bytes.slice(at..len.min(at + PIECE)));
        let stream = futures::stream::iter(pieces).map(move |piece| {
            counted.add(piece.len());
            Ok::<_, std::io::Error>(piece)
        });
        self.watched(request.header(CONTENT_LENGTH, len).body(Body::wrap_stream(stream)), token, &moved).await
    }

    /// Sends, and gives up when for [`IDLE`] no byte left and no answer came: reqwest's own timeout would count the whole
    /// body against it and kill every long upload on a slow line.
    async fn watched(&self, request: RequestBuilder, token: Option<&str>, moved: &Moved) -> Result<Response, Failure> {
        let request = match token {
            Some(token) => request.header(AUTHORIZATION, format!("Bearer {token}")),
            None => request,
        };
        let mut sending = std::pin::pin!(request.send());
        let mut before = moved.so_far();
        let response = loop {
            match tokio::time::timeout(IDLE, &mut sending).await {
                Ok(done) => break done.map_err(|e| wire_failure(&e))?,
                Err(_) if moved.so_far() == before => return Err(unreachable("idle")),
                Err(_) => before = moved.so_far(),
            }
        };
        if response.status().is_success() { Ok(response) } else { Err(refused(response).await) }
    }
}

const PIECE: usize = 64 * 1024;

fn offset_of(response: &Response) -> Option<u64> {
    response.headers().get("Upload-Offset")?.to_str().ok()?.parse().ok()
}

async fn read_json<A: DeserializeOwned>(response: Response) -> Result<A, Failure> {
    let bytes = read_body(response).await?;
    serde_json::from_slice(&bytes).map_err(|_| Failure::later("hq.answer"))
}

async fn read_body(mut response: Response) -> Result<Vec<u8>, Failure> {
    let mut bytes = Vec::new();
    loop {
        let chunk = tokio::time::timeout(IDLE, response.chunk()).await.map_err(|_| unreachable("idle"))?;
        let Some(chunk) = chunk.map_err(|e| wire_failure(&e))? else { return Ok(bytes) };
        if bytes.len() + chunk.len() > MAX_REPLY {
            return Err(Failure::never("hq.answer").with("what", "too long"));
        }
        bytes.extend_from_slice(&chunk);
    }
}

/// What HQ, or whoever stands in its place, says instead of an answer.
async fn refused(response: Response) -> Failure {
    let status = response.status();
    let is_upload = response.url().path().starts_with(UPLOADS);
    let problem = read_body(response).await.ok().and_then(|b| serde_json::from_slice::<Problem>(&b).ok());
    failure_of(status.as_u16(), is_upload, problem.map(|p| p.failure))
}

/// An upload speaks by tus's statuses, everything else by problem; a status without a problem is a proxy's word.
pub(super) fn failure_of(status: u16, is_upload: bool, problem: Option<Failure>) -> Failure {
    match (status, problem) {
        (CHECKSUM_MISMATCH, _) => Failure::later(CHECKSUM),
        (404 | 410, _) if is_upload => Failure::later(GONE),
        (409, _) if is_upload => Failure::later(OFFSET),
        // HQ's disk, not the phone's: nothing the inspector could free.
        (_, Some(failure)) if failure.code.starts_with("disk.") => Failure::later("hq.full"),
        (_, Some(failure)) => failure,
        (401, None) => Failure::after_action("session.refused"),
        (408 | 429 | 500..=599, None) => Failure::later("hq.busy").with("status", status),
        (_, None) => Failure::never("hq.refused").with("status", status),
    }
}

pub(super) fn unreachable(why: &str) -> Failure {
    Failure::later(UNREACHABLE).with("why", why)
}

/// A request that got no answer.
fn wire_failure(error: &reqwest::Error) -> Failure {
    let mut source = std::error::Error::source(error);
    while let Some(cause) = source {
        if let Some(tls) = find_tls(cause) {
            return tls_failure(tls);
        }
        source = cause.source();
    }
    unreachable(if error.is_connect() { "connect" } else { "cut" })
}

/// hyper wraps rustls' error in one or more `io::Error`s, whose content is not their source.
fn find_tls<'a>(cause: &'a (dyn std::error::Error + 'static)) -> Option<&'a rustls::Error> {
    if let Some(tls) = cause.downcast_ref::<rustls::Error>() {
        return Some(tls);
    }
    cause.downcast_ref::<std::io::Error>()?.get_ref().and_then(|inner| find_tls(inner))
}

fn tls_failure(error: &rustls::Error) -> Failure {
    use rustls::{CertificateError, Error};
    match error {
        Error::InvalidCertificate(CertificateError::UnknownIssuer | CertificateError::BadSignature) => {
            Failure::after_action("ca.wrong")
        }
        Error::InvalidCertificate(_) => Failure::after_action("hq.tls"),
        _ => Failure::later("hq.tls"),
    }
}
