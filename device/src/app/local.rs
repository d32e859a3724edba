//! The phone as the sync sees it: [`Local`] over the desk. Short work under the desk's lock, long reads beside it.

use std::sync::{Arc, Weak};

use xuncha_core::Failure;
use xuncha_core::event::PackPublished;
use xuncha_core::feed::{Frame, Head, Signature, Signer as _};
use xuncha_core::ids::{BlobHash, Digest, EntryId, FeedId};
use xuncha_core::inspection::Touched;
use xuncha_core::protocol::close_of_day::DayAgreed;
use xuncha_core::protocol::hello::{Checkpoint, HeadClaim, Verdict};
use xuncha_core::protocol::pull::FeedRun;
use xuncha_core::protocol::receipts::Receipt;
use xuncha_core::protocol::{Signed, session};

use crate::sync::{BlobReader, Lacking, Local, Manifest, OwnFeed, Standing, UnsentBlob};
use crate::vault::VaultReader;

use super::desk::{Desk, HqWord};
use super::views::{Happening, OnlyHere};
use super::{Device, Inner, day, show};

/// Blobs one contact works on; what is left over comes with the next hello.
const UNSENT: u32 = 5_000;

/// Holds the phone weakly: a sync that is under way must not keep a closed phone open.
pub(super) struct Phone(pub Weak<Inner>);

impl Phone {
    fn device(&self) -> Result<Device, Failure> {
        let inner: Arc<Inner> = self.0.upgrade().ok_or_else(|| Failure::never("app.closed"))?;
        Ok(Device { inner })
    }
    fn desk<T>(&self, work: impl FnOnce(&mut Desk) -> Result<T, Failure>) -> Result<T, Failure> {
        self.device()?.at_desk(work)
    }
    /// Safety changed: what is open is drawn again.
    fn tell_open(&self) -> Result<(), Failure> {
        let device = self.device()?;
        let deltas = device.at_desk(|desk| {
            let everything = Touched { everything: true, ..Touched::default() };
            desk.open_ids().iter().map(|id| show::delta(desk, id, &everything)).collect::<Result<Vec<_>, _>>()
        })?;
        for delta in deltas {
            device.tell(Happening::Changed { delta: Box::new(delta) });
        }
        device.tell(Happening::Today);
        Ok(())
    }
}

struct Blob(VaultReader);

impl BlobReader for Blob {
    fn size(&self) -> u64 {
        self.0.size()
    }
    fn read_at(&mut self, offset: u64, piece: &mut [u8]) -> Result<(), Failure> {
        let bytes = self.0.read_range(offset, piece.len() as u64)?;
        piece.copy_from_slice(&bytes);
        Ok(())
    }
}

