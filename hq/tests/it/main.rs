//! HQ as its phones and browsers meet it: the real server on free ports, over real TLS.
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on fails")]

mod blobs;
mod enrolment;
mod entries;
mod export;
mod routes;
mod views;
mod world;
