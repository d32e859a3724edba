//! Randomness from the operating system. Without it nothing here is safe to do, so its absence is a [`Failure`].

use xuncha_core::Failure;

/// `N` random bytes.
pub fn bytes<const N: usize>() -> Result<[u8; N], Failure> {
    let mut out = [0; N];
    getrandom::fill(&mut out).map_err(|_| Failure::later("hq.randomness"))?;
    Ok(out)
}

/// `N` random bytes as hex.
pub fn hex<const N: usize>() -> Result<String, Failure> {
    Ok(data_encoding::HEXLOWER.encode(&bytes::<N>()?))
}
