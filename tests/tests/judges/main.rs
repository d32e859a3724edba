//! Judges from outside: programs that others wrote and that know nothing of this repository say whether what we built keeps
//! to what it claims. A client of tus 1.0, a tester of OpenAPI documents, a judge of accessible pages.
//!
//! What it is: the real HQ, the real engine and the real pages, looked at by strangers. What it is not: our own opinion; where
//! a judge is not installed the test says so aloud.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a judgement stops where something is wrong")]

#[cfg(target_os = "linux")]
mod damage;
mod http;
mod node;
mod pages;
mod tus;
