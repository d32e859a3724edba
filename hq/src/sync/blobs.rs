//! Step 4: the door for bytes, tus 1.0.0 (core, creation, creation-with-upload, checksum, expiration, termination).
//!
//! An upload belongs to (feed, entry, sha256) of the session's device; for anybody else its address does not exist. What
//! is not named by a stored entry cannot be uploaded. A whole is believed by its hash only, never by its length.

use std::collections::HashMap;
use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use data_encoding::BASE64;
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use xuncha_core::feed::limits::MAX_BLOB_BYTES;
use xuncha_core::ids::{BlobHash, EntryId, FeedId};
use xuncha_core::protocol::blobs::{OFFSET_MEDIA_TYPE, TUS_EXTENSIONS, TUS_VERSION};

use super::receipts::stored;
use super::session::Device;
use super::upload::{Checksum, append};
use crate::db::UploadRecord;
use crate::hq::Hq;
use crate::http::let_out;
use crate::refusal::{Answer, Refusal};

const RESUMABLE: HeaderName = HeaderName::from_static("tus-resumable");
const OFFSET: HeaderName = HeaderName::from_static("upload-offset");
const LENGTH: HeaderName = HeaderName::from_static("upload-length");
const EXPIRES: HeaderName = HeaderName::from_static("upload-expires");

pub(super) async fn options() -> Response {
    let mut response = tus(StatusCode::NO_CONTENT);
    let headers = response.headers_mut();
    headers.insert("tus-version", HeaderValue::from_static(TUS_VERSION));
    headers.insert("tus-extension", HeaderValue::from_static(TUS_EXTENSIONS));
    headers.insert("tus-checksum-algorithm", HeaderValue::from_static("sha1,sha256"));
    headers.insert("tus-max-size", HeaderValue::from(MAX_BLOB_BYTES));
    response
}

pub(super) async fn create(
    State(hq): State<Arc<Hq>>,
    device: Device,
    headers: HeaderMap,
    body: Body,
) -> Answer<Response> {
    speaks_tus(&headers)?;
    let size = number(&headers, &LENGTH)?;
    let named = metadata(&headers)?;
    let feed = device.own_feed(&hq, &named.feed).await?.key.feed;
    let blob = hq.db.named_blob(&feed, &named.entry, &named.sha256).await?;
    let blob = blob.ok_or_else(|| Refusal::not_found("blob.unnamed"))?;
    if blob.size != size {
        return Err(Refusal::never(StatusCode::UNPROCESSABLE_ENTITY, "blob.size").with("size", blob.size));
    }
    if named.again
        && let Some(begun) = hq.db.upload_of(&device.device, &feed, &named.entry, &named.sha256).await?
        && goes_on(&hq, &begun).await?
    {
        // The answer with its address was lost on the way; the body, if there is one, is not what follows there.
        let offset = stands(&hq, &device, &begun).await?;
        return Ok(created(&hq, &begun.upload, offset));
    }
    let room = match hq.room.for_blob(size) {
        Ok(()) => hq.may_bring(&feed, size).await,
        Err(full) => Err(full.into()),
    };
    if let Err(refusal) = room {
        let_out(body).await;
        return Err(refusal);
    }
    let checksum = checksum(&headers)?;
    let brings = headers.get(header::CONTENT_TYPE).is_some_and(|v| v.as_bytes() == OFFSET_MEDIA_TYPE.as_bytes());
    let upload = UploadRecord {
        upload: hq.chance.hex::<32>()?,
        device: device.device,
        feed,
        entry: named.entry,
        sha256: named.sha256,
        size,
        expires: hq.until(hq.terms.upload),
        done: false,
    };
    let (objects, part) = (Arc::clone(&hq.objects), upload.upload.clone());
    hq.blocking.run(move || objects.create_part(&part)).await?;
    hq.db.create_upload(&upload).await?;
    let address = upload.upload.clone();
    // An empty blob is whole from the start.
    let offset = match brings || size == 0 {
        true if brings => append(Arc::clone(&hq), upload, 0, body, checksum).await?,
        true => append(Arc::clone(&hq), upload, 0, Body::empty(), None).await?,
        false => 0,
    };
    Ok(created(&hq, &address, offset))
}

/// Whether an upload that was begun before can be gone on with, or is finished and its object still there.
async fn goes_on(hq: &Arc<Hq>, begun: &UploadRecord) -> Answer<bool> {
    if begun.expires <= hq.clock.stamp() {
        return Ok(false);
    }
    if begun.done {
        return Ok(!stored(hq, &begun.feed, &[begun.sha256]).await?.is_empty());
    }
    let (objects, part) = (Arc::clone(&hq.objects), begun.upload.clone());
    Ok(hq.blocking.run(move || objects.part_size(&part)).await?.is_some())
}

