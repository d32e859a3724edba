//! The machine against an HQ in memory: step by step (`steps`), under random faults (`interleavings`), and the whole client
//! over HTTPS on loopback (`wire`). The real HQ is met in the crate `tests`.

mod interleavings;
mod model;
mod phone;
mod sim;
mod steps;
mod wire;
