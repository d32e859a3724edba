//! Numbered sealed records in rotating segment files: what feeds and receipts have in common.

use std::collections::HashMap;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Read as _};
use std::os::unix::fs::FileExt as _;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use zeroize::Zeroizing;

use crate::cipher::{Key, TAG};
use crate::disk::{self, DiskError};

use super::error::FeedError;
use super::reader::Reader;
use super::record::{self, Kind, MAX_SEALED, RecordHead};
use super::segment::{self, CARRY, Opened, Place, Places, START, SegmentHead, Tail};

/// A new segment begins once the last one has this many bytes.
pub(super) const ROTATE_AT: u64 = 4 * 1024 * 1024;

/// What opening found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct OpenReport {
    /// Bytes behind the last whole record that were cut: a write that was never acknowledged. 0 after a clean end.
    pub cut_bytes: u64,
    /// Segment files.
    pub segments: usize,
}

struct Segment {
    first: u64,
    /// Bytes up to the last whole record.
    len: u64,
    /// Filled at once for the last segment, for the others when somebody reads in them.
    places: OnceLock<Places>,
}

/// The files of one log. Reading takes `&self`; one writer.
pub(super) struct Log {
    folder: PathBuf,
    name: [u8; 32],
    key: Key,
    pub(super) rotate_at: u64,
    /// Never empty.
    segments: Vec<Segment>,
    pub(super) tail: File,
    next: u64,
    poisoned: bool,
    torn: u64,
    /// Number → segment index and place; built when the first missing payload is asked for.
    fills: OnceLock<HashMap<u64, (usize, Place)>>,
}

/// A log that was read and not touched.
pub(super) struct Examined {
    pub log: Log,
    /// The owner's state before the last segment.
    pub carry: [u8; CARRY],
    /// The last segment's records.
    pub records: Vec<Opened>,
    /// First number of the last segment.
    pub tail_first: u64,
}

impl Log {
    fn create(folder: &Path, name: [u8; 32], key: Key) -> Result<Self, FeedError> {
        disk::make_folder(folder)?;
        // Also where the folder is there already: whoever made it may have been killed before its name was durable.
        if let Some(parent) = folder.parent() {
            disk::sync_folder(parent)?;
        }
        let head = SegmentHead { first: 1, before_first: 0, before_len: 0, carry: [0; CARRY] };
        let tail = begin_segment(folder, &head, &key, &name)?;
        let segment = Segment { first: 1, len: START as u64, places: OnceLock::from(Places::default()) };
        Ok(Self {
            folder: folder.to_path_buf(),
            name,
            key,
            rotate_at: ROTATE_AT,
            segments: vec![segment],
            tail,
            next: 1,
            poisoned: false,
            torn: 0,
            fills: OnceLock::new(),
        })
    }

    /// Reads the last segment and the heads of all, and changes nothing. Where there is no segment and none was `known`
    /// (a last number, 0 for none), it begins the log.
    pub(super) fn examine(folder: &Path, name: [u8; 32], key: Key, known: u64) -> Result<Examined, FeedError> {
        let mut segments = Vec::new();
        let mut carry = [0; CARRY];
        for first in list(folder)? {
            let damaged = |why| FeedError::Damaged { segment: first, at: 0, why };
            let path = folder.join(segment::file_name(first));
            let (head, len) = read_head(&path).map_err(DiskError::from)?;
            let head = SegmentHead::decode(&head, &key, &name).ok_or_else(|| damaged("its head does not open"))?;
            let before = segments.last().map_or((0, 0), |s: &Segment| (s.first, s.len));
            if head.first != first || (segments.is_empty() && first != 1) || head.before_first != before.0 {
                return Err(damaged("the segment before it is missing"));
            }
            if head.before_len != before.1 {
                return Err(damaged("the segment before it has another length"));
            }
            carry = head.carry;
            segments.push(Segment { first, len, places: OnceLock::new() });
        }
        let Some(last) = segments.last_mut() else {
            if known > 0 {
                return Err(FeedError::RolledBack { known, have: 0 });
            }
            let log = Self::create(folder, name, key)?;
            return Ok(Examined { log, carry, records: Vec::new(), tail_first: 1 });
        };
        let tail_first = last.first;
        let path = folder.join(segment::file_name(tail_first));
        let tail = OpenOptions::new().read(true).write(true).open(path).map_err(DiskError::from)?;
        let mut bytes = Vec::with_capacity(last.len as usize);
        (&tail).read_to_end(&mut bytes).map_err(DiskError::from)?;
        let Tail { places, records, end } = Tail::read(&bytes, tail_first, &key, &name)?;
        let next = tail_first + places.entries.len() as u64;
        last.len = end as u64;
        last.places = OnceLock::from(places);
        let log = Self {
            folder: folder.to_path_buf(),
            name,
            key,
            rotate_at: ROTATE_AT,
            segments,
            tail,
            next,
            poisoned: false,
            torn: (bytes.len() - end) as u64,
            fills: OnceLock::new(),
        };
        Ok(Examined { log, carry, records, tail_first })
    }