fn created(hq: &Hq, upload: &str, offset: u64) -> Response {
    let mut response = tus(StatusCode::CREATED);
    let out = response.headers_mut();
    out.insert(OFFSET, HeaderValue::from(offset));
    out.extend(HeaderValue::from_str(&format!("/v1/blobs/{upload}")).map(|v| (header::LOCATION, v)));
    out.extend(expires(hq).map(|v| (EXPIRES, v)));
    response
}

pub(super) async fn head(
    State(hq): State<Arc<Hq>>,
    device: Device,
    Path(upload): Path<String>,
    headers: HeaderMap,
) -> Answer<Response> {
    speaks_tus(&headers)?;
    let upload = find(&hq, &device, &upload).await?;
    let offset = stands(&hq, &device, &upload).await?;
    let mut response = tus(StatusCode::OK);
    let out = response.headers_mut();
    out.insert(OFFSET, HeaderValue::from(offset));
    out.insert(LENGTH, HeaderValue::from(upload.size));
    out.extend(expires(&hq).map(|v| (EXPIRES, v)));
    Ok(response)
}

/// How much of an upload is here for good.
async fn stands(hq: &Arc<Hq>, device: &Device, upload: &UploadRecord) -> Answer<u64> {
    // Waits for a request that is just ending: its bytes count.
    let held = hq.running.take(&upload.upload).await?;
    let offset = match upload.done {
        true => Some(upload.size),
        false => {
            let (objects, part) = (Arc::clone(&hq.objects), upload.upload.clone());
            hq.blocking.run(move || objects.part_size(&part)).await?
        }
    };
    drop(held);
    match offset {
        _ if upload.done => Ok(upload.size),
        Some(offset) if offset == upload.size => finish(hq, upload.clone()).await,
        Some(offset) => Ok(offset),
        // Finished while this request waited.
        None => find(hq, device, &upload.upload).await?.done.then_some(upload.size).ok_or_else(unknown),
    }
}

pub(super) async fn patch(
    State(hq): State<Arc<Hq>>,
    device: Device,
    Path(upload): Path<String>,
    headers: HeaderMap,
    body: Body,
) -> Answer<Response> {
    speaks_tus(&headers)?;
    if headers.get(header::CONTENT_TYPE).is_none_or(|v| v.as_bytes() != OFFSET_MEDIA_TYPE.as_bytes()) {
        return Err(Refusal::never(StatusCode::UNSUPPORTED_MEDIA_TYPE, "body.media_type"));
    }
    let offset = number(&headers, &OFFSET)?;
    let upload = find(&hq, &device, &upload).await?;
    if let Err(full) = hq.room.for_blob(upload.size.saturating_sub(offset)) {
        let_out(body).await;
        return Err(full.into());
    }
    let at = append(Arc::clone(&hq), upload, offset, body, checksum(&headers)?).await?;
    let mut response = tus(StatusCode::NO_CONTENT);
    let out = response.headers_mut();
    out.insert(OFFSET, HeaderValue::from(at));
    out.extend(expires(&hq).map(|v| (EXPIRES, v)));
    Ok(response)
}

pub(super) async fn delete(
    State(hq): State<Arc<Hq>>,
    device: Device,
    Path(upload): Path<String>,
    headers: HeaderMap,
) -> Answer<Response> {
    speaks_tus(&headers)?;
    let upload = find(&hq, &device, &upload).await?;
    let held = hq.running.take(&upload.upload).await?;
    forget(&hq, &upload.upload).await?;
    drop(held);
    Ok(tus(StatusCode::NO_CONTENT))
}

/// Finishes an upload whose bytes are all there. A kill between the last byte and the row leaves such a part: its phone hears
/// "all is here" and sends nothing more, so nobody else would.
pub(super) async fn finish(hq: &Arc<Hq>, upload: UploadRecord) -> Answer<u64> {
    let size = upload.size;
    append(Arc::clone(hq), upload, size, Body::empty(), None).await
}

async fn forget(hq: &Arc<Hq>, upload: &str) -> Answer<()> {
    hq.db.drop_upload(upload).await?;
    hq.running.forget(upload);
    let (objects, part) = (Arc::clone(&hq.objects), upload.to_owned());
    Ok(hq.blocking.run(move || objects.drop_part(&part)).await?)
}

