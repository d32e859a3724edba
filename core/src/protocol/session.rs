//! Step 1: the device proves itself and gets a short token.

use serde::{Deserialize, Serialize};

use crate::feed::Signature;
use crate::ids::DeviceId;

/// `POST /v1/session/challenge`
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ChallengeRequest {
    /// The device.
    pub device: DeviceId,
}

/// Answer to [`ChallengeRequest`]; the same for a device HQ does not know, so that asking teaches nothing.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ChallengeReply {
    /// Good once, for a minute.
    pub nonce: String,
}

/// `POST /v1/session`
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct SessionRequest {
    /// The device.
    pub device: DeviceId,
    /// The nonce.
    pub nonce: String,
    /// Device key's signature over [`signed_message`].
    pub signature: Signature,
}

/// Answer to [`SessionRequest`].
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct SessionReply {
    /// Bearer token.
    pub token: String,
    /// Seconds it is good for.
    pub expires_s: u32,
}

/// What the device signs.
pub fn signed_message(device: &DeviceId, nonce: &str) -> Vec<u8> {
    format!("xuncha-session-1\n{device}\n{nonce}").into_bytes()
}