    /// Cuts what a crash tore off, durably, and makes durable what is there beyond `known`: a process that was killed between
    /// a write and its fsync left it in the kernel's memory alone, and from now on it is shown, sent and built upon. If that fsync
    /// failed before the kill, another one finds nothing to do: the segment is written again. The log can be written from here on.
    pub(super) fn settle(&mut self, known: u64) -> Result<OpenReport, FeedError> {
        // Of fills nobody knows how many there were.
        let fills = self.segments.last().and_then(|s| s.places.get()).is_some_and(|places| places.ends_with_fill());
        let unsure = self.next - 1 > known || fills;
        if self.torn > 0 {
            self.tail.set_len(self.end()).map_err(DiskError::from)?;
        }
        if unsure {
            self.write_again()?;
        } else if self.torn > 0 {
            self.tail.sync_all().map_err(|_| DiskError::FsyncFailed)?;
        }
        // A segment that was begun and not yet written may lack its name.
        if unsure || self.segments.last().is_some_and(|s| s.first == self.next) {
            disk::sync_folder(&self.folder)?;
        }
        Ok(OpenReport { cut_bytes: std::mem::take(&mut self.torn), segments: self.segments.len() })
    }

    /// Puts a durable copy in the place of the last segment. A full phone opens, too: there the bytes are written in their own place,
    /// which needs no room and in which a cut may spoil a sector.
    fn write_again(&mut self) -> Result<(), DiskError> {
        let path = self.path(self.segments.len() - 1);
        let bytes = fs::read(&path)?;
        match disk::write_atomic(&path, &bytes) {
            Ok(()) => self.tail = OpenOptions::new().read(true).write(true).open(path)?,
            Err(DiskError::Full) => {
                self.tail.write_all_at(&bytes, 0)?;
                self.tail.sync_all().map_err(|_| DiskError::FsyncFailed)?;
            }
            Err(other) => return Err(other),
        }
        Ok(())
    }

    /// The number the next entry gets.
    pub(super) fn next(&self) -> u64 {
        self.next
    }

    /// First number of the segment that holds this number.
    pub(super) fn segment_of(&self, number: u64) -> u64 {
        self.first(self.segment_index(number))
    }

    /// Adds records with one write and one fdatasync; durable when it returns `Ok`. `carry` is the owner's state before them.
    pub(super) fn append(&mut self, records: &[(Kind, u64, Vec<u8>)], carry: &[u8; CARRY]) -> Result<(), FeedError> {
        if self.poisoned {
            return Err(DiskError::FsyncFailed.into());
        }
        debug_assert_eq!(self.torn, 0, "a torn end must be cut before writing behind it");
        let Some((kind, ..)) = records.first() else { return Ok(()) };
        if let Some((.., plain)) = records.iter().find(|(.., plain)| plain.len() + TAG > MAX_SEALED) {
            return Err(FeedError::TooLong(plain.len()));
        }
        if *kind == Kind::Entry {
            self.rotate_if_full(carry)?;
        }
        let start = self.end();
        let mut bytes = Vec::new();
        let mut placed = Vec::with_capacity(records.len());
        for (kind, number, plain) in records {
            let at = bytes.len();
            record::push(&mut bytes, &self.key, &self.name, *number, *kind, at as u32, plain);
            placed.push((*kind, *number, Place { offset: start + at as u64, len: (bytes.len() - at) as u32 }));
        }
        self.write(&bytes, start)?;
        self.note(&placed, bytes.len() as u64);
        Ok(())
    }

    fn write(&mut self, bytes: &[u8], at: u64) -> Result<(), DiskError> {
        if let Err(e) = self.tail.write_all_at(bytes, at) {
            // No partial state: what was half written goes again. If even that fails, only opening anew tells what is there.
            self.poisoned = self.tail.set_len(at).is_err();
            return Err(e.into());
        }
        disk::sync_data(&self.tail).inspect_err(|_| {
            self.poisoned = true;
            // The kernel shows what it failed to write as if it were on the disk: whoever opens the file anew would take it for
            // an entry. If this fails too, that opening fails.
            let _ = self.tail.set_len(at);
        })
    }

    fn note(&mut self, placed: &[(Kind, u64, Place)], bytes: u64) {
        let index = self.segments.len() - 1;
        let Some(last) = self.segments.last_mut() else { return };
        last.len += bytes;
        for (kind, number, place) in placed {
            match kind {
                Kind::Entry => self.next += 1,
                Kind::Fill => {
                    if let Some(fills) = self.fills.get_mut() {
                        fills.insert(*number, (index, *place));
                    }
                }
            }
            // The last segment's places are always filled: by `create`, `examine` or `rotate_if_full`.
            if let Some(places) = last.places.get_mut() {
                match kind {
                    Kind::Entry => places.entries.push(*place),
                    Kind::Fill => places.fills.push((*number, *place)),
                }
            }
        }
    }

