//! xuncha-device: what a phone does. Everything but the window: it runs unchanged in Tauri, in the browser bridge and in tests.
//!
//! Follow one answer: [`app`] (the verb) → [`feed`] (signed, sealed, fsynced) → [`index`] (what screens query) → [`sync`].
//! Follow one photo: [`app`] → [`capture`] (facts, preview) → [`vault`] (encrypted, fsynced) → [`feed`] → [`sync`].
//! Keys come from [`keys`]; reference data that HQ signed from [`packs`]. [`cipher`] and [`disk`] lie under all storage.

pub mod app;
pub mod capture;
pub mod cipher;
pub mod clock;
pub mod disk;
pub mod feed;
pub mod index;
pub mod keys;
pub mod packs;
pub mod sync;
pub mod vault;
