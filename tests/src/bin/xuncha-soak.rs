//! Worlds from seeds without end: `cargo xtask soak`.
//!
//! Prints what was done every minute and at the end. The first world that breaks a promise ends it, with its seed.

use std::process::ExitCode;
use std::sync::Mutex;
use std::sync::atomic::AtomicBool;
use std::time::{Duration, Instant};

use clap::Parser;
use xuncha_tests::simulation::counts::Counts;
use xuncha_tests::simulation::{live, live_many};

/// Lives worlds from seeds.
#[derive(Parser)]
struct Options {
    /// How long; a fraction will do.
    #[arg(long, default_value_t = 1.0)]
    hours: f64,
    /// Only this seed, with everything that happens in it.
    #[arg(long)]
    seed: Option<u64>,
    /// The first seed; by default one that was never lived before.
    #[arg(long)]
    from: Option<u64>,
    /// Threads; by default as many as there are processors.
    #[arg(long)]
    threads: Option<usize>,
}

fn main() -> ExitCode {
    let options = Options::parse();
    match options.seed {
        Some(seed) => replay(seed),
        None => soak(&options),
    }
}

#[expect(clippy::print_stdout, reason = "a trace is what was asked for")]
fn replay(seed: u64) -> ExitCode {
    match live(seed, None, true) {
        Ok(counts) => {
            println!("seed {seed} holds: {counts}");
            ExitCode::SUCCESS
        }
        Err(fault) => {
            fault.trace.iter().for_each(|line| println!("{line}"));
            println!("{fault}");
            ExitCode::FAILURE
        }
    }
}

#[expect(clippy::print_stdout, reason = "the counts are what was asked for")]
fn soak(options: &Options) -> ExitCode {
    let from =
        options.from.unwrap_or_else(|| u64::try_from(jiff::Timestamp::now().as_millisecond()).unwrap_or(0) << 12);
    let threads = options.threads.unwrap_or_else(|| std::thread::available_parallelism().map_or(1, usize::from));
    let (began, length) = (Instant::now(), Duration::from_secs_f64((options.hours * 3600.0).max(0.0)));
    let (stop, told) = (AtomicBool::new(false), Mutex::new(began));
    let tell = |counts: &Counts| {
        let mut told = told.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if told.elapsed() >= Duration::from_secs(60) {
            *told = Instant::now();
            println!("{:>6} s  {counts}", began.elapsed().as_secs());
        }
        if began.elapsed() >= length {
            stop.store(true, std::sync::atomic::Ordering::Relaxed);
        }
    };
    println!("from seed {from}, {threads} threads, {:.3} h", options.hours);
    let (counts, fault) = live_many(from..u64::MAX, threads, &stop, &tell);
    println!("{:>6} s  {counts}", began.elapsed().as_secs());
    match fault {
        None => ExitCode::SUCCESS,
        Some(fault) => {
            println!("{fault}");
            ExitCode::FAILURE
        }
    }
}
