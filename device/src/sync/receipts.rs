//! Step 5, the phone's side: ask what is durable, believe it only signed and only of the own entries.

use std::collections::BTreeSet;

use xuncha_core::Failure;
use xuncha_core::feed::VerifyingKey;
use xuncha_core::ids::{BlobHash, EntryId, FeedId};
use xuncha_core::protocol::Signed;
use xuncha_core::protocol::receipts::{MAX_BLOBS, Receipt, ReceiptReply, ReceiptRequest};

use crate::app::views::{OnlyHere, SyncPhase};

use super::effect::{Ask, Request};
use super::machine::{Machine, Purpose};

/// A receipt whose signature is HQ's, with what it says.
#[derive(Debug)]
pub(super) struct Unproved {
    signed: Signed<Receipt>,
    receipt: Receipt,
}

impl Machine {
    /// Asks about what was just sent; at the first time also about what HQ may have had before.
    pub(super) fn begin_receipts(&mut self) {
        let named: BTreeSet<BlobHash> = self.contact.wanted.iter().map(|w| w.sha256).collect();
        let mut sent = std::mem::take(&mut self.contact.confirm);
        for own in &self.contact.standing.own {
            let feed = own.head.feed;
            let Some(at) = self.contact.feeds.get(&feed).filter(|at| !at.is_torn()) else { continue };
            let mut blobs = sent.remove(&feed).unwrap_or_default();
            let first = !self.contact.entries_confirmed.contains(&feed);
            if first {
                let unsent = &self.contact.standing.unsent;
                // Beyond the last one that a full list names, nothing is known of what HQ has.
                let last = unsent.iter().rposition(|b| named.contains(&b.sha256)).map_or(0, |at| at + 1);
                let judged = if self.contact.list_is_full { last } else { unsent.len() };
                let had = unsent.iter().take(judged).filter(|b| b.feed == feed).map(|b| b.sha256);
                let is_open = |b: &BlobHash| {
                    let given_up = self.tries.get(b).is_some_and(|t| t.given_up.is_some());
                    !(named.contains(b) || self.contact.active.contains_key(b) || given_up)
                };
                blobs.extend(had.filter(is_open));
            }
            blobs.retain(|b| self.contact.unconfirmed.contains(b));
            if blobs.is_empty() && !(first && at.hq.seq > own.receipted) {
                continue;
            }
            self.contact.entries_confirmed.insert(feed);
            let blobs: Vec<_> = blobs.into_iter().collect();
            if blobs.is_empty() {
                self.contact.asked.push_back((feed, Vec::new()));
            }
            self.contact.asked.extend(blobs.chunks(MAX_BLOBS).map(|batch| (feed, batch.to_vec())));
        }
        if !self.contact.asked.is_empty() && self.contact.active.is_empty() {
            self.screen.enter(SyncPhase::Confirming);
        }
        self.next_receipt();
    }

    fn next_receipt(&mut self) {
        self.contact.confirming = true;
        if let Some((feed, blobs)) = self.contact.asked.pop_front() {
            return self.ask_receipt(feed, blobs);
        }
        (self.contact.confirming, self.contact.confirmed_at) = (false, self.now);
        if !self.contact.wanted.is_empty() || !self.contact.active.is_empty() {
            self.fill();
        } else if !self.contact.confirm.is_empty() {
            self.begin_receipts();
        } else if self.contact.hello_again && self.contact.progress {
            self.begin_hello();
        } else {
            self.begin_pull();
        }
    }

    pub(super) fn ask_receipt(&mut self, feed: FeedId, mut blobs: Vec<BlobHash>) {
        let rest = blobs.split_off(blobs.len().min(self.list.names()));
        if !rest.is_empty() {
            self.contact.asked.push_front((feed, rest));
        }
        self.send(Request::Receipts(ReceiptRequest { feed, blobs: blobs.clone() }), Purpose::Receipt { feed, blobs });
    }

    pub(super) fn receipt_came(&mut self, feed: FeedId, reply: ReceiptReply) {
        self.list.went(0);
        let Some(receipt) = read(&self.setup.hq_key, feed, &reply.receipt) else { return self.receipt_wrong(feed) };
        let seq = receipt.stored_to.seq;
        let unproved = Unproved { signed: reply.receipt, receipt };
        if seq == 0 && unproved.receipt.stored_to.id.is_none() {
            return self.store_receipt(unproved);
        }
        self.ask(Ask::EntryAt { feed, seq }, Purpose::EntryAt(Box::new(unproved)));
    }

    pub(super) fn receipt_placed(&mut self, unproved: Unproved, own: Option<EntryId>) {
        // HQ may sign what it likes: true of this phone is only what names this phone's own entry.
        if own.is_none() || own != unproved.receipt.stored_to.id {
            return self.receipt_wrong(unproved.receipt.feed);
        }
        self.store_receipt(unproved);
    }

    fn store_receipt(&mut self, proved: Unproved) {
        self.ask(Ask::StoreReceipt(Box::new(proved.signed.clone())), Purpose::StoreReceipt(Box::new(proved)));
    }

    pub(super) fn receipt_stored(&mut self, proved: Unproved, rest: OnlyHere) {
        let receipt = proved.receipt;
        for blob in &receipt.blobs_stored {
            if self.contact.unconfirmed.remove(blob) {
                self.progressed();
            }
            self.screen.file_receipted(*blob);
        }
        self.screen.quarantine(receipt.feed, &receipt.quarantined);
        if let Some(first) = receipt.quarantined.first() {
            let failure = Failure::never("entry.quarantined").with("seq", first.seq).with("reason", &first.reason);
            self.problem(failure.with("feed", receipt.feed.short()));
        }
        self.screen.only_here(rest);
        self.next_receipt();
    }

    /// An alarm; nothing of it is kept, and nothing more is asked about this feed in this contact.
    fn receipt_wrong(&mut self, feed: FeedId) {
        self.problem(Failure::never("receipt.wrong").with("feed", feed.short()));
        self.contact.asked.retain(|(asked, _)| *asked != feed);
        self.next_receipt();
    }
}

/// The receipt, if HQ signed it and it speaks of this feed.
pub(super) fn read(hq: &VerifyingKey, feed: FeedId, signed: &Signed<Receipt>) -> Option<Receipt> {
    signed.verify(hq).ok().filter(|r| r.feed == feed && r.stored_to.feed == feed)
}
