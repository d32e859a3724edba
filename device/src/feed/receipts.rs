use std::path::Path;

use xuncha_core::ids::Digest;

use crate::cipher::Key;

use super::error::FeedError;
use super::log::{Log, OpenReport};
use super::record::Kind;
use super::segment::CARRY;

/// HQ's signed receipts as they came, byte for byte, numbered from 1 in the order of their coming.
pub struct ReceiptFile {
    log: Log,
}

impl ReceiptFile {
    /// Opens the folder, or begins it. `known` is how many receipts somebody saw here before.
    ///
    /// # Errors
    /// As [`super::Feed::open`]; files are untouched then.
    pub fn open(folder: &Path, key: Key, known: u64) -> Result<(Self, OpenReport), FeedError> {
        let name = *Digest::digest(&[b"xuncha-receipts-1\n"]).as_bytes();
        let examined = Log::examine(folder, name, key, known)?;
        let mut file = Self { log: examined.log };
        if file.count() < known {
            return Err(FeedError::RolledBack { known, have: file.count() });
        }
        let report = file.log.settle(known)?;
        Ok((file, report))
    }

    /// Receipts so far.
    pub fn count(&self) -> u64 {
        self.log.next() - 1
    }

    /// Adds receipts with one write and one fdatasync; answers the number of the last one.
    pub fn append(&mut self, receipts: &[&[u8]]) -> Result<u64, FeedError> {
        let records: Vec<_> =
            (self.log.next()..).zip(receipts).map(|(number, bytes)| (Kind::Entry, number, bytes.to_vec())).collect();
        self.log.append(&records, &[0; CARRY])?;
        Ok(self.count())
    }

    /// Receipts with their numbers from `from` on, at least one if there is one, until `max_bytes` are reached.
    pub fn read(&self, from: u64, max_bytes: usize) -> Result<Vec<(u64, Vec<u8>)>, FeedError> {
        let mut reader = self.log.reader();
        let mut out = Vec::new();
        let mut bytes = 0;
        for number in from.max(1)..self.log.next() {
            let Some(receipt) = reader.entry(number)? else { break };
            bytes += receipt.len();
            if bytes > max_bytes && !out.is_empty() {
                break;
            }
            out.push((number, receipt.to_vec()));
        }
        Ok(out)
    }
}
