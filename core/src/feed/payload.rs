use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::ids::{BlobHash, EntryId, InspectionId, UserId};

/// What an entry says. The body stays raw here: [`crate::event`] gives it meaning, unknown types are kept as they are.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Payload {
    /// 16 random bytes in hex: keeps a short payload from being guessed by its hash.
    pub salt: String,
    /// The person who acted; must be the feed's user.
    pub actor: UserId,
    /// The inspection it belongs to, if any.
    pub inspection: Option<InspectionId>,
    /// Dotted event type, e.g. `answer.set`.
    #[serde(rename = "type")]
    pub kind: String,
    /// The event itself.
    pub body: Box<RawValue>,
    /// The register writes this one replaces.
    #[serde(default)]
    pub over: Vec<EntryId>,
    /// The blobs it brings along.
    #[serde(default)]
    pub blobs: Vec<BlobRef>,
    /// When, as the device claims.
    pub time: ClaimedTime,
    /// Where, as the device claims.
    pub place: Option<Place>,
    /// Which program wrote it.
    pub app: AppInfo,
}

/// A blob an entry speaks of.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ts_rs::TS)]
pub struct BlobRef {
    /// SHA-256 of the original bytes.
    pub sha256: BlobHash,
    /// Bytes.
    #[ts(type = "number")]
    pub size: u64,
    /// IANA media type, as judged from the bytes.
    pub mime: String,
    /// How it came into being.
    pub source: BlobSource,
}

/// How a blob came into being.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ts_rs::TS)]
#[serde(rename_all = "snake_case")]
pub enum BlobSource {
    /// Taken with this device's camera through the app.
    Camera,
    /// Taken over from elsewhere: gallery, logger, memory stick.
    Import,
    /// Read by the scanner.
    Scan,
    /// Drawn or captured on the screen (a signature).
    Screen,
    /// Made by the app from other blobs.
    Derived,
}

/// The device's claim about time. Proof comes from the HQ checkpoint it names and HQ's receipt (a time sandwich).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
pub struct ClaimedTime {
    /// Wall clock, RFC 3339 with offset. A claim: nothing is ordered by it.
    pub wall: String,
    /// Names one run of the device between two boots.
    pub boot: String,
    /// Milliseconds of the monotonic clock since that boot.
    #[ts(type = "number")]
    pub mono_ms: u64,
    /// The newest HQ checkpoint the device knew: the entry is not older than it.
    pub hq_seen: Option<String>,
}

/// The device's claim about place (WGS 84).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ts_rs::TS)]
pub struct Place {
    /// Degrees.
    pub lat: f64,
    /// Degrees.
    pub lon: f64,
    /// Accuracy radius in metres.
    pub acc_m: f64,
    /// The system said that the position is simulated.
    #[serde(default)]
    pub mock: bool,
}

/// The program that wrote an entry.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
pub struct AppInfo {
    /// Version of Xuncha.
    pub version: String,
    /// Operating system.
    pub os: String,
}
