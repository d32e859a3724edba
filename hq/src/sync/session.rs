//! Step 1: the device proves itself and gets a short token.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use axum::extract::{FromRequestParts, State};
use axum::response::Response;
use http::request::Parts;
use http::{StatusCode, header};
use jiff::Timestamp;
use xuncha_core::ids::{DeviceId, Digest};
use xuncha_core::protocol::session::{ChallengeReply, ChallengeRequest, SessionReply, SessionRequest, signed_message};

use crate::db::FeedRow;
use crate::hq::Hq;
use crate::http::{Json, json};
use crate::refusal::{Answer, Refusal};

/// Nonces and tokens of phones. In memory: a restart only makes phones prove themselves again.
#[derive(Default)]
pub struct Tokens {
    nonces: Mutex<HashMap<String, (DeviceId, Timestamp)>>,
    tokens: Mutex<HashMap<Digest, (DeviceId, Timestamp)>>,
}

/// Nonces and tokens remembered at most.
const MOST: usize = 10_000;

impl Tokens {
    fn keep<K: Eq + std::hash::Hash>(
        map: &Mutex<HashMap<K, (DeviceId, Timestamp)>>,
        key: K,
        device: DeviceId,
        until: Timestamp,
        now: Timestamp,
    ) -> Answer<()> {
        let mut map = map.lock().unwrap_or_else(PoisonError::into_inner);
        if map.len() >= MOST {
            map.retain(|_, (_, until)| *until > now);
        }
        if map.len() >= MOST {
            return Err(Refusal::later(StatusCode::SERVICE_UNAVAILABLE, "hq.busy"));
        }
        map.insert(key, (device, until));
        Ok(())
    }
    /// Ends all sessions of a device.
    pub fn end(&self, device: &DeviceId) {
        self.tokens.lock().unwrap_or_else(PoisonError::into_inner).retain(|_, (d, _)| d != device);
    }
}

pub(super) async fn challenge(State(hq): State<Arc<Hq>>, Json(ask): Json<ChallengeRequest>) -> Answer<Response> {
    let nonce = hq.chance.hex::<32>()?;
    let now = hq.clock.now();
    let until = now.checked_add(hq.terms.nonce).unwrap_or(Timestamp::MAX);
    Tokens::keep(&hq.tokens.nonces, nonce.clone(), ask.device, until, now)?;
    Ok(json(StatusCode::OK, &ChallengeReply { nonce }))
}

pub(super) async fn open(State(hq): State<Arc<Hq>>, Json(ask): Json<SessionRequest>) -> Answer<Response> {
    let refused = || Refusal::after_action(StatusCode::UNAUTHORIZED, "session.refused");
    let now = hq.clock.now();
    let found = hq.tokens.nonces.lock().unwrap_or_else(PoisonError::into_inner).remove(&ask.nonce);
    let (device, until) = found.ok_or_else(refused)?;
    if device != ask.device || until <= now {
        return Err(refused());
    }
    // A device's name is 122 random bits: whoever names one that is not here learns nothing. A phone that was enrolled after the
    // backup this HQ was put back from must hear why, or its person waits for nothing.
    let unknown = || Refusal::after_action(StatusCode::FORBIDDEN, "device.unknown");
    let record = hq.db.device(&device).await?.ok_or_else(unknown)?;
    record.device_key.verify(&signed_message(&device, &ask.nonce), &ask.signature).map_err(|_| refused())?;
    if record.revoked.is_some() {
        return Err(Refusal::never(StatusCode::FORBIDDEN, "device.revoked"));
    }
    let mut enabled = false;
    for feed in device_feeds(&hq, &device).await? {
        enabled |= hq.db.user(&feed.key.user).await?.is_some_and(|u| !u.disabled);
    }
    if !enabled {
        return Err(Refusal::after_action(StatusCode::FORBIDDEN, "user.disabled"));
    }
    let token = hq.chance.hex::<32>()?;
    let until = now.checked_add(hq.terms.token).unwrap_or(Timestamp::MAX);
    Tokens::keep(&hq.tokens.tokens, token_hash(&token), device.clone(), until, now)?;
    hq.db.seen(&device, &hq.clock.stamp()).await?;
    let expires_s = u32::try_from(hq.terms.token.as_secs()).unwrap_or(u32::MAX);
    Ok(json(StatusCode::OK, &SessionReply { token, expires_s }))
}

/// What is remembered of a token, and what a head claim names: SHA-256 of its text.
fn token_hash(token: &str) -> Digest {
    Digest::digest(&[token.as_bytes()])
}

/// Feeds of a device, whoever speaks in them.
pub(super) async fn device_feeds(hq: &Hq, device: &DeviceId) -> Answer<Vec<FeedRow>> {
    Ok(hq.db.feeds().await?.into_iter().filter(|f| f.key.device == *device).collect())
}

/// A device with a good token.
pub(super) struct Device {
    /// The device.
    pub device: DeviceId,
    /// Hash of its token.
    pub session: Digest,
}

impl FromRequestParts<Arc<Hq>> for Device {
    type Rejection = Refusal;
    async fn from_request_parts(parts: &mut Parts, hq: &Arc<Hq>) -> Answer<Self> {
        let refused = || Refusal::after_action(StatusCode::UNAUTHORIZED, "session.unknown");
        let text = parts.headers.get(header::AUTHORIZATION).and_then(|v| v.to_str().ok()).unwrap_or_default();
        let session = token_hash(text.strip_prefix("Bearer ").ok_or_else(refused)?);
        let now = hq.clock.now();
        let tokens = hq.tokens.tokens.lock().unwrap_or_else(PoisonError::into_inner);
        match tokens.get(&session) {
            Some((device, until)) if *until > now => Ok(Self { device: device.clone(), session }),
            _ => Err(refused()),
        }
    }
}

impl Device {
    /// The feed, if it is one of this device.
    pub async fn own_feed(&self, hq: &Hq, feed: &xuncha_core::ids::FeedId) -> Answer<FeedRow> {
        let found = hq.db.feed(feed).await?.filter(|f| f.key.device == self.device);
        found.ok_or_else(|| Refusal::not_found("feed.unknown"))
    }
}
