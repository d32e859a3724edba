//! The child under the tracer (`xuncha_tests::disk`): does what it is told on a folder and says in the trace what was
//! acknowledged.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a test program stops where something is wrong"
)]

use std::path::PathBuf;

use clap::Parser;
use serde_json::json;
use xuncha_tests::alone;
use xuncha_tests::disk::phone::faults::{Bench, VERBS};
use xuncha_tests::disk::phone::{day, segments};
use xuncha_tests::disk::{Marks, rows};
use xuncha_tests::district::INSPECTOR;

#[derive(Parser)]
struct Args {
    what: What,
    /// The watched folder.
    data: PathBuf,
    /// Decides the order of the work.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Of `faults`: fails only every so many-th operation of a sync.
    #[arg(long, default_value_t = 1)]
    every: u64,
    /// Of `segments`: how often it writes.
    #[arg(long, default_value_t = 20)]
    writes: usize,
    /// Of `rows`: SQLite's `synchronous`.
    #[arg(long, default_value = "EXTRA")]
    synchronous: String,
}

#[derive(Clone, Copy, clap::ValueEnum)]
enum What {
    /// A phone's day from enrolment to the seal, with a real HQ.
    Day,
    /// Opens a phone that was stopped and goes on.
    GoOn,
    /// Opens a phone of [`alone`] and closes it.
    Unlock,
    /// Every verb with every operation failed; prints a report as JSON.
    Faults,
    /// Every verb with every sync failed, and the work afterwards.
    FailedSyncs,
    /// A feed that begins a second segment file.
    Segments,
    /// Rows of a database, with `synchronous` as given.
    Rows,
}

#[tokio::main(flavor = "multi_thread", worker_threads = 2)]
async fn main() {
    let args = Args::parse();
    let marks = Marks::open().unwrap().expect("it speaks to a tracer: set XUNCHA_DISK_MARKS");
    match args.what {
        What::Day => day::live(&args.data, &marks, args.seed).await.unwrap(),
        What::GoOn => day::go_on(&args.data, &marks, args.seed).await.unwrap(),
        What::Unlock => {
            let phone = alone::Phone::open(&args.data, INSPECTOR).await.unwrap();
            phone.ask("lock", json!({})).await;
        }
        What::Faults => {
            let bench = Bench::set_up(&args.data, &marks).await.unwrap();
            let report = bench.fail_everything(&VERBS, args.every).await.unwrap();
            println!("{}", serde_json::to_string(&report).unwrap());
        }
        What::FailedSyncs => {
            let cases = Bench::set_up(&args.data, &marks).await.unwrap().fail_syncs().await.unwrap();
            assert!(cases > 0);
        }
        What::Segments => segments::write(&args.data, &marks, args.writes).unwrap(),
        What::Rows => rows::write(&args.data, &marks, &args.synchronous, 60).unwrap(),
    }
}
