//! A phone that speaks to HQ's router without a socket, and may say everything again.

use std::fmt;
use std::sync::Arc;

use anyhow::{Context as _, Result, bail, ensure};
use axum::Router;
use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, Request, request};
use data_encoding::BASE64;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use tower::ServiceExt as _;
use xuncha_core::Failure;
use xuncha_core::feed::{Frame, Head, Signer as _, VerifyingKey, WireFrame};
use xuncha_core::ids::{BlobHash, EntryId};
use xuncha_core::protocol::blobs::{OFFSET_MEDIA_TYPE, TUS_VERSION};
use xuncha_core::protocol::close_of_day::{CloseReply, CloseRequest, FeedClaim};
use xuncha_core::protocol::problem::Problem;
use xuncha_core::protocol::push::PushReply;
use xuncha_core::protocol::receipts::ReceiptReply;
use xuncha_core::protocol::session::signed_message;
use xuncha_hq::hq::Hq;
use xuncha_hq::sync;

use super::load::{File, Load, NUMBER};
use crate::simulation::office::device_signer;

/// tus: the bytes are not those of the hash.
const WRONG_BYTES: u16 = 460;

/// HQ said no.
#[derive(Debug, Clone)]
pub struct Refused {
    /// HTTP's status.
    pub status: u16,
    /// What a machine acts on, and whether it may ask again.
    pub failure: Failure,
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.status, self.failure)
    }
}
impl std::error::Error for Refused {}

/// What HQ said instead of yes.
fn refused(what: &str, status: u16, body: &[u8]) -> anyhow::Error {
    match serde_json::from_slice::<Problem>(body) {
        Ok(problem) => anyhow::Error::new(Refused { status, failure: problem.failure }).context(what.to_owned()),
        Err(_) => anyhow::anyhow!("{what}: {status} {}", String::from_utf8_lossy(body)),
    }
}

/// The phone.
pub struct Client<'a> {
    routes: Router,
    load: &'a Load,
    token: String,
    head: Head,
}

impl<'a> Client<'a> {
    /// One that knows nothing of HQ yet.
    pub fn new(hq: &Arc<Hq>, load: &'a Load) -> Self {
        Self { routes: sync::router(Arc::clone(hq)), load, token: String::new(), head: Head::empty(load.feed.feed) }
    }

    async fn send(&self, request: request::Builder, body: Body) -> Result<(u16, HeaderMap, Bytes)> {
        let request = request.header("authorization", format!("Bearer {}", self.token)).body(body)?;
        let response = self.routes.clone().oneshot(request).await?;
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        Ok((status, headers, axum::body::to_bytes(response.into_body(), usize::MAX).await?))
    }

    async fn ask<T: DeserializeOwned>(&self, path: &str, body: &impl serde::Serialize) -> Result<T> {
        let request = Request::post(path).header("content-type", "application/json");
        let (status, _, bytes) = self.send(request, serde_json::to_vec(body)?.into()).await?;
        if status != 200 {
            return Err(refused(path, status, &bytes));
        }
        Ok(serde_json::from_slice(&bytes)?)
    }

    /// Proves itself.
    pub async fn session(&mut self) -> Result<()> {
        let device = &self.load.feed.device;
        let challenge: Value = self.ask("/v1/session/challenge", &json!({ "device": device })).await?;
        let nonce = challenge["nonce"].as_str().context("no nonce")?;
        let signature = device_signer(NUMBER).sign(&signed_message(device, nonce));
        let answer = json!({ "device": device, "nonce": nonce, "signature": signature });
        let session: Value = self.ask("/v1/session", &answer).await?;
        self.token = session["token"].as_str().context("no token")?.to_owned();
        Ok(())
    }

    async fn push_all(&self, frames: &[Frame]) -> Result<PushReply> {
        let lines: Vec<String> =
            frames.iter().map(|f| Ok(serde_json::to_string(&WireFrame::try_from(f)?)?)).collect::<Result<_>>()?;
        let request =
            Request::post(format!("/v1/push/{}", self.load.feed.feed)).header("content-type", "application/x-ndjson");
        let (status, _, bytes) = self.send(request, lines.join("\n").into()).await?;
        if status != 200 {
            return Err(refused("push", status, &bytes));
        }
        Ok(serde_json::from_slice(&bytes)?)
    }

