//! Commands that build programs of `tests/` and hand over to them.

use anyhow::{Result, bail};

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

/// `cargo xtask soak`: the program of the tests' own profile, so that a seed is the same world in both.
pub fn soak(args: &[String]) -> Result<()> {
    timed("build", programs)?;
    hand_over("debug", "xuncha-soak", args)
}

fn programs() -> Result<()> {
    run(program("cargo", &["build", "--workspace", "--bins"]))
}

fn hand_over(profile: &str, name: &str, args: &[String]) -> Result<()> {
    let target = std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), Into::into);
    let path = target.join(profile).join(name);
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    run(program(&path.to_string_lossy(), &args))
}
