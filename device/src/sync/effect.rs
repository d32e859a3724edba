//! What goes into the machine and what comes out of it.

use std::sync::Arc;

use xuncha_core::Failure;
use xuncha_core::event::PackPublished;
use xuncha_core::feed::{Frame, Head, Signature, WireFrame};
use xuncha_core::ids::{BlobHash, Digest, EntryId, FeedId, InspectionId};
use xuncha_core::protocol::Signed;
use xuncha_core::protocol::close_of_day::{CloseReply, CloseRequest, DayAgreed};
use xuncha_core::protocol::hello::{Checkpoint, HeadClaim, HelloReply, HelloRequest, Verdict};
use xuncha_core::protocol::pull::{FeedRun, PullReply, PullRequest};
use xuncha_core::protocol::push::PushReply;
use xuncha_core::protocol::receipts::{Receipt, ReceiptReply, ReceiptRequest};
use xuncha_core::protocol::session::{ChallengeReply, SessionReply};

pub use crate::app::views::Network;
use crate::app::views::{OnlyHere, SyncView};

use super::local::{Lacking, Manifest, Standing};

/// Names one question of the machine. Never used twice, so a late or repeated answer finds nobody waiting.
pub type RequestId = u64;

/// What happened outside.
#[derive(Debug, Clone)]
pub enum Input {
    /// The person asks for a sync; also ends a pause and cuts a wait short.
    Start,
    /// The person pauses.
    Pause,
    /// What the person wants of every sync from now on.
    Wish(Wishes),
    /// The shell says how the phone is connected now.
    Network(Network),
    /// Something was written here that HQ does not have.
    News,
    /// Time went by.
    Tick,
    /// The answer to one [`Effect::Ask`] or [`Effect::Send`].
    Answer {
        /// The question.
        id: RequestId,
        /// What came.
        result: Result<Answer, Failure>,
    },
}

/// How a person wants it done.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Wishes {
    /// Nothing goes over a network that costs by the byte.
    pub wifi_only: bool,
    /// The files of this inspection go first.
    pub first: Option<InspectionId>,
    /// Contacts begin without being asked for.
    pub by_itself: bool,
}

/// What the machine wants done.
#[derive(Debug, Clone)]
pub enum Effect {
    /// Ask the phone.
    Ask {
        /// Answer under this name.
        id: RequestId,
        /// The question.
        ask: Ask,
    },
    /// Ask HQ.
    Send {
        /// Answer under this name.
        id: RequestId,
        /// Bearer token, once there is one.
        token: Option<Arc<str>>,
        /// The request.
        request: Request,
    },
    /// Nobody waits for this any more: cut it off.
    Cancel {
        /// The request.
        id: RequestId,
    },
    /// Show this.
    Show(Box<SyncView>),
    /// A [`Input::Tick`] is wanted in so many milliseconds, if nothing comes before.
    Wait {
        /// Milliseconds.
        ms: u64,
    },
    /// The run is over: all is in, or only a person can help.
    Done,
}

/// Questions to the phone. Everything that stores is durable before it is answered.
#[derive(Debug, Clone)]
pub enum Ask {
    /// Where the phone stands.
    Standing,
    /// Device key over [`xuncha_core::protocol::session::signed_message`].
    SignSession {
        /// HQ's nonce.
        nonce: String,
    },
    /// Each head signed with its feed's key.
    SignHeads {
        /// The heads.
        heads: Vec<Head>,
        /// Hash of the session token.
        session: Digest,
    },
    /// Frames of an own feed, within the limits of one push.
    Frames {
        /// The feed.
        feed: FeedId,
        /// First place.
        from: u64,
        /// About so many bytes at most; one frame at least.
        bytes: usize,
    },
    /// Name of the entry at a place of an own feed.
    EntryAt {
        /// The feed.
        feed: FeedId,
        /// The place.
        seq: u64,
    },
    /// Keep the newest checkpoint.
    StoreCheckpoint(Box<Signed<Checkpoint>>),
    /// HQ has less than it once said it had: whatever rests on that is void until it is said anew.
    StoreBehind(Box<Signed<Checkpoint>>),
    /// HQ asks for these blobs: what of them it had receipted, it has lost.
    StoreWanted(Vec<BlobHash>),
    /// HQ says that a feed cannot go on.
    StoreVerdict {
        /// The feed.
        feed: FeedId,
        /// Why.
        verdict: Verdict,
        /// HQ's head.
        at_hq: Head,
    },
    /// Keep a receipt; it was verified.
    StoreReceipt(Box<Signed<Receipt>>),
    /// Keep a page of pulled frames, in one step; they were verified.
    StorePulled(Vec<FeedRun>),
    /// Published packs this phone lacks.
    LackingPacks,
    /// Keep a pack; its hash was verified.
    StorePack {
        /// What it is.
        pack: Box<PackPublished>,
        /// Its bytes.
        bytes: Vec<u8>,
    },
    /// What HQ should have of this day.
    Manifest,
    /// HQ lacks this: claims under receipts are taken back.
    StoreLacking(Vec<Lacking>),
    /// Keep HQ's word that both sides hold the same; it was verified.
    StoreAgreed(Box<Signed<DayAgreed>>),
}

