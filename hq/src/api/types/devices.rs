use serde::{Deserialize, Serialize};
use ts_rs::TS;
use utoipa::ToSchema;
use xuncha_core::ids::{DeviceId, FeedId, UnitId, UserId};

/// One person's feed on a device.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema, TS)]
pub struct DeviceFeed {
    /// The feed.
    #[schema(value_type = String)]
    pub feed: FeedId,
    /// The person.
    #[schema(value_type = String)]
    pub user: UserId,
    /// Name of the person.
    pub name: String,
    /// Entries HQ has.
    #[ts(type = "number")]
    pub entries: u64,
    /// When its newest entry arrived.
    pub last_received: Option<String>,
    /// Closed by HQ.
    pub closed: bool,
}

/// An enrolled phone.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema, TS)]
pub struct DeviceRow {
    /// The device.
    #[schema(value_type = String)]
    pub device: DeviceId,
    /// Words a person recognises it by.
    pub label: String,
    /// Unit of the person it was first enrolled for.
    #[schema(value_type = String)]
    pub unit: UnitId,
    /// Since when.
    pub enrolled: String,
    /// Last session.
    pub last_seen: Option<String>,
    /// When it was revoked.
    pub revoked: Option<String>,
    /// Why.
    pub revoked_reason: Option<String>,
    /// Its feeds.
    pub feeds: Vec<DeviceFeed>,
}

/// `GET /api/devices`
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema, TS)]
pub struct DeviceList {
    /// By id.
    pub rows: Vec<DeviceRow>,
}

/// `POST /api/devices/{device}/revoke`: ends its sessions and closes its feeds where they stand.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema, TS)]
pub struct DeviceRevoke {
    /// Why.
    #[schema(min_length = 1, max_length = 1000)]
    pub reason: String,
}

/// `POST /api/invitations`
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema, TS)]
pub struct InvitationCreate {
    /// For whom.
    #[schema(value_type = String)]
    pub user: UserId,
}

/// A new invitation. The secret is shown once; HQ keeps only its hash.
#[derive(Clone, Serialize, Deserialize, ToSchema, TS)]
pub struct InvitationCreated {
    /// Names it; not its secret.
    pub invitation: String,
    /// For whom.
    #[schema(value_type = String)]
    pub user: UserId,
    /// Text of the QR code.
    pub text: String,
    /// The QR code as an SVG image (starts with `<?xml` or `<svg`).
    pub qr_svg: String,
    /// For typing: HQ's address.
    pub url: String,
    /// For typing: fingerprint of HQ's CA, 64 hex digits in groups of four.
    pub ca_groups: String,
    /// For typing: the secret in groups of four.
    pub secret: String,
    /// Until when.
    pub expires: String,
}

/// Where an invitation stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema, TS)]
#[serde(rename_all = "snake_case")]
pub enum InvitationState {
    /// Can be used.
    Open,
    /// A phone used it.
    Used,
    /// Too old.
    Expired,
    /// Taken back.
    Cancelled,
}

/// An invitation.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema, TS)]
pub struct InvitationRow {
    /// Names it; not its secret.
    pub invitation: String,
    /// For whom.
    #[schema(value_type = String)]
    pub user: UserId,
    /// Name.
    pub name: String,
    /// When it was made.
    pub created: String,
    /// Until when.
    pub expires: String,
    /// Where it stands.
    pub state: InvitationState,
    /// The device that used it.
    #[schema(value_type = Option<String>)]
    pub device: Option<DeviceId>,
}

/// `GET /api/invitations`
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema, TS)]
pub struct InvitationList {
    /// Newest first, at most 200.
    pub rows: Vec<InvitationRow>,
}