    /// Hands entries over; gives the last one's place and name.
    pub async fn push(&mut self, frames: &[Frame]) -> Result<(u64, EntryId)> {
        let reply = self.push_all(frames).await?;
        ensure!(reply.quarantined.is_empty(), "{reply:?}");
        let last = frames.last().context("nothing to push")?.open()?;
        ensure!(reply.head.seq >= last.header.seq, "HQ stands at {}", reply.head.seq);
        self.head =
            Head { feed: last.header.feed, seq: last.header.seq, id: Some(last.id), lamport: last.header.lamport };
        Ok((last.header.seq, last.id))
    }

    /// Hands over what HQ keeps apart; gives its name.
    pub async fn push_apart(&self, frame: &Frame) -> Result<EntryId> {
        let reply = self.push_all(std::slice::from_ref(frame)).await?;
        ensure!(reply.quarantined.iter().any(|q| q.id == frame.id()), "{reply:?}");
        Ok(frame.id())
    }

    /// Brings a file in so many requests, from wherever HQ stands. Where what a cut left of its part was not what it claimed to be,
    /// HQ has thrown it away, and the file begins anew, as every phone does.
    pub async fn upload(&self, file: &File, requests: usize) -> Result<()> {
        ensure!(self.brought(file, requests).await? || self.brought(file, requests).await?, "wrong bytes twice");
        Ok(())
    }

    /// Whether HQ took the bytes for what they are.
    async fn brought(&self, file: &File, requests: usize) -> Result<bool> {
        let size = file.bytes.len();
        let named = |key: &str, value: String| format!("{key} {}", BASE64.encode(value.as_bytes()));
        let metadata = [
            named("feed", self.load.feed.feed.to_string()),
            named("entry", file.entry.to_string()),
            named("sha256", file.sha256().to_string()),
            "again".to_owned(),
        ];
        let create = Request::post("/v1/blobs")
            .header("tus-resumable", TUS_VERSION)
            .header("upload-length", size)
            .header("upload-metadata", metadata.join(","));
        let (status, headers, bytes) = self.send(create, Body::empty()).await?;
        if status == WRONG_BYTES {
            return Ok(false);
        }
        if status != 201 {
            return Err(refused("create", status, &bytes));
        }
        let text =
            |headers: &HeaderMap, name: &str| headers.get(name).and_then(|v| v.to_str().ok()).map(ToOwned::to_owned);
        let address = text(&headers, "location").context("no address")?;
        let mut offset: usize = text(&headers, "upload-offset").context("no offset")?.parse()?;
        while offset < size {
            let to = (offset + size.div_ceil(requests)).min(size);
            let patch = Request::patch(&address)
                .header("tus-resumable", TUS_VERSION)
                .header("content-type", OFFSET_MEDIA_TYPE)
                .header("upload-offset", offset);
            let (status, headers, bytes) = self.send(patch, file.bytes[offset..to].to_vec().into()).await?;
            if status == WRONG_BYTES {
                return Ok(false);
            }
            if status != 204 {
                return Err(refused("patch", status, &bytes));
            }
            offset = text(&headers, "upload-offset").context("no offset")?.parse()?;
            ensure!(offset == to, "HQ stands at {offset} and not at {to}");
        }
        Ok(true)
    }

    /// HQ's word on these files and all entries, as a mark: every one of them must be in it.
    pub async fn receipt(&self, files: &[File], key: &VerifyingKey) -> Result<String> {
        let blobs: Vec<BlobHash> = files.iter().map(File::sha256).collect();
        let reply: ReceiptReply =
            self.ask("/v1/receipts", &json!({ "feed": self.load.feed.feed, "blobs": blobs })).await?;
        let receipt = reply.receipt.verify(key).map_err(|e| anyhow::anyhow!("{e}"))?;
        ensure!(receipt.blobs_stored.len() == blobs.len(), "{receipt:?}");
        ensure!(receipt.stored_to.seq >= self.head.seq, "{receipt:?}");
        let Some(id) = receipt.stored_to.id else { bail!("a receipt without an entry") };
        let names: Vec<String> = blobs.iter().map(ToString::to_string).collect();
        Ok(format!("receipt {} {id} {}", receipt.stored_to.seq, names.join(" ")))
    }

    /// Both sides compare everything.
    pub async fn close_day(&self) -> Result<()> {
        let blobs = self.load.all_files().iter().map(File::sha256).collect::<std::collections::BTreeSet<_>>();
        let request =
            CloseRequest { feeds: vec![FeedClaim::new(self.head.clone(), 0, blobs)], after: None, most: None };
        let reply: CloseReply = self.ask("/v1/close", &request).await?;
        ensure!(reply.agreed.is_some(), "{reply:?}");
        Ok(())
    }
}