/// Requests to HQ.
#[derive(Debug, Clone)]
pub enum Request {
    /// `POST /v1/session/challenge`
    Challenge,
    /// `POST /v1/session`
    Session {
        /// HQ's nonce.
        nonce: String,
        /// Device key's signature.
        signature: Signature,
    },
    /// `POST /v1/hello`
    Hello(HelloRequest),
    /// `POST /v1/push/{feed}`
    Push {
        /// The feed.
        feed: FeedId,
        /// Frames in order.
        frames: Vec<WireFrame>,
    },
    /// `POST /v1/blobs`
    CreateUpload {
        /// Feed of the entry that names the blob.
        feed: FeedId,
        /// The entry.
        entry: EntryId,
        /// The blob.
        sha256: BlobHash,
        /// Its size.
        size: u64,
        /// So many of its first bytes come along (creation-with-upload).
        bytes: u64,
        /// An upload that was begun before is meant, should there be one: its address may have been lost on the way.
        again: bool,
    },
    /// `HEAD /v1/blobs/…`
    UploadOffset {
        /// Path of the upload.
        address: String,
    },
    /// `PATCH /v1/blobs/…`: a piece from `offset` on.
    UploadBytes {
        /// Path of the upload.
        address: String,
        /// The blob.
        sha256: BlobHash,
        /// HQ's offset.
        offset: u64,
        /// Bytes of the piece.
        len: u64,
        /// Size of the blob.
        size: u64,
        /// In the smallest TLS records: the link breaks before one of the ordinary 16 KiB is over.
        small: bool,
    },
    /// `POST /v1/receipts`
    Receipts(ReceiptRequest),
    /// `POST /v1/pull`
    Pull(PullRequest),
    /// `GET /v1/packs/{sha256}` with a range.
    PackPart {
        /// The pack.
        sha256: Digest,
        /// First byte.
        from: u64,
        /// Bytes, at most.
        len: u64,
    },
    /// `POST /v1/close`
    Close(CloseRequest),
}

/// Answers of the phone and of HQ.
#[derive(Debug, Clone)]
pub enum Answer {
    /// To [`Ask::Standing`].
    Standing(Box<Standing>),
    /// To [`Ask::SignSession`].
    Signature(Signature),
    /// To [`Ask::SignHeads`].
    Claims(Vec<Signed<HeadClaim>>),
    /// To [`Ask::Frames`].
    Frames(Vec<Frame>),
    /// To [`Ask::EntryAt`].
    EntryAt(Option<EntryId>),
    /// To everything that stores.
    Stored,
    /// To [`Ask::StoreReceipt`] and [`Ask::StoreLacking`]: stored, and this is what HQ still lacks.
    ReceiptStored(OnlyHere),
    /// To [`Ask::LackingPacks`].
    Packs(Vec<PackPublished>),
    /// To [`Ask::Manifest`].
    Manifest(Manifest),
    /// To [`Request::Challenge`].
    Challenge(ChallengeReply),
    /// To [`Request::Session`].
    Session(SessionReply),
    /// To [`Request::Hello`].
    Hello(Box<HelloReply>),
    /// To [`Request::Push`].
    Push(PushReply),
    /// To [`Request::CreateUpload`].
    Created {
        /// Path of the upload.
        address: String,
        /// HQ's offset.
        offset: u64,
    },
    /// To [`Request::UploadOffset`] and [`Request::UploadBytes`].
    Offset(u64),
    /// To [`Request::Receipts`].
    Receipt(ReceiptReply),
    /// To [`Request::Pull`].
    Pull(PullReply),
    /// To [`Request::PackPart`].
    PackPart(Vec<u8>),
    /// To [`Request::Close`].
    Close(CloseReply),
}
