//! xuncha-hq: what headquarters does. Ingest, receipts, projections, tasks, the dashboard's API, the command line.
//!
//! Read in this order: [`serve`] (two listeners) · [`hq`] (what a headquarters is made of) · [`sync`] (phones) ·
//! [`ingest`] (the one way into the log) · [`projections`] (entries into rows) · [`db`], [`objects`], [`keys`] (what is
//! kept) · [`backup`], [`check`] (copied, put back, looked over) · [`auth`], [`api`] (people) · [`packs`] (checklists as data).
//!
//! HQ acts only by writing entries into its own feed: its decisions are as auditable as the phones'.

pub mod api;
pub mod audit;
pub mod auth;
pub mod backup;
pub mod blocking;
pub mod check;
pub mod cli;
pub mod clock;
pub mod config;
pub mod db;
pub mod export;
pub mod hq;
pub mod http;
pub mod ingest;
pub mod keys;
pub mod mark;
pub mod objects;
mod outgoing;
pub mod packs;
pub mod projections;
pub mod quota;
pub mod random;
pub mod refusal;
mod reverify;
pub mod room;
pub mod serve;
pub mod sync;
