//! Step 5: HQ's signed word on what is durable.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use http::StatusCode;
use xuncha_core::Failure;
use xuncha_core::ids::{BlobHash, FeedId};
use xuncha_core::protocol::Signed;
use xuncha_core::protocol::receipts::{MAX_BLOBS, Receipt, ReceiptReply, ReceiptRequest};

use super::session::Device;
use crate::db::ReceiptRow;
use crate::hq::Hq;
use crate::http::{Json, json};
use crate::refusal::{Answer, Refusal};

pub(super) async fn receipt(
    State(hq): State<Arc<Hq>>,
    device: Device,
    Json(ask): Json<ReceiptRequest>,
) -> Answer<Response> {
    let feed = device.own_feed(&hq, &ask.feed).await?.key.feed;
    if ask.blobs.len() > MAX_BLOBS {
        return Err(Refusal::never(StatusCode::UNPROCESSABLE_ENTITY, "receipt.too_many").with("limit", MAX_BLOBS));
    }
    let receipt = Receipt {
        feed,
        stored_to: hq.db.head(&feed).await?,
        blobs_stored: stored(&hq, &feed, &ask.blobs).await?,
        quarantined: hq.db.quarantined(&feed).await?,
        log_index: hq.db.log_index().await?,
        time: hq.clock.stamp(),
    };
    let signed = Signed::sign(&receipt, &hq.keys.signing).map_err(|_| Refusal::from(Failure::never("hq.json")))?;
    let row = ReceiptRow {
        feed,
        stored_to: receipt.stored_to.seq,
        log_index: receipt.log_index,
        text: signed.text.clone(),
        sig: *signed.sig.as_bytes(),
        time: receipt.time,
        blobs: receipt.blobs_stored,
    };
    hq.room.for_entries();
    let number = hq.db.keep_receipt(row).await?;
    if let Some(mark) = &hq.mark {
        mark.receipt(number);
    }
    Ok(json(StatusCode::OK, &ReceiptReply { receipt: signed }))
}

/// Of these blobs, those that were delivered for this feed **and** whose object is there now (I2): a row alone is not
/// believed, somebody may have lost the folder.
pub(super) async fn stored(hq: &Arc<Hq>, feed: &FeedId, blobs: &[BlobHash]) -> Answer<Vec<BlobHash>> {
    let delivered = hq.db.delivered(feed, blobs).await?;
    let objects = Arc::clone(&hq.objects);
    let there = hq.blocking.run(move || {
        let mut there = Vec::new();
        for blob in delivered {
            if objects.size(&blob)?.is_some() {
                there.push(blob);
            }
        }
        Ok(there)
    });
    Ok(there.await?)
}
