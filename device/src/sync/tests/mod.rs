//! The machine against an HQ in memory: step by step (`steps`, `cuts`; `hand` drives it, `sim` lets a calm day pass), through days on
//! which nobody presses the button (`by_itself`), and the
//! whole client over HTTPS on loopback (`wire`).
//!
//! What is proved here is what needs a chosen answer at a chosen moment, or exact numbers of requests and waits. Storms are not:
//! losses, repetitions, forgeries, pauses, kills in any order are drawn in `tests/src/simulation`, which drives the same
//! machine against the real HQ.

mod by_itself;
mod cuts;
mod hand;
mod model;
mod phone;
mod sim;
mod steps;
mod wire;
