//! Step 7: both sides compare what they hold.
//!
//! HQ knows by its own rows which blobs the entries below a head name; what it adds here is a look at the disk. An object
//! that was delivered and is gone counts as never delivered from this moment on: it is named here, wanted by the next hello,
//! and whoever has it sends it again.

use std::collections::BTreeSet;
use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use http::StatusCode;
use xuncha_core::Failure;
use xuncha_core::feed::Signature;
use xuncha_core::ids::BlobHash;
use xuncha_core::protocol::Signed;
use xuncha_core::protocol::close_of_day::{
    CloseReply, CloseRequest, DayAgreed, FeedClaim, MAX_FEEDS, MAX_NAMED, manifest_hash,
};

use super::session::Device;
use crate::db::{AgreementRow, HeldBlob};
use crate::hq::Hq;
use crate::http::{Json, json};
use crate::objects::store_again;
use crate::refusal::{Answer, Refusal};

pub(super) async fn close(
    State(hq): State<Arc<Hq>>,
    device: Device,
    Json(ask): Json<CloseRequest>,
) -> Answer<Response> {
    if ask.feeds.len() > MAX_FEEDS {
        return Err(Refusal::never(StatusCode::UNPROCESSABLE_ENTITY, "close.too_many").with("limit", MAX_FEEDS));
    }
    let (mut missing_entries, mut unlike, mut absent) = (Vec::new(), Vec::new(), BTreeSet::new());
    for claim in &ask.feeds {
        let feed = device.own_feed(&hq, &claim.head.feed).await?.key.feed;
        let head = hq.db.head(&feed).await?;
        // HQ may have more than the phone believes; what the phone names must be exactly here.
        let here = match claim.head.seq {
            0 => None,
            seq => hq.db.entry_at(&feed, seq).await?,
        };
        let held = hq.db.blobs_between(&feed, claim.from, claim.head.seq.min(head.seq)).await?;
        if here != claim.head.id {
            missing_entries.push(head);
        } else if FeedClaim::new(claim.head.clone(), claim.from, held.iter().map(|b| b.sha256)) != *claim {
            unlike.push(feed);
        }
        absent.extend(hq.absent(held).await?);
    }
    let agreed = if missing_entries.is_empty() && unlike.is_empty() && absent.is_empty() {
        Some(hq.agree(&ask.feeds).await?)
    } else {
        None
    };
    let mut missing_blobs: Vec<BlobHash> = absent.into_iter().filter(|b| ask.after.is_none_or(|a| *b > a)).collect();
    let most = ask.most.map_or(MAX_NAMED, |most| (most as usize).clamp(1, MAX_NAMED));
    let more = missing_blobs.len() > most;
    missing_blobs.truncate(most);
    Ok(json(StatusCode::OK, &CloseReply { missing_entries, missing_blobs, more, unlike, agreed }))
}

impl Hq {
    /// Of these blobs, those HQ does not have: never delivered, or gone from the disk, which is noted. One that was noted and
    /// whose file is back, whole, counts again.
    async fn absent(self: &Arc<Self>, held: Vec<HeldBlob>) -> Answer<Vec<BlobHash>> {
        let (delivered, mut absent): (Vec<_>, Vec<_>) = held.into_iter().partition(|b| b.delivered);
        let objects = Arc::clone(&self.objects);
        let look = self.blocking.run(move || {
            let (mut lost, mut gone, mut found) = (Vec::new(), Vec::new(), Vec::new());
            for blob in delivered {
                // A file cut short is as good as none.
                let there = objects.size(&blob.sha256)? == Some(blob.size);
                match (there, blob.lost) {
                    (true, false) => {}
                    (false, true) => gone.push(blob),
                    (false, false) => lost.push(blob),
                    // Nobody vouches for a file that came back by hand, or that an upload left whose last sync failed, but
                    // its own bytes; and not even they say that it is durable.
                    (true, true) if store_again(&*objects, &blob.sha256)? => found.push(blob),
                    (true, true) => gone.push(blob),
                }
            }
            Ok((lost, gone, found))
        });
        let (lost, gone, found) = look.await?;
        let names = |blobs: &[HeldBlob]| blobs.iter().map(|b| b.sha256).collect::<Vec<_>>();
        if !lost.is_empty() {
            tracing::error!(objects = lost.len(), "objects that were delivered are gone; their phones are asked again");
            self.db.lose(&names(&lost), &self.clock.stamp()).await?;
        }
        if !found.is_empty() {
            self.db.found(&names(&found)).await?;
        }
        absent.extend(lost.into_iter().chain(gone));
        Ok(names(&absent))
    }

    /// HQ's word that these claims are so. Where nothing was left to compare, the word that stands says it already.
    async fn agree(&self, claims: &[FeedClaim]) -> Answer<Signed<DayAgreed>> {
        if let Some(first) = claims.first().filter(|_| claims.iter().all(|c| c.from >= c.head.seq))
            && let Some(standing) = self.db.agreement(&first.head.feed).await?
        {
            let signed = Signed::<DayAgreed>::from_parts(standing.text, Signature::from_bytes(standing.sig));
            if signed.verify(&self.own.key).is_ok_and(|day| day.covers(claims)) {
                return Ok(signed);
            }
        }
        let day = DayAgreed {
            manifest: manifest_hash(claims),
            feeds: claims.to_vec(),
            log_index: self.db.log_index().await?,
            time: self.clock.stamp(),
        };
        let signed = Signed::sign(&day, &self.keys.signing).map_err(|_| Refusal::from(Failure::never("hq.json")))?;
        let row = |claim: &FeedClaim| AgreementRow {
            feed: claim.head.feed,
            seq: claim.head.seq,
            from: claim.from,
            manifest: day.manifest,
            log_index: day.log_index,
            text: signed.text.clone(),
            sig: *signed.sig.as_bytes(),
            time: day.time.clone(),
        };
        self.db.keep_agreement(claims.iter().map(row).collect()).await?;
        Ok(signed)
    }
}
