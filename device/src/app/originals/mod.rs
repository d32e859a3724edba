//! Room on the phone: which originals may leave it, letting them go, and having them back from HQ.
//!
//! What it is: four verbs, [`judge`] (who may go: pure, with its table of tests) and [`view`] (what the screen is told). What it
//! is not: the bytes ([`crate::vault`]), the wire (`crate::sync::originals`), or HQ's word ([`super::desk::Kept`]).
//!
//! Invariants (I3): an original goes only under a verified receipt that a verified backup covers, after the days of grace by
//! HQ's own clock, while nothing holds it; nothing goes that nobody asked for, unless the person switched that on. That it went
//! is written down, with the word of HQ it went under, before the file is removed; its thumbnail and preview stay. What comes
//! back is believed by its hash alone.

mod fetch;
mod judge;
mod view;

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::Path;

use serde::{Deserialize, Serialize};
use xuncha_core::Failure;
use xuncha_core::ids::{BlobHash, InspectionId};
use xuncha_core::inspection::Missing;

use crate::disk;
use crate::index::read::OwnOriginal;

use super::Device;
use super::desk::{Desk, HqWord};
use super::verbs::{Nothing, StorageSettings};
use super::views::{Happening, Notice, Safety, Stage};
use judge::{Facts, stays};
pub use view::{Freed, Heap, LostOriginal, Original, Stay, Stays, StorageView};

/// Days of grace at most, and what holds until somebody chooses.
const MOST_DAYS: u32 = 365;
const DAYS: u32 = 7;
/// Originals that go under one hold of the desk.
const AT_ONCE: usize = 16;
/// Lost originals a screen names.
const LOST_SHOWN: usize = 200;

/// The plain file: says nothing of any case.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Terms {
    days: u32,
    by_itself: bool,
}

impl Terms {
    /// An unreadable file counts as never written: nothing goes by itself then.
    fn read(data: &Path) -> Self {
        let bytes = std::fs::read(data.join("storage.json")).unwrap_or_default();
        serde_json::from_slice(&bytes).unwrap_or(Self { days: DAYS, by_itself: false })
    }
    fn write(&self, data: &Path) -> Result<(), Failure> {
        let bytes = serde_json::to_vec(self).map_err(|e| Failure::never("settings.shape").with("why", e))?;
        Ok(disk::write_atomic(&data.join("storage.json"), &bytes)?)
    }
}

/// What was asked of inspections already.
#[derive(Default)]
struct Known {
    rows: HashMap<InspectionId, Option<(Stage, Safety)>>,
    conflicts: BTreeMap<InspectionId, bool>,
}

/// An original of own entries and why it stays, if it does.
struct Judged {
    original: OwnOriginal,
    stays: Option<Stay>,
}

/// All own originals, by where they are.
#[derive(Default)]
struct Sorted {
    here: Vec<Judged>,
    away: Vec<OwnOriginal>,
    lost: Vec<OwnOriginal>,
}

impl Desk {
    fn sort_originals(&self, days: u32) -> Result<Sorted, Failure> {
        let files: BTreeSet<BlobHash> = self.vault.list()?.into_iter().map(|(sha256, _)| sha256).collect();
        let away = self.kept.away();
        let (mut out, mut known) = (Sorted::default(), Known::default());
        for original in self.index.own_originals(None)? {
            if files.contains(&original.sha256) {
                let stays = self.judge(&original, days, &mut known)?;
                out.here.push(Judged { original, stays });
            } else if away.contains(&original.sha256) && original.receipted {
                out.away.push(original);
            } else {
                out.lost.push(original);
            }
        }
        Ok(out)
    }

    /// Why it stays, over every inspection that names it.
    fn judge(&self, original: &OwnOriginal, days: u32, known: &mut Known) -> Result<Option<Stay>, Failure> {
        for inspection in &original.inspections {
            if !known.rows.contains_key(inspection) {
                let row = self.index.inspection(inspection)?.map(|r| (r.stage, r.safety));
                known.rows.insert(inspection.clone(), row);
            }
            let row = known.rows.get(inspection).copied().flatten();
            if let Some(why) = self.hold(original, inspection, row, days) {
                return Ok(Some(why));
            }
        }
        // Folding costs the most: only for what nothing else holds.
        for inspection in &original.inspections {
            if !known.conflicts.contains_key(inspection) {
                known.conflicts.insert(inspection.clone(), self.has_conflict(inspection));
            }
            if known.conflicts.get(inspection).copied().unwrap_or(true) {
                return Ok(Some(Stay::Conflict));
            }
        }
        Ok(None)
    }

