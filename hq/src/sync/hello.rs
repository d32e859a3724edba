//! Step 2: both sides say where they stand.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use http::StatusCode;
use xuncha_core::Failure;
use xuncha_core::feed::Head;
use xuncha_core::protocol::Signed;
use xuncha_core::protocol::hello::{
    Checkpoint, FeedStanding, HeadClaim, HelloReply, HelloRequest, Verdict, WantedBlob,
};

use super::session::Device;
use crate::hq::Hq;
use crate::http::{Json, json};
use crate::refusal::{Answer, Refusal};

/// The least version of the app HQ takes.
const LEAST_APP: &str = "0.1.0";
/// Feeds one hello may name.
const MAX_FEEDS: usize = 64;
/// Blobs named in one reply, at most.
const MAX_WANTED: u32 = 1_000;

pub(super) async fn hello(
    State(hq): State<Arc<Hq>>,
    device: Device,
    Json(ask): Json<HelloRequest>,
) -> Answer<Response> {
    if ask.heads.len() > MAX_FEEDS {
        return Err(Refusal::never(StatusCode::UNPROCESSABLE_ENTITY, "hello.too_many"));
    }
    let most = ask.most.unwrap_or(MAX_WANTED).clamp(1, MAX_WANTED);
    let (mut feeds, mut wanted) = (Vec::new(), Vec::new());
    for claim in &ask.heads {
        let bad = || Refusal::never(StatusCode::UNPROCESSABLE_ENTITY, "hello.claim");
        // The feed is looked up by what the text says, then the text is believed only under that feed's key.
        let said: HeadClaim = serde_json::from_str(&claim.text).map_err(|_| bad())?;
        let feed = device.own_feed(&hq, &said.head.feed).await?;
        let claim = claim.verify(&feed.key.key).map_err(|_| bad())?;
        if claim.session != device.session {
            return Err(bad());
        }
        let head = hq.db.head(&feed.key.feed).await?;
        let verdict = compare(&head, &claim.head, feed.closed_after.is_some());
        feeds.push(FeedStanding { head, verdict });
        let room = most - u32::try_from(wanted.len()).unwrap_or(most).min(most);
        for row in hq.db.wanted(&feed.key.feed, room).await? {
            let mut offset = match &row.upload {
                Some(upload) => part_size(&hq, upload).await?,
                None => None,
            };
            if offset == Some(row.size)
                && let Some(name) = &row.upload
                && let Some(upload) = hq.db.upload(name).await?
            {
                match super::blobs::finish(&hq, upload).await {
                    Ok(_) => continue,
                    // Not what it claims to be, and gone; or still in the hands of another request.
                    Err(_) => offset = part_size(&hq, name).await?,
                }
            }
            wanted.push(WantedBlob {
                feed: row.feed,
                entry: row.entry,
                sha256: row.sha256,
                size: row.size,
                upload: row.upload.filter(|_| offset.is_some()).map(|u| format!("/v1/blobs/{u}")),
                offset: offset.unwrap_or(0),
            });
        }
    }
    let reply = HelloReply { checkpoint: hq.checkpoint().await?, feeds, wanted, least_app: LEAST_APP.to_owned() };
    Ok(json(StatusCode::OK, &reply))
}

async fn part_size(hq: &Arc<Hq>, upload: &str) -> Answer<Option<u64>> {
    let (objects, upload) = (Arc::clone(&hq.objects), upload.to_owned());
    Ok(hq.blocking.run(move || objects.part_size(&upload)).await?)
}

/// How a phone's claim compares with what HQ has.
fn compare(hq: &Head, phone: &Head, closed: bool) -> Verdict {
    match () {
        () if closed => Verdict::Closed,
        () if phone.seq < hq.seq => Verdict::RolledBack,
        () if phone.seq == hq.seq && phone.id != hq.id => Verdict::Forked,
        () => Verdict::Continues,
    }
}

impl Hq {
    /// HQ's signed word on where its log stands.
    pub(crate) async fn checkpoint(&self) -> Answer<Signed<Checkpoint>> {
        let checkpoint = Checkpoint {
            log_index: self.db.log_index().await?,
            hq_head: self.db.head(&self.own.feed).await?,
            backed_up_to: self.backed_up_to().await?,
            restored: self.restored().await?,
            time: self.clock.stamp(),
            nonce: self.chance.hex::<16>()?,
        };
        Signed::sign(&checkpoint, &self.keys.signing).map_err(|_| Failure::never("hq.json").into())
    }
}

#[cfg(test)]
mod tests {
    use xuncha_core::ids::{EntryId, FeedId};

    use super::*;

    #[test]
    fn a_claim_is_judged_by_place_first_and_name_second() {
        let feed = FeedId::digest(&[b"f"]);
        let head = |seq, id: &[u8]| Head { feed, seq, id: Some(EntryId::digest(&[id])), lamport: seq };
        let hq = head(5, b"5");
        let cases = [
            (head(5, b"5"), false, Verdict::Continues),
            (head(9, b"9"), false, Verdict::Continues),
            (head(4, b"4"), false, Verdict::RolledBack),
            (Head::empty(feed), false, Verdict::RolledBack),
            (head(5, b"other"), false, Verdict::Forked),
            (head(5, b"5"), true, Verdict::Closed),
        ];
        for (phone, closed, verdict) in cases {
            assert_eq!(compare(&hq, &phone, closed), verdict, "{phone:?}");
        }
        assert_eq!(compare(&Head::empty(feed), &Head::empty(feed), false), Verdict::Continues);
    }
}
