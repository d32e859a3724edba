//! The private keys under the master key.

use ed25519_dalek::Signer as _;
use xuncha_core::feed::{Signature, Signer, VerifyingKey};
use xuncha_core::ids::UserId;
use zeroize::Zeroizing;

use crate::cipher::{self, Key};

use super::sealed::{SealingPublic, SealingSecret};

/// An Ed25519 private key. No `Debug`, `Clone`, `Serialize`; wiped when dropped.
pub struct SigningSeed(ed25519_dalek::SigningKey);

impl SigningSeed {
    fn random() -> Self {
        Self::from_bytes(Key::random().expose())
    }
    fn from_bytes(seed: &[u8; 32]) -> Self {
        Self(ed25519_dalek::SigningKey::from_bytes(seed))
    }
}

impl Signer for SigningSeed {
    fn sign(&self, message: &[u8]) -> Signature {
        Signature::from_bytes(self.0.sign(message).to_bytes())
    }
    fn verifying_key(&self) -> VerifyingKey {
        VerifyingKey::from_bytes(self.0.verifying_key().to_bytes())
    }
}

/// A phone's keys before HQ has heard of it: made first, so that enrolment can send the public halves.
pub struct NewKeys {
    pub(super) device: SigningSeed,
    pub(super) sealing: SealingSecret,
    pub(super) feed: SigningSeed,
}

impl NewKeys {
    /// Fresh keys for a phone and its first user.
    pub fn generate() -> Self {
        Self { device: SigningSeed::random(), sealing: SealingSecret::random(), feed: SigningSeed::random() }
    }
    /// Signs for the device: enrolment proves possession with it.
    pub fn device_signer(&self) -> &SigningSeed {
        &self.device
    }
    /// What others seal to.
    pub fn sealing_public(&self) -> SealingPublic {
        self.sealing.public()
    }
    /// Signs the first user's feed.
    pub fn feed_signer(&self) -> &SigningSeed {
        &self.feed
    }
}

/// All that is sealed under the master key.
pub(super) struct Secrets {
    pub device: SigningSeed,
    pub sealing: SealingSecret,
    pub index_salt: [u8; 16],
    pub feeds: Vec<(UserId, SigningSeed)>,
}

impl Secrets {
    pub(super) fn new(keys: NewKeys, user: UserId) -> Self {
        let feeds = vec![(user, keys.feed)];
        Self { device: keys.device, sealing: keys.sealing, index_salt: cipher::random(), feeds }
    }

    pub(super) fn feed(&self, user: &UserId) -> Option<&SigningSeed> {
        self.feeds.iter().find(|(u, _)| u == user).map(|(_, seed)| seed)
    }

    /// The same keys, with a fresh feed key for this person instead of the one there may be. A value of its own, so that
    /// nobody signs with a key that did not reach the disk.
    pub(super) fn with_fresh_feed(&self, user: &UserId) -> Option<Self> {
        let mut secrets = Self::decode(&self.encode())?;
        secrets.feeds.retain(|(u, _)| u != user);
        secrets.feeds.push((user.clone(), SigningSeed::random()));
        Some(secrets)
    }

    /// `1 ‖ device seed 32 ‖ sealing secret 32 ‖ index salt 16 ‖ n u8 ‖ n × (length u8 ‖ user ‖ feed seed 32)`.
    /// Bytes and not JSON: secrets are not `Serialize`, and no half-wiped strings stay behind.
    pub(super) fn encode(&self) -> Zeroizing<Vec<u8>> {
        // Reserved at once: growing would leave copies behind that nobody wipes.
        let mut out = Zeroizing::new(Vec::with_capacity(82 + self.feeds.len() * 97));
        out.push(1);
        out.extend_from_slice(self.device.0.as_bytes());
        out.extend_from_slice(self.sealing.expose());
        out.extend_from_slice(&self.index_salt);
        // Names have at most 64 bytes, and a phone is shared by a handful of people.
        out.push(self.feeds.len() as u8);
        for (user, seed) in &self.feeds {
            out.push(user.as_str().len() as u8);
            out.extend_from_slice(user.as_str().as_bytes());
            out.extend_from_slice(seed.0.as_bytes());
        }
        out
    }

    pub(super) fn decode(bytes: &[u8]) -> Option<Self> {
        let rest = bytes.strip_prefix(&[1])?;
        let (device, rest) = rest.split_first_chunk::<32>()?;
        let (sealing, rest) = rest.split_first_chunk::<32>()?;
        let (index_salt, rest) = rest.split_first_chunk::<16>()?;
        let (count, mut rest) = rest.split_first()?;
        let mut feeds = Vec::with_capacity(usize::from(*count));
        for _ in 0..*count {
            let (len, tail) = rest.split_first()?;
            let (user, tail) = tail.split_at_checked(usize::from(*len))?;
            let (seed, tail) = tail.split_first_chunk::<32>()?;
            feeds.push((std::str::from_utf8(user).ok()?.parse().ok()?, SigningSeed::from_bytes(seed)));
            rest = tail;
        }
        rest.is_empty().then(|| Self {
            device: SigningSeed::from_bytes(device),
            sealing: SealingSecret::from_bytes(sealing),
            index_salt: *index_salt,
            feeds,
        })
    }
}