    fn hold(
        &self,
        original: &OwnOriginal,
        inspection: &InspectionId,
        row: Option<(Stage, Safety)>,
        days: u32,
    ) -> Option<Stay> {
        let checkpoint = self.checkpoint.as_ref();
        stays(&Facts {
            stopped: self.is_stopped(),
            under: self.kept.under(&original.sha256),
            receipted: original.receipted && self.ledger.has_entry(original.last_seq),
            last_seq: original.last_seq,
            covered: checkpoint.and_then(|c| c.backed_up_to),
            now: checkpoint.map(|c| c.time.as_str()),
            days,
            inspection: row,
            shown: self.shown.as_ref() == Some(inspection),
            adding: self.uploads.values().any(|upload| &upload.begin.inspection == inspection),
        })
    }

    /// Somebody must still settle something there; what cannot be read counts as unsettled.
    fn has_conflict(&self, inspection: &InspectionId) -> bool {
        let Ok(folded) = self.fold(inspection) else { return true };
        let Ok(pinned) = self.pinned(&folded) else { return true };
        folded.read(&pinned).missing.iter().any(|m| matches!(m, Missing::Conflict(_)))
    }

    /// Thumbnail and preview are here and whole, or there never were any.
    fn pictures_stay(&self, original: &OwnOriginal) -> Result<bool, Failure> {
        if !original.photo {
            return Ok(true);
        }
        for kind in ["thumb", "preview"] {
            if matches!(self.vault.read_derived(&original.sha256, kind), Ok(Some(_))) {
                continue;
            }
            // Never made, or torn: made again while there is something to make it of.
            match super::photo::derive_again(&self.vault, &original.sha256, kind) {
                Ok(_) => {}
                // It never could be shown, and that it is kept all the same is what its tile says.
                Err(f) if f.code == "photo.no_preview" => {}
                Err(f) if f.code == "vault.damaged" => return Ok(false),
                Err(f) => return Err(f),
            }
        }
        Ok(true)
    }

    /// Lets these go, each judged once more: the screens had their turn since they were chosen.
    fn let_these_go(&mut self, chosen: &[BlobHash], days: u32) -> Result<Heap, Failure> {
        let (mut going, mut known) = (Vec::new(), Known::default());
        for sha256 in chosen.iter().filter(|sha256| self.vault.contains(sha256)) {
            for original in self.index.own_originals(Some(sha256))? {
                if self.judge(&original, days, &mut known)?.is_none() && self.pictures_stay(&original)? {
                    going.push(original);
                }
            }
        }
        let mut gone = Heap::default();
        if going.is_empty() {
            return Ok(gone);
        }
        let under = self.checkpoint.as_ref().map(|c| c.nonce.clone()).unwrap_or_default();
        // Written down before anything is removed: an original that is gone without a word would look like a loss.
        self.keep_word(HqWord::LetGo { blobs: going.iter().map(|o| o.sha256).collect(), under })?;
        for original in going {
            self.vault.remove(&original.sha256)?;
            gone.add(original.size);
        }
        Ok(gone)
    }

    fn storage(&self, terms: &Terms, free_bytes: u64) -> Result<StorageView, Failure> {
        let sorted = self.sort_originals(terms.days)?;
        let mut view =
            StorageView { days: terms.days, by_itself: terms.by_itself, free_bytes, ..StorageView::default() };
        let mut reasons: BTreeMap<Stay, Heap> = BTreeMap::new();
        for judged in &sorted.here {
            view.here.add(judged.original.size);
            match judged.stays {
                None => view.may_go.add(judged.original.size),
                Some(why) => reasons.entry(why).or_default().add(judged.original.size),
            }
        }
        view.stays = reasons.into_iter().map(|(why, heap)| Stays { why, heap }).collect();
        sorted.away.iter().for_each(|original| view.away.add(original.size));
        view.room = self.room()?;
        view.reserve_bytes = disk::RESERVE;
        view.aside = u64::try_from(self.vault.aside()?.len()).unwrap_or(u64::MAX);
        view.backed_up = self.checkpoint.as_ref().is_some_and(|c| c.backed_up_to.is_some());
        view.lost = self.lost_originals(&sorted.lost)?;
        Ok(view)
    }