impl Local for Phone {
    fn standing(&self) -> Result<Standing, Failure> {
        let first = self.device()?.wishes().first;
        self.desk(|desk| {
            let head = desk.own_head().clone();
            let receipted = desk.index.receipted(&head.feed)?.seq;
            // What HQ tells again is named as far as it has come, not as far as it is here.
            let mut told = desk.index.told()?;
            let copies = desk.others.values().map(|f| told.remove(&f.head().feed).unwrap_or_else(|| f.head().clone()));
            let unsent = desk.index.unsent_blobs(UNSENT, first.as_ref())?.into_iter().map(|b| UnsentBlob {
                feed: b.feed,
                entry: b.entry,
                inspection: b.inspection,
                sha256: b.sha256,
                size: b.size,
                name: b.name,
                firm: b.firm,
            });
            Ok(Standing {
                own: vec![OwnFeed { head, receipted }],
                copies: copies.collect(),
                admitted: desk.index.all_admitted()?,
                seen_log_index: desk.newest_log_index,
                restored: desk.kept.restored.clone(),
                unsent: unsent.collect(),
                only_here: desk.index.only_here()?,
                last_contact: desk.checkpoint.as_ref().map(|c| c.time.clone()),
            })
        })
    }
    fn sign_session(&self, nonce: &str) -> Result<Signature, Failure> {
        self.desk(|desk| {
            Ok(desk.unlocked.device_signer().sign(&session::signed_message(desk.unlocked.device(), nonce)))
        })
    }
    fn sign_heads(&self, heads: &[Head], session: Digest) -> Result<Vec<Signed<HeadClaim>>, Failure> {
        self.desk(|desk| {
            let own = desk.own_head().feed;
            let claims = heads.iter().filter(|h| h.feed == own).map(|head| {
                Signed::sign(&HeadClaim { head: head.clone(), session }, desk.unlocked.feed_signer())
                    .map_err(|e| Failure::never("hello.shape").with("why", e))
            });
            claims.collect()
        })
    }
    fn frames(&self, feed: FeedId, from: u64, max_frames: usize, max_bytes: usize) -> Result<Vec<Frame>, Failure> {
        self.desk(|desk| {
            let file = desk.feed(&feed).ok_or_else(|| Failure::never("feed.unknown"))?;
            let mut frames = file.read(from, max_bytes)?;
            frames.truncate(max_frames);
            Ok(frames)
        })
    }
    fn entry_at(&self, feed: FeedId, seq: u64) -> Result<Option<EntryId>, Failure> {
        self.desk(|desk| {
            let file = desk.feed(&feed).ok_or_else(|| Failure::never("feed.unknown"))?;
            Ok(file.read_at(seq)?.map(|f| f.id()))
        })
    }
    fn blob(&self, sha256: BlobHash) -> Result<Box<dyn BlobReader>, Failure> {
        let (vault, away) = self.desk(|desk| Ok((desk.vault.clone(), desk.kept.away())))?;
        if away.contains(&sha256) && !vault.contains(&sha256) {
            // It left this phone on HQ's word, and HQ asks for it.
            return Err(Failure::never("original.lost").with("sha256", sha256.short()));
        }
        Ok(Box::new(Blob(vault.open(&sha256)?)))
    }
    fn store_checkpoint(&self, checkpoint: &Signed<Checkpoint>) -> Result<(), Failure> {
        self.desk(|desk| desk.keep_word(HqWord::Checkpoint(checkpoint.clone())))
    }
    fn store_behind(&self, checkpoint: &Signed<Checkpoint>) -> Result<(), Failure> {
        self.desk(|desk| desk.hq_fell_back(checkpoint.clone()))?;
        self.tell_open()
    }
    fn store_wanted(&self, blobs: &[BlobHash]) -> Result<(), Failure> {
        let lost = self.desk(|desk| {
            let own = desk.own_head().feed;
            let mut lost = Vec::new();
            for blob in blobs {
                lost.extend(desk.index.receipted_places(blob)?.into_iter().map(|seq| (seq, *blob)));
            }
            if !lost.is_empty() {
                desk.keep_word(HqWord::Lacks { feed: own, stored_to: None, blobs: lost.clone() })?;
                desk.alarm("hq.lost", &[("n", lost.len().to_string())]);
            }
            Ok(!lost.is_empty())
        })?;
        if lost { self.tell_open() } else { Ok(()) }
    }
    fn store_verdict(&self, feed: FeedId, verdict: Verdict, at_hq: &Head) -> Result<(), Failure> {
        self.desk(|desk| desk.keep_word(HqWord::Verdict { feed, verdict, at_hq: at_hq.clone() }))?;
        self.tell_open()
    }
    fn store_receipt(&self, receipt: &Signed<Receipt>) -> Result<OnlyHere, Failure> {
        let left = self.desk(|desk| {
            desk.keep_word(HqWord::Receipt(receipt.clone()))?;
            Ok(desk.index.only_here()?)
        })?;
        self.tell_open()?;
        Ok(left)
    }
    fn store_pulled(&self, runs: &[FeedRun]) -> Result<(), Failure> {
        self.desk(|desk| {
            for run in runs {
                let frames: Vec<Frame> = run.frames.iter().cloned().map(Frame::from).collect();
                desk.keep_pulled(run.feed.feed, &frames)?;
            }
            Ok(())
        })?;
        self.tell_open()
    }
    fn lacking_packs(&self) -> Result<Vec<PackPublished>, Failure> {
        self.desk(|desk| Ok(desk.index.missing_packs()?))
    }
    fn store_pack(&self, pack: &PackPublished, bytes: &[u8]) -> Result<(), Failure> {
        self.desk(|desk| {
            desk.packs.store(&pack.sha256, bytes)?;
            desk.pack_arrived(&pack.sha256)
        })?;
        self.device()?.tell(Happening::Today);
        Ok(())
    }
    fn manifest(&self) -> Result<Manifest, Failure> {
        day::manifest(&self.device()?)
    }
    fn store_lacking(&self, lacking: &[Lacking]) -> Result<OnlyHere, Failure> {
        let (left, news) = self.desk(|desk| {
            let own = desk.own_head().feed;
            let mut news = false;
            for lack in lacking.iter().filter(|lack| lack.feed == own) {
                // Only what was claimed under a receipt is taken back: the rest never was.
                let stored_to = lack.stored_to.filter(|to| *to < desk.ledger.entries_to);
                let claimed = lack.blobs.iter().filter(|(seq, blob)| desk.ledger.has_blob(*seq, blob));
                let blobs: Vec<(u64, BlobHash)> = claimed.copied().collect();
                if stored_to.is_some() || !blobs.is_empty() {
                    desk.keep_word(HqWord::Lacks { feed: own, stored_to, blobs })?;
                    news = true;
                }
            }
            Ok((desk.index.only_here()?, news))
        })?;
        if news {
            self.tell_open()?;
        }
        Ok(left)
    }
    fn store_agreed(&self, agreed: &Signed<DayAgreed>) -> Result<(), Failure> {
        self.desk(|desk| {
            let said = agreed.verify(&desk.hq.hq.key).map_err(|_| Failure::never("day.wrong"))?;
            if said.feeds.iter().all(|f| f.from == 0) {
                desk.compare_all = false;
            }
            // The word that stands came again.
            if desk.ledger.agreed.as_ref() == Some(&said) {
                Ok(())
            } else {
                desk.keep_word(HqWord::Agreed(agreed.clone()))
            }
        })?;
        day::settle(&self.device()?)?;
        self.device()?.let_go_by_itself();
        self.device()?.tell(Happening::Today);
        Ok(())
    }
}
