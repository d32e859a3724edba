//! The key file: everything secret on this phone hangs on one random master key, and the master key on a person's PIN.
//!
//! What it is: [`KeyFile`] (create, unlock, change PIN, second officer, recovery slot), [`Unlocked`] (the master key in
//! memory: sub-keys and signers), the counted tries, the sealed box to an X25519 key ([`Sealed`]).
//! What it is not: HQ's certificate and tokens (the app keeps them), nor the platform's key store: that is a
//! [`HardwareSecret`] the shell passes in; desktops have none, hence the longer passphrase there.
//!
//! Invariants: a try is on the disk before the PIN is judged; a wait counts down by the monotonic clock only and a
//! restart or reboot never shortens it (wall clocks are never asked); both copies of the file are rewritten when a PIN
//! changes, so that the old PIN opens neither; secrets have no `Debug`, `Clone` or `Serialize` and wipe themselves.
//!
//! ```text
//! KEK = HKDF-SHA256(Argon2id(PIN, salt) ‖ hardware secret)      slot = XChaCha20-Poly1305(KEK, master)
//! ```
//! Who holds the phone's storage can roll the counters back; only hardware can prevent that. What stands against guessing
//! offline is Argon2id, the hardware secret and the length of the passphrase. Layout in `docs/formats/key-file.md`.

mod error;
mod file;
mod format;
mod kdf;
mod sealed;
mod secrets;
mod tries;
mod unlocked;
mod wrap;

pub use error::KeyError;
pub use file::{KeyFile, Owner, Person};
pub use kdf::{HardwareSecret, Kdf, MIN_PASSPHRASE, MIN_PIN};
pub use sealed::{Sealed, SealingPublic, SealingSecret};
pub use secrets::{NewKeys, SigningSeed};
pub use unlocked::Unlocked;

#[cfg(test)]
mod tests;
