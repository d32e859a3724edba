//! Who may do what on the dashboard: accounts, browser sessions, scope.
//!
//! What it is: passwords (Argon2id), sessions by cookie, the [`Caller`] a route sees, patience after wrong tries.
//! What it is not: phones' sessions (see [`crate::sync`]). A cookie's secret and an invitation's secret are stored as
//! SHA-256 only: they are 256 and 128 random bits, there is nothing to stretch.

mod caller;
pub mod password;
mod throttle;

pub use caller::{COOKIE, Caller};
pub use throttle::Throttle;
