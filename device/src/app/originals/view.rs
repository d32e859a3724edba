use serde::{Deserialize, Serialize};
use ts_rs::TS;
use xuncha_core::ids::{BlobHash, InspectionId};

use crate::app::views::RoomView;

/// Where an original is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Original {
    /// On this phone, or there is none (a measured number).
    Here,
    /// At HQ: it left this phone under a backed-up receipt, or another phone took it. It can be fetched.
    AtHq,
    /// It left this phone, and HQ does not hold it any more.
    Lost,
    /// Its file is not here though nobody let it go.
    Missing,
}

/// Why an original stays.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Stay {
    /// HQ refused this feed: nothing goes any more.
    Stopped,
    /// The inspection is not sealed.
    Unsealed,
    /// Not everything of its inspection is under HQ's receipts.
    Unsent,
    /// No backup of HQ covers its receipt.
    NotBackedUp,
    /// The days of grace are not over, by HQ's clock.
    Fresh,
    /// Two answers still wait to be settled there.
    Conflict,
    /// The inspection is open on the screen.
    Open,
    /// A photo or file is being added there.
    Adding,
}

/// So many, so large.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Heap {
    /// Originals.
    #[ts(type = "number")]
    pub n: u64,
    /// Their bytes.
    #[ts(type = "number")]
    pub bytes: u64,
}

impl Heap {
    pub(super) fn add(&mut self, bytes: u64) {
        self.n += 1;
        self.bytes += bytes;
    }
}

/// Originals that stay for one reason: the first that holds them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Stays {
    /// Why.
    pub why: Stay,
    /// How many.
    pub heap: Heap,
}

/// An original that neither this phone nor HQ has.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct LostOriginal {
    /// The blob.
    pub sha256: BlobHash,
    /// Its file name.
    pub name: String,
    /// The inspection.
    pub inspection: Option<InspectionId>,
    /// Its firm.
    pub firm: String,
    /// It had left this phone on HQ's word; otherwise its file vanished here.
    pub let_go: bool,
}

/// `storage`
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct StorageView {
    /// Bytes free on the disk.
    #[ts(type = "number")]
    pub free_bytes: u64,
    /// Photos that still fit, and the reserve.
    pub room: RoomView,
    /// Bytes the reserve has while it is here.
    #[ts(type = "number")]
    pub reserve_bytes: u64,
    /// Originals no entry names, set aside when the app was opened.
    #[ts(type = "number")]
    pub aside: u64,
    /// Originals of own entries on this phone.
    pub here: Heap,
    /// Of these, what may go now.
    pub may_go: Heap,
    /// Of these, what stays, by reason.
    pub stays: Vec<Stays>,
    /// Originals that left this phone and are at HQ.
    pub away: Heap,
    /// Originals nobody has, at most 200.
    pub lost: Vec<LostOriginal>,
    /// HQ has said that it has a backup.
    pub backed_up: bool,
    /// Days of grace after the receipt.
    pub days: u32,
    /// What may go goes after each sync.
    pub by_itself: bool,
}

/// `free_storage`
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Freed {
    /// What went.
    pub gone: Heap,
    /// What is so now.
    pub storage: StorageView,
}
