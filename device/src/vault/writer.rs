use std::io::{Seek as _, SeekFrom, Write as _};

use sha2::{Digest as _, Sha256};
use tempfile::NamedTempFile;
use xuncha_core::feed::limits::MAX_BLOB_BYTES;
use xuncha_core::ids::BlobHash;
use zeroize::Zeroizing;

use crate::cipher::TAG;
use crate::disk::{self, DiskError};

use super::error::VaultError;
use super::format::{CHUNK, FileKeys, START};
use super::{Stored, Vault};

/// A blob being written. Dropping it unfinished leaves nothing behind.
pub struct VaultWriter {
    vault: Vault,
    file: NamedTempFile,
    keys: FileKeys,
    hash: Sha256,
    /// The chunk that is filling. Only when more bytes come is it known not to be the last.
    chunk: Zeroizing<Vec<u8>>,
    number: u32,
    size: u64,
}

impl VaultWriter {
    pub(super) fn begin(vault: Vault) -> Result<Self, VaultError> {
        let mut file = NamedTempFile::new_in(vault.temp_folder()).map_err(DiskError::from)?;
        // The header names the hash, which is known last: its room is kept free.
        file.write_all(&[0; START]).map_err(DiskError::from)?;
        let chunk = Zeroizing::new(Vec::with_capacity(CHUNK + TAG));
        Ok(Self { vault, file, keys: FileKeys::random(), hash: Sha256::new(), chunk, number: 0, size: 0 })
    }

    /// Original bytes so far.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// Takes the next slice, of any length.
    pub fn write(&mut self, mut bytes: &[u8]) -> Result<(), VaultError> {
        let size = self.size + bytes.len() as u64;
        if size > MAX_BLOB_BYTES {
            return Err(VaultError::TooLarge { max: MAX_BLOB_BYTES });
        }
        self.hash.update(bytes);
        while !bytes.is_empty() {
            if self.chunk.len() == CHUNK {
                self.write_chunk(false)?;
            }
            let (now, later) = bytes.split_at(bytes.len().min(CHUNK - self.chunk.len()));
            self.chunk.extend_from_slice(now);
            bytes = later;
        }
        self.size = size;
        Ok(())
    }

    /// Makes the blob durable under its name.
    pub fn finish(mut self) -> Result<Stored, VaultError> {
        self.write_chunk(true)?;
        let sha256 = BlobHash::from_bytes(self.hash.clone().finalize().into());
        let header = self.keys.header(self.size, &self.vault.inner.key, &sha256, "");
        self.file.seek(SeekFrom::Start(0)).map_err(DiskError::from)?;
        self.file.write_all(&header).map_err(DiskError::from)?;
        disk::sync_data(self.file.as_file())?;
        let path = self.vault.path(&sha256);
        let folder = path.parent().unwrap_or(&self.vault.inner.root);
        self.vault.certain_folder(folder)?;
        // Over a file of the same name, if there is one: it has the same bytes, or is damaged.
        self.file.persist(&path).map_err(|e| DiskError::from(e.error))?;
        disk::sync_folder(folder)?;
        Ok(Stored { sha256, size: self.size })
    }

    /// As [`VaultWriter::finish`], if the bytes are those of this name; otherwise nothing is kept.
    pub fn finish_as(self, sha256: &BlobHash) -> Result<Stored, VaultError> {
        if BlobHash::from_bytes(self.hash.clone().finalize().into()) != *sha256 {
            return Err(VaultError::Damaged { sha256: *sha256, why: "other bytes than its name says" });
        }
        self.finish()
    }

    fn write_chunk(&mut self, is_last: bool) -> Result<(), VaultError> {
        self.keys.seal_chunk(self.number, is_last, &mut self.chunk);
        self.file.write_all(&self.chunk).map_err(DiskError::from)?;
        self.chunk.clear();
        self.number += 1;
        Ok(())
    }
}
