use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::os::unix::fs::FileExt as _;
use std::path::Path;

use xuncha_core::ids::BlobHash;
use zeroize::Zeroizing;

use crate::cipher::{Key, TAG};
use crate::disk::DiskError;

use super::error::VaultError;
use super::format::{self, CHUNK, FileKeys, START};

/// A blob opened for reading, anywhere in it. Holds one decrypted chunk.
pub struct VaultReader {
    file: File,
    keys: FileKeys,
    sha256: BlobHash,
    size: u64,
    position: u64,
    chunk: Zeroizing<Vec<u8>>,
    /// Number of the chunk that is decrypted.
    held: Option<u64>,
}

impl VaultReader {
    pub(super) fn open(path: &Path, vault: &Key, sha256: &BlobHash, name: &str) -> Result<Self, VaultError> {
        let file = match File::open(path) {
            Err(e) if e.kind() == io::ErrorKind::NotFound => return Err(VaultError::Missing { sha256: *sha256 }),
            other => other.map_err(DiskError::from)?,
        };
        let damaged = |why| VaultError::Damaged { sha256: *sha256, why };
        let mut header = [0; START];
        read_exact_at(&file, &mut header, 0)?.ok_or_else(|| damaged("shorter than a header"))?;
        let (keys, size) =
            FileKeys::open(&header, vault, sha256, name).ok_or_else(|| damaged("its header does not open"))?;
        let len = file.metadata().map_err(DiskError::from)?.len();
        if format::file_len(size) != Some(len) {
            return Err(damaged("its length does not fit"));
        }
        let chunk = Zeroizing::new(Vec::with_capacity(CHUNK + TAG));
        Ok(Self { file, keys, sha256: *sha256, size, position: 0, chunk, held: None })
    }

    /// Original bytes.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// Bytes `offset .. offset + len`. Only the chunks they lie in are decrypted.
    ///
    /// # Errors
    /// [`VaultError::BeyondEnd`] if they are not all there; [`VaultError::Damaged`].
    pub fn read_range(&mut self, offset: u64, len: u64) -> Result<Vec<u8>, VaultError> {
        if offset.checked_add(len).is_none_or(|end| end > self.size) {
            return Err(VaultError::BeyondEnd);
        }
        let mut out = Vec::with_capacity(len as usize);
        // An empty range of an empty blob still proves that its only chunk is whole.
        if self.size == 0 {
            self.chunk_at(0)?;
        }
        while (out.len() as u64) < len {
            let missing = len as usize - out.len();
            let bytes = self.chunk_at(offset + out.len() as u64)?;
            out.extend_from_slice(&bytes[..bytes.len().min(missing)]);
        }
        Ok(out)
    }

    /// The decrypted bytes from `offset` to the end of its chunk; empty at the end of the blob.
    pub(super) fn chunk_at(&mut self, offset: u64) -> Result<&[u8], VaultError> {
        let last = format::chunks(self.size) - 1;
        let number = (offset / CHUNK as u64).min(last);
        if self.held != Some(number) {
            self.held = None;
            self.fetch(number, number == last)?;
            self.held = Some(number);
        }
        let within = (offset - number * CHUNK as u64) as usize;
        Ok(self.chunk.get(within..).unwrap_or_default())
    }

    fn fetch(&mut self, number: u64, is_last: bool) -> Result<(), VaultError> {
        let damaged = VaultError::Damaged { sha256: self.sha256, why: "a chunk does not open" };
        let start = number * CHUNK as u64;
        let plain = (self.size - start).min(CHUNK as u64) as usize;
        self.chunk.resize(plain + TAG, 0);
        let at = START as u64 + number * (CHUNK + TAG) as u64;
        let whole = read_exact_at(&self.file, &mut self.chunk, at)?.is_some();
        // The counter has 32 bits; 2^32 chunks are 256 TiB.
        let number = u32::try_from(number).ok();
        let opened = number.filter(|_| whole).and_then(|n| self.keys.open_chunk(n, is_last, &mut self.chunk));
        opened.ok_or(damaged)
    }
}

impl Read for VaultReader {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        if self.position >= self.size {
            return Ok(0);
        }
        let bytes = self.chunk_at(self.position).map_err(io::Error::other)?;
        let n = bytes.len().min(buf.len());
        buf[..n].copy_from_slice(&bytes[..n]);
        self.position += n as u64;
        Ok(n)
    }
}

impl Seek for VaultReader {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let target = match to {
            SeekFrom::Start(n) => Some(n),
            SeekFrom::End(n) => self.size.checked_add_signed(n),
            SeekFrom::Current(n) => self.position.checked_add_signed(n),
        };
        self.position = target.ok_or_else(|| io::Error::from(io::ErrorKind::InvalidInput))?;
        Ok(self.position)
    }
}

/// `None` if the file ends before the buffer is full.
fn read_exact_at(file: &File, buffer: &mut [u8], at: u64) -> Result<Option<()>, DiskError> {
    match file.read_exact_at(buffer, at) {
        Ok(()) => Ok(Some(())),
        Err(e) if e.kind() == io::ErrorKind::UnexpectedEof => Ok(None),
        Err(e) => Err(e.into()),
    }
}
