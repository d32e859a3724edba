//! What core promises, proved from outside: only its public door is used, and where a format is promised the bytes are
//! made by hand beside it.
//!
//! `feed`, `frame`: entries and their chain (I4, I8) · `signed`: HQ's statements · `wycheproof`: other people's
//! signatures · `fold`: order makes no difference, nothing is lost (I6, I7) · `reading`: what is missing · `tables`:
//! rows beside an item · `record`, `seal`: what is signed stays (I12) · `lists`: versions of a list · `golden`: files of version 1, read and written by the code of today.
#![expect(clippy::unwrap_used, reason = "a test stops where it breaks")]

mod feed;
mod fold;
mod frame;
mod golden;
mod lists;
mod reading;
mod record;
mod seal;
mod signed;
mod tables;
mod world;
mod wycheproof;
