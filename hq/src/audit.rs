//! What can be wrong with stored entries, seals, blobs and receipts: one judge for the running HQ and for an export that
//! lies somewhere without database or network. It trusts nothing but the keys it is given.

use std::collections::BTreeSet;

use xuncha_core::feed::{Chain, Entry, FeedKey, Frame, Head, VerifyingKey};
use xuncha_core::ids::{BlobHash, FeedId, InspectionId};
use xuncha_core::inspection::Inspection;
use xuncha_core::inspection::seal::SealFault;
use xuncha_core::protocol::Signed;
use xuncha_core::protocol::receipts::Receipt;

use crate::api::types::FaultView;

/// Faults found, and how much was looked at.
#[derive(Debug, Default)]
pub struct Audit {
    /// What is wrong.
    pub faults: Vec<FaultView>,
    /// Entries checked.
    pub entries: u32,
    /// Feeds walked.
    pub feeds: u32,
    /// Blobs hashed.
    pub blobs: u32,
    /// Bytes hashed.
    pub bytes: u64,
}

impl Audit {
    /// Notes a fault.
    pub fn fault(&mut self, code: &str, about: impl ToString, detail: impl ToString) {
        self.faults.push(FaultView { code: code.to_owned(), about: about.to_string(), detail: detail.to_string() });
    }

    /// Starts to walk a feed.
    pub fn walk(&mut self, key: &FeedKey) -> Walk {
        self.feeds += 1;
        if !key.is_genuine() {
            self.fault("feed.key", key.feed, "the name is not that of the key");
        }
        Walk { chain: Chain::resume(key.key, Head::empty(key.feed)), feed: key.feed, broken: false }
    }

    /// Holds an inspection's seal against its manifest.
    pub fn seal(&mut self, state: &Inspection, manifest: impl FnOnce(&BlobHash) -> Option<Vec<u8>>) {
        let Some(seal) = state.seal() else { return };
        let proposed = &seal.proposal.value;
        let Some(bytes) = manifest(&proposed.manifest) else {
            self.fault("seal.manifest_missing", proposed.manifest, "the sealed manifest is not here");
            return;
        };
        for fault in state.check_seal(proposed, &bytes) {
            let code = match &fault {
                SealFault::ManifestHash => "seal.manifest_hash",
                SealFault::ManifestShape(_) => "seal.manifest_shape",
                SealFault::Proposal(_) => "seal.proposal",
                SealFault::EntryMissing(_) => "seal.entry_missing",
                SealFault::EntryAdded(_) => "seal.entry_added",
            };
            self.fault(code, seal.proposal.by.entry, format!("{fault:?}"));
        }
    }

    /// Notes how a blob was found: its length and whether its bytes are what its name says.
    pub fn blob(&mut self, sha256: &BlobHash, size: u64, found: Option<(u64, bool)>) {
        match found {
            None => self.fault("blob.missing", sha256, "not here"),
            Some((length, fits)) => {
                self.blobs += 1;
                self.bytes += length;
                if !fits {
                    self.fault("blob.hash", sha256, "its bytes have another SHA-256");
                } else if length != size {
                    self.fault("blob.size", sha256, format!("{length} bytes, its entry says {size}"));
                }
            }
        }
    }

    /// Checks a receipt's signature; gives what it says.
    pub fn receipt(&mut self, signed: &Signed<Receipt>, hq: &VerifyingKey, about: &str) -> Option<Receipt> {
        match signed.verify(hq) {
            Ok(receipt) => Some(receipt),
            Err(e) => {
                self.fault("receipt.signature", about, e);
                None
            }
        }
    }

    /// Whether the receipts speak of every entry of `id` and every blob.
    pub fn coverage(&mut self, id: &InspectionId, entries: &[Entry], receipts: &[Receipt], blobs: &[BlobHash]) {
        let of = |feed: &FeedId| receipts.iter().filter(|r| r.feed == *feed).map(|r| r.stored_to.seq).max();
        let last = |feed: &FeedId| entries.iter().filter(|e| e.header.feed == *feed).map(|e| e.header.seq).max();
        for feed in entries.iter().map(|e| e.header.feed).collect::<BTreeSet<_>>() {
            if of(&feed).unwrap_or(0) < last(&feed).unwrap_or(0) {
                self.fault("receipt.entries", feed, format!("no receipt covers all entries of {id}"));
            }
        }
        for entry in entries {
            let h = &entry.header;
            let stands = receipts.iter().find(|r| r.feed == h.feed && r.stored_to.seq == h.seq);
            if stands.is_some_and(|r| r.stored_to.id != Some(entry.id)) {
                self.fault("receipt.entries", entry.id, "a receipt names another entry at its place");
            }
        }
        for blob in blobs.iter().filter(|b| !receipts.iter().any(|r| r.blobs_stored.contains(b))) {
            self.fault("receipt.blob", blob, "no receipt names it");
        }
    }
}

/// A feed being walked from its start.
pub struct Walk {
    chain: Chain,
    feed: FeedId,
    broken: bool,
}

impl Walk {
    /// Takes the next frame. After the first break the rest of the feed proves nothing and is not looked at.
    pub fn take(&mut self, frame: &Frame, audit: &mut Audit) -> Option<Entry> {
        if self.broken {
            return None;
        }
        match self.chain.accept(frame) {
            Ok(entry) => {
                audit.entries += 1;
                Some(entry)
            }
            Err(e) => {
                self.broken = true;
                let place = self.chain.head().seq + 1;
                audit.fault("entry.broken", format!("{} at {place}", self.feed), e);
                None
            }
        }
    }
    /// Where the walk ended.
    pub fn head(&self) -> &Head {
        self.chain.head()
    }
}
