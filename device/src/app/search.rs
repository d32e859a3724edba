//! Search in the pocket: the newest laws and lists of this phone, their typical findings, and its inspections.
//!
//! What can be found is put in by whoever searches, not by unlocking nor by sync: those cost what they cost without it (the
//! whole library takes a fraction of a second, once per version). A screen that opens with an empty text has done it before
//! the first word is typed.

use std::collections::BTreeMap;

use xuncha_core::Failure;
use xuncha_core::event::PackKind;
use xuncha_core::ids::Digest;

use crate::index::search::docs;

use super::Device;
use super::desk::Desk;
use super::verbs::SearchArgs;
use super::views::SearchView;

/// A pack that should be in.
struct Source {
    kind: PackKind,
    code: String,
    sha256: Digest,
}

impl Desk {
    fn searched(&self) -> Result<Vec<Source>, Failure> {
        let mut sources = Vec::new();
        for kind in [PackKind::Laws, PackKind::List] {
            let packs = self.index.packs(kind)?;
            sources.extend(packs.into_iter().map(|p| Source { kind, code: p.code, sha256: p.sha256 }));
        }
        Ok(sources)
    }

    /// Puts in one source that is not in yet, and takes out what no longer counts. False: nothing was left to do.
    fn fill_search(&mut self, unread: &mut BTreeMap<Digest, String>) -> Result<bool, Failure> {
        if self.index.is_search_filled()? {
            return Ok(false);
        }
        let wanted = self.searched()?;
        let have = self.index.search_sources()?;
        let is_wanted = |name: &String| wanted.iter().any(|s| s.sha256.to_string() == *name);
        let gone: Vec<String> = have.iter().filter(|name| !is_wanted(name)).cloned().collect();
        let lacks = |s: &&Source| !have.contains(&s.sha256.to_string()) && !unread.contains_key(&s.sha256);
        let Some(next) = wanted.iter().find(lacks) else {
            if !gone.is_empty() {
                self.index.empty_searches(&gone)?;
            }
            self.index.fill_search_with_inspections()?;
            // What cannot be read is tried again, and named, at every search.
            if unread.is_empty() {
                self.index.note_search_filled()?;
            }
            return Ok(false);
        };
        let read = match next.kind {
            PackKind::Laws => self.packs.laws(&next.sha256).map(|laws| docs::of_laws(&laws)),
            _ => self.packs.list(&next.sha256).map(|list| docs::of_list(&list)),
        };
        match read {
            Ok(docs) => self.index.fill_search(&gone, &next.sha256.to_string(), &docs)?,
            Err(e) => {
                tracing::warn!(error = %e, "a pack cannot be read: it is not searched");
                unread.insert(next.sha256, next.code.clone());
            }
        }
        Ok(true)
    }
}

impl Device {
    pub(super) async fn search(&self, args: SearchArgs) -> Result<SearchView, Failure> {
        self.blocking(move |d| match d.look_for(&args) {
            // Opening does not read what search is made of: here it is found damaged, and made again like the rest.
            Err(e) if e.code == "index.damaged" => {
                d.at_desk(Desk::rebuild_index)?;
                d.look_for(&args)
            }
            found => found,
        })
        .await
    }

    fn look_for(&self, args: &SearchArgs) -> Result<SearchView, Failure> {
        let mut unread = BTreeMap::new();
        // One source at a time: whoever answers an item meanwhile waits for one list, not for all.
        while self.at_desk(|desk| desk.fill_search(&mut unread))? {}
        let mut found = self.at_desk(|desk| Ok(desk.index.search(&args.text, args.within, args.limit)?))?;
        found.unread = unread.into_values().collect();
        Ok(found)
    }
}
