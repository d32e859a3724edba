//! Verifying a stored inspection now: every signature and chain from its start, the seal, every original re-read.

use std::collections::BTreeSet;
use std::sync::Arc;

use xuncha_core::feed::Signature;
use xuncha_core::ids::InspectionId;
use xuncha_core::protocol::Signed;
use xuncha_core::protocol::receipts::Receipt;

use crate::api::types::VerifyReport;
use crate::audit::Audit;
use crate::db::{DbError, ReceiptRow};
use crate::hq::Hq;
use crate::objects::recheck;
use crate::refusal::Answer;

/// Entries read at a time.
const PAGE: u32 = 500;

impl Hq {
    /// What is wrong with an inspection's entries, seal, originals and receipts, as they lie here now.
    pub async fn verify_inspection(self: &Arc<Self>, id: &InspectionId) -> Answer<VerifyReport> {
        let mut audit = Audit::default();
        let (folded, arrivals) = self.folded(id).await?;
        let mut receipts = Vec::new();
        for feed in arrivals.iter().map(|a| a.entry.header.feed).collect::<BTreeSet<_>>() {
            let Some(row) = self.db.feed(&feed).await? else {
                audit.fault("feed.unknown", feed, "never admitted");
                continue;
            };
            let mut walk = audit.walk(&row.key);
            let mut after = 0;
            loop {
                let page = self.db.entries(&feed, after, PAGE).await?;
                for stored in &page {
                    walk.take(&stored.frame, &mut audit);
                }
                after += page.len() as u64;
                if page.len() < PAGE as usize {
                    break;
                }
            }
            for row in self.db.receipts(&feed).await? {
                let about = format!("receipt of {}", row.time);
                receipts.extend(audit.receipt(&signed(&row)?, &self.own.key, &about));
            }
        }
        let mut delivered = Vec::new();
        for (blob, here) in self.db.blobs_of(id).await? {
            let objects = Arc::clone(&self.objects);
            let found = match here {
                true => self.blocking.run(move || recheck(&*objects, &blob.sha256)).await?,
                false => None,
            };
            audit.blob(&blob.sha256, blob.size, found);
            if found.is_some() {
                delivered.push(blob.sha256);
            }
        }
        let entries: Vec<_> = arrivals.into_iter().map(|a| a.entry).collect();
        audit.coverage(id, &entries, &receipts, &delivered);
        let manifest = match folded.state.seal() {
            Some(seal) => self.object(seal.proposal.value.manifest, crate::api::MAX_MANIFEST).await?,
            None => None,
        };
        audit.seal(&folded.state, |_| manifest);
        Ok(VerifyReport {
            ok: audit.faults.is_empty(),
            checked: self.clock.stamp(),
            entries: audit.entries,
            feeds: audit.feeds,
            blobs: audit.blobs,
            bytes: audit.bytes,
            faults: audit.faults,
        })
    }
}

/// A stored receipt as it was sent.
pub(crate) fn signed(row: &ReceiptRow) -> Result<Signed<Receipt>, DbError> {
    let wire = serde_json::json!({ "text": row.text, "sig": Signature::from_bytes(row.sig) });
    serde_json::from_value(wire).map_err(|e| DbError::Damaged(e.to_string()))
}
