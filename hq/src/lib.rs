//! xuncha-hq: what headquarters does.

pub mod api;
pub mod clock;
pub mod config;
pub mod db;
pub mod keys;
pub mod objects;
pub mod random;
