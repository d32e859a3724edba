//! One sealed record.
//!
//! ```text
//! len u32 LE ‖ number u64 LE ‖ kind u8 ‖ back u32 LE ‖ nonce 24 ‖ ciphertext and tag (len bytes)
//! associated data: "xuncha-record-1\n" ‖ log name 32 ‖ number ‖ kind ‖ back
//! ```
//! `back` is the distance to the first record of the same write. It tells a write that was torn (a page in its middle
//! never reached the disk, a later one did) from damage to what was durable: only the latter is followed by a later write.

use zeroize::Zeroizing;

use crate::cipher::{self, Key, NONCE, TAG};

/// Bytes before the ciphertext.
pub(super) const HEAD: usize = 4 + 8 + 1 + 4 + NONCE;
/// Ciphertext and tag; an entry has at most 69 KiB, a receipt of 64 × 64 blobs about 300 KiB.
pub(super) const MAX_SEALED: usize = 1 << 20;

/// What a record is to its number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub(super) enum Kind {
    /// The first record of this number; numbers grow by one.
    Entry = 1,
    /// Brings later what the entry of this number lacked: its payload.
    Fill = 2,
}

/// The part before the ciphertext.
pub(super) struct RecordHead {
    pub sealed: usize,
    pub number: u64,
    pub kind: Kind,
    pub back: u32,
    nonce: [u8; NONCE],
}

impl RecordHead {
    /// Reads a head if the bytes can be one. That they *are* one is only known when the record opens.
    pub(super) fn parse(bytes: &[u8]) -> Option<Self> {
        let (len, rest) = bytes.split_first_chunk::<4>()?;
        let (number, rest) = rest.split_first_chunk::<8>()?;
        let (kind, rest) = rest.split_first()?;
        let (back, rest) = rest.split_first_chunk::<4>()?;
        let nonce = *rest.first_chunk::<NONCE>()?;
        let kind = match kind {
            1 => Kind::Entry,
            2 => Kind::Fill,
            _ => return None,
        };
        let sealed = usize::try_from(u32::from_le_bytes(*len)).ok()?;
        let head = Self { sealed, number: u64::from_le_bytes(*number), kind, back: u32::from_le_bytes(*back), nonce };
        (TAG..=MAX_SEALED).contains(&sealed).then_some(head)
    }
    /// Bytes of the whole record.
    pub(super) fn record_len(&self) -> usize {
        HEAD + self.sealed
    }
}

/// Adds one record; `back` is the distance to the first record of this write.
pub(super) fn push(out: &mut Vec<u8>, key: &Key, name: &[u8; 32], number: u64, kind: Kind, back: u32, plain: &[u8]) {
    let nonce = cipher::random::<NONCE>();
    // A record's plaintext is checked against MAX_SEALED before it gets here.
    let sealed = (plain.len() + TAG) as u32;
    out.reserve(HEAD + plain.len() + TAG);
    out.extend_from_slice(&sealed.to_le_bytes());
    out.extend_from_slice(&number.to_le_bytes());
    out.push(kind as u8);
    out.extend_from_slice(&back.to_le_bytes());
    out.extend_from_slice(&nonce);
    let start = out.len();
    out.extend_from_slice(plain);
    let tag = cipher::seal_in_place(key, &nonce, &associated(name, number, kind, back), &mut out[start..]);
    out.extend_from_slice(&tag);
}

/// Opens the record at the start of `bytes`; `None` if it is cut, damaged or not a record.
pub(super) fn open(bytes: &[u8], key: &Key, name: &[u8; 32]) -> Option<(RecordHead, Zeroizing<Vec<u8>>)> {
    let head = RecordHead::parse(bytes)?;
    let sealed = bytes.get(HEAD..head.record_len())?;
    let plain = cipher::open(key, &head.nonce, &associated(name, head.number, head.kind, head.back), sealed)?;
    Some((head, plain))
}

fn associated(name: &[u8; 32], number: u64, kind: Kind, back: u32) -> Vec<u8> {
    let mut ad = Vec::with_capacity(64);
    ad.extend_from_slice(b"xuncha-record-1\n");
    ad.extend_from_slice(name);
    ad.extend_from_slice(&number.to_le_bytes());
    ad.push(kind as u8);
    ad.extend_from_slice(&back.to_le_bytes());
    ad
}
