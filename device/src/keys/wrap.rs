//! The master key and what hangs on it, wrapped for the file.

use crate::cipher::{self, Key};

use super::error::KeyError;
use super::file::Person;
use super::format::{Content, Hex, HexBytes, Slot};
use super::kdf::{self, HardwareSecret};
use super::sealed::{Sealed, SealingPublic};
use super::secrets::Secrets;

/// Seals the private keys.
pub(super) fn secrets_key(master: &Key) -> Key {
    master.derive("xuncha-secrets-1", b"")
}

/// The content with these private keys in it.
pub(super) fn with_secrets(mut content: Content, master: &Key, secrets: &Secrets) -> Content {
    let nonce = cipher::random();
    content.secrets = HexBytes(cipher::seal(&secrets_key(master), &nonce, &content.secrets_ad(), &secrets.encode()));
    content.secrets_nonce = Hex(nonce);
    content
}

/// A person's way to the master key.
pub(super) fn slot(
    content: &Content,
    person: &Person,
    master: &Key,
    pin: &str,
    hardware: Option<&dyn HardwareSecret>,
) -> Result<Slot, KeyError> {
    let (salt, nonce) = (cipher::random(), cipher::random());
    let kek = kdf::kek(pin, &salt, content.kdf, hardware)?;
    let wrapped = HexBytes(cipher::seal(&kek, &nonce, &content.slot_ad(&person.user), master.expose()));
    let (user, display) = (person.user.clone(), person.display.clone());
    Ok(Slot { user, display, salt: Hex(salt), nonce: Hex(nonce), wrapped })
}

/// HQ's way to the master key.
pub(super) fn recovery_slot(content: &Content, master: &Key, recovery: &SealingPublic) -> Result<Sealed, KeyError> {
    Sealed::seal(recovery, &content.recovery_ad(), master.expose()).ok_or(KeyError::Damaged("not a recovery key"))
}
