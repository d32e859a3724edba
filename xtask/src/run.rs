//! Running other programs: said before, stopped with us, judged by their status.

use std::io::{BufRead as _, BufReader, Write as _};
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::Instant;

use anyhow::{Context as _, Result};

/// A program ended with a status other than zero.
#[derive(Debug)]
pub struct Ended {
    what: String,
    /// Its status; 1 where a signal ended it.
    pub status: u8,
}

impl std::fmt::Display for Ended {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "`{}` ended with status {}", self.what, self.status)
    }
}
impl std::error::Error for Ended {}

/// The repository's root.
pub fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// A line for the person who waits.
pub fn say(text: &str) {
    // Nobody reads any more: that is no reason to stop.
    let _ = writeln!(std::io::stderr(), "{text}");
}

/// A program that ends when we end, whatever ends us. It stays in our process group, so Ctrl-C reaches it too.
pub fn program(name: &str, args: &[&str]) -> Command {
    let mut command = if cfg!(target_os = "linux") {
        let mut command = Command::new("setpriv");
        command.args(["--pdeathsig", "TERM", "--", name]);
        command
    } else {
        Command::new(name)
    };
    command.args(args).current_dir(root());
    command
}

/// Runs it with its output going where ours goes.
pub fn run(mut command: Command) -> Result<()> {
    let what = words(&command);
    say(&format!("▸ {what}"));
    let status = command.status().with_context(|| format!("cannot start `{what}`"))?;
    judge(what, status)
}

/// Runs it and hands every line of its output to `heard` while it goes by.
pub fn listen(mut command: Command, mut heard: impl FnMut(&str)) -> Result<()> {
    let what = words(&command);
    say(&format!("▸ {what}"));
    // One pipe for both streams: nextest speaks on the one, vitest on the other.
    let (reader, writer) = std::io::pipe()?;
    command.stdin(Stdio::null()).stdout(writer.try_clone()?).stderr(writer);
    let mut child = command.spawn().with_context(|| format!("cannot start `{what}`"))?;
    // The command holds the writing ends; the pipe would never end while it lives.
    drop(command);
    for line in BufReader::new(reader).split(b'\n') {
        let line = String::from_utf8_lossy(&line?).into_owned();
        say(&line);
        heard(&line);
    }
    let status = child.wait()?;
    judge(what, status)
}

/// What it prints, or nothing when it cannot be started or fails.
pub fn output(name: &str, args: &[&str]) -> Option<String> {
    let output = Command::new(name).args(args).current_dir(root()).stderr(Stdio::null()).output().ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

/// Runs `step` and says how long it took.
pub fn timed(name: &str, step: impl FnOnce() -> Result<()>) -> Result<()> {
    let begun = Instant::now();
    step()?;
    say(&format!("✓ {name} ({} s)", begun.elapsed().as_secs()));
    Ok(())
}

fn judge(what: String, status: std::process::ExitStatus) -> Result<()> {
    if status.success() {
        return Ok(());
    }
    let status = status.code().and_then(|code| u8::try_from(code).ok()).unwrap_or(1);
    Err(Ended { what, status }.into())
}

/// The command as a person would type it.
fn words(command: &Command) -> String {
    let all = std::iter::once(command.get_program()).chain(command.get_args());
    let all: Vec<_> = all.map(|word| word.to_string_lossy().into_owned()).collect();
    let own = if all.first().is_some_and(|first| first == "setpriv") { 4 } else { 0 };
    all[own..].join(" ")
}
