//! Sync protocol, version 1: what travels between a phone and headquarters. HTTPS, JSON or NDJSON, problems as RFC 9457.
//!
//! The whole protocol on one screen. The phone speaks first, always; every step may be repeated with the same result (I5),
//! and a cut anywhere costs at most what was in flight.
//!
//! | # | step | request | phone sends | HQ answers |
//! |---|---|---|---|---|
//! | 0 | [`enrol`]    | `POST /v1/enrol/look`, `POST /v1/enrol` | one-time secret; then the public keys | who is invited; then certificate, HQ's keys, CA |
//! | 1 | [`session`]  | `POST /v1/session/challenge`, `POST /v1/session` | device; then the signed nonce | nonce; then a short token |
//! | 2 | [`hello`]    | `POST /v1/hello` | signed head of each own feed | signed checkpoint, HQ's heads, blobs wanted with offsets |
//! | 3 | [`push`]     | `POST /v1/push` | NDJSON of frames, from HQ's head on | new head, what was quarantined |
//! | 4 | [`blobs`]    | tus 1.0 under `/v1/blobs` | bytes from HQ's offset on | the offset: HQ's is the truth |
//! | 5 | [`receipts`] | `POST /v1/receipts` | feed and the blobs asked about | one signed receipt: only what is durable (I2) |
//! | 6 | [`pull`]     | `POST /v1/pull`, `GET /v1/packs/{sha256}` | cursors: last place per known feed | pages of frames; packs by range |
//! | 7 | [`close_of_day`] | `POST /v1/close` | manifest of the day | exactly what is missing, or the same manifest signed |
//!
//! Entries go before blobs: HQ then knows what is coming and to whose inspection it belongs. All but step 0 and the
//! challenge carry `Authorization: Bearer <token>`. A request of an unknown version of the app is answered, never guessed:
//! `hello` names the least version HQ still takes.
//!
//! What this is not: transport, storage or judgement. `device::sync` steps through it, `hq::sync` answers it.

pub mod blobs;
pub mod close_of_day;
pub mod enrol;
pub mod hello;
pub mod problem;
pub mod pull;
pub mod push;
pub mod receipts;
pub mod session;
mod signed;

pub use signed::{Signed, SignedError, Statement};

/// Major version of the protocol: the first part of every path.
pub const VERSION: u32 = 1;
