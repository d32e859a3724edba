use xuncha_core::feed::{FeedKey, Signer as _};
use xuncha_core::ids::{DeviceId, FeedId, UserId};
use zeroize::Zeroizing;

use crate::cipher::Key;

use super::error::KeyError;
use super::sealed::{Sealed, SealingPublic};
use super::secrets::{Secrets, SigningSeed};

/// The master key in memory, for one person. Dropping it locks the phone.
pub struct Unlocked {
    pub(super) master: Key,
    pub(super) secrets: Secrets,
    device: DeviceId,
    user: UserId,
    at: usize,
}

impl Unlocked {
    pub(super) fn new(master: Key, secrets: Secrets, device: DeviceId, user: UserId) -> Result<Self, KeyError> {
        let at = position(&secrets, &user)?;
        Ok(Self { master, secrets, device, user, at })
    }
    /// This phone.
    pub fn device(&self) -> &DeviceId {
        &self.device
    }
    /// The person who unlocked it.
    pub fn user(&self) -> &UserId {
        &self.user
    }
    /// Signs for the device: sessions, signed heads.
    pub fn device_signer(&self) -> &SigningSeed {
        &self.secrets.device
    }
    /// Signs this person's entries.
    pub fn feed_signer(&self) -> &SigningSeed {
        &self.secrets.feeds[self.at].1
    }
    /// This person's own feed.
    pub fn feed_key(&self) -> FeedKey {
        FeedKey::new(self.feed_signer().verifying_key(), self.device.clone(), self.user.clone())
    }
    /// What others seal to for this phone.
    pub fn sealing_public(&self) -> SealingPublic {
        self.secrets.sealing.public()
    }
    /// Opens what was sealed for this phone; `None` if it was not, or is damaged.
    pub fn open_sealed(&self, sealed: &Sealed, ad: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
        sealed.open(&self.secrets.sealing, ad)
    }
    /// Seals one feed's segment files, own or pulled.
    pub fn feed_file_key(&self, feed: &FeedId) -> Key {
        self.master.derive("xuncha-feed-file-1", feed.as_bytes())
    }
    /// Seals the receipts.
    pub fn receipts_key(&self) -> Key {
        self.master.derive("xuncha-receipts-1", b"")
    }
    /// Wraps the vault's file keys.
    pub fn vault_key(&self) -> Key {
        self.master.derive("xuncha-vault-1", b"")
    }
    /// SQLCipher's raw key for the index.
    pub fn index_key(&self) -> Key {
        self.master.derive("xuncha-index-1", b"")
    }
    /// SQLCipher's salt: kept here, because one that stands only in the database's own header is lost with its first page.
    pub fn index_salt(&self) -> [u8; 16] {
        self.secrets.index_salt
    }
    /// A key for another file of this phone, by a label of its own.
    pub fn sub_key(&self, label: &str) -> Key {
        self.master.derive("xuncha-other-1", label.as_bytes())
    }
    /// Goes on with keys that are on the disk now.
    pub(super) fn adopt(&mut self, secrets: Secrets) -> Result<(), KeyError> {
        self.at = position(&secrets, &self.user)?;
        self.secrets = secrets;
        Ok(())
    }
}

fn position(secrets: &Secrets, user: &UserId) -> Result<usize, KeyError> {
    secrets.feeds.iter().position(|(u, _)| u == user).ok_or(KeyError::Damaged("a feed key is missing"))
}
