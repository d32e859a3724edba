//! The pages: built only when something they are made of is newer than they are.

use std::path::Path;
use std::time::SystemTime;

use anyhow::Result;

use crate::run::{program, root, run, say};

/// Builds both pages if need be. They are embedded in the app and in HQ's program.
pub fn build() -> Result<()> {
    let ui = root().join("ui");
    let built = ["dist/field/index.html", "dist/hq/index.html"].map(|page| modified(&ui.join(page)));
    let sources = newest(&ui);
    // The shell's build script leaves a page of its own where none was built: it has no script beside it.
    let real = ["dist/field/assets", "dist/hq/assets"].iter().all(|folder| ui.join(folder).is_dir());
    if real && built.iter().all(|page| *page > sources) {
        say("✓ pages are up to date");
        return Ok(());
    }
    for script in ["build:field", "build:hq"] {
        let mut npm = program("npm", &["run", "--silent", script]);
        npm.current_dir(&ui);
        run(npm)?;
    }
    Ok(())
}

/// When the newest source below was changed.
fn newest(folder: &Path) -> Option<SystemTime> {
    let entries = std::fs::read_dir(folder).ok()?;
    let skipped = ["node_modules", "dist"];
    let times = entries.flatten().filter_map(|entry| {
        let path = entry.path();
        match entry.file_type().ok()?.is_dir() {
            true if skipped.iter().any(|name| path.ends_with(name)) => None,
            true => newest(&path),
            false => modified(&path),
        }
    });
    times.max()
}

fn modified(path: &Path) -> Option<SystemTime> {
    std::fs::metadata(path).ok()?.modified().ok()
}
