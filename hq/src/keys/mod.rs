//! HQ's keys: made at the first start, kept in `keys/` of the data folder, readable by its owner only (0600).
//!
//! What it is: the signing key (receipts, checkpoints, certificates, HQ's own feed), the recovery key (phones wrap their
//! master key to its public half) and the certificate authority that phones trust ([`ca`]).
//! What it is not: accounts or devices (see [`crate::auth`], [`crate::db`]).
//!
//! Kept here: a key is durable, bytes and name, before anything is signed with it, and is never overwritten: a damaged key file
//! stops the start with its name. Regret: the keys lie in plain on the server's disk; a certified module comes by way of
//! [`xuncha_core::feed::Signer`]. Back the folder up apart from the data: who has both can speak as HQ.

pub mod ca;

use std::fs;
use std::io::Write as _;
use std::path::Path;

use ed25519_dalek::Signer as _;
use xuncha_core::Failure;
use xuncha_core::feed::{FeedKey, Signature, Signer, VerifyingKey};
use xuncha_core::ids::Digest;
use zeroize::Zeroizing;

use crate::objects::{make_folder, sync_folder};
use crate::random;

/// User and device under which HQ speaks in its own feed.
pub const HQ_NAME: &str = "hq";

/// HQ's signing key.
pub struct HqKey(ed25519_dalek::SigningKey);

impl Signer for HqKey {
    fn sign(&self, message: &[u8]) -> Signature {
        Signature::from_bytes(self.0.sign(message).to_bytes())
    }
    fn verifying_key(&self) -> VerifyingKey {
        VerifyingKey::from_bytes(self.0.verifying_key().to_bytes())
    }
}

impl HqKey {
    /// The key of HQ's own feed.
    pub fn feed_key(&self) -> Result<FeedKey, Failure> {
        let name = |_| Failure::never("keys.damaged");
        Ok(FeedKey::new(self.verifying_key(), HQ_NAME.parse().map_err(name)?, HQ_NAME.parse().map_err(name)?))
    }
}

/// All of HQ's keys.
pub struct Keys {
    /// Signs.
    pub signing: HqKey,
    /// Public half of the recovery key (X25519).
    pub recovery_public: Digest,
    /// Certificate authority and the phones' server certificate.
    pub ca: ca::Ca,
}

impl Keys {
    /// Opens the keys of a data folder, making those that do not exist yet.
    pub fn open(data: &Path) -> Result<Self, Failure> {
        let folder = data.join("keys");
        make_folder(&folder).map_err(|e| disk(&e))?;
        restrict(&folder, 0o700)?;
        let signing = HqKey(ed25519_dalek::SigningKey::from_bytes(&*seed(&folder.join("hq.key"))?));
        let recovery = x25519_dalek::StaticSecret::from(*seed(&folder.join("recovery.key"))?);
        let recovery_public = Digest::from_bytes(x25519_dalek::PublicKey::from(&recovery).to_bytes());
        let ca = ca::Ca::open(&folder)?;
        // One that was there may be what a process left whose last sync failed; its bytes were synced before they got their name.
        sync_folder(&folder).map_err(|e| disk(&e))?;
        Ok(Self { signing, recovery_public, ca })
    }
}

/// Public half of the signing key of a `keys/` folder that is complete: nothing is made.
pub fn signing_key(folder: &Path) -> Result<VerifyingKey, Failure> {
    let path = folder.join("hq.key");
    if !path.is_file() {
        return Err(damaged(&path));
    }
    Ok(HqKey(ed25519_dalek::SigningKey::from_bytes(&*seed(&path)?)).verifying_key())
}

/// 32 secret bytes in a file of 64 hex digits.
fn seed(path: &Path) -> Result<Zeroizing<[u8; 32]>, Failure> {
    let text = read_or_make(path, random::hex::<32>)?;
    let bytes = Zeroizing::new(data_encoding::HEXLOWER.decode(text.trim().as_bytes()).map_err(|_| damaged(path))?);
    Ok(Zeroizing::new(bytes.as_slice().try_into().map_err(|_| damaged(path))?))
}

/// Reads a secret file, or makes and keeps it: temp, fsync, rename, fsync of the folder.
fn read_or_make(path: &Path, make: impl FnOnce() -> Result<String, Failure>) -> Result<Zeroizing<String>, Failure> {
    match fs::read_to_string(path) {
        Ok(text) => return Ok(Zeroizing::new(text)),
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => {}
        Err(e) => return Err(disk(&e).with("file", file_name(path))),
    }
    let text = Zeroizing::new(make()?);
    let part = path.with_extension("part");
    let written = (|| {
        let mut file = private_file(&part)?;
        file.write_all(text.as_bytes())?;
        file.sync_all()?;
        fs::rename(&part, path)?;
        sync_folder(path.parent().unwrap_or(Path::new(".")))
    })();
    written.map_err(|e| disk(&e).with("file", file_name(path)))?;
    Ok(text)
}

fn private_file(path: &Path) -> std::io::Result<fs::File> {
    let mut options = fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

fn restrict(path: &Path, mode: u32) -> Result<(), Failure> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        fs::set_permissions(path, fs::Permissions::from_mode(mode)).map_err(|e| disk(&e))?;
    }
    #[cfg(not(unix))]
    let _ = (path, mode);
    Ok(())
}

fn file_name(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

fn damaged(path: &Path) -> Failure {
    Failure::after_action("keys.damaged").with("file", file_name(path))
}

fn disk(e: &std::io::Error) -> Failure {
    crate::objects::disk_failure(e)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_made_once_and_a_damaged_one_stops_the_start_by_name() {
        let dir = tempfile::tempdir().unwrap();
        let first = Keys::open(dir.path()).unwrap();
        let again = Keys::open(dir.path()).unwrap();
        assert_eq!(first.signing.verifying_key(), again.signing.verifying_key());
        assert_eq!(first.recovery_public, again.recovery_public);
        assert_eq!(first.ca.fingerprint(), again.ca.fingerprint());
        #[cfg(unix)]
        for file in ["hq.key", "recovery.key", "ca.key.pem"] {
            use std::os::unix::fs::PermissionsExt as _;
            let mode = fs::metadata(dir.path().join("keys").join(file)).unwrap().permissions().mode();
            assert_eq!(mode & 0o777, 0o600, "{file}");
        }
        fs::write(dir.path().join("keys/hq.key"), "zz").unwrap();
        let failure = Keys::open(dir.path()).err().unwrap();
        assert_eq!((failure.code.as_str(), failure.params["file"].as_str()), ("keys.damaged", "hq.key"));
    }
}
