//! A request as HTTP says it, and what came back as an answer. No socket and no clock: the runner sends these over HTTPS, the
//! simulation hands them to HQ's router.

use data_encoding::BASE64;
use reqwest::header::{
    AUTHORIZATION, CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE, HeaderMap, HeaderName, LOCATION, RANGE,
};
use reqwest::{Method, StatusCode};
use serde::Serialize;
use serde::de::DeserializeOwned;
use xuncha_core::Failure;
use xuncha_core::ids::{BlobHash, DeviceId};
use xuncha_core::protocol::blobs::{CHECKSUM_MISMATCH, OFFSET_MEDIA_TYPE, TUS_VERSION};
use xuncha_core::protocol::problem::Problem;
use xuncha_core::protocol::session::{ChallengeRequest, SessionRequest};

use super::blobs::{CHECKSUM, GONE, OFFSET};
use super::effect::{Answer, Request};
use super::hello::UPLOADS;

const WORTH_COMPRESSING: usize = 1024;
const TUS_RESUMABLE: HeaderName = HeaderName::from_static("tus-resumable");
const UPLOAD_LENGTH: HeaderName = HeaderName::from_static("upload-length");
const UPLOAD_METADATA: HeaderName = HeaderName::from_static("upload-metadata");
/// Metadata without a value: an upload that was begun before is meant.
const AGAIN: &str = ",again";
const UPLOAD_OFFSET: HeaderName = HeaderName::from_static("upload-offset");

/// A request, ready to be sent.
#[derive(Debug, Clone)]
pub struct Outgoing {
    /// HTTP method.
    pub method: Method,
    /// Path at HQ, from the slash on.
    pub path: String,
    /// Headers, the length of the body among them.
    pub headers: Vec<(HeaderName, String)>,
    /// The body.
    pub load: Load,
}

/// The body of a request.
#[derive(Debug, Clone)]
pub enum Load {
    /// These bytes.
    Bytes(Vec<u8>),
    /// A piece of a blob.
    Blob {
        /// The blob.
        sha256: BlobHash,
        /// First byte.
        from: u64,
        /// Bytes.
        len: u64,
        /// Size of the whole blob.
        size: u64,
        /// In the smallest TLS records.
        small: bool,
    },
}

/// A whole response.
#[derive(Debug, Clone)]
pub struct Incoming {
    /// HTTP status.
    pub status: u16,
    /// Headers.
    pub headers: HeaderMap,
    /// The body; empty if it broke off behind a status that is none of success.
    pub body: Vec<u8>,
}

/// How a request is said in HTTP by `device`, with its bearer token once there is one.
///
/// # Errors
/// `engine.fault`: it cannot be written down.
pub fn outgoing(request: &Request, token: Option<&str>, device: &DeviceId) -> Result<Outgoing, Failure> {
    let device = device.clone();
    let mut out = match request {
        Request::Challenge => json("/v1/session/challenge", &ChallengeRequest { device })?,
        Request::Session { nonce, signature } => {
            json("/v1/session", &SessionRequest { device, nonce: nonce.clone(), signature: *signature })?
        }
        Request::Hello(body) => json("/v1/hello", body)?,
        Request::Push { feed, frames } => lines(format!("/v1/push/{feed}"), frames)?,
        Request::Receipts(body) => json("/v1/receipts", body)?,
        Request::Pull(body) => json("/v1/pull", body)?,
        Request::Close(body) => json("/v1/close", body)?,
        Request::PackPart { sha256, from, len } => {
            let last = from + (*len).max(1) - 1;
            plain(Method::GET, format!("/v1/packs/{sha256}")).with(RANGE, format!("bytes={from}-{last}"))
        }
        Request::UploadOffset { address } => {
            plain(Method::HEAD, address.clone()).with(TUS_RESUMABLE, TUS_VERSION.to_owned())
        }
        Request::CreateUpload { feed, entry, sha256, size, bytes, again } => {
            let b64 = |text: String| BASE64.encode(text.as_bytes());
            let (feed, entry, named) = (b64(feed.to_string()), b64(entry.to_string()), b64(sha256.to_string()));
            let out = plain(Method::POST, UPLOADS.trim_end_matches('/').to_owned())
                .with(TUS_RESUMABLE, TUS_VERSION.to_owned())
                .with(UPLOAD_LENGTH, size.to_string())
                .with(
                    UPLOAD_METADATA,
                    format!("feed {feed},entry {entry},sha256 {named}{}", if *again { AGAIN } else { "" }),
                );
            match bytes {
                0 => out.with(CONTENT_LENGTH, "0".to_owned()),
                len => out.carrying(*sha256, 0, *len, *size, false),
            }
        }
        Request::UploadBytes { address, sha256, offset, len, size, small } => plain(Method::PATCH, address.clone())
            .with(TUS_RESUMABLE, TUS_VERSION.to_owned())
            .with(UPLOAD_OFFSET, offset.to_string())
            .carrying(*sha256, *offset, *len, *size, *small),
    };
    if let Some(token) = token {
        out = out.with(AUTHORIZATION, format!("Bearer {token}"));
    }
    Ok(out)
}

