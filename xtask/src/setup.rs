//! Installing what is missing: Debian packages as root, npm packages, and a Python environment for the HTTP battery.

use std::fs;

use anyhow::{Result, bail};

use crate::run::{output, program, root, run, say};

/// Debian packages, each with its reason.
const PACKAGES: &[(&str, &str)] = &[
    ("build-essential", "C compiler for SQLCipher, zstd and ring"),
    ("pkg-config", "finds the libraries below"),
    ("cmake", "builds C++ libraries of crates"),
    ("libssl-dev", "SQLCipher's cipher"),
    ("libwebkit2gtk-4.1-dev", "the app's window"),
    ("librsvg2-dev", "icons of the app's window"),
    ("xvfb", "a display where there is none"),
    ("webkit2gtk-driver", "drives the app's window"),
    ("dbus-x11", "a session bus for the window"),
    ("chromium", "opens the dashboard in tests"),
    ("fonts-noto-cjk", "Chinese on screenshots"),
    ("libvips-tools", "the yardstick of the photo measurement"),
    ("faketime", "a phone whose clock is wrong, in tests"),
    ("e2fsprogs", "a real ext4 below which power is cut, in tests"),
    ("python3-venv", "environment of the HTTP battery"),
];

/// The HTTP battery; pinned, because a newer one finds other things.
const SCHEMATHESIS: &str = "schemathesis==4.32.5";

/// Everything that demo, test and screens need.
pub fn all() -> Result<()> {
    packages()?;
    node()?;
    python()
}

/// Debian packages. Without root: the one line to run.
pub fn packages() -> Result<()> {
    if output("dpkg-query", &["--version"]).is_none() {
        let names: Vec<_> = PACKAGES.iter().map(|(name, _)| *name).collect();
        say(&format!("This is no Debian. What is needed goes there by these names: {}", names.join(" ")));
        return Ok(());
    }
    let missing: Vec<_> = PACKAGES.iter().filter(|(name, _)| !installed(name)).collect();
    if missing.is_empty() {
        return Ok(());
    }
    say("Missing Debian packages:");
    for (name, why) in &missing {
        say(&format!("  {name:<24} {why}"));
    }
    let names: Vec<_> = missing.iter().map(|(name, _)| *name).collect();
    if output("id", &["-u"]).as_deref() != Some("0") {
        bail!(
            "run this once, then again what you ran:\n\n  sudo apt-get install --yes --no-install-recommends {}\n",
            names.join(" ")
        );
    }
    run(program("apt-get", &["update", "--quiet=2"]))?;
    let mut install = program("apt-get", &["install", "--yes", "--no-install-recommends", "--quiet=2"]);
    install.args(&names).env("DEBIAN_FRONTEND", "noninteractive");
    run(install)
}

/// npm packages, exactly as locked.
pub fn node() -> Result<()> {
    let version = output("node", &["--version"]).unwrap_or_default();
    let major: u32 = version.trim_start_matches('v').split('.').next().and_then(|n| n.parse().ok()).unwrap_or(0);
    if major < 20 {
        bail!("Node.js 20 or newer is needed for the pages; found {}", if major == 0 { "none" } else { &version });
    }
    let (lock, done) = (root().join("ui/package-lock.json"), root().join("ui/node_modules/.package-lock.json"));
    let newer = |a: &fs::Metadata, b: &fs::Metadata| a.modified().ok() > b.modified().ok();
    if let (Ok(lock), Ok(done)) = (fs::metadata(lock), fs::metadata(done))
        && !newer(&lock, &done)
    {
        return Ok(());
    }
    let mut install = program("npm", &["ci", "--no-audit", "--no-fund", "--loglevel=error"]);
    install.current_dir(root().join("ui"));
    run(install)
}

/// schemathesis in an environment of its own under `target/`.
pub fn python() -> Result<()> {
    let venv = root().join("target/venv");
    let stamp = venv.join("xuncha.stamp");
    if fs::read_to_string(&stamp).is_ok_and(|found| found == SCHEMATHESIS) {
        return Ok(());
    }
    run(program("python3", &["-m", "venv", "target/venv"]))?;
    run(program("target/venv/bin/pip", &["install", "--quiet", "--disable-pip-version-check", SCHEMATHESIS]))?;
    fs::write(stamp, SCHEMATHESIS)?;
    Ok(())
}

fn installed(package: &str) -> bool {
    let status = output("dpkg-query", &["--show", "--showformat=${db:Status-Status}", package]);
    status.as_deref() == Some("installed")
}
