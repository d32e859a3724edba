//! Everything CI runs. All steps run even after one failed, so that one run shows all that is wrong; only what a later
//! step is made of (setup, pages, the build) stops it.

use std::time::Instant;

use anyhow::Result;

use crate::run::{listen, output, program, root, run, say, timed};
use crate::{pages, setup};

/// Counts of the whole run. A step without tests of its own (format, lints) counts as one.
#[derive(Default)]
struct Tally {
    passed: u64,
    failed: u64,
    lines: Vec<String>,
}

impl Tally {
    fn step(&mut self, name: &str, step: impl FnOnce(&mut Counted) -> Result<()>) {
        let begun = Instant::now();
        let mut counted = Counted::default();
        let outcome = step(&mut counted);
        let seconds = begun.elapsed().as_secs();
        // A failure that no test explains (it did not compile, it crashed) is one failure.
        let failed = if outcome.is_err() { counted.failed.max(1) } else { counted.failed };
        let passed = if counted.passed == 0 && failed == 0 { 1 } else { counted.passed };
        self.passed += passed;
        self.failed += failed;
        let mark = if failed == 0 { "✓" } else { "✗" };
        let why = outcome.err().map(|error| format!(": {error:#}")).unwrap_or_default();
        let line = format!("{mark} {name:<28} {passed:>5} passed {failed:>3} failed {seconds:>5} s{why}");
        say(&line);
        self.lines.push(line);
    }

    fn finish(self) -> Result<()> {
        say("");
        self.lines.iter().for_each(|line| say(line));
        say(&format!("{} passed, {} failed", self.passed, self.failed));
        if self.failed > 0 {
            anyhow::bail!("not everything passed");
        }
        Ok(())
    }
}

/// Tests that a runner reported.
#[derive(Default)]
struct Counted {
    passed: u64,
    failed: u64,
}

/// `cargo xtask test`
pub fn test() -> Result<()> {
    timed("setup", setup::all)?;
    let mut tally = Tally::default();
    lints(&mut tally);
    supply_chain(&mut tally);
    tally.step("ui tests", npm_tests);
    timed("pages", pages::build)?;
    tally.step("clippy", |_| {
        run(program("cargo", &["clippy", "--workspace", "--all-targets", "--quiet", "--", "--deny", "warnings"]))
    });
    // Programs, tests and their helpers in one go: the same features for all, so nothing is compiled twice.
    timed("build", || run(program("cargo", &["build", "--workspace", "--all-targets", "--quiet"])))?;
    tally.step("rust tests", rust_tests);
    tally.finish()
}

/// `cargo xtask check`
pub fn check() -> Result<()> {
    setup::node()?;
    let mut tally = Tally::default();
    lints(&mut tally);
    tally.step("ui tests", npm_tests);
    tally.step("cargo check", |_| run(program("cargo", &["check", "--workspace", "--all-targets", "--quiet"])));
    tally.finish()
}

fn lints(tally: &mut Tally) {
    tally.step("format", |_| run(program("cargo", &["fmt", "--all", "--check"])));
    tally.step("ui lint", |_| npm(&["run", "--silent", "lint"]));
    tally.step("ui types", |_| npm(&["run", "--silent", "check"]));
}

/// Licences, bans and sources of every crate. The tool is not installed for it: building it takes longer than the suite.
fn supply_chain(tally: &mut Tally) {
    if output("cargo", &["deny", "--version"]).is_none() {
        say(
            "! SKIPPED: licences, bans, sources and advisories of crates. cargo-deny is not installed: cargo install cargo-deny",
        );
        return;
    }
    tally.step("crates", |_| run(program("cargo", &["deny", "check", "licenses", "bans", "sources"])));
    if run(program("cargo", &["deny", "fetch"])).is_err() {
        say("! SKIPPED: advisories. Their database cannot be reached from here");
        return;
    }
    tally.step("advisories", |_| run(program("cargo", &["deny", "check", "--disable-fetch", "advisories"])));
}

fn npm(args: &[&str]) -> Result<()> {
    let mut npm = program("npm", args);
    npm.current_dir(root().join("ui"));
    run(npm)
}

fn npm_tests(counted: &mut Counted) -> Result<()> {
    let mut npm = program("npm", &["test", "--silent"]);
    npm.current_dir(root().join("ui")).env("NO_COLOR", "1");
    listen(npm, |line| {
        // vitest: `      Tests  1 failed | 52 passed (53)`
        if let Some(rest) = line.trim_start().strip_prefix("Tests ") {
            counted.passed += number_before(rest, "passed");
            counted.failed += number_before(rest, "failed");
        }
    })
}

fn rust_tests(counted: &mut Counted) -> Result<()> {
    if output("cargo", &["nextest", "--version"]).is_some() {
        let mut nextest = program("cargo", &["nextest", "run", "--workspace", "--no-fail-fast"]);
        nextest.env("NO_COLOR", "1");
        return listen(nextest, |line| {
            // nextest: `     Summary [  12.3s] 310 tests run: 309 passed (2 slow), 1 failed, 0 skipped`
            if let Some((_, rest)) = line.split_once("tests run:").or_else(|| line.split_once("test run:")) {
                counted.passed += number_before(rest, "passed");
                counted.failed += number_before(rest, "failed") + number_before(rest, "timed out");
            }
        });
    }
    // Window tests own the display and their ports, but not the machine: one at a time.
    let mut cargo = program("cargo", &["test", "--workspace", "--all-targets", "--no-fail-fast"]);
    cargo.env("RUST_TEST_THREADS", "2").env("NO_COLOR", "1");
    listen(cargo, |line| {
        // libtest: `test result: ok. 12 passed; 0 failed; 0 ignored; …`
        if let Some(rest) = line.strip_prefix("test result:") {
            counted.passed += number_before(rest, "passed");
            counted.failed += number_before(rest, "failed");
        }
    })
}

/// The number that stands before `word`, or 0.
fn number_before(text: &str, word: &str) -> u64 {
    let before = text.split(word).next().filter(|before| before.len() < text.len());
    before.and_then(|before| before.split_whitespace().next_back()).and_then(|n| n.parse().ok()).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_are_read_from_what_the_runners_print() {
        assert_eq!(number_before(" 1 failed | 52 passed (53)", "passed"), 52);
        assert_eq!(number_before(" 1 failed | 52 passed (53)", "failed"), 1);
        assert_eq!(number_before(" 310 passed (2 slow), 0 skipped", "passed"), 310);
        assert_eq!(number_before(" 310 passed (2 slow), 0 skipped", "failed"), 0);
        assert_eq!(number_before(" ok. 12 passed; 3 failed; 0 ignored", "failed"), 3);
    }

    #[test]
    fn a_step_that_fails_without_a_test_counts_as_one_failure() {
        let mut tally = Tally::default();
        tally.step("broken", |_| anyhow::bail!("it does not compile"));
        tally.step("fine", |_| Ok(()));
        tally.step("tests", |counted| {
            (counted.passed, counted.failed) = (7, 2);
            anyhow::bail!("2 failed")
        });
        assert_eq!((tally.passed, tally.failed), (8, 3));
        assert!(tally.finish().is_err());
    }
}
