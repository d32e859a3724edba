//! Chance from a seed.

use std::sync::{Mutex, PoisonError};

use xuncha_core::Failure;

/// A sequence of numbers that looks like chance and is the same for the same seed.
#[derive(Debug, Clone)]
pub struct Chance(u64);

impl Chance {
    /// Begins.
    pub fn new(seed: u64) -> Self {
        Self(seed ^ 0x5851_f42d_4c95_7f2d)
    }
    /// splitmix64, public domain (Vigna 2015).
    pub fn draw(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }
    /// A number below `n`, 0 if there is none.
    pub fn below(&mut self, n: usize) -> usize {
        if n == 0 { 0 } else { usize::try_from(self.draw() % n as u64).unwrap_or(0) }
    }
    /// True in so many of 1,000 cases.
    pub fn strikes(&mut self, permille: u32) -> bool {
        self.draw() % 1_000 < u64::from(permille)
    }
    /// One of these.
    pub fn pick<'a, T>(&mut self, of: &'a [T]) -> Option<&'a T> {
        of.get(self.below(of.len()))
    }
    /// Bytes.
    pub fn fill(&mut self, out: &mut [u8]) {
        for piece in out.chunks_mut(8) {
            let word = self.draw().to_le_bytes();
            piece.copy_from_slice(&word[..piece.len()]);
        }
    }
    /// Another sequence, which does not disturb this one however much is drawn from it.
    pub fn branch(&mut self) -> Self {
        Self::new(self.draw())
    }
}

/// HQ's chance.
#[derive(Debug)]
pub struct Dice(Mutex<Chance>);

impl Dice {
    /// Throws from here on.
    pub fn new(chance: Chance) -> Self {
        Self(Mutex::new(chance))
    }
}

impl xuncha_hq::random::Chance for Dice {
    fn fill(&self, out: &mut [u8]) -> Result<(), Failure> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).fill(out);
        Ok(())
    }
}
