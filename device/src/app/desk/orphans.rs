//! Originals that no entry names: the app was killed after a photo was durable and before its entry was.
//!
//! Nobody was told that they are saved, so nothing that was acknowledged is among them. They are set aside and not removed: if an
//! older copy of the records was put back by hand, what looks like an orphan is evidence, and comes back from there.

use std::collections::BTreeSet;

use xuncha_core::Failure;
use xuncha_core::ids::BlobHash;

use super::{Desk, notice};

/// Days after which what was set aside goes. By the file's own time: a wrong clock costs only what nobody was promised.
const KEPT_DAYS: u64 = 30;
/// Originals named by entries of others, so that their feeds are not walked at every opening.
const OF_OTHERS: &str = "originals_of_others";

impl Desk {
    /// Sets aside what no entry of any feed names, and brings back what one does. Nothing may be on its way into the vault.
    pub(in crate::app) fn sort_out_orphans(&mut self) -> Result<(), Failure> {
        if self.behind || self.notices.iter().any(|n| n.code.starts_with("feed.") && n.code != "feed.torn_tail") {
            // Not everything that names originals can be read at this moment.
            return Ok(());
        }
        let own = self.index.own_blobs()?;
        for aside in self.vault.aside()?.intersection(&own) {
            self.vault.bring_back(aside)?;
        }
        self.vault.clear_aside(KEPT_DAYS)?;
        let others: BTreeSet<BlobHash> =
            self.index.meta(OF_OTHERS)?.and_then(|json| serde_json::from_str(&json).ok()).unwrap_or_default();
        let mut unnamed = self.vault.names()?;
        unnamed.retain(|blob| !own.contains(blob) && !others.contains(blob));
        if unnamed.is_empty() {
            return Ok(());
        }
        // The index says so; what is set aside is decided by the feeds themselves.
        let named = self.named_by_entries(&unnamed)?;
        let orphans: Vec<_> = unnamed.difference(&named).collect();
        for blob in &orphans {
            self.vault.set_aside(blob)?;
        }
        if !orphans.is_empty() {
            self.notices.push(notice("vault.orphans", &[("n", orphans.len().to_string())]));
        }
        if !named.is_empty() {
            let known: BTreeSet<_> = others.union(&named).copied().collect();
            let json = serde_json::to_string(&known).map_err(|e| Failure::never("index.shape").with("why", e))?;
            self.index.set_meta(OF_OTHERS, &json)?;
        }
        Ok(())
    }

    /// Those of `wanted` that an entry of any feed here names.
    fn named_by_entries(&self, wanted: &BTreeSet<BlobHash>) -> Result<BTreeSet<BlobHash>, Failure> {
        let mut named = BTreeSet::new();
        for feed in std::iter::once(&self.own).chain(self.others.values()) {
            for frame in feed.frames(1) {
                let entry = frame?.open().map_err(|e| Failure::never("feed.damaged").with("why", e))?;
                let blobs = entry.payload.into_iter().flat_map(|p| p.blobs);
                named.extend(blobs.map(|b| b.sha256).filter(|blob| wanted.contains(blob)));
            }
        }
        Ok(named)
    }
}
