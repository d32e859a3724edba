//! HQ as its phones and browsers meet it: the real server on free ports, over real TLS.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails; helpers are not marked as tests")]

mod blobs;
mod corrupted;
mod days;
mod enrolment;
mod entries;
mod export;
mod keep;
mod limits;
mod lists;
mod mend;
mod pages;
mod reopening;
mod routes;
mod views;
mod world;
