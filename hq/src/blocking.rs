//! Work that blocks: disk, hashing, unpacking.

use std::io;

/// Where such work is done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Blocking {
    /// On threads of its own, so that no request waits for another's disk.
    #[default]
    Threads,
    /// At once, on the thread that asks: whoever drives an HQ in one thread sees the same steps in the same order each time.
    Here,
}

impl Blocking {
    /// Does it.
    ///
    /// # Errors
    /// The work's own, or that its thread broke down.
    pub async fn run<T: Send + 'static>(self, work: impl FnOnce() -> io::Result<T> + Send + 'static) -> io::Result<T> {
        match self {
            Self::Here => work(),
            Self::Threads => match tokio::task::spawn_blocking(work).await {
                Ok(out) => out,
                Err(e) => Err(io::Error::other(e)),
            },
        }
    }
}