impl Outgoing {
    fn with(mut self, name: HeaderName, value: String) -> Self {
        self.headers.push((name, value));
        self
    }
    fn carrying(mut self, sha256: BlobHash, from: u64, len: u64, size: u64, small: bool) -> Self {
        self.load = Load::Blob { sha256, from, len, size, small };
        self.with(CONTENT_TYPE, OFFSET_MEDIA_TYPE.to_owned()).with(CONTENT_LENGTH, len.to_string())
    }
}

fn plain(method: Method, path: String) -> Outgoing {
    Outgoing { method, path, headers: Vec::new(), load: Load::Bytes(Vec::new()) }
}

/// `POST` of JSON.
pub(super) fn json(path: &str, body: &impl Serialize) -> Result<Outgoing, Failure> {
    let bytes = serde_json::to_vec(body).map_err(|_| Failure::never("engine.fault"))?;
    let out = plain(Method::POST, path.to_owned()).with(CONTENT_TYPE, "application/json".to_owned());
    Ok(Outgoing { load: Load::Bytes(bytes), ..out })
}

/// `POST` of lines of JSON, compressed where it pays.
fn lines(path: String, lines: &[impl Serialize]) -> Result<Outgoing, Failure> {
    let mut bytes = Vec::new();
    for line in lines {
        serde_json::to_writer(&mut bytes, line).map_err(|_| Failure::never("engine.fault"))?;
        bytes.push(b'\n');
    }
    let mut out = plain(Method::POST, path).with(CONTENT_TYPE, "application/x-ndjson".to_owned());
    if bytes.len() > WORTH_COMPRESSING {
        bytes = zstd::encode_all(bytes.as_slice(), 0).map_err(|_| Failure::never("engine.fault"))?;
        out = out.with(CONTENT_ENCODING, "zstd".to_owned());
    }
    Ok(Outgoing { load: Load::Bytes(bytes), ..out })
}

/// What came back says this to the request. `base` is the address of HQ, which a location may repeat.
///
/// # Errors
/// HQ's own word, or what a status means where there is none; `hq.answer` for a success that is not one.
pub fn answer(request: &Request, base: &str, came: &Incoming) -> Result<Answer, Failure> {
    let is_upload = matches!(request, Request::UploadOffset { .. } | Request::UploadBytes { .. });
    check(came, is_upload)?;
    Ok(match request {
        Request::Challenge => Answer::Challenge(read_json(came)?),
        Request::Session { .. } => Answer::Session(read_json(came)?),
        Request::Hello(_) => Answer::Hello(read_json(came)?),
        Request::Push { .. } => Answer::Push(read_json(came)?),
        Request::Receipts(_) => Answer::Receipt(read_json(came)?),
        Request::Pull(_) => Answer::Pull(read_json(came)?),
        Request::Close(_) => Answer::Close(read_json(came)?),
        Request::PackPart { from, len, .. } => Answer::PackPart(part(came, *from, *len)),
        Request::UploadOffset { .. } | Request::UploadBytes { .. } => {
            Answer::Offset(offset_of(came).ok_or_else(no_upload)?)
        }
        Request::CreateUpload { .. } => {
            let location = came.headers.get(LOCATION).and_then(|l| l.to_str().ok()).unwrap_or_default();
            let path = location.strip_prefix(base).unwrap_or(location);
            if !path.starts_with(UPLOADS) {
                return Err(no_upload());
            }
            // Without the header the creation took no bytes (tus 1.0, creation-with-upload).
            Answer::Created { address: path.to_owned(), offset: offset_of(came).unwrap_or(0) }
        }
    })
}

fn no_upload() -> Failure {
    Failure::later("hq.answer").with("step", "blobs")
}

/// An answer in JSON.
pub(super) fn read_json<A: DeserializeOwned>(came: &Incoming) -> Result<A, Failure> {
    serde_json::from_slice(&came.body).map_err(|_| Failure::later("hq.answer"))
}

fn offset_of(came: &Incoming) -> Option<u64> {
    came.headers.get(UPLOAD_OFFSET)?.to_str().ok()?.parse().ok()
}

/// Part of a pack: at most `len` bytes from `from` on.
fn part(came: &Incoming, from: u64, len: u64) -> Vec<u8> {
    let bytes = &came.body;
    // Whoever ignores the range sends all of it.
    let whole = came.status == StatusCode::OK.as_u16();
    let start = if whole { usize::try_from(from).unwrap_or(usize::MAX).min(bytes.len()) } else { 0 };
    let end = start.saturating_add(usize::try_from(len).unwrap_or(usize::MAX)).min(bytes.len());
    bytes.get(start..end).unwrap_or_default().to_vec()
}

/// What HQ, or whoever stands in its place, says instead of an answer.
pub(super) fn check(came: &Incoming, is_upload: bool) -> Result<(), Failure> {
    if (200..300).contains(&came.status) {
        return Ok(());
    }
    let problem = serde_json::from_slice::<Problem>(&came.body).ok();
    Err(failure_of(came.status, is_upload, problem.map(|p| p.failure)))
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
