//! What tests, the demonstration and the measurements share: a world with a real HQ and named phones, the demonstration
//! district, a desktop without a person.
//!
//! What it is: everything that sees all sides at once. What it is not: a part of the product; nothing here is shipped.
//!
//! Where next: [`world`] for a story between phones and HQ, [`desktop`] for the real window and HQ's page, [`demo`] for the
//! main job from end to end, [`simulation`] for worlds from seeds, [`bridge`] for the phone's pages in a plain browser, [`victim`] for
//! children that are killed, [`blocks`] for power cuts below a real file system.

pub mod alone;
#[cfg(target_os = "linux")]
pub mod blocks;
pub mod bridge;
pub mod by_hand;
pub mod dashboard;
pub mod demo;
pub mod desktop;
pub mod disk;
pub mod district;
pub mod fire;
pub mod gallery;
pub mod photos;
pub mod proxy;
pub mod simulation;
pub mod trace;
pub mod victim;
pub mod world;

use std::path::{Path, PathBuf};

/// rustls asks for a process-wide choice where a client is built without one. Asked again it changes nothing.
pub fn install_cipher_suite() {
    let _ = rustls::crypto::ring::default_provider().install_default();
}

/// The repository's root.
pub fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// A program of this workspace, built beside the one that runs.
pub fn program(name: &str) -> anyhow::Result<PathBuf> {
    let own = std::env::current_exe()?;
    // `target/debug/x`, or `target/debug/deps/x-…` for a test.
    let found = own.ancestors().skip(1).take(2).map(|folder| folder.join(name)).find(|path| path.is_file());
    found.ok_or_else(|| {
        anyhow::anyhow!("{name} is not built: cargo build --workspace --bins (cargo xtask test does it)")
    })
}