    fn lost_originals(&self, lost: &[OwnOriginal]) -> Result<Vec<LostOriginal>, Failure> {
        let mut out = Vec::new();
        for original in lost.iter().take(LOST_SHOWN) {
            let inspection = original.inspections.first();
            let row = inspection.map(|id| self.index.inspection(id)).transpose()?.flatten();
            out.push(LostOriginal {
                sha256: original.sha256,
                name: original.name.clone(),
                inspection: inspection.cloned(),
                firm: row.map(|r| r.firm).unwrap_or_default(),
                let_go: self.kept.away().contains(&original.sha256),
            });
        }
        Ok(out)
    }

    /// What the first screen must say of HQ and of originals.
    pub(super) fn keeping_notices(&self) -> Result<Vec<Notice>, Failure> {
        let mut out: Vec<Notice> = self.kept.fell_back.iter().cloned().collect();
        let away = self.kept.away();
        if !away.is_empty() {
            let gone = self.index.own_originals(None)?.into_iter();
            let gone: Vec<_> =
                gone.filter(|o| away.contains(&o.sha256) && !o.receipted && !self.vault.contains(&o.sha256)).collect();
            if let Some(first) = gone.first() {
                let params = [("n".to_owned(), gone.len().to_string()), ("name".to_owned(), first.name.clone())].into();
                out.push(Notice { code: "original.lost".into(), params });
            }
        }
        Ok(out)
    }
}

impl Device {
    pub(super) async fn storage(&self, _: Nothing) -> Result<StorageView, Failure> {
        self.blocking(|d| {
            let data = &d.inner.config.data;
            let (terms, free) = (Terms::read(data), disk::free_bytes(data)?);
            d.at_desk(|desk| desk.storage(&terms, free))
        })
        .await
    }

    pub(super) async fn storage_settings(&self, args: StorageSettings) -> Result<StorageView, Failure> {
        // Only who is in decides what may leave.
        self.at_desk(|_| Ok(()))?;
        let terms = Terms { days: args.days.clamp(1, MOST_DAYS), by_itself: args.by_itself };
        terms.write(&self.inner.config.data)?;
        self.storage(Nothing {}).await
    }

    pub(super) async fn free_storage(&self, _: Nothing) -> Result<Freed, Failure> {
        // A photo that is just being kept has a file and no entry yet: nothing goes beside it.
        let _turn = self.inner.capture_turn.lock().await;
        let gone = self.blocking(Self::let_go).await?;
        if gone.n > 0 {
            self.tell(Happening::Today);
        }
        Ok(Freed { gone, storage: self.storage(Nothing {}).await? })
    }

    fn let_go(&self) -> Result<Heap, Failure> {
        let terms = Terms::read(&self.inner.config.data);
        let sorted = self.at_desk(|desk| desk.sort_originals(terms.days))?;
        let chosen: Vec<BlobHash> =
            sorted.here.iter().filter(|j| j.stays.is_none()).map(|j| j.original.sha256).collect();
        let mut gone = Heap::default();
        for some in chosen.chunks(AT_ONCE) {
            let went = self.at_desk(|desk| desk.let_these_go(some, terms.days))?;
            gone.n += went.n;
            gone.bytes += went.bytes;
        }
        Ok(gone)
    }

    /// After a sync, if the person switched that on.
    pub(super) fn let_go_by_itself(&self) {
        if !Terms::read(&self.inner.config.data).by_itself {
            return;
        }
        // Somebody is adding a photo: the next sync will do.
        let Ok(_turn) = self.inner.capture_turn.try_lock() else { return };
        match self.let_go() {
            Ok(gone) if gone.n > 0 => self.tell(Happening::Today),
            Ok(_) => {}
            Err(e) => tracing::warn!(error = %e, "originals could not be let go"),
        }
    }
}
