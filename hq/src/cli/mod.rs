//! The command line: run HQ, and what an administrator does beside it.
//!
//! What it is: arguments into [`Config`] and calls of [`Hq`]. What it is not: rules of its own. Commands that change
//! something take the data folder for themselves; while HQ is running they say so and change nothing. `export`, `verify`,
//! `check` and `lists diff` only read and may run beside it; so may `backup`, whose one line in HQ's feed is written with care.

mod keep;
mod lists;
mod office;
mod words;

use std::io::Write as _;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use clap::{Args, Parser, Subcommand};
use tracing_subscriber::EnvFilter;
use xuncha_core::Failure;
use xuncha_core::feed::VerifyingKey;
use xuncha_core::ids::{Digest, InspectionId};

use crate::config::{Config, DashboardTls};
use crate::hq::Hq;
use crate::quota::Quota;
use crate::room::Keep;
use crate::{api, export, serve};

#[derive(Parser)]
#[command(name = "xuncha-hq", version, about = "Headquarters of Xuncha 巡查", arg_required_else_help = true)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Runs headquarters: one listener for phones, one for browsers
    Serve(Serve),
    /// Accounts
    #[command(subcommand)]
    User(office::User),
    /// Organisational units
    #[command(subcommand)]
    Unit(office::Unit),
    /// The register of firms
    #[command(subcommand)]
    Firm(office::Firm),
    /// Phones
    #[command(subcommand)]
    Device(office::Device),
    /// Checklists: check, compare, publish, take from a sheet and give back as one
    #[command(subcommand)]
    Lists(lists::Lists),
    /// Writes an inspection as a folder that proves itself; may run beside `serve`
    Export {
        #[command(flatten)]
        data: Data,
        /// The inspection's id
        inspection: InspectionId,
        /// A folder that does not exist yet or is empty
        folder: PathBuf,
    },
    /// Verifies such a folder, without database or network; exits with 1 if anything is wrong
    Verify {
        /// The folder
        folder: PathBuf,
        /// HQ's key as known from elsewhere, 64 hex digits
        #[arg(long)]
        hq_key: Option<Digest>,
    },
    /// Computes all rebuildable tables again from the log, all or nothing; HQ must not run meanwhile
    Rebuild {
        #[command(flatten)]
        data: Data,
    },
    /// Copies everything so that it can be put back, and verifies the copy; HQ may run meanwhile
    Backup(keep::Backup),
    /// Makes a data folder of a backup, after verifying every byte of it
    Restore(keep::Restore),
    /// Looks over everything HQ holds; exits with 1 if anything is wrong; HQ may run meanwhile
    Check {
        #[command(flatten)]
        data: Data,
        /// Reads every byte of this backup, too
        #[arg(long)]
        backup: Option<PathBuf>,
    },
    /// Prints the OpenAPI document of the dashboard's API
    Openapi,
}

#[derive(Args)]
struct Data {
    /// Folder of database, objects and keys
    #[arg(long, default_value = "xuncha-data", env = "XUNCHA_HQ_DATA")]
    data: PathBuf,
}

#[derive(Args)]
struct Serve {
    #[command(flatten)]
    data: Data,
    /// Where phones connect (HTTPS)
    #[arg(long, default_value = "127.0.0.1:8443")]
    listen_phones: SocketAddr,
    /// Where browsers connect (HTTP on loopback; anything else needs --tls or --tls-cert)
    #[arg(long, default_value = "127.0.0.1:8080")]
    listen_dashboard: SocketAddr,
    /// Names and addresses phones may reach HQ by; the first stands in invitations
    #[arg(long = "host", value_name = "NAME", default_values = ["127.0.0.1", "localhost"])]
    hosts: Vec<String>,
    /// Name of the bureau (kept in the data folder)
    #[arg(long)]
    bureau: Option<String>,
    /// Six digits of its area, 行政区划 (kept in the data folder)
    #[arg(long)]
    area: Option<String>,
    /// `own-ca`: the dashboard speaks HTTPS under HQ's own CA
    #[arg(long, value_parser = ["own-ca"], conflicts_with = "tls_cert")]
    tls: Option<String>,
    /// Certificate chain of the dashboard (PEM)
    #[arg(long, requires = "tls_key")]
    tls_cert: Option<PathBuf>,
    /// Its private key (PEM)
    #[arg(long, requires = "tls_cert")]
    tls_key: Option<PathBuf>,
    /// Entries one phone may bring within 24 hours
    #[arg(long, value_name = "ENTRIES", default_value_t = 200_000)]
    quota_entries: u64,
    /// GiB of photos and files one phone may bring within 24 hours
    #[arg(long, value_name = "GIB", default_value_t = 200)]
    quota_gib: u64,
    /// MiB of the disk that photos and files leave free, so that entries always find room
    #[arg(long, value_name = "MIB", default_value_t = 512)]
    keep_free_mib: u64,
    /// MiB laid aside for entries when others have filled the disk
    #[arg(long, value_name = "MIB", default_value_t = 64)]
    reserve_mib: u64,
    /// Hours between two looks over everything HQ holds, every byte of it; 0: never. What is wrong stands on the dashboard
    #[arg(long, value_name = "HOURS", default_value_t = 24)]
    check_hours: u64,
}

