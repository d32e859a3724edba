//! The verbs of the sync screen, and what a person wants of every sync: kept in a small plain file, because it must hold
//! across a restart and says nothing of any case. The sync itself is in [`crate::sync`]; it runs while the app is unlocked.

use std::path::Path;
use std::sync::{Arc, MutexGuard, PoisonError};

use serde::{Deserialize, Serialize};
use tokio::runtime::Handle;
use xuncha_core::Failure;

use crate::disk;
use crate::sync::{Contact, SyncHandle, Terms, Wishes};

use super::Device;
use super::local::Phone;
use super::verbs::{NetworkArgs, Nothing, SyncFirst, WifiOnly};
use super::views::{Happening, Network, SyncView};

/// The plain file. The network is not in it: another start may be on another one.
#[derive(Debug, Default, Serialize, Deserialize)]
struct TermsFile {
    paused: bool,
    wifi_only: bool,
    first: Option<xuncha_core::ids::InspectionId>,
}

/// Reads the plain file; an unreadable one counts as never written.
pub(super) fn read_terms(data: &Path) -> Terms {
    let bytes = std::fs::read(data.join("sync.json")).unwrap_or_default();
    let TermsFile { paused, wifi_only, first } = serde_json::from_slice(&bytes).unwrap_or_default();
    Terms { paused, wishes: Wishes { wifi_only, first }, network: Network::Unknown }
}

fn write_terms(terms: &Terms, data: &Path) -> Result<(), Failure> {
    let Wishes { wifi_only, first } = terms.wishes.clone();
    let file = TermsFile { paused: terms.paused, wifi_only, first };
    let bytes = serde_json::to_vec(&file).map_err(|e| Failure::never("settings.shape").with("why", e))?;
    Ok(disk::write_atomic(&data.join("sync.json"), &bytes)?)
}

impl Device {
    /// Does something with the sync, which is begun at rest when there is none.
    fn with_sync<T>(&self, work: impl FnOnce(&SyncHandle) -> T) -> Result<T, Failure> {
        let contact = self.at_desk(|desk| {
            Ok(Contact {
                url: desk.hq.url.clone(),
                hq: desk.hq.hq.clone(),
                device: desk.hq.feed.device.clone(),
                app: self.inner.config.version.clone(),
            })
        })?;
        let mut slot = self.sync_slot();
        let handle = match slot.take() {
            Some(handle) => handle,
            None => {
                let phone = Arc::new(Phone(Arc::downgrade(&self.inner)));
                let handle = SyncHandle::spawn(&Handle::current(), phone, contact, self.terms().clone())?;
                self.tell_of(handle.subscribe());
                handle
            }
        };
        Ok(work(slot.insert(handle)))
    }

    fn terms(&self) -> MutexGuard<'_, Terms> {
        self.inner.sync_terms.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How the person wants it done.
    pub(super) fn wishes(&self) -> Wishes {
        self.terms().wishes.clone()
    }

    /// Changes what the person wants; durable when it returns.
    fn want(&self, change: impl FnOnce(&mut Terms)) -> Result<Terms, Failure> {
        let mut terms = self.terms();
        let mut wanted = terms.clone();
        change(&mut wanted);
        if wanted != *terms {
            write_terms(&wanted, &self.inner.config.data)?;
            *terms = wanted.clone();
        }
        Ok(wanted)
    }

    /// Passes every movement on to the screens, until the sync ends.
    fn tell_of(&self, mut moves: tokio::sync::watch::Receiver<SyncView>) {
        let happenings = self.inner.happenings.clone();
        tokio::spawn(async move {
            while moves.changed().await.is_ok() {
                let sync = Box::new(moves.borrow_and_update().clone());
                let _ = happenings.send(Happening::Sync { sync });
            }
        });
    }

    pub(super) async fn sync_start(&self, _: Nothing) -> Result<SyncView, Failure> {
        self.want(|terms| terms.paused = false)?;
        self.with_sync(|sync| {
            sync.start();
            sync.status()
        })
    }

    pub(super) async fn sync_pause(&self, _: Nothing) -> Result<SyncView, Failure> {
        self.want(|terms| terms.paused = true)?;
        self.with_sync(|sync| {
            sync.pause();
            sync.status()
        })
    }

    pub(super) async fn sync_status(&self, _: Nothing) -> Result<SyncView, Failure> {
        let mut view = self.with_sync(SyncHandle::status)?;
        // Work since the last contact is not known to a sync at rest.
        view.only_here = self.at_desk(|desk| Ok(desk.index.only_here()?))?;
        Ok(view)
    }

    pub(super) async fn sync_wifi_only(&self, args: WifiOnly) -> Result<SyncView, Failure> {
        let terms = self.want(|terms| terms.wishes.wifi_only = args.on)?;
        self.wish(terms)
    }

    pub(super) async fn sync_first(&self, args: SyncFirst) -> Result<SyncView, Failure> {
        let terms = self.want(|terms| terms.wishes.first = args.inspection)?;
        self.wish(terms)
    }

    fn wish(&self, terms: Terms) -> Result<SyncView, Failure> {
        let Wishes { wifi_only, first } = terms.wishes.clone();
        let view = self.with_sync(|sync| {
            sync.wish(terms.wishes);
            sync.status()
        })?;
        Ok(SyncView { wifi_only, first, ..view })
    }

    pub(super) async fn network(&self, args: NetworkArgs) -> Result<Nothing, Failure> {
        self.terms().network = args.network;
        // Said also while locked; a sync that does not run yet is told when it begins.
        if let Some(sync) = self.sync_slot().as_ref() {
            sync.network(args.network);
        }
        Ok(Nothing {})
    }
}
