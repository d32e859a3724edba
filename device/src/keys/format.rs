//! What lies in the key file: JSON inside an [`crate::disk::AbFile`], see `docs/formats/key-file.md`.

use serde::{Deserialize, Serialize};
use xuncha_core::ids::{DeviceId, UserId};

use super::kdf::Kdf;
use super::sealed::Sealed;

/// First word of both copies.
pub(super) const MAGIC: &str = "xuncha-keys-1";
/// Both copies are named `keys.a` and `keys.b`.
pub(super) const STEM: &str = "keys";

/// N bytes as hex.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Hex<const N: usize>(pub [u8; N]);

/// Any number of bytes as hex.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct HexBytes(pub Vec<u8>);

impl<const N: usize> Serialize for Hex<N> {
    fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.serialize_str(&data_encoding::HEXLOWER.encode(&self.0))
    }
}
impl Serialize for HexBytes {
    fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.serialize_str(&data_encoding::HEXLOWER.encode(&self.0))
    }
}
impl<'de> Deserialize<'de> for HexBytes {
    fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(d)?;
        data_encoding::HEXLOWER.decode(text.as_bytes()).map(Self).map_err(serde::de::Error::custom)
    }
}
impl<'de, const N: usize> Deserialize<'de> for Hex<N> {
    fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        let HexBytes(bytes) = HexBytes::deserialize(d)?;
        bytes.try_into().map(Self).map_err(|_| serde::de::Error::custom("wrong length"))
    }
}

/// The body of the key file. Nothing in it is secret by itself.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Content {
    /// Format version, 1.
    pub v: u32,
    pub device: DeviceId,
    /// Whether slots are also bound to the phone's key store.
    pub hardware: bool,
    pub kdf: Kdf,
    pub users: Vec<Slot>,
    /// The master key sealed to HQ's recovery key.
    pub recovery: Option<Sealed>,
    /// The private keys and the index salt, sealed under the master key.
    pub secrets_nonce: Hex<24>,
    pub secrets: HexBytes,
}

/// One person's way to the master key.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Slot {
    pub user: UserId,
    /// Shown on the unlock screen.
    pub display: String,
    pub salt: Hex<16>,
    pub nonce: Hex<24>,
    /// The master key under the key made from the PIN.
    pub wrapped: HexBytes,
}

impl Content {
    /// Binds a slot to its phone, person and cost: `"xuncha-slot-1" LF device LF user LF kdf LF hardware`.
    pub(super) fn slot_ad(&self, user: &UserId) -> Vec<u8> {
        let Kdf { memory_kib, passes, lanes } = self.kdf;
        format!("xuncha-slot-1\n{}\n{user}\n{memory_kib},{passes},{lanes}\n{}", self.device, self.hardware).into_bytes()
    }
    /// Binds the recovery slot to its phone.
    pub(super) fn recovery_ad(&self) -> Vec<u8> {
        format!("xuncha-recovery-1\n{}", self.device).into_bytes()
    }
    /// Binds the private keys to their phone.
    pub(super) fn secrets_ad(&self) -> Vec<u8> {
        format!("xuncha-secrets-1\n{}", self.device).into_bytes()
    }
    pub(super) fn slot(&self, user: &UserId) -> Option<&Slot> {
        self.users.iter().find(|slot| slot.user == *user)
    }
}
