//! How long thumbnail and preview of a picture take, beside `vipsthumbnail` making one 1600 px picture of it.
//!
//! `cargo run --release -p xuncha-device --example photo_speed -- PICTURE` (absolute times mean nothing on shared machines:
//! both are measured in turns, and the medians printed side by side).

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a test fails loudly and speaks to whoever reads its output"
)]
#![expect(clippy::print_stdout, reason = "an example speaks on standard output")]

use std::{env, fs, process::Command, time::Instant};

use xuncha_device::capture::{MemoryBudget, derive, read_facts};

fn median_ms(mut times: Vec<f64>) -> f64 {
    times.sort_by(f64::total_cmp);
    times.get(times.len() / 2).copied().unwrap_or(f64::NAN)
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let path = env::args().nth(1).ok_or("name a picture")?;
    let bytes = fs::read(&path)?;
    let out = tempfile::tempdir()?;
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    for _ in 0..9 {
        let start = Instant::now();
        let derived = derive(&bytes, &read_facts(&bytes), MemoryBudget::default());
        ours.push(start.elapsed().as_secs_f64() * 1000.0);
        if let Some(why) = derived.why_none {
            return Err(format!("no preview: {why:?}").into());
        }
        let start = Instant::now();
        let done = Command::new("vipsthumbnail")
            .args([&path, "--size", "1600", "-o"])
            .arg(out.path().join("preview.jpg"))
            .status()?;
        theirs.push(start.elapsed().as_secs_f64() * 1000.0);
        if !done.success() {
            return Err("vipsthumbnail failed".into());
        }
    }
    let (ours, theirs) = (median_ms(ours), median_ms(theirs));
    println!("thumbnail + preview {ours:.0} ms, vipsthumbnail {theirs:.0} ms, ratio {:.2}", ours / theirs);
    Ok(())
}
