//! capture: from the bytes an inspector attaches to *facts* and *derived pictures*.
//!
//! What it is: pure functions over bytes. [`judge`] says what a file is, [`read_facts`] what it claims about itself,
//! [`derive`] makes thumbnail and preview, [`region`] a crop for the zooming view; [`measure`] reads a number that a
//! person typed, [`logger`] describes a temperature logger's file.
//!
//! What it is not: it stores nothing and alters nothing. The original goes byte for byte to `vault`; the verbs that tie
//! both together are in `app`.
//!
//! Invariants
//! - Memory is bounded: every decoder is asked only after the size of its buffers has been computed from the file's head
//!   and found within the [`MemoryBudget`]. A picture above it gets no preview and says why ([`WhyNoPreview`]).
//! - No input panics. Third-party decoders run under `catch_unwind` (see `pixels.rs`).
//! - A picture without facts or preview is still evidence: nothing here can refuse it but [`judge`].
//! - Derived JPEGs carry no EXIF: no position, no make leaves the phone with a thumbnail.
//!
//! Where next: `heads.rs` and `heif.rs` (what files say before their pixels) → `facts.rs` → `derive.rs` →
//! `from_jpeg.rs`, `from_png.rs` (decoders within a budget) → `pixels.rs` (shrink, turn, write).

mod derive;
mod facts;
#[cfg(test)]
mod fixtures;
mod from_jpeg;
mod from_png;
mod heads;
mod heif;
mod kind;
pub mod logger;
pub mod measure;
mod pixels;
mod region;
#[cfg(test)]
mod tests;

pub use derive::{Derived, MemoryBudget, PREVIEW_PX, THUMB_PX, WhyNoPreview, derive};
pub use facts::{Gps, PhotoFacts, read_facts};
pub use kind::{HEAD_BYTES, Kind, MAX_PHOTO_BYTES, judge};
pub use logger::{Encoding, LoggerFacts, logger_facts};
pub use measure::{Measured, Unit, parse_measured};
pub use region::{Window, region};
