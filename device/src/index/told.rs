//! How far an HQ that fell back has told a feed again that is here already.
//!
//! Since it fell back HQ may know less of who belongs to which inspection, and gives headers where it once gave words; the
//! entry that names the team may come back behind a place this phone has passed. So every copy is told anew from its beginning,
//! beside what is here: nothing is thrown away, and whatever words were missing come as they come to a phone that was enrolled
//! today. A small value and no table, because it is empty but for the days after such a fall; lost with the index it is made
//! again from HQ's own word ([`Index::tell_anew`]).

use std::collections::BTreeMap;

use xuncha_core::feed::{Entry, Head};
use xuncha_core::ids::{FeedId, InspectionId};

use super::{Index, IndexError, Result};

/// Name of the small value: JSON list of heads.
const TOLD: &str = "told";

impl Index {
    /// Feeds that are being told again, with how far HQ has come.
    pub fn told(&self) -> Result<BTreeMap<FeedId, Head>> {
        let text = self.meta(TOLD)?;
        let heads: Vec<Head> = match text.as_deref() {
            None | Some("") => Vec::new(),
            Some(text) => serde_json::from_str(text).map_err(|e| IndexError::Row(e.to_string()))?,
        };
        Ok(heads.into_iter().map(|head| (head.feed, head)).collect())
    }

    fn set_told(&self, told: &BTreeMap<FeedId, Head>) -> Result<()> {
        let heads: Vec<&Head> = told.values().collect();
        let text = if heads.is_empty() { Ok(String::new()) } else { serde_json::to_string(&heads) };
        self.set_meta(TOLD, &text.map_err(|e| IndexError::Row(e.to_string()))?)
    }

    /// HQ fell back: it tells all feeds of others from their beginning.
    pub fn tell_anew(&self) -> Result<()> {
        let mut statement = self.db.prepare_cached("SELECT feed FROM heads WHERE own = 0")?;
        let feeds: Vec<String> = statement.query_map([], |row| row.get(0))?.collect::<rusqlite::Result<_>>()?;
        let parse = |feed: String| feed.parse::<FeedId>().map_err(|e| IndexError::Row(format!("{e}")));
        let feeds: Vec<FeedId> = feeds.into_iter().map(parse).collect::<Result<_>>()?;
        self.set_told(&feeds.into_iter().map(|feed| (feed, Head::empty(feed))).collect())
    }

    /// HQ told these entries of a feed; `here` is where the copy ends. What is told as far as that is told.
    pub fn note_told(&self, entries: &[Entry], here: &Head) -> Result<()> {
        let mut told = self.told()?;
        let Some(at) = told.get_mut(&here.feed) else { return Ok(()) };
        for entry in entries {
            let h = &entry.header;
            if h.seq == at.seq + 1 && h.prev == at.id {
                *at = Head { feed: h.feed, seq: h.seq, id: Some(entry.id), lamport: h.lamport };
            }
        }
        if at.seq >= here.seq {
            told.remove(&here.feed);
        }
        self.set_told(&told)
    }

    /// Forgets a copy and what was applied of it: it is told from its beginning. Answers the inspections it spoke in.
    pub fn forget_copy(&self, feed: &FeedId) -> Result<Vec<InspectionId>> {
        let mut statement = self.db.prepare_cached("SELECT DISTINCT inspection FROM entries WHERE feed = ?1")?;
        let found = statement.query_map([feed.to_string()], |row| row.get::<_, String>(0))?;
        let touched = found
            .map(|r| r?.parse().map_err(|e| IndexError::Row(format!("{e}"))))
            .collect::<Result<Vec<InspectionId>>>()?;
        self.db.prepare_cached("DELETE FROM entries WHERE feed = ?1")?.execute([feed.to_string()])?;
        self.forget_head(feed)?;
        let mut told = self.told()?;
        if let Some(at) = told.get_mut(feed) {
            *at = Head::empty(*feed);
        }
        self.set_told(&told)?;
        Ok(touched)
    }

    /// Takes away the row of an inspection of which nothing is here any more. Answers whether it was so.
    pub fn forget_empty(&self, inspection: &InspectionId) -> Result<bool> {
        let sql = "DELETE FROM inspections WHERE id = ?1 AND NOT EXISTS (SELECT 1 FROM entries WHERE inspection = ?1)";
        Ok(self.db.prepare_cached(sql)?.execute([inspection.as_str()])? > 0)
    }
}
