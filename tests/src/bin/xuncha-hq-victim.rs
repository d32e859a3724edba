//! The HQ that gets killed: opens a folder, lets a phone spend its day, and marks each acknowledgement, *after* it was heard.
//! Told so, it lives many days, on a disk that refuses. See `xuncha_tests::fire`.
#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a test program; that it ends with an error is what it says"
)]

use std::path::PathBuf;

use clap::Parser;
use xuncha_tests::disk::Marks;
use xuncha_tests::fire;
use xuncha_tests::fire::faults::Bench;

#[derive(Parser)]
struct Args {
    /// The watched folder.
    root: PathBuf,
    #[command(subcommand)]
    what: Option<What>,
}

#[derive(clap::Subcommand)]
enum What {
    /// Only starts.
    Start,
    /// Fails operations (JSON, `fire::faults::Case`), each in a copy of the folder given; prints a report as JSON.
    Faults { template: PathBuf, cases: String },
    /// Fails syncs (JSON, numbers), each in a copy of the folder given; prints a report as JSON.
    FailedSyncs {
        template: PathBuf,
        syncs: String,
        /// HQ does not hear of it.
        #[arg(long)]
        hidden: bool,
    },
    /// Fails syncs and kills HQ there (JSON, `fire::taken_over::Case`), each in a copy of the folder given; another goes on. Prints which
    /// files they were, as JSON.
    KilledAtSyncs { template: PathBuf, cases: String },
}

#[tokio::main(flavor = "multi_thread", worker_threads = 2)]
async fn main() {
    let args = Args::parse();
    let marks = Marks::open().unwrap().unwrap();
    let report = match args.what {
        None | Some(What::Start) => {
            let hq = fire::open(&args.root).await.unwrap();
            if args.what.is_none() {
                fire::day(&hq, &args.root, &mut |word| marks.say(word).unwrap()).await.unwrap();
            }
            return;
        }
        Some(What::Faults { template, cases }) => {
            let cases: Vec<_> = serde_json::from_str(&cases).unwrap();
            Bench::new(&args.root, &template, &marks).fail(&cases).await
        }
        Some(What::FailedSyncs { template, syncs, hidden }) => {
            let syncs: Vec<u64> = serde_json::from_str(&syncs).unwrap();
            Bench::new(&args.root, &template, &marks).fail_syncs(&syncs, hidden).await
        }
        Some(What::KilledAtSyncs { template, cases }) => {
            let cases: Vec<_> = serde_json::from_str(&cases).unwrap();
            let killed = Bench::new(&args.root, &template, &marks).kill_at_syncs(&cases).await.unwrap();
            println!("{}", serde_json::to_string(&killed).unwrap());
            return;
        }
    };
    println!("{}", serde_json::to_string(&report.unwrap()).unwrap());
}
