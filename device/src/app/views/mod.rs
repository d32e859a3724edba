//! What screens show. Plain data, made by the engine, never kept by the screens beyond the view.
//!
//! Dates are ISO 8601 days, times RFC 3339 with offset as the device claims them. Sizes are bytes, durations milliseconds.

mod door;
mod inspection;
mod library;
mod seal;
mod sync;
mod today;

pub use door::*;
pub use inspection::*;
pub use library::*;
pub use seal::*;
pub use sync::*;
pub use today::*;
pub use xuncha_core::checklist::{ListProposal, ListTitle};
