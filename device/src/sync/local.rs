//! What the sync needs of the phone it runs on.

use std::collections::BTreeMap;

use xuncha_core::Failure;
use xuncha_core::event::PackPublished;
use xuncha_core::feed::{FeedKey, Frame, Head, Signature};
use xuncha_core::ids::{BlobHash, Digest, EntryId, FeedId, InspectionId};
use xuncha_core::protocol::Signed;
use xuncha_core::protocol::close_of_day::{DayAgreed, FeedClaim};
use xuncha_core::protocol::hello::{Checkpoint, HeadClaim, Verdict};
use xuncha_core::protocol::pull::FeedRun;
use xuncha_core::protocol::receipts::Receipt;

use crate::app::views::OnlyHere;

/// The phone as the sync sees it. Calls may block: the runner makes them on blocking threads, several at a time.
///
/// Everything that stores returns only when it is durable, and may be called again with the same (I5).
pub trait Local: Send + Sync + 'static {
    /// Where the phone stands now. Asked at the beginning of every contact: nothing else is remembered between two.
    fn standing(&self) -> Result<Standing, Failure>;
    /// Device key over [`xuncha_core::protocol::session::signed_message`] of this device and the nonce.
    fn sign_session(&self, nonce: &str) -> Result<Signature, Failure>;
    /// Each head as a claim bound to the session, signed with its feed's key.
    fn sign_heads(&self, heads: &[Head], session: Digest) -> Result<Vec<Signed<HeadClaim>>, Failure>;
    /// Frames of an own feed from `from` on, at least one if there is one, at most `max_frames` and about `max_bytes`.
    fn frames(&self, feed: FeedId, from: u64, max_frames: usize, max_bytes: usize) -> Result<Vec<Frame>, Failure>;
    /// Name of the entry at a place of an own feed; `None` beyond its end.
    fn entry_at(&self, feed: FeedId, seq: u64) -> Result<Option<EntryId>, Failure>;
    /// Original bytes of a blob.
    fn blob(&self, sha256: BlobHash) -> Result<Box<dyn BlobReader>, Failure>;
    /// Keeps the newest checkpoint; its signature was verified.
    fn store_checkpoint(&self, checkpoint: &Signed<Checkpoint>) -> Result<(), Failure>;
    /// Keeps a checkpoint of an HQ that has less than it once said it had (restored from an older backup, or two HQs under one
    /// key); its signature was verified. Receipts given before are void until they are given anew, and so is the copy of HQ's
    /// feed; the other copies stay, and [`Standing::copies`] names them from their beginning, so that HQ tells them again.
    fn store_behind(&self, _checkpoint: &Signed<Checkpoint>) -> Result<(), Failure> {
        Ok(())
    }
    /// HQ asks for these blobs of own entries. Those that it had receipted it has lost: their receipts are void.
    fn store_wanted(&self, _blobs: &[BlobHash]) -> Result<(), Failure> {
        Ok(())
    }
    /// HQ will not take this feed any further: it must be succeeded.
    fn store_verdict(&self, feed: FeedId, verdict: Verdict, at_hq: &Head) -> Result<(), Failure>;
    /// Keeps a receipt; its signature and its place in the own feed were verified. Answers what HQ still lacks.
    fn store_receipt(&self, receipt: &Signed<Receipt>) -> Result<OnlyHere, Failure>;
    /// Keeps a page: all of it or none. Signatures and chain were verified. A frame at a place that is already taken fills
    /// in a payload that was missing; one that is here already is passed over. Where HQ tells a feed again and another entry
    /// stands here, its author's phone fell back, too: HQ's story counts, the copy is laid aside.
    fn store_pulled(&self, runs: &[FeedRun]) -> Result<(), Failure>;
    /// Packs published in HQ's feed that are not on this phone.
    fn lacking_packs(&self) -> Result<Vec<PackPublished>, Failure>;
    /// Keeps a pack; size and hash were verified.
    fn store_pack(&self, pack: &PackPublished, bytes: &[u8]) -> Result<(), Failure>;
    /// What HQ should have now.
    fn manifest(&self) -> Result<Manifest, Failure>;
    /// HQ lacks this. What of it was claimed under receipts is taken back. Answers what HQ still lacks.
    fn store_lacking(&self, lacking: &[Lacking]) -> Result<OnlyHere, Failure>;
    /// Keeps HQ's word that both sides hold the same; it was verified.
    fn store_agreed(&self, agreed: &Signed<DayAgreed>) -> Result<(), Failure>;
}

/// Reads the original bytes of one blob.
pub trait BlobReader: Send {
    /// Bytes in all.
    fn size(&self) -> u64;
    /// Fills `piece` from `offset` on, wholly: callers never ask beyond the end.
    fn read_at(&mut self, offset: u64, piece: &mut [u8]) -> Result<(), Failure>;
}

/// Where the phone stands.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Standing {
    /// Own feeds, also those that were succeeded and still have something unsent.
    pub own: Vec<OwnFeed>,
    /// Heads of the copies of other feeds, HQ's among them; of one that HQ tells again, how far it has come.
    pub copies: Vec<Head>,
    /// Feeds that HQ's feed, as far as it is here, admitted.
    pub admitted: Vec<FeedKey>,
    /// `log_index` of the newest checkpoint or receipt on this phone, whichever is more.
    pub seen_log_index: Option<u64>,
    /// Name of HQ's last restoration the phone has taken in.
    pub restored: Option<String>,
    /// Blobs named by own entries without a receipt, in order of their entries.
    pub unsent: Vec<UnsentBlob>,
    /// What HQ lacks, as the screen counts it.
    pub only_here: OnlyHere,
    /// HQ's clock at the last contact (RFC 3339).
    pub last_contact: Option<String>,
}

/// A feed this phone writes or wrote.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnFeed {
    /// Its end.
    pub head: Head,
    /// `stored_to.seq` of the newest receipt, 0 before the first.
    pub receipted: u64,
}

/// A blob HQ has not receipted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnsentBlob {
    /// Feed of the entry that names it.
    pub feed: FeedId,
    /// That entry.
    pub entry: EntryId,
    /// The inspection it belongs to.
    pub inspection: InspectionId,
    /// The blob.
    pub sha256: BlobHash,
    /// Its size.
    pub size: u64,
    /// Its name for people.
    pub name: String,
    /// The firm.
    pub firm: String,
}

/// What both sides compare at the close of the day.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Manifest {
    /// Own feeds.
    pub feeds: Vec<FeedClaim>,
    /// The blobs the claims mean.
    pub blobs: Vec<OwnBlob>,
}

/// A blob of an own entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OwnBlob {
    /// The feed.
    pub feed: FeedId,
    /// Place of the first entry that names it.
    pub seq: u64,
    /// The blob.
    pub sha256: BlobHash,
}

/// What HQ lacks of a feed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lacking {
    /// The feed.
    pub feed: FeedId,
    /// Entries after this place, if any.
    pub stored_to: Option<u64>,
    /// Blobs, with the place of the first entry that names each.
    pub blobs: Vec<(u64, BlobHash)>,
}

impl Standing {
    /// Heads of everything that is here, own feeds and copies.
    pub(super) fn heads(&self) -> BTreeMap<FeedId, Head> {
        self.own.iter().map(|f| &f.head).chain(&self.copies).map(|h| (h.feed, h.clone())).collect()
    }
}
