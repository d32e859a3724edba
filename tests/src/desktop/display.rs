//! A display without a screen.

use std::io::BufRead as _;
use std::process::Command;

use anyhow::{Context as _, Result, bail};

use super::Process;

/// Xvfb on a free number.
pub struct Display {
    name: String,
    _server: Process,
}

impl Display {
    /// Starts a display of `width` × `height` pixels; back when it takes connections.
    pub fn start(width: u32, height: u32) -> Result<Self> {
        let mut command = Command::new("Xvfb");
        // It picks a free number itself and writes it to the descriptor when it is ready.
        command.args(["-displayfd", "1", "-screen", "0", &format!("{width}x{height}x24"), "-nolisten", "tcp", "-noreset"]);
        let (server, stdout) = Process::start_listening(&mut command)?;
        let mut number = String::new();
        std::io::BufReader::new(stdout).read_line(&mut number).context("Xvfb says nothing")?;
        if number.trim().is_empty() {
            bail!("Xvfb did not start");
        }
        Ok(Self { name: format!(":{}", number.trim()), _server: server })
    }

    /// For `DISPLAY`.
    pub fn name(&self) -> &str {
        &self.name
    }
}
