//! Keys as core sees them: something that signs, and the public half that checks.

use std::fmt;

use ed25519_dalek::Verifier as _;
use serde::{Deserialize, Serialize};

use crate::ids::{DeviceId, FeedId, UserId};

/// An Ed25519 signature, written as 128 hex digits.
#[derive(Clone, Copy, PartialEq, Eq, ts_rs::TS)]
#[ts(type = "string")]
pub struct Signature([u8; 64]);

impl Signature {
    /// Wraps the 64 bytes of a signature.
    pub const fn from_bytes(bytes: [u8; 64]) -> Self {
        Self(bytes)
    }
    /// Reads 128 lower-case hex digits.
    pub fn from_hex(hex: &[u8]) -> Option<Self> {
        Some(Self(data_encoding::HEXLOWER.decode(hex).ok()?.try_into().ok()?))
    }
    /// The 64 bytes.
    pub const fn as_bytes(&self) -> &[u8; 64] {
        &self.0
    }
}

impl fmt::Display for Signature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&data_encoding::HEXLOWER.encode(&self.0))
    }
}
impl fmt::Debug for Signature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Signature({self})")
    }
}
impl Serialize for Signature {
    fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.collect_str(self)
    }
}
impl<'de> Deserialize<'de> for Signature {
    fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(d)?;
        Self::from_hex(text.as_bytes()).ok_or_else(|| serde::de::Error::custom("not a signature of 128 hex digits"))
    }
}

/// The signature does not belong to these bytes and this key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("signature does not verify")]
pub struct SignatureError;

/// A public signing key (Ed25519), written as 64 hex digits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ts_rs::TS)]
#[serde(transparent)]
#[ts(type = "string")]
pub struct VerifyingKey(crate::ids::Digest);

impl VerifyingKey {
    /// Wraps the 32 bytes of a public key.
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(crate::ids::Digest::from_bytes(bytes))
    }
    /// The 32 bytes.
    pub const fn as_bytes(&self) -> &[u8; 32] {
        self.0.as_bytes()
    }
    /// Checks `signature` over `message`. Strict: small-order keys and malleable signatures are refused.
    pub fn verify(&self, message: &[u8], signature: &Signature) -> Result<(), SignatureError> {
        let key = ed25519_dalek::VerifyingKey::from_bytes(self.as_bytes()).map_err(|_| SignatureError)?;
        if key.is_weak() {
            return Err(SignatureError);
        }
        key.verify(message, &ed25519_dalek::Signature::from_bytes(signature.as_bytes())).map_err(|_| SignatureError)
    }
}
impl fmt::Display for VerifyingKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
impl fmt::Debug for VerifyingKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "VerifyingKey({self})")
    }
}

/// Whatever holds a private signing key: a key in memory today, a hardware key store or a certified module later.
pub trait Signer {
    /// Signs the message as it is.
    fn sign(&self, message: &[u8]) -> Signature;
    /// The public half.
    fn verifying_key(&self) -> VerifyingKey;
}

/// A feed's key, named by its feed: what [`crate::feed::author`] signs with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
pub struct FeedKey {
    /// The feed.
    pub feed: FeedId,
    /// The device that writes it.
    pub device: DeviceId,
    /// The person who speaks in it.
    pub user: UserId,
    /// Its public key.
    pub key: VerifyingKey,
}

impl FeedKey {
    /// Names the feed of this key.
    pub fn new(key: VerifyingKey, device: DeviceId, user: UserId) -> Self {
        Self { feed: feed_id(&key, &device, &user), device, user, key }
    }
    /// Whether the name is really that of the key: a stranger's key cannot speak under a known feed.
    pub fn is_genuine(&self) -> bool {
        self.feed == feed_id(&self.key, &self.device, &self.user)
    }
}

/// `SHA-256("xuncha-feed-1\n" ‖ key ‖ device LF user)`.
pub fn feed_id(key: &VerifyingKey, device: &DeviceId, user: &UserId) -> FeedId {
    FeedId::digest(&[b"xuncha-feed-1\n", key.as_bytes(), device.as_str().as_bytes(), b"\n", user.as_str().as_bytes()])
}
