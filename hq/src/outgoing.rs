//! Objects on their way out: hashed before the first byte leaves, so that a wrong byte is never served as the right one.
//!
//! What it is: [`Hq::whole`]. An original whose bytes have changed is noted as lost at once: it counts as not delivered, its
//! phones are asked for it, and what they send replaces it. What it is not: a scrub; what nobody asks for is looked at by
//! [`crate::check`] and at the close of day.
//!
//! A reader that takes an original in parts judges the whole by its hash itself; for him it is hashed at the first part and
//! then trusted for [`TRUST_MS`].

use std::collections::HashMap;
use std::io;
use std::sync::{Arc, Mutex, PoisonError};

use http::{HeaderMap, StatusCode, header};
use xuncha_core::ids::BlobHash;

use crate::hq::Hq;
use crate::objects::{Found, Original, open_whole};
use crate::refusal::{Answer, Refusal};

const TRUST_MS: u64 = 10 * 60 * 1000;
/// Objects remembered at most.
const MOST: usize = 1024;

/// Objects that were hashed lately, and when.
#[derive(Default)]
pub(crate) struct Proven(Mutex<HashMap<BlobHash, u64>>);

impl Proven {
    fn lately(&self, sha256: &BlobHash, now: u64) -> bool {
        let map = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        map.get(sha256).is_some_and(|at| now.saturating_sub(*at) < TRUST_MS)
    }
    fn note(&self, sha256: BlobHash, now: u64) {
        let mut map = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if map.len() >= MOST {
            map.clear();
        }
        map.insert(sha256, now);
    }
}

/// What kind of object is asked for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Phones may have it still.
    Original,
    /// A list or law of HQ's own.
    Pack,
}

impl Hq {
    /// Opens an object whose bytes are what its name says. `None`: it is not here.
    ///
    /// # Errors
    /// `blob.damaged` or `pack.damaged`: it is here and is another.
    pub(crate) async fn whole(
        &self,
        sha256: BlobHash,
        kind: Kind,
        headers: &HeaderMap,
    ) -> Answer<Option<(Box<dyn Original>, u64)>> {
        let now = self.clock.monotonic_ms();
        let trusted = headers.contains_key(header::RANGE) && self.proven.lately(&sha256, now);
        let objects = Arc::clone(&self.objects);
        let opened = self.blocking.run(move || {
            if !trusted {
                return open_whole(&*objects, &sha256);
            }
            match objects.open(&sha256) {
                Ok(mut file) => {
                    let size = file.seek(io::SeekFrom::End(0))?;
                    Ok(Found::Whole(file, size))
                }
                Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(Found::Gone),
                Err(e) => Err(e),
            }
        });
        match opened.await? {
            Found::Whole(file, size) => {
                if !trusted {
                    self.proven.note(sha256, now);
                }
                Ok(Some((file, size)))
            }
            Found::Gone => Ok(None),
            Found::Damaged => {
                tracing::error!(object = %sha256, "its bytes have another SHA-256; it is not given out");
                let damaged = |code| Err(Refusal::later(StatusCode::INTERNAL_SERVER_ERROR, code));
                match kind {
                    Kind::Original => {
                        self.db.lose(&[sha256], &self.clock.stamp()).await?;
                        damaged("blob.damaged")
                    }
                    Kind::Pack => damaged("pack.damaged"),
                }
            }
        }
    }
}
