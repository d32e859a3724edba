//! Stories of a phone on a disk that fails: every operation seen, the power cut at any of them, each failed both ways, bits
//! flipped. `XUNCHA_SEED` repeats a run; `XUNCHA_TIMES` does so many times as much.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test stops where something is wrong")]

mod corrupt;
mod cuts;
mod faults;
mod hq;
mod hq_faults;
mod hq_taken_over;
mod migrations;
mod segments;
mod tracer;

/// The seed of this run, said aloud.
fn seed() -> u64 {
    let given = std::env::var("XUNCHA_SEED").ok().and_then(|s| s.parse().ok());
    let seed = given.unwrap_or_else(|| u64::from(std::process::id()) << 20 | 0x0BAD_5EED);
    eprintln!("XUNCHA_SEED={seed}");
    seed
}

/// How many times as much is to be done as in every commit's run.
fn times() -> usize {
    std::env::var("XUNCHA_TIMES").ok().and_then(|s| s.parse().ok()).unwrap_or(1)
}
