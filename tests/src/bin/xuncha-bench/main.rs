//! Each figure beside its limit, measured in the same run and in turns: absolute times mean nothing on shared machines.
//!
//! `xuncha-bench answer|photo|sync|start|lists [--json]`. A missed limit is said plainly and is no error of this program.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::print_stdout, reason = "a program that measures and prints")]

mod answer;
mod ingest;
mod lists;
mod opening;
mod photo;
mod quiet;
mod report;
mod start;
mod sync;
mod tap;
mod vanished;
mod wire;

use std::path::PathBuf;
use std::process::ExitCode;

use report::Report;

#[derive(clap::Parser)]
struct Args {
    #[command(subcommand)]
    what: What,
    /// One JSON object instead of lines for people.
    #[arg(long, global = true)]
    json: bool,
}

#[derive(clap::Subcommand)]
enum What {
    /// A tap, durable and visible, beside one bare 4 KiB append
    Answer {
        /// Inspections on the full phone
        #[arg(long, default_value_t = 10_000)]
        stored: usize,
    },
    /// A 12-megapixel JPEG from bytes to sealed, beside the sum of its parts; memory of a 50-megapixel one
    Photo,
    /// Photos to verified receipts beside the durable limit, entries beside a bare loop, phones that vanish
    Sync {
        /// Only these; none: all
        parts: Vec<Part>,
        /// Folder with recorded lines (`*.up` in mahimahi's form), to be replayed; else `$XUNCHA_DATA/net-traces`
        #[arg(long)]
        traces: Option<PathBuf>,
        /// Inspections of ten entries and one photo on the full phone
        #[arg(long, default_value_t = 10_000)]
        stored: usize,
    },
    /// Window to the unlock screen, beside a bare window
    Start,
    /// Search over 20,000 paragraphs, beside one bare FTS5 match
    Lists,
    #[command(hide = true)]
    PhotoChild { data: PathBuf, inspection: String, file: PathBuf },
    #[command(hide = true)]
    AttachChild { data: PathBuf, files: PathBuf },
    #[command(hide = true)]
    SyncChild { data: PathBuf },
}

/// A part of `sync`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Part {
    /// Lines that are cut again and again
    Wire,
    /// Recorded lines
    Traces,
    /// A full phone with nothing new
    Quiet,
    /// 60 photos of 3 MB, and 300; memory
    Speed,
    /// Entries from eight phones, beside a bare loop
    Ingest,
    /// Fifty phones that vanish without closing
    Vanished,
}

fn main() -> ExitCode {
    let args = <Args as clap::Parser>::parse();
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let mut report = Report::default();
    match args.what {
        What::Answer { stored } => runtime.block_on(answer::measure(stored, &mut report)),
        What::Photo => runtime.block_on(photo::measure(&mut report)),
        What::Sync { parts, traces, stored } => runtime.block_on(async {
            let asked = |part| parts.is_empty() || parts.contains(&part);
            if asked(Part::Wire) {
                wire::measure(&mut report).await;
            }
            if asked(Part::Traces) {
                wire::replay(&mut report, traces.or_else(wire::outside).as_deref()).await;
            }
            if asked(Part::Quiet) {
                quiet::measure(stored, &mut report).await;
            }
            if asked(Part::Speed) {
                sync::measure(&mut report).await;
            }
            if asked(Part::Ingest) {
                ingest::measure(&mut report).await;
            }
            if asked(Part::Vanished) {
                vanished::measure(&mut report).await;
            }
        }),
        What::Start => start::measure(&mut report),
        What::Lists => runtime.block_on(async {
            lists::measure(&mut report).await;
            opening::measure(&mut report).await;
            tap::measure(&mut report).await;
        }),
        What::PhotoChild { data, inspection, file } => {
            runtime.block_on(photo::child(&data, &inspection, &file));
            return ExitCode::SUCCESS;
        }
        What::AttachChild { data, files } => {
            runtime.block_on(sync::attach_child(&data, &files));
            return ExitCode::SUCCESS;
        }
        What::SyncChild { data } => {
            runtime.block_on(sync::sync_child(&data));
            return ExitCode::SUCCESS;
        }
    }
    report.print(args.json);
    ExitCode::SUCCESS
}
