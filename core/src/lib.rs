//! xuncha-core: what a phone and headquarters must agree on.
//!
//! Pure by rule: no disk, no network, no clock, no randomness. Whatever is needed of them is passed in. HQ judges what it
//! receives with the very functions the phone used.
//!
//! Read in this order: [`feed`] (entries, signatures, chain) · [`event`] (what entries say) · [`register`] (how writes
//! meet) · [`checklist`], [`law`], [`conclusion`] (the lists as data) · [`inspection`] (the fold: state out of entries,
//! completeness, record, seal) · [`protocol`] (what travels).

pub mod checklist;
pub mod conclusion;
pub mod event;
pub mod failure;
pub mod feed;
pub mod firm;
pub mod form;
pub mod identifiers;
pub mod ids;
pub mod inspection;
pub mod json;
pub mod law;
pub mod library;
pub mod protocol;
pub mod register;
pub mod reopening;
pub mod tables;

pub use failure::{Failure, Retry};