impl Hq {
    /// Throws away parts that no upload is waiting for: a kill between a part and its row leaves one. Only before the doors
    /// open, when nobody else makes parts.
    pub(crate) async fn sweep_strays(self: &Arc<Self>) -> Answer<()> {
        let objects = Arc::clone(&self.objects);
        for part in self.blocking.run(move || objects.parts()).await? {
            if self.db.upload(&part).await?.is_none_or(|u| u.done) {
                let objects = Arc::clone(&self.objects);
                self.blocking.run(move || objects.drop_part(&part)).await?;
            }
        }
        Ok(())
    }

    /// Throws away uploads whose term is over. Called now and then.
    pub async fn sweep_uploads(self: &Arc<Self>) -> Answer<()> {
        for upload in self.db.expired_uploads(&self.clock.stamp()).await? {
            // One that is in use just now goes the next time.
            if let Ok(held) = self.running.take(&upload).await {
                forget(self, &upload).await?;
                drop(held);
            }
        }
        Ok(())
    }
}

fn unknown() -> Refusal {
    Refusal::not_found("blob.unknown")
}

/// The upload of this address, if it is this device's and its term is not over.
async fn find(hq: &Hq, device: &Device, upload: &str) -> Answer<UploadRecord> {
    let found = hq.db.upload(upload).await?.filter(|u| u.device == device.device).ok_or_else(unknown)?;
    if found.expires <= hq.clock.stamp() {
        return Err(Refusal::later(StatusCode::GONE, "blob.expired"));
    }
    Ok(found)
}

/// An answer as tus wants it.
fn tus(status: StatusCode) -> Response {
    let headers = [(RESUMABLE, TUS_VERSION), (header::CACHE_CONTROL, "no-store")];
    (status, headers).into_response()
}

/// RFC 9110 date of the end of the upload's term.
fn expires(hq: &Hq) -> Option<HeaderValue> {
    let until = hq.clock.now().checked_add(hq.terms.upload).ok()?;
    HeaderValue::from_str(&until.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string()).ok()
}

fn speaks_tus(headers: &HeaderMap) -> Answer<()> {
    match headers.get(RESUMABLE).map(HeaderValue::as_bytes) {
        Some(v) if v == TUS_VERSION.as_bytes() => Ok(()),
        _ => Err(Refusal::never(StatusCode::PRECONDITION_FAILED, "blob.tus_version").with("version", TUS_VERSION)),
    }
}

fn number(headers: &HeaderMap, name: &HeaderName) -> Answer<u64> {
    // Given twice it has two meanings, and none is taken.
    let mut all = headers.get_all(name).iter();
    let only = all.next().filter(|_| all.next().is_none());
    let value = only.and_then(|v| v.to_str().ok()).and_then(|v| v.parse().ok());
    value.ok_or_else(|| Refusal::never(StatusCode::BAD_REQUEST, "blob.header").with("header", name))
}

struct Named {
    feed: FeedId,
    entry: EntryId,
    sha256: BlobHash,
    again: bool,
}

/// `Upload-Metadata: feed <b64>,entry <b64>,sha256 <b64>`, and `again` for an upload that may have been begun before; other
/// keys are ignored.
fn metadata(headers: &HeaderMap) -> Answer<Named> {
    let bad = || Refusal::never(StatusCode::BAD_REQUEST, "blob.header").with("header", "upload-metadata");
    let text = headers.get("upload-metadata").and_then(|v| v.to_str().ok()).ok_or_else(bad)?;
    let mut values = HashMap::new();
    for pair in text.split(',') {
        let (key, value) = pair.trim().split_once(' ').unwrap_or((pair.trim(), ""));
        let value = BASE64.decode(value.trim().as_bytes()).map_err(|_| bad())?;
        values.insert(key.to_owned(), String::from_utf8(value).map_err(|_| bad())?);
    }
    let get = |key: &str| values.get(key).ok_or_else(bad);
    Ok(Named {
        feed: get("feed")?.parse().map_err(|_| bad())?,
        entry: get("entry")?.parse().map_err(|_| bad())?,
        sha256: get("sha256")?.parse().map_err(|_| bad())?,
        again: values.contains_key("again"),
    })
}

/// `Upload-Checksum: sha256 <b64>` over the bytes of this request.
fn checksum(headers: &HeaderMap) -> Answer<Option<Checksum>> {
    let Some(value) = headers.get("upload-checksum") else { return Ok(None) };
    let bad = || Refusal::never(StatusCode::BAD_REQUEST, "blob.checksum");
    let (algorithm, sum) = value.to_str().ok().and_then(|v| v.split_once(' ')).ok_or_else(bad)?;
    let sum = BASE64.decode(sum.trim().as_bytes()).map_err(|_| bad())?;
    match algorithm {
        "sha1" => Ok(Some(Checksum::Sha1(sum))),
        "sha256" => Ok(Some(Checksum::Sha256(sum))),
        _ => Err(bad()),
    }
}
