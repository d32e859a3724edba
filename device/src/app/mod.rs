//! The user's verbs: the only door for a shell.
//!
//! What it is: one table of verbs ([`verbs`]), what they show ([`views`]). What it is not: a window, a network runner or a
//! file format. It runs unchanged in tests, in the browser bridge and in Tauri.

pub mod verbs;
pub mod views;
