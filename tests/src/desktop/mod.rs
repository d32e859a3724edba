//! A desktop without a person: a display, the app's real window on it, and a browser for headquarters' page.
//!
//! What it is: starting, waiting, tapping, typing, photographing the screen. What it is not: a story; stories are in
//! [`crate::demo`] and in `tests/tests`. Needs Xvfb, WebKitWebDriver, Chromium and Node, as `cargo xtask setup` installs them.
//!
//! Invariants: whatever is started here ends with the value that holds it, also on panic and Ctrl-C; every run has folders of
//! its own; nothing waits for a time, only for something to be so, with a limit after which it says what it waited for.

mod browser;
mod display;
mod process;
mod window;

pub use browser::{Browser, Visit};
pub use display::Display;
pub use process::Process;
pub use window::{Opening, Patience, Window};
