//! A box that only the holder of an X25519 key opens: the recovery slot today, confidential tasks later.
//!
//! `key = HKDF-SHA256(X25519(ephemeral, recipient) ‖ ephemeral public ‖ recipient public, label)`, then
//! XChaCha20-Poly1305 with the caller's associated data.

use serde::{Deserialize, Serialize};
use x25519_dalek::{PublicKey, StaticSecret};
use zeroize::Zeroizing;

use crate::cipher::{self, Key};

use super::format::{Hex, HexBytes};

const LABEL: &str = "xuncha-sealed-1";

/// The public half of a sealing key, written as 64 hex digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct SealingPublic(Hex<32>);

impl SealingPublic {
    /// Wraps the 32 bytes of an X25519 public key.
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(Hex(bytes))
    }
    /// The 32 bytes.
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0.0
    }
}

/// The secret half. No `Debug`, `Clone`, `Serialize`; wiped when dropped.
pub struct SealingSecret(StaticSecret);

impl SealingSecret {
    /// A fresh key.
    pub fn random() -> Self {
        Self::from_bytes(Key::random().expose())
    }
    /// Wraps the 32 bytes of an X25519 secret key.
    pub fn from_bytes(bytes: &[u8; 32]) -> Self {
        Self(StaticSecret::from(*bytes))
    }
    /// The public half.
    pub fn public(&self) -> SealingPublic {
        SealingPublic::from_bytes(PublicKey::from(&self.0).to_bytes())
    }
    pub(super) fn expose(&self) -> &[u8; 32] {
        self.0.as_bytes()
    }
    fn box_key(&self, other: &SealingPublic, ephemeral: &SealingPublic, recipient: &SealingPublic) -> Option<Key> {
        let shared = self.0.diffie_hellman(&PublicKey::from(*other.as_bytes()));
        // A low-order public key would make the secret the same for everybody (RFC 7748 §6.1).
        shared
            .was_contributory()
            .then(|| cipher::derive(&[shared.as_bytes(), ephemeral.as_bytes(), recipient.as_bytes()], LABEL, b""))
    }
}

/// A sealed piece.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sealed {
    /// Public half of the key that was made for this piece alone.
    pub ephemeral: SealingPublic,
    /// Whose secret opens it.
    pub recipient: SealingPublic,
    nonce: Hex<24>,
    sealed: HexBytes,
}

impl Sealed {
    /// Seals for `recipient`; `None` if that is not a usable key.
    pub fn seal(recipient: &SealingPublic, ad: &[u8], plain: &[u8]) -> Option<Self> {
        let secret = SealingSecret::random();
        let ephemeral = secret.public();
        let key = secret.box_key(recipient, &ephemeral, recipient)?;
        let nonce = cipher::random();
        let sealed = HexBytes(cipher::seal(&key, &nonce, ad, plain));
        Some(Self { ephemeral, recipient: *recipient, nonce: Hex(nonce), sealed })
    }
    /// Opens it; `None` for another key, other associated data or damaged bytes.
    pub fn open(&self, secret: &SealingSecret, ad: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
        let key = secret.box_key(&self.ephemeral, &self.ephemeral, &secret.public())?;
        cipher::open(&key, &self.nonce.0, ad, &self.sealed.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_recipient_opens_a_box_and_only_whole() {
        let (hq, other) = (SealingSecret::random(), SealingSecret::random());
        let sealed = Sealed::seal(&hq.public(), b"phone-1", b"master").unwrap();
        assert_eq!(sealed.open(&hq, b"phone-1").unwrap().as_slice(), b"master");
        assert!(sealed.open(&other, b"phone-1").is_none());
        assert!(sealed.open(&hq, b"phone-2").is_none());
        let mut bad = sealed.clone();
        bad.sealed.0[0] ^= 1;
        assert!(bad.open(&hq, b"phone-1").is_none());
        let again: Sealed = serde_json::from_str(&serde_json::to_string(&sealed).unwrap()).unwrap();
        assert_eq!(again, sealed);
    }

    #[test]
    fn a_low_order_recipient_is_refused() {
        assert!(Sealed::seal(&SealingPublic::from_bytes([0; 32]), b"", b"x").is_none());
    }
}
