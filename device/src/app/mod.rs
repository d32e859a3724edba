//! The user's verbs: the only door for a shell.
//!
//! What it is: one table of verbs ([`verbs`]), what they show ([`views`]), and [`Device`], which answers them. What it is not:
//! a window, a network runner or a file format. It runs unchanged in tests, in the browser bridge and in Tauri.
//!
//! Inside: `originals` (room on the phone), `door` (locked or not, enrolment), `again` (enrolled once more), `desk` (the unlocked phone: all rooms under one lock), `write` (answers,
//! notes, …), `attach` (photos and files), `room` (for how many more), `rows` (tables
//! beside items), `seal`, `day` (the close of a day), `read` (what screens ask), `show` (state → view), `local` (the phone as
//! sync sees it).
//!
//! Invariants: a verb that writes answers only when the entry and its blobs are durable here (I1); the reply is made from
//! the fold and receipts, never from the index alone; nothing answers while locked but the verbs of the door.

mod again;
mod attach;
pub mod day;
mod desk;
mod door;
pub mod hq_file;
mod local;
mod newer;
pub mod originals;
mod photo;
mod read;
mod room;
mod rows;
mod seal;
mod search;
mod settings;
mod show;
mod sync_verbs;
mod table;
pub mod verbs;
pub mod views;
mod write;

use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard};

use tokio::sync::broadcast;
use xuncha_core::Failure;

use crate::disk::FolderLock;
use crate::keys::{HardwareSecret, Kdf};

pub use photo::Picture;
pub use table::NAMES;
pub use views::Happening;

use desk::Desk;
use door::Door;

/// How a device is opened.
pub struct Config {
    /// The folder everything lives in.
    pub data: PathBuf,
    /// What the PIN stretching costs: [`Kdf::PRODUCT`] everywhere but in tests.
    pub kdf: Kdf,
    /// Version of the app.
    pub version: String,
    /// Operating system.
    pub os: String,
    /// The phone's key store, if it has one.
    pub hardware: Option<Box<dyn HardwareSecret + Send + Sync>>,
    /// Contacts with HQ may begin without a verb, if the person wants that. A shell has it on; off, an engine does nothing that
    /// it is not told to, which is what measures and counts.
    pub by_itself: bool,
}

impl Config {
    /// The product's settings for a data folder, for whoever calls verbs only.
    pub fn product(data: PathBuf) -> Self {
        Self {
            data,
            kdf: Kdf::PRODUCT,
            version: env!("CARGO_PKG_VERSION").to_owned(),
            os: std::env::consts::OS.to_owned(),
            hardware: None,
            by_itself: false,
        }
    }

    /// The product's settings for a shell.
    pub fn shell(data: PathBuf) -> Self {
        Self { by_itself: true, ..Self::product(data) }
    }
}

pub(crate) struct Inner {
    config: Config,
    door: Mutex<Door>,
    desk: Mutex<Option<Desk>>,
    sync: Mutex<Option<crate::sync::SyncHandle>>,
    sync_terms: Mutex<crate::sync::Terms>,
    capture_turn: tokio::sync::Mutex<()>,
    happenings: broadcast::Sender<Happening>,
    _lock: FolderLock,
}

/// A phone. Cheap to clone; all clones are the same phone.
#[derive(Clone)]
pub struct Device {
    inner: Arc<Inner>,
}

impl Device {
    /// Opens the phone's folder, or makes it. One process at a time (`disk.in_use`).
    pub fn open(config: Config) -> Result<Self, Failure> {
        crate::disk::make_folder(&config.data)?;
        let lock = FolderLock::take(&config.data)?;
        let door = Door::open(&config.data)?;
        let (happenings, _) = broadcast::channel(256);
        let inner = Inner {
            sync_terms: Mutex::new(sync_verbs::read_terms(&config.data)),
            config,
            door: Mutex::new(door),
            desk: Mutex::new(None),
            sync: Mutex::new(None),
            capture_turn: tokio::sync::Mutex::new(()),
            happenings,
            _lock: lock,
        };
        Ok(Self { inner: Arc::new(inner) })
    }

    /// Answers a verb by name: what every shell calls.
    pub async fn call(&self, verb: &str, args: serde_json::Value) -> Result<serde_json::Value, Failure> {
        table::call(self, verb, args).await
    }

    /// What happens without being asked.
    pub fn happenings(&self) -> broadcast::Receiver<Happening> {
        self.inner.happenings.subscribe()
    }

    pub(crate) fn tell(&self, happening: Happening) {
        // Nobody listening is no fault.
        let _ = self.inner.happenings.send(happening);
    }

    fn door(&self) -> MutexGuard<'_, Door> {
        self.inner.door.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    fn desk_slot(&self) -> MutexGuard<'_, Option<Desk>> {
        self.inner.desk.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    fn sync_slot(&self) -> MutexGuard<'_, Option<crate::sync::SyncHandle>> {
        self.inner.sync.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    /// Works at the desk; `app.locked` while nobody is in.
    pub(crate) fn at_desk<T>(&self, work: impl FnOnce(&mut Desk) -> Result<T, Failure>) -> Result<T, Failure> {
        let mut slot = self.desk_slot();
        let desk = slot.as_mut().ok_or_else(|| Failure::after_action("app.locked"))?;
        desk.reserve.heed();
        desk.catch_up_if_behind();
        let before = desk.own_head().seq;
        let done = work(desk);
        let wrote = desk.own_head().seq != before;
        drop(slot);
        if wrote {
            self.wrote();
        }
        done
    }

    /// Runs blocking work off the async threads.
    async fn blocking<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Self) -> Result<T, Failure> + Send + 'static,
    ) -> Result<T, Failure> {
        let device = self.clone();
        match tokio::task::spawn_blocking(move || work(&device)).await {
            Ok(result) => result,
            Err(e) => {
                tracing::error!(error = %e, "a verb broke off");
                Err(Failure::later("app.broke_off"))
            }
        }
    }
}

/// Today's date as it stands in numbers: `20261121`.
fn clock_number() -> String {
    crate::clock::today().replace('-', "")
}
