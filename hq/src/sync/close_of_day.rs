//! Step 7: both sides compare the day.

use std::collections::BTreeSet;
use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use http::StatusCode;
use xuncha_core::Failure;
use xuncha_core::protocol::Signed;
use xuncha_core::protocol::close_of_day::{CloseReply, CloseRequest, DayAgreed, manifest_hash};

use super::receipts::stored;
use super::session::Device;
use crate::hq::Hq;
use crate::http::{Json, json};
use crate::refusal::{Answer, Refusal};

/// Feeds and blobs one day may name.
const MAX_FEEDS: usize = 64;
const MAX_BLOBS: usize = 3_000;

pub(super) async fn close(
    State(hq): State<Arc<Hq>>,
    device: Device,
    Json(ask): Json<CloseRequest>,
) -> Answer<Response> {
    if ask.feeds.len() > MAX_FEEDS || ask.blobs.len() > MAX_BLOBS {
        return Err(Refusal::never(StatusCode::UNPROCESSABLE_ENTITY, "close.too_many").with("limit", MAX_BLOBS));
    }
    let (mut missing_entries, mut there) = (Vec::new(), BTreeSet::new());
    for claimed in &ask.feeds {
        let feed = device.own_feed(&hq, &claimed.feed).await?.key.feed;
        let head = hq.db.head(&feed).await?;
        // HQ may have more than the phone believes; what the phone names must be exactly here.
        let here = match claimed.seq {
            0 => None,
            seq => hq.db.entry_at(&feed, seq).await?,
        };
        if here != claimed.id {
            missing_entries.push(head);
        }
        there.extend(stored(&hq, &feed, &ask.blobs).await?);
    }
    let missing_blobs: Vec<_> = ask.blobs.iter().filter(|b| !there.contains(*b)).copied().collect();
    let agreed = if missing_entries.is_empty() && missing_blobs.is_empty() {
        let day = DayAgreed {
            manifest: manifest_hash(&ask.feeds, &ask.blobs),
            log_index: hq.db.log_index().await?,
            time: hq.clock.stamp(),
        };
        Some(Signed::sign(&day, &hq.keys.signing).map_err(|_| Refusal::from(Failure::never("hq.json")))?)
    } else {
        None
    };
    Ok(json(StatusCode::OK, &CloseReply { missing_entries, missing_blobs, agreed }))
}
