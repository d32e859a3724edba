//! From the start of the process to the unlock page on the screen, beside a bare window of the same shell.
//!
//! Both are recognised from outside, in the display's own memory: the unlock page by its ink (nothing else is written before
//! it stands), the bare window by the colour of its page.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use xuncha_tests::alone::Office;
use xuncha_tests::desktop::Display;

use super::report::{Report, ms, quantile};

const ROUNDS: usize = 9;
/// `--ink` of the field app's light theme, and how much of it the name alone has.
const UNLOCK: ([u8; 3], usize) = ([0x14, 0x20, 0x2b], 150);
/// The page of `src-tauri/examples/bare-window.rs`.
const BARE: ([u8; 3], usize) = ([0x0f, 0x5e, 0x63], 4_000);
const PATIENCE: Duration = Duration::from_secs(60);

/// Measures the window.
pub fn measure(report: &mut Report) {
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path().join("phone");
    std::fs::create_dir(&data).unwrap();
    Office::open().enrol(&data, "alice");
    let folder = std::env::current_exe().unwrap().parent().unwrap().to_owned();
    let (app, bare) = (folder.join("xuncha"), folder.join("examples/bare-window"));
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    // The first of each warms the disk's cache and is not counted.
    for round in 0..=ROUNDS {
        let (our, their) =
            (until_painted(&app, UNLOCK, &data, dir.path()), until_painted(&bare, BARE, &data, dir.path()));
        if round > 0 {
            ours.push(our);
            theirs.push(their);
        }
    }
    let middle = |times: &[f64]| quantile(times, 0.5);
    eprintln!(
        "{ROUNDS} starts each, in turns: to the unlock page {:?} ms; bare window {:?} ms",
        rounded(&ours),
        rounded(&theirs)
    );
    report.at_most("start.unlock", "ms", middle(&ours), middle(&theirs), 1.5);
}

fn rounded(times: &[f64]) -> Vec<u64> {
    times.iter().map(|t| t.round() as u64).collect()
}

/// Each on a display of its own: no window of the last round may be taken for this one's.
fn until_painted(program: &PathBuf, (colour, enough): ([u8; 3], usize), data: &Path, scratch: &Path) -> f64 {
    let display = Display::start(412, 915).unwrap();
    let mut command = Command::new(program);
    command.env("DISPLAY", display.name()).env("XUNCHA_DATA", data).env("GDK_BACKEND", "x11").env("NO_AT_BRIDGE", "1");
    command.env_remove("WAYLAND_DISPLAY").env_remove("DBUS_SESSION_BUS_ADDRESS");
    for variable in ["XDG_DATA_HOME", "XDG_CACHE_HOME", "XDG_CONFIG_HOME", "XDG_RUNTIME_DIR"] {
        command.env(variable, scratch);
    }
    let begun = Instant::now();
    let mut child = command.stderr(Stdio::null()).spawn().unwrap_or_else(|e| panic!("{}: {e}", program.display()));
    let painted = loop {
        if display.frame().is_ok_and(|frame| frame.count(colour) >= enough) {
            break ms(begun);
        }
        assert!(begun.elapsed() < PATIENCE, "{} has not painted", program.display());
        std::thread::sleep(Duration::from_millis(4));
    };
    child.kill().unwrap();
    child.wait().unwrap();
    painted
}
