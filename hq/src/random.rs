//! Randomness. Without it nothing here is safe to do, so its absence is a [`Failure`].

use xuncha_core::Failure;

/// Where an HQ takes its nonces, tokens and addresses from. Keys and passwords never come from here but from the system.
pub trait Chance: Send + Sync {
    /// Fills all of it.
    ///
    /// # Errors
    /// `hq.randomness`.
    fn fill(&self, out: &mut [u8]) -> Result<(), Failure>;
}

impl dyn Chance {
    /// `N` random bytes.
    pub fn bytes<const N: usize>(&self) -> Result<[u8; N], Failure> {
        let mut out = [0; N];
        self.fill(&mut out)?;
        Ok(out)
    }
    /// `N` random bytes as hex.
    pub fn hex<const N: usize>(&self) -> Result<String, Failure> {
        Ok(data_encoding::HEXLOWER.encode(&self.bytes::<N>()?))
    }
}

/// The operating system's.
#[derive(Debug, Default)]
pub struct SystemChance;

impl Chance for SystemChance {
    fn fill(&self, out: &mut [u8]) -> Result<(), Failure> {
        getrandom::fill(out).map_err(|_| Failure::later("hq.randomness"))
    }
}

/// `N` random bytes of the system.
pub fn bytes<const N: usize>() -> Result<[u8; N], Failure> {
    (&SystemChance as &dyn Chance).bytes()
}

/// `N` random bytes of the system as hex.
pub fn hex<const N: usize>() -> Result<String, Failure> {
    (&SystemChance as &dyn Chance).hex::<N>()
}
