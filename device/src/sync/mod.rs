//! The phone's side of the sync: copies what HQ lacks, fetches what the phone may see, believes only what is signed.
//!
//! What it is: [`Machine`] (decides, without I/O: `step(now, input) → effects`; one file per step of
//! `xuncha_core::protocol`, with its stem), [`Local`] (what it needs of the phone), [`SyncHandle`] (carries the effects out
//! over HTTPS; what a request and its answer are in HTTP is [`wire`]) and the two calls of [`enrol`]. What it is not: the storage of what it moves ([`crate::feed`],
//! [`crate::vault`], [`crate::packs`] behind [`Local`]) or the judgement at HQ (`hq::sync`). Contacts nobody asked for begin as `by_itself` says.
//!
//! Order of one contact: session → hello → push (→ hello) → receipts → blobs, with receipts fetched beside them → pull →
//! packs → close of day. Nothing that the machine remembers is needed to go on after a kill: hello asks everything anew.
//!
//! Invariants: a receipt, a page, a pack, a day is stored only after its signature, chain or hash was verified, a receipt
//! also only if it names the phone's own entry (I2, I8) · what the phone has seen of HQ's log never shrinks, an HQ that is
//! behind it is an alarm (I5, I2) · forks and roll-backs stop a feed and are kept as HQ's verdict (I4) · one bad file, feed
//! or pack never holds the others back, and every loop ends when it brings nothing new (I10) · time and chance come from
//! outside, so a simulator can drive it (I9): the storms are in `tests/src/simulation`, chosen answers in `tests`.

mod blobs;
mod by_itself;
mod close_of_day;
mod effect;
pub mod enrol;
mod hello;
mod http;
mod link;
mod local;
mod machine;
pub(crate) mod originals;
mod progress;
mod pull;
mod push;
mod receipts;
mod run;
mod screen;
mod session;
mod tls;
mod wire;

pub use effect::{Answer, Ask, Effect, Input, Network, Request, RequestId, Wishes};
pub use local::{BlobReader, Lacking, Local, Manifest, OwnBlob, OwnFeed, Standing, UnsentBlob};
pub use machine::{Machine, Setup};
pub use run::{Contact, SyncHandle, Terms, answer_locally};
pub use wire::{Incoming, Load, Outgoing, answer, outgoing};

#[cfg(test)]
mod tests;
