//! One segment file: a head that ties it to the segment before, then records.
//!
//! ```text
//! "xcseg-1\n" ‖ log name 32 ‖ nonce 24 ‖ sealed( first u64 LE ‖ before first u64 LE ‖ before len u64 LE ‖ carry 40 )
//! associated data: "xuncha-segment-1\n" ‖ log name 32
//! ```
//! `before` names the segment before and its final length, so that a missing, swapped or shortened one is noticed without
//! reading it. `carry` is what the log's owner must know to go on without the segments before.

use std::path::Path;

use zeroize::Zeroizing;

use crate::cipher::{self, Key, NONCE, TAG};

use super::error::FeedError;
use super::record::{self, Kind, RecordHead};

const MAGIC: &[u8; 8] = b"xcseg-1\n";
const LABEL: &[u8] = b"xuncha-segment-1\n";
/// Bytes of the carried state.
pub(super) const CARRY: usize = 40;
const PLAIN: usize = 24 + CARRY;
/// Bytes before the first record.
pub(super) const START: usize = MAGIC.len() + 32 + NONCE + PLAIN + TAG;

/// What the head of a segment says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct SegmentHead {
    /// Number of the first entry; also the file's name.
    pub first: u64,
    /// `first` of the segment before; 0 in the first segment.
    pub before_first: u64,
    /// Final length of the segment before.
    pub before_len: u64,
    /// The owner's state before `first`.
    pub carry: [u8; CARRY],
}

impl SegmentHead {
    pub(super) fn encode(&self, key: &Key, name: &[u8; 32]) -> Vec<u8> {
        let mut plain = Vec::with_capacity(PLAIN);
        for n in [self.first, self.before_first, self.before_len] {
            plain.extend_from_slice(&n.to_le_bytes());
        }
        plain.extend_from_slice(&self.carry);
        let nonce = cipher::random::<NONCE>();
        let sealed = cipher::seal(key, &nonce, &[LABEL, name].concat(), &plain);
        [MAGIC, name.as_slice(), &nonce, &sealed].concat()
    }

    /// Opens a head; `None` if it is not one of this log and key.
    pub(super) fn decode(bytes: &[u8], key: &Key, name: &[u8; 32]) -> Option<Self> {
        let rest = bytes.get(..START)?.strip_prefix(MAGIC)?.strip_prefix(name)?;
        let (nonce, sealed) = rest.split_first_chunk::<NONCE>()?;
        let plain = cipher::open(key, nonce, &[LABEL, name].concat(), sealed)?;
        let (numbers, carry) = plain.split_first_chunk::<24>()?;
        let number = |at: usize| Some(u64::from_le_bytes(*numbers.get(at..)?.first_chunk()?));
        Some(Self {
            first: number(0)?,
            before_first: number(8)?,
            before_len: number(16)?,
            carry: *carry.first_chunk()?,
        })
    }
}

/// `00000217.seg`: the segment that begins with 217.
pub(super) fn file_name(first: u64) -> String {
    format!("{first:08}.seg")
}

/// The first number, if this is a segment's file name.
pub(super) fn first_of(path: &Path) -> Option<u64> {
    let first = path.file_name()?.to_str()?.strip_suffix(".seg")?.parse().ok()?;
    (path.file_name()?.to_str()? == file_name(first)).then_some(first)
}

/// Where a record lies in its file.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place {
    pub offset: u64,
    pub len: u32,
}

/// Where the records of one segment lie.
#[derive(Debug, Default)]
pub(super) struct Places {
    /// In the order of their numbers, from the segment's first on.
    pub entries: Vec<Place>,
    /// Number and place.
    pub fills: Vec<(u64, Place)>,
}

impl Places {
    /// Whether the last record is a fill.
    pub(super) fn ends_with_fill(&self) -> bool {
        let entry = self.entries.last().map_or(0, |place| place.offset);
        self.fills.last().is_some_and(|(_, place)| place.offset > entry)
    }

    /// Takes the next record of segment `first`; an answer says why it cannot be the next.
    fn take(&mut self, first: u64, head: &RecordHead, offset: usize) -> Result<(), &'static str> {
        let next = first + self.entries.len() as u64;
        let place = Place { offset: offset as u64, len: head.record_len() as u32 };
        match head.kind {
            Kind::Entry if head.number == next => self.entries.push(place),
            Kind::Fill if head.number < next => self.fills.push((head.number, place)),
            Kind::Entry if head.number < next => return Err("a number stands twice"),
            _ => return Err("numbers are missing"),
        }
        Ok(())
    }

    /// Hops over the records of a segment that has a later one, without opening them.
    pub(super) fn index(bytes: &[u8], first: u64) -> Result<Self, FeedError> {
        let mut places = Self::default();
        let mut at = START;
        while at < bytes.len() {
            let damaged = |why| FeedError::Damaged { segment: first, at: at as u64, why };
            let head = RecordHead::parse(&bytes[at..]).ok_or_else(|| damaged("not a record"))?;
            places.take(first, &head, at).map_err(damaged)?;
            at += head.record_len();
        }
        if at == bytes.len() {
            Ok(places)
        } else {
            Err(FeedError::Damaged { segment: first, at: bytes.len() as u64, why: "the last record is cut" })
        }
    }
}

/// One opened record.
pub(super) struct Opened {
    pub kind: Kind,
    pub number: u64,
    pub plain: Zeroizing<Vec<u8>>,
}

/// The last segment, opened record by record.
pub(super) struct Tail {
    pub places: Places,
    pub records: Vec<Opened>,
    /// Where the last whole record ends.
    pub end: usize,
}

impl Tail {
    /// Reads all records up to the end or to what a crash tore off.
    pub(super) fn read(bytes: &[u8], first: u64, key: &Key, name: &[u8; 32]) -> Result<Self, FeedError> {
        let mut tail = Self { places: Places::default(), records: Vec::new(), end: START };
        while tail.end < bytes.len() {
            let damaged = |why| FeedError::Damaged { segment: first, at: tail.end as u64, why };
            let Some((head, plain)) = record::open(&bytes[tail.end..], key, name) else {
                if a_later_write_follows(bytes, tail.end, key, name) {
                    return Err(damaged("a damaged record with later ones behind it"));
                }
                return Ok(tail);
            };
            tail.places.take(first, &head, tail.end).map_err(damaged)?;
            tail.records.push(Opened { kind: head.kind, number: head.number, plain });
            tail.end += head.record_len();
        }
        Ok(tail)
    }
}

/// Whether a whole record of a *later* write stands behind `broken`. A later write begins only after the earlier one was
/// durable, so it proves damage; without one, the bytes are the torn end of the last write.
fn a_later_write_follows(bytes: &[u8], broken: usize, key: &Key, name: &[u8; 32]) -> bool {
    (broken + 1..bytes.len()).any(|at| {
        RecordHead::parse(&bytes[at..])
            .is_some_and(|head| at.checked_sub(head.back as usize).is_some_and(|start| start > broken))
            && record::open(&bytes[at..], key, name).is_some()
    })
}
