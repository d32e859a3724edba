//! Receipts: HQ's own signature, the columns beside it, and what was promised.

use std::collections::BTreeSet;
use std::path::Path;

use xuncha_core::feed::{Frame, FrameError, Signature};
use xuncha_core::ids::{BlobHash, FeedId};
use xuncha_core::protocol::Signed;
use xuncha_core::protocol::close_of_day::DayAgreed;
use xuncha_core::protocol::receipts::Receipt;

use super::Names;
use super::log::Walked;
use crate::audit::Audit;
use crate::db::sqlite::copy::{self, LyingFrame, LyingReceipt};
use crate::db::{AgreementRow, DbError};
use crate::hq::Hq;

/// What lies in the tables, not yet believed.
pub struct Raw {
    receipts: Vec<Result<LyingReceipt, (u64, String)>>,
    receipted: BTreeSet<(FeedId, BlobHash)>,
    proofs: BTreeSet<(FeedId, BlobHash)>,
    quarantine: Vec<LyingFrame>,
    agreements: Vec<AgreementRow>,
}

impl Raw {
    /// Reads them from a copy of the database.
    pub fn read(file: &Path) -> Result<Self, DbError> {
        Ok(Self {
            receipts: copy::receipts(file)?,
            receipted: copy::receipted(file)?,
            proofs: copy::proofs(file)?,
            quarantine: copy::quarantine(file)?,
            agreements: copy::agreements(file)?,
        })
    }
}

impl Raw {
    /// Whether a phone brought it: a list of HQ's own is asked of nobody.
    pub fn is_delivered(&self, sha256: &BlobHash) -> bool {
        self.proofs.iter().any(|(_, blob)| blob == sha256)
    }
}

/// Judges them all. Gives how many receipts there are.
pub fn judge(raw: &Raw, hq: &Hq, walked: &Walked, names: &Names, audit: &mut Audit) -> u64 {
    let mut promised: BTreeSet<(FeedId, BlobHash)> = BTreeSet::new();
    let mut apart = BTreeSet::new();
    let mut earlier: Option<u64> = None;
    for lying in &raw.receipts {
        let row = match lying {
            Ok(row) => row,
            Err((number, why)) => {
                audit.fault("receipt.unreadable", format!("receipt {number}"), why);
                continue;
            }
        };
        let about = format!("receipt {} of {}", row.number, row.time);
        if let Some(gap) = earlier.filter(|n| row.number != n + 1) {
            audit.fault("receipt.gap", "the receipts", format!("{} to {} are not here", gap + 1, row.number - 1));
        }
        earlier = Some(row.number);
        let wire = serde_json::json!({ "text": row.text, "sig": Signature::from_bytes(row.sig) });
        let signed: Result<Signed<Receipt>, _> = serde_json::from_value(wire);
        let Some(receipt) = signed.ok().and_then(|s| audit.receipt(&s, &hq.own.key, &about)) else { continue };
        let about = format!("receipt {} for {}", row.number, names.feed(&receipt.feed));
        let columns = *receipt.feed.as_bytes() == row.feed
            && receipt.stored_to.seq == row.stored_to
            && receipt.log_index == row.log_index
            && receipt.time == row.time;
        if !columns {
            audit.fault("receipt.filed", &about, "filed under another feed, place or time than it says");
        }
        let here = walked.places.get(&(receipt.feed, receipt.stored_to.seq)).copied();
        if receipt.stored_to.seq > 0 && here != receipt.stored_to.id {
            let detail = format!("HQ receipted entry {} and does not hold it", receipt.stored_to.seq);
            audit.fault("receipt.entries", &about, detail);
        }
        if receipt.log_index > walked.last {
            audit.fault("receipt.ahead", &about, "speaks of a log that is longer than this one");
        }
        promised.extend(receipt.blobs_stored.iter().map(|blob| (receipt.feed, *blob)));
        apart.extend(receipt.quarantined.iter().map(|q| (receipt.feed, q.id, q.seq, q.reason.clone())));
    }
    let delivered: BTreeSet<BlobHash> = raw.proofs.iter().map(|(_, blob)| *blob).collect();
    for (_, blob) in promised.iter().filter(|(_, blob)| !delivered.contains(blob)) {
        audit.fault("receipt.blob", names.original(blob), "HQ receipted it and does not know that it has it");
    }
    for (_, blob) in raw.receipted.symmetric_difference(&promised) {
        audit.fault("receipt.listed", names.original(blob), "the table of receipted files and the receipts differ");
    }
    for (feed, blob) in &raw.proofs {
        if !walked.feeds.contains_key(feed) {
            audit.fault("blob.of_nobody", names.original(blob), "delivered by a feed HQ never admitted");
        }
    }
    for (feed, id, seq, reason) in apart {
        let there = |f: &&LyingFrame| f.feed == feed && f.id == id;
        let about = || format!("an entry kept apart of {}, {}", names.feed(&feed), id.short());
        match raw.quarantine.iter().find(there) {
            None => audit.fault("quarantine.missing", about(), "HQ receipted that it keeps it, and does not have it"),
            Some(f) if (f.seq, &f.reason) != (seq, &reason) => {
                audit.fault("quarantine.filed", about(), "filed under another place or reason than the receipt says");
            }
            Some(_) => {}
        }
    }
    for lying in &raw.quarantine {
        let frame = Frame::from_bytes(&lying.frame).ok().filter(|f| f.id() == lying.id);
        let whole = match (frame, walked.feeds.get(&lying.feed)) {
            (Some(frame), Some(key)) => match (frame.verify(key), lying.reason.as_str()) {
                // What was kept apart for its limits may not even open: its header's hash is all that is known of it.
                (_, "entry.limits") | (Ok(_), _) | (Err(FrameError::Signature(_)), "entry.signature") => true,
                (Err(_), _) => false,
            },
            _ => false,
        };
        if !whole {
            let about = format!("an entry kept apart, {}", lying.id.short());
            audit.fault("quarantine.changed", about, "it is not what came, or its feed was never admitted");
        }
    }
    for row in &raw.agreements {
        let about = format!("HQ's word of {} on {}", row.time, names.feed(&row.feed));
        let signed = Signed::<DayAgreed>::from_parts(row.text.clone(), Signature::from_bytes(row.sig));
        match signed.verify(&hq.own.key) {
            Err(e) => audit.fault("agreement.signature", about, e),
            Ok(day) => {
                let claim = day.feeds.iter().find(|f| f.head.feed == row.feed);
                let columns = claim.is_some_and(|c| (c.head.seq, c.from) == (row.seq, row.from))
                    && (day.manifest, day.log_index, &day.time) == (row.manifest, row.log_index, &row.time);
                if !columns {
                    audit.fault("agreement.filed", about, "filed under another feed, place or time than it says");
                }
            }
        }
    }
    raw.receipts.len() as u64
}