/// Runs the program.
pub fn main() -> ExitCode {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info"));
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).init();
    let cli = Cli::parse();
    let runtime = match tokio::runtime::Runtime::new() {
        Ok(runtime) => runtime,
        Err(e) => return say_failure(&Failure::later("hq.busy").with("problem", e)),
    };
    match runtime.block_on(run(cli.command)) {
        Ok(code) => code,
        Err(failure) => say_failure(&failure),
    }
}

fn say_failure(failure: &Failure) -> ExitCode {
    // Nowhere left to say it if this fails.
    let _ = writeln!(std::io::stderr(), "xuncha-hq: {}", words::of(failure));
    ExitCode::FAILURE
}

/// Writes a line for people to standard output.
fn say(line: impl std::fmt::Display) -> Result<(), Failure> {
    writeln!(std::io::stdout(), "{line}").map_err(|_| Failure::never("output.closed"))
}

async fn run(command: Command) -> Result<ExitCode, Failure> {
    match command {
        Command::Serve(serve) => run_serve(serve).await?,
        Command::User(command) => command.run().await?,
        Command::Unit(command) => command.run().await?,
        Command::Firm(command) => command.run().await?,
        Command::Device(command) => command.run().await?,
        Command::Lists(command) => return command.run().await,
        Command::Export { data, inspection, folder } => {
            let hq = Hq::open_beside(&Config::new(data.data)).await?;
            let manifest = hq.export(&inspection, &folder).await?;
            say(format_args!("{} entries, {} files", manifest.entries.len(), manifest.files.len() + 1))?;
            for blob in &manifest.lacking {
                say(format_args!("lacking: {blob}"))?;
            }
        }
        Command::Verify { folder, hq_key } => return verify(&folder, hq_key),
        Command::Rebuild { data } => match Hq::mend(&Config::new(data.data)).await? {
            Some(0) => say("rebuilt: every row was as the log gives it")?,
            Some(n) => say(format_args!("rebuilt: {n} rows were not as the log gives them"))?,
            None => say("rebuilt: the rows that stood there could not be read")?,
        },
        Command::Backup(backup) => backup.run().await?,
        Command::Restore(restore) => restore.run()?,
        Command::Check { data, backup } => return keep::check(&data.data, backup.as_deref()).await,
        Command::Openapi => say(api::openapi::text())?,
    }
    Ok(ExitCode::SUCCESS)
}

fn verify(folder: &std::path::Path, hq_key: Option<Digest>) -> Result<ExitCode, Failure> {
    let key = hq_key.map(|k| VerifyingKey::from_bytes(*k.as_bytes()));
    let audit = export::verify::verify(folder, key.as_ref());
    for fault in &audit.faults {
        say(format_args!("WRONG {}: {}: {}", fault.code, fault.about, fault.detail))?;
    }
    let looked =
        format!("{} entries in {} feeds, {} blobs, {} bytes", audit.entries, audit.feeds, audit.blobs, audit.bytes);
    if audit.faults.is_empty() {
        say(format_args!("verified: {looked}"))?;
        return Ok(ExitCode::SUCCESS);
    }
    say(format_args!("{} faults: {looked}", audit.faults.len()))?;
    Ok(ExitCode::FAILURE)
}

async fn run_serve(serve: Serve) -> Result<(), Failure> {
    let dashboard_tls = match (serve.tls, serve.tls_cert, serve.tls_key) {
        (None, Some(cert), Some(key)) => DashboardTls::Files { cert, key },
        (Some(_), _, _) => DashboardTls::OwnCa,
        _ => DashboardTls::Off,
    };
    let config = Config {
        listen_phones: serve.listen_phones,
        listen_dashboard: serve.listen_dashboard,
        hosts: serve.hosts,
        bureau: serve.bureau,
        area: serve.area,
        dashboard_tls,
        quota: Quota { entries: serve.quota_entries, bytes: serve.quota_gib.saturating_mul(1 << 30) },
        keep: Keep {
            free: serve.keep_free_mib.saturating_mul(1 << 20),
            reserve: serve.reserve_mib.saturating_mul(1 << 20),
        },
        check_every: (serve.check_hours > 0).then(|| Duration::from_secs(serve.check_hours.saturating_mul(3600))),
        ..Config::new(serve.data.data)
    };
    let running = serve::start(config).await?;
    say(format_args!("phones:      {}", running.phone_url))?;
    say(format_args!("dashboard:   {}", running.dashboard_url))?;
    say(format_args!("CA (SHA-256) {}", running.ca))?;
    if running.hq.db.users(None).await.map_err(crate::hq::db_failure)?.is_empty() {
        say("There is no account yet. Stop, then: xuncha-hq unit add …; xuncha-hq user add --role admin …")?;
    }
    stopped().await;
    tracing::info!("stopping");
    running.shutdown().await;
    Ok(())
}

/// Waits for Ctrl-C or, on Unix, SIGTERM.
async fn stopped() {
    #[cfg(unix)]
    if let Ok(mut term) = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
        tokio::select! {
            _ = tokio::signal::ctrl_c() => {}
            _ = term.recv() => {}
        }
        return;
    }
    let _ = tokio::signal::ctrl_c().await;
}
