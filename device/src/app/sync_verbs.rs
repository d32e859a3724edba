//! The verbs of the sync screen, and what a person wants of every sync: kept in a small plain file, because it must hold
//! across a restart and says nothing of any case. The sync itself is in [`crate::sync`]; it runs while the app is unlocked, and
//! begins by itself as `by_itself` there says.

use std::path::Path;
use std::sync::{Arc, MutexGuard, PoisonError};

use serde::{Deserialize, Serialize};
use tokio::runtime::Handle;
use xuncha_core::Failure;

use crate::disk;
use crate::sync::{Contact, SyncHandle, Terms, Wishes};

use super::Device;
use super::local::Phone;
use super::verbs::{ByItself, NetworkArgs, Nothing, SyncFirst, WifiOnly};
use super::views::{Happening, Network, SyncPhase, SyncView};

/// The plain file. The network is not in it: another start may be on another one.
#[derive(Debug, Serialize, Deserialize)]
#[serde(default)]
struct TermsFile {
    paused: bool,
    wifi_only: bool,
    first: Option<xuncha_core::ids::InspectionId>,
    by_itself: bool,
}

impl Default for TermsFile {
    fn default() -> Self {
        Self { paused: false, wifi_only: false, first: None, by_itself: true }
    }
}

/// Reads the plain file; an unreadable one counts as never written.
pub(super) fn read_terms(data: &Path) -> Terms {
    let bytes = std::fs::read(data.join("sync.json")).unwrap_or_default();
    let TermsFile { paused, wifi_only, first, by_itself } = serde_json::from_slice(&bytes).unwrap_or_default();
    Terms { paused, wishes: Wishes { wifi_only, first, by_itself }, network: Network::Unknown }
}

fn write_terms(terms: &Terms, data: &Path) -> Result<(), Failure> {
    let Wishes { wifi_only, first, by_itself } = terms.wishes.clone();
    let file = TermsFile { paused: terms.paused, wifi_only, first, by_itself };
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
                if self.desk_slot().is_none() {
                    // Locked meanwhile: nothing may begin that nobody would end.
                    return Err(Failure::after_action("app.locked"));
                }
                let phone = Arc::new(Phone(Arc::downgrade(&self.inner)));
                let terms = self.terms().clone();
                let terms = Terms { wishes: self.allowed(terms.wishes), ..terms };
                let handle = SyncHandle::spawn(&Handle::current(), phone, contact, terms)?;
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

    /// Of what the person wants, what this engine may do.
    fn allowed(&self, wishes: Wishes) -> Wishes {
        Wishes { by_itself: wishes.by_itself && self.inner.config.by_itself, ..wishes }
    }

    /// Somebody came in, or HQ moved: from here on contacts begin by themselves, if that is wanted.
    pub(super) fn begin_by_itself(&self) {
        if self.inner.config.by_itself
            && let Err(failure) = self.with_sync(|_| ())
        {
            // Said on the page of the sync when somebody looks.
            tracing::warn!(code = failure.code, "no contact begins by itself");
        }
    }

    /// Something was written into the own feed.
    pub(super) fn wrote(&self) {
        if self.inner.config.by_itself
            && let Some(sync) = self.sync_slot().as_ref()
        {
            sync.news();
        }
    }

    /// Work since the last contact is not known to a sync at rest.
    fn as_it_is(&self, view: SyncView) -> SyncView {
        use SyncPhase::{Done, Failed, Idle, Paused, Waiting};
        if !matches!(view.phase, Idle | Done | Paused | Waiting | Failed) {
            return view;
        }
        // Locked, or the index cannot be read: as the sync knew it.
        self.with_what_is_here(view.clone()).unwrap_or(view)
    }

    /// What is only here, and when HQ was last heard, are known without any sync; the switch stands as the person left it.
    fn with_what_is_here(&self, view: SyncView) -> Result<SyncView, Failure> {
        let (only_here, heard) =
            self.at_desk(|desk| Ok((desk.index.only_here()?, desk.checkpoint.as_ref().map(|c| c.time.clone()))))?;
        let by_itself = self.wishes().by_itself;
        Ok(SyncView { only_here, by_itself, last_contact: view.last_contact.or(heard), ..view })
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
        let phone = Arc::downgrade(&self.inner);
        tokio::spawn(async move {
            while moves.changed().await.is_ok() {
                let view = moves.borrow_and_update().clone();
                let Some(inner) = phone.upgrade() else { return };
                let device = Device { inner };
                // An engine that only does what it is told reads nothing of its own accord either.
                let own = device.inner.config.by_itself;
                let sync = Box::new(if own { device.as_it_is(view) } else { view });
                device.tell(Happening::Sync { sync });
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
        let view = self.with_sync(SyncHandle::status)?;
        self.with_what_is_here(view)
    }

    pub(super) async fn sync_wifi_only(&self, args: WifiOnly) -> Result<SyncView, Failure> {
        let terms = self.want(|terms| terms.wishes.wifi_only = args.on)?;
        self.wish(terms)
    }

    pub(super) async fn sync_first(&self, args: SyncFirst) -> Result<SyncView, Failure> {
        let terms = self.want(|terms| terms.wishes.first = args.inspection)?;
        self.wish(terms)
    }

    pub(super) async fn sync_by_itself(&self, args: ByItself) -> Result<SyncView, Failure> {
        let terms = self.want(|terms| terms.wishes.by_itself = args.on)?;
        self.wish(terms)
    }

    fn wish(&self, terms: Terms) -> Result<SyncView, Failure> {
        let wishes = self.allowed(terms.wishes);
        let Wishes { wifi_only, first, by_itself } = wishes.clone();
        let view = self.with_sync(|sync| {
            sync.wish(wishes);
            sync.status()
        })?;
        Ok(self.as_it_is(SyncView { wifi_only, first, by_itself, ..view }))
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_of_before_the_switch_keeps_its_words_and_has_it_on_and_what_is_switched_off_stays_off() {
        let folder = tempfile::tempdir().unwrap();
        assert!(read_terms(folder.path()).wishes.by_itself, "nobody has said anything yet");
        std::fs::write(folder.path().join("sync.json"), r#"{"paused":true,"wifi_only":true,"first":null}"#).unwrap();
        let mut terms = read_terms(folder.path());
        assert_eq!((terms.paused, terms.wishes.wifi_only, terms.wishes.by_itself), (true, true, true));
        terms.wishes.by_itself = false;
        write_terms(&terms, folder.path()).unwrap();
        assert_eq!(read_terms(folder.path()), terms);
    }
}
