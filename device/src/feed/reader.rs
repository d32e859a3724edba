//! Single records of a log, by number.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt as _;

use zeroize::Zeroizing;

use crate::disk::DiskError;

use super::error::FeedError;
use super::log::Log;
use super::record::Kind;
use super::segment::Place;

/// Reads records of a log.
pub(super) struct Reader<'a> {
    log: &'a Log,
    open: Option<(usize, File)>,
}

impl<'a> Reader<'a> {
    pub(super) fn new(log: &'a Log) -> Self {
        Self { log, open: None }
    }

    /// The log it reads in.
    pub(super) fn log(&self) -> &'a Log {
        self.log
    }

    /// The entry of this number; `None` beyond the end.
    pub(super) fn entry(&mut self, number: u64) -> Result<Option<Zeroizing<Vec<u8>>>, FeedError> {
        if number == 0 || number >= self.log.next() {
            return Ok(None);
        }
        let index = self.log.segment_index(number);
        let at = (number - self.log.first(index)) as usize;
        let Some(place) = self.log.places(index)?.entries.get(at).copied() else { return Ok(None) };
        self.record(index, place, number, Kind::Entry).map(Some)
    }

    /// What was filled in for this number later.
    pub(super) fn fill(&mut self, number: u64) -> Result<Option<Zeroizing<Vec<u8>>>, FeedError> {
        match self.log.fills()?.get(&number).copied() {
            Some((index, place)) => self.record(index, place, number, Kind::Fill).map(Some),
            None => Ok(None),
        }
    }

    fn record(&mut self, index: usize, place: Place, number: u64, kind: Kind) -> Result<Zeroizing<Vec<u8>>, FeedError> {
        let first = self.log.first(index);
        let file = match &self.open {
            Some((open, file)) if *open == index => file,
            _ => {
                let file = File::open(self.log.path(index)).map_err(DiskError::from)?;
                &self.open.insert((index, file)).1
            }
        };
        let damaged = || FeedError::Damaged { segment: first, at: place.offset, why: "the record does not open" };
        let mut bytes = vec![0; place.len as usize];
        file.read_exact_at(&mut bytes, place.offset).map_err(|e| match e.kind() {
            io::ErrorKind::UnexpectedEof => damaged(),
            _ => DiskError::from(e).into(),
        })?;
        let (head, plain) = self.log.open_record(&bytes).ok_or_else(damaged)?;
        if head.number == number && head.kind == kind { Ok(plain) } else { Err(damaged()) }
    }
}
