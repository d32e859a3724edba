//! xuncha-hq: what headquarters does.

pub mod api;
