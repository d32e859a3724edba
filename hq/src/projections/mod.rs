//! Projections: pure folds from entries to the rows that lists and pages show.
//!
//! What it is: [`entry`] (one entry by itself: what it is about, whether it can have an effect), [`office`] (HQ's own
//! feed: feeds, packs, tasks, firms), [`inspection`] (all entries of an inspection: team, scope, row) and [`referral`]
//! (what of it prompts a referral). What it is not: a
//! store; [`crate::ingest`] puts the rows into the transaction of the entries, `rebuild` computes them all again.
//!
//! Kept here: the rows depend on nothing but the entries in log order and the published packs, so that a rebuild gives
//! byte-equal state (I6). Who belongs to an inspection is decided over all its entries: one that came before the entry
//! that names its author gains effect when that arrives.

pub mod entry;
pub mod inspection;
pub mod office;
pub mod referral;

pub use entry::Arrival;
