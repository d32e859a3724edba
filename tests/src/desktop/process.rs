//! Programs that end with us.

use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};
use rustix::process::{Pid, Signal, kill_process_group};

/// A program in a process group of its own. Dropped, the whole group is killed; should we be killed ourselves, the kernel
/// kills the program (`setpriv --pdeathsig`), because no destructor runs then.
pub struct Process {
    name: String,
    child: Child,
}

impl Process {
    /// Starts `command`, silent unless it says otherwise. Must be called from a thread that lives as long as the program is
    /// wanted: the kernel takes the death of that thread for the death of the parent.
    pub fn start(command: &Command) -> Result<Self> {
        use std::os::unix::process::CommandExt as _;

        let name = command.get_program().to_string_lossy().into_owned();
        let mut wrapped = Command::new("setpriv");
        wrapped.args(["--pdeathsig", "KILL", "--"]).arg(command.get_program()).args(command.get_args());
        for (key, value) in command.get_envs() {
            match value {
                Some(value) => wrapped.env(key, value),
                None => wrapped.env_remove(key),
            };
        }
        if let Some(folder) = command.get_current_dir() {
            wrapped.current_dir(folder);
        }
        let quiet = || if std::env::var_os("XUNCHA_LOUD").is_some() { Stdio::inherit() } else { Stdio::null() };
        wrapped.stdin(Stdio::null()).stdout(quiet()).stderr(quiet()).process_group(0);
        let child = wrapped.spawn().with_context(|| format!("cannot start {name}"))?;
        Ok(Self { name, child })
    }

    /// As [`Self::start`], with its standard output handed to us.
    pub fn start_listening(command: &mut Command) -> Result<(Self, std::process::ChildStdout)> {
        use std::os::unix::process::CommandExt as _;

        let name = command.get_program().to_string_lossy().into_owned();
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null()).process_group(0);
        let mut child = command.spawn().with_context(|| format!("cannot start {name}"))?;
        let stdout = child.stdout.take().context("no standard output")?;
        Ok((Self { name, child }, stdout))
    }

    /// Its id, which is also its group's.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Fails if it has ended by itself.
    pub fn still_runs(&mut self) -> Result<()> {
        match self.child.try_wait()? {
            None => Ok(()),
            Some(status) => bail!("{} has ended: {status}", self.name),
        }
    }

    /// Waits until it ends by itself, at most so long; otherwise it is killed.
    pub fn wait_at_most(mut self, limit: Duration) -> Result<()> {
        let begun = Instant::now();
        while self.child.try_wait()?.is_none() {
            if begun.elapsed() > limit {
                bail!("{} does not end", self.name);
            }
            std::thread::park_timeout(Duration::from_millis(20));
        }
        Ok(())
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        if let Some(group) = i32::try_from(self.child.id()).ok().and_then(Pid::from_raw) {
            // The group may be gone already: then this was all that was wanted.
            let _ = kill_process_group(group, Signal::KILL);
        }
        let _ = self.child.wait();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dropped_program_takes_its_own_children_along() {
        let mut command = Command::new("sh");
        command.args(["-c", "sleep 600 & echo $!; wait"]);
        let (process, stdout) = Process::start_listening(&mut command).unwrap();
        let mut line = String::new();
        std::io::BufRead::read_line(&mut std::io::BufReader::new(stdout), &mut line).unwrap();
        let stat = format!("/proc/{}/stat", line.trim());
        assert!(std::fs::metadata(&stat).is_ok());
        drop(process);
        // Killed at once; whoever adopts it may take a moment to bury it.
        let gone = || std::fs::read_to_string(&stat).map_or(true, |text| text.contains(") Z "));
        let begun = Instant::now();
        while !gone() {
            assert!(begun.elapsed() < Duration::from_secs(5), "the child of the child still runs");
            std::thread::yield_now();
        }
    }
}
