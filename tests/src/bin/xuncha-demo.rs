//! `cargo xtask demo`: the main job, for a person or for nobody. Ends with status 0 only if everything was proved.

use std::io::Write as _;
use std::process::ExitCode;

use clap::Parser as _;
use tokio::signal::unix::{SignalKind, signal};
use xuncha_tests::demo::{self, Options, say};

#[tokio::main]
async fn main() -> ExitCode {
    let logs = tracing_subscriber::EnvFilter::try_from_default_env().unwrap_or_else(|_| "error".into());
    tracing_subscriber::fmt().with_env_filter(logs).with_writer(std::io::stderr).init();
    let options = Options::parse();
    // Whatever was started ends with the story's future, so a signal only has to drop it.
    tokio::select! {
        status = story(&options) => status,
        () = asked_to_end() => {
            say("ended before it was done");
            ExitCode::from(130)
        }
    }
}

async fn story(options: &Options) -> ExitCode {
    let outcome = if options.windowless() {
        demo::headless(options).await.map(Some)
    } else {
        demo::with_window(options).await.map(|()| None)
    };
    match outcome {
        Ok(None) => ExitCode::SUCCESS,
        Ok(Some(proof)) => {
            let line = serde_json::to_string(&proof).unwrap_or_default();
            let printed = writeln!(std::io::stdout(), "{line}").is_ok();
            if printed && proof.holds() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
        }
        Err(error) => {
            say(&format!("demo: {error:#}"));
            ExitCode::FAILURE
        }
    }
}

async fn asked_to_end() {
    match (signal(SignalKind::interrupt()), signal(SignalKind::terminate())) {
        (Ok(mut interrupt), Ok(mut terminate)) => {
            tokio::select! { _ = interrupt.recv() => {}, _ = terminate.recv() => {} }
        }
        // Without signals of our own the default applies: the process ends, and the kernel ends what it started.
        _ => std::future::pending().await,
    }
}