    fn rotate_if_full(&mut self, carry: &[u8; CARRY]) -> Result<(), FeedError> {
        let Some(last) = self.segments.last() else { return Ok(()) };
        // A segment of fills alone does not rotate: the next one would have the same name.
        if last.len < self.rotate_at || last.first == self.next {
            return Ok(());
        }
        let head = SegmentHead { first: self.next, before_first: last.first, before_len: last.len, carry: *carry };
        let begun = begin_segment(&self.folder, &head, &self.key, &self.name);
        // Unless there was no room for it, the new file may be there: adding to the one before would contradict its head.
        self.tail = begun.inspect_err(|e| self.poisoned = !matches!(e, FeedError::Disk(DiskError::Full)))?;
        let places = OnceLock::from(Places::default());
        self.segments.push(Segment { first: self.next, len: START as u64, places });
        Ok(())
    }

    #[cfg(test)]
    pub(super) fn segments_for_test(&self) -> Vec<u64> {
        self.segments.iter().map(|s| s.first).collect()
    }

    /// First number of the segment at this index.
    pub(super) fn first(&self, index: usize) -> u64 {
        self.segments[index].first
    }

    /// Opens the record at a place; `None` if it is not one of this log.
    pub(super) fn open_record(&self, bytes: &[u8]) -> Option<(RecordHead, Zeroizing<Vec<u8>>)> {
        record::open(bytes, &self.key, &self.name)
    }

    /// The file of the segment at this index.
    pub(super) fn path(&self, index: usize) -> PathBuf {
        self.folder.join(segment::file_name(self.first(index)))
    }

    /// Where the last whole record ends in the last segment.
    pub(super) fn end(&self) -> u64 {
        self.segments.last().map_or(0, |s| s.len)
    }

    /// Index of the segment that holds this number, if any does.
    pub(super) fn segment_index(&self, number: u64) -> usize {
        self.segments.partition_point(|s| s.first <= number).saturating_sub(1)
    }

    pub(super) fn places(&self, index: usize) -> Result<&Places, FeedError> {
        let segment = &self.segments[index];
        if let Some(places) = segment.places.get() {
            return Ok(places);
        }
        let bytes = fs::read(self.path(index)).map_err(DiskError::from)?;
        let places = Places::index(&bytes, segment.first)?;
        // The next segment's name says how many entries this one must have.
        let expected = self.segments.get(index + 1).map_or(self.next, |s| s.first) - segment.first;
        if places.entries.len() as u64 != expected {
            let at = bytes.len() as u64;
            return Err(FeedError::Damaged { segment: segment.first, at, why: "entries are missing at its end" });
        }
        Ok(segment.places.get_or_init(|| places))
    }

    /// A reader that keeps the file of the segment it read last.
    pub(super) fn reader(&self) -> Reader<'_> {
        Reader::new(self)
    }

    /// Numbers that were filled in in the segment of this one and in those after it.
    pub(super) fn filled_since(&self, number: u64) -> Result<Vec<u64>, FeedError> {
        let mut filled = Vec::new();
        for index in self.segment_index(number)..self.segments.len() {
            filled.extend(self.places(index)?.fills.iter().map(|(number, _)| *number));
        }
        Ok(filled)
    }

    pub(super) fn fills(&self) -> Result<&HashMap<u64, (usize, Place)>, FeedError> {
        if let Some(fills) = self.fills.get() {
            return Ok(fills);
        }
        let mut fills = HashMap::new();
        for index in 0..self.segments.len() {
            fills.extend(self.places(index)?.fills.iter().map(|(number, place)| (*number, (index, *place))));
        }
        Ok(self.fills.get_or_init(|| fills))
    }
}

fn begin_segment(folder: &Path, head: &SegmentHead, key: &Key, name: &[u8; 32]) -> Result<File, FeedError> {
    let path = folder.join(segment::file_name(head.first));
    disk::write_atomic(&path, &head.encode(key, name))?;
    Ok(OpenOptions::new().read(true).write(true).open(path).map_err(DiskError::from)?)
}

fn list(folder: &Path) -> Result<Vec<u64>, DiskError> {
    let entries = match fs::read_dir(folder) {
        Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        other => other?,
    };
    let mut firsts = Vec::new();
    for entry in entries {
        firsts.extend(segment::first_of(&entry?.path()));
    }
    firsts.sort_unstable();
    Ok(firsts)
}

fn read_head(path: &Path) -> io::Result<(Vec<u8>, u64)> {
    let file = File::open(path)?;
    let len = file.metadata()?.len();
    let mut head = Vec::with_capacity(START);
    file.take(START as u64).read_to_end(&mut head)?;
    Ok((head, len))
}
