//! What this phone knows of its HQ and of the person: written at enrolment, sealed under the master key.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use xuncha_core::Failure;
use xuncha_core::feed::FeedKey;
use xuncha_core::ids::{Digest, UnitId, UserId};
use xuncha_core::protocol::enrol::HqIdentity;

use crate::cipher::{self, Key};
use crate::disk;

/// HQ and person as of enrolment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HqFile {
    /// HQ's address.
    pub url: String,
    /// SHA-256 of HQ's CA.
    pub ca: Digest,
    /// HQ's keys and name.
    pub hq: HqIdentity,
    /// The person.
    pub user: UserId,
    /// Name.
    pub name: String,
    /// 执法证号.
    pub certificate_no: String,
    /// Unit.
    pub unit: UnitId,
    /// Name of the unit.
    pub unit_name: String,
    /// Six digits of the area.
    pub area: String,
    /// Words for this phone.
    pub label: String,
    /// The feed HQ admitted.
    pub feed: FeedKey,
}

/// Associated data: no other sealed file of this phone can pass for this one.
const LABEL: &[u8] = b"xuncha-hq-file-1";

/// Where a person's file lies. Its presence says that enrolment was completed.
pub fn path(data: &Path, user: &UserId) -> PathBuf {
    data.join(format!("hq.{user}"))
}

/// Reads the file back; a changed byte is an error, never another HQ.
pub fn read(data: &Path, user: &UserId, key: &Key) -> Result<HqFile, Failure> {
    let bytes = std::fs::read(path(data, user)).map_err(|_| Failure::after_action("hq_file.missing"))?;
    let opened = bytes.split_first_chunk().and_then(|(nonce, sealed)| cipher::open(key, nonce, LABEL, sealed));
    let plain = opened.ok_or_else(|| Failure::never("hq_file.damaged"))?;
    serde_json::from_slice(&plain).map_err(|_| Failure::never("hq_file.damaged"))
}

/// Writes the file; durable when it returns.
pub fn write(data: &Path, file: &HqFile, key: &Key) -> Result<(), Failure> {
    let plain = serde_json::to_vec(file).map_err(|e| Failure::never("hq_file.shape").with("why", e))?;
    let nonce: [u8; cipher::NONCE] = cipher::random();
    let bytes = [&nonce[..], &cipher::seal(key, &nonce, LABEL, &plain)].concat();
    Ok(disk::write_atomic(&path(data, &file.user), &bytes)?)
}
