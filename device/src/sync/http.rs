//! One request, one response: the socket half of the runner. What is said and understood is in [`super::wire`].
//!
//! HTTP/1.1 on purpose: three uploads use three connections, and a lost packet of one does not hold up the others; hyper's
//! HTTP/2 windows would have to be tuned to the same end.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use bytes::Bytes;
use futures::StreamExt as _;
use reqwest::header::CONTENT_LENGTH;
use reqwest::{Body, Client, RequestBuilder, Response};
use serde::Serialize;
use serde::de::DeserializeOwned;
use xuncha_core::Failure;

use super::blobs::UNREACHABLE;
use super::tls::{self, Anchor};
use super::wire::{self, Incoming, Load, Outgoing};

const CONNECT: Duration = Duration::from_secs(10);
/// Nothing moved in either direction for so long: the connection is dead.
const IDLE: Duration = Duration::from_secs(30);
const IDLE_WORD: &str = "idle";
/// What a failure says where no connection came about.
pub(super) const CONNECT_WORD: &str = "connect";
const SMALL_RECORD: usize = 2 * 1024;
/// A pull page or a list of wanted blobs stays far below.
const MAX_REPLY: usize = 64 * 1024 * 1024;

/// A connection pool to one HQ.
#[derive(Debug, Clone)]
pub(super) struct Http {
    client: Client,
    /// In TLS records of [`SMALL_RECORD`], for links that break before one of the ordinary 16 KiB is over.
    small: Client,
    /// `https://host:port`, without a slash at the end.
    base: String,
}

/// Bytes of a request's body that left so far.
#[derive(Debug, Clone, Default)]
pub(super) struct Moved(Arc<AtomicU64>);

impl Moved {
    pub fn add(&self, bytes: usize) {
        self.0.fetch_add(bytes as u64, Ordering::Relaxed);
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
        let (client, small) =
            (client(tls::config(anchor.clone(), None)?)?, client(tls::config(anchor, Some(SMALL_RECORD))?)?);
        Ok(Self { client, small, base })
    }

    /// Address of HQ, without a slash at the end.
    pub fn base(&self) -> &str {
        &self.base
    }

    /// `POST` JSON, get JSON.
    pub async fn json<A: DeserializeOwned>(&self, path: &str, body: &impl Serialize) -> Result<A, Failure> {
        let came = self.send(wire::json(path, body)?, None, &Moved::default()).await?;
        wire::check(&came, false)?;
        wire::read_json(&came)
    }

    /// Sends a request and reads the whole response, whatever it is. `blob` streams what [`Load::Blob`] names and counts in
    /// `moved`.
    pub async fn send(&self, out: Outgoing, blob: Option<Body>, moved: &Moved) -> Result<Incoming, Failure> {
        let (client, patience) = match &out.load {
            // What the socket has taken may lie in its buffer for long: a slow line is not a dead one.
            Load::Blob { len, small: true, .. } => (&self.small, IDLE + Duration::from_millis(*len)),
            Load::Blob { len, .. } => (&self.client, IDLE + Duration::from_millis(*len)),
            Load::Bytes(bytes) => (&self.client, IDLE + Duration::from_millis(bytes.len() as u64)),
        };
        let mut request = client.request(out.method, format!("{}{}", self.base, out.path));
        for (name, value) in out.headers {
            request = request.header(name, value);
        }
        request = match (out.load, blob) {
            (Load::Blob { .. }, Some(blob)) => request.body(blob),
            (Load::Blob { .. }, None) => return Err(Failure::never("engine.fault")),
            (Load::Bytes(bytes), _) if bytes.is_empty() => request,
            (Load::Bytes(bytes), _) => in_pieces(request, bytes, moved),
        };
        let response = watched(request, moved, patience).await?;
        let (status, headers) = (response.status(), response.headers().clone());
        let body = match read_body(response).await {
            // The status has said no already; its reason may be lost.
            Err(_) if !status.is_success() => Vec::new(),
            body => body?,
        };
        Ok(Incoming { status: status.as_u16(), headers, body })
    }
}

fn client(tls: rustls::ClientConfig) -> Result<Client, Failure> {
    let builder = Client::builder()
        .tls_backend_preconfigured(tls)
        .https_only(true)
        .http1_only()
        .no_proxy()
        .redirect(reqwest::redirect::Policy::none())
        .connect_timeout(CONNECT)
        .pool_idle_timeout(IDLE);
    #[cfg(any(target_os = "android", target_os = "linux"))]
    let builder = builder.tcp_user_timeout(IDLE);
    builder.build().map_err(|_| Failure::never("hq.address"))
}

/// In pieces, so that a slow line shows that it moves.
fn in_pieces(request: RequestBuilder, bytes: Vec<u8>, moved: &Moved) -> RequestBuilder {
    let (len, counted) = (bytes.len(), moved.clone());
    let bytes = Bytes::from(bytes);
    let pieces = (0..len).step_by(PIECE).map(move |at| bytes.slice(at..len.min(at + PIECE)));
    let stream = futures::stream::iter(pieces).map(move |piece| {
        counted.add(piece.len());
        Ok::<_, std::io::Error>(piece)
    });
    request.header(CONTENT_LENGTH, len).body(Body::wrap_stream(stream))
}

/// Sends, and gives up when for so long no byte left and no answer came: reqwest's own timeout would count the whole body
/// against it and kill every long upload on a slow line. A peer that does not even take the bytes is noticed by the kernel
/// after [`IDLE`], where it can.
async fn watched(request: RequestBuilder, moved: &Moved, patience: Duration) -> Result<Response, Failure> {
    let mut sending = std::pin::pin!(request.send());
    let mut before = moved.so_far();
    loop {
        match tokio::time::timeout(patience, &mut sending).await {
            Ok(done) => return done.map_err(|e| wire_failure(&e)),
            Err(_) if moved.so_far() == before => return Err(unreachable(IDLE_WORD)),
            Err(_) => before = moved.so_far(),
        }
    }
}

const PIECE: usize = 64 * 1024;

async fn read_body(mut response: Response) -> Result<Vec<u8>, Failure> {
    let mut bytes = Vec::new();
    loop {
        let chunk = tokio::time::timeout(IDLE, response.chunk()).await.map_err(|_| unreachable(IDLE_WORD))?;
        let Some(chunk) = chunk.map_err(|e| wire_failure(&e))? else { return Ok(bytes) };
        if bytes.len() + chunk.len() > MAX_REPLY {
            return Err(Failure::never("hq.answer").with("what", "too long"));
        }
        bytes.extend_from_slice(&chunk);
    }
}

/// Whether a connection was there and nothing came over it any more.
pub(super) fn is_silent(failure: &Failure) -> bool {
    failure.code == UNREACHABLE && failure.params.get("why").is_some_and(|why| why == IDLE_WORD)
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
    unreachable(if error.is_connect() { CONNECT_WORD } else { "cut" })
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
