//! Commands that build programs of `tests/` and hand over to them.

use std::time::Instant;

use anyhow::{Context as _, Result, bail};

use crate::run::{program, root, run, say, timed};
use crate::{pages, setup};

/// `cargo xtask demo`
pub fn demo(args: &[String]) -> Result<()> {
    if args.iter().any(|arg| matches!(arg.as_str(), "--help" | "-h")) {
        return hand_over("debug", "xuncha-demo", args);
    }
    timed("setup", || setup::packages().and_then(|()| setup::node()))?;
    timed("pages", pages::build)?;
    say("Building the app and headquarters (some minutes the first time) …");
    timed("build", programs)?;
    hand_over("debug", "xuncha-demo", args)
}

/// `cargo xtask screens`: the tests that walk over every page of both interfaces, and over every kind of damage, keep their
/// pictures.
pub fn screens() -> Result<()> {
    timed("setup", || setup::packages().and_then(|()| setup::node()))?;
    timed("pages", pages::build)?;
    timed("build", programs)?;
    let mut walk =
        program("cargo", &["test", "--workspace", "--test", "judges", "--", "pages::", "damage::", "--nocapture"]);
    walk.env("XUNCHA_SHOTS", root().join("docs/screens"));
    run(walk)
}

/// `cargo xtask bindings`
pub fn bindings() -> Result<()> {
    let mut test = program("cargo", &["test", "--quiet", "--package", "xuncha-tests", "--test", "bindings"]);
    test.env("XUNCHA_UPDATE", "1");
    run(test)
}

/// `cargo xtask bench`: figures of an unoptimised build would say nothing.
pub fn bench(args: &[String]) -> Result<()> {
    let known = ["answer", "photo", "sync", "start", "lists"];
    match args.first().map(String::as_str) {
        Some(first) if known.contains(&first) => {}
        _ => bail!("bench what? One of: {}", known.join(", ")),
    }
    timed("setup", || setup::packages().and_then(|()| setup::node()))?;
    timed("pages", pages::build)?;
    timed("build", || {
        run(program("cargo", &["build", "--release", "--workspace", "--bins", "--example", "bare-window", "--quiet"]))
    })?;
    hand_over("release", "xuncha-bench", args)
}

/// `cargo xtask soak`: worlds from new seeds and failing disks with new dice, in turns, until the time is over. The first
/// promise that breaks ends it. The tests' own profile, so that a seed is the same in both.
pub fn soak(args: &[String]) -> Result<()> {
    if args.iter().any(|arg| matches!(arg.as_str(), "--seed" | "--from" | "--threads" | "--help" | "-h")) {
        timed("build", programs)?;
        return hand_over("debug", "xuncha-soak", args);
    }
    let (mut hours, mut worlds, mut disks) = (1.0, true, true);
    let mut rest = args.iter();
    while let Some(arg) = rest.next() {
        match arg.as_str() {
            "--hours" => {
                let given = rest.next().and_then(|hours| hours.parse::<f64>().ok());
                hours = given.context("--hours what? A number, like 8 or 0.5")?;
            }
            "--worlds" if worlds => disks = false,
            "--disks" if disks => worlds = false,
            other => bail!("soak does not know {other:?} here"),
        }
    }
    timed("build", || run(program("cargo", &["build", "--workspace", "--all-targets", "--quiet"])))?;
    let begun = Instant::now();
    let left = || hours - begun.elapsed().as_secs_f64() / 3600.0;
    let mut rounds = 0;
    while left() > 0.0 {
        if worlds {
            let length = if disks { left().min(WORLDS_HOURS) } else { left() };
            hand_over("debug", "xuncha-soak", &["--hours".to_owned(), length.to_string()])?;
        }
        if disks && left() > 0.0 {
            run(program("cargo", &[&DISKS[..], &["--"], &FAULTS[..]].concat()))?;
        }
        rounds += 1;
        say(&format!("✓ {rounds} rounds, {:.2} h: every promise held", begun.elapsed().as_secs_f64() / 3600.0));
    }
    Ok(())
}

/// Worlds between two rounds of disks.
const WORLDS_HOURS: f64 = 0.15;
/// Kills, power cuts, failed operations and corruptions: their tests throw new dice each time.
const DISKS: [&str; 10] =
    ["test", "--workspace", "--test", "disk", "--test", "engine", "--test", "sync", "--test", "it"];
const FAULTS: [&str; 12] = [
    "--nocapture",
    "--test-threads=1",
    "kill::",
    "killed::",
    "blocks::",
    "cuts::",
    "segments::",
    "faults::",
    "corrupt::",
    "migrations::",
    "hq::",
    "corrupted::",
];

fn programs() -> Result<()> {
    run(program("cargo", &["build", "--workspace", "--bins"]))
}

fn hand_over(profile: &str, name: &str, args: &[String]) -> Result<()> {
    let target = std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), Into::into);
    let path = target.join(profile).join(name);
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    run(program(&path.to_string_lossy(), &args))
}
