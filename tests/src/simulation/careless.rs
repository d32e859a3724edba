//! What a careless client would do with what it hears: the phones' half of the planted bugs.

use std::sync::Arc;

use xuncha_core::Failure;
use xuncha_core::protocol::hello::Verdict;
use xuncha_core::protocol::receipts::Receipt;
use xuncha_device::sync::{Answer, Request};

use super::bugs::Bug;
use super::disk::{Change, Contents};
use super::network::Mishap;
use super::objects::lock;
use super::world::World;

impl World {
    /// What a careless client would do with what it hears: the phones' half of the planted bugs.
    pub(super) fn misbelieve(
        &mut self,
        phone: usize,
        request: &Request,
        mishap: Mishap,
        result: &mut Result<Answer, Failure>,
    ) {
        let Some(bug) = self.bug else { return };
        let restored = self.was_restored;
        let hq = self.office.identity();
        let hand = Arc::clone(&self.phones[phone].hand);
        let mut disk = lock(&hand.disk);
        let own = disk.now.own.key.feed;
        let keep = |disk: &mut super::disk::Disk, change| {
            disk.write(change);
            disk.sync();
        };
        match (bug, &mut *result) {
            (Bug::DeleteOn200, Ok(Answer::Offset(offset))) => {
                if let Request::UploadBytes { sha256, size, .. } = request
                    && offset == size
                {
                    keep(&mut disk, Change::Forget(*sha256));
                }
            }
            (Bug::CursorUnchecked, Ok(Answer::Pull(reply))) => {
                for run in &reply.runs {
                    let frames = run.frames.iter().cloned().map(Into::into).collect();
                    keep(&mut disk, Change::Unchecked(Box::new(run.feed.clone()), frames));
                }
            }
            (Bug::ReceiptSignatureUnchecked | Bug::ReceiptOfAnotherFeed, Ok(Answer::Receipt(reply))) => {
                let genuine = reply.receipt.verify(&hq.key).is_ok();
                if let Ok(said) = serde_json::from_str::<Receipt>(&reply.receipt.text)
                    && genuine == (bug == Bug::ReceiptOfAnotherFeed)
                {
                    keep(&mut disk, Change::Receipt(Box::new(reply.receipt.clone()), Box::new(said)));
                }
            }
            (Bug::CursorGoesBack, Ok(Answer::Hello(hello))) => {
                if let Ok(said) = hello.checkpoint.verify(&hq.key) {
                    keep(&mut disk, Change::Seen(said.log_index, said.restored.map(|r| r.id)));
                }
            }
            (Bug::HeadsNotCompared, Ok(Answer::Hello(hello))) => {
                let local = disk.now.own.head.clone();
                for said in hello.feeds.iter_mut().filter(|f| f.head.feed == own && f.head.seq >= local.seq) {
                    (said.verdict, said.head) = (Verdict::Continues, local.clone());
                }
            }
            (Bug::RestoredHqBelieved, Ok(Answer::Hello(hello))) if restored => {
                let receipted = usize::try_from(disk.now.receipted).unwrap_or(usize::MAX);
                let at = receipted.checked_sub(1).and_then(|n| disk.now.own.frames.get(n)).and_then(|f| f.open().ok());
                for said in hello.feeds.iter_mut().filter(|f| f.head.feed == own && f.head.seq < disk.now.receipted) {
                    if let Some(entry) = &at {
                        said.head = super::disk::head_of(entry);
                    }
                }
            }
            (Bug::LostReplyWritesAgain, Err(_)) if mishap == Mishap::LostReply => {
                if let Request::Push { .. } = request
                    && let Some(payload) =
                        disk.now.own.frames.last().and_then(|f| f.open().ok()).and_then(|e| e.payload)
                {
                    let to = disk.now.own.head.seq - 1;
                    keep(&mut disk, Change::CutBack(to));
                    drop(disk);
                    let body = serde_json::from_str(payload.body.get()).unwrap_or_default();
                    hand.say(&mut self.chance, payload.inspection.as_ref(), (payload.kind, body), payload.over, None);
                }
            }
            (Bug::PortalBelieved, Err(_)) if mishap == Mishap::Portal => {
                if let Request::Receipts(asked) = request {
                    let seq = disk.now.own.head.seq;
                    let believe = |contents: &mut Contents| {
                        contents.receipted = seq;
                        contents.receipted_blobs.extend(&asked.blobs);
                    };
                    believe(&mut disk.now);
                    believe(&mut disk.durable);
                }
            }
            _ => {}
        }
    }
}
