//! The log: every entry in its place, signed, chained, and said by a feed that HQ admitted.

use std::collections::BTreeMap;

use xuncha_core::Failure;
use xuncha_core::event::Event;
use xuncha_core::feed::{Entry, FeedKey, VerifyingKey};
use xuncha_core::ids::{EntryId, FeedId};

use super::Names;
use crate::audit::{Audit, Walk};
use crate::db::StoredEntry;
use crate::hq::{Hq, db_failure};

const PAGE: u32 = 500;
/// Entries in a row that cannot be read before the rest is given up.
const GIVE_UP: u64 = 10_000;

/// What was found on the way.
#[derive(Default)]
pub struct Walked {
    /// Something of the log is wrong.
    pub broken: bool,
    /// Number of the newest entry.
    pub last: u64,
    /// Every entry that is where it says, by place.
    pub places: BTreeMap<(FeedId, u64), EntryId>,
    /// Feeds HQ admitted, with their keys.
    pub feeds: BTreeMap<FeedId, VerifyingKey>,
}

/// Walks the whole log.
pub async fn walk(hq: &Hq, names: &mut Names, audit: &mut Audit) -> Result<Walked, Failure> {
    let faults = audit.faults.len();
    let mut walks: BTreeMap<FeedId, Walk> = BTreeMap::new();
    walks.insert(hq.own.feed, audit.walk(&hq.own));
    let mut out = Walked { last: hq.db.log_index().await.map_err(db_failure)?, ..Walked::default() };
    out.feeds.insert(hq.own.feed, hq.own.key);
    let mut after = 0;
    while after < out.last {
        let page = page(hq, &mut after, out.last, audit).await;
        for stored in page {
            if stored.log_index != after + 1 {
                let detail = format!("entries {} to {} are not here", after + 1, stored.log_index - 1);
                audit.fault("log.gap", "the log", detail);
            }
            after = stored.log_index;
            let Ok(entry) = stored.frame.open() else {
                audit.fault("entry.broken", format!("entry {after} of the log"), "its bytes are not an entry any more");
                continue;
            };
            let feed = entry.header.feed;
            let Some(walk) = walks.get_mut(&feed) else {
                audit.fault("feed.unknown", format!("entry {after} of the log"), "of a feed HQ never admitted");
                continue;
            };
            let before = audit.faults.len();
            let taken = walk.take(&stored.frame, audit);
            for fault in &mut audit.faults[before..] {
                fault.about = format!("entry {} of {}", entry.header.seq, names.feed(&feed));
            }
            let Some(entry) = taken else { continue };
            let filed = hq.db.entry_at(&feed, entry.header.seq).await.map_err(db_failure)?;
            if filed != Some(entry.id) {
                let about = format!("entry {} of {}", entry.header.seq, names.feed(&feed));
                audit.fault("entry.filed", about, "filed under another name or place than its own");
            }
            out.places.insert((feed, entry.header.seq), entry.id);
            if let Some(key) = learn(&entry, names, feed == hq.own.feed) {
                walks.entry(key.feed).or_insert_with(|| audit.walk(&key));
                out.feeds.entry(key.feed).or_insert(key.key);
            }
        }
    }
    out.broken = audit.faults.len() > faults;
    Ok(out)
}

/// The next page; where a row cannot be read the others are read one by one, and it is named.
async fn page(hq: &Hq, after: &mut u64, last: u64, audit: &mut Audit) -> Vec<StoredEntry> {
    if let Ok(page) = hq.db.log(*after, PAGE).await {
        if page.is_empty() {
            *after = last;
        }
        return page;
    }
    let mut given_up = 0;
    while *after < last {
        match hq.db.log(*after, 1).await {
            Ok(page) => return page,
            Err(e) => {
                *after += 1;
                audit.fault("entry.broken", format!("entry {after} of the log"), e);
                given_up += 1;
                if given_up == GIVE_UP {
                    *after = last;
                }
            }
        }
    }
    Vec::new()
}

/// Names for people out of an entry; the key of a feed that it admits.
fn learn(entry: &Entry, names: &mut Names, own: bool) -> Option<FeedKey> {
    let payload = entry.payload.as_ref()?;
    match Event::read(&payload.kind, &payload.body).ok()? {
        Event::FeedAdmitted(admitted) if own => return Some(admitted.key),
        Event::InspectionStarted(start) => {
            let id = payload.inspection.clone()?;
            names.inspections.insert(id, format!("{} {}", start.number, start.firm.name));
        }
        Event::EvidenceAdded(added) => {
            let blob = payload.blobs.first()?;
            names.originals.insert(blob.sha256, (added.name, payload.inspection.clone()));
        }
        Event::SealProposed(_) => {
            let blob = payload.blobs.first()?;
            names.originals.insert(blob.sha256, ("the sealed manifest".to_owned(), payload.inspection.clone()));
        }
        Event::SealSigned(signed) => {
            for blob in &payload.blobs {
                let name = format!("the signature of {}", signed.name);
                names.originals.insert(blob.sha256, (name, payload.inspection.clone()));
            }
        }
        Event::PackPublished(pack) => {
            let sha256 = xuncha_core::ids::BlobHash::from_bytes(*pack.sha256.as_bytes());
            names.originals.insert(sha256, (format!("list or law {} {}", pack.code, pack.version), None));
        }
        _ => {}
    }
    None
}
