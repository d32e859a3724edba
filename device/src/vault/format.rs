//! The bytes of a vault file.
//!
//! ```text
//! "xcvlt-1\n" ‖ sha256 of the original 32 ‖ nonce 24 ‖ sealed( file key 32 ‖ STREAM nonce 19 ‖ size u64 LE )
//! associated data: "xuncha-vault-1\n" ‖ sha256 ‖ name        (name is empty for the original)
//! chunks: 64 KiB and tag each, the last one shorter; STREAM-BE32 over XChaCha20-Poly1305, no associated data
//! ```
//! An empty blob has one empty last chunk. The size stands under the seal, so a cut at a chunk's edge is noticed at once.

use aead_stream::{NewStream as _, StreamBE32, StreamPrimitive as _};
use chacha20poly1305::XChaCha20Poly1305;
use xuncha_core::ids::BlobHash;
use zeroize::Zeroizing;

use crate::cipher::{self, Key, NONCE, TAG};

/// Plain bytes of a chunk.
pub(super) const CHUNK: usize = 64 * 1024;
const MAGIC: &[u8; 8] = b"xcvlt-1\n";
const LABEL: &[u8] = b"xuncha-vault-1\n";
const STREAM_NONCE: usize = 19;
const PLAIN: usize = 32 + STREAM_NONCE + 8;
/// Bytes before the first chunk.
pub(super) const START: usize = MAGIC.len() + 32 + NONCE + PLAIN + TAG;

/// The keys of one file: made fresh, or opened from its header.
pub(super) struct FileKeys {
    key: Key,
    nonce: [u8; STREAM_NONCE],
    stream: StreamBE32<XChaCha20Poly1305>,
}

impl FileKeys {
    pub(super) fn random() -> Self {
        Self::new(Key::random(), cipher::random())
    }
    fn new(key: Key, nonce: [u8; STREAM_NONCE]) -> Self {
        let stream = StreamBE32::from_aead(key.cipher(), &nonce.into());
        Self { key, nonce, stream }
    }

    /// The header that brings these keys back.
    pub(super) fn header(&self, size: u64, vault: &Key, original: &BlobHash, name: &str) -> Vec<u8> {
        let mut plain = Zeroizing::new(Vec::with_capacity(PLAIN));
        plain.extend_from_slice(self.key.expose());
        plain.extend_from_slice(&self.nonce);
        plain.extend_from_slice(&size.to_le_bytes());
        let nonce = cipher::random::<NONCE>();
        let sealed = cipher::seal(vault, &nonce, &associated(original, name), &plain);
        [MAGIC.as_slice(), original.as_bytes(), &nonce, &sealed].concat()
    }

    /// Opens a header; answers the keys and the plain size.
    pub(super) fn open(header: &[u8], vault: &Key, original: &BlobHash, name: &str) -> Option<(Self, u64)> {
        let rest = header.get(..START)?.strip_prefix(MAGIC)?.strip_prefix(original.as_bytes())?;
        let (nonce, sealed) = rest.split_first_chunk::<NONCE>()?;
        let plain = cipher::open(vault, nonce, &associated(original, name), sealed)?;
        let (key, rest) = plain.split_first_chunk::<32>()?;
        let (stream_nonce, size) = rest.split_first_chunk::<STREAM_NONCE>()?;
        let size = u64::from_le_bytes(*size.first_chunk()?);
        Some((Self::new(Key::from_bytes(key), *stream_nonce), size))
    }

    /// Encrypts a chunk where it lies and adds its tag.
    pub(super) fn seal_chunk(&self, number: u32, is_last: bool, chunk: &mut Vec<u8>) {
        let sealed = self.stream.encrypt_in_place(number, is_last, b"", chunk);
        // A chunk of 64 KiB in a growing buffer: the two reasons to refuse (256 GiB, no room) cannot occur.
        assert!(sealed.is_ok(), "a chunk of 64 KiB was refused");
    }
    /// Decrypts a chunk where it lies and takes its tag off; `None` if it is not the one that was sealed.
    pub(super) fn open_chunk(&self, number: u32, is_last: bool, chunk: &mut Vec<u8>) -> Option<()> {
        self.stream.decrypt_in_place(number, is_last, b"", chunk).ok()
    }
}

/// Chunks of a blob: at least one.
pub(super) fn chunks(size: u64) -> u64 {
    size.div_ceil(CHUNK as u64).max(1)
}

/// Bytes of the file of a blob; `None` for a size no file can have.
pub(super) fn file_len(size: u64) -> Option<u64> {
    size.checked_add(START as u64 + chunks(size) * TAG as u64)
}

/// A small file in one piece.
pub(super) fn seal_whole(bytes: &[u8], vault: &Key, original: &BlobHash, name: &str) -> Vec<u8> {
    let keys = FileKeys::random();
    let mut out = keys.header(bytes.len() as u64, vault, original, name);
    let last = chunks(bytes.len() as u64) - 1;
    let mut pieces = bytes.chunks(CHUNK);
    for number in 0..=last {
        let mut chunk = Vec::with_capacity(CHUNK + TAG);
        chunk.extend_from_slice(pieces.next().unwrap_or_default());
        keys.seal_chunk(number as u32, number == last, &mut chunk);
        out.extend_from_slice(&chunk);
    }
    out
}

fn associated(original: &BlobHash, name: &str) -> Vec<u8> {
    [LABEL, original.as_bytes(), name.as_bytes()].concat()
}
