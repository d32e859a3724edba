//! The verbs of the sync screen. The sync itself is in [`crate::sync`]; it runs while the app is unlocked.

use std::sync::Arc;

use tokio::runtime::Handle;
use xuncha_core::Failure;

use crate::sync::{Contact, SyncHandle};

use super::Device;
use super::local::Phone;
use super::verbs::Nothing;
use super::views::{Happening, SyncView};

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
                let handle = SyncHandle::spawn(&Handle::current(), phone, contact)?;
                self.tell_of(handle.subscribe());
                handle
            }
        };
        Ok(work(slot.insert(handle)))
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
        self.with_sync(|sync| {
            sync.start();
            sync.status()
        })
    }

    pub(super) async fn sync_pause(&self, _: Nothing) -> Result<SyncView, Failure> {
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
}
