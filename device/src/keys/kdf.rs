//! From a PIN to the key that wraps the master key.

use argon2::{Algorithm, Argon2, Params, Version};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::cipher::{self, Key};

use super::error::KeyError;

/// Characters of a PIN where the phone's key store holds a second secret: guessing needs the phone itself.
pub const MIN_PIN: usize = 6;
/// Characters of a passphrase where there is no key store: whoever copies the file can guess at leisure.
pub const MIN_PASSPHRASE: usize = 10;

/// What Argon2id costs (RFC 9106 §4). Stored in the key file; fixed when it is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Kdf {
    /// KiB of memory.
    pub memory_kib: u32,
    /// Passes over it.
    pub passes: u32,
    /// Lanes.
    pub lanes: u32,
}

impl Kdf {
    /// What the product uses: 64 MiB, 3 passes, 1 lane.
    pub const PRODUCT: Self = Self { memory_kib: 64 * 1024, passes: 3, lanes: 1 };

    /// Beyond this a damaged file would only exhaust the phone.
    const MOST: Self = Self { memory_kib: 1024 * 1024, passes: 64, lanes: 16 };

    fn params(self) -> Result<Params, KeyError> {
        let most = Self::MOST;
        let fits = self.memory_kib <= most.memory_kib && self.passes <= most.passes && self.lanes <= most.lanes;
        let params = Params::new(self.memory_kib, self.passes, self.lanes, Some(32));
        params.ok().filter(|_| fits).ok_or(KeyError::Damaged("impossible Argon2 cost"))
    }
}

/// A secret that never leaves the phone's key store by copying its storage (Android Keystore, iOS Keychain).
pub trait HardwareSecret {
    /// The same 32 bytes each time; `None` when the store is locked or lost them.
    fn secret(&self) -> Option<Zeroizing<[u8; 32]>>;
}

/// Refuses a PIN that is too short for this phone.
pub(super) fn check_length(pin: &str, has_hardware: bool) -> Result<(), KeyError> {
    let min = if has_hardware { MIN_PIN } else { MIN_PASSPHRASE };
    if pin.chars().count() < min { Err(KeyError::PinTooShort { min }) } else { Ok(()) }
}

/// `HKDF-SHA256(Argon2id(pin, salt) ‖ hardware secret)`.
pub(super) fn kek(
    pin: &str,
    salt: &[u8; 16],
    kdf: Kdf,
    hardware: Option<&dyn HardwareSecret>,
) -> Result<Key, KeyError> {
    let mut stretched = Zeroizing::new([0; 32]);
    Argon2::new(Algorithm::Argon2id, Version::V0x13, kdf.params()?)
        .hash_password_into(pin.as_bytes(), salt, &mut *stretched)
        .map_err(|_| KeyError::OutOfMemory)?;
    let hardware = hardware.map(|h| h.secret().ok_or(KeyError::KeyStoreMissing)).transpose()?;
    let second: &[u8] = hardware.as_ref().map_or(&[], |secret| secret.as_slice());
    Ok(cipher::derive(&[stretched.as_slice(), second], "xuncha-kek-1", b""))
}
