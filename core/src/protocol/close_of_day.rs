//! Step 7: both sides compare what they hold, and name exactly what is missing, if anything.
//!
//! A head names every entry below it, and each entry is signed with the names of its blobs: a manifest of heads covers all
//! photos there ever were and stays as small as it is. What it adds per feed, number and hash of the blobs, keeps a side
//! whose own table of blobs is wrong from agreeing by mistake. [`FeedClaim::from`] bounds the comparison: a sync compares what
//! came after the last agreement, the close of a day begins at 0 and has HQ look for every object again.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::feed::Head;
use crate::ids::{BlobHash, Digest, FeedId};

use super::{Signed, Statement};

/// Feeds that one request may name.
pub const MAX_FEEDS: usize = 64;
/// Blobs that one answer names; the rest comes with [`CloseRequest::after`].
pub const MAX_NAMED: usize = 1_000;

/// `POST /v1/close`: what this device believes HQ has.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CloseRequest {
    /// Own feeds.
    pub feeds: Vec<FeedClaim>,
    /// Of the missing blobs, name those after this one: the last of the page before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<BlobHash>,
    /// Blobs the answer may name; absent: [`MAX_NAMED`], which is also the most. An HQ that does not know this names as many.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub most: Option<u32>,
}

/// "This is my feed, and these are the blobs it brought."
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FeedClaim {
    /// Where the feed ends.
    pub head: Head,
    /// Blobs of entries after this place are compared; 0: of all.
    pub from: u64,
    /// How many different blobs those entries name.
    pub blobs: u64,
    /// SHA-256 over their names, sorted, each as `sha256 LF`.
    pub blobs_sha256: Digest,
}

impl FeedClaim {
    /// The claim on a feed whose entries after `from` name these blobs, in any order and with any repetitions.
    pub fn new(head: Head, from: u64, blobs: impl IntoIterator<Item = BlobHash>) -> Self {
        let names: BTreeSet<BlobHash> = blobs.into_iter().collect();
        let mut text = String::with_capacity(names.len() * 65);
        for name in &names {
            text.push_str(&name.to_string());
            text.push('\n');
        }
        Self { head, from, blobs: names.len() as u64, blobs_sha256: Digest::digest(&[text.as_bytes()]) }
    }
}

/// Answer to [`CloseRequest`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CloseReply {
    /// Feeds of which HQ has less or something else, with HQ's head.
    pub missing_entries: Vec<Head>,
    /// Blobs HQ lacks of the entries it has, sorted, at most [`MAX_NAMED`].
    pub missing_blobs: Vec<BlobHash>,
    /// More are missing than are named: ask again, after the last one.
    pub more: bool,
    /// Feeds whose entries both sides have and count other blobs by. One side's table is wrong.
    pub unlike: Vec<FeedId>,
    /// Nothing is missing: HQ's word. Of a claim with nothing left to compare it is the word that stands already.
    pub agreed: Option<Signed<DayAgreed>>,
}

/// Both sides hold the same.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DayAgreed {
    /// [`manifest_hash`] of the feeds: what two people can read to each other.
    pub manifest: Digest,
    /// What was claimed, and is so.
    pub feeds: Vec<FeedClaim>,
    /// HQ's log then.
    pub log_index: u64,
    /// HQ's clock, RFC 3339.
    pub time: String,
}
impl Statement for DayAgreed {
    const LABEL: &'static str = "xuncha-day-1\n";
}

impl DayAgreed {
    /// Whether this word says at least as much as these claims: the same heads, compared from the same place or before it.
    pub fn covers(&self, claims: &[FeedClaim]) -> bool {
        let covered = |claim: &FeedClaim| {
            let said = self.feeds.iter().find(|f| f.head.feed == claim.head.feed);
            said.is_some_and(|f| f == claim || (f.head == claim.head && f.from < claim.from && claim.blobs == 0))
        };
        self.manifest == manifest_hash(&self.feeds) && claims.iter().all(covered)
    }
}

/// SHA-256 over the feeds, each as `feed SP seq SP id SP from SP blobs SP blobs_sha256 LF`, sorted.
pub fn manifest_hash(feeds: &[FeedClaim]) -> Digest {
    let line = |f: &FeedClaim| {
        let id = f.head.id.map(|i| i.to_string()).unwrap_or_default();
        format!("{} {} {id} {} {} {}\n", f.head.feed, f.head.seq, f.from, f.blobs, f.blobs_sha256)
    };
    let mut lines: Vec<String> = feeds.iter().map(line).collect();
    lines.sort_unstable();
    Digest::digest(&[lines.concat().as_bytes()])
}

/// All blobs of a feed that HQ lacks: those it named, and those that only entries name which it does not have. `own`: places
/// and blobs of the feed; `at_hq`: where HQ ends, if it said that entries are missing.
pub fn lacking(
    own: impl IntoIterator<Item = (u64, BlobHash)>,
    at_hq: Option<&Head>,
    named: &BTreeSet<BlobHash>,
) -> BTreeMap<BlobHash, u64> {
    let mut first: BTreeMap<BlobHash, u64> = BTreeMap::new();
    for (seq, blob) in own {
        first.entry(blob).and_modify(|at| *at = seq.min(*at)).or_insert(seq);
    }
    first.retain(|blob, seq| named.contains(blob) || at_hq.is_some_and(|head| *seq > head.seq));
    first
}
