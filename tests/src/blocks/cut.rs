//! Disks as a power cut may leave them.

use crate::victim::Random;

use super::Op;

/// A disk knows no smaller piece.
const SECTOR: usize = 512;

/// One power cut.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Cut {
    /// So many operations had been handed to the disk.
    pub at: usize,
    /// Decides what became of those after the last flush.
    pub seed: u64,
}

/// Makes disks of a log, for cuts in the order of their coming.
pub struct Cuts<'a> {
    log: &'a [Op],
    /// The disk with the first `done` operations on it.
    durable: Vec<u8>,
    done: usize,
    /// So many of the newest operations may be lost though they were flushed: a disk that lies. 0 for an honest one.
    lies: usize,
}

impl<'a> Cuts<'a> {
    /// `base` is the disk before the log began.
    pub fn honest(base: Vec<u8>, log: &'a [Op]) -> Self {
        Self { log, durable: base, done: 0, lies: 0 }
    }

    /// A disk that confirms flushes and keeps up to so many operations in its own memory.
    pub fn lying(base: Vec<u8>, log: &'a [Op], operations: usize) -> Self {
        Self { log, durable: base, done: 0, lies: operations }
    }

    /// The disk after a cut, which must not come before an earlier one; and how many writes were not safe at that moment.
    pub fn disk(&mut self, cut: Cut) -> (Vec<u8>, usize) {
        let flushed = self.log[..cut.at].iter().rposition(|op| matches!(op, Op::Flush)).map_or(0, |at| at + 1);
        let safe = if self.lies > 0 { cut.at.saturating_sub(self.lies) } else { flushed };
        for op in &self.log[self.done..safe.max(self.done)] {
            if let Op::Write(at, bytes) = op {
                self.durable[*at..*at + bytes.len()].copy_from_slice(bytes);
            }
        }
        self.done = self.done.max(safe);
        let mut disk = self.durable.clone();
        let mut random = Random::new(cut.seed);
        // Everything lost, the oldest lost, the newest lost, or each by itself: caches empty in any order.
        let manner = random.below(4);
        let pending: Vec<_> = self.log[self.done..cut.at]
            .iter()
            .filter_map(|op| if let Op::Write(at, bytes) = op { Some((*at, bytes)) } else { None })
            .collect();
        let border = random.below(pending.len() as u64 + 1) as usize;
        for (n, (at, bytes)) in pending.iter().enumerate() {
            let arrived = match manner {
                0 => false,
                1 => n >= border,
                2 => n < border,
                _ => random.below(2) == 0,
            };
            if !arrived {
                continue;
            }
            let torn = random.below(4) == 0;
            for (sector, piece) in bytes.chunks(SECTOR).enumerate() {
                if !torn || random.below(2) == 0 {
                    let from = at + sector * SECTOR;
                    disk[from..from + piece.len()].copy_from_slice(piece);
                }
            }
        }
        (disk, pending.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn log() -> Vec<Op> {
        let write = |at: usize, with: u8| Op::Write(at * SECTOR, vec![with; 2 * SECTOR]);
        vec![write(0, 1), write(2, 2), Op::Flush, write(0, 3), write(4, 4), write(6, 5)]
    }

    #[test]
    fn what_was_flushed_is_there_after_every_cut_and_what_was_not_is_sometimes_lost_and_sometimes_torn() {
        let log = log();
        let (mut lost, mut torn, mut whole) = (0, 0, 0);
        for seed in 0..400 {
            let mut cuts = Cuts::honest(vec![0; 8 * SECTOR], &log);
            let (disk, pending) = cuts.disk(Cut { at: log.len(), seed: seed * 7919 });
            assert_eq!((disk[2 * SECTOR], disk[4 * SECTOR - 1], pending), (2, 2, 3), "flushed");
            match (disk[4 * SECTOR], disk[5 * SECTOR]) {
                (0, 0) => lost += 1,
                (4, 4) => whole += 1,
                _ => torn += 1,
            }
        }
        assert!(lost > 50 && torn > 10 && whole > 50, "{lost} lost, {torn} torn, {whole} whole");
    }

    #[test]
    fn a_disk_that_lies_loses_what_was_flushed() {
        let log = log();
        let lost = (0..50).any(|seed| {
            let mut cuts = Cuts::lying(vec![0; 8 * SECTOR], &log, 6);
            cuts.disk(Cut { at: 6, seed: seed * 7919 }).0[2 * SECTOR] != 2
        });
        assert!(lost);
    }
}
