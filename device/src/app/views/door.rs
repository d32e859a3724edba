//! What the door shows: who this phone is for, what opens it, what an invitation says.

use serde::{Deserialize, Serialize};
use ts_rs::TS;
use xuncha_core::ids::UserId;

/// Where the app stands before anything is shown.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct Status {
    /// What to show first.
    pub state: LockState,
    /// Persons who can unlock this phone.
    pub users: Vec<UserChoice>,
    /// Who is in, when unlocked.
    pub user: Option<UserId>,
    /// Milliseconds until a PIN is taken again; 0: now.
    #[ts(type = "number")]
    pub wait_ms: u64,
    /// No hardware secret protects the PIN: a passphrase of at least this many characters is asked for.
    pub pin_min: u32,
    /// The PIN may be digits only (a hardware secret is there).
    pub pin_numeric: bool,
    /// What was found at open and must be shown: `feed.torn_tail`, `feed.rolled_back`, `index.rebuilt`, …
    pub notices: Vec<Notice>,
    /// Version of the app.
    pub version: String,
}

/// First screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum LockState {
    /// Not known to any HQ yet.
    NotEnrolled,
    /// Waiting for a PIN.
    Locked,
    /// Open.
    Unlocked,
}

/// A person who can unlock this phone.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct UserChoice {
    /// Account.
    pub user: UserId,
    /// Name.
    pub name: String,
}

/// Something a person should know; the screens own the words for `code`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Notice {
    /// Stable code.
    pub code: String,
    /// Values for the sentence.
    pub params: std::collections::BTreeMap<String, String>,
}

/// Who an invitation is for, before anything is used up.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct InvitationView {
    /// HQ's address.
    pub url: String,
    /// Name of the bureau.
    pub bureau: String,
    /// Account.
    pub user: UserId,
    /// Name of the person.
    pub name: String,
}

/// Safety of one piece of evidence or of a whole inspection, in the design's words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Safety {
    /// Being written.
    Saving,
    /// 已存本机: durable here.
    Here,
    /// 总部已收: every entry and blob under verified receipts.
    AtHq,
    /// HQ keeps an entry apart: see the notice.
    Quarantined,
}
